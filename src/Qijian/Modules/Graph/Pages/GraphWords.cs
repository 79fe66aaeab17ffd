using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;
using Qijian.Engine.Graph;
using Qijian.Modules.Registry;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Graph;

/// <summary>How parties and relations read on a page.</summary>
internal static class GraphWords
{
    /// <summary>What can be chosen, by the word in the query string; the weak ones after the others.</summary>
    public static readonly IReadOnlyList<(string Word, EdgeKinds Kinds, bool Weak)> Choices =
        [.. KindWords.Filters.Where(f => f.Key is not "directorship").Select(f => (f.Key, f.Value, Weak: f.Value.Only(EdgeKinds.Strong) != f.Value)).OrderBy(f => f.Weak)];

    public static string LabelOf(EdgeKinds kinds) => KindWords.Label(Enum.GetValues<EdgeKind>().First(kinds.Has));

    public static bool IsWeak(EdgeKind kind) => !EdgeKinds.Strong.Has(kind);

    public static string NameOf(GraphParty party) => party.Name ?? party.Lei ?? party.Id ?? Text.PageUnnamed;

    /// <summary>The kind, and the role as filed where that says more.</summary>
    public static string KindOf(GraphRelation relation) =>
        relation.Filed?.Role is { Length: > 0 } role && !KindWords.Label(relation.Kind).Contains(role, StringComparison.Ordinal) && relation.Share is null ? Text.PageKindRole.With(KindWords.Label(relation.Kind), role) : KindWords.Label(relation.Kind);

    /// <summary>25%, 25% – 50%, or that nothing is stated.</summary>
    public static string Of(Percentage share) => share == Percentage.NotStated ? Text.PageNotStated : share.Exact is { } exact ? Of(exact) : $"{Of(share.Minimum)} – {Of(share.Maximum)}";

    /// <summary>What is too small to be shown is not nothing.</summary>
    public static string Of(decimal percent) => percent is > 0 and < 0.0001m ? "<0.0001%" : Format.Percent(percent);

    public static string Period(GraphRelation relation) => (relation.Since, relation.Until) switch
    {
        (null, null) => "",
        ({ } since, null) => Text.PageSince.With(Format.Day(since)),
        (null, { } until) => Text.PageUntil.With(Format.Day(until)),
        var (since, until) => $"{Format.Day(since)} – {Format.Day(until)}",
    };

    /// <summary>The relation in one line, without the names.</summary>
    public static string Short(GraphRelation relation) => relation.Share is { } share ? Of(share) : KindWords.Label(relation.Kind);

    public static string BasisOf(Basis basis) => Text.PageBases.Split('|')[(int)basis];

    public static PictureShape ShapeOf(PartyKind kind) => kind switch { PartyKind.Company => PictureShape.Company, PartyKind.Person => PictureShape.Person, PartyKind.Unnamed => PictureShape.Unknown, _ => PictureShape.Other };

    public static PictureLine LineOf(GraphRelation relation) => relation.Kind is EdgeKind.Control or EdgeKind.Consolidation ? PictureLine.Control : relation.Basis is Basis.Derived ? PictureLine.Computed : PictureLine.Filed;

    public static string KeyOf(GraphParty party) => party.Id ?? party.Number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The name of a party, linked to its page where it has one, and what it is where it has none.</summary>
internal sealed class PartyName(GraphParty party, string? link = null) : IHtmlContent
{
    public void WriteTo(TextWriter writer, HtmlEncoder encoder)
    {
        var name = GraphWords.NameOf(party);
        var to = link ?? (party.Path is { } path ? Language.Path(path) : null);
        writer.Write(to is null ? party.Name is null ? "<span class=\"muted\"" : "<span" : "<a href=\"");
        if (to is not null)
        {
            encoder.Encode(writer, to);
            writer.Write('"');
        }

        if (Format.Lang(name) is { } lang) writer.Write($" lang=\"{lang}\"");
        writer.Write("><bdi>");
        encoder.Encode(writer, PictureText.Clean(name) is { Length: > 0 } clean ? clean : Text.PageUnnamed);
        writer.Write(to is null ? "</bdi></span>" : "</bdi></a>");
        if (party.Kind is PartyKind.Company or PartyKind.Unnamed) return;
        writer.Write(" <span class=\"muted small\">");
        encoder.Encode(writer, Text.PagePartyKinds.Split('|')[(int)party.Kind]);
        writer.Write("</span>");
    }
}

/// <summary>Where a relation is from and when that was published.</summary>
internal sealed class SourceOf(GraphRelation relation) : IHtmlContent
{
    public void WriteTo(TextWriter writer, HtmlEncoder encoder)
    {
        if (relation.Filed?.Source is not { } source)
        {
            encoder.Encode(writer, GraphWords.BasisOf(relation.Basis));
            return;
        }

        var text = $"{source.Dataset} · {Format.Day(source.RetrievedAt)}{(source.Basis is Basis.Filed ? "" : $" · {GraphWords.BasisOf(source.Basis)}")}";
        if (source.Url is { } url && (url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)))
        {
            writer.Write("<a rel=\"noreferrer nofollow\" href=\"");
            encoder.Encode(writer, url);
            writer.Write("\">");
            encoder.Encode(writer, text);
            writer.Write("</a>");
        }
        else
        {
            encoder.Encode(writer, text);
        }

        if (source.InLatest) return;
        writer.Write(" <span class=\"note\">");
        encoder.Encode(writer, Text.PageLastSeen.With(Format.Day(source.LastSeen)));
        writer.Write("</span>");
    }
}

/// <summary>The chains of an interest, each with its product: open where there is one.</summary>
internal sealed class Chains(IReadOnlyList<StakeChain> chains, bool more) : IHtmlContent
{
    public void WriteTo(TextWriter writer, HtmlEncoder encoder)
    {
        if (chains.Count == 0) return;
        writer.Write("<details class=\"chains\"><summary>");
        encoder.Encode(writer, Text.PageChainCount.With(more ? $"{chains.Count}+" : chains.Count));
        writer.Write("</summary><ol class=\"plain\">");
        foreach (var chain in chains)
        {
            writer.Write("<li>");
            for (var i = 0; i < chain.Parties.Count; i++)
            {
                if (i > 0) writer.Write(" ← ");
                new PartyName(chain.Parties[i]).WriteTo(writer, encoder);
            }

            writer.Write(" = <b>");
            encoder.Encode(writer, GraphWords.Of(chain.Product));
            writer.Write("</b>");
            if (chain.Control)
            {
                writer.Write(" <span class=\"tag\">");
                encoder.Encode(writer, Text.PageChainControl);
                writer.Write("</span>");
            }

            writer.Write("</li>");
        }

        writer.Write("</ol>");
        if (more)
        {
            writer.Write("<p class=\"muted small\">");
            encoder.Encode(writer, Text.PageMoreChains);
            writer.Write("</p>");
        }

        writer.Write("</details>");
    }
}
