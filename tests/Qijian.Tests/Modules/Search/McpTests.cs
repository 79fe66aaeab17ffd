using System.Net;
using System.Text;
using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Qijian.Modules.Registry;

namespace Qijian.Tests.Modules.Search;

public sealed class McpTests(SqliteSample sample) : IClassFixture<SqliteSample>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Task<McpClient> ConnectAsync() => McpClient.CreateAsync(new HttpClientTransport(new() { Endpoint = new(sample.Site.Address, "/mcp"), TransportMode = HttpTransportMode.StreamableHttp }), cancellationToken: Ct);

    private async Task<CallToolResult> CallAsync(string tool, Dictionary<string, object?> arguments)
    {
        await using var client = await ConnectAsync();
        return await client.CallToolAsync(tool, arguments, cancellationToken: Ct);
    }

    [Fact]
    public async Task The_tools_read_only_describe_themselves_and_say_what_they_return()
    {
        await using var client = await ConnectAsync();
        var tools = await client.ListToolsAsync(cancellationToken: Ct);
        Assert.Equal(["beneficial_owners", "company", "holdings", "match", "owners", "path", "search"], tools.Select(t => t.Name).Order(StringComparer.Ordinal));
        Assert.All(tools, t =>
        {
            Assert.Equal((true, false, false), (t.ProtocolTool.Annotations!.ReadOnlyHint, t.ProtocolTool.Annotations.DestructiveHint, t.ProtocolTool.Annotations.OpenWorldHint));
            Assert.NotNull(t.ProtocolTool.OutputSchema);
            Assert.True(t.Description.Length > 80);
            Assert.All(t.JsonSchema.GetProperty("properties").EnumerateObject(), p => Assert.True(p.Value.TryGetProperty("description", out _), p.Name));
        });
    }

    [Fact]
    public async Task Search_finds_ids_that_company_takes()
    {
        var found = await CallAsync("search", new() { ["query"] = SampleRegister.Showcase.Company, ["limit"] = 3 });
        var id = found.StructuredContent!.Value.GetProperty("items")[0].GetProperty("id").GetString();
        Assert.Equal(SampleRegister.Showcase.CompanyCode, id);
        var company = (await CallAsync("company", new() { ["id"] = id })).StructuredContent!.Value;
        Assert.Equal(SampleRegister.Showcase.Company, company.GetProperty("name").GetString());
        Assert.All(company.GetProperty("facts").EnumerateArray(), f => Assert.NotEmpty(f.GetProperty("dataset").GetString()!));
        Assert.Contains(company.GetProperty("owners").EnumerateArray(), o => o.GetProperty("id").GetString() == SampleRegister.Showcase.ParentCode);
    }

    [Fact]
    public async Task Match_says_how_sure_it_is_and_why()
    {
        var matched = (await CallAsync("match", new() { ["rows"] = new[] { new { name = SampleRegister.Showcase.Company, region = "江苏" }, new { name = "", region = "" } } })).StructuredContent!.Value.GetProperty("rows");
        Assert.Equal((SampleRegister.Showcase.CompanyCode, "Exact"), (matched[0].GetProperty("candidates")[0].GetProperty("id").GetString(), matched[0].GetProperty("candidates")[0].GetProperty("band").GetString()));
        Assert.NotNull(matched[1].GetProperty("error").GetString());
    }

    [Theory]
    [InlineData("company", """{"id":"nope"}"""), InlineData("company", "{}"), InlineData("search", """{"query":"a","limit":0}"""), InlineData("search", """{"query":"a","page":-1}"""), InlineData("search", """{"query":7}"""), InlineData("match", """{"rows":[]}"""), InlineData("match", """{"rows":"x"}"""), InlineData("match", """{"rows":[{"name":"a"}],"limit":99}""")]
    public async Task What_cannot_be_answered_says_so(string tool, string arguments)
    {
        var result = await CallAsync(tool, JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments)!);
        Assert.True(result.IsError);
        Assert.NotEmpty(Assert.IsType<TextContentBlock>(result.Content[0]).Text);
    }

    private async Task<HttpResponseMessage> PostAsync(string body, string? origin = null, string? host = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/mcp") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        if (origin is not null) request.Headers.Add("Origin", origin);
        request.Headers.Host = host;
        return await sample.Site.Client.SendAsync(request, Ct);
    }

    private const string List = """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""";

    [Fact]
    public async Task It_carries_the_sites_headers()
    {
        var answer = await PostAsync(List);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("default-src 'none'", string.Join(';', answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory, InlineData("https://example.org", null), InlineData("null", null), InlineData("http://example.org", "example.org"), InlineData(null, "example.org")]
    public async Task A_browser_that_another_site_led_here_is_refused(string? origin, string? host) => Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(List, origin, host)).StatusCode);

    [Fact]
    public async Task The_sites_own_origin_is_let_in() => Assert.Equal(HttpStatusCode.OK, (await PostAsync(List, sample.Site.Address.GetLeftPart(UriPartial.Authority))).StatusCode);

    [Theory, InlineData(""), InlineData("x"), InlineData("[]"), InlineData("{}"), InlineData("""{"jsonrpc":"2.0","id":1,"method":"odd"}"""), InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"odd"}}""")]
    public async Task Whatever_is_sent_never_fails(string body) => Assert.InRange((int)(await PostAsync(body)).StatusCode, 200, 499);

    [Theory, InlineData("GET"), InlineData("DELETE"), InlineData("PUT")]
    public async Task Only_posts_are_taken(string method) => Assert.InRange((int)(await sample.Site.Client.SendAsync(new(new(method), "/mcp"), Ct)).StatusCode, 400, 405);
}

public sealed class McpLimitTests
{
    [Fact]
    public async Task Too_many_calls_are_refused_like_everywhere()
    {
        await using var site = await TestSite.StartAsync(settings: ["--RateLimits:Enabled=true", "--RateLimits:PerMinute=2"]);
        HttpStatusCode last = default;
        for (var i = 0; i < 3; i++) last = (await site.Client.PostAsync("/mcp", new StringContent("{}", Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken)).StatusCode;
        Assert.Equal(HttpStatusCode.TooManyRequests, last);
    }
}
