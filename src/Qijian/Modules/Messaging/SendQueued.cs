using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Privacy;
using Qijian.Platform;

namespace Qijian.Modules.Messaging;

/// <summary>
/// Sends the messages whose turn has come. A row is leased, decided about anew, and marked as handed over before it is; so a crash
/// leaves it either untouched or marked. What was handed over without an answer is handed over again where the repeat is recognised
/// (mail, by its number) or where a lost message is worse than a double one (what cannot be refused); otherwise it ends there.
/// </summary>
internal sealed class SendQueued(AppDb db, Scoped<SendOne> workers, TimeProvider clock)
{
    private const int Batch = 16;

    // Longer than the gate ever takes: nobody else has the row while an answer may still come.
    internal static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    /// <summary>Takes what is due, until nothing is.</summary>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var done = 0;
        while (await LeaseAsync(ct) is (var lease, { Count: > 0 } ids))
        {
            await Task.WhenAll(ids.Select(id => SendAsync(id, lease, ct))); // one that is slow keeps no other waiting
            done += ids.Count;
            if (ids.Count < Batch) break;
        }

        return done;
    }

    private async Task<(Guid Lease, List<Guid> Ids)> LeaseAsync(CancellationToken ct)
    {
        var (lease, now) = (Guid.CreateVersion7(), clock.GetUtcNow());
        var due = db.QueuedMessages.Where(m => m.Result == null && m.DueAt <= now && (m.LeasedUntil == null || m.LeasedUntil < now));
        var ids = await due.OrderBy(m => m.DueAt).ThenBy(m => m.Id).Select(m => m.Id).Take(Batch).ToListAsync(ct);
        if (ids.Count == 0) return (lease, ids);
        // The condition again: of two workers that read the same rows each gets those that the other has not.
        await due.Where(m => ids.Contains(m.Id)).ExecuteUpdateAsync(set => set.SetProperty(m => m.Lease, lease).SetProperty(m => m.LeasedUntil, now + Lease).SetProperty(m => m.Attempts, m => m.Attempts + 1), ct);
        return (lease, await db.QueuedMessages.Where(m => m.Lease == lease).Select(m => m.Id).ToListAsync(ct));
    }

    private async Task SendAsync(Guid id, Guid lease, CancellationToken ct)
    {
        await using var worker = workers.Open();
        await worker.Service.RunAsync(id, lease, ct);
    }
}

/// <summary>The turn of one message.</summary>
internal sealed partial class SendOne(AppDb db, IMessagePolicy policy, DecideMessage decide, Deliveries deliveries, IVault vault, Carriers carriers, TimeProvider clock, ILogger<SendOne> log)
{
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(6)];

    /// <summary>After that a message is no news any more.</summary>
    internal static readonly TimeSpan Life = TimeSpan.FromDays(1);

    public async Task RunAsync(Guid id, Guid lease, CancellationToken ct)
    {
        if (await db.QueuedMessages.FirstOrDefaultAsync(m => m.Id == id && m.Lease == lease && m.Result == null, ct) is not { } row) return;
        try
        {
            await TakeTurnAsync(row, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            LogLost(id); // it took longer than the lease: whoever has it now goes on
        }
        catch (VaultRefusedException e)
        {
            LogSealed(id, e);
            await FinishAsync(row, DeliveryOutcome.Failed, "vault", null, ct);
        }
    }

    private async Task TakeTurnAsync(QueuedMessage row, CancellationToken ct)
    {
        MessageTemplate template = new(row.Template);
        switch (await decide.RunAsync(template, row.Subject, row.Channel, ct))
        {
            case Verdict.No no:
                await FinishAsync(row, DeliveryOutcome.Denied, no.Words, null, ct);
                return;
            case Verdict.Wait wait:
                row.Attempts--;
                await ReleaseAsync(row, wait.Until, null, ct);
                return;
            case Verdict.Go go:
                await GoAsync(row, template, go, ct);
                return;
        }
    }

    private async Task GoAsync(QueuedMessage row, MessageTemplate template, Verdict.Go go, CancellationToken ct)
    {
        var terms = policy.Of(template);
        var carrier = carriers.Of(row.Channel);
        var mayRepeat = carrier.KnowsRepeats || !DecideMessage.Refusable(terms.Class);
        if (row.HandedAt is not null && !mayRepeat)
        {
            await FinishAsync(row, DeliveryOutcome.Failed, row.Reason ?? "unknown", null, ct);
            return;
        }

        var to = await vault.OpenAsync(go.Capability, DecideMessage.CategoryOf(row.Channel), go.Address!.Value, ct);
        var values = row.Content is { } held ? await vault.OpenAsync(go.Capability, Category.MessageContent, held, ct) : null;
        if (to is null || values is null)
        {
            await FinishAsync(row, DeliveryOutcome.Denied, nameof(MessageDenial.NoAddress), null, ct); // erased
            return;
        }

        row.HandedAt = clock.GetUtcNow();
        await db.SaveChangesAsync(ct);
        var result = await carrier.SendAsync(new(row.Id, template, terms.Purpose, row.Subject, new(to, go.Address.English), MessageTexts.Find(template, go.Address.English)!, JsonSerializer.Deserialize<Dictionary<string, string>>(values)!), ct);
        switch (result)
        {
            case CarrierResult.Accepted a:
                await FinishAsync(row, DeliveryOutcome.Sent, null, a.Receipt, CancellationToken.None);
                return;
            case CarrierResult.Rejected r:
                await FinishAsync(row, DeliveryOutcome.Failed, r.Reason, null, CancellationToken.None);
                return;
            case CarrierResult.Later l:
                row.HandedAt = null;
                await AgainAsync(row, l.Reason);
                return;
            case CarrierResult.Unknown u when mayRepeat:
                await AgainAsync(row, u.Reason);
                return;
            case CarrierResult.Unknown u:
                await FinishAsync(row, DeliveryOutcome.Failed, u.Reason, null, CancellationToken.None);
                return;
        }
    }

    private Task AgainAsync(QueuedMessage row, string reason)
    {
        var next = clock.GetUtcNow() + Pauses[Math.Clamp(row.Attempts - 1, 0, Pauses.Length - 1)];
        LogAgain(row.Id, row.Attempts, reason);
        return next - row.QueuedAt < Life ? ReleaseAsync(row, next, reason, CancellationToken.None) : FinishAsync(row, DeliveryOutcome.Failed, reason, null, CancellationToken.None);
    }

    private async Task ReleaseAsync(QueuedMessage row, DateTimeOffset due, string? reason, CancellationToken ct)
    {
        (row.DueAt, row.Reason, row.Lease, row.LeasedUntil) = (due, reason, null, null);
        await db.SaveChangesAsync(ct);
    }

    private async Task FinishAsync(QueuedMessage row, DeliveryOutcome outcome, string? reason, string? receipt, CancellationToken ct)
    {
        (row.Result, row.Reason, row.Content, row.Lease, row.LeasedUntil) = (outcome, reason, null, null, null);
        await deliveries.AddAsync(new(row.Template), row.Subject, row.Channel, outcome, reason, receipt, ct);
        await db.SaveChangesAsync(ct); // the row and its record together
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {Id} was not taken at attempt {Attempt}: {Reason}")]
    private partial void LogAgain(Guid id, int attempt, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {Id} took longer than its lease")]
    private partial void LogLost(Guid id);

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {Id} does not open")]
    private partial void LogSealed(Guid id, Exception e);
}

/// <summary>Looks every few seconds, and says at the start which channels are off.</summary>
internal sealed partial class MessageWorker(Scoped<SendQueued> queue, Scoped<Carriers> carriers, TimeProvider clock, ILogger<MessageWorker> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using (var lease = carriers.Open())
            foreach (var channel in (MessageChannel[])[MessageChannel.Sms, MessageChannel.Email])
                if (lease.Service.Of(channel).Missing is { } setting) LogOff(channel, setting);

        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Pause, clock, stoppingToken);
            await Task.Yield(); // a clock that is moved by years must not make this run for each two seconds of them
            try
            {
                await using var lease = queue.Open();
                await lease.Service.RunAsync(stoppingToken);
            }
            catch (Exception e) when (e is System.Data.Common.DbException or DbUpdateException)
            {
                LogFailed(e); // the leases end by themselves
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Channel} is off: {Setting} is not set")]
    private partial void LogOff(MessageChannel channel, string setting);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queue of messages could not be worked on")]
    private partial void LogFailed(Exception e);
}
