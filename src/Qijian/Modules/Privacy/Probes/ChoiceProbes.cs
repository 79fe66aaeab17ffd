using Microsoft.EntityFrameworkCore;

namespace Qijian.Modules.Privacy;

/// <summary>S1.3, S3.2, S3.3, S5.0: every optional purpose has a switch that is off, one press either way, and what it says holds from the next demand on; for nobody else.</summary>
internal sealed class ChoicesProbe : IClauseProbe
{
    private const string Page = RecordAnswer.Page;

    public string Id => "consent.choices";
    public IReadOnlyList<string> Clauses => ["S1.3", "S3.2", "S3.3", "S5.0"];
    public ProofClass Class => ProofClass.A | ProofClass.B;
    public bool Changes => true;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("unknown-purpose", "off-at-first", "nothing-pre-ticked", "equal-buttons", "one-press", "granted-opens", "others-stay-shut", "withdrawn-shuts", "bystander-shut", "choice-listed");
        proof.That(await DeniedAsync(world, Persona("nobody"), new("probe_purpose"), [], ct), "unknown-purpose");
        var choices = await world.WithAsync<ConsentTerms, List<PurposeEntry>>(terms => Task.FromResult(terms.Choices.ToList()));
        var page = (await world.GetAsync(Page, ct)).Body;
        proof.That(!page.Contains(" checked", StringComparison.Ordinal) && !page.Contains("aria-pressed=\"true\"", StringComparison.Ordinal), "nothing-pre-ticked");
        proof.Same(Count(page, "value=\"agree\""), Count(page, "value=\"decline\""), "equal-buttons");
        foreach (var choice in choices)
        {
            IReadOnlyList<Category> reads = [.. choice.Reads.Keys.Select(c => new Category(c))];
            Purpose purpose = new(choice.Id);
            Persona subject = Persona("subject"), bystander = Persona("bystander");
            var words = $"value=\"{choice.Id}\"";
            proof.That(page.Contains(words, StringComparison.Ordinal), "choice-listed", choice.Id)
                .That(await DeniedAsync(world, subject, purpose, reads, ct), "off-at-first", choice.Id)
                .Same(302, (int)(await world.PressAsync(bystander, Page, words, "decline", ct)).Status, "one-press", "decline")
                .Same(302, (int)(await world.PressAsync(subject, Page, words, "agree", ct)).Status, "one-press", "agree")
                .That(!await DeniedAsync(world, subject, purpose, reads, ct), "granted-opens", choice.Id)
                .That(await DeniedAsync(world, bystander, purpose, reads, ct), "bystander-shut", choice.Id);
            foreach (var other in await OptionalAsync(world, choice.Id)) proof.That(await DeniedAsync(world, subject, new(other.Id), [.. other.Reads.Keys.Select(c => new Category(c))], ct), "others-stay-shut", other.Id);
            proof.Same(302, (int)(await world.PressAsync(subject, Page, words, "decline", ct)).Status, "one-press", "withdraw")
                .That(await DeniedAsync(world, subject, purpose, reads, ct), "withdrawn-shuts", choice.Id);
        }

        return proof.By("http.form").By("guard").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("always-yes", "守卫总是放行", "The guard always says yes") { Services = Breaks.Guard },
        new("deaf", "点击撤回没有作用", "Pressing withdraw does nothing") { Services = Breaks.Requests(async (http, next) =>
        {
            if (http.Request is { Path.Value: Page, Method: "POST" } && (await http.Request.ReadFormAsync())["answer"] == "decline") http.Response.Redirect(Page);
            else await next(http);
        }) },
        new("pre-ticked", "预先勾选同意", "Consent is ticked in advance") { Services = Breaks.Body(Page, body => body + "<input type=\"checkbox\" checked>") },
        new("no-refusal", "去掉拒绝的按钮", "The button to decline is gone") { Services = Breaks.Body(Page, body => body.Replace("value=\"decline\"", "value=\"later\"", StringComparison.Ordinal)) },
        new("no-switch", "可选目的没有开关", "An optional purpose has no switch") { Services = Breaks.Body(Page, body => body.Replace($"value=\"{Purpose.ServiceImprovement.Id}\"", "value=\"\"", StringComparison.Ordinal)) },
    ];

    private static Persona Persona(string name) => new(name);

    private static long Count(string text, string part) => (text.Length - text.Replace(part, "", StringComparison.Ordinal).Length) / part.Length;

    private static Task<List<PurposeEntry>> OptionalAsync(ProbeWorld world, string but) => world.WithAsync<ProcessingRegistry, List<PurposeEntry>>(r => Task.FromResult(r.Optional.Where(p => p.Id != but).ToList()));

    private static Task<bool> DeniedAsync(ProbeWorld world, Persona persona, Purpose purpose, IReadOnlyList<Category> categories, CancellationToken ct) =>
        world.WithAsync<IPurposeGuard, bool>(async guard => await guard.DemandAsync(persona.Subject, purpose, categories, ct) is Decision.Denied);
}

/// <summary>G16: a browser that sends the signal not to share is told that it is heard, and sharing is shut for it whatever was granted.</summary>
internal sealed class SignalProbe : IClauseProbe
{
    public string Id => "consent.signal";
    public IReadOnlyList<string> Clauses => ["G16"];
    public ProofClass Class => ProofClass.A;
    public bool Changes => true;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("page-says-so", "answer-unchanged", "sharing-shut");
        Persona loud = new("loud"), quiet = new("quiet");
        loud.Headers["Sec-GPC"] = "1";
        var (with, without) = ((await world.GetAsync(RecordAnswer.Page, ct, loud)).Body, (await world.GetAsync(RecordAnswer.Page, ct, quiet)).Body);
        proof.That(with != without && with.Contains(Text.SignalOn, StringComparison.Ordinal) && !without.Contains(Text.SignalOn, StringComparison.Ordinal), "page-says-so");
        var rows = await world.WithAsync<AppDb, long>(db => db.ConsentEvents.LongCountAsync(ct));
        await world.GetAsync(RecordAnswer.Page, ct, loud);
        proof.Same(rows, await world.WithAsync<AppDb, long>(db => db.ConsentEvents.LongCountAsync(e => e.Kind != ConsentEventKind.Signal, ct)), "answer-unchanged");

        // No function that shares is open: the rule is asked as it would be with one.
        var rules = await world.WithAsync<PolicyFolder, GuardRules>(policy => Task.FromResult(Open(policy)));
        foreach (var signal in (bool[])[true, false])
        {
            var decision = rules.Decide(new(Subject.Create(SubjectKind.Visitor), Purpose.ThirdPartyPromotion, null, [], ConsentState.Fold([], new ConsentTerms(rules.Registry, 1), default, null), Restricted: false, Minor: false, signal, world.Clock.GetUtcNow()));
            proof.That(decision is Decision.Denied { Reason: var reason } && (reason is Denial.Signal) == signal, "sharing-shut", signal ? "signal" : "no-signal");
        }

        return proof.By("http.get").By("sql.count").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("deaf", "不理会浏览器信号", "The signal is not heard") { Services = Breaks.Requests((http, next) =>
        {
            http.Request.Headers.Remove("Sec-GPC");
            return next(http);
        }) },
    ];

    private static GuardRules Open(PolicyFolder policy)
    {
        var files = policy.RegistryFiles.Select(f => f with { Text = f.Text.Replace("open: false", "open: true", StringComparison.Ordinal).Replace("approved_by: null\n  approved_on: null\n  valid_until: null", "approved_by: probe\n  approved_on: 2020-01-01\n  valid_until: 2099-01-01", StringComparison.Ordinal) }).ToList();
        return new(new ConsentTerms(ProcessingRegistry.Read(files).Registry, 1));
    }
}

/// <summary>S6.2a, S6.2b: the number that a browser carries stands in no table, and whoever deletes it is forgotten under it.</summary>
internal sealed class VisitorNumberProbe : IClauseProbe
{
    public string Id => "visitor.number";
    public IReadOnlyList<string> Clauses => ["S6.2a", "S6.2b"];
    public ProofClass Class => ProofClass.A | ProofClass.B;
    public bool Changes => true;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("number-set", "number-not-stored", "instrument-sees", "known-before", "forgotten-after", "bystander-known");
        Persona subject = new("subject"), bystander = new("bystander");
        var words = $"value=\"{Purpose.ServiceImprovement.Id}\"";
        foreach (var persona in (Persona[])[subject, bystander]) await world.PressAsync(persona, RecordAnswer.Page, words, "agree", ct);
        var number = subject.Jar.GetValueOrDefault(CurrentSubject.Cookie, "");
        proof.That(number.Length == 32, "number-set");
        await world.GetAsync(RecordAnswer.Page, ct, subject);
        proof.Same(0, await world.FilesHoldingAsync(number, ct), "number-not-stored");
        await world.WriteAsync("logs/positive-control", number, ct);
        proof.Same(1, await world.FilesHoldingAsync(number, ct), "instrument-sees");
        proof.That(await GrantedAsync(world, subject, ct), "known-before");
        Persona copy = new("copy");
        foreach (var (name, value) in subject.Jar) copy.Jar[name] = value; // another browser that kept the number
        await world.PressAsync(subject, RecordAnswer.Page, "handler=forget", "", ct);
        proof.That(!subject.Jar.ContainsKey(CurrentSubject.Cookie) && !await GrantedAsync(world, copy, ct), "forgotten-after").That(await GrantedAsync(world, bystander, ct), "bystander-known");
        return proof.By("http.form").By("bytes").By("guard").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("join-key", "把编号写入数据库", "The number is written to the database") { Services = Breaks.Requests(async (http, next) =>
        {
            await next(http);
            if (http.Request.Cookies[CurrentSubject.Cookie] is not { } number) return;
            var db = http.RequestServices.GetRequiredService<AppDb>();
            db.Add(new PolicyNotice { Id = Guid.CreateVersion7(), Channel = "page", Reason = number });
            await db.SaveChangesAsync();
        }) },
        new("kept", "点击删除没有作用", "Pressing delete does nothing") { Services = Breaks.Requests((http, next) =>
        {
            if (!http.Request.QueryString.Value!.Contains("forget", StringComparison.Ordinal)) return next(http);
            http.Response.Redirect(RecordAnswer.Page);
            return Task.CompletedTask;
        }) },
    ];

    private static Task<bool> GrantedAsync(ProbeWorld world, Persona persona, CancellationToken ct) =>
        world.WithAsync<IPurposeGuard, bool>(async guard => await guard.DemandAsync(persona.Subject, Purpose.ServiceImprovement, [Category.RequestLog], ct) is Decision.Allowed);
}

/// <summary>S6.3: scripts use no storage of the browser that the register does not name.</summary>
internal sealed class ClientStorageProbe : IClauseProbe
{
    private static readonly (string Word, StorageKind Kind)[] Storages =
    [
        ("localStorage", StorageKind.LocalStorage), ("sessionStorage", StorageKind.SessionStorage), ("indexedDB", StorageKind.IndexedDb), ("document.cookie", StorageKind.Cookie), ("caches.open", StorageKind.Cache), ("serviceWorker", StorageKind.ServiceWorker),
    ];

    public string Id => "site.storage";
    public IReadOnlyList<string> Clauses => ["S6.3"];
    public ProofClass Class => ProofClass.A;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("script-found", "script-registered", "no-beacon");
        var registered = await world.WithAsync<ProcessingRegistry, HashSet<StorageKind>>(r => Task.FromResult(r.Cookies.Values.Where(c => c.Kind is not StorageKind.Cache).Select(c => c.Kind).ToHashSet()));
        registered.Remove(StorageKind.Cookie); // scripts must not read those
        var scripts = (await world.CrawlAsync(ct)).Where(a => a.IsPage).SelectMany(a => Sources(a.Body)).Where(s => s.StartsWith('/') && !s.StartsWith("/docs/", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        foreach (var script in scripts)
        {
            var text = await world.GetAsync(script, ct);
            proof.That((int)text.Status == 200 && text.Body.Length > 0, "script-found", script)
                .That(!Storages.Any(s => text.Body.Contains(s.Word, StringComparison.Ordinal) && !registered.Contains(s.Kind)), "script-registered", script)
                .That(!text.Body.Contains("sendBeacon", StringComparison.Ordinal) && !text.Body.Contains("http://", StringComparison.Ordinal) && !text.Body.Contains("https://", StringComparison.Ordinal), "no-beacon", script);
        }

        return proof.By("http.crawl").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("local-storage", "脚本写入 localStorage", "A script writes to localStorage") { Services = Scripts(body => body + "\nlocalStorage.setItem('id', '1');") },
        new("beacon", "脚本发送信标", "A script sends a beacon") { Services = Scripts(body => body + "\nnavigator.sendBeacon('/x');") },
    ];

    private static Action<IServiceCollection> Scripts(Func<string, string> change) => Breaks.Requests(async (http, next) =>
    {
        if (!http.Request.Path.Value!.EndsWith(".js", StringComparison.Ordinal)) await next(http);
        else await http.Response.WriteAsync(change("//"));
    });

    private static IEnumerable<string> Sources(string html)
    {
        const string mark = "<script type=\"module\" src=\"";
        for (var at = html.IndexOf(mark, StringComparison.Ordinal); at >= 0; at = html.IndexOf(mark, at + 1, StringComparison.Ordinal)) yield return html[(at + mark.Length)..html.IndexOf('"', at + mark.Length)];
    }
}
