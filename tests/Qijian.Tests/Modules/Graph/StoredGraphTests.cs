using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Qijian.Engine.Graph;
using Qijian.Modules.Graph;
using Qijian.Modules.Registry;
using Qijian.Platform.Data;

namespace Qijian.Tests.Modules.Graph;

/// <summary>The graph beside the database: built, followed, kept, and built anew where what is kept is of no use.</summary>
public sealed class StoredGraphTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string PathOf(TestSite site) => Path.Combine(site.Folder, "index", "relations.graph");

    /// <summary>All relations in words that do not depend on how parties are numbered, weak ones too; what only one party has left is none.</summary>
    internal static List<string> Edges(StoredGraph store)
    {
        var (graph, parties) = store.Current;
        var edges = graph.AllEdges().ToList();
        var members = edges.Where(e => e.Kind >= EdgeKind.PossiblySame).CountBy(e => e.To).ToDictionary();
        return [.. edges.Where(e => e.Kind < EdgeKind.PossiblySame || members[e.To] > 1).Select(e => $"{parties.KeyOf(e.From)} {parties.KeyOf(e.To)} {e.Kind} {e.Share} {e.Since} {e.Until} {(graph.TryFind(e.From, out var from) ? from.Kind : null)}").Order(StringComparer.Ordinal)];
    }

    /// <summary>The same of a graph that is built anew from the database of a site.</summary>
    internal static async Task<List<string>> BuiltAnewAsync(TestSite site)
    {
        var folder = Directory.CreateTempSubdirectory("qijian-");
        var edges = await OnAnotherAsync(site, folder.FullName, async store =>
        {
            await store.RunAsync(Ct);
            return Edges(store);
        });
        folder.Delete(recursive: true);
        return edges;
    }

    private static Task<T> OnAnotherAsync<T>(TestSite site, string folder, Func<StoredGraph, Task<T>> act) =>
        site.WithAsync<IServiceProvider, T>(async services =>
        {
            using var store = ActivatorUtilities.CreateInstance<StoredGraph>(services, new DataFolder(folder));
            return await act(store);
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Followed_through_imports_it_is_what_it_would_be_built_anew(bool postgres)
    {
        await using var site = new DrawnSite(await TestSite.StartAsync(postgres));
        var kept = Directory.CreateTempSubdirectory("qijian-");
        await OnAnotherAsync(site.Site, kept.FullName, async store =>
        {
            await store.RunAsync(Ct);
            string[] snapshots =
            [
                "A: H 60, 张三 40 | 张三 法定代表人 # 福州市鼓楼区东街1号\nB: H 30, ? 20, ? 10, =海外控股有限责任公司 5 # 厦门市某路2号",
                "A: H 51, 李四 49 | 李四 法定代表人 # 厦门市某路2号\nB: H 30, ? 20\nC: B 70 | 李四 法定代表人", // an owner gone, another come, one unnamed less, the address moved
                "A: A 10, B 20, H 51@2010-01-01~2020-01-01\nB: A 100@2030-01-01~\nH: 王五 100 / C\nD # 福州市鼓楼区东街1号",
                "A | 张三 董事长, 张三 法定代表人, 李四 监事 < C # 福州市鼓楼区东街1号\nE # 厦门市某路2号 | 张三 经理",
            ];
            foreach (var snapshot in snapshots)
            {
                await site.ImportAsync(snapshot);
                await store.FollowAsync(Ct);
                var built = await BuiltAnewAsync(site.Site);
                Assert.NotEmpty(built);
                Assert.Equal(built, Edges(store));
            }

            Assert.Contains(Edges(store), e => e.Contains(nameof(EdgeKind.SameAddress), StringComparison.Ordinal));
            return true;
        });
        kept.Delete(recursive: true);
    }

    [Fact]
    public async Task The_sample_is_followed_out_and_a_register_in()
    {
        await using var site = await DrawnSite.OfAsync("A: H 60, 张三 40");
        Assert.Equal(["H 60 Filed", "张三 40 Filed"], DrawnSite.Short(await site.OwnersAsync("A")));
        var edges = await site.Site.WithAsync<StoredGraph, List<string>>(store => Task.FromResult(Edges(store)));
        Assert.Equal(2, edges.Count);
    }

    [Fact]
    public async Task A_saved_graph_is_opened_and_catches_up()
    {
        await using var site = await DrawnSite.OfAsync("A: H 60");
        var built = await site.Site.WithAsync<StoredGraph, DateTimeOffset>(store => Task.FromResult(store.Current.Graph.BuiltAt));
        var (folder, index) = (Directory.CreateTempSubdirectory("qijian-"), "index");
        File.Copy(PathOf(site.Site), Path.Combine(folder.CreateSubdirectory(index).FullName, "relations.graph"));
        await site.ImportAsync("A: H 61");
        Assert.Equal((built, 61), await OnAnotherAsync(site.Site, folder.FullName, async store =>
        {
            await store.RunAsync(Ct);
            var edge = Assert.Single(store.Current.Graph.AllEdges(), e => e.Kind == EdgeKind.Share);
            return (store.Current.Graph.BuiltAt, edge.Share.Min / 10_000);
        }));
        folder.Delete(recursive: true);
    }

    public static TheoryData<string> Damages => ["missing", "empty", "truncated", "damaged", "other version", "of another registry"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task What_cannot_be_used_is_built_anew(string damage)
    {
        await using var site = await DrawnSite.OfAsync("A: H 60");
        var folder = Directory.CreateTempSubdirectory("qijian-");
        var path = Path.Combine(folder.CreateSubdirectory("index").FullName, "relations.graph");
        var bytes = await File.ReadAllBytesAsync(PathOf(site.Site), Ct);
        switch (damage)
        {
            case "missing": break;
            case "empty": await File.WriteAllBytesAsync(path, [], Ct); break;
            case "truncated": await File.WriteAllBytesAsync(path, bytes[..(bytes.Length / 2)], Ct); break;
            case "damaged":
                bytes[bytes.Length / 2] ^= 0x10;
                await File.WriteAllBytesAsync(path, bytes, Ct);
                break;
            case "other version":
                bytes[8]++;
                await File.WriteAllBytesAsync(path, bytes, Ct);
                break;
            default:
                GraphBuilder builder = new() { Attachment = PartyTable.Pack([], []) };
                builder.Add(new GraphNode(2, NodeKind.Company));
                builder.Save(path, 1_000_000, DateTimeOffset.UnixEpoch);
                break;
        }

        await OnAnotherAsync(site.Site, folder.FullName, async store =>
        {
            Assert.False(store.Ready);
            await store.RunAsync(Ct);
            Assert.True(store.Ready);
            Assert.Equal(60, Assert.Single(store.Current.Graph.AllEdges(), e => e.Kind == EdgeKind.Share).Share.Min / 10_000);
            return true;
        });
        Assert.Null(RelationGraph.Open(path).Graph is null ? "not saved" : null);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task After_many_changes_it_is_built_anew_beside_the_questions()
    {
        await using var site = await DrawnSite.OfAsync("A: H 60");
        var folder = Directory.CreateTempSubdirectory("qijian-");
        await OnAnotherAsync(site.Site, folder.FullName, async store =>
        {
            await store.RunAsync(Ct);
            store.Saved.LeastToRebuild = 20;
            var before = store.Current.Graph.BuiltAt;
            await site.ImportAsync(string.Join('\n', Enumerable.Range(0, 100).Select(i => $"A{(char)('A' + (i / 26))}{(char)('A' + (i % 26))}: A 50")));
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            while (store.Current.Graph.BuiltAt == before || store.Current.Graph.Changed > 0)
            {
                // There from the first round on, whichever part has them.
                await store.FollowAsync(limit.Token);
                Assert.Equal(101, store.Current.Graph.Edges);
                await Task.Delay(20, limit.Token);
            }

            await store.Saved.Rebuilding;
            return true;
        });
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task While_it_is_not_open_pages_and_answers_say_that_it_will_be()
    {
        await using var site = await TestSite.StartAsync(services => services.AddScoped<IRelationGraph, NotOpen>());
        await site.ImportAsync("a.jsonl", Drawn.File("A: H 60, 张三 40"));
        var (a, h) = (Drawn.Code("A"), Drawn.Code("H"));
        var person = (await site.WithAsync<AppDb, List<Qijian.Modules.Registry.Person>>(db => Task.FromResult(db.People.ToList())))[0].Id;
        foreach (var path in (string[])[$"/companies/{a}/structure", $"/companies/{a}/group", $"/people/{person}/structure", $"/relations?from={a}&to={h}", $"/relations/compare?first={a}&second={h}",
            $"/api/v1/companies/{a}/owners", $"/api/v1/companies/{a}/holdings", $"/api/v1/companies/{a}/beneficial-owners", $"/api/v1/companies/{a}/group", $"/api/v1/paths?from={a}&to={h}", $"/api/v1/compare?first={a}&second={h}", $"/api/v1/people/{person}/namesakes"])
            Assert.Equal((path, HttpStatusCode.ServiceUnavailable), (path, (await site.Client.GetAsync(path, Ct)).StatusCode));
        using var matrix = await site.Client.PostAsync("/api/v1/relation-matrix", new StringContent($$"""{"parties":["{{a}}","{{h}}"]}""", System.Text.Encoding.UTF8, "application/json"), Ct);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, matrix.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await site.Client.GetAsync($"/companies/{a}", Ct)).StatusCode); // the rest goes on
    }

    // Answers nothing: who asks it before it is ready fails the test.
    private sealed class NotOpen : IRelationGraph
    {
        public bool Ready => false;

        public Task<PartyLookup> FindAsync(string id, CancellationToken ct) => throw new InvalidOperationException();
        public Task<OwnershipView> OwnersAsync(GraphParty company, OwnershipRequest request, CancellationToken ct) => throw new InvalidOperationException();
        public Task<OwnershipView> HoldingsAsync(GraphParty owner, OwnershipRequest request, CancellationToken ct) => throw new InvalidOperationException();
        public Task<BeneficialView> BeneficialOwnersAsync(GraphParty company, decimal threshold, DateOnly? day, CancellationToken ct) => throw new InvalidOperationException();
        public Task<PathsView> PathsAsync(GraphParty from, GraphParty to, PathRequest request, CancellationToken ct) => throw new InvalidOperationException();
        public Task<MatrixView> MatrixAsync(IReadOnlyList<string> inputs, PathRequest request, IProgress<MatrixProgress>? progress, CancellationToken ct) => throw new InvalidOperationException();
        public Task<GroupView> GroupAsync(GraphParty company, DateOnly? day, CancellationToken ct) => throw new InvalidOperationException();
        public Task<ComparisonView> CompareAsync(GraphParty first, GraphParty second, DateOnly? day, CancellationToken ct) => throw new InvalidOperationException();
        public Task<NamesakesView> NamesakesAsync(GraphParty person, CancellationToken ct) => throw new InvalidOperationException();
    }

    [Fact]
    public async Task An_import_ends_with_the_graph_saved()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await site.ImportAsync("a.jsonl", Drawn.File("A: H 60, 张三 40"));
        var sequence = await site.WithAsync<ICompanyFeed, long>(feed => feed.SequenceAsync(Ct));
        Assert.Equal((sequence, 2L), RelationGraph.Open(PathOf(site)).Graph!.Current is var saved ? (saved.Sequence, saved.Edges) : default);
    }
}
