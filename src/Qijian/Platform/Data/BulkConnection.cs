using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Qijian.Platform.Data;

/// <summary>The context's connection, held open for long work on many rows and, on SQLite, set up for that until it is disposed.</summary>
internal sealed class BulkConnection : IAsyncDisposable
{
    // A large cache of its own instead of the mapped file, which would count as this process's memory; checkpoints after
    // 64 MB instead of 4, so that a page changed by many batches is copied once.
    private const string Bulk = "PRAGMA mmap_size = 0; PRAGMA cache_size = -98304; PRAGMA wal_autocheckpoint = 65536;";
    private const string Usual = "PRAGMA shrink_memory; PRAGMA wal_autocheckpoint = 1000;";
    private readonly AppDb db;

    private BulkConnection(AppDb db) => this.db = db;

    public static async Task<BulkConnection> OpenAsync(AppDb db, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        if (db.Database.IsSqlite()) await db.Database.ExecuteSqlRawAsync(Bulk, ct);
        return new(db);
    }

    /// <summary>Reads rows without EF; the statement's parameters are @a and @b.</summary>
    public async Task<List<T>> ReadAsync<T>(string sql, long a, long b, Func<DbDataReader, T> read, CancellationToken ct)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // constants of the callers
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in new[] { ("a", a), ("b", b) })
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        await using var rows = await command.ExecuteReaderAsync(ct);
        List<T> all = [];
        while (await rows.ReadAsync(ct)) all.Add(read(rows));
        return all;
    }

    public async ValueTask DisposeAsync()
    {
        if (db.Database.IsSqlite()) await db.Database.ExecuteSqlRawAsync(Usual + SqlitePragmas.Memory);
        await db.Database.CloseConnectionAsync();
    }
}

internal static class DataReaderExtensions
{
    extension(DbDataReader row)
    {
        /// <summary>A text, or null.</summary>
        public string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
    }
}
