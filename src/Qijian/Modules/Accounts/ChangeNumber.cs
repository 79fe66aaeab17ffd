using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>The number that a code went to.</summary>
internal sealed record NumberTicket(string Phone, DateTimeOffset At) : Ticket(At)
{
    protected internal override TimeSpan Lifetime => SessionRows.Fresh;
}

internal enum ChangeNumberResult { Changed, Taken, ChangedElsewhere }

/// <summary>Gives an account another number, which its holder has just proved.</summary>
internal sealed class ChangeNumber(AppDb db, IVault vault, IPurposeGuard guard, OneTimeCodes codes, SessionRows sessions, IMessageGate messages, TimeProvider clock)
{
    /// <summary>Ends every other session, and tells by both numbers and in the inbox.</summary>
    public async Task<ChangeNumberResult> RunAsync(Member member, PhoneNumber proved, Guid? session, CancellationToken ct)
    {
        var (index, old, now) = (codes.IndexOf(proved), member.PhoneIndex, clock.GetUtcNow());
        if (await db.Members.AnyAsync(m => m.PhoneIndex == index, ct)) return ChangeNumberResult.Taken;
        var former = await FormerAsync(member, ct);
        var phone = await vault.SealAsync(member.Subject, Category.ContactPhone, proved.E164, ct);
        try
        {
            // Of two devices that change it at once, the first does.
            if (await db.Members.Where(m => m.Subject == member.Subject && m.PhoneIndex == old && m.EndedAt == null).ExecuteUpdateAsync(m => m.SetProperty(x => x.Phone, phone).SetProperty(x => x.PhoneIndex, index), ct) != 1) return ChangeNumberResult.ChangedElsewhere;
        }
        catch (Exception e) when (e is DbUpdateException or System.Data.Common.DbException)
        {
            if (await db.Members.AnyAsync(m => m.PhoneIndex == index, ct)) return ChangeNumberResult.Taken; // somebody opened an account with it meanwhile
            throw;
        }

        await sessions.EndAsync(member.Subject, null, session, ct);
        Dictionary<string, string> values = new(StringComparer.Ordinal) { ["time"] = ChinaTime.Minute(now) };
        foreach (var channel in Enum.GetValues<MessageChannel>()) await messages.SendAsync(new(MessageTemplate.NumberChanged, channel, member.Subject) { Values = values }, ct);
        await db.SaveChangesAsync(ct);
        if (former is not null) await messages.SendNowAsync(new(MessageTemplate.NumberChanged, MessageChannel.Sms, member.Subject) { Values = values }, new(former, member.English), ct);
        return ChangeNumberResult.Changed;
    }

    private async Task<string?> FormerAsync(Member member, CancellationToken ct) =>
        member.Phone is { } phone && await guard.DemandAsync(member.Subject, Purpose.ServiceContact, [Category.ContactPhone], ct) is Decision.Allowed yes ? await vault.OpenAsync(yes.Capability, Category.ContactPhone, phone, ct) : null;
}
