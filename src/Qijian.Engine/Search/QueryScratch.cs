namespace Qijian.Engine.Search;

/// <summary>A set of documents of one segment, as a sorted list or as a bitmap.</summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal unsafe struct DocSet
{
    public bool IsBitmap;

    /// <summary>Whether <see cref="Bits"/> is scratch, which may be changed, and not mapped memory.</summary>
    public bool IsOwn;
    public ulong* Bits;
    public uint* List;

    /// <summary>Documents in the list.</summary>
    public int Count;

    public readonly ReadOnlySpan<uint> AsList => new(List, Count);

    public readonly bool Has(uint doc) => IsBitmap ? (Bits[doc >> 6] >> (int)(doc & 63) & 1) != 0 : AsList.BinarySearch(doc) >= 0;
}

/// <summary>One company that may be on the page.</summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal struct Candidate
{
    public int Tier;
    public float Score;

    /// <summary>Sort values, ascending; the second only for names.</summary>
    public ulong First, Second;
    public uint Importance;
    public int Number;
    public int Segment;
    public uint Doc;
    public MatchKind Kind;

    /// <summary>The total order of hits: sort values, tier, score, importance, number.</summary>
    public static int Compare(Candidate x, Candidate y)
    {
        if (x.First != y.First)
            return x.First < y.First ? -1 : 1;
        if (x.Second != y.Second)
            return x.Second < y.Second ? -1 : 1;
        if (x.Tier != y.Tier)
            return x.Tier - y.Tier;
        if (x.Score != y.Score)
            return x.Score > y.Score ? -1 : 1;
        if (x.Importance != y.Importance)
            return x.Importance > y.Importance ? -1 : 1;
        return x.Number.CompareTo(y.Number);
    }
}

/// <summary>Reusable memory of one thread's queries, so that a query allocates next to nothing.</summary>
internal sealed unsafe class QueryScratch
{
    [ThreadStatic]
    private static QueryScratch? current;

    private readonly List<ulong[]> bitmaps = [];
    private readonly List<uint[]> lists = [];
    private readonly int[]?[] wideCounts = new int[SearchColumns.All.Length][];
    private uint[] small = [];
    private int bitmapsUsed, listsUsed;
    private uint[] blocks = GC.AllocateUninitializedArray<uint>(64 * PostingCodec.Block, pinned: true);

    public static QueryScratch Current => current ??= new QueryScratch();

    public RangeWalk Walk { get; } = new();

    public List<Candidate> Candidates { get; } = [];

    /// <summary>Documents already among the candidates of the segment.</summary>
    public HashSet<uint> Seen { get; } = [];

    public List<uint> Docs { get; } = [];

    public Postings[] Postings { get; private set; } = new Postings[64];

    /// <summary>Counts of packed columns: 256 a slot.</summary>
    public int[] Counts { get; } = new int[SearchColumns.RowBytes * 256];

    /// <summary>As many again, added by <see cref="JoinCounts"/>.</summary>
    public int[] OddCounts { get; } = new int[SearchColumns.RowBytes * 256];

    public void JoinCounts()
    {
        for (var i = 0; i < Counts.Length; i++)
            Counts[i] += OddCounts[i];
        Array.Clear(OddCounts);
    }

    /// <summary>Counts of a two-byte column.</summary>
    public int[] WideCounts(SearchColumn column) => wideCounts[(int)column] ??= new int[65536];

    public void Reset() => bitmapsUsed = listsUsed = 0;

    /// <summary>A bitmap with undefined content.</summary>
    public ulong* Bitmap(int words)
    {
        if (bitmapsUsed == bitmaps.Count)
            bitmaps.Add([]);
        if (bitmaps[bitmapsUsed].Length < words)
            bitmaps[bitmapsUsed] = GC.AllocateUninitializedArray<ulong>(words, pinned: true);
        return Pointer(bitmaps[bitmapsUsed++]);
    }

    public ulong* EmptyBitmap(int words)
    {
        var bits = Bitmap(words);
        new Span<ulong>(bits, words).Clear();
        return bits;
    }

    /// <summary>A list with undefined content.</summary>
    public uint* List(int count)
    {
        if (listsUsed == lists.Count)
            lists.Add([]);
        if (lists[listsUsed].Length < count)
            lists[listsUsed] = GC.AllocateUninitializedArray<uint>(Math.Max(1024, count), pinned: true);
        return Pointer(lists[listsUsed++]);
    }

    /// <summary>A list that is valid until the next is asked for.</summary>
    public Span<uint> SmallList(int count)
    {
        if (small.Length < count)
            small = new uint[count * 2];
        return small.AsSpan(0, count);
    }

    /// <summary>Block buffers for so many cursors.</summary>
    public uint* Blocks(int cursors)
    {
        if (blocks.Length < cursors * PostingCodec.Block)
            blocks = GC.AllocateUninitializedArray<uint>(cursors * PostingCodec.Block, pinned: true);
        return Pointer(blocks);
    }

    public Postings[] PostingRoom(int count)
    {
        if (Postings.Length < count)
        {
            var larger = new Postings[count * 2];
            Postings.CopyTo(larger, 0);
            Postings = larger;
        }
        return Postings;
    }

    private static T* Pointer<T>(T[] pinned)
        where T : unmanaged => pinned.Length == 0 ? null : (T*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref pinned[0]);
}
