using Qijian.Platform.Data;

namespace Qijian.Platform;

internal static class PlatformSetup
{
    public static void AddPlatform(this WebApplicationBuilder builder, DataFolder folder, bool quiet)
    {
        if (quiet) builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddOptions<OperatorOptions>().BindConfiguration("Operator");
        builder.Services.AddSingleton<SiteState>();
        builder.Services.AddData(builder.Configuration, folder);
    }

    public static void UsePlatform(this WebApplication app)
    {
        app.MapGet("/healthz", () => "ok");
    }
}
