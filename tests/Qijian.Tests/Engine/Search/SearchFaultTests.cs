using CsCheck;
using Qijian.Engine.Search;

namespace Qijian.Tests.Engine.Search;

/// <summary>What nobody types by chance, and files that nobody finished.</summary>
public sealed class SearchFaultTests
{
    private static bool Long => Environment.GetEnvironmentVariable("QIJIAN_LONG") is "1";

    private static readonly string[] Pieces =
    [
        "北京", "小米", "科技", "有限公司", "-", "－", "\"", "“", "”", "「", ":", "：", "name:", "经营范围:", "code:", "province:", "xiaomi", "9111", "\0", "\u200B", "\uE000", "\uD83D\uDE00", "\uD800", "\uDC00", "\u0301", " ", "\u3000", "\t", "（", "）", "ﬁ", "İ", "𠮷", "Ω",
    ];

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String[Gen.Char, 0, 300], Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 40].Select(string.Concat), Gen.Char['\uD7F0', '\uE010'].Array[0, 20].Select(c => new string(c)));

    [Fact]
    public void Whatever_is_indexed_and_whatever_is_asked_nothing_throws()
    {
        var until = TimeProvider.System.GetUtcNow() + (Long ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(5));
        while (TimeProvider.System.GetUtcNow() < until)
        {
            Gen.Select(Texts.Array[1, 12], Texts.Array[1, 12], Texts.Array[0, 2]).Sample((names, queries, alternatives) =>
            {
                using var index = SearchIndex.Empty();
                index.Apply([.. names.Select((n, i) => new SearchDocument { Number = i + 1, Id = n, Name = n, FormerNames = [n], AlsoKnownAs = [n + "x"], People = [n], Scope = n, Address = "1号" + n, CreditCode = n, StockCode = n })], [], 1);
                foreach (var text in queries.Concat(names))
                {
                    var whole = index.Current.Search(new SearchQuery { Text = text, Alternatives = alternatives, Facets = [.. Enum.GetValues<SearchColumn>()], Limit = 100 });
                    Assert.Equal(whole.Total, whole.Hits.Count);
                    Assert.All(whole.Hits, h => Assert.All(h.NameRanges, r => Assert.InRange(r.Start + r.Length, 1, h.Name.Length)));
                    index.Current.Suggest(text, 10, alternatives);
                    QueryText.Parse(text);
                    TextMarks.Of(text, names[0]);
                }
            }, iter: 60, threads: 1);
        }
    }

    public static TheoryData<string> Extremes =>
    [
        "", "中", new string('中', 100_000), new string('x', 100_000), string.Join(' ', Enumerable.Range(0, 500).Select(i => $"词{i}")), string.Join(' ', Enumerable.Repeat("-中", 300)),
        new string('"', 1000), new string('\uD800', 500), string.Concat(Enumerable.Repeat("\u0001\u0007", 300)), "name:", "name:\"", "-", "--中国", "http://中国.cn/a?b=c:d",
    ];

    [Theory]
    [MemberData(nameof(Extremes))]
    public void An_extreme_text_is_answered(string text)
    {
        using var index = SearchIndex.Empty();
        index.Apply([.. Enumerable.Range(1, 300).Select(i => new SearchDocument { Number = i, Id = $"x-{i}", Name = $"中国{i}公司", Province = (byte)(i % 30) })], [], 1);
        var filters = Enumerable.Range(0, 200).Select(i => new SearchFilter((SearchColumn)(i % 9), [(uint)i, uint.MaxValue], i % 2 == 0)).ToArray();
        foreach (var offset in (ReadOnlySpan<int>)[-1, 0, 50, int.MaxValue])
        {
            Assert.InRange(index.Current.Search(new SearchQuery { Text = text, Offset = offset, Limit = 20 }).Hits.Count, 0, 20);
            index.Current.Search(new SearchQuery { Text = text, Filters = filters, Offset = offset, Sort = SearchSort.Name, FoundedFrom = int.MaxValue, FoundedTo = int.MinValue, CapitalFrom = long.MaxValue, CapitalTo = long.MinValue, Facets = [SearchColumn.City] });
        }
        index.Current.Suggest(text, int.MaxValue);
    }

    [Fact]
    public void A_build_that_dies_while_saving_leaves_the_earlier_file_whole()
    {
        var folder = Directory.CreateTempSubdirectory("qijian-").FullName;
        try
        {
            var path = Path.Combine(folder, "companies.idx");
            Save(path, "甲公司", 1);
            var before = File.ReadAllBytes(path);
            // The disk is full after any number of bytes: the stream throws, as a killed process just stops.
            foreach (var room in Enumerable.Range(0, 40).Select(i => i * before.Length / 40))
            {
                using SearchIndexBuilder builder = new();
                builder.Add(new SearchDocument { Number = 1, Id = "x-1", Name = "乙公司" });
                using FullDisk disk = new(Path.Combine(folder, "draft.tmp"), room);
                Assert.Throws<IOException>(() => builder.Write(disk, 2, DateTimeOffset.UnixEpoch));
                disk.Dispose();
                Assert.NotEqual(OpenFailure.None, SearchIndex.Open(Path.Combine(folder, "draft.tmp")).Failure);
                Assert.Equal(before, File.ReadAllBytes(path));
            }
            using var index = SearchIndex.Open(path).Index!;
            Assert.Equal("甲公司", Assert.Single(index.Current.Search(new SearchQuery { Text = "甲" }).Hits).Name);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Two_that_save_at_once_leave_one_whole_file_and_nothing_else()
    {
        var folder = Directory.CreateTempSubdirectory("qijian-").FullName;
        try
        {
            var path = Path.Combine(folder, "companies.idx");
            await Task.WhenAll(Enumerable.Range(1, 8).Select(i => Task.Run(() => Save(path, $"第{i}公司", i))));
            Assert.Equal([path], Directory.GetFiles(folder));
            using var index = SearchIndex.Open(path).Index!;
            Assert.Equal($"第{index.Sequence}公司", Assert.Single(index.Current.Search(new SearchQuery { Text = "公司" }).Hits).Name);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void An_older_file_takes_the_place_of_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("qijian-").FullName;
        try
        {
            string newer = Path.Combine(folder, "newer.idx"), older = Path.Combine(folder, "older.idx");
            Save(newer, "新公司", 9);
            Save(older, "旧公司", 3);
            using var index = SearchIndex.Open(newer).Index!;
            Assert.Equal(OpenFailure.Older, index.Replace(older));
            Assert.Equal(1, index.Current.Search(new SearchQuery { Text = "新公司" }).Total);
            Assert.Equal(9, index.Sequence);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task While_changes_come_in_every_search_sees_whole_commits_and_nothing_else()
    {
        // Commit n renames every company to generation n: a search that saw half of one would find two generations.
        const int Companies = 40, Generations = 150;
        using var index = SearchIndex.Empty();
        index.Apply([.. Named(0)], [], 0);
        using CancellationTokenSource done = new();
        var searches = new int[2];
        // Threads of their own: on a busy machine the pool may have none to give before the last commit.
        var readers = Enumerable.Range(0, searches.Length).Select(r => Task.Factory.StartNew(() =>
        {
            while (!done.IsCancellationRequested)
            {
                var snapshot = index.Current;
                var hits = snapshot.Search(new SearchQuery { Text = "同代公司", Limit = 100 });
                Assert.Equal(Companies, hits.Total);
                Assert.Single(hits.Hits.Select(h => h.Name.Split('第')[1]).Distinct(StringComparer.Ordinal));
                Assert.Equal(hits.Hits.Select(h => h.Name), snapshot.Search(new SearchQuery { Text = "同代公司", Limit = 100 }).Hits.Select(h => h.Name));
                Interlocked.Increment(ref searches[r]);
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        // As many commits as asked for, and on until every reader has searched among them.
        for (var generation = 1; (generation <= Generations || searches.Min() < 20) && !readers.Any(r => r.IsFaulted); generation++)
            index.Apply([.. Named(generation)], [], generation);
        await index.SettledAsync();
        await done.CancelAsync();
        await Task.WhenAll(readers);

        static IEnumerable<SearchDocument> Named(int generation) => Enumerable.Range(1, Companies).Select(i => new SearchDocument { Number = i, Id = $"x-{i}", Name = $"同代公司{i}号第{generation}" });
    }

    private static void Save(string path, string name, long sequence)
    {
        using SearchIndexBuilder builder = new();
        builder.Add(new SearchDocument { Number = 1, Id = "x-1", Name = name });
        builder.Save(path, sequence, DateTimeOffset.UnixEpoch);
    }

    private sealed class FullDisk(string path, long room) : FileStream(path, FileMode.Create)
    {
        private long left = room;

        // Spans come through here too: a derived file stream has them copied.
        public override void Write(byte[] buffer, int offset, int count)
        {
            var fits = (int)Math.Min(left, count);
            base.Write(buffer, offset, fits);
            left -= fits;
            if (fits < count)
                throw new IOException("No room is left.");
        }
    }
}
