using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy.Conformance;

public sealed class RunProbesTests
{
    private static readonly Sabotage Harmless = new("harmless", "什么也不改", "changes nothing") { Services = _ => { } };
    private static readonly Sabotage Renamed = new("renamed", "改了版本", "another version") { Services = s => s.Replace(ServiceDescriptor.Singleton(new Build("1", 7, "", ""))) };

    [Fact]
    public async Task A_sabotage_that_the_probe_notices_is_caught_and_one_that_it_does_not_is_not()
    {
        FakeProbe watchful = new("watchful", SeesVersionAsync, sabotages: [Renamed, Harmless]);
        var results = await SabotageAsync(watchful);
        Assert.Equal([("renamed", true), ("harmless", false)], results.Select(r => (r.Sabotage, r.Caught)));
    }

    [Fact]
    public async Task A_probe_that_fails_anyway_or_breaks_down_catches_nothing()
    {
        FakeProbe failing = new("failing", _ => Task.FromResult(new Proof("x").That(holds: false, "x").Result()), sabotages: [Renamed]);
        Assert.Equal([(false, false)], (await SabotageAsync(failing)).Select(r => (r.Caught, r.Sound)));
        FakeProbe fragile = new("fragile", async world => (await SeesVersionAsync(world)).Passed ? new Proof("x").That(holds: true, "x").Result() : throw new InvalidOperationException("13912345678"), sabotages: [Renamed]);
        Assert.Equal([(false, true)], (await SabotageAsync(fragile)).Select(r => (r.Caught, r.Sound)));
    }

    [Fact]
    public async Task What_was_run_is_stored_and_gives_the_clause_its_status()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        FakeProbe good = new("good", SeesVersionAsync, sabotages: [Renamed]), empty = new("empty", _ => Task.FromResult(new Proof("nothing").Result()), sabotages: [Renamed]), broken = new("broken", _ => throw new InvalidOperationException("13912345678"), sabotages: [Renamed]);

        Assert.Equal(ClauseStatus.Gap, (await StateAsync(site, good)).Status);
        await RunAsync(site, good);
        Assert.Equal((ClauseStatus.Enforced, (bool?)null), ((await StateAsync(site, good)).Status, (await StateAsync(site, good)).Probes[0].Sabotages[0].Caught));
        await SabotageAsync(site, good);
        Assert.Equal((ClauseStatus.Enforced, (bool?)true), ((await StateAsync(site, good)).Status, (await StateAsync(site, good)).Probes[0].Sabotages[0].Caught));

        FakeProbe blind = new("blind", _ => Task.FromResult(new Proof("x").That(holds: true, "x").Result()), sabotages: [Renamed]);
        await RunAsync(site, blind);
        Assert.Equal(ClauseStatus.Enforced, (await StateAsync(site, blind)).Status);
        await SabotageAsync(site, blind);
        Assert.Equal(ClauseStatus.Vacuous, (await StateAsync(site, blind)).Status);

        await RunAsync(site, empty, broken);
        Assert.Equal((ClauseStatus.Failing, "nothing 0"), ((await StateAsync(site, empty)).Status, (await StateAsync(site, empty)).Probes[0].Newest!.Failures[0]));
        Assert.Equal((ClauseStatus.Failing, "broke-down InvalidOperationException"), ((await StateAsync(site, broken)).Status, (await StateAsync(site, broken)).Probes[0].Newest!.Failures[0]));
        Assert.True((await site.WithAsync<EvidenceLog, ChainVerdict>(l => l.VerifyAsync(Ct))) is { Valid: true, Checkpoints: 5 });
    }

    [Fact]
    public async Task Results_of_another_build_do_not_count_for_this_one()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        FakeProbe good = new("good", SeesVersionAsync, sabotages: [Renamed]);
        await RunAsync(site, good);
        await SabotageAsync(site, good);
        var later = await StateAsync(site, new Build("another", 1, "", ""), good);
        Assert.Equal((ClauseStatus.Stale, StatusReason.OtherBuild, (bool?)null), (later.Status, later.Reason, later.Probes[0].Sabotages[0].Caught));
    }

    [Fact]
    public async Task A_text_that_a_sabotage_does_not_change_is_a_mistake_of_the_sabotage() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => SabotageAsync(new FakeProbe("good", SeesVersionAsync, sabotages: [new("same", "不变", "the same") { Text = new("registry/limits.yaml", t => t) }])));

    [Fact]
    public async Task Rows_are_changed_in_the_throw_away_site_only()
    {
        Sabotage row = new("row", "多一行", "a row more") { Rows = async (db, ct) => { db.Add(new KeyStoreMark { Id = 77, Fingerprint = "x", At = DateTimeOffset.UnixEpoch }); await db.SaveChangesAsync(ct); } };
        FakeProbe counts = new("counts", async world => new Proof("rows").That(await world.WithAsync<AppDb, bool>(db => Task.FromResult(!db.KeyStoreMarks.Any(m => m.Id == 77))), "rows").Result(), sabotages: [row]);
        await using var site = await TestSite.StartAsync(serve: false);
        Assert.True((await SabotageAsync(site, counts)).Single().Caught);
        Assert.False(await site.WithAsync<AppDb, bool>(db => Task.FromResult(db.KeyStoreMarks.Any(m => m.Id == 77))));
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<ProbeResult> SeesVersionAsync(ProbeWorld world) => world.WithAsync<Build, ProbeResult>(b => Task.FromResult(new Proof("version").Same(1, b.PolicyVersion, "version").Result()));

    private static async Task<IReadOnlyList<SabotageResult>> SabotageAsync(params IClauseProbe[] probes)
    {
        await using var site = await TestSite.StartAsync(serve: false);
        return await SabotageAsync(site, probes);
    }

    private static Task<IReadOnlyList<SabotageResult>> SabotageAsync(TestSite site, params IClauseProbe[] probes) => OnAsync(site, probes, run => run.SabotageAsync(_ => { }, Ct));

    private static Task RunAsync(TestSite site, params IClauseProbe[] probes) => OnAsync(site, probes, async run => { await run.RunAsync((_, _) => { }, Ct); return 0; });

    private static Task<T> OnAsync<T>(TestSite site, IClauseProbe[] probes, Func<RunProbes, Task<T>> act) => site.WithAsync<EvidenceLog, T>(log => site.WithAsync<Build, T>(build => act(new(probes, log, PolicyFolder.Shipped, build, TimeProvider.System))));

    private static async Task<ClauseState> StateAsync(TestSite site, params IClauseProbe[] probes) => await StateAsync(site, await site.WithAsync<Build, Build>(Task.FromResult), probes);

    // A policy of one clause.
    private static Task<ClauseState> StateAsync(TestSite site, Build build, params IClauseProbe[] probes) => site.WithAsync<AppDb, ClauseState>(async db =>
        (await new ReadConformance(db, Bindings.Read("bindings.yaml", "- id: S1.1\n  class: A\n").Bindings, probes, build, TimeProvider.System).RunAsync(Ct)).Clauses.Single());
}
