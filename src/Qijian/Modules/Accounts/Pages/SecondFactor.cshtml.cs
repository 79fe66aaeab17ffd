using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OtpNet;
using QRCoder;

namespace Qijian.Modules.Accounts;

/// <summary>The second step of signing in: turning it on and off, and its recovery codes.</summary>
[Authorize, TypeFilter<WhileOpen>]
internal sealed class SecondFactorModel(ReadAccount account, SecondFactors factors, SessionRows sessions, EnterAccount enter) : PageModel
{
    public bool IsFresh { get; private set; }
    public SecondFactor? Factor { get; private set; }

    /// <summary>The secret to put into an app, while it is being set up, with the form's seal, and as an address for apps.</summary>
    public SecretTicket? Shown { get; private set; }
    public string? Ticket { get; private set; }
    public string? Address { get; private set; }

    /// <summary>Recovery codes that were just made; they are not to be had again.</summary>
    public IReadOnlyList<string>? Codes { get; private set; }
    public string? Problem { get; private set; }

    /// <summary>Of which form the problem is.</summary>
    public string? ProblemForm { get; private set; }
    public string? Done { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await account.MemberAsync(ct) is { } member ? await ShowAsync(member, null, ct) : Challenge();

    public async Task<IActionResult> OnPostStartAsync(CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        return await ShowAsync(member, await sessions.IsFreshAsync(SessionStore.IdOf(User), ct) ? factors.Start(member.Subject) : null, ct);
    }

    public async Task<IActionResult> OnPostConfirmAsync([FromForm] string? ticket, [FromForm] string? code, CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        if (await factors.FindAsync(member.Subject, ct) is not null) return await ShowAsync(member, null, ct); // pressed twice
        if (!await sessions.IsFreshAsync(SessionStore.IdOf(User), ct) || factors.Read(member.Subject, ticket) is not { } shown) return await ShowAsync(member, Text.TicketOver, "start", null, ct);
        Codes = await factors.TurnOnAsync(member.Subject, shown, code, ct);
        if (Codes is null) return await ShowAsync(member, Text.SecondStepWrong, "confirm", shown, ct);
        await enter.TellOfChangeAsync(member, SignInOutcome.SecondFactorOn, ct);
        return await ShowAsync(member, null, ct);
    }

    public async Task<IActionResult> OnPostCodesAsync([FromForm] string? code, CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        if (await ProblemOfAsync(member, code, ct) is { } problem) return await ShowAsync(member, problem, "codes", null, ct);
        Codes = await factors.RenewCodesAsync(member.Subject, ct);
        await enter.TellOfChangeAsync(member, SignInOutcome.RecoveryCodesMade, ct);
        return await ShowAsync(member, null, ct);
    }

    public async Task<IActionResult> OnPostOffAsync([FromForm] string? code, CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        if (await ProblemOfAsync(member, code, ct) is { } problem) return await ShowAsync(member, problem, "off", null, ct);
        await factors.TurnOffAsync(member.Subject, ct);
        await enter.TellOfChangeAsync(member, SignInOutcome.SecondFactorOff, ct);
        Done = Text.SecondStepOffDone;
        return await ShowAsync(member, null, ct);
    }

    /// <summary>The code that apps read with the camera, dark on light in either theme.</summary>
    public static string Picture(string address)
    {
        using var data = QRCodeGenerator.GenerateQrCode(address, QRCodeGenerator.ECCLevel.M);
        using SvgQRCode picture = new(data);
        return picture.GetGraphic(4, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
    }

    private async Task<string?> ProblemOfAsync(Member member, string? code, CancellationToken ct) => await factors.ProveAsync(member.Subject, code, await enter.IsKnownDeviceAsync(member.Subject, ct), ct) switch
    {
        FactorAnswer.Right => null,
        FactorAnswer.TooMany { Again: var wait } => Text.SecondStepTooMany.With(Math.Ceiling(wait.TotalMinutes)),
        _ => Text.SecondStepWrong,
    };

    private Task<IActionResult> ShowAsync(Member member, string problem, string form, SecretTicket? shown, CancellationToken ct)
    {
        (Problem, ProblemForm, Response.StatusCode) = (problem, form, StatusCodes.Status400BadRequest);
        return ShowAsync(member, shown, ct);
    }

    private async Task<IActionResult> ShowAsync(Member member, SecretTicket? shown, CancellationToken ct)
    {
        (Factor, IsFresh) = (await factors.FindAsync(member.Subject, ct), await sessions.IsFreshAsync(SessionStore.IdOf(User), ct));
        if (Factor is not null || shown is null) return Page();
        (Shown, Ticket) = (shown, factors.Seal(shown));
        Address = new OtpUri(OtpType.Totp, shown.Secret, await account.MaskedPhoneAsync(member, ct) ?? Text.SiteName, Text.SiteName).ToString();
        return Page();
    }
}
