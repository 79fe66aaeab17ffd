using System.Globalization;
using System.Text.Json;
using CsCheck;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;
using Qijian.Modules.Registry;

namespace Qijian.Tests.Modules.Privacy;

/// <summary>What is logged, how long it is kept, and what may leave as anonymous.</summary>
public sealed class RetentionTests
{
    private const string Canary = "金丝雀13912345678";

    [Fact]
    public async Task A_request_is_logged_by_its_route_and_never_by_what_was_asked()
    {
        await using var site = await TestSite.StartAsync();
        await site.Client.GetAsync(new Uri($"/search?q={Canary}", UriKind.Relative), TestContext.Current.CancellationToken);
        await site.Client.GetAsync(new Uri($"/{Canary}", UriKind.Relative), TestContext.Current.CancellationToken);
        using (HttpRequestMessage odd = new(new("13912345678"), "/healthz")) await site.Client.SendAsync(odd, TestContext.Current.CancellationToken); // a method is any word
        var lines = await LinesAsync(site);
        Assert.DoesNotContain(lines, l => l.Contains("13912345678", StringComparison.Ordinal));
        var search = Assert.Single(lines.Select(l => JsonDocument.Parse(l).RootElement), l => l.TryGetProperty("route", out var route) && route.GetString() is "search");
        Assert.Equal(("GET", 200), (search.GetProperty("method").GetString(), search.GetProperty("status").GetInt32()));
        Assert.Equal(["at", "level", "method", "milliseconds", "route", "status"], search.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_fault_is_logged_by_where_it_happened_and_not_by_what_it_says()
    {
        await using var site = await TestSite.StartAsync(services => services.Replace(ServiceDescriptor.Scoped<ICompanyLookup>(_ => throw new InvalidOperationException($"no body {Canary}"))));
        var answer = await site.Client.GetAsync(new Uri($"/api/v1/companies/{Canary}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(500, (int)answer.StatusCode);
        Assert.DoesNotContain("13912345678", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var lines = await LinesAsync(site);
        Assert.DoesNotContain(lines, l => l.Contains("13912345678", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("System.InvalidOperationException", StringComparison.Ordinal) && l.Contains("\"fault\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Logs_are_kept_six_months_at_least_and_twelve_at_most()
    {
        FakeTimeProvider clock = new(new(2027, 6, 15, 0, 0, 0, TimeSpan.Zero));
        await using var site = await TestSite.StartAsync(services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)), serve: false);
        Directory.CreateDirectory(Path.Combine(site.Folder, "logs"));
        foreach (var name in (string[])["service-20260612.jsonl", "service-20260616.jsonl", "service-20261214.jsonl", "service-20270614.jsonl", "other.txt"])
            await File.WriteAllTextAsync(Path.Combine(site.Folder, "logs", name), "{}\n", TestContext.Current.CancellationToken);

        await SweepAsync(site, dryRun: true);
        Assert.Equal(5, Files(site).Count);
        Assert.Equal(1, Assert.Single(await SweepAsync(site), p => p.Place is "logs").Expired);
        Assert.Equal(["other.txt", "service-20260616.jsonl", "service-20261214.jsonl", "service-20270614.jsonl"], Files(site));
        Assert.Equal(0, Assert.Single(await SweepAsync(site), p => p.Place is "logs").Expired); // again: nothing more
    }

    [Fact]
    public async Task A_clock_that_jumps_far_ahead_does_not_empty_a_place()
    {
        FakeTimeProvider clock = new(new(2036, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var site = await TestSite.StartAsync(services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)), serve: false);
        Directory.CreateDirectory(Path.Combine(site.Folder, "logs"));
        for (var day = new DateOnly(2026, 1, 1); day.Year == 2026; day = day.AddDays(1)) await File.WriteAllTextAsync(Path.Combine(site.Folder, "logs", $"service-{day:yyyyMMdd}.jsonl"), "{}\n", TestContext.Current.CancellationToken);
        Assert.True(Assert.Single(await SweepAsync(site), p => p.Place is "logs").Refused);
        Assert.Equal(365, Files(site).Count);
        await SweepAsync(site, anyway: true);
        Assert.Empty(Files(site));
    }

    [Fact]
    public async Task What_is_kept_for_a_day_goes_however_much_of_it_is_over()
    {
        FakeTimeProvider clock = new(new(2026, 11, 26, 0, 0, 0, TimeSpan.Zero));
        await using var site = await TestSite.StartAsync(services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)), serve: false);
        for (var number = 0; number < 300; number++)
        {
            if (number == 250) clock.Advance(TimeSpan.FromHours(25));
            var who = number.ToString(CultureInfo.InvariantCulture);
            await site.WithAsync<AttemptLimits, TimeSpan?>(limits => limits.WaitAsync(AttemptKind.CodeFromNetwork, who, TestContext.Current.CancellationToken));
        }

        var swept = Assert.Single(await SweepAsync(site), p => p.Place is "accounts_attempts");
        Assert.Equal((250L, 300L, false), (swept.Expired, swept.Total, swept.Refused));
        Assert.Equal(50, await site.WithAsync<AppDb, int>(db => db.Attempts.CountAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task The_site_itself_sweeps_what_is_kept_for_a_day_within_the_hour()
    {
        FakeTimeProvider clock = new(new(2026, 11, 26, 0, 0, 0, TimeSpan.Zero));
        await using var site = await TestSite.StartAsync(services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)));
        clock.Advance(TimeSpan.FromHours(2));
        await site.WithAsync<AttemptLimits, TimeSpan?>(limits => limits.WaitAsync(AttemptKind.CodeFromNetwork, "", TestContext.Current.CancellationToken));
        var hours = 2; // everything is swept when the site starts and a day later; this is over before that comes round again
        for (; hours < 44 && await site.WithAsync<AppDb, bool>(db => db.Attempts.AnyAsync(TestContext.Current.CancellationToken)); hours++)
        {
            clock.Advance(TimeSpan.FromHours(1));
            await Task.Delay(150, TestContext.Current.CancellationToken); // of this machine, for the round to end
        }

        Assert.InRange(hours, 26, 43);
    }

    [Fact]
    public async Task Evidence_of_consent_leads_to_nobody_three_years_after_the_last_choice_ended()
    {
        FakeTimeProvider clock = new(new(2026, 11, 26, 0, 0, 0, TimeSpan.Zero));
        await using var site = await TestSite.StartAsync(services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)));
        Browser early = new(site), late = new(site);
        var words = $"value=\"{Purpose.ServiceImprovement.Id}\"";
        await early.PressAsync("/privacy/choices", words, "agree"); // a visitor's yes ends after a year
        clock.Advance(TimeSpan.FromDays(300));
        await late.PressAsync("/privacy/choices", words, "decline");
        Assert.Equal((2, 2), (await EventsAsync(site, early), await EventsAsync(site, late)));

        clock.Advance(TimeSpan.FromDays((3 * 365) - 20));
        await SweepAsync(site, anyway: true);
        Assert.Equal((2, 2), (await EventsAsync(site, early), await EventsAsync(site, late)));
        clock.Advance(TimeSpan.FromDays(40));
        await SweepAsync(site, anyway: true); // or the site's own, whose day has come
        Assert.Equal((2, 0), (await EventsAsync(site, early), await EventsAsync(site, late))); // the yes ended later than the no
        clock.Advance(TimeSpan.FromDays(60));
        await SweepAsync(site, anyway: true);
        Assert.Equal(0, await EventsAsync(site, early));
        Assert.Null((await site.WithAsync<ConsentLedger, LedgerVerification>(ledger => ledger.VerifyAsync([], TestContext.Current.CancellationToken))).Break);
    }

    [Fact]
    public void Nothing_goes_before_the_floor_and_everything_after_the_ceiling() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[1, 40], Gen.Int[0, 3000], Gen.Int[0, 86399]).Sample((floor, ceiling, day, second) =>
        {
            RetentionEntry rule = new() { Id = "r", Floor = floor == 0 ? null : new Period(floor, 0, default, 0), Ceiling = new Period(ceiling, 0, default, 0) };
            var now = new DateTimeOffset(2027, 1, 31, 0, 0, 0, TimeSpan.Zero).AddDays(day).AddSeconds(second);
            var limit = RetentionSweep.StartedBefore(rule, now);
            var keep = Math.Max(floor, ceiling);
            Assert.True(limit.AddMonths(keep) <= now);
            Assert.True(limit.AddSeconds(2).AddMonths(keep) >= now);
        });

    [Fact]
    public void Figures_leave_only_where_nobody_can_be_picked_out()
    {
        static StatisticCell Cell(string of, int persons) => new(new Dictionary<string, string>(StringComparer.Ordinal) { ["of"] = of }, 1, persons);
        static string? Refusal(int everybody, params StatisticCell[] cells) => new ReleaseCheck().Check("s", cells, everybody, new HashSet<string>(StringComparer.Ordinal) { "key" }) is ReleaseResult.Refused refused ? refused.Reason : null;
        Assert.Null(Refusal(30, Cell("a", 20), Cell("b", 10)));
        Assert.Equal("few", Refusal(29, Cell("a", 20), Cell("b", 9)));
        Assert.Equal("difference", Refusal(31, Cell("a", 20), Cell("b", 10))); // the one that is left out is found by taking away
        Assert.Equal("join", Refusal(20, Cell("key", 20)));
        Assert.Equal("join", Refusal(20, Cell(Subject.Create(SubjectKind.Visitor).ToString(), 20)));
        Assert.Equal("twice", Refusal(40, Cell("a", 20), Cell("a", 20)));
    }

    [Fact]
    public void Adding_or_taking_one_person_never_shows_in_what_is_released() => Gen.Int[0, 40].List[1, 6].Sample(counts =>
    {
        var cells = counts.Select((n, i) => new StatisticCell(new Dictionary<string, string>(StringComparer.Ordinal) { ["of"] = $"{i}" }, n, n)).Where(c => c.Persons >= new ReleaseCheck().Fewest).ToList();
        if (new ReleaseCheck().Check("s", cells, counts.Sum(), new HashSet<string>(StringComparer.Ordinal)) is ReleaseResult.Released released)
            Assert.True(released.Statistic.Cells.All(c => c.Persons >= 10) && (counts.Sum() - released.Statistic.Cells.Sum(c => c.Persons)) is 0 or >= 10);
    });

    private static Task<IReadOnlyList<SweptPlace>> SweepAsync(TestSite site, bool dryRun = false, bool anyway = false) =>
        site.WithAsync<RetentionSweep, IReadOnlyList<SweptPlace>>(sweep => sweep.RunAsync(dryRun, anyway, TestContext.Current.CancellationToken));

    private static Task<int> EventsAsync(TestSite site, Browser browser) =>
        site.WithAsync<ConsentLedger, int>(async ledger => (await ledger.EventsOfAsync(new(SubjectKind.Visitor, Guid.ParseExact(browser.Cookies["__Host-qijian-visitor"], "N")), TestContext.Current.CancellationToken)).Count);

    private static List<string> Files(TestSite site) => [.. Directory.GetFiles(Path.Combine(site.Folder, "logs")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private static async Task<List<string>> LinesAsync(TestSite site)
    {
        await Task.Delay(200, TestContext.Current.CancellationToken); // the line is written when the answer is already there
        List<string> lines = [];
        foreach (var path in Directory.GetFiles(Path.Combine(site.Folder, "logs")))
        {
            using StreamReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line) lines.Add(line);
        }

        return lines;
    }
}
