using System.IO.Compression;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Registry;

namespace Qijian.Tests.Modules.Registry;

/// <summary>Files as they should not be: a clear sentence, nothing lost, no exception but the refusal.</summary>
public sealed class BadInputTests
{
    private const string Header = "name,uscc,reg_date,legal_rep,reg_capital,province\n";
    private const string Good = "甲示例有限公司,91350100M000100Y43,2010-03-01,林某,100万,福建\n";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<bool> Databases => [false, true];

    [Fact]
    public async Task What_cannot_be_read_at_all_is_refused_with_a_sentence_that_names_it()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        var folder = Directory.CreateDirectory(Path.Combine(site.Folder, "folder.csv")).FullName;
        Assert.Equal(Text.ImportFolder.With(folder), await RefusalAsync(site, folder));
        var missing = Path.Combine(site.Folder, "missing.csv");
        Assert.Equal(Text.ImportNoFile.With(missing), await RefusalAsync(site, missing));
        Assert.Equal(Text.ImportEmpty.With(Path.Combine(site.Folder, "empty.csv")), await RefusalAsync(site, await WriteAsync(site, "empty.csv", [])));
        Assert.Equal(Text.ImportEncoding, await RefusalAsync(site, await WriteAsync(site, "noise.csv", Noise())));
        Assert.Contains("甲示例有限公司", await RefusalAsync(site, await WriteAsync(site, "headless.csv", Bytes(Good))), StringComparison.Ordinal);
        Assert.Equal(Text.ImportColumnTwice.With("name, 企业名称", "name"), await RefusalAsync(site, await WriteAsync(site, "twice.csv", Bytes("name,企业名称\n甲,乙\n"))));
        Assert.Equal(Text.ImportFormat.With("odd", string.Join(", ", ImportFile.Formats)), (await Assert.ThrowsAsync<ImportException>(() => site.ImportAsync("f.csv", Header + Good, format: "odd"))).Message);
        Assert.Equal(Text.ImportDataset.With(64), (await Assert.ThrowsAsync<ImportException>(() => site.ImportAsync("d.csv", Header + Good, dataset: new string('x', 65)))).Message);
        foreach (var mapping in new[] { "{bad", "[1]", """{"name": "nosuch"}""" })
        {
            var path = await WriteAsync(site, "map.json", Bytes(mapping));
            var refused = await Assert.ThrowsAsync<ImportException>(() => site.ImportFileAsync(Path.Combine(site.Folder, "f.csv"), mapping: path));
            Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory, InlineData("\r\n"), InlineData("\r"), InlineData("\n")]
    public async Task Every_line_end_and_a_header_alone_are_taken(string end)
    {
        await using var site = await TestSite.StartAsync(serve: false);
        Assert.Equal(0, (await site.ImportAsync("header.csv", Header.Replace("\n", end, StringComparison.Ordinal))).Read);
        var report = await site.ImportAsync("rows.csv", (Header + Good).Replace("\n", end, StringComparison.Ordinal));
        Assert.Equal((1, 1, 0), (report.Read, report.Added, report.Rejected));
    }

    [Theory, InlineData("gzip", 0.75), InlineData("gzip", 1), InlineData("zstd", 0.75), InlineData("zstd", 1)]
    public async Task A_cut_off_file_keeps_every_whole_row_and_not_the_torn_one(string form, double share)
    {
        await using var site = await TestSite.StartAsync(serve: false);
        StringBuilder rows = new("name\n");
        for (var i = 0; i < 20_000; i++) rows.Append(System.Globalization.CultureInfo.InvariantCulture, $"第{i * 7919 % 20011}示例有限公司\n");
        using MemoryStream packed = new();
        await using (Stream to = form is "gzip" ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true) : new ZstdSharp.CompressionStream(packed, leaveOpen: true)) await to.WriteAsync(Bytes(rows.ToString()), Ct);
        var path = await WriteAsync(site, $"cut.csv.{form}", packed.ToArray()[..((int)(packed.Length * share) - 3)]);
        var message = await RefusalAsync(site, path);
        Assert.True(message == Text.ImportCutOff || message.StartsWith(Text.ImportDamaged[..4], StringComparison.Ordinal), message);
        var names = await site.WithAsync<AppDb, List<string?>>(db => db.Companies.Select(c => c.Name).ToListAsync(Ct));
        Assert.InRange(names.Count, 5_000, 20_000);
        Assert.All(names, n => Assert.EndsWith("示例有限公司", n, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rows_in_another_encoding_or_with_an_open_quote_are_rejected_with_their_bytes()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        StringBuilder rows = new(Header);
        for (var i = 0; i < 2_000; i++) rows.Append(System.Globalization.CultureInfo.InvariantCulture, $"第{i}示例有限公司,,,,,\n");
        byte[] bytes = [.. Bytes(rows.ToString()), .. Encoding.GetEncoding("GB18030").GetBytes("乙公司,,,,,\n"), .. Bytes("丙示例,\"91440300708461136T,2010,,,\n丁示例,,,,,\n")];
        var report = await site.ImportFileAsync(await WriteAsync(site, "mixed.csv", bytes));
        Assert.Equal((2_002, 2_000, 2), (report.Read, report.Added, report.Rejected));
        var rejected = await File.ReadAllTextAsync(report.RejectedFile!, Ct);
        Assert.Contains($"2001,\"{Text.RowEncoding.With("name")}\",\"\\xD2ҹ\\xAB˾,", rejected, StringComparison.Ordinal);
        Assert.Contains("丁示例", rejected, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Each_bad_line_of_JSON_is_rejected_for_its_own_reason(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        string[] lines =
        [
            """{"name":"甲示例有限公司","creditCode":"91350100M000100Y43","note":"x","owners":[{"name":"丙","percent":"5","odd":1}]}""",
            """{"name": oops""",
            """{"name":"\ud800乙示例"}""",
            """{"name":"丙示例","officers":[5]}""",
            """{"name":"丁示例","owners":[{"name":{"a":1}}]}""",
            """{"name":{"a":{"b":[1,2]}}}""",
            """[1,2]""",
            """{"name":"戊示例","owners":{"name":"己","percent":"140"}}""",
            """{"name":"庚\u0000示例"}""",
            """{"name":"辛示例","owners":[{"name":"壬","lei":"short"}]}""",
            """{"na\ud800me":"x","name":"癸示例"}""",
            string.Concat(Enumerable.Repeat("""{"a":""", 100)) + "1" + new string('}', 100),
            $$"""{"name":"子示例有限公司","registrationNumber":"{{new string('9', 5_000)}}","foundedOn":99999999999999999999,"capital":1e400}""",
        ];
        var report = await site.ImportAsync("bad.jsonl", string.Join('\n', lines) + "\n");
        var rejected = report.RejectedFile is null ? "" : await File.ReadAllTextAsync(report.RejectedFile, Ct);
        Assert.True((report.Read, report.Added, report.Rejected) is (13, 2, 11), $"{report}\n{rejected}");
        Assert.Equal(["note", "owners.odd"], report.IgnoredColumns.Order(StringComparer.Ordinal));
        foreach (var reason in new[] { Text.RowSurrogate, Text.RowShape.With("officers"), Text.RowShape.With("owners.name"), Text.RowShape.With("name"), Text.RowNotObject, Text.RowPercent.With("owners", "140"), Text.RowNul.With("name"), Text.RowLei.With("short") })
            Assert.Contains(reason, rejected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Absurd_dates_and_capitals_are_kept_as_written_and_understood_ones_become_numbers()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        (string Text, decimal? Yuan, string? Currency)[] capitals =
        [
            ("21.6000(万元人民币)", 216_000, "CNY"), ("160万人民币", 1_600_000, "CNY"), ("100万美元", 1_000_000, "USD"), ("500", 5_000_000, "CNY"), ("0", 0, "CNY"), ("壹佰万元", 1_000_000, "CNY"),
            ("1,000.50万元", 10_005_000, "CNY"), ("港币100万", 1_000_000, "HKD"), ("２００万元", 2_000_000, "CNY"), ("99999999999999999999999999999999万元", null, null), ("-5万元", null, null), ("万元", null, null), ("NaN", null, null), ("10元/万元", null, null),
        ];
        string[] dates = ["0000-00-00", "20231340", "9999-12-31", "1e9", "99999999999999", "不详", "2010-02-30 00:00:00"];
        await site.ImportAsync("a.csv", "key,name,capital\n" + string.Concat(capitals.Select((c, i) => $"c{i},第{i}资本示例,\"{c.Text}\"\n")));
        await site.ImportAsync("b.csv", "key,name,foundedOn\n" + string.Concat(dates.Select((d, i) => $"d{i},第{i}日期示例,{d}\n")));
        var companies = await site.WithAsync<AppDb, Dictionary<string, Company>>(db => db.Companies.ToDictionaryAsync(c => c.Name!, c => c, Ct));
        for (var i = 0; i < capitals.Length; i++)
        {
            var company = companies[$"第{i}资本示例"];
            Assert.Equal((capitals[i].Text, capitals[i].Yuan * 100, capitals[i].Currency), (capitals[i].Text, company.Capital, company.CapitalCurrency));
            var fact = (await ImportFileTests.FindAsync(site, company.Id))[Vocabulary.Capital]!;
            Assert.Equal(capitals[i].Text, fact.Original ?? fact.Value);
        }

        for (var i = 0; i < dates.Length; i++)
        {
            var company = companies[$"第{i}日期示例"];
            Assert.Null(company.FoundedOn);
            Assert.Equal(dates[i], (await ImportFileTests.FindAsync(site, company.Id))[Vocabulary.FoundedOn]!.Value);
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Noise()
    {
        var bytes = new byte[5_000];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static async Task<string> WriteAsync(TestSite site, string name, byte[] content)
    {
        var path = Path.Combine(site.Folder, name);
        await File.WriteAllBytesAsync(path, content, Ct);
        return path;
    }

    private static async Task<string> RefusalAsync(TestSite site, string path) => (await Assert.ThrowsAsync<ImportException>(() => site.ImportFileAsync(path))).Message;
}
