using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Qijian.Tests.Modules.Graph;

/// <summary>What the interface says of how two parties are connected.</summary>
public sealed class RelationPathTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string Way(JsonElement path) =>
        string.Join(' ', path.GetProperty("hops").EnumerateArray().Select(h => DrawnSite.Letters(h.GetProperty("to"))).Prepend(DrawnSite.Letters(path.GetProperty("hops")[0].GetProperty("from"))));

    private static IEnumerable<string> Ways(JsonElement answer) => answer.GetProperty("paths").EnumerateArray().Select(Way);

    [Fact]
    public async Task Paths_are_listed_shortest_first_and_each_step_says_what_it_rests_on()
    {
        await using var site = await DrawnSite.OfAsync("A: H 60@2015-03-01~\nB: H 30, X 20 < X\nX: Y 10\nA: H 60@2015-03-01~\nY: A 5");
        var found = await site.PathsAsync("A", "B", "&k=3");
        Assert.Equal(["A H B", "A Y X B"], Ways(found));
        Assert.Equal((true, false, 6), (found.GetProperty("found").GetBoolean(), found.GetProperty("truncated").GetBoolean(), found.GetProperty("maxLength").GetInt32()));
        var link = Assert.Single(found.GetProperty("paths")[0].GetProperty("hops")[0].GetProperty("relations").EnumerateArray());
        Assert.Equal(("H", "A", "ownership", 60m, "2015-03-01"), (DrawnSite.Letters(link.GetProperty("from")), DrawnSite.Letters(link.GetProperty("to")), link.GetProperty("kind").GetString(), link.GetProperty("percent").GetDecimal(), link.GetProperty("validFrom").GetString()));
        Assert.Equal(("test", true), (link.GetProperty("source").GetProperty("dataset").GetString(), link.GetProperty("source").GetProperty("inLatest").GetBoolean()));
        // Two relations of one pair are one step.
        Assert.Equal(["control", "ownership"], found.GetProperty("paths")[1].GetProperty("hops")[2].GetProperty("relations").EnumerateArray().Select(r => r.GetProperty("kind").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal(["A H B"], Ways(await site.PathsAsync("A", "B", "&k=1")));
    }

    [Fact]
    public async Task None_within_the_steps_says_from_which_sources_and_as_of_when()
    {
        await using var site = await DrawnSite.OfAsync("A: H 60\nB: H 30");
        var none = await site.PathsAsync("A", "B", "&maxLength=1&asOf=2024-06-30");
        Assert.Equal((false, false, "2024-06-30"), (none.GetProperty("found").GetBoolean(), none.GetProperty("truncated").GetBoolean(), none.GetProperty("asOf").GetString()));
        Assert.Contains("test", none.GetProperty("sources").EnumerateArray().Select(s => s.GetProperty("name").GetString()));
        Assert.Equal("在 1 步以内没有发现关系；来源：test；截至 2024-06-30。", none.GetProperty("summary").GetString());
        Assert.Equal(["A H B"], Ways(await site.PathsAsync("A", "B", "&maxLength=2")));
    }

    [Fact]
    public async Task Hubs_are_not_passed_through_but_named()
    {
        await using var site = await DrawnSite.OfAsync("A: H 60\nB: H 30\nC: H 10\nD: H 10");
        var without = await site.PathsAsync("A", "B", "&skipHubs=3");
        Assert.False(without.GetProperty("found").GetBoolean());
        var hub = Assert.Single(without.GetProperty("hubs").EnumerateArray());
        Assert.Equal(("H", 4), (DrawnSite.Letters(hub.GetProperty("party")), hub.GetProperty("relations").GetInt32()));
        Assert.True((await site.PathsAsync("A", "B", "&skipHubs=4")).GetProperty("found").GetBoolean());
        Assert.True((await site.PathsAsync("A", "B", "&skipHubs=false")).GetProperty("found").GetBoolean());
        Assert.True((await site.PathsAsync("A", "H", "&skipHubs=3")).GetProperty("found").GetBoolean()); // as an end it may be one
    }

    [Fact]
    public async Task Only_the_kinds_that_are_asked_for_are_walked_and_weak_ones_only_then()
    {
        await using var site = await DrawnSite.OfAsync("""
            A: H 60 | 张三 法定代表人, 李四 董事 # 福州市鼓楼区东街 1 号
            B: H 30 | 张三 法定代表人 # 福州市鼓楼区东街1号
            C | 李四 监事 # 厦门市思明区某路2号
            """);
        async Task<bool> FoundAsync(string from, string to, string query) => (await site.PathsAsync(from, to, query)).GetProperty("found").GetBoolean();
        Assert.True(await FoundAsync("A", "B", "&kinds=ownership"));
        Assert.False(await FoundAsync("A", "B", "&kinds=directorship,control"));
        var address = await site.PathsAsync("A", "B", "&kinds=sameAddress");
        Assert.Equal(["sameAddress", "sameAddress"], address.GetProperty("paths")[0].GetProperty("hops").EnumerateArray().Select(h => h.GetProperty("relations")[0].GetProperty("kind").GetString()));
        Assert.Equal(("Address", "福州市鼓楼区东街 1 号", "Derived"), (address.GetProperty("paths")[0].GetProperty("hops")[0].GetProperty("to").GetProperty("type").GetString(), address.GetProperty("paths")[0].GetProperty("hops")[0].GetProperty("to").GetProperty("name").GetString(), address.GetProperty("paths")[0].GetProperty("hops")[0].GetProperty("relations")[0].GetProperty("basis").GetString()));
        Assert.True(await FoundAsync("A", "B", "&kinds=sameRepresentative"));
        Assert.False(await FoundAsync("A", "C", "&kinds=sameRepresentative,sameAddress"));
        Assert.False(await FoundAsync("A", "C", "")); // two persons called 李四 are two
        Assert.Equal(["A 李四 李四 李四 C"], Ways(await site.PathsAsync("A", "C", "&kinds=directorship,possiblySame")));
    }

    [Fact]
    public async Task Companies_of_one_telephone_number_are_connected_by_it_however_it_is_written_and_never_by_a_mobile_one()
    {
        await using var site = await DrawnSite.OfAsync("A * 0591-87654321；13800138000\nB * 13800138000，(0591) 8765 4321\nC * 138 0013 8000\nD * 400-888-0000");
        var answer = await site.PathsAsync("A", "B", "&kinds=samePhone");
        var hop = answer.GetProperty("paths")[0].GetProperty("hops")[0];
        Assert.Equal(("samePhone", "Derived", "Phone", "0591 8765 4321"), (hop.GetProperty("relations")[0].GetProperty("kind").GetString(), hop.GetProperty("relations")[0].GetProperty("basis").GetString(), hop.GetProperty("to").GetProperty("type").GetString(), hop.GetProperty("to").GetProperty("name").GetString()));
        Assert.False((await site.PathsAsync("A", "B")).GetProperty("found").GetBoolean()); // weak: only where it is asked for
        Assert.False((await site.PathsAsync("A", "C", "&kinds=samePhone")).GetProperty("found").GetBoolean());
        var page = await site.Site.Client.GetStringAsync($"/companies/{Drawn.Code("A")}", Ct);
        Assert.Contains("0591 8765 4321", page, StringComparison.Ordinal);
        Assert.DoesNotContain("8000", await site.Site.Client.GetStringAsync($"/companies/{Drawn.Code("C")}", Ct), StringComparison.Ordinal);
        Assert.DoesNotContain("13800138000", page, StringComparison.Ordinal);

        // A later snapshot without it.
        await site.ImportAsync("B * 0591-80000000\nD * 0591-87654321");
        Assert.False((await site.PathsAsync("A", "B", "&kinds=samePhone")).GetProperty("found").GetBoolean());
        Assert.True((await site.PathsAsync("A", "D", "&kinds=samePhone")).GetProperty("found").GetBoolean());
    }

    [Fact]
    public async Task A_person_may_be_an_end_and_ended_relations_are_walked_where_asked_for()
    {
        await using var site = await DrawnSite.OfAsync("A: H 60@2010-01-01~2015-01-01 | 张三 董事\nB: H 30");
        var person = (await site.GetAsync($"/api/v1/companies/{Drawn.Code("A")}")).GetProperty("officers")[0].GetProperty("from").GetProperty("id").GetString();
        async Task<JsonElement> Of(string query) => await site.GetAsync($"/api/v1/paths?from={person}&to={Drawn.Code("B")}{query}");
        Assert.False((await Of("")).GetProperty("found").GetBoolean());
        Assert.Equal(["张三 A H B"], Ways(await Of("&asOf=2012-01-01")));
        var ended = await Of("&ended=true");
        Assert.Equal(["张三 A H B"], Ways(ended));
        Assert.True(ended.GetProperty("paths")[0].GetProperty("hops")[1].GetProperty("relations")[0].GetProperty("ended").GetBoolean());
    }

    [Fact]
    public async Task A_matrix_matches_names_first_and_guesses_nothing()
    {
        await using var site = await DrawnSite.OfAsync("A: H 60\nB: H 30\nZ: 张三 100");
        await site.Site.ImportAsync("same.jsonl", """
            {"name":"双胞示例贸易有限公司","registrationNumber":"350100100000014","address":"福州市某路1号"}
            {"name":"双胞示例贸易有限公司","registrationNumber":"350100100000022","address":"厦门市某路1号"}

            """, "same");
        await site.FollowedAsync();
        using var answer = await site.Site.Client.PostAsJsonAsync("/api/v1/relation-matrix", new { parties = new[] { Drawn.Code("A"), Drawn.Name("B"), "双胞示例贸易有限公司", "没有这样的企业四五六", Drawn.Name("Z"), Drawn.Name("A") } }, Ct);
        var matrix = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement;
        Assert.Equal(["Found", "Found", "Ambiguous", "Unknown", "Found", "Repeated"], matrix.GetProperty("parties").EnumerateArray().Select(p => p.GetProperty("outcome").GetString()));
        Assert.Equal(2, matrix.GetProperty("parties")[2].GetProperty("candidates").GetArrayLength());
        Assert.Equal(["0 1 2 False", "0 4  True", "1 4  True"], matrix.GetProperty("cells").EnumerateArray().Select(c => $"{c.GetProperty("first")} {c.GetProperty("second")} {c.GetProperty("length")} {c.GetProperty("none")}"));
        var hops = matrix.GetProperty("cells")[0].GetProperty("hops").EnumerateArray().Select(h => matrix.GetProperty("hops")[h.GetInt32()]).ToList();
        Assert.Equal(["A H", "H B"], hops.Select(h => $"{DrawnSite.Letters(h.GetProperty("from"))} {DrawnSite.Letters(h.GetProperty("to"))}"));
        Assert.Equal(60m, hops[0].GetProperty("relations")[0].GetProperty("percent").GetDecimal());
        Assert.NotEmpty(matrix.GetProperty("sources").EnumerateArray());
    }

    [Theory]
    [InlineData("""{"parties":["A"]}""", "200")]
    [InlineData("{}", "200")]
    [InlineData("""{"parties":["A",null]}""", "256")]
    [InlineData("""{"parties":["A","B"],"maxLength":0}""", "maxLength")]
    [InlineData("""{"parties":["A","B"],"kinds":["friends"]}""", "kinds")]
    [InlineData("""{"parties":["A","B"],"asOf":"x"}""", "asOf")]
    [InlineData("many", "200")]
    public async Task A_matrix_that_cannot_be_says_why(string body, string names)
    {
        await using var site = await DrawnSite.OfAsync("A: H 60");
        if (body == "many") body = JsonSerializer.Serialize(new { parties = Enumerable.Range(0, 201).Select(i => $"企业{i}") });
        using StringContent content = new(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await site.Site.Client.PostAsync("/api/v1/relation-matrix", content, Ct);
        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains(names, await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }
}
