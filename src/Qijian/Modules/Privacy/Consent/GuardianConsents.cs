namespace Qijian.Modules.Privacy;

/// <summary>The consent of a guardian, who is told what an adult would be told about the account of a minor.</summary>
public interface IGuardianConsents
{
    /// <summary>What the guardian is told before they agree, line by line, in the reader's language.</summary>
    IReadOnlyList<(string Label, string Words)> Lines { get; }

    /// <summary>Records that the guardian of this person was told so and agreed, having proved a number of their own.</summary>
    Task RecordAsync(Subject minor, string page, CancellationToken ct);
}

internal sealed class GuardianConsents(ConsentTerms terms, ConsentLedger ledger) : IGuardianConsents
{
    public IReadOnlyList<(string Label, string Words)> Lines => Of.Lines;

    private Notice Of => Notice.Of(terms, terms.Registry.Purposes[Purpose.GuardianConsent.Id], null);

    public async Task RecordAsync(Subject minor, string page, CancellationToken ct)
    {
        var hash = Of.Hash;
        ConsentAct Act(ConsentEventKind kind) => new(minor, kind, Purpose.GuardianConsent, null, hash, page, ConsentMethod.Click, "guardian");
        await ledger.AppendAsync([Act(ConsentEventKind.NoticeShown), Act(ConsentEventKind.GuardianGranted)], ct);
    }
}
