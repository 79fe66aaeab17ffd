using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text.Json;

namespace Qijian.Benchmarks.Graph;

/// <summary>What is asked of every engine.</summary>
internal enum GraphTask
{
    OneHop,
    TwoHops,
    ThreeHops,
    Path,
    Equity,
    BeneficialOwners,
    Components,
}

/// <summary>A question.</summary>
internal readonly record struct GraphQuestion(GraphTask Task, int First, int Second);

/// <summary>An engine that does the same work as ours.</summary>
internal interface IGraphPeer : IDisposable
{
    string Name { get; }

    /// <summary>Why it cannot run here, or null.</summary>
    string? Missing { get; }

    /// <summary>How it does the work.</summary>
    string Remark { get; }

    /// <summary>CPU time of what answers.</summary>
    TimeSpan Cpu { get; }

    /// <summary>Bytes of the graph, where the engine tells them.</summary>
    long Bytes { get; }

    bool Can(GraphTask task) => true;

    void Build(GraphData data, string folder);

    /// <summary>A number that shows whether answers agree: parties found, steps (-1 for none), owners, components; and the time, where the engine times itself.</summary>
    (long Answer, TimeSpan? Wall, TimeSpan? Cpu) Ask(GraphQuestion question);
}

internal sealed record GraphCell(string Engine, string Task, int Queries, double CpuMs, double P50Ms, double P95Ms, double P99Ms, double? Ratio, string Agreement);

internal sealed record GraphBuild(string Engine, double Seconds, double CpuSeconds, double BytesPerEdge);

/// <summary>Our graph beside others on the same relations and questions: <c>graph [--nodes N] [--edges M] [--engines A,B] [--seconds S] [--queries Q] [--order community|breadth|given] [--json FILE]</c>.</summary>
internal static class GraphRun
{
    public static int Run(string[] args)
    {
        var nodes = int.Parse(Option(args, "--nodes") ?? "1000000", CultureInfo.InvariantCulture);
        var edges = long.Parse(Option(args, "--edges") ?? (4L * nodes).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var seconds = double.Parse(Option(args, "--seconds") ?? "5", CultureInfo.InvariantCulture);
        var queries = int.Parse(Option(args, "--queries") ?? "20000", CultureInfo.InvariantCulture);
        var chosen = Option(args, "--engines")?.Split(',');
        GraphData data = new(nodes, edges);
        Console.WriteLine($"{nodes:N0} parties, {edges:N0} relations; load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}; prefetched random reads of {RandomBytes >> 20} MB: {RandomRead():0.0} ns each");
        Random random = new(7);
        var questions = Enum.GetValues<GraphTask>().ToDictionary(t => t, t => Enumerable.Range(0, t == GraphTask.Components ? 1 : queries)
            .Select(_ => new GraphQuestion(t, t is GraphTask.Equity or GraphTask.BeneficialOwners ? data.RandomCompany(random) : random.Next(nodes), random.Next(nodes))).ToArray());
        Dictionary<GraphTask, long[]> ours = [];
        Dictionary<GraphTask, GraphCell> ourCells = [];
        List<GraphCell> cells = [];
        List<GraphBuild> builds = [];
        var folder = Directory.CreateDirectory(TestData.Artifact("graph-peers")).FullName;
        var stream = Cpu(() => { foreach (var _ in data.Stream()) { } });
        IGraphPeer[] peers = [new OurGraph(Option(args, "--order")), new SqliteGraph(), new PostgresGraph(), new QuikGraphPeer(), new PythonGraph("igraph"), new PythonGraph("networkx")];
        foreach (var peer in peers.Where(p => p is OurGraph || chosen?.Contains(p.Name, StringComparer.Ordinal) != false))
        {
            if (peer.Missing is { } why)
            {
                Console.WriteLine($"\n{peer.Name}: skipped, {why}");
                continue;
            }
            Console.WriteLine($"\n{peer.Name}: {peer.Remark}");
            var place = Directory.CreateDirectory(Path.Combine(folder, peer.Name)).FullName;
            try
            {
                var watch = Stopwatch.StartNew();
                var here = Cpu(() => peer.Build(data, place));
                var cpu = peer is PythonGraph or PostgresGraph ? peer.Cpu : here - stream;
                builds.Add(new GraphBuild(peer.Name, watch.Elapsed.TotalSeconds, cpu.TotalSeconds, peer.Bytes / (double)edges));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"built in {builds[^1].Seconds:0.0} s, {builds[^1].CpuSeconds:0.0} CPU s without making the relations; {builds[^1].BytesPerEdge:0.0} bytes a relation"));
                (peer as OurGraph)?.Describe();
                foreach (var task in Enum.GetValues<GraphTask>().Where(peer.Can))
                {
                    var cell = Measure(peer, questions[task], seconds, ours);
                    if (peer is OurGraph)
                        ourCells[task] = cell;
                    else
                        cell = cell with { Ratio = cell.CpuMs / ourCells[task].CpuMs };
                    cells.Add(cell);
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{task,-17} {cell.Queries,6} queries  CPU {cell.CpuMs,10:0.0000} ms  p50 {cell.P50Ms,10:0.0000}  p95 {cell.P95Ms,10:0.0000}  p99 {cell.P99Ms,10:0.0000} ms{(cell.Ratio is { } r ? $"  {r,9:N1}×" : "")}  {cell.Agreement}"));
                }
                (peer as OurGraph)?.More(data, questions);
            }
            finally
            {
                peer.Dispose();
                Directory.Delete(place, recursive: true); // gigabytes
            }
        }
        Console.WriteLine($"\n{nodes:N0} parties, {edges:N0} relations, load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}");
        foreach (var (title, value) in new (string, Func<GraphCell, double>)[] { ("p50 ms (times ours)", c => c.P50Ms), ("CPU ms a query (times ours)", c => c.CpuMs) })
        {
            Console.WriteLine($"\n| {title} | {string.Join(" | ", builds.Select(b => b.Engine))} |\n|{string.Concat(Enumerable.Repeat("---|", builds.Count + 1))}");
            foreach (var task in cells.GroupBy(c => c.Task, StringComparer.Ordinal))
                Console.WriteLine($"| {task.Key} | {string.Join(" | ", builds.Select(b => task.FirstOrDefault(c => c.Engine == b.Engine) is { } c ? string.Create(CultureInfo.InvariantCulture, $"{value(c):0.####}{(c.Engine == "qijian" ? "" : $" ({value(c) / value(task.First()):N0}×)")}") : "–"))} |");
        }
        if (Option(args, "--json") is { } file)
            File.WriteAllText(file, JsonSerializer.Serialize(new { nodes, edges, builds, cells }, JsonSerializerOptions.Web));
        return 0;
    }

    private static GraphCell Measure(IGraphPeer peer, GraphQuestion[] questions, double seconds, Dictionary<GraphTask, long[]> ours)
    {
        var task = questions[0].Task;
        // Every question is asked once and counts: what was asked before would be in the caches. The compiler is warmed with others.
        var warm = Stopwatch.StartNew();
        for (var i = 0; task != GraphTask.Components && warm.Elapsed.TotalSeconds < seconds / 4; i++)
            peer.Ask(questions[i % questions.Length] with { First = questions[(i + 1) % questions.Length].First });
        List<double> times = new(questions.Length);
        var (answers, own) = (new List<long>(questions.Length), TimeSpan.Zero);
        var before = peer.Cpu;
        var all = Stopwatch.StartNew();
        for (var i = 0; i < questions.Length && (i < 3 || all.Elapsed.TotalSeconds < seconds); i++)
        {
            var start = Stopwatch.GetTimestamp();
            var (answer, wall, cpu) = peer.Ask(questions[i]);
            times.Add((wall ?? Stopwatch.GetElapsedTime(start)).TotalMilliseconds);
            answers.Add(answer);
            own += cpu ?? TimeSpan.Zero;
        }
        var total = own > TimeSpan.Zero ? own : peer.Cpu - before;
        times.Sort();
        string agreement;
        if (peer is OurGraph)
        {
            ours[task] = [.. answers];
            agreement = $"{answers.Average():N1} on average";
        }
        else
        {
            var compared = Math.Min(answers.Count, ours[task].Length);
            agreement = $"answers agree on {Enumerable.Range(0, compared).Count(i => answers[i] == ours[task][i])} of {compared}";
        }
        return new GraphCell(peer.Name, task.ToString(), times.Count, total.TotalMilliseconds / times.Count, times[times.Count / 2], times[times.Count * 95 / 100], times[times.Count * 99 / 100], null, agreement);
    }

    private const long RandomBytes = 400L << 20;

    /// <summary>What one core can do at best: reads at random addresses, each asked for thirty-two reads before.</summary>
    public static unsafe double RandomRead()
    {
        const int Ahead = 32, Reads = 4_000_000;
        var memory = (byte*)NativeMemory.AllocZeroed((nuint)RandomBytes);
        var places = new uint[Reads + Ahead];
        Random random = new(1);
        for (var i = 0; i < places.Length; i++)
            places[i] = (uint)random.NextInt64(RandomBytes >> 6);
        for (long i = 0; i < RandomBytes; i += 4096)
            memory[i] = 1;
        var best = double.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var start = Stopwatch.GetTimestamp();
            long sum = 0;
            for (var i = 0; i < Reads; i++)
            {
                if (Sse.IsSupported)
                    Sse.Prefetch0(memory + ((long)places[i + Ahead] << 6));
                sum += memory[(long)places[i] << 6];
            }
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Reads);
            GC.KeepAlive(sum);
        }
        NativeMemory.Free(memory);
        return best;
    }

    private static TimeSpan Cpu(Action action)
    {
        var before = Environment.CpuUsage.TotalTime;
        action();
        return Environment.CpuUsage.TotalTime - before;
    }

    private static string? Option(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
}
