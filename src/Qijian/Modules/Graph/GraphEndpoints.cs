using System.ComponentModel;
using System.Globalization;
using System.IO.Hashing;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Qijian.Engine.Graph;
using Qijian.Platform;

namespace Qijian.Modules.Graph;

/// <summary>The JSON of owners, holdings, paths, matrices and groups.</summary>
internal static class GraphEndpoints
{
    private const int MaxBody = 1 << 20, MaxInput = 256, MaxShown = 64;

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapApi("Graph");
        OfCompany(api.MapGet("companies/{id}/owners", Owners).WithSummary("Who owns a company, directly and through others: multiplied shares with their chains"));
        OfCompany(api.MapGet("companies/{id}/holdings", Holdings).WithSummary("What a company owns, directly and through others"));
        OfCompany(api.MapGet("companies/{id}/beneficial-owners", BeneficialOwners).WithSummary("The computed beneficial owners of a company, by two rules"));
        OfCompany(api.MapGet("companies/{id}/group", Group).WithSummary("The parents of a company up to the last, and all companies under those"));
        OfParties(api.MapGet("paths", Paths).WithSummary("How two parties are connected, or that they are not"));
        OfParties(api.MapGet("compare", Compare).WithSummary("What two companies have in common"));
        OfParties(api.MapGet("people/{id}/namesakes", Namesakes).WithSummary("The persons who bear the name of one: possibly the same"));
        // JSON only and without cookies: no form of another site can ask this, and it changes nothing.
        api.MapPost("relation-matrix", Matrix).WithSummary("How every two of a list of ids, codes or names are connected")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBody)).ProducesProblem(400).ProducesProblem(413).ProducesProblem(415).ProducesProblem(503);

        static void OfCompany(RouteHandlerBuilder route) => OfParties(route.Produces(301));
        static void OfParties(RouteHandlerBuilder route) => route.Produces(304).ProducesProblem(400).ProducesProblem(404).ProducesProblem(410).ProducesProblem(503);
    }

    private static async Task<Results<Ok<OwnersJson>, StatusCodeHttpResult, RedirectHttpResult, ProblemHttpResult>> Owners(
        [Description("A credit code, or x-… where a body has none")] string id, [AsParameters] OwnershipQuery query, HttpContext http, IRelationGraph graph, CancellationToken ct)
    {
        var (company, problem, moved) = await CompanyAsync(http, graph, id, query.Problem, ct);
        if (company is null) return moved is not null ? moved : problem!;
        return Answer(http, OwnersJson.Of(await graph.OwnersAsync(company, query.Request, ct)), out var known) is { } answer ? answer : known!;
    }

    private static async Task<Results<Ok<HoldingsJson>, StatusCodeHttpResult, RedirectHttpResult, ProblemHttpResult>> Holdings(
        [Description("A credit code, or x-… where a body has none")] string id, [AsParameters] OwnershipQuery query, HttpContext http, IRelationGraph graph, CancellationToken ct)
    {
        var (company, problem, moved) = await CompanyAsync(http, graph, id, query.Problem, ct);
        if (company is null) return moved is not null ? moved : problem!;
        return Answer(http, HoldingsJson.Of(await graph.HoldingsAsync(company, query.Request, ct)), out var known) is { } answer ? answer : known!;
    }

    private static async Task<Results<Ok<BeneficialOwnersJson>, StatusCodeHttpResult, RedirectHttpResult, ProblemHttpResult>> BeneficialOwners(
        [Description("A credit code, or x-… where a body has none")] string id, HttpContext http, IRelationGraph graph, CancellationToken ct,
        [Description("Above 0, up to 1; 0.25 where left out")] string? threshold = null, [Description("A day; today where left out")] string? asOf = null)
    {
        var least = 0.25m;
        var wrong = threshold is { Length: > 0 } && (!decimal.TryParse(threshold, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out least) || least is <= 0 or > 1) ? Text.ProblemThreshold : GraphQueries.ProblemOfDay(asOf);
        var (company, problem, moved) = await CompanyAsync(http, graph, id, wrong, ct);
        if (company is null) return moved is not null ? moved : problem!;
        return Answer(http, BeneficialOwnersJson.Of(await graph.BeneficialOwnersAsync(company, least, GraphQueries.Day(asOf), ct)), out var known) is { } answer ? answer : known!;
    }

    private static async Task<Results<Ok<GroupJson>, StatusCodeHttpResult, RedirectHttpResult, ProblemHttpResult>> Group(
        [Description("A credit code, or x-… where a body has none")] string id, HttpContext http, IRelationGraph graph, CancellationToken ct, [Description("A day; today where left out")] string? asOf = null)
    {
        var (company, problem, moved) = await CompanyAsync(http, graph, id, GraphQueries.ProblemOfDay(asOf), ct);
        if (company is null) return moved is not null ? moved : problem!;
        return Answer(http, GroupJson.Of(await graph.GroupAsync(company, GraphQueries.Day(asOf), ct)), out var known) is { } answer ? answer : known!;
    }

    private static async Task<Results<Ok<PathsJson>, StatusCodeHttpResult, ProblemHttpResult>> Paths([AsParameters] PathsQuery query, HttpContext http, IRelationGraph graph, CancellationToken ct)
    {
        var pair = await PairAsync(graph, query.From, query.To, "from", "to", query.Problem, ct);
        if (pair is not { First: { } from, Second: { } to }) return pair.Problem!;
        return Answer(http, PathsJson.Of(await graph.PathsAsync(from, to, query.Request, ct)), out var known) is { } answer ? answer : known!;
    }

    private static async Task<Results<Ok<ComparisonJson>, StatusCodeHttpResult, ProblemHttpResult>> Compare(HttpContext http, IRelationGraph graph, CancellationToken ct,
        [Description("A company's id")] string? first = null, [Description("Another's")] string? second = null, [Description("A day; today where left out")] string? asOf = null)
    {
        var pair = await PairAsync(graph, first, second, "first", "second", GraphQueries.ProblemOfDay(asOf), ct);
        if (pair is not { First: { } one, Second: { } other }) return pair.Problem!;
        return Answer(http, ComparisonJson.Of(await graph.CompareAsync(one, other, GraphQueries.Day(asOf), ct)), out var known) is { } answer ? answer : known!;
    }

    private static async Task<Results<Ok<NamesakesJson>, StatusCodeHttpResult, ProblemHttpResult>> Namesakes([Description("p-…")] string id, HttpContext http, IRelationGraph graph, CancellationToken ct)
    {
        if (!graph.Ready) return TypedResults.Problem(Text.ProblemNotReady, statusCode: 503);
        return await graph.FindAsync(id, ct) switch
        {
            PartyLookup.Found({ Kind: PartyKind.Person } person) => Answer(http, NamesakesJson.Of(await graph.NamesakesAsync(person, ct)), out var known) is { } answer ? answer : known!,
            PartyLookup.Gone or PartyLookup.PersonMoved => TypedResults.Problem(Text.ProblemGone, statusCode: 410),
            _ => Unknown(id),
        };
    }

    private static async Task<Results<Ok<MatrixJson>, ProblemHttpResult>> Matrix(MatrixRequestJson asked, HttpContext http, IRelationGraph graph, RowLimit limit, CancellationToken ct)
    {
        if (!graph.Ready) return TypedResults.Problem(Text.ProblemNotReady, statusCode: 503);
        if (asked.Parties is not { Count: >= 2 and <= GraphSnapshot.MaxMatrix } parties) return TypedResults.Problem(Text.ProblemParties.With(GraphSnapshot.MaxMatrix, asked.Parties?.Count ?? 0), statusCode: 400);
        if (parties.Any(p => p is null or { Length: > MaxInput })) return TypedResults.Problem(Text.ProblemPartyLength.With(MaxInput), statusCode: 400);
        PathsQuery query = new() { MaxLength = asked.MaxLength?.ToString(CultureInfo.InvariantCulture), Kinds = asked.Kinds is null ? null : string.Join(',', asked.Kinds), SkipHubs = asked.SkipHubs?.ToString(), AsOf = asked.AsOf, Ended = asked.Ended?.ToString() };
        if (query.Problem is { } problem) return TypedResults.Problem(problem, statusCode: 400);
        if (!limit.TryTake(http, parties.Count)) return RowLimit.Refuse(http, Text.ProblemTooMany);
        return TypedResults.Ok(MatrixJson.Of(await graph.MatrixAsync([.. parties.Select(p => p!)], query.Request, null, ct)));
    }

    private static async Task<(GraphParty? Company, ProblemHttpResult? Problem, RedirectHttpResult? Moved)> CompanyAsync(HttpContext http, IRelationGraph graph, string id, string? wrong, CancellationToken ct)
    {
        if (!graph.Ready) return (null, TypedResults.Problem(Text.ProblemNotReady, statusCode: 503), null);
        if (wrong is not null) return (null, TypedResults.Problem(wrong, statusCode: 400), null);
        return await graph.FindAsync(id, ct) switch
        {
            PartyLookup.Found({ Kind: PartyKind.Company } party) => (party, null, null),
            PartyLookup.Moved(var other) => (null, null, TypedResults.Redirect($"/api/v1/companies/{other}/{http.Request.Path.Value!.Split('/')[^1]}{http.Request.QueryString}", permanent: true)),
            PartyLookup.Gone => (null, TypedResults.Problem(Text.ProblemGone, statusCode: 410), null),
            _ => (null, Unknown(id), null),
        };
    }

    // Parties of two that moved are followed: there is no one address to lead to.
    private static async Task<(GraphParty? First, GraphParty? Second, ProblemHttpResult? Problem)> PairAsync(IRelationGraph graph, string? first, string? second, string firstName, string secondName, string? wrong, CancellationToken ct)
    {
        if (!graph.Ready) return (null, null, TypedResults.Problem(Text.ProblemNotReady, statusCode: 503));
        if (wrong is not null) return (null, null, TypedResults.Problem(wrong, statusCode: 400));
        var (one, problem) = await PartyAsync(graph, first, firstName, ct);
        if (problem is not null) return (null, null, problem);
        (var other, problem) = await PartyAsync(graph, second, secondName, ct);
        return problem is not null ? (null, null, problem) : one == other ? (null, null, TypedResults.Problem(Text.ProblemSameParty, statusCode: 400)) : (one, other, null);
    }

    private static async Task<(GraphParty? Party, ProblemHttpResult? Problem)> PartyAsync(IRelationGraph graph, string? id, string parameter, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(id)) return (null, TypedResults.Problem(Text.ProblemMissing.With(parameter), statusCode: 400));
        var found = await graph.FindAsync(id, ct);
        for (var moves = 0; found is PartyLookup.Moved(var other) && moves < 3; moves++) found = await graph.FindAsync(other, ct);
        return found switch
        {
            PartyLookup.Found(var party) => (party, null),
            PartyLookup.Gone or PartyLookup.PersonMoved => (null, TypedResults.Problem(Text.ProblemGone, statusCode: 410)),
            _ => (null, Unknown(id)),
        };
    }

    private static ProblemHttpResult Unknown(string id) => TypedResults.Problem(Text.ProblemUnknown.With(id.Length > MaxShown ? id[..MaxShown] : id), statusCode: 404);

    /// <summary>The answer with its ETag, the hash of all of it; null where the client has that already.</summary>
    private static Ok<T>? Answer<T>(HttpContext http, T value, out StatusCodeHttpResult? known)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, http.RequestServices.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>().Value.SerializerOptions);
        EntityTagHeaderValue tag = new($"\"{XxHash3.HashToUInt64(bytes).ToString("x16", CultureInfo.InvariantCulture)}\"");
        http.Response.GetTypedHeaders().ETag = tag;
        http.Response.Headers.CacheControl = "no-cache";
        known = http.Request.GetTypedHeaders().IfNoneMatch.Any(t => t.Compare(tag, useStrongComparison: false) || t.Equals(EntityTagHeaderValue.Any)) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : null;
        return known is null ? TypedResults.Ok(value) : null;
    }
}

/// <summary>What the query string of owners and holdings may hold.</summary>
public sealed record OwnershipQuery
{
    private const int MaxDepth = 50;

    [Description("Levels of shares, 1 to 50; all where left out"), FromQuery] public string? Depth { get; init; }
    [Description("A day: shares that held on it; today where left out"), FromQuery] public string? AsOf { get; init; }
    [Description("true: relations that had ended by then are listed too; they never count"), FromQuery] public string? Ended { get; init; }

    /// <summary>What is wrong with it, in the reader's language, or null.</summary>
    internal string? Problem => GraphQueries.ProblemOf(Depth, MaxDepth, "depth") ?? GraphQueries.ProblemOfDay(AsOf) ?? GraphQueries.ProblemOfFlag(Ended, "ended");

    internal OwnershipRequest Request => new() { Depth = GraphQueries.Number(Depth), Day = GraphQueries.Day(AsOf), Ended = GraphQueries.Flag(Ended) };
}

/// <summary>What the query string of paths may hold.</summary>
public sealed record PathsQuery
{
    private const int MaxPaths = 50, MaxHubs = 1_000_000;

    [Description("The id of a company or person"), FromQuery] public string? From { get; init; }
    [Description("The id of another"), FromQuery] public string? To { get; init; }
    [Description("Steps at most, 1 to 16; 6 where left out"), FromQuery] public string? MaxLength { get; init; }
    [Description("Kinds of relations, separated by commas: ownership, control, directorship, representative, director, supervisor, manager, employment, branch, fund; weak ones only where named: possiblySame, sameAddress, samePhone, sameRepresentative"), FromQuery] public string? Kinds { get; init; }
    [Description("true (parties with more than 2,000 relations are not passed through), false, or how many relations"), FromQuery] public string? SkipHubs { get; init; }
    [Description("How many paths, 1 to 50; 5 where left out"), FromQuery] public string? K { get; init; }
    [Description("A day: relations that held on it; today where left out"), FromQuery] public string? AsOf { get; init; }
    [Description("true: relations that had ended by then are walked too"), FromQuery] public string? Ended { get; init; }

    /// <summary>What is wrong with it, in the reader's language, or null.</summary>
    internal string? Problem =>
        GraphQueries.ProblemOf(MaxLength, GraphSnapshot.MaxPathLength, "maxLength") ?? GraphQueries.ProblemOf(K, MaxPaths, "k") ?? GraphQueries.ProblemOfDay(AsOf) ?? GraphQueries.ProblemOfFlag(Ended, "ended")
        ?? (KindWords.Parse(Kinds) is null ? Text.ProblemKinds.With(string.Join(", ", KindWords.Filters.Keys)) : HubDegree is null ? Text.ProblemHubs.With(MaxHubs) : null);

    internal PathRequest Request
    {
        get
        {
            PathRequest usual = new();
            return usual with
            {
                MaxLength = GraphQueries.Number(MaxLength) ?? usual.MaxLength, Count = GraphQueries.Number(K) ?? usual.Count, Kinds = KindWords.Parse(Kinds) ?? usual.Kinds, HubDegree = HubDegree ?? usual.HubDegree,
                Day = GraphQueries.Day(AsOf), Ended = GraphQueries.Flag(Ended),
            };
        }
    }

    private int? HubDegree =>
        string.IsNullOrEmpty(SkipHubs) ? GraphQuery.Default.HubDegree
        : bool.TryParse(SkipHubs, out var skip) ? skip ? GraphQuery.Default.HubDegree : int.MaxValue
        : GraphQueries.ProblemOf(SkipHubs, MaxHubs, "skipHubs") is null ? GraphQueries.Number(SkipHubs) : null;
}

/// <summary>What a matrix is asked for with.</summary>
public sealed record MatrixRequestJson
{
    [Description("2 to 200 ids, codes or names")] public IReadOnlyList<string?>? Parties { get; init; }
    [Description("Steps at most, 1 to 16; 6 where left out")] public int? MaxLength { get; init; }
    [Description("Kinds of relations, as for paths; all but weak ones where left out")] public IReadOnlyList<string>? Kinds { get; init; }
    [Description("Whether parties with more than 2,000 relations are not passed through; true where left out")] public bool? SkipHubs { get; init; }
    [Description("A day; today where left out")] public string? AsOf { get; init; }
    [Description("Whether relations that had ended by then are walked too")] public bool? Ended { get; init; }
}

/// <summary>Reads what stands in a query string.</summary>
internal static class GraphQueries
{
    public static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static DateOnly? Day(string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    public static bool Flag(string? text) => bool.TryParse(text, out var flag) && flag;

    public static string? ProblemOf(string? text, int most, string parameter) => string.IsNullOrEmpty(text) || (Number(text) is { } number && number >= 1 && number <= most) ? null : Text.ProblemRange.With(parameter, most);

    public static string? ProblemOfDay(string? text) => string.IsNullOrEmpty(text) || Day(text) is not null ? null : Text.ProblemDate.With("asOf");

    public static string? ProblemOfFlag(string? text, string parameter) => string.IsNullOrEmpty(text) || bool.TryParse(text, out _) ? null : Text.ProblemFlag.With(parameter);
}
