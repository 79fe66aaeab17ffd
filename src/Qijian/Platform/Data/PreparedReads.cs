using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Qijian.Platform.Data;

/// <summary>
/// Connections that stay open with their commands prepared, for the few reads that every page makes: on SQLite, opening a
/// pooled connection and preparing three statements costs more than running them.
/// </summary>
internal sealed class PreparedReads(Func<DbConnection> create) : IDisposable
{
    private const int Kept = 16;
    private readonly ConcurrentBag<Slot> idle = [];

    /// <summary>Runs a query of one or more results at one moment of the database. The texts of queries are constants: each stays prepared.</summary>
    public async Task<T> RunAsync<T>(string sql, (string Name, object Value)[] parameters, Func<DbDataReader, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        var slot = idle.TryTake(out var free) ? free : await Slot.OpenAsync(create(), ct);
        try
        {
            var answer = await slot.RunAsync(sql, parameters, read, ct);
            if (idle.Count < Kept) idle.Add(slot);
            else slot.Dispose();
            return answer;
        }
        catch
        {
            slot.Dispose(); // in the middle of an answer, or of no use any more
            throw;
        }
    }

    public void Dispose()
    {
        while (idle.TryTake(out var slot)) slot.Dispose();
    }

    private sealed class Slot(DbConnection connection) : IDisposable
    {
        private readonly Dictionary<string, DbCommand> commands = new(StringComparer.Ordinal);

        public static async Task<Slot> OpenAsync(DbConnection connection, CancellationToken ct)
        {
            await connection.OpenAsync(ct);
            if (connection is SqliteConnection sqlite) SqlitePragmas.Set(sqlite);
            return new(connection);
        }

        public async Task<T> RunAsync<T>(string sql, (string Name, object Value)[] parameters, Func<DbDataReader, CancellationToken, Task<T>> read, CancellationToken ct)
        {
            if (!commands.TryGetValue(sql, out var command)) commands.Add(sql, command = await PrepareAsync(sql, parameters, ct));
            for (var i = 0; i < parameters.Length; i++) command.Parameters[i].Value = parameters[i].Value;
            await using var row = await command.ExecuteReaderAsync(ct);
            var answer = await read(row, ct);
            while (await row.NextResultAsync(ct)) { } // to the COMMIT
            return answer;
        }

        public void Dispose()
        {
            foreach (var command in commands.Values) command.Dispose();
            connection.Dispose();
        }

        private async Task<DbCommand> PrepareAsync(string sql, (string Name, object Value)[] parameters, CancellationToken ct)
        {
            var command = connection.CreateCommand();
#pragma warning disable CA2100 // a constant of the caller
            command.CommandText = connection is SqliteConnection ? $"BEGIN; {sql} COMMIT;" : sql; // PostgreSQL's locks cost nothing to take again
#pragma warning restore CA2100
            foreach (var (name, value) in parameters)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value);
                command.Parameters.Add(parameter);
            }

            await command.PrepareAsync(ct);
            return command;
        }
    }
}
