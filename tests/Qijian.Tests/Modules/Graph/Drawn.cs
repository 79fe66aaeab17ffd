using System.Globalization;
using System.Text.Json;
using Qijian.Engine.Identifiers;

namespace Qijian.Tests.Modules.Graph;

/// <summary>
/// Companies and their relations in a few words, as an import file. One line a company: <c>T: A 60, 张三 40</c>. Latin letters are companies with a code,
/// <c>?</c> is an unnamed owner, <c>=名称</c> a company that is only named, the rest are persons. A share is <c>60</c>, <c>25-50</c> or left out;
/// <c>@2010-01-01~2020-01-01</c> says when. After <c>|</c> come officers: <c>张三 董事</c>; after <c>/</c> the parent of a branch; after <c>#</c> the address; after <c>*</c> telephone numbers; after <c>&lt;</c> controllers.
/// </summary>
internal static class Drawn
{
    private const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    /// <summary>The credit code of a company.</summary>
    public static string Code(string letters)
    {
        var number = letters.Aggregate(7L, (n, c) => (n * 131) + c);
        var body = "MA" + string.Create(6, number, static (to, n) =>
        {
            for (var i = to.Length - 1; i >= 0; i--, n /= Alphabet.Length) to[i] = Alphabet[(int)(n % Alphabet.Length)];
        });
        var first = "91350100" + body + CreditCode.OrganisationCheckCharacter(body);
        return first + CreditCode.CheckCharacter(first);
    }

    /// <summary>The name of a company: no two sound or look alike.</summary>
    public static string Name(string letters) => $"{letters}{Code(letters)[10..16]}示例有限公司";

    public static string File(string drawing) => string.Concat(drawing.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => Line(line) + "\n"));

    private static string Line(string line)
    {
        Dictionary<string, object> row = [];
        var parts = line.Split(['|', '/', '#', '*', '<'], StringSplitOptions.TrimEntries);
        var marks = line.Where(c => c is '|' or '/' or '#' or '*' or '<').ToArray();
        var head = parts[0].Split(':', 2, StringSplitOptions.TrimEntries);
        (row["name"], row["creditCode"]) = (Name(head[0]), Code(head[0]));
        if (head.Length > 1 && head[1].Length > 0) row["owners"] = head[1].Split(',', StringSplitOptions.TrimEntries).Select(Owner).ToList();
        for (var i = 0; i < marks.Length; i++)
        {
            if (marks[i] is '#') row["address"] = parts[i + 1];
            else if (marks[i] is '*') row["phone"] = parts[i + 1];
            else if (marks[i] is '/') row["parent"] = Party(parts[i + 1]);
            else row[marks[i] is '|' ? "officers" : "controllers"] = parts[i + 1].Split(',', StringSplitOptions.TrimEntries).Select(o => Officer(o.Split(' '))).ToList();
        }

        return JsonSerializer.Serialize(row);
    }

    private static Dictionary<string, object> Officer(string[] words)
    {
        var party = Party(words[0]);
        if (words.Length > 1) party["role"] = words[1];
        return party;
    }

    private static Dictionary<string, object> Owner(string text)
    {
        var at = text.Split('@');
        var words = at[0].Trim().Split(' ');
        var party = Party(words[0]);
        if (words.Length > 1 && words[1].Contains('-', StringComparison.Ordinal)) (party["minimum"], party["maximum"]) = (Number(words[1].Split('-')[0]), Number(words[1].Split('-')[1]));
        else if (words.Length > 1) party["percent"] = Number(words[1]);
        if (at.Length == 1) return party;
        var days = at[1].Split('~');
        if (days[0].Length > 0) party["from"] = days[0];
        if (days[1].Length > 0) party["to"] = days[1];
        return party;
    }

    private static Dictionary<string, object> Party(string word) =>
        word == "?" ? new() { ["type"] = "unknown" }
        : word[0] == '=' ? new() { ["type"] = "company", ["name"] = word[1..] }
        : char.IsAsciiLetter(word[0]) ? new() { ["type"] = "company", ["name"] = Name(word), ["creditCode"] = Code(word) }
        : new() { ["type"] = "person", ["name"] = word };

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>A site that holds a drawing, and what its interface says of it.</summary>
internal sealed class DrawnSite(TestSite site) : IAsyncDisposable
{
    private int files;

    public TestSite Site => site;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<DrawnSite> OfAsync(string drawing, bool postgres = false)
    {
        DrawnSite drawn = new(await TestSite.StartAsync(postgres));
        await drawn.ImportAsync(drawing);
        return drawn;
    }

    /// <summary>A later snapshot of the same source, or one of another; the graph has followed when it returns.</summary>
    public async Task ImportAsync(string drawing, string dataset = "test")
    {
        await site.ImportAsync($"drawn{files++}.jsonl", Drawn.File(drawing), dataset);
        await FollowedAsync();
    }

    public Task FollowedAsync() => site.WithAsync<Qijian.Modules.Graph.StoredGraph, bool>(graph => graph.FollowAsync(Ct));

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await site.Client.GetAsync(path, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    public Task<JsonElement> OwnersAsync(string company, string query = "") => GetAsync($"/api/v1/companies/{Drawn.Code(company)}/owners{query}");

    public Task<JsonElement> HoldingsAsync(string company, string query = "") => GetAsync($"/api/v1/companies/{Drawn.Code(company)}/holdings{query}");

    public Task<JsonElement> PathsAsync(string from, string to, string query = "") => GetAsync($"/api/v1/paths?from={Drawn.Code(from)}&to={Drawn.Code(to)}{query}");

    public ValueTask DisposeAsync() => site.DisposeAsync();

    /// <summary>The stakes of an answer in short: <c>A 50 Filed</c>, ranges as <c>25-50</c>; companies by their letters, an unnamed owner as <c>?</c>.</summary>
    public static List<string> Short(JsonElement answer, string list = "owners") => [.. answer.GetProperty(list).EnumerateArray().Select(o => $"{Letters(o)} {Percent(o)} {o.GetProperty("basis").GetString()}")];

    public static string Letters(JsonElement party) =>
        party.GetProperty("name").GetString() is not { } name ? "?" : name.EndsWith("示例有限公司", StringComparison.Ordinal) ? name[..^12] : name;

    public static string Percent(JsonElement o) =>
        o.GetProperty("percent").ValueKind is JsonValueKind.Null ? $"{o.GetProperty("minimum").GetDecimal():0.####}-{o.GetProperty("maximum").GetDecimal():0.####}" : o.GetProperty("percent").GetDecimal().ToString("0.####", CultureInfo.InvariantCulture);
}
