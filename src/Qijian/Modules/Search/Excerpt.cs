using Qijian.Engine.Search;

namespace Qijian.Modules.Search;

/// <summary>The part of a long text that shows why it was found.</summary>
internal static class Excerpt
{
    private const int Length = 64, Before = 16;

    /// <summary>At most about 64 characters around the first place that matched, and what to mark in them.</summary>
    public static (string Text, IReadOnlyList<TextRange> Ranges) Of(string query, string text)
    {
        var ranges = TextMarks.Of(query, text);
        if (text.Length <= Length) return (text, ranges);
        var start = ranges.Count == 0 ? 0 : Math.Clamp(ranges[0].Start - Before, 0, text.Length - Length);
        if (start > 0 && char.IsLowSurrogate(text[start])) start--;
        var end = Math.Min(text.Length, start + Length);
        if (end < text.Length && char.IsLowSurrogate(text[end])) end++;
        var (head, tail) = (start > 0 ? "…" : "", end < text.Length ? "…" : "");
        return ($"{head}{text[start..end]}{tail}", [.. ranges.Where(r => r.Start >= start && r.Start + r.Length <= end).Select(r => new TextRange(r.Start - start + head.Length, r.Length))]);
    }
}
