using Qijian.Engine.Identifiers;

namespace Qijian.Tests.Engine.Identifiers;

public sealed class RegionsTests(ITestOutputHelper output)
{
    private const string OurLayout = "# code\tname\tfrom\tto\n110103\t崇文区\t\t2010\n110000\t北京市\t\t\n110221\t昌平县\t1982\t1999\n110221\t别名区\t2000\t\n";
    private const string StdnumLayout = "# comment\n11 province=\"北京市\"\n  0000 county=\"北京市\"\n  0100 county=\"市辖区\"\n  0103 county=\"[-2010]崇文区\"\n  0221 county=\"[1982-1999]昌平县,[2000-]别名区\"\n";

    [Theory]
    [InlineData("440305", "广东省深圳市南山区")]
    [InlineData("110105", "北京市朝阳区")]
    [InlineData("440300", "广东省深圳市")]
    [InlineData("110000", "北京市")]
    [InlineData("429004", "湖北省仙桃市")]
    [InlineData("810000", "香港特别行政区")]
    public void A_code_of_today_has_a_name(string code, string name) => Assert.Equal(name, Regions.Find(code)?.FullName);

    [Fact]
    public void A_current_code_is_decoded_by_the_current_table() =>
        Assert.Equal(new RegionDecoding("440305", RegionBasis.Current, "广东省", "深圳市", "南山区"), Regions.Decode("440305"));

    [Fact]
    public void A_former_division_is_decoded_by_province_and_city() =>
        Assert.Equal(new RegionDecoding("330183", RegionBasis.Prefix, "浙江省", "杭州市", null, FormerDivision: true), Regions.Decode("330183", 2014));

    [Theory]
    [InlineData("990000")]
    [InlineData("12345")]
    [InlineData("abcdef")]
    [InlineData("")]
    public void What_is_no_region_is_unknown(string code) => Assert.Equal(RegionBasis.Unknown, Regions.Decode(code).Basis);

    [Theory]
    [InlineData(OurLayout)]
    [InlineData(StdnumLayout)]
    public void Either_layout_of_former_divisions_decodes_by_year(string text)
    {
        var table = HistoricalRegions.Load(new StringReader(text));
        Assert.Equal(new RegionDecoding("110103", RegionBasis.Historical, "北京市", null, "崇文区"), Regions.Decode("110103", 2005, table));
        Assert.Equal("昌平县", Regions.Decode("110221", 1999, table).County);
        Assert.Equal("别名区", Regions.Decode("110221", 2000, table).County);
        Assert.Equal("别名区", Regions.Decode("110221", null, table).County);
        Assert.Equal("昌平县", Regions.Decode("110221", 1970, table).County);
        Assert.Equal(RegionBasis.Current, Regions.Decode("440305", 2020, table).Basis);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("110103\t崇文区\tyear\t")]
    [InlineData("11010\t崇文区")]
    public void A_line_of_neither_layout_is_named(string line) =>
        Assert.Contains("Line 2", Assert.Throws<FormatException>(() => HistoricalRegions.Load(new StringReader("\n" + line))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("内蒙古自治区", "15")]
    [InlineData("内蒙古", "15")]
    [InlineData("Inner Mongolia", "15")]
    [InlineData("重慶市", "50")]
    [InlineData("11", "11")]
    [InlineData("Xizang", "54")]
    public void A_province_is_found_by_any_of_its_names(string text, string code)
    {
        Assert.True(Province.TryMatch(text, out var province));
        Assert.Equal(code, province.Code);
    }

    [Fact]
    public void There_are_34_provinces_and_each_is_in_the_table()
    {
        Assert.Equal(34, Provinces.All.Count);
        Assert.All(Provinces.All, p => Assert.Equal(p.FullName, Regions.Find(p.Code + "0000")?.Province));
        Assert.False(Province.TryMatch("Atlantis", out _));
    }

    [Fact]
    public void There_are_20_sections_and_97_divisions()
    {
        Assert.Equal(20, Industry.All.Count(i => i.IsSection));
        Assert.Equal(string.Join(" ", Enumerable.Range(1, 97).Select(i => $"{i:00}")), string.Join(" ", Industry.All.Where(i => !i.IsSection).Select(i => i.Code[1..])));
        Assert.Equal("农副食品加工业", Industry.Find("C1311")?.Name);
        Assert.Equal("制造业", Industry.Find("13")?.Section.Name);
        Assert.Null(Industry.Find("Z"));
        Assert.Null(Industry.Find("98"));
    }

    [Fact]
    public void Real_codes_are_decoded_and_counted()
    {
        using StringReader text = new(string.Join('\n', RealData.Lines("id-validators/gb2260_historical_loc.dat")));
        var table = HistoricalRegions.Load(text);
        Dictionary<(string, RegionBasis), int> counts = [];
        var all = 0;
        foreach (var line in RealData.Lines("cn-registry/names_dev_2952k.tsv.gz").Skip(1).Take(1_000_000))
        {
            var fields = line.Split('\t');
            if (!CreditCode.TryParse(fields[1], out var code)) continue;
            all++;
            int? year = fields[2].Length >= 4 && int.TryParse(fields[2].AsSpan(0, 4), System.Globalization.CultureInfo.InvariantCulture, out var y) ? y : null;
            var with = ("with", Regions.Decode(code.RegionCode, year, table).Basis);
            var without = ("without", Regions.Decode(code.RegionCode).Basis);
            counts[with] = counts.GetValueOrDefault(with) + 1;
            counts[without] = counts.GetValueOrDefault(without) + 1;
        }
        foreach (var (key, count) in counts) output.WriteLine($"{key.Item1} former divisions, {key.Item2}: {100.0 * count / all:F2} %");
        Assert.True(counts[("with", RegionBasis.Historical)] > 0.95 * all);
    }

    [Fact]
    public void Names_of_industries_agree_with_the_standard()
    {
        var other = 0;
        foreach (var fields in RealData.Lines("cn-reference/gbt4754-2017/gbt4754_2017.csv").Skip(1).Select(l => l.Split(',')).Where(f => f[3] is "门类" or "大类"))
        {
            if (string.Equals(Industry.Find(fields[0])?.Name, fields[4], StringComparison.Ordinal)) continue;
            other++;
            output.WriteLine($"{fields[0]} {fields[4]} / {Industry.Find(fields[0])?.Name}");
        }
        Assert.True(other <= 4);
    }
}
