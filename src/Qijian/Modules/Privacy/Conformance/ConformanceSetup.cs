using System.Reflection;
using Qijian.Platform.CommandLine;

namespace Qijian.Modules.Privacy;

internal static class ConformanceSetup
{
    public static IServiceCollection AddConformance(this IServiceCollection services)
    {
        foreach (var probe in ClauseProbes.All) services.AddSingleton(probe);
        return services.AddSingleton(s => s.GetRequiredService<KeyStore>().Signing).AddSingleton<ClauseTexts>().AddScoped<EvidenceLog>().AddScoped<ReadConformance>().AddScoped<RunProbes>().AddSingleton<SecurityContact>()
            .AddSingleton(s => new Build(Commit, s.GetRequiredService<PolicyFolder>().Newest, s.GetRequiredService<PolicyFolder>().HashOf(s.GetRequiredService<PolicyFolder>().Newest), s.GetRequiredService<ProcessingRegistry>().Hash))
            .AddSingleton<IPreparation, RegistryInForce>().AddTransient<IStartupFilter, PolicyVersionHeader>();
    }

    private static string Commit { get; } = typeof(ConformanceSetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}

/// <summary>Says at the start by what the site is run. It cannot be made from a registry that is wrong, and then nothing is served.</summary>
internal sealed partial class RegistryInForce(Build build, ILogger<RegistryInForce> log) : IPreparation
{
    public Task RunAsync(CancellationToken ct)
    {
        LogInForce(build.PolicyVersion, build.RegistryHash);
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Policy version {Version}, registry {Registry}")]
    private partial void LogInForce(int version, string registry);
}

/// <summary>Every answer says by which version of the policy it was given, refusals and errors too.</summary>
internal sealed class PolicyVersionHeader(CurrentPolicy policy) : IStartupFilter
{
    public const string Name = "Policy-Version";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((http, rest) =>
        {
            http.Response.OnStarting(() => // an error clears what was set before
            {
                http.Response.Headers[Name] = policy.Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
                return Task.CompletedTask;
            });
            return rest(http);
        });
        next(app);
    };
}
