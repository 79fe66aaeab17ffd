using System.Diagnostics.CodeAnalysis;

namespace Qijian.Engine.Identifiers;

/// <summary>The code of a listed share on the mainland with its exchange: 000001.SZ, 600000.SH, 430047.BJ.</summary>
public readonly record struct StockCode : IParsable<StockCode>
{
    private readonly string? value;

    private StockCode(string value) => this.value = value;

    /// <summary>Six digits, a point and the exchange.</summary>
    public string Value => value ?? throw new InvalidOperationException("The default value is no stock code.");

    /// <summary>Takes the code with its exchange before or behind it; six digits alone where the first tells the exchange.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out StockCode result)
    {
        var text = Compact.Of(s).Replace(".", "", StringComparison.Ordinal);
        if (text.Length == 8 && char.IsAsciiLetter(text[0])) text = text[2..] + text[..2];
        var digits = text.Length >= 6 && text.AsSpan(0, 6).IndexOfAnyExceptInRange('0', '9') < 0;
        var exchange = !digits ? null : text[6..] switch
        {
            "SZ" or "SH" or "BJ" => text[6..],
            "" => text[0] switch { '6' => "SH", '0' or '3' => "SZ", '4' or '8' => "BJ", _ => null },
            _ => null,
        };
        result = exchange is null ? default : new($"{text.AsSpan(0, 6)}.{exchange}");
        return exchange is not null;
    }

    /// <inheritdoc/>
    public static StockCode Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var code) ? code : throw new FormatException("This is not a stock code.");

    /// <inheritdoc/>
    public override string ToString() => Value;
}
