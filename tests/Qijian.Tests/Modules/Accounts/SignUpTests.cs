using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Accounts;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;
using Qijian.Platform.Data;

namespace Qijian.Tests.Modules.Accounts;

public sealed partial class SignUpTests
{
    private const string SignIn = "/account/sign-in", SignUp = "/account/sign-up", Number = "138 0013 8000", OtherNumber = "13900139000";
    private readonly FakeTimeProvider clock = new(new(2026, 11, 26, 1, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, InlineData(false, ""), InlineData(true, ""), InlineData(false, "/en")]
    public async Task A_number_and_its_code_open_an_account_in_two_steps(bool postgres, string language)
    {
        await using var site = await StartAsync(postgres);
        Person person = new(site);
        await person.SendAsync(language + SignUp, ("phone", Number), ("region", "CN"), ("band", "Adult"));
        Assert.Equal(0, await MembersAsync(site));
        Assert.Equal((HttpStatusCode.Found, language + "/account"), Seen(await person.CodeAsync(await CodeAsync(site, "+8613800138000"))));
        Assert.Equal(1, await MembersAsync(site));
        Assert.Contains("8000", await person.Browser.ReadAsync(language + "/account"), StringComparison.Ordinal);
        Assert.Contains("__Host-qijian-session", person.Browser.Cookies.Keys);
    }

    [Fact]
    public async Task Accounts_that_are_closed_in_the_registry_are_not_there()
    {
        await using var site = await TestSite.StartAsync(services => services.Replace(ServiceDescriptor.Singleton(OpenAccounts.Closed)));
        foreach (var path in (string[])["/account/sign-in", "/account/sign-up", "/en/account/sign-in"]) Assert.Equal(HttpStatusCode.NotFound, (await site.Client.GetAsync(path, Ct)).StatusCode);
        Assert.DoesNotContain("/account", await site.Client.GetStringAsync("/", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_with_a_wrong_with_an_old_and_with_a_used_code_there_is_no_account()
    {
        await using var site = await StartAsync();
        Person person = new(site);
        await person.SendAsync(SignUp, ("phone", Number), ("band", "Adult"));
        var code = await CodeAsync(site, "+8613800138000");
        Assert.Equal(HttpStatusCode.BadRequest, (await person.CodeAsync("")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await person.CodeAsync(code == "000000" ? "000001" : "000000")).StatusCode);
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.BadRequest, (await person.CodeAsync(code)).StatusCode);
        Assert.Equal(0, await MembersAsync(site));
        await person.PressAsync("resend");
        code = await CodeAsync(site, "+8613800138000");
        Assert.Equal(HttpStatusCode.Found, (await person.CodeAsync($"验证码 {code[..3]}-{code[3..]}")).StatusCode);
        Person second = new(site);
        await second.SendAsync(SignUp, ("phone", Number), ("band", "Adult"));
        Assert.Equal(HttpStatusCode.BadRequest, (await second.CodeAsync(code)).StatusCode);
        Assert.Equal(1, await MembersAsync(site));
    }

    [Fact]
    public async Task Whatever_write_of_signing_up_fails_there_is_one_whole_account_or_none_and_the_next_try_gets_in()
    {
        FailAt fault = new();
        await using var site = await OpenAccounts.StartAsync(clock, replace: s => s.ConfigureDbContext<SqliteDb>(o => o.AddInterceptors(fault)));
        Assert.SkipWhen(!File.Exists(Path.Combine(site.Folder, "qijian.db")), "The steps are those of SQLite, and this run is on a server");
        var (steps, failed) = (0, true);
        for (; failed && steps < 200; steps++)
        {
            var number = $"139{steps:D8}";
            Person person = new(site);
            await person.SendAsync(SignUp, ("phone", number), ("band", "Adult"));
            var (page, code) = (person.Body, await CodeAsync(site, "+86" + number));
            fault.Arm(steps);
            failed = (await person.CodeAsync(code)).StatusCode is not HttpStatusCode.Found;
            fault.Arm(int.MaxValue);
            Assert.InRange(await MembersAsync(site), steps, steps + 1);

            // What failed may be tried again at once with the same code, or, where that was used up, with a new one.
            person.Body = page;
            if (failed && (await person.CodeAsync(code)).StatusCode is not HttpStatusCode.Found)
            {
                clock.Advance(TimeSpan.FromMinutes(11));
                await person.SendAsync(SignUp, ("phone", number), ("band", "Adult"));
                Assert.Equal(HttpStatusCode.Found, (await person.CodeAsync(await CodeAsync(site, "+86" + number))).StatusCode);
            }

            Assert.Equal(steps + 1, await MembersAsync(site));
            Assert.Contains($"139****{number[^4..]}", await person.Browser.ReadAsync("/account"), StringComparison.Ordinal);
        }

        Assert.True(!failed && steps > 8, $"{steps} steps");
    }

    [Fact]
    public async Task Two_spellings_of_a_number_are_one_account()
    {
        await using var site = await StartAsync();
        foreach (var (phone, region) in new[] { ("138 0013 8000", "CN"), ("+86 138-0013-8000", "US"), ("１３８００１３８０００", "CN"), ("008613800138000", "CN") })
        {
            Person person = new(site);
            await person.SendAsync(SignUp, ("phone", phone), ("region", region), ("band", "Adult"));
            Assert.Equal(HttpStatusCode.Found, (await person.CodeAsync(await CodeAsync(site, "+8613800138000"))).StatusCode);
            clock.Advance(TimeSpan.FromMinutes(20));
        }

        Assert.Equal(1, await MembersAsync(site));
    }

    [Fact]
    public async Task Nobody_learns_whether_a_number_has_an_account()
    {
        await using var site = await StartAsync();
        Person person = new(site);
        await person.SendAsync(SignUp, ("phone", Number), ("band", "Adult"));
        await person.CodeAsync(await CodeAsync(site, "+8613800138000"));
        clock.Advance(TimeSpan.FromMinutes(20));
        Person known = new(site), unknown = new(site);
        var (a, b) = (await known.SendAsync(SignIn, ("phone", Number)), await unknown.SendAsync(SignIn, ("phone", OtherNumber)));
        Assert.Equal(a.StatusCode, b.StatusCode);
        Assert.Equal(Neutral(known.Body, "138****8000"), Neutral(unknown.Body, "139****9000"));
        // The same password work is done for a number that has no account, for one without a password, and for one with another.
        var passwords = await site.WithAsync<Passwords, Passwords>(Task.FromResult);
        var before = passwords.Work;
        var first = await known.SendAsync(SignIn, "password", ("phone", Number), ("password", "wrong-horse-battery"));
        Assert.Equal(before + 1, passwords.Work);
        var second = await unknown.SendAsync(SignIn, "password", ("phone", OtherNumber), ("password", "wrong-horse-battery"));
        Assert.Equal(before + 2, passwords.Work);
        Assert.Equal(first.StatusCode, second.StatusCode);
        Assert.Equal(Neutral(known.Body, Number), Neutral(unknown.Body, OtherNumber));
    }

    [Fact]
    public async Task Nobody_under_fourteen_gets_an_account_and_nothing_is_kept_of_the_attempt()
    {
        await using var site = await StartAsync();
        Person child = new(site);
        await child.SendAsync(SignUp, ("phone", Number), ("band", "Child"));
        Assert.Contains("未满十四周岁不能注册账号", child.Body, StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), await ResidueAsync(site));
        Assert.Empty((await site.WithAsync<Outbox, IReadOnlyList<OutboxMessage>>(o => Task.FromResult(o.Messages))));
    }

    [Fact]
    public async Task Between_fourteen_and_seventeen_a_guardian_proves_a_number_and_agrees()
    {
        await using var site = await StartAsync();
        Person teen = new(site);
        await teen.SendAsync(SignUp, ("phone", Number), ("band", "Teen"));
        await teen.CodeAsync(await CodeAsync(site, "+8613800138000"));
        Assert.Equal(0, await MembersAsync(site));
        Assert.Equal(HttpStatusCode.BadRequest, (await teen.PressAsync("guardian", ("phone", Number))).StatusCode); // their own
        await teen.PressAsync("guardian", ("phone", OtherNumber));
        var code = await CodeAsync(site, "+8613900139000");
        Assert.Equal(HttpStatusCode.BadRequest, (await teen.PressAsync("guardianCode", ("code", code))).StatusCode); // nobody agreed
        Assert.Equal(0, await MembersAsync(site));
        Assert.Equal(HttpStatusCode.Found, (await teen.PressAsync("guardianCode", ("code", code), ("agree", "yes"))).StatusCode);
        var member = await site.WithAsync<AppDb, Member>(db => db.Members.SingleAsync(Ct));
        Assert.True(member.Minor);
        var events = await site.WithAsync<ConsentLedger, List<ConsentEvent>>(l => l.EventsOfAsync(member.Subject, Ct));
        Assert.Equal([ConsentEventKind.NoticeShown, ConsentEventKind.GuardianGranted], events.Select(e => e.Kind));
        Assert.Equal(Denial.Minor, await site.WithAsync<IPurposeGuard, Denial?>(async g => (await g.DemandAsync(member.Subject, Purpose.ServiceImprovement, [Category.RequestLog], Ct) as Decision.Denied)?.Reason));
        Assert.Null(await site.WithAsync<IPurposeGuard, Denial?>(async g => (await g.DemandAsync(member.Subject, Purpose.AccountIdentity, [Category.ContactPhone], Ct) as Decision.Denied)?.Reason));
    }

    [Fact]
    public async Task A_minor_who_gives_up_leaves_nothing_after_a_day()
    {
        await using var site = await StartAsync();
        Person teen = new(site);
        await teen.SendAsync(SignUp, ("phone", Number), ("band", "Teen"));
        await teen.CodeAsync(await CodeAsync(site, "+8613800138000"));
        await teen.PressAsync("guardian", ("phone", OtherNumber));
        Assert.Equal(0, await MembersAsync(site));
        clock.Advance(TimeSpan.FromHours(25));
        await site.WithAsync<RetentionSweep, int>(async s => (await s.RunAsync(dryRun: false, anyway: false, Ct)).Count);
        Assert.Equal((0, 0, 0), await ResidueAsync(site));
    }

    [Fact]
    public async Task A_number_with_a_new_holder_begins_anew_and_shows_nothing_of_the_former()
    {
        await using var site = await StartAsync();
        Person former = new(site);
        await former.SendAsync(SignUp, ("phone", Number), ("band", "Adult"));
        await former.CodeAsync(await CodeAsync(site, "+8613800138000"));
        clock.Advance(TimeSpan.FromDays(89));
        Person soon = new(site);
        await soon.SendAsync(SignIn, ("phone", Number));
        Assert.Equal(HttpStatusCode.Found, (await soon.CodeAsync(await CodeAsync(site, "+8613800138000"))).StatusCode);
        clock.Advance(TimeSpan.FromDays(91));
        Person holder = new(site);
        await holder.SendAsync(SignIn, ("phone", Number));
        await holder.CodeAsync(await CodeAsync(site, "+8613800138000"));
        Assert.Contains("这是您的账号吗", holder.Body, StringComparison.Ordinal);
        await holder.PressAsync("mine", ("mine", "false"));
        Assert.Equal(HttpStatusCode.Found, (await holder.PressAsync("band", ("band", "Adult"))).StatusCode);
        Assert.Equal(2, await MembersAsync(site));
        var security = await holder.Browser.ReadAsync("/account/security");
        Assert.Single(Signed().Matches(security));
        Assert.Equal(HttpStatusCode.Found, (await former.Browser.GetAsync("/account")).StatusCode); // signed out
    }

    [Fact]
    public async Task Whoever_has_the_number_only_does_not_open_an_idle_account_that_has_another_proof()
    {
        await using var site = await StartAsync();
        Person former = new(site), holder = new(site), owner = new(site);
        await former.SendAsync(SignUp, ("phone", Number), ("band", "Adult"));
        await former.CodeAsync(await CodeAsync(site, "+8613800138000"));
        await former.SendAsync("/account/security", "password", ("password", "correct horse battery staple"));
        clock.Advance(TimeSpan.FromDays(91));
        await holder.SendAsync(SignIn, ("phone", Number));
        await holder.CodeAsync(await CodeAsync(site, "+8613800138000"));
        Assert.Equal(HttpStatusCode.BadRequest, (await holder.PressAsync("mine", ("mine", "true"))).StatusCode);
        Assert.Contains("以证明账号是您的", holder.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await holder.PressAsync("mine", ("mine", "true"), ("password", "wrong horse battery staple"))).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await holder.Browser.GetAsync("/account")).StatusCode);

        // A form of another step, with the same ticket, leads nowhere else.
        var mine = holder.Body;
        foreach (var band in (string[])["Adult", "Teen", "Child"])
        {
            holder.Body = mine.Replace("handler=mine", "handler=band", StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await holder.PressAsync("band", ("band", band))).StatusCode);
            Assert.Contains("这是您的账号吗", holder.Body, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.Found, (await holder.Browser.GetAsync("/account")).StatusCode); // to sign in
        Person knowing = new(site);
        clock.Advance(TimeSpan.FromMinutes(11));
        await knowing.SendAsync(SignIn, ("phone", Number));
        await knowing.CodeAsync(await CodeAsync(site, "+8613800138000"));
        await knowing.PressAsync("mine", ("mine", "true"));
        Assert.Contains("type=\"password\"", knowing.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, (await knowing.PressAsync("mine", ("mine", "true"), ("password", "correct horse battery staple"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await knowing.Browser.GetAsync("/account")).StatusCode);
        Assert.Equal("/account", (await owner.SendAsync(SignIn, "password", ("phone", Number), ("password", "correct horse battery staple"))).Headers.Location!.OriginalString);
        Assert.Equal(1, await MembersAsync(site));
    }

    [Fact]
    public async Task Of_a_child_that_says_so_after_the_code_nothing_is_left_either()
    {
        await using var site = await StartAsync();
        Person child = new(site), bystander = new(site);
        await bystander.SendAsync(SignIn, ("phone", OtherNumber));
        await child.SendAsync(SignIn, ("phone", Number));
        await child.CodeAsync(await CodeAsync(site, "+8613800138000"));
        Assert.Equal(2, await site.WithAsync<AppDb, int>(db => db.OneTimeCodes.CountAsync(Ct)));
        Assert.Equal(HttpStatusCode.OK, (await child.PressAsync("band", ("band", "Child"))).StatusCode);
        Assert.Equal((0, 1), (await MembersAsync(site), await site.WithAsync<AppDb, int>(db => db.OneTimeCodes.CountAsync(Ct))));
    }

    [Fact]
    public async Task A_code_for_one_thing_is_of_no_use_for_another()
    {
        await using var site = await StartAsync();
        Person teen = new(site), other = new(site);
        await teen.SendAsync(SignUp, ("phone", Number), ("band", "Teen"));
        await teen.CodeAsync(await CodeAsync(site, "+8613800138000"));
        await teen.PressAsync("guardian", ("phone", OtherNumber));
        var guardians = await CodeAsync(site, "+8613900139000");
        clock.Advance(TimeSpan.FromMinutes(2));
        await other.SendAsync(SignIn, ("phone", OtherNumber));
        Assert.Equal(HttpStatusCode.BadRequest, (await other.CodeAsync(guardians)).StatusCode);
    }

    [GeneratedRegex("登录：", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Signed();

    [GeneratedRegex("(name=\"(ticket|form)\" value=\"|name=\"form\" type=\"hidden\" value=\")[^\"]*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sealed();

    // The page without what is sealed or typed.
    private static string Neutral(string body, string typed) => Sealed().Replace(body, "").Replace(typed, "", StringComparison.Ordinal);

    private Task<TestSite> StartAsync(bool postgres = false) => OpenAccounts.StartAsync(clock, postgres);

    private static (HttpStatusCode, string?) Seen(HttpResponseMessage response) => (response.StatusCode, response.Headers.Location?.ToString());

    private static Task<int> MembersAsync(TestSite site) => site.WithAsync<AppDb, int>(db => db.Members.CountAsync(Ct));

    private static Task<(int, int, int)> ResidueAsync(TestSite site) =>
        site.WithAsync<AppDb, (int, int, int)>(async db => (await db.Members.CountAsync(Ct), await db.OneTimeCodes.CountAsync(Ct), await db.Attempts.CountAsync(Ct)));

    internal static Task<string> CodeAsync(TestSite site, string number) =>
        site.WithAsync<Outbox, string>(o => Task.FromResult(Digits().Match(o.Messages.First(m => m.To == number && m.Template.EndsWith("_code", StringComparison.Ordinal)).Text.ToString()).Value));

    [GeneratedRegex("[0-9]{6,}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digits();
}
