using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Qijian.Engine.Graph;

/// <summary>Makes a graph file of streams of parties and relations, in any order. Not for several threads.</summary>
/// <remarks>Takes some 13 bytes an edge while they are added (5 more with dates), and 16 to 20 more while it writes. At most 2^30 relations.</remarks>
public sealed class GraphBuilder
{
    /// <summary>A graph of so many parties leaves room in three bytes for those that changes add.</summary>
    private const int MostIn3Bytes = (1 << 24) - (1 << 20);

    private readonly List<int> ids;
    private readonly List<byte> kinds;
    private readonly List<int> from;
    private readonly List<int> to;
    private readonly List<uint> attributes; // kind, above it the share code
    private readonly Dictionary<int, Share> ranges = [];
    private readonly Dictionary<EdgeFault, int> faults = [];
    private List<ulong>? dates;
    private bool written;

    /// <summary>A builder of nothing yet.</summary>
    /// <param name="parties">How many are expected, so that room is made once: growing takes a tenth of the time of a large build.</param>
    /// <param name="relations">How many are expected.</param>
    public GraphBuilder(int parties = 0, int relations = 0)
    {
        (ids, kinds) = (new List<int>(parties), new List<byte>(parties));
        (from, to, attributes) = (new List<int>(relations), new List<int>(relations), new List<uint>(relations));
    }

    /// <summary>Relations that were left out or changed, by why; those of missing parties once it is written.</summary>
    public IReadOnlyDictionary<EdgeFault, int> Faults => faults;

    /// <summary>Bytes that are kept in the file with the graph, under the same checksums.</summary>
    public ReadOnlyMemory<byte> Attachment { get; set; }

    /// <summary>How parties are numbered; for measuring what that is worth.</summary>
    internal NodeOrder Order { get; init; } = NodeOrder.Community;

    /// <summary>Four bytes of neighbour even for few parties; for tests.</summary>
    internal bool Wide { get; init; }

    /// <summary>Adds a party; of one id the last counts.</summary>
    public void Add(GraphNode node)
    {
        if (node.Id < 0 || node.Kind > NodeKind.Other)
            throw new ArgumentOutOfRangeException(nameof(node), node, "An id is not negative, and there are four kinds.");
        ids.Add(node.Id);
        kinds.Add((byte)node.Kind);
    }

    /// <summary>Adds a relation; its parties may be added later. O(1).</summary>
    /// <returns>What is wrong with it; counted in <see cref="Faults"/>.</returns>
    public EdgeFault Add(in GraphEdge edge)
    {
        var fault = edge.From < 0 || edge.To < 0 ? EdgeFault.MissingParty : HalfEdge.Check(edge);
        if (fault != EdgeFault.None)
            Count(fault);
        if (fault is not (EdgeFault.None or EdgeFault.Dates))
            return fault;
        if (from.Count >= 1 << 30)
            throw new InvalidOperationException("A graph holds at most 2^30 relations.");
        var code = HalfEdge.ShareCode(edge.Share);
        if (edge.Kind == EdgeKind.Share && code == HalfEdge.RangeShare)
            ranges[from.Count] = edge.Share;
        var packed = (uint)GraphFormat.PackDay(edge.Since) | ((ulong)(uint)GraphFormat.PackDay(edge.Until) << 20);
        if (packed != 0 && dates is null)
        {
            dates = new List<ulong>(from.Capacity);
            CollectionsMarshal.SetCount(dates, from.Count);
            CollectionsMarshal.AsSpan(dates).Clear();
        }
        dates?.Add(packed);
        from.Add(edge.From);
        to.Add(edge.To);
        attributes.Add((uint)edge.Kind | ((uint)code << 8));
        return fault;
    }

    /// <summary>Writes to a draft beside the file and puts it in its place: whoever opens the path sees the old or the new whole.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="sequence">The last change of the database that is covered.</param>
    /// <param name="builtAt">When; its day is the day as of which relations hold.</param>
    public void Save(string path, long sequence, DateTimeOffset builtAt)
    {
        var draft = $"{path}.{Guid.CreateVersion7():N}.tmp";
        try
        {
            using (FileStream file = new(draft, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0))
            {
                Write(file, sequence, builtAt);
                file.Flush(flushToDisk: true);
            }
            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Writes the graph. O(parties + relations), and sorting within each party's relations. Once; the builder is used up.</summary>
    public void Write(Stream output, long sequence, DateTimeOffset builtAt)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (written)
            throw new InvalidOperationException("A builder writes once.");
        written = true;
        var day = DateOnly.FromDateTime(builtAt.Date);
        var table = Resolve(out var nodeIds, out var nodeKinds, out var dense);
        var n = nodeIds.Length;
        var rows = HalfEdges(n, GraphFormat.PackDay(day));
        var order = Order switch
        {
            NodeOrder.Given => [.. Enumerable.Range(0, n)],
            NodeOrder.Breadth => Communities.Breadth(rows.Start, rows.Halves),
            _ => Communities.Order(rows.Start, rows.Halves),
        };
        var number = new int[n];
        for (var i = 0; i < n; i++)
            number[order[i]] = i;
        GraphWriter writer = new(output);
        GraphFooter footer = new()
        {
            Magic = GraphFormat.Magic, Version = GraphFormat.Version, Nodes = n, HalfEdges = rows.Halves.Length, Sequence = sequence, BuiltAtTicks = builtAt.UtcTicks, Day = day.DayNumber,
            HalfEdgeBytes = Wide || n > MostIn3Bytes ? 5 : 4,
        };
        writer.Start();
        WriteRows(writer, ref footer, rows, order, number, nodeKinds);
        writer.Begin(GraphSection.Ids);
        for (var i = 0; i < n; i++)
            writer.Write(nodeIds[order[i]], 4);
        writer.End(ref footer);
        writer.Begin(GraphSection.ById);
        if (dense)
        {
            (footer.ByIdDense, footer.ByIdBytes) = (1, n < 0xFF_FFFF ? 3 : 4);
            foreach (var node in table!)
                writer.Write(node < 0 ? 0 : number[node] + 1, footer.ByIdBytes);
        }
        else
        {
            footer.ByIdBytes = 4;
            var byId = Enumerable.Range(0, n).ToArray();
            Array.Sort([.. order.Select(o => nodeIds[o])], byId);
            foreach (var node in byId)
                writer.Write(node, 4);
        }
        writer.End(ref footer);
        writer.Section(GraphSection.Attachment, Attachment.Span, ref footer);
        writer.Finish(footer);
    }

    private void Count(EdgeFault fault) => CollectionsMarshal.GetValueRefOrAddDefault(faults, fault, out _)++;

    /// <summary>Numbers the parties in the order given and turns the ends of the relations into numbers, -1 where a party is missing.</summary>
    private int[]? Resolve(out int[] nodeIds, out byte[] nodeKinds, out bool dense)
    {
        var largest = ids.Count == 0 ? -1 : ids.Max();
        dense = largest < (2L * ids.Count) + 1024;
        int[]? table = null;
        Dictionary<int, int> sparse = [];
        List<int> distinct = new(ids.Count);
        List<byte> kindOf = new(ids.Count);
        if (dense)
        {
            table = new int[largest + 1];
            Array.Fill(table, -1);
        }
        for (var i = 0; i < ids.Count; i++)
        {
            ref var node = ref dense ? ref table![ids[i]] : ref CollectionsMarshal.GetValueRefOrAddDefault(sparse, ids[i], out _);
            var known = dense ? node : node - 1;
            if (known >= 0)
            {
                kindOf[known] = kinds[i];
                continue;
            }
            node = dense ? distinct.Count : distinct.Count + 1;
            distinct.Add(ids[i]);
            kindOf.Add(kinds[i]);
        }
        foreach (var end in (List<int>[])[from, to])
        {
            var span = CollectionsMarshal.AsSpan(end);
            for (var e = 0; e < span.Length; e++)
                span[e] = dense ? (span[e] < table!.Length ? table[span[e]] : -1) : sparse.GetValueOrDefault(span[e]) - 1;
        }
        (nodeIds, nodeKinds) = ([.. distinct], [.. kindOf]);
        return table;
    }

    /// <summary>Both halves of each relation by node: neighbour, above it the code (8 bits), above that the share code (24 bits); and, where any has dates or ranges, the relation.</summary>
    private (int[] Start, ulong[] Halves, int[]? Edge) HalfEdges(int n, int today)
    {
        Span<int> f = CollectionsMarshal.AsSpan(from), t = CollectionsMarshal.AsSpan(to);
        Span<uint> a = CollectionsMarshal.AsSpan(attributes);
        Span<ulong> d = CollectionsMarshal.AsSpan(dates);
        var start = new int[n + 1];
        var missing = 0;
        for (var e = 0; e < f.Length; e++)
        {
            if ((f[e] | t[e]) < 0)
            {
                missing++;
                continue;
            }
            start[f[e]]++;
            start[t[e]]++;
        }
        if (missing > 0)
            faults[EdgeFault.MissingParty] = faults.GetValueOrDefault(EdgeFault.MissingParty) + missing;
        var total = 0;
        for (var i = 0; i <= n; i++)
            (start[i], total) = (total, checked(total + start[i]));
        var halves = GC.AllocateUninitializedArray<ulong>(total);
        var edge = dates is null && ranges.Count == 0 ? null : GC.AllocateUninitializedArray<int>(total);
        for (var e = 0; e < f.Length; e++)
        {
            if (e + 32 < f.Length)
            {
                Ahead.Fetch(start, f[e + 32]);
                Ahead.Fetch(start, t[e + 32]);
                Ahead.FetchAt(halves, start, f[e + 16]);
                Ahead.FetchAt(halves, start, t[e + 16]);
            }
            if ((f[e] | t[e]) < 0)
                continue;
            var period = d.IsEmpty ? HalfEdge.Undated : HalfEdge.Period((int)(d[e] & 0xF_FFFF), (int)(d[e] >> 20), today);
            var kind = (EdgeKind)(byte)a[e];
            var (up, down) = (start[t[e]]++, start[f[e]]++);
            halves[up] = (uint)f[e] | ((ulong)HalfEdge.Code(false, kind, period) << 32) | ((ulong)(a[e] >> 8) << 40);
            halves[down] = (uint)t[e] | ((ulong)HalfEdge.Code(true, kind, period) << 32);
            if (edge is not null)
                (edge[up], edge[down]) = (e, e);
        }
        // Each start has run to its end, which is the start of the next.
        for (var i = n; i > 0; i--)
            start[i] = start[i - 1];
        if (n > 0)
            start[0] = 0;
        return (start, halves, edge);
    }

    private unsafe void WriteRows(GraphWriter writer, ref GraphFooter footer, (int[] Start, ulong[] Halves, int[]? Edge) rows, int[] order, int[] number, byte[] nodeKinds)
    {
        var (start, halves, edge) = rows;
        var n = order.Length;
        var records = new NodeRecord[n + 1];
        List<int> shares = [];
        List<RangeRecord> rangeRecords = [];
        List<ulong> packedDates = [];
        var dated = dates is null ? [] : new ulong[(halves.Length + 63L) / 64];
        var d = CollectionsMarshal.AsSpan(dates);
        var keys = new ulong[64];
        long row = 0;
        writer.Begin(GraphSection.Rows);
        for (var i = 0; i < n; i++)
        {
            var node = order[i];
            if (i + 32 < n)
            {
                Ahead.Fetch(start, order[i + 32]);
                Ahead.FetchAt(halves, start, order[i + 16]);
                if (edge is not null)
                    Ahead.FetchAt(edge, start, order[i + 16]);
                for (int k = start[order[i + 8]], end = Math.Min(start[order[i + 8] + 1], k + 32); k < end; k++)
                    Ahead.Fetch(number, (int)(uint)halves[k]);
            }
            var (first, count) = (start[node], start[node + 1] - start[node]);
            if (count > 1 << 24 || shares.Count >= NodeRecord.ShareMask)
                throw new InvalidOperationException("A party has at most 2^24 relations, a graph 2^30 shares.");
            records[i] = new NodeRecord { Row = (uint)row, KindAndShares = (uint)shares.Count | ((uint)nodeKinds[node] << NodeRecord.KindShift) };
            if (count > keys.Length)
                keys = new ulong[count];
            for (var k = 0; k < count; k++)
            {
                var half = halves[first + k];
                keys[k] = ((half >> 32 & 0xFF) << 56) | ((ulong)(uint)number[(int)(uint)half] << 24) | (uint)k;
            }
            Sort(keys.AsSpan(0, count));
            for (var k = 0; k < count; k++)
            {
                var place = first + (int)(keys[k] & 0xFF_FFFF);
                var code = (int)(keys[k] >> 56);
                writer.Write((keys[k] >> 24 & 0xFFFF_FFFF) | ((ulong)code << ((footer.HalfEdgeBytes - 1) * 8)), footer.HalfEdgeBytes);
                if (code < HalfEdge.OwnerCodes)
                {
                    var share = (int)(halves[place] >> 40);
                    if (share == HalfEdge.RangeShare)
                        rangeRecords.Add(new RangeRecord { Share = (uint)shares.Count, Min = ranges[edge![place]].Min, Max = ranges[edge[place]].Max });
                    shares.Add(share);
                }
                if (!HalfEdge.Along(code) && (code & 3) != HalfEdge.Undated)
                {
                    dated[(row + k) >> 6] |= 1UL << (int)((row + k) & 63);
                    packedDates.Add(d[edge![place]]);
                }
            }
            row += count;
        }
        writer.End(ref footer);
        records[n] = new NodeRecord { Row = checked((uint)row), KindAndShares = (uint)shares.Count };
        writer.Section<NodeRecord>(GraphSection.Nodes, records, ref footer);
        writer.Begin(GraphSection.Shares);
        foreach (var share in shares)
            writer.Write((uint)share, 3);
        writer.End(ref footer);
        writer.Section<RangeRecord>(GraphSection.Ranges, CollectionsMarshal.AsSpan(rangeRecords), ref footer);
        writer.Begin(GraphSection.Dated);
        if (packedDates.Count > 0)
        {
            foreach (var word in dated)
                writer.Write(word, 8);
            uint before = 0;
            for (var w = 0; w < dated.Length; w++)
            {
                if ((w & 7) == 0)
                    writer.Write(before, 4);
                before += (uint)System.Numerics.BitOperations.PopCount(dated[w]);
            }
        }
        writer.End(ref footer);
        writer.Begin(GraphSection.Dates);
        foreach (var packed in packedDates)
            writer.Write(packed, 5);
        writer.End(ref footer);
        (footer.Shares, footer.Ranges, footer.Dates) = (shares.Count, rangeRecords.Count, packedDates.Count);
    }

    // Rows are short: insertion takes half the time of the library's sort there.
    private static void Sort(Span<ulong> keys)
    {
        if (keys.Length > 32)
        {
            keys.Sort();
            return;
        }
        for (var i = 1; i < keys.Length; i++)
        {
            var key = keys[i];
            var j = i - 1;
            for (; j >= 0 && keys[j] > key; j--)
                keys[j + 1] = keys[j];
            keys[j + 1] = key;
        }
    }
}

/// <summary>Asks the processor for what is needed soon: the builder walks tables of hundreds of megabytes at random. Measured: half the time of a build of 10 million parties.</summary>
internal static unsafe class Ahead
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch<T>(T[] table, int index)
        where T : unmanaged
    {
        if (Sse.IsSupported && (uint)index < (uint)table.Length)
            Sse.Prefetch0(Unsafe.AsPointer(ref table[index]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FetchAt<T>(T[] table, int[] places, int index)
        where T : unmanaged
    {
        if (Sse.IsSupported && (uint)index < (uint)places.Length)
            Fetch(table, places[index]);
    }
}

/// <summary>How parties are numbered.</summary>
internal enum NodeOrder
{
    /// <summary>Communities together.</summary>
    Community,

    /// <summary>By breadth-first search.</summary>
    Breadth,

    /// <summary>As they were added.</summary>
    Given,
}

/// <summary>Writes the sections of a graph file one after another to a stream that need not seek.</summary>
internal sealed class GraphWriter(Stream output)
{
    private readonly XxHash3 hash = new();
    private readonly byte[] buffer = new byte[1 << 20];
    private int used;
    private long position;
    private GraphSection open;
    private long opened;

    public void Start()
    {
        Write(GraphFormat.Magic, 8);
        Write(GraphFormat.Version, 8);
        Pad(GraphFormat.HeadBytes);
    }

    public void Begin(GraphSection section)
    {
        Pad(GraphFormat.HeadBytes);
        (open, opened) = (section, position + used);
    }

    public unsafe void End(ref GraphFooter footer)
    {
        footer.Offsets[(int)open] = opened;
        footer.Lengths[(int)open] = position + used - opened;
    }

    public void Section<T>(GraphSection section, ReadOnlySpan<T> values, ref GraphFooter footer)
        where T : unmanaged
    {
        Begin(section);
        const int Chunk = 1 << 14;
        for (var i = 0; i < values.Length; i += Chunk)
        {
            var bytes = MemoryMarshal.AsBytes(values.Slice(i, Math.Min(Chunk, values.Length - i)));
            if (bytes.Length > buffer.Length - used)
                Flush();
            bytes.CopyTo(buffer.AsSpan(used));
            used += bytes.Length;
        }
        End(ref footer);
    }

    public void Write(int value, int bytes) => Write((ulong)(uint)value, bytes);

    /// <summary>The low bytes of a value.</summary>
    public void Write(ulong value, int bytes)
    {
        if (used > buffer.Length - 8)
            Flush();
        MemoryMarshal.Write(buffer.AsSpan(used), value);
        used += bytes;
    }

    public void Finish(GraphFooter footer)
    {
        Pad(GraphFormat.HeadBytes);
        Flush();
        footer.FileBytes = position + System.Runtime.CompilerServices.Unsafe.SizeOf<GraphFooter>();
        footer.ContentHash = hash.GetCurrentHashAsUInt64();
        footer.FooterHash = GraphFormat.HashOf(footer);
        output.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<GraphFooter>(in footer)));
        output.Flush();
    }

    private void Pad(int alignment)
    {
        while ((position + used) % alignment != 0)
            Write(0UL, 1);
    }

    private void Flush()
    {
        hash.Append(buffer.AsSpan(0, used));
        output.Write(buffer, 0, used);
        position += used;
        used = 0;
    }
}
