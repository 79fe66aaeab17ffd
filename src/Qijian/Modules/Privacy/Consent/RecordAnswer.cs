namespace Qijian.Modules.Privacy;

/// <summary>What a person pressed, below which notice.</summary>
internal sealed record AnswerForm(string? Purpose, string? Recipient, string? Notice, bool Agree);

internal enum RecordAnswerResult { Recorded, NothingToAnswer, OtherNotice }

/// <summary>What a module holds because a person agreed to it.</summary>
public interface IHeldByConsent
{
    /// <summary>The purposes that it is held for.</summary>
    IReadOnlyList<Purpose> Purposes { get; }

    /// <summary>Erases what is held for a purpose, or from one recipient of it: the person takes that consent back.</summary>
    Task EraseAsync(Subject subject, Purpose purpose, Recipient? recipient, CancellationToken ct);
}

/// <summary>Records an answer, with the notice that it answers. The opposite of a standing yes is its withdrawal; what is so already is not recorded again.</summary>
internal sealed class RecordAnswer(ConsentLedger ledger, ConsentTerms terms, CurrentSubject current, IEnumerable<IHeldByConsent> held)
{
    public const string Page = "/privacy/choices";

    public async Task<RecordAnswerResult> RunAsync(AnswerForm form, CancellationToken ct)
    {
        if (terms.Choices.FirstOrDefault(p => p.Id == form.Purpose) is not { } purpose) return RecordAnswerResult.NothingToAnswer;
        var recipient = terms.AskedApart(purpose).FirstOrDefault(r => r.Id == form.Recipient);
        if (form.Recipient is { Length: > 0 } && recipient is null) return RecordAnswerResult.NothingToAnswer;
        var notice = Privacy.Notice.Of(terms, purpose, recipient);
        if (form.Notice != notice.HashText) return RecordAnswerResult.OtherNotice;

        var subject = current.Begin();
        var state = await ledger.StateOfAsync(subject, ct);
        var acts = (form.Agree, state.Of(purpose.Id, recipient?.Id)) switch
        {
            (true, Answer.Granted) or (false, Answer.Refused or Answer.Withdrawn) => [],
            (false, Answer.Granted) => Withdrawals(subject, state, purpose.Id, recipient?.Id),
            (true, _) => [Act(ConsentEventKind.NoticeShown), Act(ConsentEventKind.Granted)],
            (false, _) => (List<ConsentAct>)[Act(ConsentEventKind.NoticeShown), Act(ConsentEventKind.Refused)],
        };
        await AppendAsync(acts, ct);
        return RecordAnswerResult.Recorded;

        ConsentAct Act(ConsentEventKind kind) => new(subject, kind, new(purpose.Id), recipient is null ? null : new(recipient.Id), notice.Hash, Page, ConsentMethod.Click);
    }

    /// <summary>Takes back all that the current visitor granted.</summary>
    public async Task WithdrawAllAsync(CancellationToken ct)
    {
        if (current.Find() is not { } subject) return;
        var acts = Withdrawals(subject, await ledger.StateOfAsync(subject, ct), null, null);
        await AppendAsync(acts, ct);
        current.Begin();
    }

    // What was held by it goes first: where the second step fails there is a consent without data, and not data without consent.
    private async Task AppendAsync(List<ConsentAct> acts, CancellationToken ct)
    {
        foreach (var act in acts.Where(a => a.Kind is ConsentEventKind.Withdrawn))
            foreach (var module in held.Where(h => h.Purposes.Contains(act.Purpose))) await module.EraseAsync(act.Subject, act.Purpose, act.Recipient, ct);
        if (acts.Count > 0) await ledger.AppendAsync(acts, ct);
    }

    // Who takes back a purpose takes back every recipient of it.
    private static List<ConsentAct> Withdrawals(Subject subject, ConsentState state, string? purpose, string? recipient) =>
    [
        .. state.Granted.Where(g => (purpose is null || g.Purpose == purpose) && (recipient is null || g.Recipient == recipient)).Select(g =>
            new ConsentAct(subject, ConsentEventKind.Withdrawn, new(g.Purpose), g.Recipient is null ? null : new Recipient(g.Recipient), state.EvidenceOf(g.Purpose, g.Recipient)!.NoticeHash, Page, ConsentMethod.Click)),
    ];
}

/// <summary>Forgets a visitor: what they granted is taken back, the key of their records is destroyed, and the browser drops its number.</summary>
internal sealed class ForgetVisitor(RecordAnswer answers, KeyStore keys, CurrentSubject current)
{
    public async Task RunAsync(CancellationToken ct)
    {
        if (current.Find() is not { Kind: SubjectKind.Visitor } visitor) return;
        await answers.WithdrawAllAsync(ct);
        keys.Destroy(visitor, Enum.GetValues<KeyGroup>());
        current.Forget();
    }
}
