using System.Globalization;
using System.Text;
using Qijian.Platform;

namespace Qijian.Modules.Registry;

/// <summary>What search engines are told: the companies in parts of at most 50,000 addresses, and whether they may come at all.</summary>
internal static class Sitemap
{
    // Two addresses, Chinese and English, for each number; the protocol allows 50,000 in a part.
    private const int NumbersInPart = 25_000;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/robots.txt", Robots).ExcludeFromDescription();
        app.MapGet("/sitemap.xml", Index).ExcludeFromDescription();
        app.MapGet("/sitemaps/companies-{part:int:min(0)}.xml", Part).ExcludeFromDescription();
    }

    // A demonstration shows invented companies, and nobody should come to it from a search engine.
    private static IResult Robots(HttpRequest request, SiteState state) => Results.Text(state.Demonstration
        ? "User-agent: *\nDisallow: /\n"
        : $"User-agent: *\nDisallow: /api/\nDisallow: /search\nDisallow: /en/search\nSitemap: {Origin(request)}/sitemap.xml\n");

    private static async Task Index(HttpContext http, ICompanyFeed feed, CancellationToken ct)
    {
        var origin = Origin(http.Request);
        Begin(http, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
        for (var number = await feed.FirstNumberAsync(0, ct); number is { } first; number = await feed.FirstNumberAsync((first / NumbersInPart + 1) * NumbersInPart, ct))
            Write(http, $"<sitemap><loc>{origin}/sitemaps/companies-{(first / NumbersInPart).ToString(CultureInfo.InvariantCulture)}.xml</loc></sitemap>\n");
        Write(http, "</sitemapindex>\n");
        await http.Response.BodyWriter.FlushAsync(ct);
    }

    private static async Task Part(int part, HttpContext http, ICompanyFeed feed, CancellationToken ct)
    {
        var from = (long)part * NumbersInPart;
        if (from > int.MaxValue || await feed.FirstNumberAsync((int)from, ct) is not { } first || first >= from + NumbersInPart)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var origin = Origin(http.Request);
        Begin(http, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n");
        await foreach (var id in feed.IdsAsync((int)from, (int)Math.Min(int.MaxValue, from + NumbersInPart), ct))
        {
            var (chinese, english) = ($"{origin}/companies/{id}", $"{origin}/en/companies/{id}"); // an id is letters, digits and a hyphen
            var alternates = $"<xhtml:link rel=\"alternate\" hreflang=\"zh-CN\" href=\"{chinese}\"/><xhtml:link rel=\"alternate\" hreflang=\"en\" href=\"{english}\"/>";
            Write(http, $"<url><loc>{chinese}</loc>{alternates}</url>\n<url><loc>{english}</loc>{alternates}</url>\n");
            if (http.Response.BodyWriter.UnflushedBytes > 64 * 1024) await http.Response.BodyWriter.FlushAsync(ct);
        }

        Write(http, "</urlset>\n");
        await http.Response.BodyWriter.FlushAsync(ct);
    }

    private static string Origin(HttpRequest request) => System.Security.SecurityElement.Escape($"{request.Scheme}://{request.Host}");

    private static void Begin(HttpContext http, string head)
    {
        http.Response.ContentType = "application/xml; charset=utf-8";
        Write(http, head);
    }

    private static void Write(HttpContext http, string text) => Encoding.UTF8.GetBytes(text, http.Response.BodyWriter);
}
