using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Privacy;
using Qijian.Platform.CommandLine;

namespace Qijian.Modules.Accounts;

/// <summary>A role as administrators see it; people by their masked numbers, null where that is no longer known.</summary>
internal sealed record RoleView(Guid Id, string? Name, StaffRole Role, DateTimeOffset GrantedAt, bool ByCommand, string? GrantedBy, DateTimeOffset? EndedAt, string? EndedBy);

internal enum EndRoleResult { Ended, Unknown, LastAdministrator }

/// <summary>Gives roles to members and ends them.</summary>
internal sealed class KeepRoles(AppDb db, OneTimeCodes codes, ReadAccount account, TimeProvider clock)
{
    /// <summary>The member with a number.</summary>
    public async Task<Member?> FindMemberAsync(PhoneNumber number, CancellationToken ct)
    {
        var index = codes.IndexOf(number);
        return await db.Members.AsNoTracking().FirstOrDefaultAsync(m => m.PhoneIndex == index && m.EndedAt == null, ct);
    }

    /// <summary>False where the member has the role already.</summary>
    public async Task<bool> GrantAsync(Subject member, StaffRole role, Subject? by, CancellationToken ct)
    {
        var earlier = await db.RoleGrants.AsNoTracking().Where(r => r.Subject == member).ToListAsync(ct);
        if (earlier.Exists(r => r.Role == role && r.EndedAt is null)) return false;
        var now = clock.GetUtcNow();
        db.Add(new RoleGrant { Id = Guid.CreateVersion7(now), Subject = member, Staff = earlier.FirstOrDefault()?.Staff ?? Subject.Create(SubjectKind.Staff), Role = role, GrantedBy = by, GrantedAt = now });
        try
        {
            await db.SaveChangesAsync(ct);
            return true;
        }
        catch (DbUpdateException)
        {
            db.ChangeTracker.Clear();
            if (await db.RoleGrants.AnyAsync(r => r.Subject == member && r.Role == role && r.EndedAt == null, ct)) return false; // somebody else was faster
            throw;
        }
    }

    /// <summary>Ends a role at once. There is always an administrator.</summary>
    public async Task<EndRoleResult> EndAsync(Guid id, Subject by, CancellationToken ct)
    {
        if (await db.RoleGrants.FirstOrDefaultAsync(r => r.Id == id && r.EndedAt == null, ct) is not { } grant) return EndRoleResult.Unknown;
        if (grant.Role is StaffRole.Administrator && !await Live().AnyAsync(r => r.Role == StaffRole.Administrator && r.Id != id, ct)) return EndRoleResult.LastAdministrator;
        (grant.EndedAt, grant.EndedBy) = (clock.GetUtcNow(), by);
        await db.SaveChangesAsync(ct);
        return EndRoleResult.Ended;
    }

    /// <summary>The staff number of a member with a role; null for all others.</summary>
    public async Task<Subject?> StaffOfAsync(Subject member, CancellationToken ct) => (await Live().AsNoTracking().FirstOrDefaultAsync(r => r.Subject == member, ct))?.Staff;

    public async Task<IReadOnlyList<RoleView>> ListAsync(CancellationToken ct)
    {
        var names = await NamesAsync(ct);
        var rows = await db.RoleGrants.AsNoTracking().OrderBy(r => r.EndedAt != null).ThenBy(r => r.Role).ThenBy(r => r.GrantedAt).ToListAsync(ct);
        return [.. rows.Select(r => new RoleView(r.Id, names.GetValueOrDefault(r.Staff), r.Role, r.GrantedAt, r.GrantedBy is null, NameOf(r.GrantedBy), r.EndedAt, NameOf(r.EndedBy)))];

        string? NameOf(Subject? staff) => staff is { } known ? names.GetValueOrDefault(known) : null;
    }

    /// <summary>The masked number of everybody who is or was of the staff and still has an account, by staff number.</summary>
    public async Task<IReadOnlyDictionary<Subject, string>> NamesAsync(CancellationToken ct)
    {
        Dictionary<Subject, string> names = [];
        foreach (var (staff, member) in (await db.RoleGrants.AsNoTracking().Join(db.Members.Where(m => m.EndedAt == null), r => r.Subject, m => m.Subject, (r, m) => new { r.Staff, m }).ToListAsync(ct)).Select(x => (x.Staff, x.m)).DistinctBy(x => x.Staff))
            if (await account.MaskedPhoneAsync(member, ct) is { } masked) names[staff] = masked;
        return names;
    }

    private IQueryable<RoleGrant> Live() => db.RoleGrants.Where(r => r.EndedAt == null && db.Members.Any(m => m.Subject == r.Subject && m.EndedAt == null));
}

/// <summary>Makes the first administrator, who is a member like all others.</summary>
internal sealed class CreateAdministrator(KeepRoles roles, IFeatures features)
{
    /// <summary>False where the member is one already; refuses where nobody could be one.</summary>
    public async Task<bool> RunAsync(string number, CancellationToken ct)
    {
        if (!features.IsOpen(Feature.Accounts)) throw new RefusedException(Text.AdminClosed);
        if (PhoneNumber.Parse(number, null) is not { } phone) throw new RefusedException(Text.PhoneWrong);
        if (await roles.FindMemberAsync(phone, ct) is not { } member) throw new RefusedException(Text.AdminNoMember);
        return await roles.GrantAsync(member.Subject, StaffRole.Administrator, null, ct);
    }
}
