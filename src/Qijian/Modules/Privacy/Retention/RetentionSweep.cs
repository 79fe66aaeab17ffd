using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Qijian.Platform.Data;

namespace Qijian.Modules.Privacy;

/// <summary>A place whose content has a time: a table, the day files of the log, keys.</summary>
internal interface IRetained
{
    /// <summary>The place, and the rule of the registry that bounds it.</summary>
    IEnumerable<(string Place, RetentionEntry Rule, Func<DateTimeOffset, bool, CancellationToken, Task<Due>> SweepAsync)> Places();
}

/// <summary>How much of a place has outlived its time, of how much.</summary>
internal readonly record struct Due(long Expired, long Total);

/// <summary>What a sweep did in one place, or would do.</summary>
internal sealed record SweptPlace(string Place, string Rule, long Expired, long Total, bool Refused);

/// <summary>
/// Removes what has outlived its time: after the ceiling, and never before the floor. Idempotent; a sweep that would take more than a
/// fifth of a place stops there unless told to go on: a wrong clock or a wrong rule must not empty a table. What is kept for a week at most
/// goes every hour, however much of it is over: much always is, and it would soon have gone anyway.
/// </summary>
internal sealed class RetentionSweep(IEnumerable<IRetained> stores, CurrentPolicy current, TimeProvider clock)
{
    private const int Few = 100;
    private static readonly DateTimeOffset Week = DateTimeOffset.UnixEpoch + TimeSpan.FromDays(7);

    /// <param name="shortLived">Only what is kept for a week at most.</param>
    public async Task<IReadOnlyList<SweptPlace>> RunAsync(bool dryRun, bool anyway, CancellationToken ct, bool shortLived = false)
    {
        List<SweptPlace> swept = [];
        foreach (var (place, rule, sweep) in stores.SelectMany(s => s.Places()).Where(p => !shortLived || IsShortLived(p.Item2)))
        {
            var before = StartedBefore(Held(rule), clock.GetUtcNow());
            var due = await sweep(before, true, ct);
            var refused = !anyway && !IsShortLived(rule) && due.Expired > Few && due.Expired * 5 > due.Total;
            if (!dryRun && !refused && due.Expired > 0) await sweep(before, false, ct);
            swept.Add(new(place, rule.Id, due.Expired, due.Total, refused));
        }

        return swept;
    }

    // A longer time holds from the day on which its version of the policy does.
    private RetentionEntry Held(RetentionEntry rule) =>
        current.Held?.Retention.GetValueOrDefault(rule.Id) is { Ceiling: { } until } held && until.CompareTo(rule.Ceiling!.Value) < 0 && (rule.Floor is not { } floor || until.CompareTo(floor) >= 0) ? held : rule;

    private static bool IsShortLived(RetentionEntry rule) => rule.Ceiling is { } ceiling && ceiling.After(DateTimeOffset.UnixEpoch) <= Week;

    /// <summary>What began before this has outlived the rule: the ceiling, or the floor where a floor of another rule lies above it.</summary>
    internal static DateTimeOffset StartedBefore(RetentionEntry rule, DateTimeOffset now)
    {
        var keep = rule.Floor is { } floor && floor > rule.Ceiling!.Value ? floor : rule.Ceiling!.Value;
        // The last start whose time is over: months are not all of one length, so it is looked for, by halves.
        var (gone, held) = (DateTimeOffset.UnixEpoch, now);
        if (keep.After(gone) > now) return gone;
        while (held - gone > TimeSpan.FromSeconds(1))
        {
            var middle = gone + ((held - gone) / 2);
            if (keep.After(middle) <= now) gone = middle;
            else held = middle;
        }

        return gone;
    }
}

/// <summary>The day files of the log: a file goes when the last of its day has outlived the rule.</summary>
internal sealed class LogFiles(DataFolder folder, ProcessingRegistry registry) : IRetained
{
    public IEnumerable<(string, RetentionEntry, Func<DateTimeOffset, bool, CancellationToken, Task<Due>>)> Places()
    {
        yield return ("logs", registry.Retention[registry.Purposes[Purpose.SiteSecurity.Id].Retention], (before, dryRun, _) => Task.FromResult(Sweep(before, dryRun)));
    }

    private Due Sweep(DateTimeOffset before, bool dryRun)
    {
        if (!Directory.Exists(ServiceLog.FolderOf(folder))) return default;
        var files = Directory.GetFiles(ServiceLog.FolderOf(folder), ServiceLog.Prefix + "*" + ServiceLog.Suffix);
        var expired = files.Where(f => DateOnly.TryParseExact(Path.GetFileName(f).AsSpan(ServiceLog.Prefix.Length, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) < before).ToList();
        if (!dryRun) foreach (var file in expired) File.Delete(file);
        return new(expired.Count, files.Length);
    }
}

/// <summary>
/// The evidence of consent: rows of the ledger stay for its chain, but the key by which they lead to the person goes when all their
/// choices ended so long ago, and nothing else that is kept needs it.
/// </summary>
internal sealed class ConsentEvidence(AppDb db, KeyStore keys, IVault vault, ConsentLedger ledger, ProcessingRegistry registry, IEnumerable<IReferencedRecords> others) : IRetained
{
    public IEnumerable<(string, RetentionEntry, Func<DateTimeOffset, bool, CancellationToken, Task<Due>>)> Places()
    {
        yield return ("privacy_consent_events", registry.Retention[registry.Purposes[Purpose.ConsentEvidence.Id].Retention], SweepAsync);
    }

    private async Task<Due> SweepAsync(DateTimeOffset before, bool dryRun, CancellationToken ct)
    {
        var (expired, total) = (0, 0);
        foreach (var subject in keys.Subjects(KeyGroup.Proof))
        {
            var events = await ledger.EventsOfAsync(subject, ct);
            if (events.Count == 0) continue;
            total++;
            var state = await ledger.StateOfAsync(subject, ct);
            if (state.Granted.Any() || events.Max(e => state.Of(e.Purpose, e.Recipient) is Answer.Expired over ? over.At : e.RecordedAt) >= before) continue;
            var reference = (await vault.FindReferenceAsync(subject, ct))!;
            if (await db.EgressRecords.AnyAsync(r => r.SubjectReference == reference, ct) || await db.Reveals.AnyAsync(r => r.SubjectReference == reference, ct) || await db.PolicyNotices.AnyAsync(n => n.SubjectReference == reference, ct)) continue;
            if (await IsNamedAsync(reference, ct)) continue;
            expired++;
            if (!dryRun) keys.Destroy(subject, [KeyGroup.Proof]);
        }

        return new(expired, total);
    }

    private async Task<bool> IsNamedAsync(byte[] reference, CancellationToken ct)
    {
        foreach (var records in others) if (await records.AnyAsync(reference, ct)) return true;
        return false;
    }
}

/// <summary>Every table with a column that is marked as the start of its time.</summary>
internal sealed class RetainedTables(AppDb db, TaggedTables tagged, ProcessingRegistry registry) : IRetained
{
    public IEnumerable<(string, RetentionEntry, Func<DateTimeOffset, bool, CancellationToken, Task<Due>>)> Places() =>
        from entity in db.Model.GetEntityTypes()
        let start = TaggedTables.StartOf(entity)
        where start is not null
        select (entity.GetTableName()!, RuleOf(entity, start), (Func<DateTimeOffset, bool, CancellationToken, Task<Due>>)((before, dryRun, ct) => SweepAsync(entity, start, before, dryRun, ct)));

    /// <summary>The rule that the table names, else the strictest of its columns: the shortest ceiling, but never below the longest floor.</summary>
    internal RetentionEntry RuleOf(IEntityType entity, IProperty start)
    {
        if (start.PropertyInfo!.GetCustomAttributes(typeof(RetentionStartAttribute), inherit: false) is [RetentionStartAttribute { Rule: { } named }]) return registry.Retention[named];
        var rules = entity.GetProperties().Select(c => Census.TagsOf(c).Personal).OfType<PersonalAttribute>().SelectMany(tagged.RulesOf).DistinctBy(r => r.Id, StringComparer.Ordinal).ToList();
        var ceiling = rules.MinBy(r => r.Ceiling)!;
        var floor = rules.Where(r => r.Floor is not null).MaxBy(r => r.Floor);
        return floor is null || ceiling.Ceiling >= floor.Floor ? ceiling : floor;
    }

    private async Task<Due> SweepAsync(IEntityType entity, IProperty start, DateTimeOffset before, bool dryRun, CancellationToken ct)
    {
        var (table, column) = (entity.GetTableName()!, start.GetColumnName());
        var limit = before.ToUnixTimeMilliseconds();
        // A person on hold keeps what there is: deletion is suspended, nothing else is allowed meanwhile.
        var held = Census.SubjectOf(entity) is { } owner ? $" AND {owner.GetColumnName()} NOT IN (SELECT subject FROM privacy_restrictions WHERE reason = 'hold')" : "";
#pragma warning disable EF1002 // names of the model; the value is a parameter
        var expired = await db.Database.SqlQueryRaw<long>($"SELECT COUNT(*) AS \"Value\" FROM {table} WHERE {column} < {{0}}{held}", limit).SingleAsync(ct);
        var total = await db.Database.SqlQueryRaw<long>($"SELECT COUNT(*) AS \"Value\" FROM {table}").SingleAsync(ct);
        if (!dryRun) await db.Database.ExecuteSqlRawAsync($"DELETE FROM {table} WHERE {column} < {{0}}{held}", [limit], ct);
#pragma warning restore EF1002
        return new(expired, total);
    }
}
