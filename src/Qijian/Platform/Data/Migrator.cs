using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Qijian.Platform.Data;

/// <summary>
/// Brings the tables up to date, one process at a time. On SQLite EF marks a migration by a row in a table, and where the
/// process is killed that row stays and every later one waits for it without end. So the operating system's lock on a file
/// decides, which goes with its process, and a row that is left behind is removed. PostgreSQL's lock goes with its connection.
/// </summary>
internal sealed class Migrator(AppDb db, DataFolder folder, TimeProvider clock)
{
    public async Task RunAsync(CancellationToken ct)
    {
        if (await IsUpToDateAsync(ct)) return;
        if (!db.Database.IsSqlite())
        {
            await db.Database.MigrateAsync(ct);
            return;
        }

        await using var alone = await LockAsync(ct);
        await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", ct);
        await db.Database.MigrateAsync(ct);
    }

    // At nearly every start there is nothing to do. To find that out EF makes the model of the last migration beside the present one, which takes a second.
    private async Task<bool> IsUpToDateAsync(CancellationToken ct)
    {
        HashSet<string> applied = new(StringComparer.Ordinal);
        try
        {
            await db.Database.OpenConnectionAsync(ct);
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = "SELECT \"MigrationId\" FROM \"__EFMigrationsHistory\"";
            await using var rows = await command.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct)) applied.Add(rows.GetString(0));
        }
        catch (DbException)
        {
            return false; // there is no such table, or no database yet
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }

        return db.Database.GetMigrations().All(applied.Contains);
    }

    private async Task<FileStream> LockAsync(CancellationToken ct)
    {
        var path = folder.File("migrate.lock");
        while (true)
        {
            try
            {
                return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Path.Exists(path)) // held by another process: its migration ends, or it does
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), clock, ct);
            }
        }
    }
}
