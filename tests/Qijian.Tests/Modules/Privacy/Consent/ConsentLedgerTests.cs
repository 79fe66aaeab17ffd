using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Privacy;
using Qijian.Platform.Data;

namespace Qijian.Tests.Modules.Privacy.Consent;

public sealed class ConsentLedgerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task Entries_are_numbered_without_a_gap_and_bound_to_each_other(bool postgres)
    {
        await using var site = await StartAsync(postgres);
        await AppendAsync(site, 3);
        await AppendAsync(site, 2);
        var rows = await RowsAsync(site);
        Assert.Equal([1, 2, 3, 4, 5], rows.Select(r => r.Sequence));
        Assert.Equal(new byte[32], rows[0].PreviousHash);
        Assert.All(rows.Zip(rows.Skip(1)), pair => Assert.Equal(pair.First.Hash, pair.Second.PreviousHash));
        Assert.Equal(new(new(5, rows[4].Hash), null), await VerifyAsync(site), Same);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Many_writers_at_once_make_one_chain(bool postgres)
    {
        await using var site = await StartAsync(postgres);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var i = 0; i < 5; i++) await AppendAsync(site, 2);
        }));
        var found = await VerifyAsync(site);
        Assert.Equal((80L, null), (found.Head.Sequence, found.Break));
    }

    [Theory]
    [InlineData("record = '0193b3a5-0000-7000-8000-000000000000'"), InlineData("subject_reference = hash"), InlineData("kind = 2"), InlineData("purpose = 'orders'"), InlineData("recipient = ''"), InlineData("categories = 'a.one a.two'")]
    [InlineData("basis = 1"), InlineData("policy_version = 2"), InlineData("clauses = ''"), InlineData("notice_hash = hash"), InlineData("collection_point = '/elsewhere'"), InlineData("method = 2"), InlineData("retention = ''")]
    [InlineData("storage_location = 'SG'"), InlineData("jurisdiction = 'US'"), InlineData("withdrawal_method = ''"), InlineData("occurred_at = occurred_at - 1"), InlineData("recorded_at = recorded_at - 1"), InlineData("actor = 'support'")]
    [InlineData("previous_hash = subject_reference"), InlineData("hash = subject_reference")]
    public async Task A_changed_field_is_found_whichever_it_is(string change)
    {
        await using var site = await StartAsync(postgres: false);
        await AppendAsync(site, 5);
        await ExecuteAsync(site, $"UPDATE privacy_consent_events SET {change} WHERE sequence = 3");
        var found = await VerifyAsync(site);
        Assert.Equal(new(3, LedgerFault.Changed), found.Break);
        Assert.Equal(2, found.Head.Sequence);
    }

    [Fact]
    public async Task Every_column_is_among_those_that_are_changed_above()
    {
        await using var site = await StartAsync(postgres: false);
        var columns = await site.WithAsync<AppDb, List<string>>(db => Task.FromResult(db.Model.FindEntityType(typeof(ConsentEvent))!.GetProperties().Select(p => p.GetColumnName()).ToList()));
        var changed = typeof(ConsentLedgerTests).GetMethod(nameof(A_changed_field_is_found_whichever_it_is))!.GetCustomAttributes(typeof(InlineDataAttribute), false).Cast<InlineDataAttribute>().Select(d => ((string)d.Data[0]!).Split(' ')[0]);
        Assert.Equal(columns.Order(StringComparer.Ordinal), changed.Append("sequence").Order(StringComparer.Ordinal));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_missing_a_swapped_and_a_cut_off_entry_are_named(bool postgres)
    {
        await using var site = await StartAsync(postgres);
        await AppendAsync(site, 6);
        var whole = (await VerifyAsync(site)).Head;
        await ExecuteAsync(site, "DELETE FROM privacy_consent_events WHERE sequence = 6");
        Assert.Null((await VerifyAsync(site)).Break);
        Assert.Equal(new(6, LedgerFault.Truncated), (await VerifyAsync(site, whole)).Break);
        await ExecuteAsync(site, "UPDATE privacy_consent_events SET sequence = 99 WHERE sequence = 3", "UPDATE privacy_consent_events SET sequence = 3 WHERE sequence = 4", "UPDATE privacy_consent_events SET sequence = 4 WHERE sequence = 99");
        Assert.Equal(new(3, LedgerFault.Reordered), (await VerifyAsync(site)).Break);
        await ExecuteAsync(site, "DELETE FROM privacy_consent_events WHERE sequence = 2");
        Assert.Equal(new(2, LedgerFault.Missing), (await VerifyAsync(site)).Break);
    }

    [Fact]
    public async Task A_ledger_that_was_made_anew_does_not_match_a_head_written_down_before()
    {
        await using var site = await StartAsync(postgres: false);
        await AppendAsync(site, 3);
        var before = (await VerifyAsync(site)).Head;
        await ExecuteAsync(site, "DELETE FROM privacy_consent_events");
        await AppendAsync(site, 4);
        Assert.Null((await VerifyAsync(site)).Break);
        Assert.Equal(new(3, LedgerFault.Changed), (await VerifyAsync(site, before)).Break);
    }

    [Fact]
    public async Task A_connection_that_fails_at_any_step_leaves_all_of_a_batch_or_none_and_a_whole_chain()
    {
        await using var site = await StartAsync(postgres: false);
        Assert.SkipWhen(!File.Exists(Path.Combine(site.Folder, "qijian.db")), "The steps are those of SQLite, and this run is on a server");
        await AppendAsync(site, 2);
        var (steps, count) = (0, 2L);
        for (var failed = true; failed && steps < 1000; steps++)
        {
            FailAt fault = new(steps);
            await using SqliteDb db = new(new DbContextOptionsBuilder<SqliteDb>().UseSqlite($"Data Source={Path.Combine(site.Folder, "qijian.db")}").AddInterceptors(new SqlitePragmas(), fault).Options);
            ConsentLedger ledger = new(db, SmallRegistry.Terms(), new PlainVault(), TimeProvider.System);
            failed = await Record.ExceptionAsync(() => ledger.AppendAsync(Acts(3), Ct)) is not null;
            var found = await VerifyAsync(site);
            Assert.Null(found.Break);
            Assert.Contains(found.Head.Sequence - count, (long[])[0, 3]);
            count = found.Head.Sequence;
        }

        Assert.True(steps > 4, $"{steps} steps");
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_reorder_the_ledger()
    {
        FakeTimeProvider clock = new();
        await using var site = await StartAsync(postgres: false, clock);
        clock.SetUtcNow(new(2030, 1, 2, 0, 0, 0, TimeSpan.Zero));
        await AppendAsync(site, 1);
        clock.AdjustTime(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await AppendAsync(site, 1);
        var rows = await RowsAsync(site);
        Assert.Equal(rows[0].RecordedAt, rows[1].RecordedAt);
    }

    private static readonly IEqualityComparer<LedgerVerification> Same = EqualityComparer<LedgerVerification>.Create((a, b) => a!.Break == b!.Break && a.Head.Sequence == b.Head.Sequence && a.Head.Hash.SequenceEqual(b.Head.Hash), v => v.Head.Sequence.GetHashCode());

    private static Task<TestSite> StartAsync(bool postgres, TimeProvider? clock = null) => TestSite.StartAsync(s =>
    {
        s.AddSingleton(SmallRegistry.Terms()).AddSingleton<IVault>(new PlainVault());
        if (clock is not null) s.AddSingleton(clock);
    }, postgres, serve: false);

    private static List<ConsentAct> Acts(int count) => [.. Enumerable.Range(0, count).Select(i =>
        new ConsentAct(new(SubjectKind.Visitor, new(i, 0, 0, new byte[8])), ConsentEventKind.NoticeShown, new(SmallRegistry.Counting), null, [7], "/shop", ConsentMethod.Click))];

    private static Task<LedgerHead> AppendAsync(TestSite site, int count) => site.WithAsync<ConsentLedger, LedgerHead>(l => l.AppendAsync(Acts(count), Ct));

    private static Task<LedgerVerification> VerifyAsync(TestSite site, LedgerHead? known = null) => site.WithAsync<ConsentLedger, LedgerVerification>(l => l.VerifyAsync(known is null ? [] : [known], Ct));

    private static Task<List<ConsentEvent>> RowsAsync(TestSite site) => site.WithAsync<AppDb, List<ConsentEvent>>(db => db.ConsentEvents.AsNoTracking().OrderBy(e => e.Sequence).ToListAsync(Ct));

    private static Task<int> ExecuteAsync(TestSite site, params string[] statements) => site.WithAsync<AppDb, int>(async db =>
    {
        foreach (var sql in statements) Assert.True(await db.Database.ExecuteSqlRawAsync(sql, Ct) > 0, sql);
        return 0;
    });
}
