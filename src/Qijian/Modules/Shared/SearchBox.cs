using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace Qijian.Modules.Shared;

/// <summary>The search box of a page: what stands in it, and whether it is the page's main thing. Written directly, since every page has one.</summary>
public sealed class SearchBox(string? query, bool large) : IHtmlContent
{
    /// <summary>Writes the form.</summary>
    public void WriteTo(TextWriter writer, HtmlEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(encoder);
        writer.Write("<form class=\"search\" role=\"search\"");
        Attribute("action", Language.Path("/search"));
        writer.Write("><span class=\"suggest\"><input name=\"q\" type=\"search\" maxlength=\"200\" autocomplete=\"off\" spellcheck=\"false\" data-suggest");
        Attribute("aria-label", Text.SearchLabel);
        if (query is not null) Attribute("value", query);
        if (large) Attribute("placeholder", Text.SearchPlaceholder);
        writer.Write("></span><button>");
        encoder.Encode(writer, Text.Search);
        writer.Write("</button></form>");

        void Attribute(string name, string value)
        {
            writer.Write($" {name}=\"");
            encoder.Encode(writer, value);
            writer.Write('"');
        }
    }
}
