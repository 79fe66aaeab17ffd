namespace Qijian.Modules.Registry;

/// <summary>Companies and persons in public roles: their facts with provenance, importers, pages.</summary>
public static class RegistryModule
{
    public static IServiceCollection AddRegistry(this IServiceCollection services) =>
        services.AddScoped<ImportFile>();
}
