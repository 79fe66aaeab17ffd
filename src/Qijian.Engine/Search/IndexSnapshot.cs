using System.Diagnostics;
using System.Numerics;

namespace Qijian.Engine.Search;

/// <summary>
/// An index at one moment, safe to query from any thread for as long as it is held. In this first form every kind of match
/// is a set of documents as bits; a document counts for the best kind that found it, and kinds rank before importance.
/// </summary>
public sealed class IndexSnapshot
{
    // In the order of rank.
    private static readonly MatchKind[] Tiers =
        [MatchKind.CreditCode, MatchKind.Name, MatchKind.FormerName, MatchKind.Person, MatchKind.NamePrefix, MatchKind.StockCode, MatchKind.Pinyin, MatchKind.Initials, MatchKind.All];

    internal IndexSnapshot(IReadOnlyList<Part> parts, long sequence) => (Parts, Sequence) = (parts, sequence);

    internal IReadOnlyList<Part> Parts { get; }

    /// <summary>The change sequence of the database that the snapshot covers.</summary>
    public long Sequence { get; }

    /// <summary>Documents in it.</summary>
    public int Count => Parts.Sum(p => p.Alive);

    /// <summary>
    /// Answers a query; whatever the text, it is never an error. O(N/64 · terms) for N documents, and O(hits) for facets.
    /// </summary>
    public SearchResult Search(SearchQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var started = Stopwatch.GetTimestamp();
        var words = WordsOf(query.Text);
        var limit = Math.Clamp(query.Limit, 0, 100);
        var wanted = (int)Math.Min(int.MaxValue, (long)Math.Max(0, query.Offset) + limit);
        List<Found> best = [];
        Dictionary<(SearchColumn, uint), int> counts = [];
        var total = 0;
        var blank = query.Text.AsSpan().Trim().IsEmpty;
        foreach (var part in Parts)
        {
            Matcher matcher = new(part);
            var tiers = blank ? [(MatchKind.None, matcher.All())] : words.Key.Length == 0 ? [] : matcher.Match(words);
            var passing = matcher.Passing(query, except: null);
            HashSet<MatchKind> seen = [];
            var union = new ulong[part.Segment.Words];
            foreach (var (kind, bits) in tiers)
            {
                BitSet.AndNot(bits, union); // each document under the best kind alone
                BitSet.Or(union, bits);
            }

            if (query.Facets) matcher.CountFacets(query, union, counts);
            foreach (var (kind, bits) in tiers)
            {
                BitSet.And(bits, passing);
                total += BitSet.Count(bits);
                matcher.Collect(kind, bits, query.Sort, wanted, best);
            }
        }

        best.Sort(Found.Order);
        var page = best.Skip(Math.Max(0, query.Offset)).Take(limit).Select(f => HitOf(f, words)).ToList();
        return new(page, total, false, FacetsOf(counts), Stopwatch.GetElapsedTime(started));
    }

    /// <summary>The best few for the box: exact and prefix matches first, in the order of importance.</summary>
    public IReadOnlyList<Suggestion> Suggest(string text, int limit)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.AsSpan().Trim().IsEmpty) return [];
        List<Suggestion> suggestions = [];
        foreach (var hit in Search(new() { Text = text, Limit = Math.Clamp(limit, 0, 100) }).Hits)
            suggestions.Add(new(hit.Number, hit.Id, hit.Name, hit.Id.StartsWith("x-", StringComparison.Ordinal) ? null : hit.Id, hit.Matched, hit.MatchedText));
        return suggestions;
    }

    private static List<SearchFacet> FacetsOf(Dictionary<(SearchColumn Column, uint Value), int> counts) =>
        [.. counts.GroupBy(c => c.Key.Column).OrderBy(g => g.Key).Select(g => new SearchFacet(g.Key, [.. g.Select(c => new FacetCount(c.Key.Value, c.Value)).OrderByDescending(c => c.Count).ThenBy(c => c.Value)]))];

    private static QueryWords WordsOf(string text)
    {
        var normalized = TextKeys.Normalize(text.Length > SearchQuery.MaxTextLength ? text[..SearchQuery.MaxTextLength] : text);
        string[] words = [.. normalized.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => TextKeys.KeyOfNormalized(w).Length > 0)];
        return new(TextKeys.KeyOfNormalized(normalized), words);
    }

    private static SearchHit HitOf(Found found, QueryWords words)
    {
        var stored = found.Part.Segment.Stored(found.Document);
        var name = stored.Name.ToString();
        string? other = null;
        var kind = found.Kind;
        if (kind is not (MatchKind.None or MatchKind.Name or MatchKind.NamePrefix or MatchKind.Pinyin or MatchKind.Initials))
            (kind, other) = OtherText(ref stored, words, kind, name);
        return new(found.Number, stored.Id.ToString(), name, kind, other, Marks(name, words), other is null ? [] : Marks(other, words));
    }

    // The stored text that holds the words, where the name does not.
    private static (MatchKind, string?) OtherText(ref StoredReader stored, QueryWords words, MatchKind kind, string name)
    {
        if (kind is MatchKind.All && words.Words.All(w => TextKeys.Key(name).Contains(TextKeys.KeyOfNormalized(w), StringComparison.Ordinal))) return (MatchKind.Name, null);
        while (stored.Next())
        {
            var text = stored.Value.ToString();
            var key = TextKeys.Key(text);
            if (!words.Words.Any(w => key.Contains(TextKeys.KeyOfNormalized(w), StringComparison.Ordinal)) && !key.StartsWith(words.Key, StringComparison.Ordinal)) continue;
            return (stored.Field switch
            {
                StoredField.FormerName => MatchKind.FormerName,
                StoredField.AlsoKnownAs => MatchKind.AlsoKnownAs,
                StoredField.Person => MatchKind.Person,
                StoredField.RegistrationNumber => MatchKind.RegistrationNumber,
                StoredField.Lei => MatchKind.Lei,
                StoredField.StockCode => MatchKind.StockCode,
                _ => MatchKind.CreditCode,
            }, text);
        }

        return (kind is MatchKind.All ? MatchKind.All : kind, null);
    }

    private static List<TextRange> Marks(string text, QueryWords words)
    {
        var normalized = TextKeys.Normalize(text);
        List<TextRange> marks = [];
        if (normalized.Length != text.Length) return marks; // the two do not line up character by character
        foreach (var word in words.Words)
        {
            var at = normalized.IndexOf(word, StringComparison.Ordinal);
            if (at >= 0 && !marks.Exists(m => at < m.Start + m.Length && m.Start < at + word.Length)) marks.Add(new(at, word.Length));
        }

        return [.. marks.OrderBy(m => m.Start)];
    }

    internal sealed record QueryWords(string Key, IReadOnlyList<string> Words);

    internal readonly record struct Found(Part Part, uint Document, MatchKind Kind, ulong SortKey, uint Importance, int Number)
    {
        public static readonly Comparison<Found> Order = (a, b) =>
            a.SortKey != b.SortKey ? a.SortKey.CompareTo(b.SortKey) : a.Importance != b.Importance ? b.Importance.CompareTo(a.Importance) : a.Number.CompareTo(b.Number);
    }

    /// <summary>Matching in one segment.</summary>
    private sealed class Matcher(Part part)
    {
        private readonly Segment segment = part.Segment;

        public ulong[] All()
        {
            var bits = new ulong[segment.Words];
            bits.AsSpan().Fill(ulong.MaxValue);
            if ((segment.Count & 63) is > 0 and var rest) bits[^1] = (1UL << rest) - 1;
            if (part.Dead is not null) BitSet.AndNot(bits, part.Dead);
            return bits;
        }

        public List<(MatchKind Kind, ulong[] Bits)> Match(QueryWords words)
        {
            List<(MatchKind, ulong[])> tiers = [];
            Exact(MatchKind.CreditCode, ExactKind.Code);
            Exact(MatchKind.Name, ExactKind.Name);
            Exact(MatchKind.FormerName, ExactKind.OtherName);
            Exact(MatchKind.Person, ExactKind.Person);
            Prefix(MatchKind.NamePrefix, KeyTable.Name, KeyTable.Brand, KeyTable.OtherName);
            if (TextKeys.IsLatin(words.Key))
            {
                if (words.Key.Length >= 4) Prefix(MatchKind.StockCode, KeyTable.Code);
                Prefix(MatchKind.Pinyin, KeyTable.Pinyin, KeyTable.BrandPinyin, KeyTable.OtherLatin);
                Prefix(MatchKind.Initials, KeyTable.Initials, KeyTable.BrandInitials);
            }

            Add(MatchKind.All, AllWords(words));
            return tiers;

            void Exact(MatchKind kind, ExactKind exact)
            {
                var docs = segment.FindExact(IndexTerms.OfExact(exact, words.Key));
                if (docs.IsEmpty) return;
                var bits = new ulong[segment.Words];
                foreach (var doc in docs)
                    if (HasExact(doc, exact, words.Key)) BitSet.Set(bits, doc);
                Add(kind, bits);
            }

            void Prefix(MatchKind kind, params ReadOnlySpan<KeyTable> tables)
            {
                var bits = new ulong[segment.Words];
                foreach (var table in tables) AddPrefix(table, words.Key, bits);
                Add(kind, bits);
            }

            void Add(MatchKind kind, ulong[]? bits)
            {
                if (bits is null) return;
                if (part.Dead is not null) BitSet.AndNot(bits, part.Dead);
                tiers.Add((kind, bits));
            }
        }

        private unsafe void AddPrefix(KeyTable table, string text, ulong[] bits)
        {
            var (from, to) = segment.Range(table, text, out var verify);
            var docs = segment.Table(table).Docs;
            for (var i = from; i < to; i++)
                if (!verify || HasPrefix(table, docs[i], text)) BitSet.Set(bits, docs[i]);
        }

        private bool HasPrefix(KeyTable table, uint doc, string text)
        {
            if (PrefixKeys.IsSingle(table)) return segment.TextOf(table, doc).StartsWith(text, StringComparison.Ordinal);
            var stored = segment.Stored(doc);
            if (TextKeys.Key(stored.Id.ToString()).StartsWith(text, StringComparison.Ordinal)) return true;
            while (stored.Next())
                if (TextKeys.Key(stored.Value.ToString()).StartsWith(text, StringComparison.Ordinal)) return true;
            return false;
        }

        private bool HasExact(uint doc, ExactKind kind, string key)
        {
            var stored = segment.Stored(doc);
            if (kind is ExactKind.Name) return Same(stored.Name.ToString());
            if (kind is ExactKind.Code && Same(stored.Id.ToString())) return true;
            while (stored.Next())
            {
                var right = stored.Field switch { StoredField.FormerName or StoredField.AlsoKnownAs => kind is ExactKind.OtherName, StoredField.Person => kind is ExactKind.Person, _ => kind is ExactKind.Code };
                if (right && Same(stored.Value.ToString())) return true;
            }

            return false;

            bool Same(string text) => string.Equals(TextKeys.Key(text), key, StringComparison.Ordinal);
        }

        private ulong[]? AllWords(QueryWords words)
        {
            ulong[]? result = null;
            foreach (var word in words.Words)
            {
                var bits = new ulong[segment.Words];
                foreach (var field in (ReadOnlySpan<TermField>)[TermField.Name, TermField.OtherName, TermField.Person])
                    if (AllTerms(field, word) is { } inField) BitSet.Or(bits, inField);
                var key = TextKeys.KeyOfNormalized(word);
                if (words.Words.Count > 1 && TextKeys.IsLatin(key))
                {
                    foreach (var table in (ReadOnlySpan<KeyTable>)[KeyTable.Pinyin, KeyTable.BrandPinyin, KeyTable.Initials, KeyTable.BrandInitials, KeyTable.OtherLatin]) AddPrefix(table, key, bits);
                }

                if (result is null) result = bits;
                else BitSet.And(result, bits);
            }

            return result;
        }

        private ulong[]? AllTerms(TermField field, string word)
        {
            TermList terms = new(field, []);
            IndexTerms.Cut(word, ref terms);
            ulong[]? result = null;
            foreach (var term in terms.Take())
            {
                if (!segment.TryFind(term, out var postings)) return null;
                var bits = new ulong[segment.Words];
                postings.OrInto(bits);
                if (result is null) result = bits;
                else BitSet.And(result, bits);
            }

            return result;
        }

        /// <summary>Documents that pass the filters, but for those of one column.</summary>
        public unsafe ulong[] Passing(SearchQuery query, SearchColumn? except)
        {
            var passing = All();
            foreach (var filter in query.Filters)
            {
                if (filter.Column == except) continue;
                var any = new ulong[segment.Words];
                var spec = SearchColumns.Of(filter.Column);
                foreach (var value in filter.Values)
                    if (spec.Store(value) is >= 0 and var code && segment.TryFilter(filter.Column, (uint)code, out var postings, out _)) postings.OrInto(any);
                BitSet.And(passing, any);
            }

            var founded = (uint*)segment.Column(SearchColumn.FoundedDay);
            var capital = (long*)segment.Column(SearchColumn.CapitalFen);
            if (query.FoundedFrom is not null || query.FoundedTo is not null) Keep(passing, d => founded[d] > 0 && founded[d] >= (query.FoundedFrom ?? 0) && founded[d] <= (query.FoundedTo ?? int.MaxValue));
            if (query.CapitalFrom is not null || query.CapitalTo is not null) Keep(passing, d => capital[d] > 0 && capital[d] >= (query.CapitalFrom ?? 0) && capital[d] <= (query.CapitalTo ?? long.MaxValue));
            return passing;
        }

        public unsafe void CountFacets(SearchQuery query, ulong[] union, Dictionary<(SearchColumn, uint), int> counts)
        {
            var filtered = query.Filters.Select(f => f.Column).ToHashSet();
            ulong[]? shared = null;
            foreach (var column in SearchColumns.All.Where(c => c is { Facet: true, Slot: >= 0 }))
            {
                var bits = filtered.Contains(column.Column) ? Passing(query, column.Column) : shared ??= Passing(query, null);
                var histogram = new int[256];
                for (var w = 0; w < union.Length; w++)
                {
                    for (var left = union[w] & bits[w]; left != 0; left &= left - 1)
                        histogram[segment.Rows[(((long)w * 64) + BitOperations.TrailingZeroCount(left)) * SearchColumns.RowBytes + column.Slot]]++;
                }

                for (var value = 0u; value < histogram.Length; value++)
                {
                    if (histogram[value] == 0) continue;
                    var key = (column.Column, column.Show(value));
                    counts[key] = counts.GetValueOrDefault(key) + histogram[value];
                }
            }
        }

        public unsafe void Collect(MatchKind kind, ulong[] bits, SearchSort sort, int wanted, List<Found> best)
        {
            var relevance = sort is SearchSort.Relevance;
            var tier = (ulong)Array.IndexOf(Tiers, kind);
            if (relevance)
            {
                // Documents are numbered by importance: the first ones are the best.
                var taken = 0;
                for (var w = 0; w < bits.Length && taken < wanted; w++)
                {
                    for (var left = bits[w]; left != 0 && taken < wanted; left &= left - 1, taken++)
                        Take((uint)((w * 64) + BitOperations.TrailingZeroCount(left)), tier);
                }

                return;
            }

            PriorityQueue<Found, Found> worst = new(Comparer<Found>.Create((a, b) => Found.Order(b, a)));
            for (var w = 0; w < bits.Length; w++)
            {
                for (var left = bits[w]; left != 0; left &= left - 1)
                {
                    var doc = (uint)((w * 64) + BitOperations.TrailingZeroCount(left));
                    Found found = new(part, doc, kind, SortKey(sort, doc), segment.Importance[doc], segment.Number(doc));
                    if (worst.Count < wanted) worst.Enqueue(found, found);
                    else if (worst.Count > 0 && Found.Order(found, worst.Peek()) < 0) worst.DequeueEnqueue(found, found);
                }
            }

            best.AddRange(worst.UnorderedItems.Select(i => i.Element));

            void Take(uint doc, ulong key) => best.Add(new(part, doc, kind, key, segment.Importance[doc], segment.Number(doc)));
        }

        private unsafe ulong SortKey(SearchSort sort, uint doc)
        {
            var founded = ((uint*)segment.Column(SearchColumn.FoundedDay))[doc];
            var capital = (ulong)((long*)segment.Column(SearchColumn.CapitalFen))[doc];
            return sort switch
            {
                SearchSort.Founded => founded == 0 ? ulong.MaxValue : founded,
                SearchSort.FoundedDesc => ulong.MaxValue - founded,
                SearchSort.Capital => capital == 0 ? ulong.MaxValue : capital,
                SearchSort.CapitalDesc => ulong.MaxValue - capital,
                SearchSort.Name => PrefixKeys.Of(KeyTable.Pinyin, segment.TextOf(KeyTable.Pinyin, doc)).First,
                _ => 0,
            };
        }

        private static void Keep(ulong[] bits, Func<int, bool> keep)
        {
            for (var w = 0; w < bits.Length; w++)
            {
                for (var left = bits[w]; left != 0; left &= left - 1)
                {
                    var bit = BitOperations.TrailingZeroCount(left);
                    if (!keep((w * 64) + bit)) bits[w] &= ~(1UL << bit);
                }
            }
        }
    }

    /// <summary>The terms of a query word: pairs of hanzi, a single one where it stands alone, Latin words.</summary>
    private struct TermList(TermField field, List<ulong> terms) : ITermSink
    {
        private int alone;

        public void Han(int rune, int previous)
        {
            if (previous == 0)
            {
                Flush();
                alone = rune;
                return;
            }

            alone = 0;
            terms.Add(IndexTerms.OfPair(field, previous, rune));
        }

        public void Word(ReadOnlySpan<char> word)
        {
            Flush();
            terms.Add(IndexTerms.OfWord(field, word));
        }

        public List<ulong> Take()
        {
            Flush();
            return terms;
        }

        private void Flush()
        {
            if (alone != 0) terms.Add(IndexTerms.OfHan(field, alone));
            alone = 0;
        }
    }
}
