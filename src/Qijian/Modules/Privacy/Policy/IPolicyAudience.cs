namespace Qijian.Modules.Privacy;

/// <summary>A version of the policy that is published and not yet in effect.</summary>
/// <param name="PublishedAt">From then on it stands on every page: whoever joined later had it before them.</param>
public sealed record AnnouncedPolicy(int Number, DateTimeOffset PublishedAt, DateTimeOffset EffectiveFrom);

/// <summary>What became of telling one person by one way.</summary>
public sealed record PolicyTelling(string Channel, bool Delivered, string? Reason);

/// <summary>Persons whom a module reaches by ways of its own. No version takes effect before each of them was told of it.</summary>
public interface IPolicyAudience
{
    /// <summary>Those who were not told yet, in a fixed order, but for the first so many: they could not be reached.</summary>
    Task<IReadOnlyList<Subject>> UntoldAsync(AnnouncedPolicy coming, int skip, int most, CancellationToken ct);

    /// <summary>How many were not, of those who joined before it was published.</summary>
    Task<int> CountUntoldAsync(AnnouncedPolicy coming, CancellationToken ct);

    /// <summary>Tells one of them. What it adds to the context exists once the caller saves it, together with the record of the telling.</summary>
    Task<IReadOnlyList<PolicyTelling>> TellAsync(AnnouncedPolicy coming, Subject subject, CancellationToken ct);
}
