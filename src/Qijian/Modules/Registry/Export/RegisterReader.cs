using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Qijian.Engine.Text;

namespace Qijian.Modules.Registry;

/// <summary>The other party of an exported relation: a body or person with an id of its own, or a mere name, or nobody named.</summary>
internal sealed record ExportedParty(EntityType Type, string Id, string? Name)
{
    /// <summary>A row of the register.</summary>
    public bool IsBody { get; init; }
}

/// <summary>One relation of an exported body, as the source that is believed most states it.</summary>
/// <param name="Id">The same whenever the relation is exported, from whichever database.</param>
internal sealed record ExportedRelation(string Id, Statement Statement, ExportedParty Party, Provenance Source)
{
    /// <summary>The record of a relation statement that stands alone; null where the body's own record states it.</summary>
    public (string Dataset, string Key)? Record { get; init; }

    public RelationKind Kind => Vocabulary.Relations[Statement.Property.Id];
    public bool IsDeclared => Statement.Property == Vocabulary.DeclaredInterest;
}

/// <summary>One body with what is shown of it first, what happened to it and who holds, controls and runs it.</summary>
internal sealed record ExportedBody(Company Company, IReadOnlyList<Fact> Facts, IReadOnlyList<Statement> Events, IReadOnlyList<ExportedRelation> Relations)
{
    /// <summary>Where most of it comes from; null for a body that only relations name.</summary>
    public Provenance? Source => (Facts.FirstOrDefault(f => f.Property == Vocabulary.Name) ?? (Facts is [var fact, ..] ? fact : null))?.Source ?? (Relations is [var relation, ..] ? relation.Source : null);

    /// <summary>The facts as statements.</summary>
    public IEnumerable<Statement> Statements => Facts.Select(f => new Statement(f.Property, f.Value) { Original = f.Original, Lang = f.Lang, From = f.ValidFrom, To = f.ValidTo });
}

/// <summary>Reads the whole register in the order of its numbers, a few hundred bodies at a time: memory does not grow with it.</summary>
internal sealed class RegisterReader(AppDb db, SourceCatalog catalog)
{
    private const int Page = 500;

    /// <summary>Told of every body that is read.</summary>
    public Action? Heard { get; set; }

    private static readonly Property[] Events = [.. Vocabulary.ById.Values.Where(p => p.Type is ValueType.Event).OrderBy(p => p.Id)];

    public async IAsyncEnumerable<ExportedBody> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        for (var after = 0; ;)
        {
            var from = after;
            var companies = await db.Companies.AsNoTracking().Where(c => c.Number > from).OrderBy(c => c.Number).Take(Page).ToListAsync(ct);
            if (companies.Count == 0) yield break;
            after = companies[^1].Number;
            var (first, last) = (SourceRecord.First(companies[0].Number), SourceRecord.Last(after));
            var records = await db.SourceRecords.AsNoTracking().Where(r => r.Number >= first && r.Number <= last).OrderBy(r => r.Number).ToListAsync(ct);
            var edges = await db.Relations.AsNoTracking().Where(r => r.Number >= first && r.Number <= last && r.FromCompany != null).Select(r => new { r.Number, From = r.FromCompany!.Value }).ToListAsync(ct);
            var known = companies.ToDictionary(c => c.Number);
            foreach (var numbers in edges.Select(e => e.From).Distinct().Where(n => !known.ContainsKey(n)).Chunk(Page).ToList())
                foreach (var other in await db.Companies.AsNoTracking().Where(c => EF.Parameter(numbers).Contains(c.Number)).ToListAsync(ct)) known.Add(other.Number, other);
            var sources = await catalog.CoveringAsync(db, records, ct);
            var byCompany = records.ToLookup(r => r.Company);
            var partiesOf = edges.ToLookup(e => (int)(e.Number >> SourceRecord.NumberBits), e => e.From);
            foreach (var company in companies)
            {
                Heard?.Invoke();
                yield return Of(company, [.. byCompany[company.Number]], sources, [.. partiesOf[company.Number].Distinct().Where(known.ContainsKey).Select(n => known[n])]);
            }
        }
    }

    private static ExportedBody Of(Company company, List<SourceRecord> records, SourceTable sources, List<Company> parties)
    {
        if (records.Count == 0) return new(company, [], [], []);
        BodyFacts body = new(company, records, sources, default);
        var named = By(parties);
        List<ExportedRelation> relations = [];
        Dictionary<short, int> unnamed = [];
        HashSet<string> ids = new(StringComparer.Ordinal), ofBodies = new(StringComparer.Ordinal);
        foreach (var (version, stated) in body.Relations())
        {
            if (!version.Stands) continue; // last seen in an earlier version of its record
            var source = body.View(version, stated, default!, default!).Source;
            var statement = source.Basis is Basis.Derived && stated[Vocabulary.Fields.Basis] is null ? stated with { Fields = [.. stated.Fields, new(Vocabulary.Fields.Basis, nameof(Basis.Derived))] } : stated;
            var party = PartyOf(company, statement, named, unnamed);
            var key = string.Create(CultureInfo.InvariantCulture, $"{company.Id}\n{statement.Property.Name}\n{party.Id}\n{statement[Vocabulary.Fields.Role]}\n{statement[Vocabulary.Fields.Interest]}\n{statement.From:O}");
            // Of one body the first counts that says it, whatever the others call the body.
            if (party.IsBody && !ofBodies.Add(key)) continue;
            var id = "r-" + Projector.Base32(key);
            for (var again = 2; !ids.Add(id); again++) id = "r-" + Projector.Base32($"{key}\n{again}");
            var alone = version.Record.Key is { } record && version.Statements.All(s => s.Property.Type is ValueType.Relation) ? (source.Dataset, record) : ((string, string)?)null;
            relations.Add(new(id, statement, party, source) { Record = alone });
        }

        return new(company, [.. body.Facts().Where(f => f.Current && f.Source.Basis is not Basis.Derived || f.Current && f.Property != Vocabulary.Province)],
            [.. Events.SelectMany(body.Events).Select(e => new Statement(e.Property, e.Title) { Fields = e.Fields })], relations);
    }

    private static ExportedParty PartyOf(Company company, Statement statement, Dictionary<string, Company> named, Dictionary<short, int> unnamed)
    {
        var type = Enum.TryParse<EntityType>(statement[Vocabulary.Fields.PartyType], out var stated) ? stated : EntityType.LegalEntity;
        if (type is EntityType.Person) return new(type, Projector.PersonId(company.Id, statement), statement.Value);
        if (type is EntityType.Unknown)
        {
            var number = unnamed[statement.Property.Id] = unnamed.GetValueOrDefault(statement.Property.Id) + 1;
            return new(type, "u-" + Projector.Base32(string.Create(CultureInfo.InvariantCulture, $"{company.Id}\n{statement.Property.Name}\n{number}")), statement.Value.Length == 0 ? null : statement.Value);
        }

        var (code, lei, id) = (statement[Vocabulary.Fields.PartyCode], statement[Vocabulary.Fields.PartyLei], statement[Vocabulary.Fields.PartyId]);
        var body = (code is not null ? named.GetValueOrDefault(code) : null) ?? (id is not null ? named.GetValueOrDefault(id) : null) ?? (lei is not null ? named.GetValueOrDefault(lei) : null)
            ?? (code is null && lei is null ? named.GetValueOrDefault("\n" + Normalizer.Key(statement.Value)) : null);
        return body is not null ? new(body.Type, body.Id, body.Name ?? (statement.Value.Length == 0 ? null : statement.Value)) { IsBody = true }
            : new(type, "n-" + Projector.Base32($"{company.Id}\n{statement.Value}\n{type}"), statement.Value);
    }

    // The bodies at the other ends, by all that a statement may call them.
    private static Dictionary<string, Company> By(List<Company> parties)
    {
        Dictionary<string, Company> named = new(StringComparer.Ordinal);
        foreach (var party in parties)
        {
            named[party.Id] = party;
            if (party.Lei is { } lei) named.TryAdd(lei, party);
            if (party.Name is { } name) named.TryAdd("\n" + Normalizer.Key(name), party);
        }

        return named;
    }
}
