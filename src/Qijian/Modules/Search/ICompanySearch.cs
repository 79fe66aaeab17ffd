namespace Qijian.Modules.Search;

/// <summary>Finds companies. Two implementations answer the same contract: the embedded index, and PostgreSQL.</summary>
public interface ICompanySearch
{
    /// <summary>Whether queries can be answered yet.</summary>
    bool Ready { get; }

    /// <summary>One page of hits. A query is never an error: what cannot be understood finds nothing.</summary>
    Task<SearchPage> SearchAsync(SearchRequest request, CancellationToken ct);

    /// <summary>Up to ten entries for the box, best first.</summary>
    Task<IReadOnlyList<SearchSuggestion>> SuggestAsync(string text, CancellationToken ct);
}

/// <summary>How hits are ordered.</summary>
public enum SearchSort { Relevance, FoundedNewest, FoundedOldest, CapitalHighest, CapitalLowest, Name }

/// <summary>What was asked.</summary>
public sealed record SearchRequest
{
    /// <summary>As typed: words, "phrases", -without, field:value (docs/searching.md).</summary>
    public string Text { get; init; } = "";

    /// <summary>Chosen values by the name of their facet; several values in one are alternatives.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Filters { get; init; } = NoFilters;

    /// <summary>First day of foundation, inclusive.</summary>
    public DateOnly? FoundedFrom { get; init; }

    /// <summary>Last day of foundation, inclusive.</summary>
    public DateOnly? FoundedTo { get; init; }

    /// <summary>Smallest capital, inclusive, in units of <see cref="Currency"/>.</summary>
    public decimal? CapitalFrom { get; init; }

    /// <summary>Largest capital, inclusive.</summary>
    public decimal? CapitalTo { get; init; }

    /// <summary>The currency in which capital is compared, counted and sorted; amounts in others count as unknown.</summary>
    public string Currency { get; init; } = "CNY";
    public SearchSort Sort { get; init; }
    public int Page { get; init; } = 1;

    /// <summary>1 to 100.</summary>
    public int PageSize { get; init; } = 20;

    /// <summary>The snapshot that an earlier page came from, so that paging stays stable while data changes.</summary>
    public string? Snapshot { get; init; }

    /// <summary>Whether facets are counted.</summary>
    public bool Facets { get; init; } = true;

    internal IReadOnlyList<string> Chosen(string facet) => Filters.GetValueOrDefault(facet, []);

    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> NoFilters = new Dictionary<string, IReadOnlyList<string>>();
}

/// <summary>Why an entry was found.</summary>
public enum Matched { Browse, Name, FormerName, OtherName, Pinyin, Initials, Person, CreditCode, RegistrationNumber, Lei, StockCode, Words, Alias, Scope, Address, Similar }

/// <summary>One hit: the matched text where it is not the name, and the parts of name or text that matched.</summary>
public sealed record SearchHit(Registry.CompanySummary Company, Matched Matched, string? MatchedText, IReadOnlyList<Range> Marks);

/// <summary>One value of a facet, and how many hits it would leave.</summary>
public sealed record FacetValue(string Value, string Label, int Count, bool Selected);

/// <summary>One facet, named as its query parameter.</summary>
public sealed record Facet(string Name, string Label, IReadOnlyList<FacetValue> Values);

/// <summary>One page of hits.</summary>
/// <param name="AtLeast">More than <paramref name="Total"/> may match: counting stopped early.</param>
/// <param name="DidYouMean">A text that finds more, where this one finds little.</param>
public sealed record SearchPage(IReadOnlyList<SearchHit> Hits, long Total, bool AtLeast, int Page, int PageSize, IReadOnlyList<Facet> Facets, string Snapshot, string? DidYouMean, double TookMs);

/// <summary>One entry of the type-ahead; <see cref="Why"/> says in words of the reader's language by what it was found.</summary>
public sealed record SearchSuggestion(string Id, string Name, string? CreditCode, Matched Matched, string? MatchedText, string Why, Registry.CompanyStatus? Status, string? StatusLabel, string? StatusClass);
