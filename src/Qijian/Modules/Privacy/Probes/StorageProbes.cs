using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Qijian.Modules.Privacy;

/// <summary>S3.1, S3.5, S4.0.1, S9.0c: every place that can hold a text is registered, and what is personal is sealed or says why not.</summary>
internal sealed class CensusProbe : IClauseProbe
{
    public string Id => "census";
    public IReadOnlyList<string> Clauses => ["S3.1", "S3.5", "S4.0.1", "S9.0c"];
    public ProofClass Class => ProofClass.B;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("columns", "interface", "logs", "tables-seen", "features-declare");
        var registry = await world.WithAsync<ProcessingRegistry, ProcessingRegistry>(Task.FromResult);
        Census census = new(registry);
        var model = await world.WithAsync<AppDb, Microsoft.EntityFrameworkCore.Metadata.IModel>(db => Task.FromResult(db.Model));
        var endpoints = await world.WithAsync<EndpointDataSource, IReadOnlyList<Endpoint>>(s => Task.FromResult(s.Endpoints));
        proof.That(model.GetEntityTypes().Count() >= 15, "tables-seen");
        Each("columns", census.Columns(model));
        Each("interface", census.Interface(endpoints, typeof(Program).Assembly));
        Each("logs", census.Logs(typeof(Program).Assembly));
        foreach (var feature in registry.Features.Values.Where(f => f.Open))
        {
            var reads = feature.Purposes.SelectMany(p => registry.Purposes[p].Reads.Keys).ToHashSet(StringComparer.Ordinal);
            proof.That(feature.Required.Concat(feature.Optional).All(reads.Contains), "features-declare", feature.Id);
        }

        return proof.By("model").By("reflection").Result();

        void Each(string check, IEnumerable<Finding> findings)
        {
            var found = findings.ToList();
            proof.That(found.Count == 0, check, string.Join(' ', found.Take(5).Select(f => f.Place)));
        }
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("unknown-field", "接口多出一个未登记的字段", "The interface has a field that is not registered") { Text = new("registry/fields.yaml", text => text.Replace("[LegalRepresentative, Why]", "[LegalRepresentative]", StringComparison.Ordinal)) },
        new("unknown-log", "日志多出一个未登记的字段", "The log has a field that is not registered") { Text = new("registry/fields.yaml", text => text.Replace("none: [Path, ", "none: [", StringComparison.Ordinal)) },
        new("unknown-category", "列的类别不再登记", "The category of a column is no longer registered") { Services = s => s.AddSingleton(p => Without(p, "public_role.name")) },
    ];

    private static ProcessingRegistry Without(IServiceProvider services, string category)
    {
        var files = services.GetRequiredService<PolicyFolder>().RegistryFiles.Select(f => f with { Text = f.Text.Replace($"- id: {category}\n", "- id: probe.name\n", StringComparison.Ordinal) });
        return ProcessingRegistry.Read([.. files]).Registry;
    }
}

/// <summary>S2.6, S2.7, S9.0c: a sealed value stands in the clear nowhere, opens for nobody without a right to it, and staff see it for a reason and on record only.</summary>
internal sealed class VaultProbe : IClauseProbe
{
    private const string Canary = "13900001234", Mail = "canary-7431@operator.example";

    public string Id => "vault.values";
    public IReadOnlyList<string> Clauses => ["S2.6", "S2.7", "S9.0c"];
    public ProofClass Class => ProofClass.A | ProofClass.B;
    public bool Changes => true;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("instrument-sees", "not-in-files", "not-in-logs", "masked", "no-word", "wrong-purpose-shut", "other-person-shut", "opens-for-its-own", "reveal-untrained", "reveal-no-reason", "reveal-recorded");
        Subject person = Subject.Create(SubjectKind.Member), bystander = Subject.Create(SubjectKind.Member), staff = Subject.Create(SubjectKind.Staff);
        var now = world.Clock.GetUtcNow();
        var value = await world.WithAsync<IVault, Sealed>(async v => await v.SealAsync(person, Category.ContactPhone, Canary, ct));
        foreach (var (text, shown) in await world.WithAsync<IVault, (string, string)[]>(v => Task.FromResult<(string, string)[]>([(Canary, v.Mask(Category.ContactPhone, Canary)), (Mail, v.Mask(Category.ContactEmail, Mail))]))) proof.That(shown.Length > 0 && !shown.Contains(text, StringComparison.Ordinal), "masked");
        proof.That(value.ToString()?.Contains("139", StringComparison.Ordinal) is not true, "no-word");
        proof.That(await OpensAsync(world, new(person, Purpose.RightsRequests, [Category.ContactPhone], now), value, ct), "opens-for-its-own")
            .That(!await OpensAsync(world, new(person, Purpose.RightsRequests, [Category.ContactEmail], now), value, ct), "wrong-purpose-shut")
            .That(!await OpensAsync(world, new(bystander, Purpose.RightsRequests, [Category.ContactPhone], now), value, ct), "other-person-shut");

        var looks = await world.WithAsync<AppDb, long>(db => db.Reveals.LongCountAsync(ct));
        proof.That(await RevealAsync(world, staff, person, value, Canary, ct) is RevealResult.Refused { Why: RevealRefusal.NotTrained }, "reveal-untrained")
            .That(await RevealAsync(world, staff, person, value, " ", ct) is RevealResult.Refused { Why: RevealRefusal.NoReason }, "reveal-no-reason")
            .Same(looks + 2, await world.WithAsync<AppDb, long>(db => db.Reveals.LongCountAsync(ct)), "reveal-recorded");

        // The reason that was given holds the number: it is stored, and must not be found. What is found is the control.
        proof.Same(0, await world.FilesHoldingAsync(Canary, ct), "not-in-files").That(!world.Log.Any(l => l.Contains(Canary, StringComparison.Ordinal)), "not-in-logs");
        await world.WriteAsync("logs/positive-control", Canary, ct);
        proof.That(await world.FilesHoldingAsync(Canary, ct) > 0, "instrument-sees");
        return proof.By("bytes").By("log").By("vault").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("clear", "保险库存放明文", "The vault keeps values in the clear") { Services = s => Decorate(s, inner => new Clear(inner)) },
        new("anybody", "保险库不看凭证", "The vault opens for anybody") { Services = s => Decorate(s, inner => new Open(inner)) },
        new("untrained", "未经培训的人员也能查看", "Staff without training may look") { Services = s => s.Replace(ServiceDescriptor.Singleton<ITrainingRecords, Everybody>()) },
        new("logged", "把号码写入日志", "The number is written to the log") { Services = s => Decorate(s, inner => new Loud(inner, s)) },
    ];

    private static void Decorate(IServiceCollection services, Func<IVault, IVault> wrap) => services.Replace(ServiceDescriptor.Singleton<IVault>(p => wrap(ActivatorUtilities.CreateInstance<Vault>(p))));

    private static Task<RevealResult> RevealAsync(ProbeWorld world, Subject staff, Subject person, Sealed value, string reason, CancellationToken ct) =>
        world.WithAsync<RevealPersonalData, RevealResult>(reveal => reveal.RunAsync(staff, person, Purpose.CustomerSupport, Category.ContactPhone, value, reason, ct));

    private static Task<bool> OpensAsync(ProbeWorld world, Capability capability, Sealed value, CancellationToken ct) => world.WithAsync<IVault, bool>(async vault =>
    {
        try
        {
            return await vault.OpenAsync(capability, Category.ContactPhone, value, ct) == Canary;
        }
        catch (VaultRefusedException)
        {
            return false;
        }
    });

    private sealed class Everybody : ITrainingRecords
    {
        public ValueTask<bool> IsTrainedAsync(Subject staff, CancellationToken ct) => new(true);
    }

    private class Same(IVault inner) : IVault
    {
        public virtual ValueTask<Sealed> SealAsync(Subject subject, Category category, string value, CancellationToken ct) => inner.SealAsync(subject, category, value, ct);
        public virtual ValueTask<string?> OpenAsync(Capability capability, Category category, Sealed value, CancellationToken ct) => inner.OpenAsync(capability, category, value, ct);
        public byte[] BlindIndex(Purpose purpose, Category category, string value) => inner.BlindIndex(purpose, category, value);
        public ValueTask<byte[]> ReferenceAsync(Subject subject, CancellationToken ct) => inner.ReferenceAsync(subject, ct);
        public ValueTask<byte[]?> FindReferenceAsync(Subject subject, CancellationToken ct) => inner.FindReferenceAsync(subject, ct);
        public string Mask(Category category, string value) => inner.Mask(category, value);
    }

    private sealed class Clear(IVault inner) : Same(inner)
    {
        public override ValueTask<Sealed> SealAsync(Subject subject, Category category, string value, CancellationToken ct) => new(new Sealed(Encoding.UTF8.GetBytes(value)));
        public override ValueTask<string?> OpenAsync(Capability capability, Category category, Sealed value, CancellationToken ct) => new(Encoding.UTF8.GetString(value.Bytes));
    }

    private sealed class Open(IVault inner) : Same(inner)
    {
        private string last = "";

        public override ValueTask<Sealed> SealAsync(Subject subject, Category category, string value, CancellationToken ct)
        {
            if (category == Category.ContactPhone) last = value;
            return base.SealAsync(subject, category, value, ct);
        }

        public override ValueTask<string?> OpenAsync(Capability capability, Category category, Sealed value, CancellationToken ct) => new(last);
    }

    private sealed class Loud(IVault inner, IServiceCollection services) : Same(inner)
    {
        public override ValueTask<Sealed> SealAsync(Subject subject, Category category, string value, CancellationToken ct)
        {
            var provider = (ILoggerProvider)services.Last(d => d.ServiceType == typeof(ILoggerProvider) && d.ImplementationInstance is not null).ImplementationInstance!;
            provider.CreateLogger("probe").Log(LogLevel.Information, default, value, null, (text, _) => text);
            return base.SealAsync(subject, category, value, ct);
        }
    }
}

/// <summary>S4.4.1, S4.4.5d: the log holds what the register names and nothing that somebody entered, for six months at least and twelve at most.</summary>
internal sealed class ServiceLogProbe : IClauseProbe
{
    private const string Canary = "金丝雀13900001234";

    public string Id => "logs.service";
    public IReadOnlyList<string> Clauses => ["S4.4.1", "S4.4.5d"];
    public ProofClass Class => ProofClass.A | ProofClass.B;
    public bool Changes => true;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("requests-logged", "nothing-entered", "floor", "ceiling", "kept-inside");
        foreach (var path in (string[])[$"/search?q={Canary}", $"/{Canary}", $"/companies/{Canary}", $"/api/v1/companies/{Canary}", $"/api/v1/suggest?q={Canary}"]) await world.GetAsync(path, ct);
        await Task.Delay(300, ct); // a line is written when its answer is already there
        proof.That(world.FilesIn("logs").Any(f => f.StartsWith(ServiceLog.Prefix, StringComparison.Ordinal)), "requests-logged").Same(0, await world.FilesHoldingAsync("13900001234", ct), "nothing-entered");

        var today = ChinaTime.Day(world.Clock.GetUtcNow());
        (string Check, DateOnly Day, bool Kept)[] days = [("floor", today.AddMonths(-6).AddDays(2), true), ("kept-inside", today.AddMonths(-3), true), ("ceiling", today.AddMonths(-12).AddDays(-3), false)];
        foreach (var (_, day, _) in days) await world.WriteAsync($"logs/{Name(day)}", "{}\n", ct);
        await world.WithAsync<RetentionSweep, int>(async sweep => (await sweep.RunAsync(dryRun: false, anyway: true, ct)).Count);
        foreach (var (check, day, kept) in days) proof.That(world.FilesIn("logs").Contains(Name(day)) == kept, check);
        return proof.By("http.get").By("bytes").By("sweep").Result();

        static string Name(DateOnly day) => ServiceLog.Prefix + day.ToString("yyyyMMdd", CultureInfo.InvariantCulture) + ServiceLog.Suffix;
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("query", "日志记下查询词", "The log takes down what was searched for") { Services = Breaks.Requests((http, next) =>
        {
            http.RequestServices.GetRequiredService<ServiceLog>().Request(http.Request.Method, Uri.UnescapeDataString(http.Request.Path + http.Request.QueryString), 200, 0);
            return next(http);
        }) },
        new("short", "日志只留三个月", "Logs are kept three months") { Text = Rule("floor: P6M\n  ceiling: P12M", "floor: null\n  ceiling: P3M") },
        new("long", "日志留三年", "Logs are kept three years") { Text = Rule("ceiling: P12M", "ceiling: P36M") },
    ];

    private static TextChange Rule(string text, string instead) => new("registry/retention.yaml", all =>
    {
        var at = all.IndexOf("- id: security_log", StringComparison.Ordinal);
        return all[..at] + all[at..].Replace(text, instead, StringComparison.Ordinal);
    });
}

/// <summary>S3.6: what is called anonymous picks nobody out: not alone, not among a few, not by subtraction, not by a key.</summary>
internal sealed class ReleaseProbe : IClauseProbe
{
    public string Id => "statistics.release";
    public IReadOnlyList<string> Clauses => ["S3.6"];
    public ProofClass Class => ProofClass.A | ProofClass.B;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("released", "refused");
        var person = Subject.Create(SubjectKind.Visitor).ToString();
        foreach (var (what, everybody, cells) in ((string, int, (string, int)[])[])
        [
            ("alone", 41, [("a", 40), ("b", 1)]), ("few", 49, [("a", 40), ("b", 9)]), ("difference", 41, [("a", 40)]), ("key", 40, [("key", 40)]), ("subject", 40, [(person, 40)]),
        ]) proof.That(await CheckAsync(world, everybody, cells) is ReleaseResult.Refused, "refused", what);
        proof.That(await CheckAsync(world, 50, [("a", 40), ("b", 10)]) is ReleaseResult.Released, "released");
        return proof.By("release-check").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("lenient", "不再查看一格有几人", "How many stand behind a figure is no longer looked at") { Services = s => s.Replace(ServiceDescriptor.Singleton<IReleaseCheck, Lenient>()) },
    ];

    private static Task<ReleaseResult> CheckAsync(ProbeWorld world, int everybody, (string Of, int Persons)[] cells) => world.WithAsync<IReleaseCheck, ReleaseResult>(check => Task.FromResult(
        check.Check("probe", [.. cells.Select(c => new StatisticCell(new Dictionary<string, string>(StringComparer.Ordinal) { ["of"] = c.Of }, 1, c.Persons))], everybody, new HashSet<string>(StringComparer.Ordinal) { "key" })));

    private sealed class Lenient : IReleaseCheck
    {
        public int Fewest => 1;

        public ReleaseResult Check(string name, IReadOnlyList<StatisticCell> cells, int everybody, IReadOnlySet<string> keys) => new ReleaseResult.Released(new(name, cells));
    }
}
