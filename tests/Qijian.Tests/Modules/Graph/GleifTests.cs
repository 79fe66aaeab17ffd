using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Graph;
using Qijian.Modules.Registry;
using Qijian.Tests.Engine;

namespace Qijian.Tests.Modules.Graph;

/// <summary>Declared against computed ultimate parents, on the relationship records of GLEIF.</summary>
public sealed class GleifTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Direct_parents_lead_to_the_declared_ultimate_one_but_for_those_that_are_listed()
    {
        var file = RealData.PathOf("gleif/gleif-rr-level2-golden-copy-20260123-subset-small.csv");
        await using var site = await TestSite.StartAsync(serve: false);
        var path = Path.Combine(site.Folder, "rr.csv");
        File.Copy(file, path);
        await site.ImportFileAsync(path, dataset: null);
        await site.WithAsync<StoredGraph, bool>(async store =>
        {
            await store.RunAsync(Ct);
            return true;
        });
        var both = await site.WithAsync<AppDb, List<int>>(async db =>
        {
            var declared = await db.Relations.Where(r => r.Kind == Vocabulary.Control.Id).Select(r => new { r.Number, r.Role }).ToListAsync(Ct);
            return [.. declared.GroupBy(r => (int)(r.Number >> 20)).Where(g => g.Select(r => r.Role).Distinct().Count() == 2).Select(g => g.Key)];
        });
        Assert.Equal(828, both.Count);
        var contradictions = await site.WithAsync<IServiceProvider, List<Contradiction>>(async services =>
        {
            var graph = (IRelationGraph)services.GetService(typeof(IRelationGraph))!;
            var companies = await ((ICompanyLookup)services.GetService(typeof(ICompanyLookup))!).SummariesAsync(both, Ct);
            List<Contradiction> found = [];
            foreach (var company in companies) found.AddRange((await graph.OwnersAsync(PartyReader.Of(company), new() { Depth = 1, Evidence = false }, Ct)).Contradictions);
            return found;
        });
        // 824 reach it; of three the last direct parent declares the same ultimate one, so that a step is missing; the last direct parent of this one declares none.
        var only = Assert.Single(contradictions);
        Assert.Equal(("5493006QJ5ZEMSP80508", "529900OU45EJZAH9OM37", "213800Z99WQEXDF82F09"), (only.Company.Lei, only.Computed.Lei, only.Declared.Lei));
        Assert.Equal(["5493006QJ5ZEMSP80508", "529900OU45EJZAH9OM37"], only.Walk.Select(p => p.Lei));
    }
}
