using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Qijian.Platform.Data;

namespace Qijian.Modules.Registry;

/// <summary>What a search index is made from, and what changed since.</summary>
public interface ICompanyFeed
{
    /// <summary>Every company, in the order of their numbers. Memory does not grow with the registry.</summary>
    IAsyncEnumerable<IndexedCompany> ReadAllAsync(CancellationToken ct);

    /// <summary>Some companies; a number that is not there any more is left out.</summary>
    Task<IReadOnlyList<IndexedCompany>> ReadAsync(IReadOnlyCollection<int> numbers, CancellationToken ct);

    /// <summary>The companies that commits after a sequence number changed, and the last of the numbers; at most about 20,000 companies.</summary>
    Task<(long Sequence, IReadOnlyCollection<int> Companies)> ChangesAsync(long after, CancellationToken ct);

    /// <summary>The sequence number of the last commit.</summary>
    Task<long> SequenceAsync(CancellationToken ct);

    /// <summary>The least company number that is at least so large, or null where there is none.</summary>
    Task<int?> FirstNumberAsync(int from, CancellationToken ct);

    /// <summary>The public ids of the companies whose numbers lie between, the upper bound not included. Memory does not grow with their count.</summary>
    IAsyncEnumerable<string> IdsAsync(int from, int before, CancellationToken ct);
}

/// <summary>A company as an index sees it: public registers only, persons by their public roles.</summary>
public sealed record IndexedCompany(CompanySummary Company, IReadOnlyList<string> FormerNames, IReadOnlyList<string> OtherNames, IReadOnlyList<string> People, string? Scope, string? Address);

internal sealed class CompanyFeed(AppDb db, PreparedReads reads) : ICompanyFeed
{
    private const int Page = 2000;
    private const string Columns = "number, id, type, name, registration_number, lei, stock_code, status, province, city, founded_on, capital, capital_currency, legal_form, industry";

    public Task<int?> FirstNumberAsync(int from, CancellationToken ct) => db.Companies.Where(c => c.Number >= from).OrderBy(c => c.Number).Select(c => (int?)c.Number).FirstOrDefaultAsync(ct);

    public IAsyncEnumerable<string> IdsAsync(int from, int before, CancellationToken ct) =>
        db.Companies.Where(c => c.Number >= from && c.Number < before).OrderBy(c => c.Number).Select(c => c.Id).AsAsyncEnumerable();

    // Read without EF: millions of rows of which an index needs half the columns.
    public async IAsyncEnumerable<IndexedCompany> ReadAllAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await using var bulk = await BulkConnection.OpenAsync(db, ct);
        for (var after = 0; ;)
        {
            var companies = await bulk.ReadAsync($"SELECT {Columns} FROM registry_companies WHERE number > @a ORDER BY number LIMIT {Page}", after, 0, CompanyOf, ct);
            if (companies.Count == 0) yield break;
            after = companies[^1].Number;
            var records = await bulk.ReadAsync("SELECT number, statements, superseded_by FROM registry_records WHERE number BETWEEN @a AND @b ORDER BY number", SourceRecord.First(companies[0].Number), SourceRecord.Last(after), RecordOf, ct);
            foreach (var company in Joined(companies, records)) yield return company;
        }
    }

    // Both in the order of numbers.
    private static IEnumerable<IndexedCompany> Joined(List<Company> companies, List<SourceRecord> records)
    {
        var at = 0;
        foreach (var company in companies)
        {
            while (at < records.Count && records[at].Company < company.Number) at++;
            var start = at;
            while (at < records.Count && records[at].Company == company.Number) at++;
            yield return Of(company, CollectionsMarshal.AsSpan(records)[start..at]);
        }
    }

    private static Company CompanyOf(DbDataReader row) => new()
    {
        Number = row.GetInt32(0), Id = row.GetString(1), Type = (EntityType)row.GetInt16(2), Name = row.Text(3), RegistrationNumber = row.Text(4), Lei = row.Text(5), StockCode = row.Text(6),
        Status = row.IsDBNull(7) ? null : (CompanyStatus)row.GetInt16(7), Province = row.Text(8), City = row.Text(9), FoundedOn = row.IsDBNull(10) ? null : DateOnly.FromDayNumber(row.GetInt32(10)),
        Capital = row.IsDBNull(11) ? null : row.GetInt64(11), CapitalCurrency = row.Text(12), LegalForm = row.Text(13), Industry = row.Text(14),
    };

    private static SourceRecord RecordOf(DbDataReader row) => new() { Number = row.GetInt64(0), Statements = (byte[])row.GetValue(1), SupersededBy = row.IsDBNull(2) ? null : row.GetInt32(2) };

    public async Task<IReadOnlyList<IndexedCompany>> ReadAsync(IReadOnlyCollection<int> numbers, CancellationToken ct)
    {
        // Without EF: pages of results ask, and whoever follows an import.
        if (numbers.Count == 0) return [];
        return await reads.RunAsync($"SELECT {Columns} FROM registry_companies WHERE number {db.AmongNumbers} ORDER BY number; {db.SelectRecords} ORDER BY r.number;", db.NumbersOf(numbers), OfAsync, ct);
    }

    private static async Task<List<IndexedCompany>> OfAsync(DbDataReader row, CancellationToken ct)
    {
        List<Company> companies = [];
        List<SourceRecord> records = [];
        while (await row.ReadAsync(ct)) companies.Add(CompanyOf(row));
        await row.NextResultAsync(ct);
        while (await row.ReadAsync(ct)) records.Add(RecordOf(row));
        return [.. Joined(companies, records)];
    }

    public async Task<(long Sequence, IReadOnlyCollection<int> Companies)> ChangesAsync(long after, CancellationToken ct)
    {
        // Asked a hundred times a second by whoever follows, so without EF.
        var changes = await reads.RunAsync("SELECT sequence, companies FROM registry_changes WHERE sequence > @after ORDER BY sequence LIMIT 4;", [("after", after)], ReadChangesAsync, ct);
        return changes.Count == 0 ? (after, []) : (changes[^1].Sequence, changes.SelectMany(c => MemoryMarshal.Cast<byte, int>(c.Companies).ToArray()).ToHashSet());
    }

    private static async Task<List<CompanyChange>> ReadChangesAsync(DbDataReader row, CancellationToken ct)
    {
        List<CompanyChange> changes = [];
        while (await row.ReadAsync(ct)) changes.Add(new() { Sequence = row.GetInt64(0), Companies = row.GetFieldValue<byte[]>(1) });
        return changes;
    }

    public async Task<long> SequenceAsync(CancellationToken ct) => await db.CompanyChanges.MaxAsync(c => (long?)c.Sequence, ct) ?? 0;

    private static IndexedCompany Of(Company company, ReadOnlySpan<SourceRecord> records)
    {
        HashSet<string>? former = null, other = null, people = null;
        string? scope = null, address = null;
        Span<byte> name = stackalloc byte[512];
        var ownName = company.Name is { Length: < 128 } text ? name[..Encoding.UTF8.GetBytes(text, name)] : Encoding.UTF8.GetBytes(company.Name ?? "");
        foreach (var record in records)
        {
            StatementPack.Walk walk = new(record.Statements);
            while (walk.MoveNext())
            {
                var property = walk.Property;
                if (property == Vocabulary.Name)
                {
                    if (!walk.Value.SequenceEqual(ownName)) Add(ref record.SupersededBy is null ? ref other : ref former, walk.Value);
                }
                else if (property == Vocabulary.PreviousName) Add(ref former, walk.Value);
                else if (record.SupersededBy is not null) continue;
                else if (property == Vocabulary.Scope) scope ??= Encoding.UTF8.GetString(walk.Value);
                else if (property == Vocabulary.Address) address ??= Encoding.UTF8.GetString(walk.Value);
                else if (property == Vocabulary.EnglishName || property == Vocabulary.ShortName) Add(ref other, walk.Value);
                else if (property == Vocabulary.Directorship || (property == Vocabulary.Ownership && Array.Exists(walk.Fields, f => f.Key.Id == Vocabulary.Fields.PartyType.Id && f.Value is nameof(EntityType.Person)))) Add(ref people, walk.Value);
            }
        }

        // An index shows no person's page: the id that a summary holds for one is not worth its hash here.
        CompanySummary summary = new(company.Number, company.Id, company.Type, company.Name, company.CreditCode, company.RegistrationNumber, company.Lei, company.StockCode, company.Status, company.Province, company.City, company.FoundedOn,
            company is { Capital: { } minor, CapitalCurrency: { } currency } ? new Money(minor, currency) : null, company.LegalForm, company.Industry, company.LegalRepresentative, null);
        return new(summary, former?.ToArray() ?? [], other?.ToArray() ?? [], people?.ToArray() ?? [], scope, address);
    }

    private static void Add(ref HashSet<string>? to, ReadOnlySpan<byte> value) => (to ??= new(StringComparer.Ordinal)).Add(Encoding.UTF8.GetString(value));
}
