using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Search;

internal sealed class HomeModel(ICompanyLookup companies) : PageModel
{
    public RegistryOverview Overview { get; private set; } = null!; // set by OnGet

    public async Task OnGetAsync(CancellationToken ct) => Overview = await companies.OverviewAsync(ct);
}
