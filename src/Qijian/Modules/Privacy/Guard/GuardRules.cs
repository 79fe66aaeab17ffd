using System.Collections.Frozen;

namespace Qijian.Modules.Privacy;

/// <summary>One demand with all that it is decided by, beside the registry.</summary>
internal readonly record struct Demand(Subject? Subject, Purpose Purpose, Recipient? Recipient, IReadOnlyList<Category> Categories, ConsentState? State, bool Restricted, bool Minor, bool OptsOut, DateTimeOffset Now);

/// <summary>
/// The decision: a function of the registry and the demand, with no reads of its own. While the version of the policy that the program
/// brings does not hold yet, the registry of the one that holds must allow it too: what narrows counts at once, what widens on its day.
/// </summary>
internal sealed class GuardRules(ConsentTerms terms, CurrentPolicy? current = null)
{
    private static readonly FrozenDictionary<Denial, Decision> Denials = Enum.GetValues<Denial>().ToFrozenDictionary(d => d, d => (Decision)new Decision.Denied(d));
    private readonly RuleSet own = new(terms, assess: true);
    private volatile RuleSet? held;

    public ProcessingRegistry Registry => own.Registry;

    private RuleSet? Held
    {
        get
        {
            if (current?.Held is not { } registry) return null;
            return held is { } known && known.Registry == registry ? known : held = new(new(registry, current.Number), assess: false); // an assessment that was made anew counts at once
        }
    }

    /// <summary>Whether the person's answers decide about the purpose.</summary>
    public bool AsksConsent(Purpose purpose) => Any(purpose, p => p.AsksConsent);

    /// <summary>Whether a restriction of the person decides about it: their requests and what a law demands go on.</summary>
    public bool YieldsToRestriction(Purpose purpose) => Any(purpose, p => p.Basis is not (Basis.LegalDuty or Basis.Emergency));

    /// <summary>Whether the purpose is not for minors.</summary>
    public bool IsForAdults(Purpose purpose) => Any(purpose, p => p.Minors is Minors.Deny);

    public Decision Decide(in Demand demand)
    {
        if (own.Refuse(demand) is { } reason) return Denials[reason];
        if (Held?.Refuse(demand) is not null) return Denials[Denial.NotOpen];
        // Without a subject it covers nobody's stored data: no value opens with it. The list is copied: who asked may not lengthen it later.
        return new Decision.Allowed(new(demand.Subject ?? default, demand.Purpose, [.. demand.Categories], demand.Now));
    }

    private bool Any(Purpose purpose, Func<PurposeEntry, bool> says) => own.Says(purpose, says) || Held?.Says(purpose, says) is true;

    /// <summary>The rules of one registry.</summary>
    private sealed class RuleSet(ConsentTerms terms, bool assess)
    {
        private readonly ProcessingRegistry registry = terms.Registry;
        private readonly FrozenDictionary<string, Rule> rules = terms.Registry.Purposes.Values.ToFrozenDictionary(p => p.Id, p => new Rule(p, [.. terms.FeaturesOf(p)],
            p.Basis is Basis.SeparateConsent && (p.Recipients.Count > 0 || p.Id == Purpose.ThirdPartyPromotion.Id)), StringComparer.Ordinal);

        public ProcessingRegistry Registry => registry;

        public bool Says(Purpose purpose, Func<PurposeEntry, bool> says) => rules.TryGetValue(purpose.Id, out var rule) && says(rule.Purpose);

        public Denial? Refuse(in Demand demand)
        {
            if (!rules.TryGetValue(demand.Purpose.Id, out var rule)) return Denial.UnknownPurpose;
            foreach (var category in demand.Categories) if (!rule.Purpose.Reads.ContainsKey(category.Id)) return Denial.NotForThisPurpose;
            RecipientEntry? to = null;
            if (demand.Recipient is { } recipient)
            {
                if (!rule.Purpose.Recipients.Contains(recipient.Id) || !registry.Recipients.TryGetValue(recipient.Id, out to)) return Denial.NotForThisPurpose;
                foreach (var category in demand.Categories) if (!to.Fields.Contains(category.Id)) return Denial.NotForThisPurpose;
            }

            if (rule.Features.Count == 0) return Denial.NotOpen;
            var today = ChinaTime.Day(demand.Now);
            if (assess && (!registry.Assessed(rule.Purpose.Pia, rule.Purpose.Id, today) || !AnyAssessed(rule.Features, today) || (to is not null && !registry.Assessed(to.Pia, to.Id, today)))) return Denial.NotAssessed;
            if (demand.Restricted && rule.Purpose.Basis is not (Basis.LegalDuty or Basis.Emergency)) return Denial.Restricted;
            if (demand.Minor && rule.Purpose.Minors is Minors.Deny) return Denial.Minor;
            if (!rule.Purpose.AsksConsent) return null;
            if (demand.OptsOut && rule.Shares) return Denial.Signal;
            if (demand.Subject is null || demand.State is not { } state) return Denial.NobodyAsked;
            return RefuseBy(state.Of(rule.Purpose.Id), demand.Categories) ?? (to is { AskedApart: true } ? RefuseBy(state.Of(rule.Purpose.Id, to.Id), demand.Categories) : null);
        }

        private bool AnyAssessed(List<FeatureEntry> features, DateOnly today)
        {
            foreach (var feature in features) if (registry.Assessed(feature.Pia, feature.Id, today)) return true;
            return false;
        }

        private static Denial? RefuseBy(Answer answer, IReadOnlyList<Category> categories)
        {
            switch (answer)
            {
                case Answer.Granted yes:
                    foreach (var category in categories) if (!CategoryList.Contains(yes.Categories, category.Id)) return Denial.Outgrown;
                    return null;
                case Answer.Refused: return Denial.Refused;
                case Answer.Withdrawn: return Denial.Withdrawn;
                case Answer.Outgrown: return Denial.Outgrown;
                default: return Denial.NoConsent;
            }
        }

        /// <summary>A purpose with the open functions that need it, and whether a browser's signal not to share shuts it.</summary>
        private sealed record Rule(PurposeEntry Purpose, List<FeatureEntry> Features, bool Shares);
    }
}
