using Microsoft.EntityFrameworkCore;

namespace Qijian.Modules.Privacy;

/// <summary>S1.4: whoever only looks at the site consents to nothing, keeps nothing and sends nothing to others, and may use all of it.</summary>
internal sealed class BrowsingConsentProbe : IClauseProbe
{
    private const int Pages = 30;

    public string Id => "consent.browsing";
    public IReadOnlyList<string> Clauses => ["S1.4"];
    public ProofClass Class => ProofClass.A;
    public bool Changes => true;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("consent-rows", "egress-rows", "cookies", "journey", "journey-after-refusing");
        var paths = (await world.PathsAsync(ct)).Concat(Enumerable.Range(1, Pages).Select(n => FormattableString.Invariant($"{ProbeWorld.Search}&page={n}"))).ToList();
        var (consents, sent) = await CountAsync(world, ct);
        // What keeps forms from being forged goes with the browser's session; whatever stays longer would be an identifier.
        var allowed = await world.WithAsync<ProcessingRegistry, HashSet<string>>(r => Task.FromResult(r.Cookies.Values.Where(c => c is { Essential: true, Ttl: "session" }).Select(c => c.Id).ToHashSet(StringComparer.Ordinal)));
        foreach (var path in paths)
            proof.That((await world.GetAsync(path, ct, world.Subject)).Cookies.All(c => allowed.Contains(c.Name)), "cookies", path);
        var (consentsAfter, sentAfter) = await CountAsync(world, ct);
        proof.Same(consents, consentsAfter, "consent-rows").Same(sent, sentAfter, "egress-rows");

        var company = paths.First(p => p.StartsWith("/companies/", StringComparison.Ordinal));
        await JourneyAsync("journey");
        foreach (var purpose in await world.WithAsync<ConsentTerms, List<string>>(t => Task.FromResult(t.Choices.Select(p => p.Id).ToList()))) await world.PressAsync(world.Subject, "/privacy/choices", $"value=\"{purpose}\"", "decline", ct);
        await JourneyAsync("journey-after-refusing");
        return proof.By("http.browse").By("sql.count").AtLeast(Pages, "cookies").Result();

        async Task JourneyAsync(string check)
        {
            foreach (var path in (string[])["/", ProbeWorld.Search, company, $"/api/v1{company}"]) proof.Same(200, (int)(await world.GetAsync(path, ct, world.Subject)).Status, check, path);
        }
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("use-is-consent", "打开网页即记为同意", "Opening a page is recorded as consent") { Services = Breaks.Requests(async (http, next) =>
        {
            var db = http.RequestServices.GetRequiredService<AppDb>();
            var sequence = await db.ConsentEvents.Select(e => e.Sequence).DefaultIfEmpty().MaxAsync() + 1;
            db.Add(new ConsentEvent
            {
                Sequence = sequence, SubjectReference = [], Kind = ConsentEventKind.Granted, Purpose = Purpose.ServiceImprovement.Id, Categories = "", Clauses = "S1.4", NoticeHash = [], CollectionPoint = "/", Retention = "",
                StorageLocation = "CN", Jurisdiction = "CN", WithdrawalMethod = "", Actor = "subject", PreviousHash = [], Hash = [],
            });
            await db.SaveChangesAsync();
            await next(http);
        }) },
        new("cookie-on-arrival", "第一次打开就写入标识", "Writes an identifier on arrival") { Services = Breaks.Answers(http => http.Response.Cookies.Append("__Host-qijian-visitor", "1", new() { Secure = true, Path = "/" })) },
        new("consent-wall", "不作选择就不能查询", "No searching without a choice")
        {
            Services = Breaks.Requests((http, next) =>
            {
                if (http.Request.Path != "/search" || http.Request.Cookies.ContainsKey(CurrentSubject.Cookie)) return next(http);
                http.Response.StatusCode = StatusCodes.Status403Forbidden;
                return Task.CompletedTask;
            }),
        },
        new("refused-wall", "拒绝之后不能查询", "No searching after refusing")
        {
            Services = Breaks.Requests((http, next) =>
            {
                if (http.Request.Path != "/search" || !http.Request.Cookies.ContainsKey(CurrentSubject.Cookie)) return next(http);
                http.Response.StatusCode = StatusCodes.Status403Forbidden;
                return Task.CompletedTask;
            }),
        },
    ];

    private static Task<(long Consents, long Sent)> CountAsync(ProbeWorld world, CancellationToken ct) =>
        world.WithAsync<AppDb, (long, long)>(async db => (await db.ConsentEvents.LongCountAsync(ct), await db.EgressRecords.LongCountAsync(ct)));
}
