using Microsoft.EntityFrameworkCore;
using Qijian.Platform.Data;

namespace Qijian.Tests.Platform.Data;

public sealed class MigratorTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_migration_that_was_killed_does_not_block_the_next_start()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        await site.WithAsync<AppDb, int>(async db =>
        {
            // What a killed process leaves: the mark of a migration, and tables that are not there yet.
            foreach (var table in db.Model.GetEntityTypes().Select(e => e.GetTableName()!))
            {
#pragma warning disable EF1002 // a name of the model
                await db.Database.ExecuteSqlRawAsync($"DROP TABLE {table}", TestContext.Current.CancellationToken);
#pragma warning restore EF1002
            }

            await db.Database.ExecuteSqlRawAsync("""
                DELETE FROM "__EFMigrationsHistory";
                CREATE TABLE IF NOT EXISTS "__EFMigrationsLock" ("Id" INTEGER PRIMARY KEY, "Timestamp" TEXT NOT NULL);
                INSERT OR REPLACE INTO "__EFMigrationsLock" VALUES (1, '2026-01-01');
                """, TestContext.Current.CancellationToken);
            return 0;
        });
        await site.WithAsync<Migrator, int>(async migrator =>
        {
            await migrator.RunAsync(TestContext.Current.CancellationToken);
            return 0;
        });
        Assert.Equal(0, await site.WithAsync<AppDb, int>(db => db.Companies.CountAsync(TestContext.Current.CancellationToken)));
    }
}
