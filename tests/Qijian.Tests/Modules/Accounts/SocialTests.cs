using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;
using Qijian.Tests.Modules.Privacy;

namespace Qijian.Tests.Modules.Accounts;

/// <summary>Signing in with a provider's account, against an identity server that tells more than it should.</summary>
public sealed class SocialTests : IAsyncLifetime
{
    private const string Phone = "13800138000", OtherPhone = "13900139000";
    private readonly FakeTimeProvider clock = new(new(2026, 11, 26, 1, 0, 0, TimeSpan.Zero));
    private readonly LogCapture log = new();
    private IdentityProviders providers = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => providers = await IdentityProviders.StartAsync(clock);

    public ValueTask DisposeAsync() => providers.DisposeAsync();

    public static TheoryData<string, bool> All => new(Enum.GetValues<SocialProvider>().Select(p => (SocialProviders.SlugOf(p), false)).Append(("gitee", true)).Append(("wechat", true)).Select(p => new TheoryDataRow<string, bool>(p.Item1, p.Item2)));

    [Theory, MemberData(nameof(All))]
    public async Task A_new_person_proves_a_number_and_from_then_on_the_provider_signs_in_and_of_twenty_extra_claims_nothing_is_kept(string provider, bool postgres)
    {
        await using var site = await StartAsync(postgres);
        Person first = new(site);
        var page = await SetOutAsync(first.Browser, provider);
        var arrived = await first.Browser.GetAsync(providers.Agree(page));
        Assert.Equal("/account/sign-in?to=%2Faccount%2Fsocial%2Flink", arrived.Headers.Location?.ToString());
        Assert.Equal(0, await LinksAsync(site));
        await SignUpAsync(site, first, Phone, "/account/sign-in?to=%2Faccount%2Fsocial%2Flink");
        first.Body = await first.Browser.ReadAsync("/account/social/link");
        Assert.Contains(provider is "apple" ? "（没有昵称）" : "山间翠鸟", first.Body, StringComparison.Ordinal);
        Assert.Equal("/account/social?said=linked", (await PressAsync(first, "link", ("abroad", "yes"))).Headers.Location?.ToString());
        Assert.DoesNotContain(SocialFlows.Cookie, first.Browser.Cookies.Keys);

        Browser second = new(site);
        await ComeBackAsync(second, provider);
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync("/account")).StatusCode);
        Assert.Contains("登录：社交账号", await second.ReadAsync("/account/security"), StringComparison.Ordinal);
        Assert.Equal(1, await LinksAsync(site));
        await NothingIsKeptOfAsync(site, [.. IdentityProviders.Extras.Values, providers.Subject, "at-1"]);
        // Each call is a row with its recipient, and none went to anybody else.
        var rows = await site.WithAsync<AppDb, List<EgressRecord>>(db => db.EgressRecords.AsNoTracking().Where(r => r.Purpose == "social_sign_in").ToListAsync(Ct));
        Assert.NotEmpty(rows);
        Assert.All(rows, r => Assert.Equal(($"social_{provider}", EgressOutcome.Sent), (r.Recipient, r.Outcome)));
        Assert.DoesNotContain(providers.Received, r => r.Contains(Phone, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Qq_is_understood_in_the_shape_that_it_answered_in_before_too()
    {
        providers.Wrapped = true;
        await using var site = await StartAsync();
        var owner = await LinkedAsync(site, Phone, "qq");
        Assert.Contains("山间翠鸟", await owner.Browser.ReadAsync("/account/social"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_leaves_no_trace_and_before_agreeing_nothing_is_read_set_or_sent()
    {
        await using var site = await StartAsync();
        Browser person = new(site);
        var signIn = await person.ReadAsync("/account/sign-in");
        Assert.Contains("href=\"/account/social/weibo\"", signIn, StringComparison.Ordinal);
        var (rows, cookies) = (await RowsAsync(site), person.Cookies.Keys.Order(StringComparer.Ordinal).ToList());
        var notice = await person.ReadAsync("/account/social/weibo");
        foreach (var told in (string[])["不透明编号", "头像不取", "一概不保存", "微博得知您在本站登录", "取消不留任何痕迹", "href=\"/account/sign-in\""])
            Assert.Contains(told.Replace("微博得知", "北京微梦创科网络技术有限公司（微博登录）得知", StringComparison.Ordinal), notice, StringComparison.Ordinal);
        await person.ReadAsync("/account/sign-in"); // what the button of cancelling leads to
        Assert.Equal(rows, await RowsAsync(site));
        Assert.Equal(cookies, person.Cookies.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(providers.Received);
    }

    [Theory, InlineData("wechat"), InlineData("github")]
    public async Task A_callback_counts_once_and_in_its_own_browser_and_for_its_own_flow_only(string provider)
    {
        await using var site = await StartAsync();
        await LinkedAsync(site, Phone, provider);
        Browser person = new(site), stranger = new(site);
        var page = await SetOutAsync(person, provider);
        var callback = providers.Agree(page);
        var cookie = person.Cookies[SocialFlows.Cookie];

        // Somebody else's browser, without a flow and with one of its own.
        Assert.Equal($"/account/social/{provider}?problem=lost", await LocationAsync(stranger, callback));
        await SetOutAsync(stranger, provider);
        Assert.Equal($"/account/social/{provider}?problem=lost", await LocationAsync(stranger, callback));
        Assert.DoesNotContain("__Host-qijian-session", stranger.Cookies.Keys);

        // Another state, none, another provider's page.
        Assert.Equal($"/account/social/{provider}?problem=lost", await LocationAsync(person, callback[..callback.IndexOf("state=", StringComparison.Ordinal)] + "state=0123"));
        Assert.Equal($"/account/social/{provider}?problem=lost", await LocationAsync(person, callback[..(callback.IndexOf("&state=", StringComparison.Ordinal))]));
        Assert.Equal("/account/social/qq?problem=lost", await LocationAsync(person, callback.Replace($"/{provider}/", "/qq/", StringComparison.Ordinal)));

        var asked = providers.Received.Count;
        Assert.Equal("/account", await LocationAsync(person, callback));
        Assert.True(providers.Received.Count > asked);

        // Again, with the cookie that was deleted put back: a browser that was copied.
        asked = providers.Received.Count;
        person.Cookies.Remove("__Host-qijian-session");
        person.Cookies[SocialFlows.Cookie] = cookie;
        Assert.Equal($"/account/social/{provider}?problem=lost", await LocationAsync(person, callback));
        Assert.DoesNotContain("__Host-qijian-session", person.Cookies.Keys);
        Assert.Equal(asked, providers.Received.Count);
    }

    [Fact]
    public async Task Of_two_flows_in_one_browser_the_later_one_holds_whatever_comes_back_first()
    {
        await using var site = await StartAsync();
        Browser person = new(site);
        var early = await SetOutAsync(person, "github");
        var late = await SetOutAsync(person, "weibo");
        Assert.Equal("/account/social/github?problem=lost", await LocationAsync(person, providers.Agree(early)));
        Assert.StartsWith("/account/sign-in?to=", await LocationAsync(person, providers.Agree(late)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flow_that_one_person_began_does_not_arrive_at_another_who_signed_in_meanwhile()
    {
        await using var site = await StartAsync();
        var (one, other) = (await SignedUpAsync(site, Phone), await SignedUpAsync(site, OtherPhone));
        var page = await SetOutAsync(one.Browser, "gitee");
        one.Browser.Cookies["__Host-qijian-session"] = other.Browser.Cookies["__Host-qijian-session"];
        Assert.Equal("/account/social/gitee?problem=lost", await LocationAsync(one.Browser, providers.Agree(page)));
        Assert.Equal(0, await LinksAsync(site));
    }

    [Theory, InlineData("qq"), InlineData("weibo")]
    public async Task Who_declines_at_the_provider_is_told_so_and_nothing_is_stored(string provider)
    {
        await using var site = await StartAsync();
        Browser person = new(site);
        var page = await SetOutAsync(person, provider, "/en");
        var back = await LocationAsync(person, IdentityProviders.Decline(page));
        Assert.Equal($"/en/account/social/{provider}?problem=declined", back);
        Assert.Contains("You did not agree there. Nothing was stored.", await person.ReadAsync(back!), StringComparison.Ordinal);
        Assert.DoesNotContain(SocialFlows.Cookie, person.Cookies.Keys);
        Assert.Empty(providers.Received);
    }

    [Theory, InlineData("wechat"), InlineData("huawei"), InlineData("github")]
    public async Task A_provider_that_is_down_or_slow_keeps_nobody_from_signing_in_by_number(string provider)
    {
        await using var site = await StartAsync();
        Browser person = new(site);
        var page = await SetOutAsync(person, provider);
        providers.Down = true;
        Assert.Equal($"/account/social/{provider}?problem=failed", await LocationAsync(person, providers.Agree(page)));
        providers.Down = false;
        page = await SetOutAsync(person, provider);
        providers.Slow = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = LocationAsync(person, providers.Agree(page));
        await providers.Slow.Task.WaitAsync(TimeSpan.FromSeconds(30), Ct);
        clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal($"/account/social/{provider}?problem=failed", await waiting);
        providers.Slow = null;
        await SignedUpAsync(site, Phone);
        Assert.Contains(log.Lines, l => l.Contains("failed: it could not be asked", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_subject_than_last_time_signs_in_to_no_account_and_takes_the_place_of_none()
    {
        await using var site = await StartAsync();
        var owner = await LinkedAsync(site, Phone, "weibo");
        providers.Subject = "90210002";
        Browser person = new(site);
        Assert.StartsWith("/account/sign-in?to=", await LocationAsync(person, providers.Agree(await SetOutAsync(person, "weibo"))), StringComparison.Ordinal);
        Assert.DoesNotContain("__Host-qijian-session", person.Cookies.Keys);
        // The owner, too, keeps the one that is linked until they unlink it.
        Assert.Equal("/account/social?said=another", await LocationAsync(owner.Browser, providers.Agree(await SetOutAsync(owner.Browser, "weibo"))));
        Assert.Equal(1, await LinksAsync(site));
    }

    [Fact]
    public async Task One_identity_belongs_to_one_account_and_another_is_refused_politely()
    {
        await using var site = await StartAsync();
        var owner = await LinkedAsync(site, Phone, "github");
        var other = await SignedUpAsync(site, OtherPhone);
        var said = await LocationAsync(other.Browser, providers.Agree(await SetOutAsync(other.Browser, "github")));
        Assert.Equal("/account/social?said=others", said);
        Assert.Contains("已关联本站的另一个账号", await other.Browser.ReadAsync(said!), StringComparison.Ordinal);
        Browser again = new(site);
        await ComeBackAsync(again, "github");
        Assert.Contains("138****8000", await again.ReadAsync("/account"), StringComparison.Ordinal);
        Assert.Contains("山间翠鸟", await owner.Browser.ReadAsync("/account/social"), StringComparison.Ordinal);
    }

    public static TheoryData<string?, string?> Nicknames => new()
    {
        { null, null }, { "   ", null }, { "<script>alert(1)</script>", "<script>alert(1)</script>" }, { new string('鸟', 10_000), new string('鸟', 40) }, { "a" + new string('\u0301', 9_000) + "b", null },
        { "\u202Egnp.exe\u202C \u200Fab\u0000\n", "gnp.exe ab" }, { "me@mail.cn", null }, { "138 1234 5678", null }, { "139****1234", null }, { "\U0001F426\uFFFD鸟", "\U0001F426鸟" },
    };

    [Theory, MemberData(nameof(Nicknames))]
    public void Of_a_nickname_the_text_is_kept_without_its_marks_and_short(string? nickname, string? kept) => Assert.Equal(kept, SocialIdentity.Of("1", nickname)!.Nickname);

    [Fact]
    public async Task A_script_for_a_nickname_is_shown_as_text_wherever_it_is_shown()
    {
        providers.Nickname = "\u202E<script>alert(1)</script>{0}";
        await using var site = await StartAsync();
        Person person = new(site);
        await LocationAsync(person.Browser, providers.Agree(await SetOutAsync(person.Browser, "wechat")));
        await SignUpAsync(site, person, Phone, "/account/sign-in");
        person.Body = await person.Browser.ReadAsync("/account/social/link");
        await PressAsync(person, "link");
        foreach (var page in (string[])[person.Body, await person.Browser.ReadAsync("/account/social")])
        {
            Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;{0}", page, StringComparison.Ordinal);
            Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
            Assert.DoesNotContain('\u202E', page);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Unlinking_deletes_all_that_came_from_the_provider_at_once_and_only_ones_own(bool postgres)
    {
        await using var site = await StartAsync(postgres);
        var owner = await LinkedAsync(site, Phone, "weibo");
        providers.Subject = "90210002";
        var other = await LinkedAsync(site, OtherPhone, "gitee");
        var subject = (await site.WithAsync<AppDb, SocialLink>(db => db.SocialLinks.AsNoTracking().SingleAsync(l => l.Provider == SocialProvider.Weibo, Ct))).Subject;
        Assert.Equal(["90210001", "山间翠鸟"], await SocialExportAsync(site, subject)); // what a scan must find before

        // Who is somebody else's cannot be unlinked: not by its name, not without being signed in.
        other.Body = await other.Browser.ReadAsync("/account/social");
        Assert.Equal("/account/social?said=unlinked", (await PressAsync(other, "unlink", ("provider", "weibo"))).Headers.Location?.ToString());
        Person nobody = new(site) { Body = (await new Browser(site).ReadAsync("/account/sign-in")).Replace("handler=number", "handler=unlink", StringComparison.Ordinal).Replace("/account/sign-in?", "/account/social?", StringComparison.Ordinal) };
        Assert.NotEqual(HttpStatusCode.OK, (await nobody.PressAsync("unlink", ("provider", "weibo"))).StatusCode);
        Assert.Equal(2, await LinksAsync(site));

        owner.Body = await owner.Browser.ReadAsync("/account/social");
        await PressAsync(owner, "unlink", ("provider", "weibo"));
        Assert.Equal(1, await LinksAsync(site));
        Assert.Empty(await SocialExportAsync(site, subject));
        Assert.Equal(0, (await site.WithAsync<TaggedTables, Verification>(t => t.VerifyAsync(subject, ["90210001", "山间翠鸟"], Ct))).Found - await RowsOfAsync(site, subject));
        Assert.Equal(Denial.Withdrawn, await site.WithAsync<IPurposeGuard, Denial?>(async g => (await g.DemandAsync(subject, Purpose.SocialSignIn, [Category.SocialNickname], Ct) as Decision.Denied)?.Reason));
        Browser person = new(site);
        providers.Subject = "90210001";
        Assert.StartsWith("/account/sign-in?to=", await LocationAsync(person, providers.Agree(await SetOutAsync(person, "weibo"))), StringComparison.Ordinal);
        // The number signs in as it always did.
        clock.Advance(TimeSpan.FromMinutes(20));
        Person back = new(site);
        await back.SendAsync("/account/sign-in", ("phone", Phone));
        Assert.Equal(HttpStatusCode.Found, (await back.CodeAsync(await SignUpTests.CodeAsync(site, "+86" + Phone))).StatusCode);
    }

    [Fact]
    public async Task Taking_consent_back_among_the_choices_deletes_the_link_too()
    {
        await using var site = await StartAsync();
        var owner = await LinkedAsync(site, Phone, "gitee");
        Assert.Equal(HttpStatusCode.Found, (await owner.Browser.PressAsync("/privacy/choices", "value=\"social_gitee\"", "decline")).StatusCode);
        Assert.Equal(0, await LinksAsync(site));
    }

    [Fact]
    public async Task Erasing_a_person_removes_the_link_and_leaves_the_others()
    {
        await using var site = await StartAsync();
        await LinkedAsync(site, Phone, "weibo");
        var subject = (await site.WithAsync<AppDb, SocialLink>(db => db.SocialLinks.AsNoTracking().SingleAsync(Ct))).Subject;
        providers.Subject = "90210002";
        await LinkedAsync(site, OtherPhone, "weibo");
        await site.WithAsync<TaggedTables, bool>(async t => { await t.EraseAsync(subject, Ct); return true; });
        Assert.Equal(1, await LinksAsync(site));
        Assert.Empty(await SocialExportAsync(site, subject));
    }

    [Fact]
    public async Task Abroad_needs_a_mechanism_of_the_operator_and_a_yes_of_its_own()
    {
        await using (var without = await StartAsync(opened: []))
        {
            var page = await new Browser(without).ReadAsync("/account/sign-in");
            foreach (var slug in (string[])["apple", "microsoft", "github"])
            {
                Assert.DoesNotContain($"/account/social/{slug}", page, StringComparison.Ordinal);
                Assert.Equal(HttpStatusCode.NotFound, (await new Browser(without).GetAsync($"/account/social/{slug}")).StatusCode);
            }

            Assert.Contains("/account/social/gitee", page, StringComparison.Ordinal);
        }

        await using var site = await StartAsync();
        Person person = new(site);
        person.Body = await person.Browser.ReadAsync("/account/social/github");
        Assert.Contains("US", person.Body, StringComparison.Ordinal);
        var rows = await RowsAsync(site);
        var refused = await PressAsync(person, null);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("提供到境外须您单独同意", person.Body, StringComparison.Ordinal);
        Assert.Equal(rows, await RowsAsync(site));
        Assert.Equal(HttpStatusCode.OK, (await PressAsync(person, null, ("abroad", "yes"))).StatusCode);
        var events = await site.WithAsync<AppDb, List<ConsentEvent>>(db => db.ConsentEvents.AsNoTracking().OrderBy(e => e.Sequence).ToListAsync(Ct));
        Assert.Equal([(ConsentEventKind.NoticeShown, null), (ConsentEventKind.Granted, null), (ConsentEventKind.NoticeShown, "social_github"), (ConsentEventKind.Granted, "social_github")], events.Select(e => (e.Kind, e.Recipient)));
    }

    [Fact]
    public async Task Without_the_persons_yes_the_gate_lets_nothing_through_to_a_provider()
    {
        await using var site = await StartAsync();
        Browser person = new(site);
        var page = await SetOutAsync(person, "github");
        await person.PressAsync("/privacy/choices", "value=\"social_github\"", "decline"); // taken back on the way
        Assert.Equal("/account/social/github?problem=failed", await LocationAsync(person, providers.Agree(page)));
        Assert.Empty(providers.Received);
        Assert.Contains(await site.WithAsync<AppDb, List<EgressRecord>>(db => db.EgressRecords.AsNoTracking().ToListAsync(Ct)), r => r is { Recipient: "social_github", Outcome: EgressOutcome.Refused, Reason: "NotAllowed" });
    }

    [Fact]
    public async Task A_browser_that_asks_not_to_share_goes_to_no_provider()
    {
        await using var site = await StartAsync();
        Person person = new(site, ("Sec-GPC", "1"));
        person.Body = await person.Browser.ReadAsync("/account/social/weibo");
        Assert.Equal(HttpStatusCode.BadRequest, (await PressAsync(person, null)).StatusCode);
        Assert.Contains("GPC", person.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(SocialFlows.Cookie, person.Browser.Cookies.Keys);
    }

    [Fact]
    public async Task A_minor_links_no_account_however_they_try()
    {
        await using var site = await StartAsync();
        Person teen = new(site);
        Assert.StartsWith("/account/sign-in?to=", await LocationAsync(teen.Browser, providers.Agree(await SetOutAsync(teen.Browser, "github"))), StringComparison.Ordinal);
        await teen.SendAsync("/account/sign-up", ("phone", Phone), ("band", "Teen"));
        await teen.CodeAsync(await SignUpTests.CodeAsync(site, "+86" + Phone));
        await teen.PressAsync("guardian", ("phone", OtherPhone));
        await teen.PressAsync("guardianCode", ("code", await SignUpTests.CodeAsync(site, "+86" + OtherPhone)), ("agree", "yes"));
        teen.Body = await teen.Browser.ReadAsync("/account/social/link");
        Assert.Equal("/account/social?said=refused", (await PressAsync(teen, "link", ("abroad", "yes"))).Headers.Location?.ToString());
        Assert.Contains("适用未成年人规则", await teen.Browser.ReadAsync("/account/social/github"), StringComparison.Ordinal);
        Assert.DoesNotContain("/account/social/weibo", await teen.Browser.ReadAsync("/account/social"), StringComparison.Ordinal);
        Assert.Equal(0, await LinksAsync(site));
    }

    [Fact]
    public async Task While_the_registry_keeps_it_closed_and_without_configuration_there_is_nothing_of_it()
    {
        await using (var closed = await StartAsync(opened: [TextChange.OfEntry("registry/features.yaml", Feature.SocialSignIn.Id, "open: true", "open: false")]))
        {
            foreach (var path in (string[])["/account/social", "/account/social/github", "/account/social/github/return?code=1&state=2", "/account/social/link", "/en/account/social"])
                Assert.Equal(HttpStatusCode.NotFound, (await closed.Client.GetAsync(path, Ct)).StatusCode);
            Assert.DoesNotContain("/account/social", await closed.Client.GetStringAsync("/account/sign-in", Ct), StringComparison.Ordinal);
        }

        await using var bare = await OpenAccounts.StartAsync(clock);
        Assert.DoesNotContain("/account/social", await bare.Client.GetStringAsync("/account/sign-in", Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await bare.Client.GetAsync("/account/social/weibo", Ct)).StatusCode);
    }

    [Fact]
    public async Task What_waits_for_a_number_can_be_given_up()
    {
        await using var site = await StartAsync();
        var person = await SignedUpAsync(site, Phone);
        person.Browser.Cookies.Remove("__Host-qijian-session");
        await LocationAsync(person.Browser, providers.Agree(await SetOutAsync(person.Browser, "weibo")));
        clock.Advance(TimeSpan.FromMinutes(20));
        await person.SendAsync("/account/sign-in", ("phone", Phone));
        await person.CodeAsync(await SignUpTests.CodeAsync(site, "+86" + Phone));
        person.Body = await person.Browser.ReadAsync("/account/social/link");
        await PressAsync(person, "cancel");
        Assert.DoesNotContain(SocialFlows.Cookie, person.Browser.Cookies.Keys);
        Assert.Equal(HttpStatusCode.Found, (await person.Browser.GetAsync("/account/social/link")).StatusCode);
        Assert.Equal(0, await LinksAsync(site));
    }

    private async Task<TestSite> StartAsync(bool postgres = false, IReadOnlyList<TextChange>? opened = null)
    {
        using var apple = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return await OpenAccounts.StartAsync(clock, postgres, services =>
        {
            providers.Serve(services);
            services.AddSingleton<ILoggerProvider>(log).AddLogging(l => l.SetMinimumLevel(LogLevel.Trace));
        }, opened ?? OpenAccounts.Abroad,
        [
            .. Enum.GetNames<SocialProvider>().Select(p => $"--Accounts:Social:{p}:ClientId=client-{p}"), .. Enum.GetNames<SocialProvider>().Where(p => p is not "Apple").Select(p => $"--Accounts:Social:{p}:ClientSecret=secret-{p}"),
            $"--Accounts:Social:Apple:ClientSecret={apple.ExportPkcs8PrivateKeyPem()}", "--Accounts:Social:Apple:TeamId=TEAM", "--Accounts:Social:Apple:KeyId=KEY",
        ]);
    }

    /// <summary>Agrees below the notice; the provider's page that it leads to.</summary>
    private static async Task<Uri> SetOutAsync(Browser person, string provider, string language = "")
    {
        var answer = await person.PressAsync($"{language}/account/social/{provider}", "name=\"notice\"");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Uri page = new(Assert.Single(answer.Headers.GetValues("Refresh"))["0; url=".Length..]);
        Assert.Equal("https", page.Scheme);
        return page;
    }

    private static async Task<string?> LocationAsync(Browser person, string path) => (await person.GetAsync(path)).Headers.Location?.ToString();

    private async Task ComeBackAsync(Browser person, string provider) => Assert.Equal("/account", await LocationAsync(person, providers.Agree(await SetOutAsync(person, provider))));

    private static async Task SignUpAsync(TestSite site, Person person, string phone, string page)
    {
        await person.SendAsync(page, ("phone", phone));
        await person.CodeAsync(await SignUpTests.CodeAsync(site, "+86" + phone));
        Assert.Equal(HttpStatusCode.Found, (await person.PressAsync("band", ("band", "Adult"))).StatusCode);
    }

    private static async Task<Person> SignedUpAsync(TestSite site, string phone)
    {
        Person person = new(site);
        await SignUpAsync(site, person, phone, "/account/sign-in");
        return person;
    }

    private async Task<Person> LinkedAsync(TestSite site, string phone, string provider)
    {
        var person = await SignedUpAsync(site, phone);
        Assert.Equal("/account/social?said=linked", await LocationAsync(person.Browser, providers.Agree(await SetOutAsync(person.Browser, provider))));
        return person;
    }

    // The form of the last page with this handler; without one, the form of the notice.
    private static async Task<HttpResponseMessage> PressAsync(Person person, string? handler, params (string Name, string Value)[] fields)
    {
        if (handler is not null) return await person.PressAsync(handler, fields);
        var action = person.Body.IndexOf("action=\"/account/social/", StringComparison.Ordinal) + "action=\"".Length;
        person.Body = person.Body.Insert(person.Body.IndexOf('"', action), "?handler=none");
        return await person.PressAsync("none", fields);
    }

    private static Task<int> LinksAsync(TestSite site) => site.WithAsync<AppDb, int>(db => db.SocialLinks.CountAsync(Ct));

    private static Task<List<string>> SocialExportAsync(TestSite site, Subject subject) => site.WithAsync<TaggedTables, List<string>>(async t =>
    {
        List<string> values = [];
        await foreach (var value in t.ExportAsync(subject, Ct)) if (value.Store is "accounts_social_links" && value.Category.Id.StartsWith("social.", StringComparison.Ordinal) && value.Name is not "provider_index") values.Add(value.Value ?? "");
        return [.. values.Order(StringComparer.Ordinal)];
    });

    private static Task<int> RowsOfAsync(TestSite site, Subject subject) => site.WithAsync<TaggedTables, int>(async t => (await t.VerifyAsync(subject, [], Ct)).Found);

    private static Task<string> RowsAsync(TestSite site) => site.WithAsync<AppDb, string>(async db =>
    {
        StringBuilder counts = new();
        foreach (var table in db.Model.GetEntityTypes().Select(e => e.GetTableName()!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
#pragma warning disable EF1002 // names of the model
            counts.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"{table} {await db.Database.SqlQueryRaw<long>($"SELECT COUNT(*) AS \"Value\" FROM {table}").SingleAsync(Ct)}");
#pragma warning restore EF1002
        return counts.ToString();
    });

    /// <summary>Neither in the files of the site (database, logs, keys), nor in any column of any table, nor in anything that was logged.</summary>
    private async Task NothingIsKeptOfAsync(TestSite site, string[] values)
    {
        string[] control = ["accounts_social_links"];
        HashSet<string> found = new(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(site.Folder, "*", SearchOption.AllDirectories))
        {
            await using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes, Ct);
            foreach (var value in values.Concat(control)) if (bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(value)) >= 0 || bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(value)) >= 0) found.Add(value);
        }

        await site.WithAsync<AppDb, bool>(async db =>
        {
            if (db.Database.IsSqlite()) return true;
            found.Add(control[0]);
            foreach (var table in db.Model.GetEntityTypes().Where(e => e.GetTableName()!.Split('_')[0] is not ("registry" or "search")).Select(e => e.GetTableName()!).Distinct(StringComparer.Ordinal))
            {
#pragma warning disable EF1002 // names of the model
                var rows = await db.Database.SqlQueryRaw<string>($"SELECT t::text AS \"Value\" FROM {table} t").ToListAsync(Ct);
#pragma warning restore EF1002
                foreach (var value in values) if (rows.Exists(r => r.Contains(value, StringComparison.Ordinal) || r.Contains(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(value)), StringComparison.Ordinal))) found.Add(value);
            }

            return true;
        });
        Assert.NotEmpty(log.Lines);
        foreach (var value in values) if (log.Lines.Any(l => l.Contains(value, StringComparison.Ordinal))) found.Add($"log {value}");
        Assert.Equal(control, found);
    }

    /// <summary>All that is logged at any level, with what hangs on it, before anything is left out.</summary>
    private sealed class LogCapture : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose() { }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {(state is IEnumerable<KeyValuePair<string, object?>> parts ? string.Join(' ', parts.Select(p => p.Value)) : "")} {exception}");
    }
}
