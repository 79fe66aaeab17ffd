using System.Globalization;
using System.Text.Json.Nodes;
using NJsonSchema;
using Qijian.Tests.Engine;

namespace Qijian.Tests.Modules.Registry;

/// <summary>
/// The published schema of BODS 0.4, one for each type of record: its files put together, with the words of draft 2020-12 that the validator
/// does not know turned into those it does. What it leaves out, and the standard's further checks, are in <see cref="Further"/>.
/// </summary>
internal sealed class BodsSchema
{
    private readonly Dictionary<string, JsonSchema> schemas = new(StringComparer.Ordinal);

    public static async Task<BodsSchema> LoadAsync()
    {
        BodsSchema loaded = new();
        foreach (var type in (string[])["entity", "person", "relationship"])
        {
            var (statement, record, components) = (Parse("statement"), Parse($"{type}-record"), Parse("components"));
            var root = statement["$defs"]!["Statement"]!.AsObject();
            root.Remove("allOf");
            JsonObject definitions = [];
            foreach (var (name, definition) in statement["$defs"]!.AsObject().Where(d => d.Key != "Statement").Concat(record["$defs"]!.AsObject()).Concat(components["$defs"]!.AsObject()).ToList()) definitions[name] = definition!.DeepClone();
            record.Remove("$defs");
            record.Remove("$id");
            root["properties"]!["recordDetails"] = record.DeepClone();
            root["definitions"] = definitions;
            loaded.schemas[type] = await JsonSchema.FromJsonAsync(Plain(root)!.ToJsonString(), TestContext.Current.CancellationToken);
        }

        return loaded;
    }

    /// <summary>What is wrong with a statement by the schema; no more than a few.</summary>
    public IReadOnlyList<string> Problems(JsonNode statement)
    {
        if (statement["recordType"] is not JsonValue type || !schemas.TryGetValue(type.ToString(), out var schema)) return ["recordType"];
        try
        {
            return [.. schema.Validate(statement.ToJsonString()).Select(e => $"{e.Path}: {e.Kind}").Concat(Undated(statement)).Take(5)];
        }
        catch (InvalidCastException)
        {
            return ["an object where a number belongs"]; // the validator's way to say so
        }
    }

    // A choice of formats says nothing to the validator.
    private static IEnumerable<string> Undated(JsonNode statement) =>
        from date in (JsonNode?[])[statement["statementDate"], (statement["publicationDetails"] as JsonObject)?["publicationDate"], (statement["source"] as JsonObject)?["retrievedAt"]]
        where date is not null && !(date.ToString() is { Length: >= 10 } text && DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) && (text.Length == 10 || DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _)))
        select $"{date}: no date";

    /// <summary>The standard's further checks on a whole file, by the words of its rules.</summary>
    public static IReadOnlyList<string> Further(IReadOnlyList<JsonNode> statements, DateOnly today)
    {
        List<string> wrong = [];
        Dictionary<string, (string Type, int At, bool Component)> records = new(StringComparer.Ordinal);
        HashSet<string> ids = new(StringComparer.Ordinal);
        for (var i = 0; i < statements.Count; i++)
        {
            var (statement, details) = (statements[i], statements[i]["recordDetails"]!);
            var (record, type) = ((string)statement["recordId"]!, (string)statement["recordType"]!);
            if (!ids.Add((string)statement["statementId"]!)) wrong.Add($"{record}: statement id twice");
            if (records.ContainsKey(record)) wrong.Add($"{record}: a series in a whole export");
            records[record] = (type, i, (bool)details["isComponent"]!);
            if (type is "relationship") Relationship(record, details);
            foreach (var date in (JsonNode?[])[statement["statementDate"], statement["publicationDetails"]!["publicationDate"], statement["source"]?["retrievedAt"]])
                if (date is not null && DateOnly.Parse(((string)date!)[..10], null) > today) wrong.Add($"{record}: in the future");
            if ((string?)details["foundingDate"] is { } founded && (string?)details["dissolutionDate"] is { } dissolved && string.CompareOrdinal(founded, dissolved) > 0) wrong.Add($"{record}: dissolved before it was founded");
        }

        foreach (var statement in statements)
            if (!records.TryGetValue((string)statement["declarationSubject"]!, out var subject) || subject.Type is "relationship") wrong.Add($"{statement["recordId"]}: declaration subject");
        var parts = statements.SelectMany(s => s["recordDetails"]!["componentRecords"]?.AsArray().Select(c => (string)c!) ?? []).ToHashSet(StringComparer.Ordinal);
        foreach (var (record, (_, _, component)) in records)
            if (component && !parts.Contains(record)) wrong.Add($"{record}: a component of nothing");
        return wrong;

        void Relationship(string record, JsonNode details)
        {
            if (!records.TryGetValue((string)details["subject"]!, out var subject) || subject.Type is not "entity") wrong.Add($"{record}: subject");
            var party = details["interestedParty"];
            (string Type, int At, bool Component) known = default;
            if (party is JsonValue && (!records.TryGetValue((string)party!, out known) || known.Type is "relationship")) wrong.Add($"{record}: interested party");
            var components = details["componentRecords"]?.AsArray().Select(c => (string)c!).ToList() ?? [];
            if ((bool)details["isComponent"]! && components.Count > 0) wrong.Add($"{record}: a component with components");
            foreach (var component in components)
                if (!records.TryGetValue(component, out var part) || !part.Component) wrong.Add($"{record}: component {component}");
            foreach (var interest in details["interests"]!.AsArray())
            {
                if ((bool?)interest!["beneficialOwnershipOrControl"] is true && known.Type is not "person") wrong.Add($"{record}: a beneficial owner who is no person");
                if ((string?)interest["startDate"] is { } start && (string?)interest["endDate"] is { } end && string.CompareOrdinal(start, end) > 0) wrong.Add($"{record}: ends before it starts");
                if (interest["share"] is not JsonObject share) continue;
                if (share.ContainsKey("exact") && share.Count > 1) wrong.Add($"{record}: exact and bounded");
                if (share.ContainsKey("minimum") && share.ContainsKey("exclusiveMinimum")) wrong.Add($"{record}: two lower bounds");
                if ((decimal?)(share["minimum"] ?? share["exclusiveMinimum"]) > (decimal?)(share["maximum"] ?? share["exclusiveMaximum"])) wrong.Add($"{record}: bounds");
            }
        }
    }

    private static JsonObject Parse(string name) => JsonNode.Parse(File.ReadAllText(RealData.PathOf($"bods/data-standard/schema/{name}.json")))!.AsObject();

    private static JsonNode? Plain(JsonNode? node)
    {
        if (node is JsonArray array) return new JsonArray([.. array.Select(Plain)]);
        if (node is not JsonObject schema) return node?.DeepClone();
        JsonObject plain = [];
        foreach (var (name, value) in schema)
        {
            if (name is "$schema" or "$id" or "if" or "then" or "version" or "codelist" or "openCodelist") continue;
            if (name is "$ref") plain["$ref"] = ((string)value!).Replace("urn:components#/$defs/", "#/definitions/", StringComparison.Ordinal).Replace("#/$defs/", "#/definitions/", StringComparison.Ordinal);
            else if (name is "const" && value is JsonValue) plain["enum"] = new JsonArray(value.DeepClone());
            else plain[name] = Plain(value);
        }

        return plain;
    }
}
