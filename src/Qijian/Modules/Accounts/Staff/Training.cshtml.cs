using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Qijian.Modules.Accounts;

/// <summary>Which courses the staff passed; the protection officer enters them and takes them back.</summary>
[StaffOnly(StaffRole.ProtectionOfficer), TypeFilter<WhileOpen>]
internal sealed class TrainingModel(KeepTrainings trainings, KeepRoles roles, CurrentStaff staff) : PageModel
{
    internal const string Path = "/staff/training";

    public IReadOnlyList<TrainingView> Trainings { get; private set; } = [];
    public string? Done { get; private set; }
    public string? Problem { get; private set; }
    public string? Typed { get; private set; }
    public string? Course { get; private set; }
    public DateOnly? PassedOn { get; private set; }
    public DateOnly? ValidUntil { get; private set; }

    public Task<IActionResult> OnGetAsync(CancellationToken ct) => ShowAsync(ct);

    public async Task<IActionResult> OnPostAddAsync([FromForm] string? phone, [FromForm] string? course, [FromForm] DateOnly? passedOn, [FromForm] DateOnly? validUntil, CancellationToken ct)
    {
        var by = await staff.NumberAsync(ct);
        if (PhoneNumber.Parse(phone, null) is not { } number) Problem = Text.PhoneWrong;
        else if (await roles.FindMemberAsync(number, ct) is not { } member || await roles.StaffOfAsync(member.Subject, ct) is not { } whose) Problem = Text.NoSuchStaff;
        else Problem = await trainings.AddAsync(whose, course, passedOn, validUntil, by!.Value, ct) switch
        {
            TrainingProblem.NoCourse => Text.CourseMissing.With(KeepTrainings.LongestCourse), TrainingProblem.Days => Text.TrainingDaysWrong, TrainingProblem.TooLong => Text.TrainingYears.With(KeepTrainings.MostYears), _ => null,
        };
        if (Problem is null) Done = Text.TrainingAdded;
        else (Typed, Course, PassedOn, ValidUntil) = (phone, course, passedOn, validUntil);
        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnPostEndAsync([FromForm] Guid id, CancellationToken ct)
    {
        var by = await staff.NumberAsync(ct);
        if (!await trainings.EndAsync(id, by!.Value, ct)) return NotFound();
        Done = Text.TrainingTaken;
        return await ShowAsync(ct);
    }

    private async Task<IActionResult> ShowAsync(CancellationToken ct)
    {
        if (Problem is not null) Response.StatusCode = StatusCodes.Status400BadRequest;
        Trainings = await trainings.ListAsync(ct);
        return Page();
    }
}
