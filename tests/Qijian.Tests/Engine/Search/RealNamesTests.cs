using System.IO.Compression;
using Qijian.Engine.Search;
using Qijian.Engine.Text;

namespace Qijian.Tests.Engine.Search;

public sealed class RealNamesTests
{
    private const int Companies = 40_000;

    [Fact]
    public void Real_companies_are_found_by_name_code_start_and_initials()
    {
        var documents = Read();
        using SearchIndexBuilder builder = new();
        foreach (var document in documents)
            builder.Add(document);
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.CreateVersion7():N}.index");
        try
        {
            builder.Save(path, 1, DateTimeOffset.UnixEpoch);
            using var index = SearchIndex.Open(path).Index!;
            var snapshot = index.Current;
            Assert.Equal(documents.Count, snapshot.Count);
            foreach (var document in documents.Where((_, i) => i % 100 == 0))
            {
                var byName = snapshot.Search(new SearchQuery { Text = document.Name, Limit = 100 });
                Assert.Contains(byName.Hits, h => h.Number == document.Number && h.Matched == MatchKind.Name);
                Assert.Equal(Normalizer.Key(document.Name), Normalizer.Key(byName.Hits[0].Name));

                var byCode = snapshot.Search(new SearchQuery { Text = document.Id });
                Assert.Equal(document.Number, byCode.Hits[0].Number);
                Assert.Equal(MatchKind.CreditCode, byCode.Hits[0].Matched);

                var key = Normalizer.Key(document.Name);
                foreach (var suggestion in snapshot.Suggest(key[..Math.Min(3, key.Length)], 10))
                    Assert.True(suggestion.Matched is not MatchKind.NamePrefix || Normalizer.Key(suggestion.Name).Contains(key[..Math.Min(3, key.Length)], StringComparison.Ordinal));
                var initials = Pinyin.Initials(document.Name, PinyinReading.CompanyName);
                Assert.Contains(snapshot.Search(new SearchQuery { Text = initials, Limit = 100 }).Hits, h => h.Number == document.Number);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static List<SearchDocument> Read()
    {
        var folder = Environment.GetEnvironmentVariable("QIJIAN_TESTDATA") is { Length: > 0 } given ? given : Path.Combine(Root(), "..", "shared", "data");
        var file = Path.Combine(folder, "cn-registry", "names_dev_2952k.tsv.gz");
        Assert.SkipUnless(File.Exists(file), "QIJIAN_TESTDATA holds no cn-registry/names_dev_2952k.tsv.gz");
        using StreamReader reader = new(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        reader.ReadLine();
        List<SearchDocument> documents = [];
        while (documents.Count < Companies && reader.ReadLine() is { } line)
        {
            var parts = line.Split('\t');
            documents.Add(new SearchDocument { Number = documents.Count + 1, Id = parts[1], CreditCode = parts[1], Name = parts[0] });
        }
        return documents;
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Qijian.slnx")))
                return folder.FullName;
        }
        return Environment.CurrentDirectory;
    }
}
