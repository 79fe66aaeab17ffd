using Qijian.Platform;
using Qijian.Platform.CommandLine;

namespace Qijian.Modules.Registry;

/// <summary>Companies and persons in public roles: their facts with provenance, importers, pages.</summary>
public static class RegistryModule
{
    public static IServiceCollection AddRegistry(this IServiceCollection services) =>
        services.AddSingleton(new SampleSize(4000)).AddSingleton<FormerDivisions>().AddSingleton<SourceCatalog>().AddSingleton<IImportFollower>(s => s.GetRequiredService<SourceCatalog>())
            .AddScoped<ImportFile>().AddScoped<RebuildCompanies>().AddScoped<ICompanyLookup, CompanyLookup>().AddScoped<ICompanyFeed, CompanyFeed>().AddScoped<IRelationFeed, RelationFeed>().AddScoped<IPreparation, PrepareSample>().AddHostedService<RegistryFollower>();

    public static void MapRegistry(this IEndpointRouteBuilder app)
    {
        CompanyEndpoints.Map(app);
        Sitemap.Map(app);
    }
}
