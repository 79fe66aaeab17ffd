namespace Qijian.Modules.Privacy;

/// <summary>
/// What answers are judged by: the registry, the version of the policy, and in which version each purpose was last broadened in a
/// way that its categories and basis do not show, such as a longer period or a decision by machine.
/// </summary>
internal sealed class ConsentTerms(ProcessingRegistry registry, int policyVersion, IReadOnlyDictionary<string, int>? broadened = null)
{
    public ProcessingRegistry Registry => registry;
    public int PolicyVersion => policyVersion;

    /// <summary>The purposes that a person decides about here and now: those of open functions. A guardian's consent is not given by a click.</summary>
    public IEnumerable<PurposeEntry> Choices => registry.Optional.Where(p => p.Basis is not Basis.Guardian && FeaturesOf(p).Any());

    /// <summary>The open functions that need the purpose.</summary>
    public IEnumerable<FeatureEntry> FeaturesOf(PurposeEntry purpose) => registry.Features.Values.Where(f => f.Open && f.Purposes.Contains(purpose.Id, StringComparer.Ordinal)).OrderBy(f => f.Line);

    /// <summary>Those who receive something only with a consent of their own.</summary>
    public IEnumerable<RecipientEntry> AskedApart(PurposeEntry purpose) => purpose.Recipients.Select(registry.Recipients.GetValueOrDefault).OfType<RecipientEntry>().Where(r => r.AskedApart);

    /// <summary>The categories that an answer is about, in their order.</summary>
    public static IEnumerable<string> ScopeOf(PurposeEntry purpose, RecipientEntry? recipient) =>
        purpose.Reads.Keys.Where(c => recipient is null || recipient.Fields.Contains(c, StringComparer.Ordinal)).Order(StringComparer.Ordinal);

    /// <summary>Whether more is asked for now than an answer was about.</summary>
    public bool Outgrew(string purpose, string? recipient, string categories, Basis basis, int version)
    {
        if (!registry.Purposes.TryGetValue(purpose, out var now)) return true;
        RecipientEntry? to = null;
        if (recipient is not null && (!registry.Recipients.TryGetValue(recipient, out to) || !to.Purposes.Contains(purpose, StringComparer.Ordinal))) return true;
        return version < broadened?.GetValueOrDefault(purpose)
            || (now.Basis != basis && !(now.Basis is Basis.Consent && basis is Basis.SeparateConsent)) // the separate one holds for the plain one
            || ScopeOf(now, to).Any(c => !CategoryList.Contains(categories, c));
    }

    /// <summary>How long an answer holds: a visitor's as long as their cookie may live, a member's until they say otherwise.</summary>
    public Period? ValidityOf(SubjectKind kind) => kind is SubjectKind.Visitor ? registry.Retention.GetValueOrDefault("visitor_choice")?.Ceiling : null;
}

/// <summary>Ids of categories as one text, as the ledger holds them: joined by spaces.</summary>
internal static class CategoryList
{
    public static string Join(IEnumerable<string> categories) => string.Join(' ', categories);

    public static bool Contains(ReadOnlySpan<char> list, ReadOnlySpan<char> category)
    {
        foreach (var part in list.Split(' ')) if (list[part].SequenceEqual(category)) return true;
        return false;
    }
}
