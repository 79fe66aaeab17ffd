using System.Text.Json;

namespace Qijian.Modules.Registry;

/// <summary>Rows of a Chinese register: any of the recognised columns in any order, as CSV, TSV or JSON Lines.</summary>
internal static class RegisterRows
{
    public static IEnumerable<RowOutcome> Read(SourceFile file, ColumnMapping mapping, long skip, HashSet<string> ignored) =>
        file.Start.AsSpan().TrimStart().StartsWith("{", StringComparison.Ordinal)
            ? Rows.OfJson(file, skip, (draft, json) => ReadObject(draft, json, mapping, ignored))
            : Rows.OfCsv(file, skip, headers => Bind(headers, mapping, ignored));

    private static RowReader Bind(IReadOnlyList<string> headers, ColumnMapping mapping, HashSet<string> ignored)
    {
        var columns = headers.Select((header, index) => (Index: index, Header: header, Column: mapping.Find(header))).ToArray();
        var used = columns.Where(c => c.Column is not null).ToArray();
        if (!used.Any(c => c.Column!.Name is "name" or "creditCode" or "registrationNumber" or "lei"))
            throw new ImportException(Text.ImportNoColumns.With(string.Join(", ", headers.Take(12).Select(h => h.Length > 40 ? h[..40] + "…" : h))));
        foreach (var twice in used.Where(c => !c.Column!.Repeats).GroupBy(c => c.Column!.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
            throw new ImportException(Text.ImportColumnTwice.With(string.Join(", ", twice.Select(c => c.Header)), twice.Key));
        ignored.UnionWith(columns.Where(c => c.Column is null).Select(c => c.Header));
        return (draft, value) =>
        {
            foreach (var (index, header, column) in used)
            {
                var text = value(index);
                if (text.Length == 0) continue;
                if (Rows.ProblemOf(header, text) is { } problem) return problem;
                text = text.Trim();
                if (text.Length > 0 && text is not "-") column!.Read(draft, text);
            }

            return Finish(draft);
        };
    }

    private static string? Finish(Draft draft)
    {
        if (draft.Name is null && !draft.Identified) return Text.RowNoName;
        draft.Seal();
        return null;
    }

    private static string? ReadObject(Draft draft, JsonElement json, ColumnMapping mapping, HashSet<string> ignored)
    {
        foreach (var member in json.EnumerateObject())
        {
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.Array:
                    foreach (var item in member.Value.EnumerateArray())
                        if (ReadItem(draft, member.Name, item, mapping, ignored) is { } problem) return problem;
                    break;
                case JsonValueKind.Null: break;
                default:
                    if (ReadItem(draft, member.Name, member.Value, mapping, ignored) is { } wrong) return wrong;
                    break;
            }
        }

        return Finish(draft);
    }

    private static string? ReadItem(Draft draft, string name, JsonElement item, ColumnMapping mapping, HashSet<string> ignored)
    {
        if (item.ValueKind is JsonValueKind.Null) return null;
        var column = mapping.Find(name);
        if (item.ValueKind is JsonValueKind.Object && Objects.TryGetValue(name, out var read))
        {
            foreach (var part in item.EnumerateObject())
            {
                if (part.Value.ValueKind is JsonValueKind.String && Rows.ProblemOf($"{name}.{part.Name}", part.Value.GetString()!) is { } problem) return problem;
                if (part.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array) return Text.RowShape.With($"{name}.{part.Name}");
                if (!Known.Contains(part.Name)) ignored.Add($"{name}.{part.Name}");
            }

            return read(draft, item);
        }

        if (column is null && !Objects.ContainsKey(name))
        {
            ignored.Add(name);
            return null;
        }

        if (column is null || item.ValueKind is JsonValueKind.Object or JsonValueKind.Array) return Text.RowShape.With(name);
        var text = item.ValueKind is JsonValueKind.String ? item.GetString()!.Trim() : item.ToString();
        if (text.Length == 0 || text is "-") return null;
        if (Rows.ProblemOf(name, text) is { } wrong) return wrong;
        column.Read(draft, text);
        return null;
    }

    // The nested objects of our own JSON Lines: relations and events. docs/importing.md describes them.
    private static readonly Dictionary<string, Func<Draft, JsonElement, string?>> Objects = new(StringComparer.OrdinalIgnoreCase)
    {
        ["previousNames"] = (draft, json) =>
        {
            if (Text_(json, "name") is not { } name) return Text.RowPartMissing.With("previousNames", "name");
            draft.Add(new(Vocabulary.PreviousName, name) { From = Day(json, "from"), To = Day(json, "to") });
            return null;
        },
        ["owners"] = (draft, json) => Relation(draft, json, Vocabulary.Ownership, "owners"),
        ["controllers"] = (draft, json) => Relation(draft, json, Vocabulary.Control, "controllers"),
        ["officers"] = (draft, json) => Relation(draft, json, Vocabulary.Directorship, "officers"),
        ["parent"] = (draft, json) => Relation(draft, json, Vocabulary.Branch, "parent"),
        ["fundManagers"] = (draft, json) => Relation(draft, json, Vocabulary.FundManagement, "fundManagers"),
        ["declaredInterests"] = (draft, json) => Relation(draft, json, Vocabulary.DeclaredInterest, "declaredInterests"),
        ["changes"] = (draft, json) => Event(draft, json, Vocabulary.Change, "item"),
        ["penalties"] = (draft, json) => Event(draft, json, Vocabulary.Penalty, "number"),
        ["abnormalListings"] = (draft, json) => Event(draft, json, Vocabulary.AbnormalListing, "reason"),
    };

    private static readonly HashSet<string> Known = [.. Vocabulary.Fields.ById.Values.Select(f => f.Name), "name", "type", "creditCode", "lei", "from", "to"];

    private static readonly Dictionary<string, Field> Parts = Vocabulary.Fields.ById.Values.ToDictionary(f => f.Name, StringComparer.Ordinal);

    private static string? Relation(Draft draft, JsonElement json, Property kind, string name)
    {
        var type = Enum.TryParse<EntityType>(Text_(json, "type"), ignoreCase: true, out var stated) && Enum.IsDefined(stated) ? stated
            : kind == Vocabulary.Directorship && Text_(json, "type") is null ? EntityType.Person : EntityType.Company;
        var party = Text_(json, "name") ?? "";
        if (party.Length == 0 && type is not EntityType.Unknown && Text_(json, "creditCode") is null && Text_(json, "lei") is null && Text_(json, "partyId") is null) return Text.RowPartMissing.With(name, "name");
        List<KeyValuePair<Field, string>> fields = [new(Vocabulary.Fields.PartyType, type.ToString())];
        if (Text_(json, "creditCode") is { } code) fields.Add(new(Vocabulary.Fields.PartyCode, code.ToUpperInvariant()));
        if (Text_(json, "lei") is { } odd && odd.Length != 20) return Text.RowLei.With(odd);
        if (Text_(json, "lei") is { } lei) fields.Add(new(Vocabulary.Fields.PartyLei, lei.ToUpperInvariant()));
        AddParts(json, fields);
        foreach (var field in (Field[])[Vocabulary.Fields.Percent, Vocabulary.Fields.Minimum, Vocabulary.Fields.Maximum])
            if (fields.Find(f => f.Key == field).Value is { } share && Percent.Parse(share) is null) return Text.RowPercent.With(name, share);
        draft.Add(new(kind, party) { From = Day(json, "from"), To = Day(json, "to"), Fields = fields });
        return null;
    }

    private static string? Event(Draft draft, JsonElement json, Property kind, string title)
    {
        List<KeyValuePair<Field, string>> fields = [];
        AddParts(json, fields);
        draft.Add(new(kind, Text_(json, title) ?? "") { Fields = fields });
        return null;
    }

    private static void AddParts(JsonElement json, List<KeyValuePair<Field, string>> fields)
    {
        foreach (var part in json.EnumerateObject())
            if (Parts.TryGetValue(part.Name, out var field) && Text_(json, part.Name) is { } value) fields.Add(new(field, value));
    }

    private static DateOnly? Day(JsonElement json, string name) => Text_(json, name) is { } text ? Headers.ParseDate(text) : null;

    private static string? Text_(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number && value.ToString().Trim() is { Length: > 0 } text ? text : null;
}

/// <summary>Percentages in the texts that registers write.</summary>
internal static class Percent
{
    /// <summary>0 to 100, with or without a percent sign; null for anything else.</summary>
    public static decimal? Parse(string? text) =>
        decimal.TryParse(text.AsSpan().TrimEnd("%％ "), System.Globalization.NumberStyles.AllowDecimalPoint | System.Globalization.NumberStyles.AllowLeadingWhite, System.Globalization.CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100 ? percent : null;
}
