using System.Globalization;
using System.Text.Json;

namespace Qijian.Modules.Registry;

/// <summary>What rows of relation statements have in common, whatever the format: texts, dates, shares, numbers of registers.</summary>
internal static class Claims
{
    /// <summary>A text member without spaces around it; null where it is missing, empty or none.</summary>
    public static string? Text(this JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String && value.GetString()!.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>A member that is an object, or one without members.</summary>
    public static JsonElement Object(this JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Object ? value : default;

    /// <summary>The elements of a member that is an array.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Array ? value.EnumerateArray() : [];

    /// <summary>What is wrong with any text of a row, or null.</summary>
    public static string? ProblemOf(JsonElement json, string name = "")
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String: return Rows.ProblemOf(name, json.GetString()!);
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray())
                    if (ProblemOf(item, name) is { } problem) return problem;
                return null;
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                    if (ProblemOf(member.Value, member.Name) is { } problem) return problem;
                return null;
            default: return null;
        }
    }

    /// <summary>A day; of a year or month its first at a beginning, its last at an end. False where the text is no date.</summary>
    public static bool TryDay(string? text, bool end, out DateOnly? day)
    {
        day = null;
        if (text is null) return true;
        if (text.Length is 4 or 7 && DateOnly.TryParseExact(text.Length == 4 ? text + "-01" : text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first) && first.Year is >= 1000 and < 3000)
            day = !end ? first : text.Length == 4 ? first.AddYears(1).AddDays(-1) : first.AddMonths(1).AddDays(-1);
        else day = Headers.ParseDate(text);
        return day is not null;
    }

    /// <summary>Reads the two ends of a period, or says what is wrong with them.</summary>
    public static string? Period(string? start, string? end, out DateOnly? from, out DateOnly? to)
    {
        to = null;
        if (!TryDay(start, end: false, out from)) return Registry.Text.RowDate.With(start!);
        if (!TryDay(end, end: true, out to)) return Registry.Text.RowDate.With(end!);
        return from > to ? Registry.Text.RowPeriod.With(start!, end!) : null;
    }

    /// <summary>A share as plain digits, or null where it is not between 0 and 100.</summary>
    public static string? Share(string text) =>
        decimal.TryParse(text.AsSpan().TrimEnd("%％ "), NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 100 ? share.ToString("0.############################", CultureInfo.InvariantCulture) : null;

    /// <summary>The body that a number in a foreign register names: the same whichever file names it first.</summary>
    public static string ForeignBody(string number) => Projector.BodyId("number", number);

    /// <summary>A number with the code of its register in front, as org-id.guide writes it: GB-COH-09145694.</summary>
    public static string ForeignNumber(string scheme, string id) => $"{scheme.ToUpperInvariant()}-{id.ToUpperInvariant()}";

    /// <summary>A number of Companies House as it is written: eight characters, zeros in front.</summary>
    public static string CompanyNumber(string number) => number.Length < 8 && number.All(char.IsAsciiDigit) ? number.PadLeft(8, '0') : number.ToUpperInvariant();
}
