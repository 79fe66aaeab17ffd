using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Insight;

/// <summary>S3.3: the use of functions is counted for whoever agreed and for nobody else, and what is kept of it is totals.</summary>
internal sealed class UsageProbe : IClauseProbe
{
    private const string Choices = "/privacy/choices";

    public string Id => "statistics.usage";
    public IReadOnlyList<string> Clauses => ["S3.3"];
    public ProofClass Class => ProofClass.A;
    public bool Changes => true;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("off-at-first", "counted-when-agreed", "not-counted-when-withdrawn", "few-not-kept", "refused-without-consent");
        Persona[] agree = [.. Enumerable.Range(0, 10).Select(i => new Persona($"agrees-{i}"))], decline = [.. Enumerable.Range(0, 10).Select(i => new Persona($"declines-{i}"))];
        foreach (var persona in decline) await world.PressAsync(persona, Choices, Purpose.ServiceImprovement.Id, "decline", ct);
        proof.Same(0, await SearchesOfDayAsync([.. agree, .. decline]), "off-at-first");
        foreach (var persona in agree) await world.PressAsync(persona, Choices, Purpose.ServiceImprovement.Id, "agree", ct);
        proof.Same(10, await SearchesOfDayAsync([.. agree, .. decline]), "counted-when-agreed");
        proof.Same(0, await SearchesOfDayAsync([.. agree.Skip(1), .. decline]), "few-not-kept");
        foreach (var persona in agree) await world.PressAsync(persona, Choices, Purpose.ServiceImprovement.Id, "decline", ct);
        proof.Same(0, await SearchesOfDayAsync([.. agree, .. decline]), "not-counted-when-withdrawn");
        foreach (var person in (Subject?[])[null, agree[0].Subject, decline[0].Subject])
            proof.That(await world.WithAsync<IPurposeGuard, Decision>(async g => await g.DemandAsync(person, Purpose.ServiceImprovement, [Category.RequestLog], ct)) is Decision.Denied, "refused-without-consent");
        return proof.By("http").By("guard").By("sql").By("clock").Result();

        // Each searches once; the day ends; how many searches were published of it.
        async Task<int> SearchesOfDayAsync(Persona[] personas)
        {
            var day = ChinaTime.Day(world.Clock.GetUtcNow());
            foreach (var persona in personas) await world.GetAsync(ProbeWorld.Search, ct, persona);
            world.Clock.Advance(TimeSpan.FromDays(1));
            await world.WithAsync<ReleaseUsage, bool>(async r => { await r.RunAsync(ct); return true; });
            return await world.WithAsync<AppDb, int>(db => db.FeatureUsage.Where(u => u.Day == day && u.Feature == Feature.CompanySearch.Id).SumAsync(u => u.Uses, ct));
        }
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("unasked", "改进服务不再征求同意", "Improving the service no longer asks") { Text = TextChange.OfEntry("registry/purposes.yaml", Purpose.ServiceImprovement.Id, "basis: consent", "basis: contract") },
        new("few", "一个人也公布", "One person is figure enough") { Services = s => s.Replace(ServiceDescriptor.Singleton<IReleaseCheck, Lenient>()) },
    ];

    private sealed class Lenient : IReleaseCheck
    {
        public int Fewest => 1;

        public ReleaseResult Check(string name, IReadOnlyList<StatisticCell> cells, int everybody, IReadOnlySet<string> keys) => new ReleaseResult.Released(new(name, cells));
    }
}
