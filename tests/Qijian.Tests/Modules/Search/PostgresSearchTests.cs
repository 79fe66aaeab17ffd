using Microsoft.EntityFrameworkCore;
using Npgsql;
using Qijian.Modules.Registry;
using Qijian.Modules.Search;
using Qijian.Platform.Data;

namespace Qijian.Tests.Modules.Search;

/// <summary>What only the table in PostgreSQL does; what every implementation does is in <see cref="CompanySearchTests"/>.</summary>
public sealed class PostgresSearchTests
{
    private const string Rows = "name,uscc\n甲新来示例有限公司,91993201MA0000015N\n乙新来示例有限公司,91994402MA000012XW\n";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<TestSite> StartAsync() => TestSite.StartAsync(postgres: true, settings: "--Search:Engine=PostgreSql");

    [Fact]
    public async Task On_SQLite_the_engine_is_refused_in_words_that_say_what_to_set()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("QIJIAN_TEST_DATABASE") is "PostgreSql", "every site of this run is on PostgreSQL");
        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => TestSite.StartAsync(settings: "--Search:Engine=PostgreSql"));
        Assert.Contains("Database:Provider", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Embedded", (await Assert.ThrowsAsync<ConfigurationException>(() => TestSite.StartAsync(settings: "--Search:Engine=odd"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_engine_there_is_no_table()
    {
        await using var site = await TestSite.StartAsync(postgres: true);
        Assert.False(await AskAsync<bool>(site, "SELECT to_regclass('search_companies') IS NOT NULL AS \"Value\""));
    }

    [Fact]
    public async Task What_was_missed_while_nothing_followed_is_caught_up_at_the_next_start()
    {
        await using var site = await StartAsync();
        await site.ImportAsync("a.csv", Rows);
        Assert.Equal(2, await WaitAsync(site, 2));
        await RunAsync(site, "DELETE FROM search_companies; UPDATE search_state SET sequence = (SELECT min(sequence) - 1 FROM registry_changes)");
        await PrepareAsync(site);
        Assert.Equal(2, await CountAsync(site));
    }

    [Theory, InlineData("DROP TABLE search_companies, search_state"), InlineData("UPDATE search_state SET form = 0; DELETE FROM search_companies"), InlineData("DROP TABLE search_companies")]
    public async Task A_table_that_is_missing_or_of_another_form_is_made_anew(string harm)
    {
        await using var site = await StartAsync();
        await site.ImportAsync("a.csv", Rows);
        await RunAsync(site, harm);
        await PrepareAsync(site);
        Assert.Equal(2, await CountAsync(site));
    }

    [Fact]
    public async Task Two_processes_follow_one_table_and_each_change_is_applied_once()
    {
        await using var site = await StartAsync();
        await site.ImportAsync("a.csv", Rows);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PrepareAsync(site)));
        Assert.Equal(2, await WaitAsync(site, 2));
        Assert.Equal(await AskAsync<long>(site, "SELECT max(sequence) AS \"Value\" FROM registry_changes"), await AskAsync<long>(site, "SELECT sequence AS \"Value\" FROM search_state"));
    }

    [Fact]
    public async Task Texts_with_every_sign_come_back_as_they_were_filed()
    {
        await using var site = await StartAsync();
        await site.ImportAsync("a.jsonl", """{"name":"甲新来示例有限公司","creditCode":"91993201MA0000015N","englishName":"A \"quoted\" \\ back, {curly} 'single' | bar Co.","previousNames":[{"name":"旧名,\"有\"引号示例有限公司"}]}""");
        var english = await SearchAsync(site, "quoted back");
        Assert.Equal("A \"quoted\" \\ back, {curly} 'single' | bar Co.", Assert.Single(english.Hits).MatchedText);
        Assert.Equal("旧名,\"有\"引号示例有限公司", Assert.Single((await SearchAsync(site, "former:旧名有引号")).Hits).MatchedText);
    }

    private static Task<SearchPage> SearchAsync(TestSite site, string text) => site.WithAsync<ICompanySearch, SearchPage>(s => s.SearchAsync(new() { Text = text }, Ct));

    private static async Task<long> CountAsync(TestSite site) => (await SearchAsync(site, "新来")).Total;

    private static async Task<long> WaitAsync(TestSite site, long total)
    {
        for (var i = 0; i < 100 && await CountAsync(site) != total; i++) await Task.Delay(50, Ct);
        return await CountAsync(site);
    }

    private static Task PrepareAsync(TestSite site) => site.WithAsync<PostgresSearch, int>(async search =>
    {
        await search.RunAsync(Ct);
        return 0;
    });

    // The site goes on with its tables meanwhile: where two wait for each other, the server stops one, and it is tried again.
    private static async Task<int> RunAsync(TestSite site, string sql)
    {
        while (true)
        {
            try
            {
                return await site.WithAsync<AppDb, int>(db => db.Database.ExecuteSqlRawAsync(sql, Ct));
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DeadlockDetected)
            {
                await Task.Delay(10, Ct);
            }
        }
    }

    private static Task<T> AskAsync<T>(TestSite site, string sql) => site.WithAsync<AppDb, T>(db => db.Database.SqlQueryRaw<T>(sql).SingleAsync(Ct));
}
