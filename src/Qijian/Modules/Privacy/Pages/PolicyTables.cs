using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Qijian.Modules.Shared;
using Qijian.Platform;

namespace Qijian.Modules.Privacy;

/// <summary>
/// The tables of a policy, made from the registry that is enforced, in the reader's language. What is done today stands open; what
/// belongs only to functions that are not open is folded. On a narrow screen each row becomes a card.
/// </summary>
internal static partial class PolicyTables
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private sealed record Row(bool Today, string Attributes, IReadOnlyList<string> Cells);

    public static string Encode(string text) => Encoder.Encode(text);

    /// <summary>The table of a placeholder; null where there is none of that name.</summary>
    public static string? Of(string placeholder, ProcessingRegistry registry) => placeholder switch
    {
        "purposes" => Purposes(registry),
        "categories" => Categories(registry),
        "features" => Features(registry),
        "recipients" => Recipients(registry),
        "cookies" => Cookies(registry),
        "retention" => Retention(registry),
        "limits" => Limits(registry),
        "laws" => Laws(registry),
        "operator" => PolicyRenderer.OperatorMark,
        _ => null,
    };

    /// <summary>Every purpose with every category that a page lists for it, read from its HTML.</summary>
    public static IReadOnlySet<(string Purpose, string Category)> PairsIn(string html) =>
        PurposeRow().Matches(html).SelectMany(row => ReadCategory().Matches(row.Groups["row"].Value).Select(c => (row.Groups["purpose"].Value, c.Groups["category"].Value))).ToHashSet();

    /// <summary>The same pairs as the registry has them.</summary>
    public static IReadOnlySet<(string Purpose, string Category)> PairsOf(ProcessingRegistry registry) => registry.Purposes.Values.SelectMany(p => p.Reads.Keys, (p, c) => (p.Id, c)).ToHashSet();

    /// <summary>Who runs the site.</summary>
    public static string Operator(OperatorOptions options, bool demonstration)
    {
        if (demonstration) return $"<p class=\"notice\" id=\"operator\">{Encode(Text.OperatorNone)}</p>\n";
        StringBuilder html = new($"<div class=\"who\" id=\"operator\"><dl>");
        foreach (var (label, value) in new[] { (Text.OperatorName, options.Name), (Text.OperatorAddress, options.Address), (Text.OperatorOfficer, options.ProtectionOfficer), (Text.OperatorContact, options.Contact) })
            if (!string.IsNullOrWhiteSpace(value)) html.Append("<div><dt>").Append(Encode(label)).Append("</dt><dd").Append(Lang(value)).Append('>').Append(Encode(value)).Append("</dd></div>");
        return html.Append("</dl></div>\n").ToString();
    }

    private static string Purposes(ProcessingRegistry r)
    {
        var today = r.Features.Values.Where(f => f.Open).SelectMany(f => f.Purposes).ToHashSet(StringComparer.Ordinal);
        return Grouped("purposes", Text.TablePurposes, Text.TablePurposesLater, [Text.ColumnPurpose, Text.ColumnBasis, Text.ColumnInformation, Text.ColumnKept, Text.ColumnRecipients],
            Ordered(r.Purposes.Values).Select(p => new Row(today.Contains(p.Id), $" data-purpose=\"{p.Id}\"",
            [
                $"{Encode(p.Label)}{Tags((p.AsksConsent, Text.TagOptional), (p.Sensitive, Text.TagSensitive), (p.AutomatedDecision, Text.TagAutomated), (p.Minors is Minors.Deny, Text.TagAdults))}",
                Encode(p.Basis.Word()),
                List(p.Reads.Select(read => $"<li data-category=\"{read.Key}\">{Encode(r.Categories.GetValueOrDefault(read.Key)?.Label ?? read.Key)}{(read.Value is Need.Optional ? $" <small>{Encode(Text.TagIfGiven)}</small>" : "")}</li>")),
                Encode(r.Retention.TryGetValue(p.Retention, out var rule) ? KeptFor(rule) : p.Retention),
                p.Recipients.Count == 0 ? Encode(Text.None) : List(p.Recipients.Select(id => $"<li>{Encode(r.Recipients.GetValueOrDefault(id)?.Label ?? id)}</li>")),
            ])));
    }

    private static string Categories(ProcessingRegistry r)
    {
        var open = r.Features.Values.Where(f => f.Open).SelectMany(f => f.Required.Concat(f.Optional)).ToHashSet(StringComparer.Ordinal);
        return Grouped("categories", Text.TableCategories, Text.TableCategoriesLater, [Text.ColumnCategory, Text.ColumnUsedFor, Text.ColumnMask, Text.ColumnClauses],
            Ordered(r.Categories.Values).Select(c => new Row(open.Contains(c.Id), $" data-kind=\"{c.Id}\"",
            [
                $"{Encode(c.Label)}{Tags((c.Sensitive, Text.TagSensitive))}",
                List(Ordered(r.Purposes.Values).Where(p => p.Reads.ContainsKey(c.Id)).Select(p => $"<li>{Encode(p.Label)}</li>")),
                Encode(c.Mask.Word()),
                string.Join(' ', c.Clauses.Select(id => $"<a href=\"#{id}\">{id}</a>")),
            ])));
    }

    private static string Features(ProcessingRegistry r) =>
        Grouped("features", Text.TableFeatures, Text.TableFeaturesLater, [Text.ColumnFeature, Text.ColumnNeeds, Text.ColumnLeft, Text.ColumnPurposes],
            Ordered(r.Features.Values).Select(f => new Row(f.Open, "", [Encode(f.Label), Labels(r.Categories, f.Required), Labels(r.Categories, f.Optional), Labels(r.Purposes, f.Purposes)])));

    private static string Recipients(ProcessingRegistry r) => r.Recipients.Count == 0
        ? $"<p class=\"notice\" id=\"recipients\">{Encode(Text.TableRecipientsNone)}</p>\n"
        : Table("recipients", Text.TableRecipients, [Text.ColumnRecipient, Text.ColumnContact, Text.ColumnPurposes, Text.ColumnInformation, Text.ColumnPlace, Text.ColumnContract],
            Ordered(r.Recipients.Values).Select(to => new Row(true, "",
            [
                $"{Encode(to.Label)}{Tags((true, to.Kind is RecipientKind.Handler ? Text.TagHandler : Text.TagProcessor))}",
                Encode(to.Contact), Labels(r.Purposes, to.Purposes), Labels(r.Categories, to.Fields), Encode(to.Jurisdiction), to.Contract is { } contract ? Encode(Text.ColumnUntil.With(Format.Day(contract.Until))) : Encode(Text.None),
            ])));

    private static string Cookies(ProcessingRegistry r) =>
        Table("cookies", Text.TableCookies, [Text.ColumnName, Text.ColumnFor, Text.ColumnLasts, Text.ColumnKind], Ordered(r.Cookies.Values).Select(c => new Row(true, "",
        [
            $"<code>{Encode(c.Id)}</code>{Tags((!c.Essential, Text.TagOptional))}", Encode(c.Label), Encode(c.Ttl is "session" ? Text.LastsSession : Period.TryParse(c.Ttl, null, out var ttl) ? ttl.Words() : c.Ttl), Encode(c.Kind.Word()),
        ])));

    private static string Retention(ProcessingRegistry r)
    {
        // Rules that no purpose names are named by what is kept: it is there.
        var today = r.Features.Values.Where(f => f.Open).SelectMany(f => f.Purposes).Select(id => r.Purposes.GetValueOrDefault(id)?.Retention).Concat(r.Retention.Keys.Except(r.Purposes.Values.Select(p => p.Retention), StringComparer.Ordinal)).ToHashSet();
        return Grouped("retention", Text.TableRetention, Text.TableRetentionLater, [Text.ColumnWhat, Text.ColumnAtLeast, Text.ColumnAtMost, Text.ColumnThen],
            Ordered(r.Retention.Values).Select(rule => new Row(today.Contains(rule.Id), "",
            [
                Encode(rule.Label), rule.Floor is { } floor ? $"{Encode(floor.Words())}{(LawOf(r, rule.Law) is { } law ? $" <small{Lang(law)}>{Encode(law)}</small>" : "")}" : Encode(Text.None), Encode(rule.Ceiling?.Words() ?? ""), Encode(rule.Then.Word()),
            ])));
    }

    private static string Limits(ProcessingRegistry r) =>
        Table("limits", Text.TableLimits, [Text.ColumnMatter, Text.ColumnLimit, Text.ColumnLaw], Ordered(r.Limits.Values).Select(l => new Row(true, "",
            [Encode(l.Label), Encode(l.Limit?.Words() ?? ""), LawOf(r, l.Law) is { } law ? Encode(law) : Encode(Text.TableLimitsOwn)])));

    private static string Laws(ProcessingRegistry r) =>
        Table("laws", Text.TableLaws, [Text.ColumnLaw, Text.ColumnArticle, Text.ColumnInForce, Text.ColumnReview], Ordered(r.Laws.Values).Select(l => new Row(true, "",
            [Encode(l.Label), $"<span{Lang(l.Article)}>{Encode(l.Article)}</span>", Format.Day(l.Effective), Format.Day(l.NextReview)])));

    private static IEnumerable<T> Ordered<T>(IEnumerable<T> entries) where T : Entry => entries.OrderBy(e => e.File, StringComparer.Ordinal).ThenBy(e => e.Line);

    private static string KeptFor(RetentionEntry rule) => (rule.Floor is { } floor ? Text.KeptBetween.With(floor.Words(), rule.Ceiling?.Words(), rule.Then.Word()) : Text.KeptAtMost.With(rule.Ceiling?.Words(), rule.Then.Word()));

    private static string? LawOf(ProcessingRegistry r, string? law) => law is null ? null : r.Laws.GetValueOrDefault(law)?.Label;

    private static string Labels<T>(IReadOnlyDictionary<string, T> all, List<string> ids) where T : Entry => ids.Count == 0 ? Encode(Text.None) : List(ids.Select(id => $"<li>{Encode(all.GetValueOrDefault(id)?.Label ?? id)}</li>"));

    private static string List(IEnumerable<string> items) => $"<ul>{string.Concat(items)}</ul>";

    private static string Tags(params ReadOnlySpan<(bool Applies, string Word)> tags)
    {
        StringBuilder html = new();
        foreach (var (applies, word) in tags) if (applies) html.Append(" <span class=\"tag\">").Append(Encode(word)).Append("</span>");
        return html.ToString();
    }

    private static string Lang(string text) => Format.Lang(text) is { } lang ? $" lang=\"{lang}\"" : "";

    private static string Grouped(string id, string caption, string later, IReadOnlyList<string> columns, IEnumerable<Row> rows)
    {
        var groups = rows.ToLookup(r => r.Today);
        var folded = groups[false].Count();
        return Table(id, caption, columns, groups[true]) + (folded == 0 ? "" : $"<details class=\"later\"><summary>{Encode(later.With(folded))}</summary>\n{Table($"{id}-later", later.With(folded), columns, groups[false])}</details>\n");
    }

    private static string Table(string id, string caption, IReadOnlyList<string> columns, IEnumerable<Row> rows)
    {
        StringBuilder html = new();
        html.Append(CultureInfo.InvariantCulture, $"<div class=\"table\" tabindex=\"0\" role=\"region\" aria-labelledby=\"{id}-caption\"><table class=\"cards\" id=\"{id}\"><caption id=\"{id}-caption\">{Encode(caption)}</caption>\n<thead><tr>");
        foreach (var column in columns) html.Append("<th scope=\"col\">").Append(Encode(column)).Append("</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in rows)
        {
            html.Append("<tr").Append(row.Attributes).Append("><th scope=\"row\">").Append(row.Cells[0]).Append("</th>");
            for (var i = 1; i < row.Cells.Count; i++) html.Append("<td data-label=\"").Append(Encode(columns[i])).Append("\">").Append(row.Cells[i]).Append("</td>");
            html.Append("</tr>\n");
        }

        return html.Append("</tbody></table></div>\n").ToString();
    }

    [GeneratedRegex("<tr data-purpose=\"(?<purpose>[^\"]+)\">(?<row>.*?)</tr>", RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex PurposeRow();

    [GeneratedRegex("<li data-category=\"(?<category>[^\"]+)\">", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ReadCategory();
}

internal static class RegistryWords
{
    /// <summary>In the reader's language.</summary>
    public static string Word(this Basis basis) => basis switch
    {
        Basis.Contract => Text.BasisContract, Basis.Consent => Text.BasisConsent, Basis.SeparateConsent => Text.BasisSeparateConsent, Basis.Guardian => Text.BasisGuardian, Basis.LegalDuty => Text.BasisLegalDuty,
        Basis.Emergency => Text.BasisEmergency, Basis.News => Text.BasisNews, Basis.PublicData => Text.BasisPublicData, _ => "",
    };

    /// <inheritdoc cref="Word(Basis)"/>
    public static string Word(this MaskRule mask) => mask switch { MaskRule.None => Text.MaskNone, MaskRule.Full => Text.MaskFull, _ => Text.MaskPart };

    /// <inheritdoc cref="Word(Basis)"/>
    public static string Word(this AfterRetention then) => then switch { AfterRetention.Anonymise => Text.AfterAnonymise, AfterRetention.Truncate => Text.AfterTruncate, _ => Text.AfterDelete };

    /// <inheritdoc cref="Word(Basis)"/>
    public static string Word(this StorageKind kind) => kind switch
    {
        StorageKind.Cookie => "Cookie", StorageKind.Etag => "ETag", StorageKind.Cache => Text.StorageCache, StorageKind.LocalStorage => "localStorage", StorageKind.SessionStorage => "sessionStorage", StorageKind.IndexedDb => "IndexedDB", _ => "Service Worker",
    };
}
