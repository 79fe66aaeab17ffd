using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>A member's own profile. The first use asks whether to keep one, the first wish to publish whether to publish.</summary>
[Authorize, TypeFilter<WhileOpen>(Arguments = ["profile"])]
internal sealed class ProfileModel(ReadAccount account, KeepProfile profiles, OneTimeCodes codes, Avatar avatar, IConsentPrompts prompts) : PageModel
{
    /// <summary>Null while no profile is kept.</summary>
    public ProfileView? Profile { get; private set; }
    public bool MayPublish { get; private set; }
    public bool Minor { get; private set; }
    public ConsentPrompt? Keeping { get; private set; }
    public ConsentPrompt? Publishing { get; private set; }
    public string? Done { get; private set; }

    /// <summary>Whether a code is under way to the e-mail address.</summary>
    public bool EmailCode { get; private set; }

    /// <summary>What is wrong and what to do, by field.</summary>
    public Dictionary<ProfileFields, string> Problems { get; } = [];

    /// <summary>What was typed and not taken.</summary>
    public Dictionary<ProfileFields, string> Typed { get; } = [];

    public Task<IActionResult> OnGetAsync(CancellationToken ct) => ShowAsync(ct);

    public async Task<IActionResult> OnPostSaveAsync([FromForm] string? name, [FromForm] string? email, [FromForm] string? company, [FromForm] string? department, [FromForm] string? position, [FromForm] string? industry, [FromForm] ProfileFields[] shown, CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        Dictionary<ProfileFields, string> texts = KeepProfile.Texts.Zip([name, email, company, department, position, industry]).ToDictionary(t => t.First, t => t.Second?.Trim() ?? "");
        foreach (var (field, text) in texts)
        {
            Typed[field] = text;
            if (KeepProfile.ProblemOf(field, text) is { } problem) Problems[field] = problem switch { ProfileProblem.TooLong => Text.ProfileTooLong.With(KeepProfile.Longest), ProfileProblem.NoAddress => Text.ProfileNoAddress, _ => Text.ProfileOneLine };
        }

        if (Problems.Count > 0) Response.StatusCode = StatusCodes.Status400BadRequest;
        else if (await profiles.SaveAsync(member.Subject, texts, shown.Aggregate(ProfileFields.None, (all, f) => all | f), ct)) Done = Text.ProfileSaved;
        if (Problems.Count == 0) Typed.Clear();
        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnPostAvatarAsync(IFormFile? picture, CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        byte[]? jpeg = null;
        if (picture is { Length: > 0 and <= Avatar.MostBytes })
        {
            var file = new byte[picture.Length];
            await using var stream = picture.OpenReadStream();
            await stream.ReadExactlyAsync(file, ct);
            jpeg = avatar.FromUpload(file);
        }

        if (jpeg is not null && await profiles.SaveAvatarAsync(member.Subject, jpeg, ct)) Done = Text.ProfileSaved;
        if (jpeg is null)
        {
            Response.StatusCode = StatusCodes.Status400BadRequest;
            Problems[ProfileFields.Avatar] = picture switch { null or { Length: 0 } => Text.AvatarMissing, { Length: > Avatar.MostBytes } => Text.AvatarTooLarge.With(Avatar.MostBytes >> 20), _ => Text.AvatarNoPicture };
        }

        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnPostNoAvatarAsync(CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        if (await profiles.SaveAvatarAsync(member.Subject, null, ct)) Done = Text.ProfileSaved;
        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnPostEmailCodeAsync(CancellationToken ct)
    {
        if (await EmailAsync(ct) is not { } to) return await ShowAsync(ct);
        var sent = await codes.SendAsync(CodeUse.Email, to.Email, MessageTemplate.EmailVerification, AttemptLimits.NetworkOf(HttpContext), Language.IsEnglish, ct);
        EmailCode = sent is SendCodeResult.Sent or SendCodeResult.Wait;
        return await WrongAsync(sent switch
        {
            SendCodeResult.Sent => null, SendCodeResult.Wait { Again: var again } => Text.CodeWait.With((int)Math.Ceiling(again.TotalSeconds)), SendCodeResult.Busy { Again: var again } => Text.CodeBusy.With((int)Math.Ceiling(again.TotalMinutes)), _ => Text.EmailUnavailable,
        }, ct);
    }

    public async Task<IActionResult> OnPostEmailProofAsync([FromForm] string? code, CancellationToken ct)
    {
        if (await EmailAsync(ct) is not { } to) return await ShowAsync(ct);
        EmailCode = true;
        switch (await codes.ProveAsync(CodeUse.Email, to.Email, code, AttemptLimits.NetworkOf(HttpContext), ct))
        {
            case CodeAnswer.Wrong: return await WrongAsync(Text.CodeWrong, ct);
            case CodeAnswer.TooMany { Again: var wait }: return await WrongAsync(Text.CodeTooMany.With((int)Math.Ceiling(wait.TotalMinutes)), ct);
            case CodeAnswer.Over: return await WrongAsync(Text.CodeOver, ct);
        }

        await profiles.ProveEmailAsync(to.Subject, to.Email.Value, ct);
        (EmailCode, Done) = (false, Text.EmailProved);
        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnGetAvatarAsync(CancellationToken ct) =>
        await account.MemberAsync(ct) is not { } member ? Challenge() : (await profiles.ReadAsync(member.Subject, ct))?.Values.GetValueOrDefault(ProfileFields.Avatar) is { } picture ? PictureOf(this, picture) : NotFound();

    /// <summary>A picture as it is stored; no browser and no proxy keeps it.</summary>
    internal static FileContentResult PictureOf(PageModel page, string base64)
    {
        page.Response.Headers.CacheControl = "no-store";
        return page.File(Convert.FromBase64String(base64), "image/jpeg");
    }

    internal static string LabelOf(ProfileFields field) => field switch
    {
        ProfileFields.Name => Text.ProfileName, ProfileFields.Email => Text.ProfileEmail, ProfileFields.Company => Text.ProfileCompany, ProfileFields.Department => Text.ProfileDepartment, ProfileFields.Position => Text.ProfilePosition,
        ProfileFields.Industry => Text.ProfileIndustry, _ => Text.ProfileAvatar,
    };

    // The address as it is saved: what is typed beside it proves nothing of it.
    private async Task<(Subject Subject, CodeTarget Email)?> EmailAsync(CancellationToken ct) =>
        await account.MemberAsync(ct) is { } member && (await profiles.ReadAsync(member.Subject, ct))?.Values.GetValueOrDefault(ProfileFields.Email) is { } email ? (member.Subject, new CodeTarget(Messaging.MessageChannel.Email, email)) : null;

    private Task<IActionResult> WrongAsync(string? problem, CancellationToken ct)
    {
        if (problem is not null) (Problems[ProfileFields.Email], Response.StatusCode) = (problem, StatusCodes.Status400BadRequest);
        return ShowAsync(ct);
    }

    private async Task<IActionResult> ShowAsync(CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        var page = Language.Path(AccountsModule.ProfilePath);
        (Minor, Profile) = (member.Minor, await profiles.ReadAsync(member.Subject, ct));
        if (Minor) return Page();
        if (Profile is null) Keeping = await prompts.FindAsync(Purpose.ProfileKeeping, page, ct);
        else if (!(MayPublish = await profiles.MayAsync(member.Subject, Purpose.ProfilePublication, ct)) && Profile.Values.Count > 0) Publishing = await prompts.FindAsync(Purpose.ProfilePublication, page, ct);
        return Page();
    }
}
