using System.Runtime.InteropServices;

namespace Qijian.Engine.Search;

/// <summary>How results are ordered. Every order is total: ties fall back to importance, then to the company number.</summary>
public enum SearchSort
{
    /// <summary>Kind of match, then how well, then importance.</summary>
    Relevance,

    /// <summary>Oldest first, unknown last.</summary>
    Founded,

    /// <summary>Newest first, unknown last.</summary>
    FoundedDesc,

    /// <summary>Smallest capital first, unknown last.</summary>
    Capital,

    /// <summary>Largest capital first, unknown last.</summary>
    CapitalDesc,

    /// <summary>By the pinyin of the name.</summary>
    Name,
}

/// <summary>Why a company was found.</summary>
public enum MatchKind
{
    /// <summary>It was not asked for by text.</summary>
    None,

    /// <summary>Its credit code is, or begins with, what was typed.</summary>
    CreditCode,

    /// <summary>Its registration number is, or begins with, what was typed.</summary>
    RegistrationNumber,

    /// <summary>Its LEI is, or begins with, what was typed.</summary>
    Lei,

    /// <summary>Its ticker is, or begins with, what was typed.</summary>
    StockCode,

    /// <summary>Its name is, or contains, what was typed.</summary>
    Name,

    /// <summary>An earlier name.</summary>
    FormerName,

    /// <summary>An English or short name.</summary>
    AlsoKnownAs,

    /// <summary>Somebody in a public role.</summary>
    Person,

    /// <summary>Its name, or its name after the place, begins with what was typed.</summary>
    NamePrefix,

    /// <summary>The pinyin of its name begins with what was typed.</summary>
    Pinyin,

    /// <summary>The pinyin initials of its name begin with what was typed.</summary>
    Initials,

    /// <summary>Every word was found, in more than one field.</summary>
    All,

    /// <summary>The text is an alias of its name.</summary>
    Alias,

    /// <summary>Its business scope has the words.</summary>
    Scope,

    /// <summary>Its address has the words.</summary>
    Address,

    /// <summary>Its name is like what was typed.</summary>
    Similar,
}

/// <summary>Documents pass that have one of the values in the column; or, <paramref name="Without"/>, that have none of them.</summary>
public sealed record SearchFilter(SearchColumn Column, IReadOnlyList<uint> Values, bool Without = false);

/// <summary>A question to the index. Any text is allowed; at most <see cref="MaxTextLength"/> characters of it are considered.</summary>
public sealed record SearchQuery
{
    /// <summary>Characters of <see cref="Text"/> that are considered.</summary>
    public const int MaxTextLength = 200;

    /// <summary>Of a text what is considered: whole characters only.</summary>
    public static string Considered(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= MaxTextLength ? text : text[..(char.IsHighSurrogate(text[MaxTextLength - 1]) ? MaxTextLength - 1 : MaxTextLength)];
    }

    /// <summary>What was typed; empty to browse by importance.</summary>
    public string Text { get; init; } = "";

    /// <summary>Texts that mean the same, such as the full name behind an alias; at most four are considered.</summary>
    public IReadOnlyList<string> Alternatives { get; init; } = [];

    /// <summary>Whether names that are like the text are found where few or none have its words.</summary>
    public bool Similar { get; init; } = true;

    /// <summary>All must pass; several values in one are alternatives.</summary>
    public IReadOnlyList<SearchFilter> Filters { get; init; } = [];

    /// <summary>First day of foundation, inclusive, in days since 0001-01-01.</summary>
    public int? FoundedFrom { get; init; }

    /// <summary>Last day of foundation, inclusive.</summary>
    public int? FoundedTo { get; init; }

    /// <summary>The currency in which capital is compared and sorted; amounts in others count as unknown.</summary>
    public byte Currency { get; init; }

    /// <summary>Smallest capital, inclusive, in hundredths.</summary>
    public long? CapitalFrom { get; init; }

    /// <summary>Largest capital, inclusive.</summary>
    public long? CapitalTo { get; init; }

    /// <summary>Order of the hits.</summary>
    public SearchSort Sort { get; init; }

    /// <summary>Hits that can be paged through; beyond it pages are empty, and the total still right.</summary>
    public const int MaxOffset = 100_000;

    /// <summary>Hits to skip.</summary>
    public int Offset { get; init; }

    /// <summary>Hits to return, at most 100.</summary>
    public int Limit { get; init; } = 20;

    /// <summary>Columns to count.</summary>
    public IReadOnlyList<SearchColumn> Facets { get; init; } = [];
}

/// <summary>A range of UTF-16 characters to mark.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TextRange(int Start, int Length);

/// <summary>One company found, why, and what to mark.</summary>
/// <param name="Number">The company number.</param>
/// <param name="Id">The public id.</param>
/// <param name="Name">The name as filed.</param>
/// <param name="Matched">Why it was found.</param>
/// <param name="MatchedText">The former name, person or code that matched, where it is not the name.</param>
/// <param name="NameRanges">Parts of <paramref name="Name"/> to mark.</param>
/// <param name="MatchedRanges">Parts of <paramref name="MatchedText"/> to mark.</param>
public sealed record SearchHit(int Number, string Id, string Name, MatchKind Matched, string? MatchedText, IReadOnlyList<TextRange> NameRanges, IReadOnlyList<TextRange> MatchedRanges);

/// <summary>How many results have a value, whatever values of the same property are asked for.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FacetCount(uint Value, int Count);

/// <summary>The values of one column among the results, most frequent first.</summary>
public sealed record SearchFacet(SearchColumn Column, IReadOnlyList<FacetCount> Values);

/// <summary>The answer to a <see cref="SearchQuery"/>.</summary>
/// <param name="Hits">One page.</param>
/// <param name="Total">All results.</param>
/// <param name="TotalIsLowerBound">True where counting stopped early.</param>
/// <param name="Facets">Empty unless asked for.</param>
/// <param name="DidYouMean">The text as the most similar name has it, where nothing has the words as typed.</param>
/// <param name="Took">Time spent.</param>
public sealed record SearchResult(IReadOnlyList<SearchHit> Hits, int Total, bool TotalIsLowerBound, IReadOnlyList<SearchFacet> Facets, string? DidYouMean, TimeSpan Took);

/// <summary>One line of type-ahead.</summary>
public sealed record Suggestion(int Number, string Id, string Name, string? CreditCode, MatchKind Matched, string? MatchedText);
