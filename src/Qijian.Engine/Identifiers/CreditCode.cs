using System.Diagnostics.CodeAnalysis;

namespace Qijian.Engine.Identifiers;

/// <summary>What is right or wrong with a text that should be a credit code.</summary>
public enum CreditCodeCheck
{
    /// <summary>Well formed, both check characters right.</summary>
    Valid,

    /// <summary>Not 18 characters long.</summary>
    WrongLength,

    /// <summary>Contains a character outside 0-9 A-H J-N P-R T U W X Y.</summary>
    WrongAlphabet,

    /// <summary>The last character is not the check character of the others.</summary>
    WrongCheckCharacter,

    /// <summary>The organisation code inside (characters 9 to 17) fails its own check.</summary>
    WrongOrganisationCheck,
}

/// <summary>
/// A unified social credit code (USCC, GB 32100-2015) whose check character is right. That proves its form, not that the body
/// exists. A code that fails only the inner GB 11714 check parses, since registers have issued such codes.
/// </summary>
public readonly record struct CreditCode : IParsable<CreditCode>
{
    private const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    private const string OrganisationAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private static readonly System.Buffers.SearchValues<char> Allowed = System.Buffers.SearchValues.Create(Alphabet);

    // Powers of 3 modulo 31, by position.
    private static ReadOnlySpan<byte> Weights => [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    private static ReadOnlySpan<byte> OrganisationWeights => [3, 7, 9, 10, 5, 8, 4, 2];

    private readonly string? value;

    private CreditCode(string value) => this.value = value;

    /// <summary>The 18 characters.</summary>
    public string Value => value ?? throw new InvalidOperationException("The default value is no credit code.");

    /// <summary>Characters 3 to 8: the division of GB/T 2260, as it was at registration.</summary>
    public string RegionCode => Value[2..8];

    /// <summary>Characters 9 to 17: the organisation code of GB 11714.</summary>
    public string OrganisationCode => Value[8..17];

    /// <summary>Whether the organisation code inside passes its own check.</summary>
    public bool OrganisationCheckHolds => Check(Value) is CreditCodeCheck.Valid;

    /// <summary>Says what is wrong with the text, the outer check before the inner one. O(1).</summary>
    public static CreditCodeCheck Check(ReadOnlySpan<char> text)
    {
        if (text.Length != 18) return CreditCodeCheck.WrongLength;
        if (text.IndexOfAnyExcept(Allowed) >= 0) return CreditCodeCheck.WrongAlphabet;
        if (CheckCharacter(text[..17]) != text[17]) return CreditCodeCheck.WrongCheckCharacter;
        return OrganisationCheckCharacter(text[8..16]) == text[16] ? CreditCodeCheck.Valid : CreditCodeCheck.WrongOrganisationCheck;
    }

    /// <summary>The check character of the first 17, by GB 32100-2015: (31 − Σ value·3^i mod 31) mod 31.</summary>
    public static char CheckCharacter(ReadOnlySpan<char> first17)
    {
        var sum = 0;
        for (var i = 0; i < Weights.Length; i++) sum += Alphabet.IndexOf(first17[i], StringComparison.Ordinal) * Weights[i];
        return Alphabet[(31 - sum % 31) % 31];
    }

    /// <summary>The check character of the first 8 of an organisation code, by GB 11714: 11 − Σ value·weight mod 11.</summary>
    public static char OrganisationCheckCharacter(ReadOnlySpan<char> first8)
    {
        var sum = 0;
        for (var i = 0; i < OrganisationWeights.Length; i++) sum += OrganisationAlphabet.IndexOf(first8[i], StringComparison.Ordinal) * OrganisationWeights[i];
        return (11 - sum % 11) switch { 10 => 'X', 11 => '0', var digit => (char)('0' + digit) };
    }

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out CreditCode result)
    {
        var code = Compact.Of(s);
        var ok = Check(code) is CreditCodeCheck.Valid or CreditCodeCheck.WrongOrganisationCheck;
        result = ok ? new(code) : default;
        return ok;
    }

    /// <inheritdoc/>
    public static CreditCode Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var code) ? code : throw new FormatException("This is not a credit code.");

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Identifiers as people type them: any width and case, with spaces or hyphens.</summary>
internal static class Compact
{
    public static string Of(string? text) =>
        text is null ? "" : Text.Normalizer.Normalize(text).Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
}
