using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>Tells every member of a coming version of the policy, in the inbox and by e-mail where an address was proved.</summary>
internal sealed class TellMembers(AppDb db, IMessageGate messages) : IPolicyAudience
{
    public async Task<IReadOnlyList<Subject>> UntoldAsync(AnnouncedPolicy coming, int skip, int most, CancellationToken ct) =>
        await Untold(coming).OrderBy(m => m.CreatedAt).ThenBy(m => m.Subject).Select(m => m.Subject).Skip(skip).Take(most).ToListAsync(ct);

    public Task<int> CountUntoldAsync(AnnouncedPolicy coming, CancellationToken ct) => Untold(coming).CountAsync(m => m.CreatedAt <= coming.PublishedAt, ct);

    public async Task<IReadOnlyList<PolicyTelling>> TellAsync(AnnouncedPolicy coming, Subject subject, CancellationToken ct)
    {
        List<PolicyTelling> tellings = [];
        foreach (var channel in (MessageChannel[])[MessageChannel.Inbox, MessageChannel.Email])
        {
            var result = await messages.SendAsync(new(MessageTemplate.PolicyChange, channel, subject) { Key = $"policy-{coming.Number}", Values = new Dictionary<string, string>(StringComparer.Ordinal) { ["version"] = coming.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), ["day"] = Shared.Format.Day(coming.EffectiveFrom) } }, ct);
            // A mail that waits is on record with the messages, whatever becomes of it.
            tellings.Add(new(channel.ToString().ToLowerInvariant(), result is MessageResult.Sent, result switch { MessageResult.Queued => "queued", MessageResult.Denied no => no.Reason.ToString(), _ => null }));
        }

        if (tellings.Any(t => t.Delivered)) (await db.Members.FirstAsync(m => m.Subject == subject, ct)).ToldOfPolicy = coming.Number;
        return tellings;
    }

    // Whoever joins after that day joins under the new version.
    private IQueryable<Member> Untold(AnnouncedPolicy coming) => db.Members.Where(m => m.EndedAt == null && m.ToldOfPolicy < coming.Number && m.CreatedAt < coming.EffectiveFrom);
}
