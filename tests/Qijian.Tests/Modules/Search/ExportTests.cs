using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MiniExcelLibs;
using Qijian.Modules.Registry;
using Qijian.Modules.Shared;

namespace Qijian.Tests.Modules.Search;

public sealed class ExportTests(SqliteSample sample) : IClassFixture<SqliteSample>
{
    private readonly HttpClient client = sample.Site.Client;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private async Task<int> TotalAsync(string query) => (await client.GetFromJsonAsync<JsonElement>($"/api/v1/companies?{query}", Ct)).GetProperty("total").GetInt32();

    [Fact]
    public async Task A_csv_file_holds_everything_that_was_found_once_in_its_order()
    {
        var total = await TotalAsync("q=科技");
        Assert.InRange(total, 101, 4000);
        var answer = await client.GetAsync("/api/v1/companies/export?q=科技", Ct);
        Assert.Equal(("text/csv", "companies.csv"), (answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentDisposition?.FileName));
        Assert.Equal((total.ToString(System.Globalization.CultureInfo.InvariantCulture), total.ToString(System.Globalization.CultureInfo.InvariantCulture)), (answer.Headers.GetValues("X-Total-Count").Single(), answer.Headers.GetValues("X-Exported-Count").Single()));
        var bytes = await answer.Content.ReadAsByteArrayAsync(Ct);
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        var lines = Encoding.UTF8.GetString(bytes[3..]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("编号,名称,统一社会信用代码", lines[0], StringComparison.Ordinal);
        Assert.Equal(total, lines[1..].Select(l => l.Split(',')[0]).Distinct(StringComparer.Ordinal).Count());
        var first = (await client.GetFromJsonAsync<JsonElement>("/api/v1/companies?q=科技", Ct)).GetProperty("items")[0].GetProperty("id").GetString();
        Assert.StartsWith(first!, lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_filters_and_the_order_are_those_of_the_search()
    {
        const string Query = "province=上海&status=Active&sort=founded";
        var ids = (await client.GetFromJsonAsync<JsonElement>($"/api/v1/companies?{Query}&pageSize=100", Ct)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()).ToList();
        var lines = (await client.GetStringAsync($"/api/v1/companies/export?format=jsonl&{Query}", Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(ids);
        Assert.Equal(ids, lines.Take(100).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("id").GetString()));
    }

    [Theory, InlineData("zh", "编号"), InlineData("en", "ID")]
    public async Task A_workbook_opens_and_holds_the_same(string lang, string header)
    {
        var answer = await client.GetAsync($"/api/v1/companies/export?format=xlsx&lang={lang}&q={Uri.EscapeDataString(SampleRegister.Showcase.Company)}", Ct);
        await using var file = await answer.Content.ReadAsStreamAsync(Ct);
        using MemoryStream copy = new();
        await file.CopyToAsync(copy, Ct);
        var rows = copy.Query(useHeaderRow: true).Cast<IDictionary<string, object?>>().ToList();
        Assert.Equal(SampleRegister.Showcase.CompanyCode, rows[0][header]);
    }

    [Theory, InlineData("csv"), InlineData("xlsx"), InlineData("jsonl")]
    public async Task Nothing_found_is_a_file_without_companies(string format)
    {
        var answer = await client.GetAsync($"/api/v1/companies/export?format={format}&q=无此公司甲乙丙&status=odd", Ct);
        Assert.Equal((HttpStatusCode.OK, "0"), (answer.StatusCode, answer.Headers.GetValues("X-Total-Count").Single()));
    }

    [Theory]
    [InlineData("format=odd", 400), InlineData("format=", 400), InlineData("lang=fr", 400), InlineData("sort=odd", 400), InlineData("page=0", 400), InlineData("foundedFrom=x", 400), InlineData("q=%00%22&format=jsonl", 200), InlineData("page=7&pageSize=x&format=jsonl&q=星海", 200), InlineData("snapshot=odd&format=jsonl&q=星海", 200)]
    public async Task Whatever_is_asked_is_answered_and_never_fails(string query, int status) => Assert.Equal(status, (int)(await client.GetAsync($"/api/v1/companies/export?{query}", Ct)).StatusCode);

    [Theory]
    [InlineData("=1+1", "'=1+1"), InlineData("+86", "'+86"), InlineData("-", "'-"), InlineData("@a", "'@a"), InlineData("\ta", "'\ta"), InlineData("＝1", "'＝1"), InlineData("=\"a\",b", "\"'=\"\"a\"\",b\""), InlineData("a=b", "a=b"), InlineData("a\nb", "\"a\nb\""), InlineData("", ""), InlineData(null, "")]
    public void A_cell_is_never_a_formula(string? text, string cell) => Assert.Equal(cell, CsvLines.Cell(text));

    [Fact]
    public async Task The_page_links_to_the_files()
    {
        var page = await client.GetStringAsync("/search?q=科技&province=上海", Ct);
        foreach (var format in (string[])["csv", "xlsx", "jsonl"]) Assert.Contains($"format={format}", page, StringComparison.Ordinal);
        var link = System.Text.RegularExpressions.Regex.Match(page, "href=\"(?<a>/api/v1/companies/export[^\"]+)\"", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["a"].Value;
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(WebUtility.HtmlDecode(link), Ct)).StatusCode);
    }
}

public sealed class ExportLimitTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_that_had_to_stop_says_so_at_its_end_in_the_readers_language()
    {
        await using var site = await TestSite.StartAsync(settings: ["--Search:ExportLimit=120"]);
        var csv = await site.Client.GetAsync("/api/v1/companies/export?q=示例", Ct);
        var lines = (await csv.Content.ReadAsStringAsync(Ct)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((122, "120"), (lines.Length, csv.Headers.GetValues("X-Exported-Count").Single()));
        Assert.Contains("只导出了前 120 家", lines[^1], StringComparison.Ordinal);
        var json = (await site.Client.GetStringAsync("/api/v1/companies/export?format=jsonl&lang=en&q=示例", Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("Only the first 120 of", JsonDocument.Parse(json[^1]).RootElement.GetProperty("notice").GetString(), StringComparison.Ordinal);
        using MemoryStream xlsx = new(await site.Client.GetByteArrayAsync("/en/api/v1/companies/export?format=xlsx&q=示例", Ct));
        Assert.StartsWith("Only the first 120 of", (string?)xlsx.Query(useHeaderRow: true).Cast<IDictionary<string, object?>>().Last()["ID"], StringComparison.Ordinal);
        Assert.Contains("最多前 120 家", await site.Client.GetStringAsync("/search?q=示例", Ct), StringComparison.Ordinal);
        Assert.DoesNotContain("最多前 120 家", await site.Client.GetStringAsync($"/search?q={SampleRegister.Showcase.CompanyCode}", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_file_holds_counts_as_rows()
    {
        await using var site = await TestSite.StartAsync(settings: ["--RateLimits:Enabled=true", "--RateLimits:RowsPerMinute=1000"]);
        Assert.Equal(HttpStatusCode.OK, (await site.Client.GetAsync("/api/v1/companies/export?q=示例", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await site.Client.GetAsync("/api/v1/companies/export?q=示例", Ct)).StatusCode);
    }
}
