namespace Qijian.Engine.Graph;

/// <summary>All that is above a company, or below an owner, with local numbers: who holds how much of whom, strongly connected components, exact solutions. One a thread, used anew by each query.</summary>
/// <remarks>
/// The model is a walk that starts at a company and goes to each owner with the probability of the share. The interest of an owner is the probability
/// that the walk ever comes by: visits divided by the owner's own visits once there, (I − W)⁻¹ restricted to one component at a time.
/// Shares of a company that sum to more than the whole are scaled to it; an upper end of a range is no more than what the others' lower ends leave.
/// </remarks>
internal sealed class OwnerNet
{
    /// <summary>Components up to so many nodes are solved by elimination, O(k³); larger ones by pushing what is left over until it is less than <see cref="Residual"/>.</summary>
    private const int MostExact = 256;

    private const double Residual = 1e-12;

    /// <summary>Far below a millionth, far above what rounding leaves.</summary>
    private const double Nothing = 1e-9;

    /// <summary>Shares of a company may sum to so much more than the whole by rounding, in parts per million.</summary>
    private const int Rounding = 1000;

    [ThreadStatic]
    private static OwnerNet? current;

    private readonly VisitedTable places = new();
    private GraphSnapshot graph = null!;
    private QueryRun run = null!;
    private int[] lastEdge = [];
    private int[] scratch = [];
    private int[] low = [];
    private int[] stack = [];
    private int[] frames = [];
    private int[] cursor = [];
    private int[] component = [];
    private int[] place = [];
    private int edges;

    /// <summary>Nodes of the graph by local number; the first is the root.</summary>
    public int[] Nodes { get; private set; } = [];

    public NodeKind[] Kinds { get; private set; } = [];

    public int Count { get; private set; }

    /// <summary>Where the owners of each begin; its <see cref="Owner"/> and shares end where those of the next begin.</summary>
    public int[] Start { get; private set; } = [];

    public int[] Owner { get; private set; } = [];

    public double[] Low { get; private set; } = [];

    public double[] High { get; private set; } = [];

    public bool[] Control { get; private set; } = [];

    /// <summary>Strongly connected components, owners' before those of what they own.</summary>
    public int[] Members { get; private set; } = [];

    public List<int> ComponentStart { get; } = [];

    public bool HasRanges { get; private set; }

    /// <summary>Companies whose shares sum to more than the whole, with the sum.</summary>
    public List<(int Node, int Sum)> Overfull { get; } = [];

    /// <summary>Whether a component was too large to be solved exactly.</summary>
    public bool Approximate { get; private set; }

    public static OwnerNet Over(GraphSnapshot graph, QueryRun run)
    {
        var net = current ??= new OwnerNet();
        (net.graph, net.run) = (graph, run);
        net.places.Reset();
        net.Count = 0;
        net.HasRanges = net.Approximate = false;
        net.Overfull.Clear();
        net.ComponentStart.Clear();
        return net;
    }

    /// <summary>Collects all owners of a company, theirs, and so on. O(shares and controls above it).</summary>
    public void GatherUp(int root, bool controls)
    {
        Place(root);
        for (var i = 0; i < Count; i++)
            AddOwners(i, joining: true, controls);
        Start[Count] = edges;
        Components(rootEnds: false);
    }

    /// <summary>Collects all holdings of an owner, theirs, and so on, and who within these holds how much. O(shares below it, and all shares of those companies).</summary>
    public unsafe void GatherDown(int root)
    {
        Place(root);
        for (var i = 0; i < Count; i++)
        {
            var row = graph.Row(Nodes[i], out var count);
            if (!run.Spend(count + 1))
                break;
            for (var h = count - 1; h >= 0; h--)
            {
                var other = graph.At(row, h, out var code);
                if (code < HalfEdge.FirstHolding)
                    break;
                if (run.Walks(Nodes[i], h, code))
                    Place(other);
            }
        }
        for (var i = 0; i < Count; i++)
            AddOwners(i, joining: false, controls: false);
        Start[Count] = edges;
        Components(rootEnds: false);
    }

    private int Place(int node)
    {
        if (!places.TryAdd(node, (uint)Count, out var place))
            return (int)place;
        if (Count + 1 >= Nodes.Length)
        {
            var size = Math.Max(64, Nodes.Length * 2);
            Nodes = Sized(Nodes, size);
            Kinds = Sized(Kinds, size);
            Start = Sized(Start, size);
            lastEdge = Sized(lastEdge, size);
        }
        if (Count == 0)
            edges = 0;
        Nodes[Count] = node;
        Kinds[Count] = graph.KindOf(node);
        lastEdge[Count] = -1;
        return Count++;
    }

    private unsafe void AddOwners(int company, bool joining, bool controls)
    {
        var first = Start[company] = edges;
        // Where persons and unknown owners have owners themselves the register is wrong: ownership ends at them.
        if (Kinds[company] is NodeKind.Person or NodeKind.UnknownOwner)
            return;
        var node = Nodes[company];
        var row = graph.Row(node, out var count);
        long sum = 0, members = 0;
        for (var h = 0; h < count; h++)
        {
            var other = graph.At(row, h, out var code);
            if (HalfEdge.Along(code))
                break;
            var kind = HalfEdge.Kind(code);
            if (kind != EdgeKind.Share && (!controls || kind is not (EdgeKind.Control or EdgeKind.Consolidation)))
            {
                if (kind > EdgeKind.Consolidation)
                    break;
                continue;
            }
            if (!run.Spend(1))
                break;
            if (!run.Walks(node, h, code))
                continue;
            var share = kind == EdgeKind.Share ? graph.OwnerShare(node, h) : Share.Exact(0);
            sum += share.Min;
            int owner;
            if (joining)
                owner = Place(other);
            else if (places.TryGet(other, out var place))
                owner = (int)place;
            else
                continue;
            if (lastEdge[owner] < first)
            {
                if (edges == Owner.Length)
                {
                    var size = Math.Max(64, edges * 2);
                    Owner = Sized(Owner, size);
                    Low = Sized(Low, size);
                    High = Sized(High, size);
                    Control = Sized(Control, size);
                }
                (Owner[edges], Low[edges], High[edges], Control[edges]) = (owner, 0, 0, false);
                lastEdge[owner] = edges++;
                members++;
            }
            var edge = lastEdge[owner];
            Low[edge] += share.Min;
            High[edge] += share.Max;
            Control[edge] |= kind != EdgeKind.Share;
        }
        if (sum > Share.Whole + Rounding)
            Overfull.Add((node, (int)Math.Min(sum, int.MaxValue)));
        var whole = Math.Max(sum, Share.Whole);
        for (var e = first; e < edges; e++)
        {
            // What the others have at least is not there to be had.
            High[e] = Math.Max(Low[e], Math.Min(High[e], whole - (sum - Low[e]))) / whole;
            Low[e] /= whole;
            if (sum >= Share.Whole)
                High[e] = Low[e];
            HasRanges |= High[e] > Low[e];
        }
    }

    /// <summary>Tarjan's algorithm without recursion, over shares that are not nothing. O(nodes + shares).</summary>
    /// <param name="rootEnds">Whether the root has no owners, as where walks end at it.</param>
    public void Components(bool rootEnds)
    {
        ComponentStart.Clear();
        if (low.Length < Count)
        {
            low = new int[Nodes.Length];
            scratch = new int[Nodes.Length];
            stack = new int[Nodes.Length];
            frames = new int[Nodes.Length];
            cursor = new int[Nodes.Length];
            component = new int[Nodes.Length];
            place = new int[Nodes.Length];
            Members = new int[Nodes.Length];
        }
        var index = scratch; // 0: not seen; -1: in a component
        Array.Clear(index, 0, Count);
        var (seen, members) = (0, 0);
        for (var root = 0; root < Count; root++)
        {
            if (index[root] != 0)
                continue;
            var (depth, onStack) = (0, 0);
            index[root] = low[root] = ++seen;
            cursor[root] = root == 0 && rootEnds ? Start[1] : Start[root];
            frames[depth++] = root;
            stack[onStack++] = root;
            while (depth > 0)
            {
                var node = frames[depth - 1];
                if (cursor[node] < Start[node + 1])
                {
                    var e = cursor[node]++;
                    var owner = Owner[e];
                    if (High[e] <= 0 || index[owner] == -1)
                        continue;
                    if (index[owner] != 0)
                    {
                        low[node] = Math.Min(low[node], index[owner]);
                        continue;
                    }
                    index[owner] = low[owner] = ++seen;
                    cursor[owner] = owner == 0 && rootEnds ? Start[1] : Start[owner];
                    frames[depth++] = owner;
                    stack[onStack++] = owner;
                    continue;
                }
                depth--;
                if (depth > 0)
                    low[frames[depth - 1]] = Math.Min(low[frames[depth - 1]], low[node]);
                if (low[node] != index[node])
                    continue;
                ComponentStart.Add(members);
                var first = members;
                int member;
                do
                {
                    member = stack[--onStack];
                    index[member] = -1;
                    component[member] = first;
                    Members[members++] = member;
                }
                while (member != node);
            }
        }
        ComponentStart.Add(members);
    }

    /// <summary>Members of each component that is a loop: more than one, or one that owns itself.</summary>
    public IEnumerable<ArraySegment<int>> Loops()
    {
        for (var c = 0; c + 1 < ComponentStart.Count; c++)
        {
            var members = new ArraySegment<int>(Members, ComponentStart[c], ComponentStart[c + 1] - ComponentStart[c]);
            if (IsLoop(members))
                yield return members;
        }
    }

    private bool IsLoop(ReadOnlySpan<int> members) => members.Length > 1 || SelfShare(members[0], High) > 0;

    private double SelfShare(int node, double[] weights)
    {
        for (var e = Start[node]; e < Start[node + 1]; e++)
        {
            if (Owner[e] == node)
                return weights[e];
        }
        return 0;
    }

    /// <summary>Of each node above the root: how often the walk comes by, and the probability that it ever does. O(shares), and O(k³) a loop of k.</summary>
    /// <param name="weights"><see cref="Low"/> or <see cref="High"/>.</param>
    /// <param name="visits">How often; infinity where the upper ends of ranges feed themselves.</param>
    /// <param name="interest">The probability; of the root that of coming back.</param>
    /// <param name="circular">The probability to end in a loop that nobody outside owns any of.</param>
    public void Upward(double[] weights, double[] visits, double[] interest, out double circular)
    {
        Array.Clear(visits, 0, Count);
        visits[0] = 1;
        circular = 0;
        for (var c = ComponentStart.Count - 2; c >= 0; c--)
        {
            ReadOnlySpan<int> members = Members.AsSpan(ComponentStart[c], ComponentStart[c + 1] - ComponentStart[c]);
            var closed = false;
            if (!IsLoop(members))
            {
                interest[members[0]] = members[0] == 0 ? 0 : Math.Min(1, visits[members[0]]);
            }
            else
            {
                var entering = 0.0;
                foreach (var m in members)
                    entering += visits[m];
                var (leak, most, outside) = Leak(members, weights);
                closed = leak <= Nothing && outside <= Nothing;
                if (closed)
                    circular += entering;
                if (closed || leak <= Nothing || most > 1 + Nothing || double.IsInfinity(entering))
                {
                    foreach (var m in members)
                    {
                        interest[m] = entering > 0 ? Math.Min(1, closed ? entering : 1) : 0;
                        visits[m] = closed || entering <= 0 ? 0 : double.PositiveInfinity;
                    }
                }
                else
                {
                    Solve(members, weights, visits, interest, upward: true);
                }
            }
            // What is trapped in a closed loop goes to no owner outside.
            if (closed)
                continue;
            foreach (var m in members)
            {
                if (visits[m] <= 0)
                    continue;
                for (var e = Start[m]; e < Start[m + 1]; e++)
                {
                    if (weights[e] > 0 && component[Owner[e]] != component[m])
                        visits[Owner[e]] += visits[m] * weights[e];
                }
            }
        }
    }

    /// <summary>Of each holding below the root: the probability that a walk from it ever comes to the root; of the root that of coming back. O(shares), and O(k³) a loop of k.</summary>
    /// <remarks>After <see cref="Components"/> with walks that end at the root.</remarks>
    public void Downward(double[] weights, double[] interest)
    {
        Array.Clear(interest, 0, Count);
        interest[0] = 1;
        for (var c = 0; c + 1 < ComponentStart.Count; c++)
        {
            ReadOnlySpan<int> members = Members.AsSpan(ComponentStart[c], ComponentStart[c + 1] - ComponentStart[c]);
            if (members[0] == 0)
                continue; // walks end at the root, which is alone
            var entering = 0.0;
            foreach (var m in members)
            {
                interest[m] = 0;
                for (var e = Start[m]; e < Start[m + 1]; e++)
                {
                    if (component[Owner[e]] != component[m])
                        interest[m] += weights[e] * interest[Owner[e]];
                }
                entering += interest[m];
            }
            if (members.Length == 1 && SelfShare(members[0], weights) <= 0)
            {
                interest[members[0]] = Math.Min(1, interest[members[0]]);
                continue;
            }
            var (leak, most, _) = Leak(members, weights);
            if (leak <= Nothing || most > 1 + Nothing)
            {
                foreach (var m in members)
                    interest[m] = entering > 0 ? 1 : 0;
                continue;
            }
            Solve(members, weights, interest, interest, upward: false);
        }
        var back = 0.0;
        for (var e = Start[0]; e < Start[1]; e++)
            back += weights[e] * interest[Owner[e]];
        interest[0] = Math.Min(1, back);
    }

    /// <summary>Whether two nodes own each other in a circle.</summary>
    public bool Together(int first, int second) => component[first] == component[second];

    /// <summary>Over all members how much is left when the shares within are taken away, the most that is owned within of one, and what others own.</summary>
    private (double Leak, double Most, double Outside) Leak(ReadOnlySpan<int> members, double[] weights)
    {
        var (leak, most, outside) = (0.0, 0.0, 0.0);
        foreach (var m in members)
        {
            var within = 0.0;
            for (var e = Start[m]; e < Start[m + 1]; e++)
            {
                if (Together(Owner[e], m))
                    within += weights[e];
                else
                    outside += weights[e];
            }
            leak += Math.Max(0, 1 - within);
            most = Math.Max(most, within);
        }
        return (leak, most, outside);
    }

    private void Solve(ReadOnlySpan<int> members, double[] weights, double[] values, double[] interest, bool upward)
    {
        var k = members.Length;
        if (k > MostExact)
        {
            Push(members, weights, values, upward);
            Approximate |= upward; // own visits are not known
            foreach (var m in members)
                interest[m] = m == 0 && upward ? 1 - (1 / values[0]) : Math.Min(1, values[m]);
            return;
        }
        // [I − W | I], eliminated without pivots: no column of W sums to more than one.
        var width = 2 * k;
        var matrix = System.Buffers.ArrayPool<double>.Shared.Rent(k * width);
        Array.Clear(matrix, 0, k * width);
        for (var j = 0; j < k; j++)
            place[members[j]] = j;
        for (var j = 0; j < k; j++)
        {
            matrix[(j * width) + j] += 1;
            matrix[(j * width) + k + j] = 1;
            for (var e = Start[members[j]]; e < Start[members[j] + 1]; e++)
            {
                if (!Together(Owner[e], members[j]))
                    continue;
                var i = place[Owner[e]];
                matrix[upward ? (i * width) + j : (j * width) + i] -= weights[e];
            }
        }
        for (var p = 0; p < k; p++)
        {
            var pivot = matrix.AsSpan(p * width, width);
            var scale = 1 / pivot[p];
            for (var x = p; x < width; x++)
                pivot[x] *= scale;
            for (var r = 0; r < k; r++)
            {
                var row = matrix.AsSpan(r * width, width);
                var factor = row[p];
                if (r == p || factor == 0)
                    continue;
                for (var x = p; x < width; x++)
                    row[x] -= factor * pivot[x];
            }
        }
        Span<double> inflow = stackalloc double[MostExact];
        for (var i = 0; i < k; i++)
            inflow[i] = values[members[i]];
        for (var i = 0; i < k; i++)
        {
            var sum = 0.0;
            for (var j = 0; j < k; j++)
                sum += matrix[(i * width) + k + j] * inflow[j];
            values[members[i]] = sum;
        }
        for (var i = 0; i < k; i++)
        {
            var own = matrix[(i * width) + k + i];
            interest[members[i]] = !upward ? Math.Min(1, values[members[i]]) : members[i] == 0 ? 1 - (1 / own) : Math.Min(1, values[members[i]] / own);
        }
        System.Buffers.ArrayPool<double>.Shared.Return(matrix);
    }

    private void Push(ReadOnlySpan<int> members, double[] weights, double[] values, bool upward)
    {
        Dictionary<int, double> left = new(members.Length), next = new(members.Length);
        foreach (var m in members)
            left[m] = values[m];
        if (!upward)
        {
            // Gauss–Seidel on the transposed system: each holding is what came from outside and what its owners within have of the root.
            for (var change = 1.0; change > Residual;)
            {
                change = 0;
                foreach (var m in members)
                {
                    var sum = left[m];
                    for (var e = Start[m]; e < Start[m + 1]; e++)
                    {
                        if (Together(Owner[e], m))
                            sum += weights[e] * values[Owner[e]];
                    }
                    change += Math.Abs(sum - values[m]);
                    values[m] = sum;
                }
                if (!run.Spend(members.Length))
                    return;
            }
            return;
        }
        for (var residual = 1.0; residual > Residual;)
        {
            residual = 0;
            next.Clear();
            foreach (var (m, mass) in left)
            {
                for (var e = Start[m]; e < Start[m + 1]; e++)
                {
                    if (!Together(Owner[e], m) || weights[e] <= 0)
                        continue;
                    var part = mass * weights[e];
                    values[Owner[e]] += part;
                    residual += part;
                    System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(next, Owner[e], out _) += part;
                }
            }
            (left, next) = (next, left);
            if (!run.Spend(members.Length))
                return;
        }
    }

    private static T[] Sized<T>(T[] array, int size)
    {
        Array.Resize(ref array, size);
        return array;
    }
}
