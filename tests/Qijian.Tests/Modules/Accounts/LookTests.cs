using System.Net;
using Microsoft.Extensions.Time.Testing;
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
}
