using Qijian.Engine.Graph;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Graph;

/// <summary>Says who the parties of one answer are and what its relations rest on, all of one moment of the graph.</summary>
internal sealed class PartyReader(GraphMoment moment, ICompanyLookup lookup, ICompanyFeed changes, IRelationFeed feed)
{
    // Companies of which one answer reads the records.
    private const int MostEvidence = 200;

    private static readonly GraphQuery Weak = new() { Kinds = new(EdgeKinds.All.Bits & ~EdgeKinds.Strong.Bits) };

    private readonly Dictionary<int, GraphParty> known = [];
    private readonly HashSet<int> depends = [];

    public GraphSnapshot Graph => moment.Graph;

    /// <summary>The id of a party. A person whom the graph does not know yet may be one that it is about to learn of.</summary>
    public int? Find(GraphParty party)
    {
        if (party.Kind is PartyKind.Person) depends.Add(PartyKey.CompanyOf(party.Number));
        return moment.Parties.Find(party.Number) is { } id && Graph.TryFind(id, out _) ? id : null;
    }

    public GraphParty this[int id] => known[id];

    public bool IsPerson(int id) => PartyKey.IsPerson(moment.Parties.KeyOf(id));

    /// <summary>Whether two persons were decided to be different.</summary>
    public bool Differ(int first, int second, PersonGroups groups) =>
        IsPerson(first) && IsPerson(second) && groups.AreDifferent(PartyKey.NumberOf(moment.Parties.KeyOf(first)), PartyKey.NumberOf(moment.Parties.KeyOf(second)));

    /// <summary>Whether a path leads by their name from a person to one who was decided to be another.</summary>
    public bool Confuses(GraphPath path, PersonGroups groups)
    {
        for (var i = 1; i + 1 < path.Parties.Count; i++)
        {
            var (before, after) = (path.Parties[i - 1], path.Parties[i + 1]);
            if (PartyKey.CommonOf(moment.Parties.KeyOf(path.Parties[i])) switch
            {
                PartyKind.PersonName => Differ(before, after, groups),
                PartyKind.RepresentativeName => RepresentativesOf(before).Any(a => RepresentativesOf(after).Any(b => Differ(a, b, groups))),
                _ => false,
            }) return true;
        }

        return false;
    }

    private IEnumerable<int> RepresentativesOf(int company) => Graph.RelationsOf(company, new GraphQuery { Kinds = EdgeKinds.Of(EdgeKind.Representative) }, Direction.Up).Select(e => e.From);

    /// <summary>Reads who the ids are. Persons and parties without a page are looked up at the company that names them.</summary>
    public async Task ReadAsync(IEnumerable<int> ids, CancellationToken ct)
    {
        List<(int Id, long Key)> wanted = [.. ids.Distinct().Where(id => !known.ContainsKey(id)).Select(id => (id, moment.Parties.KeyOf(id)))];
        if (wanted.Count == 0) return;
        List<(int Id, long Key)> companies = wanted.FindAll(w => PartyKey.IsCompany(w.Key)), people = wanted.FindAll(w => PartyKey.IsPerson(w.Key)), common = wanted.FindAll(w => PartyKey.CommonOf(w.Key) is not null);
        foreach (var chunk in companies.Chunk(2000))
        {
            var rows = (await lookup.SummariesAsync([.. chunk.Select(c => PartyKey.CompanyOf(c.Key))], ct)).ToDictionary(c => c.Number);
            foreach (var (id, key) in chunk) known[id] = rows.TryGetValue(PartyKey.CompanyOf(key), out var row) ? Of(row) : new(key, PartyKind.Company, null, null, null, null, null);
        }

        var named = await feed.PeopleAsync([.. people.Select(p => PartyKey.NumberOf(p.Key))], ct);
        foreach (var (id, key) in people)
        {
            depends.Add(PartyKey.CompanyOf(key));
            known[id] = named.TryGetValue(PartyKey.NumberOf(key), out var person) ? Of(person) : new(key, PartyKind.Person, null, null, null, null, null);
        }

        List<(int Id, long Key)> rest = [.. wanted.Where(w => !known.ContainsKey(w.Id) && PartyKey.CommonOf(w.Key) is null)];
        if (rest.Count > 0)
        {
            var relations = (await feed.ReadAsync([.. rest.Select(r => PartyKey.CompanyOf(r.Key)).Distinct()], ct)).Relations.ToDictionary(r => r.Number);
            foreach (var (id, key) in rest)
            {
                depends.Add(PartyKey.CompanyOf(key));
                var row = relations.GetValueOrDefault(PartyKey.NumberOf(key));
                known[id] = new(key, row.PartyType is EntityType.Unknown || row.PartyName is null ? PartyKind.Unnamed : PartyKind.Named, null, row.PartyName, null, null, null);
            }
        }

        foreach (var (id, key) in common) known[id] = new(key, PartyKey.CommonOf(key)!.Value, null, await CommonAsync(id, key, ct), null, null, null);
    }

    /// <summary>Whether the registry has changed where persons and parties without a page stand: their numbers may mean others by now.</summary>
    public async Task<bool> ChangedAsync(CancellationToken ct) =>
        depends.Count > 0 && (await changes.ChangesAsync(Graph.Sequence, ct)).Companies.Any(depends.Contains);

    /// <summary>The relations between parties, with what they rest on for the companies named first.</summary>
    /// <param name="targets">Companies to which they lead.</param>
    /// <param name="wanted">Which of them: from, to, kind.</param>
    /// <param name="query">Day and ended.</param>
    /// <param name="evidence">Whether to read the registry.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<List<GraphRelation>> RelationsAsync(IEnumerable<int> targets, Func<int, int, EdgeKind, bool> wanted, GraphQuery query, bool evidence, CancellationToken ct)
    {
        var day = query.Day!.Value;
        query = query with { Kinds = EdgeKinds.All };
        List<(int To, List<GraphEdge> Edges)> found = [.. targets.Distinct().Select(to => (to, Graph.RelationsOf(to, query, Direction.Up).Where(e => wanted(e.From, to, e.Kind)).ToList())).Where(f => f.Item2.Count > 0)];
        await ReadAsync(found.SelectMany(f => f.Edges.Select(e => e.From).Append(f.To)), ct);
        int[] read = evidence ? [.. found.Select(f => f.To).Where(to => (to & 1) == 0).Take(MostEvidence)] : [];
        depends.UnionWith(read.Select(to => to >> 1));
        var filed = (await feed.EvidenceAsync([.. read.Select(to => to >> 1)], row => moment.Parties.Find(GraphSource.KeyOf(row)) is { } from && wanted(from, PartyTable.CompanyId(row.Company), GraphSource.KindOf(row)), ct))
            .ToLookup(f => (From: moment.Parties.Find(GraphSource.KeyOf(f.Row))!.Value, To: PartyTable.CompanyId(f.Row.Company), Kind: GraphSource.KindOf(f.Row), f.Row.ValidFrom, f.Row.ValidTo));
        List<GraphRelation> relations = [];
        foreach (var edge in found.SelectMany(f => f.Edges).GroupBy(e => (e.From, e.To, e.Kind, e.Since, e.Until)))
        {
            var stated = filed[edge.Key].ToList();
            // What several records state of one edge is shown with each of them.
            foreach (var item in stated) relations.Add(Of(edge.First() with { Share = GraphSource.ShareOf(item.Row) }, item.View));
            foreach (var item in edge.Skip(stated.Count)) relations.Add(Of(item, null));
        }

        return relations;

        GraphRelation Of(in GraphEdge edge, RelationView? view) => new(
            known[edge.From], known[edge.To], edge.Kind, edge.Kind is EdgeKind.Share ? Percentages.Of(edge.Share) : null, edge.Since, edge.Until, edge.Until is { } until && until <= day, view);
    }

    public static GraphParty Of(CompanySummary c) => new(PartyKey.Company(c.Number), PartyKind.Company, c.Id, c.Name, c.CreditCode, c.Lei, c.Status);

    public static GraphParty Of(RelatedPerson p) => new(PartyKey.Person(p.Number), PartyKind.Person, p.Id, p.Name, null, null, null);

    private async Task<string?> CommonAsync(int id, long key, CancellationToken ct)
    {
        var edges = Graph.RelationsOf(id, Weak, Direction.Up);
        if (edges.Count == 0) return null;
        var member = moment.Parties.KeyOf(edges[0].From);
        depends.Add(PartyKey.CompanyOf(member));
        var page = await feed.ReadAsync([PartyKey.CompanyOf(member)], ct);
        return PartyKey.CommonOf(key) switch
        {
            PartyKind.Address => page.Companies is [var at] ? at.Address : null,
            PartyKind.RepresentativeName => page.Companies is [var of] ? of.LegalRepresentative : null,
            PartyKind.Phone => page.Companies is [var reached] ? reached.Phones.FirstOrDefault(p => GraphSource.KeyOf(PartyKind.Phone, p) == key) : null,
            _ => page.People.FirstOrDefault(p => p.Number == PartyKey.NumberOf(member))?.Name,
        };
    }
}

/// <summary>Shares and interests in percent.</summary>
internal static class Percentages
{
    public static Percentage Of(Share share) => new(share.Min / 10_000m, share.Max / 10_000m);

    public static Percentage Of(Interest interest) => interest.IsExact ? new(Of(interest.Low), Of(interest.Low)) : new(Of(interest.Low), Of(interest.High));

    /// <summary>Of a part of the whole, to 10⁻¹⁰ of it.</summary>
    public static decimal Of(double part) => Math.Round((decimal)(part * 100), 8) / 1.000000000000000000000000000000m;
}
