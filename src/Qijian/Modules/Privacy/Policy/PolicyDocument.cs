using System.Text.RegularExpressions;

namespace Qijian.Modules.Privacy;

/// <summary>A clause: a paragraph or list item that ends with its anchor. Text is canonical and without the anchor, Line counts from 1.</summary>
internal sealed record PolicyClause(IReadOnlyList<string> Ids, string Heading, string Text, int Line)
{
    public string Hash { get; } = CanonicalText.Hash(Text);
}

/// <summary>A heading of a policy, with its level from 1.</summary>
internal sealed record PolicyHeading(int Level, string Text, int Line);

/// <summary>What keeps a policy from being published, and what to do about it, in the reader's language.</summary>
internal sealed record PolicyProblem(int Line, string Words, string Remedy);

/// <summary>
/// A policy as it was written: Markdown in which each clause ends with its anchor, <c>{#S4.8b}</c> or <c>{#S4.8b #S4.8c}</c>, and a
/// line <c>{{purposes}}</c> stands for a table made from the registry. Any text can be read; what is wrong with it is a list.
/// </summary>
internal sealed partial class PolicyDocument
{
    /// <summary>The tables that a policy may ask for.</summary>
    public static readonly IReadOnlyList<string> KnownPlaceholders = ["purposes", "categories", "features", "recipients", "cookies", "retention", "limits", "laws", "operator"];

    private PolicyDocument(IReadOnlyList<PolicyHeading> headings, IReadOnlyList<PolicyClause> clauses, IReadOnlyList<string> outside, IReadOnlyList<PolicyProblem> problems, string canonical) =>
        (Headings, Clauses, Outside, Problems, Canonical, Hash) = (headings, clauses, outside, problems, canonical, CanonicalText.Hash(canonical));

    public IReadOnlyList<PolicyHeading> Headings { get; }
    public IReadOnlyList<PolicyClause> Clauses { get; }

    /// <summary>The canonical blocks that are no clause, placeholders among them, in their order.</summary>
    public IReadOnlyList<string> Outside { get; }

    public IReadOnlyList<PolicyProblem> Problems { get; }

    /// <summary>The whole as it is hashed: one line a block with an empty line between, headings with one #, list marks left out. Reads as the same document.</summary>
    public string Canonical { get; }

    /// <summary>SHA-256 of the canonical form.</summary>
    public string Hash { get; }

    /// <summary>Reads a policy. O(n), total.</summary>
    public static PolicyDocument Parse(string markdown)
    {
        List<PolicyHeading> headings = [];
        List<PolicyClause> clauses = [];
        List<string> outside = [], canonical = [];
        List<PolicyProblem> problems = [];
        Dictionary<string, int> lineOf = new(StringComparer.Ordinal);
        foreach (var (line, level, source) in Blocks(markdown))
        {
            var text = CanonicalText.WithoutMarker(CanonicalText.Of(CanonicalText.WithoutMarker(source)));
            if (text.Length == 0 || Rule().IsMatch(text)) continue;
            if (text.Contains("{{", StringComparison.Ordinal) && !KnownPlaceholders.Contains(Placeholder().Match(text).Groups["name"].Value, StringComparer.Ordinal))
                problems.Add(new(line, Text.PolicyPlaceholder.With(Excerpt(text, "{{")), Text.PolicyPlaceholderRemedy.With(string.Join(' ', KnownPlaceholders))));

            var anchor = level > 0 || text.LastIndexOf('{') is not (>= 0 and var brace) ? Match.Empty : Anchor().Match(text, Math.Max(0, brace - 1));
            var words = anchor.Success ? text[..anchor.Index] : text;
            canonical.Add(level > 0 ? $"# {text}" : anchor.Success ? $"{words}{{{string.Join(' ', anchor.Groups["id"].Captures.Select(id => $"#{id.Value}"))}}}" : text);
            if (words.Contains("{#", StringComparison.Ordinal)) problems.Add(new(line, Text.PolicyAnchorMalformed.With(Excerpt(words, "{#")), Text.PolicyAnchorMalformedRemedy));
            if (level > 0) headings.Add(new(level, text, line));
            if (!anchor.Success)
            {
                outside.Add(canonical[^1]);
                continue;
            }

            if (words.Length == 0) problems.Add(new(line, Text.PolicyAnchorEmpty.With(anchor.Value), Text.PolicyAnchorEmptyRemedy));
            List<string> ids = [];
            foreach (Capture id in anchor.Groups["id"].Captures)
            {
                if (lineOf.TryAdd(id.Value, line)) ids.Add(id.Value);
                else problems.Add(new(line, Text.PolicyAnchorTwice.With(id.Value, lineOf[id.Value]), Text.PolicyAnchorTwiceRemedy));
            }

            if (ids.Count > 0) clauses.Add(new(ids, headings.LastOrDefault()?.Text ?? "", words, line));
        }

        return new(headings, clauses, outside, problems, string.Join("\n\n", canonical));
    }

    // A block is a heading, a list item with the lines that go on with it, a line that asks for a table, or a paragraph.
    private static IEnumerable<(int Line, int Level, string Source)> Blocks(string markdown)
    {
        List<string> lines = [];
        var (first, number) = (0, 0);
        foreach (var line in markdown.ReplaceLineEndings("\n").Split('\n'))
        {
            number++;
            var heading = Heading().Match(line);
            var (blank, alone) = (string.IsNullOrWhiteSpace(line), heading.Success || Placeholder().IsMatch(line.Trim()) || Rule().IsMatch(line));
            if (lines.Count > 0 && (blank || alone || Item().IsMatch(line)))
            {
                yield return (first, 0, string.Join('\n', lines));
                lines.Clear();
            }

            if (alone) yield return (number, heading.Groups["level"].Length, heading.Success ? heading.Groups["text"].Value : line);
            if (blank || alone) continue;
            if (lines.Count == 0) first = number;
            lines.Add(CanonicalText.WithoutMarker(line));
        }

        if (lines.Count > 0) yield return (first, 0, string.Join('\n', lines));
    }

    private static string Excerpt(string text, string from)
    {
        var at = text.IndexOf(from, StringComparison.Ordinal);
        return text[at..Math.Min(text.Length, at + 30)];
    }

    [GeneratedRegex(@"\A\s{0,3}(?<level>#{1,6})\s+(?<text>.*)\z", RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\A\s*([-*+]|[0-9]{1,9}[.)])\s", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Item();

    [GeneratedRegex(@"\A\s*(?>[-*_]\s*){3,}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Rule();

    [GeneratedRegex(@"\A\{\{(?<name>[^{}]*)\}\}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@" ?\{ ?#(?<id>[A-Z]{1,4}[0-9]{0,3}(\.[0-9]{1,3})*[a-z]?)( #(?<id>[A-Z]{1,4}[0-9]{0,3}(\.[0-9]{1,3})*[a-z]?))* ?\}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Anchor();
}
