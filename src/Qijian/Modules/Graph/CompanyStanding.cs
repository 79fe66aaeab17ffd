using Qijian.Engine.Graph;
using Qijian.Modules.Search;
using Qijian.Platform.Data;

namespace Qijian.Modules.Graph;

/// <summary>
/// How well companies are connected: PageRank over the relations that are filed, worked out whenever the graph is built anew and kept beside it,
/// one byte for each number of a company, in sixteenths of a doubling over the mean. Without the file, or with another's, nothing but the order of results changes.
/// </summary>
internal sealed class CompanyStanding(DataFolder folder) : ICompanyStanding
{
    private const int Doubling = 16;

    private volatile Kept kept = new(default, []);

    private string FilePath { get; } = folder.File("index", "standing");

    public Func<int, int> Now()
    {
        var written = File.GetLastWriteTimeUtc(FilePath); // of 1601 where there is none
        if (written != kept.Written) kept = new(written, Read());
        var values = kept.Values;
        return number => (uint)number < values.Length ? values[number] : 0;
    }

    /// <summary>Whether it is missing, or of an earlier file than this.</summary>
    public bool IsOlderThan(string graph) => File.GetLastWriteTimeUtc(FilePath) < File.GetLastWriteTimeUtc(graph);

    public void Save(GraphSnapshot graph, CancellationToken ct)
    {
        List<byte> values = [];
        foreach (var (id, score) in graph.Importance(ct: ct).All())
        {
            if ((id & 1) == 1) continue; // persons and others have odd ids
            var number = id >> 1;
            while (values.Count <= number) values.Add(0);
            values[number] = (byte)Math.Clamp(Math.Log2(score * graph.Nodes) * Doubling, 0, ICompanyStanding.Highest);
        }

        var temporary = $"{FilePath}.{Guid.CreateVersion7():N}.tmp";
        File.WriteAllBytes(temporary, [.. values]);
        File.Move(temporary, FilePath, overwrite: true); // whole or not at all
        kept = new(File.GetLastWriteTimeUtc(FilePath), [.. values]); // two files of one tick of the clock are not told apart
    }

    private byte[] Read()
    {
        try
        {
            return File.ReadAllBytes(FilePath);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private sealed record Kept(DateTime Written, byte[] Values);
}
