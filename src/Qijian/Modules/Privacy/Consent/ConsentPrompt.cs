namespace Qijian.Modules.Privacy;

/// <summary>Asks where a function is used: whether to ask this person now, and what the page part <c>_Prompt</c> shows.</summary>
public interface IConsentPrompts
{
    /// <summary>Null where nothing is to be asked: they have answered, or the purpose is not one to answer. <paramref name="returnTo"/> is the page that they come back to.</summary>
    ValueTask<ConsentPrompt?> FindAsync(Purpose purpose, string returnTo, CancellationToken ct);
}

/// <summary>One question to one person; a page shows it with the part <c>/Modules/Privacy/Pages/_Prompt.cshtml</c>.</summary>
public sealed class ConsentPrompt
{
    internal ConsentPrompt(Notice notice, string returnTo, bool? pressed) => (Notice, ReturnTo, Pressed) = (notice, returnTo, pressed);

    internal Notice Notice { get; }
    internal string ReturnTo { get; }

    /// <summary>Which answer stands; null while none does.</summary>
    internal bool? Pressed { get; }
}

internal sealed class ConsentPrompts(ConsentTerms terms, ConsentLedger ledger, ICurrentSubject current) : IConsentPrompts
{
    public async ValueTask<ConsentPrompt?> FindAsync(Purpose purpose, string returnTo, CancellationToken ct)
    {
        if (terms.Choices.FirstOrDefault(p => p.Id == purpose.Id) is not { } entry) return null;
        if (current.Find() is { } subject && !(await ledger.StateOfAsync(subject, ct)).MayAsk(purpose.Id)) return null;
        return new(Notice.Of(terms, entry, null), returnTo, null);
    }
}
