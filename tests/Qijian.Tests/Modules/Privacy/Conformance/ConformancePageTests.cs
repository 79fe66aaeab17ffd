using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy.Conformance;

public sealed class ConformancePageTests
{
    [Fact]
    public async Task Before_any_run_every_clause_is_a_gap_or_retired_and_the_page_says_why()
    {
        await using var site = await TestSite.StartAsync();
        var json = await site.Client.GetFromJsonAsync<JsonElement>("/api/v1/conformance", Ct);
        var clauses = json.GetProperty("clauses").EnumerateArray().ToList();
        Assert.Equal(PolicyFolder.Shipped.LoadBindings().All.Count, clauses.Count);
        Assert.All(clauses, c => Assert.Contains(c.GetProperty("status").GetString(), (string[])["GAP", "RETIRED"]));
        Assert.All(clauses, c => Assert.Empty(c.GetProperty("evidence").EnumerateArray()));
        Assert.Equal(1, json.GetProperty("policyVersion").GetInt32());
        Assert.Equal(0, json.GetProperty("log").GetProperty("sequence").GetInt64());
        var page = await site.Client.GetStringAsync("/privacy/conformance", Ct);
        Assert.All(clauses, c => Assert.Contains($"id=\"{c.GetProperty("id").GetString()}\"", page, StringComparison.Ordinal));
        Assert.Contains("探针已有，本站还没有运行过。", page, StringComparison.Ordinal);
        Assert.DoesNotContain("%</", page, StringComparison.Ordinal); // no single figure
    }

    [Fact]
    public async Task What_a_run_stored_is_shown_in_both_languages_and_reading_adds_nothing()
    {
        await using var site = await TestSite.StartAsync();
        await StoreAsync(site, passed: true);
        var chinese = await site.Client.GetStringAsync("/privacy/conformance", Ct);
        var english = await site.Client.GetStringAsync("/en/privacy/conformance?status=checked", Ct);
        Assert.Contains("已检查", chinese, StringComparison.Ordinal);
        Assert.Contains("answer-names-version 30", chinese, StringComparison.Ordinal);
        Assert.Contains($"curl -sI {site.Address}", chinese, StringComparison.Ordinal);
        Assert.Contains("id=\"S1.2\"", english, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"S1.4\"", english, StringComparison.Ordinal);
        Assert.Contains("Answers no longer name the version: not tried on this build", english, StringComparison.Ordinal);
        Assert.Equal(2, (await site.WithAsync<EvidenceLog, ChainVerdict>(l => l.VerifyAsync(Ct))).Entries);
    }

    [Fact]
    public async Task Both_addresses_of_the_document_answer_the_same_and_hold_the_shape_that_programs_rely_on()
    {
        await using var site = await TestSite.StartAsync();
        await StoreAsync(site, passed: false);
        var text = await site.Client.GetStringAsync("/api/v1/conformance", Ct);
        Assert.Equal(text, await site.Client.GetStringAsync("/.well-known/privacy-conformance.json", Ct));
        var clause = JsonDocument.Parse(text).RootElement.GetProperty("clauses").EnumerateArray().Single(c => c.GetProperty("id").GetString() == "S1.2");
        Assert.Equal("FAILING", clause.GetProperty("status").GetString());
        Assert.Equal("policy.version", clause.GetProperty("probes")[0].GetString());
        var evidence = clause.GetProperty("evidence")[0];
        Assert.Equal(("policy.version", false, 2), (evidence.GetProperty("probe").GetString(), evidence.GetProperty("passed").GetBoolean(), evidence.GetProperty("sequence").GetInt32()));
        Assert.Equal("answer-names-version /", evidence.GetProperty("failures")[0].GetString());
        Assert.Equal(JsonValueKind.Null, clause.GetProperty("sabotages")[0].GetProperty("caught").ValueKind);
    }

    [Fact]
    public async Task The_public_key_verifies_the_newest_checkpoint()
    {
        await using var site = await TestSite.StartAsync();
        await StoreAsync(site, passed: true);
        var pem = await site.Client.GetStringAsync("/privacy/conformance/key.pem", Ct);
        var checkpoint = (await site.Client.GetFromJsonAsync<ConformanceJson>("/api/v1/conformance", Ct))!.Log.Checkpoint!;
        Assert.True(SigningKey.Verify(pem, EvidenceChain.Statement(checkpoint.Sequence, Convert.FromHexString(checkpoint.Head), checkpoint.At, checkpoint.Key), Convert.FromBase64String(checkpoint.Signature)));
    }

    [Fact]
    public async Task Every_answer_names_the_policy_version_errors_too()
    {
        await using var site = await TestSite.StartAsync(settings: ["--RateLimits:Enabled=true", "--RateLimits:PerMinute=1"]);
        var first = await site.Client.GetAsync("/no-such-page", Ct);
        var refused = await site.Client.GetAsync("/", Ct);
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.TooManyRequests), (first.StatusCode, refused.StatusCode));
        Assert.All((HttpResponseMessage[])[first, refused], r => Assert.Equal("1", r.Headers.GetValues("Policy-Version").Single()));
    }

    [Theory]
    [InlineData("", "mailto:demonstration@operator.invalid")]
    [InlineData("security@operator.fictional", "mailto:security@operator.fictional")]
    [InlineData("https://operator.fictional/report", "https://operator.fictional/report")]
    [InlineData("0571-8650 2938", "tel:0571-86502938")]
    public async Task Security_txt_names_the_operators_contact_in_the_form_of_the_standard(string contact, string expected)
    {
        await using var site = await TestSite.StartAsync(settings: [$"--Operator:Contact={contact}"]);
        var lines = (await site.Client.GetStringAsync("/.well-known/security.txt", Ct)).Split('\n');
        Assert.Contains($"Contact: {expected}", lines);
        Assert.Single(lines, l => l.StartsWith("Expires: ", StringComparison.Ordinal));
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task StoreAsync(TestSite site, bool passed)
    {
        var build = await site.WithAsync<Build, Build>(Task.FromResult);
        var now = TimeProvider.System.GetUtcNow();
        ProbeEvidence evidence = new("policy.version", ["S1.2"], passed, build, now, now, ["http.crawl"], new Dictionary<string, int>(StringComparer.Ordinal) { ["answer-names-version"] = 30 }, passed ? [] : ["answer-names-version /"]);
        await site.WithAsync<EvidenceLog, Checkpoint?>(async log => { await log.AppendAsync(evidence, Ct); return await log.SignAsync(Ct); });
    }
}
