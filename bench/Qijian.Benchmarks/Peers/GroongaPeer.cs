using System.Globalization;
using System.Text.Json;

namespace Qijian.Benchmarks.Peers;

/// <summary>Groonga through its command line: pairs as words, indexes built after loading, its cache of answers off.</summary>
internal sealed class GroongaPeer : IPeer
{
    private LineServer? server;

    public string Name => "groonga";

    public string? Missing => LineServer.Has("groonga") ? null : "groonga-bin is not installed";

    public string Remark => "in the order of importance (no ranking); asked on standard input, so its CPU includes reading a command and writing JSON; no typos";

    public TimeSpan Cpu => PeerRun.CpuOf(ProcessId);

    public int ProcessId => server!.Id;

    public long Bytes { get; private set; }

    public bool Can(PeerKind kind) => kind != PeerKind.Typo;

    public void Build(PeerData data, string folder)
    {
        server = new LineServer("groonga", "-n", Path.Combine(folder, "peers.db"));
        string[] schema =
        [
            "cache_limit 0", "table_create Docs TABLE_NO_KEY", "column_create Docs name COLUMN_SCALAR ShortText", "column_create Docs grams COLUMN_SCALAR Text", "column_create Docs scope COLUMN_SCALAR Text",
            "table_create Persons TABLE_HASH_KEY ShortText", "column_create Docs person COLUMN_SCALAR Persons", "table_create Codes TABLE_HASH_KEY ShortText", "column_create Docs code COLUMN_SCALAR Codes",
            "table_create Keys TABLE_PAT_KEY ShortText", "column_create Docs keys COLUMN_VECTOR Keys", "table_create Initials TABLE_PAT_KEY ShortText", "column_create Docs initials COLUMN_VECTOR Initials",
            "column_create Docs province COLUMN_SCALAR UInt8", "column_create Docs industry COLUMN_SCALAR UInt8", "column_create Docs status COLUMN_SCALAR UInt8", "column_create Docs band COLUMN_SCALAR UInt8",
        ];
        Array.ForEach(schema, Command);
        server.Write("load --table Docs");
        server.Write("[");
        foreach (var d in data.Documents())
        {
            server.Write(JsonSerializer.Serialize(new { name = d.Name, grams = d.Grams, scope = d.ScopeGrams, person = d.Person, code = d.Code, keys = d.Keys.Split(' '), initials = d.Initials.Split(' '),
                province = d.Province, industry = d.Industry, status = d.Status, band = d.Band }) + ",");
        }
        server.Ask("]");
        string[] indexes =
        [
            "table_create Terms TABLE_PAT_KEY ShortText --default_tokenizer TokenDelimit", "column_create Terms names COLUMN_INDEX Docs grams", "table_create ScopeTerms TABLE_PAT_KEY ShortText --default_tokenizer TokenDelimit",
            "column_create ScopeTerms scopes COLUMN_INDEX Docs scope", "column_create Persons docs COLUMN_INDEX Docs person", "column_create Codes docs COLUMN_INDEX Docs code",
            "column_create Keys docs COLUMN_INDEX Docs keys", "column_create Initials docs COLUMN_INDEX Docs initials",
        ];
        Array.ForEach(indexes, Command);
        // Sparse files: what is allocated counts.
        Bytes = new DirectoryInfo(folder).EnumerateFiles().Sum(f => Blocks(f.FullName));
    }

    public PeerAnswer Ask(PeerQuery query)
    {
        var condition = query.Kind switch
        {
            PeerKind.TwoCharacters or PeerKind.FullName => $"--match_columns grams --query \"{query.Grams}\"",
            PeerKind.Scope => $"--match_columns scope --query \"{query.Grams}\"",
            PeerKind.Person => $"--filter 'person == \"{query.Text}\"'",
            PeerKind.CreditCode => $"--filter 'code == \"{query.Text}\"'",
            PeerKind.Prefix => $"--filter 'keys @^ \"{query.Text}\"'",
            PeerKind.Initials => $"--filter 'initials @^ \"{query.Text}\"'",
            PeerKind.Narrow => $"--match_columns grams --query \"{query.Grams}\" --filter 'province == {query.Province} && status == {PeerQuery.Status}'",
            _ => $"--match_columns grams --query \"{query.Grams}\" --filter 'status == {PeerQuery.Status} && band >= {query.Band} && band <= {query.LastBand}'",
        };
        var facets = query.Faceted ? " --drilldown industry,province,status,band --drilldown_output_columns _key,_nsubrecs --drilldown_limit -1" : "";
        using var answer = JsonDocument.Parse(server!.Ask($"select Docs {condition} --output_columns _id --sort_keys _id --limit 10{facets}"));
        if (answer.RootElement[0][0].GetInt32() != 0)
            throw new InvalidOperationException($"groonga: {answer.RootElement[0]}");
        var body = answer.RootElement[1];
        var sum = query.Faceted ? body[1].EnumerateArray().Skip(2).Sum(v => v[0].GetInt64() * v[1].GetInt64()) : 0;
        return new PeerAnswer([.. body[0].EnumerateArray().Skip(2).Select(h => h[0].GetInt32())], query.Kind is PeerKind.Prefix or PeerKind.Initials ? -1 : body[0][0][0].GetInt64(), sum);
    }

    private void Command(string command)
    {
        var answer = server!.Ask(command);
        if (!answer.StartsWith("[[0,", StringComparison.Ordinal))
            throw new InvalidOperationException($"groonga: {command}: {answer}");
    }

    private static long Blocks(string file)
    {
        using LineServer stat = new("stat", "-c", "%b", file);
        return long.Parse(stat.Read(), CultureInfo.InvariantCulture) * 512;
    }

    public void Dispose() => server?.Dispose();
}
