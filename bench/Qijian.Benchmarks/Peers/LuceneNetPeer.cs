using Lucene.Net.Analysis.Core;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Queries;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Lucene.Net.Util;

namespace Qijian.Benchmarks.Peers;

/// <summary>Lucene.NET: mapped, one segment, filters cached as bit sets, the four facets packed in one number a document.</summary>
internal sealed class LuceneNetPeer : IPeer
{
    private const LuceneVersion Version = LuceneVersion.LUCENE_48;
    private MMapDirectory? directory;
    private DirectoryReader? reader;
    private IndexSearcher? searcher;
    private readonly Dictionary<(string, long, long), Filter> filters = [];

    public string Name => "lucene.net";

    public string? Missing => null;

    public string Remark => "4.8.0-beta00017; one segment in the order of importance; BM25 with frequencies, no positions; prefixes as a filter, in the order of importance";

    public TimeSpan Cpu => PeerRun.CpuOfThread();

    public int ProcessId => Environment.ProcessId;

    public long Bytes { get; private set; }

    public void Build(PeerData data, string folder)
    {
        directory = new MMapDirectory(folder);
        using (WhitespaceAnalyzer analyzer = new(Version))
        {
            // One thread, as ours; the merge at the end is part of the work.
            using IndexWriter writer = new(directory, new IndexWriterConfig(Version, analyzer) { RAMBufferSizeMB = 256, MergeScheduler = new SerialMergeScheduler(), UseCompoundFile = false, MergePolicy = new LogDocMergePolicy { MergeFactor = 30 } });
            FieldType text = new() { IsIndexed = true, IsTokenized = true, IndexOptions = IndexOptions.DOCS_AND_FREQS };
            FieldType exact = new() { IsIndexed = true, IsTokenized = false, OmitNorms = true, IndexOptions = IndexOptions.DOCS_ONLY };
            FieldType words = new() { IsIndexed = true, IsTokenized = true, OmitNorms = true, IndexOptions = IndexOptions.DOCS_ONLY };
            foreach (var d in data.Documents())
            {
                writer.AddDocument(new Document
                {
                    new Field("name", d.Grams, text), new Field("scope", d.ScopeGrams, text), new Field("code", d.Code, exact), new Field("person", d.Person, exact),
                    new Field("keys", d.Keys, words), new Field("initials", d.Initials, words), new StoredField("label", d.Name),
                    new Int32Field("province", d.Province, Field.Store.NO), new Int32Field("status", d.Status, Field.Store.NO), new Int32Field("band", (int)d.Band, Field.Store.NO),
                    new NumericDocValuesField("facets", d.Province | ((long)d.Industry << 8) | ((long)d.Status << 16) | ((long)d.Band << 24)),
                });
            }
            writer.ForceMerge(1);
            writer.Commit();
        }
        Bytes = PeerRun.BytesOf(folder);
        reader = DirectoryReader.Open(directory);
        searcher = new IndexSearcher(reader) { Similarity = new Lucene.Net.Search.Similarities.BM25Similarity() };
    }

    public PeerAnswer Ask(PeerQuery query)
    {
        switch (query.Kind)
        {
            case PeerKind.TwoCharacters or PeerKind.FullName:
                return Answer(searcher!.Search(All("name", query.Grams), 10));
            case PeerKind.Scope:
                return Answer(searcher!.Search(All("scope", query.Grams), 10));
            case PeerKind.Person:
                return Answer(searcher!.Search(new ConstantScoreQuery(new TermQuery(new Term("person", query.Text))), 10));
            case PeerKind.CreditCode:
                return Answer(searcher!.Search(new ConstantScoreQuery(new TermQuery(new Term("code", query.Text))), 10));
            case PeerKind.Prefix or PeerKind.Initials:
                return Answer(searcher!.Search(new PrefixQuery(new Term(query.Kind == PeerKind.Prefix ? "keys" : "initials", query.Text)) { MultiTermRewriteMethod = MultiTermQuery.CONSTANT_SCORE_FILTER_REWRITE }, 10)) with { Total = -1 };
            case PeerKind.Typo:
                var any = All("name", query.Grams, Occur.SHOULD);
                any.MinimumNumberShouldMatch = Math.Max(1, Math.Max(any.Clauses.Count / 2, any.Clauses.Count - 3));
                return Answer(searcher!.Search(any, 10)) with { Total = -1 };
            default:
                var best = TopScoreDocCollector.Create(10, docsScoredInOrder: true);
                FacetCollector counted = new(best);
                searcher!.Search(new FilteredQuery(All("name", query.Grams), FilterOf(query)), counted);
                return Answer(best.GetTopDocs()) with { FacetSum = counted.Industries() };
        }
    }

    private Filter FilterOf(PeerQuery query) => query.Kind == PeerKind.Narrow
        ? new BooleanFilter { { Cached("province", query.Province, query.Province), Occur.MUST }, { Cached("status", PeerQuery.Status, PeerQuery.Status), Occur.MUST } }
        : new BooleanFilter { { Cached("status", PeerQuery.Status, PeerQuery.Status), Occur.MUST }, { Cached("band", query.Band, query.LastBand), Occur.MUST } };

    private Filter Cached(string field, long from, long to)
    {
        if (!filters.TryGetValue((field, from, to), out var filter))
            filters[(field, from, to)] = filter = new CachingWrapperFilter(NumericRangeFilter.NewInt32Range(field, (int)from, (int)to, true, true));
        return filter;
    }

    private static BooleanQuery All(string field, string grams, Occur occur = Occur.MUST)
    {
        BooleanQuery all = [];
        foreach (var gram in grams.Split(' ').Distinct(StringComparer.Ordinal))
            all.Add(new TermQuery(new Term(field, gram)), occur);
        return all;
    }

    private static PeerAnswer Answer(TopDocs found) => new([.. found.ScoreDocs.Select(h => h.Doc + 1)], found.TotalHits);

    public void Dispose()
    {
        reader?.Dispose();
        directory?.Dispose();
    }

    /// <summary>Passes hits on and counts four facets.</summary>
    private sealed class FacetCollector(ICollector inner) : ICollector
    {
        private readonly int[][] counts = [new int[256], new int[256], new int[256], new int[256]];
        private FieldCache.Int64s? values;

        public bool AcceptsDocsOutOfOrder => false;

        public long Industries() => counts[1].Select((n, value) => (long)n * value).Sum();

        public void SetScorer(Scorer scorer) => inner.SetScorer(scorer);

        public void SetNextReader(AtomicReaderContext context)
        {
            values = FieldCache.DEFAULT.GetInt64s(context.AtomicReader, "facets", setDocsWithField: false);
            inner.SetNextReader(context);
        }

        public void Collect(int doc)
        {
            var packed = values!.Get(doc);
            counts[0][packed & 255]++;
            counts[1][(packed >> 8) & 255]++;
            counts[2][(packed >> 16) & 255]++;
            counts[3][packed >> 24]++;
            inner.Collect(doc);
        }
    }
}
