using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Qijian.Modules.Privacy;

/// <summary>Something that happened between a person and a purpose, as whoever saw it tells it; the ledger adds what the registry says.</summary>
internal sealed record ConsentAct(Subject Subject, ConsentEventKind Kind, Purpose Purpose, Recipient? Recipient, byte[] NoticeHash, string CollectionPoint, ConsentMethod Method, string Actor = "subject")
{
    /// <summary>Where it happened before it is recorded: by staff, from paper.</summary>
    public DateTimeOffset? OccurredAt { get; init; }
}

/// <summary>The last entry at some moment.</summary>
internal sealed record LedgerHead(long Sequence, byte[] Hash)
{
    public static readonly LedgerHead Empty = new(0, new byte[SHA256.HashSizeInBytes]);
}

internal enum LedgerFault { Changed, Missing, Reordered, Truncated }

/// <summary>The first entry at which the ledger is not what it was.</summary>
internal sealed record LedgerBreak(long Sequence, LedgerFault Fault);

/// <summary>What verification found: where the ledger ends, and the first break, if there is one.</summary>
internal sealed record LedgerVerification(LedgerHead Head, LedgerBreak? Break);

/// <summary>
/// The consent ledger: rows are added at its end, one writer at a time, numbered without a gap, each bound to the one before by its
/// hash. Nothing here changes or removes one.
/// </summary>
internal sealed class ConsentLedger(AppDb db, ConsentTerms terms, IVault vault, TimeProvider clock)
{
    /// <summary>A browser's signal counts once in this time.</summary>
    public static readonly TimeSpan Session = TimeSpan.FromDays(1);

    private const long WriterLock = 0x716a_6c65_6467_6572; // of PostgreSQL's advisory locks: "qjledger"
    private const string StoredIn = "CN";

    /// <summary>Adds the acts in one transaction: all or none.</summary>
    public async Task<LedgerHead> AppendAsync(IReadOnlyList<ConsentAct> acts, CancellationToken ct)
    {
        Dictionary<Subject, byte[]> references = []; // before the transaction: a new person's key takes a write of its own
        foreach (var subject in acts.Select(a => a.Subject).Distinct()) references[subject] = await vault.ReferenceAsync(subject, ct);

        var sqlite = db.Database.IsSqlite();
        await db.Database.OpenConnectionAsync(ct);
        // Elsewhere a power cut may take the last commits; a withdrawal must not be among them.
        if (sqlite) await db.Database.ExecuteSqlRawAsync("PRAGMA synchronous = FULL", ct);
        List<ConsentEvent> rows = [];
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct); // BEGIN IMMEDIATE on SQLite: the one writer
            if (!sqlite) await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({WriterLock})", ct);
            var last = await db.ConsentEvents.AsNoTracking().OrderByDescending(e => e.Sequence).Select(e => new { e.Sequence, e.Hash, e.RecordedAt }).FirstOrDefaultAsync(ct);
            LedgerHead head = last is null ? LedgerHead.Empty : new(last.Sequence, last.Hash);
            var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
            if (last?.RecordedAt > now) now = last.RecordedAt; // a clock that was set back does not reorder the ledger
            LedgerHash hash = new();
            foreach (var act in acts)
            {
                if (act.Kind is ConsentEventKind.Signal && await SignalledAsync(references[act.Subject], act.Purpose.Id, now - Session, ct)) continue;
                var row = Row(act, references[act.Subject], head, now, hash);
                head = new(row.Sequence, row.Hash);
                rows.Add(row);
            }

            db.AddRange(rows);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            return head;
        }
        finally
        {
            foreach (var row in rows) db.Entry(row).State = EntityState.Detached;
            if (sqlite) await db.Database.ExecuteSqlRawAsync("PRAGMA synchronous = NORMAL", CancellationToken.None);
            await db.Database.CloseConnectionAsync();
        }
    }

    /// <summary>The events about a person, in their order.</summary>
    public async Task<List<ConsentEvent>> EventsOfAsync(Subject subject, CancellationToken ct)
    {
        if (await vault.FindReferenceAsync(subject, ct) is not { } reference) return []; // a number that somebody made up leaves no key behind
        return await db.ConsentEvents.AsNoTracking().Where(e => e.SubjectReference == reference).OrderBy(e => e.Sequence).ToListAsync(ct);
    }

    /// <summary>Where a person stands now.</summary>
    public async Task<ConsentState> StateOfAsync(Subject subject, CancellationToken ct) =>
        ConsentState.Fold(await EventsOfAsync(subject, ct), terms, clock.GetUtcNow(), terms.ValidityOf(subject.Kind));

    /// <summary>Reads the whole ledger once and names the first break. Heads that were written down elsewhere show what was cut off or made anew.</summary>
    public async Task<LedgerVerification> VerifyAsync(IReadOnlyList<LedgerHead> noted, CancellationToken ct)
    {
        LedgerHash hash = new();
        var known = noted.ToLookup(h => h.Sequence, h => h.Hash);
        var head = LedgerHead.Empty;
        await foreach (var row in db.ConsentEvents.AsNoTracking().OrderBy(e => e.Sequence).AsAsyncEnumerable().WithCancellation(ct))
        {
            if (Check(row, head, known, hash) is { } fault) return new(head, new(fault is LedgerFault.Missing ? head.Sequence + 1 : row.Sequence, fault));
            head = new(row.Sequence, row.Hash);
        }

        return new(head, noted.Any(h => h.Sequence > head.Sequence) ? new(head.Sequence + 1, LedgerFault.Truncated) : null);
    }

    private static LedgerFault? Check(ConsentEvent row, LedgerHead head, ILookup<long, byte[]> known, LedgerHash hash)
    {
        if (row.Sequence != head.Sequence + 1) return row.Sequence > head.Sequence + 1 ? LedgerFault.Missing : LedgerFault.Reordered;
        var follows = row.PreviousHash.AsSpan().SequenceEqual(head.Hash);
        var own = row.Hash.AsSpan().SequenceEqual(hash.Of(row, head.Hash));
        if (!follows) return own ? LedgerFault.Changed : LedgerFault.Reordered;
        return !own || known[row.Sequence].Any(h => !row.Hash.AsSpan().SequenceEqual(h)) ? LedgerFault.Changed : null;
    }

    private Task<bool> SignalledAsync(byte[] reference, string purpose, DateTimeOffset since, CancellationToken ct) =>
        db.ConsentEvents.AnyAsync(e => e.SubjectReference == reference && e.Kind == ConsentEventKind.Signal && e.Purpose == purpose && e.RecordedAt > since, ct);

    private ConsentEvent Row(ConsentAct act, byte[] reference, LedgerHead head, DateTimeOffset now, LedgerHash hash)
    {
        var purpose = terms.Registry.Purposes[act.Purpose.Id];
        var recipient = act.Recipient is { } to ? terms.Registry.Recipients[to.Id] : null;
        ConsentEvent row = new()
        {
            Sequence = head.Sequence + 1, Record = RecordOf(reference, purpose.Id, recipient?.Id, terms.PolicyVersion), SubjectReference = reference, Kind = act.Kind,
            Purpose = purpose.Id, Recipient = recipient?.Id, Categories = CategoryList.Join(ConsentTerms.ScopeOf(purpose, recipient)), Basis = purpose.Basis,
            PolicyVersion = terms.PolicyVersion, Clauses = string.Join(' ', purpose.Clauses), NoticeHash = act.NoticeHash, CollectionPoint = act.CollectionPoint, Method = act.Method,
            Retention = purpose.Retention, StorageLocation = StoredIn, Jurisdiction = recipient?.Jurisdiction ?? StoredIn, WithdrawalMethod = purpose.Withdraw ?? "",
            OccurredAt = act.OccurredAt is { } at && at < now ? at : now, RecordedAt = now, Actor = act.Actor, PreviousHash = head.Hash,
        };
        row.Hash = hash.Of(row, head.Hash);
        return row;
    }

    private static Guid RecordOf(byte[] reference, string purpose, string? recipient, int version) =>
        new(SHA256.HashData([.. reference, .. Encoding.UTF8.GetBytes($"{purpose}\n{recipient}\n{version}")]).AsSpan(0, 16));
}

/// <summary>The hash of an entry: SHA-256 over every field in a fixed order, numbers as eight bytes, texts with their length before them, and the hash of the entry before.</summary>
internal sealed class LedgerHash
{
    private readonly ArrayBufferWriter<byte> buffer = new(1024);

    public byte[] Of(ConsentEvent e, ReadOnlySpan<byte> previous)
    {
        buffer.ResetWrittenCount();
        Text("qijian-consent-1");
        Number(e.Sequence);
        Bytes(e.Record.ToByteArray(bigEndian: true));
        Bytes(e.SubjectReference);
        Number((long)e.Kind);
        Text(e.Purpose);
        Text(e.Recipient);
        Text(e.Categories);
        Number((long)e.Basis);
        Number(e.PolicyVersion);
        Text(e.Clauses);
        Bytes(e.NoticeHash);
        Text(e.CollectionPoint);
        Number((long)e.Method);
        Text(e.Retention);
        Text(e.StorageLocation);
        Text(e.Jurisdiction);
        Text(e.WithdrawalMethod);
        Number(e.OccurredAt.ToUnixTimeMilliseconds());
        Number(e.RecordedAt.ToUnixTimeMilliseconds());
        Text(e.Actor);
        Bytes(previous);
        return SHA256.HashData(buffer.WrittenSpan);
    }

    private void Number(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(buffer.GetSpan(sizeof(long)), value);
        buffer.Advance(sizeof(long));
    }

    private void Text(string? value)
    {
        Number(value is null ? -1 : Encoding.UTF8.GetByteCount(value)); // nothing is not the empty text
        if (value is not null) Encoding.UTF8.GetBytes(value, buffer);
    }

    private void Bytes(ReadOnlySpan<byte> value)
    {
        Number(value.Length);
        buffer.Write(value);
    }
}
