using System.ComponentModel;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using ModelContextProtocol;
using ModelContextProtocol.Server;

namespace Qijian.Modules.Graph;

/// <summary>What language models may ask of relations.</summary>
[McpServerToolType]
internal sealed class RelationTools(IRelationGraph graph)
{
    private const int MaxStakes = 100, MaxChains = 3;

    [McpServerTool(Name = "owners", Title = "Owners of a company", ReadOnly = true, Idempotent = true, Destructive = false, OpenWorld = false, UseStructuredContent = true)]
    [Description("Who owns a company, directly and through others: percent of each owner, multiplied along chains and solved through circles, with the chains, and the remainder that leads to nobody on file. basis says whether a figure is a filed direct share or derived. Owners without an id have no page; those without a name are unnamed and never the same as each other.")]
    public async Task<OwnersJson> OwnersAsync([Description("The id that search or match gave")] string id, [Description("Levels of shares, 1 to 50; all where left out")] int? depth = null, [Description("A day, YYYY-MM-DD; today where left out")] string? asOf = null, CancellationToken ct = default) =>
        OwnersJson.Of(await graph.OwnersAsync(await PartyAsync(id, PartyKind.Company, ct), Request(depth, asOf), ct));

    [McpServerTool(Name = "holdings", Title = "Holdings of a company", ReadOnly = true, Idempotent = true, Destructive = false, OpenWorld = false, UseStructuredContent = true)]
    [Description("What a company owns, directly and through others: its percent of each company, multiplied along chains and solved through circles, with the chains. basis says whether a figure is a filed direct share or derived. A person's id is taken too.")]
    public async Task<HoldingsJson> HoldingsAsync([Description("The id that search or match gave")] string id, [Description("Levels of shares, 1 to 50; all where left out")] int? depth = null, [Description("A day, YYYY-MM-DD; today where left out")] string? asOf = null, CancellationToken ct = default) =>
        HoldingsJson.Of(await graph.HoldingsAsync(await PartyAsync(id, null, ct), Request(depth, asOf), ct));

    [McpServerTool(Name = "beneficial_owners", Title = "Computed beneficial owners", ReadOnly = true, Idempotent = true, Destructive = false, OpenWorld = false, UseStructuredContent = true)]
    [Description("The persons who, computed, own or control at least the threshold of a company, by two rules: multiplied interest, and chain of control, where more than half counts as all. Computed from filings, stated by no register: say so. Unnamed owners are kept apart.")]
    public async Task<BeneficialOwnersJson> BeneficialOwnersAsync([Description("The id that search or match gave")] string id, [Description("Above 0, up to 1; 0.25 where left out")] decimal threshold = 0.25m, [Description("A day, YYYY-MM-DD; today where left out")] string? asOf = null, CancellationToken ct = default)
    {
        if (threshold is <= 0 or > 1) throw new McpException("threshold must be above 0 and at most 1.");
        return BeneficialOwnersJson.Of(await graph.BeneficialOwnersAsync(await PartyAsync(id, PartyKind.Company, ct), threshold, Day(asOf), ct));
    }

    [McpServerTool(Name = "path", Title = "How two parties are connected", ReadOnly = true, Idempotent = true, Destructive = false, OpenWorld = false, UseStructuredContent = true)]
    [Description("The shortest ways between two companies or persons through shares, control, offices and branches, each step with every relation that it rests on, its dates and dataset. Where there is none, summary says within how many steps, from which sources and as of when; where truncated is true, none says nothing.")]
    public async Task<PathsJson> PathAsync(
        [Description("The id of one")] string from, [Description("The id of the other")] string to, [Description("Steps at most, 1 to 16")] int maxLength = 6,
        [Description("Kinds separated by commas: ownership, control, directorship, representative, director, supervisor, manager, employment, branch, fund, possiblySame, sameAddress, samePhone, sameRepresentative; all but the last four where left out")] string? kinds = null,
        [Description("How many paths, 1 to 20")] int k = 3, CancellationToken ct = default)
    {
        if (maxLength is < 1 or > Engine.Graph.GraphSnapshot.MaxPathLength) throw new McpException("maxLength must lie between 1 and 16.");
        if (k is < 1 or > 20) throw new McpException("k must lie between 1 and 20.");
        if (KindWords.Parse(kinds) is not { } wanted) throw new McpException($"kinds is any of {string.Join(", ", KindWords.Filters.Keys)}.");
        var (one, other) = (await PartyAsync(from, null, ct), await PartyAsync(to, null, ct));
        if (one == other) throw new McpException("Both ids are of one party.");
        return PathsJson.Of(await graph.PathsAsync(one, other, new() { MaxLength = maxLength, Kinds = wanted, Count = k }, ct));
    }

    private static OwnershipRequest Request(int? depth, string? asOf) =>
        depth is < 1 or > 50 ? throw new McpException("depth must lie between 1 and 50.") : new() { Depth = depth, Day = Day(asOf), Most = MaxStakes, Chains = MaxChains };

    private static DateOnly? Day(string? text) => GraphQueries.ProblemOfDay(text) is null ? GraphQueries.Day(text) : throw new McpException("asOf must be a date such as 2024-06-30.");

    private async Task<GraphParty> PartyAsync(string id, PartyKind? kind, CancellationToken ct)
    {
        if (!graph.Ready) throw new McpException("The graph is not ready yet; try again in a minute.");
        var found = await graph.FindAsync(id, ct);
        if (found is PartyLookup.Moved(var other)) found = await graph.FindAsync(other, ct);
        return found switch
        {
            PartyLookup.Found(var party) when kind is null || party.Kind == kind => party,
            PartyLookup.Gone or PartyLookup.PersonMoved => throw new McpException("This entry was removed from this registry, or joined to another."),
            _ => throw new McpException("No company has this id. The tool search finds ids."),
        };
    }
}

internal static class RelationToolsSetup
{
    private static readonly JsonSerializerOptions ToolJson = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All), Converters = { new JsonStringEnumConverter() }, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    public static IServiceCollection AddRelationTools(this IServiceCollection services)
    {
        services.AddMcpServer().WithTools<RelationTools>(ToolJson);
        return services;
    }
}
