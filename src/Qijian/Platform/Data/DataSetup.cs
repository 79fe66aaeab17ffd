using System.ComponentModel.DataAnnotations;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace Qijian.Platform.Data;

/// <summary>Which database holds the facts.</summary>
public enum DatabaseProvider
{
    /// <summary>One file in the data folder.</summary>
    Sqlite,

    /// <summary>A PostgreSQL server, 15 or later.</summary>
    PostgreSql,
}

internal sealed class DatabaseOptions
{
    public const string Section = "Database";

    [EnumDataType(typeof(DatabaseProvider))] public DatabaseProvider Provider { get; init; }

    /// <summary>Needed for PostgreSQL; for SQLite the file is <c>qijian.db</c> in the data folder unless this names another.</summary>
    public string? ConnectionString { get; init; }
}

/// <summary>The folder that holds everything this installation keeps: database, saved index, keys, rejected rows.</summary>
internal sealed record DataFolder(string Path)
{
    /// <summary>The path of a file in the folder, whose parent exists when this returns.</summary>
    public string File(params string[] names)
    {
        var path = System.IO.Path.Combine([Path, .. names]);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        return path;
    }
}

internal static class DataSetup
{
    public static IServiceCollection AddData(this IServiceCollection services, IConfiguration configuration, DataFolder folder)
    {
        var database = DatabaseOf(configuration);
        services.AddSingleton(folder).AddSingleton<BulkLoader>().AddScoped<Migrator>();
        services.AddOptions<DatabaseOptions>().BindConfiguration(DatabaseOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        if (database.Provider is DatabaseProvider.PostgreSql)
        {
            var connection = database.ConnectionString
                ?? throw new ConfigurationException("Database:Provider is PostgreSql, but Database:ConnectionString is empty. Set it, e.g. \"Host=localhost;Database=qijian;Username=qijian\".");
            services.AddDbContextPool<AppDb, PostgresDb>(o => o.UseNpgsql(connection));
            services.AddSingleton(_ => new PreparedReads(() => new NpgsqlConnection(connection)));
        }
        else
        {
            var connection = database.ConnectionString ?? new SqliteConnectionStringBuilder { DataSource = folder.File("qijian.db") }.ToString();
            services.AddDbContextPool<AppDb, SqliteDb>(o => o.UseSqlite(connection).AddInterceptors(new SqlitePragmas()));
            services.AddSingleton(_ => new PreparedReads(() => new SqliteConnection(connection)));
        }

        return services;
    }

    private static DatabaseOptions DatabaseOf(IConfiguration configuration)
    {
        try
        {
            return configuration.GetSection(DatabaseOptions.Section).Get<DatabaseOptions>() ?? new();
        }
        catch (InvalidOperationException e)
        {
            throw new ConfigurationException($"{e.Message} Database:Provider: Sqlite, PostgreSql.");
        }
    }
}

/// <summary>A setting that keeps the program from starting; the message says what to set.</summary>
public sealed class ConfigurationException(string message) : Exception(message);

internal sealed class SqliteDesign : IDesignTimeDbContextFactory<SqliteDb>
{
    public SqliteDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<SqliteDb>().UseSqlite("Data Source=design.db").Options);
}

internal sealed class PostgresDesign : IDesignTimeDbContextFactory<PostgresDb>
{
    public PostgresDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<PostgresDb>().UseNpgsql("Host=design").Options);
}
