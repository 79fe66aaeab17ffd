using Microsoft.EntityFrameworkCore;

namespace Qijian.Modules.Privacy;

/// <summary>
/// Who was told of a coming version, by which channel, and when: everybody, and each person with a record of consent. The banner and
/// the announcement stand before a person from publication on; somebody who came later had them on the page of their first choice.
/// </summary>
internal sealed class PolicyNotices(AppDb db, IVault vault, IEnumerable<IPolicyAudience> audiences, TimeProvider clock)
{
    public const string Page = "page", Announcement = "announcement", Email = "email", NoEmail = "no_email_channel";

    private const int Batch = 500;
    private static readonly TimeSpan Again = TimeSpan.FromDays(1);

    /// <summary>At publication: everybody, and each person who has answered until then.</summary>
    public async Task AnnounceAsync(PolicyVersion version, CancellationToken ct)
    {
        db.AddRange(Of(version, null, version.PublishedAt));
        var references = await Active(version).Select(a => a.Reference).ToListAsync(ct);
        await AddAsync(version, [.. references.Select(r => (r, version.PublishedAt))], ct);
    }

    /// <summary>Later: those who answered for the first time since.</summary>
    public async Task AddNewcomersAsync(PolicyVersion version, CancellationToken ct)
    {
        var newcomers = await Active(version).Where(a => a.Since > version.PublishedAt && !db.PolicyNotices.Any(n => n.Version == version.Number && n.SubjectReference == a.Reference)).Select(a => new { a.Reference, a.Since }).ToListAsync(ct);
        await AddAsync(version, [.. newcomers.Select(a => (a.Reference, a.Since))], ct);
    }

    /// <summary>Tells whom the modules reach: each person with the record of it in one step, so that whoever was told is not told again, and whoever could not be is tried once a day.</summary>
    public async Task TellAsync(PolicyVersion version, CancellationToken ct)
    {
        var coming = Of(version);
        foreach (var audience in audiences)
        {
            var unreached = 0;
            while (await audience.UntoldAsync(coming, unreached, Batch, ct) is { Count: > 0 } batch)
            {
                foreach (var subject in batch)
                {
                    var (reference, since) = (await vault.ReferenceAsync(subject, ct), clock.GetUtcNow() - Again);
                    if (await db.PolicyNotices.AnyAsync(n => n.Version == version.Number && n.SubjectReference == reference && !n.Delivered && n.Reason != NoEmail && n.At > since, ct))
                    {
                        unreached++;
                        continue;
                    }

                    var tellings = await audience.TellAsync(coming, subject, ct);
                    if (!tellings.Any(t => t.Delivered)) unreached++;
                    db.AddRange(tellings.Select(t => Notice(version, reference, clock.GetUtcNow(), t.Channel, t.Delivered, t.Reason)));
                    await db.SaveChangesAsync(ct);
                    db.ChangeTracker.Clear();
                }
            }
        }
    }

    /// <summary>How many have no delivered notice from before the version takes effect.</summary>
    public async Task<int> UntoldAsync(PolicyVersion version, CancellationToken ct)
    {
        var untold = await UntoldOfLedgerAsync(version, ct);
        foreach (var audience in audiences) untold += await audience.CountUntoldAsync(Of(version), ct);
        return untold;
    }

    private static AnnouncedPolicy Of(PolicyVersion version) => new(version.Number, version.PublishedAt, version.EffectiveFrom);

    private Task<int> UntoldOfLedgerAsync(PolicyVersion version, CancellationToken ct) =>
        Active(version).CountAsync(a => !db.PolicyNotices.Any(n => n.Version == version.Number && n.SubjectReference == a.Reference && n.Delivered && n.At < version.EffectiveFrom), ct);

    // Whoever answers after that day answers under the new version.
    private IQueryable<ActiveSubject> Active(PolicyVersion version) =>
        db.ConsentEvents.GroupBy(e => e.SubjectReference).Select(g => new ActiveSubject { Reference = g.Key, Since = g.Min(e => e.RecordedAt) }).Where(a => a.Since < version.EffectiveFrom);

    private async Task AddAsync(PolicyVersion version, IReadOnlyList<(byte[] Reference, DateTimeOffset At)> persons, CancellationToken ct)
    {
        foreach (var batch in persons.Chunk(Batch))
        {
            PolicyNotice[] notices = [.. batch.SelectMany(p => Of(version, p.Reference, p.At))];
            db.AddRange(notices);
            await db.SaveChangesAsync(ct);
            foreach (var notice in notices) db.Entry(notice).State = EntityState.Detached;
        }
    }

    // Of somebody without an account no address is known: that no e-mail could go is on record.
    private static IEnumerable<PolicyNotice> Of(PolicyVersion version, byte[]? reference, DateTimeOffset at) =>
        new (string Channel, string? Obstacle)[] { (Page, null), (Announcement, null), (Email, NoEmail) }.Select(c => Notice(version, reference, at, c.Channel, c.Obstacle is null, c.Obstacle));

    private static PolicyNotice Notice(PolicyVersion version, byte[]? reference, DateTimeOffset at, string channel, bool delivered, string? reason) =>
        new() { Id = Guid.CreateVersion7(), Version = version.Number, SubjectReference = reference, Channel = channel, At = at, Delivered = delivered, Reason = reason };

    private sealed class ActiveSubject
    {
        public required byte[] Reference { get; init; }
        public DateTimeOffset Since { get; init; }
    }
}
