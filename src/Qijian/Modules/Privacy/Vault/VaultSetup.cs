using Microsoft.Extensions.Compliance.Redaction;
using Qijian.Platform.CommandLine;

namespace Qijian.Modules.Privacy;

internal static class VaultSetup
{
    /// <summary>Keys, the vault, and logs that show nothing personal. Whatever first needs the keys opens them, or is refused.</summary>
    public static IServiceCollection AddVault(this IServiceCollection services)
    {
        services.AddOptions<KeyOptions>().BindConfiguration(KeyOptions.Section);
        services.AddLogging(logging => logging.EnableRedaction(o => o.ApplyDiscriminator = false)).AddSingleton<IRedactorProvider, LogRedaction>();
        return services.AddSingleton<OpenKeyStore>().AddSingleton(s => s.GetRequiredService<OpenKeyStore>().Run()).AddSingleton<IPreparation, PrepareKeyStore>()
            .AddSingleton<IVault, Vault>().AddScoped<RevealPersonalData>().AddScoped<IReveals>(s => s.GetRequiredService<RevealPersonalData>());
    }
}
