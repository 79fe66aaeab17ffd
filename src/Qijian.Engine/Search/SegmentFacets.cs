using System.Numerics;
using System.Runtime.Intrinsics.X86;

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
            if (Sse.IsSupported && i + Ahead < set.Count)
                Sse.Prefetch0(segment.Rows + (set.List[i + Ahead] * (long)SearchColumns.RowBytes));
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
        if (conditions.Count == 0 && facets.Length == 0)
            return BitSet.Count(new ReadOnlySpan<ulong>(set.Bits, words));
        var matches = set.Bits;
        var masks = stackalloc ulong*[conditions.Count];
        for (var c = 0; c < conditions.Count; c++)
            masks[c] = MaskOf(conditions[c], matches);
        if (conditions.Count > 0)
            set = new DocSet { IsBitmap = true, IsOwn = true, Bits = scratch.Bitmap(words) };
        Span<bool> filtered = stackalloc bool[facets.Length];
        for (var f = 0; f < facets.Length; f++)
            filtered[f] = IsFiltered(SearchColumns.GroupOf(facets[f].Column));

        // A few kilobytes at a time, so that everything but the matches and the masks is in the nearest cache.
        var total = 0;
        var without = stackalloc ulong[ColumnSlices.Chunk];
        for (var w = 0; w < words; w += ColumnSlices.Chunk)
        {
            BitPart part = new(set.Bits + w, w, Math.Min(ColumnSlices.Chunk, words - w));
            if (conditions.Count > 0)
                Pass(part, matches, masks, null);
            var count = part.Count();
            total += count;
            CountPart(part, count, facets);
            // For a column with a condition of its own, also what only that condition keeps out.
            for (var f = 0; f < facets.Length; f++)
            {
                if (!filtered[f])
                    continue;
                BitPart others = new(without, w, part.Size);
                Pass(others, matches, masks, SearchColumns.GroupOf(facets[f].Column));
                BitSet.AndNot(others.Span, part.Span);
                CountPart(others, others.Count(), facets.Slice(f, 1));
            }
        }
        if (facets.Length > 0)
            scratch.JoinCounts();
        return total;
    }

    private bool IsFiltered(SearchColumn group)
    {
        foreach (var condition in conditions)
        {
            if (condition.Group == group)
                return true;
        }
        return false;
    }

    /// <summary>The matches that pass all conditions but those of one group.</summary>
    private void Pass(BitPart part, ulong* matches, ulong** masks, SearchColumn? except)
    {
        new ReadOnlySpan<ulong>(matches + part.From, part.Size).CopyTo(part.Span);
        for (var c = 0; c < conditions.Count; c++)
        {
            if (conditions[c].Group != except)
                BitSet.And(part.Span, new ReadOnlySpan<ulong>(masks[c] + part.From, part.Size));
        }
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
        if (condition.Column == SearchColumn.FoundedDay)
            return YearsMask(condition, matches);
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

    /// <summary>Whole years by the bitmaps of the years up to them; days are read in the first and the last year only.</summary>
    private ulong* YearsMask(ColumnCondition condition, ulong* matches)
    {
        var years = segment.UpTo(SearchColumn.FoundedYear);
        var (first, last) = condition.Years();
        var mask = scratch.Bitmap(words);
        var result = new Span<ulong>(mask, words);
        ReadOnlySpan<ulong> high = default, low = default;
        foreach (var (stored, bits) in years)
        {
            if (stored <= last)
                high = bits;
            if (stored < first)
                low = bits;
        }
        if (high.IsEmpty)
        {
            result.Clear();
            return mask;
        }
        high.CopyTo(result);
        if (!low.IsEmpty)
            BitSet.AndNot(result, low);
        foreach (var year in (ReadOnlySpan<uint>)(first == last ? [first] : [first, last]))
        {
            if (condition.IsWholeYear(year) || !segment.TryFilter(SearchColumn.FoundedYear, year, out var found, out _))
                continue;
            var some = scratch.EmptyBitmap(words);
            found.OrInto(new Span<ulong>(some, words));
            for (var w = 0; w < words; w++)
            {
                for (var word = some[w] & matches[w]; word != 0; word &= word - 1)
                {
                    var doc = ((uint)w << 6) | (uint)BitOperations.TrailingZeroCount(word);
                    if (!condition.Passes(segment, doc))
                        mask[w] &= ~(1UL << (int)(doc & 63));
                }
            }
        }
        return mask;
    }

    /// <summary>Counts columns: document by document, each costing one row of eight bytes whatever the number of packed columns; or, where the documents are many, by slices.</summary>
    private void CountPart(BitPart part, int count, ReadOnlySpan<ColumnSpec> columns)
    {
        if (count == 0 || columns.Length == 0)
            return;
        var values = 0;
        foreach (var column in columns)
        {
            if (column.Slot < 0)
            {
                CountColumn(part, column);
                continue;
            }
            values += segment.ValuesOf(column.Column).Length;
        }
        // Thirty-two documents by rows cost about what 64 by slices cost for each value.
        if (count > part.Size * (long)values / 32)
        {
            foreach (var column in columns)
            {
                if (column.Slot >= 0)
                    segment.SlicesOf(column.Column).Count(part, count, scratch.Counts.AsSpan(column.Slot << 8, 256));
            }
        }
        else if (columns.Length > 1)
        {
            CountRows(part);
        }
        else if (columns[0].Slot >= 0)
        {
            CountColumn(part, columns[0]);
        }
    }

    private void CountRows(BitPart part)
    {
        var batch = stackalloc uint[Batch];
        for (var group = 0; group < SearchColumns.RowBytes; group += 8)
        {
            // Two sets of counters by turns: equal neighbours (one status, nearly all) would wait for each other's store.
            fixed (int* even = &scratch.Counts[group * 256], odd = &scratch.OddCounts[group * 256])
            {
                var rows = segment.Rows + group;
                var (w, word) = (0, 0UL);
                int n;
                while ((n = NextBatch(part, ref w, ref word, batch, rows, SearchColumns.RowBytes)) > 0)
                {
                    var i = 0;
                    for (; i + 1 < n; i += 2)
                    {
                        CountRow(even, *(ulong*)(rows + ((long)batch[i] * SearchColumns.RowBytes)));
                        CountRow(odd, *(ulong*)(rows + ((long)batch[i + 1] * SearchColumns.RowBytes)));
                    }
                    if (i < n)
                        CountRow(even, *(ulong*)(rows + ((long)batch[i] * SearchColumns.RowBytes)));
                }
            }
        }
    }

    private void CountColumn(BitPart part, ColumnSpec column)
    {
        var batch = stackalloc uint[Batch];
        var (w, word) = (0, 0UL);
        int n;
        if (column.Slot < 0)
        {
            var wide = (ushort*)segment.Column(column.Column);
            var wideCounts = scratch.WideCounts(column.Column);
            while ((n = NextBatch(part, ref w, ref word, batch, (byte*)wide, 2)) > 0)
            {
                for (var i = 0; i < n; i++)
                    wideCounts[wide[batch[i]]]++;
            }
            return;
        }
        var counts = scratch.Counts.AsSpan(column.Slot << 8, 256);
        var packed = segment.Rows + column.Slot;
        while ((n = NextBatch(part, ref w, ref word, batch, packed, SearchColumns.RowBytes)) > 0)
        {
            for (var i = 0; i < n; i++)
                counts[packed[(long)batch[i] * SearchColumns.RowBytes]]++;
        }
    }

    private const int Batch = 128, Ahead = 16;

    /// <summary>The next documents of a part, at most <see cref="Batch"/>, their rows asked for from memory ahead: counting scattered rows otherwise waits for each.</summary>
    private static int NextBatch(BitPart part, ref int w, ref ulong word, uint* batch, byte* rows, int rowBytes)
    {
        var n = 0;
        while (true)
        {
            while (word != 0)
            {
                if (n == Batch)
                    return n;
                var doc = ((uint)(part.From + w - 1) << 6) | (uint)BitOperations.TrailingZeroCount(word);
                word &= word - 1;
                if (Sse.IsSupported)
                    Sse.Prefetch0(rows + ((long)doc * rowBytes));
                batch[n++] = doc;
            }
            if (w >= part.Size)
                return n;
            word = part.Bits[w++];
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
}
