using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;

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
public sealed record IndexedCompany(CompanySummary Company, IReadOnlyList<string> FormerNames, IReadOnlyList<string> OtherNames, IReadOnlyList<string> People);

internal sealed class CompanyFeed(AppDb db) : ICompanyFeed
{
    private const int Page = 2000;

    public Task<int?> FirstNumberAsync(int from, CancellationToken ct) => db.Companies.Where(c => c.Number >= from).OrderBy(c => c.Number).Select(c => (int?)c.Number).FirstOrDefaultAsync(ct);

    public IAsyncEnumerable<string> IdsAsync(int from, int before, CancellationToken ct) =>
        db.Companies.Where(c => c.Number >= from && c.Number < before).OrderBy(c => c.Number).Select(c => c.Id).AsAsyncEnumerable();

    public async IAsyncEnumerable<IndexedCompany> ReadAllAsync([EnumeratorCancellation] CancellationToken ct)
    {
        for (var after = 0; ;)
        {
            var from = after;
            var page = await db.Companies.AsNoTracking().Where(c => c.Number > from).OrderBy(c => c.Number).Take(Page).ToListAsync(ct);
            if (page.Count == 0) yield break;
            after = page[^1].Number;
            var (first, last) = (SourceRecord.First(page[0].Number), SourceRecord.Last(after));
            var records = await db.SourceRecords.AsNoTracking().Where(r => r.Number >= first && r.Number <= last).OrderBy(r => r.Number).ToListAsync(ct);
            var at = 0;
            foreach (var company in page)
            {
                var start = at;
                while (at < records.Count && records[at].Company == company.Number) at++;
                yield return Of(company, records[start..at]);
            }
        }
    }

    public async Task<IReadOnlyList<IndexedCompany>> ReadAsync(IReadOnlyCollection<int> numbers, CancellationToken ct)
    {
        var companies = await db.Companies.AsNoTracking().Where(c => EF.Parameter(numbers).Contains(c.Number)).ToListAsync(ct);
        var records = (await db.RecordsOf(numbers).ToListAsync(ct)).ToLookup(r => r.Company);
        return [.. companies.Select(c => Of(c, records[c.Number]))];
    }

    public async Task<(long Sequence, IReadOnlyCollection<int> Companies)> ChangesAsync(long after, CancellationToken ct)
    {
        var changes = await db.CompanyChanges.AsNoTracking().Where(c => c.Sequence > after).OrderBy(c => c.Sequence).Take(4).ToListAsync(ct);
        return changes.Count == 0 ? (after, []) : (changes[^1].Sequence, changes.SelectMany(c => MemoryMarshal.Cast<byte, int>(c.Companies).ToArray()).ToHashSet());
    }

    public async Task<long> SequenceAsync(CancellationToken ct) => await db.CompanyChanges.MaxAsync(c => (long?)c.Sequence, ct) ?? 0;

    private static IndexedCompany Of(Company company, IEnumerable<SourceRecord> records)
    {
        HashSet<string> former = new(StringComparer.Ordinal), other = new(StringComparer.Ordinal), people = new(StringComparer.Ordinal);
        foreach (var record in records)
        {
            foreach (var statement in StatementPack.Unpack(record.Statements))
            {
                var property = statement.Property;
                if (property == Vocabulary.PreviousName) former.Add(statement.Value);
                else if (property == Vocabulary.Name && statement.Value != company.Name) (record.SupersededBy is null ? other : former).Add(statement.Value);
                else if (record.SupersededBy is not null) continue;
                else if (property == Vocabulary.EnglishName || property == Vocabulary.ShortName) other.Add(statement.Value);
                else if (property == Vocabulary.Directorship || (property == Vocabulary.Ownership && statement[Vocabulary.Fields.PartyType] is nameof(EntityType.Person))) people.Add(statement.Value);
            }
        }

        return new(CompanyLookup.SummaryOf(company), [.. former], [.. other], [.. people]);
    }
}
