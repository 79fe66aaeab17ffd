using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>Where a provider sends the person back to. Shows nothing: it leads on to the page that says what came of it.</summary>
[TypeFilter<WhileSocialOpen>]
internal sealed partial class SocialReturnModel(SocialProviders providers, SocialFlows flows, TencentSignIn tencent, WebSignIn web, SocialLinks links, ReadAccount account, ICurrentSubject current, EnterAccount enter, ILogger<SocialReturnModel> log) : PageModel
{
    public async Task<IActionResult> OnGetAsync(string? provider, CancellationToken ct)
    {
        if (providers.Find(provider) is not { } known) return NotFound();
        if (flows.Read() is not { Found: null } flow || flow.Provider != known || flow.Subject != current.Find()?.ToString()) return LocalRedirect(Language.Path(SocialProviders.PathOf(known)) + "?problem=lost");
        switch (TencentSignIn.Has(known) ? await tencent.FinishAsync(flow, Request, ct) : await web.FinishAsync(known))
        {
            case SocialAnswer.Found(var identity):
                return await ArriveAsync(flow, identity, ct);
            case SocialAnswer.Lost:
                return Problem(flow, "lost"); // the flow of this browser may still come to its end
            case SocialAnswer.Declined:
                flows.End();
                return Problem(flow, "declined");
            default:
                flows.End();
                Failed(known.ToString());
                return Problem(flow, "failed");
        }
    }

    private async Task<IActionResult> ArriveAsync(SocialFlow flow, SocialIdentity identity, CancellationToken ct)
    {
        if (await account.MemberAsync(ct) is { } self)
        {
            flows.End();
            return LocalRedirect(flow.PathOf($"{AccountsModule.SocialPath}?said={SocialModel.WordOf(await links.LinkAsync(self, flow.Provider, identity, ct))}"));
        }

        if (await links.FindAsync(flow.Provider, identity, ct) is { } member)
        {
            flows.End();
            return await enter.ContinueAsync(HttpContext, member, SignInMethod.Social, flow.To ?? flow.PathOf(AccountsModule.AccountPath), ct);
        }

        // Nobody's yet: who it is waits in their own browser until they proved a number, by signing in or up as everybody does.
        flows.Write(flow with { Found = identity });
        return LocalRedirect($"{flow.PathOf(AccountsModule.SignInPath)}?to={Uri.EscapeDataString(flow.PathOf(AccountsModule.SocialLinkPath))}");
    }

    private LocalRedirectResult Problem(SocialFlow flow, string problem) => LocalRedirect($"{flow.PathOf(SocialProviders.PathOf(flow.Provider))}?problem={problem}");

    [LoggerMessage(Level = LogLevel.Warning, Message = "Signing in with {Provider} failed: it could not be asked, or its answer named nobody")]
    private partial void Failed(string provider);
}
