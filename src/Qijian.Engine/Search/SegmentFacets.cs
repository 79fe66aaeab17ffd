using System.Numerics;

namespace Qijian.Engine.Search;

/// <content>Filters, totals and facets.</content>
internal sealed unsafe partial class SegmentQuery
{
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
}
