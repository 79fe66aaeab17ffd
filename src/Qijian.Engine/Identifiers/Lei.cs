using System.Diagnostics.CodeAnalysis;

namespace Qijian.Engine.Identifiers;

/// <summary>What <see cref="Lei.Check(ReadOnlySpan{char})"/> found, and the two check digits that would be right where others stand.</summary>
public readonly record struct LeiCheck(CodeVerdict Verdict, string? Expected = null);

/// <summary>A legal entity identifier (ISO 17442) whose check digits are right.</summary>
/// <remarks>
/// 18 letters and digits and two check digits (ISO 7064 MOD 97-10, letters as 10 to 35), 02 to 98. Every wrong digit for a digit and every
/// wrong letter for a letter shows; a letter for a digit (or back) moves the places before it and escapes about once in 97. O(1).
/// </remarks>
public readonly record struct Lei : ISpanParsable<Lei>
{
    /// <summary>The number of characters.</summary>
    public const int Length = 20;

    private readonly string? _value;

    private Lei(string value) => _value = value;

    /// <summary>The four characters of the local operating unit that gave the LEI out.</summary>
    public string Issuer => ToString()[..4];

    /// <summary>Judges any text by length, alphabet and check digits, in this order.</summary>
    public static LeiCheck Check(ReadOnlySpan<char> text)
    {
        Span<char> code = stackalloc char[Length];
        return Codes.Compact(text, code) == Length ? CheckCompact(code) : new(CodeVerdict.WrongLength);
    }

    /// <inheritdoc cref="Check(ReadOnlySpan{char})"/>
    public static LeiCheck Check(string? text) => Check(text.AsSpan());

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Lei result)
    {
        Span<char> code = stackalloc char[Length];
        var valid = Codes.Compact(s, code) == Length && CheckCompact(code).Verdict == CodeVerdict.Valid;
        result = valid ? new(code.ToString()) : default;
        return valid;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, IFormatProvider?, out Lei)"/>
    public static bool TryParse(string? s, out Lei result) => TryParse(s.AsSpan(), null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Lei result) => TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public static Lei Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Codes.Parse<Lei>(s);

    /// <inheritdoc/>
    public static Lei Parse(string s, IFormatProvider? provider) => Codes.Parse<Lei>(s);

    /// <summary>The 20 characters, in upper case.</summary>
    public override string ToString() => _value ?? "";

    /// <summary>The two check digits that follow from the first 18 characters.</summary>
    internal static string CheckDigits(ReadOnlySpan<char> first18)
    {
        var rest = 0;
        foreach (var c in first18[..18]) rest = (c <= '9' ? rest * 10 + (c - '0') : rest * 100 + (c - 'A' + 10)) % 97;
        return $"{98 - rest * 100 % 97:00}";
    }

    private static LeiCheck CheckCompact(ReadOnlySpan<char> code)
    {
        foreach (var c in code)
        {
            if (!char.IsAsciiLetterUpper(c) && !char.IsAsciiDigit(c)) return new(CodeVerdict.WrongAlphabet);
        }
        if (!Codes.AreDigits(code[18..])) return new(CodeVerdict.WrongAlphabet);
        var expected = CheckDigits(code);
        return code[18..].SequenceEqual(expected) ? new(CodeVerdict.Valid) : new(CodeVerdict.WrongCheckCharacter, expected);
    }
}
