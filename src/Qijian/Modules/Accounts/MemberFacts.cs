using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>Tells the guard and the gate of messages who is a minor, and where a member is reached; and the meter how many there are.</summary>
internal sealed class MemberFacts(AppDb db) : IMinors, IMessagePreferences, IMessageAddresses, ISubjectCount
{
    public SubjectClass Class => SubjectClass.Member;

    public Task<long> CountAsync(CancellationToken ct) => db.Members.LongCountAsync(ct);

    public async ValueTask<bool> IsMinorAsync(Subject subject, CancellationToken ct) => subject.Kind is SubjectKind.Member && await db.Members.AnyAsync(m => m.Subject == subject && m.Minor, ct);

    public ValueTask<bool> HasTurnedOffAsync(Subject subject, MessageChannel channel, MessageClass kind, CancellationToken ct) => new(false);

    public async ValueTask<MessageAddress?> FindAsync(Subject subject, MessageChannel channel, CancellationToken ct)
    {
        if (subject.Kind is not SubjectKind.Member) return null;
        if (channel is MessageChannel.Email)
            return await (from p in db.Profiles join m in db.Members on p.Subject equals m.Subject where p.Subject == subject && p.EmailProvedAt != null && m.EndedAt == null select new { p.Email, m.English }).FirstOrDefaultAsync(ct) is { Email: { } email } known ? new(email, known.English) : null;
        if (channel is not MessageChannel.Sms) return null;
        var member = await db.Members.AsNoTracking().Where(m => m.Subject == subject && m.EndedAt == null).Select(m => new { m.Phone, m.English }).FirstOrDefaultAsync(ct);
        return member?.Phone is { } phone ? new(phone, member.English) : null;
    }
}
