using System.Data.Common;
using Qijian.Platform.Data;

namespace Qijian.Modules.Registry;

/// <summary>A body's row, its record versions and the edges that lead from it.</summary>
internal sealed record CompanyRows(Company Company, List<SourceRecord> Records, List<Relation> Outgoing)
{
    private const string Columns = "number, id, type, name, registration_number, lei, stock_code, status, province, city, founded_on, capital, capital_currency, legal_form, industry, legal_representative";

    private const string Of = "(SELECT number FROM registry_companies WHERE id = @id)";

    // Without EF: its compiled queries took three times as long as all else that a page needs from the database.
    private const string Sql = $"""
        SELECT {Columns} FROM registry_companies WHERE id = @id;
        SELECT number, dataset_id, key, hash, statements, first_import, last_import, superseded_by, joined_by_name
          FROM registry_records WHERE number >= CAST({Of} AS bigint) << 20 AND number < (CAST({Of} AS bigint) + 1) << 20 ORDER BY number;
        SELECT number, kind, party_type, role, valid_from FROM registry_relations WHERE from_company = {Of} ORDER BY number LIMIT 501;
        """;

    /// <summary>More edges than a page shows (<see cref="CompanyLookup.Most"/>), to know whether there are more; null where there is no such body.</summary>
    public static Task<CompanyRows?> ReadAsync(PreparedReads reads, string id, CancellationToken ct) => reads.RunAsync(Sql, [("id", id)], OfAsync, ct);

    /// <summary>The rows of bodies alone, by their numbers.</summary>
    public static async Task<Dictionary<int, Company>> ReadAsync(PreparedReads reads, AppDb db, IReadOnlyCollection<int> numbers, CancellationToken ct) =>
        numbers.Count == 0 ? [] : await reads.RunAsync($"SELECT {Columns} FROM registry_companies WHERE number {db.AmongNumbers};", db.NumbersOf(numbers), ByNumberAsync, ct);

    private static async Task<Dictionary<int, Company>> ByNumberAsync(DbDataReader row, CancellationToken ct)
    {
        Dictionary<int, Company> companies = [];
        while (await row.ReadAsync(ct))
        {
            var company = CompanyOf(row);
            companies.Add(company.Number, company);
        }

        return companies;
    }

    private static async Task<CompanyRows?> OfAsync(DbDataReader row, CancellationToken ct)
    {
        if (!await row.ReadAsync(ct)) return null;
        var company = CompanyOf(row);
        List<SourceRecord> records = [];
        List<Relation> outgoing = [];
        await row.NextResultAsync(ct);
        while (await row.ReadAsync(ct)) records.Add(RecordOf(row));
        await row.NextResultAsync(ct);
        while (await row.ReadAsync(ct)) outgoing.Add(RelationOf(row, company.Number));
        return new(company, records, outgoing);
    }

    private static Company CompanyOf(DbDataReader row) => new()
    {
        Number = row.GetInt32(0), Id = row.GetString(1), Type = (EntityType)row.GetInt16(2), Name = Text(row, 3), RegistrationNumber = Text(row, 4), Lei = Text(row, 5), StockCode = Text(row, 6),
        Status = row.IsDBNull(7) ? null : (CompanyStatus)row.GetInt16(7), Province = Text(row, 8), City = Text(row, 9), FoundedOn = Day(row, 10),
        Capital = row.IsDBNull(11) ? null : row.GetInt64(11), CapitalCurrency = Text(row, 12), LegalForm = Text(row, 13), Industry = Text(row, 14), LegalRepresentative = Text(row, 15),
    };

    private static SourceRecord RecordOf(DbDataReader row) => new()
    {
        Number = row.GetInt64(0), DatasetId = row.GetInt32(1), Key = Text(row, 2), Hash = row.GetInt64(3), Statements = row.GetFieldValue<byte[]>(4), FirstImport = row.GetInt32(5), LastImport = row.GetInt32(6),
        SupersededBy = row.IsDBNull(7) ? null : row.GetInt32(7), JoinedByName = row.GetBoolean(8),
    };

    private static Relation RelationOf(DbDataReader row, int from) => new()
    {
        Number = row.GetInt64(0), Kind = row.GetInt16(1), FromCompany = from, PartyType = (EntityType)row.GetInt16(2), Role = Text(row, 3), ValidFrom = Day(row, 4),
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateOnly? Day(DbDataReader row, int column) => row.IsDBNull(column) ? null : DateOnly.FromDayNumber(row.GetInt32(column));
}
