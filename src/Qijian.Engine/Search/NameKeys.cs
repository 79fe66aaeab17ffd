using Qijian.Engine.Text;

namespace Qijian.Engine.Search;

/// <summary>Pinyin and brand of a name key.</summary>
internal static class NameKeys
{
    /// <summary>The key of a name as it is stored.</summary>
    public static string KeyOf(string name) => TextKeys.Key(name);

    /// <summary>Pinyin of a name key in a–z and 0–9; characters without one are left out.</summary>
    public static string Pinyin(string key) => LatinOnly(TextKeys.IsLatin(key) ? key : Text.Pinyin.Full(key, PinyinReading.CompanyName));

    /// <summary>Initials of a name key in a–z and 0–9.</summary>
    public static string Initials(string key) => LatinOnly(TextKeys.IsLatin(key) ? key : Text.Pinyin.Initials(key, PinyinReading.CompanyName));

    /// <summary>Where the brand begins in a name key, 0 where it begins with no known place.</summary>
    public static int BrandStart(string key) => PlacePrefix.Length(key);

    private static string LatinOnly(string key)
    {
        if (TextKeys.IsLatin(key)) return key;
        Span<char> buffer = key.Length <= 512 ? stackalloc char[key.Length] : new char[key.Length];
        var n = 0;
        foreach (var c in key)
            if (char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)) buffer[n++] = c;
        return new string(buffer[..n]);
    }
}
