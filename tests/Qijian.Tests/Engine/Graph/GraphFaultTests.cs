#pragma warning disable xUnit1051 // queries of microseconds
using CsCheck;
using Qijian.Engine.Graph;
using Qijian.Engine.Search;

namespace Qijian.Tests.Engine.Graph;

/// <summary>What registers hold by mistake, graphs that are large in one way, files that nobody finished, queries that nobody waits for.</summary>
public sealed class GraphFaultTests
{
    private static readonly DateTimeOffset Now = new(2025, 11, 26, 0, 0, 0, TimeSpan.Zero);

    private static readonly GraphQuery Patient = new() { Time = Timeout.InfiniteTimeSpan, HubDegree = int.MaxValue };

    [Fact]
    public void A_file_that_is_not_whole_is_refused_and_says_why()
    {
        using Folder folder = new();
        var path = folder.Of("relations.graph");
        Assert.Equal(OpenFailure.Missing, RelationGraph.Open(path).Failure);
        Star(20).Save(path, 7, Now);
        var whole = File.ReadAllBytes(path);
        Assert.Equal((OpenFailure.None, 7L, 20L), (RelationGraph.Open(path).Failure, RelationGraph.Open(path).Graph!.Current.Sequence, RelationGraph.Open(path).Graph!.Current.Edges));

        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Int[1, 255], Gen.Bool).Sample((at, flip, cut) =>
        {
            var bytes = cut ? whole[..at] : [.. whole];
            if (!cut)
                bytes[at] ^= (byte)flip;
            File.WriteAllBytes(path, bytes);
            var opened = RelationGraph.Open(path);
            return opened.Graph is null && opened.Failure != OpenFailure.None;
        }, iter: 500, threads: 1);

        var other = whole.ToArray();
        other[8]++;
        Assert.Equal(OpenFailure.OtherVersion, Opened(other));
        Assert.Equal(OpenFailure.NotAnIndex, Opened([.. Enumerable.Repeat((byte)'x', 5000)]));
        Assert.Equal(OpenFailure.Truncated, Opened(whole[..^1]));
        Assert.Equal(OpenFailure.Truncated, Opened([]));
        other = whole.ToArray();
        other[100]++;
        Assert.Equal(OpenFailure.Damaged, Opened(other));

        OpenFailure Opened(byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            return RelationGraph.Open(path).Failure;
        }
    }

    [Fact]
    public async Task Two_that_save_at_once_leave_one_whole_file_and_nothing_else()
    {
        using Folder folder = new();
        var path = folder.Of("relations.graph");
        await Task.WhenAll(Enumerable.Range(1, 8).Select(i => Task.Run(() => Star(i).Save(path, i, Now))));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        var graph = RelationGraph.Open(path).Graph!.Current;
        Assert.Equal(graph.Sequence, graph.Edges);
    }

    [Fact]
    public void A_newer_base_drops_what_it_covers_and_keeps_what_came_later()
    {
        using Folder folder = new();
        var path = folder.Of("relations.graph");
        Star(3).Save(path, 1, Now);
        var graph = RelationGraph.Open(path).Graph!;
        graph.Apply(new GraphChange { RemovedEdges = [new EdgeKey(1, 0, EdgeKind.Share)] }, 2);
        graph.Apply(new GraphChange { Nodes = [new GraphNode(50, NodeKind.Company)], AddedEdges = [new GraphEdge(0, 50, EdgeKind.Branch)] }, 3);
        var held = graph.Current;

        // The first change is in the newer base, the second is not.
        GraphBuilder builder = new();
        foreach (var node in held.AllNodes().Where(n => n.Id != 50))
            builder.Add(node);
        foreach (var edge in held.AllEdges().Where(e => e.To != 50))
            builder.Add(edge);
        builder.Save(path, 2, Now);
        Assert.Equal(OpenFailure.None, graph.Replace(path));
        Assert.Equal((3L, 3L, 2), (graph.Current.Sequence, graph.Current.Edges, graph.Current.Changed));
        Assert.Equal(held.AllEdges().OrderBy(e => (e.From, e.To)), graph.Current.AllEdges().OrderBy(e => (e.From, e.To)));

        Star(9).Save(path, 1, Now);
        Assert.Equal(OpenFailure.Older, graph.Replace(path));
        File.WriteAllText(path, "half a file");
        Assert.Equal(OpenFailure.Truncated, graph.Replace(path));
        Assert.Equal(3L, graph.Current.Edges);
    }

    [Fact]
    public async Task While_changes_come_in_every_query_sees_whole_changes_and_nothing_else()
    {
        // Change n gives the company another owner with a whole share: a query that saw half of one would find none or two.
        var graph = RelationGraph.Of(Star(1), 0, Now);
        graph.Apply(new GraphChange { Nodes = [.. Enumerable.Range(100, 100).Select(i => new GraphNode(i, NodeKind.Person))], RemovedEdges = [new EdgeKey(1, 0, EdgeKind.Share)], AddedEdges = [new GraphEdge(100, 0, EdgeKind.Share, Share.Exact(Share.Whole))] }, 1);
        using CancellationTokenSource done = new();
        var reads = 0;
        var reader = Task.Factory.StartNew(() =>
        {
            while (!done.IsCancellationRequested)
            {
                var snapshot = graph.Current;
                var owner = Assert.Single(snapshot.OwnersOf(0, query: Patient).Holders);
                Assert.Equal(1, owner.Interest.Low);
                Assert.Equal(owner.Id, Assert.Single(snapshot.RelationsOf(0)).From);
                Interlocked.Increment(ref reads);
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        for (var i = 0; (i < 2000 || Volatile.Read(ref reads) < 50) && !reader.IsFaulted; i++)
            graph.Apply(new GraphChange { RemovedEdges = [new EdgeKey(100 + (i % 100), 0, EdgeKind.Share)], AddedEdges = [new GraphEdge(100 + ((i + 1) % 100), 0, EdgeKind.Share, Share.Exact(Share.Whole))] }, i + 2);
        await done.CancelAsync();
        await reader;
    }

    [Fact]
    public void Faulty_relations_are_left_out_and_counted()
    {
        GraphBuilder builder = new();
        builder.Add(new GraphNode(1, NodeKind.Person));
        builder.Add(new GraphNode(2, NodeKind.Company));
        Assert.Equal(EdgeFault.None, builder.Add(new GraphEdge(1, 3, EdgeKind.Share))); // it may come yet
        Assert.Equal(EdgeFault.MissingParty, builder.Add(new GraphEdge(-1, 2, EdgeKind.Share)));
        Assert.Equal(EdgeFault.Share, builder.Add(new GraphEdge(1, 2, EdgeKind.Share, Share.Exact(1_000_001))));
        Assert.Equal(EdgeFault.Share, builder.Add(new GraphEdge(1, 2, EdgeKind.Share, Share.Exact(-1))));
        Assert.Equal(EdgeFault.Share, builder.Add(new GraphEdge(1, 2, EdgeKind.Share, Share.Range(500_000, 250_000))));
        Assert.Equal(EdgeFault.Kind, builder.Add(new GraphEdge(1, 2, (EdgeKind)32)));
        Assert.Equal(EdgeFault.Kind, builder.Add(new GraphEdge(1, 2, EdgeKind.Director, Share.Exact(1))));
        var graph = RelationGraph.Of(builder, 1, Now);
        Assert.Equal((0L, 2, 3, 2), (graph.Current.Edges, builder.Faults[EdgeFault.MissingParty], builder.Faults[EdgeFault.Share], builder.Faults[EdgeFault.Kind]));
        var faults = graph.Apply(new GraphChange { AddedEdges = [new GraphEdge(1, 3, EdgeKind.Share), new GraphEdge(1, 2, EdgeKind.Share, Share.Exact(-5)), new GraphEdge(1, 2, EdgeKind.Share, Share.Exact(5))] }, 2);
        Assert.Equal([EdgeFault.MissingParty, EdgeFault.Share], faults.Select(f => f.Fault));
        Assert.Equal(1L, graph.Current.Edges);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Add(new GraphNode(-1, NodeKind.Company)));
    }

    [Fact]
    public void Nothing_is_a_graph_too()
    {
        var graph = RelationGraph.Empty(new DateOnly(2025, 11, 26)).Current;
        Assert.Equal((0, 0L, 0), (graph.Nodes, graph.Edges, graph.Components().Count));
        Assert.Empty(graph.Loops());
        Assert.Empty(graph.Importance().All());
        Assert.Empty(graph.AllBeneficialOwners());
        Assert.Equal([1, 2], graph.ShortestPath(1, 2).Missing);
    }

    [Fact]
    public void Ten_thousand_owners_are_added_up()
    {
        var graph = RelationGraph.Of(Star(10_000), 1, Now).Current;
        var answer = graph.OwnersOf(0, 1, Patient);
        Assert.Equal((10_000, false), (answer.Holders.Count, answer.Truncated));
        Assert.Equal(1, answer.Holders.Sum(h => h.Interest.Low), 1e-9);
        Assert.Empty(graph.BeneficialOwnersOf(0, query: Patient).Owners);
        Assert.Equal(10_000, graph.BeneficialOwnersOf(0, 0.0001, 1, Patient).Owners.Count);
    }

    [Fact]
    public void A_chain_of_five_hundred_companies_leads_to_its_owner()
    {
        GraphBuilder builder = new();
        for (var i = 0; i <= 500; i++)
            builder.Add(new GraphNode(i, i == 500 ? NodeKind.Person : NodeKind.Company));
        for (var i = 0; i < 500; i++)
            builder.Add(new GraphEdge(i + 1, i, EdgeKind.Share, Share.Exact(999_000)));
        var graph = RelationGraph.Of(builder, 1, Now).Current;
        var owner = graph.OwnersOf(0, 1, Patient).Holders.Single(h => h.Id == 500);
        Assert.Equal(Math.Pow(0.999, 500), owner.Interest.Low, 1e-9);
        Assert.Equal(501, Assert.Single(owner.Chains).Parties.Count);
        var beneficial = Assert.Single(graph.BeneficialOwnersOf(0, query: Patient).Owners);
        Assert.Equal((500, 1.0, true), (beneficial.Id, beneficial.Control.Low, beneficial.ByControl));
        Assert.Equal(500, graph.HoldingsOf(500, 0, Patient).Holders.Count);
        Assert.Equal(new Neighbour(500, 500), graph.Neighbourhood(0, 500, Patient).Neighbours[^1]);
    }

    [Fact]
    public void A_loop_larger_than_what_is_eliminated_is_pushed_to_the_same_answer()
    {
        // Three hundred companies in a circle, each 90 % owned by the next and 10 % by a person.
        const int Count = 300;
        GraphBuilder builder = new();
        for (var i = 0; i < Count; i++)
        {
            builder.Add(new GraphNode(i, NodeKind.Company));
            builder.Add(new GraphNode(Count + i, NodeKind.Person));
            builder.Add(new GraphEdge((i + 1) % Count, i, EdgeKind.Share, Share.Exact(900_000)));
            builder.Add(new GraphEdge(Count + i, i, EdgeKind.Share, Share.Exact(100_000)));
        }
        var graph = RelationGraph.Of(builder, 1, Now).Current;
        var answer = graph.OwnersOf(0, 0, Patient);
        var around = Math.Pow(0.9, Count);
        for (var i = 0; i < 20; i++)
            Assert.Equal(0.1 * Math.Pow(0.9, i) / (1 - around), answer.Holders.Single(h => h.Id == Count + i).Interest.Low, 1e-9);
        Assert.Equal((true, Count), (answer.Approximate, Assert.Single(answer.Loops).Count));
        Assert.Equal(around, answer.Self.Low, 1e-9);
        Assert.Equal(Math.Pow(0.9, 5) * 0.1, graph.HoldingsOf(Count + 5, 0, Patient).Holders.Single(h => h.Id == 0).Interest.Low, 1e-9);
    }

    [Fact]
    public void A_hub_of_sixty_thousand_is_named_not_passed_and_stops_nothing()
    {
        GraphBuilder builder = new();
        builder.Add(new GraphNode(0, NodeKind.Person));
        for (var i = 1; i <= 60_000; i++)
        {
            builder.Add(new GraphNode(i, NodeKind.Company));
            builder.Add(new GraphEdge(0, i, EdgeKind.Representative));
        }
        var graph = RelationGraph.Of(builder, 1, Now);
        var answer = graph.Current.ShortestPath(1, 2);
        Assert.Equal((0, 0, false), (answer.Paths.Count, Assert.Single(answer.Hubs), answer.Truncated));
        Assert.Equal([1, 0, 2], Assert.Single(graph.Current.ShortestPath(1, 2, query: Patient).Paths).Parties);
        Assert.Equal(60_001, graph.Current.Neighbourhood(0, 1, Patient).Neighbours.Count);
        var limited = graph.Current.Neighbourhood(0, 1, Patient, limit: 100);
        Assert.Equal((100, true), (limited.Neighbours.Count, limited.Truncated));
        graph.Apply(new GraphChange { RemovedEdges = [new EdgeKey(0, 1, EdgeKind.Representative)] }, 2);
        Assert.Equal(59_999, graph.Current.DegreeOf(0));
        graph.Apply(new GraphChange { RemovedNodes = [0] }, 3);
        Assert.Equal((0L, 60_000), (graph.Current.Edges, graph.Current.Components().Count));
    }

    [Fact]
    public void A_budget_that_is_used_up_is_said()
    {
        var graph = RelationGraph.Of(Mesh(40), 1, Now).Current;
        GraphQuery poor = new() { Steps = 100 };
        Assert.True(graph.AllPaths(0, 39, query: poor).Truncated);
        Assert.True(graph.ShortestPaths(0, 39, 1000, query: poor).Truncated);
        Assert.True(graph.Neighbourhood(0, 3, poor).Truncated);
        Assert.True(graph.OwnersOf(0, query: poor).Truncated);
        Assert.True(graph.HoldingsOf(0, query: poor).Truncated);
        Assert.True(graph.BeneficialOwnersOf(0, query: poor).Truncated);
        Assert.True(graph.CirclesThrough(0, query: poor).Truncated);
        var all = graph.AllPaths(0, 39, limit: 10, query: Patient);
        Assert.Equal((10, true), (all.Paths.Count, all.Truncated));
        // 40 companies that all own each other have billions of paths: the time ends it.
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.True(graph.AllPaths(0, 39, limit: int.MaxValue, query: new GraphQuery { Steps = int.MaxValue, Time = TimeSpan.FromMilliseconds(50) }).Truncated);
        Assert.InRange(watch.ElapsedMilliseconds, 0, 5000);
    }

    [Fact]
    public async Task A_cancelled_query_stops_in_the_middle()
    {
        var graph = RelationGraph.Of(Mesh(60), 1, Now).Current;
        GraphQuery endless = new() { Steps = int.MaxValue, Time = Timeout.InfiniteTimeSpan };
        using CancellationTokenSource source = new(TimeSpan.FromMilliseconds(30));
        await Assert.ThrowsAsync<OperationCanceledException>(() => Task.Run(() => graph.AllPaths(0, 59, query: endless, limit: int.MaxValue, ct: source.Token), TestContext.Current.CancellationToken));
        Action<CancellationToken>[] queries =
        [
            ct => graph.ShortestPath(0, 1, ct: ct), ct => graph.Neighbourhood(0, 1, ct: ct), ct => graph.OwnersOf(0, ct: ct), ct => graph.BeneficialOwnersOf(0, ct: ct), ct => graph.Components(ct: ct), ct => graph.Loops(ct: ct),
            ct => graph.Importance(ct: ct), ct => graph.Matrix([0, 1], ct: ct), ct => graph.CirclesThrough(0, ct: ct),
        ];
        Assert.All(queries, q => Assert.Throws<OperationCanceledException>(() => q(source.Token)));
        // A query after a cancelled one has a budget of its own.
        Assert.Single(graph.ShortestPath(0, 1, ct: TestContext.Current.CancellationToken).Paths);
    }

    [Fact]
    public void A_matrix_has_at_most_two_hundred_parties()
    {
        var graph = RelationGraph.Of(Star(300), 1, Now).Current;
        Assert.Equal(199 * 200 / 2, graph.Matrix([.. Enumerable.Range(0, 200)]).Cells.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.Matrix([.. Enumerable.Range(0, 201)]));
    }

    [Fact]
    public void The_same_relations_give_the_same_file()
    {
        using MemoryStream first = new(), second = new();
        Mesh(30).Write(first, 1, Now);
        Mesh(30).Write(second, 1, Now);
        Assert.Equal(first.ToArray(), second.ToArray());
    }

    private static GraphBuilder Star(int owners)
    {
        GraphBuilder builder = new();
        builder.Add(new GraphNode(0, NodeKind.Company));
        for (var i = 1; i <= owners; i++)
        {
            builder.Add(new GraphNode(i, NodeKind.Person));
            builder.Add(new GraphEdge(i, 0, EdgeKind.Share, Share.Exact(Share.Whole / owners)));
        }
        return builder;
    }

    /// <summary>Companies that all own a little of each other.</summary>
    private static GraphBuilder Mesh(int companies)
    {
        GraphBuilder builder = new();
        for (var i = 0; i < companies; i++)
        {
            builder.Add(new GraphNode(i, NodeKind.Company));
            for (var j = 0; j < companies; j++)
            {
                if (i != j)
                    builder.Add(new GraphEdge(i, j, EdgeKind.Share, Share.Exact(900_000 / companies)));
            }
        }
        return builder;
    }

    private sealed class Folder : IDisposable
    {
        private readonly string path = Directory.CreateTempSubdirectory("qijian-").FullName;

        public string Of(string name) => Path.Combine(path, name);

        public void Dispose() => Directory.Delete(path, recursive: true);
    }
}
