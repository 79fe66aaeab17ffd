using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>Another mobile number: a recent sign-in, the number, the code that was sent to it.</summary>
[Authorize, TypeFilter<WhileOpen>]
internal sealed class NumberModel(ReadAccount account, EnterAccount enter, ChangeNumber change, SessionRows sessions, OneTimeCodes codes, SignInTickets tickets, TimeProvider clock) : PageModel
{
    public bool IsFresh { get; private set; }
    public string Phone { get; private set; } = "";
    public string? Ticket { get; private set; }
    public string Region { get; private set; } = PhoneNumber.Home;
    public string? Typed { get; private set; }
    public string? Problem { get; private set; }
    public bool Done { get; private set; }

    private Guid? Own => SessionStore.IdOf(User);

    public Task<IActionResult> OnGetAsync(CancellationToken ct) => ShowAsync(null, ct);

    public async Task<IActionResult> OnPostNumberAsync([FromForm] string? phone, [FromForm] string? region, CancellationToken ct)
    {
        (Region, Typed) = (region ?? PhoneNumber.Home, phone);
        if (!await sessions.IsFreshAsync(Own, ct)) return await ShowAsync(null, ct);
        if (PhoneNumber.Parse(phone, region) is not { } number) return await ShowAsync(Text.PhoneWrong, ct);
        var sent = await codes.SendAsync(CodeUse.NewNumber, number, MessageTemplate.SignInCode, AttemptLimits.NetworkOf(HttpContext), Language.IsEnglish, ct);
        if (sent is SendCodeResult.Sent or SendCodeResult.Wait) Ticket = tickets.Write(new NumberTicket(number.E164, clock.GetUtcNow()));
        return await ShowAsync(sent switch
        {
            SendCodeResult.Sent => null, SendCodeResult.Wait { Again: var again } => Text.CodeWait.With((int)Math.Ceiling(again.TotalSeconds)), SendCodeResult.Busy { Again: var again } => Text.CodeBusy.With((int)Math.Ceiling(again.TotalMinutes)), _ => Text.CodeUnavailable,
        }, ct);
    }

    public async Task<IActionResult> OnPostCodeAsync([FromForm] string? ticket, [FromForm] string? code, CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        if (!await sessions.IsFreshAsync(Own, ct) || tickets.Read<NumberTicket>(ticket) is not { } known) return await ShowAsync(Text.TicketOver, ct);
        Ticket = ticket;
        PhoneNumber number = new(known.Phone);
        switch (await codes.ProveAsync(CodeUse.NewNumber, number, code, AttemptLimits.NetworkOf(HttpContext), ct))
        {
            case CodeAnswer.Wrong: return await ShowAsync(Text.CodeWrong, ct);
            case CodeAnswer.TooMany { Again: var wait }: return await ShowAsync(Text.CodeTooMany.With((int)Math.Ceiling(wait.TotalMinutes)), ct);
            case CodeAnswer.Over: return await ShowAsync(Text.CodeOver, ct);
        }

        Ticket = null;
        var result = await change.RunAsync(member, number, Own, ct);
        Done = result is ChangeNumberResult.Changed;
        return await ShowAsync(result switch { ChangeNumberResult.Taken => Text.NumberTaken, ChangeNumberResult.ChangedElsewhere => Text.NumberElsewhere, _ => null }, ct);
    }

    /// <summary>Signs out, so that the next sign-in is a recent one, and comes back.</summary>
    public async Task<IActionResult> OnPostAgainAsync([FromForm] string? to, CancellationToken ct)
    {
        await enter.SignOutAsync(HttpContext, ct);
        var back = to is AccountsModule.SecurityPath or AccountsModule.SecondFactorPath ? to : AccountsModule.NumberPath;
        return LocalRedirect($"{Language.Path(AccountsModule.SignInPath)}?to={Uri.EscapeDataString(Language.Path(back))}");
    }

    private async Task<IActionResult> ShowAsync(string? problem, CancellationToken ct)
    {
        if (await account.ReadMemberAsync(ct) is not { } member) return Challenge();
        (Problem, IsFresh, Phone) = (problem, await sessions.IsFreshAsync(Own, ct), await account.MaskedPhoneAsync(member, ct) ?? "–");
        if (problem is not null) Response.StatusCode = StatusCodes.Status400BadRequest;
        return Page();
    }
}
