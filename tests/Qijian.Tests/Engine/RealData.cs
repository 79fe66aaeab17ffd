using System.IO.Compression;

namespace Qijian.Tests.Engine;

/// <summary>Real data outside the repository: named by QIJIAN_TESTDATA, else <c>../shared/data</c> beside the checkout; a test without it is skipped.</summary>
internal static class RealData
{
    private static readonly string? Root = Find();

    /// <summary>The lines of a file, unpacked where it ends in .gz; skips the running test where the file is absent.</summary>
    public static IEnumerable<string> Lines(string path) => Read(PathOf(path));

    /// <summary>Where a file is; skips the running test where it is absent.</summary>
    public static string PathOf(string path)
    {
        var full = Root is null ? null : Path.Combine(Root, path);
        Assert.SkipUnless(File.Exists(full), $"The real data {path} is absent (QIJIAN_TESTDATA).");
        return full!;
    }

    /// <summary>The fields of each line of a CSV file with quotes, without its header.</summary>
    public static IEnumerable<string[]> Csv(string path) => Lines(path).Skip(1).Select(Split);

    private static IEnumerable<string> Read(string path)
    {
        using var file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line) yield return line;
    }

    private static string[] Split(string line)
    {
        if (!line.Contains('"', StringComparison.Ordinal)) return line.Split(',');
        List<string> fields = [];
        System.Text.StringBuilder field = new();
        var quoted = false;
        foreach (var c in line)
        {
            if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }
        fields.Add(field.ToString());
        return [.. fields];
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("QIJIAN_TESTDATA") is { Length: > 0 } named) return named;
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Qijian.slnx"))) return Path.Combine(folder.FullName, "..", "shared", "data");
        }
        return null;
    }
}
