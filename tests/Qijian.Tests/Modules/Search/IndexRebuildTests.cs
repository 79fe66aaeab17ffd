using Qijian.Modules.Search;

namespace Qijian.Tests.Modules.Search;

public sealed class IndexRebuildTests
{
    [Fact]
    public async Task After_many_changes_the_index_is_built_anew_beside_the_searches()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var site = await TestSite.StartAsync();
        await site.WithAsync<EmbeddedSearch, bool>(async search =>
        {
            search.Saved.LeastToRebuild = 20;
            var before = search.Current.BuiltAt;
            await site.ImportAsync("many.csv", "name\n" + string.Concat(Enumerable.Range(1, 300).Select(i => $"重建第{i}示例有限公司\n")));
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            while (search.Current.BuiltAt == before || search.Current.Changed > 0)
            {
                // Found from the first round on, whichever part of the index has it.
                await search.FollowAsync(limit.Token);
                Assert.Equal(300, (await search.SearchAsync(new() { Text = "重建第 示例", Facets = false }, limit.Token)).Total);
                await Task.Delay(20, limit.Token);
            }

            Assert.Equal(1, search.Current.Segments);
            Assert.Equal(300, (await search.SearchAsync(new() { Text = "重建第 示例" }, ct)).Total);
            return true;
        });
    }
}
