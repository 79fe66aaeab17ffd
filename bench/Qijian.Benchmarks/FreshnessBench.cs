using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Qijian.Modules.Search;
using Qijian.Platform.CommandLine;
using Qijian.Platform.Data;

namespace Qijian.Benchmarks;

/// <summary>
/// Times from the COMMIT on a connection of its own, as another process would make it, until a search has the change:
/// <c>freshness DATA-FOLDER [SETTINGS]</c>. It renames companies: give a copy of the data folder, or of the database that the settings name.
/// </summary>
internal static class FreshnessBench
{
    private const int Rounds = 100;

    public static async Task<int> RunAsync(string[] args)
    {
        await using var app = Program.Build(["--RateLimits:Enabled=false", .. args[2..]], new DataFolder(Path.GetFullPath(args[1])), quiet: true);
        await Serve.PrepareAsync(app, CancellationToken.None);
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync();
        var search = app.Services.GetRequiredService<ICompanySearch>();
        var (connection, numbers) = await OpenAsync(app.Services);
        await using var _ = connection;
        Console.WriteLine($"{numbers.Count:N0} companies, {search.GetType().Name}, {connection.GetType().Name}; {Rounds} commits a line, ms from the COMMIT to the first search that has it");
        await IdleAsync();
        foreach (var size in new[] { 1, 10, 100, 1000 })
        {
            List<double> times = [];
            for (var round = -10; round < Rounds; round++) // the first warm up
            {
                var word = string.Create(CultureInfo.InvariantCulture, $"快{size}次{round + 10}更名{Random.Shared.Next(1 << 30)}号");
                var took = await ChangeAsync(connection, search, [.. Enumerable.Range(0, size).Select(_ => numbers[Random.Shared.Next(numbers.Count)]).Distinct()], word);
                if (round >= 0)
                    times.Add(took);
                await Task.Delay(Random.Shared.Next(20, 60)); // out of step with whoever polls
            }
            times.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size,5} companies: p50 {times[Rounds / 2],6:0.0}  p90 {times[Rounds * 9 / 10],6:0.0}  p99 {times[Rounds - 2],6:0.0}  max {times[^1],6:0.0}"));
        }
        await app.StopAsync();
        return 0;
    }

    private static async Task IdleAsync()
    {
        await Task.Delay(1000);
        var before = Environment.CpuUsage.TotalTime;
        await Task.Delay(5000);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"idle, following: {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds / 50:0.0} % of a core"));
    }

    private static async Task<(DbConnection, List<int>)> OpenAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        var numbers = await db.Companies.Select(c => c.Number).ToListAsync();
        DbConnection connection = db.Database.IsSqlite() ? new SqliteConnection(db.Database.GetConnectionString() + ";Pooling=False") : new NpgsqlConnection(db.Database.GetConnectionString());
        await connection.OpenAsync();
        if (connection is SqliteConnection sqlite)
            SqlitePragmas.Set(sqlite);
        return (connection, numbers);
    }

    private static async Task<double> ChangeAsync(DbConnection connection, ICompanySearch search, int[] numbers, string word)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await using var change = connection.CreateCommand();
        change.Transaction = transaction;
#pragma warning disable CA2100 // numbers
        change.CommandText = $"""
            UPDATE registry_companies SET name = @word || number || '有限公司' WHERE number IN ({string.Join(',', numbers)});
            INSERT INTO registry_changes (sequence, companies) SELECT coalesce(max(sequence), 0) + 1, @companies FROM registry_changes
            """;
#pragma warning restore CA2100
        foreach (var (name, value) in new (string, object)[] { ("word", word), ("companies", MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray()) })
        {
            var parameter = change.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            change.Parameters.Add(parameter);
        }
        await change.ExecuteNonQueryAsync();
        var started = Stopwatch.GetTimestamp();
        await transaction.CommitAsync();
        while ((await search.SearchAsync(new() { Text = $"\"{word}\"", Facets = false, PageSize = 1 }, CancellationToken.None)).Total < numbers.Length)
            await Task.Delay(1);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
