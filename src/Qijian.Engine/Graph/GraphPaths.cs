using System.Runtime.CompilerServices;

namespace Qijian.Engine.Graph;

/// <summary>Whether two of a list of parties are connected.</summary>
/// <param name="First">Id.</param>
/// <param name="Second">Id.</param>
/// <param name="Path">The shortest way; null: none within the steps, among the kinds and on the day that were asked for.</param>
/// <param name="Truncated">The budget ended first: null then says nothing.</param>
public sealed record RelationCell(int First, int Second, GraphPath? Path, bool Truncated);

/// <summary>Every pair of a list of parties.</summary>
/// <param name="Cells">In the order of the list: (1,2), (1,3) … (2,3) …</param>
/// <param name="Hubs">Ids of parties that were not passed through.</param>
/// <param name="Missing">Ids that are not in the graph; all their cells are empty.</param>
public sealed record RelationMatrix(IReadOnlyList<RelationCell> Cells, IReadOnlyList<int> Hubs, IReadOnlyList<int> Missing);

public sealed unsafe partial class GraphSnapshot
{
    /// <summary>The longest path that is looked for.</summary>
    public const int MaxPathLength = 16;

    /// <summary>The longest path of which all are listed.</summary>
    public const int MaxListedLength = 6;

    /// <summary>The most parties of a matrix.</summary>
    public const int MaxMatrix = 200;

    /// <summary>What is within some steps of a party. O(half-edges of what is found).</summary>
    /// <param name="id">The party.</param>
    /// <param name="steps">How far.</param>
    /// <param name="query">What to walk.</param>
    /// <param name="direction">Which way.</param>
    /// <param name="limit">The most parties; then the answer is truncated.</param>
    /// <param name="ct">Cancels.</param>
    public NeighbourAnswer Neighbourhood(int id, int steps, GraphQuery? query = null, Direction direction = Direction.Both, int limit = 100_000, CancellationToken ct = default)
    {
        var run = QueryRun.Start(this, query, direction, ct);
        if (!TryNode(id, out var node))
            return new NeighbourAnswer([], Truncated: false, [], [id]);
        var scratch = PathScratch.Start();
        var side = scratch.First;
        scratch.Root(side, node, 0);
        List<int> ends = [1]; // of each step, where its parties end
        while (ends.Count <= steps && side.Count > side.Level && side.Count <= limit && Expand(scratch.Visited, side, null, 0, run, out _, out _))
            ends.Add(side.Count);
        if (side.Count > ends[^1])
            ends.Add(side.Count); // the budget ended within a step
        var count = Math.Min(side.Count, limit);
        run.Truncated |= side.Count > limit;
        var found = new Neighbour[count];
        for (int i = 0, s = 0; i < count; i++)
        {
            while (i >= ends[s])
                s++;
            found[i] = new Neighbour(IdOf(side.Nodes[i]), s);
        }
        GC.KeepAlive(this);
        return new NeighbourAnswer(found, run.Truncated, run.HubIds(), []);
    }

    /// <summary>The shortest way between two parties, or none. Both ends search towards each other, the one with fewer open ends first: O(half-edges within half the distance).</summary>
    /// <param name="from">Id of one end.</param>
    /// <param name="to">Id of the other.</param>
    /// <param name="maxLength">Steps at most, up to <see cref="MaxPathLength"/>.</param>
    /// <param name="query">What to walk.</param>
    /// <param name="ct">Cancels.</param>
    public PathAnswer ShortestPath(int from, int to, int maxLength = MaxPathLength, GraphQuery? query = null, CancellationToken ct = default)
    {
        var run = QueryRun.Start(this, query, Direction.Both, ct);
        if (Ends(from, to, out var a, out var b) is { Count: > 0 } missing)
            return new PathAnswer([], Truncated: false, [], missing, 0);
        var path = Shortest(a, b, maxLength, run);
        GC.KeepAlive(this);
        return new PathAnswer(path is null ? [] : [ToPath(path)], run.Truncated, run.HubIds(), [], run.Steps);
    }

    /// <summary>The best ways between two parties: shorter first, then those through parties with fewer relations (sum of logarithms), then those whose oldest step is newest, then by ids.</summary>
    /// <remarks>All paths of one length are listed before they are ranked: O(paths of that length); a budget that ends within leaves the best of what was found.</remarks>
    /// <param name="from">Id of one end.</param>
    /// <param name="to">Id of the other.</param>
    /// <param name="count">How many.</param>
    /// <param name="maxLength">Steps at most. Beyond <see cref="MaxListedLength"/> only paths of the shortest length are listed.</param>
    /// <param name="query">What to walk.</param>
    /// <param name="ct">Cancels.</param>
    public PathAnswer ShortestPaths(int from, int to, int count, int maxLength = MaxListedLength, GraphQuery? query = null, CancellationToken ct = default)
    {
        var run = QueryRun.Start(this, query, Direction.Both, ct);
        if (Ends(from, to, out var a, out var b) is { Count: > 0 } missing)
            return new PathAnswer([], Truncated: false, [], missing, 0);
        List<int[]> found = [];
        if (count > 0 && Shortest(a, b, maxLength, run) is { } shortest)
        {
            if (a == b)
                return new PathAnswer([ToPath(shortest)], run.Truncated, [], [], run.Steps);
            var listed = Math.Max(shortest.Length - 1, Math.Min(maxLength, MaxListedLength));
            PathLister lister = new(this, run, a, b, listed, int.MaxValue);
            for (var length = shortest.Length - 1; length <= listed && found.Count < count && !run.Truncated; length++)
            {
                List<int[]> ofLength = [];
                lister.List(length, exactly: true, ofLength);
                if (ofLength.Count == 0 && length == shortest.Length - 1)
                    ofLength.Add(shortest); // the budget ended
                found.AddRange(Ranked(ofLength, run));
            }
        }
        GC.KeepAlive(this);
        return new PathAnswer([.. found.Take(count).Select(ToPath)], run.Truncated, run.HubIds(), [], run.Steps);
    }

    /// <summary>All ways without a repeated party up to a length, shorter first. O(half-edges within half the length of either end + paths).</summary>
    /// <param name="from">Id of one end.</param>
    /// <param name="to">Id of the other.</param>
    /// <param name="maxLength">Steps at most, up to <see cref="MaxListedLength"/>.</param>
    /// <param name="query">What to walk.</param>
    /// <param name="limit">The most paths; then the answer is truncated.</param>
    /// <param name="ct">Cancels.</param>
    public PathAnswer AllPaths(int from, int to, int maxLength = MaxListedLength, GraphQuery? query = null, int limit = 100_000, CancellationToken ct = default)
    {
        var run = QueryRun.Start(this, query, Direction.Both, ct);
        if (Ends(from, to, out var a, out var b) is { Count: > 0 } missing)
            return new PathAnswer([], Truncated: false, [], missing, 0);
        List<int[]> found = [];
        if (a == b)
            found.Add([a]);
        else
            new PathLister(this, run, a, b, Math.Min(maxLength, MaxListedLength), limit).List(Math.Min(maxLength, MaxListedLength), exactly: false, found);
        GC.KeepAlive(this);
        return new PathAnswer([.. found.OrderBy(p => p.Length).Select(ToPath)], run.Truncated, run.HubIds(), [], run.Steps);
    }

    /// <summary>The shortest way of every pair of a list. Each pair has the budget of the query. O(pairs × shortest path).</summary>
    /// <param name="ids">Up to <see cref="MaxMatrix"/> parties; repeated ones count once.</param>
    /// <param name="maxLength">Steps at most.</param>
    /// <param name="query">What to walk.</param>
    /// <param name="progress">Told of the pairs that are done, from time to time.</param>
    /// <param name="ct">Cancels.</param>
    public RelationMatrix Matrix(IReadOnlyList<int> ids, int maxLength = MaxListedLength, GraphQuery? query = null, IProgress<int>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        int[] distinct = [.. ids.Distinct()];
        if (distinct.Length > MaxMatrix)
            throw new ArgumentOutOfRangeException(nameof(ids), distinct.Length, $"A matrix has at most {MaxMatrix} parties.");
        List<RelationCell> cells = new(distinct.Length * Math.Max(0, distinct.Length - 1) / 2);
        SortedSet<int> hubs = [];
        for (var i = 0; i < distinct.Length; i++)
        {
            for (var j = i + 1; j < distinct.Length; j++)
            {
                var answer = ShortestPath(distinct[i], distinct[j], maxLength, query, ct);
                cells.Add(new RelationCell(distinct[i], distinct[j], answer.Paths.Count == 0 ? null : answer.Paths[0], answer.Truncated));
                hubs.UnionWith(answer.Hubs);
            }
            progress?.Report(cells.Count);
        }
        return new RelationMatrix(cells, [.. hubs], [.. distinct.Where(id => !TryNode(id, out _))]);
    }

    private List<int> Ends(int from, int to, out int a, out int b)
    {
        List<int> missing = [];
        if (!TryNode(from, out a))
            missing.Add(from);
        if (!TryNode(to, out b) && from != to)
            missing.Add(to);
        return missing;
    }

    private GraphPath ToPath(int[] nodes)
    {
        var ids = new int[nodes.Length];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = IdOf(nodes[i]);
        return new GraphPath(ids);
    }

    private int[]? Shortest(int a, int b, int maxLength, QueryRun run)
    {
        if (a == b)
            return [a];
        var scratch = PathScratch.Start();
        var (first, second) = (scratch.First, scratch.Second);
        scratch.Root(first, a, 0);
        scratch.Root(second, b, VisitedSet.Second);
        for (var length = 1; length <= Math.Min(maxLength, MaxPathLength); length++)
        {
            var (open, others) = (first.Count - first.Level, second.Count - second.Level);
            if (open == 0 || others == 0)
                return null;
            var forward = open <= others;
            if (!Expand(scratch.Visited, forward ? first : second, forward ? second : first, forward ? 0 : VisitedSet.Second, run, out var from, out var met))
                return null;
            if (met < 0)
                continue;
            List<int> path = [];
            for (var i = forward ? from : met; i >= 0; i = first.Parents[i])
                path.Add(first.Nodes[i]);
            path.Reverse();
            for (var i = forward ? met : from; i >= 0; i = second.Parents[i])
                path.Add(second.Nodes[i]);
            return [.. path];
        }
        return null;
    }

    /// <summary>Goes one step further on one side. Level by level the first meeting is a shortest way: shorter ones would have met before.</summary>
    /// <returns>False where the budget ended.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)] // inlined twice into its caller it runs out of registers
    private bool Expand(VisitedSet visited, PathSide side, PathSide? opposite, uint bit, QueryRun run, out int from, out int met)
    {
        from = met = -1;
        var (next, end) = (side.Level, side.Count);
        side.Level = end;
        var accepts = run.Accepts;
        for (; next < end; next++)
        {
            // The rows of nodes that come up soon are on their way while this one is read.
            if (next + 12 < end)
                PrefetchRecord(side.Nodes[next + 12]);
            if (next + 5 < end)
                PrefetchRow(side.Nodes[next + 5]);
            var node = side.Nodes[next];
            var row = Row(node, out var count);
            if (next > 0 && !run.Passes(node, count))
                continue;
            if (!run.Spend(count + 1))
                return false;
            side.Reserve(count);
            for (var i = 0; i < count; i++)
            {
                var other = At(row, i, out var code);
                var accept = accepts[code];
                if (accept == 0 || (accept == 2 && !run.Walks(node, i, code)))
                    continue;
                if (visited.TryAdd(other, bit, out var seenBy))
                {
                    side.Add(other, next);
                }
                else if (seenBy != bit && (other == opposite?.Nodes[0] || MayMeet(other, run)))
                {
                    (from, met) = (next, opposite!.Nodes.IndexOf(other, opposite.Count));
                    return true;
                }
            }
        }
        return true;
    }

    private bool MayMeet(int node, QueryRun run)
    {
        Row(node, out var count);
        return run.Passes(node, count);
    }

    private IEnumerable<int[]> Ranked(List<int[]> paths, QueryRun run)
    {
        if (paths.Count < 2)
            return paths;
        Dictionary<(int, int), int> since = [];
        return paths
            .Select(p => (Path: p, Rarity: Rarity(p), Newest: Oldest(p), Ids: p.Select(IdOf).ToArray()))
            .OrderBy(p => p.Rarity).ThenByDescending(p => p.Newest).ThenBy(p => p.Ids, Comparer<int[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y))).Select(p => p.Path);

        double Rarity(int[] path)
        {
            var sum = 0.0;
            foreach (var node in path.AsSpan(1, path.Length - 2))
            {
                Row(node, out var count);
                sum += Math.Log2(count);
            }
            return sum;
        }

        // Of each step the newest relation, of the path the oldest step; a step without dates is older than all.
        int Oldest(int[] path)
        {
            var oldest = int.MaxValue;
            for (var i = 1; i < path.Length; i++)
            {
                if (!since.TryGetValue((path[i - 1], path[i]), out var newest))
                    since[(path[i - 1], path[i])] = newest = Newest(path[i - 1], path[i], run);
                oldest = Math.Min(oldest, newest);
            }
            return oldest;
        }
    }

    private int Newest(int a, int b, QueryRun run)
    {
        var (row, newest) = ((nint)Row(a, out var count), 0);
        Row(b, out var others);
        if (others < count)
        {
            (a, b) = (b, a);
            row = (nint)Row(a, out count);
        }
        for (var i = 0; i < count; i++)
        {
            if (At((byte*)row, i, out var code) == b && run.Walks(a, i, code))
                newest = Math.Max(newest, DatesOf(a, i).Since);
        }
        return newest;
    }
}

/// <summary>The buffers of path searches: one a thread, used anew by each query.</summary>
internal sealed class PathScratch
{
    [ThreadStatic]
    private static PathScratch? current;

    public VisitedSet Visited { get; } = new();

    public PathSide First { get; } = new();

    public PathSide Second { get; } = new();

    private readonly VisitedTable distances = new();
    private readonly VisitedTable places = new();
    private readonly VisitedTable near = new();

    /// <summary>One more, for as long as a listing is prepared.</summary>
    public static VisitedTable Table()
    {
        var scratch = current ??= new PathScratch();
        scratch.near.Reset();
        return scratch.near;
    }

    /// <summary>The tables of a listing of paths.</summary>
    public static (VisitedTable Distances, VisitedTable Places) Tables()
    {
        var scratch = current ??= new PathScratch();
        scratch.distances.Reset();
        scratch.places.Reset();
        return (scratch.distances, scratch.places);
    }

    public static PathScratch Start()
    {
        var scratch = current ??= new PathScratch();
        scratch.Visited.Reset();
        scratch.First.Reset();
        scratch.Second.Reset();
        return scratch;
    }

    public void Root(PathSide side, int node, uint bit)
    {
        Visited.TryAdd(node, bit, out _);
        side.Reserve(1);
        side.Add(node, -1);
    }
}

/// <summary>Nodes in the order they were found, each with the place of the one it was found from.</summary>
internal sealed unsafe class PathSide
{
    private const int Kept = 1 << 20;

    private int[] nodes = [];
    private int[] parents = [];

    public PathSide() => Resize(1024);

    public PinnedInts Nodes { get; private set; }

    public PinnedInts Parents { get; private set; }

    public int Count { get; private set; }

    /// <summary>Nodes from here on have not been expanded.</summary>
    public int Level { get; set; }

    public void Reset()
    {
        Count = Level = 0;
        if (nodes.Length > Kept)
            Resize(1024);
    }

    /// <summary>Makes room for so many more: <see cref="Add"/> does not look.</summary>
    public void Reserve(int more)
    {
        if (Count + more > nodes.Length)
            Resize(checked(Math.Max(Count + more, nodes.Length * 2)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int node, int parent)
    {
        var (n, p) = (Nodes, Parents);
        n[Count] = node;
        p[Count++] = parent;
    }

    private void Resize(int size)
    {
        int[] largerNodes = GC.AllocateUninitializedArray<int>(size, pinned: true), largerParents = GC.AllocateUninitializedArray<int>(size, pinned: true);
        nodes.AsSpan(0, Count).CopyTo(largerNodes);
        parents.AsSpan(0, Count).CopyTo(largerParents);
        (nodes, parents) = (largerNodes, largerParents);
        (Nodes, Parents) = (new PinnedInts((int*)Unsafe.AsPointer(ref nodes[0])), new PinnedInts((int*)Unsafe.AsPointer(ref parents[0])));
    }
}

/// <summary>A pinned array without checks of bounds: they took a tenth of a path search.</summary>
internal readonly unsafe struct PinnedInts(int* pointer)
{
    public int this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => pointer[index];
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => pointer[index] = value;
    }

    public int IndexOf(int value, int count) => new ReadOnlySpan<int>(pointer, count).IndexOf(value);
}

/// <summary>Lists simple paths depth first, and only where the target can still be reached: the nodes near it know how far they are, and those near the source learn it from them.</summary>
internal sealed unsafe class PathLister
{
    private readonly GraphSnapshot graph;
    private readonly QueryRun run;
    private readonly int source;
    private readonly int target;
    private readonly int limit;
    private readonly VisitedTable distances;
    private readonly VisitedTable places;
    private readonly List<(int Start, int Count)> lists = [];
    private readonly List<int> neighbours = [];
    private readonly int[] path = new int[GraphSnapshot.MaxPathLength + 1];

    public PathLister(GraphSnapshot graph, QueryRun run, int source, int target, int maxLength, int limit)
    {
        (this.graph, this.run, this.source, this.target, this.limit) = (graph, run, source, target, limit);
        (distances, places) = PathScratch.Tables();
        var radius = (maxLength + 1) / 2;
        Reach(target, radius, distances);
        // What is further from the target than half the length is of use only near the source.
        var near = Reach(source, maxLength - radius - 1, PathScratch.Table());
        near.RemoveAll(n => distances.TryGet(n, out _));
        for (var level = (uint)radius + 1; level < maxLength && !run.Truncated; level++)
        {
            foreach (var node in near)
            {
                if (distances.TryGet(node, out _))
                    continue;
                foreach (var other in NeighboursOf(node))
                {
                    if (!distances.TryGet(other, out var distance) || distance != level - 1)
                        continue;
                    distances.TryAdd(node, level, out _);
                    break;
                }
            }
        }
    }

    /// <summary>Gives all nodes within a distance their distances. Over the rows themselves: lists of neighbours are made for the few nodes that paths lead through.</summary>
    private List<int> Reach(int start, int steps, VisitedTable table)
    {
        table.TryAdd(start, 0, out _);
        List<int> found = [start];
        for (int i = 0, level = 1, end = 1; level <= steps && i < found.Count; level++, end = found.Count)
        {
            for (; i < end; i++)
            {
                if (i + 12 < end)
                    graph.PrefetchRecord(found[i + 12]);
                if (i + 5 < end)
                    graph.PrefetchRow(found[i + 5]);
                var node = found[i];
                var row = graph.Row(node, out var count);
                if (node != source && node != target && !run.Passes(node, count))
                    continue;
                if (!run.Spend(count + 1))
                    return found;
                for (var h = 0; h < count; h++)
                {
                    var other = graph.At(row, h, out var code);
                    if (run.Walks(node, h, code) && table.TryAdd(other, (uint)level, out _))
                        found.Add(other);
                }
            }
        }
        return found;
    }

    /// <summary>Adds paths of up to, or exactly, a length.</summary>
    public void List(int length, bool exactly, List<int[]> found)
    {
        path[0] = source;
        if (length > 0)
            Walk(0, length, exactly, found);
    }

    private bool Walk(int depth, int length, bool exactly, List<int[]> found)
    {
        var place = PlaceOf(path[depth]);
        var (start, count) = lists[place];
        if (!run.Spend(count + 1))
            return false;
        var left = length - depth - 1;
        for (var i = start; i < start + count; i++)
        {
            var other = neighbours[i];
            if (other == target)
            {
                if (exactly && left > 0)
                    continue;
                if (found.Count >= limit)
                {
                    run.Truncated = true;
                    return false;
                }
                path[depth + 1] = other;
                found.Add(path[..(depth + 2)]);
                continue;
            }
            if (left == 0 || !distances.TryGet(other, out var distance) || distance > left || path.AsSpan(0, depth + 1).Contains(other))
                continue;
            path[depth + 1] = other;
            if (!Walk(depth + 1, length, exactly, found))
                return false;
        }
        return true;
    }

    private ReadOnlySpan<int> NeighboursOf(int node)
    {
        var (start, count) = lists[PlaceOf(node)];
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(neighbours).Slice(start, count);
    }

    /// <summary>Distinct neighbours in order, listed when first asked for; none where paths do not lead through the node.</summary>
    private int PlaceOf(int node)
    {
        if (!places.TryAdd(node, (uint)lists.Count, out var place))
            return (int)place;
        var start = neighbours.Count;
        var row = graph.Row(node, out var count);
        if ((node == source || node == target || run.Passes(node, count)) && run.Spend(count + 1))
        {
            for (var i = 0; i < count; i++)
            {
                var other = graph.At(row, i, out var code);
                if (run.Walks(node, i, code))
                    neighbours.Add(other);
            }
            var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(neighbours)[start..];
            span.Sort();
            var kept = 0;
            for (var i = 0; i < span.Length; i++)
            {
                if (i == 0 || span[i] != span[i - 1])
                    span[kept++] = span[i];
            }
            neighbours.RemoveRange(start + kept, span.Length - kept);
        }
        lists.Add((start, neighbours.Count - start));
        return (int)place;
    }
}
