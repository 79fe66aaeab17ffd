using System.Globalization;
using System.Text.RegularExpressions;

namespace Qijian.Engine.Identifiers;

/// <summary>
/// An amount of capital as Chinese registers write it: <c>21.6000(万元人民币)</c>, <c>160万人民币</c>, <c>100万美元</c>.
/// </summary>
/// <param name="Amount">In units of the currency.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="CurrencyAssumed">No currency is named: renminbi, as registers mean it.</param>
/// <param name="UnitAssumed">No unit is named: ten thousand, as registers mean it.</param>
public readonly partial record struct Capital(decimal Amount, string Currency, bool CurrencyAssumed, bool UnitAssumed)
{
    private const decimal Most = 1_000_000_000_000_000m;

    private static readonly (string Word, string Code)[] Currencies =
    [
        ("人民币", "CNY"), ("CNY", "CNY"), ("RMB", "CNY"), ("美元", "USD"), ("USD", "USD"), ("港元", "HKD"), ("港币", "HKD"), ("香港元", "HKD"), ("HKD", "HKD"),
        ("日元", "JPY"), ("JPY", "JPY"), ("欧元", "EUR"), ("EUR", "EUR"), ("英镑", "GBP"), ("GBP", "GBP"), ("澳大利亚元", "AUD"), ("澳元", "AUD"), ("加拿大元", "CAD"), ("加元", "CAD"),
        ("新加坡元", "SGD"), ("新加坡币", "SGD"), ("瑞士法郎", "CHF"), ("韩元", "KRW"), ("韩国元", "KRW"), ("新台币", "TWD"), ("台币", "TWD"), ("澳门元", "MOP"), ("马克", "DEM"),
    ];

    /// <summary>
    /// Reads a text; false where it names no amount, an amount below zero or above 10^15, or two units. A bare number and
    /// one behind which nothing but brackets stands is taken as ten thousand, and flagged. O(n).
    /// </summary>
    public static bool TryParse(string? text, out Capital capital)
    {
        capital = default;
        if (text is null || text.Length > 100) return false;
        var plain = Qijian.Engine.Text.Normalizer.Normalize(text).Replace(" ", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal).ToUpperInvariant();
        if (Number().Match(plain) is not { Success: true } match || match.NextMatch().Success) return false;
        if (match.Index > 0 && plain[match.Index - 1] == '-') return false;
        if (!decimal.TryParse(match.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
        var words = string.Concat(plain.AsSpan(0, match.Index), plain.AsSpan(match.Index + match.Length));
        var currency = Array.Find(Currencies, c => words.Contains(c.Word, StringComparison.Ordinal)).Code;
        var ambiguous = words.Contains('/', StringComparison.Ordinal); // "(元/万元)" says both
        var unit = words.Contains('亿', StringComparison.Ordinal) ? 100_000_000m
            : words.Contains('万', StringComparison.Ordinal) && !ambiguous ? 10_000m
            : words.Contains('元', StringComparison.Ordinal) || currency is not null ? 1m : (decimal?)null;
        if (ambiguous) unit = null;
        if (number > Most / (unit ?? 10_000m)) return false;
        capital = new(number * (unit ?? 10_000m), currency ?? "CNY", currency is null, unit is null);
        return true;
    }

    [GeneratedRegex(@"[0-9]+(\.[0-9]+)?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}
