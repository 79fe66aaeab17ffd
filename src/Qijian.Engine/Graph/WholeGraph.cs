namespace Qijian.Engine.Graph;

/// <summary>Which parties are connected at all.</summary>
public sealed class GraphComponents
{
    private readonly GraphSnapshot graph;
    private readonly int[] labels;
    private readonly int[] sizes;

    internal GraphComponents(GraphSnapshot graph, int[] labels, int[] sizes)
    {
        (this.graph, this.labels, this.sizes) = (graph, labels, sizes);
    }

    /// <summary>How many.</summary>
    public int Count => sizes.Length;

    /// <summary>Parties of the largest; 0 where there are none.</summary>
    public int Largest => sizes.Length == 0 ? 0 : sizes.Max();

    /// <summary>The component of a party, from 0; null where it is not in the graph.</summary>
    public int? Of(int id) => graph.TryNode(id, out var node) ? labels[node] : null;

    /// <summary>How many parties a component has.</summary>
    public int SizeOf(int component) => sizes[component];
}

/// <summary>A number of each party that says how well it is connected; they sum to 1.</summary>
public sealed class GraphImportance
{
    private readonly GraphSnapshot graph;
    private readonly double[] scores;

    internal GraphImportance(GraphSnapshot graph, double[] scores)
    {
        (this.graph, this.scores) = (graph, scores);
    }

    /// <summary>Of one party; 0 where it is not in the graph.</summary>
    public double Of(int id) => graph.TryNode(id, out var node) ? scores[node] : 0;

    /// <summary>Of all, in the order of the base.</summary>
    public IEnumerable<(int Id, double Score)> All()
    {
        for (var node = 0; node < scores.Length; node++)
        {
            if (!graph.IsRemoved(node))
                yield return (graph.IdOf(node), scores[node]);
        }
    }
}

public sealed unsafe partial class GraphSnapshot
{
    private const int Chunk = 1 << 16;

    /// <summary>Which parties are connected at all, through hubs and unknown owners too. O(relations), 8 bytes a party. Steps and time of the query do not bound it.</summary>
    public GraphComponents Components(GraphQuery? query = null, CancellationToken ct = default)
    {
        // Each edge once: along it.
        var run = QueryRun.Start(this, Unbounded(query), Direction.Down, ct);
        var parent = new int[Size];
        for (var i = 0; i < parent.Length; i++)
            parent[i] = i;
        for (var node = 0; node < parent.Length; node++)
        {
            if (node % Chunk == 0)
                ct.ThrowIfCancellationRequested();
            var row = Row(node, out var count);
            for (var i = count - 1; i >= 0; i--)
            {
                var other = At(row, i, out var code);
                if (!HalfEdge.Along(code))
                    break;
                if (!run.Walks(node, i, code))
                    continue;
                int a = Root(parent, node), b = Root(parent, other);
                // The smaller number becomes the root: labels do not depend on the order of the edges.
                parent[Math.Max(a, b)] = Math.Min(a, b);
            }
        }
        List<int> sizes = [];
        for (var node = 0; node < parent.Length; node++)
        {
            var root = parent[node] == node ? -1 : parent[node];
            if (IsRemoved(node))
            {
                parent[node] = -1;
                continue;
            }
            if (root >= 0)
            {
                // All smaller nodes are labelled: a label is kept as its complement.
                parent[node] = parent[root];
                sizes[~parent[node]]++;
                continue;
            }
            parent[node] = ~sizes.Count;
            sizes.Add(1);
        }
        for (var node = 0; node < parent.Length; node++)
            parent[node] = ~parent[node];
        GC.KeepAlive(this);
        return new GraphComponents(this, parent, [.. sizes]);
    }

    /// <summary>All groups of companies that own each other in a circle, and companies that own themselves, largest first. O(parties + shares), 16 bytes a party.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Loops(GraphQuery? query = null, CancellationToken ct = default)
    {
        var run = QueryRun.Start(this, Unbounded(query) with { Kinds = EdgeKinds.Share }, Direction.Up, ct);
        int[] index = new int[Size], low = new int[Size], cursor = new int[Size];
        List<int> stack = [], frames = [];
        List<IReadOnlyList<int>> loops = [];
        var seen = 0;
        for (var start = 0; start < index.Length; start++)
        {
            if (start % Chunk == 0)
                ct.ThrowIfCancellationRequested();
            if (index[start] != 0)
                continue;
            Enter(start);
            while (frames.Count > 0)
            {
                var node = frames[^1];
                var row = Row(node, out var count);
                var owner = -1;
                var code = 0;
                if (cursor[node] < count)
                    owner = At(row, cursor[node]++, out code);
                if (owner >= 0 && code < HalfEdge.OwnerCodes)
                {
                    if (!run.Walks(node, cursor[node] - 1, code) || index[owner] == -1 || OwnerShare(node, cursor[node] - 1).Max == 0)
                        continue;
                    if (index[owner] == 0)
                        Enter(owner);
                    else
                        low[node] = Math.Min(low[node], index[owner]);
                    continue;
                }
                frames.RemoveAt(frames.Count - 1);
                if (frames.Count > 0)
                    low[frames[^1]] = Math.Min(low[frames[^1]], low[node]);
                if (low[node] != index[node])
                    continue;
                var first = stack.LastIndexOf(node);
                var members = stack.GetRange(first, stack.Count - first);
                stack.RemoveRange(first, members.Count);
                foreach (var member in members)
                    index[member] = -1;
                if (members.Count > 1 || OwnsItself(node, run))
                    loops.Add([.. members.Select(IdOf).Order()]);
            }
        }
        GC.KeepAlive(this);
        return [.. loops.OrderByDescending(l => l.Count).ThenBy(l => l[0])];

        void Enter(int node)
        {
            index[node] = low[node] = ++seen;
            stack.Add(node);
            frames.Add(node);
        }
    }

    /// <summary>The circles of ownership through a company: from it up to owners and back to it, without a repeated party between, largest product first. O(circles × length), bounded by the budget.</summary>
    /// <param name="company">The company.</param>
    /// <param name="maxLength">Shares in a circle at most.</param>
    /// <param name="limit">The most circles.</param>
    /// <param name="query">Day, ended, budget.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Circles, each begins with the company and does not repeat it; whether there may be more.</returns>
    public (IReadOnlyList<OwnershipChain> Circles, bool Truncated) CirclesThrough(int company, int maxLength = 10, int limit = 100, GraphQuery? query = null, CancellationToken ct = default)
    {
        var run = QueryRun.Start(this, (query ?? GraphQuery.Default) with { Kinds = EdgeKinds.Share }, Direction.Both, ct);
        if (!TryNode(company, out var root))
            return ([], false);
        var net = OwnerNet.Over(this, run);
        net.GatherUp(root, controls: false);
        List<OwnershipChain> found = [];
        List<int> path = [0];
        var more = false;
        Walk(0, 1, 1);
        GC.KeepAlive(this);
        return ([.. found.OrderByDescending(c => c.Product.High).ThenBy(c => c.Parties.Count)], more || run.Truncated);

        void Walk(int node, double low, double high)
        {
            for (var e = net.Start[node]; e < net.Start[node + 1] && !more; e++)
            {
                var owner = net.Owner[e];
                if (!run.Spend(1))
                    return;
                if (net.High[e] <= 0 || !net.Together(owner, 0))
                    continue;
                Interest product = new(low * net.Low[e], high * net.High[e]);
                if (owner == 0)
                {
                    more = found.Count == limit;
                    if (!more)
                        found.Add(new OwnershipChain([.. path.Select(p => IdOf(net.Nodes[p]))], product, Control: false));
                }
                else if (path.Count < maxLength && !path.Contains(owner))
                {
                    path.Add(owner);
                    Walk(owner, product.Low, product.High);
                    path.RemoveAt(path.Count - 1);
                }
            }
        }
    }

    /// <summary>PageRank: a walker goes on along a relation or, now and then and where none leads on, to any party. The same for the same graph. O(rounds × relations), 24 bytes a party.</summary>
    /// <param name="query">What to walk; steps and time do not bound it.</param>
    /// <param name="direction">Which way the walker goes.</param>
    /// <param name="rounds">How often all scores are computed anew.</param>
    /// <param name="damping">The probability to go on along a relation.</param>
    /// <param name="ct">Cancels.</param>
    public GraphImportance Importance(GraphQuery? query = null, Direction direction = Direction.Both, int rounds = 20, double damping = 0.85, CancellationToken ct = default)
    {
        double[] scores = new double[Size], parts = new double[Size];
        var leading = new int[Size];
        var run = QueryRun.Start(this, Unbounded(query), direction, ct);
        for (var node = 0; node < Size; node++)
        {
            var row = Row(node, out var count);
            for (var i = 0; i < count; i++)
            {
                At(row, i, out var code);
                leading[node] += run.Walks(node, i, code) ? 1 : 0;
            }
            scores[node] = IsRemoved(node) ? 0 : 1.0 / Nodes;
        }
        // From now on the relations that lead here.
        run = QueryRun.Start(this, Unbounded(query), direction switch { Direction.Up => Direction.Down, Direction.Down => Direction.Up, _ => Direction.Both }, ct);
        for (var round = 0; round < rounds; round++)
        {
            var lost = 0.0;
            for (var node = 0; node < Size; node++)
            {
                if (leading[node] > 0)
                    parts[node] = scores[node] / leading[node];
                else
                    lost += scores[node];
            }
            var everywhere = (1 - damping + (damping * lost)) / Nodes;
            for (var node = 0; node < Size; node++)
            {
                if (node % Chunk == 0)
                    ct.ThrowIfCancellationRequested();
                var sum = 0.0;
                var row = Row(node, out var count);
                for (var i = 0; i < count; i++)
                {
                    var other = At(row, i, out var code);
                    if (run.Walks(node, i, code))
                        sum += parts[other];
                }
                scores[node] = IsRemoved(node) ? 0 : everywhere + (damping * sum);
            }
        }
        GC.KeepAlive(this);
        return new GraphImportance(this, scores);
    }

    private static GraphQuery Unbounded(GraphQuery? query) => (query ?? GraphQuery.Default) with { Steps = int.MaxValue, Time = Timeout.InfiniteTimeSpan };

    private static int Root(int[] parent, int node)
    {
        while (parent[node] != node)
        {
            parent[node] = parent[parent[node]];
            node = parent[node];
        }
        return node;
    }

    private bool OwnsItself(int node, QueryRun run)
    {
        var row = Row(node, out var count);
        for (var i = 0; i < count; i++)
        {
            var owner = At(row, i, out var code);
            if (code >= HalfEdge.OwnerCodes)
                return false;
            if (owner == node && run.Walks(node, i, code) && OwnerShare(node, i).Max > 0)
                return true;
        }
        return false;
    }
}
