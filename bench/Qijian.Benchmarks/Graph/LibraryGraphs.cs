using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Qijian.Benchmarks.Peers;
using QuikGraph;
using QuikGraph.Algorithms.ConnectedComponents;
using QuikGraph.Algorithms.Search;

namespace Qijian.Benchmarks.Graph;

/// <summary>QuikGraph in this process: its breadth-first search, ended where the answer is known.</summary>
internal sealed class QuikGraphPeer : IGraphPeer
{
    private UndirectedGraph<int, SUndirectedEdge<int>>? graph;

    public string Name => "quikgraph";

    public string? Missing => null;

    public string Remark => "UndirectedGraph and its breadth-first search, which colours every party before it begins; no equity";

    public TimeSpan Cpu => PeerRun.CpuOfThread();

    public long Bytes { get; private set; }

    public bool Can(GraphTask task) => task is not (GraphTask.Equity or GraphTask.BeneficialOwners);

    public void Build(GraphData data, string folder)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        graph = new UndirectedGraph<int, SUndirectedEdge<int>>(allowParallelEdges: true);
        graph.AddVertexRange(Enumerable.Range(0, data.Nodes));
        foreach (var edge in data.Stream().Where(e => e.Until is null || e.Until > GraphData.Today))
            graph.AddEdge(new SUndirectedEdge<int>(Math.Min(edge.From, edge.To), Math.Max(edge.From, edge.To)));
        Bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
    }

    public (long, TimeSpan?, TimeSpan?) Ask(GraphQuestion q)
    {
        if (q.Task == GraphTask.Components)
        {
            ConnectedComponentsAlgorithm<int, SUndirectedEdge<int>> components = new(graph!);
            components.Compute();
            return (components.ComponentCount, null, null);
        }
        if (q.Task == GraphTask.Path && q.First == q.Second)
            return (0, null, null);
        var steps = q.Task == GraphTask.Path ? int.MaxValue : 1 + (int)q.Task;
        Dictionary<int, int> depths = new() { [q.First] = 0 };
        long found = -1;
        UndirectedBreadthFirstSearchAlgorithm<int, SUndirectedEdge<int>> search = new(graph!);
        search.TreeEdge += (_, e) =>
        {
            var depth = depths[e.Source] + 1;
            depths[e.Target] = depth;
            if (e.Target == q.Second && q.Task == GraphTask.Path)
            {
                found = depth;
                search.Abort();
            }
        };
        search.ExamineVertex += v =>
        {
            if (depths[v] >= steps)
                search.Abort();
        };
        search.Compute(q.First);
        return (q.Task == GraphTask.Path ? found : depths.Values.Count(d => d <= steps), null, null);
    }

    public void Dispose() => graph = null;
}

/// <summary>A graph library of Debian's Python, in a process of its own: bench/graph/graph_peer.py, which times itself.</summary>
internal sealed class PythonGraph(string library) : IGraphPeer
{
    // Debian's, which has Debian's libraries, where another comes first on the path.
    private static readonly string Python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    private LineServer? server;
    private TimeSpan built;

    public string Name => library;

    public string? Missing { get; } = Python == "python3" && !LineServer.Has(Python) ? "Python is not installed" : Probe(library) ? null : $"python3-{library} is not installed";

    public string Remark => library == "igraph" ? "C behind Python: neighborhood_size, get_shortest_paths (one side, to the end), connected_components" : "Python: breadth-first with a limit, bidirectional_shortest_path, connected_components";

    public TimeSpan Cpu => server is null ? default : built;

    public long Bytes { get; private set; }

    public bool Can(GraphTask task) => task is not (GraphTask.Equity or GraphTask.BeneficialOwners);

    public void Build(GraphData data, string folder)
    {
        var path = Path.Combine(folder, "edges.bin");
        using (var file = File.Create(path, 1 << 20))
        {
            foreach (var edge in data.Stream().Where(e => e.Until is null || e.Until > GraphData.Today))
                file.Write(MemoryMarshal.AsBytes([edge.From, edge.To]));
        }
        server = new LineServer(Python, Path.Combine(TestData.Root, "bench", "graph", "graph_peer.py"), library, data.Nodes.ToString(CultureInfo.InvariantCulture), path);
        var ready = server.Read().Split('\t');
        built = TimeSpan.FromMicroseconds(long.Parse(ready[0], CultureInfo.InvariantCulture) / 1000.0);
        Bytes = long.Parse(ready[1], CultureInfo.InvariantCulture);
    }

    public (long, TimeSpan?, TimeSpan?) Ask(GraphQuestion q)
    {
        var answer = server!.Ask(string.Create(CultureInfo.InvariantCulture, $"{q.Task} {q.First} {q.Second}")).Split('\t').Select(a => long.Parse(a, CultureInfo.InvariantCulture)).ToArray();
        return (answer[0], TimeSpan.FromMicroseconds(answer[1] / 1000.0), TimeSpan.FromMicroseconds(answer[2] / 1000.0));
    }

    private static bool Probe(string library)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", $"import {library}"]) { RedirectStandardError = true, UseShellExecute = false })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    public void Dispose() => server?.Dispose();
}
