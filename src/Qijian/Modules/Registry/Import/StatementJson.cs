using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Qijian.Modules.Registry;

/// <summary>
/// What an exchange format has no place for, as JSON inside one of its free texts, so that our own export loses nothing when it is
/// imported again: <c>{"kind", "name", "from", "to", "fields"}</c> of a relation, <c>{"facts": [{"property", "value", …}]}</c> of a body.
/// </summary>
internal static class StatementJson
{
    /// <summary>Who writes it: only such texts are read back.</summary>
    public const string Author = "Qijian";

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly Dictionary<string, Field> Fields = Vocabulary.Fields.ById.Values.ToDictionary(f => f.Name, StringComparer.Ordinal);

    /// <summary>What of a relation its format has no place for.</summary>
    /// <param name="dates">Whether it has one for the dates.</param>
    /// <param name="native">The fields that it has a place for.</param>
    public static string OfRelation(Statement statement, string? name, bool dates, IReadOnlySet<Field> native) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("kind", statement.Property.Name);
        if (name is { Length: > 0 }) json.WriteString("name", name);
        if (!dates && statement.From is { } from) json.WriteString("from", Iso(from));
        if (!dates && statement.To is { } to) json.WriteString("to", Iso(to));
        WriteFields(json, statement.Fields.Where(f => !native.Contains(f.Key)));
        json.WriteEndObject();
    });

    /// <summary>Facts and events that a format has no place for.</summary>
    public static string OfFacts(IEnumerable<Statement> statements) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("facts");
        foreach (var statement in statements)
        {
            json.WriteStartObject();
            json.WriteString("property", statement.Property.Name);
            json.WriteString("value", statement.Value);
            if (statement.Original is { } original) json.WriteString("original", original);
            if (statement.Lang is { } lang) json.WriteString("lang", lang);
            if (statement.From is { } from) json.WriteString("from", Iso(from));
            if (statement.To is { } to) json.WriteString("to", Iso(to));
            WriteFields(json, statement.Fields);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Reads a relation's text: null where it is none of ours.</summary>
    public static Statement? Relation(string? text) =>
        Parse(text) is { } json && Text_(json, "kind") is { } kind && Vocabulary.ByName.TryGetValue(kind, out var property) && property.Type is ValueType.Relation
            ? new(property, Text_(json, "name") ?? "") { From = Day(Text_(json, "from")), To = Day(Text_(json, "to")), Fields = FieldsOf(json) } : null;

    /// <summary>Adds a body's facts to its draft; false where the text is none of ours.</summary>
    public static bool AddFacts(Draft draft, string? text)
    {
        if (Parse(text) is not { } json || !json.TryGetProperty("facts", out var facts) || facts.ValueKind is not JsonValueKind.Array) return false;
        foreach (var fact in facts.EnumerateArray())
        {
            if (fact.ValueKind is not JsonValueKind.Object || Text_(fact, "property") is not { } name || !Vocabulary.ByName.TryGetValue(name, out var property) || property.Type is ValueType.Relation || Identity.Contains(property)) continue;
            Statement stated = new(property, Text_(fact, "value") ?? "")
            {
                Original = Text_(fact, "original"), Lang = Text_(fact, "lang"), From = Day(Text_(fact, "from")), To = Day(Text_(fact, "to")), Fields = FieldsOf(fact),
            };
            if (property == Vocabulary.Phone) draft.AddPhones(stated.Value, stated);
            else draft.Add(stated);
        }

        return true;
    }

    // Which body it is, is said in the open.
    private static readonly HashSet<Property> Identity = [Vocabulary.CreditCode, Vocabulary.RegistrationNumber, Vocabulary.Lei, Vocabulary.ForeignNumber];

    public static string Iso(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);

    private static List<KeyValuePair<Field, string>> FieldsOf(JsonElement json)
    {
        List<KeyValuePair<Field, string>> fields = [];
        if (!json.TryGetProperty("fields", out var named) || named.ValueKind is not JsonValueKind.Object) return fields;
        foreach (var member in named.EnumerateObject())
            if (Fields.TryGetValue(member.Name, out var field) && member.Value.ValueKind is JsonValueKind.String) fields.Add(new(field, member.Value.GetString()!));
        return fields;
    }

    private static void WriteFields(Utf8JsonWriter json, IEnumerable<KeyValuePair<Field, string>> fields)
    {
        List<KeyValuePair<Field, string>> all = [.. fields];
        if (all.Count == 0) return;
        json.WriteStartObject("fields");
        foreach (var (field, value) in all) json.WriteString(field.Name, value);
        json.WriteEndObject();
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using MemoryStream to = new();
        using (Utf8JsonWriter json = new(to, Plain)) write(json);
        return System.Text.Encoding.UTF8.GetString(to.GetBuffer(), 0, (int)to.Length);
    }

    private static JsonElement? Parse(string? text)
    {
        if (text is null || !text.StartsWith('{')) return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null; // somebody else's words
        }
    }

    private static string? Text_(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static DateOnly? Day(string? text) => text is null ? null : Headers.ParseDate(text);
}
