using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace Qijian.Modules.Graph;

/// <summary>A placed picture as SVG in the page: classes only, since its colours are those of the site and the content policy forbids styles. Each party is cut off at its own box, whatever its font.</summary>
/// <param name="id">Unique on the page.</param>
/// <param name="title">What it shows.</param>
/// <param name="description">The same for those who cannot see it.</param>
internal sealed class PictureSvg(PlacedPicture picture, string id, string title, string description) : IHtmlContent
{
    private const double Round = 18;

    public void WriteTo(TextWriter writer, HtmlEncoder encoder)
    {
        writer.Write($"<svg class=\"picture\" id=\"{id}\" role=\"group\" aria-labelledby=\"{id}-t\" aria-describedby=\"{id}-d\" width=\"{N(picture.Width)}\" height=\"{N(picture.Height)}\" viewBox=\"0 0 {N(picture.Width)} {N(picture.Height)}\"><title id=\"{id}-t\">");
        encoder.Encode(writer, title);
        writer.Write($"</title><desc id=\"{id}-d\">");
        encoder.Encode(writer, description);
        writer.Write("</desc><g aria-hidden=\"true\">");
        foreach (var edge in picture.Edges) Line(writer, edge);
        foreach (var edge in picture.Edges) Label(writer, encoder, edge);
        writer.Write("</g>");
        foreach (var node in picture.Nodes) Party(writer, encoder, node);
        writer.Write("</svg>");
    }

    private void Line(TextWriter writer, PlacedEdge placed)
    {
        writer.Write($"<path class=\"line{LookOf(placed)}\" d=\"M{At(placed.Course[0].From)}");
        foreach (var curve in placed.Course) writer.Write(curve.Straight ? $"L{At(curve.To)}" : $"C{At(curve.Leave)} {At(curve.Arrive)} {At(curve.To)}");
        writer.Write("\"/>");
        if (placed.Edge.Arrow == PictureArrow.None) return;

        // A line that closes a loop was laid the other way round; one from a party to itself was not.
        var atStart = placed.Edge.Arrow == PictureArrow.From ^ (placed.Backward && placed.Edge.From != placed.Edge.To);
        var (tip, before) = atStart ? (placed.Course[0].From, placed.Course[0].Straight ? placed.Course[0].To : placed.Course[0].Leave) : (placed.Course[^1].To, placed.Course[^1].Straight ? placed.Course[^1].From : placed.Course[^1].Arrive);
        var (x, y) = (tip.X - before.X, tip.Y - before.Y);
        var length = Math.Sqrt(x * x + y * y);
        (x, y) = length > 0 ? (x / length, y / length) : (0, 1);
        writer.Write($"<path class=\"tip{LookOf(placed)}\" d=\"M{At(tip)}L{At(new(tip.X - 9 * x + 4 * y, tip.Y - 9 * y - 4 * x))}L{At(new(tip.X - 9 * x - 4 * y, tip.Y - 9 * y + 4 * x))}Z\"/>");
    }

    // Of paths, two may pass a step in either direction: that is no loop.
    private bool Loops(PlacedEdge placed) => placed.Backward && !picture.Rightward;

    private string LookOf(PlacedEdge placed) =>
        placed.Edge.Line switch { PictureLine.Computed => " computed", PictureLine.Control => " control", _ => "" } + (placed.Edge.Ended ? " past" : Loops(placed) ? " loop" : "");

    private void Label(TextWriter writer, HtmlEncoder encoder, PlacedEdge placed)
    {
        if (placed.Label is not var (text, box)) return;
        writer.Write($"<g class=\"share{(placed.Edge.Ended ? " past" : Loops(placed) ? " loop" : "")}\"><title>");
        encoder.Encode(writer, PictureText.Clean(placed.Edge.Words ?? text));
        writer.Write($"</title><rect x=\"{N(box.X)}\" y=\"{N(box.Y)}\" width=\"{N(box.Width)}\" height=\"{N(box.Height)}\" rx=\"3\"/><text x=\"{N(box.X + box.Width / 2)}\" y=\"{N(box.Y + 12)}\">");
        encoder.Encode(writer, text);
        writer.Write("</text></g>");
    }

    private static void Party(TextWriter writer, HtmlEncoder encoder, PlacedNode placed)
    {
        var (node, box) = (placed.Node, placed.Box);
        var shape = node.Shape switch { PictureShape.Person => "person", PictureShape.Unknown => "unknown", PictureShape.Other => "other", PictureShape.More => "more", _ => "company" };
        writer.Write($"<svg class=\"party {shape}{(node.Focus ? " focus" : "")}\" x=\"{N(box.X)}\" y=\"{N(box.Y)}\" width=\"{N(box.Width)}\" height=\"{N(box.Height)}\">");
        if (node.Link is { } link)
        {
            writer.Write("<a href=\"");
            encoder.Encode(writer, link);
            writer.Write('"');
            if (node.Focus) writer.Write(" aria-current=\"true\"");
            writer.Write('>');
        }
        else
        {
            writer.Write("<g>");
        }

        writer.Write("<title>");
        encoder.Encode(writer, PictureText.Clean(node.Name) + (placed.Node.Note is { } whole ? $" · {PictureText.Clean(whole)}" : ""));
        var round = node.Shape is PictureShape.Person ? Math.Min(Round, (box.Height - 3) / 2) : node.Shape is PictureShape.More ? 8 : 2;
        writer.Write($"</title><rect x=\"1.5\" y=\"1.5\" width=\"{N(box.Width - 3)}\" height=\"{N(box.Height - 3)}\" rx=\"{N(round)}\"/>");
        var y = 20.0;
        foreach (var line in placed.Lines)
        {
            Words("name", line, y);
            y += PictureText.LineHeight;
        }

        if (placed.Note is { } note) Words("aside", note, y - 1);
        writer.Write(node.Link is null ? "</g></svg>" : "</a></svg>");

        void Words(string kind, string words, double at)
        {
            writer.Write($"<text class=\"{kind}\" x=\"{N(box.Width / 2)}\" y=\"{N(at)}\">");
            encoder.Encode(writer, words);
            writer.Write("</text>");
        }
    }

    private static string At(Spot spot) => $"{N(spot.X)} {N(spot.Y)}";

    private static string N(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);
}
