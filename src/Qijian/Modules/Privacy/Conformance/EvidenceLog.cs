using Microsoft.EntityFrameworkCore;

namespace Qijian.Modules.Privacy;

/// <summary>
/// The log of what was proved: entries are only ever added, each carries the hash of the one before, and their numbers have no gap.
/// Checkpoints sign its head, so that nobody without the key can take an end away or write the log anew.
/// </summary>
internal sealed class EvidenceLog(AppDb db, SigningKey key, TimeProvider clock)
{
    /// <summary>Adds an entry, in the caller's transaction where there is one. The first one of a log says whose it is.</summary>
    public async Task<EvidenceItem> AppendAsync<T>(T evidence, CancellationToken ct) where T : IEvidence
    {
        var payload = EvidenceJson.Write(evidence);
        await using var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null;
        // One writer at a time: SQLite's transactions are, on PostgreSQL the table says so.
        if (db.Database.IsNpgsql()) await db.Database.ExecuteSqlAsync($"LOCK TABLE privacy_evidence IN SHARE ROW EXCLUSIVE MODE", ct);
        var last = await db.Evidence.AsNoTracking().OrderByDescending(e => e.Sequence).FirstOrDefaultAsync(ct);
        if (last is null)
        {
            KeyEvidence first = new(key.Id);
            db.Add(last = EvidenceChain.Next(null, clock.GetUtcNow(), KeyEvidence.Kind, first.Topic, EvidenceJson.Write(first)));
        }

        var item = EvidenceChain.Next(last, clock.GetUtcNow(), T.Kind, evidence.Topic, payload);
        db.Add(item);
        await db.SaveChangesAsync(ct);
        if (own is not null) await own.CommitAsync(ct);
        return item;
    }

    /// <summary>The heads of the ledger of consent as they were written down: all of them must be in it. What is no head is none.</summary>
    public async Task<IReadOnlyList<LedgerHead>> LedgerAsync(CancellationToken ct)
    {
        List<LedgerHead> heads = [];
        await foreach (var item in db.Evidence.AsNoTracking().Where(e => e.Kind == LedgerEvidence.Kind).OrderBy(e => e.Sequence).AsAsyncEnumerable().WithCancellation(ct))
        {
            try
            {
                var noted = EvidenceJson.Read<LedgerEvidence>(item);
                heads.Add(new(noted.Sequence, Convert.FromHexString(noted.Head)));
            }
            catch (Exception e) when (e is System.Text.Json.JsonException or FormatException or ArgumentException)
            {
                // The chain says that it was changed.
            }
        }

        return heads;
    }

    // Over one that is no longer there none is written: it is what shows that.
    private async Task NoteLedgerAsync(CancellationToken ct)
    {
        if (await db.ConsentEvents.AsNoTracking().OrderByDescending(e => e.Sequence).FirstOrDefaultAsync(ct) is not { } last) return;
        if ((await LedgerAsync(ct)).MaxBy(h => h.Sequence) is { } noted && (last.Sequence <= noted.Sequence || !await db.ConsentEvents.AnyAsync(e => e.Sequence == noted.Sequence && e.Hash == noted.Hash, ct))) return;
        await AppendAsync(new LedgerEvidence(last.Sequence, Convert.ToHexStringLower(last.Hash)), ct);
    }

    /// <summary>Signs the head, unless it is signed already; null while the log is empty.</summary>
    public async Task<Checkpoint?> SignAsync(CancellationToken ct)
    {
        await NoteLedgerAsync(ct);
        if (await db.Evidence.AsNoTracking().OrderByDescending(e => e.Sequence).FirstOrDefaultAsync(ct) is not { } head) return null;
        if (await db.Checkpoints.AsNoTracking().SingleOrDefaultAsync(c => c.Sequence == head.Sequence, ct) is { } signed) return signed;
        var at = clock.GetUtcNow();
        Checkpoint checkpoint = new() { Sequence = head.Sequence, At = at, Head = head.Hash, Key = key.Id, Signature = key.Sign(EvidenceChain.Statement(head.Sequence, head.Hash, at, key.Id)) };
        db.Add(checkpoint);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            db.Entry(checkpoint).State = EntityState.Detached;
            if (!await db.Checkpoints.AnyAsync(c => c.Sequence == head.Sequence, ct)) throw; // else another process signed the same head
        }

        return checkpoint;
    }

    /// <summary>Whether nothing was changed, taken out, moved or cut off since it was written; names the first break.</summary>
    public Task<ChainVerdict> VerifyAsync(CancellationToken ct) =>
        EvidenceChain.VerifyAsync(db.Evidence.AsNoTracking().OrderBy(e => e.Sequence).AsAsyncEnumerable(), db.Checkpoints.AsNoTracking().OrderBy(c => c.Sequence).AsAsyncEnumerable(), key.PublicKeyPem, ct);
}
