using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using CsCheck;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy.Pages;

/// <summary>What anybody can read, keep and check of the policy, without an account, a cookie or a script.</summary>
public sealed partial class PolicyPagesTests
{
    private static readonly PolicyContent Shipped = PolicyFolder.Shipped.Draft(1).Content;
    private static readonly ProcessingRegistry Registry = ProcessingRegistry.Read(Shipped.Registry).Registry;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_policy_in_effect_its_proof_its_text_and_its_versions_are_open_to_everybody()
    {
        await using var site = await TestSite.StartAsync();
        foreach (var (language, code, markdown) in new[] { ("", "zh", Shipped.Chinese), ("/en", "en", Shipped.English) })
        {
            var page = await site.Client.GetStringAsync($"{language}/privacy", Ct);
            Assert.Equal(page, await site.Client.GetStringAsync($"{language}/privacy/policy/1", Ct), PageComparer);
            foreach (var id in PolicyDocument.Parse(markdown).Clauses.SelectMany(c => c.Ids)) Assert.Contains($"<span id=\"{id}\"></span>", page, StringComparison.Ordinal);
            Assert.DoesNotContain("{#", page, StringComparison.Ordinal);
            Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
            Assert.Contains(Convert.ToHexStringLower(Shipped.Hash()), page, StringComparison.Ordinal);

            using var text = await site.Client.GetAsync($"{language}/privacy/policy/1/text", Ct);
            var hash = Convert.ToHexStringLower(SHA256.HashData(await text.Content.ReadAsByteArrayAsync(Ct)));
            Assert.Equal(("text/markdown", $"\"{hash}\"", "attachment"), (text.Content.Headers.ContentType!.MediaType, text.Headers.ETag!.Tag, text.Content.Headers.ContentDisposition!.DispositionType));
            Assert.Equal(markdown, await text.Content.ReadAsStringAsync(Ct));
            Assert.Equal(markdown, await site.Client.GetStringAsync($"/privacy/policy/1/text?lang={code}", Ct));
            Assert.Contains(hash, page, StringComparison.Ordinal);
            Assert.Contains(Convert.ToHexStringLower(Shipped.Hash()), await site.Client.GetStringAsync($"{language}/privacy/versions", Ct), StringComparison.Ordinal);
        }

        foreach (var unknown in (string[])["/privacy/policy/2", "/privacy/policy/0", "/privacy/policy/x", "/privacy/policy/99999999999", "/privacy/policy/2/text", "/privacy/policy/1/diff/2", "/privacy/policy/2/diff/1"])
            Assert.Equal(HttpStatusCode.NotFound, (await site.Client.GetAsync(unknown, Ct)).StatusCode);
        using var visit = await site.Client.GetAsync("/privacy", Ct);
        Assert.False(visit.Headers.Contains("Set-Cookie"));
        Assert.Equal(["1"], visit.Headers.GetValues("Policy-Version"));
    }

    [Fact]
    public async Task The_published_table_lists_each_purpose_with_each_category_and_nothing_else()
    {
        await using var site = await TestSite.StartAsync();
        var running = await site.WithAsync<ProcessingRegistry, ProcessingRegistry>(Task.FromResult);
        foreach (var path in (string[])["/privacy", "/en/privacy"])
            Assert.Equal(PolicyTables.PairsOf(running).Order(), PolicyTables.PairsIn(await site.Client.GetStringAsync(path, Ct)).Order());
        Assert.NotEmpty(PolicyTables.PairsOf(running));
    }

    [Fact]
    public async Task A_coming_version_stands_above_every_page_and_is_compared_word_by_word()
    {
        await using var site = await TestSite.StartAsync();
        Assert.DoesNotContain("/privacy/policy/1/diff/2", await site.Client.GetStringAsync("/", Ct), StringComparison.Ordinal);
        var content = Shipped with
        {
            Chinese = Shipped.Chinese.Replace("打开网页、向下滚动", "打开网页、左右滚动", StringComparison.Ordinal),
            Registry = [.. Shipped.Registry.Select(f => f with { Text = f.Text.Replace("ceiling: PT5M", "ceiling: PT6M", StringComparison.Ordinal) })],
            SummaryChinese = "说明二",
        };
        await site.WithAsync<PublishPolicy, PublishResult>(p => p.RunAsync(new(2, content, ChangeClass.Clarified, DateTimeOffset.Parse("2998-01-01T00:00:00+08:00", System.Globalization.CultureInfo.InvariantCulture), "role"), Ct));
        foreach (var path in (string[])["/", "/search", "/privacy", "/nowhere"])
        {
            var page = await (await site.Client.GetAsync(path, Ct)).Content.ReadAsStringAsync(Ct);
            Assert.Contains("/privacy/policy/1/diff/2", page, StringComparison.Ordinal);
            Assert.Contains("2998-01-01", page, StringComparison.Ordinal);
        }

        var diff = await site.Client.GetStringAsync("/privacy/policy/1/diff/2", Ct);
        Assert.Contains("<del>向下</del><ins>左右</ins>", diff, StringComparison.Ordinal);
        Assert.Contains("期限", diff, StringComparison.Ordinal); // the registry keeps something longer
        Assert.Single(Change().Matches(diff));
        Assert.Contains("2998-01-01", await site.Client.GetStringAsync("/privacy/policy/2", Ct), StringComparison.Ordinal);
        var versions = await site.Client.GetStringAsync("/privacy/versions", Ct);
        Assert.Contains("说明二", versions, StringComparison.Ordinal);
        Assert.Contains("扩大范围", versions, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_the_policy_links_to_on_this_site_is_there()
    {
        await using var site = await TestSite.StartAsync();
        foreach (var page in (string[])["/privacy", "/en/privacy"])
        {
            var links = LocalLink().Matches(await site.Client.GetStringAsync(page, Ct)).Select(m => m.Groups["to"].Value).Distinct(StringComparer.Ordinal).ToList();
            Assert.True(links.Count > 5);
            foreach (var link in links) Assert.True((int)(await site.Client.GetAsync(WebUtility.HtmlDecode(link), Ct)).StatusCode < 400, link);
        }
    }

    [GeneratedRegex("href=\"(?<to>/[^\"#]*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex LocalLink();

    [Fact]
    public async Task Every_page_links_to_the_policy()
    {
        await using var site = await TestSite.StartAsync();
        foreach (var path in (string[])["/", "/search", "/help/search", "/privacy/versions", "/nowhere"])
        {
            Assert.Contains("href=\"/privacy\"", await (await site.Client.GetAsync(path, Ct)).Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
            Assert.Contains("href=\"/en/privacy\"", await (await site.Client.GetAsync($"/en{path}", Ct)).Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_policy_names_the_operator_and_a_demonstration_says_that_there_is_none()
    {
        await using var demonstration = await TestSite.StartAsync();
        Assert.Contains("没有运营者", await demonstration.Client.GetStringAsync("/privacy", Ct), StringComparison.Ordinal);
        await using var operated = await TestSite.StartAsync(settings: ["--Operator:Name=甲<公司>", "--Operator:Address=乙路", "--Operator:ProtectionOfficer=丙", "--Operator:Contact=丁"]);
        var page = await operated.Client.GetStringAsync("/privacy", Ct);
        Assert.DoesNotContain("没有运营者", page, StringComparison.Ordinal);
        foreach (var value in (string[])["甲&lt;公司&gt;", "乙路", "丙", "丁"]) Assert.Contains($">{value}</dd>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<script>x</script>", "<script"), InlineData("a <b onclick=x>b</b>", "<b onclick"), InlineData("[a](javascript:x)", "href=\"javascript"), InlineData("<javascript:x>", "href=\"javascript"), InlineData("[a](//elsewhere.example)", "href=\"//"), InlineData("![a](https://elsewhere.example/x.png)", "<img"), InlineData("[a](http://elsewhere.example)", "href=\"http:")]
    public void What_a_text_must_not_do_it_does_not(string markdown, string forbidden) => Assert.DoesNotContain(forbidden, PolicyRenderer.Render(markdown, Registry).Lead, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void An_anchor_becomes_an_id_and_a_mark_that_links_to_it()
    {
        var html = PolicyRenderer.Render("## 一\n\n甲 {#S4.5 #G14}\n\n- 乙 {#S1.1}\n\n{{cookies}}\n", Registry).Body;
        Assert.Contains("<p><span id=\"S4.5\"></span><span id=\"G14\"></span>甲 <a class=\"ref\" href=\"#S4.5\"", html, StringComparison.Ordinal);
        Assert.Contains("<li><span id=\"S1.1\"></span>乙 <a class=\"ref\"", html, StringComparison.Ordinal);
        Assert.Contains("__Host-qijian-visitor", html, StringComparison.Ordinal);
        Assert.DoesNotContain("{", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_can_be_rendered()
    {
        var pieces = Gen.OneOf("#", "##", " ", "\n", "\n\n", "- ", "1. ", "> ", "{#S1.1}", "{#S4.8b #S4.8c}", "{{purposes}}", "{{operator}}", "{{x}}", "[a](", ")", "](/x)", "<", ">", "`", "```", "*", "_", "甲", "a", "\0", "\u0301", "\ud800", "&", "|", "\t", "![", "<https://a.example>");
        Gen.OneOf(Gen.String, pieces.Array[0, 60].Select(string.Concat)).Sample(text => Assert.NotNull(PolicyRenderer.Render(text, Registry).Body), iter: 20_000);
        Assert.NotEmpty(PolicyRenderer.Render(new string('>', 5000) + "甲", Registry).Body + "x");
    }

    // The way to the other language and the addresses of a page's own are all that may differ.
    private static readonly IEqualityComparer<string> PageComparer = EqualityComparer<string>.Create((a, b) => Body(a!) == Body(b!), a => Body(a).GetHashCode(StringComparison.Ordinal));

    private static string Body(string page) => page[page.IndexOf("<main", StringComparison.Ordinal)..page.IndexOf("</main>", StringComparison.Ordinal)];

    [GeneratedRegex("<section class=\"change ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Change();
}
