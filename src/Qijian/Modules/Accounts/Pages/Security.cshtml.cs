using System.Net.Mime;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Qijian.Modules.Accounts;

[Authorize, TypeFilter<WhileOpen>]
internal sealed class SecurityModel(ReadAccount account, AppDb db, Passwords passwords, SecondFactors factors, Passkeys passkeys, SessionRows sessions, EnterAccount enter, Device device) : PageModel
{
    public bool HasPassword { get; private set; }
    public SecondFactor? SecondFactor { get; private set; }
    public IReadOnlyList<PasskeyView> Passkeys { get; private set; } = [];
    public IReadOnlyList<SessionView> Sessions { get; private set; } = [];
    public IReadOnlyList<SignInView> History { get; private set; } = [];
    public bool IsFresh { get; private set; }
    public string? Problem { get; private set; }
    public string? PasskeyProblem { get; private set; }
    public string? Done { get; private set; }

    private Guid? Own => SessionStore.IdOf(User);

    public Task<IActionResult> OnGetAsync(CancellationToken ct) => ShowAsync(ct);

    public async Task<IActionResult> OnPostPasswordAsync([FromForm] string? password, CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        if (!await sessions.IsFreshAsync(Own, ct)) return await StaleAsync(ct);
        Problem = Passwords.ProblemOf(password ?? "", await account.PhoneAsync(member, ct) is { } number ? [number.E164, number.E164[1..], number.National] : []) switch
        {
            PasswordProblem.Short => Text.PasswordShort.With(Passwords.Shortest), PasswordProblem.Long => Text.PasswordLong.With(Passwords.Longest),
            PasswordProblem.Weak => Text.PasswordWeak, PasswordProblem.Common => Text.PasswordCommon, _ => null,
        };
        if (Problem is not null)
        {
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return await ShowAsync(ct);
        }

        member.Password = passwords.Hash(password!);
        await db.SaveChangesAsync(ct);
        await sessions.EndAsync(member.Subject, null, Own, ct); // whoever else is signed in did not know of it
        await enter.TellOfChangeAsync(member, SignInOutcome.PasswordSet, ct);
        Done = Text.PasswordSaved;
        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnPostNoPasswordAsync(CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        if (!await sessions.IsFreshAsync(Own, ct)) return await StaleAsync(ct);
        if (member.Password is not null)
        {
            member.Password = null;
            await db.SaveChangesAsync(ct);
            await enter.TellOfChangeAsync(member, SignInOutcome.PasswordRemoved, ct);
        }

        Done = Text.PasswordRemoved;
        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnGetPasskeyAsync(CancellationToken ct) =>
        await account.MemberAsync(ct) is { } member ? Content(await passkeys.CreationAsync(member.Subject, await account.MaskedPhoneAsync(member, ct) ?? Text.SiteName, ct), MediaTypeNames.Application.Json) : Challenge();

    public async Task<IActionResult> OnPostPasskeyAsync([FromForm] string? ticket, [FromForm] string? credential, CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        if (!await sessions.IsFreshAsync(Own, ct)) return await StaleAsync(ct);
        if (await passkeys.AddAsync(member.Subject, ticket, credential, ct))
        {
            await enter.TellOfChangeAsync(member, SignInOutcome.PasskeyAdded, ct);
            Done = Text.PasskeyAdded;
        }
        else
        {
            (PasskeyProblem, Response.StatusCode) = (Text.PasskeyNotAdded, StatusCodes.Status400BadRequest);
        }

        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnPostRemovePasskeyAsync([FromForm] string? passkey, CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        if (!Guid.TryParseExact(passkey, "N", out var id) || !await passkeys.RemoveAsync(member.Subject, id, ct)) return NotFound();
        await enter.TellOfChangeAsync(member, SignInOutcome.PasskeyRemoved, ct);
        Done = Text.PasskeyRemoved;
        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnPostEndAsync([FromForm] string? session, CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        if (!Guid.TryParseExact(session, "N", out var id) || await sessions.EndAsync(member.Subject, id, null, ct) == 0) return NotFound();
        await RecordEndAsync(member, ct);
        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnPostEndOthersAsync(CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        if (await sessions.EndAsync(member.Subject, null, Own, ct) > 0) await RecordEndAsync(member, ct);
        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnPostResetDeviceAsync(CancellationToken ct)
    {
        device.Reset();
        Done = Text.DeviceReset;
        return await ShowAsync(ct);
    }

    internal static string Words(SignInView line) => line.Outcome switch
    {
        SignInOutcome.WrongPassword => Text.WrongPasswordTried, SignInOutcome.SignedOut => Text.SignedOut, SignInOutcome.Ended => Text.SessionEnded, SignInOutcome.SecondFactorMissing => Text.SecondFactorMissing,
        SignInOutcome.SecondFactorOn => Text.SecondStepTurnedOn, SignInOutcome.SecondFactorOff => Text.SecondStepTurnedOff, SignInOutcome.RecoveryCodesMade => Text.RecoveryCodesRenewed,
        SignInOutcome.Locked => Text.LockedLine, SignInOutcome.PasskeyAdded => Text.PasskeyAddedLine, SignInOutcome.PasskeyRemoved => Text.PasskeyRemovedLine,
        SignInOutcome.PasswordSet => Text.PasswordSetLine, SignInOutcome.PasswordRemoved => Text.PasswordRemovedLine,
        _ => Text.SignedInBy.With(line.Method switch { SignInMethod.Password => Text.Password, SignInMethod.Passkey => Text.Passkey, SignInMethod.Social => Text.SocialAccount, _ => Text.Code }),
    };

    private async Task RecordEndAsync(Member member, CancellationToken ct)
    {
        Done = Text.SessionsEnded;
        await enter.RecordAsync(member.Subject, SignInMethod.Code, SignInOutcome.Ended, null, ct);
        await db.SaveChangesAsync(ct);
    }

    private Task<IActionResult> StaleAsync(CancellationToken ct)
    {
        Response.StatusCode = StatusCodes.Status400BadRequest; // the page says what to do
        return ShowAsync(ct);
    }

    private async Task<IActionResult> ShowAsync(CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        IsFresh = await sessions.IsFreshAsync(Own, ct);
        (HasPassword, Sessions, History) = (member.Password is not null, await account.SessionsAsync(member.Subject, Own, ct), await account.HistoryAsync(member.Subject, ct));
        (SecondFactor, Passkeys) = (await factors.FindAsync(member.Subject, ct), await account.PasskeysAsync(member.Subject, ct));
        return Page();
    }
}
