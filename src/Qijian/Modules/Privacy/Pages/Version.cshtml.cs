using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Qijian.Platform;

namespace Qijian.Modules.Privacy;

/// <summary>One version, from what was stored when it was published.</summary>
internal sealed class VersionModel(PolicyVersions versions, CurrentPolicy current, IOptions<OperatorOptions> options, SiteState site) : PageModel
{
    public PolicyView View { get; private set; } = null!; // set by OnGet

    public async Task<IActionResult> OnGetAsync(int version, CancellationToken ct)
    {
        if (await versions.FindAsync(version, ct) is not { } policy) return NotFound();
        View = new(policy, current, options, site);
        return Page();
    }
}
