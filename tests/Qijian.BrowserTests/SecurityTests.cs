using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using OtpNet;
using Qijian.Modules.Accounts;
using Qijian.Modules.Messaging;
using Qijian.Tests;
using Qijian.Tests.Modules.Accounts;
using static Microsoft.Playwright.Assertions;

namespace Qijian.BrowserTests;

/// <summary>A site with accounts, in real Chromium.</summary>
public sealed class AccountSite : BrowserSite
{
    private int people;

    protected override Task<TestSite> StartAsync() => OpenAccounts.StartAsync(TimeProvider.System);

    /// <summary>Passkeys belong to a name: for an address of digits browsers make none.</summary>
    public Uri Host => new UriBuilder(Site.Address) { Host = "localhost" }.Uri;

    /// <summary>Somebody new who has just signed up, with an authenticator that says yes to everything.</summary>
    internal async Task<Somebody> SignUpAsync(string language = "", int width = 1440, bool dark = false, bool authenticator = true)
    {
        var context = await Browser.NewContextAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ViewportSize = new() { Width = width, Height = 900 }, BaseURL = Host.ToString() });
        var page = await context.NewPageAsync();
        ConcurrentBag<string> faults = [];
        page.Console += (_, message) => { if (message.Type is "error" && !message.Text.StartsWith("Failed to load resource: the server responded with a status of 4", StringComparison.Ordinal)) faults.Add(message.Text); };
        page.PageError += (_, error) => faults.Add(error);
        var devtools = await context.NewCDPSessionAsync(page);
        Somebody somebody = new(this, page, devtools, language, string.Create(CultureInfo.InvariantCulture, $"138{Interlocked.Increment(ref people):00000000}"), faults);
        if (authenticator) await somebody.GiveAuthenticatorAsync();
        await page.GotoAsync($"{language}/account/sign-up");
        await page.Locator("input[name=phone]").FillAsync(somebody.Phone);
        await page.Locator("input[value=Adult]").CheckAsync();
        await page.Locator("form[action*='handler=number'] .btn").ClickAsync();
        await page.Locator("input[name=code]").FillAsync(await somebody.CodeAsync());
        await page.Locator("form[action*='handler=code'] .btn").ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/account$", RegexOptions.None, TimeSpan.FromSeconds(1)));
        return somebody;
    }
}

internal sealed partial class Somebody(AccountSite site, IPage page, ICDPSession devtools, string language, string phone, ConcurrentBag<string> faults) : IAsyncDisposable
{
    private string authenticator = "";

    public IPage Page => page;
    public string Phone => phone;
    public ConcurrentBag<string> Faults => faults;

    public async Task GiveAuthenticatorAsync()
    {
        await devtools.SendAsync("WebAuthn.enable");
        var added = await devtools.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object> { ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true },
        });
        authenticator = added!.Value.GetProperty("authenticatorId").GetString()!;
    }

    /// <summary>What the authenticator holds.</summary>
    public async Task<JsonElement> KeysAsync() => (await devtools.SendAsync("WebAuthn.getCredentials", new() { ["authenticatorId"] = authenticator }))!.Value.GetProperty("credentials");

    public Task VerifiesUserAsync(bool yes) => devtools.SendAsync("WebAuthn.setUserVerified", new() { ["authenticatorId"] = authenticator, ["isUserVerified"] = yes });

    public Task<string> CodeAsync() => site.Site.WithAsync<Outbox, string>(o => Task.FromResult(Code().Match(o.Messages.First(m => m.To == "+86" + phone && m.Template.EndsWith("_code", StringComparison.Ordinal)).Text.ToString()).Value));

    public async Task AddPasskeyAsync()
    {
        await page.GotoAsync($"{language}/account/security");
        await page.Locator("[data-passkey=create] .btn").ClickAsync();
    }

    public async Task SignOutAsync()
    {
        await page.GotoAsync($"{language}/account");
        await page.Locator("form[action*=signOut] .btn").ClickAsync();
        await page.WaitForURLAsync(new Regex("/(en)?$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)));
    }

    public async Task PressPasskeyAsync()
    {
        await page.GotoAsync($"{language}/account/sign-in");
        await page.Locator("[data-passkey=get] .btn").ClickAsync();
    }

    public async Task<string> TurnSecondStepOnAsync()
    {
        await page.GotoAsync($"{language}/account/security/second-factor");
        await page.Locator("form[action*='handler=start'] .btn").ClickAsync();
        var secret = (await page.Locator(".secret").TextContentAsync())!.Replace(" ", "", StringComparison.Ordinal);
        await page.Locator("input[name=code]").FillAsync(new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(TimeProvider.System.GetUtcNow().UtcDateTime));
        await page.Locator("form[action*='handler=confirm'] .btn").ClickAsync();
        await Expect(page.Locator(".codes li")).ToHaveCountAsync(10);
        return secret;
    }

    public ValueTask DisposeAsync() => page.Context.DisposeAsync();

    [GeneratedRegex("[0-9]{6,}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}

public sealed class SecurityTests(AccountSite site) : IClassFixture<AccountSite>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, InlineData(""), InlineData("/en")]
    public async Task A_passkey_is_added_signs_in_without_a_second_step_and_is_of_no_use_once_it_was_removed(string language)
    {
        await using var somebody = await site.SignUpAsync(language);
        var page = somebody.Page;
        await somebody.TurnSecondStepOnAsync();
        await somebody.AddPasskeyAsync();
        await Expect(page.Locator("#passkeys-title ~ .rows li")).ToHaveCountAsync(1);
        var key = (await somebody.KeysAsync())[0];
        Assert.True(key.GetProperty("isResidentCredential").GetBoolean());
        Assert.Equal("localhost", key.GetProperty("rpId").GetString());
        Assert.DoesNotContain(somebody.Phone, System.Text.Encoding.Latin1.GetString(Convert.FromBase64String(key.GetProperty("userHandle").GetString()!)), StringComparison.Ordinal);
        await somebody.SignOutAsync();
        await somebody.PressPasskeyAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/account$", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await page.GotoAsync($"{language}/account/security");
        await page.Locator("form[action*=removePasskey] .btn").ClickAsync();
        await Expect(page.Locator("#passkeys-title ~ .rows li")).ToHaveCountAsync(0);
        await somebody.SignOutAsync();
        await somebody.PressPasskeyAsync();
        await Expect(page.Locator("[role=alert]")).ToBeVisibleAsync();
        await page.GotoAsync($"{language}/account");
        await Expect(page).ToHaveURLAsync(new Regex("/account/sign-in", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.Empty(somebody.Faults);
    }

    [Fact]
    public async Task A_passkey_whose_count_does_not_grow_is_a_copy_and_signs_nobody_in()
    {
        await using var somebody = await site.SignUpAsync();
        await somebody.AddPasskeyAsync();
        await Expect(somebody.Page.Locator("#passkeys-title ~ .rows li")).ToHaveCountAsync(1);
        await site.Site.WithAsync<AppDb, int>(db => db.Passkeys.ExecuteUpdateAsync(p => p.SetProperty(x => x.SignCount, 1_000_000), Ct));
        await somebody.SignOutAsync();
        await somebody.PressPasskeyAsync();
        await Expect(somebody.Page.Locator("[role=alert]")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task An_answer_of_a_device_counts_once()
    {
        await using var somebody = await site.SignUpAsync();
        var page = somebody.Page;
        await somebody.AddPasskeyAsync();
        await Expect(page.Locator("#passkeys-title ~ .rows li")).ToHaveCountAsync(1);
        await somebody.SignOutAsync();
        string? sent = null;
        page.Request += (_, request) => { if (request.Method is "POST" && request.Url.Contains("handler=passkey", StringComparison.Ordinal)) sent = request.PostData; };
        await somebody.PressPasskeyAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/account$", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await site.Site.WithAsync<AppDb, int>(db => db.Passkeys.ExecuteUpdateAsync(p => p.SetProperty(x => x.SignCount, 0), Ct)); // as of a device that does not count
        await somebody.SignOutAsync();
        var again = await page.EvaluateAsync<int>("body => fetch('/account/sign-in?handler=passkey', { method: 'POST', body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }).then(r => r.status)", sent);
        Assert.Equal(400, again);
        await page.GotoAsync("/account");
        await Expect(page).ToHaveURLAsync(new Regex("/account/sign-in", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_device_that_did_not_check_its_user_signs_nobody_in_and_says_so()
    {
        await using var somebody = await site.SignUpAsync();
        await somebody.AddPasskeyAsync();
        await Expect(somebody.Page.Locator("#passkeys-title ~ .rows li")).ToHaveCountAsync(1);
        await somebody.SignOutAsync();
        await somebody.VerifiesUserAsync(false);
        await somebody.PressPasskeyAsync();
        await Expect(somebody.Page.Locator("[data-passkey] [role=status]")).Not.ToBeEmptyAsync();
        Assert.Empty(somebody.Faults);
    }

    [Fact]
    public async Task Without_scripts_there_is_no_passkey_button_and_signing_in_is_there()
    {
        var (page, _) = await site.OpenAsync("/account/sign-in", script: false);
        await using var context = page.Context;
        await Expect(page.Locator("[data-passkey] .btn")).ToBeHiddenAsync();
        await Expect(page.Locator("form[action*='handler=number'] .btn")).ToBeVisibleAsync();
    }

    [Theory, InlineData("", 390, true), InlineData("/en", 390, false)] // at 1440 they are one narrow column, too
    public async Task The_pages_of_signing_in_and_of_security_are_accessible_and_fit(string language, int width, bool dark)
    {
        await using var somebody = await site.SignUpAsync(language, width, dark);
        var page = somebody.Page;
        await BrowserSite.ShowsWellAsync(page);
        await BrowserSite.ShowsWellAsync(page);
        await page.GotoAsync($"{language}/account/security/second-factor");
        await BrowserSite.ShowsWellAsync(page);
        await page.Locator("form[action*='handler=start'] .btn").ClickAsync();
        await BrowserSite.ShowsWellAsync(page);
        await page.Locator("input[name=code]").FillAsync("1");
        await page.Locator("form[action*='handler=confirm'] .btn").ClickAsync();
        await BrowserSite.ShowsWellAsync(page);
        await somebody.TurnSecondStepOnAsync();
        await BrowserSite.ShowsWellAsync(page);
        await page.GotoAsync($"{language}/account/security/second-factor");
        await BrowserSite.ShowsWellAsync(page);
        await somebody.AddPasskeyAsync();
        await Expect(page.Locator("#passkeys-title ~ .rows li")).ToHaveCountAsync(1);
        await BrowserSite.ShowsWellAsync(page);
        await page.SetViewportSizeAsync(320, 640);
        Assert.True(await BrowserSite.FitsAsync(page), "the page scrolls sideways at 320 pixels");
        await page.SetViewportSizeAsync(width, 900);
        await page.Locator("#password").FillAsync("翠鸟 driftwood 1987 茶馆");
        await page.Locator("form[action*='handler=password'] .btn").ClickAsync();
        await somebody.SignOutAsync();
        await page.GotoAsync($"{language}/account/sign-up");
        await BrowserSite.ShowsWellAsync(page);
        await page.GotoAsync($"{language}/account/sign-in");
        await page.Locator("details summary").ClickAsync();
        await BrowserSite.ShowsWellAsync(page);
        await page.Locator("#password-phone").FillAsync(somebody.Phone);
        await page.Locator("#password").FillAsync("翠鸟 driftwood 1987 茶馆");
        await page.Locator("form[action*='handler=password'] .btn").ClickAsync();
        await BrowserSite.ShowsWellAsync(page);
        await page.Locator("input[name=code]").FillAsync("1");
        await page.Locator("form[action*='handler=secondStep'] .btn").ClickAsync();
        await BrowserSite.ShowsWellAsync(page);
        Assert.Empty(somebody.Faults);
    }

    [Theory, InlineData("", 1440, false), InlineData("/en", 390, true)]
    public async Task The_pages_of_a_profile_of_the_number_and_of_the_staff_are_accessible_and_fit(string language, int width, bool dark)
    {
        await using var somebody = await site.SignUpAsync(language, width, dark, authenticator: false);
        var page = somebody.Page;
        await ShowAsync("/account/profile"); // asks
        await page.Locator("form[action*='/privacy/choices'] button[value=agree], button[value=agree]").First.ClickAsync();
        foreach (var path in (string[])["/account/profile", "/account/number", "/inbox", "/account"]) await ShowAsync(path);
        await site.Site.WithAsync<KeepRoles, int>(async roles =>
        {
            var member = await roles.FindMemberAsync(new("+86" + somebody.Phone), TestContext.Current.CancellationToken);
            foreach (var role in Enum.GetValues<StaffRole>()) await roles.GrantAsync(member!.Subject, role, null, TestContext.Current.CancellationToken);
            return 0;
        });
        await ShowAsync("/account"); // a role counts with a second factor only
        await Expect(page.Locator(".notice.warn")).ToHaveCountAsync(1);
        await OpenAccounts.AddFactorAsync(site.Site, somebody.Phone);
        foreach (var path in (string[])["/staff", "/staff/persons", "/staff/roles", "/staff/training", "/staff/same-persons", "/staff/reveal"])
            if (path is "/staff/reveal") await page.GotoAsync(language + path); // without training: words, and 403
            else await ShowAsync(path);
        await BrowserSite.ShowsWellAsync(page);
        var (one, other) = await site.Site.WithAsync<AppDb, (string, string)>(async db => (await db.People.OrderBy(p => p.Number).Select(p => p.Id).FirstAsync(TestContext.Current.CancellationToken), await db.People.OrderBy(p => p.Number).Select(p => p.Id).Skip(1).FirstAsync(TestContext.Current.CancellationToken)));
        await ShowAsync($"/staff/same-persons?person={one}");
        await page.Locator("#other").FillAsync(other);
        await page.Locator("#another ~ form input[value=Unsure]").CheckAsync();
        await page.Locator("#why-0").FillAsync("照片与年龄都无法核对");
        await page.Locator("#another ~ form .btn").ClickAsync();
        await Expect(page.Locator("[role=status]")).ToHaveCountAsync(1);
        await BrowserSite.ShowsWellAsync(page);
        await site.Site.WithAsync<AppDb, int>(db => db.Sessions.ExecuteUpdateAsync(set => set.SetProperty(s => s.StartedAt, TimeProvider.System.GetUtcNow().AddMinutes(-20)), TestContext.Current.CancellationToken));
        foreach (var path in (string[])["/account/security", "/account/number"])
        {
            await ShowAsync(path);
            await Expect(page.Locator("form[action*='handler=again']")).ToHaveCountAsync(1);
        }

        Assert.Empty(somebody.Faults);

        async Task ShowAsync(string path)
        {
            Assert.Equal(200, (await page.GotoAsync(language + path))!.Status);
            await BrowserSite.ShowsWellAsync(page);
        }
    }
}
