using System.Text.RegularExpressions;
using Qijian.Modules.Registry;

namespace Qijian.Tests;

public sealed partial class DocumentationTests
{
    [Fact]
    public void Every_column_an_importer_knows_is_documented_and_the_other_way_round()
    {
        var text = File.ReadAllText(Path.Combine(ArchitectureTests.Repository, "docs/importing.md"));
        var section = text[text.IndexOf("## Columns", StringComparison.Ordinal)..text.IndexOf("The usual Chinese headers", StringComparison.Ordinal)];
        Assert.Equal(Headers.All.Select(c => c.Column.Name).Order(StringComparer.Ordinal), Quoted().Matches(section).Select(m => m.Groups["word"].Value).Order(StringComparer.Ordinal));
    }

    public static TheoryData<string> Documents =>
        [.. Directory.EnumerateFiles(ArchitectureTests.Repository, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(ArchitectureTests.Repository, "docs"), "*.md", SearchOption.AllDirectories)).Select(f => Path.GetRelativePath(ArchitectureTests.Repository, f))];

    [Theory, MemberData(nameof(Documents))]
    public void Every_link_leads_to_a_file(string document)
    {
        var path = Path.Combine(ArchitectureTests.Repository, document);
        var links = Link().Matches(File.ReadAllText(path)).Select(m => m.Groups["target"].Value).Where(t => !t.StartsWith("http", StringComparison.Ordinal));
        Assert.All(links, link => Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, link)), link));
    }

    [GeneratedRegex("`(?<word>[a-zA-Z]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\]\((?<target>[^)#]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();
}
