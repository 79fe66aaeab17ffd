using Microsoft.Extensions.DependencyInjection.Extensions;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Privacy;

/// <summary>S1.1: from every page one step leads to the policy, which everybody may read.</summary>
internal sealed class PolicyLinkProbe : IClauseProbe
{
    public string Id => "policy.link";
    public IReadOnlyList<string> Clauses => ["S1.1"];
    public ProofClass Class => ProofClass.A;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("page-links", "policy-answers");
        foreach (var page in await world.CrawlAsync(ct))
        {
            if (!page.IsPage || page.Path.StartsWith("/docs/api", StringComparison.Ordinal) || page.Path.StartsWith("/reconcile", StringComparison.Ordinal)) continue; // descriptions for programs, without the site's frame
            proof.That(page.Body.Contains($"href=\"{PrivacyModule.Path}\"", StringComparison.Ordinal) || page.Body.Contains($"href=\"/en{PrivacyModule.Path}\"", StringComparison.Ordinal), "page-links", page.Path);
        }

        foreach (var path in (string[])[PrivacyModule.Path, $"/en{PrivacyModule.Path}"]) proof.Same(200, (int)(await world.GetAsync(path, ct)).Status, "policy-answers", path);
        return proof.By("http.crawl").AtLeast(5, "page-links").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("no-link", "从页脚去掉政策链接", "Takes the link to the policy out of the foot of pages") { Services = s => s.RemoveAll<FooterLink>() },
        new("sign-in", "打开政策前要求登录", "Asks for a sign-in before the policy") { Services = Breaks.Requests((http, next) =>
        {
            if (!http.Request.Path.Value!.EndsWith(PrivacyModule.Path, StringComparison.Ordinal)) return next(http);
            http.Response.Redirect("/sign-in");
            return Task.CompletedTask;
        }) },
    ];
}
