using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Accounts;
using Qijian.Modules.Messaging;

namespace Qijian.Tests.Modules.Accounts;

public sealed class NumberTests
{
    private const string Page = "/account/number", Old = "13800138000", New = "13900139000";
    private readonly FakeTimeProvider clock = new(new(2026, 11, 26, 1, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_recent_sign_in_and_the_code_of_the_new_number_change_it_and_the_old_one_is_told(bool postgres)
    {
        await using var site = await OpenAccounts.StartAsync(clock, postgres);
        var person = await Person.SignedUpAsync(site, Old);
        clock.Advance(TimeSpan.FromMinutes(2));
        Person desk = new(site);
        await desk.SendAsync("/account/sign-in", ("phone", Old));
        await desk.CodeAsync(await SignUpTests.CodeAsync(site, "+86" + Old));
        await person.SendAsync(Page, ("phone", New));
        Assert.Equal(HttpStatusCode.BadRequest, (await person.CodeAsync("1")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await person.CodeAsync(await SignUpTests.CodeAsync(site, "+86" + New))).StatusCode);
        Assert.Contains("9000", await person.Browser.ReadAsync("/account"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, (await desk.Browser.GetAsync("/account")).StatusCode);
        Assert.Contains(await site.WithAsync<Outbox, List<string>>(o => Task.FromResult(o.Messages.Where(m => m.Template == "number_changed").Select(m => m.To).ToList())), to => to == "+86" + Old);
        Assert.Contains("手机号码已更换", await person.Browser.ReadAsync("/inbox"), StringComparison.Ordinal);

        // The old number leads to nobody now, the new one to the account.
        clock.Advance(TimeSpan.FromMinutes(20));
        foreach (var (number, members) in new[] { (New, 1), (Old, 2) })
        {
            Person next = new(site);
            await next.SendAsync("/account/sign-up", ("phone", number), ("band", "Adult"));
            await next.CodeAsync(await SignUpTests.CodeAsync(site, "+86" + number));
            Assert.Equal(members, await site.WithAsync<AppDb, int>(db => db.Members.CountAsync(Ct)));
        }
    }

    [Fact]
    public async Task A_session_that_was_left_open_changes_nothing()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var person = await Person.SignedUpAsync(site, Old);
        person.Body = await person.Browser.ReadAsync(Page);
        var fresh = person.Body;
        clock.Advance(TimeSpan.FromMinutes(16));
        Assert.DoesNotContain("name=\"phone\"", await person.Browser.ReadAsync(Page), StringComparison.Ordinal);
        person.Body = fresh; // the form of before
        await person.PressAsync("number", ("phone", New));
        Assert.DoesNotContain(await site.WithAsync<Outbox, List<string>>(o => Task.FromResult(o.Messages.Select(m => m.To).ToList())), to => to == "+86" + New);
        person.Body = await person.Browser.ReadAsync(Page);
        var again = await person.PressAsync("again");
        Assert.Equal("/account/sign-in?to=%2Faccount%2Fnumber", again.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.Found, (await person.Browser.GetAsync("/account")).StatusCode);
    }

    [Fact]
    public async Task A_number_that_has_an_account_is_not_taken_from_it()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var (person, other) = (await Person.SignedUpAsync(site, Old), await Person.SignedUpAsync(site, New));
        clock.Advance(TimeSpan.FromMinutes(2));
        await person.SendAsync(Page, ("phone", New));
        var answer = await person.CodeAsync(await SignUpTests.CodeAsync(site, "+86" + New));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("已有账号", person.Body, StringComparison.Ordinal);
        Assert.Contains("8000", await person.Browser.ReadAsync("/account"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await other.Browser.GetAsync("/account")).StatusCode);
    }

    [Fact]
    public async Task Of_two_devices_that_change_it_at_once_one_does()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        await Person.SignedUpAsync(site, Old);
        var results = await Task.WhenAll(new[] { "+8613911112222", "+8613911113333" }.Select(number => site.WithAsync<ChangeNumber, ChangeNumberResult>(async change =>
            await change.RunAsync(await site.WithAsync<AppDb, Member>(db => db.Members.AsNoTracking().SingleAsync(Ct)), new(number), null, Ct))));
        Assert.Contains(ChangeNumberResult.Changed, results);
        var second = await site.WithAsync<AppDb, Member>(db => db.Members.AsNoTracking().SingleAsync(Ct));
        Assert.NotNull(second.PhoneIndex);
        // One that read the account before the change comes too late.
        Member stale = new() { Subject = second.Subject, Band = second.Band, Phone = second.Phone, PhoneIndex = [1, 2, 3] };
        Assert.Equal(ChangeNumberResult.ChangedElsewhere, await site.WithAsync<ChangeNumber, ChangeNumberResult>(c => c.RunAsync(stale, new("+8613911114444"), null, Ct)));
    }
}
