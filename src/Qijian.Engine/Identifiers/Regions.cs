using System.Collections.Frozen;
using Qijian.Engine.Text;

namespace Qijian.Engine.Identifiers;

/// <summary>How a division code was decoded.</summary>
public enum RegionBasis
{
    /// <summary>By a table of divisions as they were in the year of registration.</summary>
    Historical,

    /// <summary>By the table of today's divisions.</summary>
    Current,

    /// <summary>Only its province, or province and city, are known: the division is a former one.</summary>
    Prefix,

    /// <summary>Not even the province is known.</summary>
    Unknown,
}

/// <summary>What a division code of GB/T 2260 stands for; the names from province down to where it is known.</summary>
public sealed record RegionDecoding(RegionBasis Basis, string? Province, string? City, string? District);

/// <summary>The divisions of GB/T 2260.</summary>
public static class Regions
{
    private static readonly Lazy<FrozenDictionary<string, string>> Current = new(() =>
        EmbeddedTable.Lines("regions.dat").Where(l => l.Length > 0).Select(l => l.Split('\t')).ToFrozenDictionary(p => p[0], p => p[1], StringComparer.Ordinal));

    /// <summary>The name of a division of today, or null. O(1).</summary>
    public static string? Find(string code) => Current.Value.GetValueOrDefault(code);

    /// <summary>
    /// Decodes a division code as it was in a year: by the historical table where one is given, else by today's, else by
    /// prefix. Two thirds of the codes in real registers are in today's table, 97.7 % in the historical one.
    /// </summary>
    public static RegionDecoding Decode(string code, int? year = null, HistoricalRegions? history = null)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (code.Length != 6) return new(RegionBasis.Unknown, null, null, null);
        string province = string.Concat(code.AsSpan(0, 2), "0000"), city = string.Concat(code.AsSpan(0, 4), "00");
        string? NameOf(string part) => history?.Find(part, year) ?? Find(part);
        var (provinceName, cityName) = (NameOf(province), NameOf(city));
        if (provinceName is null) return new(RegionBasis.Unknown, null, null, null);
        if (history?.Find(code, year) is { } former) return new(RegionBasis.Historical, provinceName, city == code ? former : cityName, city == code ? null : former);
        if (Find(code) is { } name) return new(RegionBasis.Current, provinceName, code == province ? null : city == code ? name : cityName, code == city || code == province ? null : name);
        return new(RegionBasis.Prefix, provinceName, cityName, null);
    }
}

/// <summary>
/// Divisions as they were, imported by the operator: lines of code, name, first and last year, separated by tabs, a year
/// left empty where it is open. The layout of python-stdnum's <c>loc.dat</c> is taken as it is.
/// </summary>
public sealed class HistoricalRegions
{
    private readonly Dictionary<string, List<(int From, int To, string Name)>> names = new(StringComparer.Ordinal);

    /// <summary>Reads a table; <see cref="FormatException"/> names the line that is neither form. O(lines).</summary>
    public static HistoricalRegions Load(TextReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        HistoricalRegions regions = new();
        var prefix = "";
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            if (line.Split('\t') is [var code, var name, var from, var to]) regions.Add(code, YearOf(from, 0), YearOf(to, 9999), name);
            else if (line.IndexOf('"') is > 0 and var quote && line.LastIndexOf('"') is var end && end > quote)
            {
                var digits = line.AsSpan().TrimStart()[..(line[0] == ' ' ? 4 : 2)].ToString();
                if (line[0] != ' ') prefix = digits;
                foreach (var part in line[(quote + 1)..end].Split(',')) regions.AddDated(line[0] == ' ' ? prefix + digits : digits + "0000", part);
            }
            else throw new FormatException($"Line {number} is neither code, name, first and last year behind tabs nor a line of loc.dat.");
        }

        return regions;
    }

    /// <summary>The name in a year, or the latest where no year is given; null where the table has none.</summary>
    public string? Find(string code, int? year)
    {
        if (!names.TryGetValue(code, out var periods)) return null;
        foreach (var (from, to, name) in periods)
            if (year is null || (from <= year && year <= to)) return name;
        return year is null ? periods[^1].Name : null;
    }

    // "[1986-2010]某区": the years stand in brackets before the name.
    private void AddDated(string code, string text)
    {
        if (!text.StartsWith('[') || text.IndexOf(']', StringComparison.Ordinal) is not (> 0 and var end)) Add(code, 0, 9999, text);
        else if (text[1..end].Split('-') is [var from, var to]) Add(code, YearOf(from, 0), YearOf(to, 9999), text[(end + 1)..]);
    }

    private void Add(string code, int from, int to, string name)
    {
        if (!names.TryGetValue(code, out var periods)) names[code] = periods = [];
        periods.Add((from, to, name));
    }

    private static int YearOf(string text, int open) => int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var year) ? year : open;
}

/// <summary>A province, autonomous region, municipality or special administrative region.</summary>
/// <param name="Code">The two digits of GB/T 2260.</param>
public sealed record Province(string Code, string ShortName, string Name, string English)
{
    /// <summary>All of them, in the order of their codes.</summary>
    public static readonly IReadOnlyList<Province> All =
    [
        new("11", "北京", "北京市", "Beijing"), new("12", "天津", "天津市", "Tianjin"), new("13", "河北", "河北省", "Hebei"), new("14", "山西", "山西省", "Shanxi"),
        new("15", "内蒙古", "内蒙古自治区", "Inner Mongolia"), new("21", "辽宁", "辽宁省", "Liaoning"), new("22", "吉林", "吉林省", "Jilin"), new("23", "黑龙江", "黑龙江省", "Heilongjiang"),
        new("31", "上海", "上海市", "Shanghai"), new("32", "江苏", "江苏省", "Jiangsu"), new("33", "浙江", "浙江省", "Zhejiang"), new("34", "安徽", "安徽省", "Anhui"),
        new("35", "福建", "福建省", "Fujian"), new("36", "江西", "江西省", "Jiangxi"), new("37", "山东", "山东省", "Shandong"), new("41", "河南", "河南省", "Henan"),
        new("42", "湖北", "湖北省", "Hubei"), new("43", "湖南", "湖南省", "Hunan"), new("44", "广东", "广东省", "Guangdong"), new("45", "广西", "广西壮族自治区", "Guangxi"),
        new("46", "海南", "海南省", "Hainan"), new("50", "重庆", "重庆市", "Chongqing"), new("51", "四川", "四川省", "Sichuan"), new("52", "贵州", "贵州省", "Guizhou"),
        new("53", "云南", "云南省", "Yunnan"), new("54", "西藏", "西藏自治区", "Tibet"), new("61", "陕西", "陕西省", "Shaanxi"), new("62", "甘肃", "甘肃省", "Gansu"),
        new("63", "青海", "青海省", "Qinghai"), new("64", "宁夏", "宁夏回族自治区", "Ningxia"), new("65", "新疆", "新疆维吾尔自治区", "Xinjiang"),
        new("71", "台湾", "台湾省", "Taiwan"), new("81", "香港", "香港特别行政区", "Hong Kong"), new("82", "澳门", "澳门特别行政区", "Macao"),
    ];

    /// <summary>The province of a two-digit code, or null.</summary>
    public static Province? Find(ReadOnlySpan<char> code)
    {
        foreach (var province in All)
            if (code.SequenceEqual(province.Code)) return province;
        return null;
    }

    /// <summary>The province by its short, full or English name.</summary>
    public static bool TryMatch(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Province? province)
    {
        province = All.FirstOrDefault(p => text == p.ShortName || text == p.Name || string.Equals(text, p.English, StringComparison.OrdinalIgnoreCase));
        return province is not null;
    }
}
