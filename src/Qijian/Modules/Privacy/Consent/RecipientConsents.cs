namespace Qijian.Modules.Privacy;

/// <summary>What a person is told before something goes to one recipient for one purpose.</summary>
/// <param name="Name">Who receives it, in the reader's language.</param>
/// <param name="Country">Where it is.</param>
/// <param name="Purpose">What is told of the purpose, line by line.</param>
/// <param name="Recipient">What is told of the recipient.</param>
/// <param name="Hash">What an answer is bound to.</param>
public sealed record RecipientNotice(string Name, string Country, IReadOnlyList<(string Label, string Words)> Purpose, IReadOnlyList<(string Label, string Words)> Recipient, string Hash)
{
    /// <summary>Whether the recipient is outside China.</summary>
    public bool Abroad => Country is not "CN";
}

/// <summary>Consent that a function asks for at its own step: to a purpose and to the one recipient that the step leads to.</summary>
public interface IRecipientConsents
{
    /// <summary>What is told; null where nothing may go there whatever the person says: no contract or assessment in date, no mechanism for a recipient abroad.</summary>
    RecipientNotice? Find(Purpose purpose, Recipient recipient);

    /// <summary>Records that the current person was told so on this page and agreed to both. False where by now something else is told.</summary>
    Task<bool> AgreeAsync(Purpose purpose, Recipient recipient, string? hash, string page, CancellationToken ct);

    /// <summary>Why nothing would go there for the current person all the same; null where it would.</summary>
    ValueTask<Denial?> RefusalAsync(Purpose purpose, Recipient recipient, IReadOnlyList<Category> categories, CancellationToken ct);

    /// <summary>Records that the person took back what they granted to the recipient, and with the last one what they granted to the purpose.</summary>
    Task WithdrawAsync(Subject subject, Purpose purpose, Recipient recipient, bool last, string page, CancellationToken ct);
}

internal sealed class RecipientConsents(ConsentTerms terms, ConsentLedger ledger, CurrentSubject current, IRecipientGuard guard, TimeProvider clock) : IRecipientConsents
{
    public RecipientNotice? Find(Purpose purpose, Recipient recipient)
    {
        if (!terms.Registry.Recipients.TryGetValue(recipient.Id, out var to) || EgressGate.Refusal(terms.Registry, new(recipient, purpose, new($"https://{to.Hosts[0]}/")), ChinaTime.Day(clock.GetUtcNow())) is not null) return null;
        var (own, apart) = NoticesOf(purpose, to);
        return new(to.Label, to.Jurisdiction, own.Lines, [.. apart.Lines.Except(own.Lines)], $"{own.HashText}.{apart.HashText}");
    }

    public async Task<bool> AgreeAsync(Purpose purpose, Recipient recipient, string? hash, string page, CancellationToken ct)
    {
        if (Find(purpose, recipient) is not { } told || told.Hash != hash) return false;
        var (own, apart) = NoticesOf(purpose, terms.Registry.Recipients[recipient.Id]);
        var person = current.Begin();
        var state = await ledger.StateOfAsync(person, ct);
        List<ConsentAct> acts = [];
        foreach (var (notice, to) in new[] { (own, (Recipient?)null), (apart, recipient) })
            if (state.Of(purpose.Id, to?.Id) is not Answer.Granted)
                acts.AddRange(new[] { ConsentEventKind.NoticeShown, ConsentEventKind.Granted }.Select(kind => new ConsentAct(person, kind, purpose, to, notice.Hash, page, ConsentMethod.Click)));
        if (acts.Count > 0) await ledger.AppendAsync(acts, ct);
        return true;
    }

    public async ValueTask<Denial?> RefusalAsync(Purpose purpose, Recipient recipient, IReadOnlyList<Category> categories, CancellationToken ct) =>
        await guard.DemandAsync(current.Find(), purpose, recipient, categories, ct) is Decision.Denied no ? no.Reason : null;

    public async Task WithdrawAsync(Subject subject, Purpose purpose, Recipient recipient, bool last, string page, CancellationToken ct)
    {
        var state = await ledger.StateOfAsync(subject, ct);
        List<ConsentAct> acts = [];
        foreach (var to in last ? new Recipient?[] { recipient, null } : [recipient])
            if (state.Of(purpose.Id, to?.Id) is Answer.Granted) acts.Add(new(subject, ConsentEventKind.Withdrawn, purpose, to, state.EvidenceOf(purpose.Id, to?.Id)!.NoticeHash, page, ConsentMethod.Click));
        if (acts.Count > 0) await ledger.AppendAsync(acts, ct);
    }

    private (Notice Own, Notice Apart) NoticesOf(Purpose purpose, RecipientEntry to) => terms.Registry.Purposes[purpose.Id] is var entry ? (Notice.Of(terms, entry, null), Notice.Of(terms, entry, to)) : default;
}
