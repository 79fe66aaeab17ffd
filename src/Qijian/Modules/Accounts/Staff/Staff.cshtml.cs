using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc;

namespace Qijian.Modules.Accounts;

/// <summary>What a member of staff may do here, by role.</summary>
[StaffOnly, TypeFilter<WhileOpen>]
internal sealed class StaffModel(CurrentStaff staff, IEnumerable<StaffPage> pages) : PageModel
{
    internal const string Path = "/staff";

    public IReadOnlyList<StaffRole> Roles { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct) => Roles = await staff.RolesAsync(ct);

    internal static string NameOf(StaffRole role) => role switch
    {
        StaffRole.Administrator => Text.RoleAdministrator, StaffRole.ProtectionOfficer => Text.RoleOfficer, StaffRole.Support => Text.RoleSupport, StaffRole.Analyst => Text.RoleAnalyst, StaffRole.Editor => Text.RoleEditor, _ => Text.RoleContent,
    };

    internal static string MeaningOf(StaffRole role) => role switch
    {
        StaffRole.Administrator => Text.RoleAdministratorMeaning, StaffRole.ProtectionOfficer => Text.RoleOfficerMeaning, StaffRole.Support => Text.RoleSupportMeaning, StaffRole.Analyst => Text.RoleAnalystMeaning, StaffRole.Editor => Text.RoleEditorMeaning, _ => Text.RoleContentMeaning,
    };

    internal IReadOnlyList<(string Path, string Label)> PagesOf(StaffRole role) => [.. OwnPagesOf(role), .. pages.Where(p => p.Role == role).Select(p => (p.Path, p.Label()))];

    private static IReadOnlyList<(string Path, string Label)> OwnPagesOf(StaffRole role) => role switch
    {
        StaffRole.Administrator => [(RolesModel.Path, Text.RolesTitle), (PersonsModel.Path, Text.PersonsTitle)],
        StaffRole.ProtectionOfficer => [(TrainingModel.Path, Text.TrainingTitle), (RevealModel.Path, Text.RevealTitle), (PersonsModel.Path, Text.PersonsTitle)],
        StaffRole.Support => [(RevealModel.Path, Text.RevealTitle)],
        _ => [],
    };
}

/// <summary>A page for holders of a role that another module has: it registers its own.</summary>
/// <param name="Label">In the reader's language.</param>
public sealed record StaffPage(StaffRole Role, string Path, Func<string> Label);
