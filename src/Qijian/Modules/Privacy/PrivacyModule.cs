using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Qijian.Platform.Data;
using Serilog.Extensions.Logging;

namespace Qijian.Modules.Privacy;

/// <summary>The policy that executes: registry, consent, guard, vault, gate, retention, evidence. Every module may use its public contracts.</summary>
public static class PrivacyModule
{
    public static IServiceCollection AddPrivacy(this IServiceCollection services) =>
        services.AddSingleton(_ => PolicyFolder.Shipped).AddSingleton(s => s.GetRequiredService<PolicyFolder>().LoadBindings()).AddSingleton(s => ProcessingRegistry.Load(s.GetRequiredService<PolicyFolder>().RegistryFiles, s.GetRequiredService<Bindings>().ById.Keys.ToHashSet(StringComparer.Ordinal)))
            .AddServiceLog().AddRetention().AddConsent();

    /// <summary>What every request passes, before all else.</summary>
    public static void UsePrivacy(this IApplicationBuilder app) => app.UseRequestLog();

    private static IServiceCollection AddServiceLog(this IServiceCollection services) => services.AddSingleton<ServiceLog>()
        .AddLogging(logging => logging.ClearProviders().Services.AddSingleton<ILoggerProvider>(s => new SerilogLoggerProvider(s.GetRequiredService<ServiceLog>().Program(s.GetRequiredService<ProcessingRegistry>()), dispose: true)));

    private static IServiceCollection AddRetention(this IServiceCollection services) => services
        .AddScoped<RetentionSweep>().AddScoped<IRetained, LogFiles>().AddHostedService<DailySweep>();

    private static IServiceCollection AddConsent(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddSingleton<Vault>().AddSingleton<IVault>(s => s.GetRequiredService<Vault>()).AddSingleton<SigningKey>();
        services.AddSingleton(s => new ConsentTerms(s.GetRequiredService<ProcessingRegistry>(), s.GetRequiredService<PolicyFolder>().Newest));
        services.AddSingleton<GuardRules>().AddSingleton<RestrictionList>().AddSingleton<Receipt>();
        services.AddScoped<ConsentLedger>().AddScoped<RecordAnswer>().AddScoped<ForgetVisitor>().AddScoped<IConsentPrompts, ConsentPrompts>();
        services.AddScoped<CurrentSubject>().AddScoped<ICurrentSubject>(s => s.GetRequiredService<CurrentSubject>());
        services.AddScoped<PurposeGuard>().AddScoped<IPurposeGuard>(s => s.GetRequiredService<PurposeGuard>());
        services.AddAntiforgery(o => (o.Cookie, o.FormFieldName) = (new FormCookie(), "form"));
        // The keys of forms lie with the other keys of the installation: a form stays good over a restart.
        services.AddOptions<KeyManagementOptions>().Configure<DataFolder, ILoggerFactory>((o, folder, log) =>
            (o.XmlRepository, o.XmlEncryptor) = (new FileSystemXmlRepository(Directory.CreateDirectory(folder.File("keys", "forms")), log), new NullXmlEncryptor()));
        return services;
    }
}

/// <summary>The folder <c>policy</c> beside the program: registry and versions.</summary>
internal sealed record PolicyFolder(string Path)
{
    public static PolicyFolder Shipped { get; } = new(System.IO.Path.Combine(AppContext.BaseDirectory, "policy"));

    public IReadOnlyList<RegistryFile> RegistryFiles => ProcessingRegistry.FilesIn(Path);

    /// <summary>The newest version that the folder holds.</summary>
    public int Newest => Directory.GetDirectories(System.IO.Path.Combine(Path, "versions")).Select(d => int.TryParse(System.IO.Path.GetFileName(d), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0).Max();

    /// <summary>A file of a version.</summary>
    public string Read(int version, string file) => File.ReadAllText(System.IO.Path.Combine(Path, "versions", version.ToString(System.Globalization.CultureInfo.InvariantCulture), file));

    public Bindings LoadBindings()
    {
        var (bindings, errors) = Bindings.Read($"policy/versions/{Newest}/bindings.yaml", Read(Newest, "bindings.yaml"));
        return errors.Count == 0 ? bindings : throw new ConfigurationException(string.Join('\n', errors));
    }
}
