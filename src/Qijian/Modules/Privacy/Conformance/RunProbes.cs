namespace Qijian.Modules.Privacy;

/// <summary>How one sabotage ended. Without <see cref="Sound"/> the probe fails by itself, and whatever it says of the sabotage means nothing.</summary>
internal sealed record SabotageResult(string Probe, string Sabotage, bool Caught, bool Sound);

/// <summary>Runs probes and their sabotages on worlds of their own, and stores what came of it.</summary>
internal sealed class RunProbes(IEnumerable<IClauseProbe> probes, EvidenceLog log, PolicyFolder policy, Build build, TimeProvider clock)
{
    /// <summary>Runs every probe and signs the log. Says for each how it ended.</summary>
    public async Task RunAsync(Action<string, ProbeResult> ended, CancellationToken ct)
    {
        // Beside each other: those that only look, on one world, and those that change one, each on its own.
        using SemaphoreSlim writing = new(1);
        await Task.WhenAll(Task.Run(LookAsync, ct), Task.Run(ChangeAsync, ct));
        await log.SignAsync(ct);

        async Task LookAsync()
        {
            await using var shared = await ProbeWorld.StartAsync(policy, clock, null, ct);
            foreach (var probe in probes.Where(p => !p.Changes)) await OneAsync(probe, () => RunAsync(probe, shared, ct));
        }

        async Task ChangeAsync()
        {
            foreach (var probe in probes.Where(p => p.Changes)) await OneAsync(probe, () => OnFreshWorldAsync(probe, null, ct));
        }

        async Task OneAsync(IClauseProbe probe, Func<Task<ProbeResult>> run)
        {
            var started = clock.GetUtcNow();
            var result = await run();
            await writing.WaitAsync(ct);
            try
            {
                await log.AppendAsync(new ProbeEvidence(probe.Id, probe.Clauses, result.Passed, build, started, clock.GetUtcNow(), result.Instruments, result.Counts, result.Failures), ct);
                ended(probe.Id, result);
            }
            finally
            {
                writing.Release();
            }
        }
    }

    /// <summary>Breaks each control in turn and runs its probe, which must fail then and pass before.</summary>
    public async Task<IReadOnlyList<SabotageResult>> SabotageAsync(Action<SabotageResult> ended, CancellationToken ct)
    {
        List<SabotageResult> results = [];
        foreach (var probe in probes)
        {
            var sound = (await OnFreshWorldAsync(probe, null, ct)).Passed;
            foreach (var sabotage in probe.Sabotages)
            {
                // A probe that breaks down has noticed nothing.
                SabotageResult result = new(probe.Id, sabotage.Id, sound && await OnFreshWorldAsync(probe, sabotage, ct) is { Passed: false, Counts.Count: > 0 }, sound);
                await log.AppendAsync(new SabotageEvidence(probe.Id, sabotage.Id, result.Caught, build), ct);
                results.Add(result);
                ended(result);
            }
        }

        await log.SignAsync(ct);
        return results;
    }

    private async Task<ProbeResult> OnFreshWorldAsync(IClauseProbe probe, Sabotage? sabotage, CancellationToken ct)
    {
        await using var world = await ProbeWorld.StartAsync(policy, clock, sabotage, ct);
        return await RunAsync(probe, world, ct);
    }

    private static async Task<ProbeResult> RunAsync(IClauseProbe probe, ProbeWorld world, CancellationToken ct)
    {
        try
        {
            return await probe.RunAsync(world, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return new(false, [], new Dictionary<string, int>(StringComparer.Ordinal), [$"broke-down {e.GetType().Name}"]); // its message may hold what was looked at
        }
    }
}
