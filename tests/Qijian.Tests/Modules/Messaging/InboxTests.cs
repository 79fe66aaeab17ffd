using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;
using Qijian.Platform;
using Qijian.Tests.Modules.Privacy;

namespace Qijian.Tests.Modules.Messaging;

public sealed partial class InboxTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_inbox_shows_ones_own_messages_in_the_language_of_the_page_and_lets_one_mark_and_delete_them()
    {
        await using var site = await MessagingSite.StartAsync(serve: true);
        var (me, mine) = await SignInAsync(site);
        var (other, others) = await SignInAsync(site);
        Assert.Contains("没有消息", await mine.ReadAsync("/inbox"), StringComparison.Ordinal);
        await site.SendAsync(MessageGateTests.NewDevice(me, MessageChannel.Inbox) with { Values = new Dictionary<string, string> { ["time"] = "12:00", ["device"] = "<b>Firefox</b>" } });
        await site.SendAsync(MessageGateTests.NewDevice(other, MessageChannel.Inbox));
        var (chinese, english) = (await mine.ReadAsync("/inbox"), await mine.ReadAsync("/en/inbox"));
        Assert.Contains("您的账号于 12:00 在新设备上登录：&lt;b&gt;Firefox&lt;/b&gt;。", chinese, StringComparison.Ordinal);
        Assert.Contains("Your account was signed in to on 12:00 from a new device", english, StringComparison.Ordinal);
        Assert.DoesNotContain("Linux", chinese + english, StringComparison.Ordinal);
        Assert.Contains("1 条未读", chinese, StringComparison.Ordinal);

        await mine.PressAsync("/inbox", "name=\"id\"", "read");
        Assert.Contains("0 条未读", await mine.ReadAsync("/inbox"), StringComparison.Ordinal);
        await mine.PressAsync("/en/inbox", "name=\"id\"", "unread");
        Assert.Contains("1 unread", await mine.ReadAsync("/en/inbox"), StringComparison.Ordinal);

        // Nobody marks or deletes what is another's.
        var id = (await site.ReadAsync(db => db.InboxMessages.SingleAsync(m => m.Subject == other, Ct))).Id;
        var form = Token().Match(await mine.ReadAsync("/inbox")).Groups["token"].Value;
        foreach (var act in (string[])["delete", "read"]) Assert.Equal(HttpStatusCode.NotFound, (await mine.PostAsync("/inbox", new() { ["form"] = form, ["id"] = id.ToString(), ["answer"] = act })).StatusCode);
        Assert.Contains("Linux", await others.ReadAsync("/inbox"), StringComparison.Ordinal);
        Assert.Contains("1 条未读", await others.ReadAsync("/inbox"), StringComparison.Ordinal);

        await mine.PressAsync("/inbox", "name=\"id\"", "delete");
        Assert.Contains("没有消息", await mine.ReadAsync("/inbox"), StringComparison.Ordinal);
        Assert.Contains("No messages", await mine.ReadAsync("/en/inbox"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_inbox_has_pages_newest_first()
    {
        await using var site = await MessagingSite.StartAsync(serve: true);
        var (me, mine) = await SignInAsync(site);
        for (var i = 1; i <= 21; i++)
        {
            site.Clock.Advance(TimeSpan.FromMinutes(1));
            await site.SendAsync(MessageGateTests.NewDevice(me, MessageChannel.Inbox) with { Values = new Dictionary<string, string> { ["time"] = $"t{i:D2}.", ["device"] = "d" } });
        }

        var (first, second) = (await mine.ReadAsync("/inbox"), await mine.ReadAsync("/inbox?page=2"));
        Assert.Equal([.. Enumerable.Range(2, 20).Reverse().Select(i => $"t{i:D2}.")], Time().Matches(first).Select(m => m.Value));
        Assert.Equal(["t01."], Time().Matches(second).Select(m => m.Value));
        Assert.Contains("第 1 页，共 2 页", first, StringComparison.Ordinal);
        Assert.Contains("t01.", await mine.ReadAsync("/inbox?page=999"), StringComparison.Ordinal);
        Assert.Contains("t21.", await mine.ReadAsync("/inbox?page=-5"), StringComparison.Ordinal);
    }

    [Theory, InlineData("/inbox", "登录之后"), InlineData("/en/inbox", "Sign in to read")]
    public async Task Whoever_is_not_signed_in_is_told_so_and_gets_no_cookie(string path, string words)
    {
        await using var site = await MessagingSite.StartAsync(serve: true, open: false);
        Browser nobody = new(site.Site);
        Assert.Contains(words, await nobody.ReadAsync(path), StringComparison.Ordinal);
        Assert.Empty(nobody.Cookies);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Site.Client.GetAsync("/outbox", Ct)).StatusCode); // in operation there is none
    }

    [Fact]
    public async Task In_a_demonstration_messages_end_in_the_outbox_newest_first_and_nowhere_else()
    {
        await using var site = await TestSite.StartAsync(services => services.AddSingleton(MessagingSite.Policy()).AddSingleton(new SampleSize(24)));
        Assert.Contains("还没有消息", await site.Client.GetStringAsync("/outbox", Ct), StringComparison.Ordinal);
        foreach (var (phone, english) in new[] { ("+8613912345678", false), ("+8613700000000", true) })
            Assert.IsType<MessageResult.Sent>(await site.WithAsync<IMessageGate, MessageResult>(gate => gate.SendNowAsync(MessageGateTests.Code(), new(phone, english), Ct)));
        var page = await site.Client.GetStringAsync("/en/outbox", Ct);
        Assert.True(page.IndexOf("8613700000000", StringComparison.Ordinal) is > 0 and var first && first < page.IndexOf("8613912345678", StringComparison.Ordinal));
        Assert.Contains("验证码 482913，5 分钟内有效", page, StringComparison.Ordinal);
        Assert.Contains("Your code is 482913", page, StringComparison.Ordinal);
        Assert.Equal(0, await site.WithAsync<AppDb, int>(db => db.EgressRecords.CountAsync(Ct)));
    }

    // A visitor who chose something is known; accounts will know more.
    private static async Task<(Subject, Browser)> SignInAsync(MessagingSite site)
    {
        Browser browser = new(site.Site);
        await browser.PressAsync("/privacy/choices", Purpose.ServiceImprovement.Id, "decline");
        return (new(SubjectKind.Visitor, Guid.ParseExact(browser.Cookies["__Host-qijian-visitor"], "N")), browser);
    }

    [GeneratedRegex("name=\"form\"[^>]*value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();

    [GeneratedRegex(@"t[0-9][0-9]\.", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Time();
}
