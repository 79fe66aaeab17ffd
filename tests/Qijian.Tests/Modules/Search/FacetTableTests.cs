using CsCheck;
using Qijian.Engine.Search;
using Qijian.Modules.Search;

namespace Qijian.Tests.Modules.Search;

public sealed class FacetTableTests
{
    private static readonly Gen<string> Values = Gen.OneOf(Gen.String[Gen.Char, 0, 20], Gen.String[Gen.Char["0123456789-ABCIZ.+ "], 0, 24], Gen.Long.Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)), Gen.Int[0, 99_999].Select(n => $"I{n}"));

    [Fact]
    public void Whatever_a_filter_says_it_is_answered() => Gen.Select(Values.Array[0, 3], Values, Gen.UInt).Sample((values, text, code) =>
    {
        foreach (var facet in FacetTable.All)
        {
            SearchRequest request = new() { Text = $"{facet.Name}:{text} -{facet.Name}:\"{text}\"", Filters = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { [facet.Name] = values }, Currency = text };
            var filters = FacetTable.FiltersOf(request);
            FacetTable.ColumnsOf(request);
            facet.Of([new SearchFacet(facet.Column, [new FacetCount(code & 0xFF, 1)]), new SearchFacet(SearchColumn.IndustryClass, [new FacetCount(code & 0xFFFF, 1)])], request);
            IndexSnapshot snapshot = SearchIndex.Empty().Current;
            snapshot.Search(new SearchQuery { Text = request.Text, Filters = filters });
        }
    }, iter: 2000);

    [Theory]
    [InlineData("I", 4), InlineData("I65", 1), InlineData("65", 1), InlineData("软件和信息技术服务业", 1), InlineData("Z", 1), InlineData("I6510", 1), InlineData("I651", 10)]
    public void An_industry_covers_what_lies_in_it(string industry, int values)
    {
        var filter = FacetTable.Find("industry")!.FilterOf(new(), [industry], without: false)!;
        // A section is itself, for who states no more, and its divisions: 63, 64 and 65.
        Assert.Equal(values, filter.Values.Count);
        Assert.Equal(industry.Length > 3 && char.IsAsciiLetter(industry[0]) ? SearchColumn.IndustryClass : SearchColumn.Industry, filter.Column);
    }
}
