using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Accounts;
using Qijian.Modules.Graph;
using Qijian.Modules.Registry;
using Qijian.Tests.Modules.Accounts;
using Person = Qijian.Tests.Modules.Accounts.Person;
using Text = Qijian.Modules.Governance.Text;

namespace Qijian.Tests.Modules.Graph;

/// <summary>Persons of the records whom the staff decides to be one, or not.</summary>
public sealed class SamePersonsTests
{
    private static readonly Subject Editor = Subject.Create(SubjectKind.Staff);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<string> IdAsync(DrawnSite site, string company, string name) => site.Site.WithAsync<AppDb, string>(async db =>
    {
        var number = await db.Companies.Where(c => c.Id == Drawn.Code(company)).Select(c => c.Number).SingleAsync(Ct);
        var (first, last) = (SourceRecord.First(number), SourceRecord.Last(number));
        return await db.People.Where(p => p.Number >= first && p.Number <= last && p.Name == name).OrderBy(p => p.Number).Select(p => p.Id).FirstAsync(Ct);
    });

    private static async Task<SamenessProblem?> DecideAsync(DrawnSite site, string first, string second, Sameness sameness, string? why = "年报所载证件号尾数相同")
    {
        var problem = await site.Site.WithAsync<ISamePersons, SamenessProblem?>(s => s.DecideAsync(first, second, sameness, why, Editor, Ct));
        await site.FollowedAsync();
        return problem;
    }

    private static async Task TakeBackAsync(DrawnSite site, string of)
    {
        Assert.Null(await site.Site.WithAsync<ISamePersons, SamenessProblem?>(async s => await s.TakeBackAsync((await s.OfAsync(of, Ct)).First(d => d.EndedAt is null).Id, Editor, Ct)));
        await site.FollowedAsync();
    }

    private static async Task<List<string>> OwnersAsync(DrawnSite site, string company) => DrawnSite.Short(await site.GetAsync($"/api/v1/companies/{Drawn.Code(company)}/beneficial-owners"), "owners") is var all ? [.. all.Select(o => o[..o.LastIndexOf(' ')])] : [];

    [Theory, InlineData(false), InlineData(true)]
    public async Task Whoever_is_decided_to_be_one_counts_as_one_until_it_is_taken_back(bool postgres)
    {
        await using var site = await DrawnSite.OfAsync("A: 张三 60\nB: 张三 60\nC: A 20, B 20\nD | 李四 董事", postgres);
        string first = await IdAsync(site, "A", "张三"), second = await IdAsync(site, "B", "张三");
        Assert.NotEqual(first, second);
        // By name alone they are two: of C 12 percent each, and 20 by control, and no way from A to B but through C.
        Assert.Empty(await OwnersAsync(site, "C"));
        Assert.Equal(2, (await site.PathsAsync("A", "B", "&k=5")).GetProperty("paths")[0].GetProperty("hops").GetArrayLength());
        Assert.Equal(1, (await site.PathsAsync("A", "B", "&k=5")).GetProperty("paths").GetArrayLength());
        Assert.Equal(1, (await site.GetAsync($"/api/v1/people/{first}")).GetProperty("roles").GetArrayLength());

        Assert.Null(await DecideAsync(site, first, second, Sameness.Same));
        Assert.Equal(["张三 24"], await OwnersAsync(site, "C"));
        Assert.Equal(2, (await site.PathsAsync("A", "B", "&k=5")).GetProperty("paths").GetArrayLength());
        foreach (var id in (string[])[first, second])
        {
            var person = await site.GetAsync($"/api/v1/people/{id}");
            Assert.Equal((id, 2), (person.GetProperty("id").GetString(), person.GetProperty("roles").GetArrayLength()));
            Assert.Equal("年报所载证件号尾数相同", Assert.Single(person.GetProperty("same").EnumerateArray()).GetProperty("why").GetString());
            Assert.Contains("年报所载证件号尾数相同", await site.Site.Client.GetStringAsync($"/people/{id}", Ct), StringComparison.Ordinal);
        }

        // One page of what they own together: that of the second leads to it, but not for ever.
        using var there = await site.Site.Client.GetAsync($"/people/{second}/structure", Ct);
        Assert.Equal((HttpStatusCode.Redirect, $"/people/{first}/structure"), (there.StatusCode, there.Headers.Location?.OriginalString));
        Assert.Contains(Qijian.Modules.Graph.Text.PageDecidedOne, await site.Site.Client.GetStringAsync($"/people/{first}/structure", Ct), StringComparison.Ordinal);

        // It holds through later imports: one of them goes and comes back.
        await site.ImportAsync("A: 王五 60\nC: A 20, B 20\nB: 张三 60");
        await site.ImportAsync("B: 张三 70");
        await site.ImportAsync("A: 张三 60");
        Assert.Equal(["张三 26"], await OwnersAsync(site, "C"));

        await TakeBackAsync(site, first);
        Assert.Empty(await OwnersAsync(site, "C"));
        Assert.Empty((await site.GetAsync($"/api/v1/people/{second}")).GetProperty("same").EnumerateArray());
        Assert.Contains(Qijian.Modules.Graph.Text.PageOnePerson, await site.Site.Client.GetStringAsync($"/people/{second}/structure", Ct), StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Different_holds_for_all_who_are_the_same_and_nothing_is_decided_against_what_stands(bool postgres)
    {
        await using var site = await DrawnSite.OfAsync("A: 张三 60\nB: 张三 60\nC: 张三 60\nD: 张三 60", postgres);
        string a = await IdAsync(site, "A", "张三"), b = await IdAsync(site, "B", "张三"), c = await IdAsync(site, "C", "张三"), d = await IdAsync(site, "D", "张三");
        Assert.Null(await DecideAsync(site, a, b, Sameness.Same));
        Assert.Null(await DecideAsync(site, c, b, Sameness.Different));
        Assert.Equal(SamenessProblem.Different, await DecideAsync(site, a, c, Sameness.Same));
        Assert.Null(await DecideAsync(site, c, d, Sameness.Same));
        Assert.Equal(SamenessProblem.Different, await DecideAsync(site, d, a, Sameness.Same));
        Assert.Null(await DecideAsync(site, b, a, Sameness.Different)); // of the two alone it takes the old one's place
        Assert.Null(await DecideAsync(site, a, b, Sameness.Same));
        Assert.Equal(SamenessProblem.Itself, await DecideAsync(site, a, a, Sameness.Same));
        Assert.Equal(SamenessProblem.Unknown, await DecideAsync(site, a, "p-0000000000000000", Sameness.Same));
        Assert.Equal(SamenessProblem.Unknown, await DecideAsync(site, a, "\0", Sameness.Same));
        Assert.All(await Task.WhenAll(DecideAsync(site, a, b, Sameness.Unsure, " "), DecideAsync(site, a, b, Sameness.Unsure, new('x', 501)), DecideAsync(site, a, b, Sameness.Unsure, "a\u0001")), p => Assert.Equal(SamenessProblem.Reason, p));

        // Nobody is led by the name from one to another who is not the same, nor shown the other as perhaps the same.
        Assert.Equal(0, (await site.PathsAsync("A", "C", "&kinds=ownership,possiblySame")).GetProperty("paths").GetArrayLength());
        Assert.Equal(1, (await site.PathsAsync("A", "B", "&kinds=ownership")).GetProperty("paths").GetArrayLength());
        Assert.Empty((await site.GetAsync($"/api/v1/people/{b}/namesakes")).GetProperty("namesakes").EnumerateArray());
        using var cells = await site.Site.Client.PostAsync("/api/v1/relation-matrix", new StringContent(JsonSerializer.Serialize(new { parties = new[] { Drawn.Code("A"), Drawn.Code("C") }, kinds = new[] { "ownership", "possiblySame" } }), System.Text.Encoding.UTF8, "application/json"), Ct);
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(await cells.Content.ReadAsStringAsync(Ct)).RootElement.GetProperty("cells")[0].GetProperty("length").ValueKind);

        // Within one group it cannot be said of two others than those who were joined.
        await site.ImportAsync("E: 张三 60");
        var e = await IdAsync(site, "E", "张三");
        Assert.Null(await DecideAsync(site, b, e, Sameness.Same));
        Assert.Equal(SamenessProblem.Same, await DecideAsync(site, a, e, Sameness.Different));
    }

    [Fact]
    public async Task Where_a_way_by_name_was_passed_over_no_absence_is_claimed_beyond_what_is_listed()
    {
        // From A to B: four steps by the name of two who are different, and seven by shares.
        await using var site = await DrawnSite.OfAsync("A: 张三 60\nC: A 10\nD: C 10\nE: D 10\nF: E 10\nG: F 10\nH: G 10\nB: 张三 60, H 10");
        var by = "&kinds=ownership,possiblySame&maxLength=8";
        Assert.Equal(4, (await site.PathsAsync("A", "B", by)).GetProperty("paths")[0].GetProperty("hops").GetArrayLength());
        Assert.Null(await DecideAsync(site, await IdAsync(site, "A", "张三"), await IdAsync(site, "B", "张三"), Sameness.Different));
        var answer = await site.PathsAsync("A", "B", by);
        Assert.True(answer.GetProperty("paths").GetArrayLength() > 0 || answer.GetProperty("truncated").GetBoolean());
        Assert.False((await site.PathsAsync("A", "B", "&kinds=ownership,possiblySame&maxLength=6")).GetProperty("truncated").GetBoolean()); // up to six all are listed
    }

    [Fact]
    public async Task The_name_of_representatives_who_are_different_leads_nowhere()
    {
        await using var site = await DrawnSite.OfAsync("A | 张三 法定代表人\nB | 张三 法定代表人\nC | 张三 法定代表人");
        Assert.True((await site.PathsAsync("A", "B", "&kinds=sameRepresentative")).GetProperty("found").GetBoolean());
        Assert.Null(await DecideAsync(site, await IdAsync(site, "A", "张三"), await IdAsync(site, "B", "张三"), Sameness.Different));
        Assert.False((await site.PathsAsync("A", "B", "&kinds=sameRepresentative")).GetProperty("found").GetBoolean());
        Assert.True((await site.PathsAsync("A", "C", "&kinds=sameRepresentative")).GetProperty("found").GetBoolean());
    }

    [Fact]
    public async Task A_decision_goes_on_with_a_body_that_is_joined_to_another()
    {
        await using var site = await DrawnSite.OfAsync("A: 张三 60\nD: A 20");
        await site.Site.ImportAsync("loose.jsonl", $$"""{"name":"{{Drawn.Name("B")}}","registrationNumber":"350100400012345","owners":[{"type":"person","name":"张三","percent":60}]}""", "loose");
        await site.FollowedAsync();
        var loose = await site.Site.WithAsync<AppDb, string>(async db => (await db.People.Where(p => p.Name == "张三").OrderBy(p => p.Number).Select(p => p.Id).ToListAsync(Ct))[^1]);
        Assert.Null(await DecideAsync(site, await IdAsync(site, "A", "张三"), loose, Sameness.Same));
        await site.Site.ImportAsync("coded.jsonl", $$"""{"name":"{{Drawn.Name("B")}}","creditCode":"{{Drawn.Code("B")}}","registrationNumber":"350100400012345"}""", "coded");
        await site.FollowedAsync();
        Assert.Equal(HttpStatusCode.MovedPermanently, (await site.Site.Client.GetAsync($"/people/{loose}", Ct)).StatusCode); // the body was joined
        Assert.Equal(2, (await site.GetAsync($"/api/v1/people/{await IdAsync(site, "B", "张三")}")).GetProperty("roles").GetArrayLength());
        Assert.Equal(await IdAsync(site, "A", "张三"), (await site.GetAsync($"/api/v1/people/{await IdAsync(site, "B", "张三")}/namesakes")).GetProperty("person").GetProperty("id").GetString());
    }

    [Fact]
    public async Task Whoever_is_one_bears_all_the_names()
    {
        await using var site = await DrawnSite.OfAsync("A: 张三 60\nB: 张叁 60\nC: 张叁 5\nD: 张三 5");
        string a = await IdAsync(site, "A", "张三"), b = await IdAsync(site, "B", "张叁");
        Assert.Null(await DecideAsync(site, a, b, Sameness.Same));
        foreach (var id in (string[])[a, b])
            Assert.Equal((string[])[await IdAsync(site, "C", "张叁"), await IdAsync(site, "D", "张三")], (await site.GetAsync($"/api/v1/people/{id}/namesakes")).GetProperty("namesakes").EnumerateArray().Select(n => n.GetProperty("person").GetProperty("id").GetString()!));
        Assert.Equal(await StoredGraphTests.BuiltAnewAsync(site.Site), await site.Site.WithAsync<StoredGraph, List<string>>(store => Task.FromResult(StoredGraphTests.Edges(store))));
    }

    [Fact]
    public async Task The_comparison_says_who_was_decided_to_be_one()
    {
        await using var site = await DrawnSite.OfAsync("A | 张三 董事\nB: A 10 | 张三 董事");
        string first = await IdAsync(site, "A", "张三"), second = await IdAsync(site, "B", "张三");
        Task<JsonElement> CompareAsync() => site.GetAsync($"/api/v1/compare?first={Drawn.Code("A")}&second={Drawn.Code("B")}");
        Assert.False(Assert.Single((await CompareAsync()).GetProperty("people").EnumerateArray()).GetProperty("same").GetBoolean());
        Assert.Null(await DecideAsync(site, first, second, Sameness.Same));
        Assert.True(Assert.Single((await CompareAsync()).GetProperty("people").EnumerateArray()).GetProperty("same").GetBoolean());
        Assert.Null(await DecideAsync(site, first, second, Sameness.Different));
        Assert.Empty((await CompareAsync()).GetProperty("people").EnumerateArray());
    }

    [Fact]
    public async Task What_is_shown_at_once_after_taking_back_is_what_holds_then()
    {
        await using var site = await DrawnSite.OfAsync("A: 张三 60\nB: 张三 60\nC: 张三 60");
        string a = await IdAsync(site, "A", "张三"), b = await IdAsync(site, "B", "张三");
        Assert.Null(await DecideAsync(site, a, b, Sameness.Same));
        var (namesakes, holdings) = await site.Site.WithAsync<IServiceProvider, (NamesakesView, OwnershipView)>(async services =>
        {
            var decisions = (ISamePersons)services.GetService(typeof(ISamePersons))!;
            Assert.Null(await decisions.TakeBackAsync((await decisions.OfAsync(b, Ct))[0].Id, Editor, Ct));
            // Nobody has told the graph.
            var graph = (IRelationGraph)services.GetService(typeof(IRelationGraph))!;
            var party = ((PartyLookup.Found)await graph.FindAsync(b, Ct)).Party;
            return (await graph.NamesakesAsync(party, Ct), await graph.HoldingsAsync(party, new(), Ct));
        });
        Assert.Equal((2, 1), (namesakes.Persons.Count, holdings.Stakes.Count));
    }

    [Fact]
    public async Task Namesakes_are_listed_with_their_roles_and_never_taken_for_one()
    {
        await using var site = await DrawnSite.OfAsync("A: 张三 60\nB | 张三 董事\nC | 李四 董事");
        var namesakes = await site.GetAsync($"/api/v1/people/{await IdAsync(site, "A", "张三")}/namesakes");
        var other = Assert.Single(namesakes.GetProperty("namesakes").EnumerateArray());
        Assert.Equal((await IdAsync(site, "B", "张三"), "董事", 0), (other.GetProperty("person").GetProperty("id").GetString(), Assert.Single(other.GetProperty("relations").EnumerateArray()).GetProperty("role").GetString(), namesakes.GetProperty("more").GetInt32()));
        var page = await site.Site.Client.GetStringAsync($"/people/{await IdAsync(site, "A", "张三")}/structure", Ct);
        Assert.Contains(Drawn.Name("B"), page[page.IndexOf("id=\"namesakes\"", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"namesakes\"", await site.Site.Client.GetStringAsync($"/people/{await IdAsync(site, "C", "李四")}/structure", Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Site.Client.GetAsync($"/api/v1/people/{Drawn.Code("A")}/namesakes", Ct)).StatusCode);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Whatever_is_decided_and_imported_the_followed_graph_is_what_it_would_be_built_anew(bool postgres)
    {
        await using var site = await DrawnSite.OfAsync("A: 张三 60\nB: 张三 60\nC: 张三 60, 李四 10\nD: 李四 60, A 20, B 20\nE: 张三 5", postgres);
        Random random = new(20261126);
        await site.Site.WithAsync<StoredGraph, int>(store => Task.FromResult(store.Saved.Slice = 1)); // every company on its own, as a large commit is
        for (var round = 0; round < 25; round++)
        {
            var people = await site.Site.WithAsync<AppDb, List<string>>(db => db.People.OrderBy(p => p.Number).Select(p => p.Id).ToListAsync(Ct));
            switch (random.Next(4))
            {
                case 0:
                    await site.ImportAsync(string.Join('\n', "ABCDE".Where(_ => random.Next(2) == 0).Append('F').Select(c => $"{c}: {(random.Next(2) == 0 ? "张三" : "王五")} {random.Next(1, 50)}, 李四 {random.Next(1, 50)}")));
                    break;
                case 1 when await site.Site.WithAsync<ISamePersons, IReadOnlyList<SamenessView>>(s => s.RecentAsync(50, Ct)) is var made && made.Where(d => d.EndedAt is null).ToList() is { Count: > 0 } standing:
                    Assert.Null(await site.Site.WithAsync<ISamePersons, SamenessProblem?>(s => s.TakeBackAsync(standing[random.Next(standing.Count)].Id, Editor, Ct)));
                    break;
                default:
                    await DecideAsync(site, people[random.Next(people.Count)], people[random.Next(people.Count)], random.Next(4) == 0 ? Sameness.Different : Sameness.Same);
                    break;
            }

            await site.FollowedAsync();
            Assert.Equal(await StoredGraphTests.BuiltAnewAsync(site.Site), await site.Site.WithAsync<StoredGraph, List<string>>(store => Task.FromResult(StoredGraphTests.Edges(store))));
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_editor_decides_and_takes_back_on_a_page_that_loses_nothing(bool postgres)
    {
        FakeTimeProvider clock = new(new(2026, 11, 26, 1, 0, 0, TimeSpan.Zero));
        await using var drawn = new DrawnSite(await OpenAccounts.StartAsync(clock, postgres));
        await drawn.ImportAsync("A: 张三 60\nB | 张三 董事");
        string first = await IdAsync(drawn, "A", "张三"), second = await IdAsync(drawn, "B", "张三");
        var editor = await Person.SignedUpAsync(drawn.Site, "13800138000");
        await drawn.Site.WithAsync<KeepRoles, int>(async roles =>
        {
            Assert.True(await roles.GrantAsync((await roles.FindMemberAsync(new("+8613800138000"), Ct))!.Subject, StaffRole.Editor, null, Ct));
            return 0;
        });
        await OpenAccounts.AddFactorAsync(drawn.Site, "13800138000");
        Assert.Contains("/staff/same-persons", await editor.Browser.ReadAsync("/staff"), StringComparison.Ordinal);
        Assert.Contains(Text.SameNone, await editor.Browser.ReadAsync("/staff/same-persons"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await editor.Browser.GetAsync("/staff/same-persons?person=p-nobody")).StatusCode);

        var asked = $"/staff/same-persons?person=https://example.org/people/{first}/";
        Assert.Equal(HttpStatusCode.BadRequest, (await editor.SendAsync(asked, "decide", ("sameness", "Same"), ("why", " "))).StatusCode);
        Assert.Contains(Text.SameReason.With(ISamePersons.LongestWhy), editor.Body, StringComparison.Ordinal);
        Assert.Contains("value=\"Same\" required checked", editor.Body, StringComparison.Ordinal); // what was chosen is not lost
        Assert.Equal(HttpStatusCode.BadRequest, (await editor.PressAsync("decide", ("sameness", "7"), ("why", "x"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await editor.PressAsync("decide", ("sameness", "Same"), ("why", "公告<b>载明𠮷"))).StatusCode);
        Assert.Contains(WebUtility.HtmlEncode("公告<b>载明"), WebUtility.HtmlEncode(WebUtility.HtmlDecode(editor.Body)), StringComparison.Ordinal);
        Assert.DoesNotContain("<b>载明", editor.Body, StringComparison.Ordinal);
        Assert.Equal(2, (await drawn.GetAsync($"/api/v1/people/{second}")).GetProperty("roles").GetArrayLength());
        var by = await drawn.Site.WithAsync<AppDb, (Subject, Subject)>(async db => ((await db.PersonDecisions.SingleAsync(Ct)).DecidedBy, (await db.RoleGrants.SingleAsync(r => r.Role == StaffRole.Editor, Ct)).Staff));
        Assert.Equal(by.Item2, by.Item1);

        using (new FileStream(Path.Combine(drawn.Site.Folder, "import.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await editor.PressAsync("takeBack")).StatusCode); // while an import writes
            Assert.Contains(Text.SameBusy, editor.Body, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await editor.PressAsync("takeBack")).StatusCode);
        Assert.Equal(1, (await drawn.GetAsync($"/api/v1/people/{second}")).GetProperty("roles").GetArrayLength());
        var record = await drawn.Site.WithAsync<AppDb, PersonDecision>(db => db.PersonDecisions.AsNoTracking().SingleAsync(Ct));
        Assert.Equal((by.Item1, clock.GetUtcNow()), (record.EndedBy!.Value, record.EndedAt!.Value)); // kept as what once held
    }
}
