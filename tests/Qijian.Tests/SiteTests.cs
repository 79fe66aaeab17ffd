using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Qijian.Modules.Registry;
using Qijian.Modules.Search;

namespace Qijian.Tests;

/// <summary>One site on the sample, shared by the tests that only read.</summary>
public abstract class SampleSite(bool postgres) : IAsyncLifetime
{
    public TestSite Site { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (!postgres || TestSite.PostgresServer is not null) Site = await TestSite.StartAsync(postgres); // else each test is skipped, by name
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Site is not null) await Site.DisposeAsync();
    }
}

public sealed class SqliteSample() : SampleSite(postgres: false);

public sealed class PostgresSample() : SampleSite(postgres: true);

public sealed class SqliteSiteTests(SqliteSample sample) : SiteTests(sample), IClassFixture<SqliteSample>;

public sealed class PostgresSiteTests(PostgresSample sample) : SiteTests(sample), IClassFixture<PostgresSample>;

public abstract class SiteTests
{
    private readonly SampleSite sample;
    private readonly HttpClient client;

    protected SiteTests(SampleSite sample)
    {
        Assert.SkipWhen(sample.Site is null, TestSite.NoPostgres);
        (this.sample, client) = (sample, sample.Site.Client);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string Company => SampleRegister.Showcase.CompanyCode;

    [Theory]
    [InlineData("/"), InlineData("/en"), InlineData("/search"), InlineData("/en/search?q=xinghai"), InlineData("/search?province=%E4%B8%8A%E6%B5%B7&status=Active&founded=2010-2019&capital=4&sort=capital-desc")]
    [InlineData("/companies/{0}"), InlineData("/en/companies/{0}/ownership"), InlineData("/companies/{0}/people"), InlineData("/companies/{0}/changes"), InlineData("/companies/{0}/risk"), InlineData("/companies/{0}/branches")]
    [InlineData("/companies/{0}?asOf=2012-01-01"), InlineData("/companies/{0}?asOf=soon"), InlineData("/openapi/v1.json"), InlineData("/help/search"), InlineData("/en/help/search"), InlineData("/search?foundedFrom=2010-01-01&capitalFrom=100&industry=I&industry=C13&city=3101&listed=true&currency=CNY"), InlineData("/healthz"), InlineData("/readyz"), InlineData("/site.css"), InlineData("/site.js")]
    public async Task Pages_answer(string path)
    {
        var response = await client.GetAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, path, Company), Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync(Ct));
    }

    [Theory]
    [InlineData("/companies/91350100M000100Y43", 404), InlineData("/companies/x", 404), InlineData("/companies/{0}/nothing", 404), InlineData("/people/p-x", 404), InlineData("/nowhere", 404)]
    [InlineData("/search?page=0", 400), InlineData("/search?page=abc", 400), InlineData("/search?sort=odd", 400), InlineData("/search?page=99999", 200), InlineData("/search?industry=I99999999999999&city=99999999&founded=99999999999-&capital=99999999999&currency=CNY", 200), InlineData("/search?q=industry:I99999999999999%20-city:9%20capital:x%20listed:maybe%20currency:%00", 200)]
    [InlineData("/api/v1/companies/nope", 404), InlineData("/api/v1/companies?page=0", 400), InlineData("/api/v1/companies?pageSize=1000", 400), InlineData("/api/v1/companies?page=x", 400), InlineData("/api/v1/companies?industry=I99999999999999&industry=Z0000", 200), InlineData("/api/v1/companies?capitalFrom=79228162514264337593543950335&foundedTo=0001-01-01", 200), InlineData("/api/v1/companies?currency=XXX", 400), InlineData("/api/v1/companies/{0}?asOf=soon", 400)]
    public async Task What_cannot_be_answered_says_so_and_never_fails(string path, int status) =>
        Assert.Equal(status, (int)(await client.GetAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, path, Company), Ct)).StatusCode);

    [Fact]
    public async Task Errors_of_the_interface_are_problems_in_the_language_of_the_request()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/v1/companies/nope") { Headers = { { "Accept-Language", "en" } } };
        var english = await client.SendAsync(request, Ct);
        Assert.Equal("application/problem+json", english.Content.Headers.ContentType?.MediaType);
        Assert.Contains("There is no entry", await english.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Contains("没有编号为", await client.GetStringOfAsync("/api/v1/companies/nope"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_that_is_not_there_is_a_problem_in_the_language_of_the_request_too()
    {
        Assert.Contains("没有这个页面", await client.GetStringOfAsync("/api/v1/nothing"), StringComparison.Ordinal);
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/v1/companies?page=x") { Headers = { { "Accept-Language", "en" } } };
        var answer = await client.SendAsync(request, Ct);
        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.DoesNotContain("地址", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("星海示例科技有限公司", "Name"), InlineData("xinghaishili", "Pinyin"), InlineData("xhslkj", "Initials"), InlineData("91993201MA0000015N", "CreditCode")]
    [InlineData("南京星海示例软件有限公司", "FormerName"), InlineData("Xinghai Example Technology Co., Ltd.", "OtherName"), InlineData("星海示例科技", "Name"), InlineData("　星海 示例　科技", "Name")]
    public async Task One_box_finds_the_company_by(string text, string matched)
    {
        var answer = await client.GetFromJsonAsync<JsonElement>($"/api/v1/companies?q={Uri.EscapeDataString(text)}", Ct);
        var first = answer.GetProperty("items").EnumerateArray().Take(3).Single(i => i.GetProperty("id").GetString() == Company);
        Assert.Equal(matched, first.GetProperty("matched").GetString());
    }

    [Theory]
    [InlineData("%00"), InlineData("%ED%A0%80"), InlineData("%F0%9F%98%80"), InlineData("%22%27%3B--"), InlineData("%25%25"), InlineData("()%5B%5D"), InlineData("%E6%9C%89%E9%99%90%E5%85%AC%E5%8F%B8")]
    public async Task No_query_is_an_error(string escaped)
    {
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/api/v1/companies?q={escaped}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/search?q={escaped}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/api/v1/suggest?q={escaped}", Ct)).StatusCode);
    }

    [Theory, InlineData('a', 100_000), InlineData('企', 100_000)]
    public async Task A_query_of_a_hundred_thousand_characters_is_answered_with_a_page_of_usual_size_that_says_how_many_count(char character, int times)
    {
        var query = Uri.EscapeDataString(new string(character, times));
        foreach (var path in (string[])["/api/v1/companies", "/api/v1/suggest"]) Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"{path}?q={query}", Ct)).StatusCode);
        var page = await client.GetAsync($"/search?q={query}", Ct);
        var html = await page.Content.ReadAsStringAsync(Ct);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("仅检索了前 200 个字符", html, StringComparison.Ordinal);
        Assert.InRange(html.Length, times, 200_000 + (4 * query.Length)); // the text itself, and where the page is in the other language
        Assert.Contains($"“{new string(character, 60)}…”", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_stands_behind_the_characters_that_count_filters_nothing_on_any_page()
    {
        var query = "有限公司" + new string(' ', 200) + "status:Revoked";
        var page = await client.GetFromJsonAsync<JsonElement>($"/api/v1/companies?q={Uri.EscapeDataString(query)}", Ct);
        var cut = await client.GetFromJsonAsync<JsonElement>($"/api/v1/companies?q={Uri.EscapeDataString(query[..200])}", Ct);
        Assert.Equal(cut.GetProperty("total").GetInt64(), page.GetProperty("total").GetInt64());
        Assert.True(page.GetProperty("total").GetInt64() > (await client.GetFromJsonAsync<JsonElement>("/api/v1/companies?q=有限公司%20status:Revoked", Ct)).GetProperty("total").GetInt64());
    }

    [Fact]
    public async Task Facets_count_what_choosing_them_leaves()
    {
        var all = await client.GetFromJsonAsync<JsonElement>("/api/v1/companies?q=", Ct);
        var status = all.GetProperty("facets").EnumerateArray().Single(f => f.GetProperty("name").GetString() == "status").GetProperty("values").EnumerateArray().First();
        var chosen = await client.GetFromJsonAsync<JsonElement>($"/api/v1/companies?q=&status={status.GetProperty("value").GetString()}", Ct);
        Assert.Equal(status.GetProperty("count").GetInt32(), chosen.GetProperty("total").GetInt32());
        Assert.True(chosen.GetProperty("total").GetInt32() < all.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Every_fact_of_a_company_names_its_source_and_times()
    {
        var company = await client.GetFromJsonAsync<JsonElement>($"/api/v1/companies/{Company}", Ct);
        Assert.True(company.GetProperty("fictional").GetBoolean());
        Assert.All(company.GetProperty("facts").EnumerateArray(), f => Assert.Equal("sample", f.GetProperty("source").GetProperty("dataset").GetString()));
        var page = await client.GetStringAsync($"/companies/{Company}", Ct);
        Assert.Contains("示例数据，公司均为虚构", page, StringComparison.Ordinal);
        Assert.True(page.Split("popovertarget=\"s").Length > 10);
    }

    [Fact]
    public async Task Ownership_shows_the_unnamed_rest_and_leaves_ended_shares_to_their_day()
    {
        var page = await client.GetStringAsync($"/companies/{Company}/ownership", Ct);
        Assert.Contains("40%", page, StringComparison.Ordinal);
        Assert.Contains("余下未披露", page, StringComparison.Ordinal);
    }

    [Theory, InlineData("/"), InlineData("/search"), InlineData("/api/v1/companies?q=a"), InlineData("/sitemap.xml"), InlineData("/robots.txt"), InlineData("/readyz"), InlineData("/openapi/v1.json")]
    public async Task What_can_be_read_can_be_asked_for_by_its_head_alone(string path)
    {
        using HttpRequestMessage request = new(HttpMethod.Head, path);
        var answer = await client.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Ct));
    }

    [Theory, InlineData("1"), InlineData("Active,Revoked"), InlineData("odd")]
    public async Task A_status_that_is_none_finds_nothing_instead_of_everything(string status) =>
        Assert.Equal(0, (await client.GetFromJsonAsync<JsonElement>($"/api/v1/companies?q=&status={status}", Ct)).GetProperty("total").GetInt32());

    [Fact]
    public async Task An_unchanged_page_is_not_sent_again()
    {
        var first = await client.GetAsync($"/api/v1/companies/{Company}", Ct);
        using HttpRequestMessage again = new(HttpMethod.Get, $"/api/v1/companies/{Company}") { Headers = { { "If-None-Match", first.Headers.ETag!.ToString() } } };
        Assert.Equal(HttpStatusCode.NotModified, (await client.SendAsync(again, Ct)).StatusCode);
    }

    [Fact]
    public async Task A_code_in_lower_case_leads_to_the_company()
    {
        var response = await client.GetAsync($"/companies/{Company.ToLowerInvariant()}", Ct);
        Assert.Equal((HttpStatusCode.MovedPermanently, $"/companies/{Company}"), (response.StatusCode, response.Headers.Location!.ToString()));
    }

    [Fact]
    public async Task Nothing_on_a_page_comes_from_elsewhere_and_the_policy_is_strict()
    {
        var response = await client.GetAsync("/", Ct);
        var policy = string.Join(';', response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Server"));
    }
}

internal static class ClientExtensions
{
    /// <summary>The body whatever the status.</summary>
    public static async Task<string> GetStringOfAsync(this HttpClient client, string path) =>
        await (await client.GetAsync(path, TestContext.Current.CancellationToken)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}

public sealed class ServeTests
{
    [Theory]
    [InlineData("--urls", "http://0.0.0.0:0"), InlineData("--urls", "https://localhost:0"), InlineData("--urls", "nonsense"), InlineData("--Kestrel:Endpoints:Http:Url=http://0.0.0.0:0", null)]
    public async Task A_demonstration_serves_on_no_other_address_however_it_is_asked(string option, string? value)
    {
        var folder = Directory.CreateTempSubdirectory("qijian-serve-").FullName;
        Assert.Equal(1, await Qijian.Platform.CommandLine.Verbs.RunAsync([.. (string?[])["serve", "--data", folder, option, value] is var words ? words.OfType<string>() : []], Program.CommandLine()));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Links_are_what_the_proxy_says_and_each_visitor_behind_it_has_a_limit_of_his_own()
    {
        await using var site = await TestSite.StartAsync(settings: ["--RateLimits:Enabled=true", "--RateLimits:PerMinute=6"]);
        for (var i = 0; i < 12; i++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "/") { Headers = { { "X-Forwarded-For", $"192.0.2.{i}" }, { "X-Forwarded-Proto", "https" } } };
            var page = await site.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            Assert.Contains("rel=\"canonical\" href=\"https://", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }
}

public sealed class FormerDivisionTests
{
    [Fact]
    public async Task A_code_is_decoded_by_the_operators_table_as_it_was_in_the_year_of_registration()
    {
        await using var site = await TestSite.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(site.Folder, "regions.tsv"), "350100\t旧示例市\t1990\t2010\n", TestContext.Current.CancellationToken);
        await site.ImportAsync("a.csv", "name,uscc,reg_date\n甲新来有限公司,91350100M000100Y43,2005-01-01\n");
        Assert.Contains("旧示例市", await site.Client.GetStringAsync("/companies/91350100M000100Y43", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}

public sealed class RateLimitTests
{
    [Fact]
    public async Task Too_many_requests_are_told_how_long_to_wait_as_page_and_as_problem()
    {
        await using var site = await TestSite.StartAsync(settings: ["--RateLimits:Enabled=true", "--RateLimits:PerMinute=6"]);
        for (var i = 0; i < 6; i++) Assert.Equal(HttpStatusCode.OK, (await site.Client.GetAsync("/api/v1/suggest?q=a", TestContext.Current.CancellationToken)).StatusCode);
        var page = await site.Client.GetAsync("/search", TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.TooManyRequests, "10"), (page.StatusCode, page.Headers.RetryAfter!.ToString()));
        Assert.Contains("请等十秒", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var problem = await site.Client.GetAsync("/api/v1/suggest?q=a", TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.TooManyRequests, "application/problem+json"), (problem.StatusCode, problem.Content.Headers.ContentType?.MediaType));
        Assert.Equal(HttpStatusCode.OK, (await site.Client.GetAsync("/healthz", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await site.Client.GetAsync("/site.css", TestContext.Current.CancellationToken)).StatusCode);
    }
}

public sealed class ImportBesideServerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task Real_facts_replace_the_sample_and_appear_in_searches_without_a_restart(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres);
        var first = await site.Client.GetFromJsonAsync<JsonElement>("/api/v1/companies?q=&pageSize=20", Ct);
        await site.ImportAsync("a.csv", "name,uscc\n甲新来有限公司,91350100M000100Y43\n");
        var found = 0;
        for (var i = 0; i < 100 && found == 0; i++)
        {
            await Task.Delay(50, Ct);
            found = (await site.Client.GetFromJsonAsync<JsonElement>($"/api/v1/companies?q={Uri.EscapeDataString("甲新来")}", Ct)).GetProperty("total").GetInt32();
        }

        Assert.Equal(1, found);
        Assert.Equal(1, (await site.Client.GetFromJsonAsync<JsonElement>("/api/v1/companies?q=", Ct)).GetProperty("total").GetInt32());
        Assert.Equal(HttpStatusCode.Gone, (await site.Client.GetAsync($"/companies/{SampleRegister.Showcase.CompanyCode}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await site.Client.GetAsync($"/api/v1/companies/{SampleRegister.Showcase.CompanyCode}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await site.Client.GetAsync($"/people/{Projector.PersonId(SampleRegister.Showcase.CompanyCode, "林思远", Vocabulary.LegalRepresentative)}", Ct)).StatusCode);
        Assert.NotNull(first.GetProperty("snapshot").GetString());
    }

    [Fact]
    public async Task A_page_is_sent_again_once_the_latest_snapshot_lacks_what_it_shows()
    {
        await using var site = await TestSite.StartAsync();
        const string Path = "/api/v1/companies/91350100M000100Y43";
        await site.ImportAsync("a.csv", "name,uscc\n甲新来有限公司,91350100M000100Y43\n");
        var first = await site.Client.GetAsync(Path, Ct);
        await site.ImportAsync("b.csv", "name,uscc\n乙新来有限公司,91440300708461136T\n");
        using HttpRequestMessage again = new(HttpMethod.Get, Path) { Headers = { { "If-None-Match", first.Headers.ETag!.ToString() } } };
        var second = await site.Client.SendAsync(again, Ct);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Contains("\"inLatest\":false", await second.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_index_that_an_import_saved_takes_the_place_of_what_was_followed()
    {
        await using var site = await TestSite.StartAsync();
        await site.ImportAsync("a.csv", "name,uscc\n甲新来有限公司,91350100M000100Y43\n");
        await WaitForAsync(site, 1);
        var segments = 0;
        for (var i = 0; i < 100 && segments != 1; i++)
        {
            await Task.Delay(50, Ct);
            segments = await site.WithAsync<EmbeddedSearch, int>(search => Task.FromResult(search.Current.Segments));
        }

        Assert.Equal(1, segments);
        await WaitForAsync(site, 1);
    }

    [Fact]
    public async Task Paging_neither_repeats_nor_loses_a_company_while_new_ones_come_in()
    {
        await using var site = await TestSite.StartAsync(serve: true);
        string Row(int i) => $"第{i}批示例有限公司,,{1000 + i % 900}-01-01\n";
        await site.ImportAsync("a.csv", "name,uscc,reg_date\n" + string.Concat(Enumerable.Range(0, 60).Select(Row)));
        await WaitForAsync(site, 60);
        var one = await site.Client.GetFromJsonAsync<JsonElement>($"/api/v1/companies?q={Uri.EscapeDataString("批")}&pageSize=30", Ct);
        await site.ImportAsync("b.csv", "name,uscc,reg_date\n" + string.Concat(Enumerable.Range(100, 60).Select(Row)), "second");
        await WaitForAsync(site, 120);
        var two = await site.Client.GetFromJsonAsync<JsonElement>($"/api/v1/companies?q={Uri.EscapeDataString("批")}&pageSize=30&page=2&snapshot={one.GetProperty("snapshot").GetString()}", Ct);
        var ids = one.GetProperty("items").EnumerateArray().Concat(two.GetProperty("items").EnumerateArray()).Select(i => i.GetProperty("id").GetString()).ToList();
        Assert.Equal(60, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(60, two.GetProperty("total").GetInt32());
    }

    private static async Task WaitForAsync(TestSite site, int total)
    {
        for (var i = 0; i < 100; i++)
        {
            if ((await site.Client.GetFromJsonAsync<JsonElement>("/api/v1/companies?q=", Ct)).GetProperty("total").GetInt32() == total) return;
            await Task.Delay(50, Ct);
        }
    }
}
