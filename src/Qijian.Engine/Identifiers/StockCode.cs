using System.Diagnostics.CodeAnalysis;

namespace Qijian.Engine.Identifiers;

/// <summary>A mainland stock exchange.</summary>
public enum StockExchange
{
    /// <summary>Shanghai (上海证券交易所).</summary>
    SH = 1,
    /// <summary>Shenzhen (深圳证券交易所).</summary>
    SZ,
    /// <summary>Beijing (北京证券交易所).</summary>
    BJ,
}

/// <summary>A share listed in Shanghai, Shenzhen or Beijing: six digits and the exchange to whose number range they belong.</summary>
/// <remarks>
/// Reads <c>600000.SH</c>, <c>SH600000</c> and bare <c>600000</c>. Ranges: Shanghai 60, 68, 900; Shenzhen 00, 30, 200; Beijing 43, 83, 87,
/// 88, 920. Other numbers (funds, bonds, indices) are no shares; an exchange that does not own the range is refused.
/// </remarks>
public readonly record struct StockCode : ISpanParsable<StockCode>
{
    private readonly string? _digits;

    private StockCode(string digits, StockExchange exchange) => (_digits, Exchange) = (digits, exchange);

    /// <summary>The six digits.</summary>
    public string Digits => _digits ?? "";

    /// <summary>The exchange.</summary>
    public StockExchange Exchange { get; }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out StockCode result)
    {
        result = default;
        Span<char> code = stackalloc char[9];
        var length = Codes.Compact(s, code);
        if (length is not (6 or 8) && !(length == 9 && code[6] == '.')) return false;
        ReadOnlySpan<char> digits = length == 8 ? code[2..8] : code[..6];
        ReadOnlySpan<char> exchange = length switch { 6 => [], 8 => code[..2], _ => code[7..] };
        if (!Codes.AreDigits(digits) || ExchangeOf(digits) is not { } owner) return false;
        if (exchange.Length > 0 && !exchange.SequenceEqual(owner.ToString())) return false;
        result = new(digits.ToString(), owner);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, IFormatProvider?, out StockCode)"/>
    public static bool TryParse(string? s, out StockCode result) => TryParse(s.AsSpan(), null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out StockCode result) => TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public static StockCode Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Codes.Parse<StockCode>(s);

    /// <inheritdoc/>
    public static StockCode Parse(string s, IFormatProvider? provider) => Codes.Parse<StockCode>(s);

    /// <summary>Digits, dot, exchange: <c>600000.SH</c>.</summary>
    public override string ToString() => _digits is null ? "" : $"{_digits}.{Exchange}";

    private static StockExchange? ExchangeOf(ReadOnlySpan<char> digits) => digits switch
    {
        ['6', '0' or '8', ..] or ['9', '0', '0', ..] => StockExchange.SH,
        ['0', '0', ..] or ['3', '0', ..] or ['2', '0', '0', ..] => StockExchange.SZ,
        ['4', '3', ..] or ['8', '3' or '7' or '8', ..] or ['9', '2', '0', ..] => StockExchange.BJ,
        _ => null,
    };
}
