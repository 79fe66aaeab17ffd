using System.Globalization;
using Microsoft.AspNetCore.Html;

namespace Qijian.Modules.Shared;

/// <summary>How plain values read on a page, in the reader's language.</summary>
public static class Format
{
    /// <summary>2024-06-30, or nothing.</summary>
    public static string Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";

    /// <summary>The day that it was in China at an instant.</summary>
    public static string Day(DateTimeOffset at) => Day(ChinaTime.Day(at));

    /// <summary>33.3333%.</summary>
    public static string Percent(decimal percent) => percent.ToString("0.####", CultureInfo.InvariantCulture) + "%";

    /// <summary>1,234,567.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>The language to mark a text with where it is not the page's own, by its letters; null where it is.</summary>
    public static string? Lang(string? text)
    {
        if (!Language.IsEnglish || text is null) return null;
        foreach (var letter in text) if (letter is >= '\u3400' and <= '\u9fff') return "zh-CN";
        return null;
    }

    /// <summary>The text with its matched parts marked.</summary>
    public static IHtmlContent Marked(string text, IReadOnlyList<Range> marks)
    {
        HtmlContentBuilder html = new();
        var at = 0;
        foreach (var mark in marks)
        {
            var (start, length) = mark.GetOffsetAndLength(text.Length);
            if (start < at) continue;
            html.Append(text[at..start]).AppendHtml("<mark>").Append(text[start..(start + length)]).AppendHtml("</mark>");
            at = start + length;
        }

        return html.Append(text[at..]);
    }
}
