using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Modules.Registry;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Graph;

/// <summary>Two companies side by side, and what they have in common.</summary>
internal sealed class CompareModel(IRelationGraph graph, FindParty find, ICompanyLookup lookup) : PageModel
{
    public const string Path = "/relations/compare";

    public GraphAsked Asked { get; private set; } = null!; // set by OnGet
    public PartyField First { get; private set; } = null!; // set by OnGet
    public PartyField Second { get; private set; } = null!; // set by OnGet

    /// <summary>Null until two companies are known.</summary>
    public ComparisonView? Found { get; private set; }
    public IReadOnlyList<(string Label, string? First, string? Second)> Facts { get; private set; } = [];
    public IHtmlContent? Drawn { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (!graph.Ready) return StatusCode(StatusCodes.Status503ServiceUnavailable);
        Asked = new(Request);
        (First, Second) = (await CompanyAsync("first", ct), await CompanyAsync("second", ct));
        var day = Asked.Day("asOf");
        if (First is not { Party: { } first, Problem: null } || Second is not { Party: { } second, Problem: null }) return Page();
        if (first.Number == second.Number)
        {
            Second = Second with { Problem = Text.PageSameParty };
            return Page();
        }

        Found = await graph.CompareAsync(first, second, day, ct);
        if (Found.Path is { } path) Drawn = DrawPaths.Of(first, second, [path], "picture");
        if (await lookup.FindAsync(first.Id!, default, ct) is CompanyLookupResult.Found(var one) && await lookup.FindAsync(second.Id!, default, ct) is CompanyLookupResult.Found(var other))
            Facts = [.. Text.PageCompareFacts.Split('|').Zip(FactsOf(one.Summary), FactsOf(other.Summary))];
        return Page();
    }

    private async Task<PartyField> CompanyAsync(string name, CancellationToken ct) =>
        await find.RunAsync(name, Asked.Text(name), ct) is var field && field.Party is { Kind: not PartyKind.Company } ? field with { Problem = Text.PageOnlyCompanies } : field;

    private static IEnumerable<string?> FactsOf(CompanySummary c) =>
        [c.CreditCode, c.Status?.Label(), Format.Day(c.FoundedOn), c.Capital?.Display, c.LegalForm, c.Industry, string.Concat(c.Province, c.City), c.LegalRepresentative];

    public string LinkWith(string name, string value) => Language.Path(Path) + Asked.With(name, value);
}
