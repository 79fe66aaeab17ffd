using Qijian.Modules.Privacy;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Insight;

/// <summary>What the site learns from its own use: totals only, from those who agreed to be counted.</summary>
public static class InsightModule
{
    internal const string Path = "/statistics";

    public static IServiceCollection AddInsight(this IServiceCollection services) => services
        .AddSingleton<UsageCounts>().AddScoped<ReleaseUsage>().AddHostedService<DailyRelease>()
        .AddSingleton(new FooterLink(Path, () => Text.Title));

    /// <summary>Counts a request after it has been answered. Nobody is counted who did not agree, and of nobody else is anything read.</summary>
    public static void UseInsight(this WebApplication app)
    {
        var (counts, features) = (app.Services.GetRequiredService<UsageCounts>(), app.Services.GetRequiredService<IFeatures>());
        app.Use(async (http, next) =>
        {
            await next(http);
            // Whoever chose something carries a cookie; the others are not looked at.
            if (http.Request.Cookies.Count == 0 || http.Response.StatusCode >= 400 || features.At((http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText) is not { } feature) return;
            if (http.RequestServices.GetRequiredService<ICurrentSubject>().Find() is not { } visitor) return;
            var decision = await http.RequestServices.GetRequiredService<IPurposeGuard>().DemandAsync(visitor, Purpose.ServiceImprovement, UsageCounts.Reads, CancellationToken.None);
            if (decision is Decision.Allowed yes) counts.Add(feature, yes.Capability);
        });
    }
}
