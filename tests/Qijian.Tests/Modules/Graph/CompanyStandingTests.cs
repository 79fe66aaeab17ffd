using Qijian.Modules.Graph;
using Qijian.Modules.Search;

namespace Qijian.Tests.Modules.Graph;

/// <summary>What connections count for in the order of results.</summary>
public sealed class CompanyStandingTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // H is on file last, and no older or larger than the others.
    private const string Drawing = "A\nB\nC: H 60, 张三 10\nD: H 60\nE: H 60\nF: H 60 | 李四 董事\nH";

    private static async Task<List<string>> OrderAsync(TestSite site) =>
        [.. (await site.WithAsync<ICompanySearch, SearchPage>(s => s.SearchAsync(new() { Text = "示例" }, Ct))).Hits.Select(h => h.Company.Name![..1])];

    [Fact]
    public async Task Of_companies_alike_the_better_connected_stand_first()
    {
        await using var site = await TestSite.StartAsync();
        await site.ImportAsync("a.jsonl", Drawn.File(Drawing));
        await site.WithAsync<EmbeddedSearch, bool>(s => s.FollowAsync(Ct));
        Assert.Equal(["H", "C", "F"], (await OrderAsync(site)).Take(3));
        // So does what changes later, by what was known when the graph was built.
        await site.ImportAsync("b.jsonl", Drawn.File("H | 王五 董事"));
        Assert.Equal("H", (await OrderAsync(site))[0]);
    }

    [Fact]
    public async Task The_table_in_PostgreSQL_has_the_same_order()
    {
        await using var site = await TestSite.StartAsync(postgres: true, serve: false, settings: "--Search:Engine=PostgreSql");
        await site.ImportAsync("a.jsonl", Drawn.File(Drawing));
        await site.WithAsync<PostgresSearch, int>(async s =>
        {
            await s.RunAsync(Ct);
            return 0;
        });
        Assert.Equal(["H", "C", "F"], (await OrderAsync(site)).Take(3));
    }

    [Theory, InlineData(null), InlineData(0), InlineData(3)]
    public async Task A_file_that_is_missing_or_cut_off_changes_the_order_alone(int? length)
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await site.ImportAsync("a.jsonl", Drawn.File(Drawing));
        var path = Path.Combine(site.Folder, "index", "standing");
        if (length is { } bytes) await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path, Ct))[..bytes], Ct);
        else File.Delete(path);
        var standing = await site.WithAsync<CompanyStanding, Func<int, int>>(s => Task.FromResult(s.Now()));
        Assert.All(Enumerable.Range(length ?? 0, 20).Append(-1).Append(int.MaxValue), number => Assert.Equal(0, standing(number)));
        await site.WithAsync<EmbeddedSearch, int>(async s =>
        {
            await s.RunAsync(Ct);
            return 0;
        });
        Assert.Equal(7, (await OrderAsync(site)).Count);
        // It is made anew with the graph's next opening.
        await site.WithAsync<StoredGraph, int>(async g =>
        {
            File.SetLastWriteTimeUtc(Path.Combine(site.Folder, "index", "relations.graph"), TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1));
            await g.RunAsync(Ct);
            return 0;
        });
        Assert.Contains(Enumerable.Range(0, 20), number => site.WithAsync<CompanyStanding, int>(s => Task.FromResult(s.Now()(number))).GetAwaiter().GetResult() > 0);
    }
}
