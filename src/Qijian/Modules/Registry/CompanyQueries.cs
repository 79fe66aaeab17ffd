using Microsoft.EntityFrameworkCore;

namespace Qijian.Modules.Registry;

/// <summary>
/// The queries of a company page, compiled once for each application: EF's own pipeline costs several times what SQLite
/// needs to answer them.
/// </summary>
internal sealed class CompanyQueries
{
    public Func<AppDb, string, CancellationToken, Task<Company?>> CompanyById { get; } =
        EF.CompileAsyncQuery((AppDb db, string id, CancellationToken _) => db.Companies.AsNoTracking().FirstOrDefault(c => c.Id == id));

    public Func<AppDb, long, long, IAsyncEnumerable<SourceRecord>> Records { get; } =
        EF.CompileAsyncQuery((AppDb db, long first, long last) => db.SourceRecords.AsNoTracking().OrderBy(r => r.Number).Where(r => r.Number >= first && r.Number <= last));

    public Func<AppDb, long, long, IAsyncEnumerable<Relation>> RelationsTo { get; } =
        EF.CompileAsyncQuery((AppDb db, long first, long last) => db.Relations.AsNoTracking().OrderBy(r => r.Number).Where(r => r.Number >= first && r.Number <= last));

    /// <summary>One more than a page shows, to know whether there are more.</summary>
    public Func<AppDb, int, IAsyncEnumerable<Relation>> RelationsFrom { get; } =
        EF.CompileAsyncQuery((AppDb db, int company) => db.Relations.AsNoTracking().Where(r => r.FromCompany == company).OrderBy(r => r.Number).Take(CompanyLookup.Most + 1));

    public Func<AppDb, long, long, IAsyncEnumerable<Person>> People { get; } =
        EF.CompileAsyncQuery((AppDb db, long first, long last) => db.People.AsNoTracking().Where(p => p.Number >= first && p.Number <= last));
}
