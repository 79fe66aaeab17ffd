using Qijian.Platform.Data;

namespace Qijian.Modules.Privacy;

/// <summary>The policy that executes: registry, consent, guard, vault, gate, retention, evidence. Every module may use its public contracts.</summary>
public static class PrivacyModule
{
    public static IServiceCollection AddPrivacy(this IServiceCollection services) =>
        services.AddSingleton(_ => PolicyFolder.Shipped).AddSingleton(s => s.GetRequiredService<PolicyFolder>().LoadBindings()).AddSingleton(s => ProcessingRegistry.Load(s.GetRequiredService<PolicyFolder>().RegistryFiles, s.GetRequiredService<Bindings>().ById.Keys.ToHashSet(StringComparer.Ordinal)))
            .AddSingleton<EgressLimits>().AddSingleton<IEgressNetwork, EgressNetwork>().AddSingleton<IEgressSender, HttpSender>().AddScoped<IEgressGate, EgressGate>();
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
