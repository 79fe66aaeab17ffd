using Microsoft.AspNetCore.Authorization;
using Qijian.Modules.Privacy;
using Qijian.Platform.Data;

namespace Qijian.Modules.Accounts;

/// <summary>
/// Opens a page or route to members with one of these roles; with none named, to everybody with any; roles count for holders of a second factor only. Nobody else learns that it is there.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class StaffOnlyAttribute(params StaffRole[] holders) : AuthorizeAttribute, IAuthorizationRequirement, IAuthorizationRequirementData
{
    /// <summary>Whoever has one of them may.</summary>
    public IReadOnlyList<StaffRole> Holders { get; } = holders;

    /// <inheritdoc/>
    public IEnumerable<IAuthorizationRequirement> GetRequirements() => [this];
}

/// <summary>Who of the staff asks, for pages of other modules that <see cref="StaffOnlyAttribute"/> opens.</summary>
public interface ICurrentStaff
{
    /// <summary>The staff number, by which acts are on record; null for whoever has no role.</summary>
    ValueTask<Subject?> NumberAsync(CancellationToken ct);
}

/// <summary>What whoever asks is on the staff: read once a request and kept for no other, so that the end of a role holds at once.</summary>
internal sealed class CurrentStaff(ICurrentSubject current, PreparedReads reads) : ICurrentStaff
{
    private (Subject? Number, IReadOnlyList<StaffRole> Roles, bool LacksFactor)? read;

    public async ValueTask<Subject?> NumberAsync(CancellationToken ct) => (await ReadAsync(ct)).Number;

    public async ValueTask<IReadOnlyList<StaffRole>> RolesAsync(CancellationToken ct) => (await ReadAsync(ct)).Roles;

    /// <summary>Whether there are roles that do not count, since their holder has no second factor.</summary>
    public async ValueTask<bool> LacksFactorAsync(CancellationToken ct) => (await ReadAsync(ct)).LacksFactor;

    public async ValueTask<bool> IsAsync(IReadOnlyList<StaffRole> oneOf, CancellationToken ct) => await RolesAsync(ct) is { Count: > 0 } roles && (oneOf.Count == 0 || roles.Any(oneOf.Contains));

    private async ValueTask<(Subject? Number, IReadOnlyList<StaffRole> Roles, bool LacksFactor)> ReadAsync(CancellationToken ct)
    {
        if (read is { } known) return known;
        if (current.Find() is not { Kind: SubjectKind.Member } member) return (null, [], false);
        Subject? number = null;
        List<StaffRole> roles = [];
        var factor = false;
        await reads.RunAsync("SELECT r.staff, r.role, (SELECT COUNT(*) FROM accounts_second_factors f WHERE f.subject = r.subject AND f.ended_at IS NULL) FROM accounts_roles r JOIN accounts_members m ON m.subject = r.subject WHERE r.subject = @subject AND r.ended_at IS NULL AND m.ended_at IS NULL ORDER BY r.role;", [("subject", member.ToString())],
            async (row, token) =>
            {
                while (await row.ReadAsync(token))
                {
                    number = Subject.Parse(row.GetString(0), null);
                    roles.Add((StaffRole)row.GetInt32(1));
                    factor = row.GetInt64(2) > 0;
                }

                return roles.Count;
            }, ct);
        read = factor ? (number, roles, false) : (null, [], roles.Count > 0);
        return read.Value;
    }
}

internal sealed class StaffGate(CurrentStaff staff) : AuthorizationHandler<StaffOnlyAttribute>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, StaffOnlyAttribute requirement)
    {
        if (await staff.IsAsync(requirement.Holders, (context.Resource as HttpContext)?.RequestAborted ?? default)) context.Succeed(requirement);
    }
}
