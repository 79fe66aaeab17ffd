using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Registry;
using Qijian.Tests.Engine;

namespace Qijian.Tests.Modules.Registry;

public sealed class CompaniesHouseRowsTests
{
    private const string Header = "CompanyName, CompanyNumber,RegAddress.CareOf,RegAddress.AddressLine1,RegAddress.PostTown,RegAddress.PostCode,CompanyCategory,CompanyStatus,CountryOfOrigin,DissolutionDate,IncorporationDate,Mortgages.NumMortCharges,SICCode.SicText_1,SICCode.SicText_2,URI,PreviousName_1.CONDATE, PreviousName_1.CompanyName";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_company_and_those_who_control_it_are_one_body_by_its_number(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        var companies = await site.ImportAsync("BasicCompanyData.csv", Header + "\n" +
            "\"EXAMPLE HOLDINGS LIMITED\",\"01234567\",\"\",\"1 EXAMPLE ROAD\",\"LEEDS\",\"LS1 1AA\",\"Private Limited Company\",\"Active\",\"United Kingdom\",\"\",\"31/12/2009\",\"0\",\"62012 - Business and domestic software development\",\"\",\"http://business.data.gov.uk/id/company/01234567\",\"01/02/2015\",\"OLD EXAMPLE LIMITED\"\n" +
            "\"EXAMPLE PARENT LIMITED\",\"SC654321\",\"\",\"2 EXAMPLE ROAD\",\"EDINBURGH\",\"EH1 1AA\",\"Private Limited Company\",\"Liquidation\",\"United Kingdom\",\"\",\"01/04/2001\",\"0\",\"None Supplied\",\"\",\"\",\"\",\"\"\n", "companies");
        Assert.Equal((2, 2, 0), (companies.Read, companies.Added, companies.Rejected));
        Assert.Contains("Mortgages.NumMortCharges", companies.IgnoredColumns);
        var control = await site.ImportAsync("psc.jsonl", string.Join('\n',
            Psc("1234567", "a", "individual-person-with-significant-control", """ "name":"Ms Ann Example","date_of_birth":{"month":1,"year":1970},"notified_on":"2016-04-06","natures_of_control":["ownership-of-shares-25-to-50-percent","voting-rights-25-to-50-percent","right-to-appoint-and-remove-directors"] """),
            Psc("01234567", "b", "corporate-entity-person-with-significant-control", """ "name":"Example Parent Limited","notified_on":"2016-04-06","ceased_on":"2018-05-14","identification":{"registration_number":"SC654321","country_registered":"Scotland"},"natures_of_control":["ownership-of-shares-75-to-100-percent-as-trust"] """),
            Psc("01234567", "c", "super-secure-person-with-significant-control", """ "description":"super-secure-persons-with-significant-control" """),
            Psc("SC654321", "d", "persons-with-significant-control-statement", """ "statement":"psc-exists-but-not-identified","notified_on":"2017-01-01" """),
            Psc("01234567", "e", "individual-person-with-significant-control", """ "name":"Ms Ann Example","notified_on":"2020-04-06","ceased_on":"2018-05-14","natures_of_control":["significant-influence-or-control"] """),
            Psc("01234567", "f", "individual-person-with-significant-control", """ "name":"Mr Example","natures_of_control":["mind-reading"] """),
            """{"data":{"kind":"totals#persons-of-significant-control-snapshot","persons_of_significant_control_count":6}}""") + "\n", "psc");
        Assert.Equal((7, 4, 2), (control.Read, control.Added, control.Rejected));
        Assert.Contains("data.date_of_birth", control.IgnoredColumns);
        Assert.Equal(
            [
                "? > EXAMPLE HOLDINGS LIMITED control / super-secure-persons-with-significant-control", "? > EXAMPLE PARENT LIMITED declaredInterest 2017-01-01/ psc-exists-but-not-identified",
                "EXAMPLE PARENT LIMITED > EXAMPLE HOLDINGS LIMITED ownership 75–100 2016-04-06/2018-05-14 as-trust", "Ms Ann Example > EXAMPLE HOLDINGS LIMITED control 2016-04-06/ appointmentOfBoard",
                "Ms Ann Example > EXAMPLE HOLDINGS LIMITED control 25–50 2016-04-06/ votingRights", "Ms Ann Example > EXAMPLE HOLDINGS LIMITED ownership 25–50 2016-04-06/",
            ], await BodsRowsTests.RelationsAsync(site));
        Assert.Equal(2, await site.WithAsync<AppDb, int>(db => db.Companies.CountAsync(Ct)));
        var company = await site.WithAsync<AppDb, Company>(db => db.Companies.SingleAsync(c => c.Name == "EXAMPLE HOLDINGS LIMITED", Ct));
        Assert.Equal((Claims.ForeignBody("GB-COH-01234567"), new DateOnly(2009, 12, 31), CompanyStatus.Active, true), (company.Id, company.FoundedOn!.Value, company.Status!.Value, company.Identified));
        var owner = Assert.Single(await BodsRowsTests.OwnersAsync(site, company.Id), o => o is { From.Type: EntityType.Person, Kind.CarriesEquity: true });
        Assert.Equal((25m, 50m, "minimum", "true"), (owner.Minimum, owner.Maximum, owner.More["open"], owner.More["beneficial"]));
    }

    [Fact]
    public async Task Declared_ultimate_parents_stay_apart_from_direct_ones()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        var path = RealData.PathOf("gleif/gleif-rr-level2-golden-copy-20260123-subset.csv");
        var report = await site.ImportFileAsync(path, dataset: null);
        Assert.Equal((4_102, 0), (report.Read, report.Rejected));
        var roles = await site.WithAsync<AppDb, Dictionary<string, int>>(db => db.Relations.Where(r => r.FromCompany != null).GroupBy(r => r.Role!).ToDictionaryAsync(g => g.Key, g => g.Count(), Ct));
        Assert.Equal(new Dictionary<string, int>(StringComparer.Ordinal) { ["direct"] = 2_174, ["ultimate"] = 1_801, ["manager"] = 88, ["internationalBranch"] = 23, ["umbrella"] = 16 }, roles);
    }

    private static string Psc(string number, string id, string kind, string more) => $$"""{"company_number":"{{number}}","data":{"kind":"{{kind}}","links":{"self":"/company/{{number}}/persons-with-significant-control/x/{{id}}"},{{more}} } }""";
}
