using CsCheck;
using Qijian.Engine.Search;

namespace Qijian.Tests.Engine.Search;

public sealed class SearchIndexTests
{
    private static readonly string[] Syllables = ["北京", "上海市", "小米", "科", "技", "雷军", "有限公司", "集团", "a", "bc", "1", "22", "（", "）", " ", "·", "𠮷", "銀"];

    private static readonly SearchColumn[] AllFacets = [SearchColumn.Province, SearchColumn.Status, SearchColumn.CapitalBand, SearchColumn.FoundedYear, SearchColumn.City, SearchColumn.IndustryClass];

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static readonly Gen<string> Texts = Gen.Int[0, Syllables.Length - 1].Select(i => Syllables[i]).Array[0, 6].Select(string.Concat);

    private static readonly Gen<SearchDocument> Documents = Gen.Select(
        Gen.Int[1, 60], Texts, Texts.Array[0, 2], Texts.Array[0, 2], Gen.Select(Of("雷军", "王小米", "Li Bc").Array[0, 2], Of(null, "小米科技", "技北京 1米", "a上海市"), Of(null, "北京1号22米", "上海市 22 科技")),
        Gen.UInt[0, 4], Gen.Select(Gen.Byte[0, 3], Gen.UShort[0, 3], Of(0, 700_000, 729_990, 730_000, 730_010, 737_000), Of(0L, 50_000_000L, 20_000_000_000L), Gen.Byte[0, 2]))
        .Select((number, name, former, aka, people, importance, columns) => new SearchDocument
        {
            Number = number,
            Id = number % 3 == 0 ? $"x-{number}" : $"91110000{number:00}",
            CreditCode = number % 3 == 0 ? null : $"91110000{number:00}",
            RegistrationNumber = number % 5 == 0 ? $"1101{number:00}" : null,
            Name = name,
            FormerNames = former,
            AlsoKnownAs = aka,
            People = people.Item1,
            Scope = people.Item2,
            Address = people.Item3,
            Importance = importance,
            Province = columns.Item1,
            City = columns.Item2,
            Status = (byte)(number % 3),
            FoundedDay = columns.Item3,
            CapitalFen = columns.Item4,
            Currency = columns.Item5,
            IndustryClass = (ushort)(columns.Item2 * 1000),
        });

    private static readonly Gen<string> Queries = Gen.OneOf(
        Texts,
        Gen.Select(Texts, Texts, (a, b) => $"{a} {b}"),
        Gen.Select(Texts, Texts, Of("", "-", "\"", "-\"", "name:", "曾用名：", "aka:", "person:", "scope:", "address:", "code:", "-地址:", "scope:\"")).Select((a, b, mark) => $"{a} {mark}{b}{(mark.EndsWith('"') ? "\"" : "")}"),
        Of("110000", "1100001", "10000012", "1000000", "911100001234567", "9111000012345678ab", "code:9111", "-1101", "\"11000\"", "22米", "1号", "北京1号", "-\"小米科技\"", "\"小米科技\" -雷军", "-北京", "\"bc\"", "aka:小米 former:北京"),
        Of("x", "xm", "xiaomi", "beijingx", "bj", "leijun", "9111", "911100001", "1101", "kj", "xiaomi 北京", "bcke", "小米有限公司", "！", "軍", "小米 雷"));

    private static readonly Gen<SearchQuery> Filtered = Gen.Select(Queries, Gen.UInt[0, 4].Array[0, 3], Gen.UInt[0, 2].Array[0, 2], Gen.Bool, Gen.Bool, Gen.Bool).Select((text, provinces, statuses, founded, capital, without) => new SearchQuery
    {
        Text = text,
        Similar = false,
        Filters = [.. new[] { new SearchFilter(SearchColumn.Province, provinces, without), new SearchFilter(SearchColumn.Status, statuses), new SearchFilter(SearchColumn.IndustryClass, [.. statuses.Select(s => s * 1000)], !without) }.Where(f => f.Values.Count > 0)],
        FoundedFrom = founded ? 730_000 : null,
        FoundedTo = capital ? 730_005 : null,
        CapitalTo = capital ? 100_000_000 : null,
        Currency = 1,
        Facets = AllFacets,
        Limit = 100,
    });

    [Fact]
    public void A_search_finds_what_reading_every_document_finds() =>
        Gen.Select(Documents.Array[0, 80], Filtered.Array[1, 8]).Sample((documents, queries) =>
        {
            using var index = Saved(documents);
            NaiveSearch naive = new(documents);
            foreach (var query in queries)
                Compare(naive, query, index.Current.Search(query));
        }, iter: 500);

    [Fact]
    public void Many_documents_go_through_bitmaps_and_still_agree() =>
        Gen.Select(Documents.Array[600, 900], Filtered.Array[6, 12]).Sample((documents, queries) =>
        {
            documents = [.. documents.Select((d, i) => d with { Number = i + 1 })];
            using var index = Saved(documents);
            NaiveSearch naive = new(documents);
            foreach (var query in queries)
                Compare(naive, query, index.Current.Search(query));
        }, iter: 20);

    [Fact]
    public void Changes_are_seen_as_if_the_index_had_been_built_with_them() =>
        Gen.Select(Documents.Array[0, 40], Gen.Select(Documents.Array[0, 12], Gen.Int[1, 60].Array[0, 3]).Array[1, 12], Filtered.Array[1, 4]).Sample((first, changes, queries) =>
        {
            using var index = Saved(first);
            var all = first.GroupBy(d => d.Number).ToDictionary(g => g.Key, g => g.Last());
            var sequence = 1L;
            foreach (var (changed, removed) in changes)
            {
                index.Apply(changed, removed, ++sequence);
                foreach (var document in changed)
                    all[document.Number] = document;
                foreach (var number in removed)
                    all.Remove(number);
            }
            NaiveSearch naive = new(all.Values);
            Assert.Equal(all.Count, index.Current.Count);
            Assert.Equal(sequence, index.Sequence);
            foreach (var query in queries)
                Compare(naive, query, index.Current.Search(query));
        }, iter: 150);

    [Fact]
    public void Suggestions_for_the_start_of_a_name_come_by_importance() =>
        Gen.Select(Documents.Array[0, 80], Of("北", "北京", "小米", "北京小米科技", "上海市", "科技集团小")).Sample((documents, text) =>
        {
            using var index = Saved(documents);
            var expected = new NaiveSearch(documents).NamePrefix(text).Select(d => d.Number).ToArray();
            var found = index.Current.Suggest(text, 50).Where(s => s.Matched is MatchKind.NamePrefix).Select(s => s.Number).ToArray();
            // Exact matches stand before the prefixes under their own kind.
            Assert.Equal(expected.Intersect(found), found);
            var suggested = index.Current.Suggest(text, 50).Select(s => s.Number).ToHashSet();
            Assert.Empty(expected.Take(50 - (suggested.Count - found.Length)).Except(suggested));
        }, iter: 500);

    [Fact]
    public void Pages_put_together_are_the_whole_without_repeats() =>
        Gen.Select(Documents.Array[0, 60], Documents.Array[0, 20], Queries, Gen.Enum<SearchSort>(), Gen.Int[1, 9]).Sample((documents, changed, text, sort, limit) =>
        {
            using var index = Saved(documents);
            index.Apply(changed, [], 2);
            var whole = index.Current.Search(new SearchQuery { Text = text, Sort = sort, Limit = 100 });
            List<int> pages = [];
            for (var offset = 0; offset <= whole.Total; offset += limit)
                pages.AddRange(index.Current.Search(new SearchQuery { Text = text, Sort = sort, Offset = offset, Limit = limit }).Hits.Select(h => h.Number));
            Assert.Equal(whole.Hits.Select(h => h.Number), pages);
            Assert.Equal(whole.Total, pages.Distinct().Count());
        }, iter: 150);

    [Fact]
    public void No_text_is_an_error() => Gen.String[Gen.Char, 0, 400].Sample(text =>
    {
        using var index = Sample();
        index.Current.Search(new SearchQuery { Text = text, Facets = AllFacets });
        index.Current.Suggest(text, 10);
    }, iter: 500);

    [Theory]
    [InlineData("\uD83D\uDE00")]
    [InlineData("\uD800")]
    [InlineData("\0\0")]
    [InlineData("（）!?")]
    [InlineData("")]
    public void A_text_without_letters_browses_by_importance(string text)
    {
        using var index = Sample();
        var result = index.Current.Search(new SearchQuery { Text = text });
        Assert.Equal(4, result.Total);
        Assert.Equal([2, 1, 3, 4], result.Hits.Select(h => h.Number));
        Assert.Empty(index.Current.Suggest(text, 10));
    }

    [Theory]
    [InlineData("小米科技有限责任公司", 1, MatchKind.Name, null)]
    [InlineData("小米科技有限責任公司", 1, MatchKind.Name, null)]
    [InlineData("xiaomi", 1, MatchKind.AlsoKnownAs, "Xiaomi Inc.")]
    [InlineData("xmkj", 1, MatchKind.Initials, null)]
    [InlineData("xiaomike", 1, MatchKind.Pinyin, null)]
    [InlineData("雷军", 1, MatchKind.Person, "雷军")]
    [InlineData("91110108551385082Q", 1, MatchKind.CreditCode, "91110108551385082Q")]
    [InlineData("９１１１０１０８５５１３８５０８２q", 1, MatchKind.CreditCode, "91110108551385082Q")]
    [InlineData("110108012660422", 1, MatchKind.RegistrationNumber, "110108012660422")]
    [InlineData("北京旧名", 2, MatchKind.FormerName, "北京旧名有限公司")]
    [InlineData("寻梦", 3, MatchKind.NamePrefix, null)]
    [InlineData("雷军 小米", 1, MatchKind.All, "雷军")]
    [InlineData("梦（上海）信息", 3, MatchKind.Name, null)]
    [InlineData("xunmeng 信息", 3, MatchKind.All, null)]
    public void The_first_hit_says_why(string text, int number, MatchKind kind, string? matched)
    {
        using var index = Sample();
        var hit = index.Current.Search(new SearchQuery { Text = text }).Hits[0];
        Assert.Equal((number, kind, matched), (hit.Number, hit.Matched, hit.MatchedText));
    }

    [Theory]
    [InlineData("小迷科技有限责任公司", 1, "小米科技")] // the same sound
    [InlineData("小科技有限责任公司", 1, "小米科技")]
    [InlineData("寻梦上海信习技术", 3, "寻梦上海信息技术")]
    [InlineData("全然无关之物", 0, null)]
    [InlineData("xaiomikeji", 1, "xiaomikeji")]
    [InlineData("小迷科技有限责任公司 province:北京 -状态:\"注销\"", 1, "小米科技 province:\"北京\" -status:\"注销\"")]
    public void What_is_mistyped_finds_what_is_like_it_and_says_what_was_meant(string text, int number, string? meant)
    {
        using var index = Sample();
        var found = index.Current.Search(new SearchQuery { Text = text });
        Assert.Equal(number, found.Hits.Count == 0 ? 0 : found.Hits[0].Number);
        Assert.Equal(meant, found.DidYouMean);
        Assert.Equal(0, index.Current.Search(new SearchQuery { Text = text, Similar = false }).Total);
    }

    [Theory]
    [InlineData("米粉之家", 1)]
    [InlineData("米粉之家 北京", 0)]
    [InlineData("旧家", 2)]
    public void An_alias_finds_the_company_behind_it(string text, int number)
    {
        var aliases = Aliases.Builtin.With(new StringReader("# ours\n\n米粉之家\t小米科技\r\n旧家\t无此公司|北京乙有限公司\n"));
        using var index = Sample();
        var hits = index.Current.Search(new SearchQuery { Text = text, Alternatives = aliases.Of(text) }).Hits;
        Assert.Equal(number, hits.Count == 0 ? 0 : hits[0].Number);
        Assert.All(hits, h => Assert.Equal(MatchKind.Alias, h.Matched));
    }

    [Theory]
    [InlineData("没有制表符")]
    [InlineData("甲\t")]
    [InlineData("\t甲公司")]
    [InlineData("甲\t乙\t丙")]
    public void A_line_that_is_no_alias_is_named(string line) =>
        Assert.Contains("Line 2", Assert.Throws<FormatException>(() => Aliases.Builtin.With(new StringReader($"甲\t甲公司\n{line}"))).Message, StringComparison.Ordinal);

    [Fact]
    public void The_matched_part_is_marked_in_the_name_as_filed()
    {
        using var index = Sample();
        var hit = index.Current.Search(new SearchQuery { Text = "梦上海信息" }).Hits[0];
        Assert.Equal("上海寻梦（上海）信息技术", hit.Name);
        Assert.Equal([new TextRange(3, 1), new TextRange(5, 2), new TextRange(8, 2)], hit.NameRanges);
        var pinyin = index.Current.Search(new SearchQuery { Text = "xmk" }).Hits[0];
        Assert.Equal([new TextRange(0, 3)], pinyin.NameRanges);
    }

    [Fact]
    public void Beyond_the_last_hit_the_page_is_empty_and_the_total_right()
    {
        using var index = Sample();
        var result = index.Current.Search(new SearchQuery { Text = "公司", Offset = int.MaxValue, Limit = 100 });
        Assert.Empty(result.Hits);
        Assert.Equal(2, result.Total);
    }

    [Fact]
    public void What_lies_past_the_bound_of_paging_costs_nothing_and_keeps_the_total()
    {
        const int Count = SearchQuery.MaxOffset + 50;
        using var index = Saved(Enumerable.Range(1, Count).Select(i => new SearchDocument { Number = i, Id = $"x-{i}", Name = "同" }));
        foreach (var text in (ReadOnlySpan<string>)["", "同"])
        {
            Assert.Equal(20, index.Current.Search(new SearchQuery { Text = text, Offset = SearchQuery.MaxOffset - 20 }).Hits.Count);
            var result = index.Current.Search(new SearchQuery { Text = text, Offset = SearchQuery.MaxOffset, Facets = [SearchColumn.Province] });
            Assert.Empty(result.Hits);
            Assert.Equal(Count, result.Total);
            Assert.Equal(Count, Assert.Single(result.Facets).Values.Sum(v => v.Count));
        }
    }

    [Fact]
    public void A_field_that_is_not_kept_is_named_as_the_reason()
    {
        using var index = SearchIndex.Empty();
        index.Apply([new SearchDocument { Number = 1, Id = "x-1", Name = "甲公司", Scope = "软件开发", Address = "中关村大街303号" }], [], 1);
        Assert.Equal(MatchKind.Scope, Assert.Single(index.Current.Search(new SearchQuery { Text = "scope:软件" }).Hits).Matched);
        Assert.Equal(MatchKind.Address, Assert.Single(index.Current.Search(new SearchQuery { Text = "address:大街303号" }).Hits).Matched);
        Assert.Equal(MatchKind.Scope, Assert.Single(index.Current.Search(new SearchQuery { Text = "软件开发" }).Hits).Matched);
    }

    [Fact]
    public void A_held_snapshot_does_not_change()
    {
        using var index = Sample();
        var before = index.Current;
        index.Apply([], [1], 9);
        Assert.Equal(1, before.Search(new SearchQuery { Text = "小米科技有限责任公司" }).Total);
        Assert.Equal(0, index.Current.Search(new SearchQuery { Text = "小米科技有限责任公司" }).Total);
    }

    [Fact]
    public async Task Many_small_changes_leave_few_segments()
    {
        using var index = Sample();
        for (var i = 0; i < 300; i++)
            index.Apply([new SearchDocument { Number = 100 + i, Id = $"x-{i}", Name = $"甲{i}公司" }], [], 2 + i);
        await index.SettledAsync();
        Assert.InRange(index.Current.Segments, 2, 10);
        Assert.Equal(304, index.Current.Count);
        Assert.Equal(302, index.Current.Search(new SearchQuery { Text = "公司" }).Total);
    }

    [Fact]
    public void A_newer_base_drops_what_it_covers_and_keeps_what_came_later()
    {
        using TemporaryFile file = new();
        using var index = Sample();
        index.Apply([new SearchDocument { Number = 4, Id = "x-4", Name = "后来的名字" }], [], 5);
        index.Apply([], [3], 6);
        using (SearchIndexBuilder builder = new())
        {
            builder.Add(new SearchDocument { Number = 3, Id = "x-3", Name = "已被删除" });
            builder.Add(new SearchDocument { Number = 4, Id = "x-4", Name = "后来的名字" });
            builder.Save(file.Path, 5, DateTimeOffset.UnixEpoch);
        }
        Assert.Equal(OpenFailure.None, index.Replace(file.Path));
        Assert.Equal("后来的名字", Assert.Single(index.Current.Search(new SearchQuery()).Hits).Name);
        Assert.Equal(6, index.Sequence);
    }

    [Fact]
    public void A_file_that_is_not_whole_is_refused_and_says_why()
    {
        using TemporaryFile file = new();
        Assert.Equal(OpenFailure.Missing, SearchIndex.Open(file.Path).Failure);
        Save(file.Path, SampleDocuments());
        var whole = File.ReadAllBytes(file.Path);
        Assert.Equal(OpenFailure.None, SearchIndex.Open(file.Path).Failure);

        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Int[1, 255], Gen.Bool).Sample((at, flip, cut) =>
        {
            var bytes = cut ? whole[..at] : [.. whole];
            if (!cut)
                bytes[at] ^= (byte)flip;
            File.WriteAllBytes(file.Path, bytes);
            var opened = SearchIndex.Open(file.Path);
            return opened.Index is null && opened.Failure != OpenFailure.None;
        }, iter: 300, threads: 1);

        var other = whole.ToArray();
        other[8]++;
        File.WriteAllBytes(file.Path, other);
        Assert.Equal(OpenFailure.OtherVersion, SearchIndex.Open(file.Path).Failure);
        File.WriteAllText(file.Path, new string('x', 5000));
        Assert.Equal(OpenFailure.NotAnIndex, SearchIndex.Open(file.Path).Failure);
        File.WriteAllBytes(file.Path, whole[..^1]);
        Assert.Equal(OpenFailure.Truncated, SearchIndex.Open(file.Path).Failure);
    }

    private static void Compare(NaiveSearch naive, SearchQuery query, SearchResult result)
    {
        var matches = naive.Results(query);
        var expected = matches.Select(d => d.Number).Order().ToArray();
        if (expected.Length != result.Total)
        {
            var one = matches.FirstOrDefault(d => result.Hits.All(h => h.Number != d.Number));
            Assert.Fail($"“{query.Text}”: {result.Total} found, {expected.Length} expected; not found: {(one is null ? "none" : System.Text.Json.JsonSerializer.Serialize(one))}; found beyond: {result.Hits.FirstOrDefault(h => !expected.Contains(h.Number))}");
        }
        var found = result.Hits.Select(h => h.Number).Order().ToArray();
        if (result.Total <= query.Limit)
            Assert.Equal(expected, found);
        else
            Assert.Empty(found.Except(expected));
        foreach (var facet in result.Facets)
            Assert.Equal(naive.Facet(query, facet.Column).OrderBy(v => v.Key), facet.Values.ToDictionary(v => v.Value, v => v.Count).OrderBy(v => v.Key));
    }

    private static SearchDocument[] SampleDocuments() =>
    [
        new()
        {
            Number = 1, Id = "91110108551385082Q", CreditCode = "91110108551385082Q", RegistrationNumber = "110108012660422", Name = "小米科技有限责任公司",
            AlsoKnownAs = ["Xiaomi Inc.", "小米"], People = ["雷军"], Importance = 50, Province = 1,
        },
        new() { Number = 2, Id = "x-2", Name = "北京乙有限公司", FormerNames = ["北京旧名有限公司"], Importance = 90, Province = 1 },
        new() { Number = 3, Id = "x-3", Name = "上海寻梦（上海）信息技术", Importance = 10, Province = 9 },
        new() { Number = 4, Id = "x-4", Name = "😀", Importance = 1 },
    ];

    private static SearchIndex Sample() => Saved(SampleDocuments());

    private static void Save(string path, IEnumerable<SearchDocument> documents)
    {
        using SearchIndexBuilder builder = new();
        foreach (var document in documents)
            builder.Add(document);
        builder.Save(path, 1, DateTimeOffset.UnixEpoch);
    }

    private static SearchIndex Saved(IEnumerable<SearchDocument> documents)
    {
        using TemporaryFile file = new();
        Save(file.Path, documents);
        var opened = SearchIndex.Open(file.Path);
        Assert.Equal(OpenFailure.None, opened.Failure);
        return opened.Index!; // the mapping outlives the file's name
    }

    private sealed class TemporaryFile : IDisposable
    {
        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"{Guid.CreateVersion7():N}.index");

        public void Dispose() => File.Delete(Path);
    }

    [Fact]
    public void Facets_of_many_results_and_of_few_are_what_counting_one_by_one_gives()
    {
        // More than two parts of a bitmap, the last of them not full, with values from very frequent to single.
        var documents = Enumerable.Range(1, 20_011).Select(n => new SearchDocument
        {
            Number = n,
            Id = $"x-{n}",
            Name = n % 60 == 0 ? "小米科技" : n % 7 == 0 ? "上海银行" : "上海小店",
            Province = (byte)(n == 9_001 ? 65 : n % 31),
            Industry = (byte)(n % 997 == 0 ? 3 : 1),
            Status = (byte)(n % 5 == 0 ? 2 : 1),
            City = (ushort)(n % 300),
        }).ToList();
        using var index = SearchIndex.Empty();
        index.Apply(documents, [], 1);
        SearchColumn[] facets = [SearchColumn.Province, SearchColumn.Industry, SearchColumn.Status, SearchColumn.City];

        foreach (var word in (ReadOnlySpan<string>)["上海", "银行", "科技"])
        {
            foreach (var filtered in (ReadOnlySpan<bool>)[false, true])
            {
                var found = index.Current.Search(new SearchQuery { Text = $"name:{word}", Filters = filtered ? [new SearchFilter(SearchColumn.Status, [1])] : [], Facets = facets });

                var matches = documents.Where(d => d.Name.Contains(word, StringComparison.Ordinal)).ToList();
                var results = matches.Where(d => !filtered || d.Status == 1).ToList();
                Assert.Equal(results.Count, found.Total);
                foreach (var facet in found.Facets)
                {
                    var counted = facet.Column == SearchColumn.Status ? matches : results;
                    Assert.Equal(counted.CountBy(d => (uint)IndexWords.Value(facet.Column, d)).OrderBy(c => c.Key), facet.Values.Select(v => KeyValuePair.Create(v.Value, v.Count)).OrderBy(c => c.Key));
                }
            }
        }
    }

    [Fact]
    public void The_first_of_many_names_with_a_beginning_are_the_most_important_each_once()
    {
        var documents = Enumerable.Range(1, 300).Select(n => new SearchDocument { Number = n, Id = $"x-{n}", Name = $"上海{n}", FormerNames = ["小米一号", "小米二号"], Importance = (uint)n }).ToList();
        using var index = SearchIndex.Empty();
        index.Apply(documents, [], 1);

        Assert.Equal(Enumerable.Range(281, 20).Reverse(), index.Current.Suggest("小米", 20).Select(s => s.Number));
        Assert.Equal(Enumerable.Range(281, 20).Reverse(), index.Current.Suggest("xm", 20).Select(s => s.Number));
    }
}
