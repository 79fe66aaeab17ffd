using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Modules.Registry;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Graph;

/// <summary>The pages of relations, and where they are linked.</summary>
internal static class GraphPages
{
    public static IServiceCollection AddGraphPages(this IServiceCollection services)
    {
        services.Configure<RazorPagesOptions>(pages => pages.Conventions.AddPageRoute("/Graph/Pages/Structure", "/people/{id}/structure"));
        return services.AddScoped<FindParty>().AddSingleton<MatrixWatches>()
            .AddSingleton(new PartyTab(id => $"/companies/{id}/structure", () => Text.PageTabStructure)).AddSingleton(new PartyTab(id => $"/companies/{id}/group", () => Text.PageTabGroup))
            .AddSingleton(new PartyTab(id => $"/people/{id}/structure", () => Text.PageTabCompanies, Companies: false, People: true))
            .AddSingleton(new PartyTab(id => $"{RelationsModel.Path}?from={id}", () => Text.PageTabRelations, People: true))
            .AddSingleton(new FooterLink(RelationsModel.Path, () => Text.PageFindRelation)).AddSingleton(new FooterLink(MatrixModel.Path, () => Text.PageMatrix));
    }
}
