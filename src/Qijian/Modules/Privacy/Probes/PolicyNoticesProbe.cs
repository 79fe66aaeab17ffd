using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Qijian.Modules.Privacy;

/// <summary>S2.2, S12.2, S2.3, S12.3: each person is told of a version by every way before it takes effect, with a record; without that, or too soon, it does not; and using the site on is no answer to what widens.</summary>
internal sealed class PolicyNoticesProbe : IClauseProbe
{
    private const int Days = 31;

    public string Id => "policy.notices";
    public IReadOnlyList<string> Clauses => ["S2.2", "S12.2", "S2.3", "S12.3"];
    public ProofClass Class => ProofClass.A;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("too-soon-refused", "banner", "announced", "told-in-inbox", "mail-tried", "recorded-before", "untold-refused", "use-is-no-answer", "widened-off", "granted-anew", "takes-effect");
        await using var site = await world.DemonstrationAsync(ct);
        Persona member = new("member"), other = new("other"), visitor = new("visitor");
        var switched = $"value=\"{Purpose.ServiceImprovement.Id}\"";
        await site.SignUpAsync(member, "13900000001", ct);
        await site.SignUpAsync(other, "13900000002", ct);
        foreach (var persona in new[] { member, visitor }) await site.PressAsync(persona, RecordAnswer.Page, switched, "agree", ct);
        var subject = await site.WithAsync<AppDb, Subject>(async db => Subject.Parse(await db.Database.SqlQuery<string>($"SELECT subject AS \"Value\" FROM accounts_members ORDER BY created_at").FirstAsync(ct), null));
        proof.That(await AllowedAsync(), "granted-anew", "before");

        // Too soon: published for tomorrow, it takes effect neither then nor later.
        await PublishAsync(2, TimeSpan.FromDays(1));
        await TurnAsync(2);
        site.Clock.Advance(TimeSpan.FromDays(1));
        proof.That(await TurnAsync(2) is ActivationResult.Refused(var soon) && soon.Any(o => o is PolicyObstacle.TooSoon), "too-soon-refused");

        await PublishAsync(3, TimeSpan.FromDays(Days));
        proof.That((await site.GetAsync("/", ct)).Body.Contains("/diff/3", StringComparison.Ordinal), "banner").Same(1, await NoticesAsync(n => n.SubjectReference == null && n.Channel == PolicyNotices.Announcement), "announced");
        await TurnAsync(3);
        foreach (var persona in new[] { member, other }) proof.That((await site.GetAsync("/inbox", ct, persona)).Body.Contains("隐私政策将有变更", StringComparison.Ordinal), "told-in-inbox", persona.Name);
        proof.Same(2, await NoticesAsync(n => n.Channel == "inbox" && n.Delivered), "recorded-before").That(await NoticesAsync(n => n.Channel == PolicyNotices.Email && n.SubjectReference != null) >= 2, "mail-tried");

        // A month of use: no event, and what widens is off until it is granted anew.
        var events = await EventsAsync();
        for (var day = 0; day < Days; day++)
        {
            site.Clock.Advance(TimeSpan.FromDays(1));
            await site.GetAsync(ProbeWorld.Search, ct, member);
            await site.GetAsync("/account", ct, member);
        }

        proof.That(await TurnAsync(3) is ActivationResult.Activated or ActivationResult.Passed, "takes-effect");
        await site.GetAsync("/", ct, member);
        proof.Same(events, await EventsAsync(), "use-is-no-answer").That(!await AllowedAsync(), "widened-off");
        await site.PressAsync(member, RecordAnswer.Page, switched, "agree", ct);
        proof.That(await AllowedAsync(), "granted-anew", "after");

        // Nobody told the members of the next one.
        await PublishAsync(4, TimeSpan.FromDays(Days));
        await site.WithAsync<AppDb, int>(db => db.PolicyNotices.Where(n => n.Version == 4 && n.SubjectReference != null).ExecuteDeleteAsync(ct));
        var (published, due) = (site.Clock.GetUtcNow(), site.Clock.GetUtcNow() + TimeSpan.FromDays(Days));
        var untold = 0;
        await site.WithAsync<IServiceProvider, bool>(async services =>
        {
            foreach (var audience in services.GetServices<IPolicyAudience>()) untold += await audience.CountUntoldAsync(new(4, published, due), ct);
            var version = await services.GetRequiredService<PolicyVersions>().FindAsync(4, ct);
            proof.That((await services.GetRequiredService<ActivatePolicy>().ObstaclesAsync(version!, version, ct)).Any(o => o is PolicyObstacle.Untold), "untold-refused").Same(2, untold, "untold-refused", "members");
            return true;
        });
        return proof.By("http.get").By("clock").By("guard").By("sql.count").Result();

        Task<long> EventsAsync() => site.WithAsync<AppDb, long>(db => db.ConsentEvents.LongCountAsync(ct));
        Task<long> NoticesAsync(System.Linq.Expressions.Expression<Func<PolicyNotice, bool>> which) => site.WithAsync<AppDb, long>(db => db.PolicyNotices.Where(n => n.Version == 3).LongCountAsync(which, ct));
        Task<bool> AllowedAsync() => site.WithAsync<IPurposeGuard, bool>(async g => await g.DemandAsync(subject, Purpose.ServiceImprovement, [], ct) is Decision.Allowed);
        Task<ActivationResult> TurnAsync(int number) => site.WithAsync<ActivatePolicy, ActivationResult>(a => a.RunAsync(number, ct));
        Task<PublishResult> PublishAsync(int number, TimeSpan lead) => site.WithAsync<IServiceProvider, PublishResult>(async services =>
        {
            var content = (await services.GetRequiredService<PolicyVersions>().FindAsync(1, ct))!.Content;
            var registry = content.Registry.Select(f => f.Name == "retention.yaml" && number > 2 ? f with { Text = TextChange.OfEntry("", "improvement", "ceiling: P", "ceiling: P1").Change(f.Text) } : f).ToList();
            return await services.GetRequiredService<PublishPolicy>().RunAsync(new(number, content with { Registry = registry, Chinese = content.Chinese.Replace("不影响这一点。", $"不影响这一点（{number}）。", StringComparison.Ordinal) }, ChangeClass.Clarified, site.Clock.GetUtcNow() + lead, "role"), ct);
        });
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("members-forgotten", "不通知有账号的人", "Members are not told") { Services = s => s.RemoveAll<IPolicyAudience>() },
        new("no-inbox", "政策变更不发站内信", "No notice goes to the inbox") { Text = TextChange.OfEntry("registry/templates.yaml", MessageTemplate.PolicyChange.Id, "channels: [page, inbox, email]", "channels: [page, email]") },
        new("no-banner", "页面上没有提示", "Pages carry no notice") { Services = Breaks.Body("/", body => body.Replace("/diff/3", "", StringComparison.Ordinal)) },
        new("use-is-consent", "以继续使用为同意", "Using the site on counts as consent") { Services = Breaks.Guard },
    ];
}
