using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Qijian.Modules.Registry;
using Qijian.Platform;
using Qijian.Platform.CommandLine;

namespace Qijian.Modules.Search;

/// <summary>The search box, results and suggestions.</summary>
public static class SearchModule
{
    public static IServiceCollection AddSearch(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SearchOptions>().BindConfiguration(SearchOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<AliasTable>().AddSingleton<Standings>().AddProgramAccess();
        return SearchOptions.EngineOf(configuration) is SearchEngine.PostgreSql ? services.AddEngine<PostgresSearch>() : services.AddEngine<EmbeddedSearch>();
    }

    private static IServiceCollection AddEngine<T>(this IServiceCollection services) where T : class, ICompanySearch, IFollowsRegistry, IImportFollower, IPreparation, IReadiness => services
        .AddSingleton<T>()
        .AddSingleton<ICompanySearch>(s => s.GetRequiredService<T>())
        .AddSingleton<IFollowsRegistry>(s => s.GetRequiredService<T>())
        .AddSingleton<IImportFollower>(s => s.GetRequiredService<T>())
        .AddSingleton<IPreparation>(s => s.GetRequiredService<T>())
        .AddSingleton<IReadiness>(s => s.GetRequiredService<T>());

    public static void MapSearch(this IEndpointRouteBuilder app)
    {
        var api = app.MapApi("Search");
        api.MapGet("companies", Search).WithSummary("Companies that a query finds, with facets").ProducesProblem(400).ProducesProblem(503);
        api.MapGet("suggest", Suggest).WithSummary("Up to ten entries for what has been typed so far").ProducesProblem(503);
        ProgramAccess.Map(app, api);
    }

    private static async Task<Results<Ok<SearchJson>, ProblemHttpResult>> Search(ICompanySearch search, [AsParameters] SearchQueryString query, CancellationToken ct, [Description("1 to 100")] int pageSize = 20)
    {
        if (!search.Ready) return TypedResults.Problem(Text.ProblemNotReady, statusCode: 503);
        if (pageSize is < 1 or > 100) return TypedResults.Problem(Text.ProblemPageSize, statusCode: 400);
        if (query.Problem is { } problem) return TypedResults.Problem(problem, statusCode: 400);
        var found = await search.SearchAsync(query.Request with { PageSize = pageSize }, ct);
        return TypedResults.Ok(new SearchJson([.. found.Hits.Select(HitJson.Of)], found.Total, found.AtLeast, found.Page, found.PageSize, found.Facets, found.DidYouMean, found.TookMs, found.Snapshot));
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

/// <summary>What the query string of a search may hold.</summary>
public sealed record SearchQueryString
{
    [Description("Name, former, short or English name, pinyin, initials, code, person, scope or address; \"phrase\", -without and field:value"), FromQuery] public string? Q { get; init; }
    [FromQuery] public string[]? Status { get; init; }
    [FromQuery] public string[]? Province { get; init; }
    [Description("A name, or the first four digits of GB/T 2260"), FromQuery] public string[]? City { get; init; }
    [Description("A section, division, group or class of GB/T 4754: I, I65, I651, I6510"), FromQuery] public string[]? Industry { get; init; }
    [Description("2010-2019, 2020-, -1999 or a year"), FromQuery] public string[]? Founded { get; init; }
    [Description("A day, inclusive"), FromQuery] public string? FoundedFrom { get; init; }
    [Description("A day, inclusive"), FromQuery] public string? FoundedTo { get; init; }
    [Description("A band, as the facets give them"), FromQuery] public string[]? Capital { get; init; }
    [Description("In units of the currency"), FromQuery] public string? CapitalFrom { get; init; }
    [Description("In units of the currency"), FromQuery] public string? CapitalTo { get; init; }
    [Description("ISO 4217; CNY where left out. Where given, companies with capital in other currencies do not pass"), FromQuery] public string? Currency { get; init; }
    [Description("Company, Organization, PublicBody or LegalEntity"), FromQuery] public string[]? Type { get; init; }
    [Description("true or false"), FromQuery] public string[]? Listed { get; init; }
    [Description("relevance, founded-desc, founded, capital-desc, capital or name"), FromQuery] public string? Sort { get; init; }
    [FromQuery] public string? Page { get; init; }
    [Description("The snapshot of an earlier page, for stable paging"), FromQuery] public string? Snapshot { get; init; }

    /// <summary>What is wrong with it, in the reader's language, or null.</summary>
    internal string? Problem =>
        Page is { Length: > 0 } page && !(int.TryParse(page, CultureInfo.InvariantCulture, out var number) && number >= 1) ? Text.ProblemPage
        : SearchModule.SortOf(Sort) is null ? Text.ProblemSort.With(string.Join(", ", SearchModule.Sorts.Keys))
        : !IsDay(FoundedFrom) ? Text.ProblemDay.With("foundedFrom") : !IsDay(FoundedTo) ? Text.ProblemDay.With("foundedTo")
        : !IsAmount(CapitalFrom) ? Text.ProblemAmount.With("capitalFrom") : !IsAmount(CapitalTo) ? Text.ProblemAmount.With("capitalTo")
        : Currency is { Length: > 0 } && CompanyCodes.Currency(Currency) == 0 ? Text.ProblemCurrency
        : null;

    /// <summary>The request it makes; its problems left aside.</summary>
    internal SearchRequest Request => new()
    {
        Text = Q ?? "", Filters = Filters(), FoundedFrom = Day(FoundedFrom), FoundedTo = Day(FoundedTo), CapitalFrom = Amount(CapitalFrom), CapitalTo = Amount(CapitalTo),
        Currency = Currency is { Length: > 0 } currency ? currency.ToUpperInvariant() : "CNY", Sort = SearchModule.SortOf(Sort) ?? SearchSort.Relevance,
        Page = int.TryParse(Page, CultureInfo.InvariantCulture, out var page) ? Math.Max(1, page) : 1, Snapshot = Snapshot,
    };

    private Dictionary<string, IReadOnlyList<string>> Filters()
    {
        Dictionary<string, IReadOnlyList<string>> filters = new(StringComparer.Ordinal);
        (string, string[]?)[] all = [("status", Status), ("province", Province), ("city", City), ("industry", Industry), ("founded", Founded), ("capital", Capital), ("currency", Currency is null ? null : [Currency]), ("type", Type), ("listed", Listed)];
        foreach (var (name, values) in all)
            if (values?.Where(v => !string.IsNullOrWhiteSpace(v)).ToArray() is { Length: > 0 } given) filters[name] = given;
        return filters;
    }

    private static bool IsDay(string? text) => string.IsNullOrEmpty(text) || Day(text) is not null;

    private static DateOnly? Day(string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static bool IsAmount(string? text) => string.IsNullOrEmpty(text) || Amount(text) is not null;

    private static decimal? Amount(string? text) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var amount) && amount >= 0 ? amount : null;
}

/// <summary>A page of hits as JSON.</summary>
public sealed record SearchJson(IReadOnlyList<HitJson> Items, long Total, bool AtLeast, int Page, int PageSize, IReadOnlyList<Facet> Facets, string? DidYouMean, double TookMs, string Snapshot);

/// <summary>One hit as JSON: the company, and why it was found.</summary>
public sealed record HitJson(string Id, string? Name, string? CreditCode, string? RegistrationNumber, string? Lei, string? Status, string? Province, DateOnly? FoundedOn, string? LegalRepresentative, Matched Matched, string? Why)
{
    internal static HitJson Of(SearchHit hit)
    {
        var c = hit.Company;
        return new(c.Id, c.Name, c.CreditCode, c.RegistrationNumber, c.Lei, c.Status?.ToString(), c.Province, c.FoundedOn, c.LegalRepresentative, hit.Matched, hit.MatchedText);
    }
}
