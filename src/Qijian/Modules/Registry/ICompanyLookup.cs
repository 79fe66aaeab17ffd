namespace Qijian.Modules.Registry;

/// <summary>What other modules may ask of companies and persons in public roles.</summary>
public interface ICompanyLookup
{
    /// <summary>A company with every fact, each with its source, times and basis.</summary>
    /// <param name="id">The public id: a credit code, or <c>x-…</c>.</param>
    /// <param name="time">Which day in the world, and what was known when; the default is all that is known now.</param>
    Task<CompanyLookupResult> FindAsync(string id, AsOf time, CancellationToken ct);

    /// <summary>The rows of a list, in the order of the numbers; a number that is not there is left out.</summary>
    Task<IReadOnlyList<CompanySummary>> SummariesAsync(IReadOnlyList<int> numbers, CancellationToken ct);

    /// <summary>A person in a public role.</summary>
    Task<PersonLookupResult> FindPersonAsync(string id, CancellationToken ct);

    /// <summary>What the registry holds, and from where.</summary>
    Task<RegistryOverview> OverviewAsync(CancellationToken ct);
}

/// <summary>A point on both time axes: <see cref="Day"/> in the world, <see cref="Known"/> in what was recorded.</summary>
/// <param name="Ended">Whether relations that had ended by then are wanted too.</param>
public readonly record struct AsOf(DateOnly? Day, DateTimeOffset? Known, bool Ended = false);

/// <summary>What became of a look-up: found, moved to another id, gone for good, or never there.</summary>
public abstract record CompanyLookupResult
{
    private CompanyLookupResult() { }

    public sealed record Found(CompanyView Company) : CompanyLookupResult;

    public sealed record Moved(string Id) : CompanyLookupResult;

    public sealed record Gone : CompanyLookupResult;

    public sealed record Unknown : CompanyLookupResult;
}

/// <summary>What became of a person look-up.</summary>
public abstract record PersonLookupResult
{
    private PersonLookupResult() { }

    public sealed record Found(PersonView Person) : PersonLookupResult;

    /// <summary>The body was joined to another, at which the person has a new id.</summary>
    public sealed record Moved(string Company) : PersonLookupResult;

    public sealed record Gone : PersonLookupResult;

    public sealed record Unknown : PersonLookupResult;
}

/// <summary>A company in a list.</summary>
public sealed record CompanySummary(
    int Number, string Id, EntityType Type, string? Name, string? CreditCode, string? RegistrationNumber, string? Lei, string? StockCode,
    CompanyStatus? Status, string? Province, string? City, DateOnly? FoundedOn, Money? Capital, string? LegalForm, string? Industry,
    string? LegalRepresentative, string? LegalRepresentativeId);

/// <summary>Where a value comes from and when it was known.</summary>
/// <param name="Record">The record's key in its dataset.</param>
/// <param name="FirstSeen">The first snapshot that states the value.</param>
/// <param name="LastSeen">The last snapshot that states it.</param>
/// <param name="InLatest">Whether the dataset's latest snapshot still states it. If not, it was last seen then: no end is claimed.</param>
public sealed record Provenance(
    string Dataset, string? Publisher, string Record, string? Url, Basis Basis, DateTimeOffset RetrievedAt, DateTimeOffset RecordedAt,
    DateTimeOffset? SupersededAt, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, bool InLatest, bool JoinedByName, bool Fictional);

/// <summary>One value of one property. <see cref="Value"/> is normalised, <see cref="Original"/> as filed where that differs.</summary>
/// <param name="Current">Whether this is the value shown first; others are earlier ones or those of other sources.</param>
/// <param name="FailsCheck">An identifier whose check character is wrong, kept as filed.</param>
public sealed record Fact(
    Property Property, string Value, string? Original, string? Lang, DateOnly? ValidFrom, DateOnly? ValidTo, bool Current, bool FailsCheck, Provenance Source);

/// <summary>The other side of a relation: a body or person with a page of its own, a mere name, or nobody named.</summary>
public sealed record Party(EntityType Type, string? Id, string? Name, string? CreditCode, string? Lei);

/// <summary>One edge of a company's or person's surroundings. Shares are percent, as numbers of the filed text.</summary>
public sealed record RelationView(
    RelationKind Kind, Party From, Party To, string? Role, decimal? Percent, decimal? Minimum, decimal? Maximum, Money? Amount,
    DateOnly? ValidFrom, DateOnly? ValidTo, IReadOnlyDictionary<string, string> More, Provenance Source);

/// <summary>Something that happened: a change, a penalty, a listing as abnormal.</summary>
public sealed record EventView(Property Property, DateOnly? Date, string Title, IReadOnlyList<KeyValuePair<Field, string>> Fields, Provenance Source);

/// <summary>A company and all that is said of it.</summary>
public sealed record CompanyView
{
    public required CompanySummary Summary { get; init; }
    public required DateOnly AsOf { get; init; }

    /// <summary>Grows with every change of the company; the strong part of its ETag.</summary>
    public required string Version { get; init; }
    public required IReadOnlyList<Fact> Facts { get; init; }
    public required IReadOnlyList<RelationView> Owners { get; init; }
    public required IReadOnlyList<RelationView> Holdings { get; init; }
    public required IReadOnlyList<RelationView> Officers { get; init; }
    public required IReadOnlyList<RelationView> Parents { get; init; }
    public required IReadOnlyList<RelationView> Branches { get; init; }
    public required IReadOnlyList<EventView> Changes { get; init; }
    public required IReadOnlyList<EventView> Risks { get; init; }
    public required IReadOnlyList<DatasetView> Datasets { get; init; }

    /// <summary>More holdings, branches or roles exist than are listed here.</summary>
    public required bool Truncated { get; init; }
    public bool Fictional => Datasets.Any(d => d.Fictional);

    /// <summary>The value of a property that is shown first.</summary>
    public Fact? this[Property property] => Facts.FirstOrDefault(f => f.Current && f.Property == property);
}

/// <summary>A person in a public role, and the roles.</summary>
/// <param name="Roles">With those of every other record that was decided to be the same person's.</param>
/// <param name="Same">Those decisions.</param>
public sealed record PersonView(string Id, string Name, IReadOnlyList<RelationView> Roles, string Version, bool Fictional, IReadOnlyList<SamenessView> Same);

/// <summary>A source, with its latest snapshot.</summary>
public sealed record DatasetView(string Name, string? Publisher, string? Url, DateTimeOffset? RetrievedAt, long Records, bool Fictional);

/// <summary>What the registry holds.</summary>
public sealed record RegistryOverview(long Companies, long People, IReadOnlyList<DatasetView> Datasets, long Sequence);
