using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Privacy;
using Qijian.Platform;
using Qijian.Platform.CommandLine;

namespace Qijian.Modules.Registry;

/// <summary>Companies and persons in public roles: their facts with provenance, importers, pages.</summary>
public static class RegistryModule
{
    public static IServiceCollection AddRegistry(this IServiceCollection services) =>
        services.AddSingleton(new SampleSize(4000)).AddSingleton<FormerDivisions>().AddSingleton<SourceCatalog>().AddSingleton<IImportFollower>(s => s.GetRequiredService<SourceCatalog>())
            .AddScoped<ImportFile>().AddScoped<ExportFile>().AddScoped<RebuildCompanies>().AddScoped<ICompanyLookup, CompanyLookup>().AddScoped<ICompanyFeed, CompanyFeed>().AddScoped<IRelationFeed, RelationFeed>().AddScoped<ISamePersons, SamePersons>()
            .AddScoped<IPreparation, PrepareSample>().AddScoped<ISubjectCount, PeopleCount>().AddHostedService<RegistryFollower>();

    public static void MapRegistry(this IEndpointRouteBuilder app)
    {
        CompanyEndpoints.Map(app);
        Sitemap.Map(app);
    }
}

// Two of one name are two, and one person with two roles at a body is two as well.
internal sealed class PeopleCount(AppDb db) : ISubjectCount
{
    public SubjectClass Class => SubjectClass.PublicRole;

    public Task<long> CountAsync(CancellationToken ct) => db.People.LongCountAsync(ct);
}
