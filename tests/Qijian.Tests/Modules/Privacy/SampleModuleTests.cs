using System.Data.Common;
using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Qijian.Modules.Privacy;
using Qijian.Platform.Data;

namespace Qijian.Tests.Modules.Privacy;

/// <summary>
/// The recipe of CONTRIBUTING, followed by a module of its own: one table with two tagged columns, one purpose, one template, one
/// outgoing call. Nothing of it stands in the product.
/// </summary>
public sealed partial class SampleModuleTests
{
    private const string Mail = "liu-canary@lab.fictional", Note = "金丝雀提醒";

    private static readonly Purpose Reminders = new("sample_reminders");
    private static readonly Category Address = new(SampleCategory.Mail), Words = new(SampleCategory.Note);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_small_module_is_guarded_exported_erased_masked_and_published_by_its_tags_and_entries_alone()
    {
        Post post = new();
        await using var site = await StartAsync(post);
        Browser subject = new(site), bystander = new(site);

        // Refused before anybody was asked, and after a no; allowed by a yes; for nobody else.
        Assert.IsType<Decision.Denied>(await DecideAsync(site, null));
        await bystander.PressAsync("/privacy/choices", $"value=\"{Reminders.Id}\"", "decline");
        await subject.PressAsync("/privacy/choices", $"value=\"{Reminders.Id}\"", "agree");
        var (me, other) = (SubjectOf(subject), SubjectOf(bystander));
        Assert.Equal(Denial.Refused, Assert.IsType<Decision.Denied>(await DecideAsync(site, other)).Reason);
        Assert.IsType<Decision.Allowed>(await DecideAsync(site, me));

        // Stored sealed; sent through the gate with the fields that the recipient may get, and with no other.
        foreach (var person in (Subject[])[me, other]) await site.WithAsync<IServiceProvider, int>(services => new MakeReminder(services.GetRequiredService<AppDb>(), services.GetRequiredService<IVault>(), TimeProvider.System).RunAsync(person, Mail, Note, Ct));
        Assert.IsType<EgressResult.Sent>(await SendAsync(site, me, Address));
        Assert.Equal(Mail, Assert.Single(post.Sent));
        Assert.Equal(Words, Assert.IsType<EgressResult.FieldNotListed>(await SendAsync(site, me, Words)).Category);
        Assert.IsNotType<EgressResult.Sent>(await SendAsync(site, other, Address));
        Assert.Single(post.Sent);

        // Exported: both columns of this person, each with its category, and nothing of the other.
        var mine = await ExportAsync(site, me);
        Assert.Equal([(SampleCategory.Mail, Mail), (SampleCategory.Note, Note)], mine.Select(v => (v.Category.Id, v.Value!)).Order());
        var others = await ExportAsync(site, other);

        // Masked in logs.
        Lines lines = new();
        await using (var app = Program.Build([], new DataFolder(Path.Combine(site.Folder, "log")), quiet: true, services => services.AddSingleton<ILoggerProvider>(lines))) Reminded(app.Services.GetRequiredService<ILogger<SampleModuleTests>>(), Mail);
        Assert.Equal("Reminded •••", Assert.Single(lines.All));

        // Listed where everybody reads it.
        foreach (var path in (string[])["/privacy", "/en/privacy"]) Assert.Contains(PolicyTables.PairsIn(await subject.ReadAsync(path)), p => p == (Reminders.Id, SampleCategory.Note));

        // Withdrawn: shut from the next demand on. Erased: this person and nobody else.
        await subject.PressAsync("/privacy/choices", $"value=\"{Reminders.Id}\"", "decline");
        Assert.Equal(Denial.Withdrawn, Assert.IsType<Decision.Denied>(await DecideAsync(site, me)).Reason);
        Assert.Equal(2, (await StoreAsync(site, s => s.PlanAsync(me, Ct))).Erased);
        await StoreAsync(site, async s => { await s.EraseAsync(me, Ct); return 0; });
        await StoreAsync(site, async s => { await s.EraseAsync(me, Ct); return 0; }); // again: the same end
        Assert.Empty(await ExportAsync(site, me));
        Assert.Equal((true, 0), await StoreAsync(site, async s => await s.VerifyAsync(me, [Mail, Note], Ct) is var v ? (v.CanSee, v.Found) : default));
        Assert.Equal(others, await ExportAsync(site, other));
        Assert.Equal(1, (await StoreAsync(site, s => s.VerifyAsync(other, [], Ct))).Found); // what looks can see

        // A copy in the clear that no tag knows of is found, as text and as bytes.
        await site.WithAsync<AppDb, int>(db =>
        {
            db.Add(new PolicyNotice { Id = Guid.CreateVersion7(), Channel = "page", Reason = $"to {Mail}", SubjectReference = Encoding.UTF8.GetBytes(Note) });
            return db.SaveChangesAsync(Ct);
        });
        Assert.Equal(2, (await StoreAsync(site, s => s.VerifyAsync(me, [Mail, Note], Ct))).Found);
    }

    [Fact]
    public async Task What_outlived_the_rule_of_its_purpose_is_swept_and_the_rest_stays()
    {
        Microsoft.Extensions.Time.Testing.FakeTimeProvider clock = new(TimeProvider.System.GetUtcNow());
        await using var site = await StartAsync(new(), clock);
        var person = Subject.Create(SubjectKind.Visitor);
        Task<int> MakeAsync() => site.WithAsync<IServiceProvider, int>(services => new MakeReminder(services.GetRequiredService<AppDb>(), services.GetRequiredService<IVault>(), clock).RunAsync(person, Mail, Note, Ct));
        await MakeAsync();
        clock.Advance(TimeSpan.FromDays(29));
        await MakeAsync();
        await SweepAsync(site);
        Assert.Equal(4, (await ExportAsync(site, person)).Count);
        clock.Advance(TimeSpan.FromDays(2)); // thirty days are the ceiling
        await SweepAsync(site);
        Assert.Equal(2, (await ExportAsync(site, person)).Count);
    }

    [Fact]
    public async Task A_column_whose_tag_is_forgotten_is_named_by_the_census()
    {
        await using var site = await StartAsync(new());
        var findings = await site.WithAsync<IServiceProvider, List<string>>(services => Task.FromResult(new Census(services.GetRequiredService<ProcessingRegistry>()).Columns(services.GetRequiredService<AppDb>().Model).Select(f => f.ToString()).ToList()));
        Assert.StartsWith("sample_forgotten.note: ", Assert.Single(findings), StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_that_is_forgotten_is_named_by_file_and_line()
    {
        var files = Files().Where(f => f.Name != "retention.sample.yaml").ToList();
        var (registry, errors) = ProcessingRegistry.Read(files);
        Assert.Empty(errors);
        Assert.Contains(RegistryLinter.Check(registry, PolicyFolder.Shipped.LoadBindings().ById.Keys.ToHashSet(StringComparer.Ordinal)), e => e.File == "policy/registry/purposes.sample.yaml" && e.Line == 1 && e.Problem.Contains("sample_month", StringComparison.Ordinal));
    }

    private static ValueTask<Decision> Demand(IPurposeGuard guard, Subject? subject) => guard.DemandAsync(subject, Reminders, [Address, Words], Ct);

    private static Task<Decision> DecideAsync(TestSite site, Subject? subject) => site.WithAsync<IPurposeGuard, Decision>(async guard => await Demand(guard, subject));

    // What the module does when the day has come: asks, opens, sends.
    private static Task<EgressResult> SendAsync(TestSite site, Subject subject, Category field) => site.WithAsync<IServiceProvider, EgressResult>(async services =>
    {
        var (db, vault) = (services.GetRequiredService<AppDb>(), services.GetRequiredService<IVault>());
        var row = await db.Set<Reminder>().FirstAsync(r => r.Subject == subject, Ct);
        var value = await Demand(services.GetRequiredService<IPurposeGuard>(), subject) is Decision.Allowed allowed ? await vault.OpenAsync(allowed.Capability, field, field == Address ? row.Mail : row.Note, Ct) : "";
        return await services.GetRequiredService<IEgressGate>().SendAsync(new(new("sample_post"), Reminders, new("https://post.lab-fictional.cn/")) { Subject = subject, Fields = new Dictionary<Category, string> { [field] = value! }, Body = $"{{{{{field.Id}}}}}", Format = BodyFormat.Text }, Ct);
    });

    // Modules have stores of their own beside it; this one is made from tags alone.
    private static Task<T> StoreAsync<T>(TestSite site, Func<IPersonalDataStore, Task<T>> act) => site.WithAsync<TaggedTables, T>(act);

    private static Task<List<StoredValue>> ExportAsync(TestSite site, Subject subject) => StoreAsync(site, async s => await s.ExportAsync(subject, Ct).ToListAsync(Ct));

    private static Task<int> SweepAsync(TestSite site) => site.WithAsync<RetentionSweep, int>(async sweep => (await sweep.RunAsync(dryRun: false, anyway: true, Ct)).Count);

    private static Subject SubjectOf(Browser browser) => new(SubjectKind.Visitor, Guid.ParseExact(browser.Cookies["__Host-qijian-visitor"], "N"));

    private static async Task<TestSite> StartAsync(Post post, TimeProvider? clock = null)
    {
        var policy = Directory.CreateTempSubdirectory("qijian-policy-").FullName;
        foreach (var file in Directory.EnumerateFiles(PolicyFolder.Shipped.Path, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(policy, Path.GetRelativePath(PolicyFolder.Shipped.Path, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        foreach (var (name, text) in Entries) await File.WriteAllTextAsync(Path.Combine(policy, "registry", $"{name}.sample.yaml"), text, Ct);
        return await TestSite.StartAsync(services =>
        {
            services.Replace(ServiceDescriptor.Singleton(new PolicyFolder(policy)));
            services.ConfigureDbContext<SqliteDb>(Configure).ConfigureDbContext<PostgresDb>(Configure);
            services.RemoveAll<IEgressSender>().AddSingleton<IEgressSender>(post);
            services.Replace(ServiceDescriptor.Singleton<IEgressNetwork>(new Names()));
            if (clock is not null) services.Replace(ServiceDescriptor.Singleton(clock));
        });
    }

    private static void Configure(DbContextOptionsBuilder options) => options.ReplaceService<IModelCustomizer, SampleModel>().AddInterceptors(new MakeTables()).ConfigureWarnings(w => w.Ignore(RelationalEventId.PendingModelChangesWarning));

    private static IReadOnlyList<RegistryFile> Files() => [.. PolicyFolder.Shipped.RegistryFiles, .. Entries.Select(e => new RegistryFile($"{e.Name}.sample.yaml", e.Text))];

    // The registry entries of the module: what the recipe asks for.
    private static readonly (string Name, string Text)[] Entries =
    [
        ("categories", $"- {{id: {SampleCategory.Mail}, zh: 提醒的邮箱, en: Address of reminders, group: contact, mask: email, clauses: [S4.2.1]}}\n- {{id: {SampleCategory.Note}, zh: 提醒的内容, en: Words of reminders, group: contact, mask: full, clauses: [S4.2.1]}}\n"),
        ("retention", "- {id: sample_month, zh: 提醒：自设定起, en: Reminders from their making, start: made, ceiling: P30D, then: delete}\n"),
        ("purposes", $"- {{id: sample_reminders, zh: 按您设定的日子提醒您, en: Remind you on the day you set, basis: consent, withdraw: /privacy/choices, clauses: [S4.2.1], reads: {{{SampleCategory.Mail}: required, {SampleCategory.Note}: required}}, retention: sample_month, recipients: [sample_post]}}\n"),
        ("features", $"- {{id: sample_feature, zh: 提醒, en: Reminders, purposes: [sample_reminders], required: [{SampleCategory.Mail}], optional: [{SampleCategory.Note}], routes: [/sample], open: true}}\n"),
        ("templates", "- {id: sample_reminder, zh: 提醒, en: A reminder, class: transactional, purpose: sample_reminders, channels: [email]}\n"),
        ("recipients", $"- {{id: sample_post, zh: 邮局, en: Post, kind: processor, contact: 邮局客服, jurisdiction: CN, hosts: [post.lab-fictional.cn], purposes: [sample_reminders], fields: [{SampleCategory.Mail}], contract: {{id: c-1, until: 2099-12-31}}, pia: sample_pia}}\n"),
        ("pia", "- {id: sample_pia, zh: 提醒, en: Reminders, covers: [sample_post], approved_by: 保护负责人, approved_on: 2026-01-01, valid_until: 2099-01-01, outcome: 准予}\n"),
    ];

    [LoggerMessage(LogLevel.Warning, "Reminded {Address}")]
    private static partial void Reminded(ILogger logger, [Personal(SampleCategory.Mail)] string address);

    private static class SampleCategory
    {
        public const string Mail = "sample.mail", Note = "sample.note";
    }

    private sealed class Reminder
    {
        public Guid Id { get; init; }
        public Subject Subject { get; init; }
        [Personal(SampleCategory.Mail)] public required Sealed Mail { get; init; }
        [Personal(SampleCategory.Note)] public required Sealed Note { get; init; }
        [RetentionStart] public DateTimeOffset MadeAt { get; init; }
    }

    // The same table by somebody who forgot one tag.
    private sealed class Forgotten
    {
        public Guid Id { get; init; }
        public Subject Subject { get; init; }
        [Personal(SampleCategory.Mail)] public required Sealed Mail { get; init; }
        public required Sealed Note { get; init; }
        [RetentionStart] public DateTimeOffset MadeAt { get; init; }
    }

    private sealed class MakeReminder(AppDb db, IVault vault, TimeProvider clock)
    {
        public async Task<int> RunAsync(Subject subject, string mail, string note, CancellationToken ct)
        {
            db.Add(new Reminder { Id = Guid.CreateVersion7(), Subject = subject, Mail = await vault.SealAsync(subject, Address, mail, ct), Note = await vault.SealAsync(subject, Words, note, ct), MadeAt = clock.GetUtcNow() });
            return await db.SaveChangesAsync(ct);
        }
    }

    // In place of a migration.
    private sealed class MakeTables : DbConnectionInterceptor
    {
        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            var postgres = connection is Npgsql.NpgsqlConnection;
            using var command = connection.CreateCommand();
            command.CommandText = string.Concat(new[] { "sample_reminders", "sample_forgotten" }.Select(table => postgres
                ? $"CREATE TABLE IF NOT EXISTS {table} (id uuid PRIMARY KEY, subject text NOT NULL, mail bytea, note bytea, made_at bigint NOT NULL);"
                : $"CREATE TABLE IF NOT EXISTS {table} (id TEXT PRIMARY KEY, subject TEXT NOT NULL, mail BLOB, note BLOB, made_at INTEGER NOT NULL);"));
            command.ExecuteNonQuery();
        }

        public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            ConnectionOpened(connection, eventData);
            return Task.CompletedTask;
        }
    }

    private sealed class SampleModel(ModelCustomizerDependencies dependencies) : RelationalModelCustomizer(dependencies)
    {
        public override void Customize(ModelBuilder modelBuilder, DbContext context)
        {
            modelBuilder.Entity<Reminder>().ToTable("sample_reminders");
            modelBuilder.Entity<Forgotten>().ToTable("sample_forgotten");
            base.Customize(modelBuilder, context);
        }
    }

    private sealed class Post : IEgressSender
    {
        public List<string> Sent { get; } = [];
        public EgressChannel Channel => EgressChannel.Http;

        public Task<EgressAnswer> SendAsync(EgressMessage message, CancellationToken ct)
        {
            Sent.Add(message.Body!);
            return Task.FromResult<EgressAnswer>(new EgressAnswer.Delivered(200, ""));
        }
    }

    private sealed class Names : IEgressNetwork
    {
        public Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken ct) => Task.FromResult<IReadOnlyList<IPAddress>>([IPAddress.Parse("114.114.114.114")]);

        public Task<Stream> ConnectAsync(IPEndPoint to, CancellationToken ct) => throw new NotSupportedException();
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public List<string> All { get; } = [];

        public ILogger CreateLogger(string categoryName) => categoryName.EndsWith(nameof(SampleModuleTests), StringComparison.Ordinal) ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Add(formatter(state, exception));

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
