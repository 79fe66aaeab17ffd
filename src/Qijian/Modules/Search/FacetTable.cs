using System.Globalization;
using Qijian.Engine.Identifiers;
using Qijian.Engine.Search;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Search;

/// <summary>One facet: its query parameter, the column behind it, how words become values of the column, and how counted values become words.</summary>
internal sealed record FacetTable(string Name, Func<SearchRequest, string> Label, SearchColumn Column, Func<SearchRequest, string, IReadOnlyList<uint>> Codes, Func<SearchRequest, uint, FacetWord?> Show)
{
    // A value nothing has: an unknown word in a filter finds nothing, instead of everything.
    private static readonly uint[] Nothing = [255];

    /// <summary>The facets, in the order they are shown.</summary>
    public static readonly IReadOnlyList<FacetTable> All =
    [
        new("status", _ => Text.FacetStatus, SearchColumn.Status, (_, v) => StatusOf(v) is { } status ? [(uint)status] : Nothing,
            (_, code) => !Enum.IsDefined((CompanyStatus)code) ? null : new FacetWord(((CompanyStatus)code).ToString(), ((CompanyStatus)code).Label())),
        new("province", _ => Text.FacetProvince, SearchColumn.Province, (_, v) => CompanyCodes.Province(v) is > 0 and var code ? [code] : Nothing,
            (_, code) => Provinces.Find(code.ToString("00", CultureInfo.InvariantCulture)) is { } p ? new FacetWord(p.ShortName, Language.IsEnglish ? p.EnglishName : p.ShortName) : null),
        new("city", _ => Text.FacetCity, SearchColumn.City, (r, v) => CompanyCodes.Cities(v, r.Chosen("province")) is { Count: > 0 } cities ? cities : Nothing,
            (_, code) => CompanyCodes.CityName(code) is { } city ? new FacetWord(code.ToString("0000", CultureInfo.InvariantCulture), city) : null),
        new("industry", _ => Text.FacetIndustry, SearchColumn.Industry, (_, v) => CompanyCodes.Divisions(v) is { Count: > 0 } divisions ? divisions : Nothing,
            (r, code) => CompanyCodes.Section(code) is { } section ? new FacetWord(section.Code, Language.IsEnglish ? section.EnglishName : section.Name) : null),
        new("founded", _ => Text.FacetFounded, SearchColumn.FoundedYear, (_, v) => YearsOf(v), (_, code) => code == 0 ? null : BandOf(code)),
        new("capital", r => Text.FacetCapital.With(CompanyCodes.CurrencyName(Math.Max((byte)1, CompanyCodes.Currency(r.Currency)))), SearchColumn.CapitalBand,
            (r, v) => uint.TryParse(v, CultureInfo.InvariantCulture, out var band) && band is >= 1 and <= 7 ? [SearchColumns.Band(CompanyCodes.Currency(r.Currency), band)] : Nothing,
            (r, code) => SearchColumns.BandOf(code) is var (currency, band) && band > 0 && currency == CompanyCodes.Currency(r.Currency) ? new FacetWord(band.ToString(CultureInfo.InvariantCulture), Text.CapitalBands.Split('|')[band - 1]) : null),
        new("currency", _ => Text.FacetCurrency, SearchColumn.CapitalBand, (_, v) => CompanyCodes.Currency(v) is > 0 and var currency ? [.. Enumerable.Range(1, 7).Select(b => SearchColumns.Band(currency, (uint)b))] : Nothing,
            (_, code) => SearchColumns.BandOf(code) is var (currency, band) && band > 0 && CompanyCodes.CurrencyCode(currency) is { } iso ? new FacetWord(iso, CompanyCodes.CurrencyName(currency)) : null),
        new("type", _ => Text.FacetType, SearchColumn.Kind, (_, v) => Enum.TryParse<EntityType>(v, ignoreCase: true, out var type) && Enum.GetNames<EntityType>().Contains(v, StringComparer.OrdinalIgnoreCase) ? [(uint)type] : Nothing,
            (_, code) => Enum.IsDefined((EntityType)code) ? new FacetWord(((EntityType)code).ToString(), TypeLabel((EntityType)code)) : null),
        new("listed", _ => Text.FacetListed, SearchColumn.Listed, (_, v) => v switch { "true" or "1" or "yes" or "是" => [1], "false" or "0" or "no" or "否" => [0], _ => Nothing },
            (_, code) => new FacetWord(code == 1 ? "true" : "false", code == 1 ? Text.ListedYes : Text.ListedNo)),
    ];

    /// <summary>The facet of a query parameter, or null.</summary>
    public static FacetTable? Find(string name) => All.FirstOrDefault(f => f.Name == name);

    /// <summary>Every filter a request asks for: the chosen values, and field:value in its text, where several of one field are alternatives too.</summary>
    public static List<SearchFilter> FiltersOf(SearchRequest request) =>
    [
        .. All.Select(f => f.FilterOf(request, request.Chosen(f.Name), without: false)).OfType<SearchFilter>(),
        .. QueryText.Parse(SearchQuery.Considered(request.Text)).Where(p => p.Field is QueryField.Facet).GroupBy(p => (p.Facet, p.Without))
            .Select(g => Find(g.Key.Facet!)!.FilterOf(request, [.. g.Select(p => p.Text)], g.Key.Without)!),
    ];

    /// <summary>The columns to count: cities where a province is chosen, and classes of industry where a division is.</summary>
    public static IReadOnlyList<SearchColumn> ColumnsOf(SearchRequest request)
    {
        if (!request.Facets) return [];
        List<SearchColumn> columns = [SearchColumn.Status, SearchColumn.Province, SearchColumn.Industry, SearchColumn.FoundedYear, SearchColumn.CapitalBand, SearchColumn.Kind, SearchColumn.Listed];
        if (request.Chosen("province").Count + request.Chosen("city").Count > 0) columns.Add(SearchColumn.City);
        if (request.Chosen("industry").Any(i => i.Length > 2)) columns.Add(SearchColumn.IndustryClass);
        return columns;
    }

    /// <summary>The filter that values make, or null where there are none.</summary>
    public SearchFilter? FilterOf(SearchRequest request, IReadOnlyList<string> asked, bool without)
    {
        if (asked.Count == 0) return null;
        if (Name == "industry" && asked.Any(CompanyCodes.IsClass)) return new(SearchColumn.IndustryClass, [.. asked.SelectMany(CompanyCodes.Classes).DefaultIfEmpty(65535u).Distinct()], without);
        return new(Column, [.. asked.SelectMany(v => Codes(request, v)).Distinct()], without);
    }

    /// <summary>The facet with its counts; values of one label are added up.</summary>
    public Facet Of(IReadOnlyList<SearchFacet> counted, SearchRequest request)
    {
        var asked = request.Chosen(Name);
        var counts = Counts(counted, Column);
        var words = counts.Select(v => (Word: Show(request, v.Value), v.Count)).Where(v => v.Word is not null).GroupBy(v => v.Word!).Select(g => Value(g.Key, g.Sum(v => v.Count)));
        words = Name switch
        {
            "founded" => words.OrderByDescending(v => v.Value, StringComparer.Ordinal),
            "capital" => words.OrderBy(v => v.Value, StringComparer.Ordinal),
            "industry" => words.OrderByDescending(v => v.Count).SelectMany(v => Deeper(v)),
            _ => words.OrderByDescending(v => v.Selected).ThenByDescending(v => v.Count).ThenBy(v => v.Value, StringComparer.Ordinal), // a page shows the first few
        };
        return new(Name, Label(request), [.. words]);

        FacetValue Value(FacetWord word, int count) => new(word.Value, word.Label, count, asked.Contains(word.Value, StringComparer.OrdinalIgnoreCase));

        // Under a chosen section its divisions, under a chosen division its classes.
        IEnumerable<FacetValue> Deeper(FacetValue section)
        {
            yield return section;
            if (!asked.Any(a => a.StartsWith(section.Value, StringComparison.OrdinalIgnoreCase))) yield break;
            foreach (var (code, count) in counts.Where(c => CompanyCodes.Section(c.Value)?.Code == section.Value).Select(c => (Code: c.Value, c.Count)).OrderByDescending(c => c.Count))
            {
                if (CompanyCodes.Division(code) is not { } division) continue;
                yield return Value(new(division.Code, $"{division.Code} {(Language.IsEnglish ? division.EnglishName : division.Name)}"), count);
                if (!asked.Any(a => a.StartsWith(division.Code, StringComparison.OrdinalIgnoreCase))) continue;
                foreach (var (cls, number) in Counts(counted, SearchColumn.IndustryClass).Where(c => c.Value / 100 == code && c.Value % 100 != 0).Select(c => (c.Value, c.Count)).OrderByDescending(c => c.Count))
                    yield return Value(new($"{section.Value}{cls:0000}", $"{section.Value}{cls:0000}"), number);
            }
        }
    }

    private static IReadOnlyList<FacetCount> Counts(IReadOnlyList<SearchFacet> counted, SearchColumn column) => counted.FirstOrDefault(f => f.Column == column)?.Values ?? [];

    private static string TypeLabel(EntityType type) => Text.Types.Split('|')[(int)type];

    // The stored word, or the label in either language.
    private static CompanyStatus? StatusOf(string text) => Enum.GetValues<CompanyStatus>().Cast<CompanyStatus?>()
        .FirstOrDefault(s => string.Equals(s.ToString(), text, StringComparison.OrdinalIgnoreCase) || string.Equals(s!.Value.Label(), text, StringComparison.OrdinalIgnoreCase));

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

/// <summary>The small codes that columns hold for a company's words.</summary>
internal static class CompanyCodes
{
    private static readonly string[] Currencies = ["", "CNY", "USD", "HKD", "EUR", "JPY", "GBP", "TWD", "SGD", "KRW", "AUD", "CAD", "CHF", "MOP", "NZD", "SEK", "DKK", "NOK", "MYR", "THB", "INR", "RUB"];

    private static readonly ILookup<string, Region> CitiesByName = Regions.All.Where(r => r is { City: not null, County: null })
        .SelectMany(r => new[] { r.City!, r.City!.TrimEnd('市') }.Distinct().Select(n => (n, r))).ToLookup(p => p.n, p => p.r, StringComparer.Ordinal);

    public static byte Province(string? text) =>
        text is null ? (byte)0 : Engine.Identifiers.Province.TryMatch(text, out var province) || (province = Provinces.Find(text)) is not null ? byte.Parse(province.Code, CultureInfo.InvariantCulture) : (byte)0;

    /// <summary>A city by its name, or its code of four digits; the first four digits of GB/T 2260 as a number.</summary>
    public static IReadOnlyList<uint> Cities(string text, IReadOnlyList<string> provinces)
    {
        if (text.Length == 4 && uint.TryParse(text, CultureInfo.InvariantCulture, out var code)) return [code];
        var found = CitiesByName[text].Select(r => uint.Parse(r.Code[..4], CultureInfo.InvariantCulture));
        return [.. provinces.Count == 0 ? found : found.Where(c => provinces.Any(p => Province(p) == c / 100))];
    }

    public static ushort City(string? city, string? province) => city is null ? (ushort)0 : Cities(city, province is null ? [] : [province]) is [var code, ..] ? (ushort)code : (ushort)0;

    public static string? CityName(uint code) => code == 0 ? null : Regions.Find(code.ToString("0000", CultureInfo.InvariantCulture) + "00")?.City;

    /// <summary>1 to 97 a division of GB/T 4754, 101 to 120 a section whose division is not known, 0 neither.</summary>
    public static byte Industry(string? text) => (byte)(Class(text) is var code and > 0 ? code > 10_000 ? code - 10_000 + 100 : code / 100 : 0);

    /// <summary>Four digits as a number, 00 at the end where only the division is known, 10001 to 10020 where only the section is, 0 where neither. Reads "I6510 应用软件开发", "I65", "6510" and names of sections and divisions.</summary>
    public static ushort Class(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return 0;
        var digits = char.IsAsciiLetter(text[0]) ? 1 : 0;
        var end = digits;
        while (end < text.Length && end - digits < 4 && char.IsAsciiDigit(text[end])) end++;
        var found = Engine.Identifiers.Industry.Find(text[..end]) ?? (end == 0 ? Engine.Identifiers.Industry.All.FirstOrDefault(i => i.Name == text) : null);
        if (found is null) return 0;
        return found.IsSection ? (ushort)(10_000 + found.Code[0] - 'A' + 1) : end - digits >= 2 ? ushort.Parse(text[digits..end].PadRight(4, '0'), CultureInfo.InvariantCulture) : ushort.Parse(found.Code[1..] + "00", CultureInfo.InvariantCulture);
    }

    public static bool IsClass(string text) => text.Length is 4 or 5 && char.IsAsciiLetter(text[0]) && text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>The divisions that a section or a division covers.</summary>
    public static IReadOnlyList<uint> Divisions(string text) => Industry(text) switch
    {
        0 => [],
        > 100 and var section => [section, .. Engine.Identifiers.Industry.All.Where(i => !i.IsSection && i.Code[0] == 'A' + section - 101).Select(i => uint.Parse(i.Code.AsSpan(1), CultureInfo.InvariantCulture))],
        var division => [division],
    };

    /// <summary>The classes that a section, division, group or class covers.</summary>
    public static IEnumerable<uint> Classes(string text)
    {
        if (!IsClass(text)) return Divisions(text).SelectMany(d => d > 100 ? [d + 9900] : Enumerable.Range((int)d * 100, 100).Select(c => (uint)c));
        var code = uint.Parse(text.AsSpan(1), CultureInfo.InvariantCulture);
        return text.Length == 4 ? Enumerable.Range((int)code * 10, 10).Select(c => (uint)c) : [code];
    }

    public static Industry? Division(uint code) => code is > 0 and < 100 ? Engine.Identifiers.Industry.Find(code.ToString("00", CultureInfo.InvariantCulture)) : null;

    public static Industry? Section(uint code) => code is > 100 and <= 120 ? Engine.Identifiers.Industry.Find(((char)('A' + code - 101)).ToString()) : Division(code)?.Section;

    /// <summary>0 where the amount cannot be compared.</summary>
    public static byte Currency(string? code) => (byte)Math.Max(0, Array.FindIndex(Currencies, c => string.Equals(c, code, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Null for an amount in a currency that is not listed here.</summary>
    public static string? CurrencyCode(byte currency) => currency > 0 && currency < Currencies.Length ? Currencies[currency] : null;

    public static string CurrencyName(byte currency) => Text.Currencies.Split('|') is var names && currency > 0 && currency <= names.Length ? names[currency - 1] : CurrencyCode(currency) ?? "";
}
