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
        GraphBuilder builder = new(data.Nodes, (int)data.Edges) { Order = order is null ? NodeOrder.Community : Enum.Parse<NodeOrder>(order, ignoreCase: true) };
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
            GraphTask.Equity => now.OwnersOf(q.First, 0, Query).Holders.Count(h => h.Interest.Low > 0.01),
            GraphTask.BeneficialOwners => now.BeneficialOwnersOf(q.First, 0.25, 10, Query).Owners.Count(o => o.ByInterest),
            _ => now.Components(Query).Count,
        }, null, null);
    }

    /// <summary>What no other engine is asked.</summary>
    public void More(GraphData data, Dictionary<GraphTask, GraphQuestion[]> questions)
    {
        var now = graph!.Current;
        Dictionary<int, int> near = [];
        // As the product asks: hubs of more than 2,000 relations are named, not passed. Of these the share of what one core can read at best:
        // two reads of each party that is expanded (its record, its row), one of each that is found (its id).
        var read = GraphRun.RandomRead();
        var served = Query with { HubDegree = 2000 };
        foreach (var (task, steps) in new[] { (GraphTask.OneHop, 1), (GraphTask.TwoHops, 2), (GraphTask.ThreeHops, 3) })
        {
            var asked = questions[task].Reverse().Take(8000).ToArray();
            var cpu = PeerRun.CpuOfThread();
            var found = Each($"{task}, hubs skipped", asked.Length, i => now.Neighbourhood(asked[i].First, steps, served).Neighbours.Count);
            cpu = PeerRun.CpuOfThread() - cpu;
            var expanded = asked.Sum(q => (long)now.Neighbourhood(q.First, steps - 1, served).Neighbours.Count);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {cpu.TotalMicroseconds / asked.Length / 1.25:0.00} µs CPU, {expanded / (double)asked.Length:0} parties expanded, {((2 * expanded) + found) * read / (cpu.TotalNanoseconds / 1.25):P0} of the limit of prefetched random reads"));
        }
        long looked = 0;
        Each("Path, hubs skipped", 8000, i =>
        {
            var answer = now.ShortestPath(questions[GraphTask.Path][^(i + 1)].First, questions[GraphTask.Path][^(i + 1)].Second, query: served);
            looked += answer.Steps;
            return answer.Paths is [var p] ? p.Length : 0;
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {looked / 10_000:N0} half-edges looked at"));
        Each("Holdings", 4000, i => now.HoldingsOf(questions[GraphTask.Path][i].First, 0, Query).Holders.Count);
        Each("Best 5 paths of a pair 3 to 5 apart, hubs skipped", 1000, i => now.ShortestPaths(questions[GraphTask.Path][i].First, Near(i), 5, query: served).Paths.Count, Near);
        Each("All paths up to 6 of a pair 3 to 5 apart, hubs skipped", 1000, i => now.AllPaths(questions[GraphTask.Path][i].First, Near(i), query: served).Paths.Count, Near);
        Once("Matrix of 50 neighbours", () => now.Matrix([.. now.Neighbourhood(questions[GraphTask.Path][0].First, 4, Query).Neighbours.Take(50).Select(n => n.Id)], query: Query).Cells.Count(c => c.Path is not null));
        Once("Loops", () => now.Loops().Count);
        Once("Importance, 1 round", () => now.Importance(rounds: 1).All().Count());
        var companies = Enumerable.Range(0, data.Nodes).Count(data.IsCompany);
        var start = Stopwatch.StartNew();
        var part = Math.Max(1, data.Nodes / 1_000_000);
        var owned = now.AllBeneficialOwners(query: Query, parts: part).Count();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Beneficial owners of every company in one pass (a {part}th of the graph): {companies / (double)part / start.Elapsed.TotalSeconds:N0} companies/s, {owned:N0} have some"));

        int Near(int i)
        {
            // Somewhere among those that are furthest, the same each time it is asked.
            if (!near.TryGetValue(i, out var id))
            {
                var all = now.Neighbourhood(questions[GraphTask.Path][i].First, 3 + (i % 3), served).Neighbours;
                var furthest = all.Count(n => n.Steps == all[^1].Steps);
                near[i] = id = all[^(1 + (i * 7919 % furthest))].Id;
            }
            return id;
        }
    }

    private static long Each(string what, int count, Func<int, long> ask, Func<int, int>? prepare = null)
    {
        for (var i = 0; i < count && prepare is not null; i++)
            prepare(i);
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
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: p50 {times[count / 2]:0.0000} p95 {times[count * 95 / 100]:0.0000} p99 {times[count * 99 / 100]:0.0000} ms, {sum / (double)count:0.0} on average"));
        return sum;
    }

    private static void Once(string what, Func<long> ask)
    {
        var watch = Stopwatch.StartNew();
        var answer = ask();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {watch.Elapsed.TotalMilliseconds:N0} ms ({answer:N0})"));
    }

    public void Dispose() => graph = null;
}
