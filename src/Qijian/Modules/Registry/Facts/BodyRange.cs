using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Qijian.Modules.Registry;

/// <summary>Rows numbered by their body (records, people, relations), fetched or deleted for many bodies at once.</summary>
internal static class BodyRange
{
    extension(AppDb db)
    {
        /// <summary>The record versions of the bodies, through the primary key alone.</summary>
        public IQueryable<SourceRecord> RecordsOf(IReadOnlyCollection<int> companies) =>
            db.SourceRecords.FromSqlRaw(Select(db, "r.*", "registry_records"), Parameter(db, companies)).AsNoTracking();

        /// <summary>The people who have a role at the bodies.</summary>
        public IQueryable<Person> PeopleAt(IReadOnlyCollection<int> companies) =>
            db.People.FromSqlRaw(Select(db, "r.*", "registry_people"), Parameter(db, companies)).AsNoTracking();

        /// <summary>The condition that a number is among those of <see cref="NumbersOf"/>, for reads past EF.</summary>
        public string AmongNumbers => db.Database.IsNpgsql() ? "= ANY(@numbers)" : "IN (SELECT value FROM json_each(@numbers))";

        /// <summary>The records' numbers, versions and successors of the bodies of <see cref="NumbersOf"/>, for reads past EF.</summary>
        public string SelectRecords => db.SelectOf("r.number, r.statements, r.superseded_by", "registry_records");

        /// <summary>Columns of the rows numbered by the bodies of <see cref="NumbersOf"/>, for reads past EF.</summary>
        public string SelectOf(string columns, string table) => Select(db, columns, table, "@numbers");

        /// <summary>Bodies as the one parameter of a read past EF.</summary>
        public (string Name, object Value)[] NumbersOf(IReadOnlyCollection<int> companies) => [("numbers", Parameter(db, companies))];

        /// <summary>Deletes the people and relations of the bodies, to be written anew.</summary>
        public async Task DeleteProjectionAsync(IReadOnlyCollection<int> companies, CancellationToken ct)
        {
            if (companies.Count == 0) return;
            foreach (var table in (string[])["registry_relations", "registry_people"])
                await db.Database.ExecuteSqlRawAsync(Delete(db, table), [Parameter(db, companies)], ct);
        }

        /// <summary>Deletes the record versions of the bodies.</summary>
        public Task<int> DeleteRecordsAsync(IReadOnlyCollection<int> companies, CancellationToken ct) =>
            db.Database.ExecuteSqlRawAsync(Delete(db, "registry_records"), [Parameter(db, companies)], ct);
    }

    // CROSS JOIN keeps SQLite from walking the whole table to spare itself a sort.
    // The table names are constants of this file; the numbers travel as one parameter.
    private static string Select(AppDb db, string what, string table, string numbers = "{0}") =>
        $"SELECT {what} FROM {(db.Database.IsNpgsql() ? $"unnest({numbers}::bigint[]) AS n(value)" : $"json_each({numbers}) n")} CROSS JOIN {table} r WHERE r.number BETWEEN n.value << 20 AND (n.value << 20) + 1048575";

    private static string Delete(AppDb db, string table) => $"DELETE FROM {table} WHERE number IN ({Select(db, "r.number", table)})";

    private static object Parameter(AppDb db, IReadOnlyCollection<int> companies) =>
        db.Database.IsNpgsql() ? companies.Select(n => (long)n).ToArray() : JsonSerializer.Serialize(companies);
}
