using System.Globalization;
using System.Text;

namespace Qijian.Modules.Graph;

/// <summary>How wide a text is at most, without its font: full width for hanzi and all that is not known to be narrower.</summary>
internal static class PictureText
{
    public const double NameSize = 13, LabelSize = 11.5, LineHeight = 18, LabelHeight = 16;

    /// <summary>The text as it may be drawn: nothing that controls, reverses or breaks lines, nor marks piled upon each other.</summary>
    public static string Clean(string text)
    {
        StringBuilder clean = new(Math.Min(text.Length, 600));
        var (space, marks) = (true, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length >= 500) return clean.Append('…').ToString();
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Control or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                if (!space) clean.Append(' ');
                space = true;
                continue;
            }

            if (rune == Rune.ReplacementChar || category is UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse) continue;
            marks = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? marks + 1 : 0;
            if (marks > 2 || (marks > 0 && space)) continue;
            clean.Append(rune.ToString());
            space = false;
        }

        return clean.ToString().TrimEnd();
    }

    /// <summary>Pixels at a size.</summary>
    public static double Width(string text, double size)
    {
        var ems = 0.0;
        foreach (var rune in text.EnumerateRunes()) ems += Ems(rune);
        return ems * size;
    }

    /// <summary>The text, or as much of it as there is room for.</summary>
    public static string Shorten(string text, double width, double size)
    {
        if (Width(text, size) <= width) return text;
        StringBuilder kept = new();
        var left = width - size; // for the ellipsis
        foreach (var element in Elements(text))
        {
            left -= Width(element, size);
            if (left < 0) break;
            kept.Append(element);
        }

        return kept.ToString().TrimEnd() + "…";
    }

    /// <summary>Lines no wider than the most, hanzi broken anywhere and words between them; what does not fit into the lines is shortened.</summary>
    public static IReadOnlyList<string> Wrap(string text, double most, int lines, double size)
    {
        var whole = Width(text, size);
        if (whole <= most) return [text];
        var even = Math.Min(most, whole / Math.Min(lines, Math.Ceiling(whole / most)) + size); // lines of about the same length
        var (evenly, full) = (Break(text, even, size), Break(text, most, size));
        return evenly.Count <= full.Count ? Cut(evenly, most, lines, size) : Cut(full, most, lines, size);
    }

    private static List<string> Cut(List<string> found, double most, int lines, double size) =>
        found.Count <= lines ? found : [.. found.Take(lines - 1), Shorten(string.Concat(found.Skip(lines - 1).Select(l => l + " ")).TrimEnd() + "…", most, size)];

    private static List<string> Break(string text, double most, double size)
    {
        List<string> lines = [];
        StringBuilder line = new();
        var (used, lastBreak) = (0.0, 0); // where the line may end
        foreach (var element in Elements(text))
        {
            var width = Width(element, size);
            if (used + width > most && line.Length > 0)
            {
                var kept = line.ToString();
                var at = element is " " ? kept.Length : lastBreak > 0 ? lastBreak : kept.Length;
                lines.Add(kept[..at].TrimEnd());
                line.Clear().Append(kept[at..].TrimStart());
                (used, lastBreak) = (Width(line.ToString(), size), 0);
            }

            if (element is " " && line.Length == 0) continue;
            if (Ems(Rune.GetRuneAt(element, 0)) >= 1 && !IsClosing(element[0]) && !(line.Length > 0 && IsOpening(line[^1]))) lastBreak = line.Length;
            line.Append(element);
            used += width;
            if (element is " " or "-") lastBreak = line.Length;
        }

        if (line.Length > 0) lines.Add(line.ToString().TrimEnd());
        return lines;
    }

    private static bool IsClosing(char mark) => mark is '）' or '】' or '》' or '」' or '，' or '。' or '、' or '；' or '：' or '…';

    private static bool IsOpening(char mark) => mark is '（' or '【' or '《' or '「' or '(' or '“';

    private static IEnumerable<string> Elements(string text)
    {
        for (var elements = StringInfo.GetTextElementEnumerator(text); elements.MoveNext();) yield return elements.GetTextElement();
    }

    // The widest of the usual sans-serif fonts, so that a text is never wider than its room.
    private static double Ems(Rune rune) => rune.Value switch
    {
        'i' or 'j' or 'l' or '\'' or '|' or '.' or ',' or ':' or ';' or '!' or 'I' or '·' => 0.34,
        ' ' or 'f' or 't' or 'r' or '(' or ')' or '[' or ']' or '/' or '-' or '"' => 0.42,
        'm' or 'w' or 'M' or 'W' or '@' or '%' => 0.96,
        >= 'A' and <= 'Z' or '&' => 0.74,
        < 0x7f => 0.61,
        < 0x250 => 0.74,
        '–' or '‘' or '’' => 0.6,
        _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? 0 : 1,
    };
}
