using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;
using SQLitePCL;

namespace Qijian.Platform.Data;

/// <summary>
/// Writes many rows at once, by the tables of the EF model, inside the context's transaction. EF itself is 8 to 12 times
/// slower at this. A row whose key exists is replaced.
/// </summary>
internal sealed class BulkLoader
{
    private readonly ConcurrentDictionary<(Type Context, Type Entity), Table> tables = [];

    /// <summary>Inserts or replaces the rows. A transaction must be open on <paramref name="db"/>.</summary>
    public async Task WriteAsync<T>(AppDb db, IReadOnlyCollection<T> rows, CancellationToken ct) where T : class
    {
        if (rows.Count == 0) return;
        var table = tables.GetOrAdd((db.GetType(), typeof(T)), _ => new Table(db.Model.FindEntityType(typeof(T))!));
        if (db.Database.GetDbConnection() is SqliteConnection sqlite) WriteToSqlite(sqlite, table, rows, ct);
        else await WriteToPostgresAsync((NpgsqlConnection)db.Database.GetDbConnection(), table, rows, ct);
    }

    // Straight on SQLite's C interface: binding by number costs a third of the provider's binding by name.
    private static void WriteToSqlite<T>(SqliteConnection connection, Table table, IReadOnlyCollection<T> rows, CancellationToken ct) where T : class
    {
        var db = connection.Handle!;
        Check(raw.sqlite3_prepare_v2(db, table.Upsert, out var statement), db);
        using (statement)
        {
            foreach (var row in rows)
            {
                ct.ThrowIfCancellationRequested();
                for (var i = 0; i < table.Columns.Length; i++) Bind(statement, i + 1, table.Columns[i].Value(row));
                var result = raw.sqlite3_step(statement);
                if (result is not raw.SQLITE_DONE) Check(result, db);
                raw.sqlite3_reset(statement);
            }
        }
    }

    private static void Bind(sqlite3_stmt statement, int index, object? value)
    {
        switch (value)
        {
            case null: raw.sqlite3_bind_null(statement, index); break;
            case string text: raw.sqlite3_bind_text(statement, index, text); break;
            case byte[] bytes: raw.sqlite3_bind_blob(statement, index, bytes); break;
            case double number: raw.sqlite3_bind_double(statement, index, number); break;
            default: raw.sqlite3_bind_int64(statement, index, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)); break;
        }
    }

    private static void Check(int result, sqlite3 db)
    {
        if (result is not raw.SQLITE_OK) throw new SqliteException(raw.sqlite3_errmsg(db).utf8_to_string(), result, raw.sqlite3_extended_errcode(db));
    }

    private static async Task WriteToPostgresAsync<T>(NpgsqlConnection connection, Table table, IReadOnlyCollection<T> rows, CancellationToken ct) where T : class
    {
        await using (NpgsqlCommand create = new(table.Staging, connection)) await create.ExecuteNonQueryAsync(ct);
        await using (var copy = await connection.BeginBinaryImportAsync(table.Copy, ct))
        {
            foreach (var row in rows)
            {
                await copy.StartRowAsync(ct);
                foreach (var column in table.Columns)
                {
                    if (column.Value(row) is { } value) await copy.WriteAsync(value, column.StoreType, ct);
                    else await copy.WriteNullAsync(ct);
                }
            }

            await copy.CompleteAsync(ct);
        }

        await using NpgsqlCommand merge = new(table.Merge, connection);
        await merge.ExecuteNonQueryAsync(ct);
    }

    private sealed class Table
    {
        public Table(IEntityType entity)
        {
            var name = entity.GetTableName()!;
            Columns = [.. entity.GetProperties().Select(p => new Column(p))];
            var key = entity.FindPrimaryKey()!.Properties.Select(p => p.GetColumnName()).ToHashSet(StringComparer.Ordinal);
            var all = string.Join(", ", Columns.Select(c => c.Name));
            var updates = string.Join(", ", Columns.Where(c => !key.Contains(c.Name)).Select(c => $"{c.Name} = excluded.{c.Name}"));
            var conflict = $"ON CONFLICT ({string.Join(", ", key)}) DO UPDATE SET {updates}";
            Upsert = $"INSERT INTO {name} ({all}) VALUES ({string.Join(", ", Columns.Select((_, i) => $"?{i + 1}"))}) {conflict}";
            // A temporary table stays with the pooled connection: made once, emptied at each commit.
            Staging = $"CREATE TEMPORARY TABLE IF NOT EXISTS staging_{name} (LIKE {name}) ON COMMIT DELETE ROWS; TRUNCATE staging_{name}";
            Copy = $"COPY staging_{name} ({all}) FROM STDIN (FORMAT BINARY)";
            Merge = $"INSERT INTO {name} ({all}) SELECT {all} FROM staging_{name} {conflict}";
        }

        public Column[] Columns { get; }
        public string Upsert { get; }
        public string Staging { get; }
        public string Copy { get; }
        public string Merge { get; }
    }

    private sealed class Column
    {
        private readonly IClrPropertyGetter getter;
        private readonly Func<object?, object?>? convert;

        public Column(IProperty property)
        {
            Name = property.GetColumnName();
            getter = property.GetGetter();
            var mapping = property.GetRelationalTypeMapping();
            convert = mapping.Converter?.ConvertToProvider;
            StoreType = mapping.StoreType;
        }

        public string Name { get; }
        public string StoreType { get; }

        public object? Value(object row) => getter.GetClrValue(row) is not { } value ? null : convert is null ? value : convert(value);
    }
}
