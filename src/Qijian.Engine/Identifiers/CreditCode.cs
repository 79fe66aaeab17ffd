using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Qijian.Engine.Identifiers;

/// <summary>What <see cref="CreditCode.Check(string)"/> found, and the check character that would be right where another one stands.</summary>
public readonly record struct CreditCodeCheck(CodeVerdict Verdict, char? Expected = null);

/// <summary>A unified social credit code (统一社会信用代码, GB 32100-2015) whose check character is right.</summary>
/// <remarks>
/// 18 characters of <c>0-9A-HJ-NPQRTUWXY</c>: registration authority, institution category, six digits of region (GB/T 2260), nine
/// characters of organisation code (GB 11714, with a check of its own), check character (31 − Σ value·3^(i−1) mod 31) mod 31. As 31 is
/// prime, every single wrong character shows. Passing proves the form only, not that the code was ever given out.
/// <para>A code with a wrong inner check parses: of 2,944,550 codes of a real register that pass the outer check, 186 fail the inner one,
/// so it is a property of real codes; 185 more fail the outer check and do not parse. <see cref="Check(string)"/> tells them apart.</para>
/// Read with forgiveness for case, full width, spaces and hyphens. All methods are O(n) and safe to call from several threads.
/// </remarks>
public readonly record struct CreditCode : ISpanParsable<CreditCode>
{
    /// <summary>The number of characters.</summary>
    public const int Length = 18;

    private const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    private static readonly SearchValues<char> Characters = SearchValues.Create(Alphabet);
    private static ReadOnlySpan<byte> Weights => [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    private static ReadOnlySpan<byte> OrganisationWeights => [3, 7, 9, 10, 5, 8, 4, 2];

    private readonly string? _value;

    private CreditCode(string value) => _value = value;

    /// <summary>Who registered: 1 institutions, 5 civil affairs, 9 market regulation, others by GB 32100.</summary>
    public char RegistrationAuthority => ToString()[0];

    /// <summary>The kind of institution within its registration authority (9: 1 enterprise, 2 individual business, 3 farmers' cooperative).</summary>
    public char InstitutionCategory => ToString()[1];

    /// <summary>The region of registration, as GB/T 2260 was then; see <see cref="Regions.Decode"/>.</summary>
    public string RegionCode => ToString()[2..8];

    /// <summary>The nine characters of the organisation code (GB 11714), without a hyphen.</summary>
    public string OrganisationCode => ToString()[8..17];

    /// <summary>Judges any text by length, alphabet, check character and inner check, in this order.</summary>
    public static CreditCodeCheck Check(ReadOnlySpan<char> text)
    {
        Span<char> code = stackalloc char[Length];
        return Codes.Compact(text, code) == Length ? CheckCompact(code) : new(CodeVerdict.WrongLength);
    }

    /// <inheritdoc cref="Check(ReadOnlySpan{char})"/>
    public static CreditCodeCheck Check(string? text) => Check(text.AsSpan());

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out CreditCode result)
    {
        Span<char> code = stackalloc char[Length];
        var valid = Codes.Compact(s, code) == Length && CheckCompact(code).Verdict is CodeVerdict.Valid or CodeVerdict.WrongOrganisationCheck;
        result = valid ? new(code.ToString()) : default;
        return valid;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, IFormatProvider?, out CreditCode)"/>
    public static bool TryParse(string? s, out CreditCode result) => TryParse(s.AsSpan(), null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out CreditCode result) => TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public static CreditCode Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Codes.Parse<CreditCode>(s);

    /// <inheritdoc/>
    public static CreditCode Parse(string s, IFormatProvider? provider) => Codes.Parse<CreditCode>(s);

    /// <summary>The 18 characters, in upper case.</summary>
    public override string ToString() => _value ?? "";

    /// <summary>The check character that follows from the first 17, or null where they hold a foreign one.</summary>
    internal static char? CheckCharacter(ReadOnlySpan<char> first17)
    {
        var sum = 0;
        for (var i = 0; i < Weights.Length; i++)
        {
            var value = Alphabet.IndexOf(first17[i], StringComparison.Ordinal);
            if (value < 0) return null;
            sum += value * Weights[i];
        }
        return Alphabet[(31 - sum % 31) % 31];
    }

    /// <summary>The check character of an organisation code (GB 11714) that follows from its first eight characters.</summary>
    internal static char OrganisationCheckCharacter(ReadOnlySpan<char> first8)
    {
        var sum = 0;
        for (var i = 0; i < OrganisationWeights.Length; i++)
        {
            // Here letters count in the whole Latin alphabet, unlike in the code around it.
            sum += (first8[i] <= '9' ? first8[i] - '0' : first8[i] - 'A' + 10) * OrganisationWeights[i];
        }
        return (11 - sum % 11) switch { 10 => 'X', 11 => '0', var digit => (char)('0' + digit) };
    }

    private static CreditCodeCheck CheckCompact(ReadOnlySpan<char> code)
    {
        if (code.ContainsAnyExcept(Characters) || !Codes.AreDigits(code[2..8])) return new(CodeVerdict.WrongAlphabet);
        if (CheckCharacter(code) is var expected && expected != code[17]) return new(CodeVerdict.WrongCheckCharacter, expected);
        var inner = OrganisationCheckCharacter(code[8..]);
        return inner == code[16] ? new(CodeVerdict.Valid) : new(CodeVerdict.WrongOrganisationCheck, inner);
    }
}
