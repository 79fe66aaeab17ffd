namespace Qijian.Modules.Shared;

/// <summary>Light or dark pages, where a reader chose; without a choice, as the device is set.</summary>
public static class Theme
{
    /// <summary>The cookie that holds the choice.</summary>
    public const string Cookie = "__Host-qijian-theme";

    /// <summary>What can be chosen.</summary>
    public static readonly IReadOnlyList<string> Choices = ["light", "dark"];

    /// <summary>What was chosen, or null.</summary>
    public static string? Of(HttpContext http) => http.Request.Cookies[Cookie] is { } chosen && Choices.Contains(chosen, StringComparer.Ordinal) ? chosen : null;

    /// <summary>Keeps a choice; anything else takes it back.</summary>
    public static void Choose(HttpContext http, string? theme)
    {
        CookieOptions options = new() { Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = TimeSpan.FromDays(365) };
        if (theme is not null && Choices.Contains(theme, StringComparer.Ordinal)) http.Response.Cookies.Append(Cookie, theme, options);
        else http.Response.Cookies.Delete(Cookie, options);
    }
}
