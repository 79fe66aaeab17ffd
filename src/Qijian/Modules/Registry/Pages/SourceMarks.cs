using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Registry;

/// <summary>
/// The marks beside the facts of one page, and the boxes that they open: where a value is from and when it was known. Facts of
/// one record share one box, so a page stays small. A box is a popover, which needs no script; on paper the boxes are numbered notes.
/// Written straight to the response: a partial view for each mark took most of a page's time.
/// </summary>
public sealed class SourceMarks
{
    private readonly List<(Provenance Source, string? Original)> boxes = [];
    private readonly Dictionary<(Provenance Source, string? Original), int> numbers = [];

    /// <summary>The boxes of all marks asked for so far; they belong at the end of the page.</summary>
    public IHtmlContent Boxes => new BoxList(boxes);

    /// <summary>The mark of a fact; its box gives the text as filed where that reads differently.</summary>
    public IHtmlContent Of(Fact fact) => Of(fact.Property, fact.Source, fact.Original is { } original && original != FactText.Of(fact) ? original : null);

    /// <summary>The mark of a value.</summary>
    /// <param name="property">What the value says, for those who cannot see where the mark stands.</param>
    /// <param name="original">The value as filed, where that differs.</param>
    public IHtmlContent Of(Property property, Provenance source, string? original = null)
    {
        if (!numbers.TryGetValue((source, original), out var number))
        {
            boxes.Add((source, original));
            numbers[(source, original)] = number = boxes.Count;
        }

        return new Mark(property, source, number);
    }

    private sealed class Mark(Property property, Provenance source, int number) : IHtmlContent
    {
        // The markup around the number: there are only so many properties, bases and languages.
        private static readonly ConcurrentDictionary<(short Property, Basis Basis, bool English), (string Start, string End)> Words = new();

        private static (string Start, string End) Make(Property property, Basis basis, HtmlEncoder encoder)
        {
            var (css, word) = basis switch { Basis.User => ("src user", Text.PageUser), Basis.Derived => ("src derived", Text.PageDerived), _ => ("src", Text.PageFiled) };
            return ($" <button type=\"button\" class=\"{css}\" popovertarget=\"s", $"\" aria-label=\"{encoder.Encode(Text.PageMarkOf.With(word, property.Label))}\">{encoder.Encode(word)}<i>");
        }

        public void WriteTo(TextWriter writer, HtmlEncoder encoder)
        {
            var (start, end) = Words.GetOrAdd((property.Id, source.Basis, Language.IsEnglish), static (_, mark) => Make(mark.property, mark.Basis, mark.encoder), (property, source.Basis, encoder));
            var digits = number.ToString(CultureInfo.InvariantCulture);
            writer.Write(start);
            writer.Write(digits);
            writer.Write(end);
            writer.Write(digits);
            writer.Write("</i></button>");
            if (source.InLatest) return;
            writer.Write(" <span class=\"note\">");
            encoder.Encode(writer, Text.PageMarkLastSeen.With(Format.Day(source.LastSeen)));
            writer.Write("</span>");
        }
    }

    private sealed class BoxList(List<(Provenance Source, string? Original)> boxes) : IHtmlContent
    {
        public void WriteTo(TextWriter writer, HtmlEncoder encoder)
        {
            for (var i = 0; i < boxes.Count; i++) Write(writer, encoder, i + 1, boxes[i].Source, boxes[i].Original);
        }

        private static void Write(TextWriter writer, HtmlEncoder encoder, int number, Provenance source, string? original)
        {
            var digits = number.ToString(CultureInfo.InvariantCulture);
            writer.Write("<div popover id=\"s");
            writer.Write(digits);
            writer.Write("\" class=\"src-box\"><b>");
            encoder.Encode(writer, Text.PageMarkSource);
            writer.Write("<i>");
            writer.Write(digits);
            writer.Write("</i></b><dl>");
            Line(Text.PageMarkDataset, source.Dataset);
            Line(Text.PageMarkPublisher, source.Publisher);
            Line(Text.PageMarkRecord, source.Record);
            if (source.Url is { } url && (url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)))
            {
                writer.Write("<dt>");
                encoder.Encode(writer, Text.PageMarkLink);
                writer.Write("</dt><dd><a rel=\"noreferrer nofollow\" href=\"");
                encoder.Encode(writer, url);
                writer.Write("\">");
                encoder.Encode(writer, url);
                writer.Write("</a></dd>");
            }

            Line(Text.PageMarkOriginal, original);
            Line(Text.PageMarkBasis, Text.PageMarkBases.Split('|')[(int)source.Basis]);
            Line(Text.PageMarkRetrieved, Format.Day(source.RetrievedAt));
            Line(Text.PageMarkSeen, Between(source.FirstSeen, source.LastSeen));
            Line(Text.PageMarkKnown, source.SupersededAt is { } until ? Between(source.RecordedAt, until) : Text.PageFrom.With(Format.Day(source.RecordedAt)));
            if (source.JoinedByName) Line(Text.PageMarkJoined, Text.PageMarkJoinedByName);
            writer.Write("</dl></div>");

            void Line(string label, string? value)
            {
                if (string.IsNullOrEmpty(value)) return;
                writer.Write("<dt>");
                encoder.Encode(writer, label);
                writer.Write(Format.Lang(value) is null ? "</dt><dd>" : "</dt><dd lang=\"zh-CN\">");
                encoder.Encode(writer, value);
                writer.Write("</dd>");
            }
        }

        private static string Between(DateTimeOffset from, DateTimeOffset to) =>
            Format.Day(from) is var first && Format.Day(to) is var last && first == last ? first : Text.PageRange.With(first, last);
    }
}
