using Qijian.Modules.Privacy;
using Qijian.Platform.Data;

namespace Qijian.Tests.Modules.Privacy.Conformance;

public sealed class PolicyFolderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("qijian-policy-").FullName;

    [Fact]
    public void The_shipped_folder_has_no_error() => Assert.Empty(PolicyFolder.Shipped.Check());

    [Fact]
    public async Task A_typing_error_names_file_line_and_remedy_at_the_build_and_at_the_start()
    {
        var copy = PolicyFolder.Shipped.With(new("registry/purposes.yaml", t => t.Replace("network.address: optional", "network.adress: optional", StringComparison.Ordinal)), Path.Combine(folder, "policy"));
        var line = (await File.ReadAllLinesAsync(Path.Combine(copy.Path, "registry/purposes.yaml"), TestContext.Current.CancellationToken)).Index().Where(l => l.Item.StartsWith("- id:", StringComparison.Ordinal)).Last(l => l.Index < Array.FindIndex(File.ReadAllLines(Path.Combine(copy.Path, "registry/purposes.yaml")), x => x.Contains("network.adress", StringComparison.Ordinal))).Index + 1;

        var error = copy.Check()[0].ToString();
        Assert.StartsWith($"{Path.Combine(copy.Path, "registry/purposes.yaml")}({line}): error QJP1: ", error, StringComparison.Ordinal);
        Assert.Contains("network.adress", error, StringComparison.Ordinal);
        Assert.Contains("mend it, or register it first", error, StringComparison.Ordinal);

        await using var world = await ProbeWorld.StartAsync(PolicyFolder.Shipped, TimeProvider.System, null, TestContext.Current.CancellationToken);
        var words = await world.RefusalAsync([new("registry/purposes.yaml", t => t.Replace("network.address: optional", "network.adress: optional", StringComparison.Ordinal))], TestContext.Current.CancellationToken);
        Assert.Contains($"policy/registry/purposes.yaml({line}): error QJP1: ", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("registry/limits.yaml", "limit: P15WD", "limit: P15XD", "P15XD")]
    [InlineData("registry/cookies.yaml", "essential: true", "esential: true", "esential")]
    [InlineData("versions/1/bindings.yaml", "- id: S1.2", "- id: S1.1", "S1.1")]
    [InlineData("versions/1/bindings.yaml", "class: A+B", "class: E", "“E”")]
    public void What_cannot_be_read_is_named_with_its_line(string file, string from, string to, string named)
    {
        var copy = PolicyFolder.Shipped.With(new(file, t => t.Replace(from, to, StringComparison.Ordinal)), Path.Combine(folder, "policy"));
        var error = copy.Check()[0];
        Assert.Equal(Path.Combine(copy.Path, file), error.File);
        Assert.True(error.Line > 0);
        Assert.Contains(named, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_version_says_so()
    {
        Directory.CreateDirectory(Path.Combine(folder, "registry"));
        Assert.Contains(folder, Assert.Throws<ConfigurationException>(() => new PolicyFolder(folder).Check()).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
