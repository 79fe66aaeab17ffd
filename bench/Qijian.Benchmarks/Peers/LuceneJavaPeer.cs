using System.Globalization;

namespace Qijian.Benchmarks.Peers;

/// <summary>Lucene of Java, Debian's liblucene8-java: a small program in bench/lucene that times itself.</summary>
internal sealed class LuceneJavaPeer : IPeer
{
    private static readonly string[] Libraries = Directory.Exists("/usr/share/java")
        ? [.. Directory.EnumerateFiles("/usr/share/java", "lucene-*-8.*.jar").Where(f => Path.GetFileName(f).StartsWith("lucene-core-", StringComparison.Ordinal) || Path.GetFileName(f).StartsWith("lucene-analyzers-common-", StringComparison.Ordinal))]
        : [];

    private LineServer? server;

    public string Name => "lucene";

    public string? Missing => !LineServer.Has("javac") ? "a Java compiler is not installed" : Libraries.Length < 2 ? "liblucene8-java is not installed" : null;

    public string Remark => $"{Path.GetFileNameWithoutExtension(Libraries.First(l => l.Contains("core", StringComparison.Ordinal)))} on Java, mapped; as Lucene.NET; exact totals, but none for suggestions and typos; times itself, its thread's CPU only";

    public TimeSpan Cpu { get; private set; }

    public int ProcessId => server!.Id;

    public long Bytes { get; private set; }

    public void Build(PeerData data, string folder)
    {
        var (lines, classes, index) = (Path.Combine(folder, "documents.tsv"), Path.Combine(folder, "classes"), Path.Combine(folder, "index"));
        data.Write(lines);
        LineServer.Run("javac", "-cp", string.Join(':', Libraries), "-d", classes, Path.Combine(TestData.Root, "bench", "lucene", "LuceneServer.java"));
        server = new LineServer("java", "-Xmx2g", "-cp", string.Join(':', [classes, .. Libraries]), "LuceneServer", index, lines);
        var times = server.Read().Split('\t');
        // The lines are read twice, once to see what that costs.
        Cpu = TimeSpan.FromMicroseconds((long.Parse(times[0], CultureInfo.InvariantCulture) - (2 * long.Parse(times[1], CultureInfo.InvariantCulture))) / 1000.0);
        Bytes = PeerRun.BytesOf(index);
        File.Delete(lines);
    }

    public PeerAnswer Ask(PeerQuery query)
    {
        var answer = server!.Ask(string.Create(CultureInfo.InvariantCulture, $"{query.Kind}\t{query.Text}\t{query.Grams}\t{query.Province}\t{query.Band}\t{query.LastBand}")).Split('\t');
        var numbers = answer[..4].Select(a => long.Parse(a, CultureInfo.InvariantCulture)).ToArray();
        return new PeerAnswer([.. answer[4].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(h => int.Parse(h, CultureInfo.InvariantCulture))], numbers[0], numbers[1],
            (TimeSpan.FromMicroseconds(numbers[2] / 1000.0), TimeSpan.FromMicroseconds(numbers[3] / 1000.0)));
    }

    public void Dispose() => server?.Dispose();
}
