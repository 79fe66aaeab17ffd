using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>How many persons are concerned, and which thresholds of the law that comes near.</summary>
[StaffOnly(StaffRole.ProtectionOfficer, StaffRole.Administrator), TypeFilter<WhileOpen>]
internal sealed class PersonsModel(ISubjectMeter meter) : PageModel
{
    internal const string Path = "/staff/persons";

    public SubjectCounts Counts { get; private set; } = null!;

    public async Task OnGetAsync(CancellationToken ct) => Counts = await meter.CountAsync(ct);

    internal static string NameOf(SubjectClass kind) => kind switch { SubjectClass.Member => Text.PersonsMember, SubjectClass.NonUser => Text.PersonsNonUser, _ => Text.PersonsPublicRole };
}
