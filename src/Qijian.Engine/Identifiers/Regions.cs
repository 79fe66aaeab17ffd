using System.Globalization;
using System.Text.RegularExpressions;
using Qijian.Engine.Text;

namespace Qijian.Engine.Identifiers;

/// <summary>A region of today's GB/T 2260: a province, a city or a county with what it lies in.</summary>
/// <param name="Code">Six digits.</param>
/// <param name="Province">The full name of the province.</param>
/// <param name="City">The city, null for a province and where the county lies directly in it (市辖区 and the like are no names).</param>
/// <param name="County">The county, district or banner; null for a province or a city.</param>
public sealed record Region(string Code, string Province, string? City, string? County)
{
    /// <summary>The name of the region itself.</summary>
    public string Name => County ?? City ?? Province;

    /// <summary>The names from the province down: 广东省深圳市南山区.</summary>
    public string FullName => Province + City + County;
}

/// <summary>By which table a region code was decoded.</summary>
public enum RegionBasis
{
    /// <summary>No digits, or a province that never was.</summary>
    Unknown,
    /// <summary>The table of former divisions that the operator imported.</summary>
    Historical,
    /// <summary>Today's table.</summary>
    Current,
    /// <summary>Only the province, or province and city, are known: the division is a former one.</summary>
    Prefix,
}

/// <summary>What a region code means, and by which table.</summary>
/// <param name="Code">The code as it was given.</param>
/// <param name="Basis">The table.</param>
/// <param name="Province">The full name of the province, where known.</param>
/// <param name="City">The city, where the code lies in one and it is known.</param>
/// <param name="County">The county, district or banner, where known.</param>
/// <param name="FormerDivision">The last known level is missing: say "a former division" there.</param>
public sealed record RegionDecoding(string Code, RegionBasis Basis, string? Province, string? City, string? County, bool FormerDivision = false);

/// <summary>The regions of China: today's table, and the meaning of the codes inside identifiers.</summary>
/// <remarks>
/// Characters 3 to 8 of a credit code are the region as it was at registration, so today's table decodes two thirds of real codes only (67 %)
/// and a table by years 97.7 %. Thread-safe; look-ups are O(1).
/// </remarks>
public static class Regions
{
    private static readonly Lazy<Dictionary<string, Region>> Table = new(Read);

    /// <summary>Today's regions, by code.</summary>
    public static IReadOnlyCollection<Region> All => Table.Value.Values;

    /// <summary>The region of today with this code of six digits, or null.</summary>
    public static Region? Find(string code6) => Table.Value.GetValueOrDefault(code6);

    /// <summary>Decodes a code of six digits: by the historical table where there is one, else today's, else by its province and city.</summary>
    /// <param name="code6">The code; anything else gives <see cref="RegionBasis.Unknown"/>.</param>
    /// <param name="registrationYear">The year whose table holds; without it the latest meaning.</param>
    /// <param name="historical">The operator's table of former divisions.</param>
    public static RegionDecoding Decode(string code6, int? registrationYear = null, HistoricalRegions? historical = null)
    {
        ArgumentNullException.ThrowIfNull(code6);
        if (code6.Length != 6 || !Codes.AreDigits(code6)) return new(code6, RegionBasis.Unknown, null, null, null);
        if (historical?.Decode(code6, registrationYear) is { } former) return former;
        if (Find(code6) is { } current) return new(code6, RegionBasis.Current, current.Province, current.City, current.County);
        var province = Find(code6[..2] + "0000");
        if (province is null) return new(code6, RegionBasis.Unknown, null, null, null);
        var city = Find(code6[..4] + "00")?.City;
        return new(code6, RegionBasis.Prefix, province.Province, city, null, FormerDivision: true);
    }

    /// <summary>Whether a name only groups regions in the table and is no place.</summary>
    internal static bool IsGroup(string name) => name is "市辖区" or "县" or "市" or "市区" or "省直辖县级行政区划" or "自治区直辖县级行政区划";

    private static Dictionary<string, Region> Read()
    {
        Dictionary<string, Region> regions = [];
        string province = "", city = "";
        foreach (var line in EmbeddedTable.Lines("regions.dat"))
        {
            var (code, name) = (line[..6], line[7..]);
            if (code.EndsWith("0000", StringComparison.Ordinal))
            {
                province = name;
                regions[code] = new(code, name, null, null);
            }
            else if (code.EndsWith("00", StringComparison.Ordinal))
            {
                city = name;
                if (!IsGroup(name)) regions[code] = new(code, province, name, null);
            }
            else
            {
                regions[code] = new(code, province, IsGroup(city) ? null : city, name);
            }
        }
        return regions;
    }
}

/// <summary>The divisions of GB/T 2260 as they were in each year, from a table that an operator imports.</summary>
/// <remarks>
/// Two layouts are read, told apart line by line; lines that are empty or begin with <c>#</c> are skipped:
/// <list type="bullet">
/// <item>ours: <c>code⇥name⇥fromYear⇥toYear</c>, both years inclusive, either may be empty, a code may have several lines;</item>
/// <item>the one of python-stdnum's <c>loc.dat</c>: <c>11 province="北京市"</c>, then <c>  0103 county="[-2010]崇文区"</c> with ranges parted by commas.</item>
/// </list>
/// </remarks>
public sealed partial class HistoricalRegions
{
    private readonly record struct Spell(string Name, int From, int To);

    private readonly Dictionary<string, List<Spell>> _spells = [];

    private HistoricalRegions()
    {
    }

    /// <summary>The number of codes.</summary>
    public int Count => _spells.Count;

    /// <summary>Reads a table. O(size).</summary>
    /// <exception cref="FormatException">A line follows neither layout; the message names it by its number.</exception>
    public static HistoricalRegions Load(TextReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        HistoricalRegions table = new();
        var province = "";
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line) || line[0] is '#') continue;
            line = line.TrimStart('\uFEFF');
            if (line.Split('\t') is [{ Length: 6 } code, { Length: > 0 } name, ..] fields && Codes.AreDigits(code) && fields.Length <= 4
                && TryYear(fields.ElementAtOrDefault(2), 0, out var from) && TryYear(fields.ElementAtOrDefault(3), int.MaxValue, out var to))
            {
                table.Add(code, new(name, from, to));
            }
            else if (StdnumLine().Match(line) is { Success: true } match)
            {
                if (match.Groups["code"].Length == 2) province = match.Groups["code"].Value;
                code = (match.Groups["code"].Length == 2 ? "" : province) + match.Groups["code"].Value;
                table.AddRanges(code.PadRight(6, '0'), match.Groups["names"].Value, number);
            }
            else
            {
                throw new FormatException($"Line {number} of the table of regions is neither code, name, from, to nor code and name in quotes.");
            }
        }
        return table;
    }

    /// <summary>The meaning of a code in a year, or null where the table does not hold it.</summary>
    internal RegionDecoding? Decode(string code, int? year)
    {
        if (NameOf(code, year) is not { } name) return null;
        var province = NameOf(code[..2] + "0000", year) ?? Regions.Find(code[..2] + "0000")?.Province;
        if (code.EndsWith("0000", StringComparison.Ordinal)) return new(code, RegionBasis.Historical, name, null, null);
        if (code.EndsWith("00", StringComparison.Ordinal)) return new(code, RegionBasis.Historical, province, Place(name), null);
        var city = NameOf(code[..4] + "00", year) ?? Regions.Find(code[..4] + "00")?.City;
        return new(code, RegionBasis.Historical, province, Place(city), name);
    }

    private static string? Place(string? name) => name is null || Regions.IsGroup(name) ? null : name;

    /// <summary>The name that held in the year; else the one nearest to it; without a year the latest.</summary>
    private string? NameOf(string code, int? year)
    {
        if (!_spells.TryGetValue(code, out var spells)) return null;
        return spells.MinBy(s => year is not { } y ? -(long)s.To : y < s.From ? s.From - y : y > s.To ? y - s.To : 0).Name;
    }

    private void Add(string code, Spell spell)
    {
        if (!_spells.TryGetValue(code, out var spells)) _spells[code] = spells = [];
        spells.Add(spell);
    }

    private void AddRanges(string code, string names, int number)
    {
        foreach (Match match in Range().Matches(names))
        {
            if (!TryYear(match.Groups["from"].Value, 0, out var from) || !TryYear(match.Groups["to"].Value, int.MaxValue, out var to))
                throw new FormatException($"Line {number} of the table of regions has a year that is none.");
            Add(code, new(match.Groups["name"].Value, from, to));
        }
    }

    private static bool TryYear(string? text, int open, out int year)
    {
        year = open;
        return string.IsNullOrWhiteSpace(text) || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out year);
    }

    [GeneratedRegex("""^\s*(?<code>\d\d|\d{4}) +(province|county)="(?<names>[^"]+)"\s*$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StdnumLine();

    [GeneratedRegex(@"(\[(?<from>\d*)-(?<to>\d*)\])?(?<name>[^\[\],]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Range();
}
