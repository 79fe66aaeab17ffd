using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace Qijian.Engine.Search;

/// <summary>Fields that have terms of their own.</summary>
internal enum TermField
{
    Name = 1,
    OtherName = 2,
    Person = 3,

    Scope = 4,
    Address = 5,

    /// <summary>Codes, by three characters in a row.</summary>
    Code = 6,
}

/// <summary>Strings kept with a document.</summary>
internal enum StoredField : byte
{
    End = 0,
    FormerName = 1,
    AlsoKnownAs = 2,
    Person = 3,
    CreditCode = 4,
    RegistrationNumber = 5,
    Lei = 6,
    StockCode = 7,
}

/// <summary>Receives the terms of a text.</summary>
internal interface ITermSink
{
    /// <summary>A hanzi (or kana, hangul) and the one before it with no word in between, 0 at the start of a run.</summary>
    void Han(int rune, int previous);

    /// <summary>A run of letters, or of digits.</summary>
    void Word(ReadOnlySpan<char> word);

    /// <summary>After a run of digits that a hanzi follows at once, both: 303号.</summary>
    void Numbered(ReadOnlySpan<char> numberAndHan);
}

/// <summary>Cuts normalised text into terms and names them by 64-bit keys.</summary>
/// <remarks>
/// A key is (field 6 bits, kind 2 bits, payload 56 bits) through a bijective mixer (the finaliser of MurmurHash3), so keys are spread
/// evenly for the bucket table and grams never collide: one or two code points fit the payload. Words are hashed to 56 bits.
/// </remarks>
internal static class IndexTerms
{
    private const int Single = 0, Pair = 1, Latin = 2;

    /// <summary>The shortest piece of a code that is looked for.</summary>
    public const int CodePiece = 6;

    /// <summary>Whether a field has no terms of single hanzi: long texts, in which one says nothing.</summary>
    public static bool HasPairsOnly(TermField field) => field is TermField.Scope or TermField.Address;

    public static ulong OfHan(TermField field, int rune) => Mix(field, Single, (uint)rune);

    public static ulong OfPair(TermField field, int first, int second) => Mix(field, Pair, ((ulong)(uint)first << 24) | (uint)second);

    public static ulong OfWord(TermField field, ReadOnlySpan<char> word) =>
        Mix(field, Latin, XxHash3.HashToUInt64(MemoryMarshal.AsBytes(word)) >> 8);

    /// <summary>The terms of a code, or of a piece of one.</summary>
    public static IEnumerable<ulong> OfCode(string key)
    {
        for (var i = 0; i + 3 <= key.Length; i++)
            yield return OfWord(TermField.Code, key.AsSpan(i, 3));
    }

    /// <summary>Key of an exact value; the kind of value is part of the hash. Verified against stored text by the reader.</summary>
    public static ulong OfExact(ExactKind kind, ReadOnlySpan<char> key) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(key), (long)kind);

    /// <summary>O(n). Punctuation and spaces are skipped, so the pair across a bracket is a term too.</summary>
    public static void Cut<TSink>(ReadOnlySpan<char> normalized, ref TSink sink)
        where TSink : struct, ITermSink, allows ref struct
    {
        var previous = 0;
        for (var i = 0; i < normalized.Length;)
        {
            var kind = TextKeys.Classify(normalized, i, out var rune, out var length);
            switch (kind)
            {
                case CharKind.Han:
                    sink.Han(rune, previous);
                    previous = rune;
                    i += length;
                    break;
                case CharKind.Letter or CharKind.Digit:
                    var start = i;
                    do
                    {
                        i += length;
                    }
                    while (i < normalized.Length && TextKeys.Classify(normalized, i, out _, out length) == kind);
                    sink.Word(normalized[start..i]);
                    previous = 0;
                    if (kind == CharKind.Digit && i < normalized.Length && TextKeys.Classify(normalized, i, out _, out length) == CharKind.Han)
                        sink.Numbered(normalized[start..(i + length)]);
                    break;
                default:
                    i += length;
                    break;
            }
        }
    }

    private static ulong Mix(TermField field, int kind, ulong payload)
    {
        var x = ((ulong)field << 58) | ((ulong)kind << 56) | payload;
        x ^= x >> 33;
        x *= 0xff51afd7ed558ccd;
        x ^= x >> 33;
        x *= 0xc4ceb9fe1a85ec53;
        return x ^ (x >> 33);
    }
}

/// <summary>Values that are looked up whole.</summary>
internal enum ExactKind
{
    Name = 1,
    OtherName = 2,
    Person = 3,
    Code = 4,

    /// <summary>The whole pinyin of a name, where the tables of its beginnings do not hold all of it.</summary>
    Pinyin = 5,
}

internal enum CharKind
{
    Other,
    Han,
    Letter,
    Digit,
}

/// <summary>Keys of text: what is left when only letters, digits and hanzi of the normalised form are kept.</summary>
internal static class TextKeys
{
    public static string Normalize(string text) => Text.Normalizer.Normalize(text);

    public static string Key(string text) => KeyOfNormalized(Normalize(text));

    public static string KeyOfNormalized(string normalized)
    {
        Span<char> buffer = normalized.Length <= 512 ? stackalloc char[normalized.Length] : new char[normalized.Length];
        var n = KeyOfNormalized(normalized, buffer);
        return n == normalized.Length ? normalized : new string(buffer[..n]);
    }

    /// <summary>Writes the key, returns its length (at most that of the text).</summary>
    public static int KeyOfNormalized(ReadOnlySpan<char> normalized, Span<char> key)
    {
        var n = 0;
        for (var i = 0; i < normalized.Length;)
        {
            if (Classify(normalized, i, out _, out var length) != CharKind.Other)
            {
                key[n++] = normalized[i];
                if (length == 2)
                    key[n++] = normalized[i + 1];
            }
            i += length;
        }
        return n;
    }

    public static CharKind Classify(ReadOnlySpan<char> text, int i, out int rune, out int length)
    {
        var c = text[i];
        rune = c;
        length = 1;
        if (c is >= '\u4E00' and <= '\u9FFF')
            return CharKind.Han;
        if (c < 128)
            return char.IsAsciiLetter(c) ? CharKind.Letter : char.IsAsciiDigit(c) ? CharKind.Digit : CharKind.Other;
        if (char.IsSurrogate(c))
        {
            if (!char.IsHighSurrogate(c) || i + 1 >= text.Length || !char.IsLowSurrogate(text[i + 1]))
                return CharKind.Other;
            var whole = new Rune(c, text[i + 1]);
            rune = whole.Value;
            length = 2;
            return Rune.IsLetter(whole) ? CharKind.Han : CharKind.Other;
        }
        if (char.IsLetter(c))
            return c >= '\u2E80' ? CharKind.Han : CharKind.Letter;
        if (c == '\u3007') // 〇 is a number to Unicode and a hanzi to names
            return CharKind.Han;
        return char.IsDigit(c) ? CharKind.Digit : CharKind.Other;
    }

    public static bool IsLatin(ReadOnlySpan<char> key) => key.IndexOfAnyExcept(LatinKey) < 0;

    public static readonly System.Buffers.SearchValues<char> LatinKey = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");
}
