using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Qijian.Engine.Text;

namespace Qijian.Modules.Privacy;

/// <summary>The number that an item carries; numbers of one style follow each other.</summary>
internal readonly record struct ItemNumber(string Style, int Value);

/// <summary>A sentence: as it stands, and folded one character for one (simplified, lower case, plain punctuation) to look words up in.</summary>
internal sealed record LintSentence(string Text, string Folded, int Line);

/// <summary>A heading, an item or a paragraph of a text that is linted, without its Markdown.</summary>
internal sealed record LintPassage(string Text, string Folded, int Line, bool Heading, ItemNumber? Number, IReadOnlyList<(int Offset, int Line)> Lines)
{
    private static readonly SearchValues<char> Enders = SearchValues.Create(" .!?;。");

    /// <summary>The sentences; very long ones are cut, so that work per sentence is bounded.</summary>
    public IEnumerable<LintSentence> Sentences()
    {
        const int longest = 400;
        var (start, line) = (0, 0);
        for (var i = 0; i < Text.Length; i++)
        {
            if (!Ends(i) && i - start < longest && i < Text.Length - 1) continue;
            while (line + 1 < Lines.Count && Lines[line + 1].Offset <= start) line++;
            if (Folded.AsSpan(start..(i + 1)).ContainsAnyExcept(Enders)) yield return new(Text[start..(i + 1)], Folded[start..(i + 1)], Lines[line].Line);
            start = i + 1;
        }
    }

    // Not where a quotation ends in the middle of a sentence, nor in 1.5 or example.org.
    private bool Ends(int i) => Text[i] switch
    {
        '。' or '！' or '？' or '；' or ';' or '!' or '?' => i + 1 == Text.Length || Text[i + 1] is not ('”' or '」' or '』' or '’' or '"'),
        '.' => i + 1 == Text.Length || Text[i + 1] is ' ',
        _ => false,
    };
}

/// <summary>Reads plain text and the Markdown of policies as passages. O(n), total.</summary>
internal static partial class LintText
{
    private static readonly SearchValues<char> Pauses = SearchValues.Create("。，,；;：:");
    private const string HanDigits = "零一二三四五六七八九";

    public static List<LintPassage> Read(string text)
    {
        List<LintPassage> passages = [];
        StringBuilder passage = new();
        List<(int, int)> lines = [];
        ItemNumber? number = null;
        var (heading, line) = (false, 0);
        foreach (var source in text.ReplaceLineEndings("\n").Split('\n'))
        {
            line++;
            var mark = Mark().Match(source);
            var level = mark.Groups["level"].Length;
            var words = CanonicalText.Of(source[mark.Length..]);
            var label = Label().Match(words);
            if (heading || words.Length == 0 || level > 0 || label.Success || mark.Groups["item"].Success || (passage.Length > 0 && passage[^1] is '。' or '！' or '？' or '：' or ':' or '.')) End();
            if (words.Length == 0) continue;
            if (passage.Length == 0)
            {
                if (label.Success) words = words[label.Length..].TrimStart();
                number = label.Success ? NumberOf(label, $"{level}.{mark.Groups["indent"].Length}") : null;
                heading = level > 0 || (label.Groups["han"].Success && words.Length is > 0 and <= 30 && !words.AsSpan().ContainsAny(Pauses));
            }
            else if (char.IsAscii(passage[^1]) && char.IsAscii(words[0]))
            {
                passage.Append(' ');
            }

            lines.Add((passage.Length, line));
            passage.Append(words);
        }

        End();
        return passages;

        void End()
        {
            var whole = Anchors().Replace(passage.ToString(), "");
            if (lines.Count > 0) passages.Add(new(whole, Fold(whole), lines[0].Item2, heading, number, [.. lines]));
            passage.Clear();
            lines.Clear();
            (heading, number) = (false, null);
        }
    }

    private static string Fold(string text) => string.Create(text.Length, text, (folded, source) =>
    {
        for (var i = 0; i < folded.Length; i++) folded[i] = Normalizer.Fold(source[i]);
    });

    private static ItemNumber? NumberOf(Match label, string place) => label.Groups switch
    {
        { } g when g["han"] is { Success: true } han => new($"{place} 一", HanNumber(han.Value)),
        { } g when g["inhan"] is { Success: true } han => new($"{place} (一)", HanNumber(han.Value)),
        { } g when g["circle"] is { Success: true } circle => new($"{place} ①", circle.Value[0] - '①' + 1),
        { } g when g["in"] is { Success: true } n => new($"{place} (1)", int.Parse(n.Value, CultureInfo.InvariantCulture)),
        { } g when g["before"] is { Success: true } n => new($"{place} 1)", int.Parse(n.Value, CultureInfo.InvariantCulture)),
        { } g when g["deep"] is { Success: true } n => new($"{place} {n.Value[..n.Value.LastIndexOf('.')]}", int.Parse(n.Value[(n.Value.LastIndexOf('.') + 1)..], CultureInfo.InvariantCulture)),
        _ => new($"{place} 1.", int.Parse(label.Groups["n"].Value, CultureInfo.InvariantCulture)),
    };

    // 1 to 99, as far as policies count.
    private static int HanNumber(string han)
    {
        var ten = han.IndexOf('十', StringComparison.Ordinal);
        if (ten < 0) return Digit(han[^1]);
        return ((ten == 0 ? 1 : Digit(han[0])) * 10) + (ten == han.Length - 1 ? 0 : Digit(han[^1]));

        static int Digit(char c) => Math.Max(0, HanDigits.IndexOf(c, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\A(?<indent>\s{0,40})(>\s*)*((?<level>#{1,6})\s+|(?<item>[-*+]\s+))?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Mark();

    [GeneratedRegex(@"\A(第?(?<han>[一二三四五六七八九十]{1,3})([、.．]|[条章节])|[(（]((?<inhan>[一二三四五六七八九十]{1,3})|(?<in>[0-9]{1,2}))[)）]|(?<circle>[①-⑳])|(?<deep>[0-9]{1,2}(\.[0-9]{1,2}){1,3})[ 、.．]|(?<before>[0-9]{1,2})[)）]|((Article|Section|Clause) )?(?<n>[0-9]{1,2})([、．]|\.(?![0-9])))\s*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Label();

    [GeneratedRegex(@"\s?\{#[^{}]{0,200}\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Anchors();
}
