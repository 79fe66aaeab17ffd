using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Accounts;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Accounts;

public sealed class PolicyNoticeTests
{
    private readonly FakeTimeProvider clock = new(new(2026, 11, 26, 1, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task Every_member_is_told_in_the_inbox_and_by_e_mail_before_a_version_takes_effect(bool postgres)
    {
        await using var site = await OpenAccounts.StartAsync(clock, postgres);
        var person = await Person.SignedUpAsync(site, "13800138000");
        clock.Advance(TimeSpan.FromMinutes(1)); // who was first is asked for by this
        var other = await Person.SignedUpAsync(site, "13900139000");
        await ProveEmailAsync(site, person, "jia@example.com");
        await PublishAsync(site, TimeSpan.FromDays(10));
        Assert.IsType<ActivationResult.NotDue>(await TurnAsync(site));
        Assert.IsType<ActivationResult.NotDue>(await TurnAsync(site)); // told once
        foreach (var member in new[] { person, other }) Assert.Equal(1, Count(await member.Browser.ReadAsync("/inbox"), "隐私政策将有变更"));
        var late = await Person.SignedUpAsync(site, "13700137000");
        await TurnAsync(site);
        Assert.Equal(1, Count(await late.Browser.ReadAsync("/inbox"), "隐私政策将有变更"));
        var notices = await site.WithAsync<AppDb, List<PolicyNotice>>(db => db.PolicyNotices.AsNoTracking().Where(n => n.Version == 2 && n.SubjectReference != null && (n.Channel == "inbox" || n.Channel == "email")).ToListAsync(Ct));
        Assert.Equal(3, notices.Count(n => n is { Channel: "inbox", Delivered: true }));
        Assert.Equal(["NoAddress", "NoAddress", "queued"], notices.Where(n => n is { Channel: "email", Reason: not PolicyNotices.NoEmail }).Select(n => n.Reason).Order(StringComparer.Ordinal));
        await site.WithAsync<SendQueued, bool>(async q => { await q.RunAsync(Ct); return true; });
        Assert.Contains(await site.WithAsync<Outbox, List<string>>(o => Task.FromResult(o.Messages.Where(m => m.Template == "policy_change").Select(m => m.To).ToList())), to => to == "jia@example.com");
        clock.Advance(TimeSpan.FromDays(10));
        Assert.True(await TurnAsync(site) is ActivationResult.Activated or ActivationResult.Passed); // the calendar may have been first
    }

    [Fact]
    public async Task A_version_of_which_a_member_was_not_told_does_not_take_effect()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        await Person.SignedUpAsync(site, "13800138000");
        await PublishAsync(site, TimeSpan.FromDays(10));
        clock.Advance(TimeSpan.FromDays(10)); // nothing ran meanwhile
        Assert.Contains((Assert.IsType<ActivationResult.Refused>(await TurnAsync(site))).Obstacles, o => o is PolicyObstacle.Untold(1));
    }

    [Fact]
    public async Task Using_the_site_on_changes_no_answer_when_a_purpose_widens()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        var person = await Person.SignedUpAsync(site, "13800138000");
        var subject = await site.WithAsync<AppDb, Subject>(async db => (await db.Members.SingleAsync(Ct)).Subject);
        await PublishAsync(site, TimeSpan.FromDays(40));
        await TurnAsync(site);
        var before = await site.WithAsync<AppDb, int>(db => db.ConsentEvents.CountAsync(Ct));
        for (var day = 0; day < 40; day++)
        {
            clock.Advance(TimeSpan.FromDays(1));
            await person.Browser.GetAsync("/account");
        }

        Assert.True(await TurnAsync(site) is ActivationResult.Activated or ActivationResult.Passed); // the calendar may have been first
        await person.Browser.GetAsync("/");
        Assert.Equal(before, await site.WithAsync<AppDb, int>(db => db.ConsentEvents.CountAsync(Ct)));
        Assert.IsType<Decision.Denied>(await site.WithAsync<IPurposeGuard, Decision>(g => g.DemandAsync(subject, Purpose.ServiceImprovement, [], Ct).AsTask()));
    }

    [Fact]
    public async Task Whoever_joins_in_the_last_minute_had_the_banner_before_them_and_keeps_no_version_from_its_day()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        await Person.SignedUpAsync(site, "13800138000");
        await PublishAsync(site, TimeSpan.FromDays(10));
        await TurnAsync(site);
        clock.Advance(TimeSpan.FromDays(10) - TimeSpan.FromSeconds(20));
        await Person.SignedUpAsync(site, "13900139000");
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.True(await TurnAsync(site) is ActivationResult.Activated or ActivationResult.Passed); // the calendar may have been first
    }

    [Fact]
    public async Task Whoever_cannot_be_told_is_tried_once_a_day_and_keeps_nobody_else_from_being_told()
    {
        await using var site = await OpenAccounts.StartAsync(clock, replace: s => s.AddSingleton<IPolicyAudience, Deaf>());
        var person = await Person.SignedUpAsync(site, "13800138000");
        await PublishAsync(site, TimeSpan.FromDays(10));
        for (var minute = 0; minute < 5; minute++) Assert.IsType<ActivationResult.NotDue>(await TurnAsync(site));
        Assert.Equal(1, await TriesAsync());
        Assert.Equal(1, Count(await person.Browser.ReadAsync("/inbox"), "隐私政策将有变更"));
        clock.Advance(TimeSpan.FromHours(25));
        await TurnAsync(site);
        await TurnAsync(site);
        Assert.Equal(2, await TriesAsync());
        clock.Advance(TimeSpan.FromDays(9));
        Assert.Contains(Assert.IsType<ActivationResult.Refused>(await TurnAsync(site)).Obstacles, o => o is PolicyObstacle.Untold(1));

        Task<int> TriesAsync() => site.WithAsync<AppDb, int>(db => db.PolicyNotices.CountAsync(n => n.Reason == "deaf", Ct));
    }

    private sealed class Deaf : IPolicyAudience
    {
        private readonly Subject subject = Subject.Create(SubjectKind.Member);

        public Task<IReadOnlyList<Subject>> UntoldAsync(AnnouncedPolicy coming, int skip, int most, CancellationToken ct) => Task.FromResult<IReadOnlyList<Subject>>(skip is 0 ? [subject] : []);

        public Task<int> CountUntoldAsync(AnnouncedPolicy coming, CancellationToken ct) => Task.FromResult(1);

        public Task<IReadOnlyList<PolicyTelling>> TellAsync(AnnouncedPolicy coming, Subject subject, CancellationToken ct) => Task.FromResult<IReadOnlyList<PolicyTelling>>([new("inbox", Delivered: false, "deaf")]);
    }

    private static async Task ProveEmailAsync(TestSite site, Person person, string address)
    {
        await person.Browser.PressAsync("/account/profile", "value=\"profile_keeping\"", "agree");
        await person.Browser.PressAsync("/account/profile", "name=\"company\"");
        await site.WithAsync<KeepProfile, bool>(async k => await k.SaveAsync(await site.WithAsync<AppDb, Subject>(async db => (await db.Members.OrderBy(m => m.CreatedAt).FirstAsync(Ct)).Subject), new Dictionary<ProfileFields, string> { [ProfileFields.Email] = address }, ProfileFields.None, Ct));
        person.Body = await person.Browser.ReadAsync("/account/profile");
        await person.PressAsync("emailCode");
        await person.PressAsync("emailProof", ("code", "1"));
        Assert.Contains("name=\"code\"", person.Body, StringComparison.Ordinal);
        var code = await site.WithAsync<Outbox, string>(o => Task.FromResult(System.Text.RegularExpressions.Regex.Match(o.Messages.First(m => m.To == address).Text.ToString(), "[0-9]{6}", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)).Value));
        await person.PressAsync("emailProof", ("code", code));
        Assert.Contains("邮箱已验证", person.Body, StringComparison.Ordinal);
    }

    private async Task PublishAsync(TestSite site, TimeSpan lead)
    {
        var content = (await site.WithAsync<PolicyVersions, PublishedPolicy?>(v => v.FindAsync(1, Ct)))!.Content;
        Assert.IsType<PublishResult.Published>(await site.WithAsync<PublishPolicy, PublishResult>(p => p.RunAsync(new(2, content with { Chinese = content.Chinese.Replace("逐条", "一条一条", StringComparison.Ordinal) }, ChangeClass.Editorial, clock.GetUtcNow() + lead, "test"), Ct)));
    }

    private static Task<ActivationResult> TurnAsync(TestSite site) => site.WithAsync<ActivatePolicy, ActivationResult>(a => a.RunAsync(2, Ct));

    private static int Count(string page, string words) => page.Split(words).Length - 1;
}
