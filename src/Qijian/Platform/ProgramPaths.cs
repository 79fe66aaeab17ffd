using System.Net;

namespace Qijian.Platform;

/// <summary>The addresses that programs use: they get problem+json instead of pages, in the language that they prefer.</summary>
internal static class ProgramPaths
{
    private static readonly PathString[] All = ["/api", "/openapi", "/reconcile", "/.well-known", Mcp];

    /// <summary>Where tools of language models are found.</summary>
    public const string Mcp = "/mcp";

    /// <summary>The only address that other sites may show in a frame.</summary>
    public static readonly PathString Framed = "/reconcile/preview";

    public static bool Contains(PathString path) => Array.Exists(All, p => path.StartsWithSegments(p, StringComparison.Ordinal));

    /// <summary>
    /// Browsers that were led here by another site, or by a name that was made to point at this machine, are kept from tools:
    /// an Origin must be this very site, and a demonstration is called by a loopback name or address only.
    /// </summary>
    public static IApplicationBuilder UseToolGuard(this IApplicationBuilder app) => app.UseWhen(http => http.Request.Path.StartsWithSegments(Mcp, StringComparison.Ordinal), tools => tools.Use((http, next) =>
    {
        var (host, origin) = (http.Request.Host, http.Request.Headers.Origin);
        var foreign = origin.Count > 0 && !(Uri.TryCreate(origin[0], UriKind.Absolute, out var from) && string.Equals(from.GetComponents(UriComponents.HostAndPort, UriFormat.Unescaped), new UriBuilder(http.Request.Scheme, host.Host, host.Port ?? -1).Uri.GetComponents(UriComponents.HostAndPort, UriFormat.Unescaped), StringComparison.OrdinalIgnoreCase));
        if (!foreign && (!http.RequestServices.GetRequiredService<SiteState>().Demonstration || IsLoopback(host.Host))) return next(http);
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }));

    private static bool IsLoopback(string host) => host is "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
