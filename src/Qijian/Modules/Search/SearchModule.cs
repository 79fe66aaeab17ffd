using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Qijian.Modules.Registry;
using Qijian.Platform;
using Qijian.Platform.CommandLine;

namespace Qijian.Modules.Search;

/// <summary>The search box, results and suggestions.</summary>
public static class SearchModule
{
    public static IServiceCollection AddSearch(this IServiceCollection services) => services
        .AddSingleton<EmbeddedSearch>()
        .AddSingleton<ICompanySearch>(s => s.GetRequiredService<EmbeddedSearch>())
        .AddSingleton<IImportFollower>(s => s.GetRequiredService<EmbeddedSearch>())
        .AddSingleton<IPreparation>(s => s.GetRequiredService<EmbeddedSearch>())
        .AddSingleton<IReadiness>(s => s.GetRequiredService<EmbeddedSearch>())
        .AddHostedService<IndexFollower>();

    public static void MapSearch(this IEndpointRouteBuilder app)
    {
        var api = app.MapApi("Search");
        api.MapGet("companies", Search).WithSummary("Companies that a query finds, with facets").ProducesProblem(400).ProducesProblem(503);
        api.MapGet("suggest", Suggest).WithSummary("Up to ten entries for what has been typed so far").ProducesProblem(503);
    }

    private static async Task<Results<Ok<SearchJson>, ProblemHttpResult>> Search(
        ICompanySearch search, CancellationToken ct, [Description("Name, former, short or English name, pinyin, initials, code or person")] string? q = null, string[]? province = null, string[]? industry = null, string[]? status = null,
        [Description("2010-2019, 2020-, -1999 or a year")] string[]? founded = null, [Description("A band, as the facets give them")] string[]? capital = null,
        [Description("relevance, founded-desc, founded, capital-desc, capital or name")] string? sort = null, int page = 1, [Description("1 to 100")] int pageSize = 20, [Description("The snapshot of an earlier page, for stable paging")] string? snapshot = null)
    {
        if (!search.Ready) return TypedResults.Problem(Text.ProblemNotReady, statusCode: 503);
        if (page < 1) return TypedResults.Problem(Text.ProblemPage, statusCode: 400);
        if (pageSize is < 1 or > 100) return TypedResults.Problem(Text.ProblemPageSize, statusCode: 400);
        if (SortOf(sort) is not { } order) return TypedResults.Problem(Text.ProblemSort.With(string.Join(", ", Sorts.Keys)), statusCode: 400);
        var found = await search.SearchAsync(new(q ?? "", province ?? [], industry ?? [], status ?? [], founded ?? [], capital ?? [], order, page, pageSize, snapshot), ct);
        return TypedResults.Ok(new SearchJson([.. found.Hits.Select(HitJson.Of)], found.Total, found.Page, found.PageSize, found.Facets, found.TookMs, found.Snapshot));
    }

    private static async Task<Results<Ok<IReadOnlyList<SearchSuggestion>>, ProblemHttpResult>> Suggest(ICompanySearch search, CancellationToken ct, string? q = null) =>
        search.Ready ? TypedResults.Ok(await search.SuggestAsync(q ?? "", ct)) : TypedResults.Problem(Text.ProblemNotReady, statusCode: 503);

    /// <summary>The orders, by the word in the query string.</summary>
    internal static readonly IReadOnlyDictionary<string, SearchSort> Sorts = new Dictionary<string, SearchSort>(StringComparer.Ordinal)
    {
        ["relevance"] = SearchSort.Relevance, ["founded-desc"] = SearchSort.FoundedNewest, ["founded"] = SearchSort.FoundedOldest,
        ["capital-desc"] = SearchSort.CapitalHighest, ["capital"] = SearchSort.CapitalLowest, ["name"] = SearchSort.Name,
    };

    internal static SearchSort? SortOf(string? word) => word is null ? SearchSort.Relevance : Sorts.TryGetValue(word, out var sort) ? sort : null;
}

/// <summary>A page of hits as JSON.</summary>
public sealed record SearchJson(IReadOnlyList<HitJson> Items, long Total, int Page, int PageSize, IReadOnlyList<Facet> Facets, double TookMs, string Snapshot);

/// <summary>One hit as JSON: the company, and why it was found.</summary>
public sealed record HitJson(string Id, string? Name, string? CreditCode, string? RegistrationNumber, string? Lei, string? Status, string? Province, DateOnly? FoundedOn, string? LegalRepresentative, Matched Matched, string? Why)
{
    internal static HitJson Of(SearchHit hit)
    {
        var c = hit.Company;
        return new(c.Id, c.Name, c.CreditCode, c.RegistrationNumber, c.Lei, c.Status?.ToString(), c.Province, c.FoundedOn, c.LegalRepresentative, hit.Matched, hit.MatchedText);
    }
}
