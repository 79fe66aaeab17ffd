using Qijian.Platform;

namespace Qijian.Modules.Privacy;

/// <summary>How the clauses stand, for programs: what <c>GET /api/v1/conformance</c> and <c>conform run --json</c> answer.</summary>
/// <param name="Counts">How many clauses stand how. There is no sum of them.</param>
public sealed record ConformanceJson(int PolicyVersion, string PolicyHash, string RegistryHash, string Build, IReadOnlyDictionary<string, int> Counts, IReadOnlyList<ClauseJson> Clauses, SabotageCountJson Sabotages, EvidenceLogJson Log)
{
    internal static ConformanceJson Of(ConformanceState state, Func<ClauseState, bool>? which = null) => new(
        state.Build.PolicyVersion, state.Build.PolicyHash, state.Build.RegistryHash, state.Build.Commit, state.Counts.ToDictionary(c => c.Key.Word(), c => c.Value, StringComparer.Ordinal),
        [.. state.Clauses.Where(which ?? (_ => true)).Select(ClauseJson.Of)], new(state.Sabotages.Caught, state.Sabotages.Tried, state.Sabotages.All),
        new(state.Head?.Sequence ?? 0, state.Head is { } head ? Convert.ToHexStringLower(head.Hash) : null, state.Checkpoint is { } c ? new(c.Sequence, c.At, Convert.ToHexStringLower(c.Head), Convert.ToBase64String(c.Signature), c.Key) : null));
}

/// <summary>One clause: its status (ENFORCED, CHECKED, ATTESTED, STALE, FAILING, VACUOUS, GAP, RETIRED), why it is no better, what proves it, and what is not proved.</summary>
public sealed record ClauseJson(string Id, string Status, string Class, string? Reason, string Does, IReadOnlyList<string> Probes, IReadOnlyList<ClauseEvidenceJson> Evidence, IReadOnlyList<ClauseSabotageJson> Sabotages, ClauseRecordJson? Record, string? Check, string? Unproved)
{
    internal static ClauseJson Of(ClauseState state) => new(
        state.Clause.Id, state.Status.Word(), state.Clause.Class, state.ReasonWords, state.Clause.Label, [.. state.Probes.Select(p => p.Id)],
        [.. state.Probes.Where(p => p.Newest is not null).Select(p => ClauseEvidenceJson.Of(p.Item!, p.Newest!))],
        [.. state.Probes.SelectMany(p => p.Sabotages.Select(s => new ClauseSabotageJson(p.Id, s.Sabotage.Id, s.Caught)))], state.Record is { } r ? new(r.RecordedOn, r.ValidUntil, r.Document) : null, state.Clause.Check, state.Clause.Unproved);
}

/// <summary>The newest run of a probe, with its place in the log.</summary>
public sealed record ClauseEvidenceJson(string Probe, long Sequence, DateTimeOffset At, DateTimeOffset ValidUntil, bool Passed, string Build, IReadOnlyList<string> Instruments, IReadOnlyDictionary<string, int> Counts, IReadOnlyList<string> Failures, string Hash)
{
    internal static ClauseEvidenceJson Of(EvidenceItem item, ProbeEvidence e) => new(e.Probe, item.Sequence, e.FinishedAt, e.FinishedAt + StatusRule.ValidFor, e.Passed, e.Build.Commit, e.Instruments, e.Counts, e.Failures, Convert.ToHexStringLower(item.Hash));
}

/// <summary>Whether the probe noticed that its control was broken; null where this build has not tried.</summary>
public sealed record ClauseSabotageJson(string Probe, string Sabotage, bool? Caught);

/// <summary>A record of people that was entered for the clause: its days, and the SHA-256 of the document that the operator keeps.</summary>
public sealed record ClauseRecordJson(DateOnly RecordedOn, DateOnly ValidUntil, string Sha256);

/// <summary>Sabotages that were caught, tried on this build, and there at all.</summary>
public sealed record SabotageCountJson(int Caught, int Tried, int All);

/// <summary>How far the evidence log reaches, its head, and the newest signed one.</summary>
public sealed record EvidenceLogJson(long Sequence, string? Head, CheckpointJson? Checkpoint);

/// <summary>A signed head: ECDSA over P-256 and SHA-256, in Base64.</summary>
public sealed record CheckpointJson(long Sequence, DateTimeOffset At, string Head, string Signature, string Key);

internal static class ConformanceEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapApi("Privacy").MapGet("conformance", Read).WithSummary("How each clause of the privacy policy stands, by stored evidence");
        app.MapGet("/.well-known/privacy-conformance.json", Read).ExcludeFromDescription();
        app.MapGet("/privacy/conformance/key.pem", (SigningKey key) => Results.Text(key.PublicKeyPem + "\n", "application/x-pem-file")).ExcludeFromDescription();
        app.MapGet("/privacy/conformance/evidence.jsonl", (AppDb db, SigningKey key, CancellationToken ct) => Results.Stream(to => EvidenceFile.WriteAsync(db, key, to, ct), "application/jsonl", "evidence.jsonl")).ExcludeFromDescription();
    }

    private static async Task<Microsoft.AspNetCore.Http.HttpResults.Ok<ConformanceJson>> Read(ReadConformance read, CancellationToken ct) => TypedResults.Ok(ConformanceJson.Of(await read.RunAsync(ct)));
}
