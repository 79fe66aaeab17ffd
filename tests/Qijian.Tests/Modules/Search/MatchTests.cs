using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Qijian.Modules.Registry;

namespace Qijian.Tests.Modules.Search;

public sealed class MatchTests(SqliteSample sample) : IClassFixture<SqliteSample>
{
    private readonly HttpClient client = sample.Site.Client;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private async Task<List<JsonElement>> MatchAsync(params object[] rows)
    {
        var answer = await client.PostAsJsonAsync("/api/v1/match", new { rows }, Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("rows").EnumerateArray()];
    }

    private static (string? Id, string? Band) Best(JsonElement row) => row.GetProperty("candidates") is var all && all.GetArrayLength() > 0 ? (all[0].GetProperty("id").GetString(), all[0].GetProperty("band").GetString()) : default;

    private static IEnumerable<string?> Reasons(JsonElement row) => row.GetProperty("candidates")[0].GetProperty("reasons").EnumerateArray().Select(r => r.GetProperty("reason").GetString());

    [Theory]
    [InlineData(SampleRegister.Showcase.Company, SampleRegister.Showcase.CompanyCode, "Exact")]
    [InlineData("星海示例科技有限责任公司", SampleRegister.Showcase.CompanyCode, "Strong")]
    [InlineData("星海示例科技", SampleRegister.Showcase.CompanyCode, "Strong")]
    [InlineData("上海星海示例网络科技有限公司", SampleRegister.Showcase.SubsidiaryCode, "Strong")]
    [InlineData("龙腾示例国际贸易有限公司", SampleRegister.Showcase.TraditionalCode, "Exact")]
    [InlineData(SampleRegister.Showcase.CompanyCode, SampleRegister.Showcase.CompanyCode, "Exact")]
    [InlineData("-\"星海示例科技\" name:有限公司", SampleRegister.Showcase.CompanyCode, null)]
    public async Task A_row_finds_its_company(string name, string id, string? band)
    {
        var best = Best((await MatchAsync(new { name }))[0]);
        Assert.Equal((id, band ?? best.Band), best);
    }

    [Fact]
    public async Task Rows_are_answered_in_their_order_and_a_bad_one_does_not_stop_the_others()
    {
        var rows = await MatchAsync(new { name = SampleRegister.Showcase.Parent }, new { name = " " }, new { code = "1" }, new { name = new string('长', 300) }, new { name = SampleRegister.Showcase.Listed });
        Assert.Equal([SampleRegister.Showcase.ParentCode, null, null, null, SampleRegister.Showcase.ListedCode], rows.Select(r => Best(r).Id));
        Assert.Equal([false, true, true, true, false], rows.Select(r => r.GetProperty("error").ValueKind is JsonValueKind.String));
    }

    [Fact]
    public async Task Code_region_address_and_person_are_reasons()
    {
        var company = await client.GetFromJsonAsync<JsonElement>($"/api/v1/companies/{SampleRegister.Showcase.CompanyCode}", Ct);
        var address = company.GetProperty("facts").EnumerateArray().First(f => f.GetProperty("property").GetString() is "address").GetProperty("value").GetString();
        var row = (await MatchAsync(new { name = "星海示例科技", code = SampleRegister.Showcase.CompanyCode, region = company.GetProperty("province").GetString(), address, person = company.GetProperty("legalRepresentative").GetString() }))[0];
        Assert.Empty(new[] { "SameCode", "SameRegion", "SameAddress", "SamePerson" }.Except(Reasons(row), StringComparer.Ordinal));
        Assert.Equal(100, row.GetProperty("candidates")[0].GetProperty("score").GetInt32());
    }

    [Fact]
    public async Task A_code_of_another_company_counts_against_the_name()
    {
        var candidates = (await MatchAsync(new { name = SampleRegister.Showcase.Company, code = SampleRegister.Showcase.ParentCode }))[0].GetProperty("candidates").EnumerateArray().ToList();
        Assert.Equal((SampleRegister.Showcase.ParentCode, "Strong"), (candidates[0].GetProperty("id").GetString(), candidates[0].GetProperty("band").GetString()));
        Assert.Contains(candidates[1].GetProperty("reasons").EnumerateArray(), r => r.GetProperty("reason").GetString() is "OtherCode" && r.GetProperty("against").GetBoolean());
    }

    [Fact]
    public async Task Reasons_are_worded_in_the_language_of_the_request()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/match") { Headers = { { "Accept-Language", "en" } }, Content = JsonContent.Create(new { rows = new[] { new { name = SampleRegister.Showcase.Company } } }) };
        var answer = await client.SendAsync(request, Ct);
        Assert.Contains("\"text\":\"Same name\"", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_rows_are_answered_and_one_more_is_refused()
    {
        object[] Rows(int count) => [.. Enumerable.Range(0, count).Select(i => new { name = i % 2 == 0 ? SampleRegister.Showcase.Listed : "云鲸示例" })];
        Assert.Equal(1000, (await MatchAsync(Rows(1000))).Count);
        var refused = await client.PostAsJsonAsync("/api/v1/match", new { rows = Rows(1001) }, Ct);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("1,001", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 400), InlineData("{", 400), InlineData("[]", 400), InlineData("null", 400), InlineData("{}", 400), InlineData("{\"rows\":[]}", 400), InlineData("{\"rows\":\"x\"}", 400), InlineData("{\"rows\":[1]}", 400)]
    [InlineData("{\"rows\":[{\"name\":\"a\"}],\"limit\":0}", 400), InlineData("{\"rows\":[{\"name\":\"a\"}],\"limit\":11}", 400), InlineData("{\"rows\":[{\"name\":\"a\"}],\"limit\":\"x\"}", 400)]
    [InlineData("{\"rows\":[null]}", 200), InlineData("{\"rows\":[{\"name\":\"\\u0000\\uffff\"}]}", 200), InlineData("{\"rows\":[{\"name\":\"\\ud800\"}]}", 400), InlineData("{\"rows\":[{\"name\":\":\",\"code\":\"-\",\"region\":\"\\\"\",\"address\":\"\\\\\",\"person\":\"%\"}]}", 200)]
    public async Task Whatever_is_sent_is_answered_and_never_fails(string body, int status)
    {
        var answer = await client.PostAsync("/api/v1/match", new StringContent(body, Encoding.UTF8, "application/json"), Ct);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status is 200 ? "application/json" : "application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_form_of_another_site_is_refused_and_so_is_a_body_that_is_too_large()
    {
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await client.PostAsync("/api/v1/match", new FormUrlEncodedContent([]), Ct)).StatusCode);
        using HttpRequestMessage tooLarge = new(HttpMethod.Post, "/api/v1/match") { Content = new StringContent("{\"rows\":[" + new string(' ', 20 << 20), Encoding.UTF8, "application/json") };
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await client.SendAsync(tooLarge, Ct)).StatusCode);

        // Whoever asks before sending sends nothing; whoever does not say how much is answered all the same.
        using HttpRequestMessage asked = new(HttpMethod.Post, "/api/v1/match") { Content = new ByteArrayContent(new byte[20 << 20]), Headers = { ExpectContinue = true } };
        asked.Content.Headers.ContentType = new("application/json");
        using var answer = await client.SendAsync(asked, Ct);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains("413", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        using HttpRequestMessage chunked = new(HttpMethod.Post, "/api/v1/match") { Content = new StringContent("{\"rows\":[{\"name\":\"a\"}]}", Encoding.UTF8, "application/json"), Headers = { TransferEncodingChunked = true } };
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(chunked, Ct)).StatusCode);
        using HttpRequestMessage nowhere = new(HttpMethod.Post, "/nowhere") { Content = new ByteArrayContent(new byte[20 << 20]), Headers = { TransferEncodingChunked = true, ExpectContinue = true } };
        Assert.Equal(HttpStatusCode.NotFound, (await client.SendAsync(nowhere, Ct)).StatusCode);
    }
}

public sealed class RowLimitTests
{
    [Fact]
    public async Task Rows_count_and_not_only_requests()
    {
        await using var site = await TestSite.StartAsync(settings: ["--RateLimits:Enabled=true", "--RateLimits:RowsPerMinute=1000"]);
        object rows = new { rows = Enumerable.Repeat(new { name = "星海示例" }, 600) };
        Assert.Equal(HttpStatusCode.OK, (await site.Client.PostAsJsonAsync("/api/v1/match", rows, TestContext.Current.CancellationToken)).StatusCode);
        var refused = await site.Client.PostAsJsonAsync("/api/v1/match", rows, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.TooManyRequests, "10", "application/problem+json"), (refused.StatusCode, refused.Headers.RetryAfter?.ToString(), refused.Content.Headers.ContentType?.MediaType));
    }
}
