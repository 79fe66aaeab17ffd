using Qijian.Engine.Graph;
using Qijian.Engine.Matching;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Graph;

/// <summary>Who owns whom, who controls whom, and how two parties are connected: computed in the graph, evidenced from the registry.</summary>
public interface IRelationGraph
{
    /// <summary>Whether questions can be answered yet.</summary>
    bool Ready { get; }

    /// <summary>The party of a public id: a credit code, <c>x-…</c> or <c>p-…</c>.</summary>
    Task<PartyLookup> FindAsync(string id, CancellationToken ct);

    /// <summary>Who has what of a company, directly and through others.</summary>
    Task<OwnershipView> OwnersAsync(GraphParty company, OwnershipRequest request, CancellationToken ct);

    /// <summary>What a company or person has of whom, directly and through others.</summary>
    Task<OwnershipView> HoldingsAsync(GraphParty owner, OwnershipRequest request, CancellationToken ct);

    /// <summary>The persons who, computed, own or control enough of a company.</summary>
    /// <param name="company">The company.</param>
    /// <param name="threshold">0 to 1, above 0.</param>
    /// <param name="day">The day on which relations must hold; null for today.</param>
    /// <param name="ct">Cancels.</param>
    Task<BeneficialView> BeneficialOwnersAsync(GraphParty company, decimal threshold, DateOnly? day, CancellationToken ct);

    /// <summary>The best ways between two parties, each step with what it rests on, or that there is none.</summary>
    Task<PathsView> PathsAsync(GraphParty from, GraphParty to, PathRequest request, CancellationToken ct);

    /// <summary>Every pair of a list of ids, codes or names, which are matched first.</summary>
    /// <param name="inputs">2 to <see cref="GraphSnapshot.MaxMatrix"/> texts.</param>
    /// <param name="request">What to walk; of <see cref="PathRequest.Count"/> one is listed.</param>
    /// <param name="progress">Told how far it is, from time to time.</param>
    /// <param name="ct">Cancels.</param>
    Task<MatrixView> MatrixAsync(IReadOnlyList<string> inputs, PathRequest request, IProgress<MatrixProgress>? progress, CancellationToken ct);

    /// <summary>The parents of a company up to those whom nobody controls, and all companies under those.</summary>
    Task<GroupView> GroupAsync(GraphParty company, DateOnly? day, CancellationToken ct);

    /// <summary>What two companies have in common.</summary>
    Task<ComparisonView> CompareAsync(GraphParty first, GraphParty second, DateOnly? day, CancellationToken ct);

    /// <summary>The persons who bear the name of one, with their roles: possibly the same, unless decided otherwise.</summary>
    Task<NamesakesView> NamesakesAsync(GraphParty person, CancellationToken ct);
}

/// <summary>What became of looking for a party.</summary>
public abstract record PartyLookup
{
    private PartyLookup() { }

    public sealed record Found(GraphParty Party) : PartyLookup;

    /// <summary>The party has another id now.</summary>
    public sealed record Moved(string Id) : PartyLookup;

    /// <summary>A person of a company that was joined to another, at which the person has a new id.</summary>
    public sealed record PersonMoved(string Company) : PartyLookup;

    public sealed record Gone : PartyLookup;

    public sealed record Unknown : PartyLookup;
}

/// <summary>What a party is.</summary>
public enum PartyKind : byte
{
    /// <summary>A body with a page.</summary>
    Company,

    /// <summary>A person in a public role, with a page.</summary>
    Person,

    /// <summary>A party of which the source gives a name and nothing that says who it is. Never taken for another of that name.</summary>
    Named,

    /// <summary>A party that the source leaves unnamed. Never taken for another.</summary>
    Unnamed,

    /// <summary>An address that companies share.</summary>
    Address,

    /// <summary>A name that representatives of several companies bear.</summary>
    RepresentativeName,

    /// <summary>A name that several persons bear.</summary>
    PersonName,

    /// <summary>A telephone number that companies share.</summary>
    Phone,
}

/// <summary>A party of the graph.</summary>
/// <param name="Number">Tells parties apart, those without an id too; the same until the registry changes.</param>
/// <param name="Id">The public id where the party has a page.</param>
/// <param name="Name">As filed; null for an unnamed party.</param>
public sealed record GraphParty(long Number, PartyKind Kind, string? Id, string? Name, string? CreditCode, string? Lei, CompanyStatus? Status)
{
    /// <summary>Where its page is, or null.</summary>
    public string? Path => Id is null ? null : Kind is PartyKind.Person ? $"/people/{Id}" : $"/companies/{Id}";
}

/// <summary>A share or an interest in percent, 0 to 100; two ends where it is a range or not stated.</summary>
public readonly record struct Percentage(decimal Minimum, decimal Maximum)
{
    /// <summary>Nothing is stated.</summary>
    public static Percentage NotStated { get; } = new(0, 100);

    /// <summary>The one value, or null where the ends differ.</summary>
    public decimal? Exact => Minimum == Maximum ? Minimum : null;
}

/// <summary>One relation between two parties.</summary>
/// <param name="Share">Of <see cref="EdgeKind.Share"/> only; 0 to 100 where it is not stated.</param>
/// <param name="Until">The first day on which it no longer held.</param>
/// <param name="Ended">Whether it had ended by the day that was asked for.</param>
/// <param name="Filed">What the registry holds of it, with its source; null for a weak relation, which is computed, and where no evidence was asked for.</param>
public sealed record GraphRelation(GraphParty From, GraphParty To, EdgeKind Kind, Percentage? Share, DateOnly? Since, DateOnly? Until, bool Ended, RelationView? Filed)
{
    /// <summary>Whether it is filed or computed.</summary>
    public Basis Basis => Filed?.Source.Basis ?? (Kind >= EdgeKind.PossiblySame ? Basis.Derived : Basis.Filed);
}

/// <summary>How far ownership is followed.</summary>
public sealed record OwnershipRequest
{
    /// <summary>Levels of shares, from 1; null for all.</summary>
    public int? Depth { get; init; }

    /// <summary>The day on which relations must hold; null for today.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>Whether relations that had ended by then are listed too, in <see cref="OwnershipView.Relations"/>. They never count.</summary>
    public bool Ended { get; init; }

    /// <summary>The most chains of one party.</summary>
    public int Chains { get; init; } = 10;

    /// <summary>The most parties that are listed.</summary>
    public int Most { get; init; } = 1000;

    /// <summary>Whether each of <see cref="OwnershipView.Relations"/> has <see cref="GraphRelation.Filed"/>.</summary>
    public bool Evidence { get; init; } = true;
}

/// <summary>Who has what of a company, or what an owner has of whom. Interests are computed; direct shares are as filed.</summary>
/// <param name="Party">Whose owners or holdings these are.</param>
/// <param name="Stakes">Largest first.</param>
/// <param name="Relations">Shares and control between the party, those that are listed, and those that directly control it or, with ended ones, held it: what a picture draws.</param>
/// <param name="NotInLatest">Direct shares that the sources' latest snapshots no longer state: no end is claimed, but they do not count.</param>
/// <param name="Remainder">Upward: what leads to nobody on file.</param>
/// <param name="Unknown">Upward: what leads to unnamed owners, who are among the stakes.</param>
/// <param name="Circular">Upward: percent that end in a circle of companies that own each other wholly.</param>
/// <param name="Self">What the party has of itself through circles.</param>
/// <param name="Loops">Companies that own each other in a circle, or themselves.</param>
/// <param name="Overfull">Companies whose filed shares sum to more than the whole: they were scaled to it.</param>
/// <param name="More">Parties beyond those listed.</param>
/// <param name="Truncated">The budget ended first, or there are more parties than are listed.</param>
/// <param name="Approximate">Interests of companies in a very large circle may be too large.</param>
/// <param name="Contradictions">Where a declared ultimate parent is not the one that the declared direct parents lead to.</param>
public sealed record OwnershipView(
    GraphParty Party, DateOnly AsOf, IReadOnlyList<Stake> Stakes, IReadOnlyList<GraphRelation> Relations, IReadOnlyList<GraphRelation> NotInLatest, Percentage Remainder, Percentage Unknown, decimal Circular, Percentage Self,
    IReadOnlyList<IReadOnlyList<GraphParty>> Loops, IReadOnlyList<Overfull> Overfull, int More, bool Truncated, bool Approximate, IReadOnlyList<Contradiction> Contradictions);

/// <summary>A company whose filed shares sum to more than the whole.</summary>
public sealed record Overfull(GraphParty Company, decimal Percent);

/// <summary>The interest of one party in another.</summary>
/// <param name="Interest">Over all chains within the depth and through circles.</param>
/// <param name="Direct">The direct share, where there is one.</param>
/// <param name="Steps">The least number of shares in between, from 1.</param>
/// <param name="Missing">Upward: percent of the company that end at this party because nobody on file owns the rest of it.</param>
/// <param name="Chains">Largest first.</param>
/// <param name="MoreChains">Whether there are.</param>
/// <param name="Basis">Filed where the interest is the direct share alone, else derived.</param>
public sealed record Stake(GraphParty Party, Percentage Interest, Percentage? Direct, int Steps, decimal Missing, IReadOnlyList<StakeChain> Chains, bool MoreChains, Basis Basis);

/// <summary>One chain of shares, from the party that was asked for.</summary>
/// <param name="Product">The shares multiplied.</param>
/// <param name="Control">Whether it is one of control: more than half at every step that must be, or control by right.</param>
public sealed record StakeChain(IReadOnlyList<GraphParty> Parties, Percentage Product, bool Control);

/// <summary>The computed beneficial owners of a company.</summary>
/// <param name="Threshold">In percent.</param>
/// <param name="Owners">Persons who meet, or with ranges may meet, either rule.</param>
/// <param name="UnknownOwners">The same of unnamed owners, each apart.</param>
/// <param name="Remainder">What leads to nobody on file.</param>
public sealed record BeneficialView(
    GraphParty Company, DateOnly AsOf, decimal Threshold, IReadOnlyList<BeneficialStake> Owners, IReadOnlyList<BeneficialStake> UnknownOwners, Percentage Remainder, bool Truncated);

/// <summary>One who, computed, owns or controls enough of a company.</summary>
/// <param name="Interest">First rule: shares multiplied along chains.</param>
/// <param name="Control">Second rule: what the owner and all that it controls hold; more than half counts as all.</param>
/// <param name="ByInterest">Whether the first rule is met for certain.</param>
/// <param name="ByControl">Whether the second is.</param>
public sealed record BeneficialStake(GraphParty Party, Percentage Interest, Percentage Control, bool ByInterest, bool ByControl, IReadOnlyList<StakeChain> Chains);

/// <summary>What to walk between parties.</summary>
public sealed record PathRequest
{
    /// <summary>Steps at most, up to <see cref="GraphSnapshot.MaxPathLength"/>.</summary>
    public int MaxLength { get; init; } = GraphSnapshot.MaxListedLength;

    /// <summary>The kinds that are walked.</summary>
    public EdgeKinds Kinds { get; init; } = EdgeKinds.Strong;

    /// <summary>Parties with more relations are not passed through but named.</summary>
    public int HubDegree { get; init; } = GraphQuery.Default.HubDegree;

    /// <summary>How many paths.</summary>
    public int Count { get; init; } = 5;

    /// <summary>The day on which relations must hold; null for today.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>Whether relations that had ended by then are walked too.</summary>
    public bool Ended { get; init; }
}

/// <summary>The ways between two parties, best first. None, and not truncated, is evidence of absence: within <see cref="PathRequest.MaxLength"/>, from these sources, as of that day.</summary>
/// <param name="Hubs">Parties that were not passed through.</param>
/// <param name="Sources">All that the registry was made from, each with its latest snapshot.</param>
/// <param name="Truncated">The budget ended first: there may be more or better ones, and none says nothing.</param>
public sealed record PathsView(GraphParty From, GraphParty To, DateOnly AsOf, PathRequest Request, IReadOnlyList<RelationPath> Paths, IReadOnlyList<Hub> Hubs, IReadOnlyList<DatasetView> Sources, bool Truncated);

/// <summary>A party with so many relations that paths do not lead through it.</summary>
public sealed record Hub(GraphParty Party, int Relations);

/// <summary>One way between two parties.</summary>
public sealed record RelationPath(IReadOnlyList<PathHop> Hops);

/// <summary>One step, and all relations that it rests on, whichever way they point.</summary>
public sealed record PathHop(GraphParty From, GraphParty To, IReadOnlyList<GraphRelation> Relations);

/// <summary>Every pair of a list of parties.</summary>
/// <param name="Parties">In the order of the list; what was not found or is ambiguous has no cells.</param>
/// <param name="Cells">Of every two parties that were found.</param>
public sealed record MatrixView(
    DateOnly AsOf, PathRequest Request, IReadOnlyList<MatrixParty> Parties, IReadOnlyList<MatrixCell> Cells, IReadOnlyList<Hub> Hubs, IReadOnlyList<DatasetView> Sources, bool Truncated);

/// <summary>How far a matrix is: first the names are matched, then the pairs are looked at.</summary>
public readonly record struct MatrixProgress(int Matched, int Names, int Pairs, int AllPairs);

/// <summary>What became of one text of the list.</summary>
public enum MatrixOutcome : byte { Found, Ambiguous, Unknown, Repeated }

/// <summary>One text of the list and whom it means.</summary>
/// <param name="Party">Null where it is ambiguous or unknown.</param>
/// <param name="Candidates">Whom it may mean, best first, where it is a name.</param>
public sealed record MatrixParty(string Input, MatrixOutcome Outcome, GraphParty? Party, IReadOnlyList<PartyCandidate> Candidates);

/// <summary>A company that a name may mean.</summary>
public sealed record PartyCandidate(string Id, string? Name, int Score, MatchBand Band);

/// <summary>One pair.</summary>
/// <param name="First">Place in the list, from 0.</param>
/// <param name="Second">Place in the list, from 0.</param>
/// <param name="Path">The shortest way, or null: none within the length, unless truncated.</param>
/// <param name="Truncated">The budget ended first: no path then says nothing.</param>
public sealed record MatrixCell(int First, int Second, RelationPath? Path, bool Truncated);

/// <summary>The group that a company belongs to.</summary>
/// <param name="Parents">Whoever controls the company, nearest first: each controls one of those before it, or the company.</param>
/// <param name="Ultimate">Those of them, or the company itself, whom nobody on file controls.</param>
/// <param name="Members">All companies that the ultimate ones control, nearest first.</param>
/// <param name="Relations">The relations by which they do.</param>
public sealed record GroupView(
    GraphParty Company, DateOnly AsOf, IReadOnlyList<GroupMember> Parents, IReadOnlyList<GraphParty> Ultimate, IReadOnlyList<GroupMember> Members, IReadOnlyList<GraphRelation> Relations,
    IReadOnlyList<Contradiction> Contradictions, int More, bool Truncated);

/// <summary>A party of a group.</summary>
/// <param name="Steps">How far it is from the company (a parent) or from the ultimate parent (a member).</param>
/// <param name="Via">Of a parent, whom it controls; of a member, who controls it.</param>
public sealed record GroupMember(GraphParty Party, int Steps, GraphParty Via);

/// <summary>A declared ultimate parent that is not the one to which the declared direct parents lead.</summary>
/// <param name="Declared">As declared.</param>
/// <param name="Computed">Where the walk over direct parents ends; the company itself where it declares no direct parent.</param>
/// <param name="Walk">From the company to <paramref name="Computed"/>.</param>
public sealed record Contradiction(GraphParty Company, GraphParty Declared, GraphParty Computed, IReadOnlyList<GraphParty> Walk);

/// <summary>What two companies have in common.</summary>
/// <param name="Owners">Parties with an interest in both.</param>
/// <param name="Holdings">Companies in which both have an interest.</param>
/// <param name="People">Persons of one name with an office or share at both: possibly the same, unless decided so; not those who were decided to be different.</param>
/// <param name="Path">The shortest way between them, or null.</param>
public sealed record ComparisonView(
    GraphParty First, GraphParty Second, DateOnly AsOf, IReadOnlyList<CommonStake> Owners, IReadOnlyList<CommonStake> Holdings, IReadOnlyList<CommonName> People, RelationPath? Path, bool Truncated);

/// <summary>A party and its interests in both, or the interests of both in it.</summary>
public sealed record CommonStake(GraphParty Party, Percentage First, Percentage Second);

/// <summary>The persons who bear the name of one.</summary>
/// <param name="Persons">At most <see cref="Most"/>. Who was decided to be the same is not among them, nor who was decided to be another.</param>
/// <param name="More">How many more.</param>
public sealed record NamesakesView(GraphParty Person, IReadOnlyList<Namesake> Persons, int More)
{
    /// <summary>So many are listed.</summary>
    public const int Most = 50;
}

/// <summary>Somebody of the same name.</summary>
/// <param name="Relations">Offices and shares, ended ones too.</param>
public sealed record Namesake(GraphParty Person, IReadOnlyList<GraphRelation> Relations);

/// <summary>Two persons of one name.</summary>
/// <param name="Same">Whether it was decided that they are one.</param>
public sealed record CommonName(string Name, bool Same, GraphRelation First, GraphRelation Second);
