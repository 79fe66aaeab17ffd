using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Modules.Privacy;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Accounts;

[Authorize, TypeFilter<WhileOpen>]
internal sealed class AccountModel(ReadAccount account, EnterAccount enter, CurrentStaff staff, IFeatures features) : PageModel
{
    public Member Member { get; private set; } = null!;
    public bool ProfileOpen => features.IsOpen(Feature.Profile);
    public bool IsStaff { get; private set; }
    public bool LacksFactor { get; private set; }
    public string Phone { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        (Member, Phone, IsStaff, LacksFactor) = (member, await account.MaskedPhoneAsync(member, ct) ?? "–", await staff.IsAsync([], ct), await staff.LacksFactorAsync(ct));
        return Page();
    }

    /// <summary>How pages look: what is sent, and in the reader's language.</summary>
    public static IReadOnlyList<(string Value, string Label)> Looks => [("", Text.LookDevice), ("light", Text.LookLight), ("dark", Text.LookDark)];

    /// <summary>How pages look, or the language of pages and of what is sent.</summary>
    public async Task<IActionResult> OnPostLookAsync([FromForm] string? theme, [FromForm] string? language, CancellationToken ct)
    {
        if (language is not ("zh" or "en"))
        {
            Theme.Choose(HttpContext, theme);
            return LocalRedirect(Language.Path(AccountsModule.AccountPath));
        }

        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        await enter.SpeakAsync(member, english: language is "en", ct);
        return LocalRedirect((language is "en" ? "/en" : "") + AccountsModule.AccountPath);
    }

    public async Task<IActionResult> OnPostSignOutAsync(CancellationToken ct)
    {
        await enter.SignOutAsync(HttpContext, ct);
        return LocalRedirect(Language.Path("/"));
    }
}
