using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Qijian.Platform.Data;

/// <summary>SQLite's pragmas hold per connection, so they are set whenever one opens.</summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    // WAL: readers go on beside one writer. NORMAL: a killed process loses nothing, a power cut at most the last commits.
    private const string Pragmas = """
        PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 10000;
        PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA cache_size = -32768; PRAGMA mmap_size = 268435456;
        """;

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
