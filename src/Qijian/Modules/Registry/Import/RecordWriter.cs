using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using Qijian.Engine.Text;
using Qijian.Platform.Data;

namespace Qijian.Modules.Registry;

/// <summary>
/// Merges drafts into the statement store, a batch a transaction: finds or makes the body of each, adds or supersedes its
/// record version, and rebuilds the rows of every body that changed.
/// </summary>
internal sealed class RecordWriter(AppDb db, BulkLoader bulk, Dataset dataset, Import import)
{
    private readonly DeferredIndexes indexes = new(db);
    private int nextCompany;
    private long nextChange;
    private Dictionary<int, Basis> basisOf = [];
    private Dictionary<int, DateTimeOffset> retrievedAt = [];

    /// <summary>Reads where numbering goes on. Call once, before the first batch.</summary>
    public async Task OpenAsync(CancellationToken ct)
    {
        nextCompany = (await db.Companies.MaxAsync(c => (int?)c.Number, ct) ?? 0) + 1;
        nextChange = (await db.CompanyChanges.MaxAsync(c => (long?)c.Sequence, ct) ?? 0) + 1;
        if (nextCompany == 1) await indexes.DropAsync(ct);
        basisOf = await db.Datasets.ToDictionaryAsync(d => d.Id, d => d.Basis, ct);
        retrievedAt = await db.Imports.ToDictionaryAsync(i => i.Id, i => i.RetrievedAt, ct);
    }

    /// <summary>Merges the drafts, in their order; <paramref name="reject"/> hears of those that contradict an earlier row of the same file.</summary>
    public async Task WriteAsync(IReadOnlyList<Draft> drafts, Action<Draft, string> reject, CancellationToken ct)
    {
        Batch batch = new(this);
        await FindAsync(batch, drafts, ct);
        foreach (var draft in drafts) Merge(batch, draft, reject);
        await SaveAsync(batch, ct);
    }

    /// <summary>
    /// Joins bodies without a credit code to the one that has it and bears the same registration number or LEI, bodies known by
    /// name only to the one other body of that name, and relations that name a party to the one body so called: done at the end
    /// of each import, so that the order of imports does not matter. Returns the bodies joined by name.
    /// </summary>
    public async Task<int> JoinAsync(CancellationToken ct)
    {
        await indexes.CreateAsync(ct);
        for (var after = 0; ;)
        {
            var from = after;
            var uncoded = await db.Companies.AsNoTracking().Where(c => c.Number > from && (c.RegistrationNumber != null || c.Lei != null) && c.Id.StartsWith("x-")).OrderBy(c => c.Number).Take(1000).ToListAsync(ct);
            if (uncoded.Count == 0) break;
            after = uncoded[^1].Number;
            await JoinByIdentifierAsync(uncoded, ct);
        }

        var joined = 0;
        for (var after = 0; ;)
        {
            var from = after;
            var loose = await db.Companies.AsNoTracking().Where(c => c.Number > from && !c.Identified && c.NameKey != null).OrderBy(c => c.Number).Take(1000).ToListAsync(ct);
            if (loose.Count == 0) break;
            after = loose[^1].Number;
            joined += await JoinByNameAsync(loose, ct);
        }

        for (var after = -1L; ;)
        {
            var from = after;
            var named = await db.Relations.AsNoTracking().Where(r => r.Number > from && r.FromCompany == null && r.PartyName != null).OrderBy(r => r.Number).Take(1000)
                .Select(r => new { r.Number, Name = r.PartyName! }).ToListAsync(ct);
            if (named.Count == 0) break;
            after = named[^1].Number;
            Batch batch = new(this);
            await FindNamesAsync(batch, named.Select(r => r.Name), ct);
            var touched = named.Where(r => batch.BodyNamed(r.Name) is not null).Select(r => (int)(r.Number >> SourceRecord.NumberBits)).ToHashSet();
            if (touched.Count == 0) continue;
            await LoadAsync(batch, touched, ct);
            foreach (var number in touched) batch.Bodies[number].Dirty = true;
            await SaveAsync(batch, ct);
        }

        return joined;
    }

    /// <summary>Writes the rows of all bodies anew from their records.</summary>
    public async Task RebuildAsync(Action<long> progress, CancellationToken ct)
    {
        await indexes.CreateAsync(ct);
        for (var (after, done) = (0, 0L); ;)
        {
            var from = after;
            var numbers = await db.Companies.Where(c => c.Number > from).OrderBy(c => c.Number).Take(5000).Select(c => c.Number).ToListAsync(ct);
            if (numbers.Count == 0) break;
            after = numbers[^1];
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            Batch batch = new(this);
            await LoadAsync(batch, numbers, ct);
            foreach (var body in batch.Bodies.Values)
            {
                body.Dirty = true;
                if (body.Heads.Count > 0) body.Company.NameKey = null; // computed anew: the normaliser may have changed
            }

            await SaveAsync(batch, ct);
            await transaction.CommitAsync(ct);
            progress(done += numbers.Count);
        }
    }

    private async Task<int> JoinByNameAsync(List<Company> loose, CancellationToken ct)
    {
        Batch batch = new(this);
        await FindNamesAsync(batch, loose.Select(c => c.Name!), ct);
        return await JoinAsync(batch, [.. loose.Select(c => (c, batch.OnlyOther(c))).Where(p => p.Item2 is not null).Select(p => (p.c, p.Item2!.Value))], byName: true, ct);
    }

    private async Task JoinByIdentifierAsync(List<Company> uncoded, CancellationToken ct)
    {
        var numbers = uncoded.Select(c => c.RegistrationNumber).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var leis = uncoded.Select(c => c.Lei).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var byNumber = (await db.Companies.AsNoTracking().Where(c => c.RegistrationNumber != null && EF.Parameter(numbers).Contains(c.RegistrationNumber) && !c.Id.StartsWith("x-")).ToListAsync(ct)).ToLookup(c => c.RegistrationNumber!, StringComparer.Ordinal);
        var byLei = (await db.Companies.AsNoTracking().Where(c => c.Lei != null && EF.Parameter(leis).Contains(c.Lei) && !c.Id.StartsWith("x-")).ToListAsync(ct)).ToLookup(c => c.Lei!, StringComparer.Ordinal);
        List<(Company, int)> pairs = [];
        foreach (var body in uncoded)
        {
            // Two that claim one number are a contradiction to show, not to settle.
            List<int> claimed = [.. (body.RegistrationNumber is { } number ? byNumber[number] : []).Concat(body.Lei is { } lei ? byLei[lei] : []).Select(c => c.Number).Distinct()];
            if (claimed is [var only]) pairs.Add((body, only));
        }

        await JoinAsync(new(this), pairs, byName: false, ct);
    }

    private async Task<int> JoinAsync(Batch batch, List<(Company Loose, int Target)> pairs, bool byName, CancellationToken ct)
    {
        if (pairs.Count == 0) return 0;
        await LoadAsync(batch, [.. pairs.Select(p => p.Target).Concat(pairs.Select(p => p.Loose.Number)).Distinct()], ct);
        HashSet<int> gone = [];
        List<RetiredId> retired = [];
        foreach (var (source, target) in pairs)
        {
            if (gone.Contains(target) || (byName && batch.Bodies[source.Number].Heads.Count == 0)) continue; // named by a relation only
            var (from, to) = (batch.Bodies[source.Number], batch.Bodies[target]);
            if (byName && !to.Company.Identified && from.Heads.Exists(f => to.Heads.Exists(t => t.DatasetId == f.DatasetId))) continue; // a source that has records of two means two
            foreach (var record in from.Heads)
                to.Add(new() { Number = to.NextRecord(), DatasetId = record.DatasetId, Key = record.Key ?? source.Id, Hash = record.Hash, Statements = record.Statements, FirstImport = record.FirstImport, LastImport = record.LastImport, SupersededBy = record.SupersededBy, JoinedByName = byName || record.JoinedByName });
            batch.Moved.AddRange(from.Heads);
            gone.Add(source.Number);
            from.Dirty = false;
            retired.Add(new() { Id = source.Id, Successor = target });
        }

        foreach (var person in await db.PeopleAt(gone).ToListAsync(ct)) retired.Add(new() { Id = person.Id, Successor = pairs.Find(p => p.Loose.Number == (int)(person.Number >> SourceRecord.NumberBits)).Target });
        await MoveDecisionsAsync(batch, pairs, gone, ct);
        await bulk.ReplaceAsync(db, retired, ct); // an id may come back, and go again
        await db.DeleteProjectionAsync(gone, ct);
        await db.DeleteRecordsAsync(gone, ct);
        var ids = gone.ToList();
        // What had joined one of these before goes on with it.
        var successor = pairs.ToDictionary(p => p.Loose.Number, p => p.Target);
        foreach (var earlier in await db.RetiredIds.Where(r => r.Successor != null && EF.Parameter(ids).Contains(r.Successor.Value)).ToListAsync(ct))
            earlier.Successor = successor[earlier.Successor!.Value];
        var related = await db.Relations.Where(r => r.FromCompany != null && EF.Parameter(ids).Contains(r.FromCompany.Value)).Select(r => r.Number).ToListAsync(ct);
        HashSet<int> neighbours = [.. related.Select(r => (int)(r >> SourceRecord.NumberBits)).Where(n => !gone.Contains(n))];
        await LoadAsync(batch, [.. neighbours.Where(n => !batch.Bodies.ContainsKey(n))], ct);
        foreach (var number in neighbours) batch.Bodies[number].Dirty = true;
        await db.Companies.Where(c => EF.Parameter(ids).Contains(c.Number)).ExecuteDeleteAsync(ct);
        foreach (var (source, target) in pairs.Where(p => gone.Contains(p.Loose.Number))) batch.Redirect(source, target);
        batch.Touched.AddRange(gone);
        await SaveAsync(batch, ct);
        return gone.Count;
    }

    // What was decided of a person goes on under the id that the same statement has at the body that took over.
    private async Task MoveDecisionsAsync(Batch batch, List<(Company Loose, int Target)> pairs, HashSet<int> gone, CancellationToken ct)
    {
        if (gone.Count == 0 || await db.PersonDecisions.Where(d => d.EndedAt == null).ToListAsync(ct) is not { Count: > 0 } decisions) return;
        Dictionary<string, string> moved = new(StringComparer.Ordinal);
        foreach (var (source, target) in pairs.Where(p => gone.Contains(p.Loose.Number)))
            foreach (var statement in batch.Bodies[source.Number].Heads.SelectMany(h => h.Said).Where(s => s.Property.Type is ValueType.Relation))
                moved[Projector.PersonId(source.Id, statement)] = Projector.PersonId(batch.Bodies[target].Company.Id, statement);
        foreach (var decision in decisions)
        {
            string[] ids = [.. ((string[])[decision.First, decision.Second]).Select(id => moved.GetValueOrDefault(id, id)).Order(StringComparer.Ordinal)];
            if (ids[0] == decision.First && ids[1] == decision.Second) continue;
            // Of records that are one now, or of which it was decided before, there is nothing to say any more.
            if (ids[0] == ids[1] || decisions.Exists(d => d != decision && d.EndedAt is null && d.First == ids[0] && d.Second == ids[1])) decision.EndedAt = import.StartedAt;
            else (decision.First, decision.Second) = (ids[0], ids[1]);
        }
    }

    private async Task FindAsync(Batch batch, IReadOnlyList<Draft> drafts, CancellationToken ct)
    {
        HashSet<string> ids = new(StringComparer.Ordinal), numbers = new(StringComparer.Ordinal), leis = new(StringComparer.Ordinal);
        List<string> names = [], partyNames = [];
        foreach (var draft in drafts)
        {
            draft.BodyId = draft.CreditCode ?? draft.Body ?? (draft.Lei is { } own ? LeiBody(own) : Projector.BodyId(dataset.Name, draft.Key));
            ids.Add(draft.BodyId);
            if (draft.CreditCode is null && draft.RegistrationNumber is { } number) numbers.Add(number);
            if (draft.CreditCode is null && draft.Lei is { } lei) leis.Add(lei);
            if (!draft.Identified) names.Add(draft.Name!);
            if (draft.Relations == 0) continue;
            foreach (var party in draft.Statements.Where(s => s.Property.Type is ValueType.Relation).Select(PartyOf))
            {
                if (party.Code is { } code) ids.Add(code);
                else if (party.Lei is { } partyLei) leis.Add(partyLei);
                else if (party.Name is { Length: > 0 } name) partyNames.Add(name);
            }
        }

        var known = await db.Companies.AsNoTracking().Where(c => EF.Parameter(ids).Contains(c.Id)).ToListAsync(ct);
        if (numbers.Count > 0) known.AddRange(await db.Companies.AsNoTracking().Where(c => c.RegistrationNumber != null && EF.Parameter(numbers).Contains(c.RegistrationNumber)).ToListAsync(ct));
        if (leis.Count > 0) known.AddRange(await db.Companies.AsNoTracking().Where(c => c.Lei != null && EF.Parameter(leis).Contains(c.Lei)).ToListAsync(ct));
        await FindNamesAsync(batch, names.Concat(partyNames), ct);
        foreach (var company in known) batch.Add(company);
        if (names.Count > 0 || ids.Any(IsOwnId)) await FindRetiredAsync(batch, ids, ct);
        await LoadAsync(batch, [.. known.Select(c => c.Number).Concat(batch.Aliases.Values).Concat(names.Select(batch.BodyNamed).OfType<int>()).Distinct()], ct);
    }

    private async Task FindNamesAsync(Batch batch, IEnumerable<string> names, CancellationToken ct)
    {
        var keys = names.Select(Draft.NameKeyOf).OfType<long>().ToHashSet();
        if (keys.Count == 0) return;
        batch.NeedsNames = true;
        await indexes.NeedNamesAsync(ct);
        foreach (var company in await db.Companies.AsNoTracking().Where(c => c.NameKey != null && EF.Parameter(keys).Contains(c.NameKey.Value)).ToListAsync(ct))
            batch.AddName(company);
    }

    // Ids that went when their bodies joined others. One that came back since stands for itself.
    private async Task FindRetiredAsync(Batch batch, HashSet<string> ids, CancellationToken ct)
    {
        foreach (var retired in await db.RetiredIds.AsNoTracking().Where(r => r.Successor != null && EF.Parameter(ids).Contains(r.Id)).ToListAsync(ct))
            batch.Aliases[retired.Id] = retired.Successor!.Value;
    }

    private static bool IsOwnId(string id) => id.StartsWith("x-", StringComparison.Ordinal);

    private async Task LoadAsync(Batch batch, IReadOnlyCollection<int> numbers, CancellationToken ct)
    {
        if (numbers.Count == 0) return;
        var missing = numbers.Where(n => !batch.Bodies.ContainsKey(n)).ToList();
        if (missing.Count > 0)
        {
            foreach (var company in await db.Companies.AsNoTracking().Where(c => EF.Parameter(missing).Contains(c.Number)).ToListAsync(ct))
                batch.Add(company);
        }

        foreach (var record in await db.RecordsOf(numbers).OrderBy(r => r.Number).ToListAsync(ct))
            if (batch.Bodies.TryGetValue(record.Company, out var body)) body.Heads.Add(record);
    }

    // A body known by its LEI alone has the same id whichever file names it first.
    private static string LeiBody(string lei) => Projector.BodyId("lei", lei);

    private static PartyKey PartyOf(Statement statement)
    {
        var type = statement[Vocabulary.Fields.PartyType];
        if (type is nameof(EntityType.Person) or nameof(EntityType.Unknown)) return default;
        var code = statement[Vocabulary.Fields.PartyCode];
        return new(code is not null && Draft.IsCreditCodeShaped(code) ? code : statement[Vocabulary.Fields.PartyId], statement[Vocabulary.Fields.PartyLei], statement.Value);
    }

    private void Merge(Batch batch, Draft draft, Action<Draft, string> reject)
    {
        var id = draft.BodyId;
        var byName = false;
        var body = batch.ById(id) ?? batch.ByAlias(id) ?? (draft.CreditCode is null ? batch.ByNumber(draft.RegistrationNumber) ?? batch.ByLei(draft.Lei) : null);
        if (body is null && !draft.Identified && batch.BodyNamed(draft.Name!) is { } namesake && batch.Bodies.TryGetValue(namesake, out body))
        {
            byName = true;
            batch.Retire(id, namesake);
        }
        else if (body is not null && !draft.Identified && !string.Equals(body.Company.Id, id, StringComparison.Ordinal)) byName = true;

        if (body is not null && draft.Body == id && batch.ById(id) is null && batch.ByAlias(id) is null) batch.Retire(id, body.Company.Number); // relations name it so
        body ??= batch.Create(id, draft.Type, draft.Name, draft.NameKey);
        var key = string.Equals(draft.Key, body.Company.Id, StringComparison.Ordinal) ? null : draft.Key;
        var standing = body.Heads.Find(r => r.SupersededBy is null && r.DatasetId == dataset.Id && string.Equals(r.Key, key, StringComparison.Ordinal));
        if (standing is not null && standing.Hash == draft.Hash)
        {
            import.Unchanged++;
            if (standing.LastImport == import.Id) return;
            standing.LastImport = import.Id;
            batch.SeenAgain.Add(standing.Number);
            return;
        }

        if (standing is not null && standing.LastImport == import.Id)
        {
            reject(draft, Text.RowDuplicateKey.With(draft.Key));
            return;
        }

        if (standing is null) import.Added++;
        else
        {
            import.Changed++;
            standing.SupersededBy = import.Id;
            batch.Superseded.Add(standing.Number);
        }

        if (body.Company.Type is EntityType.LegalEntity) body.Company.Type = draft.Type;
        body.Add(new() { Number = body.NextRecord(), DatasetId = dataset.Id, Key = key, Hash = draft.Hash, Statements = draft.Packed, Said = draft.Statements, FirstImport = import.Id, LastImport = import.Id, JoinedByName = byName });
        if (draft.Relations == 0) return;
        foreach (var statement in draft.Statements)
        {
            if (statement.Property.Type is not ValueType.Relation) continue;
            var party = PartyOf(statement);
            if (party.Code is { } code && batch.ById(code) is null && batch.ByAlias(code) is null) batch.Create(code, statement.Value, null);
            else if (party is { Code: null, Lei: { } lei } && batch.ByLei(lei) is null) batch.Create(LeiBody(lei), statement.Value, lei);
        }
    }

    private async Task SaveAsync(Batch batch, CancellationToken ct)
    {
        var dirty = batch.Bodies.Values.Where(b => b.Dirty).OrderBy(b => b.Company.Number).ToList();
        await ResolvePartiesAsync(batch, dirty, ct);
        Projector projector = new(batch.BodyOf);
        List<Person> people = [];
        List<Relation> relations = [];
        foreach (var body in dirty)
        {
            if (body.Heads.Count == 0) continue; // known through relations only: its row says all
            projector.Project(body.Company, body.Heads.ConvertAll(r => new Version(r, r.Said, basisOf[r.DatasetId], retrievedAt[r.LastImport])));
            people.AddRange(projector.People);
            relations.AddRange(projector.Relations);
        }

        List<Company> known = [.. dirty.Where(b => !b.New).Select(b => b.Company)];
        await db.DeleteProjectionAsync(known.ConvertAll(c => c.Number), ct);
        await bulk.ReplaceAsync(db, known, ct);
        await bulk.InsertAsync(db, [.. dirty.Where(b => b.New).Select(b => b.Company)], ct);
        await bulk.InsertAsync(db, [.. dirty.SelectMany(b => b.Added)], ct);
        await bulk.InsertAsync(db, people, ct);
        await bulk.InsertAsync(db, relations, ct);
        if (batch.SeenAgain.Count > 0) await db.SourceRecords.Where(r => EF.Parameter(batch.SeenAgain).Contains(r.Number)).ExecuteUpdateAsync(s => s.SetProperty(r => r.LastImport, import.Id), ct);
        if (batch.Superseded.Count > 0) await db.SourceRecords.Where(r => EF.Parameter(batch.Superseded).Contains(r.Number)).ExecuteUpdateAsync(s => s.SetProperty(r => r.SupersededBy, import.Id), ct);
        batch.Touched.AddRange(dirty.Select(b => b.Company.Number));
        if (batch.Touched.Count > 0) db.Add(new CompanyChange { Sequence = nextChange++, Companies = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(batch.Touched)).ToArray() });
        foreach (var (id, successor) in batch.Retired) db.Add(new RetiredId { Id = id, Successor = successor });
        await db.SaveChangesAsync(ct);
        db.ChangeTracker.Clear();
    }

    // The versions of bodies that changed may name parties that this batch's own rows do not.
    private async Task ResolvePartiesAsync(Batch batch, List<Body> dirty, CancellationToken ct)
    {
        HashSet<string> ids = new(StringComparer.Ordinal), leis = new(StringComparer.Ordinal);
        List<string> names = [];
        foreach (var party in dirty.SelectMany(b => b.Loaded).Concat(batch.Moved).SelectMany(r => r.Said).Where(s => s.Property.Type is ValueType.Relation).Select(PartyOf))
        {
            if (party.Code is { } code && batch.ById(code) is null) ids.Add(code);
            else if (party is { Code: null, Lei: { } lei } && batch.ByLei(lei) is null) leis.Add(lei);
            else if (party is { Code: null, Lei: null, Name.Length: > 0 }) names.Add(party.Name);
        }

        if (ids.Count > 0) foreach (var company in await db.Companies.AsNoTracking().Where(c => EF.Parameter(ids).Contains(c.Id)).ToListAsync(ct)) batch.AddParty(company);
        if (ids.Any(IsOwnId)) await FindRetiredAsync(batch, ids, ct);
        if (leis.Count > 0) foreach (var company in await db.Companies.AsNoTracking().Where(c => c.Lei != null && EF.Parameter(leis).Contains(c.Lei)).ToListAsync(ct)) batch.AddParty(company);
        await FindNamesAsync(batch, names, ct);
    }

    /// <summary>One body while a batch is merged.</summary>
    private sealed class Body(Company company)
    {
        private int added;

        public Company Company => company;
        public bool New { get; init; }
        public bool Dirty { get; set; }

        /// <summary>All its record versions, in the order of their numbers: those from the database, then this batch's.</summary>
        public List<SourceRecord> Heads { get; } = [];
        public IEnumerable<SourceRecord> Loaded => Heads.Take(Heads.Count - added);
        public IEnumerable<SourceRecord> Added => Heads.Skip(Heads.Count - added);

        public long NextRecord() => Heads.Count == 0 ? SourceRecord.First(company.Number) : Heads[^1].Number + 1;

        public void Add(SourceRecord record)
        {
            Heads.Add(record);
            added++;
            Dirty = true;
        }
    }

    /// <summary>The bodies a batch deals with, by all that may name them.</summary>
    private sealed class Batch(RecordWriter writer)
    {
        private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal), numbers = new(StringComparer.Ordinal), leis = new(StringComparer.Ordinal);
        private readonly Dictionary<long, List<(int Number, string Name)>> names = [];

        /// <summary>Whether any row or party of the batch is known by name only.</summary>
        public bool NeedsNames { get; set; }
        public Dictionary<int, Body> Bodies { get; } = [];
        public Dictionary<string, int> Aliases { get; } = new(StringComparer.Ordinal);
        public List<long> SeenAgain { get; } = [];
        public List<long> Superseded { get; } = [];
        public List<int> Touched { get; } = [];

        /// <summary>Records of bodies that were joined to others.</summary>
        public List<SourceRecord> Moved { get; } = [];
        public Dictionary<string, int> Retired { get; } = new(StringComparer.Ordinal);

        public void Add(Company company)
        {
            if (!Bodies.TryAdd(company.Number, new(company))) return;
            AddParty(company);
        }

        public void AddParty(Company company)
        {
            ids[company.Id] = company.Number;
            if (company.RegistrationNumber is { } number) numbers.TryAdd(number, company.Number);
            if (company.Lei is { } lei) leis.TryAdd(lei, company.Number);
        }

        /// <summary>A body is gone: what names it means its successor.</summary>
        public void Redirect(Company gone, int successor)
        {
            Bodies.Remove(gone.Number);
            ids[gone.Id] = successor;
            if (gone.RegistrationNumber is { } number) numbers[number] = successor;
            if (gone.Lei is { } lei) leis[lei] = successor;
        }

        public void AddName(Company company)
        {
            if (company.NameKey is not { } key || company.Name is null) return;
            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(names, key, out _);
            list ??= [];
            if (!list.Exists(c => c.Number == company.Number)) list.Add((company.Number, Normalizer.Key(company.Name)));
        }

        public Body Create(string id, EntityType type, string? name, long? nameKey) => Create(new() { Number = writer.nextCompany++, Id = id, Type = type, Name = name, NameKey = nameKey });

        /// <summary>A body known only as a party of another's relation.</summary>
        public void Create(string id, string name, string? lei) =>
            Create(new() { Number = writer.nextCompany++, Id = id, Name = name.Length == 0 ? null : name, NameKey = Draft.NameKeyOf(name), Lei = lei, Identified = lei is not null || !IsOwnId(id) });

        private Body Create(Company company)
        {
            Body body = new(company) { New = true, Dirty = true };
            Bodies.Add(company.Number, body);
            ids[company.Id] = company.Number;
            if (NeedsNames) AddName(company);
            return body;
        }

        public Body? ById(string id) => ids.TryGetValue(id, out var number) ? Bodies.GetValueOrDefault(number) : null;
        public Body? ByAlias(string id) => Aliases.TryGetValue(id, out var number) ? Bodies.GetValueOrDefault(number) : null;
        public Body? ByNumber(string? number) => number is not null && numbers.TryGetValue(number, out var body) ? Bodies.GetValueOrDefault(body) : null;
        public Body? ByLei(string? lei) => lei is not null && (leis.TryGetValue(lei, out var body) || ids.TryGetValue(LeiBody(lei), out body)) ? Bodies.GetValueOrDefault(body) : null;

        public void Retire(string id, int successor) => Retired[id] = Aliases[id] = successor;

        /// <summary>The one body that bears exactly this name, or null where there is none or more than one.</summary>
        public int? BodyNamed(string name) =>
            Draft.NameKeyOf(name) is { } key && names.TryGetValue(key, out var list) && Normalizer.Key(name) is var plain && list.Where(c => string.Equals(c.Name, plain, StringComparison.Ordinal)).Take(2).ToArray() is [var only] ? only.Number : null;

        /// <summary>The one other body that bears the name of this one.</summary>
        public int? OnlyOther(Company company) =>
            names.TryGetValue(company.NameKey!.Value, out var list) && Normalizer.Key(company.Name!) is var plain && list.Where(c => c.Number != company.Number && string.Equals(c.Name, plain, StringComparison.Ordinal)).Take(2).ToArray() is [var only] ? only.Number : null;

        public int? BodyOf(PartyKey party) =>
            party.Code is { } code && (ids.TryGetValue(code, out var byCode) || Aliases.TryGetValue(code, out byCode)) ? byCode
            : party.Lei is { } lei && (leis.TryGetValue(lei, out var byLei) || ids.TryGetValue(LeiBody(lei), out byLei)) ? byLei
            : party is { Code: null, Lei: null, Name: { Length: > 0 } name } ? BodyNamed(name) : null;
    }
}
