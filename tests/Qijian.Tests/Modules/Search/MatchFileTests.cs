using System.IO.Compression;
using System.Text;
using System.Text.Json;
using MiniExcelLibs;
using Qijian.Engine.Matching;
using Qijian.Modules.Registry;
using Qijian.Modules.Search;
using Qijian.Platform.CommandLine;

namespace Qijian.Tests.Modules.Search;

public sealed class MatchFileTests(SqliteSample sample) : IClassFixture<SqliteSample>
{
    private const string Company = SampleRegister.Showcase.Company, Code = SampleRegister.Showcase.CompanyCode;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private async Task<(MatchReport Report, List<string> Lines, List<(long Row, string Problem)> Unreadable)> RunAsync(byte[] content, bool json = false, int limit = 1)
    {
        var path = Path.Combine(sample.Site.Folder, $"{Guid.CreateVersion7():N}");
        await File.WriteAllBytesAsync(path, content, Ct);
        using var table = TableFile.Open(path);
        using MemoryStream to = new();
        List<(long, string)> unreadable = [];
        MatchReport report;
        await using (IMatchLines lines = json ? new MatchJsonLines(to) : new MatchCsv(to))
            report = await sample.Site.WithAsync<MatchFile, MatchReport>(match => match.RunAsync(table, lines, limit, (_, _) => { }, (row, problem) => unreadable.Add((row, problem)), Ct));
        return (report, [.. Encoding.UTF8.GetString(to.ToArray()).Split(["\r\n", "\n"], StringSplitOptions.RemoveEmptyEntries)], unreadable);
    }

    [Theory]
    [InlineData("name,code\n{0},{1}\n"), InlineData("企业名称,统一社会信用代码\n{0},{1}\n"), InlineData("公司\t代码\n{0}\t{1}\n"), InlineData("序号;公司名称;信用代码\n1;{0};{1}\n")]
    public async Task Columns_are_found_by_their_headers(string table)
    {
        var (report, lines, _) = await RunAsync(Encoding.UTF8.GetBytes(string.Format(System.Globalization.CultureInfo.InvariantCulture, table, Company, Code)));
        Assert.Equal((1, 1), (report.Rows, report.Best[MatchBand.Exact]));
        Assert.Contains($"1,{Company},1,{Code},{Company},{Code},100,Exact", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Packed_files_and_those_in_gb18030_are_read()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var table = Encoding.GetEncoding("GB18030").GetBytes($"名称,地区,法定代表人\n{Company},江苏,\n");
        using MemoryStream packed = new();
        await using (GZipStream gzip = new(packed, CompressionMode.Compress, leaveOpen: true)) await gzip.WriteAsync(table, Ct);
        Assert.Equal(1, (await RunAsync(packed.ToArray())).Report.Best[MatchBand.Exact]);
    }

    [Fact]
    public async Task A_workbook_is_read()
    {
        using MemoryStream workbook = new();
        await workbook.SaveAsAsync(new[] { new { 企业名称 = Company, 地址 = "" }, new { 企业名称 = "无此公司甲乙丙", 地址 = "" } }, cancellationToken: Ct);
        var (report, lines, _) = await RunAsync(workbook.ToArray());
        Assert.Equal((2, 1), (report.Rows, report.Best[MatchBand.Exact]));
        Assert.Equal(3, lines.Count);
    }

    [Fact]
    public async Task Rows_that_cannot_be_read_are_each_named_by_number_without_what_they_hold()
    {
        var (report, lines, unreadable) = await RunAsync(Encoding.UTF8.GetBytes($"name,person\n{Company},甲\n,秘密\n{Company},秘密,多\n{new string('长', 300)},\n{SampleRegister.Showcase.Listed},\n"));
        Assert.Equal((5, 3), (report.Rows, report.Unreadable));
        Assert.Equal([2, 3, 4], unreadable.Select(u => u.Row));
        Assert.DoesNotContain(unreadable, u => u.Problem.Contains("秘密", StringComparison.Ordinal));
        Assert.Equal(6, lines.Count);
    }

    [Fact]
    public async Task Json_lines_hold_input_rank_and_reasons()
    {
        var (_, lines, _) = await RunAsync(Encoding.UTF8.GetBytes($"name\n{Company}\n星海示例\n"), json: true, limit: 3);
        var rows = lines.ConvertAll(l => JsonDocument.Parse(l).RootElement);
        Assert.Equal((1, 1, Code, "Exact", "SameName"), (rows[0].GetProperty("row").GetInt32(), rows[0].GetProperty("rank").GetInt32(), rows[0].GetProperty("id").GetString(), rows[0].GetProperty("band").GetString(), rows[0].GetProperty("reasons")[0].GetProperty("reason").GetString()));
        Assert.Equal("星海示例", rows[^1].GetProperty("input").GetProperty("name").GetString());
        Assert.All(rows, r => Assert.InRange(r.GetProperty("rank").GetInt32(), 1, 3));
    }

    [Fact]
    public async Task A_row_whose_name_is_a_formula_is_written_as_text() =>
        Assert.Contains("1,'=1+1,", (await RunAsync("name\n=1+1\n"u8.ToArray())).Lines[1], StringComparison.Ordinal);

    [Theory, InlineData("PK\u0003\u0004rubbish"), InlineData("foo,bar\n1,2\n"), InlineData("name\n\u0000\n"), InlineData("\u0000\u0001")]
    public async Task A_file_that_is_none_is_refused_or_its_rows_named(string content)
    {
        try
        {
            Assert.Equal(1, (await RunAsync(Encoding.UTF8.GetBytes(content))).Report.Unreadable);
        }
        catch (RefusedException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }

    [Fact]
    public async Task A_packed_file_that_is_cut_off_ends_with_an_error_after_the_rows_before()
    {
        using MemoryStream packed = new();
        await using (GZipStream gzip = new(packed, CompressionMode.Compress, leaveOpen: true)) await gzip.WriteAsync(Encoding.UTF8.GetBytes("name\n" + string.Concat(Enumerable.Range(0, 400).Select(i => $"甲{i * 7919}\n"))), Ct);
        await Assert.ThrowsAnyAsync<RefusedException>(() => RunAsync(packed.ToArray()[..^20]));
    }

    [Theory]
    [InlineData(0, "match", "{0}/rows.csv", "--output", "{0}/out.csv"), InlineData(0, "match", "{0}/rows.csv", "--output", "{0}/out.jsonl", "--json"), InlineData(1, "match", "{0}/nothing.csv"), InlineData(1, "match", "{0}"), InlineData(1, "match", "{0}/rows.csv", "--json"), InlineData(1, "match", "{0}/rows.csv", "--output", "{0}/rows.csv")]
    [InlineData(1, "match", "{0}/rows.csv", "--format", "odd"), InlineData(1, "match", "{0}/rows.csv", "--limit", "99"), InlineData(1, "match", "{0}/rows.csv", "--output", "{0}/no/such/out.csv"), InlineData(2, "match"), InlineData(2, "match", "{0}/rows.csv", "--limit", "x"), InlineData(2, "match", "{0}/rows.csv", "--odd")]
    public async Task The_exit_status_says_whether_it_was_done_refused_or_used_wrongly(int status, params string[] words)
    {
        var folder = Directory.CreateTempSubdirectory("qijian-match-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "rows.csv"), "name\n甲\n", Ct);
        Assert.Equal(status, await Verbs.RunAsync([.. words.Select(w => string.Format(System.Globalization.CultureInfo.InvariantCulture, w, folder)), "--data", Path.Combine(folder, "data")], Program.CommandLine()));
        if (status == 0) Assert.NotEmpty(await File.ReadAllTextAsync(Directory.GetFiles(folder, "out.*").Single(), Ct));
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}
