using Qijian.Engine.Graph;

namespace Qijian.Modules.Graph;

internal sealed partial class RelationAnswers
{
    private const int MostMembers = 2000, MostAbove = 500, MostWalk = 64;

    // More than half, after rounding of what was filed.
    private const double Half = 0.5 + 1e-9;

    private static readonly EdgeKinds ByRight = EdgeKinds.Of(EdgeKind.Control, EdgeKind.Consolidation);

    public Task<GroupView> GroupAsync(GraphParty company, DateOnly? day, CancellationToken ct) => AnswerAsync(
        async reader =>
        {
            GraphQuery query = new() { Day = day ?? Today, HubDegree = int.MaxValue };
            if (reader.Find(company) is not { } id) return new GroupView(company, query.Day.Value, [], [company], [], [], [], 0, Truncated: false);
            var (parents, cut) = Above(reader.Graph, id, query);
            var above = parents.ConvertAll(p => p.Id);
            List<int> top = [.. above.Where(p => Controllers(reader.Graph, p, query).Count == 0)];
            if (top.Count == 0) top = [above.Count == 0 ? id : above[^1]];
            var (members, more) = Below(reader.Graph, top, query, ct);
            await reader.ReadAsync(above.Concat(top).Concat(members.Select(m => m.Id)).Concat(members.Select(m => m.Via)).Append(id), ct);
            HashSet<int> all = [id, .. above, .. top, .. members.Select(m => m.Id)];
            var relations = await reader.RelationsAsync(all.OrderBy(m => m != id).ThenBy(m => m), (from, to, kind) => (EdgeKinds.Ownership.Has(kind) || kind is EdgeKind.Branch) && all.Contains(from) && all.Contains(to), query, evidence: true, ct);
            return new GroupView(
                company, query.Day.Value, [.. parents.Select(p => new GroupMember(reader[p.Id], p.Steps, reader[p.Via]))], [.. top.Select(t => reader[t])], [.. members.Select(m => new GroupMember(reader[m.Id], m.Steps, reader[m.Via]))], relations,
                await ContradictionsAsync(reader, id, query, ct), more, cut || more > 0);
        }, ct);

    public Task<ComparisonView> CompareAsync(GraphParty first, GraphParty second, DateOnly? day, CancellationToken ct) => AnswerAsync(
        async reader =>
        {
            GraphQuery query = new() { Day = day ?? Today };
            if (reader.Find(first) is not { } a || reader.Find(second) is not { } b) return new ComparisonView(first, second, query.Day.Value, [], [], [], null, Truncated: false);
            var graph = reader.Graph;
            OwnershipAnswer aboveFirst = graph.OwnersOf(a, 0, query, ct), aboveSecond = graph.OwnersOf(b, 0, query, ct), belowFirst = graph.HoldingsOf(a, 0, query, ct), belowSecond = graph.HoldingsOf(b, 0, query, ct);
            var owners = Common(aboveFirst, aboveSecond);
            var holdings = Common(belowFirst, belowSecond);
            var path = graph.ShortestPath(a, b, GraphSnapshot.MaxListedLength, query, ct);
            var hops = await HopsAsync(reader, path.Paths, query, ct);
            await reader.ReadAsync(owners.Concat(holdings).Select(s => s.Id).Take(MostMembers), ct);
            var people = await reader.RelationsAsync([a, b], (from, _, _) => reader.IsPerson(from), query, evidence: true, ct);
            var groups = await feed.GroupsAsync(ct);
            var named = from x in people where x.To.Number == first.Number join y in people.Where(p => p.To.Number == second.Number) on x.From.Name equals y.From.Name where x.From.Name is not null && !groups.AreDifferent(PartyKey.NumberOf(x.From.Number), PartyKey.NumberOf(y.From.Number)) select new CommonName(x.From.Name!, x.From.Number == y.From.Number, x, y);
            return new ComparisonView(
                first, second, query.Day.Value, [.. owners.Take(MostMembers).Select(Of)], [.. holdings.Take(MostMembers).Select(Of)], [.. named], path.Paths.Count == 0 ? null : PathOf(path.Paths[0], hops),
                path.Truncated || aboveFirst.Truncated || aboveSecond.Truncated || belowFirst.Truncated || belowSecond.Truncated || owners.Count > MostMembers || holdings.Count > MostMembers);

            CommonStake Of((int Id, Interest First, Interest Second) s) => new(reader[s.Id], Percentages.Of(s.First), Percentages.Of(s.Second));
        }, ct);

    private static List<(int Id, Interest First, Interest Second)> Common(OwnershipAnswer first, OwnershipAnswer second)
    {
        var others = second.Holders.ToDictionary(h => h.Id, h => h.Interest);
        return [.. first.Holders.Where(h => others.ContainsKey(h.Id)).Select(h => (h.Id, h.Interest, others[h.Id]))];
    }

    /// <summary>Who controls a company at once: by right, or with more than half of it.</summary>
    private static List<int> Controllers(GraphSnapshot graph, int id, GraphQuery query)
    {
        var edges = graph.RelationsOf(id, query with { Kinds = EdgeKinds.Ownership }, Direction.Up);
        return [.. edges.GroupBy(e => e.From).Where(g => g.Key != id && (g.Any(e => ByRight.Has(e.Kind)) || g.Sum(e => Least(e)) > Half)).Select(g => g.Key),
            .. graph.RelationsOf(id, query with { Kinds = EdgeKinds.Of(EdgeKind.Branch) }, Direction.Up).Select(e => e.From).Where(f => f != id)];
    }

    /// <summary>Whoever controls a company through any number of others, nearest first; also who does only with what those it controls hold.</summary>
    private static (List<(int Id, int Steps, int Via)> Parents, bool Truncated) Above(GraphSnapshot graph, int id, GraphQuery query)
    {
        Dictionary<int, (int Steps, int Via)> found = [];
        Queue<int> open = new([id]), reached = new([id]);
        while (open.Count + reached.Count > 0)
        {
            if (found.Count > MostAbove) return (Ordered(), true);
            // Those who control on their own come first: whoever is above them needs no sum of votes.
            if (open.TryDequeue(out var at)) Add(at, Controllers(graph, at, query));
            else Add(reached.Peek(), Jointly(graph, reached.Dequeue(), query));
        }

        return (Ordered(), false);

        void Add(int at, IEnumerable<int> parents)
        {
            foreach (var parent in parents)
            {
                if (parent == id || !found.TryAdd(parent, (at == id ? 1 : found[at].Steps + 1, at))) continue;
                open.Enqueue(parent);
                reached.Enqueue(parent);
            }
        }

        List<(int, int, int)> Ordered() => [.. found.Select(f => (f.Key, f.Value.Steps, f.Value.Via)).OrderBy(f => f.Steps).ThenBy(f => f.Key)];
    }

    // Who, with what the owners that it controls hold, has more than half of a company; not who only controls such a one.
    private static IEnumerable<int> Jointly(GraphSnapshot graph, int id, GraphQuery query)
    {
        Dictionary<int, double> votes = [];
        foreach (var edge in graph.RelationsOf(id, query with { Kinds = EdgeKinds.Share }, Direction.Up))
            foreach (var controller in Over(graph, edge.From, query).Where(c => c != id)) votes[controller] = votes.GetValueOrDefault(controller) + Least(edge);
        List<int> found = [.. votes.Where(v => v.Value > Half).Select(v => v.Key).Order()];
        return found.Where(f => !found.Exists(other => other != f && Over(graph, other, query).Contains(f)));
    }

    // A party and whoever controls it, at once or through others.
    private static HashSet<int> Over(GraphSnapshot graph, int id, GraphQuery query)
    {
        HashSet<int> over = [id];
        Queue<int> open = new([id]);
        while (open.TryDequeue(out var at) && over.Count <= MostAbove)
            foreach (var controller in Controllers(graph, at, query))
                if (over.Add(controller)) open.Enqueue(controller);
        return over;
    }

    /// <summary>The companies under some parties: controlled by right, or held with more than half by them and all that they control; branches too.</summary>
    private static (List<(int Id, int Steps, int Via)> Members, int More) Below(GraphSnapshot graph, List<int> top, GraphQuery query, CancellationToken ct)
    {
        Dictionary<int, (int Steps, int Via)> found = top.ToDictionary(t => t, t => (0, t));
        Dictionary<int, double> held = [];
        Queue<int> open = new(top);
        while (open.TryDequeue(out var at))
        {
            ct.ThrowIfCancellationRequested();
            if (found.Count > 20 * MostMembers) break;
            foreach (var edge in graph.RelationsOf(at, query with { Kinds = new(EdgeKinds.Ownership.Bits | EdgeKinds.Of(EdgeKind.Branch).Bits) }, Direction.Down))
            {
                if (found.ContainsKey(edge.To)) continue;
                var sum = held[edge.To] = held.GetValueOrDefault(edge.To) + Least(edge);
                if (edge.Kind is not EdgeKind.Share || sum > Half)
                {
                    found[edge.To] = (found[at].Steps + 1, at);
                    open.Enqueue(edge.To);
                }
            }
        }

        List<(int, int, int)> members = [.. found.Where(f => f.Value.Steps > 0).Select(f => (f.Key, f.Value.Steps, f.Value.Via)).OrderBy(f => f.Steps).ThenBy(f => f.Key)];
        return (members[..Math.Min(MostMembers, members.Count)], Math.Max(0, members.Count - MostMembers));
    }

    private static double Least(GraphEdge edge) => edge.Kind is EdgeKind.Share ? edge.Share.Min / (double)Share.Whole : 0;

    /// <summary>Where declared direct parents lead elsewhere than to the declared ultimate one.</summary>
    private async Task<IReadOnlyList<Contradiction>> ContradictionsAsync(PartyReader reader, int id, GraphQuery query, CancellationToken ct)
    {
        if (reader.Graph.RelationsOf(id, query with { Kinds = EdgeKinds.Of(EdgeKind.Consolidation) }, Direction.Up).Count == 0) return [];
        var (direct, ultimate) = await ParentsAsync(id >> 1, query.Day!.Value, ct);
        if (direct.Count == 0 || ultimate.Count == 0) return [];
        List<int> walk = [id];
        for (var next = direct; next.Count > 0 && walk.Count <= MostWalk && !walk.Contains(next[0]); (next, _) = await ParentsAsync(walk[^1] >> 1, query.Day.Value, ct)) walk.Add(next[0]);
        // Where the last one on the way declares the same ultimate parent, a direct one is missing, and nothing contradicts.
        var last = (await ParentsAsync(walk[^1] >> 1, query.Day.Value, ct)).Ultimate;
        List<int> other = [.. ultimate.Where(u => u != walk[^1] && !last.Contains(u))];
        await reader.ReadAsync(walk.Concat(other), ct);
        return [.. other.Select(u => new Contradiction(reader[id], reader[u], reader[walk[^1]], [.. walk.Select(w => reader[w])]))];
    }

    private async Task<(List<int> Direct, List<int> Ultimate)> ParentsAsync(int company, DateOnly day, CancellationToken ct)
    {
        var declared = (await feed.ReadAsync([company], ct)).Relations.Where(r => GraphSource.IsConsolidation(r) && r is { InLatest: true, FromCompany: not null } && (r.ValidFrom is null || r.ValidFrom <= day) && (r.ValidTo is null || r.ValidTo > day)).ToLookup(r => r.Role is "direct", r => PartyTable.CompanyId(r.FromCompany!.Value));
        return ([.. declared[true].Distinct()], [.. declared[false].Distinct()]);
    }
}
