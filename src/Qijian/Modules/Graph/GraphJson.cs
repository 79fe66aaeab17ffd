using Qijian.Engine.Graph;
using Qijian.Engine.Matching;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Graph;

/// <summary>A party as JSON; without an id it has no page, without a name it is not named.</summary>
public sealed record GraphPartyJson(string? Id, string? Name, string? CreditCode, string? Lei, PartyKind Type)
{
    internal static GraphPartyJson Of(GraphParty p) => new(p.Id, p.Name, p.CreditCode, p.Lei, p.Kind);
}

/// <summary>Who has what of a company.</summary>
/// <param name="Remainder">Percent that lead to nobody on file; null where it is a range.</param>
/// <param name="Unknown">Percent, at most, that lead to unnamed owners.</param>
public sealed record OwnersJson(
    GraphPartyJson Company, DateOnly AsOf, IReadOnlyList<StakeJson> Owners, decimal? Remainder, decimal RemainderMinimum, decimal RemainderMaximum, decimal Unknown, decimal Circular, decimal Self, IReadOnlyList<IReadOnlyList<GraphPartyJson>> Loops,
    IReadOnlyList<OverfullJson> Overfull, IReadOnlyList<LinkJson> Relations, IReadOnlyList<LinkJson> NotInLatest, IReadOnlyList<ContradictionJson> Contradictions, int More, bool Truncated, bool Approximate)
{
    internal static OwnersJson Of(OwnershipView v) => new(
        GraphPartyJson.Of(v.Party), v.AsOf, [.. v.Stakes.Select(StakeJson.Of)], v.Remainder.Exact, v.Remainder.Minimum, v.Remainder.Maximum, v.Unknown.Maximum, v.Circular, v.Self.Maximum, [.. v.Loops.Select(l => (IReadOnlyList<GraphPartyJson>)[.. l.Select(GraphPartyJson.Of)])],
        [.. v.Overfull.Select(o => new OverfullJson(GraphPartyJson.Of(o.Company), o.Percent))], [.. v.Relations.Select(LinkJson.Of)], [.. v.NotInLatest.Select(LinkJson.Of)], [.. v.Contradictions.Select(ContradictionJson.Of)], v.More, v.Truncated, v.Approximate);
}

/// <summary>What a company has of whom. <paramref name="Owners"/> is the same list under the name that both answers share.</summary>
public sealed record HoldingsJson(
    GraphPartyJson Company, DateOnly AsOf, IReadOnlyList<StakeJson> Holdings, IReadOnlyList<StakeJson> Owners, decimal? Remainder, decimal Self, IReadOnlyList<IReadOnlyList<GraphPartyJson>> Loops,
    IReadOnlyList<OverfullJson> Overfull, IReadOnlyList<LinkJson> Relations, IReadOnlyList<LinkJson> NotInLatest, int More, bool Truncated, bool Approximate)
{
    internal static HoldingsJson Of(OwnershipView v)
    {
        var owners = OwnersJson.Of(v);
        return new(owners.Company, owners.AsOf, owners.Owners, owners.Owners, null, owners.Self, owners.Loops, owners.Overfull, owners.Relations, owners.NotInLatest, owners.More, owners.Truncated, owners.Approximate);
    }
}

/// <summary>An interest in percent: <paramref name="Percent"/> where it is exact, else between the other two.</summary>
/// <param name="Direct">The direct share.</param>
/// <param name="Steps">The least number of shares in between, from 1.</param>
/// <param name="Missing">Percent of the company that end at this owner because nobody on file owns the rest of it.</param>
/// <param name="Basis">Filed: the direct share alone. Derived: multiplied.</param>
public sealed record StakeJson(
    string? Id, string? Name, string? CreditCode, string? Lei, PartyKind Type, decimal? Percent, decimal Minimum, decimal Maximum, ShareJson? Direct, int Steps, decimal Missing, IReadOnlyList<ChainJson> Chains, bool MoreChains, Basis Basis)
{
    internal static StakeJson Of(Stake s) => new(
        s.Party.Id, s.Party.Name, s.Party.CreditCode, s.Party.Lei, s.Party.Kind, s.Interest.Exact, s.Interest.Minimum, s.Interest.Maximum, s.Direct is { } direct ? ShareJson.Of(direct) : null, s.Steps, s.Missing, [.. s.Chains.Select(ChainJson.Of)], s.MoreChains, s.Basis);
}

/// <summary>A share in percent.</summary>
public sealed record ShareJson(decimal? Percent, decimal Minimum, decimal Maximum)
{
    internal static ShareJson Of(Percentage p) => new(p.Exact, p.Minimum, p.Maximum);
}

/// <summary>One chain of shares, from the party that was asked for, and their product in percent.</summary>
public sealed record ChainJson(IReadOnlyList<GraphPartyJson> Parties, decimal? Percent, decimal Minimum, decimal Maximum, bool Control)
{
    internal static ChainJson Of(StakeChain c) => new([.. c.Parties.Select(GraphPartyJson.Of)], c.Product.Exact, c.Product.Minimum, c.Product.Maximum, c.Control);
}

/// <summary>A company whose filed shares sum to so many percent: they were scaled to the whole.</summary>
public sealed record OverfullJson(GraphPartyJson Company, decimal Percent);

/// <summary>A declared ultimate parent that is not the one to which the declared direct parents lead.</summary>
public sealed record ContradictionJson(GraphPartyJson Company, GraphPartyJson Declared, GraphPartyJson Computed, IReadOnlyList<GraphPartyJson> Walk)
{
    internal static ContradictionJson Of(Contradiction c) => new(GraphPartyJson.Of(c.Company), GraphPartyJson.Of(c.Declared), GraphPartyJson.Of(c.Computed), [.. c.Walk.Select(GraphPartyJson.Of)]);
}

/// <summary>One relation and what it rests on. It leads from owner, officer or parent to the company.</summary>
/// <param name="Percent">As filed, also <paramref name="Minimum"/> and <paramref name="Maximum"/>.</param>
/// <param name="InLatest">Whether the latest snapshot of the source still states it. If not, no end is claimed.</param>
/// <param name="Source">Null for a weak relation, which is computed.</param>
public sealed record LinkJson(
    GraphPartyJson From, GraphPartyJson To, string Kind, string Label, string? Role, decimal? Percent, decimal? Minimum, decimal? Maximum, DateOnly? ValidFrom, DateOnly? ValidTo, bool Ended, bool InLatest, Basis Basis, Provenance? Source)
{
    internal static LinkJson Of(GraphRelation r) => new(
        GraphPartyJson.Of(r.From), GraphPartyJson.Of(r.To), KindWords.Of(r.Kind), KindWords.Label(r.Kind), r.Filed?.Role, r.Filed is { } filed ? filed.Percent : r.Share?.Exact, r.Filed is { } low ? low.Minimum : r.Share?.Minimum, r.Filed is { } high ? high.Maximum : r.Share?.Maximum,
        r.Since, r.Until, r.Ended, r.Filed?.Source.InLatest ?? r.Kind is not (EdgeKind.EarlierShare or EdgeKind.EarlierControl), r.Basis, r.Filed?.Source);
}

/// <summary>The computed beneficial owners of a company.</summary>
/// <param name="Threshold">0 to 1, as asked.</param>
/// <param name="UnknownOwners">Unnamed owners that meet a rule, each apart.</param>
/// <param name="Remainder">Percent that are not traced to a person or unnamed owner; null where it is a range.</param>
public sealed record BeneficialOwnersJson(
    GraphPartyJson Company, DateOnly AsOf, decimal Threshold, IReadOnlyList<BeneficialOwnerJson> Owners, IReadOnlyList<BeneficialOwnerJson> UnknownOwners, decimal? Remainder, decimal RemainderMinimum, decimal RemainderMaximum, string Notice, bool Truncated)
{
    internal static BeneficialOwnersJson Of(BeneficialView v) => new(
        GraphPartyJson.Of(v.Company), v.AsOf, v.Threshold / 100, [.. v.Owners.Select(BeneficialOwnerJson.Of)], [.. v.UnknownOwners.Select(BeneficialOwnerJson.Of)], v.Remainder.Exact, v.Remainder.Minimum, v.Remainder.Maximum, Text.NoticeComputed, v.Truncated);
}

/// <summary>One computed beneficial owner, by two rules: the multiplied interest (<paramref name="Percent"/>), and the chain of control.</summary>
/// <param name="Control">What the owner and all that it controls hold, in percent; more than half counts as all.</param>
/// <param name="ByInterest">Whether the first rule is met for certain.</param>
/// <param name="ByControl">Whether the second is.</param>
public sealed record BeneficialOwnerJson(
    string? Id, string? Name, string? CreditCode, string? Lei, PartyKind Type, decimal? Percent, decimal Minimum, decimal Maximum, ShareJson Control, bool ByInterest, bool ByControl, IReadOnlyList<ChainJson> Chains, Basis Basis)
{
    internal static BeneficialOwnerJson Of(BeneficialStake s) => new(
        s.Party.Id, s.Party.Name, s.Party.CreditCode, s.Party.Lei, s.Party.Kind, s.Interest.Exact, s.Interest.Minimum, s.Interest.Maximum, ShareJson.Of(s.Control), s.ByInterest, s.ByControl, [.. s.Chains.Select(ChainJson.Of)], Basis.Derived);
}

/// <summary>The ways between two parties. None, and not truncated, is evidence of absence within the length, among the kinds, from the sources, as of the day.</summary>
/// <param name="HubDegree">Parties with more relations were not passed through.</param>
/// <param name="Summary">What was found, or that there is nothing, in the reader's language.</param>
public sealed record PathsJson(
    GraphPartyJson From, GraphPartyJson To, DateOnly AsOf, int MaxLength, IReadOnlyList<string> Kinds, int HubDegree, bool Found, IReadOnlyList<PathJson> Paths, IReadOnlyList<HubJson> Hubs, IReadOnlyList<DatasetView> Sources, string Summary, bool Truncated)
{
    internal static PathsJson Of(PathsView v) => new(
        GraphPartyJson.Of(v.From), GraphPartyJson.Of(v.To), v.AsOf, v.Request.MaxLength, KindWords.WordsOf(v.Request.Kinds), v.Request.HubDegree, v.Paths.Count > 0, [.. v.Paths.Select(PathJson.Of)], [.. v.Hubs.Select(HubJson.Of)], v.Sources,
        v.Paths.Count > 0 ? Text.PathsFound.With(v.Paths.Count) : v.Truncated ? Text.PathsTruncated : Text.PathsNone.With(v.Request.MaxLength, string.Join(Language.IsEnglish ? ", " : "、", v.Sources.Select(s => s.Name)), v.AsOf), v.Truncated);
}

/// <summary>One way: its steps.</summary>
public sealed record PathJson(int Length, IReadOnlyList<HopJson> Hops)
{
    internal static PathJson Of(RelationPath p) => new(p.Hops.Count, [.. p.Hops.Select(HopJson.Of)]);
}

/// <summary>One step, with every relation that it rests on.</summary>
public sealed record HopJson(GraphPartyJson From, GraphPartyJson To, IReadOnlyList<LinkJson> Relations)
{
    internal static HopJson Of(PathHop h) => new(GraphPartyJson.Of(h.From), GraphPartyJson.Of(h.To), [.. h.Relations.Select(LinkJson.Of)]);
}

/// <summary>A party that was not passed through, and how many relations it has.</summary>
public sealed record HubJson(GraphPartyJson Party, int Relations)
{
    internal static HubJson Of(Hub h) => new(GraphPartyJson.Of(h.Party), h.Relations);
}

/// <summary>Every pair of a list of parties.</summary>
/// <param name="Hops">All steps of all paths, each once; a cell names its own by their places here.</param>
public sealed record MatrixJson(
    DateOnly AsOf, int MaxLength, IReadOnlyList<string> Kinds, int HubDegree, IReadOnlyList<MatrixPartyJson> Parties, IReadOnlyList<MatrixCellJson> Cells, IReadOnlyList<HopJson> Hops, IReadOnlyList<HubJson> Hubs, IReadOnlyList<DatasetView> Sources, bool Truncated)
{
    internal static MatrixJson Of(MatrixView v)
    {
        Dictionary<PathHop, int> places = new(ReferenceEqualityComparer.Instance);
        foreach (var hop in v.Cells.SelectMany(c => c.Path?.Hops ?? [])) places.TryAdd(hop, places.Count);
        return new(
            v.AsOf, v.Request.MaxLength, KindWords.WordsOf(v.Request.Kinds), v.Request.HubDegree, [.. v.Parties.Select(MatrixPartyJson.Of)], [.. v.Cells.Select(c => MatrixCellJson.Of(c, places))],
            [.. places.OrderBy(p => p.Value).Select(p => HopJson.Of(p.Key))], [.. v.Hubs.Select(HubJson.Of)], v.Sources, v.Truncated);
    }
}

/// <summary>One text of the list, and whom it means: found, ambiguous, unknown, or repeated, which has no cells of its own.</summary>
public sealed record MatrixPartyJson(string Input, MatrixOutcome Outcome, GraphPartyJson? Party, IReadOnlyList<CandidateJson> Candidates)
{
    internal static MatrixPartyJson Of(MatrixParty p) => new(p.Input, p.Outcome, p.Party is { } party ? GraphPartyJson.Of(party) : null, [.. p.Candidates.Select(c => new CandidateJson(c.Id, c.Name, c.Score, c.Band))]);
}

/// <summary>A company that a name may mean.</summary>
public sealed record CandidateJson(string Id, string? Name, int Score, MatchBand Band);

/// <summary>One pair by places in the list, from 0.</summary>
/// <param name="Length">Steps of the shortest way; null where there is none within the length, unless truncated.</param>
/// <param name="None">There is none: evidence of absence.</param>
public sealed record MatrixCellJson(int First, int Second, int? Length, IReadOnlyList<int> Hops, bool None, bool Truncated)
{
    internal static MatrixCellJson Of(MatrixCell c, Dictionary<PathHop, int> places) => new(c.First, c.Second, c.Path?.Hops.Count, [.. (c.Path?.Hops ?? []).Select(h => places[h])], c is { Path: null, Truncated: false }, c.Truncated);
}

/// <summary>The group of a company.</summary>
/// <param name="Parents">Whoever controls it, nearest first.</param>
/// <param name="Ultimate">Those of them, or the company itself, whom nobody on file controls.</param>
/// <param name="Members">All companies that those control.</param>
public sealed record GroupJson(
    GraphPartyJson Company, DateOnly AsOf, IReadOnlyList<GroupMemberJson> Parents, IReadOnlyList<GraphPartyJson> Ultimate, IReadOnlyList<GroupMemberJson> Members, IReadOnlyList<LinkJson> Relations, IReadOnlyList<ContradictionJson> Contradictions, int More, bool Truncated)
{
    internal static GroupJson Of(GroupView v) => new(
        GraphPartyJson.Of(v.Company), v.AsOf, [.. v.Parents.Select(GroupMemberJson.Of)], [.. v.Ultimate.Select(GraphPartyJson.Of)], [.. v.Members.Select(GroupMemberJson.Of)], [.. v.Relations.Select(LinkJson.Of)], [.. v.Contradictions.Select(ContradictionJson.Of)], v.More, v.Truncated);
}

/// <summary>A party of a group.</summary>
/// <param name="Steps">From the company to a parent, or from an ultimate parent to a member.</param>
/// <param name="Via">Of a parent, whom it controls; of a member, who controls it.</param>
public sealed record GroupMemberJson(GraphPartyJson Party, int Steps, GraphPartyJson Via)
{
    internal static GroupMemberJson Of(GroupMember m) => new(GraphPartyJson.Of(m.Party), m.Steps, GraphPartyJson.Of(m.Via));
}

/// <summary>What two companies have in common.</summary>
public sealed record ComparisonJson(
    GraphPartyJson First, GraphPartyJson Second, DateOnly AsOf, IReadOnlyList<CommonStakeJson> Owners, IReadOnlyList<CommonStakeJson> Holdings, IReadOnlyList<CommonNameJson> People, PathJson? Path, bool Truncated)
{
    internal static ComparisonJson Of(ComparisonView v) => new(
        GraphPartyJson.Of(v.First), GraphPartyJson.Of(v.Second), v.AsOf, [.. v.Owners.Select(CommonStakeJson.Of)], [.. v.Holdings.Select(CommonStakeJson.Of)], [.. v.People.Select(CommonNameJson.Of)], v.Path is { } path ? PathJson.Of(path) : null, v.Truncated);
}

/// <summary>A party and its interests in both, or the interests of both in it.</summary>
public sealed record CommonStakeJson(GraphPartyJson Party, ShareJson First, ShareJson Second)
{
    internal static CommonStakeJson Of(CommonStake s) => new(GraphPartyJson.Of(s.Party), ShareJson.Of(s.First), ShareJson.Of(s.Second));
}

/// <summary>Two persons of one name: possibly the same, not said to be.</summary>
public sealed record CommonNameJson(string Name, bool Same, LinkJson First, LinkJson Second)
{
    internal static CommonNameJson Of(CommonName n) => new(n.Name, n.Same, LinkJson.Of(n.First), LinkJson.Of(n.Second));
}

/// <summary>The persons who bear the name of one. Whom the operator decided to be the same, or another, is not among them.</summary>
public sealed record NamesakesJson(GraphPartyJson Person, IReadOnlyList<NamesakeJson> Namesakes, int More)
{
    internal static NamesakesJson Of(NamesakesView v) => new(GraphPartyJson.Of(v.Person), [.. v.Persons.Select(n => new NamesakeJson(GraphPartyJson.Of(n.Person), [.. n.Relations.Select(LinkJson.Of)]))], v.More);
}

/// <summary>Somebody of the same name, with all offices and shares.</summary>
public sealed record NamesakeJson(GraphPartyJson Person, IReadOnlyList<LinkJson> Relations);
