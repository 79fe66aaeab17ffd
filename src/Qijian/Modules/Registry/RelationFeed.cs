using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Qijian.Platform.Data;

namespace Qijian.Modules.Registry;

/// <summary>What a graph of relations is made from, and what its edges rest on. Of persons whom the staff decided to be one, one number stands for all.</summary>
public interface IRelationFeed
{
    /// <summary>Every company with the relations that lead to it, in the order of their numbers. Memory does not grow with the registry.</summary>
    IAsyncEnumerable<RelationPage> ReadAllAsync(CancellationToken ct);

    /// <summary>Some companies; a number that is not there any more is left out.</summary>
    Task<RelationPage> ReadAsync(IReadOnlyCollection<int> companies, CancellationToken ct);

    /// <summary>The relations that lead to some companies, with their sources.</summary>
    /// <param name="companies">Numbers.</param>
    /// <param name="wanted">Which of the relations.</param>
    /// <param name="ct">Cancels.</param>
    Task<IReadOnlyList<FiledRelation>> EvidenceAsync(IReadOnlyCollection<int> companies, Func<RelationRow, bool> wanted, CancellationToken ct);

    /// <summary>Some persons by their numbers; one that is not there any more is left out.</summary>
    Task<IReadOnlyDictionary<long, RelatedPerson>> PeopleAsync(IReadOnlyCollection<long> numbers, CancellationToken ct);

    /// <summary>The number of a company by its public id, as it is written in the registry.</summary>
    Task<int?> CompanyAsync(string id, CancellationToken ct);

    /// <summary>The number that stands for a person, by the public id.</summary>
    Task<long?> PersonAsync(string id, CancellationToken ct);

    /// <summary>Who was decided to be one, and who not.</summary>
    Task<PersonGroups> GroupsAsync(CancellationToken ct);
}

/// <summary>Companies in the order of their numbers, those who have a role at them, and the relations that lead to them.</summary>
public sealed record RelationPage(IReadOnlyList<RelatedCompany> Companies, IReadOnlyList<RelatedPerson> People, IReadOnlyList<RelationRow> Relations);

/// <summary>A company, with what it may have in common with another.</summary>
public sealed record RelatedCompany(int Number, string? LegalRepresentative)
{
    /// <summary>The registered address that stands.</summary>
    public string? Address { get; set; }

    /// <summary>Its telephone numbers.</summary>
    public IReadOnlyList<string> Phones { get; set; } = [];
}

/// <summary>A person in one public role at one company, whose number is the number of the person shifted right by <see cref="RelationRow.NumberBits"/>.</summary>
public sealed record RelatedPerson(long Number, string Id, string Name)
{
    /// <summary>The number that stands for the person: another's, where the two were decided to be one.</summary>
    public long Party { get; set; } = Number;
}

/// <summary>One relation that leads to a company.</summary>
/// <param name="Number">The company's number shifted left by <see cref="NumberBits"/>, plus a counter.</param>
/// <param name="Kind">The number of its property; see <see cref="Vocabulary.Relations"/>.</param>
/// <param name="PartyName">The party's name where it is neither a company nor a person with a page.</param>
/// <param name="Share">Parts per million; also <paramref name="Minimum"/> and <paramref name="Maximum"/>.</param>
/// <param name="Record">The record version that states it.</param>
/// <param name="InLatest">Whether the newest version of the record still states it; if not, no end is claimed.</param>
public readonly record struct RelationRow(
    long Number, short Kind, int? FromCompany, long? FromPerson, string? PartyName, EntityType PartyType, string? Role, int? Share, int? Minimum, int? Maximum, DateOnly? ValidFrom, DateOnly? ValidTo, long Record, bool InLatest)
{
    /// <summary>How many bits of a number count within its company.</summary>
    public const int NumberBits = SourceRecord.NumberBits;

    /// <summary>The company to which it leads.</summary>
    public int Company => (int)(Number >> NumberBits);
}

/// <summary>A relation with its source.</summary>
public sealed record FiledRelation(RelationRow Row, RelationView View);

internal sealed class RelationFeed(AppDb db, PreparedReads reads, SourceCatalog catalog) : IRelationFeed
{
    private const int Page = 2000;
    private const string Columns = "r.number, r.kind, r.from_company, r.from_person, r.party_name, r.party_type, r.role, r.share, r.share_minimum, r.share_maximum, r.valid_from, r.valid_to, r.record, r.in_latest";

    // Read without EF: millions of rows, of most of which a few columns count.
    public async IAsyncEnumerable<RelationPage> ReadAllAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var groups = await GroupsAsync(ct);
        await using var bulk = await BulkConnection.OpenAsync(db, ct);
        for (var after = 0; ;)
        {
            var companies = await bulk.ReadAsync($"SELECT number, legal_representative FROM registry_companies WHERE number > @a ORDER BY number LIMIT {Page}", after, 0, CompanyOf, ct);
            if (companies.Count == 0) yield break;
            after = companies[^1].Number;
            var (first, last) = (SourceRecord.First(companies[0].Number), SourceRecord.Last(after));
            var people = await bulk.ReadAsync("SELECT r.number, r.id, r.name FROM registry_people r WHERE r.number BETWEEN @a AND @b ORDER BY r.number", first, last, PersonOf, ct);
            var relations = await bulk.ReadAsync($"SELECT {Columns} FROM registry_relations r WHERE r.number BETWEEN @a AND @b ORDER BY r.number", first, last, RelationOf, ct);
            var contacts = await bulk.ReadAsync("SELECT number, statements FROM registry_records WHERE number BETWEEN @a AND @b AND superseded_by IS NULL ORDER BY number", first, last, ContactOf, ct);
            yield return Joined(companies, people, relations, contacts, groups);
        }
    }

    public async Task<RelationPage> ReadAsync(IReadOnlyCollection<int> companies, CancellationToken ct)
    {
        if (companies.Count == 0) return new([], [], []);
        // With the decisions at one moment: a number that stands for others is there.
        var sql = $"""
            {PersonGroups.Query}
            SELECT number, legal_representative FROM registry_companies WHERE number {db.AmongNumbers} ORDER BY number;
            {db.SelectOf("r.number, r.id, r.name", "registry_people")} ORDER BY r.number;
            {db.SelectOf(Columns, "registry_relations")} ORDER BY r.number;
            {db.SelectOf("r.number, r.statements", "registry_records")} AND r.superseded_by IS NULL ORDER BY r.number;
            """;
        return await reads.RunAsync(sql, db.NumbersOf(companies), async (row, token) =>
        {
            var groups = await PersonGroups.OfAsync(row, token);
            return Joined(await NextAsync(row, CompanyOf, token), await NextAsync(row, PersonOf, token), await NextAsync(row, RelationOf, token), await NextAsync(row, ContactOf, token), groups);
        }, ct);
    }

    public async Task<IReadOnlyList<FiledRelation>> EvidenceAsync(IReadOnlyCollection<int> companies, Func<RelationRow, bool> wanted, CancellationToken ct)
    {
        if (companies.Count == 0) return [];
        var rows = Grouped(await reads.RunAsync($"{db.SelectOf(Columns, "registry_relations")} ORDER BY r.number;", db.NumbersOf(companies), (row, token) => ListAsync(row, RelationOf, token), ct), await GroupsAsync(ct)).FindAll(r => wanted(r));
        int[] targets = [.. rows.Select(r => r.Company).Distinct()];
        if (targets.Length == 0) return [];
        var bodies = await CompanyRows.ReadAsync(reads, db, [.. rows.Select(r => r.FromCompany).OfType<int>().Concat(targets).Distinct()], ct);
        var records = await db.RecordsOf(targets).OrderBy(r => r.Number).ToListAsync(ct);
        var sources = await catalog.CoveringAsync(db, records, ct);
        var byCompany = records.ToLookup(r => r.Company);
        List<FiledRelation> found = [];
        foreach (var group in rows.GroupBy(r => r.Company))
        {
            if (!bodies.TryGetValue(group.Key, out var company)) continue;
            BodyFacts body = new(company, byCompany[company.Number], sources, default);
            // The rows are numbered in the order in which the records state them.
            var stated = body.Relations().ToList();
            foreach (var row in group)
            {
                var place = (int)(row.Number - SourceRecord.First(company.Number));
                if (place >= stated.Count || stated[place] is var (version, statement) && (statement.Property.Id != row.Kind || version.Record.Number != row.Record)) continue; // written anew meanwhile
                found.Add(new(row, body.View(stated[place].Version, stated[place].Statement, PartyOf(row, company, stated[place].Statement, bodies), CompanyLookup.PartyOf(company))));
            }
        }

        return found;
    }

    public async Task<IReadOnlyDictionary<long, RelatedPerson>> PeopleAsync(IReadOnlyCollection<long> numbers, CancellationToken ct)
    {
        if (numbers.Count == 0) return new Dictionary<long, RelatedPerson>();
        var wanted = numbers.ToHashSet();
        int[] companies = [.. wanted.Select(n => (int)(n >> SourceRecord.NumberBits)).Distinct()];
        var people = await reads.RunAsync($"{db.SelectOf("r.number, r.id, r.name", "registry_people")};", db.NumbersOf(companies), (row, token) => ListAsync(row, PersonOf, token), ct);
        return people.Where(p => wanted.Contains(p.Number)).ToDictionary(p => p.Number);
    }

    public Task<int?> CompanyAsync(string id, CancellationToken ct) => reads.RunAsync("SELECT number FROM registry_companies WHERE id = @id;", [("id", id)], async (row, token) => await row.ReadAsync(token) ? row.GetInt32(0) : (int?)null, ct);

    public async Task<long?> PersonAsync(string id, CancellationToken ct) =>
        await reads.RunAsync("SELECT number FROM registry_people WHERE id = @id;", [("id", id)], async (row, token) => await row.ReadAsync(token) ? row.GetInt64(0) : (long?)null, ct) is { } number ? (await GroupsAsync(ct)).Of(number) : null;

    public Task<PersonGroups> GroupsAsync(CancellationToken ct) => PersonGroups.ReadAsync(reads, ct);

    private static Party PartyOf(RelationRow row, Company company, Statement statement, Dictionary<int, Company> bodies) =>
        row.FromCompany is { } number && bodies.TryGetValue(number, out var body) ? CompanyLookup.PartyOf(body)
        : row.FromPerson is not null ? new(EntityType.Person, Projector.PersonId(company.Id, statement), statement.Value, null, null)
        : CompanyLookup.NamedIn(statement);

    private static List<RelationRow> Grouped(List<RelationRow> rows, PersonGroups groups)
    {
        if (groups.IsEmpty) return rows;
        foreach (ref var row in CollectionsMarshal.AsSpan(rows))
            if (row.FromPerson is { } person) row = row with { FromPerson = groups.Of(person) };
        return rows;
    }

    private static RelationPage Joined(List<RelatedCompany> companies, List<RelatedPerson> people, List<RelationRow> relations, List<Contact> contacts, PersonGroups groups)
    {
        Grouped(relations, groups);
        if (!groups.IsEmpty) people.ForEach(p => p.Party = groups.Of(p.Number));
        var at = 0;
        foreach (var company in companies)
        {
            for (; at < contacts.Count && contacts[at].Company <= company.Number; at++)
            {
                if (contacts[at].Company != company.Number) continue;
                company.Address ??= contacts[at].Address;
                if (contacts[at].Phones is { } phones) company.Phones = [.. company.Phones.Union(phones, StringComparer.Ordinal)];
            }
        }

        return new(companies, people, relations);
    }

    private static RelatedCompany CompanyOf(DbDataReader row) => new(row.GetInt32(0), row.Text(1));

    private static RelatedPerson PersonOf(DbDataReader row) => new(row.GetInt64(0), row.GetString(1), row.GetString(2));

    private static Contact ContactOf(DbDataReader row)
    {
        string? address = null;
        List<string>? phones = null;
        StatementPack.Walk walk = new(row.GetFieldValue<byte[]>(1));
        while (walk.MoveNext())
        {
            if (walk.Property == Vocabulary.Address) address ??= Encoding.UTF8.GetString(walk.Value);
            else if (walk.Property == Vocabulary.Phone) (phones ??= []).Add(Encoding.UTF8.GetString(walk.Value));
        }

        return new((int)(row.GetInt64(0) >> SourceRecord.NumberBits), address, phones);
    }

    // What one record says of where a company is reached.
    private readonly record struct Contact(int Company, string? Address, List<string>? Phones);

    private static RelationRow RelationOf(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt16(1), Int(row, 2), row.IsDBNull(3) ? null : row.GetInt64(3), row.Text(4), (EntityType)row.GetInt16(5), row.Text(6), Int(row, 7), Int(row, 8), Int(row, 9), Day(row, 10), Day(row, 11), row.GetInt64(12), row.GetBoolean(13));

    private static int? Int(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    private static DateOnly? Day(DbDataReader row, int column) => row.IsDBNull(column) ? null : DateOnly.FromDayNumber(row.GetInt32(column));

    private static async Task<List<T>> NextAsync<T>(DbDataReader row, Func<DbDataReader, T> read, CancellationToken ct)
    {
        await row.NextResultAsync(ct);
        return await ListAsync(row, read, ct);
    }

    private static async Task<List<T>> ListAsync<T>(DbDataReader row, Func<DbDataReader, T> read, CancellationToken ct)
    {
        List<T> all = [];
        while (await row.ReadAsync(ct)) all.Add(read(row));
        return all;
    }
}
