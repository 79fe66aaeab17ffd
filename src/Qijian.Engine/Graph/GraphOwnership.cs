using System.Runtime.InteropServices;

namespace Qijian.Engine.Graph;

/// <summary>A part of a whole, 0 to 1; two ends where shares are ranges or not stated.</summary>
public readonly record struct Interest(double Low, double High)
{
    /// <summary>Whether both ends are the same.</summary>
    public bool IsExact => High - Low < 1e-12;
}

/// <summary>One way from a company up to an owner, or from an owner down to a holding, without a repeated party.</summary>
/// <param name="Parties">Ids, from the party that was asked for.</param>
/// <param name="Product">The shares multiplied.</param>
/// <param name="Control">Whether every share but the one in the owned company is more than half, or control by right: the chain counts for the share in the owned company.</param>
public sealed record OwnershipChain(IReadOnlyList<int> Parties, Interest Product, bool Control);

/// <summary>An owner above a company, or a holding below an owner.</summary>
/// <param name="Id">The party.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Interest">Its interest in the company (of the owner in it): over all chains and through loops.</param>
/// <param name="Missing">Upward: how much of the company ends here, at most, because the owners on file of this one do not make up the whole.</param>
/// <param name="Chains">The largest first; they make up the interest unless there are loops, or more chains.</param>
/// <param name="MoreChains">Whether there are.</param>
public sealed record OwnershipHolder(int Id, NodeKind Kind, Interest Interest, double Missing, IReadOnlyList<OwnershipChain> Chains, bool MoreChains);

/// <summary>Who has what of a company, or what an owner has of whom.</summary>
/// <param name="Holders">Largest interest first; the party itself is not among them.</param>
/// <param name="Remainder">Upward: what leads to nobody on file. With persons, unknown owners and <paramref name="Circular"/> it makes up the whole where shares are exact.</param>
/// <param name="Unknown">Upward: what leads to unknown owners.</param>
/// <param name="Circular">Upward: what ends in a loop of companies that own each other wholly.</param>
/// <param name="Self">What the party has of itself through loops.</param>
/// <param name="Loops">Ids of companies that own each other in a circle, or themselves.</param>
/// <param name="Overfull">Companies whose shares sum to more than the whole, with the sum in parts per million: they were scaled to it.</param>
/// <param name="Truncated">The budget ended first: interests are lower bounds, the remainder is too large.</param>
/// <param name="Approximate">A loop of more than 256 companies: the interests of those within, not of persons, may be too large.</param>
/// <param name="Missing">The id, where it is not in the graph.</param>
public sealed record OwnershipAnswer(IReadOnlyList<OwnershipHolder> Holders, Interest Remainder, Interest Unknown, double Circular, Interest Self, IReadOnlyList<IReadOnlyList<int>> Loops, IReadOnlyList<(int Id, int Sum)> Overfull, bool Truncated, bool Approximate, IReadOnlyList<int> Missing);

/// <summary>One who, computed, owns or controls enough of a company.</summary>
/// <param name="Id">The person, or the unknown owner.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Multiplied">First rule: shares multiplied along chains, summed, through loops.</param>
/// <param name="Control">Second rule: shares in the company held by the owner and by all that it controls; more than half is all.</param>
/// <param name="ByInterest">Whether the first rule is met for certain; with ranges it may be met (<see cref="Multiplied"/>'s upper end) without.</param>
/// <param name="ByControl">Whether the second is.</param>
/// <param name="Chains">Largest first.</param>
public sealed record BeneficialOwner(int Id, NodeKind Kind, Interest Multiplied, Interest Control, bool ByInterest, bool ByControl, IReadOnlyList<OwnershipChain> Chains);

/// <summary>The computed beneficial owners of a company.</summary>
/// <param name="Company">Its id.</param>
/// <param name="Owners">Persons who meet, or with ranges may meet, either rule.</param>
/// <param name="UnknownOwners">The same of unknown owners: kept apart.</param>
/// <param name="Truncated">The budget ended first.</param>
/// <param name="Missing">The id, where it is not in the graph.</param>
public sealed record BeneficialOwners(int Company, IReadOnlyList<BeneficialOwner> Owners, IReadOnlyList<BeneficialOwner> UnknownOwners, bool Truncated, IReadOnlyList<int> Missing);

public sealed partial class GraphSnapshot
{
    private static readonly GraphQuery Shares = new() { Kinds = EdgeKinds.Share };
    private static readonly GraphQuery Ownership = new() { Kinds = EdgeKinds.Ownership };

    /// <summary>Who owns how much of a company, directly and through others. O(shares above it + chains), and O(k³) a loop of k ≤ 256 companies, larger loops by pushing to 1e-12.</summary>
    /// <param name="company">The company.</param>
    /// <param name="chains">The most chains an owner; 0 for none.</param>
    /// <param name="query">Day, ended, budget; of its kinds only shares count.</param>
    /// <param name="ct">Cancels.</param>
    public OwnershipAnswer OwnersOf(int company, int chains = 10, GraphQuery? query = null, CancellationToken ct = default) => Owned(company, chains, query, upward: true, ct);

    /// <summary>What an owner has of which companies, directly and through others. O(shares below it and all shares of those companies + chains), loops as <see cref="OwnersOf"/>.</summary>
    /// <param name="owner">The owner.</param>
    /// <param name="chains">The most chains a holding; 0 for none.</param>
    /// <param name="query">Day, ended, budget; of its kinds only shares count.</param>
    /// <param name="ct">Cancels.</param>
    public OwnershipAnswer HoldingsOf(int owner, int chains = 10, GraphQuery? query = null, CancellationToken ct = default) => Owned(owner, chains, query, upward: false, ct);

    /// <summary>Who, computed, owns or controls at least the threshold of a company, by two rules. O(shares above it), control O(owners × what they control above it).</summary>
    /// <param name="company">The company.</param>
    /// <param name="threshold">0 to 1.</param>
    /// <param name="chains">The most chains an owner; 0 for none.</param>
    /// <param name="query">Day, ended, budget; of its kinds only shares, control and consolidation count.</param>
    /// <param name="ct">Cancels.</param>
    public BeneficialOwners BeneficialOwnersOf(int company, double threshold = 0.25, int chains = 10, GraphQuery? query = null, CancellationToken ct = default)
    {
        var run = QueryRun.Start(this, query is null ? Ownership : query with { Kinds = query.Kinds.Only(EdgeKinds.Ownership) }, Direction.Both, ct);
        return TryNode(company, out var node) ? Beneficial(node, threshold, chains, run) : new BeneficialOwners(company, [], [], Truncated: false, [company]);
    }

    /// <summary>The computed beneficial owners of every company that has any, without chains, in the order of the base. O(shares above each).</summary>
    /// <param name="threshold">0 to 1.</param>
    /// <param name="query">As for one company; the budget is of each.</param>
    /// <param name="part">Which of <paramref name="parts"/>, from 0: parts can be walked at the same time.</param>
    /// <param name="parts">How many parts.</param>
    /// <param name="ct">Cancels.</param>
    public IEnumerable<BeneficialOwners> AllBeneficialOwners(double threshold = 0.25, GraphQuery? query = null, int part = 0, int parts = 1, CancellationToken ct = default)
    {
        query = query is null ? Ownership : query with { Kinds = query.Kinds.Only(EdgeKinds.Ownership) };
        var (from, to) = ((int)((long)Size * part / parts), (int)((long)Size * (part + 1) / parts));
        for (var node = from; node < to; node++)
        {
            if (!HasOwners(node))
                continue;
            var found = Beneficial(node, threshold, 0, QueryRun.Start(this, query, Direction.Both, ct));
            if (found.Owners.Count > 0 || found.UnknownOwners.Count > 0 || found.Truncated)
                yield return found;
        }
    }

    private unsafe bool HasOwners(int node)
    {
        var row = Row(node, out var count);
        if (count == 0)
            return false;
        At(row, 0, out var code);
        return code < HalfEdge.Code(along: false, EdgeKind.Consolidation + 1, 0) && KindOf(node) == NodeKind.Company;
    }

    private OwnershipAnswer Owned(int id, int chains, GraphQuery? query, bool upward, CancellationToken ct)
    {
        var run = QueryRun.Start(this, query is null ? Shares : query with { Kinds = query.Kinds.Only(EdgeKinds.Share) }, Direction.Both, ct);
        if (!TryNode(id, out var node))
            return new OwnershipAnswer([], default, default, 0, default, [], [], Truncated: false, Approximate: false, [id]);
        var net = OwnerNet.Over(this, run);
        if (upward)
            net.GatherUp(node, controls: false);
        else
            net.GatherDown(node);
        List<IReadOnlyList<int>> loops = [.. net.Loops().Select(l => (IReadOnlyList<int>)[.. l.Select(m => IdOf(net.Nodes[m])).Order()])];
        if (!upward)
            net.Components(rootEnds: true);
        var (visits, low, high, circular) = Interests(net, upward);
        ChainLister? lister = chains > 0 ? new ChainLister(this, net, run, upward) : null;
        var found = lister?.List(chains, null);
        List<OwnershipHolder> holders = [];
        var (lowUnknown, highUnknown, highKnown, missing, leastMissing) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (var i = 0; i < net.Count; i++)
        {
            var ends = net.Kinds[i] is NodeKind.Person or NodeKind.UnknownOwner;
            double left = 0;
            if (upward && !ends)
            {
                double least = left = 1;
                for (var e = net.Start[i]; e < net.Start[i + 1]; e++)
                    (left, least) = (left - net.Low[e], least - net.High[e]);
                left = Math.Max(0, left) * visits[i];
                missing += left;
                leastMissing += Math.Max(0, least) * visits[i];
            }
            if (i == 0)
                continue;
            if (net.Kinds[i] == NodeKind.UnknownOwner)
                (lowUnknown, highUnknown) = (lowUnknown + low[i], highUnknown + high[i]);
            else if (ends)
                highKnown += high[i];
            if (high[i] > 0)
                holders.Add(new OwnershipHolder(IdOf(net.Nodes[i]), net.Kinds[i], new Interest(low[i], high[i]), left, found?[i].Chains ?? [], found?[i].More ?? false));
        }
        Interest remainder = upward && net.Kinds[0] is not (NodeKind.Person or NodeKind.UnknownOwner)
            ? new Interest(net.HasRanges ? Math.Min(missing, Math.Max(leastMissing, 1 - highKnown - highUnknown - circular)) : missing, missing) : default;
        var answer = new OwnershipAnswer(
            [.. holders.OrderByDescending(h => h.Interest.High).ThenByDescending(h => h.Interest.Low).ThenBy(h => h.Id)], remainder, new Interest(lowUnknown, Math.Min(1, highUnknown)), circular,
            new Interest(low[0], high[0]), loops, [.. net.Overfull.Select(o => (IdOf(o.Node), o.Sum)).OrderBy(o => o.Item1)], run.Truncated, net.Approximate, []);
        GC.KeepAlive(this);
        return answer;
    }

    private static (double[] Visits, double[] Low, double[] High, double Circular) Interests(OwnerNet net, bool upward)
    {
        double[] visits = new double[net.Count], low = new double[net.Count], high = low;
        var circular = 0.0;
        if (upward)
            net.Upward(net.Low, visits, low, out circular);
        else
            net.Downward(net.Low, low);
        if (!net.HasRanges)
            return (visits, low, high, circular);
        high = new double[net.Count];
        if (upward)
            net.Upward(net.High, new double[net.Count], high, out _);
        else
            net.Downward(net.High, high);
        var ends = 0.0;
        for (var i = 0; i < net.Count; i++)
        {
            high[i] = Math.Max(low[i], high[i]);
            if (upward && net.Kinds[i] is NodeKind.Person or NodeKind.UnknownOwner)
                ends += low[i];
        }
        // What others who end chains have at least is not there to be had.
        for (var i = 0; upward && i < net.Count; i++)
        {
            if (net.Kinds[i] is NodeKind.Person or NodeKind.UnknownOwner)
                high[i] = Math.Clamp(high[i], low[i], Math.Max(low[i], 1 - (ends - low[i]) - circular));
        }
        return (visits, low, high, circular);
    }

    private BeneficialOwners Beneficial(int node, double threshold, int chains, QueryRun run)
    {
        var net = OwnerNet.Over(this, run);
        net.GatherUp(node, controls: true);
        var (_, low, high, _) = Interests(net, upward: true);
        ControlRule rule = new(net, run);
        List<(int Local, BeneficialOwner Owner)> found = [];
        var least = threshold - 1e-9;
        for (var i = 1; i < net.Count; i++)
        {
            if (net.Kinds[i] is not (NodeKind.Person or NodeKind.UnknownOwner))
                continue;
            var control = rule.Of(i);
            if (high[i] >= least || control.High >= least)
                found.Add((i, new BeneficialOwner(IdOf(net.Nodes[i]), net.Kinds[i], new Interest(low[i], high[i]), control, low[i] >= least, control.Low >= least, [])));
        }
        if (chains > 0 && found.Count > 0)
        {
            var listed = new ChainLister(this, net, run, upward: true).List(chains, [.. found.Select(f => f.Local)]);
            for (var i = 0; i < found.Count; i++)
                found[i] = (found[i].Local, found[i].Owner with { Chains = listed[found[i].Local].Chains });
        }
        found.Sort((x, y) => (-Math.Max(x.Owner.Multiplied.High, x.Owner.Control.High), x.Owner.Id).CompareTo((-Math.Max(y.Owner.Multiplied.High, y.Owner.Control.High), y.Owner.Id)));
        var answer = new BeneficialOwners(IdOf(node), [.. found.Where(f => f.Owner.Kind == NodeKind.Person).Select(f => f.Owner)], [.. found.Where(f => f.Owner.Kind != NodeKind.Person).Select(f => f.Owner)], run.Truncated, []);
        GC.KeepAlive(this);
        return answer;
    }
}

/// <summary>The chain of control: an owner controls a company in which it and what it controls hold more than half, or which one of them controls by right.</summary>
internal sealed class ControlRule
{
    private const double Half = 0.5 + 1e-9;

    private readonly OwnerNet net;
    private readonly QueryRun run;
    private readonly int[] firstOf;
    private readonly (int Company, int Edge)[] held;
    private readonly double[] sum;
    private readonly List<int> touched = [];
    private readonly List<int> controlled = [];

    public ControlRule(OwnerNet net, QueryRun run)
    {
        (this.net, this.run) = (net, run);
        sum = new double[net.Count];
        (firstOf, held) = Reversed(net);
    }

    /// <summary>The holdings of each owner of a net: the company, and the share's place.</summary>
    public static (int[] Start, (int Company, int Edge)[] Holdings) Reversed(OwnerNet net)
    {
        var start = new int[net.Count + 1];
        var edges = net.Start[net.Count];
        for (var e = 0; e < edges; e++)
            start[net.Owner[e] + 1]++;
        for (var i = 0; i < net.Count; i++)
            start[i + 1] += start[i];
        var next = start.AsSpan(0, net.Count).ToArray();
        var holdings = new (int, int)[edges];
        for (var company = 0; company < net.Count; company++)
        {
            for (var e = net.Start[company]; e < net.Start[company + 1]; e++)
                holdings[next[net.Owner[e]]++] = (company, e);
        }
        return (start, holdings);
    }

    /// <summary>What an owner has of the root by this rule. O(holdings of what it controls).</summary>
    public Interest Of(int owner)
    {
        var low = Of(owner, net.Low);
        return new Interest(low, net.HasRanges ? Of(owner, net.High) : low);
    }

    private double Of(int owner, double[] weights)
    {
        controlled.Clear();
        controlled.Add(owner);
        var byRight = false;
        for (var i = 0; i < controlled.Count && run.Spend(1); i++)
        {
            for (var h = firstOf[controlled[i]]; h < firstOf[controlled[i] + 1]; h++)
            {
                var (company, edge) = held[h];
                if (sum[company] == 0)
                    touched.Add(company);
                var before = sum[company];
                sum[company] += net.Control[edge] ? 2 + weights[edge] : weights[edge];
                byRight |= company == 0 && net.Control[edge];
                if (before <= Half && sum[company] > Half && company != owner)
                    controlled.Add(company);
            }
        }
        var result = byRight || sum[0] > Half ? 1 : Math.Min(1, sum[0]);
        foreach (var company in touched)
            sum[company] = 0;
        touched.Clear();
        return result;
    }
}

/// <summary>Lists chains, largest product first, until there are enough of each.</summary>
internal sealed class ChainLister(GraphSnapshot graph, OwnerNet net, QueryRun run, bool upward)
{
    /// <summary>Chains of less are not listed.</summary>
    private const double Least = 1e-9;

    private const int MostOpen = 200_000;

    private readonly List<(int Node, int Parent, double Low, double High, bool Control)> links = [];

    /// <summary>Chains of each node by local number.</summary>
    /// <param name="most">The most of each.</param>
    /// <param name="wanted">The nodes whose chains are wanted; null for all.</param>
    public (List<OwnershipChain> Chains, bool More)[] List(int most, int[]? wanted)
    {
        var (start, holdings) = ControlRule.Reversed(net);
        var leads = Leads(wanted, start, holdings);
        HashSet<int>? targets = wanted is null ? null : [.. wanted];
        var found = new (List<OwnershipChain> Chains, bool More)[net.Count];
        for (var i = 0; i < found.Length; i++)
            found[i].Chains = [];
        PriorityQueue<int, (double, int)> open = new();
        links.Add((0, -1, 1, 1, true));
        open.Enqueue(0, (-1, 0));
        while (open.TryDequeue(out var at, out _))
        {
            var link = links[at];
            if (at > 0 && targets?.Contains(link.Node) != false)
            {
                if (found[link.Node].Chains.Count < most)
                    found[link.Node].Chains.Add(ToChain(at));
                else
                    found[link.Node].More = true;
            }
            var (from, to) = upward ? (net.Start[link.Node], net.Start[link.Node + 1]) : (start[link.Node], start[link.Node + 1]);
            if (!run.Spend(to - from + 1))
                break;
            for (var i = from; i < to; i++)
            {
                var (next, e) = upward ? (net.Owner[i], i) : (holdings[i].Company, holdings[i].Edge);
                var (low, high) = (link.Low * net.Low[e], link.High * net.High[e]);
                // Control by right is a chain too, whatever is held, and so is control over who has it.
                var byRight = net.Control[e];
                if ((high < Least && !byRight && (link.High >= Least || net.High[e] <= 0)) || !leads[next] || InChain(at, next))
                    continue;
                if (links.Count >= MostOpen)
                {
                    found[next].More = true;
                    continue;
                }
                // Upward the first share is the one in the owned company; downward the last is.
                var majority = net.Low[e] > 0.5 || byRight;
                var control = upward ? link.Parent < 0 || (link.Control && majority) : link.Control;
                links.Add((next, at, low, high, upward ? control : link.Control && majority));
                open.Enqueue(links.Count - 1, (-high, links.Count));
            }
        }
        return found;
    }

    private bool InChain(int at, int node)
    {
        for (; at >= 0; at = links[at].Parent)
        {
            if (links[at].Node == node)
                return true;
        }
        return false;
    }

    private OwnershipChain ToChain(int at)
    {
        // Downward the last share is in the owned company and may be any.
        var link = links[at];
        var control = upward ? link.Control : links[link.Parent].Control;
        List<int> parties = [];
        for (var i = at; i >= 0; i = links[i].Parent)
            parties.Add(graph.IdOf(net.Nodes[links[i].Node]));
        parties.Reverse();
        return new OwnershipChain(parties, new Interest(link.Low, link.High), control);
    }

    /// <summary>From which nodes a wanted one can be reached.</summary>
    private bool[] Leads(int[]? wanted, int[] start, (int Company, int Edge)[] holdings)
    {
        var leads = new bool[net.Count];
        if (wanted is null)
        {
            Array.Fill(leads, true);
            return leads;
        }
        Stack<int> open = new(wanted);
        foreach (var node in wanted)
            leads[node] = true;
        while (open.TryPop(out var node))
        {
            foreach (var (company, _) in MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(holdings), holdings.Length)[start[node]..start[node + 1]])
            {
                if (!leads[company])
                {
                    leads[company] = true;
                    open.Push(company);
                }
            }
        }
        return leads;
    }
}
