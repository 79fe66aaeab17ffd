using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Registry;

namespace Qijian.Tests.Modules.Registry;

public sealed class FtmRowsTests
{
    private const string Code = "91350100M000100Y43", Lei = "5493001KJTIIGC8Y1R12";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task Intervals_before_and_behind_their_parties_become_relations(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        var report = await site.ImportAsync("a.ftm.json", string.Join('\n',
            """{"id":"o1","schema":"Ownership","properties":{"owner":["c2"],"asset":["c1"],"percentage":["25-50"],"sharesCount":["1000"],"sharesValue":["500"],"sharesCurrency":["CNY"],"startDate":["2017"],"endDate":["2019-05"]}}""",
            $$"""{"id":"c1","schema":"Company","properties":{"name":["甲示例","甲旧名"],"uscCode":["{{Code}}"],"incorporationDate":["2010-03-01"],"status":["存续"],"country":["cn"],"previousName":["甲前示例"]} }""",
            $$"""{"id":"c2","schema":"Organization","properties":{"name":["乙示例"],"leiCode":["{{Lei}}"]} }""",
            """{"id":"p1","schema":"Person","properties":{"name":["张三"],"birthDate":["1970-01-01"]}}""", """{"id":"b1","schema":"PublicBody","properties":{"name":["某局"]}}""", """{"id":"ad","schema":"Address","properties":{"full":["某路"]}}""",
            """{"id":"d1","schema":"Directorship","properties":{"director":["p1"],"organization":["c1"],"role":["董事"]}}""", """{"id":"r1","schema":"Representation","properties":{"agent":["p1"],"client":["c1"]}}""",
            """{"id":"l1","schema":"UnknownLink","properties":{"subject":["b1"],"object":["c1"],"role":["实际控制"]}}""", """{"id":"l2","schema":"UnknownLink","properties":{"subject":["b1"],"object":["c1"],"role":["cousin"]}}""",
            """{"id":"o2","schema":"Ownership","properties":{"owner":["p1"],"asset":["c1"],"percentage":["30%"],"ownershipType":["indirect"]}}""", """{"id":"o3","schema":"Ownership","properties":{"owner":["p1"],"asset":["c9"]}}""",
            """{"id":"o4","schema":"Ownership","properties":{"owner":["p1"],"asset":["c1"],"percentage":["50-25"]}}""", """{"id":"o5","schema":"Ownership","properties":{"owner":["p1"],"asset":["p1"]}}""", """{"id":"o6","schema":"Ownership","properties":{"owner":["c1"],"asset":["c1"],"percentage":["100"]}}""") + "\n");
        Assert.Equal((15, 9, 4), (report.Read, report.Added, report.Rejected));
        Assert.Equal(["Address"], report.IgnoredColumns);
        Assert.Equal(
            [
                "乙示例 > 甲示例 ownership 25–50 2017-01-01/2019-05-31", "张三 > 甲示例 declaredInterest 30 /", "张三 > 甲示例 directorship / representation", "张三 > 甲示例 directorship / 董事", "某局 > 甲示例 control / 实际控制", "甲示例 > 甲示例 ownership 100 /",
            ], (await BodsRowsTests.RelationsAsync(site)).Order(StringComparer.Ordinal));
        var company = await site.WithAsync<AppDb, Company>(db => db.Companies.SingleAsync(c => c.Id == Code, Ct));
        Assert.Equal(("甲示例", new DateOnly(2010, 3, 1), CompanyStatus.Active), (company.Name, company.FoundedOn!.Value, company.Status!.Value));
        var rejected = await File.ReadAllTextAsync(report.RejectedFile!, Ct);
        foreach (var reason in (string[])["性质不明的联系（cousin）", "c9 不在此文件中", "比例下限 50 大于上限 25", "不是具名的机构"]) Assert.Contains(reason, rejected, StringComparison.Ordinal);
        Assert.DoesNotContain("1970", string.Concat((await site.WithAsync<AppDb, List<SourceRecord>>(db => db.SourceRecords.ToListAsync(Ct))).SelectMany(r => r.Said).Select(s => s.Value)), StringComparison.Ordinal);
    }
}
