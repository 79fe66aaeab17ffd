using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;
using Qijian.Benchmarks.Peers;
using Qijian.Engine.Graph;

namespace Qijian.Benchmarks.Graph;

/// <summary>A table of half-edges and one of shares, both indexed, and recursive queries over them.</summary>
internal abstract class SqlGraph : IGraphPeer
{
    private const string Balls = "WITH RECURSIVE r(n, d) AS (SELECT CAST(@a AS INTEGER), 0 UNION SELECT half.b, r.d + 1 FROM r JOIN half ON half.a = r.n WHERE r.d < @k) SELECT count(DISTINCT n) FROM r";

    // Products along every chain, summed. Walks of less than a ten-thousandth are cut off: in loops they are too many for a query to end.
    private static readonly string Equity = Owners("> 0.01");
    private static readonly string Beneficial = Owners(">= 0.249999999") + " WHERE EXISTS (SELECT 1 FROM person WHERE person.id = x.n)";

    private readonly Dictionary<(string, bool), DbCommand> commands = [];

    public abstract string Name { get; }

    public abstract string? Missing { get; }

    public abstract string Remark { get; }

    public abstract TimeSpan Cpu { get; }

    public long Bytes { get; protected set; }

    protected DbConnection? Connection { get; set; }

    /// <summary>What makes an insert pass over rows that are there.</summary>
    protected abstract (string Before, string After) Ignoring { get; }

    /// <summary>What empties a table.</summary>
    protected abstract string Emptying { get; }

    public abstract void Build(GraphData data, string folder);

    public (long, TimeSpan?, TimeSpan?) Ask(GraphQuestion q) => (q.Task switch
    {
        GraphTask.OneHop or GraphTask.TwoHops or GraphTask.ThreeHops => Number(Balls, q.First, 1 + (int)q.Task),
        GraphTask.Path => Shortest(q.First, q.Second),
        GraphTask.Equity => Number(Equity, q.First, 0),
        _ => Number(Beneficial, q.First, 0),
    }, null, null);

    public bool Can(GraphTask task) => task != GraphTask.Components;

    private static string Owners(string sum) => "WITH RECURSIVE r(n, p) AS (SELECT CAST(@a AS INTEGER), CAST(1 AS DOUBLE PRECISION) UNION ALL SELECT share.owner, r.p * share.part FROM r JOIN share ON share.company = r.n WHERE r.p * share.part > 1e-4) "
        + $"SELECT count(*) FROM (SELECT n FROM r WHERE n <> @a GROUP BY n HAVING sum(p) {sum}) x";

    /// <summary>Both ends in turn, a level at a time, the smaller first: no single recursive query can stop at the first meeting.</summary>
    private long Shortest(int from, int to)
    {
        if (from == to)
            return 0;
        Number(Emptying + " seen_a", 0, 0);
        Number(Emptying + " seen_b", 0, 0);
        Number("INSERT INTO seen_a VALUES (@a, 0)", from, 0);
        Number("INSERT INTO seen_b VALUES (@a, 0)", to, 0);
        var (near, far) = ((Table: "seen_a", Depth: 0, Size: 1L), (Table: "seen_b", Depth: 0, Size: 1L));
        while (near.Depth + far.Depth < GraphSnapshot.MaxPathLength && near.Size > 0)
        {
            near.Size = Number($"INSERT {Ignoring.Before} INTO {near.Table} SELECT DISTINCT half.b, @k + 1 FROM {near.Table} s JOIN half ON half.a = s.n WHERE s.d = @k {Ignoring.After}", 0, near.Depth);
            near.Depth++;
            if (Number("SELECT EXISTS (SELECT 1 FROM seen_a JOIN seen_b ON seen_b.n = seen_a.n)", 0, 0) != 0)
                return near.Depth + far.Depth;
            if (near.Size > far.Size)
                (near, far) = (far, near);
        }
        return -1;
    }

#pragma warning disable CA2100 // The texts are in this file; what varies goes by parameters.
    protected long Number(string sql, int a, int k)
    {
        var query = !sql.StartsWith("INSERT", StringComparison.Ordinal) && !sql.StartsWith(Emptying, StringComparison.Ordinal);
        if (!commands.TryGetValue((sql, query), out var command))
        {
            commands[(sql, query)] = command = Connection!.CreateCommand();
            command.CommandText = sql;
            foreach (var name in new[] { "a", "k" })
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = name;
                parameter.DbType = System.Data.DbType.Int32;
                parameter.Value = 0;
                if (sql.Contains("@" + name, StringComparison.Ordinal))
                    command.Parameters.Add(parameter);
            }
            command.Prepare();
        }
        foreach (DbParameter parameter in command.Parameters)
            parameter.Value = parameter.ParameterName == "a" ? a : k;
        return query ? Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture) : command.ExecuteNonQuery();
    }

    protected void Run(string sql)
    {
        using var command = Connection!.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 0;
        command.ExecuteNonQuery();
    }
#pragma warning restore CA2100

    /// <summary>Relations that hold today.</summary>
    protected static IEnumerable<GraphEdge> Holding(GraphData data) => data.Stream().Where(e => e.Until is null || e.Until > GraphData.Today);

    public virtual void Dispose()
    {
        foreach (var command in commands.Values)
            command.Dispose();
        Connection?.Dispose();
    }
}

/// <summary>SQLite in this process, without a journal.</summary>
internal sealed class SqliteGraph : SqlGraph
{
    public override string Name => "sqlite";

    public override string? Missing => null;

    public override string Remark => "recursive queries over tables without rowid, in this process; paths a level at a time from both ends; equity as products along chains, cut off at a ten-thousandth; no components";

    public override TimeSpan Cpu => PeerRun.CpuOfThread();

    protected override (string Before, string After) Ignoring => ("OR IGNORE", "");

    protected override string Emptying => "DELETE FROM";

    public override void Build(GraphData data, string folder)
    {
        var path = Path.Combine(folder, "graph.db");
        Connection = new SqliteConnection($"Data Source={path};Pooling=False");
        Connection.Open();
        Run("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; PRAGMA mmap_size=8000000000; PRAGMA temp_store=MEMORY;"
            + "CREATE TABLE loading (a INT, b INT); CREATE TABLE share (company INT, owner INT, part REAL, n INTEGER, PRIMARY KEY (company, owner, n)) WITHOUT ROWID; CREATE TABLE person (id INTEGER PRIMARY KEY);"
            + "CREATE TEMP TABLE seen_a (n INTEGER PRIMARY KEY, d INT); CREATE TEMP TABLE seen_b (n INTEGER PRIMARY KEY, d INT); CREATE INDEX temp.of_a ON seen_a (d); CREATE INDEX temp.of_b ON seen_b (d); BEGIN");
        using (var half = Connection.CreateCommand())
        using (var share = Connection.CreateCommand())
        using (var person = Connection.CreateCommand())
        {
            half.CommandText = "INSERT INTO loading VALUES (?1, ?2), (?2, ?1)";
            share.CommandText = "INSERT INTO share VALUES (?1, ?2, ?3, ?4)";
            person.CommandText = "INSERT INTO person VALUES (?1)";
            foreach (var (command, count) in new[] { (half, 2), (share, 4), (person, 1) })
            {
                for (var i = 1; i <= count; i++)
                    command.Parameters.Add(new SqliteParameter($"?{i}", value: null));
            }
            var n = 0;
            foreach (var edge in Holding(data))
            {
                (half.Parameters[0].Value, half.Parameters[1].Value) = (edge.From, edge.To);
                half.ExecuteNonQuery();
                if (edge.Kind != EdgeKind.Share)
                    continue;
                (share.Parameters[0].Value, share.Parameters[1].Value, share.Parameters[2].Value, share.Parameters[3].Value) = (edge.To, edge.From, edge.Share.Min / 1e6, n++);
                share.ExecuteNonQuery();
            }
            for (var id = 0; id < data.Nodes; id++)
            {
                if (data.IsCompany(id))
                    continue;
                person.Parameters[0].Value = id;
                person.ExecuteNonQuery();
            }
        }
        Run("COMMIT; CREATE TABLE half (a INT, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID; INSERT OR IGNORE INTO half SELECT a, b FROM loading ORDER BY a, b; DROP TABLE loading; ANALYZE");
        Bytes = new FileInfo(path).Length;
    }
}

/// <summary>PostgreSQL that QIJIAN_TEST_POSTGRES names, in a schema of its own.</summary>
internal sealed class PostgresGraph : SqlGraph
{
    private static readonly string? Server = Environment.GetEnvironmentVariable("QIJIAN_TEST_POSTGRES");

    public override string Name => "postgres";

    public override string? Missing => string.IsNullOrEmpty(Server) ? "QIJIAN_TEST_POSTGRES is not set" : null;

    public override string Remark => "as SQLite, over indexed tables; no parallel workers, no JIT; the server's process, of which the system tells hundredths of a second";

    public override TimeSpan Cpu => PeerRun.CpuOf(((NpgsqlConnection)Connection!).ProcessID);

    protected override (string Before, string After) Ignoring => ("", "ON CONFLICT DO NOTHING");

    protected override string Emptying => "TRUNCATE";

    public override void Build(GraphData data, string folder)
    {
        NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(Server) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        Connection = connection;
        connection.Open();
        Run("SET client_min_messages = error; DROP SCHEMA IF EXISTS graph_bench CASCADE; CREATE SCHEMA graph_bench; SET search_path = graph_bench; SET max_parallel_workers_per_gather = 0; SET max_parallel_maintenance_workers = 0; SET jit = off; SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'; SET random_page_cost = 1.1;"
            + "CREATE UNLOGGED TABLE loading (a int, b int); CREATE UNLOGGED TABLE share (company int, owner int, part double precision); CREATE UNLOGGED TABLE person (id int PRIMARY KEY);"
            + "CREATE TEMP TABLE seen_a (n int PRIMARY KEY, d int); CREATE TEMP TABLE seen_b (n int PRIMARY KEY, d int)");
        using (var import = connection.BeginBinaryImport("COPY loading FROM STDIN (FORMAT binary)"))
        {
            foreach (var edge in Holding(data))
            {
                foreach (var (a, b) in new[] { (edge.From, edge.To), (edge.To, edge.From) })
                {
                    import.StartRow();
                    import.Write(a, NpgsqlDbType.Integer);
                    import.Write(b, NpgsqlDbType.Integer);
                }
            }
            import.Complete();
        }
        using (var import = connection.BeginBinaryImport("COPY share FROM STDIN (FORMAT binary)"))
        {
            foreach (var edge in Holding(data).Where(e => e.Kind == EdgeKind.Share))
            {
                import.StartRow();
                import.Write(edge.To, NpgsqlDbType.Integer);
                import.Write(edge.From, NpgsqlDbType.Integer);
                import.Write(edge.Share.Min / 1e6, NpgsqlDbType.Double);
            }
            import.Complete();
        }
        using (var import = connection.BeginBinaryImport("COPY person FROM STDIN (FORMAT binary)"))
        {
            foreach (var id in Enumerable.Range(0, data.Nodes).Where(id => !data.IsCompany(id)))
            {
                import.StartRow();
                import.Write(id, NpgsqlDbType.Integer);
            }
            import.Complete();
        }
        Run("CREATE UNLOGGED TABLE half AS SELECT DISTINCT a, b FROM loading ORDER BY a, b; DROP TABLE loading; CREATE INDEX ON half (a) INCLUDE (b); CREATE INDEX ON share (company) INCLUDE (owner, part)");
        Run("VACUUM ANALYZE half");
        Run("VACUUM ANALYZE share");
        Bytes = Number("SELECT sum(pg_total_relation_size(c)) FROM unnest(ARRAY['half','share','person']::regclass[]) c", 0, 0);
    }

    public override void Dispose()
    {
        if (Connection?.State == System.Data.ConnectionState.Open)
            Run("DROP SCHEMA graph_bench CASCADE");
        base.Dispose();
    }
}
