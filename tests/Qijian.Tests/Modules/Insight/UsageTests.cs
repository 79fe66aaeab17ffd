using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Insight;
using Qijian.Modules.Privacy;
using Qijian.Tests.Modules.Privacy;

namespace Qijian.Tests.Modules.Insight;

public sealed class UsageTests
{
    private readonly FakeTimeProvider clock = new(new(2026, 11, 26, 1, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_who_agreed_are_a_figure_and_nobody_else_is_counted()
    {
        await using var site = await StartAsync();
        foreach (var i in Enumerable.Range(0, 10))
        {
            Browser agreed = new(site), declined = new(site), silent = new(site);
            await agreed.PressAsync("/privacy/choices", Purpose.ServiceImprovement.Id, "agree");
            await declined.PressAsync("/privacy/choices", Purpose.ServiceImprovement.Id, "decline");
            foreach (var visitor in (Browser[])[agreed, declined, silent]) await visitor.GetAsync(i % 2 == 0 ? "/search?q=a" : "/en/search?q=a");
            if (i < 9) await agreed.GetAsync("/statistics"); // nine: one too few
        }

        await NextDayAsync(site);
        Assert.Equal([(new DateOnly(2026, 11, 26), Feature.CompanySearch.Id, 10)], (await RowsAsync(site)).Where(r => r.Feature == Feature.CompanySearch.Id));
        Assert.DoesNotContain(await RowsAsync(site), r => r.Feature == Feature.ImprovementStatistics.Id);
        var page = await site.Client.GetStringAsync("/statistics", Ct);
        Assert.Contains("查询企业与输入提示", page, StringComparison.Ordinal);
        Assert.DoesNotContain("使用次数统计", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_person_counts_twenty_times_at_most_and_not_after_withdrawing()
    {
        await using var site = await StartAsync();
        List<Browser> visitors = [.. Enumerable.Range(0, 11).Select(_ => new Browser(site))];
        foreach (var visitor in visitors)
        {
            await visitor.PressAsync("/privacy/choices", Purpose.ServiceImprovement.Id, "agree");
            await visitor.GetAsync("/search");
        }

        for (var i = 0; i < 30; i++) await visitors[0].GetAsync("/search");
        await visitors[1].PressAsync("/privacy/choices", Purpose.ServiceImprovement.Id, "decline");
        for (var i = 0; i < 5; i++) await visitors[1].GetAsync("/search");
        await NextDayAsync(site);
        Assert.Equal(20 + 10, (await RowsAsync(site)).Single(r => r.Feature == Feature.CompanySearch.Id).Uses);
    }

    [Fact]
    public async Task A_day_with_few_persons_leaves_nothing_and_says_so()
    {
        await using var site = await StartAsync();
        Browser visitor = new(site);
        await visitor.PressAsync("/privacy/choices", Purpose.ServiceImprovement.Id, "agree");
        await visitor.GetAsync("/search");
        await NextDayAsync(site);
        Assert.Empty(await RowsAsync(site));
        Assert.Empty(await site.WithAsync<UsageCounts, IReadOnlyList<UsageOfDay>>(c => Task.FromResult(c.TakeFinished())));
        Assert.Contains("还没有可以公布的数字", await site.Client.GetStringAsync("/statistics", Ct), StringComparison.Ordinal);
        Assert.Contains("no figures to publish yet", await site.Client.GetStringAsync("/en/statistics", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Those_left_over_when_the_figures_are_taken_from_the_whole_are_protected_too()
    {
        await using var site = await StartAsync();
        List<Browser> visitors = [.. Enumerable.Range(0, 13).Select(_ => new Browser(site))];
        foreach (var visitor in visitors) await visitor.PressAsync("/privacy/choices", Purpose.ServiceImprovement.Id, "agree");
        await NextDayAsync(site);
        Assert.Equal([Feature.PrivacyCenter.Id], (await RowsAsync(site)).Select(r => r.Feature));
        // The next day eleven search and two do not: taken from the thirteen, the figure would tell of the two.
        for (var i = 0; i < 13; i++) await visitors[i].GetAsync(i < 11 ? "/search" : "/reconcile");
        await NextDayAsync(site);
        Assert.Equal([Feature.PrivacyCenter.Id], (await RowsAsync(site)).Select(r => r.Feature));
    }

    private Task<TestSite> StartAsync() => TestSite.StartAsync(s => s.AddSingleton<TimeProvider>(clock));

    private async Task NextDayAsync(TestSite site)
    {
        clock.Advance(TimeSpan.FromHours(24));
        await site.WithAsync<ReleaseUsage, bool>(async r =>
        {
            await r.RunAsync(Ct);
            return true;
        });
    }

    private static Task<List<(DateOnly Day, string Feature, int Uses)>> RowsAsync(TestSite site) =>
        site.WithAsync<AppDb, List<(DateOnly, string, int)>>(async db => [.. (await db.FeatureUsage.ToListAsync(Ct)).Select(u => (u.Day, u.Feature, u.Uses))]);
}
