using System.Globalization;

namespace Qijian.Platform;

/// <summary>Chooses the language: English under <c>/en</c>, Chinese elsewhere; for JSON by what the client prefers.</summary>
internal static class LanguageMiddleware
{
    private static readonly PathString Prefix = "/en";

    public static IApplicationBuilder UseLanguage(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        var english = http.Request.Path.StartsWithSegments(Prefix, StringComparison.Ordinal, out var rest);
        if (english)
        {
            http.Request.Path = rest.HasValue ? rest : "/"; // the pages have one route each
        }
        else if (ProgramPaths.Contains(http.Request.Path))
        {
            http.Response.Headers.Vary = "Accept-Language";
            english = http.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(l => l.Quality ?? 1).FirstOrDefault(l =>
                l.Value.StartsWith("en", StringComparison.OrdinalIgnoreCase) || l.Value.StartsWith("zh", StringComparison.OrdinalIgnoreCase)) is { } first && first.Value.StartsWith("en", StringComparison.OrdinalIgnoreCase);
        }

        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = english ? Language.English : Language.Chinese;
        return next(http);
    });
}
