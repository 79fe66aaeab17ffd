using System.Diagnostics.CodeAnalysis;

namespace Qijian.Engine.Identifiers;

/// <summary>An old registration number of 15 digits (GS 15-2006) whose ISO 7064 MOD 11,10 check digit is right.</summary>
public readonly record struct RegistrationNumber : IParsable<RegistrationNumber>
{
    private readonly string? value;

    private RegistrationNumber(string value) => this.value = value;

    /// <summary>The 15 digits.</summary>
    public string Value => value ?? throw new InvalidOperationException("The default value is no registration number.");

    /// <summary>The first 6 digits: the registering authority's division of GB/T 2260, as it was then.</summary>
    public string RegionCode => Value[..6];

    /// <summary>Whether the text is 15 digits and the last is the check digit of the others. O(1).</summary>
    public static bool Check(ReadOnlySpan<char> text) => text.Length == 15 && text.IndexOfAnyExceptInRange('0', '9') < 0 && CheckDigit(text[..14]) == text[14];

    /// <summary>The ISO 7064 MOD 11,10 check digit of the first 14.</summary>
    public static char CheckDigit(ReadOnlySpan<char> first14)
    {
        var product = 10;
        foreach (var digit in first14)
        {
            var sum = (product + (digit - '0')) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }

        return (char)('0' + (11 - product) % 10);
    }

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out RegistrationNumber result)
    {
        var text = Compact.Of(s);
        var ok = Check(text);
        result = ok ? new(text) : default;
        return ok;
    }

    /// <inheritdoc/>
    public static RegistrationNumber Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var number) ? number : throw new FormatException("This is not a registration number.");

    /// <inheritdoc/>
    public override string ToString() => Value;
}
