namespace Qijian.Modules.Graph;

/// <summary>How a party is drawn: companies square, persons round, unknown owners dashed.</summary>
internal enum PictureShape
{
    Company,
    Person,
    Unknown,
    Other,

    /// <summary>What a large fan was collapsed to.</summary>
    More,
}

/// <summary>How a relation is drawn: filed solid, computed dashed, control a line of its own.</summary>
internal enum PictureLine
{
    Filed,
    Computed,
    Control,
}

/// <summary>Which end of a relation has the arrowhead.</summary>
internal enum PictureArrow
{
    To,
    From,
    None,
}

/// <summary>A party in a picture.</summary>
/// <param name="Key">Unique in the picture.</param>
/// <param name="Name">As filed: it may be anything.</param>
/// <param name="Link">Where it leads; null for a party without a page.</param>
internal sealed record PictureNode(string Key, string Name, PictureShape Shape, string? Link = null)
{
    /// <summary>A line under the name.</summary>
    public string? Note { get; init; }

    /// <summary>Whether the page is about it.</summary>
    public bool Focus { get; init; }
}

/// <summary>A relation in a picture; it leads from the layer above (left) to that below (right), unless that would close a loop.</summary>
internal sealed record PictureEdge(string From, string To, string? Label = null)
{
    public PictureLine Line { get; init; }
    public PictureArrow Arrow { get; init; }
    public bool Ended { get; init; }

    /// <summary>The relation in words, for the box that opens over it.</summary>
    public string? Words { get; init; }
}

/// <summary>What is to be drawn.</summary>
/// <param name="Rightward">Layers from left to right, as for paths; else from top to bottom, as for ownership.</param>
internal sealed record Picture(IReadOnlyList<PictureNode> Nodes, IReadOnlyList<PictureEdge> Edges, bool Rightward = false);

/// <summary>A rectangle, in pixels.</summary>
internal readonly record struct Box(double X, double Y, double Width, double Height)
{
    public double Right => X + Width;
    public double Bottom => Y + Height;
}

/// <summary>A point, in pixels.</summary>
internal readonly record struct Spot(double X, double Y);

/// <summary>A party where it stands.</summary>
internal sealed record PlacedNode(PictureNode Node, Box Box, IReadOnlyList<string> Lines, string? Note);

/// <summary>A part of a line, as a cubic Bézier curve.</summary>
internal readonly record struct Curve(Spot From, Spot Leave, Spot Arrive, Spot To)
{
    public Curve(Spot from, Spot to) : this(from, from, to, to) { }

    public bool Straight => From == Leave && Arrive == To;
}

/// <summary>A relation where it runs, in the order of the layers.</summary>
/// <param name="Backward">It closes a loop, and runs against all others.</param>
/// <param name="Label">Null where it has none.</param>
internal sealed record PlacedEdge(PictureEdge Edge, IReadOnlyList<Curve> Course, bool Backward, PlacedLabel? Label);

/// <summary>A label where it stands.</summary>
internal sealed record PlacedLabel(string Text, Box Box);

/// <summary>A picture with a place for everything.</summary>
internal sealed record PlacedPicture(double Width, double Height, bool Rightward, IReadOnlyList<PlacedNode> Nodes, IReadOnlyList<PlacedEdge> Edges);
