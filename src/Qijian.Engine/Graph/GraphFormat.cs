using System.IO.Hashing;
using System.Runtime.InteropServices;
using Qijian.Engine.Search;

namespace Qijian.Engine.Graph;

/// <summary>The layout of a graph file.</summary>
/// <remarks>
/// Little endian. A head of 64 bytes, sections at multiples of 64 in the order of <see cref="GraphSection"/>, a footer at the very end: a file is
/// written front to back, and a truncated one has no footer. The checksum (XXH3, 64 bits) of the content covers every byte before the footer,
/// that of the footer covers the footer.
/// </remarks>
public static class GraphFormat
{
    /// <summary>Raised by any change of the layout: an older file is refused and built anew.</summary>
    public const int Version = 2;

    internal const ulong Magic = 0x3130_4850_5247_4A51; // "QJGRPH01"
    internal const int HeadBytes = 64;
    internal const int Sections = 9;

    /// <summary>Days are kept in 20 bits from here; 0 is none.</summary>
    internal static readonly int FirstDay = new DateOnly(1800, 1, 1).DayNumber - 1;

    internal const int LastDay = (1 << 20) - 1;

    internal static int PackDay(DateOnly? day) => day is null ? 0 : Math.Clamp(day.Value.DayNumber - FirstDay, 1, LastDay);

    internal static DateOnly? UnpackDay(int packed) => packed == 0 ? null : DateOnly.FromDayNumber(packed + FirstDay);

    /// <summary>Checks everything about a file. O(bytes), some 10 GB a second where it is in memory.</summary>
    internal static unsafe OpenFailure Check(IndexMemory memory, out GraphFooter footer)
    {
        footer = default;
        if (memory.Length < HeadBytes + sizeof(GraphFooter))
            return OpenFailure.Truncated;
        if (*(ulong*)memory.Pointer != Magic)
            return OpenFailure.NotAnIndex;
        if (*(int*)(memory.Pointer + 8) != Version)
            return OpenFailure.OtherVersion;
        footer = *(GraphFooter*)(memory.Pointer + memory.Length - sizeof(GraphFooter));
        if (footer.Magic != Magic || footer.FileBytes != memory.Length)
            return OpenFailure.Truncated;
        if (footer.Version != Version)
            return OpenFailure.OtherVersion;
        if (HashOf(footer) != footer.FooterHash)
            return OpenFailure.Damaged;
        XxHash3 hash = new();
        const int Chunk = 1 << 26;
        var content = memory.Length - sizeof(GraphFooter);
        for (long at = 0; at < content; at += Chunk)
            hash.Append(new ReadOnlySpan<byte>(memory.Pointer + at, (int)Math.Min(Chunk, content - at)));
        memory.KeepAlive();
        return hash.GetCurrentHashAsUInt64() == footer.ContentHash ? OpenFailure.None : OpenFailure.Damaged;
    }

    internal static ulong HashOf(GraphFooter footer)
    {
        footer.FooterHash = 0;
        return XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<GraphFooter>(in footer)));
    }
}

/// <summary>The sections of a file, in order.</summary>
internal enum GraphSection
{
    /// <summary>Of each node and one more: start of its row, start of its shares with its kind in the top two bits; 2 × 4 bytes.</summary>
    Nodes,

    /// <summary>Half-edges, 4 or 5 bytes: neighbour, above it the code (<see cref="HalfEdge"/>). A row is ordered by code, then neighbour.</summary>
    Rows,

    /// <summary>Share codes of the half-edges to owners, 3 bytes, in the order of the rows.</summary>
    Shares,

    /// <summary>Ranges: number of the share (4 bytes), least, most (4 bytes each), in order.</summary>
    Ranges,

    /// <summary>Bitmap of half-edges with dates, those against the edge only, in words of 64; then for each 8 words how many come before (4 bytes).</summary>
    Dated,

    /// <summary>Dates of those, 5 bytes: since, 20 bits; until, 20 bits.</summary>
    Dates,

    /// <summary>External id of each node, 4 bytes.</summary>
    Ids,

    /// <summary>Nodes by external id: at the id where ids are dense (3 or 4 bytes, number plus one), else in the order of ids.</summary>
    ById,

    /// <summary>Bytes of the caller.</summary>
    Attachment,
}

[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal unsafe struct GraphFooter
{
    public ulong Magic;
    public int Version;
    public int Nodes;
    public long FileBytes;
    public long HalfEdges;
    public long Sequence;
    public long BuiltAtTicks;
    public int Day;
    public int HalfEdgeBytes;
    public int ByIdBytes;
    public int ByIdDense;
    public int Shares;
    public int Ranges;
    public int Dates;
    public int Reserved;
    public fixed long Offsets[GraphFormat.Sections];
    public fixed long Lengths[GraphFormat.Sections];
    public ulong ContentHash;

    /// <summary>XXH3 of this footer with this field zero.</summary>
    public ulong FooterHash;
}

/// <summary>The code of a half-edge: direction (against the edge first), kind, and what is known of its dates. Against an edge the kinds ascend and along it they descend, so that a row begins with owners and ends with holdings.</summary>
internal static class HalfEdge
{
    public const int Undated = 0, Current = 1, Ended = 2, Look = 3;

    /// <summary>Codes below are owners, codes from <see cref="FirstHolding"/> holdings.</summary>
    public const int OwnerCodes = 4, FirstHolding = 252;

    public const int UnknownShare = 0x40_0000, RangeShare = 0x80_0000;

    public static byte Code(bool along, EdgeKind kind, int period) => (byte)(along ? 0x80 | ((31 - (int)kind) << 2) | period : ((int)kind << 2) | period);

    public static bool Along(int code) => code >= 0x80;

    public static EdgeKind Kind(int code) => (EdgeKind)(code >= 0x80 ? 31 - ((code >> 2) & 31) : code >> 2);

    /// <summary>The code of the same edge seen from its other end.</summary>
    public static byte Other(int code) => Code(code < 0x80, Kind(code), code & 3);

    /// <summary>What can be said of an edge's dates on the day of the snapshot and later without looking: it holds, it has ended, or neither.</summary>
    public static int Period(int since, int until, int today) =>
        since == 0 && until == 0 ? Undated : until != 0 && until <= today ? Ended : until == 0 && since <= today ? Current : Look;

    public static int ShareCode(Share share) => share.IsUnknown ? UnknownShare : share.IsExact ? share.Min : RangeShare;

    public static EdgeFault Check(in GraphEdge edge)
    {
        if ((int)edge.Kind > 31 || (edge.Kind != EdgeKind.Share && !edge.Share.IsUnknown))
            return EdgeFault.Kind;
        if (edge.Share.Min < 0 || edge.Share.Max > Share.Whole || edge.Share.Min > edge.Share.Max)
            return EdgeFault.Share;
        return edge.Since >= edge.Until ? EdgeFault.Dates : EdgeFault.None;
    }
}
