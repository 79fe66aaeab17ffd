#pragma warning disable xUnit1051 // queries of microseconds
using CsCheck;
using Qijian.Engine.Graph;

namespace Qijian.Tests.Engine.Graph;

/// <summary>Every query against the plain implementation, on graphs built at once, built in part and changed after, and with wide rows.</summary>
public sealed class GraphModelTests
{
    private static readonly DateOnly Today = new(2025, 11, 26);

    private static readonly GraphQuery Patient = new() { Time = Timeout.InfiniteTimeSpan };

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static readonly Gen<Share> Shares = Gen.OneOf(
        Gen.Int[0, Share.Whole].Select(Share.Exact), Of(Share.Exact(500_000), Share.Exact(Share.Whole), Share.Exact(333_333), Share.Exact(250_000), Share.Exact(0)), Gen.Select(Gen.Int[0, 500_000], Gen.Int[0, 500_000], (a, b) => Share.Range(a, a + b)), Gen.Const(default(Share)));

    private static readonly Gen<DateOnly?> Days = Of<DateOnly?>(null, null, new(2001, 2, 3), new(2020, 5, 1), Today, Today.AddDays(1), new(2030, 1, 1));

    private static Gen<GraphEdge[]> Edges(int nodes, int most, Gen<EdgeKind> kinds, Gen<Share> shares, Gen<DateOnly?> days) =>
        Gen.Select(Gen.Int[0, nodes - 1], Gen.Int[0, nodes - 1], kinds, shares, days, days)
            .Select((from, to, kind, share, since, until) => new GraphEdge(IdOf(from), IdOf(to), kind, kind == EdgeKind.Share ? share : default, since, until)).Array[0, most];

    // Ids that are not dense, so that both tables of ids are met.
    private static int IdOf(int node) => node % 3 == 0 ? node * 1000 : node;

    private sealed record Sample(Dictionary<int, NodeKind> Nodes, GraphEdge[] Edges, int Built, int Seed)
    {
        public NaiveGraph Naive => new(Nodes, Edges, Today);

        public override string ToString() => string.Join("; ", Nodes.Select(n => $"{n.Key} {n.Value}")) + " / " + string.Join("; ", Edges.Select(e => $"{e.From}-{e.Kind} {e.Share.Min}..{e.Share.Max}->{e.To} {e.Since}..{e.Until}")) + $" / {Built} {Seed}";

        /// <summary>The graph built whole, narrow or wide; or of the first edges, with the others and some detours as changes.</summary>
        public GraphSnapshot Graph()
        {
            var changes = Seed % 3 == 0;
            GraphBuilder builder = new() { Wide = Seed % 2 == 0, Order = (NodeOrder)(Seed % 5 % 3) };
            foreach (var (id, kind) in Nodes.Skip(changes ? Built % 3 : 0))
                builder.Add(new GraphNode(id, kind));
            var late = Nodes.Keys.Take(changes ? Built % 3 : 0).ToHashSet();
            // A key is built whole or comes whole: the changes below remove by key.
            var built = Edges.Select((e, i) => (e, i)).Where(p => !changes || (p.i >= Built && !late.Contains(p.e.From) && !late.Contains(p.e.To))).Select(p => p.e).ToList();
            var keys = Edges.Except(built).Select(Key).ToHashSet();
            foreach (var edge in Edges.Where(e => !keys.Contains(Key(e))))
                builder.Add(edge);
            var graph = RelationGraph.Of(builder, 1, new DateTimeOffset(Today, TimeOnly.MinValue, TimeSpan.Zero));
            if (!changes)
                return graph.Current;
            var before = graph.Current;
            var (nodes, edges) = (before.Nodes, before.Edges);
            graph.Apply(new GraphChange { Nodes = [.. late.Select(id => new GraphNode(id, Nodes[id])), new GraphNode(777_777, NodeKind.Company)], AddedEdges = [.. Nodes.Keys.Select(id => new GraphEdge(id, 777_777, EdgeKind.Share, Share.Exact(1000)))] }, 2);
            foreach (var key in keys)
                graph.Apply(new GraphChange { RemovedEdges = [key], AddedEdges = [.. Edges.Where(e => Key(e) == key)] }, 3);
            graph.Apply(new GraphChange { RemovedNodes = [777_777, 888_888] }, 4);
            Assert.Equal((nodes, edges), (before.Nodes, before.Edges));
            return graph.Current;
        }

        private static EdgeKey Key(GraphEdge e) => new(e.From, e.To, e.Kind);
    }

    private static Gen<Sample> Samples(int most, Gen<EdgeKind> kinds, Gen<NodeKind> nodeKinds, Gen<Share> shares, Gen<DateOnly?> days) =>
        Gen.Int[1, most].SelectMany(n => Gen.Select(nodeKinds.Array[n], Edges(n, n * 3, kinds, shares, days), Gen.Int[0, n * 2], Gen.Int[0, 1000])
            .Select((nodes, edges, built, seed) => new Sample(nodes.Select((kind, i) => (IdOf(i), kind)).ToDictionary(p => p.Item1, p => p.kind), edges, built, seed)));

    private static readonly Gen<NodeKind> AnyNode = Of(NodeKind.Company, NodeKind.Company, NodeKind.Person, NodeKind.Person, NodeKind.Other, NodeKind.UnknownOwner);

    private static readonly Gen<Sample> Mixed = Samples(14, Of(EdgeKind.Share, EdgeKind.Share, EdgeKind.Director, EdgeKind.Branch, EdgeKind.Control, EdgeKind.SameAddress), AnyNode, Shares, Days);

    private static readonly Gen<GraphQuery> Queries = Gen.Select(Of(EdgeKinds.Strong, EdgeKinds.All, EdgeKinds.Share, EdgeKinds.Ownership), Of<DateOnly?>(null, null, Today, new(2010, 1, 1), new(2020, 5, 1), new(2028, 1, 1)), Gen.Bool, Of(int.MaxValue, 4, 2))
        .Select((kinds, day, ended, hub) => Patient with { Kinds = kinds, Day = day, Ended = ended, HubDegree = hub });

    private static void Check<T>(Gen<T> gen, Action<T> check, int iter = 1500) => gen.Sample(check, iter: Environment.GetEnvironmentVariable("QIJIAN_LONG") is "1" ? iter * 50 : iter, threads: 1);

    [Fact]
    public void What_goes_in_comes_out() => Check(Mixed, s =>
    {
        var graph = s.Graph();
        Assert.Equal(s.Nodes.OrderBy(n => n.Key).Select(n => new GraphNode(n.Key, n.Value)), graph.AllNodes().OrderBy(n => n.Id));
        Assert.Equal(Text(s.Edges), Text(graph.AllEdges()));
        Assert.Equal((s.Nodes.Count, (long)s.Edges.Length), (graph.Nodes, graph.Edges));
        Assert.All(s.Nodes, n => Assert.True(graph.TryFind(n.Key, out var found) && found.Kind == n.Value));
        Assert.False(graph.TryFind(1, out _) && !s.Nodes.ContainsKey(1));
        Assert.All(s.Nodes.Keys, id => Assert.Equal(s.Naive.DegreeOf(id), graph.DegreeOf(id)));
    });

    [Fact]
    public void Relations_of_a_party_and_between_two_are_those_that_hold() => Check(Gen.Select(Mixed, Queries), p =>
    {
        var (s, query) = p;
        var (graph, naive) = (s.Graph(), s.Naive);
        foreach (var id in s.Nodes.Keys)
        {
            Assert.Equal(Text(s.Edges.Where(e => (e.From == id || e.To == id) && naive.Walks(e, query))), Text(graph.RelationsOf(id, query)));
            Assert.Equal(Text(s.Edges.Where(e => e.From == id && naive.Walks(e, query))), Text(graph.RelationsOf(id, query, Direction.Down)));
            var other = s.Nodes.Keys.Last();
            Assert.Equal(Text(s.Edges.Where(e => ((e.From, e.To) == (id, other) || (e.From, e.To) == (other, id)) && naive.Walks(e, query))), Text(graph.Between(id, other, query)));
        }
    });

    [Fact]
    public void A_neighbourhood_has_each_party_at_its_distance() => Check(Gen.Select(Mixed, Queries, Gen.Int[0, 5], Of(Direction.Both, Direction.Up, Direction.Down)), p =>
    {
        var (s, query, steps, direction) = p;
        var (graph, naive) = (s.Graph(), s.Naive);
        foreach (var id in s.Nodes.Keys.Take(4))
        {
            var answer = graph.Neighbourhood(id, steps, query, direction);
            Assert.Equal(naive.Distances(id, query, direction, steps).Select(d => new Neighbour(d.Key, d.Value)).OrderBy(n => n.Id), answer.Neighbours.OrderBy(n => n.Id));
            Assert.False(answer.Truncated);
        }
    });

    [Fact]
    public void The_shortest_path_is_a_path_and_as_short_as_can_be() => Check(Gen.Select(Mixed, Queries, Gen.Int[1, 16]), p =>
    {
        var (s, query, most) = p;
        var (graph, naive) = (s.Graph(), s.Naive);
        var from = s.Nodes.Keys.First();
        var distances = naive.Distances(from, query);
        foreach (var to in s.Nodes.Keys)
        {
            var answer = graph.ShortestPath(from, to, most, query);
            var expected = distances.TryGetValue(to, out var d) && d <= most ? d : -1;
            Assert.Equal(expected, answer.Paths.Count == 0 ? -1 : answer.Paths[0].Length);
            Assert.All(answer.Paths, path => IsPath(naive, path, from, to, query));
            Assert.Equal(answer.Paths.Count > 0, graph.ShortestPath(to, from, most, query).Paths.Count > 0);
        }
    });

    [Fact]
    public void All_paths_are_all_paths() => Check(Gen.Select(Mixed, Queries, Gen.Int[1, 6]), p =>
    {
        var (s, query, most) = p;
        var (from, to) = (s.Nodes.Keys.First(), s.Nodes.Keys.Last());
        var answer = s.Graph().AllPaths(from, to, most, query);
        Assert.False(answer.Truncated);
        Assert.Equal(s.Naive.AllPaths(from, to, most, query).Select(p => string.Join(' ', p)).Order(StringComparer.Ordinal), answer.Paths.Select(p => string.Join(' ', p.Parties)).Order(StringComparer.Ordinal));
        Assert.Equal(answer.Paths.Select(p => p.Length).Order(), answer.Paths.Select(p => p.Length));
    });

    [Fact]
    public void The_best_paths_are_ranked_by_length_rarity_and_recency() => Check(Gen.Select(Mixed, Gen.Int[1, 8]), p =>
    {
        var (s, count) = p;
        var (from, to) = (s.Nodes.Keys.First(), s.Nodes.Keys.Last());
        var expected = s.Naive.Ranked(s.Naive.AllPaths(from, to, 6, Patient), Patient).Take(count).Select(p => string.Join(' ', p));
        Assert.Equal(expected, s.Graph().ShortestPaths(from, to, count, query: Patient).Paths.Select(p => string.Join(' ', p.Parties)));
    });

    [Fact]
    public void The_matrix_has_every_pair_with_its_distance() => Check(Gen.Select(Mixed, Queries), p =>
    {
        var (s, query) = p;
        int[] ids = [.. s.Nodes.Keys.Take(5), 999_999];
        var matrix = s.Graph().Matrix([.. ids, ids[0]], 4, query);
        Assert.Equal(ids.SelectMany((a, i) => ids.Skip(i + 1).Select(b => (a, b))), matrix.Cells.Select(c => (c.First, c.Second)));
        Assert.Equal([999_999], matrix.Missing);
        Assert.All(matrix.Cells, c => Assert.Equal(c.Second != 999_999 && s.Naive.Distances(c.First, query).TryGetValue(c.Second, out var d) && d <= 4 ? d : -1, c.Path?.Length ?? -1));
    }, 500);

    [Fact]
    public void Components_are_those_that_can_be_flooded() => Check(Gen.Select(Mixed, Queries), p =>
    {
        var (s, query) = p;
        var found = s.Graph().Components(query);
        var groups = s.Nodes.Keys.GroupBy(id => found.Of(id)!.Value).ToList();
        Assert.Equal(s.Naive.Components(query), string.Join('|', groups.Select(g => string.Join(' ', g.Order())).Order(StringComparer.Ordinal)));
        Assert.Equal((groups.Count, groups.Max(g => g.Count())), (found.Count, found.Largest));
        Assert.All(groups, g => Assert.Equal(g.Count(), found.SizeOf(g.Key)));
    });

    [Fact]
    public void Importance_is_that_of_the_plain_computation() => Check(Gen.Select(Mixed, Queries, Of(Direction.Both, Direction.Up, Direction.Down)), p =>
    {
        var (s, query, direction) = p;
        var found = s.Graph().Importance(query, direction, rounds: 5);
        Assert.All(s.Nodes.Keys.Order().Zip(s.Naive.PageRank(query, direction, 5)), e => Assert.Equal(e.Second, found.Of(e.First), 1e-12));
        Assert.Equal(1, found.All().Sum(a => a.Score), 1e-9);
    }, 300);

    private static readonly Gen<NodeKind> OwningNode = Of(NodeKind.Company, NodeKind.Company, NodeKind.Company, NodeKind.Person, NodeKind.UnknownOwner);

    private static readonly Gen<Sample> Exact = Samples(9, Gen.Const(EdgeKind.Share), OwningNode, Gen.OneOf(Gen.Int[1, 400_000].Select(Share.Exact), Of(Share.Exact(500_000), Share.Exact(Share.Whole), Share.Exact(1), Share.Exact(0))), Days);

    [Fact]
    public void Equity_upward_is_the_direct_solution() => Check(Exact, s =>
    {
        var (graph, (w, _, ids)) = (s.Graph(), s.Naive.Shares(Patient));
        for (var c = 0; c < ids.Length; c++)
        {
            var answer = graph.OwnersOf(ids[c], 0, Patient);
            var sum = answer.Remainder.High + answer.Circular;
            for (var o = 0; o < ids.Length; o++)
            {
                var expected = s.Nodes[ids[c]] is NodeKind.Company ? NaiveGraph.Reaching(w, o)[c] : 0;
                var actual = o == c ? answer.Self : answer.Holders.FirstOrDefault(h => h.Id == ids[o])?.Interest ?? default;
                Assert.Equal(expected, actual.Low, 1e-9);
                Assert.Equal(expected, actual.High, 1e-9);
                if (o != c && s.Nodes[ids[o]] is NodeKind.Person or NodeKind.UnknownOwner)
                    sum += actual.Low;
            }
            // What is owned by persons, unknown owners, loops and nobody on file makes up the whole.
            Assert.Equal(s.Nodes[ids[c]] is NodeKind.Company ? 1 : 0, sum, 1e-9);
        }
    });

    [Fact]
    public void Equity_downward_is_the_same_seen_from_above() => Check(Exact, s =>
    {
        var (graph, (w, _, ids)) = (s.Graph(), s.Naive.Shares(Patient));
        for (var o = 0; o < ids.Length; o++)
        {
            var answer = graph.HoldingsOf(ids[o], 0, Patient);
            var expected = NaiveGraph.Reaching(w, o);
            for (var c = 0; c < ids.Length; c++)
                Assert.Equal(expected[c], (c == o ? answer.Self : answer.Holders.FirstOrDefault(h => h.Id == ids[c])?.Interest ?? default).Low, 1e-9);
        }
    });

    private static readonly Gen<Sample> Ranged = Samples(7, Of(EdgeKind.Share, EdgeKind.Share, EdgeKind.Share, EdgeKind.Control), OwningNode, Shares, Of<DateOnly?>(null, null));

    [Fact]
    public void Whatever_the_shares_are_within_their_ranges_interests_are_within_theirs() => Check(Gen.Select(Ranged, Gen.Int), p =>
    {
        var (s, seed) = p;
        var (graph, (low, high, ids)) = (s.Graph(), s.Naive.Shares(Patient));
        Random random = new(seed);
        var w = new double[ids.Length, ids.Length];
        for (var c = 0; c < ids.Length; c++)
        {
            var left = 1 - Enumerable.Range(0, ids.Length).Sum(o => low[o, c]);
            foreach (var o in Enumerable.Range(0, ids.Length).OrderBy(_ => random.Next()))
            {
                var more = Math.Min(left, (high[o, c] - low[o, c]) * (random.Next(3) == 0 ? 1 : random.NextDouble()));
                more = more < 1e-6 ? 0 : more; // rounding: a loop with a leak of nothing has no direct solution
                w[o, c] = low[o, c] + more;
                left -= more;
            }
        }
        for (var c = 0; c < ids.Length; c++)
        {
            if (s.Nodes[ids[c]] is not NodeKind.Company)
                continue;
            var answer = graph.OwnersOf(ids[c], 0, Patient);
            for (var o = 0; o < ids.Length; o++)
            {
                var interest = o == c ? answer.Self : answer.Holders.FirstOrDefault(h => h.Id == ids[o])?.Interest ?? default;
                var holding = graph.HoldingsOf(ids[o], 0, Patient);
                var seen = o == c ? holding.Self : holding.Holders.FirstOrDefault(h => h.Id == ids[c])?.Interest ?? default;
                var actual = NaiveGraph.Reaching(w, o)[c];
                Assert.InRange(actual, interest.Low - 1e-9, interest.High + 1e-9);
                Assert.InRange(actual, seen.Low - 1e-9, seen.High + 1e-9);
                Assert.Equal(NaiveGraph.Reaching(low, o)[c], interest.Low, 1e-9);
                Assert.Equal(interest.Low, seen.Low, 1e-9);
            }
        }
    }, 500);

    [Fact]
    public void Beneficial_owners_meet_one_of_the_two_rules() => Check(Gen.Select(Ranged, Of(0.1, 0.25, 0.5)), p =>
    {
        var (s, threshold) = p;
        var (graph, (low, high, ids)) = (s.Graph(), s.Naive.Shares(Patient));
        var all = graph.AllBeneficialOwners(threshold, Patient).Concat(graph.AllBeneficialOwners(threshold, Patient, 0, 2)).ToLookup(b => b.Company);
        for (var c = 0; c < ids.Length; c++)
        {
            if (s.Nodes[ids[c]] is not NodeKind.Company)
                continue;
            var answer = graph.BeneficialOwnersOf(ids[c], threshold, 3, Patient);
            Assert.All(answer.Owners, o => Assert.Equal(NodeKind.Person, o.Kind));
            Assert.All(answer.UnknownOwners, o => Assert.Equal(NodeKind.UnknownOwner, o.Kind));
            BeneficialOwner[] found = [.. answer.Owners, .. answer.UnknownOwners];
            var whole = graph.OwnersOf(ids[c], 0, Patient).Holders.ToDictionary(h => h.Id, h => h.Interest);
            for (var o = 0; o < ids.Length; o++)
            {
                if (s.Nodes[ids[o]] is not (NodeKind.Person or NodeKind.UnknownOwner))
                    continue;
                var interest = whole.GetValueOrDefault(ids[o]);
                var control = new Interest(s.Naive.Control(low, ids, o, c, Patient), s.Naive.Control(high, ids, o, c, Patient));
                var owner = Array.Find(found, f => f.Id == ids[o]);
                Assert.Equal(interest.High >= threshold - 1e-9 || control.High >= threshold - 1e-9, owner is not null);
                if (owner is null)
                    continue;
                Assert.Equal(interest.Low, owner.Multiplied.Low, 1e-9);
                Assert.Equal(interest.High, owner.Multiplied.High, 1e-9);
                Assert.Equal(control.Low, owner.Control.Low, 1e-9);
                Assert.Equal(Math.Min(1, control.High), owner.Control.High, 1e-9);
                Assert.Equal((interest.Low >= threshold - 1e-9, control.Low >= threshold - 1e-9), (owner.ByInterest, owner.ByControl));
                Assert.NotEmpty(owner.Chains);
            }
            Assert.All(all[ids[c]], b => Assert.Equal(found.Select(f => f.Id).Order(), b.Owners.Concat(b.UnknownOwners).Select(f => f.Id).Order()));
            Assert.Equal(found.Length > 0, all[ids[c]].Any());
        }
    }, 500);

    [Fact]
    public void Chains_without_loops_make_up_the_interest() => Check(Exact, s =>
    {
        var graph = s.Graph();
        foreach (var id in s.Nodes.Keys)
        {
            foreach (var (answer, up) in new[] { (graph.OwnersOf(id, 1000, Patient), true), (graph.HoldingsOf(id, 1000, Patient), false) })
            {
                foreach (var holder in answer.Holders)
                {
                    var sum = holder.Chains.Sum(c => c.Product.Low);
                    Assert.All(holder.Chains, c => Assert.Equal((id, holder.Id, c.Parties.Count), (c.Parties[0], c.Parties[^1], c.Parties.Distinct().Count())));
                    Assert.Equal(holder.Chains.Select(c => c.Product.High).OrderDescending(), holder.Chains.Select(c => c.Product.High));
                    if (answer.Loops.Count == 0)
                        Assert.Equal(holder.Interest.Low, sum, 1e-8);
                    else
                        Assert.True(sum <= holder.Interest.Low + 1e-8);
                    Assert.False(holder.MoreChains);
                }
            }
        }
    });

    [Fact]
    public void Loops_are_companies_that_reach_each_other_upward() => Check(Exact, s =>
    {
        var (graph, (w, _, ids)) = (s.Graph(), s.Naive.Shares(Patient));
        var n = ids.Length;
        var reach = new bool[n, n];
        for (var o = 0; o < n; o++)
        {
            for (var c = 0; c < n; c++)
                reach[c, o] = w[o, c] > 0;
        }
        for (var k = 0; k < n; k++)
        {
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                    reach[i, j] |= reach[i, k] && reach[k, j];
            }
        }
        var expected = Enumerable.Range(0, n).Where(i => reach[i, i]).Select(i => string.Join(' ', Enumerable.Range(0, n).Where(j => reach[i, j] && reach[j, i]).Select(j => ids[j]))).Distinct().Order(StringComparer.Ordinal);
        // The whole graph walks every share on file, also those of persons; here no person has owners but by chance.
        if (s.Edges.All(e => s.Nodes[e.To] is NodeKind.Company))
            Assert.Equal(expected, graph.Loops(Patient).Select(l => string.Join(' ', l)).Order(StringComparer.Ordinal));
        for (var i = 0; i < n; i++)
        {
            var circles = graph.CirclesThrough(ids[i], query: Patient);
            Assert.Equal(reach[i, i], circles.Circles.Count > 0);
            Assert.All(circles.Circles, c => Assert.True(c.Product.Low > 0 && c.Parties[0] == ids[i]));
        }
    });

    private static void IsPath(NaiveGraph naive, GraphPath path, int from, int to, GraphQuery query)
    {
        Assert.Equal((from, to), (path.Parties[0], path.Parties[^1]));
        Assert.Equal(path.Parties.Count, path.Parties.Distinct().Count());
        for (var i = 1; i < path.Parties.Count; i++)
            Assert.Contains(path.Parties[i], naive.NeighboursOf(path.Parties[i - 1], query));
    }

    private static IEnumerable<string> Text(IEnumerable<GraphEdge> edges) =>
        edges.Select(e => $"{e.From} {e.To} {e.Kind} {e.Share.Min} {e.Share.Max} {e.Since:yyyy-MM-dd} {e.Until:yyyy-MM-dd}").Order(StringComparer.Ordinal);
}
