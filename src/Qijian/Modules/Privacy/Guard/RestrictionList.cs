using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Qijian.Platform;

namespace Qijian.Modules.Privacy;

/// <summary>
/// The persons whose data is only stored and protected. They are few and asked about at every demand, so they stand in memory and
/// are read again when a second has passed, or at once where this process changed them.
/// </summary>
internal sealed class RestrictionList(Scoped<AppDb> database)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private Reading? reading;

    /// <summary>Whether the person is one of them; null where the list must be read again first.</summary>
    public bool? Contains(Subject subject, DateTimeOffset now) => reading is { } read && now - read.At < Fresh && now >= read.At ? read.Subjects.Contains(subject) : null;

    public async ValueTask<bool> ContainsAsync(Subject subject, DateTimeOffset now, CancellationToken ct)
    {
        if (Contains(subject, now) is { } known) return known;
        await using var lease = database.Open();
        Reading read = new((await lease.Service.Restrictions.AsNoTracking().Select(r => r.Subject).ToListAsync(ct)).ToFrozenSet(), now);
        reading = read;
        return read.Subjects.Contains(subject);
    }

    /// <summary>To be called by whoever added or lifted a restriction.</summary>
    public void Changed() => reading = null;

    private sealed record Reading(FrozenSet<Subject> Subjects, DateTimeOffset At);
}
