using System.Globalization;

namespace Qijian.Modules.Privacy;

/// <summary>S1.2: every answer names the version of the policy in force, whatever is asked for.</summary>
internal sealed class PolicyVersionProbe : IClauseProbe
{
    public string Id => "policy.version";
    public IReadOnlyList<string> Clauses => ["S1.2"];
    public ProofClass Class => ProofClass.B;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        var version = await world.WithAsync<Build, string>(b => Task.FromResult(b.PolicyVersion.ToString(CultureInfo.InvariantCulture)));
        return new Proof("answer-names-version").By("http.crawl")
            .Each(await world.CrawlAsync(ct), a => a.Header(PolicyVersionHeader.Name) == version, "answer-names-version", a => a.Path)
            .AtLeast(20, "answer-names-version").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("no-header", "答复不再写明政策版本", "Answers no longer name the version") { Services = s => s.Remove(s.Single(d => d.ImplementationType == typeof(PolicyVersionHeader))) },
        new("retired-version", "接口写明一个不存在的版本", "Interfaces name a version that is none")
        {
            Services = Breaks.Answers(http => { if (http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal)) http.Response.Headers[PolicyVersionHeader.Name] = "999"; }),
        },
    ];
}
