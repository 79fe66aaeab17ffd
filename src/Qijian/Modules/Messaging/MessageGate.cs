using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Privacy;
using Qijian.Platform;

namespace Qijian.Modules.Messaging;

internal sealed class MessageGate(AppDb db, IMessagePolicy policy, DecideMessage decide, Deliveries deliveries, IVault vault, IPurposeGuard guard, Carriers carriers, Scoped<OwnRecord> records, TimeProvider clock) : IMessageGate
{
    public async Task<MessageResult> SendAsync(Message message, CancellationToken ct)
    {
        MessageTexts.Check(message.Template, message.Values);
        if (message.Subject is not { } subject) throw new ArgumentException("A message without a person goes to what was typed: SendNowAsync.", nameof(message));
        if (message.Key is { } key && await FindAsync(subject, message.Channel, key, ct) is { } earlier) return earlier;

        var verdict = Lint(message) ?? await decide.RunAsync(message.Template, subject, message.Channel, ct);
        if (verdict is Verdict.No no)
        {
            await deliveries.AddAsync(message.Template, subject, message.Channel, DeliveryOutcome.Denied, no.Words, null, ct);
            return new MessageResult.Denied(no.Reason, no.Guard);
        }

        var now = clock.GetUtcNow();
        var values = await vault.SealAsync(subject, Category.MessageContent, OutgoingMessage.ValuesOf(message.Values), ct);
        if (message.Channel is MessageChannel.Inbox)
        {
            InboxMessage item = new() { Id = Guid.CreateVersion7(), Subject = subject, Template = message.Template.Id, Key = message.Key, Content = values, At = now };
            db.Add(item);
            await deliveries.AddAsync(message.Template, subject, message.Channel, DeliveryOutcome.Sent, null, null, ct);
            return new MessageResult.Sent(item.Id);
        }

        QueuedMessage row = new() { Id = Guid.CreateVersion7(), Subject = subject, Template = message.Template.Id, Channel = message.Channel, Key = message.Key, Content = values, QueuedAt = now, DueAt = verdict is Verdict.Wait wait ? wait.Until : now };
        db.Add(row);
        return new MessageResult.Queued(row.Id);
    }

    public async Task<MessageResult> SendNowAsync(Message message, TypedAddress to, CancellationToken ct)
    {
        MessageTexts.Check(message.Template, message.Values);
        var reference = Guid.CreateVersion7();
        (DeliveryOutcome Outcome, string? Reason, string? Receipt, MessageResult Result) end = await HandOverAsync(message, to, reference, ct) switch
        {
            (Verdict.No no, _) => (DeliveryOutcome.Denied, no.Words, null, new MessageResult.Denied(no.Reason, no.Guard)),
            (_, CarrierResult.Accepted a) => (DeliveryOutcome.Sent, null, a.Receipt, new MessageResult.Sent(reference)),
            (_, CarrierResult.Rejected r) => (DeliveryOutcome.Failed, r.Reason, null, new MessageResult.Failed(MessageFault.Rejected)),
            (_, CarrierResult.Later l) => (DeliveryOutcome.Failed, l.Reason, null, new MessageResult.Failed(MessageFault.NotTaken)),
            (_, CarrierResult.Unknown u) => (DeliveryOutcome.Failed, u.Reason, null, new MessageResult.Failed(MessageFault.Unknown)),
            _ => throw new InvalidOperationException("A message neither went nor stayed."),
        };
        await using var lease = records.Open(); // not with what the caller has half done
        await lease.Service.AddAsync(message, end.Outcome, end.Reason, end.Receipt, CancellationToken.None);
        return end.Result;
    }

    private async Task<(Verdict.No? No, CarrierResult? Result)> HandOverAsync(Message message, TypedAddress to, Guid reference, CancellationToken ct)
    {
        var terms = policy.Of(message.Template);
        // What was typed may be anybody's: nothing goes there that somebody could have refused.
        if (message.Channel is MessageChannel.Inbox || DecideMessage.Refusable(terms.Class) || !terms.Channels.Contains(message.Channel.ToString(), StringComparer.OrdinalIgnoreCase)) return (new(MessageDenial.NotListed), null);
        if (Lint(message) is Verdict.No no) return (no, null);
        if (await guard.DemandAsync(message.Subject, terms.Purpose, [DecideMessage.CategoryOf(message.Channel), Category.MessageContent], ct) is Decision.Denied denied) return (new(MessageDenial.Guard, denied.Reason), null);
        if (MessageTexts.Find(message.Template, to.English) is not { } text) return (new(MessageDenial.NoText), null);
        var carrier = carriers.Of(message.Channel);
        if (carrier.Missing is not null) return (new(MessageDenial.ChannelOff), null);
        return (null, await carrier.SendAsync(new(reference, message.Template, terms.Purpose, message.Subject, to, text, message.Values), ct));
    }

    private Verdict? Lint(Message message) => ContentLint.Applies(policy.Of(message.Template).Class) && message.Values.Values.Any(v => ContentLint.FindIn(v) is not null) ? new Verdict.No(MessageDenial.Content) : null;

    private async Task<MessageResult?> FindAsync(Subject subject, MessageChannel channel, string key, CancellationToken ct)
    {
        // What the caller has not saved yet counts too.
        if (db.QueuedMessages.Local.FirstOrDefault(m => m.Subject == subject && m.Channel == channel && m.Key == key) is { } waiting) return new MessageResult.Queued(waiting.Id);
        if (channel is MessageChannel.Inbox && db.InboxMessages.Local.FirstOrDefault(m => m.Subject == subject && m.Key == key) is { } put) return new MessageResult.Sent(put.Id);
        if (channel is MessageChannel.Inbox) return await db.InboxMessages.Where(m => m.Subject == subject && m.Key == key).Select(m => (Guid?)m.Id).FirstOrDefaultAsync(ct) is { } item ? new MessageResult.Sent(item) : null;
        return await db.QueuedMessages.Where(m => m.Subject == subject && m.Channel == channel && m.Key == key).Select(m => (Guid?)m.Id).FirstOrDefaultAsync(ct) is { } row ? new MessageResult.Queued(row) : null;
    }
}

/// <summary>Writes a record of its own, whatever becomes of the caller's work.</summary>
internal sealed class OwnRecord(AppDb db, Deliveries deliveries)
{
    public async Task AddAsync(Message message, DeliveryOutcome outcome, string? reason, string? receipt, CancellationToken ct)
    {
        await deliveries.AddAsync(message.Template, message.Subject, message.Channel, outcome, reason, receipt, ct);
        await db.SaveChangesAsync(ct);
    }
}
