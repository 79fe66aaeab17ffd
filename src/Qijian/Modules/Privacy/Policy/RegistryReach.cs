namespace Qijian.Modules.Privacy;

/// <summary>In which respect more is done with personal data than before (PIPL 14 and 17).</summary>
internal enum Reach { Purpose, Method, Category, Recipient, Period, Place }

/// <summary>One respect in which a registry reaches further: the entry, and the purpose that it concerns where it is one.</summary>
internal sealed record Widening(Reach Reach, string Id, string? Purpose = null)
{
    public override string ToString() => $"{Reach.Word()}: {Id}";
}

/// <summary>
/// Where one registry reaches further than another. Nobody decides this: whoever writes a version may call it narrower, and is
/// overruled by what the system would do.
/// </summary>
internal static class RegistryReach
{
    public static IReadOnlyList<Widening> Between(ProcessingRegistry before, ProcessingRegistry after)
    {
        List<Widening> found = [];
        foreach (var now in after.Purposes.Values.OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line)) found.AddRange(OfPurpose(before, after, now));
        foreach (var now in after.Features.Values.OrderBy(f => f.Line)) found.AddRange(OfFeature(before.Features.GetValueOrDefault(now.Id), now));
        foreach (var now in after.Recipients.Values.OrderBy(r => r.Line)) found.AddRange(OfRecipient(before.Recipients.GetValueOrDefault(now.Id), now));
        foreach (var now in after.Cookies.Values.OrderBy(c => c.Line))
        {
            if (!before.Cookies.TryGetValue(now.Id, out var then) || then.Kind != now.Kind) found.Add(new(Reach.Method, now.Id, now.Purpose));
            else if (LastsLonger(then.Ttl, now.Ttl)) found.Add(new(Reach.Period, now.Id, now.Purpose));
            else if (then.Purpose != now.Purpose) found.Add(new(Reach.Purpose, now.Id, now.Purpose));
        }

        foreach (var now in after.Templates.Values.OrderBy(t => t.Line))
        {
            if (!before.Templates.TryGetValue(now.Id, out var then)) continue; // what is sent serves a purpose, and that is looked at
            if (now.Channels.Except(then.Channels, StringComparer.Ordinal).Any() || Imposed(now.Class) > Imposed(then.Class)) found.Add(new(Reach.Method, now.Id, now.Purpose));
            else if (then.Purpose != now.Purpose) found.Add(new(Reach.Purpose, now.Id, now.Purpose));
        }

        return [.. found.Distinct()];
    }

    private static IEnumerable<Widening> OfPurpose(ProcessingRegistry before, ProcessingRegistry after, PurposeEntry now)
    {
        // One that was only renamed is compared with what it was.
        if ((before.Purposes.GetValueOrDefault(now.Id) ?? (now.Supersedes is { } earlier && !after.Purposes.ContainsKey(earlier) ? before.Purposes.GetValueOrDefault(earlier) : null)) is not { } then)
        {
            yield return new(Reach.Purpose, now.Id, now.Id);
            yield break;
        }

        foreach (var (category, need) in now.Reads)
        {
            if (!then.Reads.TryGetValue(category, out var was)) yield return new(Reach.Category, category, now.Id);
            else if (need is Need.Required && was is Need.Optional) yield return new(Reach.Method, category, now.Id);
        }

        foreach (var recipient in now.Recipients.Except(then.Recipients, StringComparer.Ordinal)) yield return new(Reach.Recipient, recipient, now.Id);
        if (Longer(before.Retention.GetValueOrDefault(then.Retention), after.Retention.GetValueOrDefault(now.Retention))) yield return new(Reach.Period, now.Retention, now.Id);
        if ((now.AutomatedDecision && !then.AutomatedDecision) || (now.Sensitive && !then.Sensitive) || (now.Minors is Minors.Allow && then.Minors is Minors.Deny) || Weaker(then.Basis, now.Basis)) yield return new(Reach.Method, now.Id, now.Id);
    }

    private static IEnumerable<Widening> OfFeature(FeatureEntry? then, FeatureEntry now)
    {
        if (now.Open && then is not { Open: true })
        {
            yield return new(Reach.Method, now.Id);
            foreach (var purpose in now.Purposes) yield return new(Reach.Method, now.Id, purpose); // what nobody could use until now
        }
        else if (then is not null)
        {
            foreach (var purpose in now.Purposes.Except(then.Purposes, StringComparer.Ordinal)) yield return new(Reach.Purpose, now.Id, purpose);
            foreach (var category in now.Required.Concat(now.Optional).Except(then.Required.Concat(then.Optional), StringComparer.Ordinal)) yield return new(Reach.Category, category);
            foreach (var category in now.Required.Except(then.Required, StringComparer.Ordinal).Intersect(then.Optional, StringComparer.Ordinal)) yield return new(Reach.Method, category);
        }
    }

    private static IEnumerable<Widening> OfRecipient(RecipientEntry? then, RecipientEntry now)
    {
        if (then is null)
        {
            yield return new(Reach.Recipient, now.Id);
            if (now.Abroad) yield return new(Reach.Place, now.Id);
            yield break;
        }

        foreach (var purpose in now.Purposes.Except(then.Purposes, StringComparer.Ordinal)) yield return new(Reach.Recipient, now.Id, purpose);
        foreach (var category in now.Fields.Except(then.Fields, StringComparer.Ordinal)) yield return new(Reach.Recipient, $"{now.Id} {category}");
        if (then.Kind is RecipientKind.Processor && now.Kind is RecipientKind.Handler)
            foreach (var purpose in now.Purposes) yield return new(Reach.Recipient, now.Id, purpose);
        if (then.Jurisdiction != now.Jurisdiction) foreach (var purpose in now.Purposes) yield return new(Reach.Place, now.Id, purpose);
    }

    // Another start cannot be compared, so it counts as longer; and what is made anonymous or cut short is not gone.
    private static bool Longer(RetentionEntry? then, RetentionEntry? now) =>
        now is not null && (then is null || now.Start != then.Start || (then.Ceiling is { } ceiling && !(now.Ceiling <= ceiling)) || (now.Then is not AfterRetention.Delete && then.Then is AfterRetention.Delete));

    private static bool LastsLonger(string then, string now) =>
        then != now && now is not "session" && (then is "session" || !(Period.TryParse(then, null, out var before) && Period.TryParse(now, null, out var after) && after <= before));

    // Fewer are asked, or asked less clearly.
    private static bool Weaker(Basis then, Basis now) => then != now && Asked(now) < Asked(then);

    private static int Asked(Basis basis) => basis switch { Basis.SeparateConsent or Basis.Guardian => 2, Basis.Consent => 1, _ => 0 };

    // How little a person can do against a message.
    private static int Imposed(MessageClass kind) => kind switch { MessageClass.ServiceMandatory => 3, MessageClass.Transactional => 2, MessageClass.ServiceOptional => 1, _ => 0 };
}

internal static class PolicyWords
{
    /// <summary>In the reader's language.</summary>
    public static string Word(this Reach reach) => reach switch
    {
        Reach.Purpose => Text.ReachPurpose, Reach.Method => Text.ReachMethod, Reach.Category => Text.ReachCategory, Reach.Recipient => Text.ReachRecipient, Reach.Period => Text.ReachPeriod, _ => Text.ReachPlace,
    };

    /// <inheritdoc cref="Word(Reach)"/>
    public static string Word(this ChangeClass change) => change switch
    {
        ChangeClass.First => Text.ChangeFirst, ChangeClass.Editorial => Text.ChangeEditorial, ChangeClass.Clarified => Text.ChangeClarified, ChangeClass.Narrowed => Text.ChangeNarrowed, _ => Text.ChangeBroadened,
    };
}
