#pragma warning disable xUnit1051 // queries of microseconds
using System.Globalization;
using System.Text.RegularExpressions;
using Qijian.Engine.Graph;

namespace Qijian.Tests.Engine.Graph;

/// <summary>Each rule of docs/graph.md in a case that can be worked out by hand. A line is a relation: owner, share (a range, or ? where none is stated) or kind, company, days.</summary>
public sealed partial class GraphRulesTests
{
    [Fact]
    public void Shares_multiply_along_a_chain_and_add_up_over_chains()
    {
        var owners = new Case("张三 60% 甲公司", "甲公司 50% 丙公司", "张三 80% 乙公司", "乙公司 25% 丙公司", "李四 25% 丙公司").OwnersOf("丙公司");
        Assert.Equal(0.6 * 0.5 + 0.8 * 0.25, owners["张三"].Interest.Low, 1e-12);
        Assert.Equal(["张三 via 甲公司: 0.3", "张三 via 乙公司: 0.2"], owners.ChainsOf("张三"));
        Assert.Equal(0.25, owners["李四"].Interest.Low, 1e-12);
    }

    [Fact]
    public void What_no_owner_on_file_has_is_shown_as_the_remainder()
    {
        var owners = new Case("张三 60% 甲公司", "甲公司 90% 丙公司").OwnersOf("丙公司");
        Assert.Equal(1 - 0.54, owners.Answer.Remainder.High, 1e-12);
        Assert.Equal(0.9 * 0.4, owners["甲公司"].Missing, 1e-12);
    }

    [Fact]
    public void A_share_that_was_filed_as_a_third_does_not_drift()
    {
        var owners = new Case("张三 33.3333% 甲公司", "甲公司 33.3333% 丙公司").OwnersOf("丙公司");
        Assert.Equal(0.333333 * 0.333333, owners["张三"].Interest.Low, 1e-15);
    }

    [Fact]
    public void A_company_that_owns_half_of_itself_belongs_wholly_to_who_owns_the_other_half()
    {
        var owners = new Case("甲公司 50% 甲公司", "张三 50% 甲公司").OwnersOf("甲公司");
        Assert.Equal(1, owners["张三"].Interest.Low, 1e-12);
        Assert.Equal(0.5, owners.Answer.Self.Low, 1e-12);
        Assert.Equal([["甲公司"]], owners.Loops);
    }

    [Fact]
    public void A_company_in_a_loop_is_divided_by_its_own_visits()
    {
        // 甲 comes by once, and again with one half: twice in all, and never has more than the whole.
        var owners = new Case("甲公司 100% 丙公司", "乙公司 50% 甲公司", "张三 50% 甲公司", "甲公司 100% 乙公司").OwnersOf("丙公司");
        Assert.Equal((1.0, 0.5, 1.0), (Math.Round(owners["甲公司"].Interest.Low, 12), Math.Round(owners["乙公司"].Interest.Low, 12), Math.Round(owners["张三"].Interest.Low, 12)));
        Assert.Equal([["乙公司", "甲公司"]], owners.Loops);
    }

    [Fact]
    public void Two_companies_that_own_each_other_wholly_belong_to_nobody()
    {
        var graph = new Case("甲公司 100% 乙公司", "乙公司 100% 甲公司", "乙公司 30% 丙公司", "张三 70% 丙公司");
        var owners = graph.OwnersOf("丙公司");
        Assert.Equal((0.3, 0.3, 0.7), (owners["甲公司"].Interest.Low, owners["乙公司"].Interest.Low, owners["张三"].Interest.Low));
        Assert.Equal(0.3, owners.Answer.Circular, 1e-12);
        Assert.Equal(0, owners.Answer.Remainder.High, 1e-12);
        Assert.Equal(1, graph.OwnersOf("甲公司").Answer.Self.Low, 1e-12);
        Assert.Equal(0.3, graph.HoldingsOf("甲公司")["丙公司"].Interest.Low, 1e-12);
    }

    [Fact]
    public void Shares_that_sum_to_180_percent_are_scaled_and_named()
    {
        var owners = new Case("张三 60% 甲公司", "李四 60% 甲公司", "王五 60% 甲公司").OwnersOf("甲公司");
        Assert.Equal(1.0 / 3, owners["张三"].Interest.Low, 1e-12);
        Assert.Equal([("甲公司", 1_800_000)], owners.Overfull);
    }

    [Fact]
    public void Ranges_stay_ranges_and_leave_no_more_than_the_others_leave()
    {
        var owners = new Case("张三 50-75% 甲公司", "李四 25-50% 甲公司", "甲公司 40% 丙公司").OwnersOf("丙公司");
        Assert.Equal((0.2, 0.3), owners.Ends("张三"));
        Assert.Equal((0.1, 0.2), owners.Ends("李四"));
        Assert.Equal((0.6, 0.7), (Math.Round(owners.Answer.Remainder.Low, 12), Math.Round(owners.Answer.Remainder.High, 12)));
    }

    [Fact]
    public void An_owner_without_a_stated_share_may_have_what_is_left()
    {
        var owners = new Case("张三 ?% 甲公司", "李四 70% 甲公司").OwnersOf("甲公司");
        Assert.Equal((0, 0.3), owners.Ends("张三"));
    }

    [Fact]
    public void Unknown_owners_stay_apart_and_lead_nowhere()
    {
        var graph = new Case("未知 40% 甲公司", "未知 40% 乙公司", "张三 60% 甲公司", "李四 60% 乙公司");
        Assert.Equal(0.4, graph.OwnersOf("甲公司").Answer.Unknown.Low, 1e-12);
        Assert.Equal(["未知"], graph.Beneficial("甲公司").UnknownOwners.Select(o => graph.NameOf(o.Id)));
        Assert.Empty(graph.Path("张三", "李四"));
        Assert.Equal("张三 甲公司 未知", graph.Path("张三", "未知"));
    }

    [Fact]
    public void The_two_rules_differ_where_a_majority_owner_holds_through_a_company()
    {
        // Multiplied 51 % of 30 % is 15.3 %; by control all of the 30 % counts.
        var owner = Assert.Single(new Case("张三 51% 甲公司", "李四 49% 甲公司", "甲公司 30% 丙公司").Beneficial("丙公司").Owners);
        Assert.Equal((0.153, 0.3, false, true), (Math.Round(owner.Multiplied.Low, 12), owner.Control.Low, owner.ByInterest, owner.ByControl));
        Assert.True(Assert.Single(owner.Chains).Control);
    }

    [Fact]
    public void Half_is_not_more_than_half()
    {
        var owners = new Case("张三 50% 甲公司", "李四 50% 甲公司", "甲公司 100% 丙公司").Beneficial("丙公司").Owners;
        Assert.All(owners, o => Assert.Equal((0.5, 0.0), (o.Multiplied.Low, o.Control.Low)));
        Assert.All(owners, o => Assert.False(Assert.Single(o.Chains).Control));
    }

    [Fact]
    public void More_than_half_of_the_company_itself_counts_as_all()
    {
        var owner = new Case("张三 30% 丙公司", "张三 60% 甲公司", "甲公司 21% 丙公司", "李四 49% 丙公司").Beneficial("丙公司").Owners[0];
        Assert.Equal((0.426, 1.0), (Math.Round(owner.Multiplied.Low, 12), owner.Control.Low));
    }

    [Fact]
    public void Control_by_right_counts_without_a_share()
    {
        var graph = new Case("张三 control 甲公司", "李四 100% 甲公司", "甲公司 100% 丙公司");
        var owners = graph.Beneficial("丙公司").Owners.ToDictionary(o => graph.NameOf(o.Id), StringComparer.Ordinal);
        Assert.Equal((0.0, 1.0, false, true), (owners["张三"].Multiplied.Low, owners["张三"].Control.Low, owners["张三"].ByInterest, owners["张三"].ByControl));
        Assert.Equal((1.0, 1.0), (owners["李四"].Multiplied.Low, owners["李四"].Control.Low));
        Assert.True(Assert.Single(owners["张三"].Chains).Control);
    }

    [Theory]
    [InlineData(24.9999, false)]
    [InlineData(25, true)]
    public void The_threshold_itself_is_enough(double percent, bool found) =>
        Assert.Equal(found, new Case(string.Create(CultureInfo.InvariantCulture, $"张三 {percent}% 甲公司")).Beneficial("甲公司").Owners.Count == 1);

    [Theory]
    [InlineData(null, false, "李四")] // as of the day of the graph: 2025-11-26
    [InlineData("2015-01-01", false, "张三")]
    [InlineData("2020-05-01", false, "李四")] // the last day of one is the first of the other: only the other holds
    [InlineData("2000-01-01", false, "")]
    [InlineData(null, true, "张三 李四")]
    [InlineData("2015-01-01", true, "张三")] // what had not begun has not ended either
    public void Relations_that_do_not_hold_on_the_day_are_hidden_unless_ended_ones_are_asked_for(string? day, bool ended, string owners)
    {
        var graph = new Case("张三 100% 甲公司 2010-01-01..2020-05-01", "李四 100% 甲公司 2020-05-01..");
        var query = new GraphQuery { Day = day is null ? null : DateOnly.Parse(day, CultureInfo.InvariantCulture), Ended = ended };
        Assert.Equal(owners, string.Join(' ', graph.Graph.OwnersOf(graph.IdOf("甲公司"), 0, query).Holders.Select(h => graph.NameOf(h.Id)).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Dates_the_wrong_way_round_never_hold_and_have_ended()
    {
        var graph = new Case("张三 100% 甲公司 2020-05-01..2010-01-01");
        Assert.Equal(1, graph.Builder.Faults[EdgeFault.Dates]);
        Assert.Empty(graph.Graph.RelationsOf(graph.IdOf("甲公司")));
        Assert.Empty(graph.Graph.RelationsOf(graph.IdOf("甲公司"), new GraphQuery { Day = new DateOnly(2015, 1, 1) }));
        var edge = Assert.Single(graph.Graph.RelationsOf(graph.IdOf("甲公司"), new GraphQuery { Ended = true }));
        Assert.Equal((new DateOnly(2020, 5, 1), new DateOnly(2010, 1, 1)), (edge.Since, edge.Until));
    }

    [Fact]
    public void Parallel_relations_are_one_step_with_all_its_evidence()
    {
        var graph = new Case("张三 60% 甲公司", "张三 director 甲公司", "张三 10% 甲公司 2010-01-01..");
        Assert.Equal("张三 甲公司", graph.Path("张三", "甲公司"));
        Assert.Single(graph.Graph.AllPaths(graph.IdOf("张三"), graph.IdOf("甲公司")).Paths);
        Assert.Equal(3, graph.Graph.Between(graph.IdOf("张三"), graph.IdOf("甲公司")).Count);
        Assert.Equal(0.7, graph.OwnersOf("甲公司")["张三"].Interest.Low, 1e-12);
    }

    [Fact]
    public void Hubs_are_not_passed_through_but_named()
    {
        var graph = new Case([.. Enumerable.Range(1, 60).Select(i => $"代理 representative 公司{i}公司"), "张三 director 公司1公司", "李四 director 公司2公司"]);
        var answer = graph.Graph.ShortestPath(graph.IdOf("张三"), graph.IdOf("李四"), query: new GraphQuery { HubDegree = 50 });
        Assert.Empty(answer.Paths);
        Assert.Equal("代理", graph.NameOf(Assert.Single(answer.Hubs)));
        Assert.Equal("张三 公司1公司 代理 公司2公司 李四", graph.Path("张三", "李四"));
        // As an end it is what was asked for.
        Assert.Equal(2, Assert.Single(graph.Graph.ShortestPath(graph.IdOf("代理"), graph.IdOf("李四"), query: new GraphQuery { HubDegree = 50 }).Paths).Length);
    }

    [Fact]
    public void Weak_kinds_are_off_unless_asked_for()
    {
        var graph = new Case("甲公司 sameaddress 乙公司");
        Assert.Empty(graph.Path("甲公司", "乙公司"));
        Assert.Single(graph.Graph.ShortestPath(graph.IdOf("甲公司"), graph.IdOf("乙公司"), query: new GraphQuery { Kinds = EdgeKinds.All }).Paths);
    }

    [Fact]
    public void Of_equally_long_paths_the_rarer_comes_first_then_the_more_recent()
    {
        var graph = new Case("张三 director 甲公司 2001-01-01..", "李四 director 甲公司 2001-01-01..", "张三 director 乙公司 2020-01-01..", "李四 director 乙公司 2020-01-01..", "张三 director 丙公司 2024-01-01..", "李四 director 丙公司 2024-01-01..", "王五 director 丙公司");
        var found = graph.Graph.ShortestPaths(graph.IdOf("张三"), graph.IdOf("李四"), 3).Paths.Select(p => graph.NameOf(p.Parties[1]));
        Assert.Equal(["乙公司", "甲公司", "丙公司"], found);
    }

    [Fact]
    public void Circles_through_a_company_are_listed()
    {
        var graph = new Case("甲公司 50% 乙公司", "乙公司 40% 丙公司", "丙公司 30% 甲公司", "甲公司 10% 甲公司", "张三 40% 甲公司");
        var (circles, truncated) = graph.Graph.CirclesThrough(graph.IdOf("甲公司"));
        Assert.False(truncated);
        Assert.Equal(["甲公司", "甲公司 丙公司 乙公司"], circles.Select(c => string.Join(' ', c.Parties.Select(graph.NameOf))));
        Assert.Equal(0.06, circles[1].Product.Low, 1e-12);
    }

    [Fact]
    public void Who_is_not_in_the_graph_is_named_as_missing()
    {
        var graph = new Case("张三 60% 甲公司");
        Assert.Equal([99], graph.Graph.ShortestPath(99, graph.IdOf("张三")).Missing);
        Assert.Equal([99], graph.Graph.OwnersOf(99).Missing);
        Assert.Equal([99], graph.Graph.BeneficialOwnersOf(99).Missing);
        Assert.Equal([99], graph.Graph.Neighbourhood(99, 2).Missing);
        Assert.Empty(graph.Graph.RelationsOf(99));
    }

    /// <summary>A graph of lines, with names: 公司 at the end is a company, 未知 an unknown owner, all others are persons.</summary>
    private sealed partial class Case
    {
        private readonly List<string> names = [];

        public Case(params string[] lines)
        {
            foreach (var line in lines)
            {
                var m = Line().Match(line);
                Assert.True(m.Success, line);
                var kind = m.Groups["kind"].Success ? Enum.Parse<EdgeKind>(m.Groups["kind"].Value, ignoreCase: true) : EdgeKind.Share;
                var share = kind != EdgeKind.Share || m.Groups["low"].Value == "?" ? default : m.Groups["high"].Success ? Share.Range(Share.Percent(Number("low")).Min, Share.Percent(Number("high")).Max) : Share.Percent(Number("low"));
                Builder.Add(new GraphEdge(IdOf(m.Groups["from"].Value), IdOf(m.Groups["to"].Value), kind, share, Day("since"), Day("until")));

                decimal Number(string group) => decimal.Parse(m.Groups[group].Value, CultureInfo.InvariantCulture);
                DateOnly? Day(string group) => m.Groups[group].Value is { Length: > 0 } text ? DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture) : null;
            }
            foreach (var (name, id) in names.Select((n, i) => (n, i)))
                Builder.Add(new GraphNode(id, name.EndsWith("公司", StringComparison.Ordinal) ? NodeKind.Company : name == "未知" ? NodeKind.UnknownOwner : NodeKind.Person));
            Graph = RelationGraph.Of(Builder, 1, new DateTimeOffset(2025, 11, 26, 0, 0, 0, TimeSpan.Zero)).Current;
        }

        public GraphBuilder Builder { get; } = new();

        public GraphSnapshot Graph { get; }

        public int IdOf(string name)
        {
            if (!names.Contains(name, StringComparer.Ordinal))
                names.Add(name);
            return names.IndexOf(name);
        }

        public string NameOf(int id) => names[id];

        public Ownership OwnersOf(string company) => new(this, Graph.OwnersOf(IdOf(company)));

        public Ownership HoldingsOf(string owner) => new(this, Graph.HoldingsOf(IdOf(owner)));

        public BeneficialOwners Beneficial(string company) => Graph.BeneficialOwnersOf(IdOf(company));

        public string Path(string from, string to) => string.Join(' ', Graph.ShortestPath(IdOf(from), IdOf(to)).Paths.SelectMany(p => p.Parties).Select(NameOf));

        [GeneratedRegex(@"^(?<from>\S+) (?:(?<low>[\d.]+|\?)(?:-(?<high>[\d.]+))?%|(?<kind>[a-z]+)) (?<to>\S+?)(?: (?<since>[\d-]*)\.\.(?<until>[\d-]*))?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
        private static partial Regex Line();
    }

    private sealed class Ownership(Case graph, OwnershipAnswer answer)
    {
        public OwnershipAnswer Answer { get; } = answer;

        public OwnershipHolder this[string name] => Answer.Holders.Single(h => h.Id == graph.IdOf(name));

        public (double, double) Ends(string name) => (Math.Round(this[name].Interest.Low, 12), Math.Round(this[name].Interest.High, 12));

        public IEnumerable<string> ChainsOf(string name) => this[name].Chains.Select(c => string.Create(CultureInfo.InvariantCulture, $"{graph.NameOf(c.Parties[^1])} via {string.Join(' ', c.Parties.Skip(1).SkipLast(1).Select(graph.NameOf))}: {Math.Round(c.Product.Low, 9)}"));

        public IEnumerable<string[]> Loops => Answer.Loops.Select(l => l.Select(graph.NameOf).Order(StringComparer.Ordinal).ToArray());

        public IEnumerable<(string, int)> Overfull => Answer.Overfull.Select(o => (graph.NameOf(o.Id), o.Sum));
    }
}
