using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Qijian.Benchmarks.Peers;

/// <summary>SQLite: FTS5 over pairs (its trigrams do not find two characters), ordinary indexes for codes, persons, prefixes.</summary>
internal sealed class SqlitePeer : IPeer
{
    private SqliteConnection? connection;
    private string? path;
    private readonly Dictionary<string, SqliteCommand> commands = new(StringComparer.Ordinal);

    public string Name => "sqlite-fts5";

    public string? Missing => null;

    public string Remark => "pairs in two FTS5 tables, in the order of importance (no ranking) but for typos, which are any of the pairs ranked by bm25";

    public TimeSpan Cpu => PeerRun.CpuOfThread();

    public int ProcessId => Environment.ProcessId;

    public long Bytes => new FileInfo(path!).Length;

    public void Build(PeerData data, string folder)
    {
        path = Path.Combine(folder, "peers.db");
        connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        Run("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; PRAGMA mmap_size=8000000000; PRAGMA temp_store=MEMORY;"
            + "CREATE TABLE docs (id INTEGER PRIMARY KEY, name TEXT, code TEXT, person TEXT, province INT, industry INT, status INT, band INT);"
            + "CREATE TABLE keys (key TEXT, id INT, PRIMARY KEY (key, id)) WITHOUT ROWID; CREATE TABLE initials (key TEXT, id INT, PRIMARY KEY (key, id)) WITHOUT ROWID;"
            + "CREATE VIRTUAL TABLE names USING fts5(grams, content='', tokenize='unicode61 remove_diacritics 0');"
            + "CREATE VIRTUAL TABLE scopes USING fts5(grams, content='', detail=none, tokenize='unicode61 remove_diacritics 0'); BEGIN;");
        foreach (var d in data.Documents())
        {
            Run("INSERT INTO docs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", d.Number, d.Name, d.Code, d.Person, (long)d.Province, (long)d.Industry, (long)d.Status, (long)d.Band);
            Run("INSERT INTO names (rowid, grams) VALUES (?1, ?2)", d.Number, d.Grams);
            Run("INSERT INTO scopes (rowid, grams) VALUES (?1, ?2)", d.Number, d.ScopeGrams);
            foreach (var key in d.Keys.Split(' '))
                Run("INSERT OR IGNORE INTO keys VALUES (?1, ?2)", key, d.Number);
            foreach (var key in d.Initials.Split(' '))
                Run("INSERT OR IGNORE INTO initials VALUES (?1, ?2)", key, d.Number);
        }
        Run("COMMIT; CREATE INDEX docs_code ON docs (code); CREATE INDEX docs_person ON docs (person);"
            + "INSERT INTO names (names) VALUES ('optimize'); INSERT INTO scopes (scopes) VALUES ('optimize'); ANALYZE;");
    }

    public PeerAnswer Ask(PeerQuery query) => query.Kind switch
    {
        PeerKind.TwoCharacters or PeerKind.FullName => Matching("names", All(query.Grams)),
        PeerKind.Scope => Matching("scopes", All(query.Grams)),
        PeerKind.Person => Equal("person", query.Text),
        PeerKind.CreditCode => Equal("code", query.Text),
        PeerKind.Prefix => Prefix("keys", query.Text),
        PeerKind.Initials => Prefix("initials", query.Text),
        PeerKind.Typo => new PeerAnswer(Numbers("SELECT rowid FROM names WHERE names MATCH ?1 ORDER BY rank LIMIT 10", string.Join(" OR ", query.Grams.Split(' ').Select(Quoted))), -1),
        PeerKind.Narrow => Faceted("d.province = ?2 AND d.status = ?3", All(query.Grams), (long)query.Province, (long)PeerQuery.Status),
        _ => Faceted("d.status = ?2 AND d.band BETWEEN ?3 AND ?4", All(query.Grams), (long)PeerQuery.Status, (long)query.Band, (long)query.LastBand),
    };

    private PeerAnswer Matching(string table, string match) =>
        new(Numbers($"SELECT rowid FROM {table} WHERE {table} MATCH ?1 ORDER BY rowid LIMIT 10", match), Numbers($"SELECT count(*) FROM {table} WHERE {table} MATCH ?1", match)[0]);

    private PeerAnswer Equal(string column, string value)
    {
        var all = Numbers($"SELECT id FROM docs WHERE {column} = ?1 ORDER BY id", value);
        return new PeerAnswer([.. all.Take(10)], all.Count);
    }

    private PeerAnswer Prefix(string table, string prefix) => new(Numbers($"SELECT DISTINCT id FROM {table} WHERE key >= ?1 AND key < ?2 ORDER BY id LIMIT 10", prefix, prefix + '\uFFFF'), -1);

    // All four facets in one pass over the hits.
    private PeerAnswer Faceted(string filter, params object[] values)
    {
        var hits = Numbers($"SELECT d.id FROM names JOIN docs d ON d.id = names.rowid WHERE names MATCH ?1 AND {filter} ORDER BY names.rowid LIMIT 10", values);
        var (total, sum) = (0L, 0L);
        using var reader = Prepared($"SELECT d.province, d.industry, d.status, d.band, count(*) FROM names JOIN docs d ON d.id = names.rowid WHERE names MATCH ?1 AND {filter} GROUP BY 1, 2, 3, 4", values).ExecuteReader();
        while (reader.Read())
        {
            total += reader.GetInt64(4);
            sum += reader.GetInt64(1) * reader.GetInt64(4);
        }
        return new PeerAnswer(hits, total, sum);
    }

    private static string All(string grams) => string.Join(' ', grams.Split(' ').Distinct(StringComparer.Ordinal).Select(Quoted));

    private static string Quoted(string gram) => $"\"{gram}\"";

    private List<int> Numbers(string sql, params object[] values)
    {
        List<int> numbers = [];
        using var reader = Prepared(sql, values).ExecuteReader();
        while (reader.Read())
            numbers.Add(reader.GetInt32(0));
        return numbers;
    }

    private void Run(string sql, params object[] values) => Prepared(sql, values).ExecuteNonQuery();

#pragma warning disable CA2100 // The texts are in this file; what varies goes by parameters.
    private SqliteCommand Prepared(string sql, object[] values)
    {
        if (!commands.TryGetValue(sql, out var command))
        {
            commands[sql] = command = connection!.CreateCommand();
            command.CommandText = sql;
            for (var i = 0; i < values.Length; i++)
                command.Parameters.Add(new SqliteParameter((i + 1).ToString("'?'0", CultureInfo.InvariantCulture), null));
        }
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        return command;
    }
#pragma warning restore CA2100

    public void Dispose()
    {
        foreach (var command in commands.Values)
            command.Dispose();
        connection?.Dispose();
    }
}
