#pragma warning disable xUnit1051 // queries of microseconds
using System.Globalization;
using Qijian.Engine.Graph;

namespace Qijian.Tests.Engine.Graph;

/// <summary>The example graphs of LDBC Graphalytics with their published answers. Distances by weight and local clustering are no queries of ours.</summary>
public sealed class GraphalyticsTests
{
    private const string Folder = "graph/graphalytics/graphalytics-validation/src/main/resources/validation-graphs/example";

    [Theory]
    [InlineData("directed", 1)]
    [InlineData("undirected", 2)]
    public void Breadth_first_depths_are_the_published_ones(string name, int source)
    {
        var found = Load(name).Neighbourhood(source, 20, direction: Way(name)).Neighbours.ToDictionary(n => n.Id, n => n.Steps);
        Assert.All(Answers(name, "BFS"), a => Assert.Equal(a.Value is "9223372036854775807" ? -1 : int.Parse(a.Value, CultureInfo.InvariantCulture), found.GetValueOrDefault(a.Id, -1)));
    }

    [Theory]
    [InlineData("directed")]
    [InlineData("undirected")]
    public void Weakly_connected_components_are_the_published_ones(string name)
    {
        var found = Load(name).Components();
        Assert.Equal(Answers(name, "WCC").GroupBy(a => a.Value, StringComparer.Ordinal).Select(g => string.Join(' ', g.Select(a => a.Id).Order())), Answers(name, "WCC").GroupBy(a => found.Of(a.Id)).Select(g => string.Join(' ', g.Select(a => a.Id).Order())));
    }

    [Theory]
    [InlineData("directed", 2)]
    [InlineData("undirected", 2)]
    public void PageRank_is_the_published_one(string name, int rounds)
    {
        var found = Load(name).Importance(direction: Way(name), rounds: rounds);
        Assert.All(Answers(name, "PR"), a => Assert.Equal(double.Parse(a.Value, CultureInfo.InvariantCulture), found.Of(a.Id), 1e-12));
    }

    private static Direction Way(string name) => name == "directed" ? Direction.Down : Direction.Both;

    private static IEnumerable<(int Id, string Value)> Answers(string name, string algorithm) =>
        RealData.Lines($"{Folder}/example-{name}-{algorithm}").Select(l => l.Split(' ')).Select(f => (int.Parse(f[0], CultureInfo.InvariantCulture), f[1]));

    private static GraphSnapshot Load(string name)
    {
        GraphBuilder builder = new();
        foreach (var line in RealData.Lines($"{Folder}/example-{name}.v"))
            builder.Add(new GraphNode(int.Parse(line, CultureInfo.InvariantCulture), NodeKind.Company));
        foreach (var fields in RealData.Lines($"{Folder}/example-{name}.e").Select(l => l.Split(' ')))
            builder.Add(new GraphEdge(int.Parse(fields[0], CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture), EdgeKind.Director));
        return RelationGraph.Of(builder, 1, new DateTimeOffset(2025, 11, 26, 0, 0, 0, TimeSpan.Zero)).Current;
    }
}
