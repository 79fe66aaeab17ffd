using Microsoft.EntityFrameworkCore;

namespace Qijian.Modules.Privacy;

/// <summary>What became of the attempt.</summary>
internal abstract record PublishResult
{
    private PublishResult() { }

    /// <summary>It is public, and everybody was told. Obstacles are what would keep it from taking effect as things are.</summary>
    public sealed record Published(PolicyVersion Version, IReadOnlyList<Widening> Widenings, IReadOnlyList<PolicyObstacle> Obstacles) : PublishResult;

    /// <summary>A version of that number or a later one is there.</summary>
    public sealed record NumberTaken(int Newest) : PublishResult;

    /// <summary>Ids of clauses that were dropped and stand again over other words.</summary>
    public sealed record IdsReused(IReadOnlyList<string> Clauses) : PublishResult;

    /// <summary>Bindings or registry cannot be read, so nothing can be said about what changes.</summary>
    public sealed record Unreadable(IReadOnlyList<RegistryError> Errors) : PublishResult;

    /// <summary>In the reader's language.</summary>
    public string Words => this switch
    {
        Published(var version, _, _) => Text.PublishDone.With(version.Number, Shared.Format.Day(version.EffectiveFrom)),
        NumberTaken(var newest) => Text.PublishNumberTaken.With(newest),
        IdsReused(var clauses) => Text.PublishIdsReused.With(string.Join(' ', clauses)),
        Unreadable(var errors) => string.Join('\n', errors),
        _ => "",
    };
}

/// <summary>
/// Makes a version public: its row for good, and the notices. The first takes effect at once, for there is nothing before it; every
/// other on its day, where nothing stands in its way (<see cref="ActivatePolicy"/>).
/// </summary>
internal sealed class PublishPolicy(AppDb db, PolicyVersions versions, PolicyNotices notices, ActivatePolicy activate, CurrentPolicy current, TimeProvider clock)
{
    private const long WriterLock = 0x716a_706f_6c69_6379; // of PostgreSQL's advisory locks: "qjpolicy"

    public async Task<PublishResult> RunAsync(PolicyDraft draft, CancellationToken ct)
    {
        var (_, bindingErrors) = Bindings.Read(PolicyFiles.Bindings, draft.Content.Bindings);
        var (registry, registryErrors) = ProcessingRegistry.Read(draft.Content.Registry);
        if (bindingErrors.Count + registryErrors.Count > 0) return new PublishResult.Unreadable([.. bindingErrors, .. registryErrors]);

        await using var transaction = await db.Database.BeginTransactionAsync(ct); // BEGIN IMMEDIATE on SQLite: the one writer
        if (!db.Database.IsSqlite()) await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({WriterLock})", ct); // two nodes that start at once
        var rows = await versions.ListAsync(ct);
        if (rows.Count > 0 && rows[^1].Number >= draft.Number) return new PublishResult.NumberTaken(rows[^1].Number);
        List<PublishedPolicy> earlier = [];
        foreach (var row in rows) if (await versions.FindAsync(row.Number, ct) is { } read) earlier.Add(read);
        var before = earlier.LastOrDefault(p => p.Row.ActivatedAt is not null);
        if (Reused(earlier, draft.Content) is { Count: > 0 } reused) return new PublishResult.IdsReused(reused);

        var widenings = before is null ? [] : RegistryReach.Between(before.Registry, registry);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds()); // as it is stored
        PolicyVersion version = new()
        {
            Number = draft.Number, Hash = draft.Content.Hash(), RegistryHash = Convert.FromHexString(registry.Hash), Content = draft.Content.Pack(), ApprovedBy = draft.ApprovedBy, PublishedAt = now,
            Change = rows.Count == 0 ? ChangeClass.First : widenings.Count > 0 || draft.Change is ChangeClass.First ? ChangeClass.Broadened : draft.Change,
            EffectiveFrom = rows.Count == 0 ? now : draft.EffectiveFrom, ActivatedAt = rows.Count == 0 ? now : null,
        };
        db.Add(version);
        await db.SaveChangesAsync(ct);
        if (rows.Count > 0) await notices.AnnounceAsync(version, ct);
        await transaction.CommitAsync(ct);
        await current.RefreshAsync(versions, ct);
        return new PublishResult.Published(version, widenings, rows.Count == 0 ? [] : await activate.ObstaclesAsync(new(version, draft.Content), before, ct));
    }

    // An id belongs to its meaning for good. What it last said counts, in whichever version that was.
    private static List<string> Reused(List<PublishedPolicy> earlier, PolicyContent content)
    {
        if (earlier.Count == 0) return [];
        return [.. In(p => p.Chinese, content.Chinese).Union(In(p => p.English, content.English), StringComparer.Ordinal)];

        IReadOnlyList<string> In(Func<PublishedPolicy, PolicyDocument> language, string markdown)
        {
            Dictionary<string, string> last = new(StringComparer.Ordinal);
            foreach (var clause in earlier.SelectMany(p => language(p).Clauses)) foreach (var id in clause.Ids) last[id] = clause.Hash;
            return PolicyDiff.Of(language(earlier[^1]), PolicyDocument.Parse(markdown), last).Reused;
        }
    }
}
