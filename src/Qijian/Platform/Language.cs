using System.Globalization;

namespace Qijian;

/// <summary>The reader's language: Chinese unless the page lives under <c>/en</c> or the request prefers English.</summary>
public static class Language
{
    public static readonly CultureInfo Chinese = CultureInfo.GetCultureInfo("zh-CN"), English = CultureInfo.GetCultureInfo("en");

    /// <summary>Whether the current request or command is answered in English.</summary>
    public static bool IsEnglish => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName is "en";

    /// <summary>The address of a page in the reader's language.</summary>
    public static string Path(string path) => !IsEnglish ? path : path is "/" ? "/en" : $"/en{path}";

    /// <summary>Fills the places {0}, {1}… of a text in the reader's language.</summary>
    public static string With(this string text, params ReadOnlySpan<object?> values) => string.Format(CultureInfo.CurrentCulture, text, values);
}
