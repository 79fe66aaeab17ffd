using Microsoft.EntityFrameworkCore;
using Qijian.Engine.Identifiers;
using Qijian.Engine.Text;
using Qijian.Modules.Registry;
using Qijian.Tests.Engine;

namespace Qijian.Tests.Modules.Registry;

/// <summary>Real files as they are; docs/importing.md says what becomes of them.</summary>
public sealed class RealFilesTests
{
    private const string Names = "cn-registry/names_dev_2952k.tsv.gz", Full = "cn-registry/dev_full_250k.csv.gz", Listed = "a-share/stock_basic_full_en_pinyin_controller.csv";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<bool> Databases => [false, true];

    [Fact]
    public async Task Old_numbers_codes_that_fail_and_rows_without_a_code_are_all_kept()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        // Every odd row of the register, and each 200th of the others.
        List<string> rows = [.. RealData.Lines(Names).Skip(1).Where((line, i) => i % 200 == 0 || CreditCode.Check(line.Split('\t')[1]).Verdict is not CodeVerdict.Valid)];
        var codes = rows.ConvertAll(r => r.Split('\t')[1].ToUpperInvariant());
        var report = await site.ImportAsync("names.tsv", "name\tuscc\treg_date\tprovince\n" + string.Join('\n', rows) + "\n");
        Assert.Equal(rows.Count, report.Read);
        Assert.Equal(report.Read, report.Added + report.Unchanged + report.Rejected);
        Assert.InRange(report.Rejected, 0, 20); // contradictions within the file only, each in the file of rejected rows
        Assert.Empty(report.IgnoredColumns);
        var known = await site.WithAsync<AppDb, List<Company>>(db => db.Companies.AsNoTracking().ToListAsync(Ct));
        Assert.Equal(codes.Where(c => c.Length is 13 or 15 && c.All(char.IsAsciiDigit)).Distinct(StringComparer.Ordinal).Count(), known.Count(c => c.RegistrationNumber is not null));
        Assert.Empty(codes.Where(Draft.IsCreditCodeShaped).Except(known.Select(c => c.Id), StringComparer.Ordinal));
        foreach (var row in rows.Where(r => r.Split('\t')[1] is "无")) Assert.Contains(known, c => c.Name == row.Split('\t')[0]);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_full_register_keeps_every_value_with_what_was_written(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        var lines = RealData.Lines(Full).Take(5_001).ToList();
        var report = await site.ImportAsync("full.csv", string.Join('\n', lines) + "\n");
        Assert.Equal((5_000, 0), (report.Read, report.Rejected));
        Assert.Empty(report.IgnoredColumns);
        var (records, people) = await site.WithAsync<AppDb, (List<SourceRecord>, int)>(async db => (await db.SourceRecords.AsNoTracking().ToListAsync(Ct), await db.People.CountAsync(Ct)));
        var rows = RealData.Csv(Full).Take(5_000).ToList();
        Assert.Equal(rows.Count(r => r[4].Trim() is { Length: > 0 } and not "-"), people);
        var written = records.SelectMany(r => r.Said).Select(s => s.Original ?? s.Value).ToHashSet(StringComparer.Ordinal);
        Assert.All(rows, row => Assert.All(row, value => Assert.True(value.Trim() is "" or "-" || written.Contains(value.Trim()), value)));
    }

    [Fact]
    public async Task Listed_companies_join_the_register_by_their_full_names()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        var listed = RealData.Csv(Listed).Select(r => Normalizer.Key(r[4])).ToHashSet(StringComparer.Ordinal);
        var register = RealData.Lines(Names).Skip(1).Where((line, i) => i % 2_000 == 0 || listed.Contains(Normalizer.Key(line.Split('\t')[0]))).ToList();
        await site.ImportAsync("register.tsv", "name\tuscc\treg_date\tprovince\n" + string.Join('\n', register) + "\n", "register");
        var path = Path.Combine(site.Folder, "listed.csv");
        File.Copy(RealData.PathOf(Listed), path);
        var report = await site.ImportFileAsync(path, "listed");
        Assert.Equal((5_485, 5_485, 0), (report.Read, report.Added, report.Rejected));
        Assert.Equal(["交易货币", "上市状态", "是否沪深港通标的"], report.IgnoredColumns);
        var joined = register.GroupBy(r => Normalizer.Key(r.Split('\t')[0]), StringComparer.Ordinal).Count(g => g.Select(r => r.Split('\t')[1]).Distinct(StringComparer.Ordinal).Count() == 1 && listed.Contains(g.Key));
        Assert.InRange(joined, 1_600, 1_700);
        Assert.Equal(joined, await site.WithAsync<AppDb, int>(db => db.Companies.CountAsync(c => c.StockCode != null && !c.Id.StartsWith("x-"), Ct)));
        Assert.Equal(5_485, await site.WithAsync<AppDb, int>(db => db.Companies.CountAsync(c => c.StockCode != null, Ct)));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Legal_entity_records_and_their_relationships_all_go_in(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        var entities = await ImportAsync("gleif/gleif-level1-subset-6450.csv");
        Assert.Equal((6_450, 6_450, 0), (entities.Read, entities.Added, entities.Rejected));
        Assert.Contains("entity_headquarters_address_city", entities.IgnoredColumns);
        Assert.DoesNotContain("entity_legal_address_city", entities.IgnoredColumns);
        var relationships = await ImportAsync("gleif/gleif-rr-level2-golden-copy-20260123-subset-small.csv");
        Assert.Equal((1_885, 1_885, 0), (relationships.Read, relationships.Added, relationships.Rejected));
        Assert.Equal(1_885, await site.WithAsync<AppDb, int>(db => db.Relations.CountAsync(r => r.FromCompany != null, Ct)));

        async Task<ImportReport> ImportAsync(string name)
        {
            var path = Path.Combine(site.Folder, Path.GetFileName(name));
            File.Copy(RealData.PathOf(name), path);
            return await site.ImportFileAsync(path, dataset: null);
        }
    }
}
