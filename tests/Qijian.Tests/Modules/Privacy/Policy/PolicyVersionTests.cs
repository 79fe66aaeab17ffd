using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Privacy;
using Qijian.Platform.CommandLine;
using Qijian.Platform.Data;

namespace Qijian.Tests.Modules.Privacy.Policy;

/// <summary>Versions of the policy: published once, unchanged for good, in effect only when everything stands.</summary>
public sealed class PolicyVersionTests
{
    private static readonly DateTimeOffset Start = new(2026, 12, 1, 2, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider clock = new(Start);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // Every clause states its gap, so that one thing at a time stands in the way.
    private static PolicyContent Sound { get; } = PolicyFolder.Shipped.Draft(1).Content is var shipped ? shipped with { Bindings = shipped.Bindings.Replace("gap_zh: null", "gap_zh: 缺口", StringComparison.Ordinal).Replace("gap_en: null", "gap_en: a gap", StringComparison.Ordinal) } : null!;

    private static PolicyDraft Second(PolicyContent? content = null, ChangeClass change = ChangeClass.Clarified, int days = 7) =>
        new(2, content ?? Reworded(Sound), change, Start.AddDays(days), "role");

    private static PolicyContent Reworded(PolicyContent content) => content with { Chinese = content.Chinese.Replace("没有您的明确动作，就没有同意：", "您没有明确表示的，就没有同意：", StringComparison.Ordinal) };

    private static PolicyContent With(PolicyContent content, string file, string from, string to)
    {
        var registry = content.Registry.Select(f => f.Name == file ? f with { Text = f.Text.Replace(from, to, StringComparison.Ordinal) } : f).ToList();
        Assert.NotEqual(content.Registry, registry);
        return content with { Registry = registry };
    }

    private async Task<TestSite> StartAsync(bool prepared = true)
    {
        var site = await TestSite.StartAsync(services => services.AddSingleton<TimeProvider>(clock), serve: false);
        if (prepared) await PrepareAsync(site);
        return site;
    }

    private static Task PrepareAsync(TestSite site, PolicyFolder? folder = null) => site.WithAsync<IServiceProvider, bool>(async services =>
    {
        var prepare = folder is null
            ? services.GetServices<IPreparation>().OfType<PreparePolicy>().Single()
            : ActivatorUtilities.CreateInstance<PreparePolicy>(services, folder);
        await prepare.RunAsync(Ct);
        return true;
    });

    private static Task<PublishResult> PublishAsync(TestSite site, PolicyDraft draft) => site.WithAsync<PublishPolicy, PublishResult>(p => p.RunAsync(draft, Ct));

    private static Task<ActivationResult> ActivateAsync(TestSite site, int number = 2) => site.WithAsync<ActivatePolicy, ActivationResult>(a => a.RunAsync(number, Ct));

    private static Task<List<PolicyVersion>> RowsAsync(TestSite site) => site.WithAsync<PolicyVersions, List<PolicyVersion>>(v => v.ListAsync(Ct));

    private static Task<int> ExecuteAsync(TestSite site, Func<AppDb, Task<int>> act) => site.WithAsync(act);

    private Task AnswerAsync(TestSite site, byte person, long sequence) => site.WithAsync<AppDb, int>(db =>
    {
        db.Add(new ConsentEvent
        {
            Sequence = sequence, Record = Guid.CreateVersion7(), SubjectReference = [person], Kind = ConsentEventKind.Granted, Purpose = "improvement", Categories = "request.log", Basis = Basis.Consent, PolicyVersion = 1,
            Clauses = "S3.3", NoticeHash = [1], CollectionPoint = "/privacy/choices", Method = ConsentMethod.Click, Retention = "x", StorageLocation = "CN", Jurisdiction = "CN", WithdrawalMethod = "/privacy/choices",
            OccurredAt = clock.GetUtcNow(), RecordedAt = clock.GetUtcNow(), Actor = "subject", PreviousHash = [0], Hash = [1],
        });
        return db.SaveChangesAsync(Ct);
    });

    private string CopyOfShipped(TestSite site, Func<string, string, string> change)
    {
        var to = Path.Combine(site.Folder, "policy");
        foreach (var file in Directory.EnumerateFiles(PolicyFolder.Shipped.Path, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(PolicyFolder.Shipped.Path, file);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(to, name))!);
            File.WriteAllText(Path.Combine(to, name), change(name, File.ReadAllText(file)));
        }

        return to;
    }

    [Fact]
    public async Task The_first_start_publishes_the_shipped_version_and_it_holds_at_once()
    {
        await using var site = await StartAsync();
        var row = Assert.Single(await RowsAsync(site));
        Assert.Equal((1, ChangeClass.First, Start, Start), (row.Number, row.Change, row.PublishedAt, row.ActivatedAt));
        Assert.Equal(PolicyFolder.Shipped.Draft(1).Content.Hash(), row.Hash);
        Assert.Equal((1, Convert.ToHexStringLower(row.Hash)), await site.WithAsync<CurrentPolicy, (int, string)>(c => Task.FromResult((c.Number, c.Hash))));
    }

    [Fact]
    public void The_first_version_has_no_defect_and_each_of_its_clauses_is_bound() => Assert.Empty(ActivatePolicy.OfContent(Sound, []).Select(o => o.Words));

    [Fact]
    public async Task A_later_start_changes_nothing()
    {
        await using var site = await StartAsync();
        clock.Advance(TimeSpan.FromDays(400));
        await PrepareAsync(site);
        Assert.Equal(Start, Assert.Single(await RowsAsync(site)).PublishedAt);
    }

    [Theory]
    [InlineData("versions/1/policy.zh-CN.md", "企鉴隐私政策"), InlineData("versions/1/policy.en.md", "Qijian privacy policy"), InlineData("versions/1/bindings.yaml", "- id: S1.1"), InlineData("registry/limits.yaml", "P15WD")]
    public async Task A_file_of_a_published_version_that_was_changed_keeps_the_site_from_starting_and_is_named(string file, string words)
    {
        await using var site = await StartAsync();
        PolicyFolder changed = new(CopyOfShipped(site, (name, text) => name == file ? text.Replace(words, words + "0", StringComparison.Ordinal) : text));
        var refusal = await Assert.ThrowsAsync<ConfigurationException>(() => PrepareAsync(site, changed));
        Assert.Contains(file.StartsWith("registry", StringComparison.Ordinal) ? file : Path.GetFileName(file), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("第 1 版", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("policy/versions/2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task White_space_and_marks_do_not_make_another_version()
    {
        await using var site = await StartAsync();
        await PrepareAsync(site, new(CopyOfShipped(site, (name, text) => name.EndsWith(".md", StringComparison.Ordinal) ? text.Replace("\n\n", "\r\n\r\n\r\n", StringComparison.Ordinal).Replace("- 不用注册", "*   不用**注册**", StringComparison.Ordinal) : text)));
        Assert.Single(await RowsAsync(site));
    }

    [Fact]
    public async Task A_new_version_in_the_folder_is_published_at_the_next_start_and_gives_its_readers_their_time()
    {
        await using var site = await StartAsync();
        var folder = CopyOfShipped(site, (name, text) => text);
        Directory.CreateDirectory(Path.Combine(folder, "versions/2"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "versions/1"))) File.Copy(file, Path.Combine(folder, "versions/2", Path.GetFileName(file)));
        await File.WriteAllTextAsync(Path.Combine(folder, "versions/2/version.yaml"), "number: 2\neffective_from: 2026-12-02\napproved_by: role\nchange: editorial\nzh: 二\nen: Two\n", Ct);
        await PrepareAsync(site, new(folder));
        var second = (await RowsAsync(site))[^1];
        Assert.Equal((2, ChangeClass.Editorial, new DateTimeOffset(2026, 12, 9, 0, 0, 0, TimeSpan.FromHours(8)), (DateTimeOffset?)null), (second.Number, second.Change, second.EffectiveFrom, second.ActivatedAt));
        Assert.IsType<ActivationResult.NotDue>(await ActivateAsync(site));

        // The program that does not know it any more must not serve.
        Assert.Contains("第 2 版", (await Assert.ThrowsAsync<ConfigurationException>(() => PrepareAsync(site))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_coming_version_widens_stays_closed_until_its_day_and_what_it_narrows_holds_at_once()
    {
        await using var site = await StartAsync();
        var folder = CopyOfShipped(site, (name, text) => name switch
        {
            "registry/purposes.yaml" => text.Replace("reads: {contact.phone: required, contact.email: optional, message.content: optional}", "reads: {contact.phone: required, device.id: optional, message.content: optional}", StringComparison.Ordinal),
            "registry/retention.yaml" => text.Replace("start: issued\n  floor: null\n  ceiling: P1D", "start: issued\n  floor: null\n  ceiling: P2D", StringComparison.Ordinal),
            _ => text,
        });
        Directory.CreateDirectory(Path.Combine(folder, "versions/2"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "versions/1"))) File.Copy(file, Path.Combine(folder, "versions/2", Path.GetFileName(file)));
        await File.WriteAllTextAsync(Path.Combine(folder, "versions/2/version.yaml"), "number: 2\neffective_from: 2026-12-02\napproved_by: role\nchange: broadened\nzh: 二\nen: Two\n", Ct);
        await PrepareAsync(site, new(folder));
        var shipped = ProcessingRegistry.Read(ProcessingRegistry.FilesIn(folder)).Registry;
        CurrentPolicy current = new(shipped);
        GuardRules rules = new(new(shipped, 2), current);
        Features features = new(shipped, current);
        Demand Of(Category category) => new(Subject.Create(SubjectKind.Member), Purpose.ServiceContact, null, [category], null, Restricted: false, Minor: false, OptsOut: false, clock.GetUtcNow());
        Task RefreshAsync() => site.WithAsync<PolicyVersions, bool>(async v => { await current.RefreshAsync(v, Ct); return true; });

        await RefreshAsync();
        Assert.Equal(new Decision.Denied(Denial.NotOpen), rules.Decide(Of(Category.DeviceId)));
        Assert.Equal(new Decision.Denied(Denial.NotForThisPurpose), rules.Decide(Of(Category.ContactEmail)));
        Assert.IsType<Decision.Allowed>(rules.Decide(Of(Category.ContactPhone)));
        Assert.True(features.IsOpen(Feature.Accounts));
        Kept kept = new(shipped.Retention["one_time_code"]);
        RetentionSweep sweep = new([kept], current, clock);
        await sweep.RunAsync(dryRun: true, anyway: false, Ct);
        Assert.Equal(Start - TimeSpan.FromDays(1), kept.Before, TimeSpan.FromSeconds(2));

        clock.SetUtcNow((await RowsAsync(site))[^1].EffectiveFrom);
        await site.WithAsync<AppDb, int>(db => db.PolicyVersions.Where(v => v.Number == 2).ExecuteUpdateAsync(v => v.SetProperty(x => x.ActivatedAt, clock.GetUtcNow()), Ct));
        await RefreshAsync();
        Assert.Null(current.Held);
        Assert.IsType<Decision.Allowed>(rules.Decide(Of(Category.DeviceId)));
        await sweep.RunAsync(dryRun: true, anyway: false, Ct);
        Assert.Equal(clock.GetUtcNow() - TimeSpan.FromDays(2), kept.Before, TimeSpan.FromSeconds(2));
    }

    private sealed class Kept(RetentionEntry rule) : IRetained
    {
        public DateTimeOffset Before { get; private set; }

        public IEnumerable<(string, RetentionEntry, Func<DateTimeOffset, bool, CancellationToken, Task<Due>>)> Places() => [("kept", rule, (before, _, _) =>
        {
            Before = before;
            return Task.FromResult(new Due(0, 0));
        })];
    }

    [Fact]
    public async Task A_row_that_was_tampered_with_is_named_and_keeps_the_site_from_starting()
    {
        await using var site = await StartAsync();
        Assert.Empty(await site.WithAsync<PolicyVersions, IReadOnlyList<PolicyFault>>(v => v.VerifyAsync(Ct)));
        foreach (var content in (byte[][])[Reworded(Sound).Pack(), With(PolicyFolder.Shipped.Draft(1).Content, "limits.yaml", "P15WD", "P16WD").Pack(), Encoding.UTF8.GetBytes("not packed"), []])
        {
            await ExecuteAsync(site, db => db.PolicyVersions.ExecuteUpdateAsync(v => v.SetProperty(x => x.Content, content), Ct));
            Assert.Equal(1, Assert.Single(await site.WithAsync<PolicyVersions, IReadOnlyList<PolicyFault>>(v => v.VerifyAsync(Ct))).Number);
            Assert.Contains("第 1 版", (await Assert.ThrowsAsync<ConfigurationException>(() => PrepareAsync(site))).Message, StringComparison.Ordinal);
        }

        var shipped = PolicyFolder.Shipped.Draft(1).Content.Pack();
        await ExecuteAsync(site, db => db.PolicyVersions.ExecuteUpdateAsync(v => v.SetProperty(x => x.Content, shipped).SetProperty(x => x.RegistryHash, new byte[32]), Ct));
        Assert.Single(await site.WithAsync<PolicyVersions, IReadOnlyList<PolicyFault>>(v => v.VerifyAsync(Ct)));
    }

    [Fact]
    public async Task Of_nodes_that_start_at_once_one_publishes_and_none_fails()
    {
        await using var site = await StartAsync(prepared: false);
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => PublishAsync(site, Second() with { Number = 1 }))));
        Assert.Single(results.OfType<PublishResult.Published>());
        Assert.Equal(3, results.OfType<PublishResult.NumberTaken>().Count());
    }

    [Fact]
    public async Task A_published_number_is_never_published_again()
    {
        await using var site = await StartAsync();
        Assert.Equal(1, Assert.IsType<PublishResult.NumberTaken>(await PublishAsync(site, Second() with { Number = 1 })).Newest);
        Assert.Single(await RowsAsync(site));
    }

    [Theory]
    [InlineData("retention.yaml", "ceiling: PT5M", "ceiling: PT6M"), InlineData("purposes.yaml", "reads: {query.text: required}", "reads: {query.text: required, network.address: required}"), InlineData("features.yaml", "open: false", "open: true")]
    public async Task An_author_who_calls_it_editorial_is_overruled_where_the_registry_reaches_further(string file, string from, string to)
    {
        await using var site = await StartAsync();
        var published = Assert.IsType<PublishResult.Published>(await PublishAsync(site, Second(With(Sound, file, from, to), ChangeClass.Editorial)));
        Assert.Equal(ChangeClass.Broadened, published.Version.Change);
        Assert.NotEmpty(published.Widenings);
        Assert.Contains(published.Obstacles, o => o is PolicyObstacle.TooSoon { Lead.Days: 30 }); // seven days are not enough any more
    }

    [Fact]
    public async Task An_id_that_was_dropped_never_stands_over_other_words()
    {
        await using var site = await StartAsync();
        var without = Sound with { Chinese = Sound.Chinese.Replace(" {#S14.2}", "", StringComparison.Ordinal), English = Sound.English.Replace(" {#S14.2}", "", StringComparison.Ordinal) };
        Assert.IsType<PublishResult.Published>(await PublishAsync(site, Second(without)));
        var again = Second(Sound with { Chinese = Sound.Chinese.Replace("不受本政策的任何限制。 {#S14.2}", "受本政策的限制。 {#S14.2}", StringComparison.Ordinal) }) with { Number = 3 };
        Assert.Equal(["S14.2"], Assert.IsType<PublishResult.IdsReused>(await PublishAsync(site, again)).Clauses);
        Assert.IsType<PublishResult.Published>(await PublishAsync(site, Second(Sound) with { Number = 3 })); // over its own words it may come back
    }

    public static TheoryData<string, string> Obstacles => new()
    {
        { "defect", nameof(PolicyObstacle.Defective) }, { "english", nameof(PolicyObstacle.Untranslated) }, { "unbound", nameof(PolicyObstacle.Unbound) }, { "unwritten", nameof(PolicyObstacle.Unwritten) }, { "unproved", nameof(PolicyObstacle.Unproved) },
        { "registry", nameof(PolicyObstacle.Unregistered) }, { "soon", nameof(PolicyObstacle.TooSoon) }, { "untold", nameof(PolicyObstacle.Untold) },
    };

    [Theory, MemberData(nameof(Obstacles))]
    public async Task A_version_does_not_take_effect_while_something_stands_in_its_way(string fault, string expected)
    {
        await using var site = await StartAsync();
        await AnswerAsync(site, 1, 1);
        var content = fault switch
        {
            "defect" => Sound with { Chinese = Sound.Chinese + "\n您继续使用本站，即视为同意修订后的政策。 {#S99.1}\n", English = Sound.English + "\nA sentence. {#S99.1}\n", Bindings = Sound.Bindings + "\n- id: S99.1\n  class: A\n  zh: 一\n  en: One\n  gap_zh: 缺\n  gap_en: gap\n" },
            "english" => Sound with { English = Sound.English.Replace(" {#S14.2}", "", StringComparison.Ordinal) },
            "unbound" => Sound with { Chinese = Sound.Chinese + "\n一句话。 {#S99.1}\n", English = Sound.English + "\nA sentence. {#S99.1}\n" },
            "unwritten" => Sound with { Bindings = Sound.Bindings + "\n- id: S99.1\n  class: A\n  zh: 一\n  en: One\n  gap_zh: 缺\n  gap_en: gap\n" },
            "unproved" => Sound with { Bindings = Sound.Bindings + "\n- id: S99.1\n  class: A\n  zh: 一\n  en: One\n" },
            "registry" => With(Sound, "retention.yaml", "ceiling: PT5M", "ceiling: null"),
            _ => Sound,
        };
        var published = Assert.IsType<PublishResult.Published>(await PublishAsync(site, Second(content, days: fault is "soon" ? 6 : 40)));
        Assert.Equal(fault is not "untold", published.Obstacles.Any(o => o.GetType().Name == expected)); // known on the day of publication
        if (fault is "untold") await ExecuteAsync(site, db => db.PolicyNotices.Where(n => n.SubjectReference != null && n.Delivered).ExecuteDeleteAsync(Ct));
        clock.Advance(TimeSpan.FromDays(60));
        var refused = Assert.IsType<ActivationResult.Refused>(await ActivateAsync(site));
        Assert.Contains(expected, refused.Obstacles.Select(o => o.GetType().Name));
        Assert.All(refused.Obstacles, o => Assert.NotEmpty(o.Words));
        Assert.Null((await RowsAsync(site))[^1].ActivatedAt);
        Assert.Equal(1, await site.WithAsync<CurrentPolicy, int>(c => Task.FromResult(c.Number)));
    }

    [Fact]
    public async Task On_its_day_and_not_before_a_sound_version_takes_effect_by_the_clock_alone()
    {
        await using var site = await StartAsync();
        Assert.Empty(Assert.IsType<PublishResult.Published>(await PublishAsync(site, Second())).Obstacles);
        Assert.Equal(2, await site.WithAsync<CurrentPolicy, int>(c => Task.FromResult(c.Coming[0].Number)));
        clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMilliseconds(1));
        await TurnAsync(site);
        Assert.Equal(1, await site.WithAsync<CurrentPolicy, int>(c => Task.FromResult(c.Number)));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await TurnAsync(site);
        Assert.Equal((2, true), await site.WithAsync<CurrentPolicy, (int, bool)>(c => Task.FromResult((c.Number, c.Coming.Count == 0))));
        Assert.Equal(clock.GetUtcNow(), (await RowsAsync(site))[^1].ActivatedAt);
        Assert.IsType<ActivationResult.Passed>(await ActivateAsync(site));
        Assert.IsType<ActivationResult.Unknown>(await ActivateAsync(site, 3));
    }

    [Fact]
    public async Task Everybody_and_each_person_with_an_answer_is_told_by_each_channel_that_there_is()
    {
        await using var site = await StartAsync();
        await AnswerAsync(site, 1, 1);
        await AnswerAsync(site, 1, 2);
        await PublishAsync(site, Second());
        clock.Advance(TimeSpan.FromDays(2));
        await AnswerAsync(site, 2, 3); // had the banner on the page of the first choice
        await TurnAsync(site);
        await TurnAsync(site);
        var notices = await site.WithAsync<AppDb, List<PolicyNotice>>(db => db.PolicyNotices.AsNoTracking().ToListAsync(Ct));
        Assert.Equal(9, notices.Count);
        Assert.All(notices.GroupBy(n => n.SubjectReference is null ? 0 : n.SubjectReference[0]), g => Assert.Equal(["announcement True", "email False no_email_channel", "page True"], g.Select(n => $"{n.Channel} {n.Delivered} {n.Reason}".Trim()).Order(StringComparer.Ordinal)));
        Assert.All(notices, n => Assert.Equal(n.SubjectReference is [2] ? Start.AddDays(2) : Start, n.At));
        clock.Advance(TimeSpan.FromDays(5));
        Assert.IsType<ActivationResult.Activated>(await ActivateAsync(site));
    }

    [Fact]
    public async Task Thirty_days_of_use_and_a_broadened_version_change_no_record_of_consent()
    {
        await using var site = await TestSite.StartAsync(services => services.AddSingleton<TimeProvider>(clock));
        await AnswerAsync(site, 1, 1);
        var before = await SnapshotAsync();
        await PublishAsync(site, Second(With(Sound, "retention.yaml", "ceiling: PT5M", "ceiling: PT6M"), days: 30));
        for (var day = 0; day < 30; day++)
        {
            foreach (var path in (string[])["/", "/search?q=x", "/privacy", "/privacy/policy/2", "/en/privacy"]) (await site.Client.GetAsync(path, Ct)).EnsureSuccessStatusCode();
            clock.Advance(TimeSpan.FromDays(1));
        }

        await TurnAsync(site);
        Assert.Equal(2, await site.WithAsync<CurrentPolicy, int>(c => Task.FromResult(c.Number)));
        Assert.Equal(before, await SnapshotAsync());

        // Answers given before the purpose came to reach further are known to be older.
        Assert.Contains(("answering_queries", 2), await site.WithAsync<CurrentPolicy, IEnumerable<(string, int)>>(c => Task.FromResult(c.Broadened.Select(b => (b.Key, b.Value)))));

        Task<string> SnapshotAsync() => site.WithAsync<AppDb, string>(async db => System.Text.Json.JsonSerializer.Serialize(await db.ConsentEvents.AsNoTracking().ToListAsync(Ct)));
    }

    [Fact]
    public async Task The_same_on_PostgreSQL()
    {
        await using var site = await TestSite.StartAsync(services => services.AddSingleton<TimeProvider>(clock), postgres: true, serve: false);
        await PrepareAsync(site);
        await AnswerAsync(site, 1, 1);
        await PublishAsync(site, Second());
        clock.Advance(TimeSpan.FromDays(1));
        await AnswerAsync(site, 2, 2);
        await TurnAsync(site);
        Assert.Equal(9, await ExecuteAsync(site, db => db.PolicyNotices.CountAsync(Ct)));
        clock.Advance(TimeSpan.FromDays(6));
        Assert.IsType<ActivationResult.Activated>(await ActivateAsync(site));
        Assert.Empty(await site.WithAsync<PolicyVersions, IReadOnlyList<PolicyFault>>(v => v.VerifyAsync(Ct)));
    }

    private static Task TurnAsync(TestSite site) => site.WithAsync<IServiceProvider, bool>(async services =>
    {
        await ActivatorUtilities.CreateInstance<PolicyCalendar>(services).TurnAsync(Ct);
        return true;
    });
}
