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

/// <summary>Nothing is served by a registry that is wrong.</summary>
internal sealed class RegistryInForce(IServiceProvider services) : IPreparation
{
    public Task RunAsync(CancellationToken ct)
    {
        services.GetRequiredService<ProcessingRegistry>();
        return Task.CompletedTask;
    }
}

/// <summary>Every answer says by which version of the policy it was given, refusals and errors too.</summary>
internal sealed class PolicyVersionHeader(Build build) : IStartupFilter
{
    public const string Name = "Policy-Version";
    private readonly string version = build.PolicyVersion.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((http, rest) =>
        {
            http.Response.OnStarting(() => // an error clears what was set before
            {
                http.Response.Headers[Name] = version;
                return Task.CompletedTask;
            });
            return rest(http);
        });
        next(app);
    };
}
