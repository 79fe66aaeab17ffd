using Npgsql;
using NpgsqlTypes;

namespace Qijian.Benchmarks.Peers;

/// <summary>PostgreSQL in a cluster of its own: pairs as a tsvector with GIN, pg_trgm for typos, B-trees for codes, persons, prefixes.</summary>
internal sealed class PostgresPeer : IPeer
{
    private readonly string? programs = Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Where(d => File.Exists(Path.Combine(d, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault() : null;

    private readonly Dictionary<string, NpgsqlCommand> commands = new(StringComparer.Ordinal);
    private NpgsqlConnection? connection;
    private string? cluster;

    public string Name => "postgresql";

    public string? Missing => programs is null ? "PostgreSQL is not installed" : null;

    public string Remark => "pairs in tsvectors with GIN, in the order of importance (no ranking) but for typos, which are pg_trgm similarities above 0.4; no parallel workers, no JIT";

    public TimeSpan Cpu => PeerRun.CpuOf(ProcessId);

    public int ProcessId => connection!.ProcessID;

    public long Bytes { get; private set; }

    public void Build(PeerData data, string folder)
    {
        cluster = Path.Combine(folder, "cluster");
        Directory.CreateDirectory(cluster);
        if (Environment.UserName == "root")
            LineServer.Run("chown", "postgres", cluster);
        var port = FreePort();
        AsPostgres("initdb", "-D", cluster, "-U", "app", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N");
        AsPostgres("pg_ctl", "-D", cluster, "-w", "-l", Path.Combine(cluster, "log"), "-o",
            $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c shared_buffers=2GB -c work_mem=256MB -c maintenance_work_mem=1GB -c max_wal_size=8GB -c wal_level=minimal -c max_wal_senders=0 -c full_page_writes=off -c autovacuum=off -c max_parallel_workers_per_gather=0 -c max_parallel_maintenance_workers=0 -c jit=off -c random_page_cost=1.1 -c effective_cache_size=8GB", "start");
        connection = new NpgsqlConnection($"Host=127.0.0.1;Port={port};Username=app;Database=postgres;Pooling=false;Command Timeout=0");
        connection.Open();
        Run("CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin; SET gin_fuzzy_search_limit = 0; SET pg_trgm.similarity_threshold = 0.4;"
            + "CREATE TABLE docs (id int, name text, grams tsvector, scope tsvector, code text, person text, province smallint, industry smallint, status smallint, band smallint);"
            + "CREATE TABLE keys (key text COLLATE \"C\", id int); CREATE TABLE initials (key text COLLATE \"C\", id int);"
            + "CREATE FUNCTION pairs(t text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$ SELECT array_to_tsvector(array_remove(string_to_array(t, ' '), '')) $$;"
            + "CREATE UNLOGGED TABLE lines (id int, name text, grams text, scope text, code text, person text, province smallint, industry smallint, status smallint, band smallint)");
        using (var import = connection.BeginBinaryImport("COPY lines FROM STDIN (FORMAT binary)"))
        {
            foreach (var d in data.Documents())
            {
                import.StartRow();
                import.Write(d.Number, NpgsqlDbType.Integer);
                foreach (var text in new[] { d.Name, d.Grams, d.ScopeGrams, d.Code, d.Person })
                    import.Write(text, NpgsqlDbType.Text);
                foreach (var value in new[] { d.Province, d.Industry, d.Status, (short)d.Band })
                    import.Write(value, NpgsqlDbType.Smallint);
            }
            import.Complete();
        }
        foreach (var (table, keys) in new[] { ("keys", (Func<PeerDocument, string>)(d => d.Keys)), ("initials", d => d.Initials) })
        {
            using var import = connection.BeginBinaryImport($"COPY {table} FROM STDIN (FORMAT binary)");
            foreach (var d in data.Documents())
            {
                foreach (var key in keys(d).Split(' ').Distinct(StringComparer.Ordinal))
                {
                    import.StartRow();
                    import.Write(key, NpgsqlDbType.Text);
                    import.Write(d.Number, NpgsqlDbType.Integer);
                }
            }
            import.Complete();
        }
        Run("INSERT INTO docs SELECT id, name, pairs(grams), pairs(scope), code, person, province, industry, status, band FROM lines; DROP TABLE lines;"
            + "ALTER TABLE docs ADD PRIMARY KEY (id); CREATE INDEX ON docs USING gin (grams) WITH (fastupdate = off); CREATE INDEX ON docs USING gin (scope) WITH (fastupdate = off);"
            + "CREATE INDEX ON docs USING gin (name gin_trgm_ops); CREATE INDEX ON docs (code); CREATE INDEX ON docs (person); CREATE INDEX ON keys (key, id); CREATE INDEX ON initials (key, id)");
        Run("VACUUM ANALYZE");
        Bytes = (long)(decimal)Command("SELECT sum(pg_total_relation_size(c)) FROM unnest(ARRAY['docs','keys','initials']::regclass[]) c", []).ExecuteScalar()!;
    }

    public PeerAnswer Ask(PeerQuery query) => query.Kind switch
    {
        PeerKind.TwoCharacters or PeerKind.FullName => Matching("grams", query.Grams),
        PeerKind.Scope => Matching("scope", query.Grams),
        PeerKind.Person => Equal("person", query.Text),
        PeerKind.CreditCode => Equal("code", query.Text),
        PeerKind.Prefix => Prefix("keys", query.Text),
        PeerKind.Initials => Prefix("initials", query.Text),
        PeerKind.Typo => new PeerAnswer(Numbers("SELECT id FROM docs WHERE name % $1 ORDER BY similarity(name, $1) DESC, id LIMIT 10", query.Text), -1),
        PeerKind.Narrow => Faceted("province = $2 AND status = $3", All(query.Grams), (short)query.Province, (short)PeerQuery.Status),
        _ => Faceted("status = $2 AND band BETWEEN $3 AND $4", All(query.Grams), (short)PeerQuery.Status, (short)query.Band, (short)query.LastBand),
    };

    private PeerAnswer Matching(string column, string grams)
    {
        // One pass: the ten best and the total.
        var found = Numbers($"WITH hits AS MATERIALIZED (SELECT id FROM docs WHERE {column} @@ $1::tsquery) (SELECT count(*)::int FROM hits) UNION ALL (SELECT id FROM hits ORDER BY id LIMIT 10)", All(grams));
        return new PeerAnswer(found[1..], found[0]);
    }

    private PeerAnswer Equal(string column, string value)
    {
        var all = Numbers($"SELECT id FROM docs WHERE {column} = $1 ORDER BY id", value);
        return new PeerAnswer([.. all.Take(10)], all.Count);
    }

    private PeerAnswer Prefix(string table, string prefix) => new(Numbers($"SELECT DISTINCT id FROM {table} WHERE key >= $1 AND key < $2 ORDER BY id LIMIT 10", prefix, prefix + '\uFFFF'), -1);

    private PeerAnswer Faceted(string filter, params object[] values)
    {
        using var reader = Command($"WITH hits AS MATERIALIZED (SELECT id, province, industry, status, band FROM docs WHERE grams @@ $1::tsquery AND {filter}) "
            + "(SELECT 0, id, 0 FROM hits ORDER BY id LIMIT 10) UNION ALL SELECT * FROM (SELECT CASE WHEN GROUPING(industry) = 0 THEN 2 WHEN GROUPING(province) = 0 THEN 1 WHEN GROUPING(status) = 0 THEN 3 ELSE 4 END, "
            + "COALESCE(industry, province, status, band)::int, count(*)::int FROM hits GROUP BY GROUPING SETS (province, industry, status, band)) f", values).ExecuteReader();
        List<int> hits = [];
        var (total, sum) = (0L, 0L);
        while (reader.Read())
        {
            if (reader.GetInt32(0) == 0)
                hits.Add(reader.GetInt32(1));
            else if (reader.GetInt32(0) == 2)
                (total, sum) = (total + reader.GetInt32(2), sum + ((long)reader.GetInt32(1) * reader.GetInt32(2)));
        }
        return new PeerAnswer(hits, total, sum);
    }

    private static string All(string grams) => string.Join(" & ", grams.Split(' ').Distinct(StringComparer.Ordinal).Select(g => $"'{g}'"));

    private List<int> Numbers(string sql, params object[] values)
    {
        List<int> numbers = [];
        using var reader = Command(sql, values).ExecuteReader();
        while (reader.Read())
            numbers.Add(reader.GetInt32(0));
        return numbers;
    }

    private void Run(string sql) => Command(sql, []).ExecuteNonQuery();

#pragma warning disable CA2100 // The texts are in this file; what varies goes by parameters.
    private NpgsqlCommand Command(string sql, object[] values)
    {
        if (!commands.TryGetValue(sql, out var command))
        {
            commands[sql] = command = new NpgsqlCommand(sql, connection);
            foreach (var value in values)
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            if (values.Length > 0)
                command.Prepare();
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
        if (cluster is null)
            return;
        AsPostgres("pg_ctl", "-D", cluster, "-m", "immediate", "stop");
        Directory.Delete(cluster, recursive: true);
    }

    // The server refuses to run as root.
    private void AsPostgres(string program, params string[] arguments)
    {
        var path = Path.Combine(programs!, program);
        if (Environment.UserName == "root")
            LineServer.Run("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", path, .. arguments]);
        else
            LineServer.Run(path, arguments);
    }

    private static int FreePort()
    {
        using System.Net.Sockets.TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
