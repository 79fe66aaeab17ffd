using System.Runtime.InteropServices;
using Qijian.Engine.Search;

namespace Qijian.Engine.Graph;

/// <summary>What came of opening a graph file.</summary>
/// <param name="Graph">The graph; null where <paramref name="Failure"/> says why not.</param>
/// <param name="Failure">Why it was not opened.</param>
public sealed record GraphOpening(RelationGraph? Graph, OpenFailure Failure);

/// <summary>The graph of one process: a mapped base and the rows that changed since.</summary>
/// <remarks>Readers take <see cref="Current"/> and no lock. Writers may call from any thread; they wait for one another.</remarks>
public sealed class RelationGraph
{
    private readonly Lock writing = new();
    private readonly List<(long Sequence, GraphChange Change)> later = [];
    private volatile GraphSnapshot current;

    private RelationGraph(GraphBase origin) => current = new GraphSnapshot(origin, origin.Sequence);

    /// <summary>What is queried now. It stays valid, and as it is, for whoever holds it.</summary>
    public GraphSnapshot Current => current;

    /// <summary>A graph of nothing.</summary>
    /// <param name="today">The day as of which relations hold.</param>
    public static RelationGraph Empty(DateOnly today) => Of(new GraphBuilder(), 0, new DateTimeOffset(today, TimeOnly.MinValue, TimeSpan.Zero));

    /// <summary>A graph in memory. For tests and small graphs: at most 2 GB.</summary>
    public static RelationGraph Of(GraphBuilder builder, long sequence, DateTimeOffset builtAt)
    {
        ArgumentNullException.ThrowIfNull(builder);
        using MemoryStream bytes = new();
        builder.Write(bytes, sequence, builtAt);
        var failure = GraphBase.Open(IndexMemory.Copy(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)), out var origin);
        return origin is null ? throw new InvalidOperationException($"A graph just built does not open: {failure}.") : new RelationGraph(origin);
    }

    /// <summary>Maps a graph file and checks all of it. O(bytes). Never throws for what is in the file.</summary>
    public static GraphOpening Open(string path)
    {
        var failure = TryOpen(path, out var origin);
        return new GraphOpening(origin is null ? null : new RelationGraph(origin), failure);
    }

    /// <summary>Makes a change visible to every query that begins after the return, as a whole. O(relations of the parties that it touches + parties touched since the base).</summary>
    /// <param name="change">What changed.</param>
    /// <param name="sequence">The last change of the database that is covered now; the graph never goes back.</param>
    /// <returns>Edges that were left out or are not as given.</returns>
    /// <exception cref="InvalidOperationException">There are so many new parties that the base must be built anew first (one million at least).</exception>
    public IReadOnlyList<(GraphEdge Edge, EdgeFault Fault)> Apply(GraphChange change, long sequence)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (writing)
        {
            List<(GraphEdge, EdgeFault)> faults = [];
            current = GraphOverlay.Apply(current, change, Math.Max(sequence, current.Sequence), faults);
            later.Add((sequence, change));
            return faults;
        }
    }

    /// <summary>Swaps in a newer base; changes after its sequence stay on top. Where it does not open, or is older than the present base, nothing changes.</summary>
    public OpenFailure Replace(string path)
    {
        var failure = TryOpen(path, out var origin);
        if (origin is null)
            return failure;
        lock (writing)
        {
            if (origin.Sequence < current.Origin.Sequence)
                return OpenFailure.Older;
            later.RemoveAll(c => c.Sequence <= origin.Sequence);
            GraphSnapshot next = new(origin, origin.Sequence);
            foreach (var (sequence, change) in later)
                next = GraphOverlay.Apply(next, change, Math.Max(sequence, next.Sequence), []);
            current = next;
        }
        return OpenFailure.None;
    }

    private static OpenFailure TryOpen(string path, out GraphBase? origin)
    {
        origin = null;
        try
        {
            if (!File.Exists(path))
                return OpenFailure.Missing;
            return new FileInfo(path).Length == 0 ? OpenFailure.Truncated : GraphBase.Open(IndexMemory.Map(path), out origin);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return OpenFailure.Unreadable;
        }
    }
}

/// <summary>Makes a snapshot of another and a change: the rows that the change touches are written anew, the others shared.</summary>
internal static class GraphOverlay
{
    public static GraphSnapshot Apply(GraphSnapshot before, GraphChange change, long sequence, List<(GraphEdge, EdgeFault)> faults)
    {
        Dictionary<int, int> newIds = new(before.NewIds);
        List<int> added = [.. before.AddedIds];
        Dictionary<int, (NodeKind Kind, List<Half> Halves, bool Removed)> rows = [];
        var (removed, halfEdges) = (before.RemovedNodes, before.HalfEdges);

        foreach (var id in change.RemovedNodes)
        {
            if (!TryNode(id, out var node))
                continue;
            foreach (var neighbour in Row(node).Select(h => h.Neighbour).Distinct().Where(n => n != node).ToList())
                halfEdges -= Row(neighbour).RemoveAll(h => h.Neighbour == node);
            halfEdges -= Row(node).Count;
            rows[node] = (NodeKind.Other, [], true);
            newIds[id] = -1;
            removed++;
        }
        foreach (var changed in change.Nodes)
        {
            if (changed.Id < 0 || changed.Kind > NodeKind.Other)
                throw new ArgumentOutOfRangeException(nameof(change), changed, "An id is not negative, and there are four kinds.");
            if (TryNode(changed.Id, out var node))
            {
                rows[node] = (changed.Kind, Row(node), false);
                continue;
            }
            node = before.Origin.Count + added.Count;
            if (before.Origin.Width == 4 && node > 0xFF_FFFF)
                throw new InvalidOperationException("The graph must be built anew before it takes more parties.");
            added.Add(changed.Id);
            newIds[changed.Id] = node;
            rows[node] = (changed.Kind, [], false);
        }
        foreach (var key in change.RemovedEdges)
        {
            if (!TryNode(key.From, out var from) || !TryNode(key.To, out var to))
                continue;
            halfEdges -= Row(from).RemoveAll(h => h.Neighbour == to && HalfEdge.Along(h.Code) && HalfEdge.Kind(h.Code) == key.Kind);
            halfEdges -= Row(to).RemoveAll(h => h.Neighbour == from && !HalfEdge.Along(h.Code) && HalfEdge.Kind(h.Code) == key.Kind);
        }
        var today = GraphFormat.PackDay(before.Day);
        foreach (var edge in change.AddedEdges)
        {
            var (hasFrom, hasTo) = (TryNode(edge.From, out var from), TryNode(edge.To, out var to));
            var fault = hasFrom && hasTo ? HalfEdge.Check(edge) : EdgeFault.MissingParty;
            if (fault != EdgeFault.None)
                faults.Add((edge, fault));
            if (fault is not (EdgeFault.None or EdgeFault.Dates))
                continue;
            var (since, until) = (GraphFormat.PackDay(edge.Since), GraphFormat.PackDay(edge.Until));
            var period = HalfEdge.Period(since, until, today);
            Row(from).Add(new Half(to, HalfEdge.Code(true, edge.Kind, period), edge.Share, since, until));
            Row(to).Add(new Half(from, HalfEdge.Code(false, edge.Kind, period), edge.Share, since, until));
            halfEdges += 2;
        }
        Dictionary<int, OverlayRow> overlay = new(before.Overlay);
        foreach (var (node, row) in rows)
            overlay[node] = new OverlayRow(row.Kind, row.Halves, before.Origin.Width, row.Removed);
        return new GraphSnapshot(before.Origin, sequence, overlay, newIds, [.. added], removed, halfEdges);

        bool TryNode(int id, out int node) => newIds.TryGetValue(id, out node) ? node >= 0 : before.Origin.TryNode(id, out node);

        List<Half> Row(int node)
        {
            ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(rows, node, out var any);
            if (!any)
                row = (before.KindOf(node), [.. before.HalvesOf(node)], false);
            return row.Halves;
        }
    }
}
