using Qijian.Engine.Graph;
using Qijian.Modules.Registry;
using Qijian.Modules.Search;

namespace Qijian.Modules.Graph;

/// <summary>Asks the graph, and says in the registry's words what came of it.</summary>
internal sealed partial class RelationAnswers(StoredGraph store, ICompanyLookup lookup, ICompanyFeed changes, IRelationFeed feed, ICompanyMatching matching, TimeProvider clock) : IRelationGraph
{
    // An answer that the registry changed under is given again; during an import of millions the last one stands.
    private const int Tries = 3;

    private const int MostChains = 100, MostNamed = 100;

    public bool Ready => store.Ready;

    public async Task<PartyLookup> FindAsync(string id, CancellationToken ct)
    {
        if (id.StartsWith("p-", StringComparison.Ordinal))
        {
            if (MayBeId(id) && await feed.PersonAsync(id, ct) is { } person && (await feed.PeopleAsync([person], ct)).TryGetValue(person, out var named)) return new PartyLookup.Found(PartyReader.Of(named));
            return await lookup.FindPersonAsync(id, ct) switch { PersonLookupResult.Moved(var company) => new PartyLookup.PersonMoved(company), PersonLookupResult.Gone => new PartyLookup.Gone(), _ => new PartyLookup.Unknown() };
        }

        if (MayBeId(id) && await feed.CompanyAsync(id, ct) is { } number && await lookup.SummariesAsync([number], ct) is [var found]) return new PartyLookup.Found(PartyReader.Of(found));
        return await lookup.FindAsync(id, default, ct) switch { CompanyLookupResult.Moved(var other) => new PartyLookup.Moved(other), CompanyLookupResult.Gone => new PartyLookup.Gone(), _ => new PartyLookup.Unknown() };
    }

    public Task<OwnershipView> OwnersAsync(GraphParty company, OwnershipRequest request, CancellationToken ct) => AnswerAsync(reader => OwnedAsync(reader, company, request, upward: true, ct), ct);

    public Task<OwnershipView> HoldingsAsync(GraphParty owner, OwnershipRequest request, CancellationToken ct) => AnswerAsync(reader => OwnedAsync(reader, owner, request, upward: false, ct), ct);

    public Task<BeneficialView> BeneficialOwnersAsync(GraphParty company, decimal threshold, DateOnly? day, CancellationToken ct) => AnswerAsync(
        async reader =>
        {
            var on = day ?? Today;
            if (reader.Find(company) is not { } id) return new BeneficialView(company, on, threshold * 100, [], [], new(100, 100), Truncated: false);
            GraphQuery query = new() { Day = on };
            var found = reader.Graph.BeneficialOwnersOf(id, (double)threshold, 10, query, ct);
            var owned = reader.Graph.OwnersOf(id, 0, query, ct);
            await reader.ReadAsync(found.Owners.Concat(found.UnknownOwners).SelectMany(o => o.Chains.SelectMany(c => c.Parties).Append(o.Id)), ct);
            return new BeneficialView(company, on, threshold * 100, [.. found.Owners.Select(Of)], [.. found.UnknownOwners.Select(Of)], Percentages.Of(owned.Remainder), found.Truncated || owned.Truncated);

            BeneficialStake Of(BeneficialOwner o) => new(reader[o.Id], Percentages.Of(o.Multiplied), Percentages.Of(o.Control), o.ByInterest, o.ByControl, ChainsOf(o.Chains, null, reader));
        }, ct);

    public Task<PathsView> PathsAsync(GraphParty from, GraphParty to, PathRequest request, CancellationToken ct) => AnswerAsync(
        async reader =>
        {
            var query = QueryOf(request);
            var groups = query.Kinds.Only(ByName).Bits != 0 ? await feed.GroupsAsync(ct) : PersonGroups.None;
            var found = reader.Find(from) is { } a && reader.Find(to) is { } b ? reader.Graph.ShortestPaths(a, b, request.Count + (groups.AnyDifferent ? Spare : 0), request.MaxLength, query, ct) : new([], Truncated: false, [], [], 0);
            List<GraphPath> paths = [.. found.Paths.Where(p => !reader.Confuses(p, groups)).Take(request.Count)];
            var hops = await HopsAsync(reader, paths, query, ct);
            await reader.ReadAsync(found.Hubs.Take(MostNamed), ct);
            return new PathsView(from, to, query.Day!.Value, request, [.. paths.Select(p => PathOf(p, hops))], HubsOf(reader, found.Hubs), await SourcesAsync(ct),
                found.Truncated || (paths.Count < Math.Min(request.Count, found.Paths.Count) && Unlisted(found, request.Count, request.MaxLength)));
        }, ct);

    private DateOnly Today => ChinaTime.Day(clock.GetUtcNow());

    // PostgreSQL takes no text with a zero in it, not even to find nothing.
    private static bool MayBeId(string id) => id.Length <= 64 && !id.Contains('\0', StringComparison.Ordinal);

    private async Task<T> AnswerAsync<T>(Func<PartyReader, Task<T>> answer, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            PartyReader reader = new(store.Current, lookup, changes, feed);
            var found = await answer(reader);
            if (tries == Tries || !await reader.ChangedAsync(ct)) return found;
            await store.FollowAsync(ct);
        }
    }

    private async Task<OwnershipView> OwnedAsync(PartyReader reader, GraphParty party, OwnershipRequest request, bool upward, CancellationToken ct)
    {
        var on = request.Day ?? Today;
        if (reader.Find(party) is not { } id) return new(party, on, [], [], [], upward ? new(100, 100) : default, default, 0, default, [], [], 0, Truncated: false, Approximate: false, []);
        var graph = reader.Graph;
        var direction = upward ? Direction.Up : Direction.Down;
        GraphQuery query = new() { Day = on, Kinds = EdgeKinds.Share, HubDegree = int.MaxValue };
        var found = upward ? graph.OwnersOf(id, Math.Min(request.Chains, MostChains), query, ct) : graph.HoldingsOf(id, Math.Min(request.Chains, MostChains), query, ct);
        var near = graph.Neighbourhood(id, request.Depth ?? int.MaxValue, query, direction, ct: ct);
        var steps = near.Neighbours.ToDictionary(n => n.Id, n => n.Steps);
        var direct = graph.RelationsOf(id, query, direction).GroupBy(e => upward ? e.From : e.To).ToDictionary(g => g.Key, g => new Percentage(Math.Min(100, g.Sum(e => Percentages.Of(e.Share).Minimum)), Math.Min(100, g.Sum(e => Percentages.Of(e.Share).Maximum))));
        var levels = request.Depth is { } depth ? OwnershipLevels.Of(graph, id, depth, query, upward) : null;
        List<Stake> stakes = [];
        var holders = found.Holders.Where(h => steps.ContainsKey(h.Id)).Select(h => (Holder: h, Interest: levels?.Of(h.Id) ?? h.Interest)).Where(h => h.Interest.High > 0)
            .OrderByDescending(h => h.Interest.High).ThenByDescending(h => h.Interest.Low).ThenBy(h => h.Holder.Id).ToList();
        var listed = holders.Take(Math.Max(0, request.Most)).ToList();
        await reader.ReadAsync(listed.SelectMany(h => h.Holder.Chains.SelectMany(c => c.Parties).Append(h.Holder.Id)).Concat(found.Loops.SelectMany(l => l).Take(MostNamed * 10)).Concat(found.Overfull.Take(MostNamed).Select(o => o.Id)), ct);
        foreach (var (holder, interest) in listed)
        {
            var chains = ChainsOf(holder.Chains, request.Depth, reader);
            Percentage? share = direct.TryGetValue(holder.Id, out var filed) ? filed : null;
            var alone = share is not null && !holder.MoreChains && chains.All(c => c.Parties.Count == 2) && (share == Percentages.Of(interest) || share.Value.Exact is null);
            stakes.Add(new(reader[holder.Id], Percentages.Of(interest), share, steps[holder.Id], Percentages.Of(holder.Missing), chains, holder.MoreChains, alone ? Basis.Filed : Basis.Derived));
        }

        // Who controls, or held before, has no stake, but a relation.
        List<int> beside = [.. graph.RelationsOf(id, query with { Kinds = EdgeKinds.Ownership, Ended = request.Ended }, direction).Select(e => upward ? e.From : e.To).Distinct().Take(Math.Max(0, request.Most))];
        HashSet<int> parties = [id, .. listed.Select(h => h.Holder.Id), .. beside];
        var relations = await reader.RelationsAsync(
            upward ? listed.Select(h => h.Holder.Id).Prepend(id) : listed.Select(h => h.Holder.Id).Concat(beside),
            (from, to, kind) => EdgeKinds.Ownership.Has(kind) && parties.Contains(from) && parties.Contains(to), query with { Ended = request.Ended }, request.Evidence, ct);
        var earlier = graph.RelationsOf(id, query with { Kinds = EdgeKinds.Of(EdgeKind.EarlierShare) }, direction);
        var notInLatest = earlier.Count == 0 ? [] : await reader.RelationsAsync(earlier.Select(e => e.To), (from, to, kind) => kind is EdgeKind.EarlierShare && (upward ? to : from) == id, query, evidence: true, ct);
        // A company of which no owner at all is on file is itself where the chains end; what is missing is the rest of those with some.
        var remainder = levels?.Remainder ?? Without(found.Remainder, found.Holders.Where(h => h.Kind is NodeKind.Company or NodeKind.Other && h.Missing >= h.Interest.Low - 1e-12 && graph.RelationsOf(h.Id, query, Direction.Up).Count == 0).Sum(h => h.Missing));
        var more = holders.Count - listed.Count;
        return new(
            party, on, stakes, relations, notInLatest, upward ? Percentages.Of(remainder) : default, Percentages.Of(found.Unknown), Percentages.Of(found.Circular), Percentages.Of(found.Self),
            [.. found.Loops.Select(l => (IReadOnlyList<GraphParty>)[.. l.Where(steps.ContainsKey).Select(m => m == id ? party : reader[m])]).Where(l => l.Count > 0)], [.. found.Overfull.Take(MostNamed).Where(o => steps.ContainsKey(o.Id)).Select(o => new Overfull(o.Id == id ? party : reader[o.Id], o.Sum / 10_000m))],
            more, found.Truncated || near.Truncated || levels?.Truncated == true || more > 0, found.Approximate, upward ? await ContradictionsAsync(reader, id, query, ct) : []);
    }

    private static Interest Without(Interest remainder, double known) => new(Math.Max(0, remainder.Low - known), Math.Max(0, remainder.High - known));

    private static IReadOnlyList<StakeChain> ChainsOf(IEnumerable<OwnershipChain> chains, int? depth, PartyReader reader) =>
        [.. chains.Where(c => depth is null || c.Parties.Count - 1 <= depth).Select(c => new StakeChain([.. c.Parties.Select(p => reader[p])], Percentages.Of(c.Product), c.Control))];

    private GraphQuery QueryOf(PathRequest request) => new() { Kinds = request.Kinds, Day = request.Day ?? Today, Ended = request.Ended, HubDegree = request.HubDegree };

    private async Task<IReadOnlyList<DatasetView>> SourcesAsync(CancellationToken ct) => (await lookup.OverviewAsync(ct)).Datasets;

    private static IReadOnlyList<Hub> HubsOf(PartyReader reader, IEnumerable<int> hubs) => [.. hubs.Take(MostNamed).Select(h => new Hub(reader[h], reader.Graph.DegreeOf(h)))];

    private static RelationPath PathOf(GraphPath path, Dictionary<(int, int), PathHop> hops) => new([.. path.Parties.Zip(path.Parties.Skip(1), (a, b) => hops[(a, b)])]);

    /// <summary>The steps of paths, each once, with what they rest on.</summary>
    private static async Task<Dictionary<(int, int), PathHop>> HopsAsync(PartyReader reader, IReadOnlyCollection<GraphPath> paths, GraphQuery query, CancellationToken ct)
    {
        List<(int From, int To)> steps = [.. paths.SelectMany(p => p.Parties.Zip(p.Parties.Skip(1))).Distinct()];
        HashSet<(int, int)> both = [.. steps, .. steps.Select(s => (s.To, s.From))];
        await reader.ReadAsync(paths.SelectMany(p => p.Parties), ct);
        var relations = (await reader.RelationsAsync(steps.SelectMany(s => (int[])[s.From, s.To]), (from, to, kind) => query.Kinds.Has(kind) && both.Contains((from, to)), query, evidence: true, ct)).ToLookup(r => (r.From.Number, r.To.Number));
        return steps.ToDictionary(s => s, s => new PathHop(reader[s.From], reader[s.To], [.. relations[(reader[s.From].Number, reader[s.To].Number)], .. relations[(reader[s.To].Number, reader[s.From].Number)]]));
    }
}
