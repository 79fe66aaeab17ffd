using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Qijian.Modules.Privacy;

/// <summary>One switch: what is told, where the person stands, and since when.</summary>
internal sealed record Choice(Notice Notice, Answer Answer, bool HasReceipt)
{
    public bool? Pressed => Answer switch { Answer.Granted => true, Answer.Refused or Answer.Withdrawn => false, _ => null };

    public string Words => Answer switch
    {
        Answer.Granted => Text.AnswerGranted, Answer.Refused => Text.AnswerRefused, Answer.Withdrawn => Text.AnswerWithdrawn,
        Answer.Expired => Text.AnswerExpired, Answer.Outgrown => Text.AnswerOutgrown, _ => Text.AnswerNone,
    };

    public DateTimeOffset? Since => Answer switch
    {
        Answer.Granted a => a.At, Answer.Refused a => a.At, Answer.Withdrawn a => a.At, Answer.Expired a => a.At, Answer.Outgrown a => a.At, _ => null,
    };
}

internal sealed class ChoicesModel(ConsentTerms terms, ConsentLedger ledger, CurrentSubject current, RecordAnswer record, ForgetVisitor forget, Receipt receipts) : PageModel
{
    public IReadOnlyList<Choice> Choices { get; private set; } = [];
    public IEnumerable<CookieEntry> Stored => terms.Registry.Cookies.Values.OrderBy(c => c.Line);
    public bool Known => current.Find() is not null;
    public bool AnyGranted => Choices.Any(c => c.Answer is Answer.Granted);
    public bool OptsOut => Request.Headers["Sec-GPC"] is ["1"];

    /// <summary>Whether the answer was to an earlier text, and so was not recorded.</summary>
    public bool Changed { get; private set; }

    public Task OnGetAsync(CancellationToken ct) => ShowAsync(ct);

    public async Task<IActionResult> OnPostAsync([FromForm] string? purpose, [FromForm] string? recipient, [FromForm] string? notice, [FromForm] string? answer, [FromForm] string? returnTo, CancellationToken ct)
    {
        if (answer is not ("agree" or "decline")) return BadRequest();
        switch (await record.RunAsync(new(purpose, recipient, notice, answer is "agree"), ct))
        {
            case RecordAnswerResult.NothingToAnswer:
                return BadRequest();
            case RecordAnswerResult.OtherNotice:
                Changed = true;
                await ShowAsync(ct);
                return Page();
            default:
                return returnTo is not null && Url.IsLocalUrl(returnTo) ? LocalRedirect(returnTo) : Back();
        }
    }

    public async Task<IActionResult> OnPostWithdrawAllAsync(CancellationToken ct)
    {
        await record.WithdrawAllAsync(ct);
        return Back();
    }

    public async Task<IActionResult> OnPostForgetAsync(CancellationToken ct)
    {
        await forget.RunAsync(ct);
        return Back();
    }

    public async Task<IActionResult> OnGetReceiptAsync([FromQuery] string? purpose, [FromQuery] string? recipient, CancellationToken ct)
    {
        if (purpose is null || current.Find() is not { } subject || (await ledger.StateOfAsync(subject, ct)).EvidenceOf(purpose, recipient is "" ? null : recipient) is not { } evidence) return NotFound();
        Response.Headers.CacheControl = "no-store";
        return File(Encoding.UTF8.GetBytes(receipts.Of(evidence)), "application/json", string.Create(CultureInfo.InvariantCulture, $"qijian-receipt-{evidence.Sequence}.json"));
    }

    private async Task ShowAsync(CancellationToken ct)
    {
        var state = current.Find() is { } subject ? await ledger.StateOfAsync(subject, ct) : ConsentState.Fold([], terms, default, null);
        Choices =
        [
            .. terms.Choices.SelectMany(p => terms.AskedApart(p).Prepend(null), (p, to) =>
                new Choice(Notice.Of(terms, p, to), state.Of(p.Id, to?.Id), state.EvidenceOf(p.Id, to?.Id) is not null)),
        ];
    }

    private LocalRedirectResult Back() => LocalRedirect(Language.Path(RecordAnswer.Page));
}
