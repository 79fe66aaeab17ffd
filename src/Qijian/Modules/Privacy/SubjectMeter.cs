using Microsoft.EntityFrameworkCore;
using Qijian.Platform;

namespace Qijian.Modules.Privacy;

/// <summary>Whom the site knows something of.</summary>
public enum SubjectClass
{
    /// <summary>Somebody with an account.</summary>
    Member,

    /// <summary>Somebody without one, of whom a member told.</summary>
    NonUser,

    /// <summary>Somebody named in company data.</summary>
    PublicRole,
}

/// <summary>How many natural persons of a class a module knows. Where it cannot tell whether two are one it counts two: the law's duties come early then, never late.</summary>
public interface ISubjectCount
{
    /// <summary>The class.</summary>
    SubjectClass Class { get; }

    /// <summary>Persons, not rows about them.</summary>
    Task<long> CountAsync(CancellationToken ct);
}

/// <summary>A number of persons at which the law asks for more.</summary>
/// <param name="Near">Whether the count is within a tenth of it, or beyond.</param>
/// <param name="ReachedAt">When the count was first seen there; null before.</param>
/// <param name="Due">Until when what it asks for must be done.</param>
public sealed record SubjectThreshold(string Id, string Label, long Persons, bool Near, DateTimeOffset? ReachedAt, DateTimeOffset? Due);

/// <summary>The counts of now, and what they mean.</summary>
public sealed record SubjectCounts(IReadOnlyDictionary<SubjectClass, long> Classes, long Total, IReadOnlyList<SubjectThreshold> Thresholds);

/// <summary>Counts the persons concerned, users and others, and says before a threshold of the law is reached. An import of a national register alone can cross one.</summary>
public interface ISubjectMeter
{
    /// <summary>Counts now; a threshold that is reached for the first time goes on record with the day.</summary>
    Task<SubjectCounts> CountAsync(CancellationToken ct);
}

internal sealed class SubjectMeter(AppDb db, EvidenceLog log, IEnumerable<ISubjectCount> counts, ProcessingRegistry registry) : ISubjectMeter
{
    private const double NearShare = 0.9;

    public async Task<SubjectCounts> CountAsync(CancellationToken ct)
    {
        Dictionary<SubjectClass, long> classes = [];
        foreach (var count in counts) classes[count.Class] = classes.GetValueOrDefault(count.Class) + await count.CountAsync(ct);
        var total = classes.Values.Sum();
        var reached = (await db.Evidence.AsNoTracking().Where(e => e.Kind == ThresholdEvidence.Kind).Select(e => new { e.Topic, e.At }).ToListAsync(ct)).GroupBy(e => e.Topic, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Min(e => e.At), StringComparer.Ordinal);
        List<SubjectThreshold> thresholds = [];
        foreach (var limit in registry.Limits.Values.Where(l => l.Persons is not null).OrderBy(l => l.Persons).ThenBy(l => l.Id, StringComparer.Ordinal))
        {
            if (total >= limit.Persons && !reached.ContainsKey(limit.Id)) reached[limit.Id] = (await log.AppendAsync(new ThresholdEvidence(limit.Id, limit.Persons.Value), ct)).At;
            DateTimeOffset? at = reached.TryGetValue(limit.Id, out var since) ? since : null;
            thresholds.Add(new(limit.Id, limit.Label, limit.Persons!.Value, total >= limit.Persons * NearShare, at, at is { } from ? limit.Limit!.Value.After(from) : null));
        }

        return new(classes, total, thresholds);
    }
}

/// <summary>The number of persons of a threshold was reached; the entry's instant says when that was first seen.</summary>
internal sealed record ThresholdEvidence(string Threshold, long Persons) : IEvidence
{
    public static string Kind => "threshold";
    public string Topic => Threshold;
}

/// <summary>Counts once a day while the site runs.</summary>
internal sealed partial class DailyMeter(Scoped<ISubjectMeter> meters, TimeProvider clock, ILogger<DailyMeter> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromDays(1), clock, stoppingToken);
            try
            {
                await using var lease = meters.Open();
                var now = await lease.Service.CountAsync(stoppingToken);
                foreach (var near in now.Thresholds.Where(t => t.Near)) LogNear(now.Total, near.Id, near.Persons);
            }
            catch (Exception e) when (e is System.Data.Common.DbException or DbUpdateException)
            {
                LogFailed(e); // tomorrow is soon enough
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Total} persons are concerned; {Threshold} begins at {Persons}")]
    private partial void LogNear(long total, string threshold, long persons);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The persons concerned could not be counted")]
    private partial void LogFailed(Exception e);
}
