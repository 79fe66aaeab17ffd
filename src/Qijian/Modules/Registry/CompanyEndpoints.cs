using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Qijian.Modules.Shared;
using Qijian.Platform;

namespace Qijian.Modules.Registry;

/// <summary>The JSON of companies and persons.</summary>
internal static class CompanyEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapApi("Registry");
        api.MapGet("companies/{id}", Get).WithSummary("A company with every fact and where it comes from").Produces(301).Produces(304).ProducesProblem(400).ProducesProblem(404).ProducesProblem(410);
        api.MapGet("people/{id}", GetPerson).WithSummary("A person in one public role at one body").Produces(301).Produces(304).ProducesProblem(404).ProducesProblem(410);
        api.MapGet("registry", Overview).WithSummary("What is held, and from which sources as of when");
    }

    private static async Task<Results<Ok<CompanyJson>, StatusCodeHttpResult, RedirectHttpResult, ProblemHttpResult>> Get(
        [Description("A credit code, or x-… where a body has none")] string id, [Description("A day in the world: what held on it")] string? asOf, [Description("An instant: only what had been recorded by then")] string? knownAt, HttpContext http, ICompanyLookup companies, CancellationToken ct)
    {
        DateOnly? day = null;
        DateTimeOffset? known = null;
        if (asOf is not null && (day = Headers.ParseDate(asOf)) is null) return TypedResults.Problem(Text.ProblemDate.With("asOf"), statusCode: 400);
        if (knownAt is not null)
        {
            if (!DateTimeOffset.TryParse(knownAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)) return TypedResults.Problem(Text.ProblemDate.With("knownAt"), statusCode: 400);
            known = instant;
        }

        return await companies.FindAsync(id, new(day, known), ct) switch
        {
            CompanyLookupResult.Found(var company) when NotModified(http, company.Version) => TypedResults.StatusCode(StatusCodes.Status304NotModified),
            CompanyLookupResult.Found(var company) => TypedResults.Ok(CompanyJson.Of(company)),
            CompanyLookupResult.Moved(var other) => TypedResults.Redirect($"/api/v1/companies/{other}{http.Request.QueryString}", permanent: true),
            CompanyLookupResult.Gone => TypedResults.Problem(Text.ProblemGone, statusCode: 410),
            _ => TypedResults.Problem(Text.ProblemUnknown.With(id.Length > 64 ? id[..64] : id), statusCode: 404),
        };
    }

    private static async Task<Results<Ok<PersonJson>, StatusCodeHttpResult, RedirectHttpResult, ProblemHttpResult>> GetPerson(string id, HttpContext http, ICompanyLookup companies, CancellationToken ct) =>
        await companies.FindPersonAsync(id, ct) switch
        {
            PersonLookupResult.Found(var person) when NotModified(http, person.Version) => TypedResults.StatusCode(StatusCodes.Status304NotModified),
            PersonLookupResult.Found(var person) => TypedResults.Ok(new PersonJson(person.Id, person.Name, [.. person.Roles.Select(RelationJson.Of)], [.. person.Same.Select(s => new SamePersonJson(s.First, s.Second, s.Why, s.DecidedAt))])),
            PersonLookupResult.Moved(var company) => TypedResults.Redirect($"/api/v1/companies/{company}", permanent: true),
            PersonLookupResult.Gone => TypedResults.Problem(Text.ProblemGone, statusCode: 410),
            _ => TypedResults.Problem(Text.ProblemUnknown.With(id.Length > 64 ? id[..64] : id), statusCode: 404),
        };

    private static Task<RegistryOverview> Overview(ICompanyLookup companies, CancellationToken ct) => companies.OverviewAsync(ct);

    /// <summary>Sets the ETag, and says whether the client has that version already. The language is part of it.</summary>
    internal static bool NotModified(HttpContext http, string version)
    {
        EntityTagHeaderValue tag = new($"\"{version}{PageNotice.Tag(http.RequestServices.GetServices<PageNotice>())}{(Language.IsEnglish ? "-en" : "")}{(Theme.Of(http) is { } theme ? $"-{theme}" : "")}\"");
        http.Response.GetTypedHeaders().ETag = tag;
        http.Response.Headers.CacheControl = "no-cache";
        return http.Request.GetTypedHeaders().IfNoneMatch.Any(t => t.Compare(tag, useStrongComparison: false) || t.Equals(EntityTagHeaderValue.Any));
    }
}

/// <summary>A company as JSON: the main values, then every fact with its source, times and basis.</summary>
public sealed record CompanyJson
{
    public required string Id { get; init; }
    public required string? Name { get; init; }
    public required string? CreditCode { get; init; }
    public required string? RegistrationNumber { get; init; }
    public required string? Lei { get; init; }
    public required string? Status { get; init; }
    public required string? Province { get; init; }
    public required string? City { get; init; }
    public required DateOnly? FoundedOn { get; init; }
    public required string? LegalForm { get; init; }
    public required string? Industry { get; init; }
    public required string? LegalRepresentative { get; init; }
    public required MoneyJson? Capital { get; init; }
    public required string Type { get; init; }
    public required DateOnly AsOf { get; init; }
    public required IReadOnlyList<FactJson> Facts { get; init; }
    public required IReadOnlyList<RelationJson> Owners { get; init; }
    public required IReadOnlyList<RelationJson> Holdings { get; init; }
    public required IReadOnlyList<RelationJson> Officers { get; init; }
    public required IReadOnlyList<RelationJson> Parents { get; init; }
    public required IReadOnlyList<RelationJson> Branches { get; init; }
    public required IReadOnlyList<EventJson> Changes { get; init; }
    public required IReadOnlyList<EventJson> Risks { get; init; }
    public required bool Truncated { get; init; }
    public required bool Fictional { get; init; }

    internal static CompanyJson Of(CompanyView view)
    {
        var c = view.Summary;
        return new()
        {
            Id = c.Id, Name = c.Name, CreditCode = c.CreditCode, RegistrationNumber = c.RegistrationNumber, Lei = c.Lei, Status = c.Status?.ToString(), Province = c.Province, City = c.City,
            FoundedOn = c.FoundedOn, LegalForm = c.LegalForm, Industry = c.Industry, LegalRepresentative = c.LegalRepresentative, Capital = MoneyJson.Of(c.Capital), Type = c.Type.ToString(), AsOf = view.AsOf,
            Facts = [.. view.Facts.Select(f => new FactJson(f.Property.Name, f.Value, f.Original, f.Lang, f.ValidFrom, f.ValidTo, f.Current, f.FailsCheck, f.Source))],
            Owners = [.. view.Owners.Select(RelationJson.Of)], Holdings = [.. view.Holdings.Select(RelationJson.Of)], Officers = [.. view.Officers.Select(RelationJson.Of)],
            Parents = [.. view.Parents.Select(RelationJson.Of)], Branches = [.. view.Branches.Select(RelationJson.Of)],
            Changes = [.. view.Changes.Select(EventJson.Of)], Risks = [.. view.Risks.Select(EventJson.Of)], Truncated = view.Truncated, Fictional = view.Fictional,
        };
    }
}

/// <summary>An amount in units of its ISO 4217 currency.</summary>
public sealed record MoneyJson(decimal Amount, string Currency)
{
    internal static MoneyJson? Of(Money? money) => money is { } m ? new(m.Minor / 100m, m.Currency) : null;
}

/// <summary>One value with where it comes from.</summary>
public sealed record FactJson(string Property, string Value, string? Original, string? Lang, DateOnly? ValidFrom, DateOnly? ValidTo, bool Current, bool FailsCheck, Provenance Source);

/// <summary>One edge with where it comes from.</summary>
public sealed record RelationJson(
    string Kind, Party From, Party To, string? Role, decimal? Percent, decimal? Minimum, decimal? Maximum, MoneyJson? Amount, DateOnly? ValidFrom, DateOnly? ValidTo,
    IReadOnlyDictionary<string, string> More, Provenance Source)
{
    internal static RelationJson Of(RelationView r) =>
        new(r.Kind.Property.Name, r.From, r.To, r.Role, r.Percent, r.Minimum, r.Maximum, MoneyJson.Of(r.Amount), r.ValidFrom, r.ValidTo, r.More, r.Source);
}

/// <summary>One event with where it comes from.</summary>
public sealed record EventJson(string Kind, DateOnly? Date, string Title, IReadOnlyDictionary<string, string> Fields, Provenance Source)
{
    internal static EventJson Of(EventView e) =>
        new(e.Property.Name, e.Date, e.Title, e.Fields.DistinctBy(f => f.Key.Id).ToDictionary(f => f.Key.Name, f => f.Value, StringComparer.Ordinal), e.Source);
}

/// <summary>A person in public roles.</summary>
/// <param name="Roles">With those of all records that <paramref name="Same"/> joins.</param>
/// <param name="Same">Which records were decided to be one person's; none where only one is.</param>
public sealed record PersonJson(string Id, string Name, IReadOnlyList<RelationJson> Roles, IReadOnlyList<SamePersonJson> Same);

/// <summary>A decision of the operator that two records are of one person.</summary>
public sealed record SamePersonJson(string First, string Second, string Why, DateTimeOffset DecidedAt);
