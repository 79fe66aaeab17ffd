using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Messaging;
using Qijian.Modules.Shared;
using Text = Qijian.Modules.Accounts.Text;

namespace Qijian.Tests.Modules.Accounts;

/// <summary>How pages look for whoever chose it.</summary>
public sealed class LookTests
{
    [Fact]
    public async Task A_look_is_chosen_kept_on_every_page_and_taken_back()
    {
        await using var site = await OpenAccounts.StartAsync(new FakeTimeProvider(new(2026, 11, 26, 1, 0, 0, TimeSpan.Zero)));
        await site.ImportAsync("a.csv", "name,uscc\n甲新来示例有限公司,91993201MA0000015N\n");
        var person = await Person.SignedUpAsync(site, "13800138000");
        const string Company = "/companies/91993201MA0000015N";
        var plain = await person.Browser.GetAsync(Company);
        Assert.Contains("<html lang=\"zh-CN\">", await plain.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        foreach (var theme in Theme.Choices)
        {
            Assert.Equal(HttpStatusCode.Found, (await person.SendAsync("/account", "look", ("theme", theme))).StatusCode);
            var page = await person.Browser.GetAsync(Company);
            Assert.Contains($"<html lang=\"zh-CN\" class=\"{theme}\">", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.NotEqual(plain.Headers.ETag, page.Headers.ETag); // else the browser would go on showing the other
            Assert.Contains("aria-pressed=\"true\">" + (theme is "dark" ? Text.LookDark : Text.LookLight), await person.Browser.ReadAsync("/account"), StringComparison.Ordinal);
        }

        Assert.All(person.Browser.Set.Where(c => c.StartsWith(Theme.Cookie, StringComparison.Ordinal)), c => Assert.Contains("secure", c, StringComparison.OrdinalIgnoreCase));
        await person.SendAsync("/account", "look", ("theme", "\"><script>"));
        Assert.DoesNotContain(Theme.Cookie, person.Browser.Cookies.Keys);
        Assert.Equal(plain.Headers.ETag, (await person.Browser.GetAsync(Company)).Headers.ETag);
    }

    [Fact]
    public async Task The_language_that_is_chosen_is_that_of_what_is_sent_from_then_on()
    {
        FakeTimeProvider clock = new(new(2026, 11, 26, 1, 0, 0, TimeSpan.Zero));
        await using var site = await OpenAccounts.StartAsync(clock);
        var person = await Person.SignedUpAsync(site, "13800138000");
        clock.Advance(TimeSpan.FromMinutes(1));
        var bystander = await Person.SignedUpAsync(site, "13900139000");
        Assert.Equal("/en/account", (await person.SendAsync("/account", "look", ("language", "en"))).Headers.Location!.OriginalString);
        Assert.Equal([true, false], await site.WithAsync<AppDb, List<bool>>(db => db.Members.OrderBy(m => m.CreatedAt).Select(m => m.English).ToListAsync(TestContext.Current.CancellationToken)));
        foreach (var someone in new[] { person, bystander })
        {
            Assert.Equal(HttpStatusCode.OK, (await someone.SendAsync("/account/security", "password", ("password", "correct horse battery staple"))).StatusCode);
            Assert.Contains("设定密码", await someone.Browser.ReadAsync("/account/security"), StringComparison.Ordinal);
        }

        await site.WithAsync<SendQueued, bool>(async q => { await q.RunAsync(TestContext.Current.CancellationToken); return true; });
        var told = await site.WithAsync<Outbox, List<string>>(o => Task.FromResult(o.Messages.Where(m => m.Template == "security_change").Select(m => m.Text.ToString()).ToList()));
        Assert.Equal(2, told.Count);
        Assert.Single(told, t => t.Contains("登录方式有变更", StringComparison.Ordinal));
        Assert.Equal("/account", (await person.SendAsync("/en/account", "look", ("language", "zh"))).Headers.Location!.OriginalString);
    }
}
