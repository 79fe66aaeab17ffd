using System.Net;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Accounts;

namespace Qijian.Tests.Modules.Accounts;

/// <summary>Whoever guesses, from however many networks, is not let in, and locks nobody out.</summary>
public sealed class GuessingTests
{
    private static readonly PhoneNumber Victim = new("+8613800138000");
    private readonly FakeTimeProvider clock = new(new(2026, 11, 26, 1, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task Thousands_of_guesses_from_many_networks_open_nothing_and_the_owner_still_gets_in(bool postgres)
    {
        await using var site = await OpenAccounts.StartAsync(clock, postgres);
        Assert.IsType<SendCodeResult.Sent>(await SendAsync(site, "10.0.0.0"));
        var right = 0;
        for (var i = 0; i < (Environment.GetEnvironmentVariable("QIJIAN_LONG") is "1" ? 100_000 : 2_000); i++)
        {
            if (await ProveAsync(site, Wrong(await SentAsync(site), i), $"10.{i / 62_500}.{i / 250 % 250}.{i % 250}") is CodeAnswer.Right) right++;
        }

        Assert.Equal(0, right);
        // The code that was guessed at is burnt; the owner asks again and gets a longer one, at which guessing does not stop.
        Assert.IsType<CodeAnswer.Over>(await ProveAsync(site, await SentAsync(site), "192.168.1.0"));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<SendCodeResult.Sent>(await SendAsync(site, "192.168.1.0"));
        var code = await SentAsync(site);
        Assert.Equal(OneTimeCodes.ManyDigits, code.Length);
        for (var i = 0; i < 500; i++) Assert.IsNotType<CodeAnswer.Right>(await ProveAsync(site, Wrong(code, i), $"11.{i / 250}.{i % 250}.0"));
        Assert.IsType<CodeAnswer.Right>(await ProveAsync(site, code, "192.168.1.0"));
    }

    [Fact]
    public async Task One_network_has_five_tries_and_another_is_not_held_up_by_it()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        await SendAsync(site, "10.0.0.0");
        var code = await SentAsync(site);
        for (var i = 0; i < 5; i++) Assert.IsType<CodeAnswer.Wrong>(await ProveAsync(site, Wrong(code, i), "10.0.0.0"));
        Assert.IsType<CodeAnswer.TooMany>(await ProveAsync(site, code, "10.0.0.0"));
        Assert.IsType<CodeAnswer.Right>(await ProveAsync(site, code, "10.0.1.0"));
    }

    [Fact]
    public async Task Codes_go_once_a_minute_and_after_five_in_an_hour_every_ten_minutes_whoever_asks()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var sent = 0;
        for (var minute = 0; minute < 60; minute++)
        {
            if (await SendAsync(site, $"10.0.{minute}.0") is SendCodeResult.Sent) sent++;
            Assert.IsType<SendCodeResult.Wait>(await SendAsync(site, $"10.1.{minute}.0"));
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(5 + 5, sent);
    }

    [Fact]
    public async Task One_network_gets_so_many_codes_an_hour_for_all_numbers_together()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        for (var i = 0; i < 60; i++) Assert.IsType<SendCodeResult.Sent>(await SendAsync(site, "10.0.0.0", new($"+86138{i:00000000}")));
        Assert.IsType<SendCodeResult.Busy>(await SendAsync(site, "10.0.0.0"));
        Assert.IsType<SendCodeResult.Sent>(await SendAsync(site, "10.0.1.0"));
    }

    [Fact]
    public async Task Strangers_use_up_the_tries_of_a_password_and_its_owner_on_a_known_device_signs_in()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        Person owner = new(site);
        await owner.SendAsync("/account/sign-up", ("phone", "13800138000"), ("band", "Adult"));
        await owner.CodeAsync(await SentAsync(site));
        owner.Body = await owner.Browser.ReadAsync("/account/security");
        foreach (var known in (string[])["password123", "13800138000", "+8613800138000", "8613800138000"]) Assert.Equal(HttpStatusCode.BadRequest, (await owner.PressAsync("password", ("password", known))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await owner.PressAsync("password", ("password", "翠鸟 driftwood 1987 茶馆"))).StatusCode);
        var refused = 0;
        for (var i = 0; i < 120; i++)
        {
            var answer = await site.WithAsync<SignInWithPassword, PasswordAnswer>(s => s.CheckAsync(Victim, "翠鸟 driftwood 1987", $"10.0.{i}.0", Ct));
            Assert.IsNotType<PasswordAnswer.Right>(answer);
            if (answer is PasswordAnswer.TooMany) refused++;
        }

        Assert.Equal(120 - 50, refused);
        Person stranger = new(site);
        Assert.Equal(HttpStatusCode.BadRequest, (await stranger.SendAsync("/account/sign-in", "password", ("phone", "13800138000"), ("password", "翠鸟 driftwood 1987 茶馆"))).StatusCode);
        owner.Browser.Cookies.Remove("__Host-qijian-session");
        Assert.Equal(HttpStatusCode.Found, (await owner.SendAsync("/account/sign-in", "password", ("phone", "13800138000"), ("password", "翠鸟 driftwood 1987 茶馆"))).StatusCode);
    }

    private static string Wrong(string code, int i) => ((long.Parse(code, System.Globalization.CultureInfo.InvariantCulture) + 1 + i) % (long)Math.Pow(10, code.Length)).ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(code.Length, '0');

    private static Task<SendCodeResult> SendAsync(TestSite site, string network, PhoneNumber? to = null) =>
        site.WithAsync<OneTimeCodes, SendCodeResult>(c => c.SendAsync(CodeUse.SignIn, to ?? Victim, Qijian.Modules.Privacy.MessageTemplate.SignInCode, network, english: false, Ct));

    private static Task<CodeAnswer> ProveAsync(TestSite site, string code, string network) => site.WithAsync<OneTimeCodes, CodeAnswer>(c => c.ProveAsync(CodeUse.SignIn, Victim, code, network, Ct));

    private static Task<string> SentAsync(TestSite site) => SignUpTests.CodeAsync(site, Victim.E164);
}
