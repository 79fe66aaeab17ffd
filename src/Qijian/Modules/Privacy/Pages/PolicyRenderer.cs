using System.Globalization;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Qijian.Modules.Privacy;

/// <summary>A heading of the list of contents, and the id that leads to it.</summary>
internal sealed record ContentsEntry(string Id, string Words);

/// <summary>A policy as HTML. The summary is empty where the text begins with a clause.</summary>
/// <param name="Lead">What stands between the title and the first chapter.</param>
internal sealed record RenderedPolicy(string Title, string Lead, string SummaryTitle, string Summary, IReadOnlyList<ContentsEntry> Contents, string Body);

/// <summary>
/// Policy text to HTML: raw HTML shows as text, links lead to this site, to https or to mail, anchors become ids with a mark that
/// links to them, and the lines that ask for tables become tables made from the registry.
/// </summary>
internal static partial class PolicyRenderer
{
    /// <summary>Where the operator's identity goes: that is no part of a version.</summary>
    public const string OperatorMark = "<!--operator-->";

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().Build();

    /// <summary>Renders any text. O(n).</summary>
    public static RenderedPolicy Render(string markdown, ProcessingRegistry registry)
    {
        try
        {
            return Compose(Markdown.Parse(markdown.Replace("\0", "", StringComparison.Ordinal), Pipeline), registry);
        }
        catch (ArgumentException) // nested deeper than any policy: shown as it was written
        {
            return new("", "", "", "", [], $"<pre>{PolicyTables.Encode(markdown)}</pre>");
        }
    }

    private static RenderedPolicy Compose(MarkdownDocument document, ProcessingRegistry registry)
    {
        foreach (var link in document.Descendants<LinkInline>().ToList()) (link.Url, link.IsImage) = (IsSafe(link.Url) ? link.Url : "#", false);
        foreach (var link in document.Descendants<AutolinkInline>().Where(l => !l.IsEmail && !IsSafe(l.Url)).ToList()) link.ReplaceBy(new LiteralInline(link.Url));
        List<Block> lead = [], summary = [], body = [];
        List<ContentsEntry> contents = [];
        var (title, summaryTitle, chapters, part) = ("", "", 0, lead);
        foreach (var block in document.ToList())
        {
            if (block is HeadingBlock { Level: 1 } top && title.Length == 0)
            {
                title = Plain(top);
                continue;
            }

            if (block is HeadingBlock { Level: 2 } chapter)
            {
                part = body;
                if (chapters++ == 0 && !HasClause(document, chapter))
                {
                    (summaryTitle, part) = (Plain(chapter), summary);
                    continue;
                }

                var id = string.Create(CultureInfo.InvariantCulture, $"chapter-{contents.Count + 1}");
                chapter.GetAttributes().Id = id;
                contents.Add(new(id, Plain(chapter)));
            }

            part.Add(block);
        }

        foreach (var paragraph in document.Descendants<ParagraphBlock>().ToList()) Anchor(paragraph);
        return new(title, Html(lead, registry), summaryTitle, Html(summary, registry), contents, Html(body, registry));
    }

    // A chapter without a clause only sums up.
    private static bool HasClause(MarkdownDocument document, HeadingBlock chapter) =>
        document.SkipWhile(b => b != chapter).Skip(1).TakeWhile(b => b is not HeadingBlock { Level: <= 2 }).SelectMany(b => b is LeafBlock leaf ? [leaf] : ((ContainerBlock)b).Descendants<LeafBlock>()).Any(b => AnchorText().IsMatch(Plain(b)));

    private static void Anchor(ParagraphBlock paragraph)
    {
        if (paragraph.Inline?.LastChild is not LiteralInline last || AnchorText().Match(last.Content.ToString()) is not { Success: true } anchor) return;
        var first = paragraph.Inline.FirstChild!;
        last.Content = new(last.Content.ToString()[..anchor.Index].TrimEnd());
        foreach (var id in anchor.Groups["id"].Captures.Select(c => c.Value))
        {
            first.InsertBefore(new HtmlInline($"<span id=\"{id}\"></span>"));
            paragraph.Inline.AppendChild(new HtmlInline($" <a class=\"ref\" href=\"#{id}\" aria-label=\"{PolicyTables.Encode(Text.PolicyClause.With(id))}\">{id}</a>"));
        }
    }

    private static string Html(List<Block> blocks, ProcessingRegistry registry)
    {
        using StringWriter html = new(CultureInfo.InvariantCulture);
        HtmlRenderer renderer = new(html);
        Pipeline.Setup(renderer);
        foreach (var block in blocks)
        {
            if (block is ParagraphBlock paragraph && Placeholder().Match(Plain(paragraph)) is { Success: true } m && PolicyTables.Of(m.Groups["name"].Value, registry) is { } table) html.Write(table);
            else renderer.Write(block);
        }

        html.Flush();
        return html.ToString();
    }

    private static string Plain(LeafBlock block) => block.Inline is { } inline ? string.Concat(inline.Descendants().Select(i => i switch { LiteralInline text => text.Content.ToString(), CodeInline code => code.Content, LineBreakInline => " ", _ => "" })) : "";

    private static bool IsSafe(string? url) =>
        url is not null && ((url.StartsWith('/') && !url.StartsWith("//", StringComparison.Ordinal) && !url.Contains('\\', StringComparison.Ordinal)) || url.StartsWith('#') || url.StartsWith("https://", StringComparison.Ordinal) || url.StartsWith("mailto:", StringComparison.Ordinal));

    [GeneratedRegex(@"\{#(?<id>[A-Z]{1,4}[0-9]{0,3}(\.[0-9]{1,3})*[a-z]?)( #(?<id>[A-Z]{1,4}[0-9]{0,3}(\.[0-9]{1,3})*[a-z]?))*\}\s*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex AnchorText();

    [GeneratedRegex(@"\A\{\{(?<name>[a-z]+)\}\}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Placeholder();
}
