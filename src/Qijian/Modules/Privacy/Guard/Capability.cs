namespace Qijian.Modules.Privacy;

/// <summary>
/// The right to read categories of one person's data for one purpose. Only the guard makes one, it cannot be stored or sent, and it
/// ends after a minute: work that waits asks again when its turn comes.
/// </summary>
public sealed class Capability
{
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    internal Capability(Subject subject, Purpose purpose, IReadOnlyList<Category> categories, DateTimeOffset at) => (Subject, Purpose, Categories, DecidedAt) = (subject, purpose, categories, at);

    /// <summary>Whose data.</summary>
    public Subject Subject { get; }

    /// <summary>What for.</summary>
    public Purpose Purpose { get; }

    /// <summary>Which categories.</summary>
    public IReadOnlyList<Category> Categories { get; }

    /// <summary>When it was decided.</summary>
    public DateTimeOffset DecidedAt { get; }

    /// <summary>Whether it opens this category of this person now.</summary>
    internal bool Opens(Subject subject, Category category, DateTimeOffset now)
    {
        if (subject != Subject || now - DecidedAt > Lifetime || now < DecidedAt) return false;
        foreach (var covered in Categories) if (covered == category) return true;
        return false;
    }
}

/// <summary>Why the guard says no.</summary>
public enum Denial
{
    /// <summary>The purpose is not in the registry.</summary>
    UnknownPurpose,

    /// <summary>The purpose does not read the category.</summary>
    NotForThisPurpose,

    /// <summary>Nobody knows whose data it would be: a visitor that never chose anything.</summary>
    NobodyAsked,

    /// <summary>The person was not asked, or has not answered.</summary>
    NoConsent,

    /// <summary>The person said no.</summary>
    Refused,

    /// <summary>The person took consent back.</summary>
    Withdrawn,

    /// <summary>Consent was given for less than this, or for an earlier purpose.</summary>
    Outgrown,

    /// <summary>The browser sends the signal not to share.</summary>
    Signal,

    /// <summary>The person is a minor, for whom the purpose is not.</summary>
    Minor,

    /// <summary>The person's data is only stored and protected.</summary>
    Restricted,

    /// <summary>The impact assessment is missing or out of date.</summary>
    NotAssessed,

    /// <summary>The purpose belongs to functions that are not open.</summary>
    NotOpen,
}

/// <summary>What the guard says.</summary>
public abstract record Decision
{
    private Decision() { }

    /// <summary>Yes, with what opens the vault.</summary>
    public sealed record Allowed(Capability Capability) : Decision;

    /// <summary>No, and why.</summary>
    public sealed record Denied(Denial Reason) : Decision;
}

/// <summary>Knows who is a minor. A module that keeps members' ages registers one.</summary>
public interface IMinors
{
    /// <summary>Whether the person is known to be one.</summary>
    ValueTask<bool> IsMinorAsync(Subject subject, CancellationToken ct);
}

/// <summary>Decides every use of personal data, by the registry and by what the person said. Nothing is allowed that it has not allowed.</summary>
public interface IPurposeGuard
{
    /// <summary>Whether these categories of this person's data may be read for this purpose now; null is a visitor that nobody knows.</summary>
    ValueTask<Decision> DemandAsync(Subject? subject, Purpose purpose, IReadOnlyList<Category> categories, CancellationToken ct);

    /// <summary>The same for work that waited, with what is so now.</summary>
    ValueTask<Decision> DemandAsync(PurposeTicket ticket, CancellationToken ct) => DemandAsync(ticket.Subject, ticket.Purpose, ticket.Categories, ct);
}
