using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;

namespace Qijian.Modules.Registry;

/// <summary>The datasets and imports at one moment: what every fact is traced to.</summary>
internal sealed record SourceTable(FrozenDictionary<int, Dataset> Datasets, FrozenDictionary<int, Import> Imports, DateTimeOffset ReadAt)
{
    /// <summary>The finished imports of each dataset, oldest first.</summary>
    private readonly ILookup<int, Import> finished = Imports.Values.Where(i => i.FinishedAt is not null).OrderBy(i => i.Id).ToLookup(i => i.DatasetId);

    /// <summary>The dataset's last finished snapshot at a point in time; null where there is none yet.</summary>
    public Import? Latest(int dataset, AsOf time) => finished[dataset].LastOrDefault(i => IsKnown(i, time));

    /// <summary>Whether the snapshot had been taken by the day and imported by the time asked for.</summary>
    public static bool IsKnown(Import import, AsOf time) =>
        (time.Known is not { } known || import.StartedAt <= known) && (time.Day is not { } day || ChinaTime.Day(import.RetrievedAt) <= day);
}

/// <summary>How many bodies and persons the registry holds, as of a change and a time.</summary>
internal sealed record Counts(long Companies, long People, long Sequence, DateTimeOffset At);

/// <summary>
/// Keeps the few rows of datasets and imports in memory, since every page needs them. An import of this process is seen at
/// once, one of another process within a second: until then its snapshot does not count as the latest.
/// </summary>
internal sealed class SourceCatalog(TimeProvider clock) : IImportFollower
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CountedFor = TimeSpan.FromSeconds(10);
    private volatile SourceTable? table;
    private volatile Counts? counts;

    /// <summary>How many bodies and persons there are. Counting reads whole tables, so it is done again only ten seconds after a change.</summary>
    public async ValueTask<Counts> CountAsync(AppDb db, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (counts is { } known && now - known.At < CountedFor) return known;
        var sequence = await db.CompanyChanges.MaxAsync(c => (long?)c.Sequence, ct) ?? 0;
        if (counts is { } earlier && earlier.Sequence == sequence) return counts = earlier with { At = now };
        return counts = new(await db.Companies.LongCountAsync(ct), await db.People.LongCountAsync(ct), sequence, now);
    }

    public async ValueTask<SourceTable> ReadAsync(AppDb db, CancellationToken ct) =>
        table is { } known && clock.GetUtcNow() - known.ReadAt < Fresh ? known : await ReloadAsync(db, ct);

    /// <summary>The table, anew if it lacks an import that one of the records names.</summary>
    public async ValueTask<SourceTable> CoveringAsync(AppDb db, IReadOnlyList<SourceRecord> records, CancellationToken ct)
    {
        var known = await ReadAsync(db, ct);
        foreach (var record in records)
            if (!known.Imports.ContainsKey(record.LastImport) || (record.SupersededBy is { } by && !known.Imports.ContainsKey(by))) return await ReloadAsync(db, ct);
        return known;
    }

    public Task ImportedAsync(Action<string, double> progress, CancellationToken ct)
    {
        (table, counts) = (null, null);
        return Task.CompletedTask;
    }

    private async Task<SourceTable> ReloadAsync(AppDb db, CancellationToken ct)
    {
        var now = clock.GetUtcNow(); // before reading: what commits meanwhile is read again in a second
        var datasets = await db.Datasets.AsNoTracking().ToListAsync(ct);
        var imports = await db.Imports.AsNoTracking().ToListAsync(ct);
        return table = new(datasets.ToFrozenDictionary(d => d.Id), imports.ToFrozenDictionary(i => i.Id), now);
    }
}
