using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Qijian.Platform.Data;

namespace Qijian.Modules.Registry;

/// <summary>Reads companies and persons with the source, times and basis of every value.</summary>
internal sealed class CompanyLookup(AppDb db, PreparedReads reads, SourceCatalog catalog, ISamePersons decisions, TimeProvider clock) : ICompanyLookup
{
    // A hub has thousands of holdings or branches: pages show so many and say that there are more.
    internal const int Most = 500;

    public async Task<CompanyLookupResult> FindAsync(string id, AsOf time, CancellationToken ct)
    {
        if (!MayBeId(id)) return new CompanyLookupResult.Unknown();
        var canonical = id.StartsWith("x-", StringComparison.OrdinalIgnoreCase) ? id.ToLowerInvariant() : id.ToUpperInvariant();
        if (await CompanyRows.ReadAsync(reads, canonical, ct) is not { } rows)
            return await RetiredAsync(canonical, ct) is not { } retired ? new CompanyLookupResult.Unknown() : retired.Successor is { } successor ? new CompanyLookupResult.Moved(successor) : new CompanyLookupResult.Gone();

        if (!string.Equals(id, canonical, StringComparison.Ordinal)) return new CompanyLookupResult.Moved(canonical);
        return await ViewAsync(rows, time, ct) is { } view ? new CompanyLookupResult.Found(view) : new CompanyLookupResult.Unknown();
    }

    // PostgreSQL takes no text with a zero in it, not even to find nothing.
    private static bool MayBeId(string id) => id.Length <= 64 && !id.Contains('\0', StringComparison.Ordinal);

    public async Task<IReadOnlyList<CompanySummary>> SummariesAsync(IReadOnlyList<int> numbers, CancellationToken ct)
    {
        var rows = await CompaniesAsync(numbers, ct);
        return [.. numbers.Where(rows.ContainsKey).Select(n => SummaryOf(rows[n]))];
    }

    public async Task<PersonLookupResult> FindPersonAsync(string id, CancellationToken ct)
    {
        if (!MayBeId(id)) return new PersonLookupResult.Unknown();
        if (await db.People.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) is not { } person)
            return await RetiredAsync(id, ct) is not { } retired ? new PersonLookupResult.Unknown() : retired.Successor is { } successor ? new PersonLookupResult.Moved(successor) : new PersonLookupResult.Gone();
        var members = (await PersonGroups.ReadAsync(reads, ct)).MembersOf(person.Number);
        XxHash3 hash = new();
        List<RelationView> roles = [];
        // The person asked for first, then the others that are the same.
        foreach (var member in await db.People.AsNoTracking().Where(p => members.Contains(p.Number)).OrderBy(p => p.Id != id).ThenBy(p => p.Number).ToListAsync(ct))
        {
            var edges = await db.Relations.AsNoTracking().Where(r => r.FromPerson == member.Number).ToListAsync(ct);
            roles.AddRange(await ViewsFromAsync(edges, new(EntityType.Person, member.Id, member.Name, null, null), null, default, hash, ct));
        }

        IReadOnlyList<SamenessView> same = members.Count == 1 ? [] : [.. (await decisions.OfAsync(id, ct)).Where(d => d.EndedAt is null && d.Sameness is Sameness.Same)];
        foreach (var decision in same) hash.Append(decision.Id.ToByteArray());
        return new PersonLookupResult.Found(new(person.Id, person.Name, roles, Hex(hash), roles.Any(r => r.Source.Fictional), same));
    }

    public async Task<RegistryOverview> OverviewAsync(CancellationToken ct)
    {
        var sources = await catalog.ReadAsync(db, ct);
        var counts = await catalog.CountAsync(db, ct);
        return new(counts.Companies, counts.People, [.. sources.Datasets.Values.OrderBy(d => d.Id).Select(d => ViewOf(d, sources))], counts.Sequence);
    }

    internal static CompanySummary SummaryOf(Company c) => new(
        c.Number, c.Id, c.Type, c.Name, c.CreditCode, c.RegistrationNumber, c.Lei, c.StockCode, c.Status, c.Province, c.City, c.FoundedOn,
        c is { Capital: { } minor, CapitalCurrency: { } currency } ? new Money(minor, currency) : null, c.LegalForm, c.Industry, c.LegalRepresentative,
        c.LegalRepresentative is { } name ? Projector.PersonId(c.Id, name, Vocabulary.LegalRepresentative) : null);

    // An id that has no page of its own any more, and the id of the body that took over.
    private async Task<Retired?> RetiredAsync(string id, CancellationToken ct)
    {
        if (await db.RetiredIds.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct) is not { } retired) return null;
        return new(await db.Companies.Where(c => c.Number == retired.Successor).Select(c => c.Id).SingleOrDefaultAsync(ct));
    }

    private sealed record Retired(string? Successor);

    // Null where nothing of the body was known by then.
    private async Task<CompanyView?> ViewAsync(CompanyRows rows, AsOf time, CancellationToken ct)
    {
        var (company, records, outgoing) = rows;
        var sources = await catalog.CoveringAsync(db, records, ct);
        var day = time.Day ?? ChinaTime.Day(clock.GetUtcNow());
        var self = PartyOf(company);
        BodyFacts body = new(company, records, sources, time);
        if (time.Known is not null && !body.Known) return null;
        XxHash3 hash = new();
        body.AddTo(hash);
        hash.Append(BitConverter.GetBytes(day.DayNumber));
        var relations = body.Relations().Where(r => Holds(r.Statement, day, time)).ToList();
        var parties = await PartiesAsync(company, relations, hash, ct);
        List<RelationView> to = [.. relations.Zip(parties, (r, party) => body.View(r.Version, r.Statement, party, self))];
        var from = await ViewsFromAsync(outgoing.Count > Most ? outgoing[..Most] : outgoing, self, day, time, hash, ct);
        return new()
        {
            Summary = SummaryOf(time is { Day: null, Known: null } ? company : body.CompanyThen()),
            AsOf = day,
            Version = Hex(hash),
            Facts = body.Facts(),
            Owners = [.. to.Where(r => r.Kind.CarriesEquity || r.Kind.Property == Vocabulary.Control || r.Kind.Property == Vocabulary.FundManagement || r.Kind.Property == Vocabulary.DeclaredInterest).OrderByDescending(r => r.Percent ?? r.Maximum ?? 0)],
            Officers = [.. to.Where(r => r.Kind.Property == Vocabulary.Directorship).OrderByDescending(r => r.Role is Vocabulary.LegalRepresentative)],
            Parents = [.. to.Where(r => r.Kind.Property == Vocabulary.Branch)],
            Holdings = [.. from.Where(r => r.Kind.Property != Vocabulary.Branch)],
            Branches = [.. from.Where(r => r.Kind.Property == Vocabulary.Branch)],
            Changes = body.Events(Vocabulary.Change),
            Risks = [.. body.Events(Vocabulary.Penalty), .. body.Events(Vocabulary.AbnormalListing)],
            Datasets = [.. body.Datasets.Select(d => ViewOf(d, sources))],
            Truncated = outgoing.Count > Most,
        };
    }

    // Who is at the other end of each edge to a body. A person's id follows from the statement; a body is looked up in the edges.
    private async Task<List<Party>> PartiesAsync(Company company, List<(Version Version, Statement Statement)> relations, XxHash3 hash, CancellationToken ct)
    {
        List<(Relation Edge, Party Party)> edges = [];
        if (relations.Exists(r => r.Statement[Vocabulary.Fields.PartyType] is not (nameof(EntityType.Person) or nameof(EntityType.Unknown))))
        {
            var (first, last) = (SourceRecord.First(company.Number), SourceRecord.Last(company.Number));
            var rows = await db.Relations.AsNoTracking().Where(r => r.Number >= first && r.Number <= last && r.FromCompany != null).OrderBy(r => r.Number).ToListAsync(ct);
            var bodies = await CompaniesAsync([.. rows.Select(r => r.FromCompany!.Value).Distinct()], ct);
            foreach (var other in bodies.Values) AddTo(hash, other);
            edges = [.. rows.Where(r => bodies.ContainsKey(r.FromCompany!.Value)).Select(r => (r, PartyOf(bodies[r.FromCompany!.Value])))];
        }

        return [.. relations.Select(r => r.Statement).Select(s => s[Vocabulary.Fields.PartyType] is nameof(EntityType.Person)
            ? new Party(EntityType.Person, Projector.PersonId(company.Id, s), s.Value, null, null)
            : edges.Find(e => BodyFacts.States(company.Id, s, e.Edge, e.Party)).Party ?? NamedIn(s))];
    }

    // The edges from one party, each read from the records of the body at its other end.
    private async Task<List<RelationView>> ViewsFromAsync(List<Relation> edges, Party self, DateOnly? day, AsOf time, XxHash3 hash, CancellationToken ct)
    {
        if (edges.Count == 0) return [];
        List<int> numbers = [.. edges.Select(e => e.ToCompany).Distinct()];
        var targets = await CompaniesAsync(numbers, ct);
        var records = await db.RecordsOf(numbers).OrderBy(r => r.Number).ToListAsync(ct);
        var sources = await catalog.CoveringAsync(db, records, ct);
        var byCompany = records.ToLookup(r => r.Company);
        List<RelationView> views = [];
        foreach (var group in edges.Where(e => targets.ContainsKey(e.ToCompany)).GroupBy(e => e.ToCompany))
        {
            var target = targets[group.Key];
            BodyFacts body = new(target, byCompany[group.Key], sources, time);
            body.AddTo(hash);
            AddTo(hash, target);
            foreach (var (version, statement) in body.Relations())
                if ((day is not { } on || Holds(statement, on, time)) && group.Any(e => BodyFacts.States(target.Id, statement, e, self))) views.Add(body.View(version, statement, self, PartyOf(target)));
        }

        return views;
    }

    // Ended relations are seen by asking for them, or for a day on which they held.
    private static bool Holds(Statement statement, DateOnly day, AsOf time) => time.Ended ? statement.From is null || statement.From <= day : statement.HoldsOn(day);

    private Task<Dictionary<int, Company>> CompaniesAsync(IReadOnlyList<int> numbers, CancellationToken ct) => CompanyRows.ReadAsync(reads, db, numbers, ct);

    private static DatasetView ViewOf(Dataset dataset, SourceTable sources)
    {
        var latest = sources.Latest(dataset.Id, default);
        return new(dataset.Name, dataset.Publisher, dataset.Url, latest?.RetrievedAt, latest is null ? 0 : latest.Read - latest.Rejected, dataset.Fictional);
    }

    internal static Party PartyOf(Company company) => new(company.Type, company.Id, company.Name, company.CreditCode, company.Lei);

    // A party without a page: not found in the registry, or named by an earlier version only.
    internal static Party NamedIn(Statement statement) => new(
        Enum.TryParse<EntityType>(statement[Vocabulary.Fields.PartyType], out var type) ? type : EntityType.LegalEntity, null, statement.Value.Length == 0 ? null : statement.Value,
        statement[Vocabulary.Fields.PartyCode], statement[Vocabulary.Fields.PartyLei]);

    // What a page shows of the body at the other end of an edge.
    private static void AddTo(XxHash3 hash, Company other) => hash.Append(Encoding.UTF8.GetBytes($"{other.Number}{other.Id}{other.Name}"));

    private static string Hex(XxHash3 hash) => hash.GetCurrentHashAsUInt64().ToString("x16", CultureInfo.InvariantCulture);
}
