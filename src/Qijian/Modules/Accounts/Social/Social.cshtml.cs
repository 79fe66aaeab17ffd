using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Qijian.Modules.Accounts;

/// <summary>The providers' accounts that sign in to one's own.</summary>
[TypeFilter<WhileSocialOpen>]
internal sealed class SocialModel(ReadAccount account, SocialLinks links, SocialProviders providers) : PageModel
{
    public IReadOnlyList<SocialLinkView> Links { get; private set; } = [];
    public IEnumerable<SocialProvider> More => providers.Offered.Where(p => Links.All(l => l.Provider != p));
    public bool Minor { get; private set; }
    public string? Said { get; private set; }

    public async Task<IActionResult> OnGetAsync([FromQuery] string? said, CancellationToken ct)
    {
        Said = said switch { "linked" => Text.SocialDone, "others" => Text.SocialOthers, "another" => Text.SocialAnother, "refused" => Text.SocialRefused, "unlinked" => Text.SocialUnlinked, _ => null };
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        (Minor, Links) = (member.Minor, await links.ListAsync(member.Subject, ct));
        return Page();
    }

    public async Task<IActionResult> OnPostUnlinkAsync([FromForm] string? provider, CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        // One that is no longer offered can be unlinked all the same.
        if (Enum.GetValues<SocialProvider>().Where(p => SocialProviders.SlugOf(p) == provider).ToList() is not [var one]) return BadRequest();
        await links.UnlinkAsync(member.Subject, one, ct);
        return LocalRedirect(SaidPath("unlinked"));
    }

    internal static string SaidPath(string said) => $"{Language.Path(AccountsModule.SocialPath)}?said={said}";

    internal static string WordOf(LinkResult result) => result switch { LinkResult.Linked => "linked", LinkResult.Others => "others", LinkResult.Another => "another", _ => "refused" };
}
