using System.Globalization;

namespace Qijian.Modules.Registry;

/// <summary>An amount in the minor unit (fen, cent) of its ISO 4217 currency.</summary>
public readonly record struct Money(long Minor, string Currency)
{
    /// <summary>As a reader of the page's language expects it: 185,000 万元, or CNY 1.85 bn.</summary>
    public string Display
    {
        get
        {
            var amount = Minor / 100m;
            if (Language.IsEnglish)
            {
                var (number, unit) = amount switch { >= 1_000_000_000 => (amount / 1_000_000_000, " bn"), >= 1_000_000 => (amount / 1_000_000, " m"), _ => (amount, "") };
                return string.Create(CultureInfo.InvariantCulture, $"{Currency} {number:#,0.####}{unit}");
            }

            var name = Currency switch { "CNY" => "元", "USD" => "美元", "HKD" => "港元", "JPY" => "日元", "EUR" => "欧元", "GBP" => "英镑", var other => $" {other}" };
            return amount >= 10_000 ? string.Create(CultureInfo.InvariantCulture, $"{amount / 10_000:#,0.####} 万{name}") : string.Create(CultureInfo.InvariantCulture, $"{amount:#,0.##} {name}");
        }
    }

    /// <summary>Reads the "amount currency" that a money statement holds; null where it is nothing such.</summary>
    public static Money? Parse(string value)
    {
        var space = value.LastIndexOf(' ');
        if (space < 1 || !decimal.TryParse(value.AsSpan(0, space), NumberStyles.Number, CultureInfo.InvariantCulture, out var amount)) return null;
        var currency = value[(space + 1)..];
        return currency.Length == 3 && decimal.Abs(amount) < 90_000_000_000_000_000m ? new((long)decimal.Round(amount * 100), currency) : null;
    }
}
