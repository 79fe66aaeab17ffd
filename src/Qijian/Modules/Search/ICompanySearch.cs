namespace Qijian.Modules.Search;

/// <summary>Finds companies. Two implementations answer the same contract: the embedded index, and later PostgreSQL.</summary>
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

/// <summary>What was asked. Several values in one facet are alternatives.</summary>
/// <param name="Snapshot">The snapshot that an earlier page came from, so that paging stays stable while data changes.</param>
public sealed record SearchRequest(
    string Text, IReadOnlyList<string> Province, IReadOnlyList<string> Industry, IReadOnlyList<string> Status, IReadOnlyList<string> Founded, IReadOnlyList<string> Capital,
    SearchSort Sort, int Page, int PageSize, string? Snapshot);

/// <summary>Why an entry was found.</summary>
public enum Matched { Browse, Name, FormerName, OtherName, Pinyin, Initials, Person, CreditCode, RegistrationNumber, Lei, StockCode, Words }

/// <summary>One hit: the matched text where it is not the name, and the parts of name or text that matched.</summary>
public sealed record SearchHit(Registry.CompanySummary Company, Matched Matched, string? MatchedText, IReadOnlyList<Range> Marks);

/// <summary>One value of a facet, and how many hits it would leave.</summary>
public sealed record FacetValue(string Value, string Label, int Count, bool Selected);

/// <summary>One facet, named as its query parameter.</summary>
public sealed record Facet(string Name, string Label, IReadOnlyList<FacetValue> Values);

/// <summary>One page of hits.</summary>
public sealed record SearchPage(IReadOnlyList<SearchHit> Hits, long Total, int Page, int PageSize, IReadOnlyList<Facet> Facets, string Snapshot, double TookMs);

/// <summary>One entry of the type-ahead; <see cref="Why"/> says in words of the reader's language by what it was found.</summary>
public sealed record SearchSuggestion(string Id, string Name, string? CreditCode, Matched Matched, string? MatchedText, string Why, Registry.CompanyStatus? Status, string? StatusLabel, string? StatusClass);
