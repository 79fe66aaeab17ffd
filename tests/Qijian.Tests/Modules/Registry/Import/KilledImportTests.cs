using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Qijian.Tests.Modules.Registry;

/// <summary>The importer as a process, killed without warning.</summary>
public sealed class KilledImportTests
{
    private static readonly string Executable = Path.Combine(AppContext.BaseDirectory, "..", "..", "Qijian", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "qijian");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_import_killed_at_random_points_ends_as_if_it_had_run_through()
    {
        var folder = Directory.CreateTempSubdirectory("qijian-kill-").FullName;
        try
        {
            var file = Path.Combine(folder, "rows.csv");
            StringBuilder rows = new("name,uscc,reg_date,legal_rep\n");
            for (var i = 0; i < 60_000; i++) rows.Append(CultureInfo.InvariantCulture, $"第{i}示例有限公司,,2010-03-01,林某{i % 7}\n");
            await File.WriteAllTextAsync(file, rows.ToString(), Ct);

            var (whole, cut) = (Path.Combine(folder, "whole"), Path.Combine(folder, "cut"));
            var report = await FinishAsync(file, whole);
            Assert.Equal(60_000, report.GetProperty("added").GetInt32());

            var kills = Environment.GetEnvironmentVariable("QIJIAN_LONG") is null ? 6 : 20;
            Random random = new(7);
            var killed = 0;
            for (var i = 0; i < kills; i++)
            {
                using var process = Start(file, cut);
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
                stop.CancelAfter(random.Next(800, 2600));
                try
                {
                    await process.WaitForExitAsync(stop.Token);
                }
                catch (OperationCanceledException)
                {
                    process.Kill(); // SIGKILL
                    await process.WaitForExitAsync(Ct);
                    killed++;
                }
            }

            Assert.True(killed > 0, "no run was killed");
            await FinishAsync(file, cut);
            Assert.Equal(Dump(whole), Dump(cut));
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(string file, string data) => Process.Start(new ProcessStartInfo(Executable, ["import", file, "--data", data, "--dataset", "test", "--json"])
    {
        UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
    })!;

    private static async Task<JsonElement> FinishAsync(string file, string data)
    {
        using var process = Start(file, data);
        var errors = process.StandardError.ReadToEndAsync(Ct);
        var output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        Assert.True(process.ExitCode == 0, await errors);
        return JsonDocument.Parse(output).RootElement;
    }

    private static string Dump(string data)
    {
        using SqliteConnection db = new($"Data Source={Path.Combine(data, "qijian.db")};Pooling=False");
        db.Open();
        StringBuilder dump = new();
        foreach (var query in new[] { "SELECT * FROM registry_companies ORDER BY number", "SELECT * FROM registry_records ORDER BY number", "SELECT * FROM registry_relations ORDER BY number", "SELECT * FROM registry_people ORDER BY number", "SELECT sequence, hex(companies) FROM registry_changes ORDER BY sequence", "SELECT id, read, added, changed, unchanged, rejected FROM registry_imports" })
        {
            using var command = db.CreateCommand();
            command.CommandText = query;
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                for (var i = 0; i < reader.FieldCount; i++) dump.Append(reader.GetValue(i) is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture)).Append('|');
                dump.AppendLine();
            }
        }

        return dump.ToString();
    }
}
