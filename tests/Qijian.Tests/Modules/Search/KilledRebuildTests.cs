using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Qijian.Engine.Search;

namespace Qijian.Tests.Modules.Search;

/// <summary>The site as a process, killed without warning while it builds its index anew.</summary>
public sealed class KilledRebuildTests
{
    private const int Companies = 30_000;
    private static readonly string Executable = Path.Combine(AppContext.BaseDirectory, "..", "..", "Qijian", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "qijian");
    private static readonly HttpClient Client = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_site_killed_while_it_builds_its_index_anew_starts_again_with_right_answers()
    {
        var folder = Directory.CreateTempSubdirectory("qijian-kill-").FullName;
        try
        {
            var file = Path.Combine(folder, "rows.csv");
            await File.WriteAllLinesAsync(file, ["name", .. Enumerable.Range(1, Companies).Select(i => $"旧名{i}号示例有限公司")], Ct);
            using (var import = Process.Start(new ProcessStartInfo(Executable, ["import", file, "--data", folder, "--dataset", "test", "--json"]) { UseShellExecute = false, RedirectStandardOutput = true })!)
            {
                await import.StandardOutput.ReadToEndAsync(Ct);
                await import.WaitForExitAsync(Ct);
                Assert.Equal(0, import.ExitCode);
            }

            var index = Path.Combine(folder, "index", "companies.idx");
            var sequence = Rename(folder);
            var before = BuiltAt(index);
            Random random = new(7);
            var kills = Environment.GetEnvironmentVariable("QIJIAN_LONG") is null ? 4 : 20;
            var cut = 0;
            for (var kill = 0; kill < kills; kill++)
            {
                using var site = await Site.StartAsync(folder);
                await AssertRightAsync(site);
                // The last while it saves, the others at random moments of building.
                var (saves, written) = (kill == kills - 1, File.GetLastWriteTimeUtc(index));
                await UntilAsync(() => Directory.EnumerateFiles(Path.GetDirectoryName(index)!, saves ? "companies.idx.*.tmp" : "search-*.tmp").Any() || File.GetLastWriteTimeUtc(index) != written);
                if (!saves) await Task.Delay(random.Next(0, 200), Ct);
                site.Kill();
                foreach (var left in Directory.EnumerateFiles(Path.GetDirectoryName(index)!, "*.tmp")) File.Delete(left); // as the product does an hour later
                var after = BuiltAt(index);
                Assert.NotNull(after); // the old one or the new one, but whole
                if (after == before) cut++;
                else sequence = Rename(folder); // too late to cut it off: to be built again
                before = after;
            }

            Assert.True(cut > 0, "no building was cut off");
            using var last = await Site.StartAsync(folder);
            await AssertRightAsync(last);
            await UntilAsync(() => BuiltAt(index) != before);
            await AssertRightAsync(last);
            last.Kill();
            using var opened = SearchIndex.Open(index).Index!;
            Assert.Equal((sequence, Companies), (opened.Sequence, opened.Current.Count));
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    // As another process would: all in one commit, which makes building anew worth while.
    private static long Rename(string folder)
    {
        using SqliteConnection db = new($"Data Source={Path.Combine(folder, "qijian.db")};Pooling=False");
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText = "BEGIN; UPDATE registry_companies SET name = '新' || substr(name, 2); INSERT INTO registry_changes SELECT max(sequence) + 1, $all FROM registry_changes; COMMIT; SELECT max(sequence) FROM registry_changes";
        command.Parameters.AddWithValue("$all", MemoryMarshal.AsBytes(Enumerable.Range(1, Companies).ToArray().AsSpan()).ToArray());
        return (long)command.ExecuteScalar()!;
    }

    private static DateTimeOffset? BuiltAt(string path)
    {
        using var index = SearchIndex.Open(path).Index;
        return index?.Current.BuiltAt;
    }

    private static async Task AssertRightAsync(Site site)
    {
        foreach (var number in new[] { 1, 4321, Companies })
            Assert.Equal(1, await site.TotalAsync(string.Create(CultureInfo.InvariantCulture, $"\"新名{number}号\"")));
    }

    private static async Task UntilAsync(Func<bool> what)
    {
        while (!what()) await Task.Delay(2, Ct);
    }

    private sealed class Site : IDisposable
    {
        private readonly Process process;
        private readonly string address;

        private Site(Process process, string address) => (this.process, this.address) = (process, address);

        public static async Task<Site> StartAsync(string folder)
        {
            var started = Process.Start(new ProcessStartInfo(Executable, ["serve", "--data", folder, "--urls", "http://127.0.0.1:0", "--RateLimits:Enabled=false"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
            while (await started.StandardOutput.ReadLineAsync(Ct) is { } line)
                if (line.StartsWith("企鉴", StringComparison.Ordinal)) return new(started, line[line.IndexOf("http", StringComparison.Ordinal)..]);
            throw new InvalidOperationException("The site did not start.");
        }

        public async Task<long> TotalAsync(string text) => (await Client.GetFromJsonAsync<JsonElement>($"{address}/api/v1/companies?q={Uri.EscapeDataString(text)}", Ct)).GetProperty("total").GetInt64();

        public void Kill()
        {
            process.Kill(); // SIGKILL
            process.WaitForExit();
        }

        public void Dispose()
        {
            if (!process.HasExited) Kill();
            process.Dispose();
        }
    }
}
