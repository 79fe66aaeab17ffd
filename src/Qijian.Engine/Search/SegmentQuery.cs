using System.Numerics;

namespace Qijian.Engine.Search;

/// <summary>Ranks of kinds of match; lower comes first.</summary>
internal static class Tier
{
    public const int Code = 0, Name = 1, OtherName = 2, Person = 3, NamePrefix = 4, OtherPrefix = 5, CodePrefix = 6, Pinyin = 7, Initials = 8, Rest = 9;
}

/// <summary>Answers a plan on one segment.</summary>
/// <remarks>
/// The set of matches is worked out as a sorted list while it is small and as a bitmap where it is not: a word is, in each field, the AND of
/// its terms from the rarest on; fields are joined; words are ANDed, the rarest first and the others only tested. The best hits come from
/// the tiers (exact, prefixes by minimum tree) and then from the set in order of importance, so nothing is scored beyond a fixed window.
/// </remarks>
internal sealed unsafe class SegmentQuery(Segment segment, ReadOnlyMemory<ulong> dead, int segmentIndex, QueryPlan plan, List<ColumnCondition> conditions, QueryScratch scratch)
{
    /// <summary>Documents of the last tier, in order of importance, that are scored; the rest keep that order.</summary>
    private const int Window = 200;

    /// <summary>More than so many documents make a bitmap of a union.</summary>
    private const int ListLimit = 1024;

    /// <summary>Stored texts read to count a long prefix; beyond it the total is a lower bound.</summary>
    private const int VerifyLimit = 2000;

    private readonly int words = segment.Words;
    private readonly int fields = QueryPlan.FieldCount;
    private int[] starts = [];

    public bool TotalIsLowerBound { get; private set; }

    private bool IsDead(uint doc) => dead.Length > 0 && BitSet.Has(dead.Span, doc);

    private bool Passes(uint doc)
    {
        if (IsDead(doc))
            return false;
        foreach (var condition in conditions)
        {
            if (!condition.Passes(segment, doc))
                return false;
        }
        return true;
    }

    // ---- The set of matches ----

    /// <summary>All documents that match the text, filters and tombstones not yet applied.</summary>
    public DocSet Match()
    {
        if (plan.IsEmpty)
        {
            var all = scratch.Bitmap(words);
            new Span<ulong>(all, words).Fill(ulong.MaxValue);
            if ((segment.Count & 63) != 0)
                all[words - 1] = (1UL << (segment.Count & 63)) - 1;
            return new DocSet { IsBitmap = true, IsOwn = true, Bits = all };
        }
        var set = AllWords();
        scratch.Docs.Clear();
        AddExact(Tier.Code, ExactKind.Code, plan.ExactCode, scratch.Docs);
        AddExact(Tier.Name, ExactKind.Name, plan.ExactName, scratch.Docs);
        AddExact(Tier.OtherName, ExactKind.OtherName, plan.ExactOther, scratch.Docs);
        if (plan.Words.Length != 1 || plan.HasLatin)
            AddExact(Tier.Person, ExactKind.Person, plan.ExactPerson, scratch.Docs);
        if (!plan.HasLatin)
            return scratch.Docs.Count == 0 ? set : Union(set, scratch.Docs);

        // Latin input: prefixes of pinyin and codes are matches too, and so is a name whose last Latin word is not finished.
        long size = scratch.Docs.Count;
        foreach (var table in PrefixTables())
        {
            var (from, to) = segment.Range(table, plan.Key, out _);
            size += to - from;
        }
        if (size > ListLimit)
            set = ToOwnBitmap(set);
        foreach (var table in PrefixTables())
        {
            var (from, to) = segment.Range(table, plan.Key, out var verify);
            var docs = segment.Table(table).Docs;
            if (verify && to - from > VerifyLimit)
            {
                TotalIsLowerBound = true;
                to = from + VerifyLimit;
            }
            for (var i = from; i < to; i++)
            {
                if (verify && !Verify(table, docs[i]))
                    continue;
                if (set.IsBitmap)
                    BitSet.Set(new Span<ulong>(set.Bits, words), docs[i]);
                else
                    scratch.Docs.Add(docs[i]);
            }
        }
        return scratch.Docs.Count == 0 ? set : Union(set, scratch.Docs);
    }

    /// <summary>Tables in which the text may be the start of an entry that the words do not find.</summary>
    private IEnumerable<KeyTable> PrefixTables()
    {
        if (plan.IsLatin)
        {
            yield return KeyTable.Pinyin;
            yield return KeyTable.BrandPinyin;
            yield return KeyTable.Initials;
            yield return KeyTable.BrandInitials;
            yield return KeyTable.OtherLatin;
            if (plan.HasDigit)
                yield return KeyTable.Code;
            yield break;
        }
        yield return KeyTable.Name;
        yield return KeyTable.Brand;
        yield return KeyTable.OtherName;
    }

    private DocSet AllWords()
    {
        LoadPostings();
        var n = plan.Words.Length;
        Span<int> order = n <= 64 ? stackalloc int[n] : new int[n];
        Span<long> bounds = n <= 64 ? stackalloc long[n] : new long[n];
        for (var w = 0; w < n; w++)
        {
            order[w] = w;
            bounds[w] = Bound(w);
            if (bounds[w] == 0)
                return default;
        }
        bounds.Sort(order);
        var set = Word(order[0], bounds[0]);
        for (var i = 1; i < n; i++)
        {
            if (!set.IsBitmap && set.Count == 0)
                return default;
            var w = order[i];
            if (!set.IsBitmap && LatinRange(w) == 0)
            {
                Keep(ref set, w);
                continue;
            }
            var other = Word(w, bounds[i]);
            set = And(set, other);
        }
        return set;
    }

    /// <summary>Finds the postings of every word and field, rarest first within each; none where a term is missing.</summary>
    private void LoadPostings()
    {
        starts = new int[(plan.Words.Length * fields) + 1];
        var at = 0;
        for (var w = 0; w < plan.Words.Length; w++)
        {
            for (var f = 0; f < fields; f++)
            {
                var first = at;
                starts[(w * fields) + f] = at;
                foreach (var term in plan.Words[w].Terms[f])
                {
                    if (!segment.TryFind(term, out var found))
                    {
                        at = first;
                        break;
                    }
                    var room = scratch.PostingRoom(at + 1);
                    var i = at++;
                    for (; i > first && room[i - 1].Count > found.Count; i--)
                        room[i] = room[i - 1];
                    room[i] = found;
                }
            }
        }
        starts[^1] = at;
    }

    private ReadOnlySpan<Postings> Terms(int word, int field)
    {
        var i = (word * fields) + field;
        return scratch.Postings.AsSpan(starts[i]..starts[i + 1]);
    }

    private long Bound(int word)
    {
        long sum = LatinRange(word);
        for (var f = 0; f < fields; f++)
        {
            var terms = Terms(word, f);
            if (terms.Length > 0)
                sum += terms[0].Count;
        }
        return sum;
    }

    /// <summary>A Latin word beside others may be the pinyin that a name, or its brand, begins with.</summary>
    private int LatinRange(int word)
    {
        if (!plan.Words[word].IsLatin || plan.Words.Length == 1)
            return 0;
        var (from, to) = segment.Range(KeyTable.Pinyin, Short(word), out _);
        var (from2, to2) = segment.Range(KeyTable.BrandPinyin, Short(word), out _);
        return to - from + to2 - from2;
    }

    private ReadOnlySpan<char> Short(int word)
    {
        var key = plan.Words[word].Key;
        return key.AsSpan(0, Math.Min(key.Length, 2 * PrefixKeys.LatinLength));
    }

    private DocSet Word(int word, long bound)
    {
        var bitmap = LatinRange(word) > ListLimit;
        for (var f = 0; f < fields && !bitmap; f++)
        {
            var terms = Terms(word, f);
            bitmap = terms.Length > 0 && terms[0].Kind == PostingKind.Bitmap;
        }
        if (!bitmap)
            return WordAsList(word, (int)bound);

        DocSet result = default;
        for (var f = 0; f < fields; f++)
        {
            var terms = Terms(word, f);
            if (terms.Length == 0)
                continue;
            if (!result.IsBitmap && terms.Length == 1 && terms[0].Kind == PostingKind.Bitmap)
            {
                result = new DocSet { IsBitmap = true, Bits = (ulong*)terms[0].Data };
                continue;
            }
            if (terms[0].Kind == PostingKind.Bitmap)
            {
                var and = scratch.Bitmap(words);
                terms[0].Bits(words).CopyTo(new Span<ulong>(and, words));
                for (var t = 1; t < terms.Length; t++)
                    BitSet.And(new Span<ulong>(and, words), terms[t].Bits(words));
                if (result.IsBitmap)
                {
                    BitSet.Or(new Span<ulong>(and, words), new ReadOnlySpan<ulong>(result.Bits, words));
                }
                result = new DocSet { IsBitmap = true, IsOwn = true, Bits = and };
                continue;
            }
            var list = scratch.List(terms[0].Count);
            var n = FieldAsList(terms, list);
            result = ToOwnBitmap(result);
            var bits = new Span<ulong>(result.Bits, words);
            foreach (var doc in new ReadOnlySpan<uint>(list, n))
                BitSet.Set(bits, doc);
        }
        if (LatinRange(word) > 0)
        {
            result = ToOwnBitmap(result);
            var bits = new Span<ulong>(result.Bits, words);
            foreach (var table in (ReadOnlySpan<KeyTable>)[KeyTable.Pinyin, KeyTable.BrandPinyin])
            {
                var (from, to) = segment.Range(table, Short(word), out _);
                for (var i = from; i < to; i++)
                    BitSet.Set(bits, segment.Table(table).Docs[i]);
            }
        }
        return result;
    }

    private DocSet WordAsList(int word, int bound)
    {
        var list = scratch.List(bound);
        int n = 0, parts = 0;
        for (var f = 0; f < fields; f++)
        {
            var terms = Terms(word, f);
            if (terms.Length == 0)
                continue;
            n += FieldAsList(terms, list + n);
            parts++;
        }
        if (LatinRange(word) > 0)
        {
            parts += 2;
            foreach (var table in (ReadOnlySpan<KeyTable>)[KeyTable.Pinyin, KeyTable.BrandPinyin])
            {
                var (from, to) = segment.Range(table, Short(word), out _);
                for (var i = from; i < to; i++)
                    list[n++] = segment.Table(table).Docs[i];
            }
        }
        if (parts > 1)
            n = SortDistinct(new Span<uint>(list, n));
        return new DocSet { List = list, Count = n };
    }

    private static int SortDistinct(Span<uint> list)
    {
        list.Sort();
        var n = 0;
        foreach (var doc in list)
        {
            if (n == 0 || list[n - 1] != doc)
                list[n++] = doc;
        }
        return n;
    }

    /// <summary>AND of the terms into a list; the first is not a bitmap.</summary>
    private int FieldAsList(ReadOnlySpan<Postings> terms, uint* list)
    {
        terms[0].Decode(new Span<uint>(list, terms[0].Count));
        var n = terms[0].Count;
        for (var t = 1; t < terms.Length && n > 0; t++)
        {
            PostingCursor cursor = new(terms[t], scratch.Blocks(1));
            var kept = 0;
            for (var i = 0; i < n; i++)
            {
                if (cursor.Contains(list[i]))
                    list[kept++] = list[i];
            }
            n = kept;
        }
        return n;
    }

    /// <summary>Keeps the documents of the list that have the word in some field.</summary>
    private void Keep(ref DocSet set, int word)
    {
        var total = 0;
        for (var f = 0; f < fields; f++)
            total += Terms(word, f).Length;
        var blocks = scratch.Blocks(total);
        var cursors = new PostingCursor[total]; // small; a query has few words
        Span<int> ends = stackalloc int[fields];
        var at = 0;
        for (var f = 0; f < fields; f++)
        {
            foreach (var term in Terms(word, f))
            {
                cursors[at] = new PostingCursor(term, blocks + (at * PostingCodec.Block));
                at++;
            }
            ends[f] = at;
        }
        var kept = 0;
        for (var i = 0; i < set.Count; i++)
        {
            var doc = set.List[i];
            var start = 0;
            foreach (var end in ends)
            {
                var c = start;
                while (c < end && cursors[c].Contains(doc))
                    c++;
                if (end > start && c == end)
                {
                    set.List[kept++] = doc;
                    break;
                }
                start = end;
            }
        }
        set.Count = kept;
    }

    private DocSet And(DocSet a, DocSet b)
    {
        if (a.IsBitmap && b.IsBitmap)
        {
            if (!a.IsOwn)
                (a, b) = (b, a);
            a = ToOwnBitmap(a);
            BitSet.And(new Span<ulong>(a.Bits, words), new ReadOnlySpan<ulong>(b.Bits, words));
            return a;
        }
        if (a.IsBitmap)
            (a, b) = (b, a);
        var kept = 0;
        if (b.IsBitmap)
        {
            var bits = new ReadOnlySpan<ulong>(b.Bits, words);
            for (var i = 0; i < a.Count; i++)
            {
                if (BitSet.Has(bits, a.List[i]))
                    a.List[kept++] = a.List[i];
            }
        }
        else
        {
            var j = 0;
            for (var i = 0; i < a.Count; i++)
            {
                while (j < b.Count && b.List[j] < a.List[i])
                    j++;
                if (j < b.Count && b.List[j] == a.List[i])
                    a.List[kept++] = a.List[i];
            }
        }
        a.Count = kept;
        return a;
    }

    private DocSet ToOwnBitmap(DocSet set)
    {
        if (set is { IsBitmap: true, IsOwn: true })
            return set;
        ulong* bits;
        if (set.IsBitmap)
        {
            bits = scratch.Bitmap(words);
            new ReadOnlySpan<ulong>(set.Bits, words).CopyTo(new Span<ulong>(bits, words));
        }
        else
        {
            bits = scratch.EmptyBitmap(words);
            foreach (var doc in set.AsList)
                BitSet.Set(new Span<ulong>(bits, words), doc);
        }
        return new DocSet { IsBitmap = true, IsOwn = true, Bits = bits };
    }

    private DocSet Union(DocSet set, List<uint> docs)
    {
        if (set.IsBitmap)
        {
            var missing = false;
            foreach (var doc in docs)
                missing |= !BitSet.Has(new ReadOnlySpan<ulong>(set.Bits, words), doc);
            if (!missing)
                return set;
            set = ToOwnBitmap(set);
            foreach (var doc in docs)
                BitSet.Set(new Span<ulong>(set.Bits, words), doc);
            return set;
        }
        var list = scratch.List(set.Count + docs.Count);
        set.AsList.CopyTo(new Span<uint>(list, set.Count));
        docs.CopyTo(new Span<uint>(list + set.Count, docs.Count));
        return new DocSet { List = list, Count = SortDistinct(new Span<uint>(list, set.Count + docs.Count)) };
    }

    // ---- Filters, total and facets ----

    /// <summary>Drops tombstones and what does not pass the conditions; counts facets into the scratch; returns how many are left.</summary>
    /// <param name="set">In: matches. Out: results.</param>
    /// <param name="facets">Columns to count; empty for none.</param>
    public int Narrow(ref DocSet set, ReadOnlySpan<ColumnSpec> facets) => set.IsBitmap ? NarrowBitmap(ref set, facets) : NarrowList(ref set, facets);

    private int NarrowList(ref DocSet set, ReadOnlySpan<ColumnSpec> facets)
    {
        if (conditions.Count == 0 && facets.Length == 0 && dead.Length == 0)
            return set.Count;
        if (set.Count > words / 8)
        {
            // Testing a document costs some twenty times what it costs to pass over it in a word of 64.
            set = ToOwnBitmap(set);
            return NarrowBitmap(ref set, facets);
        }
        var kept = 0;
        for (var i = 0; i < set.Count; i++)
        {
            var doc = set.List[i];
            if (IsDead(doc))
                continue;
            var failed = 0;
            SearchColumn only = default;
            var same = true;
            foreach (var condition in conditions)
            {
                if (condition.Passes(segment, doc))
                    continue;
                same &= failed == 0 || condition.Group == only;
                only = condition.Group;
                failed++;
                if (!same)
                    break;
            }
            if (failed == 0)
                set.List[kept++] = doc;
            else if (!same)
                continue;
            foreach (var column in facets)
            {
                if (failed == 0 || SearchColumns.GroupOf(column.Column) == only)
                    CountOne(column, doc);
            }
        }
        set.Count = kept;
        return kept;
    }

    private void CountOne(ColumnSpec column, uint doc)
    {
        if (column.Slot >= 0)
            scratch.Counts[(column.Slot * 256) + segment.Rows[(doc * (long)SearchColumns.RowBytes) + column.Slot]]++;
        else
            scratch.WideCounts(column.Column)[((ushort*)segment.Column(column.Column))[doc]]++;
    }

    private int NarrowBitmap(ref DocSet set, ReadOnlySpan<ColumnSpec> facets)
    {
        if (dead.Length > 0)
        {
            set = ToOwnBitmap(set);
            BitSet.AndNot(new Span<ulong>(set.Bits, words), dead.Span);
        }
        if (conditions.Count == 0)
        {
            if (facets.Length > 0)
                CountAll(set.Bits, facets);
            return BitSet.Count(new ReadOnlySpan<ulong>(set.Bits, words));
        }
        var result = scratch.Bitmap(words);
        var matches = set.Bits;
        var masks = stackalloc ulong*[conditions.Count];
        for (var c = 0; c < conditions.Count; c++)
            masks[c] = MaskOf(conditions[c], matches);
        new ReadOnlySpan<ulong>(matches, words).CopyTo(new Span<ulong>(result, words));
        for (var c = 0; c < conditions.Count; c++)
            BitSet.And(new Span<ulong>(result, words), new ReadOnlySpan<ulong>(masks[c], words));
        set = new DocSet { IsBitmap = true, IsOwn = true, Bits = result };
        if (facets.Length == 0)
            return BitSet.Count(new ReadOnlySpan<ulong>(result, words));

        // All columns over the results; then, for a column with a condition of its own, what only that condition keeps out.
        CountAll(result, facets);
        ulong* kept = null;
        foreach (var column in facets)
        {
            var group = SearchColumns.GroupOf(column.Column);
            if (!conditions.Exists(c => c.Group == group))
                continue;
            if (kept is null)
                kept = scratch.Bitmap(words);
            var bits = new Span<ulong>(kept, words);
            new ReadOnlySpan<ulong>(matches, words).CopyTo(bits);
            for (var c = 0; c < conditions.Count; c++)
            {
                if (conditions[c].Group != group)
                    BitSet.And(bits, new ReadOnlySpan<ulong>(masks[c], words));
            }
            BitSet.AndNot(bits, new ReadOnlySpan<ulong>(result, words));
            CountOne(kept, column);
        }
        return BitSet.Count(new ReadOnlySpan<ulong>(result, words));
    }

    /// <summary>Documents that pass a condition, at least among the matches.</summary>
    private ulong* MaskOf(ColumnCondition condition, ulong* matches)
    {
        if (!condition.IsRange)
        {
            if (condition is { Values.Length: 1, Without: false } && segment.TryFilter(condition.Column, condition.Values[0], out var one, out _) && one.Kind == PostingKind.Bitmap)
                return (ulong*)one.Data;
            var union = scratch.EmptyBitmap(words);
            foreach (var value in condition.Values)
            {
                if (segment.TryFilter(condition.Column, value, out var found, out _))
                    found.OrInto(new Span<ulong>(union, words));
            }
            if (condition.Without)
                BitSet.Not(new Span<ulong>(union, words));
            return union;
        }
        var mask = scratch.Bitmap(words);
        for (var w = 0; w < words; w++)
        {
            // A whole word of 64 by vectors costs about as much as six documents one by one.
            var word = matches[w];
            if (BitOperations.PopCount(word) > 6 && (w << 6) + 64 <= segment.Count)
            {
                mask[w] = word & condition.PassesWord(segment, (uint)w << 6);
                continue;
            }
            ulong passed = 0;
            for (; word != 0; word &= word - 1)
            {
                var bit = BitOperations.TrailingZeroCount(word);
                if (condition.Passes(segment, ((uint)w << 6) | (uint)bit))
                    passed |= 1UL << bit;
            }
            mask[w] = passed;
        }
        return mask;
    }

    /// <summary>One pass over the documents, each costing one row of eight bytes whatever the number of packed columns; or, where they are many, value by value with bitmaps.</summary>
    private void CountAll(ulong* bits, ReadOnlySpan<ColumnSpec> facets)
    {
        var values = 0;
        foreach (var column in facets)
        {
            if (column.Slot < 0)
                CountOne(bits, column);
            else
                values += segment.ValuesOf(column.Column).Length;
        }
        var count = BitSet.Count(new ReadOnlySpan<ulong>(bits, words));
        if (count > (long)words * values / 16)
        {
            foreach (var column in facets)
            {
                if (column.Slot >= 0)
                    CountByValue(bits, column);
            }
            return;
        }
        // Two sets of counters by turns: equal neighbours (one status, nearly all) would wait for each other's store.
        var odd = stackalloc int[8 * 256];
        new Span<int>(odd, 8 * 256).Clear();
        var batch = stackalloc uint[Batch];
        for (var group = 0; group < SearchColumns.RowBytes; group += 8)
        {
            fixed (int* even = &scratch.Counts[group * 256])
            {
                var w = 0;
                ulong word = 0;
                int n;
                while ((n = NextBatch(bits, ref w, ref word, batch, segment.Rows + group, SearchColumns.RowBytes)) > 0)
                {
                    var rows = segment.Rows + group;
                    var i = 0;
                    for (; i + 1 < n; i += 2)
                    {
                        CountRow(even, *(ulong*)(rows + ((long)batch[i] * SearchColumns.RowBytes)));
                        CountRow(odd, *(ulong*)(rows + ((long)batch[i + 1] * SearchColumns.RowBytes)));
                    }
                    if (i < n)
                        CountRow(even, *(ulong*)(rows + ((long)batch[i] * SearchColumns.RowBytes)));
                }
                for (var i = 0; i < 8 * 256; i++)
                {
                    even[i] += odd[i];
                    odd[i] = 0;
                }
            }
        }
    }

    private const int Batch = 128;

    /// <summary>The next documents of a bitmap, at most <see cref="Batch"/>, their rows asked for from memory ahead: counting scattered rows otherwise waits for each.</summary>
    private int NextBatch(ulong* bits, ref int w, ref ulong word, uint* batch, byte* rows, int rowBytes)
    {
        var n = 0;
        while (true)
        {
            while (word != 0)
            {
                if (n == Batch)
                    return n;
                var doc = ((uint)(w - 1) << 6) | (uint)BitOperations.TrailingZeroCount(word);
                word &= word - 1;
                if (System.Runtime.Intrinsics.X86.Sse.IsSupported)
                    System.Runtime.Intrinsics.X86.Sse.Prefetch0(rows + ((long)doc * rowBytes));
                batch[n++] = doc;
            }
            if (w >= words)
                return n;
            word = bits[w++];
        }
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    private static void CountRow(int* counts, ulong row)
    {
        counts[(byte)row]++;
        counts[256 + (byte)(row >> 8)]++;
        counts[512 + (byte)(row >> 16)]++;
        counts[768 + (byte)(row >> 24)]++;
        counts[1024 + (byte)(row >> 32)]++;
        counts[1280 + (byte)(row >> 40)]++;
        counts[1536 + (byte)(row >> 48)]++;
        counts[1792 + (row >> 56)]++;
    }

    /// <summary>Counts one column: value by value with its bitmaps where the set is dense, document by document where it is not.</summary>
    private void CountOne(ulong* bits, ColumnSpec column)
    {
        // A bitmap costs a load, an AND and a count for 64 documents; a document some three loads.
        if (column.Slot >= 0 && BitSet.Count(new ReadOnlySpan<ulong>(bits, words)) > (long)words * segment.ValuesOf(column.Column).Length / 4)
        {
            CountByValue(bits, column);
            return;
        }
        fixed (int* all = scratch.Counts, wideCounts = column.Slot < 0 ? scratch.WideCounts(column.Column) : null)
        {
            var batch = stackalloc uint[Batch];
            var w = 0;
            ulong word = 0;
            int n;
            if (column.Slot < 0)
            {
                var wide = (ushort*)segment.Column(column.Column);
                while ((n = NextBatch(bits, ref w, ref word, batch, (byte*)wide, 2)) > 0)
                {
                    for (var i = 0; i < n; i++)
                        wideCounts[wide[batch[i]]]++;
                }
                return;
            }
            var counts = all + (column.Slot << 8);
            var packed = segment.Rows + column.Slot;
            while ((n = NextBatch(bits, ref w, ref word, batch, packed, SearchColumns.RowBytes)) > 0)
            {
                for (var i = 0; i < n; i++)
                    counts[packed[(long)batch[i] * SearchColumns.RowBytes]]++;
            }
        }
    }

    private void CountByValue(ulong* bits, ColumnSpec column)
    {
        var buffer = stackalloc uint[PostingCodec.Block];
        foreach (var (stored, postings, _) in segment.ValuesOf(column.Column))
        {
            var n = 0;
            if (postings.Kind == PostingKind.Bitmap)
            {
                var value = (ulong*)postings.Data;
                for (var w = 0; w < words; w++)
                    n += BitOperations.PopCount(bits[w] & value[w]);
            }
            else
            {
                PostingCursor cursor = new(postings, buffer);
                while (cursor.NextBlock(out var block))
                {
                    foreach (var doc in block)
                        n += (int)(bits[doc >> 6] >> (int)(doc & 63)) & 1;
                }
            }
            scratch.Counts[(column.Slot << 8) + (int)stored] += n;
        }
    }

    // ---- The best hits ----

    /// <summary>Adds the best <paramref name="need"/> in order of relevance.</summary>
    public void Best(DocSet results, int need)
    {
        var before = scratch.Candidates.Count;
        scratch.Seen.Clear();
        if (!plan.IsEmpty)
            Tiers(need);
        Rest(results, need, before);
    }

    /// <summary>The most important documents, with no question asked.</summary>
    public void First(int need)
    {
        for (uint doc = 0; doc < need; doc++)
            scratch.Candidates.Add(Make(doc, Tier.Rest, MatchKind.None));
    }

    /// <summary>The best few for type-ahead: tiers first; all words only where tiers give too few.</summary>
    public void Suggest(int limit)
    {
        var before = scratch.Candidates.Count;
        scratch.Seen.Clear();
        Tiers(limit);
        if (scratch.Candidates.Count - before >= limit)
            return;
        var set = AllWords();
        Narrow(ref set, []);
        Rest(set, limit, before);
    }

    private void Tiers(int need)
    {
        TierOf(Tier.Code, ExactKind.Code, plan.ExactCode, need);
        TierOf(Tier.Name, ExactKind.Name, plan.ExactName, need);
        TierOf(Tier.OtherName, ExactKind.OtherName, plan.ExactOther, need);
        TierOf(Tier.Person, ExactKind.Person, plan.ExactPerson, need);
        PrefixTier(Tier.NamePrefix, MatchKind.NamePrefix, KeyTable.Name, KeyTable.Brand, need);
        if (plan.IsLatin)
        {
            PrefixTier(Tier.OtherPrefix, MatchKind.AlsoKnownAs, KeyTable.OtherLatin, null, need);
            if (plan.HasDigit)
                PrefixTier(Tier.CodePrefix, MatchKind.CreditCode, KeyTable.Code, null, need);
            PrefixTier(Tier.Pinyin, MatchKind.Pinyin, KeyTable.Pinyin, KeyTable.BrandPinyin, need);
            PrefixTier(Tier.Initials, MatchKind.Initials, KeyTable.Initials, KeyTable.BrandInitials, need);
        }
        else
        {
            PrefixTier(Tier.OtherPrefix, MatchKind.FormerName, KeyTable.OtherName, null, need);
        }
    }

    private void TierOf(int tier, ExactKind kind, ulong key, int need)
    {
        if (scratch.Seen.Count >= need)
            return;
        scratch.Docs.Clear();
        AddExact(tier, kind, key, scratch.Docs);
        AddTier(tier, tier switch { Tier.Code => MatchKind.CreditCode, Tier.Name => MatchKind.Name, Tier.OtherName => MatchKind.FormerName, _ => MatchKind.Person }, need);
    }

    /// <summary>Adds documents whose stored value really is the key.</summary>
    private void AddExact(int tier, ExactKind kind, ulong key, List<uint> docs)
    {
        foreach (var doc in segment.FindExact(key))
        {
            // Thousands may share a person's name; a hash of 64 bits is not worth reading them all.
            if (tier == Tier.Person && docs.Count >= Window)
                docs.Add(doc);
            else if (Stored.Has(segment.Stored(doc), kind, plan.Key))
                docs.Add(doc);
        }
    }

    private void PrefixTier(int tier, MatchKind kind, KeyTable first, KeyTable? second, int need)
    {
        if (scratch.Seen.Count >= need)
            return;
        scratch.Docs.Clear();
        Top(first, need);
        if (second is { } table)
            Top(table, need);
        AddTier(tier, kind, need);
    }

    private void AddTier(int tier, MatchKind kind, int need)
    {
        scratch.Docs.Sort();
        foreach (var doc in scratch.Docs)
        {
            if (scratch.Seen.Count >= need)
                return;
            if (Passes(doc) && scratch.Seen.Add(doc))
                scratch.Candidates.Add(Make(doc, tier, kind));
        }
    }

    /// <summary>Adds the <paramref name="need"/> most important documents of a prefix that pass and are not seen yet.</summary>
    private void Top(KeyTable table, int need)
    {
        var (from, to) = segment.Range(table, plan.Key, out var verify);
        var pointers = segment.Table(table);
        var size = to - from;
        if (size == 0)
            return;
        var found = 0;
        if (size > ListLimit)
        {
            // Rare among many passes: give up walking and go through all of them.
            var budget = (4 * (long)need) + ListLimit;
            var restart = scratch.Docs.Count;
            scratch.Walk.Start(pointers.Docs, pointers.Tree, pointers.Count, from, to);
            while (budget-- > 0 && scratch.Walk.Next(out var doc))
            {
                if (!Wanted(table, doc, verify))
                    continue;
                scratch.Docs.Add(doc);
                if (++found >= need)
                    return;
            }
            if (budget >= 0)
                return;
            scratch.Docs.RemoveRange(restart, scratch.Docs.Count - restart);
            found = 0;
            var bits = scratch.EmptyBitmap(words);
            for (var i = from; i < to; i++)
                BitSet.Set(new Span<ulong>(bits, words), pointers.Docs[i]);
            var reads = 0;
            for (var w = 0; w < words; w++)
            {
                for (var word = bits[w]; word != 0; word &= word - 1)
                {
                    var doc = ((uint)w << 6) | (uint)BitOperations.TrailingZeroCount(word);
                    if (!Passes(doc) || scratch.Seen.Contains(doc))
                        continue;
                    if (verify && (++reads > VerifyLimit || !Verify(table, doc)))
                        continue;
                    scratch.Docs.Add(doc);
                    if (++found >= need)
                        return;
                }
            }
            return;
        }
        var list = new Span<uint>(scratch.List(size), size);
        new ReadOnlySpan<uint>(pointers.Docs + from, size).CopyTo(list);
        list = list[..SortDistinct(list)];
        foreach (var doc in list)
        {
            if (!Wanted(table, doc, verify))
                continue;
            scratch.Docs.Add(doc);
            if (++found >= need)
                return;
        }
    }

    private bool Wanted(KeyTable table, uint doc, bool verify) =>
        !scratch.Seen.Contains(doc) && Passes(doc) && (!verify || Verify(table, doc));

    /// <summary>Whether the document really has an entry in the table that begins with the text.</summary>
    private bool Verify(KeyTable table, uint doc) => table switch
    {
        KeyTable.OtherName or KeyTable.OtherLatin => Stored.HasPrefix(segment.Stored(doc), ExactKind.OtherName, plan.Key),
        KeyTable.Person => Stored.HasPrefix(segment.Stored(doc), ExactKind.Person, plan.Key),
        KeyTable.Code => Stored.HasPrefix(segment.Stored(doc), ExactKind.Code, plan.Key),
        _ => segment.TextOf(table, doc).StartsWith(plan.Key, StringComparison.Ordinal),
    };

    /// <summary>What no tier has: the first <see cref="Window"/> by score, the others by importance.</summary>
    private void Rest(DocSet results, int need, int before)
    {
        var candidates = scratch.Candidates;
        if (candidates.Count - before >= need)
            return;
        var first = candidates.Count;
        var wanted = plan.IsEmpty ? need : Math.Max(need, scratch.Seen.Count + Window);
        Scorer scorer = new(plan);
        if (results.IsBitmap)
        {
            for (var w = 0; w < words; w++)
            {
                for (var word = results.Bits[w]; word != 0; word &= word - 1)
                {
                    Take(((uint)w << 6) | (uint)BitOperations.TrailingZeroCount(word), ref scorer);
                    if (candidates.Count - before >= wanted)
                        goto done;
                }
            }
        }
        else
        {
            foreach (var doc in results.AsList)
            {
                Take(doc, ref scorer);
                if (candidates.Count - before >= wanted)
                    break;
            }
        }
    done:
        if (plan.IsEmpty)
            return;
        var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(candidates)[first..];
        span[..Math.Min(span.Length, Window)].Sort(Candidate.Compare);
        if (candidates.Count - before > need)
            candidates.RemoveRange(before + need, candidates.Count - before - need);

        void Take(uint doc, ref Scorer s)
        {
            if (scratch.Seen.Count > 0 && scratch.Seen.Contains(doc))
                return;
            var candidate = Make(doc, Tier.Rest, plan.IsEmpty ? MatchKind.None : MatchKind.All);
            if (!plan.IsEmpty && candidates.Count - first < Window)
                candidate.Score = s.Score(segment, doc, candidate.Importance);
            candidates.Add(candidate);
        }
    }

    private Candidate Make(uint doc, int tier, MatchKind kind) => new()
    {
        Tier = tier,
        Kind = kind,
        Doc = doc,
        Segment = segmentIndex,
        Number = segment.Number(doc),
        Importance = segment.Importance[doc],
    };

    /// <summary>Adds the best <paramref name="need"/> by a column. O(results · log need) at worst, O(results) as a rule.</summary>
    /// <param name="results">What to take from.</param>
    /// <param name="need">How many.</param>
    /// <param name="sort">The column and its direction.</param>
    /// <param name="currency">The currency of a sort by capital; amounts in others count as unknown.</param>
    public void BestByColumn(DocSet results, int need, SearchSort sort, byte currency)
    {
        if (need == 0)
            return;
        if (sort == SearchSort.Name)
        {
            BestByName(results, need);
            return;
        }
        var days = (int*)segment.Column(SearchColumn.FoundedDay);
        var capital = (long*)segment.Column(SearchColumn.CapitalFen);
        var bands = segment.Rows + SearchColumns.Of(SearchColumn.CapitalBand).Slot;
        var before = scratch.Candidates.Count;
        // A heap of the best so far, its worst on top. Importance falls with the document number, so a later equal never enters.
        List<(ulong Key, uint Doc)> heap = [];
        if (results.IsBitmap)
        {
            for (var w = 0; w < words; w++)
            {
                for (var word = results.Bits[w]; word != 0; word &= word - 1)
                    Offer(((uint)w << 6) | (uint)BitOperations.TrailingZeroCount(word));
            }
        }
        else
        {
            foreach (var doc in results.AsList)
                Offer(doc);
        }
        heap.Sort();
        foreach (var (key, doc) in heap)
        {
            var candidate = Make(doc, 0, plan.IsEmpty ? MatchKind.None : MatchKind.All);
            candidate.First = key;
            scratch.Candidates.Add(candidate);
        }

        void Offer(uint doc)
        {
            var value = sort is SearchSort.Founded or SearchSort.FoundedDesc ? (ulong)(uint)days[doc] : SearchColumns.BandOf(bands[(long)doc * SearchColumns.RowBytes]).Currency == currency ? (ulong)capital[doc] : 0;
            var key = value == 0 ? ulong.MaxValue : sort is SearchSort.FoundedDesc or SearchSort.CapitalDesc ? ulong.MaxValue - value : value;
            if (heap.Count < need)
            {
                heap.Add((key, doc));
                var i = heap.Count - 1;
                while (i > 0 && heap[(i - 1) / 2].CompareTo(heap[i]) < 0)
                {
                    (heap[i], heap[(i - 1) / 2]) = (heap[(i - 1) / 2], heap[i]);
                    i = (i - 1) / 2;
                }
                return;
            }
            if (key >= heap[0].Key)
                return;
            heap[0] = (key, doc);
            for (var i = 0; ;)
            {
                var child = (2 * i) + 1;
                if (child >= heap.Count)
                    break;
                if (child + 1 < heap.Count && heap[child + 1].CompareTo(heap[child]) > 0)
                    child++;
                if (heap[child].CompareTo(heap[i]) <= 0)
                    break;
                (heap[i], heap[child]) = (heap[child], heap[i]);
                i = child;
            }
        }
    }

    /// <summary>Goes through the table of pinyin, which is in order of names, and takes what is among the results.</summary>
    private void BestByName(DocSet results, int need)
    {
        var bits = new ReadOnlySpan<ulong>(ToOwnBitmap(results).Bits, words);
        var table = segment.Table(KeyTable.Pinyin);
        var found = 0;
        var before = scratch.Candidates.Count;
        ulong last = 0;
        for (var i = 0; i < table.Count; i++)
        {
            // All entries of the last first key are taken, so that the order within it can be made total.
            if (found >= need && table.Keys[i] != last)
                break;
            var doc = table.Docs[i];
            if (!BitSet.Has(bits, doc))
                continue;
            last = table.Keys[i];
            var candidate = Make(doc, 0, plan.IsEmpty ? MatchKind.None : MatchKind.All);
            candidate.First = last;
            candidate.Second = segment.SecondKey(KeyTable.Pinyin, doc);
            scratch.Candidates.Add(candidate);
            found++;
        }
        if (found > need)
        {
            var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(scratch.Candidates)[before..];
            span.Sort(Candidate.Compare);
            scratch.Candidates.RemoveRange(before + need, found - need);
        }
    }
}
