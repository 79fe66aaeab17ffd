using System.Globalization;

namespace Qijian.Tests.Engine.Search;

/// <summary>The recipes of the benchmark's quality set, read as text.</summary>
public sealed class QualityRecipesTests
{
    private sealed record Recipe(string Kind, string Dataset, string Key, string Transformation, string Seed, string Half);

    [Fact]
    public void Recipes_are_enough_of_each_kind_unique_and_halved()
    {
        var recipes = Read();
        Assert.True(recipes.Count >= 200);
        Assert.Equal(recipes.Count, recipes.Select(r => (r.Kind, r.Key, r.Transformation, r.Seed)).Distinct().Count());
        foreach (var kind in recipes.GroupBy(r => r.Kind))
        {
            var (tuning, reporting) = (kind.Count(r => r.Half == "tuning"), kind.Count(r => r.Half == "reporting"));
            Assert.True(kind.Count() >= 15, kind.Key);
            Assert.Equal(kind.Count(), tuning + reporting);
            Assert.True(Math.Abs(tuning - reporting) <= 1, kind.Key);
        }
    }

    [Fact]
    public void Recipes_name_rows_and_hold_no_text()
    {
        Assert.All(Read(), r =>
        {
            Assert.Contains(r.Dataset, new[] { "register", "full", "listed" });
            Assert.Matches(r.Dataset == "listed" ? "^[0-9]{6}[.](SH|SZ|BJ)$" : "^[1-9][0-9]*$", r.Key);
            Assert.Matches("^[a-z+-]+(:[0-9]+(,[0-9]+)*)?$", r.Transformation);
            Assert.True(int.Parse(r.Seed, CultureInfo.InvariantCulture) >= 0);
        });
    }

    private static List<Recipe> Read()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Qijian.slnx")))
            folder = folder.Parent!;
        var lines = File.ReadAllLines(Path.Combine(folder.FullName, "bench", "Qijian.Benchmarks", "Quality", "recipes.tsv"));
        Assert.Equal("kind\tdataset\tkey\ttransformation\tseed\thalf", lines[0]);
        return [.. lines.Skip(1).Select(l => l.Split('\t')).Select(f => new Recipe(f[0], f[1], f[2], f[3], f[4], f[5]))];
    }
}
