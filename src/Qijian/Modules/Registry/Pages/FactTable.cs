using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Registry;

/// <summary>
/// The rows of the table of registered facts: a row for each property with the values shown, and behind a fold those of other sources
/// or earlier times. Written straight to the response, as it is most of the most visited page: as Razor it took twice as long.
/// </summary>
internal sealed class FactTable(CompanyView view, SourceMarks marks) : IHtmlContent
{
    public void WriteTo(TextWriter writer, HtmlEncoder encoder)
    {
        var facts = new Fact[view.Facts.Count];
        var order = new long[facts.Length];
        for (var i = 0; i < facts.Length; i++) (facts[i], order[i]) = (view.Facts[i], ((long)view.Facts[i].Property.Id << 32) | (uint)i);
        Array.Sort(order, facts); // by property, else in the order of belief
        for (var (start, end) = (0, 0); start < facts.Length; start = end)
        {
            for (end = start; end < facts.Length && facts[end].Property == facts[start].Property; end++) { }
            Row(writer, encoder, facts.AsSpan(start, end - start));
        }
    }

    private void Row(TextWriter writer, HtmlEncoder encoder, ReadOnlySpan<Fact> facts)
    {
        writer.Write("<tr><th scope=\"row\">");
        encoder.Encode(writer, facts[0].Property.Label);
        writer.Write("</th><td>");
        var others = 0;
        foreach (var fact in facts)
        {
            if (Shown(fact)) Value(writer, encoder, fact);
            else others++;
        }

        if (others > 0)
        {
            writer.Write("<details class=\"earlier\"><summary>");
            encoder.Encode(writer, Text.PageEarlier.With(others));
            writer.Write("</summary>");
            foreach (var fact in facts) if (!Shown(fact)) Value(writer, encoder, fact);
            writer.Write("</details>");
        }

        writer.Write("</td></tr>\n");
    }

    // Of a property with many values none comes first: what no record states any more is marked as last seen.
    private static bool Shown(Fact fact) => fact.Current || fact.Property.Many;

    private void Value(TextWriter writer, HtmlEncoder encoder, Fact fact)
    {
        var text = FactText.Of(fact);
        writer.Write((fact.Property == Vocabulary.EnglishName ? "en" : Format.Lang(text)) switch { null => "<div>", "en" => "<div lang=\"en\">", _ => "<div lang=\"zh-CN\">" });
        encoder.Encode(writer, text);
        if (FactText.Period(fact.ValidFrom, fact.ValidTo) is { } period)
        {
            writer.Write(" <span class=\"muted\" lang=\"");
            writer.Write(Language.IsEnglish ? "en\">" : "zh-CN\">");
            encoder.Encode(writer, period);
            writer.Write("</span>");
        }

        if (fact.FailsCheck)
        {
            writer.Write(" <span class=\"note\">");
            encoder.Encode(writer, Text.PageFailsCheck);
            writer.Write("</span>");
        }

        marks.Of(fact).WriteTo(writer, encoder);
        writer.Write("</div>");
    }
}
