using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using NJsonSchema;
using Qijian.Modules.Registry;
using Qijian.Tests.Engine;

namespace Qijian.Tests.Modules.Search;

public sealed class ReconcileTests(SqliteSample sample) : IClassFixture<SqliteSample>
{
    private const string Company = SampleRegister.Showcase.CompanyCode;
    private readonly HttpClient client = sample.Site.Client;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_manifest_follows_the_schema() => await ConformsAsync("manifest", await client.GetStringAsync("/reconcile", Ct));

    [Fact]
    public async Task Every_address_in_the_manifest_answers()
    {
        var manifest = await GetAsync("/reconcile");
        var addresses = manifest.GetProperty("suggest").EnumerateObject().SelectMany(s => new[]
        {
            Text(s.Value, "service_url") + Text(s.Value, "service_path") + "?prefix=c",
            Text(s.Value, "service_url") + Text(s.Value, "flyout_service_path").Replace("${id}", s.Name switch { "entity" => Company, "property" => "address", _ => "Company" }, StringComparison.Ordinal),
        }).Append(Text(manifest.GetProperty("preview"), "url").Replace("{{id}}", Company, StringComparison.Ordinal)).Append(Text(manifest.GetProperty("view"), "url").Replace("{{id}}", Company, StringComparison.Ordinal))
            .Append(Text(manifest.GetProperty("extend").GetProperty("propose_properties"), "service_url") + Text(manifest.GetProperty("extend").GetProperty("propose_properties"), "service_path")).Append(Text(manifest, "documentation")).ToList();
        Assert.Equal(10, addresses.Count);
        foreach (var address in addresses) Assert.Equal((address, HttpStatusCode.OK), (address, (await client.GetAsync(address, Ct)).StatusCode));

        static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_batch_is_answered_by_get_and_by_post(bool post)
    {
        var batch = $$$"""{"q1":{"query":"{{{SampleRegister.Showcase.Company}}}","type":"Company","limit":3},"q2":{"query":"{{{Company}}}"},"q3":{"query":"无此公司甲乙丙"},"q4":{"properties":[{"pid":"creditCode","v":"{{{Company}}}"}]},"q5":{"query":"星海示例","properties":[{"pid":"creditCode","v":["{{{SampleRegister.Showcase.ParentCode}}}"]}],"type":["Company","Organization"],"type_strict":"any"}}""";
        var text = post ? await (await PostAsync("queries", batch)).Content.ReadAsStringAsync(Ct) : await client.GetStringAsync($"/reconcile?queries={Uri.EscapeDataString(batch)}", Ct);
        var results = JsonDocument.Parse(text).RootElement;
        Assert.Equal([(Company, true), (Company, true), (null, false), (Company, true), (SampleRegister.Showcase.ParentCode, true)], results.EnumerateObject().Select(r => r.Value.GetProperty("result") is var all && all.GetArrayLength() > 0 ? (all[0].GetProperty("id").GetString(), all[0].GetProperty("match").GetBoolean()) : (null, false)));
        Assert.True(results.GetProperty("q1").GetProperty("result").GetArrayLength() <= 3);
        await ConformsAsync("reconciliation-result-batch", text);
    }

    [Fact]
    public async Task A_type_that_no_company_has_finds_none() =>
        Assert.Equal(0, (await GetAsync($"/reconcile?queries={Uri.EscapeDataString($$$"""{"q":{"query":"{{{SampleRegister.Showcase.Company}}}","type":"PublicBody"}}""")}")).GetProperty("q").GetProperty("result").GetArrayLength());

    [Fact]
    public async Task Values_of_properties_are_fetched()
    {
        var query = $$$"""{"ids":["{{{Company}}}","nope","{{{SampleRegister.Showcase.NumberOnlyNumber}}}"],"properties":[{"id":"creditCode"},{"id":"foundedOn"},{"id":"capital"},{"id":"legalRepresentative"},{"id":"owners","settings":{"limit":"1"}},{"id":"previousName"},{"id":"status"},{"id":"region"},{"id":"odd"}]}""";
        var text = await (await PostAsync("extend", query)).Content.ReadAsStringAsync(Ct);
        var rows = JsonDocument.Parse(text).RootElement.GetProperty("rows");
        Assert.Equal(Company, rows.GetProperty(Company).GetProperty("creditCode")[0].GetProperty("str").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT00:00:00Z$", rows.GetProperty(Company).GetProperty("foundedOn")[0].GetProperty("date").GetString());
        Assert.Equal(1, rows.GetProperty(Company).GetProperty("owners").GetArrayLength());
        Assert.Equal(0, rows.GetProperty("nope").GetProperty("capital").GetArrayLength());
        Assert.Equal(text, await client.GetStringAsync($"/reconcile?extend={Uri.EscapeDataString(query)}", Ct));
        await ConformsAsync("data-extension-response", text);
    }

    [Theory]
    [InlineData("/reconcile/suggest/entity?prefix=星海", "suggest-entities-response"), InlineData("/reconcile/suggest/entity?prefix=示例&cursor=10", "suggest-entities-response"), InlineData("/reconcile/suggest/entity?prefix=" + Company, "suggest-entities-response")]
    [InlineData("/reconcile/suggest/property?prefix=add", "suggest-properties-response"), InlineData("/reconcile/suggest/type?prefix=comp", "suggest-types-response"), InlineData("/reconcile/properties?type=Company&limit=5", "data-extension-property-proposal"), InlineData("/reconcile/properties", "data-extension-property-proposal")]
    public async Task Suggestions_follow_their_schemas(string path, string schema)
    {
        var text = await client.GetStringAsync(path, Ct);
        Assert.DoesNotContain("[]", text.Replace("\"notable\":[]", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await ConformsAsync(schema, text);
    }

    [Fact]
    public async Task An_entitys_own_id_and_name_lead_to_it_and_the_cursor_goes_on_behind_the_first_ten()
    {
        foreach (var prefix in (string[])[Company, SampleRegister.Showcase.Company]) Assert.Equal(Company, First(await GetAsync($"/reconcile/suggest/entity?prefix={Uri.EscapeDataString(prefix)}")));
        var (one, two) = (await GetAsync("/reconcile/suggest/entity?prefix=示例"), await GetAsync("/reconcile/suggest/entity?prefix=示例&cursor=10"));
        Assert.Empty(Ids(one).Intersect(Ids(two), StringComparer.Ordinal));

        static string? First(JsonElement json) => Ids(json).First();
        static IEnumerable<string?> Ids(JsonElement json) => json.GetProperty("result").EnumerateArray().Select(r => r.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("/reconcile"), InlineData("/reconcile?queries={\"q\":{\"query\":\"a\"}}"), InlineData("/reconcile/suggest/entity?prefix=a"), InlineData("/reconcile/suggest/type"), InlineData("/reconcile/properties"), InlineData("/reconcile/flyout/entity?id=" + Company), InlineData("/reconcile/preview?id=" + Company), InlineData("/reconcile?queries=x")]
    public async Task Every_address_may_be_read_from_other_sites(string path)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path) { Headers = { { "Origin", "https://example.org" } } };
        var answer = await client.SendAsync(request, Ct);
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task Other_addresses_may_not()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/v1/registry") { Headers = { { "Origin", "https://example.org" } } };
        Assert.False((await client.SendAsync(request, Ct)).Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task The_preview_may_be_framed_and_nothing_else_may()
    {
        var preview = await client.GetAsync($"/reconcile/preview?id={Company}", Ct);
        Assert.False(preview.Headers.Contains("X-Frame-Options"));
        var policy = string.Join(';', preview.Headers.GetValues("Content-Security-Policy"));
        Assert.DoesNotContain("frame-ancestors", policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains(SampleRegister.Showcase.Company, await preview.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal("DENY", Assert.Single((await client.GetAsync("/reconcile", Ct)).Headers.GetValues("X-Frame-Options")));
    }

    [Theory]
    [InlineData("/reconcile?callback=f", 400), InlineData("/reconcile?queries=x", 400), InlineData("/reconcile?queries=", 400), InlineData("/reconcile?queries=[]", 400), InlineData("/reconcile?queries={\"q\":1}", 400), InlineData("/reconcile?queries={\"q\":{\"limit\":1}}", 400), InlineData("/reconcile?queries={\"q\":{\"query\":\"a\",\"limit\":0}}", 400)]
    [InlineData("/reconcile?queries={\"q\":{\"query\":\"\\ud800\"}}", 400), InlineData("/reconcile?queries={}", 200), InlineData("/reconcile?extend=x", 400), InlineData("/reconcile?extend={\"ids\":[1],\"properties\":[]}", 400), InlineData("/reconcile?extend={\"ids\":[],\"properties\":[{}]}", 400), InlineData("/reconcile?extend={\"ids\":[],\"properties\":[]}", 200)]
    [InlineData("/reconcile/suggest/entity?cursor=-1", 400), InlineData("/reconcile/suggest/entity", 200), InlineData("/reconcile/suggest/type?cursor=x", 400), InlineData("/reconcile/properties?limit=x", 400), InlineData("/reconcile/properties?limit=0", 200)]
    [InlineData("/reconcile/flyout/entity", 404), InlineData("/reconcile/flyout/entity?id=%00", 404), InlineData("/reconcile/flyout/property?id=odd", 404), InlineData("/reconcile/flyout/type", 404), InlineData("/reconcile/preview", 404), InlineData("/reconcile/preview?id=<script>", 404), InlineData("/reconcile/nowhere", 404)]
    public async Task Whatever_is_asked_is_answered_and_never_fails(string path, int status)
    {
        var answer = await client.GetAsync(path, Ct);
        Assert.Equal(status, (int)answer.StatusCode);
        if (status >= 400) Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_form_that_is_none_a_batch_that_is_too_large_and_a_body_that_is_too_long_are_refused()
    {
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await client.PostAsync("/reconcile", JsonContent.Create(new { }), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("/reconcile", new FormUrlEncodedContent([]), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("/reconcile", new StringContent("--x", Encoding.UTF8, "multipart/form-data"), Ct)).StatusCode);
        var batch = "{" + string.Join(',', Enumerable.Range(0, 101).Select(i => $"\"q{i}\":{{\"query\":\"a\"}}")) + "}";
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync("queries", batch)).StatusCode);
        using HttpRequestMessage tooLong = new(HttpMethod.Post, "/reconcile") { Content = new FormUrlEncodedContent([new("queries", new string('x', 20 << 20))]) };
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await client.SendAsync(tooLong, Ct)).StatusCode);
    }

    [Fact]
    public async Task The_published_queries_are_answered_and_the_invalid_ones_refused()
    {
        var examples = Directory.GetFiles(Path.Combine(Published, "examples/reconciliation-query-batch"), "*.json", SearchOption.AllDirectories);
        Assert.NotEmpty(examples);
        foreach (var example in examples)
        {
            var answer = await PostAsync("queries", await File.ReadAllTextAsync(example, Ct));
            Assert.Equal((example, example.Contains("/invalid/", StringComparison.Ordinal) ? HttpStatusCode.BadRequest : HttpStatusCode.OK), (example, answer.StatusCode));
            if (answer.IsSuccessStatusCode) await ConformsAsync("reconciliation-result-batch", await answer.Content.ReadAsStringAsync(Ct));
        }
    }

    [Theory, InlineData("example-full"), InlineData("example-min")]
    public async Task The_published_extensions_are_answered(string example)
    {
        var answer = await PostAsync("extend", await File.ReadAllTextAsync(Path.Combine(Published, $"examples/data-extension-query/valid/{example}.json"), Ct));
        await ConformsAsync("data-extension-response", await answer.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task The_schemas_as_they_are_read_here_refuse_what_is_wrong()
    {
        var schema = await SchemaAsync("reconciliation-result-batch");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Published, "examples/reconciliation-result-batch/invalid"))) Assert.NotEmpty(schema.Validate(await File.ReadAllTextAsync(file, Ct)));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Published, "examples/reconciliation-result-batch/valid"))) Assert.Empty(schema.Validate(await File.ReadAllTextAsync(file, Ct)));
    }

    private Task<HttpResponseMessage> PostAsync(string field, string value) => client.PostAsync("/reconcile", new FormUrlEncodedContent([new(field, value)]), Ct);

    private async Task<JsonElement> GetAsync(string path) => await client.GetFromJsonAsync<JsonElement>(path, Ct);

    private static async Task ConformsAsync(string name, string json) => Assert.Empty((await SchemaAsync(name)).Validate(json).Select(e => e.ToString()));

    // Two schemas point to others: one beside them, and one elsewhere, of which the specification keeps a copy.
    private static async Task<JsonSchema> SchemaAsync(string name)
    {
        var folder = Path.Combine(Published, "schemas");
        var text = await File.ReadAllTextAsync(Path.Combine(folder, $"{name}.json"), Ct);
        return await JsonSchema.FromJsonAsync(text.Replace("http://swagger.io/v2/schema.json", "openapi.json", StringComparison.Ordinal), Path.Combine(folder, $"{name}.json"), Ct);
    }

    private static string Published => Path.GetDirectoryName(RealData.PathOf("reconciliation/SOURCE.txt"))!;
}
