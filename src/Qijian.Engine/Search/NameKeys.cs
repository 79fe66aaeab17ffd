using Qijian.Engine.Text;

namespace Qijian.Engine.Search;

/// <summary>What the key tables hold of a name key.</summary>
internal static class NameKeys
{
    /// <summary>Characters of a name that count.</summary>
    public const int MaxLength = 1000;

    /// <summary>Letters that two keys of a Latin table hold; no more are needed to build them.</summary>
    private const int EnoughLetters = 2 * PrefixKeys.LatinLength;

    /// <summary>The key of a name as stored.</summary>
    public static string KeyOf(string name) => TextKeys.Key(name.Length > MaxLength ? name[..MaxLength] : name);

    /// <summary>Pinyin of a name key in a–z and 0–9; writes at most <paramref name="target"/>.</summary>
    public static int Pinyin(ReadOnlySpan<char> key, Span<char> target) => Latin(key, target, initials: false);

    /// <summary>Initials of a name key in a–z and 0–9.</summary>
    public static int Initials(ReadOnlySpan<char> key, Span<char> target) => Latin(key, target, initials: true);

    /// <summary>Room for the letters of a key long enough to build both keys of a Latin table.</summary>
    public const int ShortBuffer = EnoughLetters * Text.Pinyin.MaxSyllable;

    /// <summary>The start of a key that gives at least <see cref="EnoughLetters"/> letters.</summary>
    public static ReadOnlySpan<char> Short(ReadOnlySpan<char> key) => key.Length > EnoughLetters ? key[..EnoughLetters] : key;

    private static int Latin(ReadOnlySpan<char> key, Span<char> target, bool initials)
    {
        var n = initials ? Text.Pinyin.Initials(key, target, PinyinReading.CompanyName) : Text.Pinyin.Full(key, target, PinyinReading.CompanyName);
        var bad = target[..n].IndexOfAnyExcept(TextKeys.LatinKey);
        if (bad < 0)
            return n;
        var kept = bad;
        for (var i = bad + 1; i < n; i++)
        {
            if (TextKeys.LatinKey.Contains(target[i]))
                target[kept++] = target[i];
        }
        return kept;
    }
}
