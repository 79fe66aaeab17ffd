using System.Globalization;
using Qijian.Engine.Identifiers;
using Qijian.Engine.Search;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Search;

/// <summary>One facet: its query parameter, the column behind it, and how values become words and back.</summary>
internal sealed record FacetTable(string Name, Func<string> Label, SearchColumn Column, Func<SearchRequest, IReadOnlyList<string>> Values, Func<string, IReadOnlyList<uint>> Codes, Func<uint, FacetWord?> Show)
{
    // A value nothing has: an unknown word in a filter finds nothing, instead of everything.
    private static readonly uint[] Nothing = [254];

    /// <summary>The facets, in the order they are shown.</summary>
    public static readonly IReadOnlyList<FacetTable> All =
    [
        new("status", () => Text.FacetStatus, SearchColumn.Status, r => r.Status,
            v => Enum.GetNames<CompanyStatus>().Contains(v, StringComparer.OrdinalIgnoreCase) && Enum.TryParse<CompanyStatus>(v, ignoreCase: true, out var status) ? [(uint)status] : Nothing,
            code => !Enum.IsDefined((CompanyStatus)code) ? null : new FacetWord(((CompanyStatus)code).ToString(), ((CompanyStatus)code).Label())),
        new("province", () => Text.FacetProvince, SearchColumn.Province, r => r.Province,
            v => ProvinceCode(v) is > 0 and var code ? [code] : Nothing,
            code => Provinces.Find(code.ToString("00", CultureInfo.InvariantCulture)) is { } p ? new FacetWord(p.ShortName, Language.IsEnglish ? p.EnglishName : p.ShortName) : null),
        new("industry", () => Text.FacetIndustry, SearchColumn.Industry, r => r.Industry,
            v => IndustryCode(v) is > 0 and var code ? [code] : Nothing,
            code => code is >= 1 and <= 20 && Industry.Find(((char)('A' + code - 1)).ToString()) is { } section ? new FacetWord(section.Code, Language.IsEnglish ? section.EnglishName : section.Name) : null),
        new("founded", () => Text.FacetFounded, SearchColumn.FoundedYear, r => r.Founded, YearsOf, code => code == 0 ? null : BandOf(code)),
        new("capital", () => Text.FacetCapital, SearchColumn.CapitalBand, r => r.Capital,
            v => uint.TryParse(v, CultureInfo.InvariantCulture, out var band) && band is >= 1 and <= 7 ? [band] : Nothing,
            code => code is >= 1 and <= 7 ? new FacetWord(code.ToString(CultureInfo.InvariantCulture), Text.CapitalBands.Split('|')[code - 1]) : null),
    ];

    /// <summary>The filter that the asked values make, or null where none is asked.</summary>
    public SearchFilter? FilterOf(IReadOnlyList<string> asked) => asked.Count == 0 ? null : new(Column, [.. asked.SelectMany(Codes).Distinct()]);

    /// <summary>The facet with its counts; values of one label are added up.</summary>
    public Facet Of(IReadOnlyList<SearchFacet> counted, IReadOnlyList<string> asked)
    {
        var chosen = asked.SelectMany(Codes).ToHashSet();
        var values = (counted.FirstOrDefault(f => f.Column == Column)?.Values ?? []).Select(v => (Shown: Show(v.Value), v.Count, Selected: chosen.Contains(v.Value))).Where(v => v.Shown is not null)
            .GroupBy(v => v.Shown!).Select(g => new FacetValue(g.Key.Value, g.Key.Label, g.Sum(v => v.Count), g.Any(v => v.Selected)));
        return new(Name, Label(), [.. Column is SearchColumn.FoundedYear ? values.OrderByDescending(v => v.Value) : Column is SearchColumn.CapitalBand ? values.OrderBy(v => v.Value) : values.OrderByDescending(v => v.Count)]);
    }

    public static byte ProvinceCode(string? text) =>
        text is null ? (byte)0 : Province.TryMatch(text, out var province) || (province = Provinces.Find(text)) is not null ? byte.Parse(province.Code, CultureInfo.InvariantCulture) : (byte)0;

    // "I65 软件和信息技术服务业", "I" or "65": the section's letter decides.
    public static byte IndustryCode(string? text) =>
        text is { Length: > 0 } && text[0] is >= 'A' and <= 'T' && (text.Length == 1 || char.IsAsciiDigit(text[1])) ? (byte)(text[0] - 'A' + 1)
        : Industry.Find(text)?.Section is { } section ? (byte)(section.Code[0] - 'A' + 1) : (byte)0;

    // "2010-2019", "2020-", "-1999" or one year.
    private static IReadOnlyList<uint> YearsOf(string text)
    {
        var parts = text.Split('-');
        int Year(string part, int open) => part.Length == 0 ? open : int.TryParse(part, CultureInfo.InvariantCulture, out var year) ? year : -1;
        var (from, to) = parts.Length == 1 ? (Year(parts[0], -1), Year(parts[0], -1)) : parts.Length == 2 ? (Year(parts[0], 1900), Year(parts[1], 2154)) : (-1, -1);
        return from < 0 || to < 0 || from > to ? Nothing : [.. Enumerable.Range(Math.Clamp(from, 1900, 2154), Math.Clamp(to, 1900, 2154) - Math.Clamp(from, 1900, 2154) + 1).Select(y => (uint)y)];
    }

    private static FacetWord BandOf(uint year) => year switch
    {
        >= 2020 => new("2020-", Text.Since.With(2020)),
        >= 2010 => new("2010-2019", "2010–2019"),
        >= 2000 => new("2000-2009", "2000–2009"),
        >= 1990 => new("1990-1999", "1990–1999"),
        _ => new("-1989", Text.Before.With(1990)),
    };
}

/// <summary>A facet value: the word in the query string and the one on the page.</summary>
internal sealed record FacetWord(string Value, string Label);
