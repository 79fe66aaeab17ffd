using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Registry;

/// <summary>A table of relations on a page.</summary>
/// <param name="Incoming">Whether the other party is the source of each edge.</param>
/// <param name="Remainder">Percent that no named owner holds.</param>
internal sealed record RelationList(string Title, IReadOnlyList<RelationView> Relations, bool Incoming, decimal? Remainder);

internal sealed class CompanyModel(ICompanyLookup companies) : PageModel
{
    /// <summary>What stands in the identity block.</summary>
    public static readonly IReadOnlyList<Property> Headline =
        [Vocabulary.CreditCode, Vocabulary.RegistrationNumber, Vocabulary.Lei, Vocabulary.StockCode, Vocabulary.Capital, Vocabulary.FoundedOn, Vocabulary.Registrar];

    public CompanyView View { get; private set; } = null!; // set by OnGet
    public string Tab { get; private set; } = "";
    public DateOnly? AsOf { get; private set; }
    public bool BadDate { get; private set; }

    public IReadOnlyList<EventView> Events => Tab == "risk" ? View.Risks : View.Changes;

    /// <summary>What the direct shares leave open, where any share is stated.</summary>
    public decimal? Remainder =>
        View.Owners.Where(o => o.Kind.CarriesEquity && o.Source.InLatest).ToList() is { Count: > 0 } owners && owners.Any(o => o.Percent is not null) && 100 - owners.Sum(o => o.Percent ?? o.Minimum ?? 0) is > 0.01m and var rest ? rest : null;

    public IEnumerable<(string Tab, string Label, int Count)> Tabs =>
    [
        ("", Text.PageTabRegistration, 0), ("ownership", Text.PageTabOwnership, View.Owners.Count + View.Holdings.Count), ("people", Text.PageTabPeople, View.Officers.Count),
        ("changes", Text.PageTabChanges, View.Changes.Count), ("risk", Text.PageTabRisk, View.Risks.Count), ("branches", Text.PageTabBranches, View.Branches.Count),
    ];

    /// <summary>schema.org Organization, as a data block. The serialiser escapes what could end it.</summary>
    public IHtmlContent StructuredData => new HtmlString(JsonSerializer.Serialize(new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["@context"] = "https://schema.org", ["@type"] = "Organization", ["name"] = View.Summary.Name, ["identifier"] = View.Summary.Id,
        ["leiCode"] = View.Summary.Lei, ["foundingDate"] = View.Summary.FoundedOn?.ToString("O", CultureInfo.InvariantCulture),
    }));

    public async Task<IActionResult> OnGetAsync(string id, string? tab, string? asOf, CancellationToken ct)
    {
        Tab = tab ?? "";
        if (Tab is not ("" or "ownership" or "people" or "changes" or "risk" or "branches")) return NotFound();
        AsOf = asOf is null ? null : Headers.ParseDate(asOf);
        BadDate = asOf is { Length: > 0 } && AsOf is null;
        switch (await companies.FindAsync(id, new(AsOf, null), ct))
        {
            case CompanyLookupResult.Found(var view):
                View = view;
                return CompanyEndpoints.NotModified(HttpContext, $"{view.Version}-{Tab}-{Format.Day(view.AsOf)}") ? StatusCode(StatusCodes.Status304NotModified) : Page();
            case CompanyLookupResult.Moved(var other): return RedirectPermanent(Language.Path($"/companies/{other}{(Tab.Length > 0 ? "/" + Tab : "")}{Request.QueryString}"));
            case CompanyLookupResult.Gone: return StatusCode(StatusCodes.Status410Gone);
            default: return NotFound();
        }
    }

    public string TabLink(string tab, bool keepDate) =>
        Language.Path($"/companies/{View.Summary.Id}{(tab.Length > 0 ? "/" + tab : "")}") + (keepDate && AsOf is { } day ? $"?asOf={Format.Day(day)}" : "");

    public static string RoleOf(RelationView relation) => Language.IsEnglish && relation.Role is Vocabulary.LegalRepresentative ? "Legal representative" : relation.Role ?? relation.Kind.Property.Label;

    /// <summary>The source mark of a fact, with the other values of its property.</summary>
    public SourceMark MarkOf(Fact fact) => new(fact.Property.Label, fact.Source, fact.Original) { Others = [.. View.Facts.Where(f => f.Property == fact.Property && !f.Current)] };

    public static SourceMark MarkOf(RelationView relation) => new(relation.Kind.Property.Label, relation.Source);
}
