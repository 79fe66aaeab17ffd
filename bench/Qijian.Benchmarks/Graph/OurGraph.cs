using System.Diagnostics;
using System.Globalization;
using Qijian.Benchmarks.Peers;
using Qijian.Engine.Graph;

namespace Qijian.Benchmarks.Graph;

/// <summary>Our graph, saved and mapped. No hub is skipped: the others have no such rule.</summary>
internal sealed class OurGraph(string? order) : IGraphPeer
{
    private static readonly GraphQuery Query = new() { HubDegree = int.MaxValue, Time = Timeout.InfiniteTimeSpan, Steps = int.MaxValue };

    private RelationGraph? graph;
    private string path = "";

    public string Name => "qijian";

    public string? Missing => null;

    public string Remark => "mapped file, built with its checksum and written to disk; beneficial owners by both rules, with chains";

    public TimeSpan Cpu => PeerRun.CpuOfThread();

    public long Bytes => graph!.Current.Bytes;

    public void Build(GraphData data, string folder)
    {
        path = Path.Combine(folder, "relations.graph");
        GraphBuilder builder = new() { Order = order is null ? NodeOrder.Community : Enum.Parse<NodeOrder>(order, ignoreCase: true) };
        for (var id = 0; id < data.Nodes; id++)
            builder.Add(new GraphNode(id, data.IsCompany(id) ? NodeKind.Company : NodeKind.Person));
        foreach (var edge in data.Stream())
            builder.Add(edge);
        builder.Save(path, 1, new DateTimeOffset(GraphData.Today, TimeOnly.MinValue, TimeSpan.Zero));
        graph = RelationGraph.Open(path).Graph!;
    }

    public void Describe()
    {
        var watch = Stopwatch.StartNew();
        RelationGraph.Open(path);
        var origin = graph!.Current.Origin;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"opened and checked in {watch.ElapsedMilliseconds} ms; bytes a relation: {string.Join(", ", Enum.GetValues<GraphSection>().Select(s => $"{s} {origin.BytesOf(s) / (double)graph.Current.Edges:0.00}"))}"));
    }

    public (long, TimeSpan?, TimeSpan?) Ask(GraphQuestion q)
    {
        var now = graph!.Current;
        return (q.Task switch
        {
            GraphTask.OneHop => now.Neighbourhood(q.First, 1, Query).Neighbours.Count,
            GraphTask.TwoHops => now.Neighbourhood(q.First, 2, Query).Neighbours.Count,
            GraphTask.ThreeHops => now.Neighbourhood(q.First, 3, Query, limit: int.MaxValue).Neighbours.Count,
            GraphTask.Path => now.ShortestPath(q.First, q.Second, query: Query).Paths is [var p] ? p.Length : -1,
            GraphTask.Equity => now.OwnersOf(q.First, 0, Query).Holders.Count(h => h.Interest.Low > 1e-6),
            GraphTask.BeneficialOwners => now.BeneficialOwnersOf(q.First, 0.25, 10, Query).Owners.Count(o => o.ByInterest),
            _ => now.Components(Query).Count,
        }, null, null);
    }

    /// <summary>What no other engine is asked.</summary>
    public void More(GraphData data, Dictionary<GraphTask, GraphQuestion[]> questions)
    {
        var now = graph!.Current;
        // A party that is expanded costs two reads, of its record and of its row.
        var read = GraphRun.RandomRead();
        foreach (var (task, steps) in new[] { (GraphTask.TwoHops, 1), (GraphTask.ThreeHops, 2) })
        {
            var asked = questions[task].Reverse().Take(4000).ToArray();
            var expanded = asked.Sum(q => (long)now.Neighbourhood(q.First, steps, Query).Neighbours.Count);
            var (watch, cpu) = (Stopwatch.StartNew(), PeerRun.CpuOfThread());
            foreach (var q in asked)
                Ask(q);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{task}: {expanded / asked.Length} parties expanded, {2 * expanded * read / (PeerRun.CpuOfThread() - cpu).TotalNanoseconds:P0} of the limit of prefetched random reads"));
        }
        Each("Holdings", 4000, i => now.HoldingsOf(questions[GraphTask.Path][i].First, 0, Query).Holders.Count);
        Each("Best 5 paths of a pair 3 to 5 apart", 300, i => now.ShortestPaths(questions[GraphTask.Path][i].First, Near(i, 3 + (i % 3)), 5, query: Query).Paths.Count);
        Each("All paths up to 6 of a pair 3 to 5 apart", 300, i => now.AllPaths(questions[GraphTask.Path][i].First, Near(i, 3 + (i % 3)), query: Query).Paths.Count);
        Each("The same past hubs of 2,000", 300, i => now.AllPaths(questions[GraphTask.Path][i].First, Near(i, 3 + (i % 3)), query: Query with { HubDegree = 2000 }).Paths.Count);
        Once("Matrix of 50 neighbours", () => now.Matrix([.. now.Neighbourhood(questions[GraphTask.Path][0].First, 4, Query).Neighbours.Take(50).Select(n => n.Id)], query: Query).Cells.Count(c => c.Path is not null));
        Once("Loops", () => now.Loops().Count);
        Once("Importance, 1 round", () => now.Importance(rounds: 1).All().Count());
        var companies = Enumerable.Range(0, data.Nodes).Count(data.IsCompany);
        var start = Stopwatch.StartNew();
        var part = Math.Max(1, data.Nodes / 1_000_000);
        var owned = now.AllBeneficialOwners(query: Query, parts: part).Count();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Beneficial owners of every company in one pass (a {part}th of the graph): {companies / (double)part / start.Elapsed.TotalSeconds:N0} companies/s, {owned:N0} have some"));

        int Near(int i, int steps) => now.Neighbourhood(questions[GraphTask.Path][i].First, steps, Query, limit: int.MaxValue).Neighbours[^1].Id;
    }

    private static void Each(string what, int count, Func<int, long> ask)
    {
        for (var i = 0; i < count / 4; i++)
            ask(i);
        List<double> times = [];
        long sum = 0;
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            sum += ask(i);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: p50 {times[count / 2]:0.000} p99 {times[count * 99 / 100]:0.000} ms, {sum / (double)count:0.0} on average"));
    }

    private static void Once(string what, Func<long> ask)
    {
        var watch = Stopwatch.StartNew();
        var answer = ask();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {watch.Elapsed.TotalMilliseconds:N0} ms ({answer:N0})"));
    }

    public void Dispose() => graph = null;
}
