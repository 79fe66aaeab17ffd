using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Registry;

/// <summary>How the values of facts read on a page.</summary>
internal static class FactText
{
    public static string Of(Fact fact) => fact.Property.Type switch
    {
        ValueType.Status => Enum.TryParse<CompanyStatus>(fact.Value, out var status) ? status.Label() : fact.Value,
        ValueType.Money => Money.Parse(fact.Value)?.Display ?? fact.Value,
        _ => fact.Value,
    };

    /// <summary>The dates between which something held, or null where none is given.</summary>
    public static string? Period(DateOnly? from, DateOnly? to) => (from, to) switch
    {
        (null, null) => null,
        (_, null) => Text.PageFrom.With(Format.Day(from)),
        (null, _) => Text.PageUntil.With(Format.Day(to)),
        _ => Text.PageRange.With(Format.Day(from), Format.Day(to)),
    };
}

/// <summary>The name of a party, linked to its page where it has one.</summary>
internal sealed class PartyLink(Party party) : IHtmlContent
{
    public void WriteTo(TextWriter writer, HtmlEncoder encoder)
    {
        var name = party.Name ?? party.Lei ?? party.Id;
        var lang = Format.Lang(name);
        writer.Write(party.Id is null ? name is null ? "<span class=\"muted\"" : "<span" : "<a href=\"");
        if (party.Id is { } id)
        {
            encoder.Encode(writer, Language.Path((party.Type is EntityType.Person ? "/people/" : "/companies/") + id));
            writer.Write('"');
        }

        if (lang is not null) writer.Write(" lang=\"zh-CN\"");
        writer.Write('>');
        encoder.Encode(writer, name ?? Text.PageUnknownOwner);
        writer.Write(party.Id is null ? "</span>" : "</a>");
    }
}
