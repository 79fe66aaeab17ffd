using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Registry;
using Qijian.Tests.Engine;

namespace Qijian.Tests.Modules.Registry;

public sealed class BodsRowsTests
{
    private const string Code = "91350100M000100Y43", Other = "91440300708461136T";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<bool> Databases => [false, true];

    // What a person reads in each example: statements, rejected ones, named bodies, and the relations as owner > body, kind, share.
    public static TheoryData<string, int, int, string[], string[]> Examples => new()
    {
        { "indirect-ownership", 6, 0, ["Company A", "Company B"], ["Company B > Company A ownership 60 2017-11-01/", "Person 1 > Company A declaredInterest 30 2017-11-01/", "Person 1 > Company B control / unknownInterest"] },
        { "mixed-direct-and-indirect-ownership", 6, 0, ["Company A", "Company B"], ["Company B > Company A ownership 50 2017-11-01/", "Person 1 > Company A declaredInterest 50 2017-11-01/", "Person 1 > Company A ownership 50 2019-05-01/", "Person 1 > Company B control / unknownInterest"] },
        { "listed-company-exempt-from-disclosure", 2, 0, ["Listed Company OS-17"], ["? > Listed Company OS-17 declaredInterest / subjectExemptFromDisclosure"] },
        { "nomination", 8, 0, ["Los Corazones de Plata", "Perez-Rivero nomination"],
            [
                "Perez-Rivero nomination > Los Corazones de Plata directorship 2023-04-30/ 董事", "Silvia Teixeira Perez > Los Corazones de Plata declaredInterest 2023-04-30/", "Silvia Teixeira Perez > Perez-Rivero nomination control 2023-04-30/ nominator",
                "Vanessa Rivero > Perez-Rivero nomination control 2023-04-30/ nominee",
            ] },
        { "fermcat", 23, 0, ["Fermcat Ltd"],
            [
                "Declan Byrne-Amin > Fermcat Ltd ownership 50 2021-04-03/2022-01-21", "Patrick O'Donohue > Fermcat Ltd directorship 2019-09-11/ 董事", "Patrick O'Donohue > Fermcat Ltd ownership 100 2019-09-11/",
                "Riyadh Byrne-Amin > Fermcat Ltd directorship 2019-09-11/2021-04-03 董事", "Riyadh Byrne-Amin > Fermcat Ltd ownership 50 2019-09-11/2021-04-03",
            ] },
        { "tecido", 11, 0, ["Shear Trust", "Tecido Ltd"],
            [
                "Maria Esteves > Tecido Ltd control 30 2022-09-21/2023-03-03 votingRights", "Maria Esteves > Tecido Ltd directorship 30 2022-09-21/2023-03-03 董事长", "Maria Esteves > Tecido Ltd ownership 30 2022-09-21/2023-03-03",
                "Shear Trust > Tecido Ltd control 80 2023-03-01/ votingRights", "Shear Trust > Tecido Ltd ownership 80 2023-03-01/",
            ] },
        { "bods-package-entity-owning-entity", 3, 0, ["JENEX LIMITED", "MVJ LIMITED"], ["MVJ LIMITED > JENEX LIMITED ownership 75–100 /"] },
        { "bods-package-fi-soe", 9, 0, ["Gasgrid Finland Oy", "Suomen Kaasuverkko Oy", "Suomen tasavalta", "Valtiovarainministerio"],
            [
                "Suomen Kaasuverkko Oy > Gasgrid Finland Oy ownership 76.5 2020-01-01/", "Suomen tasavalta > Gasgrid Finland Oy declaredInterest 100 2020-01-01/", "Suomen tasavalta > Valtiovarainministerio control /",
                "Valtiovarainministerio > Gasgrid Finland Oy ownership 23.5 2020-01-01/", "Valtiovarainministerio > Suomen Kaasuverkko Oy ownership 100 2020-01-01/",
            ] },
    };

    [Theory, MemberData(nameof(Examples))]
    public async Task The_examples_of_the_standard_go_in_as_a_person_reads_them(string example, int read, int rejected, string[] bodies, string[] relations)
    {
        await using var site = await TestSite.StartAsync(serve: false);
        var report = await site.ImportFileAsync(RealData.PathOf($"bods/data-standard/examples/{example}.json"));
        Assert.Equal((read, rejected), (report.Read, report.Rejected));
        Assert.Equal(report.Read, report.Added + report.Unchanged + report.Rejected);
        Assert.Equal(bodies, (await site.WithAsync<AppDb, List<string?>>(db => db.Companies.Select(c => c.Name).ToListAsync(Ct))).Order(StringComparer.Ordinal));
        Assert.Equal(relations, await RelationsAsync(site));
    }

    [Fact]
    public async Task Every_valid_and_invalid_statement_of_the_standard_is_taken_or_rejected_with_a_reason()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        var folder = Path.GetDirectoryName(Path.GetDirectoryName(RealData.PathOf("bods/data-standard/tests/data/valid-statements/entity.json")))!;
        var number = 0;
        foreach (var path in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (!(await File.ReadAllTextAsync(path, Ct)).AsSpan().TrimStart().StartsWith('[')) continue; // one case is about exactly that
            var report = await site.ImportFileAsync(path, $"case {++number}", "bods");
            Assert.True(report.Read == report.Added + report.Unchanged + report.Rejected, path);
            if (path.Contains("invalid", StringComparison.Ordinal)) continue;
            var reasons = report.RejectedFile is { } file ? await File.ReadAllTextAsync(file, Ct) : "";
            // A lone relationship's parties are absent, and one with nobody for its subject is about nobody.
            Assert.True(report.Rejected == 0 || reasons.Contains("不在此文件中", StringComparison.Ordinal) || path.Contains("subject_unspecified", StringComparison.Ordinal), $"{path}: {reasons}");
        }

        Assert.InRange(number, 200, 400);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_relationship_may_come_before_its_parties(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        var report = await ImportAsync(site, Relationship("r", "a", "b", Interest("shareholding", """ "share":{"exact":33.333} """)), Relationship("s", "a", "p", Interest("shareholding", """ "share":{"minimum":25,"exclusiveMaximum":50} """)), Person("p", "张三"), Entity("b", "乙示例", Code), Entity("a", "甲示例", Other));
        Assert.Equal((5, 4, 0), (report.Read, report.Added, report.Rejected));
        Assert.Equal(["乙示例 > 甲示例 ownership 33.333 /", "张三 > 甲示例 ownership 25–50 /"], await RelationsAsync(site));
        var owners = await OwnersAsync(site, Other);
        Assert.Equal("maximum", owners[0].More["open"]);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Parties_without_a_code_are_found_by_their_records_not_by_their_names(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        await ImportAsync(site, Entity("one", "同名示例"), Entity("two", "同名示例"), Entity("a", "甲示例", Code), Relationship("r", "a", "two", Interest("shareholding", """ "share":{"exact":40} """)), Relationship("s", "two", "one", Interest("shareholding", """ "share":{"exact":60} """)));
        var (one, two) = (Projector.BodyId("test", "one"), Projector.BodyId("test", "two"));
        Assert.Equal(two, Assert.Single(await OwnersAsync(site, Code)).From.Id);
        Assert.Equal(one, Assert.Single(await OwnersAsync(site, two)).From.Id);
        await site.WithAsync<RebuildCompanies, long>(rebuild => rebuild.RunAsync((_, _, _) => { }, Ct));
        Assert.Equal(two, Assert.Single(await OwnersAsync(site, Code)).From.Id);
    }

    [Fact]
    public async Task Unnamed_owners_are_never_taken_for_one_another()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await ImportAsync(site, Entity("a", "甲示例", Code),
            Statement("p1", "person", """ "isComponent":false,"personType":"anonymousPerson","unspecifiedPersonDetails":{"reason":"interestedPartyExemptFromDisclosure","description":"未成年"} """),
            Statement("p2", "person", """ "isComponent":false,"personType":"unknownPerson" """), Statement("e", "entity", """ "isComponent":false,"entityType":{"type":"unknownEntity"} """),
            Relationship("r1", "a", "p1", Interest("shareholding", """ "share":{"exact":10} """)), Relationship("r2", "a", "p2", Interest("shareholding", """ "share":{"exact":10} """)), Relationship("r3", "a", "e", Interest("shareholding", """ "share":{"exact":10} """)),
            Statement("r4", "relationship", $$""" "isComponent":false,"subject":"a","interestedParty":{"reason":"unknown"},"interests":[{{Interest("shareholding", """ "share":{"exact":10} """)}}] """));
        var owners = await OwnersAsync(site, Code);
        Assert.Equal(4, owners.Count);
        Assert.All(owners, o => Assert.Equal((EntityType.Unknown, null, 10m), (o.From.Type, o.From.Id, o.Percent)));
        Assert.Equal(["anonymousPerson", "unknownEntity", "unknownPerson", "unspecified"], owners.Select(o => o.More["unnamed"]).Order(StringComparer.Ordinal));
        Assert.Contains(owners, o => o.More.GetValueOrDefault("remark") is "未成年");
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Namesakes_in_one_company_are_two_persons_with_a_page_each(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        await ImportAsync(site, Entity("a", "甲示例", Code), Person("father", "张三"), Person("son", "张三"), Relationship("r", "a", "father", Interest("shareholding", """ "share":{"exact":60} """)), Relationship("s", "a", "son", Interest("shareholding", """ "share":{"exact":30} """)));
        var owners = await OwnersAsync(site, Code);
        Assert.Equal([60m, 30m], owners.Select(o => o.Percent!.Value));
        Assert.Equal(2, owners.Select(o => o.From.Id).Distinct(StringComparer.Ordinal).Count());
        foreach (var owner in owners)
        {
            var person = Assert.IsType<PersonLookupResult.Found>(await site.WithAsync<ICompanyLookup, PersonLookupResult>(lookup => lookup.FindPersonAsync(owner.From.Id!, Ct)));
            Assert.Equal(owner.Percent, Assert.Single(person.Person.Roles).Percent);
        }

        // The same share from a register that does not number its persons is not counted again.
        await site.ImportAsync("register.jsonl", $$"""{"creditCode":"{{Code}}","name":"甲示例","owners":[{"type":"person","name":"张三","percent":"60"}]}""", "register");
        Assert.Single(await OwnersAsync(site, Code), o => o.Source.Dataset is "register");
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task The_last_statement_of_a_record_counts_and_a_closed_one_ends_the_relation(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        string[] first = [Entity("a", "甲示例", Code), Entity("b", "乙示例", Other), Relationship("r", "a", "b", Interest("shareholding", """ "share":{"exact":40},"startDate":"2019-01-01" """), date: "2020-01-01")];
        string[] later = [.. first, Relationship("r", "a", "b", Interest("shareholding", """ "share":{"exact":50},"startDate":"2019-01-01" """), "updated", "2021-01-01")];
        string[] last = [.. later, Relationship("r", "a", "b", Interest("shareholding", """ "share":{"exact":50},"startDate":"2019-01-01" """), "closed", "2022-02-02")];
        await ImportAsync(site, later);
        Assert.Equal(["乙示例 > 甲示例 ownership 50 2019-01-01/"], await RelationsAsync(site));
        var report = await ImportAsync(site, last);
        Assert.Equal((5, 0, 1, 4), (report.Read, report.Added, report.Changed, report.Unchanged));
        Assert.Equal(["乙示例 > 甲示例 ownership 50 2019-01-01/2022-02-02"], await RelationsAsync(site));
        Assert.True((await ImportAsync(site, last)).AlreadyImported);
    }

    [Fact]
    public async Task What_is_wrong_with_a_statement_is_said_and_the_others_go_in()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        var long500 = string.Concat(Enumerable.Repeat("<b>长</b>", 63))[..500];
        var report = await ImportAsync(site,
            Entity("a", "甲示例", Code), Entity("b", long500), Person("p", "<script>alert(1)</script>"),
            Relationship("fine", "a", "b", Interest("shareholding", """ "share":{"exact":40} """)), Relationship("self", "a", "a", Interest("shareholding", """ "share":{"exact":5} """)), Relationship("markup", "a", "p", Interest("boardMember")),
            Relationship("r1", "a", "nobody", Interest("shareholding")), Relationship("r2", "nowhere", "b", Interest("shareholding")), Relationship("r3", "a", "b", Interest("shareholding", """ "share":{"exact":140} """)),
            Relationship("r4", "a", "b", Interest("shareholding", """ "share":{"minimum":60,"maximum":40} """)), Relationship("r5", "a", "b", Interest("shareholding", """ "startDate":"2020-01-01","endDate":"2019-01-01" """)), Relationship("r6", "a", "b", Interest("telepathy")),
            Relationship("r7", "a", "b", Interest("shareholding", """ "startDate":"soon" """)), """{"statementId":"x"}""", """{"recordId":"x","statementId":"y","recordType":"wish","recordDetails":{}}""", "[1]", "17",
            Statement("r8", "relationship", """ "isComponent":false,"subject":{"reason":"unknown"},"interestedParty":"p" """), Relationship("r9", "p", "a", Interest("shareholding")),
            Entity("a", "甲又名", Code, id: "fixed"), Entity("c", "丙示例", id: "fixed"), Entity("d", "丁示例", id: "again"), Entity("d", "丁示例", id: "again"));
        Assert.Equal(report.Read, report.Added + report.Unchanged + report.Rejected);
        var reasons = (await File.ReadAllLinesAsync(report.RejectedFile!, Ct)).Skip(1).Select(l => l.Split(',')[1].Trim('"')).ToList();
        Assert.Equal(
            [
                "关系一方的记录 nobody 不在此文件中", "关系一方的记录 nowhere 不在此文件中", "share.exact 的比例 140 不在 0 到 100 之间", "比例下限 60 大于上限 40", "起始日期 2020-01-01 晚于终止日期 2019-01-01", "未知的权益类型 telepathy", "soon 不是日期",
                "statement 缺少 recordId", "未知的记录类型 wish", "不是 JSON 对象", "不是 JSON 对象", "被持有的一方不是具名的机构", "被持有的一方不是具名的机构", "与前面的一条同为声明 fixed，内容却不同",
            ], reasons);
        var relations = await RelationsAsync(site);
        Assert.Equal(3, relations.Count);
        Assert.Contains($"{long500} > 甲又名 ownership 40 /", relations);
    }

    [Fact]
    public async Task An_array_that_is_cut_off_keeps_what_came_before_and_says_so()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        var whole = $"[{Entity("a", "甲示例", Code)},\n{Entity("b", "乙示例", Other)}]";
        var path = Path.Combine(site.Folder, "cut.json");
        await File.WriteAllTextAsync(path, whole[..^40], Ct);
        var refused = await Assert.ThrowsAsync<ImportException>(() => site.ImportFileAsync(path));
        Assert.Contains("1", refused.Message, StringComparison.Ordinal);
        Assert.Equal("甲示例", Assert.Single(await site.WithAsync<AppDb, List<Company>>(db => db.Companies.ToListAsync(Ct))).Name);
        Assert.Empty(Directory.GetFiles(site.Folder, "import-parties*"));
    }

    [Fact]
    public async Task One_line_that_is_no_JSON_costs_itself_alone()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        var report = await site.ImportAsync("a.jsonl", Entity("a", "甲示例", Code) + "\n{\"statementId\": oops\n" + Entity("b", "乙示例", Other) + "\n");
        Assert.Equal((3, 2, 1), (report.Read, report.Added, report.Rejected));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_run_that_was_cut_off_ends_as_if_it_had_not_been(bool postgres)
    {
        StringBuilder lines = new();
        for (var i = 0; i < 13_000; i++)
        {
            lines.AppendLine(CultureInfo.InvariantCulture, $"{Entity($"e{i}", $"第{i}示例")}");
            lines.AppendLine(CultureInfo.InvariantCulture, $"{Relationship($"r{i}", $"e{i}", $"e{(i + 7) % 13_000}", Interest("shareholding", """ "share":{"exact":10} """))}");
        }

        await using var site = await TestSite.StartAsync(postgres, serve: false);
        var path = Path.Combine(site.Folder, "a.jsonl");
        await File.WriteAllTextAsync(path, lines.ToString(), Ct);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => site.WithAsync<ImportFile, ImportReport>(async import =>
        {
            using CancellationTokenSource stop = new();
            return await import.RunAsync(new(path, null, null, "test", null), p =>
            {
                if (p.Rows >= ImportFile.BatchRows && p.Stage == Text.StageRows) stop.Cancel();
            }, stop.Token);
        }));
        var report = await site.ImportFileAsync(path);
        Assert.Equal((true, 26_000L, 26_000L, 0L), (report.Resumed, report.Read, report.Added, report.Rejected));
        Assert.Equal((13_000, 13_000), await site.WithAsync<AppDb, (int, int)>(async db => (await db.Companies.CountAsync(Ct), await db.Relations.CountAsync(r => r.FromCompany != null, Ct))));
    }

    [Fact]
    public async Task Branches_derived_by_rule_from_names_say_so()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await site.ImportAsync("register.csv", $"name,uscc\n甲示例有限公司,{Code}\n甲示例有限公司一分公司,{Other}\n", "register");
        var report = await site.ImportAsync("edges.tsv", $"branch_uscc\tparent_uscc\tbranch_name\tparent_name\n{Other}\t{Code}\t甲示例有限公司一分公司\t甲示例有限公司\n", "edges");
        Assert.Equal((1, 1, 0), (report.Read, report.Added, report.Rejected));
        var found = Assert.IsType<CompanyLookupResult.Found>(await site.WithAsync<ICompanyLookup, CompanyLookupResult>(l => l.FindAsync(Other, default, Ct)));
        var parent = Assert.Single(found.Company.Parents);
        Assert.Equal((Code, Basis.Derived), (parent.From.Id, parent.Source.Basis));
        Assert.Equal(Basis.Filed, found.Company[Vocabulary.Name]!.Source.Basis);
    }

    [Fact]
    public async Task Real_derived_branches_go_in()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        var lines = RealData.Lines("cn-registry/branch_of_edges_derived.tsv.gz").Take(2_001).ToList();
        var report = await site.ImportAsync("edges.tsv", string.Join('\n', lines) + "\n", "edges");
        Assert.Equal((2_000, 0), (report.Read, report.Rejected));
        var coded = lines.Skip(1).Count(l => Draft.IsCreditCodeShaped(l.Split('\t')[1])); // the others have an old number, and nobody of their name is here
        Assert.InRange(coded, 1_980, 1_999);
        Assert.Equal((coded, 2_000), await site.WithAsync<AppDb, (int, int)>(async db => (await db.Relations.CountAsync(r => r.Kind == Vocabulary.Branch.Id && r.FromCompany != null, Ct), await db.Relations.CountAsync(r => r.Kind == Vocabulary.Branch.Id, Ct))));
    }

    internal static Task<ImportReport> ImportAsync(TestSite site, params string[] statements) => site.ImportAsync($"{Guid.CreateVersion7()}.json", $"[\n{string.Join(",\n", statements)}\n]\n");

    internal static string Entity(string record, string name, string? code = null, string? id = null) =>
        Statement(record, "entity", $$""" "isComponent":false,"entityType":{"type":"registeredEntity"},"name":"{{name}}"{{(code is null ? "" : $$""","identifiers":[{"scheme":"CN-USCI","id":"{{code}}"}]""")}} """, id: id);

    internal static string Person(string record, string name) => Statement(record, "person", $$""" "isComponent":false,"personType":"knownPerson","names":[{"type":"legal","fullName":"{{name}}"}] """);

    internal static string Relationship(string record, string subject, string party, string interest, string status = "new", string date = "2020-01-01") =>
        Statement(record, "relationship", $$""" "isComponent":false,"subject":"{{subject}}","interestedParty":"{{party}}","interests":[{{interest}}] """, status, date);

    internal static string Interest(string type, string? more = null) => $$"""{"type":"{{type}}","directOrIndirect":"direct"{{(more is null ? "" : ",")}}{{more}}}""";

    internal static string Statement(string record, string type, string details, string status = "new", string date = "2020-01-01", string? id = null) =>
        $$"""{"statementId":"{{id ?? $"{type}-{record}-{status}-{date}".PadRight(32, '0')}}","statementDate":"{{date}}","declarationSubject":"a","recordId":"{{record}}","recordType":"{{type}}","recordStatus":"{{status}}","recordDetails":{ {{details}} } }""";

    internal static async Task<IReadOnlyList<RelationView>> OwnersAsync(TestSite site, string id) =>
        Assert.IsType<CompanyLookupResult.Found>(await site.WithAsync<ICompanyLookup, CompanyLookupResult>(l => l.FindAsync(id, default(AsOf) with { Ended = true }, Ct))).Company.Owners;

    /// <summary>Every relation in one line, in order: owner > body, kind, share, period, role or reason.</summary>
    internal static async Task<IReadOnlyList<string>> RelationsAsync(TestSite site) => await site.WithAsync<AppDb, List<string>>(async db =>
    {
        List<string> all = [];
        await foreach (var body in new RegisterReader(db, new SourceCatalog(TimeProvider.System)).ReadAsync(Ct))
            foreach (var r in body.Relations)
            {
                var s = r.Statement;
                var share = s[Vocabulary.Fields.Percent] is { } exact ? $"{exact} " : s[Vocabulary.Fields.Minimum] is { } least ? $"{least}–{s[Vocabulary.Fields.Maximum]} " : "";
                all.Add(string.Create(CultureInfo.InvariantCulture, $"{(r.Party.Type is EntityType.Unknown ? "?" : r.Party.Name)} > {body.Company.Name} {s.Property.Name} {share}{s.From:yyyy-MM-dd}/{s.To:yyyy-MM-dd} {(r.Party.Type is EntityType.Unknown ? s[Vocabulary.Fields.Reason] : r.IsDeclared ? null : s[Vocabulary.Fields.Role])}").TrimEnd());
            }

        all.Sort(StringComparer.Ordinal);
        return all;
    });
}
