using System.Runtime.CompilerServices;

namespace Qijian.Engine.Graph;

/// <summary>A graph at one moment: immutable, safe for any number of readers.</summary>
/// <remarks>
/// Every query takes a budget (<see cref="GraphQuery"/>) and says when it ended first; a cancelled one throws <see cref="OperationCanceledException"/>.
/// Ids that are not in the graph are named in the answer.
/// </remarks>
public sealed unsafe partial class GraphSnapshot
{
    private readonly GraphBase origin;
    private readonly Dictionary<int, OverlayRow> overlay;
    private readonly Dictionary<int, int> newIds;
    private readonly int[] addedIds;
    private readonly int width;
    private readonly int shift;
    private readonly uint mask;

    internal GraphSnapshot(GraphBase origin, long sequence, Dictionary<int, OverlayRow>? overlay = null, Dictionary<int, int>? newIds = null, int[]? addedIds = null, int removed = 0, long halfEdges = -1)
    {
        this.origin = origin;
        this.overlay = overlay ?? [];
        this.newIds = newIds ?? [];
        this.addedIds = addedIds ?? [];
        width = origin.Width;
        shift = (width - 1) * 8;
        mask = width == 4 ? 0xFF_FFFF : uint.MaxValue;
        Sequence = sequence;
        RemovedNodes = removed;
        HalfEdges = halfEdges < 0 ? origin.HalfEdges : halfEdges;
    }

    /// <summary>Parties.</summary>
    public int Nodes => Size - RemovedNodes;

    /// <summary>Relations.</summary>
    public long Edges => HalfEdges / 2;

    /// <summary>The last change of the database that is covered.</summary>
    public long Sequence { get; }

    /// <summary>The day of the base, as of which relations hold unless a query names another.</summary>
    public DateOnly Day => DateOnly.FromDayNumber(origin.Day);

    /// <summary>When the base was built.</summary>
    public DateTimeOffset BuiltAt => origin.BuiltAt;

    /// <summary>Parties whose relations are not those of the base: what building it anew would clear away.</summary>
    public int Changed => overlay.Count;

    /// <summary>What the caller attached to the base. The span is valid while the snapshot is held.</summary>
    public ReadOnlySpan<byte> Attachment => origin.Attachment;

    /// <summary>Bytes of the base.</summary>
    public long Bytes => origin.Memory.Length;

    /// <summary>Internal numbers in use are below.</summary>
    internal int Size => origin.Count + addedIds.Length;

    internal int RemovedNodes { get; }

    internal long HalfEdges { get; }

    internal GraphBase Origin => origin;

    internal Dictionary<int, OverlayRow> Overlay => overlay;

    internal Dictionary<int, int> NewIds => newIds;

    internal int[] AddedIds => addedIds;

    /// <summary>Whether a party is in the graph, and what it is. O(1) where ids are dense, else O(log parties).</summary>
    public bool TryFind(int id, out GraphNode found)
    {
        var any = TryNode(id, out var node);
        found = any ? new GraphNode(id, KindOf(node)) : default;
        GC.KeepAlive(this);
        return any;
    }

    /// <summary>How many relations of any kind and time a party has; 0 where it is not in the graph.</summary>
    public int DegreeOf(int id)
    {
        if (!TryNode(id, out var node))
            return 0;
        Row(node, out var count);
        GC.KeepAlive(this);
        return count;
    }

    /// <summary>The relations of a party that a query walks, owners first, holdings last. O(its relations, and log of its neighbours' for each with a share or dates).</summary>
    public IReadOnlyList<GraphEdge> RelationsOf(int id, GraphQuery? query = null, Direction direction = Direction.Both) => Relations(id, null, query, direction);

    /// <summary>The relations between two parties that a query walks, either way: the evidence of a step. O(relations of the one that has fewer).</summary>
    public IReadOnlyList<GraphEdge> Between(int first, int second, GraphQuery? query = null)
    {
        if (!TryNode(first, out var a) || !TryNode(second, out var b))
            return [];
        Row(a, out var ofFirst);
        Row(b, out var ofSecond);
        return ofFirst <= ofSecond ? Relations(first, b, query, Direction.Both) : Relations(second, a, query, Direction.Both);
    }

    /// <summary>All parties, in the order of the base. For building a graph anew.</summary>
    public IEnumerable<GraphNode> AllNodes() => Enumerable.Range(0, Size).Where(n => !IsRemoved(n)).Select(n => new GraphNode(IdOf(n), KindOf(n)));

    /// <summary>All relations, those that have ended too, by their second party. For building a graph anew.</summary>
    public IEnumerable<GraphEdge> AllEdges()
    {
        for (var node = 0; node < Size; node++)
        {
            foreach (var half in HalvesOf(node))
            {
                if (HalfEdge.Along(half.Code))
                    break;
                yield return EdgeOf(node, half);
            }
        }
        GC.KeepAlive(this);
    }

    internal bool TryNode(int id, out int node) => (newIds.Count > 0 && newIds.TryGetValue(id, out node)) || origin.TryNode(id, out node) ? node >= 0 : (node = -1) >= 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int IdOf(int node) => node < origin.Count ? origin.Ids[node] : addedIds[node - origin.Count];

    internal NodeKind KindOf(int node) =>
        overlay.Count > 0 && overlay.TryGetValue(node, out var row) ? row.Kind : (NodeKind)(origin.Nodes[node].KindAndShares >> NodeRecord.KindShift);

    internal bool IsRemoved(int node) => overlay.Count > 0 && overlay.TryGetValue(node, out var row) && row.Removed;

    /// <summary>The half-edges of a node; read them with <see cref="At"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* Row(int node, out int count)
    {
        if (overlay.Count > 0 && overlay.TryGetValue(node, out var changed))
        {
            count = changed.Halves.Length;
            return changed.Pointer;
        }
        var record = origin.Nodes + node;
        count = (int)(record[1].Row - record->Row);
        return origin.Rows + ((long)record->Row * width);
    }

    /// <summary>The neighbour at a place of a row, and its code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int At(byte* row, int index, out int code)
    {
        var word = Unsafe.ReadUnaligned<ulong>(row + ((long)index * width));
        code = (byte)(word >> shift);
        return (int)((uint)word & mask);
    }

    /// <summary>Asks the processor for a node's record, and once that is there for its row. Measured: 2 to 3 times on paths of 10 million nodes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void PrefetchRecord(int node)
    {
        if (System.Runtime.Intrinsics.X86.Sse.IsSupported && node < origin.Count)
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(origin.Nodes + node);
    }

    /// <inheritdoc cref="PrefetchRecord"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void PrefetchRow(int node)
    {
        if (System.Runtime.Intrinsics.X86.Sse.IsSupported && node < origin.Count)
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(origin.Rows + ((long)origin.Nodes[node].Row * width));
    }

    /// <summary>The share of a half-edge to an owner. O(1), a range O(log ranges).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Share OwnerShare(int node, int index) =>
        overlay.Count > 0 && overlay.TryGetValue(node, out var row) ? row.Halves[index].Share : origin.ShareAt(node, index);

    /// <summary>The packed dates of a half-edge. O(1) against the edge, O(log relations of the neighbour) along it.</summary>
    internal (int Since, int Until) DatesOf(int node, int index)
    {
        if (overlay.Count > 0 && overlay.TryGetValue(node, out var changed))
            return (changed.Halves[index].Since, changed.Halves[index].Until);
        var neighbour = At(Row(node, out _), index, out var code);
        if ((code & 3) == HalfEdge.Undated)
            return default;
        if (!HalfEdge.Along(code))
            return origin.DatesAt(node, index);
        return DatesOf(neighbour, Twin(node, index, neighbour, code));
    }

    /// <summary>Whether the dates of a half-edge let it be walked: it holds on the day, or has ended by then and such are asked for.</summary>
    internal bool Holds(int node, int index, int day, bool ended)
    {
        var (since, until) = DatesOf(node, index);
        return ((since == 0 || since <= day) && (until == 0 || day < until)) || (ended && until != 0 && until <= day);
    }

    /// <summary>All that is known of the half-edges of a node.</summary>
    internal Half[] HalvesOf(int node)
    {
        if (overlay.TryGetValue(node, out var changed))
            return changed.Halves;
        Row(node, out var count);
        var halves = new Half[count];
        for (var i = 0; i < count; i++)
            halves[i] = HalfAt(node, i);
        return halves;
    }

    internal Half HalfAt(int node, int index)
    {
        if (overlay.Count > 0 && overlay.TryGetValue(node, out var changed))
            return changed.Halves[index];
        var neighbour = At(Row(node, out _), index, out var code);
        var (since, until) = DatesOf(node, index);
        var share = HalfEdge.Kind(code) != EdgeKind.Share ? default : code < HalfEdge.OwnerCodes ? OwnerShare(node, index) : OwnerShare(neighbour, Twin(node, index, neighbour, code));
        return new Half(neighbour, (byte)code, share, since, until);
    }

    internal GraphEdge EdgeOf(int node, in Half half)
    {
        var (here, there) = (IdOf(node), IdOf(half.Neighbour));
        var (from, to) = HalfEdge.Along(half.Code) ? (here, there) : (there, here);
        return new GraphEdge(from, to, HalfEdge.Kind(half.Code), half.Share, GraphFormat.UnpackDay(half.Since), GraphFormat.UnpackDay(half.Until));
    }

    /// <summary>Where the same edge is in the neighbour's row: parallel edges are in the same order there.</summary>
    private int Twin(int node, int index, int neighbour, int code)
    {
        var row = Row(node, out var count);
        var first = LowerBound(row, count, code, neighbour);
        var other = Row(neighbour, out var there);
        return LowerBound(other, there, HalfEdge.Other(code), node) + (index - first);
    }

    private int LowerBound(byte* row, int count, int code, int neighbour)
    {
        int low = 0, high = count;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            var candidate = At(row, middle, out var c);
            if (c < code || (c == code && candidate < neighbour))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private List<GraphEdge> Relations(int id, int? neighbour, GraphQuery? query, Direction direction)
    {
        List<GraphEdge> found = [];
        if (!TryNode(id, out var node))
            return found;
        var run = QueryRun.Start(this, query, direction, default);
        var row = Row(node, out var count);
        for (var i = 0; i < count; i++)
        {
            var other = At(row, i, out var code);
            // A party related to itself is in its own row twice.
            var again = direction == Direction.Both && other == node && HalfEdge.Along(code);
            if (!again && (neighbour is null || other == neighbour) && run.Walks(node, i, code))
                found.Add(EdgeOf(node, HalfAt(node, i)));
        }
        GC.KeepAlive(this);
        return found;
    }
}

/// <summary>What one query may walk and has left of its budget. One a thread, used anew by each query.</summary>
internal sealed unsafe class QueryRun
{
    private const int CheckEvery = 1 << 14;

    [ThreadStatic]
    private static QueryRun? current;

    private readonly byte[] accepts = GC.AllocateArray<byte>(256, pinned: true);
    private GraphSnapshot graph = null!;
    private (EdgeKinds Kinds, int Day, int Today, bool Ended, Direction Direction)? prepared;
    private int day;
    private bool ended;
    private int left;
    private int nextCheck;
    private int allowed;
    private long deadline;
    private CancellationToken ct;

    /// <summary>Of each code: not walked, walked, or only after a look at the dates (0, 1, 2).</summary>
    public byte* Accepts { get; private set; }

    public int HubDegree { get; private set; }

    public bool Truncated { get; set; }

    public List<int> Hubs { get; } = [];

    public int Steps => allowed - left;

    public static QueryRun Start(GraphSnapshot graph, GraphQuery? query, Direction direction, CancellationToken ct)
    {
        query ??= GraphQuery.Default;
        var run = current ??= new QueryRun();
        ct.ThrowIfCancellationRequested();
        run.graph = graph;
        run.ct = ct;
        run.allowed = run.left = Math.Max(0, query.Steps);
        run.deadline = query.Time == Timeout.InfiniteTimeSpan ? long.MaxValue : System.Diagnostics.Stopwatch.GetTimestamp() + (long)(Math.Min(query.Time.TotalSeconds, 1e6) * System.Diagnostics.Stopwatch.Frequency);
        run.nextCheck = Math.Max(0, run.left - CheckEvery);
        run.HubDegree = query.HubDegree;
        run.Truncated = false;
        run.Hubs.Clear();
        run.Accepts = (byte*)Unsafe.AsPointer(ref run.accepts[0]);
        run.Prepare(query.Kinds, query.Day is { } asked ? GraphFormat.PackDay(asked) : GraphFormat.PackDay(graph.Day), GraphFormat.PackDay(graph.Day), query.Ended, direction);
        return run;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Walks(int node, int index, int code)
    {
        var accept = Accepts[code];
        return accept != 0 && (accept == 1 || graph.Holds(node, index, day, ended));
    }

    /// <summary>Takes steps off the budget; false, and truncated, where none are left. Throws where cancelled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Spend(int steps)
    {
        left -= steps;
        return left >= nextCheck || Check();
    }

    private bool Check()
    {
        ct.ThrowIfCancellationRequested();
        nextCheck = Math.Max(left - CheckEvery, 0);
        if (left >= 0 && System.Diagnostics.Stopwatch.GetTimestamp() <= deadline)
            return true;
        Truncated = true;
        return false;
    }

    /// <summary>Whether a path may lead through a node of so many relations. Names the hub that is not passed.</summary>
    public bool Passes(int node, int degree)
    {
        if (degree <= HubDegree)
            return graph.KindOf(node) != NodeKind.UnknownOwner;
        if (!Hubs.Contains(node))
            Hubs.Add(node);
        return false;
    }

    public IReadOnlyList<int> HubIds() => Hubs.Count == 0 ? [] : [.. Hubs.Select(graph.IdOf).Order()];

    private void Prepare(EdgeKinds kinds, int asked, int today, bool withEnded, Direction direction)
    {
        (day, ended) = (asked, withEnded);
        var wanted = (kinds, asked, today, withEnded, direction);
        if (prepared == wanted)
            return;
        for (var code = 0; code < 256; code++)
        {
            var walked = kinds.Has(HalfEdge.Kind(code)) && (direction == Direction.Both || (direction == Direction.Down) == HalfEdge.Along(code));
            accepts[code] = (byte)(!walked ? 0 : (code & 3) switch
            {
                HalfEdge.Undated => 1,
                HalfEdge.Look => 2,
                _ when asked < today => 2,
                HalfEdge.Current => 1,
                _ => withEnded ? 1 : 0,
            });
        }
        prepared = wanted;
    }
}
