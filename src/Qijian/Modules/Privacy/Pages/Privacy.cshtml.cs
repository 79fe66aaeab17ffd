using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Qijian.Platform;

namespace Qijian.Modules.Privacy;

/// <summary>The policy in effect.</summary>
internal sealed class PrivacyModel(PolicyVersions versions, CurrentPolicy current, IOptions<OperatorOptions> options, SiteState site) : PageModel
{
    public PolicyView View { get; private set; } = null!; // set by OnGet

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await versions.InEffectAsync(ct) is not { } policy) return NotFound();
        View = new(policy, current, options, site);
        return Page();
    }
}
