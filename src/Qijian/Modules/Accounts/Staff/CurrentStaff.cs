using Microsoft.AspNetCore.Authorization;
using Qijian.Modules.Privacy;
using Qijian.Platform.Data;

namespace Qijian.Modules.Accounts;

/// <summary>
/// Opens a page or route to members with one of these roles; with none named, to everybody with any. Nobody else learns that it is there.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class StaffOnlyAttribute(params StaffRole[] holders) : AuthorizeAttribute, IAuthorizationRequirement, IAuthorizationRequirementData
{
    /// <summary>Whoever has one of them may.</summary>
    public IReadOnlyList<StaffRole> Holders { get; } = holders;

    /// <inheritdoc/>
    public IEnumerable<IAuthorizationRequirement> GetRequirements() => [this];
}

/// <summary>What whoever asks is on the staff: read once a request and kept for no other, so that the end of a role holds at once.</summary>
internal sealed class CurrentStaff(ICurrentSubject current, PreparedReads reads)
{
    private (Subject? Number, IReadOnlyList<StaffRole> Roles)? read;

    /// <summary>The staff number; null for whoever has no role.</summary>
    public async ValueTask<Subject?> NumberAsync(CancellationToken ct) => (await ReadAsync(ct)).Number;

    public async ValueTask<IReadOnlyList<StaffRole>> RolesAsync(CancellationToken ct) => (await ReadAsync(ct)).Roles;

    public async ValueTask<bool> IsAsync(IReadOnlyList<StaffRole> oneOf, CancellationToken ct) => await RolesAsync(ct) is { Count: > 0 } roles && (oneOf.Count == 0 || roles.Any(oneOf.Contains));

    private async ValueTask<(Subject? Number, IReadOnlyList<StaffRole> Roles)> ReadAsync(CancellationToken ct)
    {
        if (read is { } known) return known;
        if (current.Find() is not { Kind: SubjectKind.Member } member) return (null, []);
        Subject? number = null;
        List<StaffRole> roles = [];
        await reads.RunAsync("SELECT r.staff, r.role FROM accounts_roles r JOIN accounts_members m ON m.subject = r.subject WHERE r.subject = @subject AND r.ended_at IS NULL AND m.ended_at IS NULL ORDER BY r.role;", [("subject", member.ToString())],
            async (row, token) =>
            {
                while (await row.ReadAsync(token))
                {
                    number = Subject.Parse(row.GetString(0), null);
                    roles.Add((StaffRole)row.GetInt32(1));
                }

                return roles.Count;
            }, ct);
        read = (number, roles);
        return (number, roles);
    }
}

internal sealed class StaffGate(CurrentStaff staff) : AuthorizationHandler<StaffOnlyAttribute>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, StaffOnlyAttribute requirement)
    {
        if (await staff.IsAsync(requirement.Holders, (context.Resource as HttpContext)?.RequestAborted ?? default)) context.Succeed(requirement);
    }
}
