namespace Qijian.Modules.Privacy;

/// <summary>S6.1a, S6.1b: no cookie but those of the register, each readable by this host only.</summary>
internal sealed class CookieProbe : IClauseProbe
{
    public string Id => "site.cookies";
    public IReadOnlyList<string> Clauses => ["S6.1a", "S6.1b"];
    public ProofClass Class => ProofClass.A;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("answer-registered", "answer-own-host");
        var registered = await world.WithAsync<ProcessingRegistry, HashSet<string>>(r => Task.FromResult(r.Cookies.Values.Where(c => c.Kind is StorageKind.Cookie).Select(c => c.Id).ToHashSet(StringComparer.Ordinal)));
        foreach (var answer in await world.CrawlAsync(ct))
        {
            proof.That(answer.Cookies.All(c => registered.Contains(c.Name)), "answer-registered", answer.Path)
                .That(answer.Cookies.All(IsOfThisHost), "answer-own-host", answer.Path);
        }

        return proof.By("http.crawl").AtLeast(20, "answer-registered").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("unregistered", "写入一个未登记的 Cookie", "Sets a cookie that is not registered") { Services = Breaks.Answers(http => http.Response.Headers.Append("Set-Cookie", "__Host-other=1; Path=/; Secure; HttpOnly; SameSite=Lax")) },
        new("wide", "Cookie 可被整个域读取", "A cookie that the whole domain can read") { Services = Breaks.Answers(http => http.Response.Headers.Append("Set-Cookie", "__Host-qijian-visitor=1; Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Lax")) },
        new("script", "Cookie 可被脚本读取", "A cookie that scripts can read") { Services = Breaks.Answers(http => http.Response.Headers.Append("Set-Cookie", "__Host-qijian-visitor=1; Path=/; Secure; SameSite=Lax")) },
        new("register", "登记中删去一个正在使用的 Cookie", "Strikes a cookie in use from the register")
        {
            Text = new("registry/cookies.yaml", text => text.Replace("- id: __Host-qijian-visitor", "- id: __Host-qijian-another", StringComparison.Ordinal)),
            Services = Breaks.Answers(http => http.Response.Headers.Append("Set-Cookie", "__Host-qijian-visitor=1; Path=/; Secure; HttpOnly; SameSite=Lax")),
        },
    ];

    private static bool IsOfThisHost(SetCookie cookie) =>
        cookie.Name.StartsWith("__Host-", StringComparison.Ordinal) && cookie.Attributes.ContainsKey("secure") && cookie.Attributes.ContainsKey("httponly") && !cookie.Attributes.ContainsKey("domain")
        && cookie.Attributes.GetValueOrDefault("path") == "/" && cookie.Attributes.GetValueOrDefault("samesite")?.ToLowerInvariant() is "lax" or "strict";
}
