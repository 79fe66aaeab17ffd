using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Qijian.Modules.Privacy;

/// <summary>
/// The form of a text that is hashed: NFC, emphasis and code marks and invisible characters left out, a run of white space as one
/// space, none beside Chinese or Japanese characters and none at the ends. Links stay whole: where a link leads is content.
/// </summary>
internal static partial class CanonicalText
{
    /// <summary>The canonical form. Idempotent, O(n), total.</summary>
    public static string Of(string text)
    {
        List<Rune> runes = [.. Compose(text).EnumerateRunes()];
        StringBuilder canonical = new(text.Length);
        Rune last = default;
        var space = false;
        for (var i = 0; i < runes.Count; i++)
        {
            var rune = runes[i];
            if (IsInvisible(rune) || IsMark(runes, i)) continue;
            if (Rune.IsWhiteSpace(rune))
            {
                space = true;
                continue;
            }

            if (space && canonical.Length > 0 && !IsWide(last) && !IsWide(rune)) canonical.Append(' ');
            canonical.Append(rune);
            (last, space) = (rune, false);
        }

        // What stood on both sides of a mark may compose now.
        return Compose(canonical.ToString());
    }

    /// <summary>SHA-256 in lower-case hexadecimal digits.</summary>
    public static string Hash(string canonical) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));

    /// <summary>Without what makes a line a heading, a list item or a quotation.</summary>
    public static string WithoutMarker(string line) => line[Markers().Match(line).Length..];

    /// <summary>Whether white space beside it says nothing.</summary>
    // Combining marks are left out: NFC moves them.
    public static bool IsWide(Rune rune) => rune.Value is
        (>= 0x2E80 and <= 0x3029) or (>= 0x3030 and <= 0x3098) or (>= 0x309B and <= 0x30FF) or (>= 0x3190 and <= 0x9FFF) or
        (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE4F) or (>= 0xFF01 and <= 0xFF9D) or (>= 0x20000 and <= 0x3FFFF) or 0x201C or 0x201D;

    private static bool IsInvisible(Rune rune) => rune.Value is 0 or 0xAD or 0x200B or 0x2060 or 0xFEFF;

    // An underscore or tilde inside a word belongs to it.
    private static bool IsMark(List<Rune> runes, int i) => runes[i].Value is '*' or '`' || (runes[i].Value is '_' or '~' && !(IsWord(runes, i - 1) && IsWord(runes, i + 1)));

    private static bool IsWord(List<Rune> runes, int i) => i >= 0 && i < runes.Count && Rune.IsLetterOrDigit(runes[i]);

    // Lone surrogates have no normal form.
    private static string Compose(string text) => (text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? string.Concat(text.EnumerateRunes()) : text).Normalize();

    [GeneratedRegex(@"\A(?>\s*(#{1,6}|[-*+]|[0-9]{1,9}[.)])(\s+|\z)|\s*>\s*)*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Markers();
}
