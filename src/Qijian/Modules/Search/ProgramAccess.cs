using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using ModelContextProtocol.AspNetCore;
using Qijian.Platform;

namespace Qijian.Modules.Search;

/// <summary>The ways in for programs beside the search: matching, reconciliation, tools of language models and files of results.</summary>
internal static class ProgramAccess
{
    private static readonly JsonSerializerOptions ToolJson = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All), Converters = { new JsonStringEnumConverter() }, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    public static IServiceCollection AddProgramAccess(this IServiceCollection services)
    {
        services.AddScoped<MatchCompanies>().AddScoped<ICompanyMatching>(s => s.GetRequiredService<MatchCompanies>()).AddScoped<MatchFile>().AddScoped<ReconcileQueries>().AddScoped<ExtendCompanies>().AddScoped<ExportPages>();
        services.AddHttpContextAccessor();
        services.AddMcpServer(mcp => mcp.ServerInfo = new() { Name = "qijian", Title = "Qijian 企鉴", Version = typeof(ProgramAccess).Assembly.GetName().Version!.ToString(3) })
            .WithHttpTransport(http => http.SessionMode = HttpServerSessionMode.Stateless).WithTools<CompanyTools>(ToolJson);
        return services;
    }

    public static void Map(IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        MatchEndpoint.Map(api);
        ExportEndpoint.Map(api);
        ReconcileEndpoints.Map(app);
        app.MapMcp(ProgramPaths.Mcp);
    }
}
