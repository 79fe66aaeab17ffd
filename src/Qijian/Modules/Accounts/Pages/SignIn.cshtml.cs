using System.Net.Mime;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

internal enum SignInStep { Number, Code, Band, GuardianNumber, GuardianCode, Mine, TooYoung }

/// <summary>
/// Signing in and signing up: a number, the code that was sent to it, and for a new account the age band. One page that shows the next
/// step; what was proved so far travels with the form, sealed.
/// </summary>
[TypeFilter<WhileOpen>]
internal sealed class SignInModel(OneTimeCodes codes, SignInWithPassword passwords, EnterAccount enter, Passkeys passkeys, SignInTickets tickets, IGuardianConsents guardians, TimeProvider clock) : PageModel
{
    public SignInStep Step { get; private set; }

    /// <summary>Whether a password proves whose an idle account is.</summary>
    public bool AsksPassword { get; private set; }

    /// <summary>What is wrong and what to do, and of which field; null while nothing is.</summary>
    public string? Problem { get; private set; }
    public string? ProblemField { get; private set; }

    /// <summary>After so many seconds another code may be asked for.</summary>
    public int Again { get; private set; }
    public string? Ticket { get; private set; }
    public string? To { get; private set; }
    public string Region { get; private set; } = PhoneNumber.Home;
    public string? Typed { get; private set; }
    public AgeBand? Band { get; private set; }

    /// <summary>The number that the code went to, with its middle left out.</summary>
    public string? Masked { get; private set; }
    public bool New => HttpContext.Request.Path.Value!.EndsWith(AccountsModule.SignUpPath, StringComparison.Ordinal);
    public IReadOnlyList<(string Label, string Words)> GuardianLines => guardians.Lines;

    private string Network => AttemptLimits.NetworkOf(HttpContext);

    public IActionResult OnGet([FromQuery] string? to, [FromQuery] bool locked)
    {
        To = to;
        if (locked) Problem = Text.Locked;
        return User.Identity?.IsAuthenticated is true ? EnterAccount.Onwards(to) : Page();
    }

    public ContentResult OnGetPasskey() => Content(passkeys.Request(), MediaTypeNames.Application.Json);

    public async Task<IActionResult> OnPostPasskeyAsync([FromForm] string? ticket, [FromForm] string? credential, [FromForm] string? to, CancellationToken ct)
    {
        To = to;
        return await passkeys.ProveAsync(ticket, credential, ct) is { } subject && await enter.MemberAsync(subject, ct) is { } member
            ? await enter.ContinueAsync(HttpContext, member, SignInMethod.Passkey, to, ct)
            : Again_(SignInStep.Number, Text.PasskeyFailed, "passkey");
    }

    public Task<IActionResult> OnPostSecondStepAsync([FromForm] string? ticket, [FromForm] string? code, [FromForm] string? to, CancellationToken ct) => enter.ContinueAsync(HttpContext, ticket, code, to, ct);

    public async Task<IActionResult> OnPostNumberAsync([FromForm] string? phone, [FromForm] string? region, [FromForm] AgeBand? band, [FromForm] string? to, CancellationToken ct)
    {
        (To, Region, Typed, Band) = (to, region ?? PhoneNumber.Home, phone, band);
        if (PhoneNumber.Parse(phone, region) is not { } number) return Again_(SignInStep.Number, Text.PhoneWrong, "phone");
        if (New && band is null) return Again_(SignInStep.Number, Text.BandMissing, "band");
        if (band is AgeBand.Child) return TooYoung();
        return await SendAsync(new(number.E164, clock.GetUtcNow()) { Band = band }, ct);
    }

    public async Task<IActionResult> OnPostResendAsync([FromForm] string? ticket, [FromForm] string? to, CancellationToken ct)
    {
        To = to;
        return tickets.Read<SignInTicket>(ticket) is { } known ? await SendAsync(known, ct) : Lost();
    }

    public async Task<IActionResult> OnPostCodeAsync([FromForm] string? ticket, [FromForm] string? code, [FromForm] string? to, CancellationToken ct)
    {
        To = to;
        if (tickets.Read<SignInTicket>(ticket) is not { } known) return Lost();
        Show(SignInStep.Code, known);
        if (await WrongAsync(CodeUse.SignIn, new(known.Phone), code, ct) is { } wrong) return wrong;
        var proved = known with { Proved = true, At = clock.GetUtcNow() };
        return await enter.FindAsync(new(known.Phone), ct) switch
        {
            ProvedNumber.Known { Idle: true } => Show(SignInStep.Mine, proved),
            ProvedNumber.Known owner => await SignInAsync(owner.Member, SignInMethod.Code, ct),
            _ => await OpenAsync(proved, ct),
        };
    }

    /// <summary>Whether an account that was long unused is theirs; if not, the number leaves it and they begin anew.</summary>
    public async Task<IActionResult> OnPostMineAsync([FromForm] string? ticket, [FromForm] bool? mine, [FromForm] string? password, [FromForm] string? to, CancellationToken ct)
    {
        To = to;
        if (tickets.Read<SignInTicket>(ticket) is not { Proved: true } proved) return Lost();
        if (mine is null) return Show(SignInStep.Mine, proved);
        if (await enter.FindAsync(new(proved.Phone), ct) is not ProvedNumber.Known { Idle: true } owner) return Lost(); // used since, by whoever holds it
        // A number may have gone to somebody else since: where there is another proof, the account is opened by that alone.
        AsksPassword = owner.Member.Password is not null;
        if (mine is true && (AsksPassword || (await passkeys.ListAsync(owner.Member.Subject, ct)).Count > 0))
        {
            return await passwords.CheckProvedAsync(new(proved.Phone), password ?? "", ct) switch
            {
                PasswordAnswer.Right right => await SignInAsync(right.Member, SignInMethod.Code, ct),
                PasswordAnswer.TooMany { Again: var wait } => Again_(Show(SignInStep.Mine, proved), Text.PasswordTooMany.With(Minutes(wait)), "password"),
                _ => Again_(Show(SignInStep.Mine, proved), Text.MineProve, AsksPassword ? "password" : null),
            };
        }

        if (mine is true) return await SignInAsync(owner.Member, SignInMethod.Code, ct);
        await enter.TakeNumberAsync(owner.Member, ct);
        return await OpenAsync(proved, ct);
    }

    public async Task<IActionResult> OnPostBandAsync([FromForm] string? ticket, [FromForm] AgeBand? band, [FromForm] string? to, CancellationToken ct)
    {
        To = to;
        if (tickets.Read<SignInTicket>(ticket) is not { Proved: true } proved) return Lost();
        if (band is null || !Enum.IsDefined(band.Value)) return Again_(Show(SignInStep.Band, proved), Text.BandMissing, "band");
        return await OpenAsync(proved with { Band = band }, ct);
    }

    public async Task<IActionResult> OnPostGuardianAsync([FromForm] string? ticket, [FromForm] string? phone, [FromForm] string? region, [FromForm] string? to, CancellationToken ct)
    {
        (To, Region, Typed) = (to, region ?? PhoneNumber.Home, phone);
        if (tickets.Read<SignInTicket>(ticket) is not { Proved: true, Band: AgeBand.Teen } proved) return Lost();
        Show(SignInStep.GuardianNumber, proved);
        if (PhoneNumber.Parse(phone, region) is not { } guardian) return Again_(SignInStep.GuardianNumber, Text.PhoneWrong, "phone");
        if (guardian.E164 == proved.Phone) return Again_(SignInStep.GuardianNumber, Text.GuardianSame, "phone");
        return await SendAsync(proved with { Guardian = guardian.E164 }, ct);
    }

    public async Task<IActionResult> OnPostGuardianCodeAsync([FromForm] string? ticket, [FromForm] string? code, [FromForm] string? agree, [FromForm] string? to, CancellationToken ct)
    {
        To = to;
        if (tickets.Read<SignInTicket>(ticket) is not { Proved: true, Band: AgeBand.Teen, Guardian: { } guardian } proved) return Lost();
        Show(SignInStep.GuardianCode, proved);
        if (agree is not "yes") return Again_(SignInStep.GuardianCode, Text.GuardianNotAgreed, "agree");
        if (await WrongAsync(CodeUse.Guardian, new(guardian), code, ct) is { } wrong) return wrong;
        if (await IsIdleAsync(proved, ct)) return Show(SignInStep.Mine, proved);
        return await SignInAsync(await enter.SignUpAsync(new(proved.Phone), AgeBand.Teen, new(guardian), Language.IsEnglish, ct), SignInMethod.Code, ct);
    }

    public async Task<IActionResult> OnPostPasswordAsync([FromForm] string? phone, [FromForm] string? region, [FromForm] string? password, [FromForm] string? to, CancellationToken ct)
    {
        (To, Region, Typed) = (to, region ?? PhoneNumber.Home, phone);
        if (PhoneNumber.Parse(phone, region) is not { } number) return Again_(SignInStep.Number, Text.PhoneWrong, "password-phone");
        return await passwords.CheckAsync(number, password ?? "", Network, ct) switch
        {
            PasswordAnswer.Right right => await SignInAsync(right.Member, SignInMethod.Password, ct),
            PasswordAnswer.TooMany { Again: var wait } => Again_(SignInStep.Number, Text.PasswordTooMany.With(Minutes(wait)), "password"),
            _ => Again_(SignInStep.Number, Text.PasswordWrong, "password"),
        };
    }

    private async Task<IActionResult> SendAsync(SignInTicket ticket, CancellationToken ct)
    {
        var ofGuardian = ticket.Guardian is not null;
        var sent = await codes.SendAsync(ofGuardian ? CodeUse.Guardian : CodeUse.SignIn, new PhoneNumber(ticket.Guardian ?? ticket.Phone), ofGuardian ? MessageTemplate.GuardianCode : MessageTemplate.SignInCode, Network, Language.IsEnglish, ct);
        var step = ofGuardian ? SignInStep.GuardianCode : SignInStep.Code;
        switch (sent)
        {
            case SendCodeResult.Sent { Again: var again }:
                Again = Seconds(again);
                return Show(step, ticket);
            case SendCodeResult.Wait { Again: var again }:
                Again = Seconds(again);
                return Again_(Show(step, ticket), Text.CodeWait.With(Seconds(again)), null);
            case SendCodeResult.Busy { Again: var again }:
                Show(ofGuardian ? SignInStep.GuardianNumber : SignInStep.Number, ticket);
                return Again_(Step, Text.CodeBusy.With(Minutes(again)), null);
            default:
                Show(ofGuardian ? SignInStep.GuardianNumber : SignInStep.Number, ticket);
                return Again_(Step, Text.CodeUnavailable, null);
        }
    }

    private async Task<IActionResult?> WrongAsync(CodeUse use, PhoneNumber number, string? code, CancellationToken ct) => await codes.ProveAsync(use, number, code, Network, ct) switch
    {
        CodeAnswer.Right => null,
        CodeAnswer.Wrong => Again_(Step, Text.CodeWrong, "code"),
        CodeAnswer.TooMany { Again: var wait } => Again_(Step, Text.CodeTooMany.With(Minutes(wait)), "code"),
        _ => Again_(Step, Text.CodeOver, "code"),
    };

    // Whichever step a form skips: an account that may be another's is asked about first.
    private async Task<bool> IsIdleAsync(SignInTicket proved, CancellationToken ct) => await enter.FindAsync(new(proved.Phone), ct) is ProvedNumber.Known { Idle: true };

    private async Task<IActionResult> OpenAsync(SignInTicket proved, CancellationToken ct) => await IsIdleAsync(proved, ct) ? Show(SignInStep.Mine, proved) : proved.Band switch
    {
        null => Show(SignInStep.Band, proved),
        AgeBand.Child => await ForgottenAsync(proved, ct),
        AgeBand.Teen => Show(SignInStep.GuardianNumber, proved),
        var band => await SignInAsync(await enter.SignUpAsync(new(proved.Phone), band.Value, null, Language.IsEnglish, ct), SignInMethod.Code, ct),
    };

    private Task<IActionResult> SignInAsync(Member member, SignInMethod method, CancellationToken ct) => enter.ContinueAsync(HttpContext, member, method, To, ct);

    private PageResult Show(SignInStep step, SignInTicket ticket)
    {
        (Step, Ticket) = (step, tickets.Write(ticket));
        var number = step is SignInStep.GuardianCode ? ticket.Guardian! : ticket.Phone;
        Masked = $"{number[..^8]}****{number[^4..]}";
        return Page();
    }

    private async Task<IActionResult> ForgottenAsync(SignInTicket proved, CancellationToken ct)
    {
        await codes.ForgetAsync(new PhoneNumber(proved.Phone), ct);
        return TooYoung();
    }

    // Nothing is stored: neither the number nor the age.
    private PageResult TooYoung()
    {
        (Step, Typed) = (SignInStep.TooYoung, null);
        return Page();
    }

    private PageResult Lost() => Again_(SignInStep.Number, Text.TicketOver, null);

    private PageResult Again_(SignInStep step, string problem, string? field)
    {
        Step = step;
        return Again_(Page(), problem, field);
    }

    private PageResult Again_(PageResult page, string problem, string? field)
    {
        (Problem, ProblemField) = (problem, field);
        Response.StatusCode = field is null && Step is SignInStep.Code or SignInStep.GuardianCode && Again > 0 ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
        return page;
    }

    private static int Seconds(TimeSpan wait) => (int)Math.Ceiling(wait.TotalSeconds);

    private static int Minutes(TimeSpan wait) => (int)Math.Ceiling(wait.TotalMinutes);
}

/// <summary>While the registry keeps a function closed its pages are not there.</summary>
public sealed class WhileOpen(IFeatures features, string feature = "accounts") : IAsyncResourceFilter
{
    public Task OnResourceExecutionAsync(ResourceExecutingContext context, ResourceExecutionDelegate next)
    {
        if (features.IsOpen(new(feature))) return next();
        context.Result = new NotFoundResult();
        return Task.CompletedTask;
    }
}
