using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Qijian.Modules.Registry;
using Qijian.Platform.CommandLine;
using Qijian.Platform.Data;

namespace Qijian.Tests;

/// <summary>The whole product on a folder of its own, served by Kestrel on a free port.</summary>
public sealed class TestSite : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string? database;

    private TestSite(WebApplication app, string folder, string? database) => (this.app, Folder, this.database) = (app, folder, database);

    public string Folder { get; }
    public Uri Address { get; private set; } = null!;
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Whether every site of this run is on PostgreSQL: ./test runs the modules' tests a second time so.</summary>
    private static bool OnPostgres => Environment.GetEnvironmentVariable("QIJIAN_TEST_DATABASE") is "PostgreSql";

    public const string NoPostgres = "PostgreSQL is not running: ./test starts it";

    public static string? PostgresServer => Environment.GetEnvironmentVariable("QIJIAN_TEST_POSTGRES");

    /// <summary>Starts a site on an empty data folder; unless told otherwise it fills itself with the sample.</summary>
    public static Task<TestSite> StartAsync(bool postgres = false, bool serve = true, params string[] settings) => StartAsync(null, postgres, serve, settings);

    /// <summary>Starts a site with some of its services replaced: a clock, a failing part.</summary>
    internal static async Task<TestSite> StartAsync(Action<IServiceCollection>? replace, bool postgres = false, bool serve = true, params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("qijian-").FullName;
        string? own = null;
        List<string> args = ["--RateLimits:Enabled=false", .. settings];
        if (postgres || OnPostgres)
        {
            Assert.SkipWhen(PostgresServer is null, NoPostgres);
            own = $"t{Guid.CreateVersion7():N}";
            await RunAsync(PostgresServer, $"CREATE DATABASE {own}");
            args.Add("--Database:Provider=PostgreSql");
            args.Add($"--Database:ConnectionString={new NpgsqlConnectionStringBuilder(PostgresServer) { Database = own }}");
        }

        TestSite site = new(Program.Build([.. args], new DataFolder(folder), quiet: true, replace), folder, own);
        if (!serve)
        {
            await using var scope = site.app.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<Migrator>().RunAsync(TestContext.Current.CancellationToken);
            return site;
        }

        await Serve.PrepareAsync(site.app, TestContext.Current.CancellationToken);
        site.app.Urls.Add("http://127.0.0.1:0");
        await site.app.StartAsync(TestContext.Current.CancellationToken);
        site.Address = new(site.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        site.Client = new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = site.Address };
        return site;
    }

    internal async Task<T> WithAsync<TService, T>(Func<TService, Task<T>> act) where TService : notnull
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<TService>());
    }

    /// <summary>Imports a text as a file.</summary>
    internal async Task<ImportReport> ImportAsync(string name, string content, string? dataset = "test", string? format = null, DateTimeOffset? retrievedAt = null)
    {
        var path = Path.Combine(Folder, name);
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        return await ImportFileAsync(path, dataset, format, retrievedAt);
    }

    internal Task<ImportReport> ImportFileAsync(string path, string? dataset = "test", string? format = null, DateTimeOffset? retrievedAt = null, string? mapping = null) =>
        WithAsync<ImportFile, ImportReport>(import => import.RunAsync(new(path, format, mapping, dataset, retrievedAt), _ => { }, TestContext.Current.CancellationToken));

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        if (database is not null)
        {
            NpgsqlConnection.ClearAllPools();
            await RunAsync(PostgresServer!, $"DROP DATABASE {database} WITH (FORCE)");
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(Folder, recursive: true);
    }

    private static async Task RunAsync(string server, string sql)
    {
        await using NpgsqlConnection connection = new(server);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
