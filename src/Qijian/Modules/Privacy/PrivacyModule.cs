using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Qijian.Modules.Shared;
using Qijian.Platform.CommandLine;
using Qijian.Platform.Data;
using Serilog.Extensions.Logging;

namespace Qijian.Modules.Privacy;

/// <summary>The policy that executes: registry, consent, guard, vault, gate, retention, evidence. Every module may use its public contracts.</summary>
public static class PrivacyModule
{
    /// <summary>Where the policy is read.</summary>
    internal const string Path = "/privacy";

    public static IServiceCollection AddPrivacy(this IServiceCollection services) =>
        services.AddSingleton(_ => PolicyFolder.Shipped).AddSingleton(s => s.GetRequiredService<PolicyFolder>().LoadBindings()).AddSingleton<RegistryCheck>(_ => RegistryLinter.Check)
            .AddSingleton(s => ProcessingRegistry.Load(s.GetRequiredService<PolicyFolder>().RegistryFiles, s.GetRequiredService<Bindings>().ById.Keys.ToHashSet(StringComparer.Ordinal), s.GetRequiredService<RegistryCheck>()))
            .AddSingleton<IFeatures, Features>()
            .AddSingleton(new FooterLink(Path, () => Text.FooterPolicy)).AddSingleton(new FooterLink("/privacy/conformance", () => Text.FooterConformance)).AddSingleton(new FooterLink("/privacy/contact", () => Text.ContactTitle))
            .AddSingleton<IMessagePolicy, MessagePolicy>()
            .AddEgress().AddConformance().AddPolicy().AddServiceLog().AddRetention().AddVault().AddConsent();

    /// <summary>What every request passes, before all else.</summary>
    public static void UsePrivacy(this IApplicationBuilder app) => app.UseRequestLog();

    public static void MapPrivacy(this IEndpointRouteBuilder app)
    {
        PolicyText.Map(app);
        ConformanceEndpoints.Map(app);
        SecurityContact.Map(app);
    }

    private static IServiceCollection AddPolicy(this IServiceCollection services) => services
        .AddSingleton<CurrentPolicy>().AddSingleton<PolicyShelf>().AddScoped<PolicyVersions>().AddScoped<PolicyNotices>().AddScoped<PublishPolicy>().AddScoped<ActivatePolicy>()
        .AddScoped<IPreparation, PreparePolicy>().AddHostedService<PolicyCalendar>()
        .AddSingleton(s => PolicyBanner.Of(s.GetRequiredService<CurrentPolicy>(), s.GetRequiredService<TimeProvider>()));

    private static IServiceCollection AddServiceLog(this IServiceCollection services) => services.AddSingleton<ServiceLog>()
        .AddLogging(logging => logging.ClearProviders().Services.AddSingleton<ILoggerProvider>(s => new SerilogLoggerProvider(s.GetRequiredService<ServiceLog>().Program(s.GetRequiredService<ProcessingRegistry>()), dispose: true)));

    // A client that a library brings goes the same way; what it sends is in nobody's log.
    private static IServiceCollection AddEgress(this IServiceCollection services) => services
        .AddTransient<EgressHandler>().ConfigureHttpClientDefaults(http => http.RemoveAllLoggers().AddHttpMessageHandler<EgressHandler>())
        .AddSingleton<EgressLimits>().AddSingleton<IEgressNetwork, EgressNetwork>().AddSingleton<IEgressSender, HttpSender>().AddScoped<IEgressGate, EgressGate>().AddScoped<IRecipientGuard>(s => s.GetRequiredService<PurposeGuard>());

    private static IServiceCollection AddRetention(this IServiceCollection services) => services
        .AddSingleton<IReleaseCheck, ReleaseCheck>().AddScoped<RetentionSweep>().AddScoped<TaggedTables>().AddScoped<IPersonalDataStore>(s => s.GetRequiredService<TaggedTables>())
        .AddScoped<IRetained, LogFiles>().AddScoped<IRetained, RetainedTables>().AddScoped<IRetained, ConsentEvidence>().AddHostedService<ConstantSweep>()
        .AddScoped<ISubjectMeter, SubjectMeter>().AddHostedService<DailyMeter>();

    private static IServiceCollection AddConsent(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddTransient(s => s.GetRequiredService<CurrentPolicy>() is { Number: > 0 } policy
            ? new ConsentTerms(policy.Held ?? s.GetRequiredService<ProcessingRegistry>(), policy.Number, policy.Broadened) // answers are given to the version that holds
            : new ConsentTerms(s.GetRequiredService<ProcessingRegistry>(), s.GetRequiredService<PolicyFolder>().Newest)); // a command before the first start
        // By the program's own registry, whichever version holds.
        services.AddSingleton(s => new GuardRules(s.GetRequiredService<CurrentPolicy>().Held is null ? s.GetRequiredService<ConsentTerms>() : new(s.GetRequiredService<ProcessingRegistry>(), s.GetRequiredService<PolicyFolder>().Newest), s.GetRequiredService<CurrentPolicy>())).AddSingleton<RestrictionList>().AddSingleton<Receipt>();
        services.AddScoped<ConsentLedger>().AddScoped<RecordAnswer>().AddScoped<ForgetVisitor>().AddScoped<IConsentPrompts, ConsentPrompts>().AddScoped<IGuardianConsents, GuardianConsents>().AddScoped<IRecipientConsents, RecipientConsents>();
        services.AddScoped<CurrentSubject>().AddScoped<ICurrentSubject>(s => s.GetRequiredService<CurrentSubject>());
        services.AddScoped<PurposeGuard>().AddScoped<IPurposeGuard>(s => s.GetRequiredService<PurposeGuard>());
        services.AddAntiforgery(o => (o.Cookie, o.FormFieldName) = (new FormCookie(), "form"));
        // The keys of forms lie with the other keys of the installation: a form stays good over a restart.
        services.AddOptions<KeyManagementOptions>().Configure<DataFolder, ILoggerFactory>((o, folder, log) =>
            (o.XmlRepository, o.XmlEncryptor) = (new FileSystemXmlRepository(Directory.CreateDirectory(folder.File("form-keys")), log), new NullXmlEncryptor()));
        return services;
    }
}

/// <summary>The folder <c>policy</c> beside the program: registry and versions.</summary>
internal sealed record PolicyFolder(string Path)
{
    public static PolicyFolder Shipped { get; } = new(System.IO.Path.Combine(AppContext.BaseDirectory, "policy"));

    public IReadOnlyList<RegistryFile> RegistryFiles => ProcessingRegistry.FilesIn(Path);

    /// <summary>The newest version that the folder holds.</summary>
    public int Newest => Directory.Exists(Versions) && Directory.GetDirectories(Versions).Select(d => int.TryParse(System.IO.Path.GetFileName(d), CultureInfo.InvariantCulture, out var number) ? number : 0).DefaultIfEmpty().Max() is > 0 and var newest ? newest
        : throw new ConfigurationException($"{Versions} 中没有政策版本，请恢复安装目录 / holds no version of the policy: restore the installed folder.");

    private string Versions => System.IO.Path.Combine(Path, "versions");

    /// <summary>A file of a version.</summary>
    public string Read(int version, string file) => File.ReadAllText(System.IO.Path.Combine(Path, "versions", version.ToString(CultureInfo.InvariantCulture), file));

    /// <summary>SHA-256 of every file of a version, in the order of their names.</summary>
    public string HashOf(int version)
    {
        var files = Directory.GetFiles(System.IO.Path.Combine(Path, "versions", version.ToString(CultureInfo.InvariantCulture))).Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', files.Select(f => $"{System.IO.Path.GetFileName(f)}\0{File.ReadAllText(f).ReplaceLineEndings("\n")}")))));
    }

    /// <summary>A copy of the folder in which one file says something else.</summary>
    public PolicyFolder With(TextChange change, string to)
    {
        foreach (var file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
        {
            var copy = System.IO.Path.Combine(to, System.IO.Path.GetRelativePath(Path, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var (changed, text) = (System.IO.Path.Combine(to, change.File), File.ReadAllText(System.IO.Path.Combine(Path, change.File)));
        if (change.Change(text) is var other && other == text) throw new InvalidOperationException($"{change.File} was meant to be changed and is the same.");
        File.WriteAllText(changed, other);
        return new(to);
    }

    /// <summary>Everything that is wrong with registry and bindings, each with its file as it lies in this folder.</summary>
    public IReadOnlyList<RegistryError> Check()
    {
        var (bindings, errors) = Bindings.Read($"policy/versions/{Newest}/bindings.yaml", Read(Newest, "bindings.yaml"));
        var (registry, unread) = ProcessingRegistry.Read(RegistryFiles);
        errors = [.. errors, .. unread];
        if (errors.Count == 0) errors = [.. RegistryLinter.Check(registry, bindings.ById.Keys.ToHashSet(StringComparer.Ordinal))];
        return [.. errors.Select(e => e with { File = System.IO.Path.Combine(Path, System.IO.Path.GetRelativePath("policy", e.File)) })];
    }

    public Bindings LoadBindings()
    {
        var (bindings, errors) = Bindings.Read($"policy/versions/{Newest}/bindings.yaml", Read(Newest, "bindings.yaml"));
        return errors.Count == 0 ? bindings : throw new ConfigurationException(string.Join('\n', errors));
    }
}
