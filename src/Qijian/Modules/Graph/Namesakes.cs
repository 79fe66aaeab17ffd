using Qijian.Engine.Graph;

namespace Qijian.Modules.Graph;

internal sealed partial class RelationAnswers
{
    // Paths that lead from a person to one who was decided to be another are passed over; so many more are looked for.
    private const int Spare = 8;

    // Kinds by which a name leads on.
    private static readonly EdgeKinds ByName = EdgeKinds.Of(EdgeKind.PossiblySame, EdgeKind.SameRepresentative);

    /// <summary>Whether there may be ways beyond those that were listed: not all were asked for, or long ones are not.</summary>
    private static bool Unlisted(PathAnswer found, int count, int maxLength) => found.Paths.Count >= count + Spare || maxLength > GraphSnapshot.MaxListedLength;

    public Task<NamesakesView> NamesakesAsync(GraphParty person, CancellationToken ct) => AnswerAsync(
        async reader =>
        {
            if (person.Kind is not PartyKind.Person || reader.Find(person) is not { } id) return new NamesakesView(person, [], 0);
            var groups = await feed.GroupsAsync(ct);
            GraphQuery query = new() { Day = Today, Kinds = EdgeKinds.Of(EdgeKind.PossiblySame), Ended = true, HubDegree = int.MaxValue }, strong = query with { Kinds = EdgeKinds.Strong };
            List<int> others = [.. reader.Graph.RelationsOf(id, query, Direction.Down).SelectMany(e => reader.Graph.RelationsOf(e.To, query, Direction.Up)).Select(e => e.From).Where(o => o != id && !reader.Differ(id, o, groups)).Distinct().Order()];
            HashSet<int> listed = [.. others.Take(NamesakesView.Most)];
            await reader.ReadAsync(listed, ct);
            var relations = (await reader.RelationsAsync(listed.SelectMany(o => reader.Graph.RelationsOf(o, strong, Direction.Down)).Select(e => e.To), (from, _, kind) => listed.Contains(from) && EdgeKinds.Strong.Has(kind), strong, evidence: true, ct)).ToLookup(r => r.From.Number);
            return new NamesakesView(person, [.. listed.Order().Select(o => new Namesake(reader[o], [.. relations[reader[o].Number]]))], others.Count - listed.Count);
        }, ct);
}
