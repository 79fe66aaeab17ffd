using CsCheck;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy.Policy;

public sealed class PolicyDiffTests
{
    private static readonly Dictionary<string, string> NoneRetired = new(StringComparer.Ordinal);

    private static PolicyDiff Diff(string before, string after, IReadOnlyDictionary<string, string>? retired = null) => PolicyDiff.Of(PolicyDocument.Parse(before), PolicyDocument.Parse(after), retired ?? NoneRetired);

    [Fact]
    public void Every_clause_is_added_removed_changed_or_unchanged_in_the_order_of_the_later_version()
    {
        var diff = Diff("甲。{#S1.1}\n\n乙。{#S1.2}\n\n丙丙。{#S1.3}", "丁。{#S1.4}\n\n- **甲**。{#S1.1}\n\n丙戊。{#S1.3}");
        Assert.Equal(["S1.4 Added", "S1.1 Unchanged", "S1.3 Changed", "S1.2 Removed"], diff.Clauses.Select(c => $"{string.Join(',', c.Ids)} {c.Kind}"));
        Assert.Equal(("乙。", null), (diff.Clauses[3].Before, diff.Clauses[3].After));
        Assert.False(diff.Outside);
    }

    [Theory]
    [InlineData("我们保存三十天。", "我们保存六十天。", "=我们保存 -三 +六 =十天。")]
    [InlineData("We keep it for 30 days.", "We keep it for 365 working days.", "=We keep it for  -30 +365 working = days.")]
    [InlineData("我们使用 Cookies。", "我们使用一个 Cookie。", "=我们使用 -Cookies +一个Cookie =。")]
    [InlineData("甲", "甲乙", "=甲 +乙")]
    public void A_changed_clause_says_which_words_changed(string before, string after, string parts)
    {
        var change = Assert.Single(Diff($"{before}{{#S1.1}}", $"{after}{{#S1.1}}").Clauses);
        Assert.Equal(parts, string.Join(' ', change.Parts.Select(p => $"{(p.Kind is ClauseChangeKind.Added ? '+' : p.Kind is ClauseChangeKind.Removed ? '-' : '=')}{p.Text}")));
    }

    [Fact]
    public void Clauses_that_part_or_join_are_followed_by_their_ids()
    {
        var diff = Diff("甲乙。{#S4.8b #S4.8c}\n\n丙。{#S4.9}", "甲乙。{#S4.8b}\n\n丁。{#S4.8c #S4.9}");
        Assert.Equal(["S4.8b Unchanged 甲乙。", "S4.8c Changed 甲乙。", "S4.9 Changed 丙。"], diff.Clauses.Select(c => $"{string.Join(',', c.Ids)} {c.Kind} {c.Before}"));
    }

    [Fact]
    public void Text_outside_clauses_that_changed_is_told() => Assert.True(Diff("# 一\n\n甲。{#S1.1}", "# 二\n\n甲。{#S1.1}").Outside);

    [Fact]
    public void A_retired_id_may_return_with_its_text_but_not_under_another_meaning()
    {
        Dictionary<string, string> retired = new(StringComparer.Ordinal) { ["S1.2"] = PolicyDocument.Parse("乙。{#S1.2}").Clauses[0].Hash };
        Assert.Equal(["S1.2"], Diff("甲。{#S1.1}", "甲。{#S1.1}\n\n丙。{#S1.2}", retired).Reused);
        Assert.Empty(Diff("甲。{#S1.1}", "甲。{#S1.1}\n\n *乙*。{#S1.2}", retired).Reused);
        Assert.Empty(Diff("甲。{#S1.1}", "甲。{#S1.1}\n\n丙。{#S1.3}", retired).Reused);
    }

    [Fact]
    public void The_parts_make_up_both_texts() => Gen.Select(Gen.Char["甲乙丙 ab1。𠮷"].Array[1, 30], Gen.Char["甲乙丙 ab1。𠮷"].Array[1, 30]).Sample((one, other) =>
    {
        foreach (var change in Diff($"首{new string(one)}尾{{#S1.1}}", $"首{new string(other)}尾{{#S1.1}}").Clauses.Where(c => c.Kind is ClauseChangeKind.Changed))
        {
            Assert.Equal(change.Before, string.Concat(change.Parts.Where(p => p.Kind is not ClauseChangeKind.Added).Select(p => p.Text)));
            Assert.Equal(change.After, string.Concat(change.Parts.Where(p => p.Kind is not ClauseChangeKind.Removed).Select(p => p.Text)));
        }
    }, iter: 10_000);

    [Fact]
    public void A_document_does_not_differ_from_itself() => Gen.String.Array[0, 8].Sample(pieces =>
    {
        var text = string.Join("\n\n", pieces.Select((p, i) => $"{p} {{#S1.{i}}}"));
        return Diff(text, text).Clauses.All(c => c.Kind is ClauseChangeKind.Unchanged);
    }, iter: 5_000);

    [Fact]
    public void A_very_long_clause_that_changed_is_told_as_a_whole() =>
        Assert.Equal(2, Assert.Single(Diff($"{new string('甲', 500_000)}{{#S1.1}}", $"{new string('乙', 500_000)}{{#S1.1}}").Clauses).Parts.Count);
}
