using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Qijian.Modules.Registry;

/// <summary>The register as entities of FollowTheMoney, one a line: each body with its persons, mere names and intervals behind it.</summary>
internal sealed class FtmExport(RegisterReader reader)
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly HashSet<Property> Native =
    [
        Vocabulary.Name, Vocabulary.CreditCode, Vocabulary.RegistrationNumber, Vocabulary.Lei, Vocabulary.ForeignNumber, Vocabulary.OrganizationCode, Vocabulary.TaxNumber,
    ];

    // What it has a property for, and for companies only.
    private static readonly (string Name, Property Property, bool Company)[] Properties =
    [
        ("previousName", Vocabulary.PreviousName, false), ("alias", Vocabulary.EnglishName, false), ("alias", Vocabulary.ShortName, false), ("legalForm", Vocabulary.LegalForm, false), ("status", Vocabulary.Status, false),
        ("sector", Vocabulary.Industry, false), ("address", Vocabulary.Address, false), ("description", Vocabulary.Scope, false), ("website", Vocabulary.Website, false), ("phone", Vocabulary.Phone, false), ("capital", Vocabulary.Capital, true), ("ticker", Vocabulary.StockCode, true),
        ("incorporationDate", Vocabulary.FoundedOn, false), ("dissolutionDate", Vocabulary.DeregisteredOn, false), ("leiCode", Vocabulary.Lei, false), ("idNumber", Vocabulary.OrganizationCode, false), ("taxNumber", Vocabulary.TaxNumber, false),
        ("registrationNumber", Vocabulary.CreditCode, false), ("registrationNumber", Vocabulary.RegistrationNumber, false), ("registrationNumber", Vocabulary.ForeignNumber, false),
    ];

    /// <summary>How many entities were written.</summary>
    public long Written { get; private set; }

    public async Task WriteAsync(Stream to, CancellationToken ct)
    {
        using Utf8JsonWriter json = new(to, Plain);
        await foreach (var body in reader.ReadAsync(ct))
        {
            WriteBody(json, to, body);
            HashSet<string> stated = new(StringComparer.Ordinal);
            foreach (var relation in body.Relations)
            {
                if (!relation.Party.IsBody && stated.Add(relation.Party.Id)) WriteParty(json, to, relation);
                WriteRelation(json, to, body.Company.Id, relation);
            }
        }
    }

    private void WriteBody(Utf8JsonWriter json, Stream to, ExportedBody body)
    {
        var company = body.Company;
        var facts = body.Statements.ToList();
        List<(string, string?)> properties = [("name", company.Name ?? company.Lei ?? company.Id)];
        foreach (var (name, property, forCompany) in Properties)
            if (!forCompany || company.Type is EntityType.Company) properties.AddRange(facts.Where(f => f.Property == property).Select(f => (name, (string?)f.Value)));
        if (company.CreditCode is { } code && !facts.Exists(f => f.Property == Vocabulary.CreditCode)) properties.Add(("registrationNumber", code));
        if (company.Lei is { } lei && !facts.Exists(f => f.Property == Vocabulary.Lei)) properties.Add(("leiCode", lei));
        if ((facts.Find(f => f.Property == Vocabulary.Country)?.Value ?? (company.CreditCode is null ? null : "CN")) is { Length: >= 2 } country) properties.Add(("jurisdiction", country.ToLowerInvariant()));
        if (body.Source is { } source) properties.AddRange(SourceOf(source, null));
        properties.Add(("notes", StatementJson.OfFacts(facts.Where(f => !Native.Contains(f.Property) && !(f.Property == Vocabulary.FoundedOn || f.Property == Vocabulary.DeregisteredOn)).Concat(body.Events))));
        Write(json, to, company.Id, company.Type.ToString(), properties, body.Source?.Dataset);
    }

    private void WriteParty(Utf8JsonWriter json, Stream to, ExportedRelation relation)
    {
        var (type, name) = (relation.Party.Type, relation.Party.Name);
        if (type is EntityType.Unknown) (type, name) = (EntityType.LegalEntity, name ?? "未具名 / not named"); // a name is required; the id says that it is none
        Write(json, to, relation.Party.Id, type.ToString(), [("name", name)], relation.Source.Dataset);
    }

    private void WriteRelation(Utf8JsonWriter json, Stream to, string body, ExportedRelation relation)
    {
        var statement = relation.Statement;
        HashSet<Field> native = [Vocabulary.Fields.PartyType];
        if (relation.Party.IsBody) native.UnionWith([Vocabulary.Fields.PartyCode, Vocabulary.Fields.PartyLei, Vocabulary.Fields.PartyId]);
        var (schema, source, target) = statement.Property == Vocabulary.Ownership || (relation.IsDeclared && statement[Vocabulary.Fields.Interest] is not null) ? ("Ownership", "owner", "asset")
            : statement.Property == Vocabulary.Directorship ? ("Directorship", "director", "organization") : ("UnknownLink", "subject", "object");
        List<(string, string?)> properties = [(source, relation.Party.Id), (target, body)];
        var role = statement[Vocabulary.Fields.Role];
        properties.Add(("role", schema is "UnknownLink" ? string.Join(": ", new[] { statement.Property.Name, role }.OfType<string>()) : role));
        if (schema is "Ownership")
        {
            decimal? exact = Percent.Parse(statement[Vocabulary.Fields.Percent]), least = Percent.Parse(statement[Vocabulary.Fields.Minimum]), most = Percent.Parse(statement[Vocabulary.Fields.Maximum]);
            if (exact is { } share)
            {
                properties.Add(("percentage", Number(share)));
                native.Add(Vocabulary.Fields.Percent);
            }
            else if (least is { } from && most is { } until && from <= until)
            {
                properties.Add(("percentage", $"{Number(from)}-{Number(until)}"));
                native.UnionWith([Vocabulary.Fields.Minimum, Vocabulary.Fields.Maximum]);
            }

            properties.Add(("sharesCount", statement[Vocabulary.Fields.Shares]));
            properties.Add(("sharesValue", statement[Vocabulary.Fields.SharesValue]));
            properties.Add(("ownershipType", relation.IsDeclared ? "indirect" : statement[Vocabulary.Fields.Interest]));
        }

        var dates = !(statement.From > statement.To);
        if (dates && statement.From is { } start) properties.Add(("startDate", StatementJson.Iso(start)));
        if (dates && statement.To is { } end) properties.Add(("endDate", StatementJson.Iso(end)));
        properties.AddRange(SourceOf(relation.Source, statement[Vocabulary.Fields.SourceUrl]));
        if (relation.Source.Basis is Basis.Derived) properties.Add(("summary", "derived by rule"));
        properties.Add(("description", StatementJson.OfRelation(statement, relation.Party.Type is EntityType.Unknown ? statement.Value : null, dates, native)));
        Write(json, to, relation.Id, schema, properties, relation.Source.Dataset);
    }

    private static IEnumerable<(string, string?)> SourceOf(Provenance source, string? link) =>
        [("recordId", source.Record), ("sourceUrl", link ?? source.Url), ("publisher", source.Publisher ?? source.Dataset), ("retrievedAt", source.RetrievedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))];

    private void Write(Utf8JsonWriter json, Stream to, string id, string schema, List<(string Name, string? Value)> properties, string? dataset)
    {
        json.Reset(to);
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("schema", schema);
        json.WriteStartObject("properties");
        foreach (var property in properties.Where(p => p.Value is not null && (p.Name is not "recordId" || schema is "Ownership" or "Directorship" or "UnknownLink")).GroupBy(p => p.Name, p => p.Value!, StringComparer.Ordinal))
        {
            json.WriteStartArray(property.Key);
            foreach (var value in property.Distinct(StringComparer.Ordinal)) json.WriteStringValue(value);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        if (dataset is not null)
        {
            json.WriteStartArray("datasets");
            json.WriteStringValue(dataset);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.Flush();
        to.WriteByte((byte)'\n');
        Written++;
    }

    private static string Number(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);
}
