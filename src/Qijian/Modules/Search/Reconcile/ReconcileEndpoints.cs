using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Mvc;
using Qijian.Modules.Registry;
using Qijian.Platform;

namespace Qijian.Modules.Search;

/// <summary>
/// The Reconciliation Service API 0.2 (https://reconciliation-api.github.io/specs/0.2/). JSONP, which 0.2 leaves to the service, is not
/// offered: an address of ours that answers with a script of the caller's choice would undo the content policy of every page.
/// </summary>
internal static class ReconcileEndpoints
{
    /// <summary>Where it is found, and how many queries or ids one request may hold.</summary>
    public const string Path = "/reconcile";

    public const int BatchSize = 100;
    private const int MaxBody = 1 << 20, Suggestions = 10, MaxCursor = 100;

    public static void Map(IEndpointRouteBuilder app)
    {
        // Nothing here reads a cookie or changes anything, so every site may ask.
        var reconcile = app.MapGroup(Path).ExcludeFromDescription().RequireCors(any => any.AllowAnyOrigin().AllowAnyHeader().WithMethods("GET", "POST"));
        reconcile.MapGet("", Get);
        reconcile.MapPost("", Post).DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(MaxBody));
        reconcile.MapGet("properties", Proposals);
        reconcile.MapGet("preview", Preview);
        reconcile.MapGet("suggest/entity", SuggestEntities);
        reconcile.MapGet("suggest/property", (string? prefix, string? cursor) => Suggest(prefix, cursor, ReconcileProperty.All.Select(p => new NamedJson(p.Id, p.Name, null))));
        reconcile.MapGet("suggest/type", (string? prefix, string? cursor) => Suggest(prefix, cursor, ReconcileType.All.Select(t => new NamedJson(t.Id, t.Name, null))));
        reconcile.MapGet("flyout/entity", FlyoutEntity);
        reconcile.MapGet("flyout/property", (string? id) => Flyout(id, ReconcileProperty.Find(id ?? "")?.Name));
        reconcile.MapGet("flyout/type", (string? id) => Flyout(id, ReconcileType.All.FirstOrDefault(t => t.Id == id)?.Name));
    }

    private static Task<IResult> Get(HttpContext http, ICompanySearch search, ReconcileQueries queries, ExtendCompanies extend, RowLimit limit, CancellationToken ct)
    {
        if (http.Request.Query.ContainsKey("callback")) return Task.FromResult(Refused(Text.ProblemJsonp));
        return http.Request.Query["queries"] is [{ } batch] ? AnswerAsync(batch, http, search, queries, limit, ct)
            : http.Request.Query["extend"] is [{ } asked] ? ExtendAsync(asked, http, extend, limit, ct)
            : Task.FromResult(Results.Ok(ManifestJson.Of($"{http.Request.Scheme}://{http.Request.Host}")));
    }

    private static async Task<IResult> Post(HttpContext http, ICompanySearch search, ReconcileQueries queries, ExtendCompanies extend, RowLimit limit, CancellationToken ct)
    {
        if (!http.Request.HasFormContentType) return Results.Problem(Text.ProblemForm, statusCode: StatusCodes.Status415UnsupportedMediaType);
        IFormCollection form;
        try
        {
            form = await http.Request.ReadFormAsync(ct);
        }
        catch (BadHttpRequestException e)
        {
            return Results.Problem(statusCode: e.StatusCode);
        }
        catch (InvalidDataException) // a form that is none, or of too many or too long parts
        {
            return Refused(Text.ProblemForm);
        }

        return form["queries"] is [{ } batch] ? await AnswerAsync(batch, http, search, queries, limit, ct)
            : form["extend"] is [{ } asked] ? await ExtendAsync(asked, http, extend, limit, ct)
            : Refused(Text.ProblemForm);
    }

    private static async Task<IResult> AnswerAsync(string batch, HttpContext http, ICompanySearch search, ReconcileQueries queries, RowLimit limit, CancellationToken ct)
    {
        if (!search.Ready) return Results.Problem(Text.ProblemNotReady, statusCode: 503);
        if (ReconcileQuery.Parse(batch, out var problem) is not { } parsed) return Refused(problem);
        if (parsed.Count > BatchSize) return Results.Problem(Text.ProblemBatch.With(BatchSize), statusCode: StatusCodes.Status413PayloadTooLarge);
        if (!limit.TryTake(http, parsed.Count)) return RowLimit.Refuse(http, Text.ProblemTooManyRows);
        Dictionary<string, ResultJson> results = new(StringComparer.Ordinal);
        foreach (var (key, query) in parsed) results[key] = new(await queries.RunAsync(query, ct));
        return Results.Ok(results);
    }

    private static async Task<IResult> ExtendAsync(string asked, HttpContext http, ExtendCompanies extend, RowLimit limit, CancellationToken ct)
    {
        if (ExtendQuery.Parse(asked) is not { } query) return Refused(Text.ProblemExtend);
        if (query.Ids.Count > BatchSize) return Results.Problem(Text.ProblemBatch.With(BatchSize), statusCode: StatusCodes.Status413PayloadTooLarge);
        if (!limit.TryTake(http, query.Ids.Count)) return RowLimit.Refuse(http, Text.ProblemTooManyRows);
        return Results.Ok(await extend.RunAsync(query, ct));
    }

    private static IResult Proposals(string? type, string? limit)
    {
        var most = int.MaxValue;
        if (limit is { Length: > 0 } && !(int.TryParse(limit, CultureInfo.InvariantCulture, out most) && most >= 0)) return Refused(Text.ProblemCount.With("limit"));
        var wanted = limit is { Length: > 0 } && most > 0;
        return Results.Ok(new ProposalsJson([.. ReconcileProperty.All.Take(wanted ? most : int.MaxValue).Select(p => new NamedJson(p.Id, p.Name, null))], type, wanted ? most : null));
    }

    private static async Task<IResult> SuggestEntities(string? prefix, string? cursor, ICompanySearch search, ICompanyLookup companies, CancellationToken ct)
    {
        if (!search.Ready) return Results.Problem(Text.ProblemNotReady, statusCode: 503);
        if (Cursor(cursor) is not { } skip) return Refused(Text.ProblemCount.With("cursor"));
        List<EntityJson> all = [];
        if (prefix is { Length: > 0 } && await companies.FindAsync(prefix, default, ct) is CompanyLookupResult.Found(var own)) all.Add(EntityJson.Of(own.Summary));
        foreach (var suggestion in prefix is { Length: > 0 } ? await search.SuggestAsync(prefix, ct) : []) all.Add(new(suggestion.Id, suggestion.Name, suggestion.StatusLabel, []));
        // Beyond what the box shows: whatever the text finds.
        if (skip > 0 || all.Count < Suggestions) all.AddRange((await search.SearchAsync(new() { Text = prefix ?? "", PageSize = 100, Facets = false }, ct)).Hits.Select(h => EntityJson.Of(h.Company)));
        return Results.Ok(new SuggestedJson<EntityJson>([.. all.DistinctBy(e => e.Id, StringComparer.Ordinal).Skip(skip).Take(Suggestions)]));
    }

    private static IResult Suggest(string? prefix, string? cursor, IEnumerable<NamedJson> all)
    {
        if (Cursor(cursor) is not { } skip) return Refused(Text.ProblemCount.With("cursor"));
        var found = all.Where(n => string.IsNullOrEmpty(prefix) || n.Id.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) || n.Name.Contains(prefix, StringComparison.OrdinalIgnoreCase));
        return Results.Ok(new SuggestedJson<NamedJson>([.. found.Skip(skip)]));
    }

    private static int? Cursor(string? text) => string.IsNullOrEmpty(text) ? 0 : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var skip) ? Math.Min(skip, MaxCursor) : null;

    private static async Task<IResult> FlyoutEntity(string? id, ICompanyLookup companies, HtmlEncoder html, CancellationToken ct) =>
        id is not null && await companies.FindAsync(id, default, ct) is CompanyLookupResult.Found(var company)
            ? Results.Ok(new FlyoutJson(id, $"<p><b>{html.Encode(EntityJson.NameOf(company.Summary))}</b><br>{html.Encode(EntityJson.Describe(company.Summary) ?? "")}</p>"))
            : Unknown(id);

    // Our own words: nothing to encode.
    private static IResult Flyout(string? id, string? name) => id is not null && name is not null ? Results.Ok(new FlyoutJson(id, $"<p>{name}</p>")) : Unknown(id);

    /// <summary>A small page for the frame of a client; the platform lets other sites frame this address and no other.</summary>
    private static async Task<IResult> Preview(string? id, ICompanyLookup companies, HtmlEncoder html, CancellationToken ct)
    {
        if (id is null || await companies.FindAsync(id, default, ct) is not CompanyLookupResult.Found(var company)) return Unknown(id);
        var name = html.Encode(EntityJson.NameOf(company.Summary));
        var rows = string.Concat(ResultsModel.Rows(company.Summary).Select(r => $"<div><dt>{html.Encode(r.Label)}</dt><dd>{html.Encode(r.Value)}</dd></div>"));
        return Results.Content($"""
            <!doctype html><html lang="{(Language.IsEnglish ? "en" : "zh-CN")}"><head><meta charset="utf-8"><title>{name}</title><link rel="stylesheet" href="/site.css"></head>
            <body><article class="hit"><h2><a href="{html.Encode(Language.Path($"/companies/{company.Summary.Id}"))}" target="_blank" rel="noopener">{name}</a></h2><dl>{rows}</dl></article></body></html>
            """, "text/html; charset=utf-8");
    }

    private static IResult Unknown(string? id) => Results.Problem(Text.ProblemUnknownId.With(id is { Length: > 64 } ? id[..64] : id), statusCode: 404);

    private static IResult Refused(string words) => Results.Problem(words, statusCode: 400);
}
