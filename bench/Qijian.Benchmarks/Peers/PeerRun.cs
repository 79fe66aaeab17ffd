using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Qijian.Benchmarks.Peers;

/// <summary>The best ten hits, how many there are (-1 where a kind is not counted: suggestions), and a sum over one facet that shows whether the counts agree.</summary>
/// <param name="Took">Where the engine times itself: wall and CPU.</param>
internal sealed record PeerAnswer(IReadOnlyList<int> Hits, long Total, long FacetSum = 0, (TimeSpan Wall, TimeSpan Cpu)? Took = null);

/// <summary>An engine that does the same work as ours.</summary>
internal interface IPeer : IDisposable
{
    string Name { get; }

    /// <summary>Why it cannot run here, or null.</summary>
    string? Missing { get; }

    /// <summary>How it does the work, where that is not plain.</summary>
    string Remark { get; }

    /// <summary>CPU time of what answers: the thread, where the engine is a library, else its process.</summary>
    TimeSpan Cpu { get; }

    /// <summary>The process that works.</summary>
    int ProcessId { get; }

    /// <summary>Bytes of the index on disk.</summary>
    long Bytes { get; }

    bool Can(PeerKind kind) => true;

    void Build(PeerData data, string folder);

    PeerAnswer Ask(PeerQuery query);
}

internal sealed record PeerCell(string Engine, string Kind, int Queries, double CpuMs, double P50Ms, double P95Ms, double P99Ms, double? Ratio, string Agreement, double? RecallAt3);

internal sealed record PeerBuild(string Engine, double Seconds, double CpuSeconds, double DocumentsPerCpuSecond, double BytesPerDocument, double ResidentMegabytes);

/// <summary>Our index beside others on the same companies and questions: <c>search-peers [--documents N] [--engines A,B] [--seconds S] [--json FILE]</c>.</summary>
internal static partial class PeerRun
{
    private const int QueriesOfAKind = 400, MostRounds = 50;

    public static int Run(string[] args)
    {
        if (TestData.Missing(TestData.RegisterFile, TestData.FullFile) is { } missing)
        {
            Console.WriteLine($"skipped: search-peers needs {missing} (QIJIAN_TESTDATA)");
            return 0;
        }
        var count = int.Parse(Option(args, "--documents") ?? "1000000", CultureInfo.InvariantCulture);
        var budget = TimeSpan.FromSeconds(double.Parse(Option(args, "--seconds") ?? "3", CultureInfo.InvariantCulture));
        var chosen = Option(args, "--engines")?.Split(',');
        var folder = Directory.CreateDirectory(TestData.Artifact("peers")).FullName;
        Console.WriteLine($"this machine reads {Bandwidth():0.0} GB/s on one core: a bitmap of {count:N0} documents takes {count / 8 / Bandwidth() / 1000:0.0} µs");
        PeerData data = new(count);
        Console.WriteLine($"{count:N0} companies: {data.Described}");
        var queries = Enum.GetValues<PeerKind>().ToDictionary(k => k, k => data.Queries(k, QueriesOfAKind));
        Dictionary<(PeerKind, int), PeerAnswer> ours = [];
        Dictionary<PeerKind, PeerCell> ourCells = [];
        List<PeerCell> cells = [];
        List<PeerBuild> builds = [];
        var (plain, cut) = (Reading(data, cut: false), Reading(data, cut: true));
        IPeer[] peers = [new EmbeddedPeer(args.Contains("--plain")), new LuceneNetPeer(), new SqlitePeer(), new PostgresPeer(), new LuceneJavaPeer(), new GroongaPeer()];
        foreach (var peer in peers.Where(p => p is EmbeddedPeer || chosen?.Contains(p.Name) != false))
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
                builds.Add(Build(peer, data, place, peer is EmbeddedPeer ? plain : cut));
                foreach (var kind in Enum.GetValues<PeerKind>().Where(peer.Can))
                {
                    var cell = Measure(peer, kind, queries[kind], data, budget, ours) with { Engine = peer.Name };
                    if (peer is EmbeddedPeer)
                        ourCells[kind] = cell;
                    else
                        cell = cell with { Ratio = cell.CpuMs / ourCells[kind].CpuMs };
                    cells.Add(cell);
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{kind,-14} {cell.Queries,4} queries  CPU {cell.CpuMs,9:0.0000} ms  p50 {cell.P50Ms,9:0.0000}  p95 {cell.P95Ms,9:0.0000}  p99 {cell.P99Ms,9:0.0000} ms{(cell.Ratio is { } r ? $"  {r,7:0.0}×" : "")}  {cell.Agreement}{(cell.RecallAt3 is { } recall ? $"  found in the top 3: {recall:0%}" : "")}"));
                }
                var built = builds[^1] with { ResidentMegabytes = Resident(peer.ProcessId) };
                builds[^1] = built;
                Console.WriteLine($"resident {built.ResidentMegabytes:0} MB{(peer.ProcessId == Environment.ProcessId ? " (this process, with the test data)" : "")}");
            }
            finally
            {
                peer.Dispose();
                Directory.Delete(place, recursive: true); // gigabytes
            }
        }
        PrintTable(cells, builds);
        if (Option(args, "--json") is { } file)
            File.WriteAllText(file, JsonSerializer.Serialize(new { documents = count, gigabytesPerSecond = Bandwidth(), builds, cells }, JsonSerializerOptions.Web));
        return 0;
    }

    private static PeerBuild Build(IPeer peer, PeerData data, string folder, TimeSpan reading)
    {
        foreach (var old in Directory.EnumerateFileSystemEntries(folder))
        {
            if (Directory.Exists(old))
                Directory.Delete(old, recursive: true);
            else
                File.Delete(old);
        }
        var (watch, here) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        peer.Build(data, folder);
        // Another process works for its own account; what this one does for it is to hand the lines over.
        var cpu = peer.ProcessId == Environment.ProcessId ? Environment.CpuUsage.TotalTime - here - reading : peer.Cpu;
        PeerBuild built = new(peer.Name, watch.Elapsed.TotalSeconds, cpu.TotalSeconds, data.Count / cpu.TotalSeconds, peer.Bytes / (double)data.Count, 0);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"built in {built.Seconds:0.0} s, {built.CpuSeconds:0.0} CPU s: {built.DocumentsPerCpuSecond:N0} documents a CPU second, {built.BytesPerDocument:0} bytes a document"));
        return built;
    }

    private static PeerCell Measure(IPeer peer, PeerKind kind, PeerQuery[] queries, PeerData data, TimeSpan budget, Dictionary<(PeerKind, int), PeerAnswer> ours)
    {
        var warm = Stopwatch.StartNew();
        for (var i = 0; warm.Elapsed < budget / 2; i++)
            peer.Ask(queries[i % queries.Length]);
        var best = new double[queries.Length];
        Array.Fill(best, double.MaxValue);
        var answers = new PeerAnswer?[queries.Length];
        var (asked, cpuBefore, own) = (0, peer.Cpu, TimeSpan.Zero);
        List<double> rounds = [];
        var all = Stopwatch.StartNew();
        for (var round = 0; round < MostRounds && all.Elapsed < budget; round++)
        {
            var (askedBefore, cpuOfRound, ownOfRound) = (asked, peer.Cpu, own);
            // The first round asks twenty at least; a later one is begun only where the first was quick.
            for (var i = 0; i < queries.Length && (all.Elapsed < budget || (round == 0 && i < 20 && all.Elapsed < budget * 5)); i++)
            {
                var start = Stopwatch.GetTimestamp();
                var answer = peer.Ask(queries[i]);
                var wall = answer.Took?.Wall ?? Stopwatch.GetElapsedTime(start);
                own += answer.Took?.Cpu ?? TimeSpan.Zero;
                // The machine is shared: a query that waited for a core says nothing about the engine.
                best[i] = Math.Min(best[i], wall.TotalMilliseconds);
                answers[i] ??= answer;
                asked++;
            }
            if (asked - askedBefore == queries.Length)
                rounds.Add((own > TimeSpan.Zero ? own - ownOfRound : peer.Cpu - cpuOfRound).TotalMilliseconds / queries.Length);
        }
        var cpu = (own > TimeSpan.Zero ? own : peer.Cpu - cpuBefore).TotalMilliseconds / asked;
        // The median round, where a thread's clock tells it; another process's tells hundredths of a second.
        if (rounds.Count > 2 && (own > TimeSpan.Zero || peer.ProcessId == Environment.ProcessId))
            cpu = rounds.Order().ElementAt(rounds.Count / 2);
        var times = best.Where(t => t < double.MaxValue).Order().ToArray();
        var (same, compared, sameFacets, difference) = (0, 0, 0, "");
        for (var i = 0; i < queries.Length; i++)
        {
            if (answers[i] is not { } answer)
                continue;
            if (peer is EmbeddedPeer)
                ours[(kind, i)] = answer;
            if (!ours.TryGetValue((kind, i), out var our))
                continue;
            compared++;
            if (answer.Total < 0 ? answer.Hits.ToHashSet().SetEquals(our.Hits) : answer.Total == our.Total)
                same++;
            else if (difference.Length == 0)
                difference = $" (“{queries[i].Text}”: {Math.Max(answer.Total, answer.Hits.Count):N0}, ours {Math.Max(our.Total, our.Hits.Count):N0})";
            sameFacets += answer.FacetSum == our.FacetSum ? 1 : 0;
        }
        var agreement = peer is EmbeddedPeer ? $"{ours.Where(o => o.Key.Item1 == kind).Average(o => (double)Math.Max(o.Value.Total, o.Value.Hits.Count)):N0} results"
            : kind == PeerKind.Typo ? ""
            : $"{(kind is PeerKind.Prefix or PeerKind.Initials ? "hits" : "totals")} agree on {same} of {compared}{difference}{(queries[0].Faceted ? $", facets on {sameFacets}" : "")}";
        double? recall = kind != PeerKind.Typo ? null : answers.Select((a, i) => (a, i)).Where(p => p.a is not null)
            .Average(p => p.a!.Hits.Take(3).Any(h => data.NameOf(h) == data.NameOf(queries[p.i].Expected)) ? 1.0 : 0);
        return new PeerCell("", kind.ToString(), times.Length, cpu, times[times.Length / 2], times[times.Length * 95 / 100], times[times.Length * 99 / 100], null, agreement, recall);
    }

    private static void PrintTable(List<PeerCell> cells, List<PeerBuild> builds)
    {
        Console.WriteLine($"\nCPU ms a query (times ours)\n\n| kind | {string.Join(" | ", builds.Select(b => b.Engine))} |\n|{string.Concat(Enumerable.Repeat("---|", builds.Count + 1))}");
        foreach (var kind in cells.GroupBy(c => c.Kind))
            Console.WriteLine($"| {kind.Key} | {string.Join(" | ", builds.Select(b => kind.FirstOrDefault(c => c.Engine == b.Engine) is { } c ? string.Create(CultureInfo.InvariantCulture, $"{c.CpuMs:0.0000}{(c.Ratio is { } r ? $" ({r:0.0}×)" : "")}") : "–"))} |");
        Console.WriteLine($"| documents a CPU second | {string.Join(" | ", builds.Select(b => b.DocumentsPerCpuSecond.ToString("N0", CultureInfo.InvariantCulture)))} |");
        Console.WriteLine($"| bytes a document on disk | {string.Join(" | ", builds.Select(b => b.BytesPerDocument.ToString("0", CultureInfo.InvariantCulture)))} |");
    }

    private static TimeSpan Reading(PeerData data, bool cut)
    {
        var before = Environment.CpuUsage.TotalTime;
        foreach (var _ in data.Documents(cut)) { }
        return Environment.CpuUsage.TotalTime - before;
    }

    /// <summary>Gigabytes a second that one core sums.</summary>
    private static double Bandwidth()
    {
        var words = GC.AllocateUninitializedArray<long>(1 << 27); // 1 GB
        Array.Fill(words, 1);
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < 4; round++)
        {
            var start = Stopwatch.GetTimestamp();
            Vector<long> a = default, b = default, c = default, d = default;
            var vectors = MemoryMarshal.Cast<long, Vector<long>>(words);
            for (var i = 0; i + 3 < vectors.Length; i += 4)
                (a, b, c, d) = (a + vectors[i], b + vectors[i + 1], c + vectors[i + 2], d + vectors[i + 3]);
            if (Vector.Sum(a + b + c + d) != words.Length)
                throw new InvalidOperationException("The sum is wrong.");
            var took = Stopwatch.GetElapsedTime(start);
            best = took < best ? took : best;
        }
        return words.Length * 8.0 / best.TotalSeconds / 1e9;
    }

    private static double Resident(int process) => long.Parse(File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).AsSpan(6).Trim().TrimEnd("kB "), CultureInfo.InvariantCulture) / 1024.0;

    /// <summary>CPU time of another process, in hundredths of a second.</summary>
    public static TimeSpan CpuOf(int process)
    {
        var fields = File.ReadAllText($"/proc/{process}/stat").Split(") ", 2)[1].Split(' ');
        return TimeSpan.FromMilliseconds(10 * (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)));
    }

    /// <summary>CPU time of this thread: what the compiler and the collector do beside it is not the query's.</summary>
    public static TimeSpan CpuOfThread()
    {
        const int ThreadCpuTime = 3;
        return clock_gettime(ThreadCpuTime, out var time) == 0 ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0) : throw new PlatformNotSupportedException();
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, out Time time);

    public static long BytesOf(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);

    private static string? Option(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
}
