namespace Qijian.Modules.Privacy;

/// <summary>S6.1b: nothing of another site is loaded into a page, so no other site can set or read anything there; nor is a page shown inside another site.</summary>
internal sealed class SecurityHeadersProbe : IClauseProbe
{
    // Where a page may take each kind of thing from; nothing, where the policy does not name the kind.
    private static readonly string[] Own = ["'self'", "'none'", "data:"];

    public string Id => "site.headers";
    public IReadOnlyList<string> Clauses => ["S6.1b"];
    public ProofClass Class => ProofClass.A;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("own-content-only", "not-framed", "no-sniffing", "referrer", "no-foreign-address");
        foreach (var page in (await world.CrawlAsync(ct)).Where(a => a.IsPage))
        {
            var reference = page.Path.StartsWith("/docs/api", StringComparison.Ordinal); // its script vouches for parts of its own by nonces and hashes
            var policy = page.Header("Content-Security-Policy").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(d => d.Split(' ')).ToDictionary(d => d[0], d => d[1..], StringComparer.Ordinal);
            proof.That(policy.GetValueOrDefault("default-src") is ["'none'"] && policy.Where(d => d.Key is not "frame-ancestors").SelectMany(d => d.Value).All(s => Own.Contains(s, StringComparer.Ordinal) || (reference && s.StartsWith('\''))), "own-content-only", page.Path)
                .That(page.Header("X-Content-Type-Options") == "nosniff", "no-sniffing", page.Path)
                .That(page.Header("Referrer-Policy") == "same-origin", "referrer", page.Path);
            if (!page.Path.StartsWith("/reconcile/preview", StringComparison.Ordinal)) proof.That(policy.GetValueOrDefault("frame-ancestors") is ["'none'"], "not-framed", page.Path);
            if (!reference) proof.That(!ForeignSources.Any(s => page.Body.Contains(s, StringComparison.OrdinalIgnoreCase)), "no-foreign-address", page.Path);
        }

        return proof.By("http.crawl").AtLeast(5, "own-content-only").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("no-policy", "去掉内容安全策略", "Drops the content security policy") { Services = Breaks.Answers(http => http.Response.Headers.Remove("Content-Security-Policy")) },
        new("foreign-script", "允许他站的脚本", "Lets scripts of another site in") { Services = Breaks.Answers(http => http.Response.Headers.ContentSecurityPolicy = http.Response.Headers.ContentSecurityPolicy.ToString().Replace("script-src 'self'", "script-src 'self' https://tracker.example", StringComparison.Ordinal)) },
        new("framed", "允许他站嵌入网页", "Lets other sites frame pages") { Services = Breaks.Answers(http => http.Response.Headers.ContentSecurityPolicy = http.Response.Headers.ContentSecurityPolicy.ToString().Replace("frame-ancestors 'none'", "frame-ancestors *", StringComparison.Ordinal)) },
    ];

    private static readonly string[] ForeignSources = ["src=\"http", "src=\"//", "<iframe"];
}
