using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Qijian.Modules.Registry;

namespace Qijian.Tests.Modules.Registry.Pages;

/// <summary>What a page says of one company, on files made for the question.</summary>
public sealed partial class CompanyPageTests
{
    private const string Code = "91350100M000100Y43";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<TestSite> WithAsync(string jsonLines, params string[] settings)
    {
        var site = await TestSite.StartAsync(settings: settings);
        await site.ImportAsync("a.jsonl", jsonLines, retrievedAt: new DateTimeOffset(2024, 5, 1, 0, 0, 0, TimeSpan.Zero));
        return site;
    }

    [Fact]
    public async Task A_penalty_leaves_the_risk_tab_when_its_publicity_period_ends()
    {
        await using var site = await WithAsync($$$"""{"name":"甲有限公司","creditCode":"{{{Code}}}","penalties":[{"date":"2017-03-20","number":"旧罚1号","publicUntil":"2020-03-20"},{"date":"2025-08-04","number":"新罚7号","publicUntil":"2998-08-04"}]}""" + "\n");
        var now = await site.Client.GetStringAsync($"/companies/{Code}/risk", Ct);
        Assert.Contains("新罚7号", now, StringComparison.Ordinal);
        Assert.DoesNotContain("旧罚1号", now, StringComparison.Ordinal);
        var then = await site.Client.GetStringAsync($"/companies/{Code}/risk?asOf=2019-01-01", Ct);
        Assert.Contains("旧罚1号", then, StringComparison.Ordinal);
        Assert.DoesNotContain("新罚7号", then, StringComparison.Ordinal); // it had not happened yet
    }

    [Fact]
    public async Task Structured_data_is_json_whatever_a_name_holds()
    {
        const string Name = "</script><b>甲\"&有限公司";
        await using var site = await WithAsync(JsonSerializer.Serialize(new { name = Name, creditCode = Code, shortName = new[] { "甲" }, regDate = "2010-03-03", address = "某路1号" }) + "\n");
        var page = await site.Client.GetStringAsync($"/companies/{Code}", Ct);
        Assert.DoesNotContain("</script><b>", page, StringComparison.Ordinal);
        var data = JsonDocument.Parse(DataBlock().Match(page).Groups["json"].Value).RootElement;
        Assert.Equal(("Organization", Name, $"{site.Client.BaseAddress}companies/{Code}"), (data.GetProperty("@type").GetString(), data.GetProperty("name").GetString(), data.GetProperty("url").GetString()));
        Assert.Equal(Code, data.GetProperty("identifier")[0].GetProperty("value").GetString());
        Assert.Equal("某路1号", data.GetProperty("address").GetProperty("streetAddress").GetString());
    }

    [Fact]
    public async Task A_value_that_the_latest_snapshot_lacks_is_last_seen_and_never_called_ended()
    {
        await using var site = await WithAsync($$$"""{"name":"甲有限公司","creditCode":"{{{Code}}}","officers":[{"name":"张三","role":"监事"}]}""" + "\n");
        await site.ImportAsync("b.jsonl", $$$"""{"name":"甲有限公司","creditCode":"{{{Code}}}","officers":[{"name":"李四","role":"监事"}]}""" + "\n", retrievedAt: new DateTimeOffset(2024, 9, 1, 0, 0, 0, TimeSpan.Zero));
        var page = await site.Client.GetStringAsync($"/companies/{Code}/people", Ct);
        Assert.Contains("张三", page, StringComparison.Ordinal);
        Assert.Contains("最新一期数据中未见，最后见于 2024-05-01", page, StringComparison.Ordinal);
        Assert.DoesNotContain("已于", page, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"ended\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_that_fails_its_check_says_so_in_both_languages()
    {
        await using var site = await TestSite.StartAsync();
        Assert.Contains("校验位不符", await site.Client.GetStringAsync($"/companies/{SampleRegister.Showcase.WrongCheckCode}", Ct), StringComparison.Ordinal);
        Assert.Contains("fails its check digit", await site.Client.GetStringAsync($"/en/companies/{SampleRegister.Showcase.WrongCheckCode}", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_site_map_lists_every_company_in_both_languages_and_a_part_that_is_empty_is_no_page()
    {
        await using var site = await WithAsync(string.Concat(Enumerable.Range(0, 30).Select(i => $$"""{"name":"第{{i}}号有限公司"}""" + "\n")));
        XNamespace ns = "http://www.sitemaps.org/schemas/sitemap/0.9";
        var parts = XDocument.Parse(await site.Client.GetStringAsync("/sitemap.xml", Ct)).Descendants(ns + "loc").Select(l => l.Value).ToList();
        List<string> pages = [];
        foreach (var part in parts) pages.AddRange(XDocument.Parse(await site.Client.GetStringAsync(part, Ct)).Descendants(ns + "loc").Select(l => l.Value));
        Assert.Equal((30, 30), (pages.Count(p => p.Contains("/en/", StringComparison.Ordinal)), pages.Count(p => !p.Contains("/en/", StringComparison.Ordinal))));
        Assert.Equal(HttpStatusCode.OK, (await site.Client.GetAsync(pages[^1], Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Client.GetAsync("/sitemaps/companies-999999.xml", Ct)).StatusCode);
    }

    [Fact]
    public async Task Robots_stay_out_of_a_demonstration_and_find_the_site_map_of_a_site_in_operation()
    {
        await using var demonstration = await TestSite.StartAsync(serve: true);
        Assert.Contains("Disallow: /\n", await demonstration.Client.GetStringAsync("/robots.txt", Ct), StringComparison.Ordinal);
        await using var operated = await TestSite.StartAsync(settings: ["--Operator:Name=a", "--Operator:Address=b", "--Operator:ProtectionOfficer=c", "--Operator:Contact=d"]);
        var robots = await operated.Client.GetStringAsync("/robots.txt", Ct);
        Assert.DoesNotContain("Disallow: /\n", robots, StringComparison.Ordinal);
        Assert.Contains($"Sitemap: {operated.Client.BaseAddress}sitemap.xml", robots, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_asks_too_often_reads_why_and_what_was_removed_is_told_from_what_never_was()
    {
        await using var site = await TestSite.StartAsync(settings: ["--RateLimits:Enabled=true", "--RateLimits:PerMinute=2"]);
        HttpResponseMessage last = null!;
        for (var i = 0; i < 4; i++) last = await site.Client.GetAsync("/search", Ct);
        Assert.Equal(HttpStatusCode.TooManyRequests, last.StatusCode);
        Assert.Contains("查询得太快了", await last.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);

        await using var real = await WithAsync("""{"name":"甲有限公司"}""" + "\n"); // takes the sample's place
        var (gone, unknown) = (await real.Client.GetAsync($"/companies/{SampleRegister.Showcase.CompanyCode}", Ct), await real.Client.GetAsync("/companies/nothing", Ct));
        Assert.Equal((HttpStatusCode.Gone, HttpStatusCode.NotFound), (gone.StatusCode, unknown.StatusCode));
        Assert.Contains("已经移除", await gone.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Contains("href=\"/en/companies/nothing\"", await unknown.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal); // the other language of what was asked for
    }

    [Fact]
    public async Task The_examples_on_the_home_page_find_something()
    {
        await using var site = await TestSite.StartAsync();
        var links = Example().Matches(await site.Client.GetStringAsync("/", Ct)).Select(m => WebUtility.HtmlDecode(m.Groups["link"].Value)).ToList();
        Assert.True(links.Count >= 3);
        foreach (var link in links) Assert.Contains("<article", await site.Client.GetStringAsync(link, Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_without_hits_says_what_was_tried_and_offers_to_drop_each_filter()
    {
        await using var site = await TestSite.StartAsync();
        var page = await site.Client.GetStringAsync($"/search?q={Uri.EscapeDataString("星海示例科技")}&status=Revoked&capital=7", Ct);
        Assert.Contains("没有找到符合条件的公司", page, StringComparison.Ordinal);
        Assert.Contains("查的是：星海示例科技、吊销、10 亿以上", page, StringComparison.Ordinal);
        Assert.Contains("aria-label=\"去掉 吊销\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_company_page_is_light()
    {
        await using var site = await TestSite.StartAsync();
        using HttpClient client = new(new HttpClientHandler { AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = site.Client.BaseAddress };
        client.DefaultRequestHeaders.Add("Accept-Encoding", "gzip");
        var page = await site.Client.GetStringAsync($"/companies/{SampleRegister.Showcase.CompanyCode}", Ct);
        var sum = (await client.GetByteArrayAsync($"/companies/{SampleRegister.Showcase.CompanyCode}", Ct)).Length;
        foreach (var asset in Asset().Matches(page).Select(m => m.Groups["path"].Value)) sum += (await client.GetByteArrayAsync(asset, Ct)).Length;
        TestContext.Current.TestOutputHelper?.WriteLine($"{sum} bytes");
        Assert.InRange(sum, 1000, 60 * 1024);
    }

    [GeneratedRegex("<script type=\"application/ld\\+json\">(?<json>.*?)</script>", RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DataBlock();

    [GeneratedRegex("(href|src)=\"(?<path>/site\\.[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Asset();

    [GeneratedRegex("<a href=\"(?<link>/search\\?q=[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Example();
}
