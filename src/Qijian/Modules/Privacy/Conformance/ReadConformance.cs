using Microsoft.EntityFrameworkCore;

namespace Qijian.Modules.Privacy;

/// <summary>A clause as it stands, with everything that says why.</summary>
internal sealed record ClauseState(BindingEntry Clause, ClauseStatus Status, StatusReason Reason, IReadOnlyList<ProbeState> Probes, RecordEvidence? Record)
{
    /// <summary>In the reader's language; null where it stands as it should.</summary>
    public string? ReasonWords => Reason switch
    {
        StatusReason.NoProbe => Clause.Gap ?? Text.ReasonNoProbe, StatusReason.NoRecord => Clause.Gap ?? Text.ReasonNoRecord, StatusReason.NeverRun => Text.ReasonNeverRun,
        StatusReason.RecordExpired => Text.ReasonRecordExpired, StatusReason.Failed => Text.ReasonFailed, StatusReason.SabotageSurvived => Text.ReasonSabotageSurvived, StatusReason.NoSabotage => Text.ReasonNoSabotage,
        StatusReason.OtherBuild => Text.ReasonOtherBuild, StatusReason.OtherPolicy => Text.ReasonOtherPolicy, StatusReason.PartOnly => Text.ReasonPartOnly, StatusReason.TooOld => Text.ReasonTooOld.With((int)StatusRule.ValidFor.TotalDays), _ => null,
    };
}

/// <summary>All clauses as they stand, by the evidence that is stored; reading it runs nothing.</summary>
internal sealed record ConformanceState(Build Build, IReadOnlyList<ClauseState> Clauses, EvidenceItem? Head, Checkpoint? Checkpoint)
{
    /// <summary>How many clauses stand how.</summary>
    public IReadOnlyDictionary<ClauseStatus, int> Counts { get; } = Enum.GetValues<ClauseStatus>().ToDictionary(s => s, s => Clauses.Count(c => c.Status == s));

    /// <summary>Whether something is wrong, and not merely missing.</summary>
    public bool Wrong => Counts[ClauseStatus.Failing] + Counts[ClauseStatus.Vacuous] > 0;

    /// <summary>Sabotages of all bound probes: caught, tried on this build, there at all.</summary>
    public (int Caught, int Tried, int All) Sabotages
    {
        get
        {
            var all = Clauses.SelectMany(c => c.Probes).DistinctBy(p => p.Id, StringComparer.Ordinal).SelectMany(p => p.Sabotages).ToList();
            return (all.Count(s => s.Caught is true), all.Count(s => s.Caught is not null), all.Count);
        }
    }
}

/// <summary>Reads how the clauses stand.</summary>
internal sealed class ReadConformance(AppDb db, Bindings bindings, IEnumerable<IClauseProbe> probes, Build build, TimeProvider clock)
{
    public async Task<ConformanceState> RunAsync(CancellationToken ct)
    {
        var newest = await db.Evidence.AsNoTracking().Where(e => db.Evidence.GroupBy(o => new { o.Kind, o.Topic }).Select(g => g.Max(o => o.Sequence)).Contains(e.Sequence)).ToDictionaryAsync(e => (e.Kind, e.Topic), ct);
        var byId = probes.ToDictionary(p => p.Id, StringComparer.Ordinal);
        var now = clock.GetUtcNow();
        var clauses = bindings.All.Select(clause =>
        {
            var record = newest.TryGetValue((RecordEvidence.Kind, clause.Id), out var item) ? EvidenceJson.Read<RecordEvidence>(item) : null;
            List<ProbeState> states = [.. probes.Where(p => p.Clauses.Contains(clause.Id, StringComparer.Ordinal)).Select(p => p.Id).Union(clause.Probes, StringComparer.Ordinal).Select(StateOf)];
            var (status, reason) = StatusRule.Of(clause, states, record, build, now);
            return new ClauseState(clause, status, reason, states, record);
        }).ToList();
        var head = newest.Values.MaxBy(e => e.Sequence);
        return new(build, clauses, head, await db.Checkpoints.AsNoTracking().OrderByDescending(c => c.Sequence).FirstOrDefaultAsync(ct));

        ProbeState StateOf(string id)
        {
            var item = newest.GetValueOrDefault((ProbeEvidence.Kind, id));
            var probe = byId.GetValueOrDefault(id);
            return new(id, probe, item, item is null ? null : EvidenceJson.Read<ProbeEvidence>(item), probe is null ? [] : [.. probe.Sabotages.Select(s => new SabotageState(s, Caught(id, s)))]);
        }

        // Of this build only: another one may watch less closely.
        bool? Caught(string probe, Sabotage sabotage) =>
            newest.TryGetValue((SabotageEvidence.Kind, SabotageEvidence.TopicOf(probe, sabotage.Id)), out var item) && EvidenceJson.Read<SabotageEvidence>(item) is var evidence && evidence.Build == build ? evidence.Caught : null;
    }
}
