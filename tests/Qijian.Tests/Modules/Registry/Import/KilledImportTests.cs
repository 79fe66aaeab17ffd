using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Qijian.Engine.Search;

namespace Qijian.Tests.Modules.Registry;

/// <summary>The importer as a process, killed without warning.</summary>
public sealed class KilledImportTests
{
    private static readonly string Executable = Path.Combine(AppContext.BaseDirectory, "..", "..", "Qijian", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "qijian");

    private const int Rows = 12_000;

    // Long enough that the rows make several batches: a run goes on in the middle of the file.
    private static readonly string Scope = new('x', 5000);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_import_killed_at_random_points_ends_as_if_it_had_run_through()
    {
        var folder = Directory.CreateTempSubdirectory("qijian-kill-").FullName;
        try
        {
            // Persons, owners by name (joined at the end), a body without a code that is named twice, rows that are rejected.
            var file = Path.Combine(folder, "rows.jsonl");
            StringBuilder text = new();
            for (var i = 0; i < Rows; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $$"""{"name":"第{{i}}示例有限公司","legalRepresentative":"林某{{i % 7}}","scope":"{{Scope}}","owners":[{"name":"第{{Rows - 1 - i}}示例有限公司","percent":"60"},{"name":"王某","type":"person","percent":"{{(i % 500 == 0 ? "140" : "40")}}"}]}""").Append('\n');
            }

            await File.WriteAllTextAsync(file, text.ToString(), Ct);

            var (whole, cut) = (Path.Combine(folder, "whole"), Path.Combine(folder, "cut"));
            var report = await FinishAsync(file, whole);
            Assert.Equal((Rows - Rows / 500, Rows / 500), (report.GetProperty("added").GetInt32(), report.GetProperty("rejected").GetInt32()));
            var took = TimeSpan.FromSeconds(report.GetProperty("seconds").GetDouble());

            var kills = Environment.GetEnvironmentVariable("QIJIAN_LONG") is null ? 6 : 20;
            Random random = new(7);
            var (killed, resumed) = (0, 0);
            for (var run = 0; killed < kills && run < kills * 5; run++)
            {
                using var process = Start(file, cut);
                var until = Stopwatch.StartNew();
                var (limit, rows) = (random.NextDouble() * took.TotalSeconds * 0.7, random.Next(1, Rows * 2 / 3));
                // The last but one is killed while it joins by name, the last while it builds the index, the others at a random
                // moment or, every other one, at a random row.
                var wasKilled = await KillWhenAsync(process, (kills - killed) switch
                {
                    2 => () => ReadRows(cut) == Rows,
                    1 => () => Directory.Exists(Path.Combine(cut, "index")) && Directory.EnumerateFiles(Path.Combine(cut, "index"), "search-*.tmp").Any(),
                    _ => () => killed % 2 == 0 ? ReadRows(cut) >= rows : until.Elapsed.TotalSeconds > limit,
                });
                if (wasKilled)
                {
                    killed++;
                    if (ReadRows(cut) is > 0 and < Rows) resumed++;
                    continue;
                }

                // It got through before its time: the same rows as ever, and from the beginning again.
                Assert.Equal(Dump(whole), Dump(cut));
                Directory.Delete(cut, recursive: true);
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"{killed} runs killed, {resumed} of them in the middle of the file");
            Assert.Equal(kills, killed);
            Assert.True(resumed > 0, "no run was killed in the middle of the file");
            await FinishAsync(file, cut);
            Assert.Equal(Dump(whole), Dump(cut));
            Assert.Equal(await File.ReadAllTextAsync(Path.Combine(whole, "rejected", "import-1.csv"), Ct), await File.ReadAllTextAsync(Path.Combine(cut, "rejected", "import-1.csv"), Ct));
            using var index = SearchIndex.Open(Path.Combine(cut, "index", "companies.idx")).Index!;
            Assert.Equal("第4321示例有限公司", index.Current.Search(new() { Text = "第4321示例有限公司" }).Hits[0].Name);
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

    private static async Task<bool> KillWhenAsync(Process process, Func<bool> now)
    {
        while (!process.HasExited)
        {
            if (now())
            {
                process.Kill(); // SIGKILL
                await process.WaitForExitAsync(Ct);
                return true;
            }

            await Task.Delay(2, Ct);
        }

        return false;
    }

    private static long ReadRows(string data)
    {
        try
        {
            using SqliteConnection db = new($"Data Source={Path.Combine(data, "qijian.db")};Mode=ReadOnly;Pooling=False");
            db.Open();
            using var command = db.CreateCommand();
            command.CommandText = "SELECT max(read) FROM registry_imports WHERE finished_at IS NULL";
            return command.ExecuteScalar() as long? ?? 0;
        }
        catch (SqliteException)
        {
            return 0; // not there yet
        }
    }

    /// <summary>Every row that is derived from records.</summary>
    internal static async Task<string> RowsAsync(AppDb db)
    {
        StringBuilder rows = new();
        foreach (var row in (IEnumerable<object>)[.. await db.Companies.AsNoTracking().OrderBy(c => c.Number).ToListAsync(Ct), .. await db.People.AsNoTracking().OrderBy(p => p.Number).ToListAsync(Ct), .. await db.Relations.AsNoTracking().OrderBy(r => r.Number).ToListAsync(Ct)])
            rows.AppendLine(JsonSerializer.Serialize(row, row.GetType()));
        return rows.ToString();
    }

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
