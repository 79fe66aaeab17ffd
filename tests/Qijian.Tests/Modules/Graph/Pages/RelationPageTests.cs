using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DocumentFormat.OpenXml.Packaging;
using MiniExcelLibs;
using Qijian.Modules.Graph;
using Qijian.Modules.Registry;
using Table = DocumentFormat.OpenXml.Wordprocessing.Table;
using TableRow = DocumentFormat.OpenXml.Wordprocessing.TableRow;

namespace Qijian.Tests.Modules.Graph.Pages;

/// <summary>Companies drawn for the pages: a chain, a circle, a fan, ranges, an unnamed owner, two without a relation.</summary>
public sealed class RelationPageSite : IAsyncLifetime
{
    internal DrawnSite Drawn { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Drawn = await DrawnSite.OfAsync($"""
        TOP: 张三 60, ? 40
        MID: TOP 60
        LOW: MID 50, 李四 30 | 王五 董事, 赵六 监事
        LEAF: LOW 80 | 王五 经理
        RINGA: RINGB 60
        RINGB: RINGA 40, 周七 50
        SELF: SELF 20, 张三 80
        WIDE: {string.Join(", ", Enumerable.Range(0, 60).Select(i => $"陈{(char)('一' + i * 7)} 1"))}
        RANGE: 孙八 25-50
        OVER: 吴九 100, 郑十 80
        PAST: 钱甲 51@~2020-01-01, 孙乙 51@2020-01-01~
        ALONE:
        """);
        foreach (var code in new[] { "SAMEA", "SAMEB" }) await Drawn.Site.ImportAsync(code + ".jsonl", $$"""{"name":"同名示例贸易有限公司","creditCode":"{{Modules.Graph.Drawn.Code(code)}}"}""" + "\n", dataset: code);
        await Drawn.FollowedAsync();
    }

    public ValueTask DisposeAsync() => Drawn.DisposeAsync();
}

public sealed partial class RelationPageTests(RelationPageSite pages) : IClassFixture<RelationPageSite>
{
    private readonly HttpClient client = pages.Drawn.Site.Client;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private const string Same = "同名示例贸易有限公司";

    private static string Code(string letters) => Drawn.Code(letters);

    private static string Name(string letters) => Drawn.Name(letters);

    private async Task<string> GetAsync(string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var answer = await client.GetAsync(path, Ct);
        var page = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.StatusCode == status, $"{path}: {answer.StatusCode} {(page.Length > 2000 ? page[..2000] : page)}");
        return page;
    }

    private static List<string> Parties(string page, string shape) => [.. Shape().Matches(page).Where(m => m.Groups["shape"].Value.Split(' ').Contains(shape, StringComparer.Ordinal)).Select(m => m.Groups["title"].Value.Split(" · ")[0])];

    [Fact]
    public async Task Ownership_goes_through_all_levels_up_and_down_each_share_with_its_chains()
    {
        var page = await GetAsync($"/companies/{Code("LOW")}/structure?depth=all");
        Assert.Subset(Parties(page, "company").ToHashSet(), new[] { "TOP", "MID", "LOW", "LEAF" }.Select(Name).ToHashSet());
        Assert.Subset(Parties(page, "person").ToHashSet(), new HashSet<string> { "张三", "李四" });
        Assert.Single(Parties(page, "unknown"));
        Assert.Contains("18%", page, StringComparison.Ordinal); // 60 % of 60 % of 50 %
        Assert.Contains("合计 18%", page, StringComparison.Ordinal);
        Assert.Contains("未披露的持有人", page, StringComparison.Ordinal);
        Assert.Contains("余下：没有登记在册的持有人", page, StringComparison.Ordinal);
        var english = await GetAsync($"/en/companies/{Code("LOW")}/structure?depth=all");
        Assert.Contains("Upward: who owns it", english, StringComparison.Ordinal);
        Assert.Contains($"href=\"/en/companies/{Code("MID")}/structure", english, StringComparison.Ordinal);
        Assert.DoesNotContain("股东在上", english, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Depth_and_the_least_share_narrow_what_is_drawn_and_listed_and_the_page_says_so()
    {
        var one = await GetAsync($"/companies/{Code("LOW")}/structure?depth=1");
        Assert.DoesNotContain(Name("TOP"), Parties(one, "company"));
        var large = await GetAsync($"/companies/{Code("LOW")}/structure?depth=all&least=25");
        Assert.DoesNotContain("张三", Parties(large, "person"));
        Assert.Contains("小于所选下限", large, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beneficial_owners_say_that_they_are_computed_and_how_and_follow_the_threshold()
    {
        var page = await GetAsync($"/companies/{Code("LOW")}/structure?threshold=25");
        var section = Section(page, "beneficial");
        Assert.Contains("推算", section, StringComparison.Ordinal);
        Assert.Contains("李四", section, StringComparison.Ordinal);
        Assert.Contains("张三", section, StringComparison.Ordinal); // 18 % multiplied, 50 % by the chain of control
        Assert.Contains("没有人达到 51%", Section(await GetAsync($"/companies/{Code("LOW")}/structure?threshold=51"), "beneficial"), StringComparison.Ordinal);
        Assert.Contains("可能达到", Section(await GetAsync($"/companies/{Code("RANGE")}/structure?threshold=30"), "beneficial"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_odd_on_file_is_explained_in_words_and_the_line_back_can_be_told()
    {
        var ring = await GetAsync($"/companies/{Code("RINGA")}/structure");
        Assert.Contains("环形持股", ring, StringComparison.Ordinal);
        Assert.Single(AllLines().Matches(Picture().Match(ring).Value), l => l.Value.Contains("loop", StringComparison.Ordinal));
        Assert.Contains("持有自己的股份", await GetAsync($"/companies/{Code("SELF")}/structure"), StringComparison.Ordinal);
        Assert.Contains("登记的份额合计 180%", await GetAsync($"/companies/{Code("OVER")}/structure"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_fan_is_collapsed_and_its_link_opens_it_step_by_step()
    {
        var page = await GetAsync($"/companies/{Code("WIDE")}/structure");
        Assert.Equal(8, Parties(page, "person").Count);
        Assert.Equal(["另有 52 名"], Parties(page, "more"));
        var link = WebUtility.HtmlDecode(MoreLink().Match(page).Groups["href"].Value);
        var opened = await GetAsync(link);
        Assert.Equal(28, Parties(opened, "person").Count);
        var all = await GetAsync(WebUtility.HtmlDecode(MoreLink().Match(await GetAsync(WebUtility.HtmlDecode(MoreLink().Match(opened).Groups["href"].Value))).Groups["href"].Value));
        Assert.Equal((60, 0), (Parties(all, "person").Count, Parties(all, "more").Count));
    }

    [Fact]
    public async Task Ended_relations_are_shown_on_demand_and_marked_and_a_day_shows_its_own()
    {
        var page = await GetAsync($"/companies/{Code("PAST")}/structure");
        Assert.Equal(["孙乙"], Parties(page, "person"));
        var ended = await GetAsync($"/companies/{Code("PAST")}/structure?ended=1");
        Assert.Contains("class=\"line past\"", Picture().Match(ended).Value, StringComparison.Ordinal);
        Assert.Contains("<tr class=\"ended\">", ended, StringComparison.Ordinal);
        Assert.Equal(["钱甲"], Parties(await GetAsync($"/companies/{Code("PAST")}/structure?asOf=2019-06-30"), "person"));
    }

    [Fact]
    public async Task Every_relation_of_the_picture_is_in_the_table_with_its_source()
    {
        var page = await GetAsync($"/companies/{Code("LEAF")}/structure?depth=all");
        var table = page[page.IndexOf("id=\"edges\"", StringComparison.Ordinal)..];
        Assert.Equal(AllLines().Count(Picture().Match(page).Value), Rows().Count(table));
        Assert.Contains("test · ", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_in_a_form_is_said_and_nothing_typed_is_lost()
    {
        var page = await GetAsync($"/companies/{Code("LOW")}/structure?threshold=abc&least=-5&asOf=gestern&depth=99");
        foreach (var typed in new[] { "value=\"abc\"", "value=\"-5\"", "value=\"gestern\"" }) Assert.Contains(typed, page, StringComparison.Ordinal);
        Assert.Equal(4, Alert().Count(page));
        var relations = await GetAsync($"/relations?from={Code("LOW")}&to=qqqq&steps=0&asOf=x");
        Assert.Contains("value=\"qqqq\"", relations, StringComparison.Ordinal);
        Assert.Contains($"value=\"{Name("LOW")} {Code("LOW")}\"", relations, StringComparison.Ordinal);
        Assert.Contains("没有找到。请检查名称", relations, StringComparison.Ordinal);
        Assert.Contains("1 到 16 之间", relations, StringComparison.Ordinal);
        Assert.Contains("两边是同一个", await GetAsync($"/relations?from={Code("LOW")}&to={Code("LOW")}"), StringComparison.Ordinal);
    }

    [Theory, InlineData("structure"), InlineData("group")]
    public async Task An_unknown_company_has_no_page_and_one_in_lower_case_leads_on(string tab)
    {
        foreach (var language in (string[])["", "/en"]) await GetAsync($"{language}/companies/91350100M000100Y43/{tab}", HttpStatusCode.NotFound);
        await GetAsync($"/people/p-nobody/structure", HttpStatusCode.NotFound);
        using var moved = await client.GetAsync($"/companies/{Code("LOW").ToLowerInvariant()}/{tab}?asOf=2024-01-01", Ct);
        Assert.Equal((HttpStatusCode.MovedPermanently, $"/companies/{Code("LOW")}/{tab}?asOf=2024-01-01"), (moved.StatusCode, moved.Headers.Location?.ToString()));
    }

    [Fact]
    public async Task Two_parties_are_connected_step_by_step_with_evidence_and_date()
    {
        foreach (var language in (string[])["", "/en"])
        {
            var page = await GetAsync($"{language}/relations?from={Code("LEAF")}&to={Code("TOP")}");
            Assert.Equal(3, Rows().Count(Section(page, "path-1")));
            Assert.Contains("test · ", Section(page, "path-1"), StringComparison.Ordinal);
            Assert.Contains("<svg class=\"picture\"", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task No_relation_is_a_statement_with_steps_kinds_sources_and_day()
    {
        var page = await GetAsync($"/relations?from={Code("LOW")}&to={Code("ALONE")}&steps=4&asOf=2024-06-30");
        var statement = Section(page, "none");
        Assert.Contains($"截至 2024-06-30，依据下列来源，{Name("LOW")} 与 {Name("ALONE")} 之间在 4 步以内没有找到关系", statement, StringComparison.Ordinal);
        Assert.Contains("<td>test</td>", statement, StringComparison.Ordinal);
        Assert.Contains("No relation was found", await GetAsync($"/en/relations?from={Code("LOW")}&to={Code("ALONE")}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_chosen_kinds_are_walked()
    {
        var from = $"from={Code("LEAF")}&to={Code("TOP")}";
        Assert.Contains("id=\"none\"", await GetAsync($"/relations?{from}&kind=director"), StringComparison.Ordinal);
        Assert.Contains("id=\"path-1\"", await GetAsync($"/relations?{from}&kind=director&kind=ownership"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_several_companies_bear_is_asked_for_and_one_alone_is_understood()
    {
        var found = await GetAsync($"/relations?from={Uri.EscapeDataString(Name("LEAF"))}&to={Code("TOP")}");
        Assert.Contains("id=\"path-1\"", found, StringComparison.Ordinal);
        var several = await GetAsync($"/relations?from={Uri.EscapeDataString(Same)}&to={Code("TOP")}");
        Assert.Contains("有几家相近的，请选择", several, StringComparison.Ordinal);
        Assert.Contains($"href=\"/relations?to={Code("TOP")}&amp;from=", several, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_group_goes_up_to_whom_nobody_controls_and_down_to_all()
    {
        foreach (var (language, word) in new[] { ("", "最上层"), ("/en", "ultimate") })
        {
            var page = await GetAsync($"{language}/companies/{Code("MID")}/group");
            Assert.Contains(Name("TOP"), Parties(page, "company"));
            Assert.Contains(word, page, StringComparison.Ordinal);
        }

        Assert.Contains("没有登记在册的母公司", await GetAsync($"/companies/{Code("ALONE")}/group"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_companies_are_compared_side_by_side()
    {
        foreach (var (language, word) in new[] { ("", "共同的股东"), ("/en", "Owners of both") })
        {
            var page = await GetAsync($"{language}/relations/compare?first={Code("LOW")}&second={Code("SELF")}");
            Assert.Contains(word, page, StringComparison.Ordinal);
            Assert.Contains(Code("SELF"), Section(page, "facts"), StringComparison.Ordinal);
            Assert.Contains("王五", Section(await GetAsync($"{language}/relations/compare?first={Code("LOW")}&second={Code("LEAF")}"), "names"), StringComparison.Ordinal);
        }

        Assert.Contains("value=\"x\"", await GetAsync("/relations/compare?first=x"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pages_of_a_company_and_of_a_person_lead_there()
    {
        var company = await GetAsync($"/companies/{Code("LOW")}");
        foreach (var link in new[] { $"/companies/{Code("LOW")}/structure", $"/companies/{Code("LOW")}/group", $"/relations?from={Code("LOW")}" }) Assert.Contains($"href=\"{link}\"", company, StringComparison.Ordinal);
        Assert.Contains($"href=\"/companies/{Code("LOW")}/ownership\"", await GetAsync($"/companies/{Code("LOW")}/structure"), StringComparison.Ordinal);
        var person = Projector.PersonId(Code("LOW"), "王五", "董事");
        Assert.Contains($"href=\"/people/{person}/structure\"", await GetAsync($"/people/{person}"), StringComparison.Ordinal);
        var page = await GetAsync($"/people/{person}/structure");
        Assert.Contains("赵六", Section(page, "colleagues"), StringComparison.Ordinal);
        Assert.Contains("没有登记在册的持股", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hostile_names_are_text_on_every_page()
    {
        const string Hostile = "</title><script>alert(1)</script>\u202E<svg onload=x>有限公司";
        var code = Code("EVIL");
        await pages.Drawn.Site.ImportAsync("evil.jsonl", System.Text.Json.JsonSerializer.Serialize(new { name = Hostile, creditCode = code, owners = new[] { new { type = "person", name = Hostile, percent = 60 } } }) + "\n");
        await pages.Drawn.FollowedAsync();
        foreach (var path in new[] { $"/companies/{code}/structure", $"/companies/{code}/group", $"/relations?from={code}&to={Code("LOW")}", $"/relations/compare?first={code}&second={Code("LOW")}" })
        {
            var page = await GetAsync(path);
            Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
            Assert.DoesNotContain("<svg onload", page, StringComparison.Ordinal);
        }

        var matrix = await PostAsync("", $"{Hostile}\n{code}\n{Code("LOW")}");
        Assert.DoesNotContain("<script>alert", await matrix.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("docx", $"{code}\n{Code("LOW")}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("xlsx", $"{code}\n{Code("LOW")}")).StatusCode);
    }

    private Task<HttpResponseMessage> PostAsync(string format, string names, byte[]? file = null, string language = "", string choice = "", string steps = "6", string name = "names.bin")
    {
        MultipartFormDataContent form = new() { { new StringContent(names), "names" }, { new StringContent(steps), "steps" } };
        if (format.Length > 0) form.Add(new StringContent(format), "format");
        if (choice.Length > 0) form.Add(new StringContent(choice), "choice");
        if (file is not null) form.Add(new ByteArrayContent(file), "file", name);
        return client.PostAsync($"{language}/relations/matrix", form, Ct);
    }

    [Fact]
    public async Task A_matrix_says_how_far_it_is_to_whoever_knows_its_number_and_only_meanwhile()
    {
        List<MatrixProgress> told = [];
        await pages.Drawn.Site.WithAsync<IRelationGraph, MatrixView>(g => g.MatrixAsync([Code("TOP"), Code("LOW"), Code("ALONE")], new(), new Told(told), Ct));
        Assert.Equal([1, 2, 3], told.Where(t => t.Pairs == 0 && t.AllPairs == 0).Select(t => t.Matched));
        Assert.Equal(new(3, 3, 3, 3), told[^1]);

        var id = Guid.CreateVersion7();
        var path = $"/relations/matrix/progress/{id}";
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(path, Ct)).StatusCode);
        await pages.Drawn.Site.WithAsync<MatrixWatches, int>(async watches =>
        {
            using (var watch = watches.Begin(id.ToString())!)
            {
                Assert.Null(watches.Begin(id.ToString())); // one number, one matrix
                watch.Report(new(2, 200, 0, 0));
                Assert.Equal("""{"matched":2,"names":200,"pairs":0,"allPairs":0}""", await client.GetStringAsync(path, Ct));
            }

            return 0;
        });
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(path, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/relations/matrix/progress/x", Ct)).StatusCode);
    }

    private sealed class Told(List<MatrixProgress> told) : IProgress<MatrixProgress>
    {
        public void Report(MatrixProgress value) => told.Add(value);
    }

    [Fact]
    public async Task A_matrix_matches_its_list_first_and_says_of_every_pair_what_there_is()
    {
        using var answer = await PostAsync("", $"{Code("LEAF")}\n{Name("TOP")}\n{Code("ALONE")}\n没有这家qqq\n{Code("LEAF")}");
        var page = await answer.Content.ReadAsStringAsync(Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("5 行中认出 3 行", page, StringComparison.Ordinal);
        Assert.Contains("没有找到</span>", Section(page, "list"), StringComparison.Ordinal);
        Assert.Contains("与前面重复", Section(page, "list"), StringComparison.Ordinal);
        Assert.Contains("共 3 对：1 对相连，2 对没有找到关系", page, StringComparison.Ordinal);
        Assert.Contains("有 2 对在 6 步以内没有找到关系", Section(page, "none"), StringComparison.Ordinal);
        Assert.Contains($"href=\"/relations?from={Code("LEAF")}&amp;to={Code("TOP")}\"", page, StringComparison.Ordinal);
        Assert.Contains("Relation matrix", await GetAsync("/en/relations/matrix"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_workbook_and_the_document_hold_every_pair_and_the_evidence_of_absence()
    {
        var names = $"{Code("LEAF")}\n{Code("TOP")}\n{Code("ALONE")}";
        using MemoryStream workbook = new(await (await PostAsync("xlsx", names)).Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal(["逐对结果", "名单核对", "依据"], workbook.GetSheetNames());
        var pairs = workbook.Query(useHeaderRow: true, sheetName: "逐对结果").Cast<IDictionary<string, object?>>().ToList();
        Assert.Equal(["相连，3 步", "6 步以内没有找到", "6 步以内没有找到"], pairs.Select(p => p["结果"]));
        Assert.Contains("test ", (string)pairs[0]["依据"]!, StringComparison.Ordinal);
        Assert.Contains("有 2 对", string.Concat(workbook.Query(useHeaderRow: true, sheetName: "依据").Cast<IDictionary<string, object?>>().Select(r => r["说明"])), StringComparison.Ordinal);

        using MemoryStream file = new(await (await PostAsync("docx", names, language: "/en")).Content.ReadAsByteArrayAsync(Ct));
        using var document = WordprocessingDocument.Open(file, isEditable: false);
        var body = document.MainDocumentPart!.Document!.Body!;
        Assert.Empty(new DocumentFormat.OpenXml.Validation.OpenXmlValidator().Validate(document, Ct).Select(e => e.Description));
        var tables = body.Elements<Table>().ToList();
        Assert.Equal([4, 4], tables.Select(t => t.Elements<TableRow>().Count()));
        Assert.Contains("none found within 6 steps", tables[1].InnerText, StringComparison.Ordinal);
        Assert.Contains("for 2 pairs", body.InnerText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_comes_from_a_file_too_in_any_usual_encoding()
    {
        System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);
        using MemoryStream workbook = new();
        workbook.SaveAs(new[] { new { A = Name("LEAF") }, new { A = Code("TOP") } }, printHeader: false);
        foreach (var file in new[] { System.Text.Encoding.UTF8.GetBytes($"{Name("LEAF")}\r\n{Code("TOP")}\r\n"), System.Text.Encoding.GetEncoding("GB18030").GetBytes($"{Name("LEAF")}\n{Code("TOP")}"), workbook.ToArray() })
            Assert.Contains("2 行中认出 2 行", await (await PostAsync("", "", file)).Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_csv_file_the_first_column_counts_without_its_heading()
    {
        var file = System.Text.Encoding.UTF8.GetBytes($"\uFEFF企业名称,统一社会信用代码,备注\r\n\"{Name("LEAF")}\",{Code("LEAF")},\"甲, \"\"乙\"\"\"\r\n{Name("TOP")},{Code("TOP")},\r\n");
        Assert.Contains("2 行中认出 2 行", await (await PostAsync("", "", file, name: "list.csv")).Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);

        // Rows of any width, blank ones, and two megabytes of commas.
        file = System.Text.Encoding.UTF8.GetBytes($"名称,代码\n\n{Name("LEAF")}\n{new string(',', 500_000)}\n\n{Name("TOP")},x,y\n{new string(',', 1_400_000)}");
        Assert.Contains("2 行中认出 2 行", await (await PostAsync("", "", file, name: "list.csv")).Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_cannot_be_used_says_why_and_is_still_there()
    {
        await RefusedAsync(await PostAsync("", Code("TOP")), "请至少填两个", Code("TOP"));
        await RefusedAsync(await PostAsync("", string.Join('\n', Enumerable.Range(0, 201).Select(i => $"第{i}家"))), "共 201 行，最多 200 行", "第200家");
        await RefusedAsync(await PostAsync("", "甲\n乙", [0x50, 0x4b, 3, 4, 0, 0, 1, 2]), "这个文件读不出来", "甲\n乙");
        await RefusedAsync(await PostAsync("", "甲\n乙", [0xff, 0xff, 0xff]), "这个文件读不出来", "甲\n乙");
        await RefusedAsync(await PostAsync("", "甲\n乙", steps: "77"), "1 到 16", "value=\"77\"");
        await RefusedAsync(await PostAsync("", "甲\n" + new string('乙', 400)), "一行太长", new string('乙', 400));

        static async Task RefusedAsync(HttpResponseMessage answer, string why, string kept)
        {
            var page = await answer.Content.ReadAsStringAsync(Ct);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains(why, page, StringComparison.Ordinal);
            Assert.Contains(kept, WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_form_that_is_none_or_too_large_and_a_workbook_that_unpacks_to_too_much_are_refused_with_words()
    {
        foreach (var (body, type) in new[]
        {
            ("x", "multipart/form-data"), ("--abc", "multipart/form-data; boundary=abc"), (string.Join('&', Enumerable.Range(0, 3000).Select(i => $"a{i}=1")), "application/x-www-form-urlencoded"),
            ("names=" + new string('a', 20 << 20), "application/x-www-form-urlencoded"),
        })
        {
            ByteArrayContent content = new(System.Text.Encoding.ASCII.GetBytes(body));
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            using var answer = await client.PostAsync("/relations/matrix", content, Ct);
            Assert.Contains((int)answer.StatusCode, (int[])[400, 413]);
            Assert.Contains("2 MB", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }

        using HttpRequestMessage asked = new(HttpMethod.Get, "/relations?from=a&to=b") { Content = new StringContent("") };
        asked.Content.Headers.Remove("Content-Type");
        asked.Content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data");
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(asked, Ct)).StatusCode);

        using MemoryStream workbook = new();
        using (System.IO.Compression.ZipArchive zip = new(workbook, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            await using var strings = zip.CreateEntry("xl/sharedStrings.xml").Open();
            for (var megabyte = 0; megabyte < 64; megabyte++) await strings.WriteAsync(new byte[1 << 20], Ct);
        }

        using var bomb = await PostAsync("", "甲\n乙", workbook.ToArray());
        Assert.Equal(HttpStatusCode.BadRequest, bomb.StatusCode);
        Assert.Contains("这个文件读不出来", await bomb.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_ambiguous_is_chosen_and_takes_its_place_in_the_list()
    {
        var page = await (await PostAsync("", $"{Same}\n{Code("TOP")}")).Content.ReadAsStringAsync(Ct);
        var option = Choice().Match(page);
        Assert.True(option.Success, "no choice is offered");
        var chosen = await (await PostAsync("", $"{Same}\n{Code("TOP")}", choice: WebUtility.HtmlDecode(option.Groups["value"].Value))).Content.ReadAsStringAsync(Ct);
        Assert.Contains("2 行中认出 2 行", chosen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_picture_is_well_formed_and_without_styles_of_its_own()
    {
        foreach (var company in new[] { "LOW", "WIDE", "RINGA", "SELF" })
        {
            var page = await GetAsync($"/companies/{Code(company)}/structure?depth=all");
            var svg = XDocument.Parse(Picture().Match(page).Value);
            Assert.DoesNotContain(svg.Descendants().Attributes(), a => a.Name.LocalName is "style" || a.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
            Assert.Equal(["title", "desc"], svg.Root!.Elements().Take(2).Select(e => e.Name.LocalName));
        }
    }

    private static string Section(string page, string id)
    {
        var at = page.IndexOf($"id=\"{id}\"", StringComparison.Ordinal);
        Assert.True(at >= 0, $"no section {id}");
        return page[at..page.IndexOf("</section>", at, StringComparison.Ordinal)];
    }

    [GeneratedRegex("<svg class=\"party (?<shape>[a-z ]+)\"[^>]*>(?:<a [^>]*>|<g>)<title>(?<title>[^<]*)</title>", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Shape();

    [GeneratedRegex("<svg class=\"party more\"[^>]*><a href=\"(?<href>[^\"#]*)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex MoreLink();

    [GeneratedRegex("<path class=\"line[^\"]*", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex AllLines();

    [GeneratedRegex("<svg class=\"picture\".*?</svg>(?=</div>)", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 5000)]
    private static partial Regex Picture();

    [GeneratedRegex("<option value=\"(?<value>[0-9A-Z]{18} [^\"]+)\"", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Choice();

    [GeneratedRegex("<tr[^>]*><td", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Rows();

    [GeneratedRegex("role=\"alert\"", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Alert();
}
