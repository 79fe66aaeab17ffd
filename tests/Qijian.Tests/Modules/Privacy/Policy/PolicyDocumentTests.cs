using CsCheck;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy.Policy;

public sealed class PolicyDocumentTests
{
    private const string Sample = """
        # 隐私政策

        我们写明收集什么。

        ## 一、收集

        - 您用手机号码注册。{#S4.1.1a}
        - 不提供**选填**信息，
          不影响查询。 {#S4.8b #S4.8c}

        {{categories}}

        ## 二、联系

        请写信给我们。{#SC.3}
        """;

    // What the rules touch, more often than chance would give, and anything else.
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.OneOf("*", "**", "_", "`", "~~", " ", "\n", "\n\n", "\u3000", "\u200B", "# ", "## ", "- ", "1. ", "> ", "---", "{#S1}", "{#S4.8b #S4.8c}", "{#", "}", "{{purposes}}", "{{odd}}", "{{", "条款", "word", "é", "e\u0301", "か\u3099", "\u302A\u0301", "\uD840", "\u1FEF", "。"),
        Gen.Char.Select(c => c.ToString())).Array[0, 30].Select(string.Concat);

    private static readonly Gen<string[]> Words = Gen.OneOf(Gen.String[Gen.Char["abcdefgh"], 1, 6], Gen.String[Gen.Char["我们收集您的信息目"], 1, 4]).Array[1, 12];

    [Fact]
    public void A_clause_is_a_paragraph_or_item_that_ends_with_its_anchor()
    {
        var document = PolicyDocument.Parse(Sample);
        Assert.Empty(document.Problems);
        Assert.Equal(["S4.1.1a | 一、收集 | 您用手机号码注册。 | 7", "S4.8b,S4.8c | 一、收集 | 不提供选填信息，不影响查询。 | 8", "SC.3 | 二、联系 | 请写信给我们。 | 15"],
            document.Clauses.Select(c => $"{string.Join(',', c.Ids)} | {c.Heading} | {c.Text} | {c.Line}"));
        Assert.Equal([new PolicyHeading(1, "隐私政策", 1), new(2, "一、收集", 5), new(2, "二、联系", 13)], document.Headings);
        Assert.Equal(["# 隐私政策", "我们写明收集什么。", "# 一、收集", "{{categories}}", "# 二、联系"], document.Outside);
    }

    [Theory]
    [InlineData("甲。{#S1.1}\n\n乙。{#S1.1}", 3)]
    [InlineData("甲。{#S1.1 #S1.1}", 1)]
    [InlineData("甲。{#s1}", 1)]
    [InlineData("甲。\n\n乙 {#S1.1} 丙。", 3)]
    [InlineData("甲。{#S1.1, #S1.2}", 1)]
    [InlineData("甲。{#}", 1)]
    [InlineData("甲。{#S1.1", 1)]
    [InlineData("# 标题 {#S1.1}", 1)]
    [InlineData("甲。\n\n{#S1.1}", 3)]
    [InlineData("甲。\n\n{{purpose}}", 3)]
    [InlineData("甲 {{purposes}} 乙。", 1)]
    public void What_is_wrong_is_said_with_its_line_and_a_remedy(string markdown, int line)
    {
        var problem = Assert.Single(PolicyDocument.Parse(markdown).Problems);
        Assert.Equal(line, problem.Line);
        Assert.NotEmpty(problem.Words);
        Assert.NotEmpty(problem.Remedy);
    }

    [Theory]
    [InlineData("您用手机号码注册。{#S4.1.1a}")]
    [InlineData("1. 您用 **手机号码** 注册。\n{#S4.1.1a}\n")]
    [InlineData("* 您用`手机号码`\r\n  注册。 { #S4.1.1a }")]
    [InlineData("> 您用手机\u200B号码\u3000注册。{#S4.1.1a}")]
    public void White_space_and_marks_do_not_change_the_hash(string markdown) =>
        Assert.Equal(PolicyDocument.Parse("- 您用手机号码注册。 {#S4.1.1a}").Hash, PolicyDocument.Parse(markdown).Hash);

    [Theory]
    [InlineData("甲乙{#S1}", "甲乙{#S2}"), InlineData("甲乙{#S1}", "甲乙"), InlineData("# 甲乙", "甲乙"), InlineData("we may", "wemay"), InlineData("[甲](https://a)", "[甲](https://b)"), InlineData("user_id", "userid"), InlineData("甲\n\n乙", "甲乙")]
    public void What_is_content_changes_the_hash(string one, string other) => Assert.NotEqual(PolicyDocument.Parse(one).Hash, PolicyDocument.Parse(other).Hash);

    [Fact]
    public void The_canonical_form_reads_as_the_same_document() => Texts.Sample(text =>
    {
        var once = PolicyDocument.Parse(text);
        var twice = PolicyDocument.Parse(once.Canonical);
        Assert.Equal(once.Canonical, twice.Canonical);
        Assert.Equal(once.Clauses.Select(c => c.Hash), twice.Clauses.Select(c => c.Hash));
    }, iter: 30_000);

    [Fact]
    public void Words_laid_out_otherwise_have_the_same_hashes() => Gen.Select(Words, Gen.OneOf("- ", "2) ", "", "   + ", "> "), Gen.OneOf(" ", "\n", "  ", "\t", " \r\n  ", "\u00A0"), Gen.OneOf("", "**", "`", "_", "~~")).Sample((words, marker, space, mark) =>
    {
        var plain = PolicyDocument.Parse($"{string.Join(' ', words)} {{#S1.1}}");
        var other = PolicyDocument.Parse($"\n{marker}{mark}{string.Join(space, words)}{mark}{space}{{#S1.1}}\n\n");
        Assert.Equal(plain.Hash, other.Hash);
        Assert.Equal(plain.Clauses.Single().Hash, other.Clauses.Single().Hash);
    }, iter: 10_000);

    [Fact]
    public void A_changed_word_changes_the_hash_of_its_clause_and_of_the_whole_but_of_no_other_clause() => Gen.Select(Words, Words, Gen.Int[0, 11], Gen.OneOf("另", "other")).Sample((words, others, at, word) =>
    {
        string[] changed = [.. words];
        changed[at % words.Length] = word;
        var (before, after) = (Document(words), Document(changed));
        Assert.NotEqual(before.Hash, after.Hash);
        Assert.NotEqual(before.Clauses[0].Hash, after.Clauses[0].Hash);
        Assert.Equal(before.Clauses[1].Hash, after.Clauses[1].Hash);

        PolicyDocument Document(string[] first) => PolicyDocument.Parse($"{string.Join(' ', first)} {{#S1.1}}\n\n{string.Join(' ', others)} {{#S1.2}}");
    }, iter: 10_000);

    [Theory, InlineData("- "), InlineData("{#S1 "), InlineData("{"), InlineData("# "), InlineData("*"), InlineData("- - x\n"), InlineData("{#S1}\n\n"), InlineData("\u0301"), InlineData("\uD840"), InlineData("_ ")]
    public void A_long_text_of_any_kind_is_read(string piece) => Assert.NotNull(PolicyDocument.Parse(string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length))).Canonical);
}
