using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Privacy;
using Qijian.Modules.Registry;

namespace Qijian.Tests.Modules.Privacy.Pages;

public sealed class ChoicesTests
{
    private const string Page = "/privacy/choices", Visitor = "__Host-qijian-visitor", Form = "__Host-qijian-form";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task Browsing_leaves_no_record_and_no_cookie(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres);
        Browser visitor = new(site, ("Sec-GPC", "1"));
        var company = SampleRegister.Showcase.CompanyCode;
        string[] routes =
        [
            "/", "/en", "/search", "/search?q=a", "/en/search?q=a", "/search?province=上海", "/search?sort=odd", "/help/search", "/en/help/search", "/nowhere", "/privacy/nowhere", "/error/404",
            .. new[] { "", "/ownership", "/people", "/changes", "/risk", "/branches" }.SelectMany(tab => new[] { $"/companies/{company}{tab}", $"/en/companies/{company}{tab}" }),
            $"/api/v1/companies/{company}", "/api/v1/companies?q=a", "/api/v1/suggest?q=a", "/openapi/v1.json", "/docs/api", "/healthz", "/readyz", "/robots.txt", "/sitemap.xml", "/site.css", "/reconcile",
        ];
        Assert.True(routes.Length >= 30);
        foreach (var route in routes) Assert.NotEqual(HttpStatusCode.InternalServerError, (await visitor.GetAsync(route)).StatusCode);
        Assert.Empty(visitor.Set);
        Assert.Equal(0, await EventsAsync(site));
    }

    [Theory, InlineData(false, ""), InlineData(true, ""), InlineData(false, "/en"), InlineData(true, "/en")]
    public async Task Agreeing_declining_and_withdrawing_take_one_press_each(bool postgres, string language)
    {
        await using var site = await TestSite.StartAsync(postgres);
        var page = language + Page;
        Browser no = new(site), yes = new(site);
        Assert.Equal((HttpStatusCode.Found, page), Seen(await no.PressAsync(page, Purpose.ServiceImprovement.Id, "decline")));
        Assert.Equal((HttpStatusCode.Found, page), Seen(await yes.PressAsync(page, Purpose.ServiceImprovement.Id, "agree")));
        Assert.Equal([Denial.Refused, null], await GuardAsync(site, no, yes));
        Assert.Contains(language.Length > 0 ? "Agreed" : "已同意", await yes.ReadAsync(page), StringComparison.Ordinal);
        Assert.Contains(language.Length > 0 ? "Declined" : "未同意", await no.ReadAsync(page), StringComparison.Ordinal);
        await yes.PressAsync(page, Purpose.ServiceImprovement.Id, "decline");
        Assert.Equal([Denial.Refused, Denial.Withdrawn], await GuardAsync(site, no, yes));
        Assert.Equal([ConsentEventKind.NoticeShown, ConsentEventKind.Refused, ConsentEventKind.NoticeShown, ConsentEventKind.Granted, ConsentEventKind.Withdrawn], await KindsAsync(site));
        Assert.Null((await site.WithAsync<ConsentLedger, LedgerVerification>(l => l.VerifyAsync([], Ct))).Break);
    }

    [Fact]
    public async Task The_same_answer_again_is_not_recorded_again()
    {
        await using var site = await TestSite.StartAsync();
        Browser visitor = new(site);
        for (var i = 0; i < 2; i++) await visitor.PressAsync(Page, Purpose.ServiceImprovement.Id, "agree");
        Assert.Equal(2, await EventsAsync(site));
        for (var i = 0; i < 2; i++) await visitor.PressAsync(Page, Purpose.ServiceImprovement.Id, "decline");
        Assert.Equal(3, await EventsAsync(site));
    }

    [Fact]
    public async Task Everything_is_withdrawn_at_once_with_one_press()
    {
        await using var site = await TestSite.StartAsync();
        Browser visitor = new(site);
        Assert.DoesNotContain("handler=withdrawAll", await visitor.ReadAsync(Page), StringComparison.Ordinal);
        await visitor.PressAsync(Page, Purpose.ServiceImprovement.Id, "agree");
        await visitor.PressAsync(Page, "handler=withdrawAll");
        Assert.Equal([Denial.Withdrawn], await GuardAsync(site, visitor));
    }

    [Fact]
    public async Task The_cookies_are_those_of_the_registry_and_the_visitors_comes_with_a_choice_only()
    {
        await using var site = await TestSite.StartAsync();
        Browser visitor = new(site);
        await visitor.ReadAsync(Page);
        Assert.Equal([Form], visitor.Cookies.Keys);
        await visitor.PressAsync(Page, Purpose.ServiceImprovement.Id, "decline");
        Assert.Equal([Form, Visitor], visitor.Cookies.Keys.Order(StringComparer.Ordinal));
        Assert.All(visitor.Set, line => Assert.All(["path=/", "secure", "httponly", "samesite="], part => Assert.Contains(part, line, StringComparison.OrdinalIgnoreCase)));
        Assert.All(visitor.Set, line => Assert.DoesNotContain("domain", line, StringComparison.OrdinalIgnoreCase));
        Assert.Contains(visitor.Set, line => line.StartsWith(Visitor, StringComparison.Ordinal) && line.Contains("max-age=31536000", StringComparison.Ordinal));
        Assert.Contains(visitor.Set, line => line.StartsWith(Form, StringComparison.Ordinal) && !line.Contains("max-age", StringComparison.Ordinal) && !line.Contains("expires", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stranger_neither_sees_nor_changes_anothers_choices()
    {
        await using var site = await TestSite.StartAsync();
        Browser visitor = new(site), stranger = new(site), guesser = new(site);
        await visitor.PressAsync(Page, Purpose.ServiceImprovement.Id, "agree");
        guesser.Cookies[Visitor] = visitor.Cookies[Visitor][..31] + (visitor.Cookies[Visitor][31] is '0' ? '1' : '0');
        foreach (var other in new[] { stranger, guesser })
        {
            Assert.DoesNotContain("已同意", await other.ReadAsync(Page), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync($"{Page}?handler=receipt&purpose={Purpose.ServiceImprovement.Id}")).StatusCode);
            await other.PressAsync(Page, Purpose.ServiceImprovement.Id, "decline");
        }

        Assert.Equal([null, Denial.Refused, Denial.Refused], await GuardAsync(site, visitor, stranger, guesser));
    }

    [Fact]
    public async Task A_form_from_elsewhere_is_refused()
    {
        await using var site = await TestSite.StartAsync();
        Browser visitor = new(site), other = new(site);
        await visitor.PressAsync(Page, Purpose.ServiceImprovement.Id, "agree");
        var notice = Regex.Match(await visitor.ReadAsync(Page), "name=\"notice\" value=\"(?<value>[^\"]+)\"", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups["value"].Value;
        var token = Regex.Match(await other.ReadAsync(Page), "name=\"form\"[^>]* value=\"(?<value>[^\"]+)\"", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups["value"].Value;
        Dictionary<string, string> fields = new(StringComparer.Ordinal) { ["purpose"] = Purpose.ServiceImprovement.Id, ["notice"] = notice, ["answer"] = "decline" };
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.PostAsync(Page, fields)).StatusCode);
        Assert.NotEmpty(token);
        fields["form"] = token; // another browser's
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.PostAsync(Page, fields)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.PostAsync($"{Page}?handler=forget", fields)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.PostAsync($"{Page}?handler=withdrawAll", fields)).StatusCode);
        Assert.Equal([null], await GuardAsync(site, visitor));
    }

    [Fact]
    public async Task An_answer_to_a_text_that_is_no_longer_shown_is_not_recorded()
    {
        await using var site = await TestSite.StartAsync();
        Browser visitor = new(site);
        var token = Regex.Match(await visitor.ReadAsync(Page), "name=\"form\"[^>]* value=\"(?<value>[^\"]+)\"", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups["value"].Value;
        var answer = await visitor.PostAsync(Page, new(StringComparer.Ordinal) { ["form"] = token, ["purpose"] = Purpose.ServiceImprovement.Id, ["notice"] = "00", ["answer"] = "agree" });
        Assert.Contains("这次选择没有记录", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(0, await EventsAsync(site));
        Assert.DoesNotContain(Visitor, visitor.Cookies.Keys);
        Dictionary<string, string> closed = new(StringComparer.Ordinal) { ["form"] = token, ["purpose"] = Purpose.ThirdPartyPromotion.Id, ["notice"] = "00", ["answer"] = "agree" };
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.PostAsync(Page, closed)).StatusCode);
    }

    [Fact]
    public async Task Only_pages_of_this_site_are_returned_to()
    {
        await using var site = await TestSite.StartAsync();
        Browser visitor = new(site);
        foreach (var (asked, led) in new[] { ("/search?q=a", "/search?q=a"), ("https://example.org/", Page), ("//example.org", Page) })
        {
            var page = await visitor.ReadAsync(Page);
            string Of(string name) => Regex.Match(page, $"name=\"{name}\"[^>]* value=\"(?<value>[^\"]+)\"", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups["value"].Value;
            var answer = await visitor.PostAsync(Page, new(StringComparer.Ordinal) { ["form"] = Of("form"), ["purpose"] = Of("purpose"), ["notice"] = Of("notice"), ["answer"] = "decline", ["returnTo"] = asked });
            Assert.Equal((HttpStatusCode.Found, led), Seen(answer));
        }
    }

    [Fact]
    public async Task Deleting_the_number_makes_the_site_forget_what_stood_under_it()
    {
        await using var site = await TestSite.StartAsync();
        Browser visitor = new(site), bystander = new(site), old = new(site);
        await visitor.PressAsync(Page, Purpose.ServiceImprovement.Id, "agree");
        await bystander.PressAsync(Page, Purpose.ServiceImprovement.Id, "agree");
        old.Cookies[Visitor] = visitor.Cookies[Visitor];
        await visitor.PressAsync(Page, "handler=forget");
        Assert.DoesNotContain(Visitor, visitor.Cookies.Keys);
        Assert.DoesNotContain("已", Switches(await visitor.ReadAsync(Page)), StringComparison.Ordinal);
        Assert.DoesNotContain("已", Switches(await old.ReadAsync(Page)), StringComparison.Ordinal);
        Assert.Equal([Denial.NoConsent, null], await GuardAsync(site, old, bystander));

        static string Switches(string page) => string.Concat(Regex.Matches(page, "<span class=\"status[^<]*<", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Nothing_is_chosen_beforehand_and_both_buttons_have_the_same_form()
    {
        await using var site = await TestSite.StartAsync();
        var page = await new Browser(site).ReadAsync(Page);
        Assert.DoesNotContain("checked", page, StringComparison.Ordinal);
        Assert.DoesNotContain("aria-pressed=\"true\"", page, StringComparison.Ordinal);
        var buttons = Regex.Matches(page, "<button (?<before>[^>]*)name=\"answer\" value=\"(?:agree|decline)\" (?<after>[^>]*)>", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(m => m.Groups["before"].Value + m.Groups["after"].Value).ToList();
        Assert.True(buttons.Count >= 2);
        Assert.Single(buttons.Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_page_shows_every_store_of_the_registry_and_the_browsers_signal()
    {
        await using var site = await TestSite.StartAsync();
        var registry = await site.WithAsync<ProcessingRegistry, ProcessingRegistry>(Task.FromResult);
        var (with, without) = (await new Browser(site, ("Sec-GPC", "1")).ReadAsync(Page), await new Browser(site).ReadAsync(Page));
        Assert.All(registry.Cookies.Keys, id => Assert.Contains($"<code>{id}</code>", with, StringComparison.Ordinal));
        Assert.Contains("浏览器发出了全局隐私控制", with, StringComparison.Ordinal);
        Assert.Contains("没有发出全局隐私控制", without, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_asks_until_it_is_answered_and_then_never_again()
    {
        await using var site = await TestSite.StartAsync();
        Assert.NotNull(await site.WithAsync<IConsentPrompts, ConsentPrompt?>(p => p.FindAsync(Purpose.ServiceImprovement, "/search", Ct).AsTask()));
        Assert.Null(await site.WithAsync<IConsentPrompts, ConsentPrompt?>(p => p.FindAsync(Purpose.ThirdPartyPromotion, "/search", Ct).AsTask())); // not open
        Browser visitor = new(site);
        await visitor.PressAsync(Page, Purpose.ServiceImprovement.Id, "decline");
        Assert.False(await site.WithAsync<ConsentLedger, bool>(async l => (await l.StateOfAsync(SubjectOf(visitor), Ct)).MayAsk(Purpose.ServiceImprovement.Id)));
    }

    private static (HttpStatusCode, string?) Seen(HttpResponseMessage response) => (response.StatusCode, response.Headers.Location?.ToString());

    private static Subject SubjectOf(Browser browser) => new(SubjectKind.Visitor, Guid.ParseExact(browser.Cookies[Visitor], "N"));

    private static Task<Denial?[]> GuardAsync(TestSite site, params Browser[] browsers) => site.WithAsync<IPurposeGuard, Denial?[]>(async guard =>
    {
        List<Denial?> found = [];
        foreach (var browser in browsers) found.Add(await guard.DemandAsync(SubjectOf(browser), Purpose.ServiceImprovement, [Category.RequestLog], Ct) is Decision.Denied denied ? denied.Reason : null);
        return [.. found];
    });

    private static Task<int> EventsAsync(TestSite site) => site.WithAsync<AppDb, int>(db => db.ConsentEvents.CountAsync(Ct));

    private static Task<List<ConsentEventKind>> KindsAsync(TestSite site) => site.WithAsync<AppDb, List<ConsentEventKind>>(db => db.ConsentEvents.OrderBy(e => e.Sequence).Select(e => e.Kind).ToListAsync(Ct));
}
