using System.Globalization;
using Microsoft.AspNetCore.Html;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Shared;

/// <summary>How values read on a page, in the reader's language.</summary>
internal static class Format
{
    public static string Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";

    public static string Day(DateTimeOffset at) => Day(ChinaTime.Day(at));

    public static string Percent(decimal? percent) => percent is { } value ? value.ToString("0.####", CultureInfo.InvariantCulture) + "%" : "";

    /// <summary>185,000 万元 or CNY 1.85 bn.</summary>
    public static string Money(Money? money)
    {
        if (money is not { } m) return "";
        var amount = m.Minor / 100m;
        if (Language.IsEnglish)
        {
            var (number, unit) = amount switch { >= 1_000_000_000 => (amount / 1_000_000_000, " bn"), >= 1_000_000 => (amount / 1_000_000, " m"), _ => (amount, "") };
            return string.Create(CultureInfo.InvariantCulture, $"{m.Currency} {number:#,0.####}{unit}");
        }

        var name = m.Currency switch { "CNY" => "元", "USD" => "美元", "HKD" => "港元", "JPY" => "日元", "EUR" => "欧元", "GBP" => "英镑", var other => $" {other}" };
        return amount >= 10_000 ? string.Create(CultureInfo.InvariantCulture, $"{amount / 10_000:#,0.####} 万{name}") : string.Create(CultureInfo.InvariantCulture, $"{amount:#,0.##} {name}");
    }

    /// <summary>A status as a coloured word with a shape.</summary>
    public static (string Word, string Class)? Status(CompanyStatus? status) => status is not { } known ? null
        : (Search.FacetTable.StatusLabel(known), known switch
        {
            CompanyStatus.Active => "good",
            CompanyStatus.Deregistered or CompanyStatus.Revoked or CompanyStatus.Annulled => "bad",
            _ => "warn",
        });

    /// <summary>The text with its matched parts marked.</summary>
    public static IHtmlContent Marked(string text, IReadOnlyList<Range> marks)
    {
        HtmlContentBuilder html = new();
        var at = 0;
        foreach (var mark in marks)
        {
            var (start, length) = mark.GetOffsetAndLength(text.Length);
            html.Append(text[at..start]).AppendHtml("<mark>").Append(text[start..(start + length)]).AppendHtml("</mark>");
            at = start + length;
        }

        return html.Append(text[at..]);
    }

    public static string Value(Fact fact) => fact.Property.Type switch
    {
        Registry.ValueType.Status => Enum.TryParse<CompanyStatus>(fact.Value, out var status) ? Search.FacetTable.StatusLabel(status) : fact.Value,
        Registry.ValueType.Money => Projector.MoneyOf(fact.Value) is { } money ? Money(money) : fact.Value,
        _ => fact.Value,
    };
}
