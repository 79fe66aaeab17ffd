using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>A browser that is signed in, as its owner sees it.</summary>
internal sealed record SessionView(Guid Id, string Device, SignInMethod Method, DateTimeOffset StartedAt, DateTimeOffset SeenAt, bool Current);

/// <summary>A line of the history.</summary>
internal sealed record SignInView(DateTimeOffset At, SignInMethod Method, SignInOutcome Outcome, string Device);

/// <summary>A passkey, as its owner sees it.</summary>
internal sealed record PasskeyView(Guid Id, string Device, DateTimeOffset CreatedAt, DateTimeOffset? UsedAt);

/// <summary>What a member sees of their own account, and of no other's.</summary>
internal sealed class ReadAccount(AppDb db, ICurrentSubject current, IPurposeGuard guard, IVault vault, Passkeys passkeys)
{
    private const int HistoryShown = 50;

    /// <summary>The member who is signed in; tracked.</summary>
    public async Task<Member?> MemberAsync(CancellationToken ct) => current.Find() is { Kind: SubjectKind.Member } subject ? await db.Members.FirstOrDefaultAsync(m => m.Subject == subject && m.EndedAt == null, ct) : null;

    /// <summary>The same as it is stored now, untracked.</summary>
    public async Task<Member?> ReadMemberAsync(CancellationToken ct) => current.Find() is { Kind: SubjectKind.Member } subject ? await db.Members.AsNoTracking().FirstOrDefaultAsync(m => m.Subject == subject && m.EndedAt == null, ct) : null;

    /// <summary>Their number.</summary>
    public async Task<PhoneNumber?> PhoneAsync(Member member, CancellationToken ct) =>
        member.Phone is { } phone && await OpenAsync(member.Subject, Purpose.AccountIdentity, Category.ContactPhone, phone, ct) is { } number ? new(number) : null;

    /// <summary>The same with its middle left out.</summary>
    public async Task<string?> MaskedPhoneAsync(Member member, CancellationToken ct) =>
        await PhoneAsync(member, ct) is { } number ? vault.Mask(Category.ContactPhone, number.E164) : null;

    public async Task<IReadOnlyList<SessionView>> SessionsAsync(Subject subject, Guid? own, CancellationToken ct)
    {
        List<SessionView> views = [];
        foreach (var s in await db.Sessions.AsNoTracking().Where(s => s.Subject == subject).OrderByDescending(s => s.SeenAt).ToListAsync(ct))
            views.Add(new(s.Id, await OpenAsync(subject, Purpose.AccountSecurity, Category.DeviceSystem, s.Device, ct) ?? "", s.Method, s.StartedAt, s.SeenAt, s.Id == own));
        return views;
    }

    public async Task<IReadOnlyList<SignInView>> HistoryAsync(Subject subject, CancellationToken ct)
    {
        List<SignInView> views = [];
        foreach (var s in await db.SignIns.AsNoTracking().Where(s => s.Subject == subject).OrderByDescending(s => s.At).Take(HistoryShown).ToListAsync(ct))
            views.Add(new(s.At, s.Method, s.Outcome, await OpenAsync(subject, Purpose.AccountSecurity, Category.DeviceSystem, s.Device, ct) ?? ""));
        return views;
    }

    public async Task<IReadOnlyList<PasskeyView>> PasskeysAsync(Subject subject, CancellationToken ct)
    {
        List<PasskeyView> views = [];
        foreach (var p in await passkeys.ListAsync(subject, ct))
            views.Add(new(p.Id, await OpenAsync(subject, Purpose.AccountSecurity, Category.DeviceSystem, p.Device, ct) ?? "", p.CreatedAt, p.UsedAt));
        return views;
    }

    private async Task<string?> OpenAsync(Subject subject, Purpose purpose, Category category, Sealed value, CancellationToken ct) =>
        await guard.DemandAsync(subject, purpose, [category], ct) is Decision.Allowed yes ? await vault.OpenAsync(yes.Capability, category, value, ct) : null;
}
