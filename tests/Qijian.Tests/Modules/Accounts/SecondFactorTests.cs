using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using OtpNet;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Accounts;

public sealed partial class SecondFactorTests
{
    private const string Number = "13800138000", OtherNumber = "13900139000", Page = "/account/security/second-factor", Session = "__Host-qijian-session", Password = "翠鸟 driftwood 1987 茶馆";
    private readonly FakeTimeProvider clock = new(new(2026, 11, 26, 1, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, InlineData(false, ""), InlineData(true, ""), InlineData(false, "/en")]
    public async Task Once_it_is_on_a_code_by_SMS_alone_signs_nobody_in_and_with_the_digits_of_the_app_it_does(bool postgres, string language)
    {
        await using var site = await OpenAccounts.StartAsync(clock, postgres);
        var owner = await SignedUpAsync(site, Number);
        var (secret, codes) = await TurnOnAsync(owner, language + Page);
        Assert.Equal(SecondFactors.RecoveryCodes, codes.Distinct().Count());
        Assert.Equal(HttpStatusCode.OK, (await owner.Browser.GetAsync("/account")).StatusCode); // their own session stays
        owner.Browser.Cookies.Remove(Session);
        var first = await SignInAsync(site, owner, language);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.DoesNotContain(Session, owner.Browser.Cookies.Keys);
        Assert.Equal(HttpStatusCode.Found, (await owner.Browser.GetAsync("/account")).StatusCode);
        var second = await owner.PressAsync("secondStep", ("code", Digits(secret)));
        Assert.Equal((HttpStatusCode.Found, "/account"), (second.StatusCode, second.Headers.Location?.ToString().Replace("/en", "", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.OK, (await owner.Browser.GetAsync("/account")).StatusCode);
    }

    [Fact]
    public async Task A_password_alone_signs_nobody_in_either_and_what_was_missing_stands_in_the_history()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var owner = await SignedUpAsync(site, Number);
        owner.Body = await owner.Browser.ReadAsync("/account/security");
        await owner.PressAsync("password", ("password", Password));
        var (secret, _) = await TurnOnAsync(owner);
        Person stranger = new(site);
        Assert.Equal(HttpStatusCode.OK, (await stranger.SendAsync("/account/sign-in?to=/inbox", "password", ("phone", Number), ("password", Password))).StatusCode);
        foreach (var wrong in (string[])["", "000000", "123456789012", "abc", Digits(secret)[..5]])
            Assert.Equal(HttpStatusCode.BadRequest, (await stranger.PressAsync("secondStep", ("code", wrong))).StatusCode);
        Assert.DoesNotContain(Session, stranger.Browser.Cookies.Keys);
        clock.Advance(TimeSpan.FromMinutes(1));
        var led = await stranger.PressAsync("secondStep", ("code", Spaced(Digits(secret))));
        Assert.Equal((HttpStatusCode.Found, "/inbox"), (led.StatusCode, led.Headers.Location?.ToString()));
        Assert.Equal(5, Missing().Count(await owner.Browser.ReadAsync("/account/security")));
    }

    [Fact]
    public async Task A_code_counts_once_and_none_before_it_counts_again_even_when_the_clock_jumps_back()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var owner = await SignedUpAsync(site, Number);
        var (secret, _) = await TurnOnAsync(owner);
        await SignInAsync(site, owner);
        var (before, used) = (Digits(secret, -1), Digits(secret));
        Assert.Equal(HttpStatusCode.Found, (await owner.PressAsync("secondStep", ("code", used))).StatusCode);
        Assert.IsType<FactorAnswer.Wrong>(await ProveAsync(site, used));
        Assert.IsType<FactorAnswer.Wrong>(await ProveAsync(site, before)); // within the skew, but earlier than what was used
        clock.AdjustTime(clock.GetUtcNow() - TimeSpan.FromHours(1));
        Assert.IsType<FactorAnswer.Wrong>(await ProveAsync(site, Digits(secret)));
        clock.AdjustTime(clock.GetUtcNow() + TimeSpan.FromHours(2));
        Assert.IsType<FactorAnswer.Right>(await ProveAsync(site, Digits(secret)));
    }

    [Fact]
    public async Task In_a_browser_that_was_left_open_nobody_changes_how_its_owner_signs_in()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var person = await Person.SignedUpAsync(site, "13800138000");
        foreach (var page in (string[])["/account/security", "/account/security/second-factor"]) Assert.DoesNotContain("handler=again", await person.Browser.ReadAsync(page), StringComparison.Ordinal);
        person.Body = await person.Browser.ReadAsync("/account/security");
        var forms = person.Body;
        clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(HttpStatusCode.BadRequest, (await person.PressAsync("password", ("password", "木-tulip-9-Kanne-纸"))).StatusCode);
        person.Body = forms;
        Assert.Equal(HttpStatusCode.BadRequest, (await person.PressAsync("passkey", ("ticket", "1"), ("credential", "{}"))).StatusCode);
        Assert.DoesNotContain("handler=password\"", person.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=start", await person.Browser.ReadAsync("/account/security/second-factor"), StringComparison.Ordinal);
        var again = await person.SendAsync("/account/security", "again");
        Assert.Equal("/account/sign-in?to=%2Faccount%2Fsecurity", again.Headers.Location?.ToString());
        Assert.Null(await site.WithAsync<AppDb, string?>(db => db.Members.Select(m => m.Password).SingleAsync(Ct)));
    }

    [Theory, InlineData(-2, false), InlineData(-1, true), InlineData(0, true), InlineData(1, true), InlineData(2, false)]
    public async Task The_clock_of_a_phone_may_be_off_by_one_step(int steps, bool right)
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var (secret, _) = await TurnOnAsync(await SignedUpAsync(site, Number));
        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(right, await ProveAsync(site, Digits(secret, steps)) is FactorAnswer.Right);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_recovery_code_counts_once_however_it_is_written(bool postgres)
    {
        await using var site = await OpenAccounts.StartAsync(clock, postgres);
        var owner = await SignedUpAsync(site, Number);
        var (_, codes) = await TurnOnAsync(owner);
        await SignInAsync(site, owner);
        Assert.Equal(HttpStatusCode.Found, (await owner.PressAsync("secondStep", ("code", codes[3]))).StatusCode);
        Assert.IsType<FactorAnswer.Wrong>(await ProveAsync(site, codes[3]));
        Assert.IsType<FactorAnswer.Right>(await ProveAsync(site, codes[0].ToLowerInvariant().Replace('-', ' ').Replace('0', 'o').Replace('1', 'l')));
        Assert.Contains("还有 8 个恢复码可用", await owner.Browser.ReadAsync(Page), StringComparison.Ordinal);
        var at = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ProveAsync(site, codes[5]))); // at once
        Assert.Single(at, a => a is FactorAnswer.Right);
    }

    [Fact]
    public async Task Nothing_is_on_before_a_code_was_typed_and_only_its_owner_can_confirm_a_secret()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var (owner, other) = (await SignedUpAsync(site, Number), await SignedUpAsync(site, OtherNumber));
        foreach (var person in (Person[])[owner, other]) await StartAsync(person);
        var (secret, others) = (SecretOf(owner.Body), SecretOf(other.Body));
        Assert.NotEqual(secret, others);
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.PressAsync("confirm", ("code", Wrong(secret)))).StatusCode);
        Assert.Equal(secret, SecretOf(owner.Body)); // the same one, to try again
        Assert.Equal(0, await FactorsAsync(site));
        var ticket = Ticket().Match(owner.Body).Groups["v"].Value;
        Assert.Equal(HttpStatusCode.BadRequest, (await other.PressAsync("confirm", ("ticket", ticket), ("code", Digits(secret)))).StatusCode);
        Assert.Equal(0, await FactorsAsync(site));
        clock.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.PressAsync("confirm", ("code", Digits(secret)))).StatusCode);
        Assert.Equal(0, await FactorsAsync(site));
    }

    [Fact]
    public async Task The_secret_is_sealed_and_neither_it_nor_a_recovery_code_is_shown_again()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var owner = await SignedUpAsync(site, Number);
        var (secret, codes) = await TurnOnAsync(owner);
        var row = await site.WithAsync<AppDb, SecondFactor>(db => db.SecondFactors.AsNoTracking().SingleAsync(Ct));
        var stored = System.Text.Encoding.Latin1.GetString([.. row.Secret.Bytes.ToArray(), .. row.RecoveryCodes]);
        foreach (var shown in (string[])[secret, .. codes, .. codes.Select(c => c.Replace("-", "", StringComparison.Ordinal))])
        {
            Assert.DoesNotContain(shown, stored, StringComparison.Ordinal);
            foreach (var page in (string[])[Page, "/account/security"]) Assert.DoesNotContain(shown, await owner.Browser.ReadAsync(page), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Turning_it_off_and_new_recovery_codes_take_a_code_and_the_owner_is_told()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var owner = await SignedUpAsync(site, Number);
        var (secret, codes) = await TurnOnAsync(owner);
        owner.Body = await owner.Browser.ReadAsync(Page);
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.PressAsync("codes", ("code", Wrong(secret)))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.PressAsync("off", ("code", Wrong(secret)))).StatusCode);
        Assert.Equal(1, await FactorsAsync(site));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, (await owner.PressAsync("codes", ("code", Digits(secret)))).StatusCode);
        var renewed = CodesOf(owner.Body);
        Assert.Empty(renewed.Intersect(codes));
        Assert.IsType<FactorAnswer.Wrong>(await ProveAsync(site, codes[0]));
        owner.Body = await owner.Browser.ReadAsync(Page);
        Assert.Equal(HttpStatusCode.OK, (await owner.PressAsync("off", ("code", renewed[0]))).StatusCode);
        Assert.Equal(0, await FactorsAsync(site));
        Assert.Equal(HttpStatusCode.OK, (await owner.Browser.GetAsync("/account")).StatusCode);
        Assert.Equal(3, await site.WithAsync<AppDb, int>(db => db.InboxMessages.CountAsync(Ct)));
        var security = await owner.Browser.ReadAsync("/account/security");
        foreach (var line in (string[])["<td>开启第二步验证</td>", "<td>更换恢复码</td>", "<td>关闭第二步验证</td>"]) Assert.Contains(line, security, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, (await SignInAsync(site, new(site))).StatusCode);
    }

    [Fact]
    public async Task Whoever_has_the_password_and_guesses_uses_up_their_own_tries_and_not_the_owners()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var owner = await SignedUpAsync(site, Number);
        var (secret, codes) = await TurnOnAsync(owner);
        clock.Advance(TimeSpan.FromMinutes(5));
        var tooMany = 0;
        for (var i = 0; i < 100; i++) if (await ProveAsync(site, Wrong(secret)) is FactorAnswer.TooMany) tooMany++;
        Assert.Equal(80, tooMany);
        Assert.IsType<FactorAnswer.TooMany>(await ProveAsync(site, Digits(secret)));
        Assert.IsType<FactorAnswer.Right>(await ProveAsync(site, codes[0])); // on whatever device
        await SignInAsync(site, owner);
        Assert.Equal(HttpStatusCode.Found, (await owner.PressAsync("secondStep", ("code", Digits(secret)))).StatusCode); // on one that is known
    }

    [Fact]
    public async Task A_first_step_counts_for_ten_minutes_and_only_for_the_member_who_took_it()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var owner = await SignedUpAsync(site, Number);
        var (secret, _) = await TurnOnAsync(owner);
        await SignInAsync(site, owner);
        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.PressAsync("secondStep", ("code", Digits(secret)))).StatusCode);
        Assert.DoesNotContain("name=\"code\"", owner.Body, StringComparison.Ordinal);
        // What was sealed for another step, or for nothing, is no first step.
        Person stranger = new(site);
        await stranger.SendAsync("/account/sign-in", ("phone", OtherNumber));
        var form = stranger.Body.Replace("handler=code\"", "handler=secondStep\"", StringComparison.Ordinal);
        foreach (var ticket in (string?[])[null, "", "x"])
        {
            stranger.Body = form;
            Assert.Equal(HttpStatusCode.BadRequest, (await stranger.PressAsync("secondStep", ticket is null ? [("code", Digits(secret))] : [("ticket", ticket), ("code", Digits(secret))])).StatusCode);
        }

        Assert.DoesNotContain(Session, stranger.Browser.Cookies.Keys);
    }

    [Fact]
    public async Task Nobody_removes_a_passkey_of_another_and_removing_ones_own_is_told_and_ends_no_session()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var (owner, foreign) = (await SignedUpAsync(site, Number), await SignedUpAsync(site, OtherNumber));
        var subject = await SubjectAsync(site);
        var (own, others) = (await KeyAsync(site, subject, 1), await KeyAsync(site, await SubjectAsync(site, last: true), 2));
        owner.Body = await owner.Browser.ReadAsync("/account/security");
        foreign.Body = await foreign.Browser.ReadAsync("/account/security");
        Assert.Equal(HttpStatusCode.NotFound, (await foreign.PressAsync("removePasskey", ("passkey", own.ToString("N")))).StatusCode);
        Assert.Equal(2, await site.WithAsync<AppDb, int>(db => db.Passkeys.CountAsync(Ct)));
        Assert.Equal(HttpStatusCode.OK, (await owner.PressAsync("removePasskey", ("passkey", own.ToString("N")))).StatusCode);
        Assert.Equal(others, await site.WithAsync<AppDb, Guid>(db => db.Passkeys.Select(p => p.Id).SingleAsync(Ct)));
        Assert.Equal(HttpStatusCode.OK, (await owner.Browser.GetAsync("/account")).StatusCode);
        Assert.Contains("登录方式有变更", await owner.Browser.ReadAsync("/inbox"), StringComparison.Ordinal);
        Assert.Equal(MessageTemplate.SecurityChange.Id, await site.WithAsync<AppDb, string>(db => db.QueuedMessages.Select(m => m.Template).SingleAsync(Ct))); // and by SMS
    }

    [Fact]
    public async Task Erasing_a_member_takes_their_second_step_and_passkeys_and_nobody_elses()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var (owner, other) = (await SignedUpAsync(site, Number), await SignedUpAsync(site, OtherNumber));
        var (subject, others) = (await SubjectAsync(site), await SubjectAsync(site, last: true));
        var (secret, _) = await TurnOnAsync(owner);
        await TurnOnAsync(other);
        await KeyAsync(site, subject, 1);
        await KeyAsync(site, others, 2);
        List<string> exported = [];
        await site.WithAsync<TaggedTables, bool>(async t => { await foreach (var v in t.ExportAsync(subject, Ct)) exported.Add(v.Value ?? ""); return true; });
        Assert.Contains(secret, exported);
        Assert.Contains("Chrome · Windows", exported);
        await site.WithAsync<TaggedTables, bool>(async t => { await t.EraseAsync(subject, Ct); return true; });
        Assert.Equal([others], await site.WithAsync<AppDb, List<Subject>>(db => db.SecondFactors.Select(f => f.Subject).ToListAsync(Ct)));
        Assert.Equal([others], await site.WithAsync<AppDb, List<Subject>>(db => db.Passkeys.Select(f => f.Subject).ToListAsync(Ct)));
    }

    [Fact]
    public async Task What_is_no_answer_of_a_device_signs_nobody_in_and_breaks_nothing()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var owner = await SignedUpAsync(site, Number);
        await KeyAsync(site, await SubjectAsync(site), 1);
        var asked = System.Text.Json.JsonDocument.Parse(await owner.Browser.ReadAsync("/account/security?handler=passkey")).RootElement;
        Assert.DoesNotContain(Number, asked.GetProperty("options").ToString(), StringComparison.Ordinal);
        foreach (var answer in (string[])["", "null", "{}", "[]", "{\"id\":\"AQ\",\"rawId\":\"AQ\",\"type\":\"public-key\",\"response\":{\"userHandle\":\"AQ\",\"authenticatorData\":\"AQ\",\"clientDataJSON\":\"AQ\",\"signature\":\"AQ\"}}"])
        {
            Person stranger = new(site);
            var ticket = System.Text.Json.JsonDocument.Parse(await stranger.Browser.ReadAsync("/account/sign-in?handler=passkey")).RootElement.GetProperty("ticket").GetString()!;
            Assert.Equal(HttpStatusCode.BadRequest, (await stranger.SendAsync("/account/sign-in", "passkey", ("ticket", ticket), ("credential", answer))).StatusCode);
            owner.Body = await owner.Browser.ReadAsync("/account/security");
            var own = System.Text.Json.JsonDocument.Parse(await owner.Browser.ReadAsync("/account/security?handler=passkey")).RootElement.GetProperty("ticket").GetString()!;
            Assert.Equal(HttpStatusCode.BadRequest, (await owner.PressAsync("passkey", ("ticket", own), ("credential", answer))).StatusCode);
        }
    }

    private async Task<Person> SignedUpAsync(TestSite site, string phone)
    {
        clock.Advance(TimeSpan.FromMinutes(11));
        Person person = new(site);
        await person.SendAsync("/account/sign-up", ("phone", phone), ("band", "Adult"));
        Assert.Equal(HttpStatusCode.Found, (await person.CodeAsync(await SignUpTests.CodeAsync(site, "+86" + phone))).StatusCode);
        return person;
    }

    // As far as the second step, if there is one.
    private async Task<HttpResponseMessage> SignInAsync(TestSite site, Person person, string language = "")
    {
        clock.Advance(TimeSpan.FromMinutes(11));
        person.Browser.Cookies.Remove(Session);
        await person.SendAsync(language + "/account/sign-in", ("phone", Number));
        return await person.CodeAsync(await SignUpTests.CodeAsync(site, "+86" + Number));
    }

    private static async Task StartAsync(Person person, string page = Page)
    {
        person.Body = await person.Browser.ReadAsync(page);
        Assert.Equal(HttpStatusCode.OK, (await person.PressAsync("start")).StatusCode);
    }

    private async Task<(string Secret, List<string> Codes)> TurnOnAsync(Person person, string page = Page)
    {
        await StartAsync(person, page);
        var secret = SecretOf(person.Body);
        Assert.Contains("<svg", person.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await person.PressAsync("confirm", ("code", Digits(secret)))).StatusCode);
        return (secret, CodesOf(person.Body));
    }

    private string Digits(string secret, int steps = 0) => new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(clock.GetUtcNow().UtcDateTime.AddSeconds(30 * steps));

    // Six digits that are none of the three that count now.
    private string Wrong(string secret) => ((string[])["000000", "111111", "222222", "333333"]).First(w => !((int[])[-1, 0, 1]).Any(s => Digits(secret, s) == w));

    private static string Spaced(string digits) => $"{digits[..3]} {digits[3..]}";

    private static string SecretOf(string body) => Secret().Match(body).Groups["v"].Value.Replace(" ", "", StringComparison.Ordinal);

    private static List<string> CodesOf(string body) => [.. Recovery().Matches(body).Select(m => m.Groups["v"].Value)];

    private static Task<FactorAnswer> ProveAsync(TestSite site, string code, bool known = false) =>
        site.WithAsync<SecondFactors, FactorAnswer>(async f => await f.ProveAsync(await SubjectAsync(site), code, known, Ct));

    private static Task<Subject> SubjectAsync(TestSite site, bool last = false) => site.WithAsync<AppDb, Subject>(async db => (await db.Members.AsNoTracking().OrderBy(m => m.CreatedAt).Select(m => m.Subject).ToListAsync(Ct))[last ? ^1 : 0]);

    private static Task<int> FactorsAsync(TestSite site) => site.WithAsync<AppDb, int>(db => db.SecondFactors.CountAsync(Ct));

    private Task<Guid> KeyAsync(TestSite site, Subject subject, byte id) => site.WithAsync<IVault, Guid>(async vault =>
    {
        Passkey key = new() { Id = Guid.CreateVersion7(), Subject = subject, CredentialId = [id], PublicKey = [id], Device = await vault.SealAsync(subject, Category.DeviceSystem, "Chrome · Windows", Ct), CreatedAt = clock.GetUtcNow() };
        await site.WithAsync<AppDb, int>(db => { db.Add(key); return db.SaveChangesAsync(Ct); });
        return key.Id;
    });

    [GeneratedRegex("<code class=\"secret\">(?<v>[A-Z2-7 ]+)</code>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Secret();

    [GeneratedRegex("<li><code>(?<v>[0-9A-Z-]{14})</code></li>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Recovery();

    [GeneratedRegex("name=\"ticket\" value=\"(?<v>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ticket();

    [GeneratedRegex("<td>第二步验证未通过</td>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Missing();
}
