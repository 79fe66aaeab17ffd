using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>What the form tells before anything goes to a provider.</summary>
internal sealed record SocialTold(SocialProvider Provider, RecipientNotice Notice, bool AbroadMissing);

/// <summary>The notice before the way to a provider. Nothing is read, set or sent before the person agrees below it.</summary>
[TypeFilter<WhileSocialOpen>]
internal sealed class SocialNoticeModel(SocialProviders providers, IRecipientConsents consents, ReadAccount account, ICurrentSubject current, SocialFlows flows, TencentSignIn tencent, WebSignIn web, TimeProvider clock) : PageModel
{
    public SocialProvider Provider { get; private set; }
    public RecipientNotice Notice { get; private set; } = null!;
    public bool SignedIn => User.Identity?.IsAuthenticated is true;
    public bool Minor { get; private set; }
    public string? To { get; private set; }
    public string? Problem { get; private set; }
    public bool AbroadMissing { get; private set; }

    /// <summary>Where it goes on, once the person agreed.</summary>
    public string? Going { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? provider, [FromQuery] string? to, [FromQuery] string? problem, CancellationToken ct)
    {
        if (!await ReadAsync(provider, to, ct)) return NotFound();
        Problem = problem switch { "declined" => Text.SocialDeclined, "failed" => Text.SocialFailed, "lost" => Text.SocialLost, _ => null };
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? provider, [FromForm] string? notice, [FromForm] string? abroad, [FromForm] string? to, CancellationToken ct)
    {
        if (!await ReadAsync(provider, to, ct)) return NotFound();
        if (Minor) return Again(Text.SocialMinor);
        AbroadMissing = Notice.Abroad && abroad is not "yes";
        if (AbroadMissing) return Again(Text.SocialAbroadMissing);
        var recipient = SocialProviders.RecipientOf(Provider);
        if (!await consents.AgreeAsync(Purpose.SocialSignIn, recipient, notice, AccountsModule.SocialPath, ct)) return Again(Text.SocialChanged);
        if (await consents.RefusalAsync(Purpose.SocialSignIn, recipient, SocialProviders.Sent, ct) is { } denial) return Again(denial is Denial.Signal ? Text.SocialSignal : Text.SocialRefused);
        var (address, secret) = TencentSignIn.Has(Provider) && SocialFlows.NewSecret() is var own ? (tencent.AddressOf(Provider, own, Request), own) : await web.BeginAsync(Provider);
        flows.Write(new(Provider, secret, current.Find()?.ToString(), Language.IsEnglish, To, clock.GetUtcNow()));
        Going = address;
        Response.Headers["Refresh"] = $"0; url={address}"; // a form of ours may not be redirected elsewhere
        return Page();
    }

    private async Task<bool> ReadAsync(string? provider, string? to, CancellationToken ct)
    {
        if (providers.Find(provider) is not { } known || providers.NoticeOf(known) is not { } notice) return false;
        (Provider, Notice, To) = (known, notice, to is { Length: < 400 } && Url.IsLocalUrl(to) ? to : null);
        Minor = SignedIn && await account.MemberAsync(ct) is { Minor: true };
        return true;
    }

    private PageResult Again(string problem)
    {
        (Problem, Response.StatusCode) = (problem, StatusCodes.Status400BadRequest);
        return Page();
    }
}
