using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Qijian.Engine.Matching;
using Qijian.Platform;

namespace Qijian.Modules.Search;

/// <summary>Matches the rows of a table.</summary>
internal static class MatchEndpoint
{
    public const int MaxRows = 1000, MaxCandidates = 10, DefaultCandidates = 3;
    private const int MaxBody = 4 << 20;

    // JSON only and without cookies: no form of another site can ask this, and it changes nothing.
    public static void Map(RouteGroupBuilder api) =>
        api.MapPost("match", Match).WithSummary("Which companies the rows of a table mean, with score, band and reasons")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBody)).ProducesProblem(400).ProducesProblem(413).ProducesProblem(415).ProducesProblem(503);

    private static async Task<Results<Ok<MatchJson>, ProblemHttpResult>> Match(MatchRequestJson asked, HttpContext http, ICompanySearch search, MatchCompanies match, RowLimit limit, CancellationToken ct)
    {
        if (!search.Ready) return TypedResults.Problem(Text.ProblemNotReady, statusCode: 503);
        if (asked.Rows is not { Count: > 0 and <= MaxRows } rows) return TypedResults.Problem(Text.ProblemRows.With(MaxRows, asked.Rows?.Count ?? 0), statusCode: 400);
        if (asked.Limit is < 1 or > MaxCandidates) return TypedResults.Problem(Text.ProblemLimit.With(MaxCandidates), statusCode: 400);
        if (!limit.TryTake(http, rows.Count)) return RowLimit.Refuse(http, Text.ProblemTooManyRows);
        List<MatchedRowJson> matched = new(rows.Count);
        foreach (var row in rows) matched.Add(await MatchRowAsync(match, row, asked.Limit ?? DefaultCandidates, ct));
        return TypedResults.Ok(new MatchJson(matched));
    }

    internal static async Task<MatchedRowJson> MatchRowAsync(MatchCompanies match, MatchRowJson? row, int limit, CancellationToken ct) =>
        ProblemOf(row) is { } problem ? new([], problem) : new([.. (await match.RunAsync(new(row!.Name!, row.Code, row.Region, row.Address, row.Person), limit, ct)).Select(MatchedCompanyJson.Of)], null);

    // A row that cannot be read says so; the others go on.
    private static string? ProblemOf(MatchRowJson? row) =>
        string.IsNullOrWhiteSpace(row?.Name) ? Text.ProblemRowName
        : new[] { row.Name, row.Code, row.Region, row.Address, row.Person }.Any(t => t?.Length > MatchRow.MaxText) ? Text.ProblemRowLength.With(MatchRow.MaxText)
        : null;
}

/// <summary>Rows to match, and how many candidates each may have.</summary>
public sealed record MatchRequestJson
{
    [Description("1 to 1,000 rows")] public IReadOnlyList<MatchRowJson?>? Rows { get; init; }
    [Description("Candidates a row, 1 to 10; 3 where left out")] public int? Limit { get; init; }
}

/// <summary>One row of somebody's table; only the name must be there.</summary>
public sealed record MatchRowJson
{
    [Description("The company's name as written: full, short or former, in characters or pinyin")] public string? Name { get; init; }
    [Description("A credit code, organisation code, registration number or LEI")] public string? Code { get; init; }
    [Description("A province, city or county by name, or its code of GB/T 2260")] public string? Region { get; init; }
    [Description("The address or a part of it")] public string? Address { get; init; }
    [Description("The legal representative")] public string? Person { get; init; }
}

/// <summary>The matched rows, in the order of the rows.</summary>
public sealed record MatchJson(IReadOnlyList<MatchedRowJson> Rows);

/// <summary>One row's candidates, best first, or why the row could not be read.</summary>
public sealed record MatchedRowJson(IReadOnlyList<MatchedCompanyJson> Candidates, string? Error);

/// <summary>A company that a row may mean.</summary>
public sealed record MatchedCompanyJson(string Id, string? Name, string? CreditCode, int Score, MatchBand Band, IReadOnlyList<MatchReasonJson> Reasons)
{
    internal static MatchedCompanyJson Of(MatchedCompany m) => new(m.Company.Id, m.Company.Name, m.Company.CreditCode, m.Score.Score, m.Score.Band, [.. m.Score.Reasons.Select(MatchReasonJson.Of)]);
}

/// <summary>One reason, by its name and in words of the reader's language.</summary>
public sealed record MatchReasonJson(MatchReason Reason, string Text, bool Against)
{
    internal static MatchReasonJson Of(MatchReason reason) => new(reason, MatchWords.Of(reason), reason.CountsAgainst());
}

/// <summary>Reasons in the reader's language.</summary>
internal static class MatchWords
{
    public static string Of(MatchReason reason) => Text.MatchReasons.Split('|')[(int)reason];
}
