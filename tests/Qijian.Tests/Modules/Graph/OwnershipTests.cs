using System.Globalization;
using System.Net;
using System.Text.Json;
using Qijian.Modules.Registry;

namespace Qijian.Tests.Modules.Graph;

/// <summary>What the interface says of owners, on drawings made for the question.</summary>
public sealed class OwnershipTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // 张三 has all of H, which has the whole of A and 40 % of B, which each have half of T.
    private const string TwoChains = """
        T: A 50, B 50
        A: H 100
        B: H 40, Q 60
        H: 张三 100
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Shares_multiply_along_two_chains_which_are_listed(bool postgres)
    {
        await using var site = await DrawnSite.OfAsync(TwoChains, postgres);
        var owners = await site.OwnersAsync("T");
        Assert.Equal(["H 70 Derived", "张三 70 Derived", "A 50 Filed", "B 50 Filed", "Q 30 Derived"], DrawnSite.Short(owners).OrderByDescending(s => decimal.Parse(s.Split(' ')[1], CultureInfo.InvariantCulture)).ThenBy(s => s, StringComparer.Ordinal));
        Assert.Equal((0m, false), (owners.GetProperty("remainder").GetDecimal(), owners.GetProperty("truncated").GetBoolean()));
        var person = owners.GetProperty("owners").EnumerateArray().Single(o => o.GetProperty("type").GetString() is "Person");
        Assert.Equal(["T A H 张三 50", "T B H 张三 20"], person.GetProperty("chains").EnumerateArray().Select(c => $"{string.Join(' ', c.GetProperty("parties").EnumerateArray().Select(DrawnSite.Letters))} {DrawnSite.Percent(c)}"));
        Assert.Equal((3, "p-"), (person.GetProperty("steps").GetInt32(), person.GetProperty("id").GetString()![..2]));
        Assert.Equal((Drawn.Code("T"), Drawn.Name("T")), (owners.GetProperty("company").GetProperty("id").GetString(), owners.GetProperty("company").GetProperty("name").GetString()));
        var link = owners.GetProperty("relations").EnumerateArray().First(r => DrawnSite.Letters(r.GetProperty("from")) == "A");
        Assert.Equal(("ownership", 50m, "test"), (link.GetProperty("kind").GetString(), link.GetProperty("percent").GetDecimal(), link.GetProperty("source").GetProperty("dataset").GetString()));
        Assert.True(link.GetProperty("source").GetProperty("inLatest").GetBoolean());
    }

    [Fact]
    public async Task Depth_counts_levels_of_shares_and_what_is_beyond_is_not_looked_at()
    {
        await using var site = await DrawnSite.OfAsync(TwoChains + "\nX: A 10, Y 60\nY: A 50");
        Assert.Equal(["A 50 Filed", "B 50 Filed"], DrawnSite.Short(await site.OwnersAsync("T", "?depth=1")).Order(StringComparer.Ordinal));
        Assert.Equal(["A 50 Filed", "B 50 Filed", "H 70 Derived", "Q 30 Derived"], DrawnSite.Short(await site.OwnersAsync("T", "?depth=2")).Order(StringComparer.Ordinal));
        // A has 10 % of X itself, and 30 % through Y.
        var direct = await site.OwnersAsync("X", "?depth=1");
        Assert.Equal(["Y 60 Filed", "A 10 Filed"], DrawnSite.Short(direct));
        Assert.Equal(30m, direct.GetProperty("remainder").GetDecimal());
        var all = await site.OwnersAsync("X");
        Assert.Contains("A 40 Derived", DrawnSite.Short(all));
        Assert.Equal(10m, all.GetProperty("owners").EnumerateArray().Single(o => DrawnSite.Letters(o) == "A").GetProperty("direct").GetProperty("percent").GetDecimal());
        Assert.Equal(60m, all.GetProperty("remainder").GetDecimal()); // 30 of X, and half of Y's 60
    }

    [Fact]
    public async Task Two_companies_that_own_each_other_are_solved_and_named()
    {
        await using var site = await DrawnSite.OfAsync("A: B 50, 张三 50\nB: A 50, 李四 50");
        var owners = await site.OwnersAsync("A");
        Assert.Equal(["张三 66.6667 Derived", "B 50 Filed", "李四 33.3333 Derived"], DrawnSite.Short(owners));
        Assert.Equal(["A B"], owners.GetProperty("loops").EnumerateArray().Select(l => string.Join(' ', l.EnumerateArray().Select(DrawnSite.Letters).Order(StringComparer.Ordinal))));
        Assert.Equal(100 * 2m / 3, owners.GetProperty("owners")[0].GetProperty("percent").GetDecimal(), 7);
    }

    [Fact]
    public async Task Unnamed_owners_stay_apart_and_what_nobody_is_filed_for_remains()
    {
        await using var site = await DrawnSite.OfAsync("T: 张三 40, ? 20, ? 10\nU: ? 50");
        var owners = await site.OwnersAsync("T");
        Assert.Equal(["张三 40 Filed", "? 20 Filed", "? 10 Filed"], DrawnSite.Short(owners));
        Assert.Equal((30m, 30m), (owners.GetProperty("remainder").GetDecimal(), owners.GetProperty("unknown").GetDecimal()));
        Assert.All(owners.GetProperty("owners").EnumerateArray().Skip(1), o => Assert.Equal((JsonValueKind.Null, "Unnamed"), (o.GetProperty("id").ValueKind, o.GetProperty("type").GetString())));
        Assert.False((await site.PathsAsync("T", "U")).GetProperty("found").GetBoolean());
    }

    [Fact]
    public async Task A_company_that_is_only_named_has_no_page_and_is_not_its_namesake()
    {
        await using var site = await DrawnSite.OfAsync("T: =海外控股有限责任公司 60\nU: =海外控股有限责任公司 60");
        var owner = Assert.Single((await site.OwnersAsync("T")).GetProperty("owners").EnumerateArray());
        Assert.Equal(("海外控股有限责任公司", JsonValueKind.Null, "Named"), (owner.GetProperty("name").GetString(), owner.GetProperty("id").ValueKind, owner.GetProperty("type").GetString()));
        Assert.False((await site.PathsAsync("T", "U")).GetProperty("found").GetBoolean());
    }

    [Fact]
    public async Task Ranges_and_shares_that_are_not_stated_stay_ranges()
    {
        await using var site = await DrawnSite.OfAsync("T: 张三 25-50\nU: 李四 60, 王五");
        var owners = await site.OwnersAsync("T");
        Assert.Equal(["张三 25-50 Filed"], DrawnSite.Short(owners));
        Assert.Equal((JsonValueKind.Null, 50m, 75m), (owners.GetProperty("remainder").ValueKind, owners.GetProperty("remainderMinimum").GetDecimal(), owners.GetProperty("remainderMaximum").GetDecimal()));
        Assert.Equal(["李四 60 Filed", "王五 0-40 Filed"], DrawnSite.Short(await site.OwnersAsync("U")));
        Assert.Equal(["李四 60 Filed", "王五 0-40 Filed"], DrawnSite.Short(await site.OwnersAsync("U", "?depth=1")));
    }

    [Fact]
    public async Task Owners_of_a_day_are_those_whose_shares_held_on_it()
    {
        await using var site = await DrawnSite.OfAsync("T: 张三 100@2010-01-01~2020-01-01, 李四 100@2020-01-01~");
        Assert.Equal(["李四 100 Filed"], DrawnSite.Short(await site.OwnersAsync("T")));
        var then = await site.OwnersAsync("T", "?asOf=2019-12-31");
        Assert.Equal(["张三 100 Filed"], DrawnSite.Short(then));
        Assert.Equal("2019-12-31", then.GetProperty("asOf").GetString());
        Assert.Empty(DrawnSite.Short(await site.OwnersAsync("T", "?asOf=2009-12-31")));
        Assert.Equal(["李四 100 Filed"], DrawnSite.Short(await site.OwnersAsync("T", "?asOf=2020-01-01")));
        Assert.Equal(["李四"], (await site.OwnersAsync("T")).GetProperty("relations").EnumerateArray().Select(r => DrawnSite.Letters(r.GetProperty("from"))));
    }

    [Fact]
    public async Task What_the_latest_snapshot_does_not_state_is_listed_and_does_not_count()
    {
        await using var site = await DrawnSite.OfAsync("T: 张三 60, A 40");
        await site.ImportAsync("T: 李四 100");
        var owners = await site.OwnersAsync("T");
        Assert.Equal(["李四 100 Filed"], DrawnSite.Short(owners));
        Assert.Equal(["A 40 False", "张三 60 False"], owners.GetProperty("notInLatest").EnumerateArray().Select(r => $"{DrawnSite.Letters(r.GetProperty("from"))} {DrawnSite.Percent(r)} {r.GetProperty("inLatest").GetBoolean()}").Order(StringComparer.Ordinal));
        // It is no end either: the path is shown, and says when it was last seen.
        var link = (await site.PathsAsync("T", "A")).GetProperty("paths")[0].GetProperty("hops")[0].GetProperty("relations")[0];
        Assert.Equal((false, "ownership"), (link.GetProperty("inLatest").GetBoolean(), link.GetProperty("kind").GetString()));
        Assert.NotEqual(JsonValueKind.Null, link.GetProperty("source").GetProperty("lastSeen").ValueKind);
    }

    [Fact]
    public async Task One_holding_that_two_sources_state_counts_once()
    {
        await using var site = await DrawnSite.OfAsync("T: A 60, 张三 40");
        await site.ImportAsync("T: A 60@2015-01-01~, 张三 40@2015-01-01~", "other");
        var owners = await site.OwnersAsync("T");
        Assert.Equal(["A 60 Filed", "张三 40 Filed"], DrawnSite.Short(owners));
        Assert.Empty(owners.GetProperty("overfull").EnumerateArray());
    }

    [Fact]
    public async Task Shares_that_sum_to_too_much_are_scaled_and_named()
    {
        await using var site = await DrawnSite.OfAsync("T: 张三 120-150, 李四 90, 王五 90");
        // A share that cannot be right is rejected with its row; the import says so.
        await site.ImportAsync("T: 李四 90, 王五 90");
        var owners = await site.OwnersAsync("T");
        Assert.Equal(["李四 50 Derived", "王五 50 Derived"], DrawnSite.Short(owners));
        Assert.Equal(180m, Assert.Single(owners.GetProperty("overfull").EnumerateArray()).GetProperty("percent").GetDecimal());
        Assert.Equal(90m, owners.GetProperty("owners")[0].GetProperty("direct").GetProperty("percent").GetDecimal());
    }

    [Fact]
    public async Task Holdings_are_the_same_seen_from_above()
    {
        await using var site = await DrawnSite.OfAsync(TwoChains);
        var holdings = await site.HoldingsAsync("H");
        Assert.Equal(["A 100 Filed", "T 70 Derived", "B 40 Filed"], DrawnSite.Short(holdings, "holdings"));
        Assert.Equal(["A 100 Filed", "B 40 Filed"], DrawnSite.Short(await site.HoldingsAsync("H", "?depth=1"), "holdings"));
        Assert.Equal(["T 50 Filed"], DrawnSite.Short(await site.HoldingsAsync("A"), "holdings"));
        Assert.Empty(DrawnSite.Short(await site.HoldingsAsync("T"), "holdings"));
    }

    [Fact]
    public async Task Beneficial_owners_are_computed_by_both_rules()
    {
        await using var site = await DrawnSite.OfAsync("T: A 60, ? 30, 李四 10\nA: 张三 60, 王五 40");
        async Task<JsonElement> Of(string query) => await site.GetAsync($"/api/v1/companies/{Drawn.Code("T")}/beneficial-owners{query}");
        var found = await Of("");
        Assert.Equal(["张三 36 Derived"], DrawnSite.Short(found)); // and by control all
        var owner = found.GetProperty("owners")[0];
        Assert.Equal((true, true, 100m), (owner.GetProperty("byInterest").GetBoolean(), owner.GetProperty("byControl").GetBoolean(), owner.GetProperty("control").GetProperty("percent").GetDecimal()));
        Assert.Equal(["? 30 Derived"], DrawnSite.Short(found, "unknownOwners"));
        Assert.Equal((0.25m, 0m), (found.GetProperty("threshold").GetDecimal(), found.GetProperty("remainder").GetDecimal()));
        Assert.Equal(["张三 36 Derived", "王五 24 Derived", "李四 10 Derived"], DrawnSite.Short(await Of("?threshold=0.1")));
        Assert.Contains("推算", found.GetProperty("notice").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_is_everything_under_the_last_of_the_parents()
    {
        await using var site = await DrawnSite.OfAsync("""
            A: P 60
            B: A 70
            C: P 30, A 30
            D: P 40
            E: B 100
            F /E
            P: 张三 100
            """);
        var group = await site.GetAsync($"/api/v1/companies/{Drawn.Code("E")}/group");
        Assert.Equal(["B 1", "A 2", "P 3", "张三 4"], group.GetProperty("parents").EnumerateArray().Select(p => $"{DrawnSite.Letters(p.GetProperty("party"))} {p.GetProperty("steps").GetInt32()}"));
        Assert.Equal(["张三"], group.GetProperty("ultimate").EnumerateArray().Select(DrawnSite.Letters));
        // C only with what both hold; D not, with 40 %.
        Assert.Equal(["A", "B", "C", "E", "F", "P"], group.GetProperty("members").EnumerateArray().Select(p => DrawnSite.Letters(p.GetProperty("party"))).Order(StringComparer.Ordinal));
        Assert.Equal(["P"], (await site.GetAsync($"/api/v1/companies/{Drawn.Code("C")}/group")).GetProperty("parents").EnumerateArray().Where(p => p.GetProperty("steps").GetInt32() == 1).Select(p => DrawnSite.Letters(p.GetProperty("party"))));
    }

    [Fact]
    public async Task Two_companies_are_compared_by_what_they_share()
    {
        await using var site = await DrawnSite.OfAsync("A: P 60, 张三 40\nB: P 30, 张三 70\nC: A 50, B 20");
        var common = await site.GetAsync($"/api/v1/compare?first={Drawn.Code("A")}&second={Drawn.Code("B")}");
        Assert.Equal(["P 60 30"], common.GetProperty("owners").EnumerateArray().Select(o => $"{DrawnSite.Letters(o.GetProperty("party"))} {DrawnSite.Percent(o.GetProperty("first"))} {DrawnSite.Percent(o.GetProperty("second"))}"));
        Assert.Equal(["C 50 20"], common.GetProperty("holdings").EnumerateArray().Select(o => $"{DrawnSite.Letters(o.GetProperty("party"))} {DrawnSite.Percent(o.GetProperty("first"))} {DrawnSite.Percent(o.GetProperty("second"))}"));
        Assert.Equal("张三", Assert.Single(common.GetProperty("people").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal(2, common.GetProperty("path").GetProperty("length").GetInt32());
    }

    [Fact]
    public async Task An_answer_is_not_sent_again_while_nothing_in_it_changes()
    {
        await using var site = await DrawnSite.OfAsync(TwoChains);
        var path = $"/api/v1/companies/{Drawn.Code("T")}/owners";
        using var first = await site.Site.Client.GetAsync(path, Ct);
        async Task<HttpStatusCode> AgainAsync()
        {
            using HttpRequestMessage again = new(HttpMethod.Get, path) { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
            using var answer = await site.Site.Client.SendAsync(again, Ct);
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.NotModified, await AgainAsync());
        await site.ImportAsync("H: 张三 90");
        Assert.Equal(HttpStatusCode.OK, await AgainAsync());
    }

    [Theory]
    [InlineData("companies/{T}/owners?depth=0", 400, "depth")]
    [InlineData("companies/{T}/owners?depth=x", 400, "depth")]
    [InlineData("companies/{T}/owners?depth=51", 400, "depth")]
    [InlineData("companies/{T}/owners?asOf=2024-13-01", 400, "asOf")]
    [InlineData("companies/{T}/owners?ended=maybe", 400, "ended")]
    [InlineData("companies/{T}/holdings?depth=-1", 400, "depth")]
    [InlineData("companies/{T}/beneficial-owners?threshold=0", 400, "threshold")]
    [InlineData("companies/{T}/beneficial-owners?threshold=1.01", 400, "threshold")]
    [InlineData("companies/{T}/beneficial-owners?threshold=25%25", 400, "threshold")]
    [InlineData("companies/{T}/beneficial-owners?asOf=x", 400, "asOf")]
    [InlineData("companies/{T}/group?asOf=x", 400, "asOf")]
    [InlineData("companies/91350100MA99999999/owners", 404, "91350100MA99999999")]
    [InlineData("companies/p-aaaaaaaaaaaaaaaa/owners", 404, "p-aaaaaaaaaaaaaaaa")]
    [InlineData("companies/a%20b/owners", 404, "a b")]
    [InlineData("paths", 400, "from")]
    [InlineData("paths?from={T}", 400, "to")]
    [InlineData("paths?from={T}&to={T}", 400, "")]
    [InlineData("paths?from={T}&to=x-none", 404, "x-none")]
    [InlineData("paths?from={T}&to={A}&maxLength=17", 400, "maxLength")]
    [InlineData("paths?from={T}&to={A}&k=0", 400, "k")]
    [InlineData("paths?from={T}&to={A}&kinds=friends", 400, "ownership")]
    [InlineData("paths?from={T}&to={A}&skipHubs=some", 400, "skipHubs")]
    [InlineData("compare?first={T}", 400, "second")]
    public async Task What_is_wrong_is_said_in_the_readers_language(string path, int status, string names)
    {
        await using var site = await DrawnSite.OfAsync("T: A 50");
        path = "/api/v1/" + path.Replace("{T}", Drawn.Code("T"), StringComparison.Ordinal).Replace("{A}", Drawn.Code("A"), StringComparison.Ordinal);
        List<string> said = [];
        foreach (var language in (string[])["zh", "en"])
        {
            using HttpRequestMessage ask = new(HttpMethod.Get, path) { Headers = { { "Accept-Language", language } } };
            using var answer = await site.Site.Client.SendAsync(ask, Ct);
            Assert.Equal((status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
            said.Add(JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement.GetProperty("detail").GetString()!);
            Assert.Contains(names, said[^1], StringComparison.Ordinal);
        }

        Assert.NotEqual(said[0], said[1]);
        Assert.DoesNotContain(said[1], c => c > '\u2e80');
    }

    [Fact]
    public async Task A_company_that_was_joined_to_another_leads_there_and_so_do_its_relations()
    {
        await using var site = new DrawnSite(await TestSite.StartAsync());
        await site.Site.ImportAsync("a.jsonl", $$$"""
            {"name":"旧名示例商贸有限公司","registrationNumber":"350100100000014","owners":[{"type":"person","name":"张三","percent":70}]}
            {"name":"{{{Drawn.Name("B")}}}","creditCode":"{{{Drawn.Code("B")}}}","owners":[{"type":"company","name":"旧名示例商贸有限公司","percent":30}]}

            """);
        await site.FollowedAsync();
        var before = await site.OwnersAsync("B");
        var id = before.GetProperty("owners").EnumerateArray().Single(o => o.GetProperty("type").GetString() is "Company").GetProperty("id").GetString()!;
        Assert.StartsWith("x-", id, StringComparison.Ordinal);
        await site.Site.ImportAsync("b.jsonl", $$$"""{"name":"旧名示例商贸有限公司","registrationNumber":"350100100000014","creditCode":"{{{Drawn.Code("A")}}}"}""" + "\n", "codes");
        await site.FollowedAsync();
        using var moved = await site.Site.Client.GetAsync($"/api/v1/companies/{id}/owners?depth=2", Ct);
        Assert.Equal((HttpStatusCode.MovedPermanently, $"/api/v1/companies/{Drawn.Code("A")}/owners?depth=2"), (moved.StatusCode, moved.Headers.Location!.OriginalString));
        Assert.Equal(["张三 70 Filed"], DrawnSite.Short(await site.OwnersAsync("A")));
        var owners = await site.OwnersAsync("B");
        Assert.Contains(owners.GetProperty("owners").EnumerateArray(), o => o.GetProperty("id").GetString() == Drawn.Code("A") && o.GetProperty("percent").GetDecimal() == 30);
        Assert.Contains(owners.GetProperty("owners").EnumerateArray(), o => o.GetProperty("name").GetString() == "张三" && o.GetProperty("percent").GetDecimal() == 21);
        using var followed = await site.Site.Client.GetAsync($"/api/v1/paths?from={id}&to={Drawn.Code("B")}", Ct);
        Assert.Equal(HttpStatusCode.OK, followed.StatusCode);
    }
}
