using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Search;

namespace Qijian.Tests.Modules.Search;

public sealed class AliasTableTests
{
    [Fact]
    public async Task An_operators_aliases_are_read_again_when_they_change_and_a_bad_line_leaves_the_earlier_ones()
    {
        var folder = Directory.CreateTempSubdirectory("qijian-").FullName;
        try
        {
            var path = Path.Combine(folder, "aliases.tsv");
            FakeTimeProvider clock = new();
            AliasTable table = new(new(folder), clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<AliasTable>.Instance);
            Assert.Empty(table.Of("示例俗称"));
            await WriteAsync("示例俗称\t甲示例有限公司\n", 1);
            Assert.Empty(table.Of("示例俗称")); // not looked at yet
            Assert.Equal(["甲示例有限公司"], Later("示例俗称"));
            await WriteAsync("示例俗称\n", 2);
            Assert.Equal(["甲示例有限公司"], Later("示例俗称"));
            await WriteAsync("示例俗称\t乙示例有限公司|丙示例\n中石化\t丁示例\n", 3);
            Assert.Equal(["乙示例有限公司", "丙示例"], Later("示例俗称"));
            Assert.Equal(["丁示例"], table.Of("中石化"));
            File.Delete(path);
            Assert.Empty(Later("示例俗称"));

            IReadOnlyList<string> Later(string text)
            {
                clock.Advance(TimeSpan.FromSeconds(6));
                return table.Of(text);
            }

            async Task WriteAsync(string text, int minute)
            {
                await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
                File.SetLastWriteTimeUtc(path, new DateTime(2026, 1, 1, 0, minute, 0, DateTimeKind.Utc));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
