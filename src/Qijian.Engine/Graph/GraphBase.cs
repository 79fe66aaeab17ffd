using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Qijian.Engine.Search;

namespace Qijian.Engine.Graph;

/// <summary>Where a node's row and shares begin; its kind is in the top two bits of the second.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NodeRecord
{
    public const int KindShift = 30;
    public const uint ShareMask = (1u << KindShift) - 1;

    public uint Row;
    public uint KindAndShares;
}

[StructLayout(LayoutKind.Sequential)]
internal struct RangeRecord
{
    public uint Share;
    public int Min;
    public int Max;
}

/// <summary>The part of a graph that does not change: a mapped file.</summary>
internal sealed unsafe class GraphBase
{
    private readonly byte* shares;
    private readonly RangeRecord* ranges;
    private readonly ulong* dated;
    private readonly uint* datedBefore;
    private readonly byte* dates;
    private readonly byte* byId;
    private readonly byte* attachment;
    private readonly GraphFooter footer;

    private GraphBase(IndexMemory memory, in GraphFooter footer)
    {
        Memory = memory;
        this.footer = footer;
        Count = footer.Nodes;
        Nodes = (NodeRecord*)At(GraphSection.Nodes, (Count + 1L) * sizeof(NodeRecord));
        // One word is read at each half-edge: the last ones reach into what follows, which is never less than the footer.
        Rows = At(GraphSection.Rows, footer.HalfEdges * footer.HalfEdgeBytes);
        shares = At(GraphSection.Shares, footer.Shares * 3L);
        ranges = (RangeRecord*)At(GraphSection.Ranges, footer.Ranges * (long)sizeof(RangeRecord));
        var words = (footer.HalfEdges + 63) / 64;
        var blocks = footer.Dates == 0 ? 0 : (words + 7) / 8;
        dated = (ulong*)At(GraphSection.Dated, footer.Dates == 0 ? 0 : (words * 8) + (blocks * 4));
        datedBefore = (uint*)(dated + words);
        dates = At(GraphSection.Dates, footer.Dates * 5L);
        Ids = (int*)At(GraphSection.Ids, Count * 4L);
        byId = At(GraphSection.ById, -1);
        attachment = At(GraphSection.Attachment, -1);
    }

    public IndexMemory Memory { get; }

    public NodeRecord* Nodes { get; }

    public byte* Rows { get; }

    public int* Ids { get; }

    public int Count { get; }

    public long HalfEdges => footer.HalfEdges;

    public ReadOnlySpan<byte> Attachment => new(attachment, (int)footer.Lengths[(int)GraphSection.Attachment]);

    public int Width => footer.HalfEdgeBytes;

    public int Day => footer.Day;

    public long Sequence => footer.Sequence;

    public DateTimeOffset BuiltAt => new(footer.BuiltAtTicks, TimeSpan.Zero);

    /// <summary>Bytes of one section.</summary>
    public long BytesOf(GraphSection section) => footer.Lengths[(int)section];

    public static OpenFailure Open(IndexMemory memory, out GraphBase? opened)
    {
        opened = null;
        var failure = GraphFormat.Check(memory, out var footer);
        if (failure != OpenFailure.None)
            return failure;
        try
        {
            opened = new GraphBase(memory, footer);
        }
        catch (InvalidDataException)
        {
            return OpenFailure.Damaged;
        }
        return OpenFailure.None;
    }

    /// <summary>The node of an external id. O(1) where ids are dense, else O(log nodes).</summary>
    public bool TryNode(int id, out int node)
    {
        node = -1;
        if (footer.ByIdDense != 0)
        {
            if (id >= 0 && id < footer.Lengths[(int)GraphSection.ById] / footer.ByIdBytes)
                node = (int)(Unsafe.ReadUnaligned<uint>(byId + ((long)id * footer.ByIdBytes)) & (footer.ByIdBytes == 3 ? 0xFF_FFFFu : uint.MaxValue)) - 1;
            return node >= 0;
        }
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            var middle = low + ((high - low) >> 1);
            var candidate = ((int*)byId)[middle];
            if (Ids[candidate] == id)
            {
                node = candidate;
                return true;
            }
            if (Ids[candidate] < id)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return false;
    }

    /// <summary>The share of a node's half-edge to an owner.</summary>
    public Share ShareAt(int node, int index)
    {
        var number = (Nodes[node].KindAndShares & NodeRecord.ShareMask) + (uint)index;
        var code = (int)(Unsafe.ReadUnaligned<uint>(shares + (number * 3L)) & 0xFF_FFFF);
        if (code <= Share.Whole)
            return Share.Exact(code);
        return code == HalfEdge.UnknownShare ? default : RangeOf(number);
    }

    private Share RangeOf(uint number)
    {
        int low = 0, high = footer.Ranges;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (ranges[middle].Share < number)
                low = middle + 1;
            else
                high = middle;
        }
        return Share.Range(ranges[low].Min, ranges[low].Max);
    }

    /// <summary>The dates of a half-edge against the edge whose code says that it has some, packed.</summary>
    public (int Since, int Until) DatesAt(int node, int index)
    {
        var position = (long)Nodes[node].Row + index;
        var word = position >> 6;
        var rank = datedBefore[word >> 3];
        for (var w = word & ~7L; w < word; w++)
            rank += (uint)BitOperations.PopCount(dated[w]);
        rank += (uint)BitOperations.PopCount(dated[word] & ((1UL << (int)(position & 63)) - 1));
        var packed = Unsafe.ReadUnaligned<ulong>(dates + (rank * 5L));
        return ((int)(packed & 0xF_FFFF), (int)((packed >> 20) & 0xF_FFFF));
    }

    private byte* At(GraphSection section, long length)
    {
        var (offset, actual) = (footer.Offsets[(int)section], footer.Lengths[(int)section]);
        if (offset < GraphFormat.HeadBytes || actual < 0 || offset + actual > Memory.Length - sizeof(GraphFooter) || (length >= 0 && actual != length))
            throw new InvalidDataException($"Section {section} has {actual} bytes.");
        return Memory.Pointer + offset;
    }
}

/// <summary>The row of a node that changed after the base was built, with all that is known of each half-edge.</summary>
internal sealed unsafe class OverlayRow
{
    private readonly byte[] bytes;

    public OverlayRow(NodeKind kind, IEnumerable<Half> halves, int width, bool removed = false)
    {
        Kind = kind;
        Removed = removed;
        Halves = [.. halves.OrderBy(h => h.Code).ThenBy(h => h.Neighbour)]; // stable: parallel edges keep their order at both ends
        bytes = GC.AllocateUninitializedArray<byte>((Halves.Length * width) + 8, pinned: true);
        Pointer = (byte*)Unsafe.AsPointer(ref bytes[0]);
        for (var i = 0; i < Halves.Length; i++)
            Unsafe.WriteUnaligned(Pointer + (i * width), (uint)Halves[i].Neighbour | ((ulong)Halves[i].Code << ((width - 1) * 8)));
    }

    public NodeKind Kind { get; }

    public bool Removed { get; }

    public Half[] Halves { get; }

    public byte* Pointer { get; }
}

/// <summary>A half-edge with its dates packed.</summary>
internal readonly record struct Half(int Neighbour, byte Code, Share Share, int Since, int Until);
