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
        await world.GetAsync(ProbeWorld.Search, ct, world.Bystander);
        await world.PressAsync(world.Bystander, Choices, Purpose.ServiceImprovement.Id, "decline", ct);
        await world.GetAsync(ProbeWorld.Search, ct, world.Bystander);
        proof.Same(0, await CountedAsync(), "off-at-first");
        await world.PressAsync(world.Subject, Choices, Purpose.ServiceImprovement.Id, "agree", ct);
        await world.GetAsync(ProbeWorld.Search, ct, world.Subject);
        proof.Same(1, await CountedAsync(), "counted-when-agreed");
        await world.PressAsync(world.Subject, Choices, Purpose.ServiceImprovement.Id, "decline", ct);
        await world.GetAsync(ProbeWorld.Search, ct, world.Subject);
        proof.Same(0, await CountedAsync(), "not-counted-when-withdrawn");
        foreach (var person in (Subject?[])[null, world.Subject.Subject, world.Bystander.Subject])
            proof.That(await world.WithAsync<IPurposeGuard, Decision>(async g => await g.DemandAsync(person, Purpose.ServiceImprovement, [Category.RequestLog], ct)) is Decision.Denied, "refused-without-consent");
        await world.PressAsync(world.Subject, Choices, Purpose.ServiceImprovement.Id, "agree", ct);
        await world.GetAsync(ProbeWorld.Search, ct, world.Subject);
        world.Clock.Advance(TimeSpan.FromDays(1));
        proof.Same(0, await world.WithAsync<ReleaseUsage, int>(async r => { await r.RunAsync(ct); return await world.WithAsync<AppDb, int>(db => db.FeatureUsage.CountAsync(ct)); }), "few-not-kept");
        return proof.By("http").By("guard").By("sql.count").By("clock").Result();

        // How many persons the search of the day had; the day is over afterwards.
        async Task<int> CountedAsync()
        {
            world.Clock.Advance(TimeSpan.FromDays(1));
            var finished = await world.WithAsync<UsageCounts, IReadOnlyList<UsageOfDay>>(counts => Task.FromResult(counts.TakeFinished()));
            return finished.SelectMany(d => d.Functions).Where(f => f.Feature == Feature.CompanySearch).Sum(f => f.Persons);
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
