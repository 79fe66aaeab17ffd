using System.IO.Hashing;
using System.Runtime.InteropServices;
using Qijian.Engine.Graph;
using Qijian.Engine.Text;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Graph;

/// <summary>What the registry's relations are in the graph.</summary>
internal static class GraphSource
{
    // Longer words first: 董事会秘书 is no director.
    private static readonly (string Word, EdgeKind Kind)[] Roles =
    [
        ("法定代表人", EdgeKind.Representative), ("负责人", EdgeKind.Representative), ("执行事务合伙人", EdgeKind.Representative), ("经营者", EdgeKind.Representative), ("legal representative", EdgeKind.Representative),
        ("董事会秘书", EdgeKind.Manager), ("board secretary", EdgeKind.Manager), ("董事", EdgeKind.Director), ("监事", EdgeKind.Supervisor), ("supervisor", EdgeKind.Supervisor), ("经理", EdgeKind.Manager), ("director", EdgeKind.Director),
        ("总裁", EdgeKind.Manager), ("总监", EdgeKind.Manager), ("manager", EdgeKind.Manager), ("officer", EdgeKind.Manager), ("president", EdgeKind.Manager),
    ];

    /// <summary>The kind of a relation.</summary>
    public static EdgeKind KindOf(in RelationRow row)
    {
        if (row.Kind == Vocabulary.Directorship.Id) return RoleKind(row.Role);
        if (row.Kind == Vocabulary.Branch.Id) return EdgeKind.Branch;
        if (row.Kind == Vocabulary.FundManagement.Id) return EdgeKind.Fund;
        // What a later version of the record no longer states is no end, but nothing to count with either.
        if (row.Kind == Vocabulary.Ownership.Id) return row.InLatest ? EdgeKind.Share : EdgeKind.EarlierShare;
        return !row.InLatest ? EdgeKind.EarlierControl : IsConsolidation(row) ? EdgeKind.Consolidation : EdgeKind.Control;
    }

    /// <summary>Whether a relation is a parent as GLEIF declares them, direct or ultimate.</summary>
    public static bool IsConsolidation(in RelationRow row) => row.Kind == Vocabulary.Control.Id && row.Role is "direct" or "ultimate";

    private static EdgeKind RoleKind(string? role)
    {
        if (role is null) return EdgeKind.Employment;
        foreach (var (word, kind) in Roles)
            if (role.Contains(word, StringComparison.OrdinalIgnoreCase)) return kind;
        return EdgeKind.Employment;
    }

    /// <summary>The share of a relation. One that cannot be right is not stated.</summary>
    public static Share ShareOf(in RelationRow row)
    {
        var share = row.Share is { } exact ? Share.Exact(exact) : Share.Range(row.Minimum ?? 0, row.Maximum ?? Share.Whole);
        return share.Min >= 0 && share.Max <= Share.Whole && share.Min <= share.Max ? share : default;
    }

    /// <summary>The key of whoever a relation leads from.</summary>
    public static long KeyOf(in RelationRow row) => row.FromCompany is { } company ? PartyKey.Company(company) : row.FromPerson is { } person ? PartyKey.Person(person) : PartyKey.Named(row.Number);

    /// <summary>What that is.</summary>
    public static NodeKind NodeOf(in RelationRow row) => row.PartyType is EntityType.Unknown ? NodeKind.UnknownOwner : row.FromPerson is null ? NodeKind.Company : NodeKind.Person;

    /// <summary>
    /// The relations of one company that the graph takes. Where several records state shares of one owner, only those of the record that is
    /// believed most count: they are one holding, and would add up.
    /// </summary>
    public static IEnumerable<RelationRow> Counted(IEnumerable<RelationRow> ofCompany)
    {
        Dictionary<long, long> recordOf = [];
        foreach (var row in ofCompany)
            if (KindOf(row) is not EdgeKind.Share || (recordOf.TryGetValue(KeyOf(row), out var record) ? record == row.Record : recordOf.TryAdd(KeyOf(row), row.Record))) yield return row;
    }

    /// <summary>The edge of a relation.</summary>
    public static GraphEdge EdgeOf(in RelationRow row, int from)
    {
        var kind = KindOf(row);
        return new(from, PartyTable.CompanyId(row.Company), kind, kind is EdgeKind.Share ? ShareOf(row) : default, row.ValidFrom, row.ValidTo);
    }

    /// <summary>What a company has that another may have too.</summary>
    public static IEnumerable<long> CommonOf(RelatedCompany company)
    {
        if (company.Address is { Length: > 0 } address && KeyOf(PartyKind.Address, address) is { } place) yield return place;
        if (company.LegalRepresentative is { Length: > 0 } name && KeyOf(PartyKind.RepresentativeName, name) is { } representative) yield return representative;
        foreach (var phone in company.Phones)
            if (KeyOf(PartyKind.Phone, phone) is { } number) yield return number;
    }

    /// <summary>What a person has that another may have too.</summary>
    public static IEnumerable<long> CommonOf(RelatedPerson person)
    {
        if (KeyOf(PartyKind.PersonName, person.Name) is { } name) yield return name;
    }

    /// <summary>The weak kind by which something in common connects.</summary>
    public static EdgeKind WeakKind(long common) => PartyKey.CommonOf(common) switch { PartyKind.Address => EdgeKind.SameAddress, PartyKind.RepresentativeName => EdgeKind.SameRepresentative, PartyKind.Phone => EdgeKind.SamePhone, _ => EdgeKind.PossiblySame };

    /// <summary>The key of what is in common, or null where nothing of it is left once normalised.</summary>
    public static long? KeyOf(PartyKind kind, string text) =>
        Normalizer.Key(text) is { Length: > 1 } plain ? PartyKey.Common(kind, XxHash3.HashToUInt64(MemoryMarshal.AsBytes(plain.AsSpan()))) : null;
}

/// <summary>Makes the graph's file of all pages of the registry.</summary>
internal sealed class GraphFileBuilder
{
    private readonly GraphBuilder builder = new();
    private readonly List<long> keys = [];
    private readonly List<(long Key, int Party)> common = [];

    public void Add(RelationPage page)
    {
        foreach (var company in page.Companies)
        {
            var id = PartyTable.CompanyId(company.Number);
            builder.Add(new GraphNode(id, NodeKind.Company));
            foreach (var key in GraphSource.CommonOf(company)) common.Add((key, id));
        }

        var people = page.People.ToLookup(p => (int)(p.Number >> RelationRow.NumberBits));
        foreach (var ofCompany in page.Relations.GroupBy(r => r.Company))
        {
            List<RelationRow> rows = [.. GraphSource.Counted(ofCompany)];
            Dictionary<long, int> others = [];
            foreach (var (key, kind) in rows.Where(r => r.FromCompany is null).Select(r => (GraphSource.KeyOf(r), GraphSource.NodeOf(r))).Distinct().OrderBy(o => o.Item1))
            {
                if (PartyKey.CompanyOf(key) != ofCompany.Key)
                {
                    // Of persons who are one the least number stands for all, and its company has come before. If not, the registry is changing, and what changed is applied later.
                    if (keys.BinarySearch(key) is >= 0 and var place) others[key] = PartyTable.OtherId(place);
                    continue;
                }

                var id = others[key] = PartyTable.OtherId(keys.Count);
                keys.Add(key);
                builder.Add(new GraphNode(id, kind));
            }

            // Whoever stands for others bears their names too.
            foreach (var person in people[ofCompany.Key])
                if (others.TryGetValue(PartyKey.Person(person.Party), out var bearer))
                    foreach (var name in GraphSource.CommonOf(person)) common.Add((name, bearer));
            foreach (var row in rows)
                if (row.FromCompany is { } company) builder.Add(GraphSource.EdgeOf(row, PartyTable.CompanyId(company)));
                else if (others.TryGetValue(GraphSource.KeyOf(row), out var other)) builder.Add(GraphSource.EdgeOf(row, other));
        }
    }

    public void Save(string path, long sequence, DateTimeOffset builtAt)
    {
        common.Sort();
        var distinct = 0;
        for (var i = 0; i < common.Count; i++)
            if (i == 0 || common[i] != common[i - 1]) common[distinct++] = common[i];
        common.RemoveRange(distinct, common.Count - distinct);
        List<(long, int)> singles = [];
        for (int i = 0, next; i < common.Count; i = next)
        {
            for (next = i + 1; next < common.Count && common[next].Key == common[i].Key;) next++;
            if (next == i + 1)
            {
                singles.Add(common[i]);
                continue;
            }

            var id = PartyTable.OtherId(keys.Count);
            keys.Add(common[i].Key);
            builder.Add(new GraphNode(id, NodeKind.Other));
            for (var m = i; m < next; m++) builder.Add(new GraphEdge(common[m].Party, id, GraphSource.WeakKind(common[i].Key)));
        }

        builder.Attachment = PartyTable.Pack(keys, singles);
        builder.Save(path, sequence, builtAt);
    }
}

/// <summary>Makes the change of the graph that some companies, read anew, come to.</summary>
internal sealed class GraphChanges(GraphSnapshot graph, PartyTable parties)
{
    // Every relation, whenever it holds.
    private static readonly GraphQuery Every = new() { Kinds = EdgeKinds.All, Day = DateOnly.MaxValue, Ended = true };

    private readonly HashSet<int> removed = [];
    private readonly Dictionary<int, NodeKind> nodes = [];
    private readonly HashSet<EdgeKey> removedEdges = [];
    private readonly List<GraphEdge> edges = [];
    private readonly HashSet<(int, long)> shared = [];

    /// <summary>The companies that have a party in common with these by a decision that persons are one: they are read anew together.</summary>
    public static IEnumerable<int> Beside(GraphMoment moment, IReadOnlyCollection<int> numbers)
    {
        var asked = numbers.ToHashSet();
        foreach (var number in numbers)
        {
            foreach (var edge in moment.Graph.RelationsOf(PartyTable.CompanyId(number), Every, Direction.Up))
            {
                if ((edge.From & 1) == 0 || !PartyKey.IsPerson(moment.Parties.KeyOf(edge.From))) continue;
                foreach (var other in moment.Graph.RelationsOf(edge.From, Every, Direction.Down))
                    if ((other.To & 1) == 0 && asked.Add(other.To >> 1)) yield return other.To >> 1;
            }
        }
    }

    public GraphChange Of(IReadOnlyCollection<int> numbers, RelationPage page)
    {
        var there = page.Companies.ToDictionary(c => c.Number);
        var people = page.People.ToLookup(p => (int)(p.Number >> RelationRow.NumberBits));
        var relations = page.Relations.ToLookup(r => r.Company);
        // What any of them had goes first: none is joined to what another no longer has.
        foreach (var (number, before) in numbers.Select(n => (n, Clear(PartyTable.CompanyId(n), n))).ToList())
        {
            if (there.TryGetValue(number, out var company)) Add(company, [.. GraphSource.Counted(relations[number])], people[number], before);
            else if (graph.TryFind(PartyTable.CompanyId(number), out _)) removed.Add(PartyTable.CompanyId(number));
            removed.UnionWith(before);
        }

        foreach (var id in removed) nodes.Remove(id);
        return new() { RemovedNodes = [.. removed], Nodes = [.. nodes.Select(n => new GraphNode(n.Key, n.Value))], RemovedEdges = [.. removedEdges], AddedEdges = edges };
    }

    /// <summary>Takes away the relations that lead to a company, and what it and its persons have in common with others. Returns the parties that were there for it alone.</summary>
    private HashSet<int> Clear(int id, int number)
    {
        HashSet<int> own = [];
        foreach (var edge in graph.RelationsOf(id, Every, Direction.Up))
        {
            removedEdges.Add(new EdgeKey(edge.From, edge.To, edge.Kind));
            if ((edge.From & 1) == 1 && PartyKey.CompanyOf(parties.KeyOf(edge.From)) == number) own.Add(edge.From);
        }

        foreach (var party in own.Append(id))
        {
            parties.Change(party);
            foreach (var edge in graph.RelationsOf(party, Every, Direction.Down))
                if (edge.Kind >= EdgeKind.PossiblySame) removedEdges.Add(new EdgeKey(edge.From, edge.To, edge.Kind));
        }

        return own;
    }

    private void Add(RelatedCompany company, List<RelationRow> rows, IEnumerable<RelatedPerson> people, HashSet<int> before)
    {
        var id = PartyTable.CompanyId(company.Number);
        HashSet<int> seen = [];
        Node(id, NodeKind.Company);
        foreach (var row in rows)
        {
            var key = GraphSource.KeyOf(row);
            var from = parties.Add(key);
            before.Remove(from);
            if (seen.Add(from)) Node(from, GraphSource.NodeOf(row));
            edges.Add(GraphSource.EdgeOf(row, from));
        }

        // Whoever stands for others bears their names too.
        foreach (var person in people)
            if (parties.Find(PartyKey.Person(person.Party)) is { } bearer && seen.Contains(bearer)) Share(bearer, GraphSource.CommonOf(person));
        Share(id, GraphSource.CommonOf(company));
    }

    private void Share(int party, IEnumerable<long> common)
    {
        foreach (var key in common)
        {
            if (!shared.Add((party, key))) continue;
            var kind = GraphSource.WeakKind(key);
            if (parties.Find(key) is not { } id)
            {
                if (parties.Pair(key, party) is not { } other) continue;
                id = parties.Add(key);
                edges.Add(new GraphEdge(other, id, kind));
            }

            Node(id, NodeKind.Other);
            edges.Add(new GraphEdge(party, id, kind));
        }
    }

    private void Node(int id, NodeKind kind)
    {
        if (!graph.TryFind(id, out var known) || known.Kind != kind) nodes.TryAdd(id, kind);
    }
}
