using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Qijian.Engine.Identifiers;

namespace Qijian.Modules.Registry;

/// <summary>Reads companies and persons with the source, times and basis of every value.</summary>
internal sealed class CompanyLookup(AppDb db, TimeProvider clock) : ICompanyLookup
{
    // A hub has thousands of holdings or branches: pages show so many and say that there are more.
    private const int Most = 500;

    public async Task<CompanyLookupResult> FindAsync(string id, AsOf time, CancellationToken ct)
    {
        if (id.Length > 64) return new CompanyLookupResult.Unknown();
        await db.Database.OpenConnectionAsync(ct); // one connection for all that follows
        var canonical = id.StartsWith("x-", StringComparison.OrdinalIgnoreCase) ? id.ToLowerInvariant() : id.ToUpperInvariant();
        if (await db.Companies.AsNoTracking().SingleOrDefaultAsync(c => c.Id == canonical, ct) is not { } company)
        {
            var retired = await db.RetiredIds.AsNoTracking().SingleOrDefaultAsync(r => r.Id == canonical, ct);
            if (retired is null) return new CompanyLookupResult.Unknown();
            var successor = await db.Companies.Where(c => c.Number == retired.Successor).Select(c => c.Id).SingleOrDefaultAsync(ct);
            return successor is null ? new CompanyLookupResult.Gone() : new CompanyLookupResult.Moved(successor);
        }

        if (!string.Equals(id, company.Id, StringComparison.Ordinal)) return new CompanyLookupResult.Moved(company.Id);
        return new CompanyLookupResult.Found(await ViewAsync(company, time, ct));
    }

    public async Task<IReadOnlyList<CompanySummary>> SummariesAsync(IReadOnlyList<int> numbers, CancellationToken ct)
    {
        var rows = await db.Companies.AsNoTracking().Where(c => EF.Parameter(numbers).Contains(c.Number)).ToDictionaryAsync(c => c.Number, ct);
        return [.. numbers.Where(rows.ContainsKey).Select(n => SummaryOf(rows[n]))];
    }

    public async Task<PersonLookupResult> FindPersonAsync(string id, CancellationToken ct)
    {
        if (id.Length > 64 || await db.People.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) is not { } person) return new PersonLookupResult.Unknown();
        var edges = await db.Relations.AsNoTracking().Where(r => r.FromPerson == person.Number).ToListAsync(ct);
        var companies = edges.Select(e => e.ToCompany).Distinct().ToList();
        var sources = await SourcesAsync(companies, ct);
        var bodies = await db.Companies.AsNoTracking().Where(c => EF.Parameter(companies).Contains(c.Number)).ToDictionaryAsync(c => c.Number, ct);
        Party self = new(EntityType.Person, person.Id, person.Name, null, null);
        List<RelationView> roles = [.. edges.Select(e => RelationOf(e, self, PartyOf(bodies[e.ToCompany]), sources))];
        return new PersonLookupResult.Found(new(person.Id, person.Name, roles, 0, Version(companies, sources), roles.Any(r => r.Source.Fictional)));
    }

    public async Task<RegistryOverview> OverviewAsync(CancellationToken ct)
    {
        var datasets = await db.Datasets.AsNoTracking().OrderBy(d => d.Id).ToListAsync(ct);
        var imports = await db.Imports.AsNoTracking().Where(i => i.FinishedAt != null).ToListAsync(ct);
        return new(await db.Companies.LongCountAsync(ct), await db.People.LongCountAsync(ct), [.. datasets.Select(d => ViewOf(d, imports))], await db.CompanyChanges.MaxAsync(c => (long?)c.Sequence, ct) ?? 0);
    }

    private static DatasetView ViewOf(Dataset dataset, IReadOnlyCollection<Import> imports)
    {
        var latest = imports.Where(i => i.DatasetId == dataset.Id).MaxBy(i => i.Id);
        return new(dataset.Name, dataset.Publisher, dataset.Url, latest?.RetrievedAt, latest is null ? 0 : latest.Read - latest.Rejected, dataset.Fictional);
    }

    internal static CompanySummary SummaryOf(Company c) => new(
        c.Number, c.Id, c.Type, c.Name, c.CreditCode, c.RegistrationNumber, c.Lei, c.StockCode, c.Status, c.Province, c.City, c.FoundedOn,
        c is { Capital: { } minor, CapitalCurrency: { } currency } ? new Money(minor, currency) : null, c.LegalForm, c.Industry, c.LegalRepresentative,
        c.LegalRepresentative is { } name ? Projector.PersonId(c.Id, name, Vocabulary.LegalRepresentative) : null);

    private async Task<CompanyView> ViewAsync(Company company, AsOf time, CancellationToken ct)
    {
        var sources = await SourcesAsync([company.Number], ct);
        var day = time.Day ?? DateOnly.FromDateTime(clock.GetUtcNow().AddHours(8).DateTime);
        var versions = Projector.ByPrecedence(Shown(sources, time)).ToList();
        var incoming = await db.RelationsTo([company.Number]).ToListAsync(ct);
        var outgoing = await db.Relations.AsNoTracking().Where(r => r.FromCompany == company.Number).OrderBy(r => r.Number).Take(Most + 1).ToListAsync(ct);
        var people = await db.PeopleAt([company.Number]).ToDictionaryAsync(p => p.Number, ct);
        var others = await OthersAsync(incoming, outgoing, ct);
        var outSources = await SourcesAsync([.. outgoing.Select(r => r.ToCompany).Distinct()], ct);
        var self = PartyOf(company);
        var shownVersions = versions.Select(v => v.Record.Number).ToHashSet();
        List<RelationView> to = [.. incoming.Where(r => Holds(r, day, time.Ended) && shownVersions.Contains(r.Record))
            .Select(r => RelationOf(r, r.FromPerson is { } p ? new(EntityType.Person, people[p].Id, people[p].Name, null, null) : r.FromCompany is { } c && others.TryGetValue(c, out var body) ? PartyOf(body) : new(r.PartyType, null, r.PartyName, null, null), self, sources))];
        List<RelationView> from = [.. outgoing.Take(Most).Where(r => Holds(r, day, time.Ended) && others.ContainsKey(r.ToCompany)).Select(r => RelationOf(r, self, PartyOf(others[r.ToCompany]), outSources))];
        var facts = FactsOf(versions, sources, time).ToList();
        if (company.CreditCode is { } code && company.Province is { } derived && !facts.Any(f => f.Property == Vocabulary.Province) && versions.Count > 0)
            facts.Add(new(Vocabulary.Province, derived, null, null, null, null, Current: true, FailsCheck: false, ProvenanceOf(versions[0], sources) with { Basis = Basis.Derived, Record = code }));
        return new()
        {
            Summary = SummaryOf(company),
            AsOf = day,
            Version = Version([company.Number], sources),
            Facts = facts,
            Owners = [.. to.Where(r => r.Kind.CarriesEquity || r.Kind.Property == Vocabulary.Control || r.Kind.Property == Vocabulary.FundManagement).OrderByDescending(r => r.Percent ?? r.Maximum ?? 0)],
            Officers = [.. to.Where(r => r.Kind.Property == Vocabulary.Directorship).OrderByDescending(r => r.Role is Vocabulary.LegalRepresentative)],
            Parents = [.. to.Where(r => r.Kind.Property == Vocabulary.Branch)],
            Holdings = [.. from.Where(r => r.Kind.Property != Vocabulary.Branch)],
            Branches = [.. from.Where(r => r.Kind.Property == Vocabulary.Branch)],
            Changes = Events(versions, sources, Vocabulary.Change),
            Risks = [.. Events(versions, sources, Vocabulary.Penalty), .. Events(versions, sources, Vocabulary.AbnormalListing)],
            Datasets = [.. sources.Datasets.Values.Select(d => ViewOf(d, sources.Imports.Values))],
            Truncated = outgoing.Count > Most,
        };
    }

    // Of each record: the version that stood on the day asked for, the first where none did yet, and the earlier ones as its history.
    private static IEnumerable<Version> Shown(Sources sources, AsOf time)
    {
        if (time is { Day: null, Known: null }) return sources.Versions;
        bool Seen(Version v) => (time.Known is not { } known || sources.Imports[v.Record.FirstImport].StartedAt <= known) &&
                                (time.Day is not { } day || DateOnly.FromDateTime(sources.Imports[v.Record.FirstImport].RetrievedAt.UtcDateTime) <= day);
        return sources.Versions.GroupBy(v => (v.Record.DatasetId, v.Record.Key)).SelectMany(group =>
        {
            var seen = group.Where(Seen).ToList();
            return seen.Count > 0 ? seen : time.Known is null ? [group.MinBy(v => v.Record.Number)!] : [];
        });
    }

    private static IEnumerable<Fact> FactsOf(List<Version> versions, Sources sources, AsOf time)
    {
        HashSet<short> filled = [];
        HashSet<(short, string)> said = [];
        foreach (var version in versions)
        {
            foreach (var statement in version.Statements)
            {
                if (statement.Property.Type is ValueType.Relation or ValueType.Event) continue;
                if (time.Day is { } day && !statement.HoldsOn(day)) continue;
                if (!said.Add((statement.Property.Id, statement.Value))) continue; // said already by a source that is believed more
                var provenance = ProvenanceOf(version, sources, statement);
                var current = statement.Property.Many ? version.Stands : filled.Add(statement.Property.Id);
                yield return new(statement.Property, statement.Value, statement.Original, statement.Lang, statement.From, statement.To, current, FailsCheck(statement), provenance);
            }
        }
    }

    private static bool FailsCheck(Statement statement) =>
        statement.Property == Vocabulary.CreditCode ? CreditCode.Check(statement.Value).Verdict is not CodeVerdict.Valid
        : statement.Property == Vocabulary.Lei ? Lei.Check(statement.Value).Verdict is not CodeVerdict.Valid
        : statement.Property == Vocabulary.RegistrationNumber && !RegistrationNumber.TryParse(statement.Value, null, out _);

    private static List<EventView> Events(List<Version> versions, Sources sources, Property kind) =>
        [.. versions.SelectMany(v => v.Statements.Where(s => s.Property == kind).Select(s => (Version: v, Statement: s)))
            .DistinctBy(p => string.Join('|', p.Statement.Fields.Select(f => f.Value)))
            .Select(p => new EventView(kind, p.Statement[Vocabulary.Fields.Date] is { } date ? Headers.ParseDate(date) : null, p.Statement.Value, p.Statement.Fields, ProvenanceOf(p.Version, sources)))
            .OrderByDescending(e => e.Date)];

    // Ended relations are seen by asking for them, or for a day on which they held.
    private static bool Holds(Relation relation, DateOnly day, bool ended) => (relation.ValidFrom is null || relation.ValidFrom <= day) && (ended || relation.ValidTo is null || relation.ValidTo > day);

    private async Task<Dictionary<int, Company>> OthersAsync(List<Relation> incoming, List<Relation> outgoing, CancellationToken ct)
    {
        var numbers = incoming.Select(r => r.FromCompany).OfType<int>().Concat(outgoing.Select(r => r.ToCompany)).Distinct().ToList();
        return numbers.Count == 0 ? [] : await db.Companies.AsNoTracking().Where(c => EF.Parameter(numbers).Contains(c.Number)).ToDictionaryAsync(c => c.Number, ct);
    }

    private async Task<Sources> SourcesAsync(IReadOnlyCollection<int> companies, CancellationToken ct)
    {
        if (companies.Count == 0) return new([], [], [], []);
        var ids = await db.Companies.Where(c => EF.Parameter(companies).Contains(c.Number)).Select(c => new { c.Number, c.Id }).ToDictionaryAsync(c => c.Number, c => c.Id, ct);
        var records = await db.RecordsOf(companies).ToListAsync(ct);
        var importIds = records.SelectMany(r => new[] { r.FirstImport, r.LastImport, r.SupersededBy ?? 0 }).ToHashSet();
        var datasetIds = records.Select(r => r.DatasetId).ToHashSet();
        var datasets = await db.Datasets.AsNoTracking().Where(d => datasetIds.Contains(d.Id)).ToDictionaryAsync(d => d.Id, ct);
        var imports = await db.Imports.AsNoTracking().Where(i => importIds.Contains(i.Id) || datasetIds.Contains(i.DatasetId)).ToDictionaryAsync(i => i.Id, ct);
        return new([.. records.OrderBy(r => r.Number).Select(r => new Version(r, StatementPack.Unpack(r.Statements), datasets[r.DatasetId].Basis, imports[r.LastImport].RetrievedAt))], datasets, imports, ids);
    }

    private static Provenance ProvenanceOf(Version version, Sources sources, Statement? statement = null)
    {
        var record = version.Record;
        var dataset = sources.Datasets[record.DatasetId];
        var (first, last) = (record.FirstImport, record.LastImport);
        if (statement is not null)
        {
            // The value may have stood in other versions of the same record too.
            foreach (var other in sources.Versions)
            {
                if (other.Record.DatasetId != record.DatasetId || other.Record.Company != record.Company || !string.Equals(other.Record.Key, record.Key, StringComparison.Ordinal)) continue;
                if (!other.Statements.Any(s => s.Property == statement.Property && s.Value == statement.Value)) continue;
                (first, last) = (Math.Min(first, other.Record.FirstImport), Math.Max(last, other.Record.LastImport));
            }
        }

        var latest = sources.Imports.Values.Where(i => i.DatasetId == dataset.Id && i.FinishedAt is not null).Select(i => i.Id).DefaultIfEmpty(record.LastImport).Max();
        return new(dataset.Name, dataset.Publisher, record.Key ?? sources.Ids[record.Company], statement?[Vocabulary.Fields.SourceUrl] ?? dataset.Url, dataset.Basis, version.RetrievedAt,
            sources.Imports[record.FirstImport].StartedAt, record.SupersededBy is { } by ? sources.Imports[by].StartedAt : null,
            sources.Imports[first].RetrievedAt, sources.Imports[last].RetrievedAt, version.Stands && last >= latest, record.JoinedByName, dataset.Fictional);
    }

    private static RelationView RelationOf(Relation relation, Party from, Party to, Sources sources)
    {
        var version = sources.Versions.First(v => v.Record.Number == relation.Record);
        var statement = version.Statements.FirstOrDefault(s => s.Property.Id == relation.Kind && (relation.PartyType is EntityType.Unknown ? s[Vocabulary.Fields.PartyType] is nameof(EntityType.Unknown)
            : string.Equals(s[Vocabulary.Fields.Role], relation.Role, StringComparison.Ordinal) && s.From == relation.ValidFrom &&
              (s.Value == (relation.PartyName ?? from.Name) || s[Vocabulary.Fields.PartyCode] == from.CreditCode && from.CreditCode is not null || s[Vocabulary.Fields.PartyLei] == from.Lei && from.Lei is not null)));
        return new(Vocabulary.Relations[relation.Kind], from, to, relation.Role, OfMillion(relation.Share), OfMillion(relation.ShareMinimum), OfMillion(relation.ShareMaximum),
            relation is { Amount: { } amount, Currency: { } currency } ? new Money(amount, currency) : null, relation.ValidFrom, relation.ValidTo,
            statement?.Fields.Where(f => !Hidden.Contains(f.Key)).ToDictionary(f => f.Key.Name, f => f.Value, StringComparer.Ordinal) ?? [], ProvenanceOf(version, sources, statement));
    }

    private static readonly HashSet<Field> Hidden = [Vocabulary.Fields.PartyType, Vocabulary.Fields.PartyCode, Vocabulary.Fields.PartyLei, Vocabulary.Fields.Role];

    private static decimal? OfMillion(int? share) => share / 10_000m;

    private static Party PartyOf(Company company) => new(company.Type, company.Id, company.Name, company.CreditCode, company.Lei);

    // Grows with every import that touched one of the bodies.
    private static string Version(IReadOnlyCollection<int> companies, Sources sources)
    {
        var records = sources.Versions.Aggregate(companies.Count * 31L, (sum, v) => unchecked(sum * 1_000_003 + v.Record.Number * 7919 + v.Record.LastImport * 31L + v.Record.Hash));
        return records.ToString("x16", CultureInfo.InvariantCulture);
    }

    /// <summary>The record versions of some bodies with the datasets and imports they come from.</summary>
    private sealed record Sources(IReadOnlyList<Version> Versions, Dictionary<int, Dataset> Datasets, Dictionary<int, Import> Imports, Dictionary<int, string> Ids);
}
