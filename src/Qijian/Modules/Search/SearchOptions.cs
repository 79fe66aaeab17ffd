using System.ComponentModel.DataAnnotations;
using Qijian.Platform.Data;

namespace Qijian.Modules.Search;

/// <summary>What answers searches.</summary>
public enum SearchEngine
{
    /// <summary>An index in the web process, saved in the data folder.</summary>
    Embedded,

    /// <summary>A table of the PostgreSQL database that holds the facts.</summary>
    PostgreSql,
}

internal sealed class SearchOptions
{
    public const string Section = "Search";

    [EnumDataType(typeof(SearchEngine))] public SearchEngine Engine { get; init; }

    /// <summary>Companies in one file of results; the file says when there are more.</summary>
    [Range(1, Qijian.Engine.Search.SearchQuery.MaxOffset)] public int ExportLimit { get; init; } = 10_000;

    /// <summary>The engine that is configured; refuses one that the database cannot be.</summary>
    public static SearchEngine EngineOf(IConfiguration configuration)
    {
        SearchEngine engine;
        try
        {
            engine = (configuration.GetSection(Section).Get<SearchOptions>() ?? new()).Engine;
        }
        catch (InvalidOperationException e)
        {
            throw new ConfigurationException($"{e.Message} Search:Engine: Embedded, PostgreSql.");
        }

        if (engine is SearchEngine.PostgreSql && (configuration.GetSection(DatabaseOptions.Section).Get<DatabaseOptions>() ?? new()).Provider is not DatabaseProvider.PostgreSql)
            throw new ConfigurationException("Search:Engine is PostgreSql, but Database:Provider is Sqlite. Set Database:Provider to PostgreSql, or Search:Engine to Embedded.");
        return engine;
    }
}
