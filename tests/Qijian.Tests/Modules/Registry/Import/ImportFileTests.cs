using System.IO.Compression;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Registry;

namespace Qijian.Tests.Modules.Registry;

public sealed class ImportFileTests
{
    private const string Header = "name,uscc,reg_date,legal_rep,reg_capital,province\n";
    private const string First = "91350100M000100Y43";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<bool> Databases => [false, true];

    [Theory, MemberData(nameof(Databases))]
    public async Task A_row_becomes_a_company_whose_facts_name_their_source(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        var report = await site.ImportAsync("a.csv", Header + $"甲示例有限公司,{First},2010年3月1日,林某,\"1,850.5(万元人民币)\",福建省\n");
        Assert.Equal((1, 1, 0), (report.Read, report.Added, report.Rejected));
        var company = await FindAsync(site, First);
        Assert.Equal("甲示例有限公司", company.Summary.Name);
        Assert.Equal(new DateOnly(2010, 3, 1), company.Summary.FoundedOn);
        Assert.Equal(new Money(1_850_500_000, "CNY"), company.Summary.Capital);
        Assert.Equal("1,850.5(万元人民币)", company[Vocabulary.Capital]!.Original);
        Assert.Equal("福建", company.Summary.Province);
        var officer = Assert.Single(company.Officers);
        Assert.Equal("林某", officer.From.Name);
        Assert.StartsWith("p-", officer.From.Id, StringComparison.Ordinal);
        Assert.All(company.Facts, f => Assert.Equal(("test", First), (f.Source.Dataset, f.Source.Record)));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task The_same_file_twice_changes_nothing(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        await site.ImportAsync("a.csv", Header + $"甲示例有限公司,{First},2010-03-01,林某,,福建\n");
        var before = await DumpAsync(site);
        var again = await site.ImportAsync("b.csv", Header + $"甲示例有限公司,{First},2010-03-01,林某,,福建\n");
        Assert.True(again.AlreadyImported);
        Assert.Equal((1, 0, 0, 1), (again.Read, again.Added, again.Changed, again.Unchanged));
        Assert.Equal(before, await DumpAsync(site));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_later_snapshot_changes_statements_and_what_it_lacks_is_last_seen_not_ended(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        DateTimeOffset june = new(2024, 6, 1, 0, 0, 0, TimeSpan.Zero), july = new(2024, 7, 1, 0, 0, 0, TimeSpan.Zero);
        await site.ImportAsync("june.csv", Header + $"甲示例有限公司,{First},2010-03-01,林某,,福建\n乙示例有限公司,91440300708461136T,2011-01-01,王某,,广东\n", retrievedAt: june);
        var report = await site.ImportAsync("july.csv", Header + $"甲示例科技有限公司,{First},2010-03-01,陈某,,福建\n", retrievedAt: july);
        Assert.Equal((1, 0, 1), (report.Read, report.Added, report.Changed));

        var changed = await FindAsync(site, First);
        Assert.Equal("甲示例科技有限公司", changed.Summary.Name);
        var former = Assert.Single(changed.Facts, f => f.Property == Vocabulary.Name && f.Value == "甲示例有限公司");
        Assert.Equal((false, june, false), (former.Current, former.Source.LastSeen, former.Source.InLatest));
        var founded = changed[Vocabulary.FoundedOn]!;
        Assert.Equal((june, july, true), (founded.Source.FirstSeen, founded.Source.LastSeen, founded.Source.InLatest));
        var left = Assert.Single(changed.Officers, o => o.From.Name == "林某");
        Assert.Equal((false, (DateOnly?)null), (left.Source.InLatest, left.ValidTo));

        var missing = await FindAsync(site, "91440300708461136T");
        Assert.Equal("乙示例有限公司", missing.Summary.Name);
        Assert.False(missing[Vocabulary.Name]!.Source.InLatest);

        var asOfJune = await FindAsync(site, First, new AsOf(new DateOnly(2024, 6, 15), null));
        Assert.Equal("甲示例有限公司", asOfJune[Vocabulary.Name]!.Value);
    }

    [Fact]
    public async Task An_older_snapshot_than_the_newest_is_refused()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await site.ImportAsync("new.csv", Header + $"甲示例有限公司,{First},,,,\n", retrievedAt: new(2024, 7, 1, 0, 0, 0, TimeSpan.Zero));
        var refused = await Assert.ThrowsAsync<ImportException>(() => site.ImportAsync("old.csv", Header + $"旧示例有限公司,{First},,,,\n", retrievedAt: new(2024, 6, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Contains("2024-06-01", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_bad_row_is_kept_with_its_reason_and_the_good_ones_go_in()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        var report = await site.ImportAsync("bad.csv", Header
            + $"甲示例有限公司,{First},,,,\n"
            + $"甲另一说有限公司,{First},,,,\n"
            + ",,,,,\n"
            + "含\0空字符示例有限公司,91440300708461136T,,,,\n"
            + $"长{new string('长', 1_000_000)}示例,12100000400010275N,,,,\n"
            + "少一列示例有限公司,12100000400010275N\n"
            + "校验不符示例有限公司,91440300767669022G,,,,\n"
            + "老号示例有限公司,993201000000015,,,,\n");
        Assert.Equal((8, 3, 5), (report.Read, report.Added, report.Rejected));
        var rejected = await File.ReadAllTextAsync(report.RejectedFile!, Ct);
        foreach (var row in new[] { "2,", "3,", "4,", "5,", "6," }) Assert.Contains($"\r\n{row}", rejected, StringComparison.Ordinal);
        Assert.Contains("甲另一说有限公司", rejected, StringComparison.Ordinal);
        Assert.True((await FindAsync(site, "91440300767669022G"))[Vocabulary.CreditCode]!.FailsCheck);
        var old = await site.WithAsync<AppDb, Company>(db => db.Companies.SingleAsync(c => c.RegistrationNumber == "993201000000015", Ct));
        Assert.StartsWith("x-", old.Id, StringComparison.Ordinal);
        Assert.Null(old.CreditCode);
    }

    [Theory, InlineData("gzip"), InlineData("zstd"), InlineData("gb18030")]
    public async Task Compressed_files_and_GB18030_read_the_same(string form)
    {
        await using var site = await TestSite.StartAsync(serve: false);
        var path = Path.Combine(site.Folder, "f.csv");
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var bytes = (form == "gb18030" ? Encoding.GetEncoding("GB18030") : Encoding.UTF8).GetBytes(Header + $"甲示例有限公司,{First},2010-03-01,林某,,福建\n");
        await using (Stream file = File.Create(path))
        {
            Stream to = form switch { "gzip" => new GZipStream(file, CompressionLevel.Fastest), "zstd" => new ZstdSharp.CompressionStream(file), _ => file };
            await to.WriteAsync(bytes, Ct);
            await to.DisposeAsync();
        }

        Assert.Equal(1, (await site.ImportFileAsync(path)).Added);
        Assert.Equal("甲示例有限公司", (await FindAsync(site, First)).Summary.Name);
    }

    [Fact]
    public async Task A_cut_off_gzip_keeps_the_rows_before_and_says_so()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        StringBuilder rows = new(Header);
        for (var i = 0; i < 20_000; i++) rows.Append(System.Globalization.CultureInfo.InvariantCulture, $"第{i * 7919 % 20011}示例有限公司,,,,,\n");
        using MemoryStream packed = new();
        await using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true)) await gzip.WriteAsync(Encoding.UTF8.GetBytes(rows.ToString()), Ct);
        var path = Path.Combine(site.Folder, "cut.csv.gz");
        await File.WriteAllBytesAsync(path, packed.ToArray()[..(int)(packed.Length * 3 / 4)], Ct);
        await Assert.ThrowsAsync<ImportException>(() => site.ImportFileAsync(path));
        Assert.InRange(await site.WithAsync<AppDb, int>(db => db.Companies.CountAsync(Ct)), 5_000, 20_000);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_run_that_was_cut_off_goes_on_and_ends_as_if_it_had_not_been(bool postgres)
    {
        StringBuilder rows = new(Header);
        for (var i = 0; i < 12_000; i++) rows.Append(System.Globalization.CultureInfo.InvariantCulture, $"第{i}示例有限公司,,2010-03-01,林某{i % 7},,福建\n");
        rows.Append(",,,,,\n");
        await using var whole = await TestSite.StartAsync(postgres, serve: false);
        await whole.ImportAsync("a.csv", rows.ToString());
        await using var cut = await TestSite.StartAsync(postgres, serve: false);
        var path = Path.Combine(cut.Folder, "a.csv");
        await File.WriteAllTextAsync(path, rows.ToString(), Ct);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cut.WithAsync<ImportFile, ImportReport>(async import =>
        {
            using CancellationTokenSource stop = new();
            return await import.RunAsync(new(path, null, null, "test", null), p => { if (p.Rows >= 5000) stop.Cancel(); }, stop.Token);
        }));
        var report = await cut.ImportFileAsync(path);
        Assert.True(report.Resumed);
        Assert.Equal((12_001, 12_000, 1), (report.Read, report.Added, report.Rejected));
        Assert.Equal(await DumpAsync(whole), await DumpAsync(cut));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task The_owners_of_a_record_that_joins_a_body_by_name_are_found_there(bool postgres)
    {
        // The body of the name is named by a later row; its owner is known by a code alone.
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        await site.ImportAsync("a.jsonl", $$"""
            {"name":"甲示例有限公司","owners":[{"type":"company","creditCode":"{{First}}","percent":"40%"}]}
            {"name":"乙示例有限公司","creditCode":"91440300708461136T","owners":[{"type":"company","name":"甲示例有限公司","creditCode":"12100000400010275N"}]}
            """);
        var owner = await site.WithAsync<AppDb, string?>(async db =>
        {
            var joined = await db.Companies.SingleAsync(c => c.Id == "12100000400010275N", Ct);
            var (first, last) = (SourceRecord.First(joined.Number), SourceRecord.Last(joined.Number));
            var edge = await db.Relations.SingleAsync(r => r.Number >= first && r.Number <= last, Ct);
            return await db.Companies.Where(c => c.Number == edge.FromCompany).Select(c => c.Id).SingleOrDefaultAsync(Ct);
        });
        Assert.Equal(First, owner);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_record_without_identifier_joins_the_one_body_of_its_name_whichever_came_first(bool nameFirst)
    {
        await using var site = await TestSite.StartAsync(serve: false);
        async Task Register() => await site.ImportAsync("register.csv", Header + $"甲示例有限公司,{First},,,,\n", "register");
        async Task Listed() => await site.ImportAsync("listed.csv", "股票代码,股票名称,公司全称,实控人名称\n000001.SZ,甲示例,甲示例有限公司,林某\n", "listed");
        if (nameFirst) await Listed();
        await Register();
        if (!nameFirst) await Listed();
        var company = await FindAsync(site, First);
        Assert.Equal("000001.SZ", company.Summary.StockCode);
        Assert.True(company[Vocabulary.StockCode]!.Source.JoinedByName);
        Assert.Equal("林某", Assert.Single(company.Owners).From.Name);
        Assert.Equal(1, await site.WithAsync<AppDb, int>(db => db.Companies.CountAsync(Ct)));
    }

    [Fact]
    public async Task Lei_records_and_relationships_make_bodies_and_control_without_a_percentage()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await site.ImportAsync("lei.csv", "lei,entity_legal_name,entity_legal_jurisdiction\n0292001130A2Q5CDA023,EXAMPLE SECURITIES LIMITED,NG\n", dataset: null);
        await site.ImportAsync("rr.csv", "Relationship.StartNode.NodeID,Relationship.EndNode.NodeID,Relationship.RelationshipType\n0292001130A2Q5CDA023,CYSD4L2598RQ9BPPCB72,IS_DIRECTLY_CONSOLIDATED_BY\n", dataset: null);
        var id = await site.WithAsync<AppDb, string>(db => db.Companies.Where(c => c.Lei == "0292001130A2Q5CDA023").Select(c => c.Id).SingleAsync(Ct));
        var owner = Assert.Single((await FindAsync(site, id)).Owners);
        Assert.Equal(("CYSD4L2598RQ9BPPCB72", (decimal?)null), (owner.From.Lei, owner.Percent));
        Assert.NotNull(owner.From.Id);
    }

    [Theory, InlineData(false, false), InlineData(true, false), InlineData(false, true), InlineData(true, true)]
    public async Task A_body_known_by_number_or_LEI_becomes_one_with_the_body_of_the_credit_code_whichever_came_first(bool codeFirst, bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        const string Lei = "300300C1092037000064", Parent = "300300C1092044000069";
        async Task Coded() => await site.ImportAsync("coded.csv", $"name,uscc,注册号,lei\n甲示例有限公司,{First},440301103097421,{Lei}\n乙示例有限公司,91440300708461136T,,{Parent}\n", "coded");
        if (codeFirst) await Coded();
        await site.ImportAsync("number.csv", "name,注册号,legal_rep\n甲示例有限公司,440301103097421,林某\n", "number");
        await site.ImportAsync("rr.csv", $"Relationship.StartNode.NodeID,Relationship.EndNode.NodeID,Relationship.RelationshipType\n{Lei},{Parent},IS_DIRECTLY_CONSOLIDATED_BY\n", dataset: null);
        var person = codeFirst ? null : await site.WithAsync<AppDb, string>(db => db.People.Select(p => p.Id).SingleAsync(Ct));
        if (!codeFirst) await Coded();
        Assert.Equal(2, await site.WithAsync<AppDb, int>(db => db.Companies.CountAsync(Ct)));
        var company = await FindAsync(site, First);
        var owner = Assert.Single(company.Owners);
        Assert.Equal(("91440300708461136T", "乙示例有限公司"), (owner.From.Id, owner.From.Name));
        Assert.Equal("林某", Assert.Single(company.Officers).From.Name);
        Assert.DoesNotContain(company.Facts, f => f.Source.JoinedByName);
        Assert.Equal(First, Assert.Single((await FindAsync(site, "91440300708461136T")).Holdings).To.Id);
        if (person is not null) Assert.Equal(new PersonLookupResult.Moved(First), await site.WithAsync<ICompanyLookup, PersonLookupResult>(c => c.FindPersonAsync(person, Ct)));
    }

    [Fact]
    public async Task A_body_that_comes_back_by_its_LEI_is_joined_again()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        const string Lei = "300300C1092037000064", Parent = "300300C1092044000069";
        Task Coded(string lei) => site.ImportAsync($"coded{lei}.csv", $"name,uscc,lei\n甲示例有限公司,{First},{lei}\n", "coded");
        Task Edge(string state) => site.ImportAsync($"rr{state}.csv", $"Relationship.StartNode.NodeID,Relationship.EndNode.NodeID,Relationship.RelationshipType,Relationship.RelationshipStatus\n{Parent},{Lei},IS_DIRECTLY_CONSOLIDATED_BY,{state}\n", dataset: null);
        await Edge("ACTIVE");
        await Coded(Lei);
        await Coded(""); // its register no longer says the LEI
        await Edge("INACTIVE");
        await Coded(Lei + " ");
        Assert.Equal(Lei, (await FindAsync(site, First)).Summary.Lei);
        Assert.Equal(2, await site.WithAsync<AppDb, int>(db => db.Companies.CountAsync(Ct)));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task The_main_values_are_those_of_the_time_that_is_asked_for(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        DateTimeOffset june = new(2024, 6, 1, 0, 0, 0, TimeSpan.Zero), july = new(2024, 7, 1, 0, 0, 0, TimeSpan.Zero);
        await site.ImportAsync("june.csv", Header + $"甲示例有限公司,{First},2010-03-01,林某,100万美元,福建\n", retrievedAt: june);
        await site.ImportAsync("july.csv", Header + $"甲示例科技有限公司,{First},2010-03-01,陈某,200万美元,福建\n", retrievedAt: july);
        var then = (await FindAsync(site, First, new AsOf(new DateOnly(2024, 6, 15), null))).Summary;
        Assert.Equal(("甲示例有限公司", "林某", new Money(100_000_000, "USD")), (then.Name, then.LegalRepresentative, then.Capital));
        Assert.IsType<CompanyLookupResult.Unknown>(await site.WithAsync<ICompanyLookup, CompanyLookupResult>(c => c.FindAsync(First, new AsOf(null, june.AddYears(-20)), Ct)));
    }

    [Fact]
    public async Task A_level_one_record_that_names_a_credit_code_belongs_to_its_body()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await site.ImportAsync("lei.csv", $"LEI,Entity.LegalName,Entity.RegistrationAuthority.RegistrationAuthorityEntityID\n300300C1092037000064,EXAMPLE LIMITED,{First}\n", dataset: null);
        Assert.Equal("300300C1092037000064", (await FindAsync(site, First)).Summary.Lei);
    }

    [Fact]
    public async Task A_file_without_known_columns_is_refused_and_a_mapping_makes_it_readable()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        var refused = await Assert.ThrowsAsync<ImportException>(() => site.ImportAsync("odd.csv", $"Firma,Kode\n甲示例有限公司,{First}\n"));
        Assert.Contains("Firma", refused.Message, StringComparison.Ordinal);
        var mapping = Path.Combine(site.Folder, "map.json");
        await File.WriteAllTextAsync(mapping, """{"Firma": "name", "Kode": "creditCode"}""", Ct);
        Assert.Equal(1, (await site.ImportFileAsync(Path.Combine(site.Folder, "odd.csv"), mapping: mapping)).Added);
    }

    internal static async Task<CompanyView> FindAsync(TestSite site, string id, AsOf time = default) =>
        Assert.IsType<CompanyLookupResult.Found>(await site.WithAsync<ICompanyLookup, CompanyLookupResult>(c => c.FindAsync(id, time, Ct))).Company;

    private static Task<string> DumpAsync(TestSite site) => site.WithAsync<AppDb, string>(async db =>
    {
        StringBuilder dump = new();
        foreach (var c in await db.Companies.AsNoTracking().OrderBy(c => c.Number).ToListAsync(Ct)) dump.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"{c.Number} {c.Id} {c.Name} {c.FoundedOn} {c.LegalRepresentative}");
        foreach (var r in await db.SourceRecords.AsNoTracking().OrderBy(r => r.Number).ToListAsync(Ct)) dump.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"{r.Number} {r.Key} {r.Hash} {r.FirstImport} {r.LastImport} {r.SupersededBy}");
        foreach (var r in await db.Relations.AsNoTracking().OrderBy(r => r.Number).ToListAsync(Ct)) dump.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"{r.Number} {r.Kind} {r.FromPerson} {r.Role}");
        foreach (var i in await db.Imports.AsNoTracking().OrderBy(i => i.Id).ToListAsync(Ct)) dump.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"{i.Id} {i.Read} {i.Added} {i.Changed} {i.Unchanged} {i.Rejected} {i.RejectedBytes}");
        return dump.ToString();
    });
}
