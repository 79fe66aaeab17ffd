using System.Globalization;

namespace Qijian.Modules.Graph;

/// <summary>Chooses what of an ownership is drawn: from the focus outward, the largest shares first, so many of each party as are open, and links for the rest.</summary>
/// <param name="starts">Where to begin; the first of them is what the page is about.</param>
internal sealed class DrawOwnership(IReadOnlyList<GraphParty> starts, IReadOnlyDictionary<string, int> open, Func<string, int, string> openLink)
{
    public const int Shown = 8, ShownFarther = 4, Step = 20, MostParties = 90, MostRelations = 300;

    private readonly GraphParty focus = starts[0];
    private readonly Dictionary<long, GraphParty> seen = starts.DistinctBy(s => s.Number).ToDictionary(s => s.Number);
    private readonly List<PictureNode> rest = [];
    private readonly List<PictureEdge> restEdges = [];

    /// <summary>What stands under the name of a party.</summary>
    public Func<GraphParty, string?> Note { get; init; } = _ => null;

    /// <summary>Where a party leads.</summary>
    public Func<GraphParty, string?> Link { get; init; } = p => p.Path is { } path ? Language.Path(path) : null;

    /// <summary>Relations that are listed, but would make the picture too full.</summary>
    public int Undrawn { get; private set; }

    /// <summary>How many of a fan are shown, from the query string: <c>uKEY.28 dKEY.40</c>.</summary>
    public static Dictionary<string, int> Opened(GraphAsked asked)
    {
        Dictionary<string, int> open = new(StringComparer.Ordinal);
        foreach (var part in (asked.Text("open") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(40))
            if (part.LastIndexOf('.') is > 1 and var at && int.TryParse(part.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) open[part[..at]] = Math.Min(count, MostParties);
        return open;
    }

    public static string Opened(Dictionary<string, int> open, string key, int count) => string.Join(' ', open.Where(o => o.Key != key).Append(new(key, count)).Select(o => string.Create(CultureInfo.InvariantCulture, $"{o.Key}.{o.Value}")));

    public Picture Of(IReadOnlyList<GraphRelation> owners, IReadOnlyList<GraphRelation> holdings)
    {
        var above = owners.ToLookup(r => r.To.Number);
        var below = holdings.ToLookup(r => r.From.Number);
        List<(char Side, GraphParty Party, IReadOnlyList<GraphParty> Others)> fans = [.. Walk('u', above, r => r.From), .. Walk('d', below, r => r.To)];
        foreach (var (side, party, others) in fans) Collapse(side, party, [.. others.Where(o => !seen.ContainsKey(o.Number))], others.Count);
        var relations = owners.Concat(holdings).Where(r => seen.ContainsKey(r.From.Number) && seen.ContainsKey(r.To.Number)).DistinctBy(r => (r.From.Number, r.To.Number, r.Kind, r.Share, r.Since, r.Until)).ToList();
        Undrawn = Math.Max(0, relations.Count - MostRelations);
        return new(
            [.. seen.Values.Select(p => new PictureNode(GraphWords.KeyOf(p), GraphWords.NameOf(p), GraphWords.ShapeOf(p.Kind), Link(p)) { Focus = p.Number == focus.Number, Note = Note(p) }), .. rest],
            [.. relations.Take(MostRelations).Select(Edge), .. restEdges]);
    }

    public static PictureEdge Edge(GraphRelation relation) => new(GraphWords.KeyOf(relation.From), GraphWords.KeyOf(relation.To), GraphWords.Short(relation))
    {
        Line = GraphWords.LineOf(relation), Ended = relation.Ended,
        Words = $"{GraphWords.NameOf(relation.From)} → {GraphWords.NameOf(relation.To)} · {GraphWords.KindOf(relation)} {GraphWords.Short(relation)} {GraphWords.Period(relation)}",
    };

    private IEnumerable<(char, GraphParty, IReadOnlyList<GraphParty>)> Walk(char side, ILookup<long, GraphRelation> relations, Func<GraphRelation, GraphParty> other)
    {
        Queue<GraphParty> queue = new(starts);
        HashSet<long> done = [.. starts.Select(s => s.Number)];
        List<(char, GraphParty, IReadOnlyList<GraphParty>)> fans = [];
        while (queue.TryDequeue(out var party))
        {
            var others = relations[party.Number].OrderBy(r => r.Ended).ThenByDescending(r => r.Share?.Minimum ?? -1).ThenByDescending(r => r.Share?.Maximum ?? -1).Select(other).DistinctBy(p => p.Number).ToList();
            var shown = starts.Any(s => s.Number == party.Number) ? Shown : ShownFarther;
            var left = open.TryGetValue($"{side}{GraphWords.KeyOf(party)}", out var wanted) ? Math.Max(wanted, shown) : others.Count <= shown + 1 ? others.Count : shown; // no link for one alone
            foreach (var next in others)
            {
                if (left > 0 && seen.Count < MostParties && seen.TryAdd(next.Number, next)) left--;
                if (seen.ContainsKey(next.Number) && done.Add(next.Number)) queue.Enqueue(next);
            }

            if (others.Count > 0) fans.Add((side, party, others));
        }

        return fans;
    }

    private void Collapse(char side, GraphParty party, IReadOnlyList<GraphParty> hidden, int all)
    {
        if (hidden.Count == 0) return;
        var (key, full) = ($"{side}{GraphWords.KeyOf(party)}", seen.Count >= MostParties);
        var link = full ? party.Number != focus.Number && party.Path is { } path ? Language.Path(path + "/structure") : null : openLink(key, all - hidden.Count + Step);
        rest.Add(new("+" + key, Text.PageFan.With(hidden.Count.ToString("N0", CultureInfo.InvariantCulture)), PictureShape.More, link) { Note = full ? Text.PageFanFull : null });
        restEdges.Add((side is 'u' ? new PictureEdge("+" + key, GraphWords.KeyOf(party)) : new PictureEdge(GraphWords.KeyOf(party), "+" + key)) with { Line = PictureLine.Computed, Arrow = PictureArrow.None });
    }
}
