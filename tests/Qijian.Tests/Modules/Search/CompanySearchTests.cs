using Microsoft.EntityFrameworkCore;
using Qijian.Engine.Text;
using Qijian.Modules.Registry;
using Qijian.Modules.Search;

namespace Qijian.Tests.Modules.Search;

/// <summary>One site on the sample with one way of searching, shared by the tests that only read.</summary>
public abstract class SearchSite(bool postgres, SearchEngine engine) : IAsyncLifetime
{
    public TestSite Site { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (!postgres || TestSite.PostgresServer is not null) Site = await StartAsync(); // else each test is skipped, by name
    }

    /// <summary>Another site of the kind.</summary>
    public Task<TestSite> StartAsync() => TestSite.StartAsync(postgres, settings: [$"--Search:Engine={engine}"]);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Site is not null) await Site.DisposeAsync();
    }
}

public sealed class EmbeddedOnSqlite() : SearchSite(postgres: false, SearchEngine.Embedded);

public sealed class EmbeddedOnPostgres() : SearchSite(postgres: true, SearchEngine.Embedded);

public sealed class InPostgres() : SearchSite(postgres: true, SearchEngine.PostgreSql);

public sealed class EmbeddedOnSqliteSearchTests(EmbeddedOnSqlite site) : CompanySearchTests(site), IClassFixture<EmbeddedOnSqlite>;

public sealed class EmbeddedOnPostgresSearchTests(EmbeddedOnPostgres site) : CompanySearchTests(site), IClassFixture<EmbeddedOnPostgres>;

public sealed class InPostgresSearchTests(InPostgres site) : CompanySearchTests(site), IClassFixture<InPostgres>;

/// <summary>What every implementation of <see cref="ICompanySearch"/> does, on the fictional sample.</summary>
public abstract class CompanySearchTests
{
    private readonly SearchSite shared;

    protected CompanySearchTests(SearchSite shared)
    {
        Assert.SkipWhen(shared.Site is null, TestSite.NoPostgres);
        this.shared = shared;
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Task<SearchPage> SearchAsync(SearchRequest request) => SearchAsync(shared.Site, request);

    private Task<SearchPage> FindAsync(string text) => SearchAsync(shared.Site, new() { Text = text, PageSize = 100 });

    private static Task<SearchPage> SearchAsync(TestSite site, SearchRequest request) => site.WithAsync<ICompanySearch, SearchPage>(s => s.SearchAsync(request, Ct));

    private Task<IReadOnlyList<SearchSuggestion>> SuggestAsync(string text) => shared.Site.WithAsync<ICompanySearch, IReadOnlyList<SearchSuggestion>>(s => s.SuggestAsync(text, Ct));

    private static Dictionary<string, IReadOnlyList<string>> Filter(string facet, params string[] values) => new(StringComparer.Ordinal) { [facet] = values };

    private Task<int> CountAsync(Func<IQueryable<Company>, IQueryable<Company>> where) => shared.Site.WithAsync<AppDb, int>(db => where(db.Companies).CountAsync(Ct));

    // ---- What it finds ----

    [Theory]
    [InlineData("星海示例科技有限公司", SampleRegister.Showcase.CompanyCode, Matched.Name), InlineData("星海示例科技", SampleRegister.Showcase.CompanyCode, Matched.Name), InlineData("　星海 示例　科技", SampleRegister.Showcase.CompanyCode, Matched.Name)]
    [InlineData("云鲸示例", SampleRegister.Showcase.ListedCode, Matched.OtherName), InlineData("Xinghai Example Technology Co., Ltd.", SampleRegister.Showcase.CompanyCode, Matched.OtherName), InlineData("xinghai EXAMPLE technology", SampleRegister.Showcase.CompanyCode, Matched.OtherName)]
    [InlineData("南京星海示例软件有限公司", SampleRegister.Showcase.CompanyCode, Matched.FormerName), InlineData("南京星海示例软件", SampleRegister.Showcase.CompanyCode, Matched.FormerName)]
    [InlineData("龙腾示例国际贸易有限公司", SampleRegister.Showcase.TraditionalCode, Matched.Name), InlineData("龍騰示例國際貿易有限公司", SampleRegister.Showcase.TraditionalCode, Matched.Name)]
    [InlineData("星海示例(上海)网络科技有限公司", SampleRegister.Showcase.SubsidiaryCode, Matched.Name), InlineData("星海示例【上海】网络科技有限公司", SampleRegister.Showcase.SubsidiaryCode, Matched.Name), InlineData("星海示例上海网络科技", SampleRegister.Showcase.SubsidiaryCode, Matched.Name)]
    [InlineData("ＮＯＶＡ示例智能科技有限公司", SampleRegister.Showcase.LatinCode, Matched.Name), InlineData("nova 智能", SampleRegister.Showcase.LatinCode, Matched.Name)]
    [InlineData("xinghaishilikeji", SampleRegister.Showcase.CompanyCode, Matched.Pinyin), InlineData("luanzengshi", SampleRegister.Showcase.LuanCode, Matched.Pinyin)]
    [InlineData("xhslkj", SampleRegister.Showcase.CompanyCode, Matched.Initials), InlineData("lazssl", SampleRegister.Showcase.LuanCode, Matched.Initials)]
    [InlineData("91993201MA0000015N", SampleRegister.Showcase.CompanyCode, Matched.CreditCode), InlineData("91993201ma00000", SampleRegister.Showcase.CompanyCode, Matched.CreditCode), InlineData("９１９９３２０１ＭＡ０００００１５Ｎ", SampleRegister.Showcase.CompanyCode, Matched.CreditCode)]
    [InlineData("995102000000194", null, Matched.RegistrationNumber), InlineData("99510200000019", null, Matched.RegistrationNumber), InlineData("201MA0000015", SampleRegister.Showcase.CompanyCode, Matched.CreditCode), InlineData("990001.SZ", SampleRegister.Showcase.ListedCode, Matched.StockCode), InlineData("990001", SampleRegister.Showcase.ListedCode, Matched.StockCode)]
    [InlineData("林思远", SampleRegister.Showcase.CompanyCode, Matched.Person), InlineData("林思远 星海", SampleRegister.Showcase.CompanyCode, null), InlineData("xinghai 科技", SampleRegister.Showcase.CompanyCode, null)]
    public async Task One_box_finds_a_company_by(string text, string? id, Matched? matched)
    {
        var hits = (await FindAsync(text)).Hits.Take(3).ToList();
        var hit = Assert.Single(hits, h => id is null ? h.Company.Name == SampleRegister.Showcase.NumberOnly : h.Company.Id == id);
        if (matched is { } why) Assert.Equal(why, hit.Matched);
    }

    [Theory, InlineData("星海示例科技有限公司"), InlineData("91993201MA0000015N"), InlineData("星海示例控股集团有限公司")]
    public async Task What_was_typed_in_full_comes_first(string text) =>
        Assert.Contains(text, (string?[])[(await FindAsync(text)).Hits[0].Company.Name, (await FindAsync(text)).Hits[0].Company.Id]);

    [Fact]
    public async Task What_matched_is_marked_in_the_name_or_in_the_text_beside_it()
    {
        var named = (await FindAsync("星海 网络")).Hits.First(h => h.Company.Id == SampleRegister.Showcase.SubsidiaryCode);
        Assert.Equal(["星海", "网络"], named.Marks.Select(m => named.Company.Name![m]));
        var former = (await FindAsync("南京星海示例软件")).Hits.First(h => h.Company.Id == SampleRegister.Showcase.CompanyCode);
        Assert.Equal("南京星海示例软件有限公司", former.MatchedText);
        Assert.Equal(["南京星海示例软件"], former.Marks.Select(m => former.MatchedText![m]));
    }

    [Fact]
    public async Task A_phrase_is_found_in_one_piece_only()
    {
        Assert.Contains((await FindAsync("\"星海示例科技\"")).Hits, h => h.Company.Id == SampleRegister.Showcase.CompanyCode);
        var turned = await FindAsync("\"科技星海\"");
        Assert.Equal(0, turned.Total);
        Assert.True((await FindAsync("科技 星海")).Total > 0);
    }

    [Fact]
    public async Task Without_a_word_and_with_it_make_the_whole()
    {
        var (all, with, without) = ((await FindAsync("星海")).Total, (await FindAsync("星海 科技")).Total, await FindAsync("星海 -科技"));
        Assert.True(with > 0 && without.Total > 0);
        Assert.Equal(all, with + without.Total);
        Assert.DoesNotContain(without.Hits, h => h.Company.Name!.Contains("科技", StringComparison.Ordinal));
        Assert.True((await FindAsync("-科技")).Total > without.Total);
    }

    [Fact]
    public async Task A_field_looks_there_only()
    {
        var people = await FindAsync("法人:林思远");
        Assert.Contains(people.Hits, h => h.Company.Id == SampleRegister.Showcase.CompanyCode && h.Matched is Matched.Person && h.MatchedText == "林思远");
        Assert.Equal(0, (await FindAsync("name:林思远")).Total);
        Assert.All((await FindAsync("name:星海")).Hits, h => Assert.Contains("星海", Normalizer.Normalize(h.Company.Name!), StringComparison.Ordinal));
        Assert.Contains((await FindAsync("曾用名:南京星海")).Hits, h => h.Company.Id == SampleRegister.Showcase.CompanyCode);
        Assert.Contains((await FindAsync("aka:云鲸")).Hits, h => h.Company.Id == SampleRegister.Showcase.ListedCode);
        var codes = await FindAsync("code:9199320");
        Assert.True(codes.Total > 0);
        Assert.All(codes.Hits, h => Assert.Contains("|9199320", $"|{h.Company.Id}|{h.Company.RegistrationNumber}", StringComparison.Ordinal));
    }

    [Theory, InlineData("省份:江苏", "province", "江苏"), InlineData("status:注销", "status", "Deregistered"), InlineData("industry:I65", "industry", "I65"), InlineData("listed:是", "listed", "true"), InlineData("founded:2010-2012", "founded", "2010-2012")]
    public async Task A_facet_in_the_text_is_the_filter(string text, string facet, string value)
    {
        var (typed, chosen) = (await FindAsync(text), await SearchAsync(new() { Filters = Filter(facet, value), PageSize = 100 }));
        Assert.True(chosen.Total > 0);
        Assert.Equal(chosen.Total, typed.Total);
        Assert.Equal((await FindAsync("")).Total, typed.Total + (await FindAsync("-" + text)).Total);
    }

    [Theory, InlineData("星海示列科技有限公司"), InlineData("星海示科技有限公司"), InlineData("星海示例例科技有限公司"), InlineData("星海例示科技有限公司")]
    public async Task A_wrong_missing_further_or_swapped_character_is_forgiven(string text)
    {
        var found = await FindAsync(text);
        Assert.Equal(SampleRegister.Showcase.CompanyCode, Assert.Single(found.Hits.Take(3), h => h.Company.Id == SampleRegister.Showcase.CompanyCode).Company.Id);
        Assert.True(found.Total >= found.Hits.Count);
        Assert.StartsWith("星海示例科技", found.DidYouMean, StringComparison.Ordinal);
    }

    // ---- Filters, facets and ranges ----

    [Theory, InlineData("status"), InlineData("province"), InlineData("industry"), InlineData("founded"), InlineData("capital"), InlineData("currency"), InlineData("type"), InlineData("listed")]
    public async Task Every_value_of_a_facet_leaves_as_many_as_it_counts(string facet)
    {
        var values = (await SearchAsync(new() { Text = "示例", PageSize = 1 })).Facets.Single(f => f.Name == facet).Values;
        Assert.NotEmpty(values);
        foreach (var value in values.Take(4))
        {
            var chosen = await SearchAsync(new() { Text = "示例", Filters = Filter(facet, value.Value), PageSize = 1 });
            Assert.Equal((value.Value, (long)value.Count), (value.Value, chosen.Total));
        }
    }

    [Theory, InlineData("status", "Active", "Revoked"), InlineData("province", "江苏", "上海"), InlineData("industry", "I65", "F51"), InlineData("capital", "2", "3")]
    public async Task Several_values_of_a_facet_are_alternatives_and_its_counts_stay(string facet, string one, string two)
    {
        var all = (await SearchAsync(new() { PageSize = 1 })).Facets.Single(f => f.Name == facet);
        var (first, both) = (await SearchAsync(new() { Filters = Filter(facet, one), PageSize = 1 }), await SearchAsync(new() { Filters = Filter(facet, one, two), PageSize = 1 }));
        Assert.Equal(both.Total, first.Total + (await SearchAsync(new() { Filters = Filter(facet, two), PageSize = 1 })).Total);
        var counted = both.Facets.Single(f => f.Name == facet);
        Assert.All(all.Values, v => Assert.Equal(v.Count, counted.Values.Single(c => c.Value == v.Value).Count));
        Assert.All(counted.Values.Where(v => v.Value == one || v.Value == two), v => Assert.True(v.Selected));
    }

    [Fact]
    public async Task Filters_of_several_facets_must_all_pass_and_each_facet_counts_without_its_own()
    {
        Dictionary<string, IReadOnlyList<string>> filters = new(StringComparer.Ordinal) { ["status"] = ["Active"], ["province"] = ["江苏"] };
        var found = await SearchAsync(new() { Filters = filters, PageSize = 100 });
        Assert.All(found.Hits, h => Assert.Equal((CompanyStatus.Active, "江苏"), (h.Company.Status, h.Company.Province)));
        Assert.Equal(found.Total, await CountAsync(c => c.Where(x => x.Status == CompanyStatus.Active && x.Province == "江苏")));
        Assert.Equal(await CountAsync(c => c.Where(x => x.Status == CompanyStatus.Active && x.Province == "上海")), found.Facets.Single(f => f.Name == "province").Values.Single(v => v.Value == "上海").Count);
        Assert.Equal(await CountAsync(c => c.Where(x => x.Status == CompanyStatus.Revoked && x.Province == "江苏")), found.Facets.Single(f => f.Name == "status").Values.SingleOrDefault(v => v.Value == "Revoked")?.Count ?? 0);
        Assert.Equal(found.Total, found.Facets.Single(f => f.Name == "listed").Values.Sum(v => v.Count));
        Assert.Contains(found.Facets.Single(f => f.Name == "city").Values, v => v.Label == "南京市");
    }

    [Fact]
    public async Task Cities_and_classes_of_industry_are_counted_where_their_wider_value_is_chosen()
    {
        var city = (await SearchAsync(new() { Filters = Filter("province", "江苏"), PageSize = 1 })).Facets.Single(f => f.Name == "city").Values[0];
        Assert.Equal(city.Count, (await SearchAsync(new() { Filters = Filter("city", city.Value), PageSize = 1 })).Total);
        var section = (await SearchAsync(new() { Filters = Filter("industry", "I"), PageSize = 1 })).Facets.Single(f => f.Name == "industry");
        Assert.Contains(section.Values, v => v.Value == "I65");
        Assert.Equal(section.Values.Single(v => v.Value == "I").Count, (await SearchAsync(new() { Filters = Filter("industry", "I"), PageSize = 1 })).Total);
    }

    [Theory, InlineData("status", "odd"), InlineData("province", "odd"), InlineData("city", "odd"), InlineData("industry", "odd"), InlineData("founded", "odd"), InlineData("capital", "odd"), InlineData("type", "odd"), InlineData("listed", "odd")]
    public async Task An_unknown_value_finds_nothing(string facet, string value) => Assert.Equal(0, (await SearchAsync(new() { Filters = Filter(facet, value) })).Total);

    [Fact]
    public async Task A_range_of_days_is_inclusive_and_leaves_out_the_unknown()
    {
        DateOnly from = new(2010, 3, 3), to = new(2012, 12, 31);
        var found = await SearchAsync(new() { FoundedFrom = from, FoundedTo = to, PageSize = 100 });
        Assert.Equal(await CountAsync(c => c.Where(x => x.FoundedOn >= from && x.FoundedOn <= to)), found.Total);
        Assert.All(found.Hits, h => Assert.InRange(h.Company.FoundedOn!.Value, from, to));
        Assert.Equal(await CountAsync(c => c.Where(x => x.FoundedOn <= to)), (await SearchAsync(new() { FoundedTo = to })).Total);
        Assert.Equal(0, (await SearchAsync(new() { FoundedFrom = to, FoundedTo = from })).Total);
    }

    [Theory, InlineData("CNY"), InlineData("USD")]
    public async Task A_range_of_capital_is_in_one_currency(string currency)
    {
        var found = await SearchAsync(new() { CapitalFrom = 1_000_000, CapitalTo = 10_000_000, Currency = currency, PageSize = 100 });
        Assert.Equal(await CountAsync(c => c.Where(x => x.CapitalCurrency == currency && x.Capital >= 100_000_000 && x.Capital <= 1_000_000_000)), found.Total);
        Assert.True(found.Total > 0);
        Assert.All(found.Hits, h => Assert.Equal(currency, h.Company.Capital!.Value.Currency));
        Assert.Equal(0, (await SearchAsync(new() { CapitalFrom = decimal.MaxValue, Currency = currency })).Total);
    }

    // ---- Order and pages ----

    [Theory, InlineData(SearchSort.FoundedNewest), InlineData(SearchSort.FoundedOldest), InlineData(SearchSort.CapitalHighest), InlineData(SearchSort.CapitalLowest), InlineData(SearchSort.Name), InlineData(SearchSort.Relevance)]
    public async Task Pages_in_any_order_show_everything_once(SearchSort sort)
    {
        SearchRequest request = new() { Text = "控股", Sort = sort, PageSize = 7, Facets = false };
        List<CompanySummary> all = [];
        var total = long.MaxValue;
        for (var page = 1; all.Count < total && page < 200; page++)
        {
            var found = await SearchAsync(request with { Page = page });
            total = found.Total;
            all.AddRange(found.Hits.Select(h => h.Company));
        }

        Assert.True(total > 20);
        Assert.Equal(total, all.Select(c => c.Number).Distinct().Count());
        var sorted = sort switch
        {
            SearchSort.FoundedNewest => all.OrderBy(c => c.FoundedOn is null).ThenByDescending(c => c.FoundedOn),
            SearchSort.FoundedOldest => all.OrderBy(c => c.FoundedOn is null).ThenBy(c => c.FoundedOn),
            SearchSort.CapitalHighest => all.OrderBy(c => c.Capital?.Currency != "CNY").ThenByDescending(c => c.Capital?.Currency == "CNY" ? c.Capital.Value.Minor : 0),
            SearchSort.CapitalLowest => all.OrderBy(c => c.Capital?.Currency != "CNY").ThenBy(c => c.Capital?.Currency == "CNY" ? c.Capital.Value.Minor : 0),
            SearchSort.Name => all.OrderBy(c => Spelled(c.Name!), StringComparer.Ordinal),
            _ => all.AsEnumerable(),
        };
        Assert.Equal(sorted.Select(c => c.Number), all.Select(c => c.Number)); // a stable sort of what is in order changes nothing

        static string Spelled(string name) => Pinyin.Full(Normalizer.Key(name), PinyinReading.CompanyName)[..Math.Min(24, Pinyin.Full(Normalizer.Key(name), PinyinReading.CompanyName).Length)];
    }

    [Fact]
    public async Task Pages_behind_the_last_are_empty()
    {
        foreach (var page in (int[])[1000, 1_000_000, int.MaxValue])
        {
            var found = await SearchAsync(new() { Text = "示例", Page = page, PageSize = 100 });
            Assert.Empty(found.Hits);
            Assert.True(found.Total > 3000);
        }
    }

    [Fact]
    public async Task Paging_on_a_snapshot_neither_repeats_nor_loses_a_company_while_new_ones_come_in()
    {
        await using var site = await shared.StartAsync();
        static string Rows(int from, int year) => "name,uscc,reg_date\n" + string.Concat(Enumerable.Range(from, 40).Select(i => $"第{i}批示例有限公司,,{year + (i % 9)}-01-01\n"));
        await site.ImportAsync("a.csv", Rows(1, 2000));
        await WaitAsync(site, "批", p => p.Total == 40);
        var one = await SearchAsync(site, new() { Text = "批", PageSize = 20 });
        await site.ImportAsync("b.csv", Rows(100, 1960), "second"); // older, so they come before
        await WaitAsync(site, "批", p => p.Total == 80);
        var two = await SearchAsync(site, new() { Text = "批", PageSize = 20, Page = 2, Snapshot = one.Snapshot });
        Assert.Equal((40, one.Snapshot), (two.Total, two.Snapshot));
        Assert.Equal(40, one.Hits.Concat(two.Hits).Select(h => h.Company.Id).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory, InlineData("odd"), InlineData("-1"), InlineData("999999999999"), InlineData("99999999999999999999999999"), InlineData("")]
    public async Task A_snapshot_that_never_was_is_the_current_one(string snapshot)
    {
        var (plain, asked) = (await FindAsync("星海"), await SearchAsync(new() { Text = "星海", Snapshot = snapshot }));
        Assert.Equal((plain.Total, plain.Snapshot), (asked.Total, asked.Snapshot));
    }

    // ---- Suggestions ----

    [Theory]
    [InlineData("星海示例", SampleRegister.Showcase.ParentCode, Matched.Name), InlineData("星海示例科", SampleRegister.Showcase.CompanyCode, Matched.Name), InlineData("云鲸", SampleRegister.Showcase.ListedCode, Matched.Name), InlineData("xinghaishilikong", SampleRegister.Showcase.ParentCode, Matched.Pinyin), InlineData("xhslkj", SampleRegister.Showcase.CompanyCode, Matched.Initials)]
    [InlineData("91993201MA0000015", SampleRegister.Showcase.CompanyCode, Matched.CreditCode), InlineData("990001", SampleRegister.Showcase.ListedCode, Matched.StockCode), InlineData("南京星海示例软", SampleRegister.Showcase.CompanyCode, Matched.FormerName), InlineData("林思远", SampleRegister.Showcase.CompanyCode, Matched.Person), InlineData("yunjing exam", SampleRegister.Showcase.ListedCode, Matched.OtherName)]
    public async Task Suggestions_know(string text, string id, Matched matched)
    {
        var suggestion = Assert.Single(await SuggestAsync(text), s => s.Id == id);
        Assert.Equal(matched, suggestion.Matched);
        Assert.NotEmpty(suggestion.Why);
    }

    [Theory, InlineData("星"), InlineData("x"), InlineData("示"), InlineData("9"), InlineData("科技"), InlineData("有限公司")]
    public async Task Suggestions_are_ten_at_most_and_no_company_twice(string text)
    {
        var suggestions = await SuggestAsync(text);
        Assert.InRange(suggestions.Count, 1, 10);
        Assert.Equal(suggestions.Count, suggestions.Select(s => s.Id).Distinct(StringComparer.Ordinal).Count());
    }

    // ---- A query is never an error ----

    public static TheoryData<string> Extremes => [.. ExtremeTexts.Keys];

    private static readonly Dictionary<string, string> ExtremeTexts = new(StringComparer.Ordinal)
    {
        ["nothing"] = "", ["space"] = " \t　\n", ["one"] = "星", ["one letter"] = "x", ["a quote"] = "'", ["an open phrase"] = "\"星海", ["minus"] = "-", ["minuses"] = "-- - ---a", ["colon"] = ":", ["field of nothing"] = "name:", ["unknown field"] = "x:y:z", ["field of symbols"] = "code:!! -person:() \"()\"",
        ["NUL"] = "星\0海", ["controls"] = string.Concat(Enumerable.Range(0, 32).Select(i => (char)i)) + "\u007f\u0085\u2028\u202e\ufeff\uffff", ["private use"] = "\ue000\uf8ff星海\U000f0000", ["high surrogate"] = "星\ud800海", ["low surrogate"] = "\udc00", ["phrase with half a pair"] = "\"星\ud83d\" person:\udc00",
        ["emoji"] = "😀😀", ["rare hanzi"] = "𠮷野家 㐀", ["zalgo"] = "x\u0300\u0301\u0302\u0303", ["ligature"] = "ﷺ㍿①", ["SQL"] = "'; DROP TABLE search_companies; --", ["tsquery"] = "a & b | !(c) <-> d:* 'e\\' \\", ["LIKE"] = "%_%\\%", ["braces"] = "{0} {x} $1 :a @b ?", ["quotes"] = "\"\"\"“”「」『』",
        ["legal form"] = "有限公司", ["hundred thousand hanzi"] = new('星', 100_000), ["hundred thousand letters"] = new('a', 100_000), ["hundred thousand spaces"] = new(' ', 100_000), ["hundred thousand minuses"] = new('-', 100_000), ["hundred thousand quotes"] = new('"', 100_000),
        ["500 words"] = string.Join(' ', Enumerable.Range(0, 500).Select(i => $"词{i}")), ["500 letters"] = string.Join(' ', Enumerable.Range(0, 500).Select(i => (char)('a' + (i % 26)))), ["500 phrases"] = string.Concat(Enumerable.Repeat("\"星\"", 500)), ["500 without"] = string.Concat(Enumerable.Repeat("-星 ", 500)),
        ["200 filters"] = string.Join(' ', Enumerable.Range(0, 200).Select(i => $"province:{i}")), ["all fields"] = "name:a former:b aka:c person:d code:1 scope:e address:f -name:g -code:2",
    };

    [Theory, MemberData(nameof(Extremes))]
    public async Task No_text_is_an_error(string kind)
    {
        var text = ExtremeTexts[kind];
        foreach (var sort in Enum.GetValues<SearchSort>())
        {
            var found = await SearchAsync(new() { Text = text, Sort = sort });
            Assert.True(found.Total >= found.Hits.Count);
        }

        await SearchAsync(new() { Text = text, Filters = Filter("province", "江苏"), Page = 3, CapitalFrom = 1, FoundedFrom = DateOnly.MinValue, FoundedTo = DateOnly.MaxValue, Snapshot = text });
        Assert.InRange((await SuggestAsync(text)).Count, 0, 10);
    }

    [Fact]
    public async Task No_filter_is_an_error()
    {
        string[] values = [.. Enumerable.Range(0, 200).Select(i => $"{i}"), "Active", "\0", "\ud800", "'; --", new('星', 1000), "-", "--", "1-2-3", "9999999999999999"];
        Dictionary<string, IReadOnlyList<string>> filters = FacetTable.All.Select(f => f.Name).Append("unknown").ToDictionary(n => n, _ => (IReadOnlyList<string>)values, StringComparer.Ordinal);
        foreach (var filter in filters.Keys) await SearchAsync(new() { Text = "星海", Filters = Filter(filter, values) });
        await SearchAsync(new() { Filters = filters, CapitalFrom = decimal.MinValue, CapitalTo = decimal.MaxValue, Currency = "\ud800", Page = int.MaxValue, PageSize = int.MaxValue });
        await SearchAsync(new() { Page = int.MinValue, PageSize = int.MinValue, CapitalFrom = -1, CapitalTo = -2, Currency = "" });
    }

    // ---- Changes ----

    [Fact]
    public async Task A_scope_and_an_address_are_found_shown_and_marked()
    {
        await using var site = await shared.StartAsync();
        await site.ImportAsync("a.jsonl", """
            {"name":"甲新来示例有限公司","creditCode":"91993201MA0000015N","scope":"研磨机床的制造；仪表维修","address":"示例市梧桐大道303号"}
            {"name":"乙新来示例有限公司","creditCode":"91994402MA000012XW","scope":"粮食收购"}
            """);
        await WaitAsync(site, "新来", p => p.Total == 2);
        var scope = Assert.Single((await SearchAsync(site, new() { Text = "研磨机床" })).Hits);
        Assert.Equal((Matched.Scope, "91993201MA0000015N"), (scope.Matched, scope.Company.Id));
        Assert.Equal(["研磨机床"], scope.Marks.Select(m => scope.MatchedText![m]));
        Assert.Equal(Matched.Address, Assert.Single((await SearchAsync(site, new() { Text = "梧桐大道" })).Hits).Matched);
        Assert.Equal(1, (await SearchAsync(site, new() { Text = "address:梧桐大道" })).Total);
        Assert.Equal(1, (await SearchAsync(site, new() { Text = "scope:\"仪表维修\"" })).Total);
        Assert.Equal(0, (await SearchAsync(site, new() { Text = "name:研磨" })).Total);
        Assert.Equal("91994402MA000012XW", Assert.Single((await SearchAsync(site, new() { Text = "新来 -研磨" })).Hits).Company.Id);
    }

    [Fact]
    public async Task An_imported_change_is_found_what_it_replaced_as_a_former_name_and_what_is_removed_no_longer()
    {
        await using var site = await shared.StartAsync();
        Assert.True((await SearchAsync(site, new() { Text = "星海" })).Total > 0);
        await site.ImportAsync("a.csv", "name,uscc,legal_rep,province\n甲新来示例有限公司,91993201MA0000015N,林某,江苏\n乙新来示例有限公司,91994402MA000012XW,陈某,广东\n", retrievedAt: new(2024, 6, 1, 0, 0, 0, TimeSpan.Zero));
        await WaitAsync(site, "新来", p => p.Total == 2);
        Assert.Equal(0, (await SearchAsync(site, new() { Text = "星海" })).Total); // the sample went with the first real file
        Assert.Equal(2, (await SearchAsync(site, new())).Total);
        await site.ImportAsync("b.csv", "name,uscc,legal_rep,province\n甲改名示例有限公司,91993201MA0000015N,王某,浙江\n", retrievedAt: new(2024, 7, 1, 0, 0, 0, TimeSpan.Zero));
        var changed = await WaitAsync(site, "甲改名示例有限公司", p => p.Total == 1);
        Assert.Equal((Matched.Name, "浙江"), (changed.Hits[0].Matched, changed.Hits[0].Company.Province));
        var former = await SearchAsync(site, new() { Text = "甲新来示例有限公司" });
        Assert.Equal((1, Matched.FormerName), (former.Total, former.Hits[0].Matched));
        Assert.Equal(1, (await SearchAsync(site, new() { Text = "王某" })).Total);
        Assert.Equal(1, (await SearchAsync(site, new() { Filters = Filter("province", "浙江") })).Total);
        Assert.Equal(0, (await SearchAsync(site, new() { Filters = Filter("province", "江苏") })).Total);
    }

    private static async Task<SearchPage> WaitAsync(TestSite site, string text, Func<SearchPage, bool> until)
    {
        var found = await SearchAsync(site, new() { Text = text });
        for (var i = 0; i < 200 && !until(found); i++)
        {
            await Task.Delay(25, Ct);
            found = await SearchAsync(site, new() { Text = text });
        }

        Assert.True(until(found), $"{found.Total} for {text}");
        return found;
    }
}
