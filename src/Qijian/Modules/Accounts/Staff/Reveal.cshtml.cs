using System.Collections.ObjectModel;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>
/// Finds a member and shows their number: once, for a purpose of the registry and a reason, to somebody with a pass in training, and on
/// record. Without a pass nothing of anybody is looked up, and the page says what is missing.
/// </summary>
[StaffOnly(StaffRole.Support, StaffRole.ProtectionOfficer), TypeFilter<WhileOpen>]
internal sealed class RevealModel(AppDb db, IReveals reveals, ITrainingRecords trainings, KeepRoles roles, CurrentStaff staff, ReadAccount account) : PageModel
{
    internal const string Path = "/staff/reveal";
    internal const int LongestReason = 200;
    private const int Shown = 200;

    public bool Trained { get; private set; }
    public Member? Found { get; private set; }
    public string? Masked { get; private set; }

    /// <summary>The number in the clear, in the answer to one request.</summary>
    public string? Value { get; private set; }
    public string? Purpose { get; private set; }
    public string? Reason { get; private set; }
    public string? Problem { get; private set; }
    public IReadOnlyList<(Purpose Purpose, string Label)> Purposes => reveals.PurposesOf(Category.ContactPhone);

    /// <summary>The looks of everybody, which the protection officer sees; others see their own.</summary>
    public bool All { get; private set; }
    public IReadOnlyList<RevealView> Reveals { get; private set; } = [];
    public IReadOnlyDictionary<Subject, string> Names { get; private set; } = ReadOnlyDictionary<Subject, string>.Empty;

    public Task<IActionResult> OnGetAsync(CancellationToken ct) => ShowAsync(ct);

    public async Task<IActionResult> OnPostFindAsync([FromForm] string? who, CancellationToken ct)
    {
        if (await trainings.IsTrainedAsync(await NumberAsync(ct), ct))
        {
            Found = await FindAsync(who?.Trim(), ct);
            if (Found is null) Problem = Text.NoSuchMember;
        }

        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnPostShowAsync([FromForm] string? subject, [FromForm] string? purpose, [FromForm] string? reason, CancellationToken ct)
    {
        (Purpose, Reason) = (purpose, reason?.Trim() ?? "");
        if (Reason.Length > LongestReason) Reason = Reason[..LongestReason];
        Found = Subject.TryParse(subject, null, out _) ? await FindAsync(subject, ct) : null;
        if (Found?.Phone is not { } phone) return await trainings.IsTrainedAsync(await NumberAsync(ct), ct) ? NotFound() : await ShowAsync(ct); // without a pass nobody learns whether there is one
        switch (await reveals.RunAsync(await NumberAsync(ct), Found.Subject, new(purpose ?? ""), Category.ContactPhone, phone, Reason, ct))
        {
            case RevealResult.Shown shown: Value = shown.Value; break;
            case RevealResult.Refused { Why: RevealRefusal.NotTrained }: break; // the page says it
            case RevealResult.Refused { Why: RevealRefusal.NoReason }: Problem = Text.RevealNoReason; break;
            case RevealResult.Refused { Why: RevealRefusal.NotAllowed }: Problem = Text.RevealNotAllowed; break;
            default: Problem = Text.RevealGone; break;
        }

        return await ShowAsync(ct);
    }

    // The guard of the page let nobody in without one.
    private async Task<Subject> NumberAsync(CancellationToken ct) => (await staff.NumberAsync(ct))!.Value;

    private async Task<Member?> FindAsync(string? who, CancellationToken ct)
    {
        if (Subject.TryParse(who, null, out var subject)) return await db.Members.AsNoTracking().FirstOrDefaultAsync(m => m.Subject == subject && m.EndedAt == null, ct);
        return PhoneNumber.Parse(who, null) is { } number ? await roles.FindMemberAsync(number, ct) : null;
    }

    private async Task<IActionResult> ShowAsync(CancellationToken ct)
    {
        var number = await NumberAsync(ct);
        (Trained, All) = (await trainings.IsTrainedAsync(number, ct), await staff.IsAsync([StaffRole.ProtectionOfficer], ct));
        Response.StatusCode = !Trained ? StatusCodes.Status403Forbidden : Problem is not null ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
        if (!Trained) Response.Headers.CacheControl = "no-store"; // a page with a form is not kept anyway
        if (Trained && Found is not null && Value is null) Masked = await account.MaskedPhoneAsync(Found, ct);
        Reveals = await reveals.ListAsync(All ? null : number, Shown, ct);
        if (All) Names = await roles.NamesAsync(ct);
        return Page();
    }
}
