using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy.Probes;

public sealed class ClauseProbesTests
{
    public static TheoryData<string> Ids => [.. ClauseProbes.All.Select(p => p.Id)];

    public static TheoryData<string, string> Sabotages => [.. ClauseProbes.All.SelectMany(p => p.Sabotages, (p, s) => (p.Id, s.Id))];

    [Theory, MemberData(nameof(Ids))]
    public async Task Every_probe_passes(string id) => Assert.Empty((await RunAsync(id, null)).Failures);

    [Theory, MemberData(nameof(Sabotages))]
    public async Task Every_sabotage_is_caught(string probe, string sabotage)
    {
        var result = await RunAsync(probe, Probe(probe).Sabotages.Single(s => s.Id == sabotage));
        Assert.False(result.Passed);
        Assert.NotEmpty(result.Counts);
        // What it found can be stored: it names nobody.
        Assert.NotNull(EvidenceJson.Write(new ProbeEvidence(probe, Probe(probe).Clauses, result.Passed, new("", 1, "", ""), default, default, result.Instruments, result.Counts, result.Failures)));
    }

    [Fact]
    public void Every_probe_is_registered_under_an_id_of_its_own_has_a_sabotage_and_names_clauses_of_the_policy()
    {
        var written = typeof(IClauseProbe).Assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(IClauseProbe)) && t.IsClass);
        Assert.Equal(written.Select(t => t.Name).Order(StringComparer.Ordinal), ClauseProbes.All.Select(p => p.GetType().Name).Order(StringComparer.Ordinal));
        Assert.Distinct(ClauseProbes.All.Select(p => p.Id));
        Assert.All(ClauseProbes.All, p => Assert.NotEmpty(p.Sabotages));
        var clauses = PolicyFolder.Shipped.LoadBindings().ById;
        Assert.All(ClauseProbes.All, p => Assert.All(p.Clauses, c => Assert.Contains(c, clauses.Keys)));
        Assert.All(clauses.Values, c => Assert.All(c.Probes, id => Assert.Contains(ClauseProbes.All, p => p.Id == id && p.Clauses.Contains(c.Id, StringComparer.Ordinal))));
    }

    [Fact]
    public async Task A_crawl_of_a_world_reaches_pages_of_companies_and_of_persons()
    {
        await using var world = await ProbeWorld.StartAsync(PolicyFolder.Shipped, TimeProvider.System, null, TestContext.Current.CancellationToken);
        var answers = await world.CrawlAsync(TestContext.Current.CancellationToken);
        Assert.All(answers, a => Assert.True((int)a.Status < 500, $"{a.Path} {a.Status}"));
        foreach (var start in (string[])["/companies/", "/people/", "/api/v1/people/", "/privacy", "/en"]) Assert.Contains(answers, a => a.Path.StartsWith(start, StringComparison.Ordinal) && (int)a.Status == 200);
        Assert.NotEmpty(world.Log);
    }

    private static IClauseProbe Probe(string id) => ClauseProbes.All.Single(p => p.Id == id);

    private static async Task<ProbeResult> RunAsync(string id, Sabotage? sabotage)
    {
        await using var world = await ProbeWorld.StartAsync(PolicyFolder.Shipped, TimeProvider.System, sabotage, TestContext.Current.CancellationToken);
        return await Probe(id).RunAsync(world, TestContext.Current.CancellationToken);
    }
}
