using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Qijian.Modules.Accounts;

/// <summary>What a member chose to show. It is nowhere else: not in search, the site map or a cache.</summary>
[TypeFilter<WhileOpen>(Arguments = ["profile"])]
internal sealed class PublicProfileModel(KeepProfile profiles) : PageModel
{
    public ProfileView Profile { get; private set; } = null!;
    public Guid Number { get; private set; }

    public async Task<IActionResult> OnGetAsync(string number, CancellationToken ct)
    {
        if (!Guid.TryParseExact(number, "N", out var page) || await profiles.ReadPageAsync(page, ct) is not { } view) return NotFound();
        Response.Headers.CacheControl = "no-store";
        Response.Headers["X-Robots-Tag"] = "noindex, noarchive";
        (Number, Profile) = (page, view);
        return Page();
    }

    public async Task<IActionResult> OnGetAvatarAsync(string number, CancellationToken ct) =>
        Guid.TryParseExact(number, "N", out var page) && (await profiles.ReadPageAsync(page, ct))?.Values.GetValueOrDefault(ProfileFields.Avatar) is { } picture ? ProfileModel.PictureOf(this, picture) : NotFound();
}
