using System.Text.Encodings.Web;
using System.Text.Json;

namespace Qijian.Modules.Registry;

/// <summary>The register as Qijian JSON Lines: what <c>import --format qijian</c> reads, one body a line.</summary>
internal sealed class JsonLinesExport(RegisterReader reader)
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // The columns whose names are not those of their properties.
    private static readonly Dictionary<Property, string> Columns = new() { [Vocabulary.PreviousName] = "previousNames", [Vocabulary.OtherCode] = "creditCode" };
    private static readonly Dictionary<Property, string> Lists = new()
    {
        [Vocabulary.Ownership] = "owners", [Vocabulary.Control] = "controllers", [Vocabulary.Directorship] = "officers", [Vocabulary.Branch] = "parent", [Vocabulary.FundManagement] = "fundManagers", [Vocabulary.DeclaredInterest] = "declaredInterests",
        [Vocabulary.Change] = "changes", [Vocabulary.Penalty] = "penalties", [Vocabulary.AbnormalListing] = "abnormalListings",
    };

    /// <summary>How many bodies were written.</summary>
    public long Written { get; private set; }

    public async Task WriteAsync(Stream to, CancellationToken ct)
    {
        using Utf8JsonWriter json = new(to, Plain);
        await foreach (var body in reader.ReadAsync(ct))
        {
            json.Reset(to);
            Write(json, body);
            json.Flush();
            to.WriteByte((byte)'\n');
            Written++;
        }
    }

    private static void Write(Utf8JsonWriter json, ExportedBody body)
    {
        var company = body.Company;
        json.WriteStartObject();
        if (company.CreditCode is null) json.WriteString("registryId", company.Id);
        if (company.Type is not EntityType.Company) json.WriteString("entityType", company.Type.ToString());
        var facts = body.Statements.ToList();
        if (company.Name is { } name && !facts.Exists(f => f.Property == Vocabulary.Name)) facts.Insert(0, new(Vocabulary.Name, name));
        if (company.CreditCode is { } code && !facts.Exists(f => f.Property == Vocabulary.CreditCode)) facts.Insert(0, new(Vocabulary.CreditCode, code));
        if (company.Lei is { } lei && !facts.Exists(f => f.Property == Vocabulary.Lei)) facts.Insert(0, new(Vocabulary.Lei, lei));
        foreach (var group in facts.GroupBy(f => Columns.GetValueOrDefault(f.Property, f.Property.Name), StringComparer.Ordinal))
        {
            json.WritePropertyName(group.Key);
            if (group.First().Property == Vocabulary.PreviousName) WriteNames(json, group);
            else if (group.Count() == 1) json.WriteStringValue(TextOf(group.First()));
            else
            {
                json.WriteStartArray();
                foreach (var fact in group) json.WriteStringValue(TextOf(fact));
                json.WriteEndArray();
            }
        }

        foreach (var relations in body.Relations.GroupBy(r => r.Statement.Property))
        {
            json.WriteStartArray(Lists[relations.Key]);
            foreach (var relation in relations) WriteRelation(json, relation);
            json.WriteEndArray();
        }

        foreach (var events in body.Events.GroupBy(e => e.Property))
        {
            json.WriteStartArray(Lists[events.Key]);
            foreach (var happened in events)
            {
                json.WriteStartObject();
                WriteFields(json, happened.Fields);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (body.Source is { } source)
        {
            json.WriteStartObject("provenance");
            json.WriteString("dataset", source.Dataset);
            json.WriteString("record", source.Record);
            if (source.Url is { } url) json.WriteString("url", url);
            json.WriteString("basis", source.Basis.ToString());
            json.WriteString("retrievedAt", source.RetrievedAt);
            json.WriteString("firstSeen", source.FirstSeen);
            json.WriteString("lastSeen", source.LastSeen);
            json.WriteBoolean("inLatest", source.InLatest);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // As it was filed, so that it is read again as it was read first.
    private static string TextOf(Statement fact) => fact.Original ?? fact.Value;

    private static void WriteNames(Utf8JsonWriter json, IEnumerable<Statement> names)
    {
        json.WriteStartArray();
        foreach (var former in names)
        {
            json.WriteStartObject();
            json.WriteString("name", former.Value);
            if (former.From is { } from) json.WriteString("from", StatementJson.Iso(from));
            if (former.To is { } to) json.WriteString("to", StatementJson.Iso(to));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRelation(Utf8JsonWriter json, ExportedRelation relation)
    {
        var statement = relation.Statement;
        json.WriteStartObject();
        json.WriteString("type", relation.Party.Type.ToString());
        if ((relation.Party.IsBody ? relation.Party.Name : null) is { } now) json.WriteString("name", now);
        else if (statement.Value.Length > 0) json.WriteString("name", statement.Value);
        if (relation.Party.IsBody && Company.CreditCodeOf(relation.Party.Id) is { } code) json.WriteString("creditCode", code);
        else if (relation.Party.IsBody) json.WriteString("partyId", relation.Party.Id);
        if (statement.From is { } from) json.WriteString("from", StatementJson.Iso(from));
        if (statement.To is { } to) json.WriteString("to", StatementJson.Iso(to));
        WriteFields(json, statement.Fields.Where(f => f.Key != Vocabulary.Fields.PartyType && f.Key != Vocabulary.Fields.PartyLei && f.Key != Vocabulary.Fields.PartyCode && !(relation.Party.IsBody && f.Key == Vocabulary.Fields.PartyId)));
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, IEnumerable<KeyValuePair<Field, string>> fields)
    {
        foreach (var (field, value) in fields) json.WriteString(field.Name, value);
    }
}
