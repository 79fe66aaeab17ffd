using Qijian.Modules.Registry;

namespace Qijian.Tests.Modules.Registry;

public sealed class RebuildTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<bool> Databases => [false, true];

    [Theory, MemberData(nameof(Databases))]
    public async Task A_rebuild_from_the_records_gives_the_rows_that_the_imports_left(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        await site.ImportAsync("june.jsonl", """
            {"name":"甲示例有限公司","creditCode":"91350100M000100Y43","legalRepresentative":"林某","owners":[{"name":"乙示例有限公司","percent":"60"},{"name":"王某","type":"person","percent":"40"}],"previousNames":[{"name":"甲旧示例有限公司","to":"2015-01-01"}]}
            {"name":"乙示例有限公司","creditCode":"91440300708461136T","status":"存续"}
            """, "register", retrievedAt: new(2024, 6, 1, 0, 0, 0, TimeSpan.Zero));
        await site.ImportAsync("july.jsonl", """{"name":"甲示例科技有限公司","creditCode":"91350100M000100Y43","legalRepresentative":"陈某","owners":[{"name":"丙示例集团","lei":"0292001130A2Q5CDA023","percent":"100"}]}""", "register", retrievedAt: new(2024, 7, 1, 0, 0, 0, TimeSpan.Zero));
        await site.ImportAsync("listed.csv", "股票代码,股票名称,公司全称,实控人名称\n000001.SZ,乙示例,乙示例有限公司,林某\n", "listed");
        var left = await site.WithAsync<AppDb, string>(KilledImportTests.RowsAsync);
        var count = await site.WithAsync<RebuildCompanies, long>(r => r.RunAsync((_, _, _) => { }, Ct));
        Assert.Equal(3, count);
        Assert.Equal(left, await site.WithAsync<AppDb, string>(KilledImportTests.RowsAsync));
    }
}
