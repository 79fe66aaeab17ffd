namespace Qijian.Modules.Privacy;

/// <summary>One value that is held about a person: where, of which category, since when.</summary>
public sealed record StoredValue(string Store, string Name, Category Category, string? Value, DateTimeOffset? Since);

/// <summary>What erasing a person comes to in one store: how many values go, and what stays, why and until when.</summary>
public sealed record ErasurePlan(string Store, int Erased, IReadOnlyList<Retained> Kept);

/// <summary>Values that a law keeps for a time.</summary>
public sealed record Retained(Category Category, int Values, string Reason, DateTimeOffset Until);

/// <summary>What was found of a person after erasure. A store that cannot find what it holds vouches for nothing.</summary>
public sealed record Verification(string Store, bool CanSee, int Found);

/// <summary>
/// What a module holds about persons. A module whose columns are tagged has this without writing it; one that keeps personal data
/// anywhere else (files, an index, a queue) implements it for that place.
/// </summary>
public interface IPersonalDataStore
{
    /// <summary>The name of the store in exports and certificates.</summary>
    string Name { get; }

    /// <summary>Everything that is held about the person, by the same selection that erasure takes.</summary>
    IAsyncEnumerable<StoredValue> ExportAsync(Subject subject, CancellationToken ct);

    /// <summary>What erasure would do now.</summary>
    Task<ErasurePlan> PlanAsync(Subject subject, CancellationToken ct);

    /// <summary>Erases the person and nobody else; again, where it was broken off, with the same end.</summary>
    Task EraseAsync(Subject subject, CancellationToken ct);

    /// <summary>Looks for what is left, by other means than those that erased. <paramref name="needles"/> are values that the person is known to have had.</summary>
    Task<Verification> VerifyAsync(Subject subject, IReadOnlyList<string> needles, CancellationToken ct);
}
