namespace Qijian.Engine.Identifiers;

/// <summary>What a check of a code's form found.</summary>
public enum CodeVerdict
{
    /// <summary>The form is right.</summary>
    Valid,
    /// <summary>Too short or too long.</summary>
    WrongLength,
    /// <summary>A character that the code cannot hold, or not at that place.</summary>
    WrongAlphabet,
    /// <summary>The last character or digits do not follow from the others.</summary>
    WrongCheckCharacter,
    /// <summary>The code as a whole passes, but the organisation code inside does not.</summary>
    WrongOrganisationCheck,
}

/// <summary>What codes of all kinds forgive when they are read: case, full width, spaces, hyphens and invisible characters.</summary>
internal static class Codes
{
    /// <summary>Writes a code in upper case without what is forgiven; returns its true length, of which at most the destination's is written.</summary>
    public static int Compact(ReadOnlySpan<char> text, Span<char> destination)
    {
        var length = 0;
        foreach (var c in text)
        {
            var plain = c is >= '！' and <= '～' ? (char)(c - '！' + '!') : c;
            if (IsForgiven(plain)) continue;
            if (length < destination.Length) destination[length] = plain is >= 'a' and <= 'z' ? (char)(plain - 'a' + 'A') : plain;
            length++;
        }
        return length;
    }

    private static bool IsForgiven(char c) =>
        c is '-' or (>= '\u2010' and <= '\u2014') || char.IsWhiteSpace(c) || char.IsControl(c)
        || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format;

    public static T Parse<T>(ReadOnlySpan<char> text) where T : struct, ISpanParsable<T> =>
        T.TryParse(text, null, out var value) ? value : throw new FormatException($"Not a valid {typeof(T).Name}.");

    public static bool AreDigits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
