namespace Qijian.Modules.Privacy;

/// <summary>How a clause stands.</summary>
internal enum ClauseStatus
{
    /// <summary>The running system was seen to behave so.</summary>
    Enforced,

    /// <summary>The structure of the system is so.</summary>
    Checked,

    /// <summary>A record of people says so, and is in date.</summary>
    Attested,

    /// <summary>It was proved, but too long ago or of something else than what runs now.</summary>
    Stale,

    /// <summary>The last proof failed.</summary>
    Failing,

    /// <summary>A probe did not notice that its control was broken.</summary>
    Vacuous,

    /// <summary>Not proved, for a stated reason.</summary>
    Gap,

    /// <summary>An unlawful clause of the policy that this one replaced; it is not published.</summary>
    Retired,
}

/// <summary>Why a clause does not stand better.</summary>
internal enum StatusReason { None, NoProbe, NeverRun, NoRecord, RecordExpired, Failed, SabotageSurvived, NoSabotage, OtherBuild, OtherPolicy, TooOld, PartOnly }

/// <summary>A sabotage, and whether the probe of this build caught it; null where that was not tried.</summary>
internal sealed record SabotageState(Sabotage Sabotage, bool? Caught);

/// <summary>A probe that a clause is bound to, with its newest evidence; <see cref="Probe"/> is null where there is none of that id.</summary>
internal sealed record ProbeState(string Id, IClauseProbe? Probe, EvidenceItem? Item, ProbeEvidence? Newest, IReadOnlyList<SabotageState> Sabotages);

/// <summary>The status of a clause, from what is stored and nothing else.</summary>
internal static class StatusRule
{
    /// <summary>So long evidence of a probe counts.</summary>
    public static readonly TimeSpan ValidFor = TimeSpan.FromDays(30);

    /// <summary>The worst of its probes decides: failing, then vacuous, then missing, then stale.</summary>
    public static (ClauseStatus Status, StatusReason Reason) Of(BindingEntry clause, IReadOnlyList<ProbeState> probes, RecordEvidence? record, Build build, DateTimeOffset now)
    {
        if (clause.Retired) return (ClauseStatus.Retired, StatusReason.None);
        if (probes.Count == 0)
        {
            if ((clause.Proof & (ProofClass.C | ProofClass.D)) is ProofClass.None) return (ClauseStatus.Gap, StatusReason.NoProbe);
            if (record is null) return (ClauseStatus.Gap, StatusReason.NoRecord);
            return record.ValidUntil >= ChinaTime.Day(now) ? (ClauseStatus.Attested, StatusReason.None) : (ClauseStatus.Stale, StatusReason.RecordExpired);
        }

        if (probes.Any(p => p.Newest is { Passed: false })) return (ClauseStatus.Failing, StatusReason.Failed);
        if (probes.Any(p => p.Sabotages.Any(s => s.Caught is false))) return (ClauseStatus.Vacuous, StatusReason.SabotageSurvived);
        if (probes.Any(p => p.Probe is not null && p.Sabotages.Count == 0)) return (ClauseStatus.Vacuous, StatusReason.NoSabotage);
        if (probes.Any(p => p.Probe is null)) return (ClauseStatus.Gap, StatusReason.NoProbe);
        if (probes.Any(p => p.Newest is null)) return (ClauseStatus.Gap, StatusReason.NeverRun);
        if (probes.Any(p => p.Newest!.Build.Commit != build.Commit)) return (ClauseStatus.Stale, StatusReason.OtherBuild);
        if (probes.Any(p => p.Newest!.Build != build)) return (ClauseStatus.Stale, StatusReason.OtherPolicy);
        if (probes.Any(p => p.Newest!.FinishedAt + ValidFor < now)) return (ClauseStatus.Stale, StatusReason.TooOld);
        var proved = probes.Aggregate(record?.ValidUntil >= ChinaTime.Day(now) ? ProofClass.C | ProofClass.D : ProofClass.None, (all, p) => all | p.Probe!.Class);
        return (proved.HasFlag(ProofClass.A) ? ClauseStatus.Enforced : ClauseStatus.Checked, (clause.Proof & ~proved) is ProofClass.None ? StatusReason.None : StatusReason.PartOnly);
    }

    /// <summary>The word for programs: ENFORCED.</summary>
    public static string Word(this ClauseStatus status) => status.ToString().ToUpperInvariant();
}
