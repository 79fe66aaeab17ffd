using System.Diagnostics.CodeAnalysis;

namespace Qijian.Engine.Identifiers;

/// <summary>An old registration number (注册号, 15 digits, given out until 2015) whose check digit is right.</summary>
/// <remarks>
/// Six digits of region, eight of sequence, one check digit by ISO 7064 MOD 11,10. All 6,630 numbers of 15 digits in a real register of
/// 2.95 million names pass. It is never a <see cref="CreditCode"/>.
/// </remarks>
public readonly record struct RegistrationNumber : ISpanParsable<RegistrationNumber>
{
    /// <summary>The number of digits.</summary>
    public const int Length = 15;

    private readonly string? _value;

    private RegistrationNumber(string value) => _value = value;

    /// <summary>The region of registration, as GB/T 2260 was then.</summary>
    public string RegionCode => ToString()[..6];

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out RegistrationNumber result)
    {
        Span<char> digits = stackalloc char[Length];
        var valid = Codes.Compact(s, digits) == Length && Codes.AreDigits(digits) && CheckDigit(digits) == digits[14];
        result = valid ? new(digits.ToString()) : default;
        return valid;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, IFormatProvider?, out RegistrationNumber)"/>
    public static bool TryParse(string? s, out RegistrationNumber result) => TryParse(s.AsSpan(), null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out RegistrationNumber result) => TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public static RegistrationNumber Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Codes.Parse<RegistrationNumber>(s);

    /// <inheritdoc/>
    public static RegistrationNumber Parse(string s, IFormatProvider? provider) => Codes.Parse<RegistrationNumber>(s);

    /// <summary>The 15 digits.</summary>
    public override string ToString() => _value ?? "";

    /// <summary>The check digit that follows from the first 14 (ISO 7064 MOD 11,10).</summary>
    internal static char CheckDigit(ReadOnlySpan<char> first14)
    {
        var product = 10;
        foreach (var digit in first14[..14])
        {
            var sum = (product + digit - '0') % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }
        return (char)('0' + (11 - product) % 10);
    }
}
