using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy.Guard;

public sealed class PurposeGuardTests
{
    private static readonly Category One = new("a.one"), Two = new("a.two");
    private static readonly Purpose Counting = new(SmallRegistry.Counting), Sharing = new(SmallRegistry.Sharing), Orders = new(SmallRegistry.Contract);
    private static readonly Recipient Printer = new(SmallRegistry.Printer);
    private static readonly Subject Visitor = new(SubjectKind.Visitor, new(1, 2, 3, new byte[8])), Bystander = new(SubjectKind.Visitor, new(9, 2, 3, new byte[8]));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_purpose_that_nobody_registered_is_refused()
    {
        await using var site = await StartAsync();
        Assert.Equal(Denial.UnknownPurpose, await AskAsync(site, Visitor, new("whatever"), One));
    }

    [Fact]
    public async Task A_category_that_the_purpose_does_not_read_is_refused()
    {
        await using var site = await StartAsync();
        Assert.Equal(Denial.NotForThisPurpose, await AskAsync(site, Visitor, Counting, Two));
        Assert.Null(await AskAsync(site, Visitor, Orders, Two));
    }

    [Fact]
    public async Task A_purpose_of_closed_functions_and_one_whose_assessment_ran_out_are_refused()
    {
        await using var site = await StartAsync();
        Assert.Equal(Denial.NotOpen, await AskAsync(site, Visitor, new("closed"), One));
        Assert.Equal(Denial.NotAssessed, await AskAsync(site, Visitor, new("lapsed"), One));
    }

    [Fact]
    public async Task Nobody_is_no_yes()
    {
        await using var site = await StartAsync();
        Assert.Equal(Denial.NobodyAsked, await AskAsync(site, null, Counting, One));
        Assert.Null(await AskAsync(site, null, Orders, One));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Every_answer_counts_from_the_next_request_on(bool postgres)
    {
        await using var site = await StartAsync(postgres);
        Assert.Equal(Denial.NoConsent, await AskAsync(site, Visitor, Counting, One));
        await RecordAsync(site, ConsentEventKind.NoticeShown, ConsentEventKind.Granted);
        Assert.Null(await AskAsync(site, Visitor, Counting, One));
        Assert.Equal(Denial.NoConsent, await AskAsync(site, Bystander, Counting, One));
        await RecordAsync(site, ConsentEventKind.Withdrawn);
        Assert.Equal(Denial.Withdrawn, await AskAsync(site, Visitor, Counting, One));
        await RecordAsync(site, ConsentEventKind.Refused);
        Assert.Equal(Denial.Refused, await AskAsync(site, Visitor, Counting, One));
    }

    [Fact]
    public async Task A_capability_covers_the_person_and_the_categories_that_were_asked_for()
    {
        await using var site = await StartAsync();
        List<Category> asked = [One];
        var allowed = (Decision.Allowed)await site.WithAsync<IPurposeGuard, Decision>(guard => guard.DemandAsync(Visitor, Orders, asked, Ct).AsTask());
        asked.Add(Two);
        var now = allowed.Capability.DecidedAt;
        Assert.True(allowed.Capability.Opens(Visitor, One, now));
        Assert.False(allowed.Capability.Opens(Visitor, Two, now));
        Assert.False(allowed.Capability.Opens(Bystander, One, now));
        Assert.False(allowed.Capability.Opens(Visitor, One, now + TimeSpan.FromMinutes(2)));
    }

    [Theory, InlineData(SmallRegistry.Partner), InlineData(SmallRegistry.Abroad)]
    public async Task Who_decides_for_himself_or_is_abroad_needs_a_yes_of_his_own_and_a_processor_at_home_does_not(string recipient)
    {
        await using var site = await StartAsync();
        Recipient apart = new(recipient);
        await RecordAsync(site, Sharing, null, ConsentEventKind.NoticeShown, ConsentEventKind.Granted);
        Assert.Null(await AskAsync(site, Visitor, Sharing, One, Printer));
        Assert.Equal(Denial.NoConsent, await AskAsync(site, Visitor, Sharing, One, apart));
        await RecordAsync(site, Sharing, apart, ConsentEventKind.NoticeShown, ConsentEventKind.Granted);
        Assert.Null(await AskAsync(site, Visitor, Sharing, One, apart));
        Assert.Equal(Denial.NotForThisPurpose, await AskAsync(site, Visitor, Sharing, Two, apart));
        Assert.Equal(Denial.NotForThisPurpose, await AskAsync(site, Visitor, Counting, One, apart));
        await RecordAsync(site, Sharing, null, ConsentEventKind.Withdrawn);
        Assert.Equal(Denial.Withdrawn, await AskAsync(site, Visitor, Sharing, One, apart));
    }

    [Fact]
    public async Task A_restricted_person_is_left_alone_but_for_what_the_law_demands()
    {
        await using var site = await StartAsync();
        Assert.Null(await AskAsync(site, Visitor, Orders, One));
        await site.WithAsync<AppDb, int>(db =>
        {
            db.Add(new Restriction { Subject = Visitor, Since = DateTimeOffset.UnixEpoch, Reason = "request" });
            return db.SaveChangesAsync(Ct);
        });
        await site.WithAsync<RestrictionList, int>(list =>
        {
            list.Changed();
            return Task.FromResult(0);
        });
        Assert.Equal(Denial.Restricted, await AskAsync(site, Visitor, Orders, One));
        Assert.Null(await AskAsync(site, Bystander, Orders, One));
        Assert.Null(await AskAsync(site, Visitor, new("duty"), One));
    }

    [Fact]
    public async Task A_restriction_that_another_process_wrote_holds_after_a_second()
    {
        FakeTimeProvider clock = new(new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));
        await using var site = await StartAsync(clock: clock);
        Assert.Null(await AskAsync(site, Visitor, Orders, One));
        await site.WithAsync<AppDb, int>(db =>
        {
            db.Add(new Restriction { Subject = Visitor, Since = DateTimeOffset.UnixEpoch, Reason = "hold" });
            return db.SaveChangesAsync(Ct);
        });
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Denial.Restricted, await AskAsync(site, Visitor, Orders, One));
    }

    [Fact]
    public async Task Purposes_without_consent_read_no_answers_and_the_others_read_them_once()
    {
        PlainVault vault = new();
        await using var site = await StartAsync(vault: vault);
        await site.WithAsync<IPurposeGuard, int>(async guard =>
        {
            for (var i = 0; i < 3; i++) await guard.DemandAsync(Visitor, Orders, [One], Ct);
            Assert.Equal(0, vault.Asked);
            for (var i = 0; i < 3; i++) await guard.DemandAsync(Visitor, Counting, [One], Ct);
            Assert.Equal(1, vault.Asked);
            return 0;
        });
    }

    [Fact]
    public async Task Of_a_hundred_items_that_wait_none_is_done_after_the_withdrawal_even_in_a_scope_that_saw_the_yes()
    {
        await using var site = await StartAsync();
        await RecordAsync(site, ConsentEventKind.NoticeShown, ConsentEventKind.Granted);
        var queue = Enumerable.Range(0, 100).Select(_ => JsonSerializer.Serialize(new PurposeTicket(Visitor, Counting, [One]))).ToList();
        await site.WithAsync<IPurposeGuard, int>(async guard =>
        {
            Assert.IsType<Decision.Allowed>(await guard.DemandAsync(JsonSerializer.Deserialize<PurposeTicket>(queue[0])!, Ct));
            await RecordAsync(site, ConsentEventKind.Withdrawn);
            foreach (var item in queue) Assert.Equal(new Decision.Denied(Denial.Withdrawn), await guard.DemandAsync(JsonSerializer.Deserialize<PurposeTicket>(item)!, Ct));
            return 0;
        });
    }

    [Fact]
    public async Task A_browsers_signal_shuts_sharing_and_promotion_and_counts_once_without_changing_an_answer()
    {
        FakeTimeProvider clock = new(new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));
        await using var site = await StartAsync(clock: clock, signal: "1");
        await RecordAsync(site, Sharing, null, ConsentEventKind.NoticeShown, ConsentEventKind.Granted);
        await RecordAsync(site, ConsentEventKind.NoticeShown, ConsentEventKind.Granted);
        var before = await site.WithAsync<ConsentLedger, Answer>(async l => (await l.StateOfAsync(Visitor, Ct)).Of(Sharing.Id));
        for (var i = 0; i < 3; i++) Assert.Equal(Denial.Signal, await AskAsync(site, Visitor, Sharing, One));
        Assert.Equal(Denial.Signal, await AskAsync(site, null, Purpose.ThirdPartyPromotion, One));
        Assert.Null(await AskAsync(site, Visitor, Counting, One));
        Assert.Equal(1, await SignalsAsync(site));
        Assert.Equal(before, await site.WithAsync<ConsentLedger, Answer>(async l => (await l.StateOfAsync(Visitor, Ct)).Of(Sharing.Id)));
        clock.Advance(ConsentLedger.Session + TimeSpan.FromSeconds(1));
        Assert.Equal(Denial.Signal, await AskAsync(site, Visitor, Sharing, One));
        Assert.Equal(2, await SignalsAsync(site));
    }

    [Fact]
    public async Task Without_the_signal_the_answer_holds()
    {
        await using var site = await StartAsync(signal: "0");
        await RecordAsync(site, Sharing, null, ConsentEventKind.NoticeShown, ConsentEventKind.Granted);
        Assert.Null(await AskAsync(site, Visitor, Sharing, One));
        Assert.Equal(0, await SignalsAsync(site));
    }

    private static Task<TestSite> StartAsync(bool postgres = false, IVault? vault = null, TimeProvider? clock = null, string? signal = null) => TestSite.StartAsync(s =>
    {
        s.AddSingleton(SmallRegistry.Terms()).AddSingleton(vault ?? new PlainVault());
        if (clock is not null) s.AddSingleton(clock);
        if (signal is not null) s.AddSingleton<IHttpContextAccessor>(new OneRequest { HttpContext = new DefaultHttpContext { Request = { Headers = { ["Sec-GPC"] = signal } } } });
    }, postgres, serve: false);

    /// <summary>Null where it is allowed.</summary>
    private static Task<Denial?> AskAsync(TestSite site, Subject? subject, Purpose purpose, Category category, Recipient? recipient = null) => site.WithAsync<PurposeGuard, Denial?>(async guard =>
        await guard.DemandAsync(subject, purpose, recipient, [category], Ct) is Decision.Denied denied ? denied.Reason : null);

    private static Task RecordAsync(TestSite site, params ConsentEventKind[] kinds) => RecordAsync(site, Counting, null, kinds);

    private static Task RecordAsync(TestSite site, Purpose purpose, Recipient? recipient, params ConsentEventKind[] kinds) =>
        site.WithAsync<ConsentLedger, LedgerHead>(l => l.AppendAsync([.. kinds.Select(k => new ConsentAct(Visitor, k, purpose, recipient, [7], "/shop", ConsentMethod.Click))], Ct));

    private static Task<int> SignalsAsync(TestSite site) => site.WithAsync<AppDb, int>(db => db.ConsentEvents.CountAsync(e => e.Kind == ConsentEventKind.Signal, Ct));

    private sealed class OneRequest : IHttpContextAccessor
    {
        public HttpContext? HttpContext { get; set; }
    }
}
