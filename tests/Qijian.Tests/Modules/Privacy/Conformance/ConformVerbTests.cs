using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Privacy;
using Qijian.Platform.CommandLine;

namespace Qijian.Tests.Modules.Privacy.Conformance;

// What is printed goes to the process's one console.
[Collection(nameof(ConformVerbTests)), CollectionDefinition(nameof(ConformVerbTests), DisableParallelization = true)]
public sealed class ConformVerbTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("qijian-conform-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private Task<(int Status, string Output, string Errors)> RunAsync(params string[] words) => RunOnAsync(Path.Combine(folder, "data"), words);

    private static async Task<(int Status, string Output, string Errors)> RunOnAsync(string data, params string[] words)
    {
        var (output, errors) = (Console.Out, Console.Error);
        using StringWriter written = new(), complained = new();
        Console.SetOut(written);
        Console.SetError(complained);
        try
        {
            return (await Verbs.RunAsync([.. words, "--data", data], Program.CommandLine()), written.ToString(), complained.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }

    private const string Lawful = "{{operator}}\n\n您可以投诉。{#SC.3}\n";

    [Fact]
    public async Task Lint_prints_each_defect_and_exits_1()
    {
        var (status, output, errors) = await RunAsync("conform", "lint", Write("bad.md", Lawful + "\n您使用本站即视为同意。{#S1.4}\n"), "--json");
        Assert.Equal((1, ""), (status, errors));
        var defect = Assert.Single(JsonDocument.Parse(output).RootElement.GetProperty("defects").EnumerateArray());
        Assert.Equal(["id D1", "line 5", "words 使用本站即视为同意"], defect.EnumerateObject().Select(p => $"{p.Name} {p.Value}"));
        Assert.Contains("D1", (await RunAsync("conform", "lint", Path.Combine(folder, "bad.md"))).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lint_of_a_lawful_text_exits_0_and_makes_no_database()
    {
        var (status, output, _) = await RunAsync("conform", "lint", Write("good.md", Lawful), "--json");
        Assert.Equal((0, 0), (status, JsonDocument.Parse(output).RootElement.GetProperty("defects").GetArrayLength()));
        Assert.False(Directory.Exists(Path.Combine(folder, "data")));
    }

    [Fact]
    public async Task Verify_tells_a_whole_ledger_and_a_receipt_from_changed_ones()
    {
        await using var site = await TestSite.StartAsync();
        Assert.SkipWhen(!File.Exists(Path.Combine(site.Folder, "qijian.db")), "The verb is given a data folder, and this run is on a server");
        Browser visitor = new(site);
        await visitor.PressAsync("/privacy/choices", Purpose.ServiceImprovement.Id, "agree");
        var receipt = Write("receipt.json", await visitor.ReadAsync($"/privacy/choices?handler=receipt&purpose={Purpose.ServiceImprovement.Id}"));
        var key = Write("key.pem", await site.WithAsync<SigningKey, string>(k => Task.FromResult(k.PublicKeyPem)));

        Assert.Equal(2, JsonDocument.Parse((await RunOnAsync(site.Folder, "conform", "verify", "--json")).Output).RootElement.GetProperty("ledger").GetProperty("entries").GetInt64());
        Assert.Equal(0, (await RunAsync("conform", "verify", receipt, "--key", key)).Status); // anywhere, by the public key alone
        Write("receipt.json", (await File.ReadAllTextAsync(receipt, TestContext.Current.CancellationToken)).Replace("Granted", "Refused", StringComparison.Ordinal));
        Assert.Equal(1, (await RunAsync("conform", "verify", receipt, "--key", key)).Status);

        await site.WithAsync<AppDb, int>(db => db.ConsentEvents.Where(e => e.Sequence == 2).ExecuteUpdateAsync(e => e.SetProperty(x => x.Purpose, "other"), TestContext.Current.CancellationToken));
        var (status, output, _) = await RunOnAsync(site.Folder, "conform", "verify", "--json");
        Assert.Equal((1, "Changed", 2), (status, JsonDocument.Parse(output).RootElement.GetProperty("ledger").GetProperty("fault").GetString(), JsonDocument.Parse(output).RootElement.GetProperty("ledger").GetProperty("entry").GetInt64()));
    }

    [Fact]
    public async Task A_record_of_people_makes_a_clause_attested_and_only_its_hash_is_kept()
    {
        var document = Write("drill.txt", "Drill of 1 October: 林某 restored the backup.");
        static string Day(int ahead) => ChinaTime.Day(TimeProvider.System.GetUtcNow()).AddDays(ahead).ToString("O", System.Globalization.CultureInfo.InvariantCulture);
        Task<(int Status, string Output, string Errors)> Attest(string clause, string file, params string[] dates) => RunAsync(["conform", "attest", clause, file, .. dates, "--json"]);

        var (status, output, _) = await Attest("S9.2.3a", document, "--until", Day(60), "--on", Day(-10));
        Assert.Equal(0, status);
        var clause = JsonDocument.Parse(output).RootElement.GetProperty("clauses")[0];
        Assert.Equal(("ATTESTED", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(document, TestContext.Current.CancellationToken)))), (clause.GetProperty("status").GetString(), clause.GetProperty("record").GetProperty("sha256").GetString()));
        Assert.Contains(Day(60), (await RunAsync("conform", "show", "S9.2.3a")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("conform", "verify")).Status);

        // What is proved by behaviour is not said; days that cannot be; a document that is not there.
        foreach (var (id, file, dates) in new (string, string, string[])[]
        {
            ("S1.3", document, ["--until", Day(60)]), ("S0.0", document, ["--until", Day(60)]), ("S9.2.3a", Path.Combine(folder, "none"), ["--until", Day(60)]),
            ("S9.2.3a", document, ["--until", "2020-01-01"]), ("S9.2.3a", document, ["--until", "2099-01-01"]), ("S9.2.3a", document, ["--until", "2099-12-31", "--on", "2099-01-01"]),
        })
        {
            var refused = await Attest(id, file, dates);
            Assert.Equal((1, ""), (refused.Status, refused.Output));
            Assert.NotEmpty(refused.Errors);
        }
    }

    [Fact]
    public async Task Diff_prints_clause_by_clause()
    {
        var (before, after) = (Write("1.md", "保存三十天。{#S1.1}\n\n甲。{#S1.2}"), Write("2.md", "保存六十天。{#S1.1}\n\n乙。{#S1.3}"));
        var (status, output, _) = await RunAsync("conform", "diff", before, after, "--json");
        var clauses = JsonDocument.Parse(output).RootElement.GetProperty("clauses").EnumerateArray().ToList();
        Assert.Equal(0, status);
        Assert.Equal(["S1.1 Changed", "S1.3 Added", "S1.2 Removed"], clauses.Select(c => $"{c.GetProperty("ids")[0]} {c.GetProperty("kind")}"));
        Assert.Contains("保存[-三-][+六+]十天。", (await RunAsync("conform", "diff", before, after)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "conform", "lint", "{0}/nothing.md"), InlineData(1, "conform", "lint", "{0}"), InlineData(1, "conform", "lint", "{0}/bytes.md"), InlineData(1, "conform", "diff", "{0}/bytes.md", "{0}/nothing.md"), InlineData(1, "conform", "lint", "")]
    [InlineData(2, "conform", "lint"), InlineData(2, "conform", "diff", "{0}/bytes.md"), InlineData(2, "conform", "odd"), InlineData(2, "conform", "lint", "{0}/bytes.md", "--odd")]
    public async Task A_file_that_cannot_be_read_is_1_and_wrong_usage_2_and_both_are_explained(int status, params string[] words)
    {
        await File.WriteAllBytesAsync(Path.Combine(folder, "bytes.md"), [0xFF, 0xC0, 0x80], TestContext.Current.CancellationToken);
        var (actual, output, errors) = await RunAsync([.. words.Select(w => string.Format(System.Globalization.CultureInfo.InvariantCulture, w, folder))]);
        Assert.Equal(status, actual);
        Assert.NotEmpty(errors);
        if (status == 1) Assert.Empty(output);
    }
}
