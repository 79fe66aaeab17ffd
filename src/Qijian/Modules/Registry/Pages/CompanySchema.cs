using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Qijian.Modules.Registry;

/// <summary>A company as schema.org Organization, for machines that read pages.</summary>
internal static class CompanySchema
{
    // Escapes what could end the script element, whatever a name holds; hanzi stay as they are.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public static string Of(CompanyView view, string url)
    {
        var c = view.Summary;
        ArrayBufferWriter<byte> to = new(1024);
        using Utf8JsonWriter json = new(to, Options);
        json.WriteStartObject();
        json.WriteString("@context", "https://schema.org");
        json.WriteString("@type", "Organization");
        json.WriteString("@id", url);
        json.WriteString("url", url);
        json.WriteString("name", c.Name ?? c.Lei ?? c.Id);
        List<string> others = [];
        foreach (var fact in view.Facts) if (fact.Current && (fact.Property == Vocabulary.EnglishName || fact.Property == Vocabulary.ShortName)) others.Add(fact.Value);
        if (others.Count > 0)
        {
            json.WriteStartArray("alternateName");
            foreach (var name in others) json.WriteStringValue(name);
            json.WriteEndArray();
        }

        json.WriteStartArray("identifier");
        Identifier("USCC", c.CreditCode);
        Identifier("CN registration number", c.RegistrationNumber);
        json.WriteEndArray();
        if (c.Lei is { } lei) json.WriteString("leiCode", lei);
        if (c.FoundedOn is { } founded) json.WriteString("foundingDate", founded.ToString("O", CultureInfo.InvariantCulture));
        if (view[Vocabulary.Website]?.Value is { } site && site.StartsWith("http", StringComparison.OrdinalIgnoreCase)) json.WriteString("sameAs", site);
        if (view.Facts.Where(f => f.Current && f.Property == Vocabulary.Phone).ToList() is { Count: > 0 } phones)
        {
            json.WriteStartArray("telephone");
            foreach (var phone in phones) json.WriteStringValue(Telephone.International(phone.Value));
            json.WriteEndArray();
        }

        var address = view[Vocabulary.Address]?.Value;
        if (address is not null || c.Province is not null)
        {
            json.WriteStartObject("address");
            json.WriteString("@type", "PostalAddress");
            if (address is not null) json.WriteString("streetAddress", address);
            if (c.City is not null) json.WriteString("addressLocality", c.City);
            if (c.Province is not null) json.WriteString("addressRegion", c.Province);
            if (c.CreditCode is not null) json.WriteString("addressCountry", "CN");
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(to.WrittenSpan);

        void Identifier(string kind, string? value)
        {
            if (value is null) return;
            json.WriteStartObject();
            json.WriteString("@type", "PropertyValue");
            json.WriteString("propertyID", kind);
            json.WriteString("value", value);
            json.WriteEndObject();
        }
    }
}
