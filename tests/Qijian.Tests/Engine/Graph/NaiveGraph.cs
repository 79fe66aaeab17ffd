using Qijian.Engine.Graph;

namespace Qijian.Tests.Engine.Graph;

/// <summary>The same questions answered in the plainest way, over lists.</summary>
internal sealed class NaiveGraph(IReadOnlyDictionary<int, NodeKind> nodes, IReadOnlyList<GraphEdge> edges, DateOnly today)
{
    public IEnumerable<int> Ids => nodes.Keys;

    public bool Walks(GraphEdge e, GraphQuery query)
    {
        var day = query.Day ?? today;
        var holds = (e.Since is null || e.Since <= day) && (e.Until is null || day < e.Until);
        return query.Kinds.Has(e.Kind) && (holds || (query.Ended && e.Until <= day));
    }

    public IEnumerable<int> NeighboursOf(int id, GraphQuery query, Direction direction = Direction.Both) =>
        edges.Where(e => Walks(e, query)).SelectMany(e => new[] { (Here: e.From, There: e.To, Way: Direction.Down), (Here: e.To, There: e.From, Way: Direction.Up) })
            .Where(h => h.Here == id && (direction == Direction.Both || direction == h.Way)).Select(h => h.There).Distinct();

    public int DegreeOf(int id) => edges.Count(e => e.From == id) + edges.Count(e => e.To == id);

    private bool Passes(int id, GraphQuery query) => nodes[id] != NodeKind.UnknownOwner && DegreeOf(id) <= query.HubDegree;

    public Dictionary<int, int> Distances(int from, GraphQuery query, Direction direction = Direction.Both, int steps = int.MaxValue)
    {
        Dictionary<int, int> found = new() { [from] = 0 };
        Queue<int> open = new([from]);
        while (open.TryDequeue(out var id))
        {
            if (found[id] == steps || (id != from && !Passes(id, query)))
                continue;
            foreach (var next in NeighboursOf(id, query, direction).Where(n => found.TryAdd(n, found[id] + 1)))
                open.Enqueue(next);
        }
        return found;
    }

    public List<int[]> AllPaths(int from, int to, int maxLength, GraphQuery query)
    {
        List<int[]> found = [];
        Walk([from]);
        return found;

        void Walk(List<int> path)
        {
            if (path[^1] == to)
            {
                found.Add([.. path]);
                return;
            }
            if (path.Count > maxLength || (path.Count > 1 && !Passes(path[^1], query)))
                return;
            foreach (var next in NeighboursOf(path[^1], query).Where(n => !path.Contains(n)).ToList())
                Walk([.. path, next]);
        }
    }

    public IEnumerable<int[]> Ranked(IEnumerable<int[]> paths, GraphQuery query) =>
        paths.OrderBy(p => p.Length).ThenBy(p => p.Length < 3 ? 0 : p[1..^1].Sum(id => Math.Log2(DegreeOf(id)))).ThenByDescending(p => p.Zip(p.Skip(1)).Select(h => Newest(h.First, h.Second)).DefaultIfEmpty().Min())
            .ThenBy(p => p, Comparer<int[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y)))
            .Select(p => p);

    private int Newest(int a, int b) =>
        edges.Where(e => Walks(e, GraphQuery.Default) && ((e.From, e.To) == (a, b) || (e.From, e.To) == (b, a))).Select(e => e.Since?.DayNumber ?? 0).DefaultIfEmpty().Max();

    /// <summary>Who is with whom, as a text for comparing.</summary>
    public string Components(GraphQuery query)
    {
        GraphQuery all = query with { HubDegree = int.MaxValue };
        var left = nodes.Keys.ToHashSet();
        List<string> found = [];
        while (left.Count > 0)
        {
            Stack<int> open = new([left.First()]);
            List<int> members = [];
            while (open.TryPop(out var id))
            {
                if (!left.Remove(id))
                    continue;
                members.Add(id);
                foreach (var next in NeighboursOf(id, all))
                    open.Push(next);
            }
            found.Add(string.Join(' ', members.Order()));
        }
        return string.Join('|', found.Order(StringComparer.Ordinal));
    }

    /// <summary>Shares by the rules: summed, scaled to the whole, upper ends no more than what others leave. [owner, company].</summary>
    public (double[,] Low, double[,] High, int[] Ids) Shares(GraphQuery query)
    {
        int[] ids = [.. nodes.Keys.Order()];
        double[,] low = new double[ids.Length, ids.Length], high = new double[ids.Length, ids.Length];
        for (var c = 0; c < ids.Length; c++)
        {
            if (nodes[ids[c]] is NodeKind.Person or NodeKind.UnknownOwner)
                continue;
            var own = edges.Where(e => e.Kind == EdgeKind.Share && e.To == ids[c] && Walks(e, query)).GroupBy(e => e.From).Select(g => (g.Key, Min: g.Sum(e => (long)e.Share.Min), Max: g.Sum(e => (long)e.Share.Max))).ToList();
            var sum = own.Sum(o => o.Min);
            var whole = (double)Math.Max(sum, Share.Whole);
            foreach (var (owner, min, max) in own)
            {
                var o = Array.BinarySearch(ids, owner);
                low[o, c] = min / whole;
                high[o, c] = sum >= Share.Whole ? min / whole : Math.Min(max, whole - (sum - min)) / whole;
            }
        }
        return (low, high, ids);
    }

    /// <summary>The probability that a walk from each company ever comes to the owner, by one dense solve over the nodes from which it can: h = Wᵀh, h[owner] = 1.</summary>
    public static double[] Reaching(double[,] w, int owner)
    {
        var n = w.GetLength(0);
        HashSet<int> can = [owner];
        for (var grew = true; grew;)
        {
            grew = false;
            for (var c = 0; c < n; c++)
            {
                if (!can.Contains(c) && Enumerable.Range(0, n).Any(o => w[o, c] > 0 && can.Contains(o)))
                    grew = can.Add(c);
            }
        }
        var unknowns = can.Where(c => c != owner).ToArray();
        var a = new double[unknowns.Length, unknowns.Length + 1];
        for (var r = 0; r < unknowns.Length; r++)
        {
            for (var c = 0; c < unknowns.Length; c++)
                a[r, c] = (r == c ? 1 : 0) - w[unknowns[c], unknowns[r]];
            a[r, unknowns.Length] = w[owner, unknowns[r]];
        }
        var h = Gauss(a);
        var result = new double[n];
        for (var r = 0; r < unknowns.Length; r++)
            result[unknowns[r]] = h[r];
        // Of itself: the probability to come back.
        result[owner] = Enumerable.Range(0, n).Sum(o => w[o, owner] * (o == owner ? 1 : result[o]));
        return result;
    }

    private static double[] Gauss(double[,] a)
    {
        var n = a.GetLength(0);
        for (var p = 0; p < n; p++)
        {
            var best = Enumerable.Range(p, n - p).MaxBy(r => Math.Abs(a[r, p]));
            for (var x = 0; x <= n; x++)
                (a[p, x], a[best, x]) = (a[best, x], a[p, x]);
            for (var r = 0; r < n; r++)
            {
                if (r == p || a[r, p] == 0)
                    continue;
                var factor = a[r, p] / a[p, p];
                for (var x = p; x <= n; x++)
                    a[r, x] -= factor * a[p, x];
            }
        }
        return [.. Enumerable.Range(0, n).Select(r => a[r, n] / a[r, r])];
    }

    /// <summary>The second rule: the least set that contains the owner and every company of which its members hold more than half or one by right.</summary>
    public double Control(double[,] w, int[] ids, int owner, int company, GraphQuery query)
    {
        bool ByRight(int o, int c) => edges.Any(e => e.Kind is EdgeKind.Control or EdgeKind.Consolidation && e.From == ids[o] && e.To == ids[c] && Walks(e, query)) && nodes[ids[c]] is NodeKind.Company or NodeKind.Other;
        HashSet<int> controlled = [owner];
        for (var grew = true; grew;)
        {
            grew = false;
            for (var c = 0; c < ids.Length; c++)
            {
                if (!controlled.Contains(c) && (controlled.Sum(o => w[o, c]) > 0.5 + 1e-9 || controlled.Any(o => ByRight(o, c))))
                    grew = controlled.Add(c);
            }
        }
        controlled.Remove(company);
        var sum = controlled.Sum(o => w[o, company]);
        return sum > 0.5 + 1e-9 || controlled.Any(o => ByRight(o, company)) ? 1 : sum;
    }

    public double[] PageRank(GraphQuery query, Direction direction, int rounds)
    {
        int[] ids = [.. nodes.Keys.Order()];
        var links = edges.Where(e => Walks(e, query)).SelectMany(e => direction switch { Direction.Down => [(e.From, e.To)], Direction.Up => [(e.To, e.From)], _ => new[] { (e.From, e.To), (e.To, e.From) } }).ToList();
        var scores = ids.ToDictionary(i => i, _ => 1.0 / ids.Length);
        for (var r = 0; r < rounds; r++)
        {
            var lost = ids.Where(i => links.TrueForAll(l => l.Item1 != i)).Sum(i => scores[i]);
            scores = ids.ToDictionary(i => i, i => (0.15 / ids.Length) + (0.85 * ((lost / ids.Length) + links.Where(l => l.Item2 == i).Sum(l => scores[l.Item1] / links.Count(x => x.Item1 == l.Item1)))));
        }
        return [.. ids.Select(i => scores[i])];
    }
}
