using Qijian.Platform;

namespace Qijian.Modules.Privacy;

/// <summary>
/// Gathers what a demand is decided by. Answers are read once for a person and request, only where they decide, and never kept for
/// the next request: a withdrawal holds from then on.
/// </summary>
internal sealed class PurposeGuard(GuardRules rules, ConsentLedger ledger, Scoped<ConsentLedger> ownLedger, RestrictionList restrictions, IHttpContextAccessor http, TimeProvider clock) : IPurposeGuard, IRecipientGuard
{
    private readonly Dictionary<Subject, ConsentState> states = [];

    public ValueTask<Decision> DemandAsync(Subject? subject, Purpose purpose, IReadOnlyList<Category> categories, CancellationToken ct) => DemandAsync(subject, purpose, null, categories, ct);

    public ValueTask<Decision> DemandAsync(PurposeTicket ticket, CancellationToken ct)
    {
        states.Remove(ticket.Subject); // a worker's scope may be older than the withdrawal
        return DemandAsync(ticket.Subject, ticket.Purpose, null, ticket.Categories, ct);
    }

    public ValueTask<Decision> DemandAsync(Subject? subject, Purpose purpose, Recipient? recipient, IReadOnlyList<Category> categories, CancellationToken ct)
    {
        Demand demand = new(subject, purpose, recipient, categories, null, Restricted: false, OptsOut, clock.GetUtcNow());
        if (subject is not { } person) return new(rules.Decide(demand));
        ConsentState? state = null;
        var known = !rules.AsksConsent(purpose) || states.TryGetValue(person, out state);
        return known && IsRestricted(demand) is { } restricted ? DecideAsync(demand with { State = state, Restricted = restricted }, ct) : ReadAsync(demand, ct);
    }

    // Global Privacy Control: the browser asks that nothing be sold or shared.
    private bool OptsOut => http.HttpContext?.Request.Headers["Sec-GPC"] is ["1"];

    // Null where it must be read first.
    private bool? IsRestricted(in Demand demand) =>
        demand.Subject is { Kind: not SubjectKind.Public } person && rules.YieldsToRestriction(demand.Purpose) ? restrictions.Contains(person, demand.Now) : false;

    private ValueTask<Decision> DecideAsync(in Demand demand, CancellationToken ct)
    {
        var decision = rules.Decide(demand);
        return decision is Decision.Denied { Reason: Denial.Signal } && demand is { Subject: { } person, State: { } state } && !state.Signalled(demand.Purpose.Id, demand.Now - ConsentLedger.Session)
            ? SignalAsync(person, demand.Purpose, decision, ct) : new(decision);
    }

    private async ValueTask<Decision> ReadAsync(Demand demand, CancellationToken ct)
    {
        var person = demand.Subject!.Value;
        ConsentState? state = null;
        if (rules.AsksConsent(demand.Purpose) && !states.TryGetValue(person, out state)) states[person] = state = await ledger.StateOfAsync(person, ct);
        var restricted = IsRestricted(demand) ?? await restrictions.ContainsAsync(person, demand.Now, ct);
        return await DecideAsync(demand with { State = state, Restricted = restricted }, ct);
    }

    // On a context of its own: a demand must not save what the caller has half done.
    private async ValueTask<Decision> SignalAsync(Subject subject, Purpose purpose, Decision decision, CancellationToken ct)
    {
        await using var lease = ownLedger.Open();
        await lease.Service.AppendAsync([new(subject, ConsentEventKind.Signal, purpose, null, [], "Sec-GPC", ConsentMethod.BrowserSignal)], ct);
        states.Remove(subject);
        return decision;
    }
}
