using Qijian.Platform;

namespace Qijian.Modules.Privacy;

/// <summary>
/// Gathers what a demand is decided by. Answers are read once for a person and request, only where they decide, and never kept for
/// the next request: a withdrawal holds from then on.
/// </summary>
internal sealed class PurposeGuard(GuardRules rules, ConsentLedger ledger, Scoped<ConsentLedger> ownLedger, RestrictionList restrictions, IEnumerable<IMinors> minors, IHttpContextAccessor http, TimeProvider clock) : IPurposeGuard, IRecipientGuard
{
    private readonly Dictionary<Subject, ConsentState> states = [];
    private readonly Dictionary<Subject, bool> ages = [];

    public ValueTask<Decision> DemandAsync(Subject? subject, Purpose purpose, IReadOnlyList<Category> categories, CancellationToken ct) => DemandAsync(subject, purpose, null, categories, ct);

    public ValueTask<Decision> DemandAsync(PurposeTicket ticket, CancellationToken ct)
    {
        states.Remove(ticket.Subject); // a worker's scope may be older than the withdrawal
        return DemandAsync(ticket.Subject, ticket.Purpose, null, ticket.Categories, ct);
    }

    public ValueTask<Decision> DemandAsync(Subject? subject, Purpose purpose, Recipient? recipient, IReadOnlyList<Category> categories, CancellationToken ct)
    {
        Demand demand = new(subject, purpose, recipient, categories, null, Restricted: false, Minor: false, OptsOut, clock.GetUtcNow());
        if (subject is not { } person) return new(rules.Decide(demand));
        ConsentState? state = null;
        bool? minor = rules.IsForAdults(purpose) && person.Kind is SubjectKind.Member ? ages.TryGetValue(person, out var young) ? young : null : false;
        var known = minor is not null && (!rules.AsksConsent(purpose) || states.TryGetValue(person, out state));
        return known && IsRestricted(demand) is { } restricted ? DecideAsync(demand with { State = state, Restricted = restricted, Minor = minor is true }, ct) : ReadAsync(demand, ct);
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
        var minor = rules.IsForAdults(demand.Purpose) && person.Kind is SubjectKind.Member && await IsMinorAsync(person, ct);
        return await DecideAsync(demand with { State = state, Restricted = restricted, Minor = minor }, ct);
    }

    private async ValueTask<bool> IsMinorAsync(Subject person, CancellationToken ct)
    {
        if (ages.TryGetValue(person, out var known)) return known;
        var minor = false;
        foreach (var source in minors) minor |= await source.IsMinorAsync(person, ct);
        return ages[person] = minor;
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
