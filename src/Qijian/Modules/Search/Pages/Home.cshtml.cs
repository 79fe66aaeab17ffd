using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Engine.Text;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Search;

internal sealed class HomeModel(ICompanyLookup companies, ICompanySearch search) : PageModel
{
    public RegistryOverview Overview { get; private set; } = null!; // set by OnGet
    public bool Fictional { get; private set; }

    /// <summary>Searches to try, made from the company that stands first: its short name, initials, code and person.</summary>
    public IReadOnlyList<string> Examples { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        Overview = await companies.OverviewAsync(ct);
        Fictional = Overview.Datasets.Any(d => d.Fictional);
        if (!search.Ready) return;
        var first = await search.SearchAsync(new() { PageSize = 1, Facets = false }, ct);
        if (first.Hits is [{ Company: { Name: { Length: > 3 } name } company }]) Examples = [.. Of(name, company).Distinct(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Of(string name, CompanySummary company)
    {
        var parts = CompanyName.Parse(name);
        var core = parts[parts.Brand].ToString() is { Length: > 1 } brand ? brand : name;
        yield return core;
        if (Pinyin.Initials(core) is { Length: > 2 } initials) yield return initials;
        if ((company.CreditCode ?? company.Lei) is { } code) yield return code;
        if (company.LegalRepresentative is { } person) yield return person;
    }
}
