using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;

namespace Qijian.Platform.Data;

/// <summary>SQLite's pragmas hold per physical connection, which the pool hands out again and again: they are set once for each.</summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    // WAL: readers go on beside one writer. NORMAL: a killed process loses nothing, a power cut at most the last commits.
    private const string Pragmas = $"""
        PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 10000;
        PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; {Memory}
        """;

    public const string Memory = "PRAGMA cache_size = -32768; PRAGMA mmap_size = 268435456;";

    private static readonly ConditionalWeakTable<object, object> Done = [];

    // Once for the process, before the first connection: no statistics of memory, whose one lock all connections would wait
    // for, and no lock of each connection's own, since no two threads use one at a time.
    static SqlitePragmas()
    {
        Batteries_V2.Init();
        raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
        raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD);
    }

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Set((SqliteConnection)connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        ConnectionOpened(connection, eventData); // SQLite has no asynchronous calls
        return Task.CompletedTask;
    }

    /// <summary>Sets the pragmas unless this physical connection has them.</summary>
    public static void Set(SqliteConnection connection)
    {
        if (!Done.TryAdd(connection.Handle!, Done)) return;
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }
}
