using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>Links the account of a provider that was found before anybody was signed in, once a number was proved.</summary>
[TypeFilter<WhileSocialOpen>]
internal sealed class SocialLinkModel(SocialProviders providers, IRecipientConsents consents, ReadAccount account, SocialLinks links, SocialFlows flows) : PageModel
{
    public SocialFlow Flow { get; private set; } = null!;
    public RecipientNotice Notice { get; private set; } = null!;
    public string? Problem { get; private set; }
    public bool AbroadMissing { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await account.MemberAsync(ct) is null ? Challenge() : Read() ? Page() : LocalRedirect(Language.Path(AccountsModule.SocialPath));

    public async Task<IActionResult> OnPostLinkAsync([FromForm] string? notice, [FromForm] string? abroad, CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is not { } member) return Challenge();
        if (!Read()) return LocalRedirect(SocialModel.SaidPath("refused"));
        if (member.Minor) return End(LinkResult.Refused);
        AbroadMissing = Notice.Abroad && abroad is not "yes";
        if (AbroadMissing) return Again(Text.SocialAbroadMissing);
        if (!await consents.AgreeAsync(Purpose.SocialSignIn, SocialProviders.RecipientOf(Flow.Provider), notice, AccountsModule.SocialLinkPath, ct)) return Again(Text.SocialChanged);
        return End(await links.LinkAsync(member, Flow.Provider, Flow.Found!, ct));
    }

    public IActionResult OnPostCancel()
    {
        flows.End();
        return LocalRedirect(Language.Path(AccountsModule.SocialPath));
    }

    private bool Read()
    {
        if (flows.Read() is not { Found: not null } flow || providers.NoticeOf(flow.Provider) is not { } notice) return false;
        (Flow, Notice) = (flow, notice);
        return true;
    }

    private LocalRedirectResult End(LinkResult result)
    {
        flows.End();
        return LocalRedirect(result is LinkResult.Linked && Flow.To is { } to ? to : SocialModel.SaidPath(SocialModel.WordOf(result)));
    }

    private PageResult Again(string problem)
    {
        (Problem, Response.StatusCode) = (problem, StatusCodes.Status400BadRequest);
        return Page();
    }
}
