using Microsoft.EntityFrameworkCore;

namespace Qijian.Modules.Registry;

/// <summary>
/// The indices in no order of arrival, each of which costs a page written for nearly every row. A first import, into an empty
/// registry, does without them: that of names is made when a batch first looks for a name, both at the end (docs/decisions/0003).
/// </summary>
internal sealed class DeferredIndexes(AppDb db)
{
    private bool named;

    /// <summary>Drops them where the registry is empty.</summary>
    public Task DropAsync(CancellationToken ct) =>
        db.Database.ExecuteSqlRawAsync("""DROP INDEX IF EXISTS "IX_registry_companies_name_key"; DROP INDEX IF EXISTS "IX_registry_people_id";""", ct);

    /// <summary>Makes sure of the index of names; at once where it is there.</summary>
    public async Task NeedNamesAsync(CancellationToken ct)
    {
        if (named) return;
        await db.Database.ExecuteSqlRawAsync("""CREATE INDEX IF NOT EXISTS "IX_registry_companies_name_key" ON registry_companies (name_key)""", ct);
        named = true;
    }

    /// <summary>Makes sure of all.</summary>
    public async Task CreateAsync(CancellationToken ct)
    {
        await NeedNamesAsync(ct);
        await db.Database.ExecuteSqlRawAsync("""CREATE UNIQUE INDEX IF NOT EXISTS "IX_registry_people_id" ON registry_people (id)""", ct);
    }
}
