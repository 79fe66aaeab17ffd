using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;
using Qijian.Platform;

namespace Qijian.Tests.Modules.Accounts;

public sealed class SessionTests
{
    private readonly FakeTimeProvider clock = new(new(2026, 11, 26, 1, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_that_is_ended_on_another_device_holds_no_longer_from_the_next_request_on()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var (phone, desk, foreign) = (await SignedInAsync(site, "13800138000", "Mozilla/5.0 (iPhone) Safari/605"), await SignedInAsync(site, "13800138000", "Mozilla/5.0 (Windows NT 10.0) Chrome/140"), await SignedInAsync(site, "13900139000", ""));
        desk.Body = await desk.Browser.ReadAsync("/account/security");
        Assert.Contains("Safari · iPhone", desk.Body, StringComparison.Ordinal);
        Assert.Contains("Chrome · Windows", desk.Body, StringComparison.Ordinal);
        var phones = (await SessionsAsync(site)).Single(s => s.Method == SignInMethod.Code && desk.Body.Contains(s.Id.ToString("N"), StringComparison.Ordinal));
        foreign.Body = await foreign.Browser.ReadAsync("/account/security");
        foreign.Body = foreign.Body.Replace("handler=password\"", "handler=end\"", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await foreign.PressAsync("end", ("session", phones.Id.ToString("N")))).StatusCode); // somebody else's
        Assert.Equal(HttpStatusCode.OK, (await phone.Browser.GetAsync("/account")).StatusCode);
        await desk.PressAsync("end", ("session", phones.Id.ToString("N")));
        Assert.Equal(HttpStatusCode.Found, (await phone.Browser.GetAsync("/account")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await desk.Browser.GetAsync("/account")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await foreign.Browser.GetAsync("/account")).StatusCode);
    }

    [Fact]
    public async Task A_session_ends_a_month_after_its_last_use_and_after_three_in_any_case()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var (used, unused) = (await SignedInAsync(site, "13800138000", ""), await SignedInAsync(site, "13900139000", ""));
        for (var day = 0; day < 88; day += 8)
        {
            clock.Advance(TimeSpan.FromDays(8));
            Assert.Equal(HttpStatusCode.OK, (await used.Browser.GetAsync("/account")).StatusCode);
            if (day > 30) Assert.Equal(HttpStatusCode.Found, (await unused.Browser.GetAsync("/account")).StatusCode);
        }

        clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(HttpStatusCode.Found, (await used.Browser.GetAsync("/account")).StatusCode);
    }

    [Fact]
    public async Task A_new_device_is_told_of_and_a_known_one_is_not()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var owner = await SignedInAsync(site, "13800138000", "");
        clock.Advance(TimeSpan.FromMinutes(11));
        owner.Browser.Cookies.Remove("__Host-qijian-session");
        await owner.SendAsync("/account/sign-in", ("phone", "13800138000"));
        await owner.CodeAsync(await SignUpTests.CodeAsync(site, "+8613800138000"));
        Assert.Equal(0, await site.WithAsync<AppDb, int>(db => db.InboxMessages.CountAsync(Ct)));
        await SignedInAsync(site, "13800138000", "Mozilla/5.0 (Linux; Android 15) Firefox/140");
        Assert.Equal(1, await site.WithAsync<AppDb, int>(db => db.InboxMessages.CountAsync(Ct)));
        Assert.Contains("Firefox · Android", await owner.Browser.ReadAsync("/inbox"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_has_what_an_account_holds_erasure_leaves_nothing_of_it_and_the_other_account_stays_as_it_is()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        await SignedInAsync(site, "13800138000", "");
        var bystander = await SignedInAsync(site, "13900139000", "");
        var members = await site.WithAsync<AppDb, List<Member>>(db => db.Members.AsNoTracking().OrderBy(m => m.CreatedAt).ToListAsync(Ct));
        var (subject, others) = (members[0].Subject, members[1].Subject);
        var before = await ExportAsync(site, others);
        Assert.Contains("+8613800138000", await ExportAsync(site, subject), StringComparer.Ordinal);
        await site.WithAsync<TaggedTables, bool>(async t => { await t.EraseAsync(subject, Ct); return true; });
        Assert.Equal(before, await ExportAsync(site, others));
        Assert.Null(await site.WithAsync<AppDb, Member?>(db => db.Members.FirstOrDefaultAsync(m => m.Subject == subject, Ct)));
        Assert.DoesNotContain(await SessionsAsync(site), s => s.Subject == subject);
        Assert.Equal(HttpStatusCode.OK, (await bystander.Browser.GetAsync("/account")).StatusCode);
    }

    [Fact]
    public async Task After_many_new_devices_in_a_day_only_a_code_signs_another_in_and_known_devices_go_on()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var (owner, bystander) = (await SignedInAsync(site, "13800138000", ""), await SignedInAsync(site, "13900139000", ""));
        foreach (var person in new[] { owner, bystander })
        {
            person.Body = await person.Browser.ReadAsync("/account/security");
            await person.PressAsync("password", ("password", "correct horse battery staple"));
        }

        Task<HttpResponseMessage> TryAsync(Person person, string phone) => person.SendAsync("/account/sign-in", "password", ("phone", phone), ("password", "correct horse battery staple"));
        for (var device = 0; device < EnterAccount.UnusualDevices; device++) Assert.Equal("/account", (await TryAsync(new(site), "13800138000")).Headers.Location!.OriginalString);
        Person thief = new(site);
        for (var attempt = 0; attempt < 3; attempt++) Assert.Contains("locked=true", (await TryAsync(thief, "13800138000")).Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Contains("只能用短信验证码登录", await thief.Browser.ReadAsync("/account/sign-in?locked=true"), StringComparison.Ordinal);
        owner.Browser.Cookies.Remove("__Host-qijian-session");
        Assert.Equal("/account", (await TryAsync(owner, "13800138000")).Headers.Location!.OriginalString); // its own device is known
        Assert.Equal(1, (await owner.Browser.ReadAsync("/inbox")).Split("账号已暂时锁定").Length - 1);
        Assert.Equal("/account", (await TryAsync(new(site), "13900139000")).Headers.Location!.OriginalString);

        // The way back: the number.
        await SignedInAsync(site, "13800138000", "");
        Assert.Equal("/account", (await TryAsync(new(site), "13800138000")).Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_new_device_that_nobody_could_have_carried_so_far_is_signed_in_by_a_code_only()
    {
        await using var site = await OpenAccounts.StartAsync(clock, settings: [$"{ProxyOptions.Section}:{nameof(ProxyOptions.PlaceHeader)}=X-Place"]);
        const string Shanghai = "31.2304, 121.4737", Suzhou = "31.2989,120.5853", Urumqi = "43.8256,87.6168", Phone = "13800138000";
        Person At(string place) => new(site, ("X-Place", place));
        async Task<string> TryAsync(Person person, string phone = Phone) => (await person.SendAsync("/account/sign-in", "password", ("phone", phone), ("password", "correct horse battery staple"))).Headers.Location!.OriginalString;
        var (owner, bystander) = (await SignedInAsync(site, Phone, At(Shanghai)), await SignedInAsync(site, "13900139000", At(Urumqi)));
        foreach (var person in new[] { owner, bystander })
        {
            person.Body = await person.Browser.ReadAsync("/account/security");
            await person.PressAsync("password", ("password", "correct horse battery staple"));
        }

        clock.Advance(TimeSpan.FromMinutes(30));
        var thief = At(Urumqi);
        Assert.Contains("locked=true", await TryAsync(thief), StringComparison.Ordinal);
        Assert.Equal("/account", await TryAsync(At(Urumqi), "13900139000"));
        Assert.Contains("账号已暂时锁定", await owner.Browser.ReadAsync("/inbox"), StringComparison.Ordinal);
        Assert.DoesNotContain("账号已暂时锁定", await bystander.Browser.ReadAsync("/inbox"), StringComparison.Ordinal);
        Assert.Equal("/account", await TryAsync(At(Suzhou)));
        Assert.Equal("/account", await TryAsync(At("somewhere"))); // no place is no reason
        Assert.Equal(2, await site.WithAsync<AppDb, int>(db => db.SignInPlaces.CountAsync(Ct))); // the last of each, and none of whoever was refused
        var exported = await ExportAsync(site, (await site.WithAsync<AppDb, Member>(db => db.Members.AsNoTracking().OrderBy(m => m.CreatedAt).FirstAsync(Ct))).Subject);
        Assert.Contains("31,121", exported, StringComparer.Ordinal);
        Assert.DoesNotContain(exported, line => line.Contains("121.4", StringComparison.Ordinal));

        // The device that signed in before goes wherever it likes; the number is the way back for a new one; and in a day one gets everywhere.
        owner.Browser.Cookies.Remove("__Host-qijian-session");
        Assert.Equal("/account", await TryAsync(owner));
        await SignedInAsync(site, Phone, thief);
        Assert.Equal("/account", await TryAsync(At(Urumqi)));
        Assert.Contains("locked=true", await TryAsync(At(Shanghai)), StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromHours(6));
        Assert.Equal("/account", await TryAsync(At(Shanghai)));
        clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        await site.WithAsync<RetentionSweep, bool>(async sweep => { await sweep.RunAsync(dryRun: false, anyway: false, Ct); return true; });
        Assert.Equal(0, await site.WithAsync<AppDb, int>(db => db.SignInPlaces.CountAsync(Ct)));
    }

    [Fact]
    public async Task A_place_is_heard_from_a_proxy_that_is_trusted_only()
    {
        foreach (var (peer, kept) in new[] { ("203.0.113.9", false), ("203.0.113.7", true), ("::ffff:203.0.113.7", true) })
        {
            await using var site = await OpenAccounts.StartAsync(clock, replace: s => s.AddSingleton<IStartupFilter>(new From(peer)),
                settings: [$"{ProxyOptions.Section}:{nameof(ProxyOptions.PlaceHeader)}=X-Place", $"{ProxyOptions.Section}:{nameof(ProxyOptions.Addresses)}=203.0.113.7"]);
            await SignedInAsync(site, "13800138000", new Person(site, ("X-Place", "31,121")));
            Assert.Equal(kept, await site.WithAsync<AppDb, bool>(db => db.SignInPlaces.AnyAsync(Ct)));
        }
    }

    private sealed class From(string peer) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, rest) =>
            {
                http.Connection.RemoteIpAddress = IPAddress.Parse(peer);
                return rest(http);
            });
            next(app);
        };
    }

    private Task<Person> SignedInAsync(TestSite site, string phone, string agent) => SignedInAsync(site, phone, new Person(site, ("User-Agent", agent.Length > 0 ? agent : "test")));

    private async Task<Person> SignedInAsync(TestSite site, string phone, Person person)
    {
        clock.Advance(TimeSpan.FromMinutes(11));
        await person.SendAsync("/account/sign-up", ("phone", phone), ("band", "Adult"));
        Assert.Equal(HttpStatusCode.Found, (await person.CodeAsync(await SignUpTests.CodeAsync(site, "+86" + phone))).StatusCode);
        return person;
    }

    private static Task<List<Session>> SessionsAsync(TestSite site) => site.WithAsync<AppDb, List<Session>>(db => db.Sessions.AsNoTracking().ToListAsync(Ct));

    private static Task<List<string>> ExportAsync(TestSite site, Subject subject) =>
        site.WithAsync<TaggedTables, List<string>>(async t => { List<string> values = []; await foreach (var v in t.ExportAsync(subject, Ct)) values.Add(v.Value ?? ""); values.Sort(StringComparer.Ordinal); return values; });
}
