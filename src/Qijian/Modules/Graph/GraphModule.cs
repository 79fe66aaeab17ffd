using Qijian.Modules.Registry;
using Qijian.Modules.Search;
using Qijian.Platform;
using Qijian.Platform.CommandLine;

namespace Qijian.Modules.Graph;

/// <summary>Who owns whom, who runs what, and how two are connected.</summary>
public static class GraphModule
{
    public static IServiceCollection AddGraph(this IServiceCollection services) => services
        .AddSingleton<CompanyStanding>()
        .AddSingleton<ICompanyStanding>(s => s.GetRequiredService<CompanyStanding>())
        .AddSingleton<StoredGraph>()
        .AddSingleton<IFollowsRegistry>(s => s.GetRequiredService<StoredGraph>())
        .AddSingleton<IImportFollower>(s => s.GetRequiredService<StoredGraph>())
        .AddSingleton<IPreparation>(s => s.GetRequiredService<StoredGraph>())
        .AddSingleton<IReadiness>(s => s.GetRequiredService<StoredGraph>())
        .AddScoped<IRelationGraph, RelationAnswers>()
        .AddRelationTools()
        .AddGraphPages();

    public static void MapGraph(this IEndpointRouteBuilder app)
    {
        GraphEndpoints.Map(app);
        MatrixWatches.Map(app);
    }
}
