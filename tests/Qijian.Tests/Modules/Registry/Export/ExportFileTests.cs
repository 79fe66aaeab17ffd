using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.EntityFrameworkCore;
using MiniExcelLibs;
using Parquet;
using Qijian.Modules.Registry;
using Qijian.Platform.CommandLine;
using Qijian.Tests.Engine;

namespace Qijian.Tests.Modules.Registry;

public sealed class ExportFileTests(SqliteSample sample) : IClassFixture<SqliteSample>
{
    private const string Code = "91350100M000100Y43", Other = "91440300708461136T", Third = "12100000400010275N";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_schema_as_it_is_used_here_finds_what_is_wrong_with_the_standards_own_cases()
    {
        var schema = await BodsSchema.LoadAsync();
        var folder = Path.GetDirectoryName(RealData.PathOf("bods/data-standard/tests/data/invalid-statements/expected_errors.csv"))!;
        // Rules that depend on another member: no words for them in the validator. BodsSchema.Further holds those an export can break.
        string[] conditional = ["addressType_placeOfBirth", "addresses_type", "addresses_birthplace", "birthplace", "type_governmentDepartment", "type_nomination", "type_state_", "type_trust_", "transformedContent_wrong", "url_linking_missing", "component_records_true"];
        List<string> missed = [];
        foreach (var path in Directory.EnumerateFiles(folder, "*.json"))
        {
            var all = JsonNode.Parse(await File.ReadAllTextAsync(path, Ct));
            if (all is not JsonArray statements || conditional.Any(c => path.Contains(c, StringComparison.Ordinal))) continue;
            if (!statements.Any(s => schema.Problems(s!).Count > 0)) missed.Add(Path.GetFileName(path));
        }

        Assert.Empty(missed);
        foreach (var path in Directory.EnumerateFiles(Path.Combine(folder, "../valid-statements"), "*.json"))
            foreach (var statement in JsonNode.Parse(await File.ReadAllTextAsync(path, Ct))!.AsArray())
                Assert.True(schema.Problems(statement!) is [], $"{path}: {string.Join(", ", schema.Problems(statement!))}");
    }

    [Fact]
    public async Task The_sample_as_statements_is_valid_and_in_order()
    {
        var schema = await BodsSchema.LoadAsync();
        var statements = await BodsAsync(sample.Site);
        Assert.Empty(BodsSchema.Further(statements, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(8))));
        foreach (var statement in statements.Where((_, i) => i % 7 == 0)) Assert.Equal([], schema.Problems(statement));
        Assert.Contains(statements, s => (string?)s["recordStatus"] is "closed");
        Assert.Contains(statements, s => s["recordDetails"]!["interestedParty"] is JsonObject);
        // Statements of one content have one number, whenever they are exported.
        var again = await BodsAsync(sample.Site);
        Assert.Equal(statements.Select(s => (string)s["statementId"]!), again.Select(s => (string)s["statementId"]!));
    }

    [Theory, InlineData("bods"), InlineData("ftm"), InlineData("jsonl")]
    public async Task The_sample_goes_out_and_in_and_out_again_and_loses_nothing(string format)
    {
        var file = await ExportAsync(sample.Site, format);
        await using var empty = await TestSite.StartAsync(serve: false);
        var report = await empty.ImportFileAsync(file, "again");
        Assert.Equal(0, report.Rejected);
        Assert.Equal(Contents(file, format), Contents(await ExportAsync(empty, format), format));
    }

    [Fact]
    public async Task Any_small_register_goes_out_and_in_and_out_again_and_loses_nothing()
    {
        var schema = await BodsSchema.LoadAsync();
        await Register.SampleAsync(async lines =>
        {
            await using var site = await TestSite.StartAsync(serve: false);
            await site.ImportAsync("a.jsonl", lines, format: "qijian");
            foreach (var format in (string[])["bods", "ftm", "jsonl"])
            {
                var file = await ExportAsync(site, format);
                await using var empty = await TestSite.StartAsync(serve: false);
                Assert.Equal(0, (await empty.ImportFileAsync(file, "again")).Rejected);
                Assert.Equal(Contents(file, format), Contents(await ExportAsync(empty, format), format));
                if (format is not "bods") continue;
                var statements = Statements(file);
                Assert.Empty(BodsSchema.Further(statements, DateOnly.MaxValue));
                foreach (var statement in statements) Assert.Equal([], schema.Problems(statement));
            }
        }, iter: Environment.GetEnvironmentVariable("QIJIAN_LONG") is "1" ? 200 : 5, threads: 1);
    }

    [Theory, InlineData("indirect-ownership"), InlineData("mixed-direct-and-indirect-ownership"), InlineData("multiple-indirect-ownership"), InlineData("levent"), InlineData("nomination"), InlineData("tecido"), InlineData("fermcat"), InlineData("listed-company-exempt-from-disclosure")]
    public async Task What_came_in_as_statements_goes_out_with_its_components_marks_and_closed_records(string example)
    {
        var schema = await BodsSchema.LoadAsync();
        await using var site = await TestSite.StartAsync(serve: false);
        await site.ImportFileAsync(RealData.PathOf($"bods/data-standard/examples/{example}.json"));
        var file = await ExportAsync(site, "bods");
        var statements = Statements(file);
        Assert.Empty(BodsSchema.Further(statements, DateOnly.MaxValue));
        foreach (var statement in statements) Assert.Equal([], schema.Problems(statement));
        if (example.Contains("indirect", StringComparison.Ordinal))
        {
            var whole = Assert.Single(statements, s => s["recordDetails"]!["componentRecords"] is not null);
            Assert.Equal(statements.Count(s => (bool)s["recordDetails"]!["isComponent"]!), whole["recordDetails"]!["componentRecords"]!.AsArray().Count);
            Assert.Equal(("indirect", true), ((string?)whole["recordDetails"]!["interests"]![0]!["directOrIndirect"], (bool?)whole["recordDetails"]!["interests"]![0]!["beneficialOwnershipOrControl"]));
        }

        await using var empty = await TestSite.StartAsync(serve: false);
        Assert.Equal(0, (await empty.ImportFileAsync(file, "again")).Rejected);
        Assert.Equal(Contents(file, "bods"), Contents(await ExportAsync(empty, "bods"), "bods"));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Hostile_values_go_out_and_in_unchanged(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        var name = "\"],}\\<script>&\u202E =HYPERLINK(1)" + new string('长', 480);
        await site.ImportAsync("a.jsonl", JsonSerializer.Serialize(new { name, creditCode = Code, scope = new string('文', 40_000), owners = new object[] { new { type = "person", name, percent = "60" }, new { type = "company", creditCode = Code, percent = "100" }, new { type = "company", creditCode = Other, minimum = "60", maximum = "20", from = "2020-01-01", to = "2019-01-01" } } }) + "\n");
        foreach (var format in (string[])["bods", "ftm", "jsonl"])
        {
            var file = await ExportAsync(site, format);
            await using var empty = await TestSite.StartAsync(postgres, serve: false);
            Assert.Equal(0, (await empty.ImportFileAsync(file, "again")).Rejected);
            Assert.Equal(Contents(file, format), Contents(await ExportAsync(empty, format), format));
        }

        var book = await ReportAsync(site, "xlsx");
        Assert.Equal(1, book.CellsTooLong);
        var row = MiniExcel.Query(book.Files[0], useHeaderRow: true, sheetName: "companies").Cast<IDictionary<string, object?>>().First(r => (string?)r["creditCode"] is Code);
        Assert.Equal(name, row["name"]);
        Assert.Contains("40000", (string)row["scope"]!, StringComparison.Ordinal);
    }

    [Theory, InlineData("bods"), InlineData("ftm"), InlineData("jsonl"), InlineData("csv")]
    public async Task Telephone_numbers_go_out_and_in_and_no_mobile_number_among_them(string format)
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await site.ImportAsync("a.csv", $"名称,信用代码,联系电话,公司电话\n甲示例,{Code},0591-87654321/22,\"+8613800138000（张经理）;400-888-0000\"\n乙示例,{Other},暂无,13900139000\n");
        await using var again = await TestSite.StartAsync(serve: false);
        Assert.Equal(0, (await again.ImportFileAsync(await ExportAsync(site, format), "again")).Rejected);
        foreach (var held in new[] { site, again })
        {
            Assert.Equal(["0591 8765 4321", "400 888 0000"], await PhonesAsync(held, Code));
            Assert.Empty(await PhonesAsync(held, Other));
        }
    }

    [Fact]
    public async Task A_mobile_number_in_a_statement_of_ours_is_left_out_and_a_number_in_another_program_s_file_is_read()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        var notes = JsonSerializer.Serialize(new { facts = new object[] { new { property = "phone", value = "13800138000" }, new { property = "phone", value = "0591 8765 4321", original = "13800138000", from = "2020-01-01" } } });
        object[] entities =
        [
            new { id = "c1", schema = "Company", properties = new { name = new[] { "甲示例" }, uscCode = new[] { Code }, notes = new[] { notes } } },
            new { id = "c2", schema = "Company", properties = new { name = new[] { "乙示例" }, uscCode = new[] { Other }, phone = new[] { "+8659187654322", "+8613900139000" } } },
        ];
        await site.ImportAsync("a.ftm.json", string.Concat(entities.Select(e => JsonSerializer.Serialize(e) + "\n")));
        Assert.Equal(["0591 8765 4321"], await PhonesAsync(site, Code));
        Assert.Equal(["0591 8765 4322"], await PhonesAsync(site, Other));
        var stated = (await site.WithAsync<AppDb, List<SourceRecord>>(db => db.SourceRecords.ToListAsync(Ct))).SelectMany(r => r.Said).Where(s => s.Property == Vocabulary.Phone).ToList();
        Assert.All(stated, s => Assert.Null(s.Original));
        Assert.Equal([new DateOnly(2020, 1, 1)], stated.Select(s => s.From).OfType<DateOnly>());
    }

    private static async Task<List<string>> PhonesAsync(TestSite site, string code) =>
        [.. ((CompanyLookupResult.Found)await site.WithAsync<ICompanyLookup, CompanyLookupResult>(l => l.FindAsync(code, default, Ct))).Company.Facts.Where(f => f.Property == Vocabulary.Phone).Select(f => f.Value).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task A_workbook_takes_as_many_sheets_as_its_rows_need()
    {
        var relations = await sample.Site.WithAsync<AppDb, int>(db => db.Relations.CountAsync(r => r.InLatest, Ct));
        var path = Path.Combine(sample.Site.Folder, "book.xlsx");
        var report = await sample.Site.WithAsync<ExportFile, ExportReport>(export => export.RunAsync(new("xlsx", path) { SheetRows = 9_000 }, (_, _, _) => { }, Ct));
        var sheets = MiniExcel.GetSheetNames(path).Where(s => s.StartsWith("relations", StringComparison.Ordinal)).ToList();
        Assert.Equal((relations + 8_999) / 9_000, sheets.Count);
        var ids = sheets.SelectMany(s => MiniExcel.Query(path, useHeaderRow: true, sheetName: s).Cast<IDictionary<string, object?>>().Select(r => (string)r["id"]!)).ToList();
        Assert.Equal((relations, relations), (ids.Count, ids.Distinct(StringComparer.Ordinal).Count()));
        Assert.Equal(0, report.CellsTooLong);
    }

    [Theory, InlineData("csv"), InlineData("parquet")]
    public async Task Tables_hold_every_company_person_and_relation_with_its_source(string format)
    {
        var report = await ReportAsync(sample.Site, format);
        var (companies, people, relations) = await sample.Site.WithAsync<AppDb, (int, int, int)>(async db => (await db.Companies.CountAsync(Ct), await db.People.CountAsync(Ct), await db.Relations.CountAsync(Ct)));
        Assert.Equal(companies + people + relations, report.Written);
        Assert.Equal(3, report.Files.Count);
        if (format is "csv")
        {
            var text = await File.ReadAllTextAsync(report.Files[0], Ct);
            Assert.Contains(SampleRegister.Showcase.CompanyCode, text, StringComparison.Ordinal);
            Assert.Equal(0xEF, (await File.ReadAllBytesAsync(report.Files[0], Ct))[0]);
            await using var empty = await TestSite.StartAsync(serve: false);
            var read = await empty.ImportFileAsync(report.Files[0], "again");
            Assert.Equal((companies, 0L), (read.Read, read.Rejected));
            return;
        }

        await using var file = File.OpenRead(report.Files[2]);
        await using var reader = await ParquetReader.CreateAsync(file, cancellationToken: Ct);
        var count = 0L;
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            count += group.RowCount;
        }

        Assert.Equal(relations, count);
        Assert.Equal(["decimal", "text", "truth"], reader.Schema.DataFields.Where(f => f.Name is "percent" or "party" or "inLatest").OrderBy(f => f.ClrType.Name).Select(f => f.ClrType == typeof(decimal) ? "decimal" : f.ClrType == typeof(bool) ? "truth" : "text").Order(StringComparer.Ordinal));
    }

    [Theory, InlineData("bods"), InlineData("xlsx"), InlineData("parquet")]
    public async Task An_export_that_is_stopped_leaves_no_file_and_the_earlier_one_as_it_was(string format)
    {
        var path = Path.Combine(sample.Site.Folder, $"stopped-{format}.out");
        await File.WriteAllTextAsync(path, "earlier", Ct);
        using CancellationTokenSource stop = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sample.Site.WithAsync<ExportFile, ExportReport>(export => export.RunAsync(new(format, path), (_, bodies, _) =>
        {
            if (bodies > 600) stop.Cancel();
        }, stop.Token)));
        Assert.Equal([path], Directory.GetFiles(sample.Site.Folder, $"stopped-{format}*"));
        Assert.Equal("earlier", await File.ReadAllTextAsync(path, Ct));
        var refused = await Assert.ThrowsAsync<RefusedException>(() => sample.Site.WithAsync<ExportFile, ExportReport>(export => export.RunAsync(new(format, "/nowhere/at/all"), (_, _, _) => { }, Ct)));
        Assert.Contains("/nowhere/at/all", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Derived_branches_stay_derived_on_their_way()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await site.ImportAsync("register.csv", $"name,uscc\n甲示例有限公司,{Code}\n甲示例有限公司一分公司,{Other}\n", "register");
        await site.ImportAsync("edges.tsv", $"branch_uscc\tparent_uscc\tbranch_name\tparent_name\n{Other}\t{Code}\t甲示例有限公司一分公司\t甲示例有限公司\n", "edges");
        foreach (var format in (string[])["bods", "ftm", "jsonl"])
        {
            await using var empty = await TestSite.StartAsync(serve: false);
            await empty.ImportFileAsync(await ExportAsync(site, format), "again");
            var found = Assert.IsType<CompanyLookupResult.Found>(await empty.WithAsync<ICompanyLookup, CompanyLookupResult>(l => l.FindAsync(Other, default, Ct)));
            Assert.Equal((Code, Basis.Derived), (Assert.Single(found.Company.Parents).From.Id, found.Company.Parents[0].Source.Basis));
        }
    }

    // Bodies with and without codes, some of one name, in any relations to one another, to persons of few names, to mere names and to nobody.
    private static readonly Gen<string> Name = OneOf("甲示例", "乙示例", "丙示例（上海）", "<b>丁</b>示例", "A & B \"示例\"", new string('戊', 300));
    private static readonly Gen<string?> Day = Gen.OneOf(Gen.Const((string?)null), Gen.Int[0, 4000].Select(d => (string?)new DateOnly(2014, 1, 1).AddDays(d).ToString("O", CultureInfo.InvariantCulture)));
    private static readonly Gen<string?> Share = Gen.OneOf(Gen.Const((string?)null), Gen.Int[0, 1_000_000].Select(p => (string?)(p / 10_000m).ToString("0.####", CultureInfo.InvariantCulture)), Gen.Int[0, 100].Select(p => (string?)$"{p}%"));

    private static readonly Gen<JsonObject> Relation = Gen.Select(Gen.Int[0, 5], Name, OneOf<string?>(null, "董事", "监事", "有限合伙人"), Gen.Select(Share, Share, Share), Gen.Select(Day, Day), Gen.Bool, (type, name, role, shares, days, money) =>
    {
        JsonObject relation = type switch
        {
            0 => new() { ["type"] = "person", ["name"] = "张三" }, 1 => new() { ["type"] = "unknown" }, 2 => new() { ["type"] = "company", ["name"] = name, ["creditCode"] = Other },
            3 => new() { ["type"] = "company", ["creditCode"] = Third }, 4 => new() { ["type"] = "organization", ["name"] = "无此机构" + name.Length }, _ => new() { ["type"] = "company", ["name"] = name },
        };
        foreach (var (key, value) in (ReadOnlySpan<(string, string?)>)[("role", role), ("percent", shares.Item1), ("minimum", shares.Item2), ("maximum", shares.Item3), ("from", days.Item1), ("to", days.Item2), ("sharesValue", money ? "100万元人民币" : null), ("subscribedAt", money ? "2020-01-01" : null)])
            if (value is not null) relation[key] = value;
        return relation;
    });

    private static readonly Gen<string> Register = Gen.Select(Gen.Int[0, 4], Name, Gen.Select(Relation.Array[0, 3], Relation.Array[0, 2], Relation.Array[0, 2], Relation.Array[0, 1]), Day, (kind, name, relations, founded) =>
    {
        JsonObject company = new() { ["name"] = name, ["status"] = "存续", ["capital"] = "1850.0000(万元人民币)", ["previousNames"] = new JsonArray(new JsonObject { ["name"] = "前" + name, ["to"] = "2015-01-01" }), ["shortName"] = "简", ["changes"] = new JsonArray(new JsonObject { ["date"] = "2020-01-01", ["item"] = "名称变更", ["before"] = "前", ["after"] = name }) };
        if (kind is 0 or 1 or 2) company["creditCode"] = kind switch { 0 => Code, 1 => Other, _ => Third };
        if (kind is 3) company["registrationNumber"] = "995102000000194";
        if (founded is not null) (company["foundedOn"], company["phone"]) = (founded, "0591-87654321；13800138000；400-888-0000");
        foreach (var (list, all) in (ReadOnlySpan<(string, JsonObject[])>)[("owners", relations.Item1), ("controllers", relations.Item2), ("officers", relations.Item3), ("declaredInterests", relations.Item4)])
            if (all.Length > 0) company[list] = new JsonArray([.. all.Select(r => r.DeepClone())]);
        return company;
    }).Array[1, 12].Select(companies =>
    {
        StringBuilder lines = new();
        var number = 0;
        foreach (var company in companies)
        {
            company["key"] = $"row {++number}";
            lines.AppendLine(company.ToJsonString());
        }

        return lines.ToString();
    });

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static async Task<string> ExportAsync(TestSite site, string format) => (await ReportAsync(site, format)).Files[0];

    private static Task<ExportReport> ReportAsync(TestSite site, string format)
    {
        var path = Path.Combine(site.Folder, $"{Guid.CreateVersion7()}.{(format is "bods" ? "json" : format is "ftm" ? "jsonl" : format)}");
        return site.WithAsync<ExportFile, ExportReport>(export => export.RunAsync(new(format, path), (_, _, _) => { }, Ct));
    }

    private static async Task<IReadOnlyList<JsonNode>> BodsAsync(TestSite site) => Statements(await ExportAsync(site, "bods"));

    private static List<JsonNode> Statements(string file) => [.. JsonNode.Parse(File.ReadAllText(file))!.AsArray().OfType<JsonNode>()];

    // Each record without where it came from: an import is a source of its own.
    private static List<string> Contents(string file, string format)
    {
        var all = format is "bods" ? Statements(file) : [.. File.ReadLines(file).Select(l => JsonNode.Parse(l)!)];
        foreach (var record in all)
        {
            foreach (var member in (string[])["statementId", "statementDate", "publicationDetails", "source", "datasets", "provenance"]) record.AsObject().Remove(member);
            if (record["properties"] is JsonObject properties) foreach (var member in (string[])["recordId", "sourceUrl", "publisher", "retrievedAt", "summary"]) properties.Remove(member);
        }

        return [.. all.Select(r => r.ToJsonString()).Order(StringComparer.Ordinal)];
    }
}
