using Microsoft.EntityFrameworkCore;
using Qijian.Platform.Data;

namespace Qijian.Tests.Platform.Data;

public sealed class MigratorTests
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task A_database_that_lacks_the_last_migration_only_gets_it_and_one_that_has_all_is_left_as_it_is(bool postgres)
    {
        await using var site = await TestSite.StartAsync(postgres, serve: false);
        var all = await AppliedAsync();
        await RunAsync();
        Assert.Equal(all, await AppliedAsync());
        await site.WithAsync<AppDb, int>(db => db.Database.ExecuteSqlRawAsync("""
            DROP TABLE accounts_sign_in_places;
            DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" LIKE '%_SignInPlaces';
            """, TestContext.Current.CancellationToken));
        await RunAsync();
        Assert.Equal(all, await AppliedAsync());
        Assert.Equal(0, await site.WithAsync<AppDb, int>(db => db.SignInPlaces.CountAsync(TestContext.Current.CancellationToken)));

        Task<bool> RunAsync() => site.WithAsync<Migrator, bool>(async migrator => { await migrator.RunAsync(TestContext.Current.CancellationToken); return true; });
        Task<List<string>> AppliedAsync() => site.WithAsync<AppDb, List<string>>(async db => [.. await db.Database.GetAppliedMigrationsAsync(TestContext.Current.CancellationToken)]);
    }

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
