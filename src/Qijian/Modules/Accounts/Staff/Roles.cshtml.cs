using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Qijian.Modules.Accounts;

/// <summary>Who has which role; an administrator gives and ends them.</summary>
[StaffOnly(StaffRole.Administrator), TypeFilter<WhileOpen>]
internal sealed class RolesModel(KeepRoles roles, CurrentStaff staff) : PageModel
{
    internal const string Path = "/staff/roles";

    public IReadOnlyList<RoleView> Roles { get; private set; } = [];
    public string? Done { get; private set; }
    public string? Problem { get; private set; }
    public string? Typed { get; private set; }

    public Task<IActionResult> OnGetAsync(CancellationToken ct) => ShowAsync(ct);

    public async Task<IActionResult> OnPostGrantAsync([FromForm] string? phone, [FromForm] StaffRole? role, CancellationToken ct)
    {
        Typed = phone;
        if (PhoneNumber.Parse(phone, null) is not { } number) Problem = Text.PhoneWrong;
        else if (role is not { } chosen || !Enum.IsDefined(chosen)) Problem = Text.RoleMissing;
        else if (await roles.FindMemberAsync(number, ct) is not { } member) Problem = Text.NoSuchMember;
        else if (!await roles.GrantAsync(member.Subject, chosen, await staff.NumberAsync(ct), ct)) Problem = Text.RoleHeld;
        else (Done, Typed) = (Text.RoleGiven.With(StaffModel.NameOf(chosen)), null);
        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnPostEndAsync([FromForm] Guid id, CancellationToken ct)
    {
        var mine = await staff.NumberAsync(ct);
        switch (await roles.EndAsync(id, mine!.Value, ct))
        {
            case EndRoleResult.Unknown: return NotFound();
            case EndRoleResult.LastAdministrator: Problem = Text.RoleLast; break;
            default: Done = Text.RoleOver; break;
        }

        return await ShowAsync(ct);
    }

    internal static string By(bool command, string? name) => command ? Text.ByCommand : Text.ByWhom.With(name ?? Text.NoAccountLeft);

    private async Task<IActionResult> ShowAsync(CancellationToken ct)
    {
        if (Problem is not null) Response.StatusCode = StatusCodes.Status400BadRequest;
        Roles = await roles.ListAsync(ct);
        return Page();
    }
}
