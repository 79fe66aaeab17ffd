using System.ComponentModel;
using ModelContextProtocol;
using ModelContextProtocol.Server;
using Qijian.Modules.Registry;
using Qijian.Platform;

namespace Qijian.Modules.Search;

/// <summary>What language models may ask: they read, and that is all.</summary>
[McpServerToolType]
internal sealed class CompanyTools(ICompanySearch search, ICompanyLookup companies, MatchCompanies match, RowLimit allowance, IHttpContextAccessor accessor)
{
    public const int MaxRows = 100;
    private const int MaxHits = 20, MaxRelations = 50;

    [McpServerTool(Name = "search", Title = "Search companies", ReadOnly = true, Idempotent = true, Destructive = false, OpenWorld = false, UseStructuredContent = true)]
    [Description("Finds Chinese companies by name (full, short, former, English), pinyin, initials, credit code (USCC), registration number, LEI, stock code, legal representative, business scope or address. Returns ids for the tool company. An empty query with filters lists what they leave.")]
    public async Task<FoundCompanies> SearchAsync(
        [Description("What to look for, such as 小米, xiaomi, 雷军 小米 or 91110108551385082Q; \"phrase\", -without and field:value are understood")] string query,
        [Description("Province by its Chinese or English name")] string? province = null,
        [Description("Section, division, group or class of GB/T 4754, such as I, I65 or I6510")] string? industry = null,
        [Description("Active, Deregistered, Revoked, Annulled, MovedOut, BeingSetUp, InLiquidation, Suspended or Other")] string? status = null,
        [Description("1 to 20, 10 where left out")] int limit = 10,
        [Description("Page, from 1")] int page = 1,
        CancellationToken ct = default)
    {
        EnsureReady();
        if (limit is < 1 or > MaxHits) throw new McpException($"limit must lie between 1 and {MaxHits}.");
        if (page < 1) throw new McpException("page begins with 1.");
        var found = await search.SearchAsync(new() { Text = query, Filters = Filters(("province", province), ("industry", industry), ("status", status)), Page = page, PageSize = limit, Facets = false }, ct);
        return new(found.Total, found.AtLeast, found.DidYouMean, found.Page, [.. found.Hits.Select(HitJson.Of)]);
    }

    [McpServerTool(Name = "company", Title = "Look up a company", ReadOnly = true, Idempotent = true, Destructive = false, OpenWorld = false, UseStructuredContent = true)]
    [Description("Everything that is held of one company: its facts, each with the dataset that states it and when it was last seen, owners, officers, parents, branches, changes and risks. A value that the latest snapshot lacks is marked, which does not mean that it ended.")]
    public async Task<KnownCompany> CompanyAsync([Description("The id that search or match gave: a credit code, or x-… where a company has none")] string id, CancellationToken ct = default)
    {
        var found = await companies.FindAsync(id, default, ct);
        if (found is CompanyLookupResult.Moved(var other)) found = await companies.FindAsync(other, default, ct);
        return found switch
        {
            CompanyLookupResult.Found(var company) => KnownCompany.Of(company, MaxRelations),
            CompanyLookupResult.Gone => throw new McpException("The company was removed from this registry."),
            _ => throw new McpException("No company has this id. The tool search finds ids."),
        };
    }

    [McpServerTool(Name = "match", Title = "Match rows to companies", ReadOnly = true, Idempotent = true, Destructive = false, OpenWorld = false, UseStructuredContent = true)]
    [Description("Says for each row of a table which companies it may mean, best first, with a score of 0 to 100, a band (Exact, Strong, Possible, Weak) and the reasons for and against. Use it, not search, to link names to companies; do not take Possible or Weak for certain.")]
    public async Task<MatchJson> MatchAsync([Description("1 to 100 rows; only name must be given, the rest makes it surer")] IReadOnlyList<MatchRowJson> rows, [Description("Candidates a row, 1 to 10, 3 where left out")] int limit = MatchEndpoint.DefaultCandidates, CancellationToken ct = default)
    {
        EnsureReady();
        if (rows is not { Count: > 0 and <= MaxRows }) throw new McpException($"rows must hold 1 to {MaxRows} rows.");
        if (limit is < 1 or > MatchEndpoint.MaxCandidates) throw new McpException($"limit must lie between 1 and {MatchEndpoint.MaxCandidates}.");
        if (accessor.HttpContext is { } http && !allowance.TryTake(http, rows.Count)) throw new McpException("Too many rows within a minute; wait ten seconds.");
        List<MatchedRowJson> matched = [];
        foreach (var row in rows) matched.Add(await MatchEndpoint.MatchRowAsync(match, row, limit, ct));
        return new(matched);
    }

    private void EnsureReady()
    {
        if (!search.Ready) throw new McpException("The search index is not ready yet; try again in a minute.");
    }

    private static Dictionary<string, IReadOnlyList<string>> Filters(params ReadOnlySpan<(string Name, string? Value)> filters)
    {
        Dictionary<string, IReadOnlyList<string>> chosen = new(StringComparer.Ordinal);
        foreach (var (name, value) in filters)
            if (!string.IsNullOrWhiteSpace(value)) chosen[name] = [value];
        return chosen;
    }
}

/// <summary>A page of what a query finds; more than the total may match where it says so.</summary>
public sealed record FoundCompanies(long Total, bool AtLeast, string? DidYouMean, int Page, IReadOnlyList<HitJson> Items);

/// <summary>A company in few words: enough for a model, with the dataset beside each fact.</summary>
public sealed record KnownCompany(
    string Id, string? Name, string? CreditCode, string? Status, string? Province, string? City, DateOnly? FoundedOn, string? LegalRepresentative, bool Fictional,
    IReadOnlyList<KnownFact> Facts, IReadOnlyList<KnownRelation> Owners, IReadOnlyList<KnownRelation> Holdings, IReadOnlyList<KnownRelation> Officers, IReadOnlyList<KnownRelation> Parents, IReadOnlyList<KnownRelation> Branches,
    IReadOnlyList<KnownEvent> Changes, IReadOnlyList<KnownEvent> Risks, bool Truncated)
{
    internal static KnownCompany Of(CompanyView view, int most)
    {
        var c = view.Summary;
        IReadOnlyList<IReadOnlyCollection<object>> lists = [view.Owners, view.Holdings, view.Officers, view.Parents, view.Branches, view.Changes, view.Risks];
        return new(c.Id, c.Name, c.CreditCode, c.Status?.ToString(), c.Province, c.City, c.FoundedOn, c.LegalRepresentative, view.Fictional,
            [.. view.Facts.Select(f => new KnownFact(f.Property.Name, f.Value, f.ValidFrom, f.ValidTo, f.Current, f.Source.Dataset, f.Source.LastSeen, f.Source.InLatest))],
            Relations(view.Owners, r => r.From), Relations(view.Holdings, r => r.To), Relations(view.Officers, r => r.From), Relations(view.Parents, r => r.From), Relations(view.Branches, r => r.To),
            Events(view.Changes), Events(view.Risks), view.Truncated || lists.Any(l => l.Count > most));

        List<KnownRelation> Relations(IReadOnlyList<RelationView> all, Func<RelationView, Party> party) =>
            [.. all.Take(most).Select(r => new KnownRelation(party(r).Id, party(r).Name, r.Role, r.Percent, r.ValidFrom, r.ValidTo, r.Source.Dataset, r.Source.InLatest))];

        List<KnownEvent> Events(IReadOnlyList<EventView> all) => [.. all.Take(most).Select(e => new KnownEvent(e.Property.Name, e.Date, e.Title, e.Source.Dataset))];
    }
}

/// <summary>One value, and who states it.</summary>
public sealed record KnownFact(string Property, string Value, DateOnly? ValidFrom, DateOnly? ValidTo, bool Current, string Dataset, DateTimeOffset LastSeen, bool InLatest);

/// <summary>The other side of a relation, and who states it.</summary>
public sealed record KnownRelation(string? Id, string? Name, string? Role, decimal? Percent, DateOnly? ValidFrom, DateOnly? ValidTo, string Dataset, bool InLatest);

/// <summary>Something that happened, and who states it.</summary>
public sealed record KnownEvent(string Kind, DateOnly? Date, string Title, string Dataset);
