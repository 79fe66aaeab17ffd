using System.ComponentModel;
using System.Globalization;
using Microsoft.Extensions.Options;
using Qijian.Platform;

namespace Qijian.Modules.Search;

/// <summary>Results as a file.</summary>
internal static class ExportEndpoint
{
    public const string Path = "/api/v1/companies/export";

    /// <summary>How many companies were found, and how many of them the file holds.</summary>
    public const string TotalHeader = "X-Total-Count", CountHeader = "X-Exported-Count";

    public static readonly IReadOnlyList<(string Format, string Label)> Formats = [("csv", "CSV"), ("xlsx", "XLSX"), ("jsonl", "JSON Lines")];

    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("companies/export", Export).WithSummary("What a query finds as CSV, XLSX or JSON Lines, up to a limit").Produces(200, contentType: ResultsFile.Csv, additionalContentTypes: [ResultsFile.Xlsx, ResultsFile.JsonLines]).ProducesProblem(400).ProducesProblem(503);

    private static async Task<IResult> Export(HttpContext http, ICompanySearch search, ExportPages pages, RowLimit limit, IOptions<SearchOptions> options, [AsParameters] SearchQueryString query, CancellationToken ct,
        [Description("csv, xlsx or jsonl; csv where left out")] string? format = null, [Description("zh or en: the language of headers, instead of the one that Accept-Language prefers")] string? lang = null)
    {
        if (lang is not (null or "zh" or "en")) return Results.Problem(Text.ProblemLang, statusCode: 400);
        if (lang is not null) CultureInfo.CurrentUICulture = lang is "en" ? Language.English : Language.Chinese;
        if (!Formats.Any(f => f.Format == (format ?? "csv"))) return Results.Problem(Text.ProblemFormat, statusCode: 400);
        if (!search.Ready) return Results.Problem(Text.ProblemNotReady, statusCode: 503);
        if (query.Problem is { } problem) return Results.Problem(problem, statusCode: 400);
        var first = await pages.FirstAsync(query.Request, ct);
        var most = options.Value.ExportLimit;
        var count = (int)Math.Min(first.Total, most);
        if (!limit.TryTake(http, count)) return RowLimit.Refuse(http, Text.ProblemTooManyRows);
        http.Response.Headers[TotalHeader] = first.Total.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers[CountHeader] = count.ToString(CultureInfo.InvariantCulture);
        var notice = first.Total > most || first.AtLeast && first.Total >= most ? Text.ExportMore.With(most, first.Total) : null;
        return ResultsFile.Of(format ?? "csv", pages.RestAsync(first, query.Request, most, ct), notice);
    }
}

/// <summary>Reads what a query finds page by page, all of one snapshot.</summary>
internal sealed class ExportPages(ICompanySearch search)
{
    private const int PageSize = 100;

    public Task<SearchPage> FirstAsync(SearchRequest request, CancellationToken ct) =>
        search.SearchAsync(request with { Page = 1, PageSize = PageSize, Facets = false }, ct);

    /// <summary>The companies from the first page on. None comes twice, even if the snapshot is no longer kept.</summary>
    public async IAsyncEnumerable<Registry.CompanySummary> RestAsync(SearchPage page, SearchRequest request, int most, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        HashSet<int> seen = [];
        for (var number = 1; page.Hits.Count > 0; number++)
        {
            foreach (var hit in page.Hits)
            {
                if (seen.Count == most) yield break;
                if (seen.Add(hit.Company.Number)) yield return hit.Company;
            }

            if ((long)number * PageSize >= page.Total || seen.Count == most) yield break;
            page = await search.SearchAsync(request with { Page = number + 1, PageSize = PageSize, Facets = false, Snapshot = page.Snapshot }, ct);
        }
    }
}
