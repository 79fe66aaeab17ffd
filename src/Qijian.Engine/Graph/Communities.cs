namespace Qijian.Engine.Graph;

/// <summary>Numbers nodes so that those of a community lie together: a walk then finds most neighbours in memory that it has just read.</summary>
internal static class Communities
{
    private const int Largest = 512, SmallestBeforeLeaving = 24, HubDegree = 512, MostLinks = 15;

    /// <summary>Grows clusters greedily: the node with most links into the cluster comes next, until none has two. Each half-edge is looked at once: O(half-edges), no iterations.</summary>
    /// <remarks>Measured beside breadth-first order in docs/performance.md. Label propagation looks at every half-edge in each of its rounds.</remarks>
    public static int[] Order(int[] start, ulong[] halves)
    {
        var n = start.Length - 1;
        var order = new int[n];
        var placed = new bool[n];
        VisitedTable links = new();
        var counts = new List<byte>();
        var byLinks = new List<int>[MostLinks + 1];
        for (var c = 0; c < byLinks.Length; c++)
            byLinks[c] = [];
        var (count, scan, seed) = (0, 0, -1);
        while (count < n)
        {
            if (seed < 0)
            {
                while (placed[scan])
                    scan++;
                seed = scan;
            }
            links.Reset();
            counts.Clear();
            foreach (var list in byLinks)
                list.Clear();
            var (size, node) = (0, seed);
            seed = -1;
            while (node >= 0)
            {
                placed[node] = true;
                order[count++] = node;
                size++;
                var (from, to) = (start[node], start[node + 1]);
                if (to - from <= HubDegree)
                {
                    for (var i = from; i < to; i++)
                    {
                        var other = (int)(uint)halves[i];
                        if (placed[other])
                            continue;
                        if (links.TryAdd(other, (uint)counts.Count, out var at))
                            counts.Add(0);
                        // One with two links is soon next.
                        if (counts[(int)at] == 0)
                            Ahead.Fetch(start, other);
                        else if (counts[(int)at] == 1)
                            Ahead.FetchAt(halves, start, other);
                        if (counts[(int)at] < MostLinks)
                            byLinks[++counts[(int)at]].Add(other);
                    }
                }
                node = -1;
                for (var c = MostLinks; c > 0 && node < 0; c--)
                {
                    var list = byLinks[c];
                    // Those with one link in the order they were seen would be breadth-first; the last seen are nearer.
                    while (list.Count > 0 && node < 0)
                    {
                        if (!placed[list[^1]])
                            node = list[^1];
                        list.RemoveAt(list.Count - 1);
                    }
                    if (node >= 0 && (size >= Largest || (c == 1 && size >= SmallestBeforeLeaving)))
                        (seed, node) = (node, -1);
                    if (seed >= 0)
                        break;
                }
            }
        }
        return order;
    }

    /// <summary>Breadth-first from the first node of each component.</summary>
    public static int[] Breadth(int[] start, ulong[] halves)
    {
        var n = start.Length - 1;
        var order = new int[n];
        var placed = new bool[n];
        var count = 0;
        for (var root = 0; root < n; root++)
        {
            if (placed[root])
                continue;
            placed[root] = true;
            order[count++] = root;
            for (var next = count - 1; next < count; next++)
            {
                for (var i = start[order[next]]; i < start[order[next] + 1]; i++)
                {
                    var other = (int)(uint)halves[i];
                    if (placed[other])
                        continue;
                    placed[other] = true;
                    order[count++] = other;
                }
            }
        }
        return order;
    }
}
