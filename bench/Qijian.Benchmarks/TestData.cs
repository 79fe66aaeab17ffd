using System.Globalization;
using System.IO.Compression;
using CsvHelper;
using Qijian.Engine.Identifiers;

namespace Qijian.Benchmarks;

/// <summary>One line of the register's names.</summary>
internal readonly record struct RegisterRow(string Name, string Code, int FoundedDay, byte Province);

/// <summary>One line of the register's excerpt with all columns.</summary>
internal sealed record FullRow(string Code, string Person, long CapitalFen, string Scope, string Address);

/// <summary>One line of the listed companies.</summary>
internal sealed record ListedRow(string Ticker, string ShortName, string Name, string EnglishName, string Initials, byte Province);

/// <summary>Real data outside the repository: named by QIJIAN_TESTDATA, else <c>../shared/data</c> beside the checkout.</summary>
internal static class TestData
{
    public static readonly string Root = FindRoot();

    private static readonly string Folder = Environment.GetEnvironmentVariable("QIJIAN_TESTDATA") is { Length: > 0 } given ? given : Path.Combine(Root, "..", "shared", "data");

    private static readonly Dictionary<string, byte>.AlternateLookup<ReadOnlySpan<char>> ProvinceNumbers =
        Provinces.All.Select((p, i) => (p.ShortName, (byte)(i + 1))).ToDictionary(p => p.ShortName, p => p.Item2, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    public const string RegisterFile = "cn-registry/names_dev_2952k.tsv.gz";
    public const string FullFile = "cn-registry/dev_full_250k.csv.gz";
    public const string ListedFile = "a-share/stock_basic_full_en_pinyin_controller.csv";
    public const string TraditionalFolder = "cn-reference/opencc/data/dictionary";

    public static string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>Says which file is absent, or null.</summary>
    public static string? Missing(params string[] files) => files.FirstOrDefault(f => !Path.Exists(PathOf(f)));

    /// <summary>A file of the checkout's artifacts folder.</summary>
    public static string Artifact(string name) => Path.Combine(Directory.CreateDirectory(Path.Combine(Root, "artifacts")).FullName, name);

    public static IEnumerable<string> Lines(string file)
    {
        using var stream = File.OpenRead(PathOf(file));
        using StreamReader reader = new(file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    public static IEnumerable<RegisterRow> Register()
    {
        foreach (var line in Lines(RegisterFile).Skip(1))
        {
            var (code, date, province) = (line.IndexOf('\t', StringComparison.Ordinal) + 1, line.LastIndexOf('\t'), line.LastIndexOf('\t') + 1);
            date = line.LastIndexOf('\t', date - 1) + 1;
            yield return new RegisterRow(line[..(code - 1)], line[code..(date - 1)],
                DateOnly.TryParseExact(line.AsSpan(date, province - 1 - date), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day.DayNumber : 0,
                ProvinceNumbers.TryGetValue(line.AsSpan(province), out var number) ? number : (byte)0);
        }
    }

    public static IEnumerable<FullRow> Full() => Csv(FullFile).Select(r => new FullRow(r("uscc"), r("legal_rep_pseudo"),
        Capital.TryParse(r("reg_capital"), out var capital) && capital.Currency == "CNY" ? capital.MinorUnits ?? 0 : 0, r("scope"), r("address")));

    public static IEnumerable<ListedRow> Listed() => Csv(ListedFile).Select(r => new ListedRow(r("股票代码"), r("股票名称"), r("公司全称"), r("英文名称"), r("拼音缩写"),
        ProvinceNumbers.TryGetValue(r("地区"), out var number) ? number : (byte)0));

    private static IEnumerable<Func<string, string>> Csv(string file)
    {
        using var stream = File.OpenRead(PathOf(file));
        using Stream content = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        using var reader = CsvReader.Create(content, new CsvReaderOptions());
        reader.ReadHeader();
        var columns = reader.Headers.ToArray().Select((name, i) => (name, i)).ToDictionary(h => h.name, h => h.i, StringComparer.Ordinal);
        while (reader.Read())
            yield return column => reader.GetString(columns[column]);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Qijian.slnx")))
                return folder.FullName;
        }
        return Environment.CurrentDirectory;
    }
}
