using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc;

namespace Qijian.Modules.Accounts;

/// <summary>What a member of staff may do here, by role.</summary>
[StaffOnly, TypeFilter<WhileOpen>]
internal sealed class StaffModel(CurrentStaff staff) : PageModel
{
    internal const string Path = "/staff";

    public IReadOnlyList<StaffRole> Roles { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct) => Roles = await staff.RolesAsync(ct);

    internal static string NameOf(StaffRole role) => role switch
    {
        StaffRole.Administrator => Text.RoleAdministrator, StaffRole.ProtectionOfficer => Text.RoleOfficer, StaffRole.Support => Text.RoleSupport, StaffRole.Analyst => Text.RoleAnalyst, _ => Text.RoleContent,
    };

    internal static string MeaningOf(StaffRole role) => role switch
    {
        StaffRole.Administrator => Text.RoleAdministratorMeaning, StaffRole.ProtectionOfficer => Text.RoleOfficerMeaning, StaffRole.Support => Text.RoleSupportMeaning, StaffRole.Analyst => Text.RoleAnalystMeaning, _ => Text.RoleContentMeaning,
    };

    internal static IReadOnlyList<(string Path, string Label)> PagesOf(StaffRole role) => role switch
    {
        StaffRole.Administrator => [(RolesModel.Path, Text.RolesTitle), (PersonsModel.Path, Text.PersonsTitle)],
        StaffRole.ProtectionOfficer => [(TrainingModel.Path, Text.TrainingTitle), (RevealModel.Path, Text.RevealTitle), (PersonsModel.Path, Text.PersonsTitle)],
        StaffRole.Support => [(RevealModel.Path, Text.RevealTitle)],
        _ => [],
    };
}
