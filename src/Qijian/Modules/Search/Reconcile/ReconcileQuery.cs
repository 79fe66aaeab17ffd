using System.Text.Json;

namespace Qijian.Modules.Search;

/// <summary>One query of a batch: a text, types, and values of properties.</summary>
internal sealed record ReconcileQuery(string Text, IReadOnlyList<string> Types, int Limit, ILookup<string, string> Values)
{
    private const int DefaultLimit = 5, MostLimit = 25;

    /// <summary>Reads a batch; null where it is none, and what is wrong.</summary>
    public static IReadOnlyList<KeyValuePair<string, ReconcileQuery>>? Parse(string json, out string problem)
    {
        problem = Search.Text.ProblemQueries;
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind is not JsonValueKind.Object) return null;
            List<KeyValuePair<string, ReconcileQuery>> batch = [];
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (Read(member.Value) is not { } query)
                {
                    problem = Search.Text.ProblemQuery.With(member.Name.Length > 40 ? member.Name[..40] : member.Name);
                    return null;
                }

                batch.Add(new(member.Name, query));
            }

            return batch;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the second for a lone surrogate
        {
            return null;
        }
    }

    private static ReconcileQuery? Read(JsonElement json)
    {
        if (json.ValueKind is not JsonValueKind.Object) return null;
        var (text, limit) = ("", DefaultLimit);
        IReadOnlyList<string> types = [];
        List<KeyValuePair<string, string>>? values = [];
        foreach (var member in json.EnumerateObject())
        {
            var value = member.Value;
            switch (member.Name)
            {
                case "query" when value.ValueKind is JsonValueKind.String: text = value.GetString()!.Trim(); break;
                case "type" when value.ValueKind is JsonValueKind.String: types = [value.GetString()!]; break;
                case "type" when value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(t => t.ValueKind is JsonValueKind.String): types = [.. value.EnumerateArray().Select(t => t.GetString()!)]; break;
                case "limit" when value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var number) && number >= 1: limit = (int)Math.Min(MostLimit, number); break;
                case "properties" when value.ValueKind is JsonValueKind.Array: values = Properties(value); break;
                case "type_strict" when value.ValueKind is JsonValueKind.String && value.GetString() is "any" or "should" or "all": break;
                default: return null;
            }
        }

        return values is null || (text.Length == 0 && values.Count == 0) ? null : new(text, types, limit, values.ToLookup(v => v.Key, v => v.Value, StringComparer.Ordinal));
    }

    private static List<KeyValuePair<string, string>>? Properties(JsonElement json)
    {
        List<KeyValuePair<string, string>> values = [];
        foreach (var property in json.EnumerateArray())
        {
            if (property.ValueKind is not JsonValueKind.Object || !property.TryGetProperty("pid", out var pid) || pid.ValueKind is not JsonValueKind.String || !property.TryGetProperty("v", out var v)) return null;
            foreach (var value in v.ValueKind is JsonValueKind.Array ? [.. v.EnumerateArray()] : (JsonElement[])[v])
            {
                if (ValueOf(value) is not { } text) return null;
                values.Add(new(pid.GetString()!, text));
            }
        }

        return values;
    }

    // A value that is itself an entity counts by its name or, without one, by its id.
    private static string? ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!.Trim(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        JsonValueKind.Object when value.TryGetProperty("name", out var name) && name.ValueKind is JsonValueKind.String => name.GetString(),
        JsonValueKind.Object when value.TryGetProperty("id", out var id) && id.ValueKind is JsonValueKind.String => id.GetString(),
        _ => null,
    };
}

/// <summary>Which properties of which companies are wanted.</summary>
internal sealed record ExtendQuery(IReadOnlyList<string> Ids, IReadOnlyList<(string Id, int Limit)> Properties)
{
    private const int MostProperties = 100;

    /// <summary>Reads a query, or null where it is none.</summary>
    public static ExtendQuery? Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object || !root.TryGetProperty("ids", out var ids) || ids.ValueKind is not JsonValueKind.Array || !root.TryGetProperty("properties", out var properties) || properties.ValueKind is not JsonValueKind.Array) return null;
            if (properties.GetArrayLength() > MostProperties || !ids.EnumerateArray().All(i => i.ValueKind is JsonValueKind.String)) return null;
            List<(string, int)> wanted = [];
            foreach (var property in properties.EnumerateArray())
            {
                if (property.ValueKind is not JsonValueKind.Object || !property.TryGetProperty("id", out var id) || id.ValueKind is not JsonValueKind.String) return null;
                wanted.Add((id.GetString()!, LimitOf(property)));
            }

            return new([.. ids.EnumerateArray().Select(i => i.GetString()!)], wanted);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // A setting comes as number or text; 0 is no limit.
    private static int LimitOf(JsonElement property) =>
        property.TryGetProperty("settings", out var settings) && settings.ValueKind is JsonValueKind.Object && settings.TryGetProperty("limit", out var limit)
            && int.TryParse(limit.ToString(), System.Globalization.CultureInfo.InvariantCulture, out var most) && most > 0 ? most : int.MaxValue;
}
