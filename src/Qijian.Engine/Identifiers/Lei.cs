using System.Diagnostics.CodeAnalysis;

namespace Qijian.Engine.Identifiers;

/// <summary>A legal entity identifier (ISO 17442) whose check digits are right.</summary>
public readonly record struct Lei : IParsable<Lei>
{
    private readonly string? value;

    private Lei(string value) => this.value = value;

    /// <summary>The 20 characters.</summary>
    public string Value => value ?? throw new InvalidOperationException("The default value is no LEI.");

    /// <summary>Whether the text has the shape of an LEI and is 1 modulo 97 (ISO 7064 MOD 97-10, letters as 10 to 35). O(1).</summary>
    public static bool Check(ReadOnlySpan<char> text)
    {
        if (text.Length != 20 || !char.IsAsciiDigit(text[18]) || !char.IsAsciiDigit(text[19])) return false;
        var rest = 0;
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c)) rest = (rest * 10 + (c - '0')) % 97;
            else if (char.IsAsciiLetterUpper(c)) rest = (rest * 100 + (c - 'A' + 10)) % 97;
            else return false;
        }

        return rest == 1;
    }

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Lei result)
    {
        var text = Compact.Of(s);
        var ok = Check(text);
        result = ok ? new(text) : default;
        return ok;
    }

    /// <inheritdoc/>
    public static Lei Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var lei) ? lei : throw new FormatException("This is not an LEI.");

    /// <inheritdoc/>
    public override string ToString() => Value;
}
