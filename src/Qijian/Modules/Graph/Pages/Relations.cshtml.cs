using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Engine.Graph;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Graph;

/// <summary>How two parties are connected: the best ways with what each step rests on, or a statement that there is none.</summary>
internal sealed class RelationsModel(IRelationGraph graph, FindParty find) : PageModel
{
    public const string Path = "/relations";

    public GraphAsked Asked { get; private set; } = null!; // set by OnGet
    public PartyField From { get; private set; } = null!; // set by OnGet
    public PartyField To { get; private set; } = null!; // set by OnGet
    public PathRequest Walk { get; private set; } = new();

    /// <summary>Null until two parties are known.</summary>
    public PathsView? Found { get; private set; }
    public IHtmlContent? Drawn { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (!graph.Ready) return StatusCode(StatusCodes.Status503ServiceUnavailable);
        Asked = new(Request);
        (From, To) = (await find.RunAsync("from", Asked.Text("from"), ct), await find.RunAsync("to", Asked.Text("to"), ct));
        Walk = WalkOf(Asked);
        if (From.Party is not { } from || To.Party is not { } to) return Page();
        if (from.Number == to.Number)
        {
            To = To with { Problem = Text.PageSameParty };
            return Page();
        }

        Found = await graph.PathsAsync(from, to, Walk, ct);
        if (Found.Paths.Count > 0) Drawn = DrawPaths.Of(Found.From, Found.To, Found.Paths, "picture");
        return Page();
    }

    /// <summary>What a form of kinds, steps and day asks for.</summary>
    public static PathRequest WalkOf(GraphAsked asked)
    {
        var kinds = asked.All("kind").SelectMany(w => GraphWords.Choices.Where(c => c.Word == w)).Aggregate(0u, (bits, c) => bits | c.Kinds.Bits);
        var walk = new PathRequest { Day = asked.Day("asOf"), Ended = asked.Has("ended"), MaxLength = asked.Whole("steps", 1, GraphSnapshot.MaxPathLength) ?? GraphSnapshot.MaxListedLength, Count = asked.Whole("count", 1, 20) ?? 5 };
        return kinds != 0 ? walk with { Kinds = new(kinds) } : walk;
    }

    public string LinkWith(string name, string value) => Language.Path(Path) + Asked.With(name, value);

    public string Swapped => Language.Path(Path) + QueryString.Create([.. Request.Query.Where(p => p.Key is not ("from" or "to")).SelectMany(p => p.Value, (p, v) => KeyValuePair.Create(p.Key, v)), new("from", To.Party?.Id ?? To.Text), new("to", From.Party?.Id ?? From.Text)]);

    public string Title => From.Party is { } from && To.Party is { } to ? Text.PageBetween.With(GraphWords.NameOf(from), GraphWords.NameOf(to)) : Text.PageFindRelation;

    /// <summary>The kinds in words.</summary>
    public static string KindsOf(PathRequest walk) => string.Join(Language.IsEnglish ? ", " : "、", GraphWords.Choices.Where(c => Walks(walk, c.Kinds)).Select(c => GraphWords.LabelOf(c.Kinds)));

    public static bool Walks(PathRequest walk, EdgeKinds kinds) => walk.Kinds.Only(kinds) == kinds;

    public string None => Text.PageNone.With(Format.Day(Found!.AsOf), GraphWords.NameOf(Found.From), GraphWords.NameOf(Found.To), Walk.MaxLength, KindsOf(Walk));
}

/// <summary>Paths as one picture, from left to right; a step that several share is drawn once.</summary>
internal static class DrawPaths
{
    public static IHtmlContent Of(GraphParty from, GraphParty to, IReadOnlyList<RelationPath> paths, string id)
    {
        Dictionary<long, GraphParty> parties = new() { [from.Number] = from, [to.Number] = to };
        HashSet<(long, long)> steps = [];
        List<PictureEdge> edges = [];
        foreach (var hop in paths.SelectMany(p => p.Hops))
        {
            parties.TryAdd(hop.From.Number, hop.From);
            parties.TryAdd(hop.To.Number, hop.To);
            if (steps.Contains((hop.To.Number, hop.From.Number)) || !steps.Add((hop.From.Number, hop.To.Number))) continue;
            edges.Add(Edge(hop));
        }

        Picture picture = new([.. parties.Values.Select(p => new PictureNode(GraphWords.KeyOf(p), GraphWords.NameOf(p), GraphWords.ShapeOf(p.Kind), p.Path is { } path ? Language.Path(path) : null) { Focus = p.Number == from.Number || p.Number == to.Number })], edges, Rightward: true);
        return new PictureSvg(PictureLayout.Of(picture), id, Text.PagePathsTitle.With(GraphWords.NameOf(from), GraphWords.NameOf(to)), Text.PagePictureWords.With(picture.Nodes.Count, picture.Edges.Count));
    }

    private static PictureEdge Edge(PathHop hop)
    {
        var (along, against) = (hop.Relations.Any(r => r.From.Number == hop.From.Number), hop.Relations.Any(r => r.From.Number != hop.From.Number));
        var words = string.Join(" · ", hop.Relations.Select(Short).Distinct(StringComparer.Ordinal));
        return new(GraphWords.KeyOf(hop.From), GraphWords.KeyOf(hop.To), words)
        {
            Arrow = along == against || hop.Relations.All(r => GraphWords.IsWeak(r.Kind)) ? PictureArrow.None : along ? PictureArrow.To : PictureArrow.From,
            Line = hop.Relations.All(r => GraphWords.LineOf(r) is PictureLine.Computed) ? PictureLine.Computed : hop.Relations.All(r => GraphWords.LineOf(r) is PictureLine.Control) ? PictureLine.Control : PictureLine.Filed,
            Ended = hop.Relations.Count > 0 && hop.Relations.All(r => r.Ended), Words = $"{GraphWords.NameOf(hop.From)} – {GraphWords.NameOf(hop.To)} · {words}",
        };
    }

    /// <summary>The kind, with the share where it is stated.</summary>
    public static string Short(GraphRelation relation) => relation.Share is { } share && share != Percentage.NotStated ? $"{KindWords.Label(relation.Kind)} {GraphWords.Of(share)}" : GraphWords.KindOf(relation);

    /// <summary>A path in one line.</summary>
    public static string InWords(RelationPath path) => GraphWords.NameOf(path.Hops[0].From) + string.Concat(path.Hops.Select(h => $" —[{string.Join(" · ", h.Relations.Select(r => (r.From.Number == h.From.Number ? "" : "←") + Short(r)).Distinct(StringComparer.Ordinal))}]— {GraphWords.NameOf(h.To)}"));
}
