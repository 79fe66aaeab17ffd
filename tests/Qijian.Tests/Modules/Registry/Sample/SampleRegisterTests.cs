using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Qijian.Engine.Identifiers;
using Qijian.Engine.Text;
using Qijian.Modules.Registry;
using Showcase = Qijian.Modules.Registry.SampleRegister.Showcase;

namespace Qijian.Tests.Modules.Registry.Sample;

public sealed partial class SampleRegisterTests
{
    private static readonly DateOnly Today = new(2026, 1, 1);
    private static readonly IReadOnlyList<JsonElement> Companies = [.. Encoding.UTF8.GetString(Written()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    private static readonly ILookup<string, JsonElement> ByName = Companies.ToLookup(c => Said(c, "name")!, StringComparer.Ordinal);

    // What it hashes to is written down, so that neither another machine nor another framework may change it unseen.
    // Whoever changes the sample on purpose writes down the new value.
    [Fact]
    public void The_sample_is_the_same_every_time() =>
        Assert.Equal("1a81f9fcdbae26280f6c7e0d8ba9261831bedb678a6d3ad70b17f1404a1e0682", Convert.ToHexStringLower(SHA256.HashData(Written())));

    [Theory]
    [InlineData("ar-SA")]
    [InlineData("th-TH")]
    [InlineData("de-DE")]
    public void The_sample_does_not_hang_on_the_language_of_the_machine(string culture)
    {
        var before = CultureInfo.CurrentCulture;
        var expected = Written(400);
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            Assert.Equal(expected, Written(400));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(400)]
    [InlineData(4000)]
    public void As_many_companies_are_written_as_were_asked_for(int count) => Assert.Equal(count, Written(count).Count(b => b == '\n'));

    [Fact]
    public void Every_line_can_be_imported()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, Written());
            using var source = SourceFile.Open(file);
            var outcomes = RegisterRows.Read(source, ColumnMapping.Load(null), 0, []).ToList();
            Assert.Equal(4000, outcomes.Count);
            Assert.All(outcomes, o => Assert.Null(o.Problem));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Every_name_says_that_it_is_an_example()
    {
        var names = Companies.SelectMany(c => All(c, "previousNames").Append(c).Concat(Part(c, "parent")).Concat(All(c, "owners").Concat(All(c, "controllers")).Where(o => Said(o, "type") is "company")))
            .Select(c => Said(c, "name")!).Concat(Companies.SelectMany(c => All(c, "shortName")).Select(s => s.GetString()!)).Concat(Companies.Select(c => Said(c, "registrar")!));
        Assert.All(names, name => Assert.Contains("示例", name, StringComparison.Ordinal));
        Assert.All(Companies.Select(c => Said(c, "englishName")).OfType<string>(), name => Assert.Contains("Example", name, StringComparison.Ordinal));
        Assert.All(Companies.Select(c => Said(c, "website")).OfType<string>(), site => Assert.EndsWith(".example", site, StringComparison.Ordinal));
        Assert.All(Companies.Select(c => Said(c, "stockCode")).OfType<string>(), code => Assert.StartsWith("990", code, StringComparison.Ordinal));
        Assert.All(Companies, c => Assert.Contains("示例", Said(c, "address")!, StringComparison.Ordinal));
    }

    [Fact]
    public void No_code_could_belong_to_a_real_body()
    {
        Assert.All(Codes(), code => Assert.Equal(RegionBasis.Unknown, Regions.Decode(code[2..8]).Basis));
        Assert.All(Codes(), code => Assert.Equal("99", code[2..4]));
        Assert.All(Numbers(), number => Assert.Equal("99", number[..2]));
    }

    [Fact]
    public void Codes_pass_their_check_digits_but_for_the_one_that_shows_a_failing_one()
    {
        Assert.Equal([Showcase.WrongCheckCode], Codes().Where(code => CreditCode.Check(code).Verdict is not CodeVerdict.Valid), StringComparer.Ordinal);
        Assert.Equal(CodeVerdict.WrongCheckCharacter, CreditCode.Check(Showcase.WrongCheckCode).Verdict);
        Assert.All(Numbers(), number => Assert.True(RegistrationNumber.TryParse(number, null, out _)));
    }

    [Fact]
    public void No_two_bodies_share_a_code_a_number_or_a_name()
    {
        Assert.Distinct(Codes(), StringComparer.Ordinal);
        Assert.Distinct(Numbers(), StringComparer.Ordinal);
        Assert.Distinct(Companies.Select(c => Normalizer.Key(Said(c, "name")!)), StringComparer.Ordinal);
        Assert.Distinct(Companies.Select(c => Said(c, "stockCode")).OfType<string>(), StringComparer.Ordinal);
    }

    [Fact]
    public void Every_company_that_owns_or_has_branches_has_a_line_of_its_own_under_that_code()
    {
        var lines = Companies.Select(c => (Said(c, "name"), Said(c, "creditCode"))).ToHashSet();
        var parties = Companies.SelectMany(c => All(c, "owners").Concat(All(c, "controllers")).Concat(Part(c, "parent"))).Where(p => Said(p, "creditCode") is not null);
        Assert.All(parties, party => Assert.Contains((Said(party, "name"), Said(party, "creditCode")), lines));
    }

    [Fact]
    public void Shares_of_a_company_never_sum_to_more_than_all() =>
        Assert.All(Companies, c => Assert.InRange(Current(c).Sum(o => Number(o, "percent") ?? Number(o, "minimum") ?? 0), 0m, 100m));

    [Fact]
    public void There_are_chains_cross_holdings_ranges_and_unknown_remainders()
    {
        var owners = Companies.ToDictionary(c => Said(c, "name")!, c => Current(c).Where(o => Said(o, "type") is "company").Select(o => Said(o, "name")!).ToList(), StringComparer.Ordinal);
        List<string> Above(string name) => owners.GetValueOrDefault(name) ?? [];
        bool Crosses(string name) => Above(name).Exists(owner => Above(owner).Contains(name, StringComparer.Ordinal));
        bool Circles(string name) => Above(name).SelectMany(Above).Any(second => second != name && Above(second).Contains(name, StringComparer.Ordinal));
        int Height(string name, int most) => most == 0 ? 0 : 1 + Above(name).Select(o => Height(o, most - 1)).DefaultIfEmpty(0).Max();

        Assert.True(owners.Keys.Count(name => Height(name, 6) == 6) > 20, "chains of six bodies");
        Assert.True(owners.Keys.Count(name => Crosses(name)) >= 6, "bodies in cross-holdings");
        Assert.True(owners.Keys.Count(name => Circles(name)) >= 6, "bodies in loops of three");
        Assert.True(Companies.Count(c => Current(c).Any(o => Said(o, "percent") is null && Said(o, "minimum") is not null)) > 50, "ranges");
        Assert.True(Companies.Count(c => Current(c).Any(o => Said(o, "type") is "unknown")) > 50, "unknown owners");
        Assert.True(Companies.Count(c => Current(c).Any() && Current(c).All(o => Number(o, "percent") > 0) && Current(c).Sum(o => Number(o, "percent")) < 99) > 50, "remainders that nobody discloses");
        Assert.Contains(Companies, c => Current(c).Count(o => Said(o, "percent") is "33.3333") == 3);
        Assert.Contains(Companies, c => All(c, "owners").Any(o => Said(o, "to") is not null));
    }

    [Fact]
    public void There_are_hubs_and_names_that_own_many_companies()
    {
        int Holdings(string name) => Companies.Count(c => Current(c).Any(o => Said(o, "name") == name));
        Assert.InRange(Holdings(Showcase.Hub), 150, 400);
        Assert.InRange(Holdings(Showcase.SecondHub), 50, 150);
        Assert.InRange(Holdings(Showcase.Magnate), 25, 60);
    }

    [Fact]
    public void Most_bodies_are_active_and_every_status_occurs()
    {
        var byStatus = Companies.GroupBy(c => Said(c, "status")!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        Assert.Equivalent((string[])["存续", "注销", "吊销", "撤销", "迁出", "设立中", "清算中", "停业", "其他"], byStatus.Keys, strict: true);
        Assert.InRange(byStatus["存续"], 3000, 3800);
        Assert.All(Companies, c => Assert.Equal(Said(c, "status") is "注销", Said(c, "deregisteredOn") is not null));
        Assert.All(Companies, c => Assert.Equal(Said(c, "status") is "吊销", Said(c, "revokedOn") is not null));
    }

    [Fact]
    public void They_are_spread_over_all_provinces_and_forty_years()
    {
        Assert.Equal(31, Companies.Select(c => Said(c, "province")).Distinct(StringComparer.Ordinal).Count());
        Assert.True(Companies.Count(c => Said(c, "province") is "广东") > 10 * Companies.Count(c => Said(c, "province") is "西藏"));
        Assert.All(Companies, c => Assert.True(Province.TryMatch(Said(c, "province")!, out _)));
        Assert.Equal([.. Enumerable.Range(1985, 41)], Companies.Select(c => Day(c, "foundedOn")?.Year).OfType<int>().Distinct().Order());
    }

    [Fact]
    public void Nothing_happens_before_a_body_exists_nor_after_it_is_gone()
    {
        foreach (var company in Companies.Where(c => Said(c, "foundedOn") is not null))
        {
            var (from, to) = (Day(company, "foundedOn")!.Value, Day(company, "deregisteredOn") ?? Today);
            var days = All(company, "changes").Concat(All(company, "penalties")).Concat(All(company, "abnormalListings")).Select(e => Day(e, "date")!.Value)
                .Concat(All(company, "owners").Concat(All(company, "officers")).SelectMany(p => new[] { Day(p, "from"), Day(p, "to") }).OfType<DateOnly>());
            Assert.All(days, day => Assert.InRange(day, from, to));
        }
    }

    [Fact]
    public void Every_text_of_capital_can_be_read()
    {
        var texts = Companies.SelectMany(c => new[] { Said(c, "capital"), Said(c, "paidCapital") }).OfType<string>().ToList();
        Assert.All(texts, text => Assert.True(Capital.TryParse(text, out var capital) && capital is { CurrencyAssumed: false, UnitAssumed: false, Amount: > 0 }, text));
        Assert.Superset(new HashSet<string>(StringComparer.Ordinal) { "CNY", "USD", "HKD", "EUR" }, texts.Select(t => Capital.TryParse(t, out var c) ? c.Currency : "").ToHashSet(StringComparer.Ordinal));
        Assert.All((string[])["万人民币", "(万元人民币)", "万元人民币"], form => Assert.Contains(texts, t => t.EndsWith(form, StringComparison.Ordinal)));
        var amounts = Companies.Select(c => Said(c, "capital")).OfType<string>().Select(t => Capital.TryParse(t, out var c) ? c.Amount : 0).Order().ToList();
        Assert.True(amounts.Average() > 4 * amounts[amounts.Count / 2], "few large ones, many small ones");
    }

    [Fact]
    public void Branches_stand_under_the_name_of_their_company()
    {
        var branches = Companies.Where(c => Part(c, "parent").Any()).ToList();
        Assert.True(branches.Count > 100);
        Assert.All(branches, b => Assert.StartsWith(Said(Part(b, "parent").Single(), "name")!, Said(b, "name")!, StringComparison.Ordinal));
        Assert.All(branches, b => Assert.Empty(All(b, "owners")));
    }

    [Fact]
    public void Names_come_in_every_manner_of_writing()
    {
        Assert.All((string[])["（上海）", "(上海)", "貿易", "Nova", "e方", "重庆", "六安", "曾氏", "股份有限公司", "合伙企业"], part => Assert.Contains(Companies, c => Said(c, "name")!.Contains(part, StringComparison.Ordinal)));
        Assert.Contains(Companies, c => TwoCharacterBrand().IsMatch(Said(c, "name")!));
    }

    [Fact]
    public void Some_penalties_are_past_their_publicity_and_some_listings_are_removed()
    {
        var penalties = Companies.SelectMany(c => All(c, "penalties")).ToList();
        Assert.Contains(penalties, p => Day(p, "publicUntil") < Today);
        Assert.Contains(penalties, p => Day(p, "publicUntil") >= Today);
        var listings = Companies.SelectMany(c => All(c, "abnormalListings")).ToList();
        Assert.Contains(listings, l => Said(l, "removedOn") is not null);
        Assert.Contains(listings, l => Said(l, "removedOn") is null);
        Assert.Contains(Companies.SelectMany(c => All(c, "previousNames")), n => Said(n, "from") is not null);
        Assert.Contains(Companies.SelectMany(c => All(c, "previousNames")), n => Said(n, "from") is null);
    }

    [Fact]
    public void The_showcase_stands_first_under_its_names_and_codes()
    {
        Assert.Equal(Showcase.Company, Said(Companies[0], "name"));
        (string Name, string Code)[] showcase =
        [
            (Showcase.Company, Showcase.CompanyCode), (Showcase.Parent, Showcase.ParentCode), (Showcase.Subsidiary, Showcase.SubsidiaryCode), (Showcase.Branch, Showcase.BranchCode),
            (Showcase.CrossOne, Showcase.CrossOneCode), (Showcase.CrossTwo, Showcase.CrossTwoCode), (Showcase.CycleOne, Showcase.CycleOneCode), (Showcase.CycleTwo, Showcase.CycleTwoCode),
            (Showcase.CycleThree, Showcase.CycleThreeCode), (Showcase.Hub, Showcase.HubCode), (Showcase.SecondHub, Showcase.SecondHubCode), (Showcase.Listed, Showcase.ListedCode),
            (Showcase.WrongCheck, Showcase.WrongCheckCode), (Showcase.ChainTop, Showcase.ChainTopCode), (Showcase.ChainBottom, Showcase.ChainBottomCode), (Showcase.Ranges, Showcase.RangesCode),
            (Showcase.Traditional, Showcase.TraditionalCode), (Showcase.Latin, Showcase.LatinCode), (Showcase.Chongqing, Showcase.ChongqingCode), (Showcase.Luan, Showcase.LuanCode),
            (Showcase.NamesakeOne, Showcase.NamesakeOneCode), (Showcase.NamesakeTwo, Showcase.NamesakeTwoCode), (Showcase.Deregistered, Showcase.DeregisteredCode),
        ];
        Assert.All(showcase, s => Assert.Equal(s.Code, Said(ByName[s.Name].Single(), "creditCode")));
        var numberOnly = ByName[Showcase.NumberOnly].Single();
        Assert.Equal((null, Showcase.NumberOnlyNumber), (Said(numberOnly, "creditCode"), Said(numberOnly, "registrationNumber")));
        Assert.Equal(Showcase.ListedStock, Said(ByName[Showcase.Listed].Single(), "stockCode"));
        Assert.All((string[])[Showcase.NamesakeOne, Showcase.NamesakeTwo], name => Assert.Contains(All(ByName[name].Single(), "owners"), o => Said(o, "name") == Showcase.Namesake));
    }

    [Fact]
    public void The_first_company_shows_everything_a_record_can_hold()
    {
        var company = Companies[0];
        Assert.Equal([("person", "40"), ("company", "35"), ("unknown", null)], Current(company).Select(o => (Said(o, "type"), Said(o, "percent"))));
        Assert.Equal(Showcase.ParentCode, Said(Current(company).ElementAt(1), "creditCode"));
        Assert.Equal("1850.0000(万元人民币)", Said(company, "capital"));
        Assert.All((string[])["officers", "previousNames", "changes", "penalties", "abnormalListings", "controllers", "shortName"], part => Assert.NotEmpty(All(company, part)));
        Assert.All((string[])["englishName", "registrationNumber", "website", "scope", "address", "legalRepresentative", "foundedOn", "approvedOn"], part => Assert.NotNull(Said(company, part)));
    }

    private static byte[] Written(int companies = 4000)
    {
        using MemoryStream stream = new();
        SampleRegister.Write(stream, companies);
        return stream.ToArray();
    }

    private static List<string> Codes() => [.. Companies.Select(c => Said(c, "creditCode")).OfType<string>()];

    private static List<string> Numbers() => [.. Companies.Select(c => Said(c, "registrationNumber")).OfType<string>()];

    private static IEnumerable<JsonElement> Current(JsonElement company) => All(company, "owners").Where(o => Said(o, "to") is null);

    private static IEnumerable<JsonElement> All(JsonElement json, string name) => json.TryGetProperty(name, out var list) ? list.EnumerateArray() : Enumerable.Empty<JsonElement>();

    private static IEnumerable<JsonElement> Part(JsonElement json, string name) => json.TryGetProperty(name, out var part) ? [part] : [];

    private static string? Said(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static decimal? Number(JsonElement json, string name) => Said(json, name) is { } text ? decimal.Parse(text, CultureInfo.InvariantCulture) : null;

    private static DateOnly? Day(JsonElement json, string name) => Said(json, name) is { } text ? DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture) : null;

    [GeneratedRegex("^[一-龥]{2}示例", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TwoCharacterBrand();
}
