namespace Qijian.Engine.Graph;

/// <summary>What a node is.</summary>
public enum NodeKind : byte
{
    /// <summary>A company or another body that can be owned.</summary>
    Company,

    /// <summary>A natural person: where ownership ends.</summary>
    Person,

    /// <summary>An owner that is not known or not named. No path leads through one.</summary>
    UnknownOwner,

    /// <summary>Anything else that connects: an address, a phone number.</summary>
    Other,
}

/// <summary>How one party is related to another; the edge points from the first named to the second. At most 32.</summary>
public enum EdgeKind : byte
{
    /// <summary>Owner to company: the only kind with a share.</summary>
    Share,

    /// <summary>Controller to company, by right or agreement: counts as more than half in the chain of control.</summary>
    Control,

    /// <summary>Parent to company that it consolidates: as <see cref="Control"/>.</summary>
    Consolidation,

    /// <summary>Legal representative to company.</summary>
    Representative,

    /// <summary>Director to company.</summary>
    Director,

    /// <summary>Supervisor to company.</summary>
    Supervisor,

    /// <summary>Manager to company.</summary>
    Manager,

    /// <summary>Employee to company.</summary>
    Employment,

    /// <summary>Company to its branch.</summary>
    Branch,

    /// <summary>Pledgor to company.</summary>
    Pledge,

    /// <summary>Guarantor to company.</summary>
    Guarantee,

    /// <summary>Manager, umbrella or master to fund.</summary>
    Fund,

    /// <summary>Owner to company, by a snapshot of its source that a later one superseded: a step of paths, never counted as a share.</summary>
    EarlierShare,

    /// <summary>The same of control and consolidation.</summary>
    EarlierControl,

    /// <summary>An unsure pair; weak.</summary>
    PossiblySame = 24,

    /// <summary>The same address; weak.</summary>
    SameAddress,

    /// <summary>The same phone number of the company; weak.</summary>
    SamePhone,

    /// <summary>The same representative by name; weak.</summary>
    SameRepresentative,
}

/// <summary>A set of <see cref="EdgeKind"/>.</summary>
/// <param name="Bits">Bit n is kind n.</param>
public readonly record struct EdgeKinds(uint Bits)
{
    /// <summary>Shares only.</summary>
    public static EdgeKinds Share { get; } = Of(EdgeKind.Share);

    /// <summary>Shares and what counts as control.</summary>
    public static EdgeKinds Ownership { get; } = Of(EdgeKind.Share, EdgeKind.Control, EdgeKind.Consolidation);

    /// <summary>All kinds that are on file as relations: those below 24.</summary>
    public static EdgeKinds Strong { get; } = new(0x00FF_FFFF);

    /// <summary>All kinds, the weak ones too.</summary>
    public static EdgeKinds All { get; } = new(uint.MaxValue);

    /// <summary>The set of some kinds.</summary>
    public static EdgeKinds Of(params ReadOnlySpan<EdgeKind> kinds)
    {
        uint bits = 0;
        foreach (var kind in kinds)
            bits |= 1u << (int)kind;
        return new EdgeKinds(bits);
    }

    /// <summary>Whether a kind is in it.</summary>
    public bool Has(EdgeKind kind) => (Bits >> (int)kind & 1) != 0;

    /// <summary>What is in both.</summary>
    public EdgeKinds Only(EdgeKinds other) => new(Bits & other.Bits);
}

/// <summary>Which way an edge is walked.</summary>
public enum Direction
{
    /// <summary>Either way.</summary>
    Both,

    /// <summary>Against the edge: from a company to its owners and officers.</summary>
    Up,

    /// <summary>Along the edge: from an owner to its companies.</summary>
    Down,
}

/// <summary>A share in parts per million of the whole, exact or a range; the default is a share that is not stated, 0 to 100 %.</summary>
public readonly record struct Share
{
    /// <summary>The whole.</summary>
    public const int Whole = 1_000_000;

    private readonly int min;
    private readonly int lessThanWhole; // Whole - max: the default value is the whole range

    private Share(int min, int max)
    {
        this.min = min;
        lessThanWhole = Whole - max;
    }

    /// <summary>The least it can be.</summary>
    public int Min => min;

    /// <summary>The most it can be.</summary>
    public int Max => Whole - lessThanWhole;

    /// <summary>Whether both are the same.</summary>
    public bool IsExact => Min == Max;

    /// <summary>Whether nothing is stated.</summary>
    public bool IsUnknown => Min == 0 && Max == Whole;

    /// <summary>An exact share. What is outside 0 to the whole is refused when it is added to a graph.</summary>
    public static Share Exact(int millionths) => new(millionths, millionths);

    /// <summary>A range, both ends included.</summary>
    public static Share Range(int min, int max) => new(min, max);

    /// <summary>An exact share from a percentage: 33.3333 is 333,333 parts per million.</summary>
    public static Share Percent(decimal percent) => Exact((int)Math.Clamp(Math.Round(percent * 10_000m), int.MinValue, int.MaxValue));
}

/// <summary>A party.</summary>
/// <param name="Id">The caller's number, any that is not negative.</param>
/// <param name="Kind">What it is.</param>
public readonly record struct GraphNode(int Id, NodeKind Kind);

/// <summary>A relation. Several of one kind may join the same two parties.</summary>
/// <param name="From">Owner, officer, parent.</param>
/// <param name="To">Company, branch.</param>
/// <param name="Kind">How they are related.</param>
/// <param name="Share">Of <see cref="EdgeKind.Share"/> only.</param>
/// <param name="Since">First day; null where not stated. Kept from 1800 on, earlier is that day.</param>
/// <param name="Until">First day on which it no longer held; null where it still does or nothing is stated. On or before <paramref name="Since"/> it held on no day, and has ended.</param>
public readonly record struct GraphEdge(int From, int To, EdgeKind Kind, Share Share = default, DateOnly? Since = null, DateOnly? Until = null);

/// <summary>The name of all relations of one kind between two parties.</summary>
public readonly record struct EdgeKey(int From, int To, EdgeKind Kind);

/// <summary>A change of the graph, in this order: nodes removed with their edges, nodes added or given another kind, edges removed, edges added. A changed edge is removed and added.</summary>
public sealed record GraphChange
{
    /// <summary>Parties to remove with all their edges.</summary>
    public IReadOnlyList<int> RemovedNodes { get; init; } = [];

    /// <summary>Parties that are new or of another kind.</summary>
    public IReadOnlyList<GraphNode> Nodes { get; init; } = [];

    /// <summary>Relations to remove; those that are not there are passed over.</summary>
    public IReadOnlyList<EdgeKey> RemovedEdges { get; init; } = [];

    /// <summary>Relations to add.</summary>
    public IReadOnlyList<GraphEdge> AddedEdges { get; init; } = [];
}

/// <summary>Why an edge is not in the graph, or not as given.</summary>
public enum EdgeFault
{
    /// <summary>It is in the graph as given.</summary>
    None,

    /// <summary>Left out: one of its parties is not in the graph.</summary>
    MissingParty,

    /// <summary>Left out: no such kind (over 31), or a share with a kind that has none.</summary>
    Kind,

    /// <summary>Left out: below 0, above 100 %, or a range with its ends the wrong way round.</summary>
    Share,

    /// <summary>In the graph as ended: its last day is not after its first.</summary>
    Dates,
}

/// <summary>What to walk, and how far.</summary>
public sealed record GraphQuery
{
    /// <summary>All strong kinds as of the snapshot's day.</summary>
    public static GraphQuery Default { get; } = new();

    /// <summary>Kinds to walk.</summary>
    public EdgeKinds Kinds { get; init; } = EdgeKinds.Strong;

    /// <summary>The day on which relations must hold; null for the snapshot's own day.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>Walk relations too that ended before that day.</summary>
    public bool Ended { get; init; }

    /// <summary>Parties with more relations, of any kind, are not passed through but named. Ownership is computed through them all the same.</summary>
    public int HubDegree { get; init; } = 2000;

    /// <summary>Half-edges that may be looked at; then the answer is truncated.</summary>
    public int Steps { get; init; } = 4_000_000;

    /// <summary>How long it may take; then the answer is truncated.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromMilliseconds(200);
}

/// <summary>A way between two parties, both included; neighbours in it may be joined by several relations (<see cref="GraphSnapshot.Between"/>).</summary>
/// <param name="Parties">Ids, one more than steps.</param>
public sealed record GraphPath(IReadOnlyList<int> Parties)
{
    /// <summary>Steps.</summary>
    public int Length => Parties.Count - 1;
}

/// <summary>What came of looking for paths.</summary>
/// <param name="Paths">Best first; empty where there is none within the limit.</param>
/// <param name="Truncated">The budget ended first: there may be more or better ones.</param>
/// <param name="Hubs">Ids of parties that were not passed through.</param>
/// <param name="Missing">Ids asked for that are not in the graph.</param>
/// <param name="Steps">Half-edges looked at.</param>
public sealed record PathAnswer(IReadOnlyList<GraphPath> Paths, bool Truncated, IReadOnlyList<int> Hubs, IReadOnlyList<int> Missing, int Steps);

/// <summary>A party near another.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Steps">How many steps away.</param>
public readonly record struct Neighbour(int Id, int Steps);

/// <summary>What is near a party.</summary>
/// <param name="Neighbours">Nearest first, the party itself (0 steps) included; order within a step is fixed for one snapshot.</param>
/// <param name="Truncated">The budget or the limit ended first.</param>
/// <param name="Hubs">Parties that are listed but were not passed through.</param>
/// <param name="Missing">The id, where it is not in the graph.</param>
public sealed record NeighbourAnswer(IReadOnlyList<Neighbour> Neighbours, bool Truncated, IReadOnlyList<int> Hubs, IReadOnlyList<int> Missing);
