namespace Qijian.Engine.Search;

/// <content>What can be done with sets of documents, lists or bitmaps.</content>
internal sealed unsafe partial class SegmentQuery
{
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

    /// <summary>The union as a set of its own: neither operand is changed.</summary>
    private DocSet Or(DocSet a, DocSet b)
    {
        if (!a.IsBitmap && !b.IsBitmap)
        {
            var list = scratch.List(a.Count + b.Count);
            a.AsList.CopyTo(new Span<uint>(list, a.Count));
            b.AsList.CopyTo(new Span<uint>(list + a.Count, b.Count));
            return new DocSet { List = list, Count = SortDistinct(new Span<uint>(list, a.Count + b.Count)) };
        }
        if (!a.IsBitmap)
            (a, b) = (b, a);
        var bits = scratch.Bitmap(words);
        var union = new Span<ulong>(bits, words);
        new ReadOnlySpan<ulong>(a.Bits, words).CopyTo(union);
        if (b.IsBitmap)
        {
            BitSet.Or(union, new ReadOnlySpan<ulong>(b.Bits, words));
        }
        else
        {
            foreach (var doc in b.AsList)
                BitSet.Set(union, doc);
        }
        return new DocSet { IsBitmap = true, IsOwn = true, Bits = bits };
    }

    private DocSet AndNot(DocSet a, DocSet b)
    {
        if (a.IsBitmap)
        {
            a = ToOwnBitmap(a);
            var bits = new Span<ulong>(a.Bits, words);
            if (b.IsBitmap)
            {
                BitSet.AndNot(bits, new ReadOnlySpan<ulong>(b.Bits, words));
                return a;
            }
            foreach (var doc in b.AsList)
                bits[(int)(doc >> 6)] &= ~(1UL << (int)(doc & 63));
            return a;
        }
        int kept = 0, j = 0;
        for (var i = 0; i < a.Count; i++)
        {
            var doc = a.List[i];
            bool had;
            if (b.IsBitmap)
            {
                had = BitSet.Has(new ReadOnlySpan<ulong>(b.Bits, words), doc);
            }
            else
            {
                while (j < b.Count && b.List[j] < doc)
                    j++;
                had = j < b.Count && b.List[j] == doc;
            }
            if (!had)
                a.List[kept++] = doc;
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

    /// <summary>What both sets have, neither of which is changed.</summary>
    private DocSet Common(DocSet a, DocSet b)
    {
        if (!a.IsBitmap)
        {
            var list = scratch.List(a.Count);
            a.AsList.CopyTo(new Span<uint>(list, a.Count));
            return And(new DocSet { List = list, Count = a.Count }, b);
        }
        if (!b.IsBitmap)
            return Common(b, a);
        var bits = scratch.Bitmap(words);
        new ReadOnlySpan<ulong>(a.Bits, words).CopyTo(new Span<ulong>(bits, words));
        BitSet.And(new Span<ulong>(bits, words), new ReadOnlySpan<ulong>(b.Bits, words));
        return new DocSet { IsBitmap = true, IsOwn = true, Bits = bits };
    }
}
