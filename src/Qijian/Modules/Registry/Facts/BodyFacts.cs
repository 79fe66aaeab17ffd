using System.IO.Hashing;
using System.Runtime.InteropServices;
using Qijian.Engine.Identifiers;
using Qijian.Engine.Text;

namespace Qijian.Modules.Registry;

/// <summary>What the record versions of one body say at a point on both time axes, each value with where it comes from.</summary>
internal sealed class BodyFacts
{
    private static readonly HashSet<Field> Hidden = [Vocabulary.Fields.PartyType, Vocabulary.Fields.PartyCode, Vocabulary.Fields.PartyLei, Vocabulary.Fields.PartyId, Vocabulary.Fields.Role];
    private readonly Company company;
    private readonly SourceTable sources;
    private readonly AsOf time;
    private readonly List<Version> versions;

    public BodyFacts(Company company, IEnumerable<SourceRecord> records, SourceTable sources, AsOf time)
    {
        (this.company, this.sources, this.time) = (company, sources, time);
        List<Version> all = [.. records.Select(r => new Version(r, StatementPack.Unpack(r.Statements), sources.Datasets[r.DatasetId].Basis, sources.Imports[r.LastImport].RetrievedAt)
        {
            Stands = r.SupersededBy is not { } by || !SourceTable.IsKnown(sources.Imports[by], time),
        })];
        versions = all.Count == 1 && time is { Known: null } ? all : [.. Projector.ByPrecedence(Shown(all))];
    }

    /// <summary>The sources that say anything.</summary>
    public IEnumerable<Dataset> Datasets => versions.Select(v => v.Record.DatasetId).Distinct().Select(id => sources.Datasets[id]);

    /// <summary>Whether any source had said anything by then.</summary>
    public bool Known => versions.Count > 0;

    /// <summary>The main values as they were known at the time that is looked at.</summary>
    public Company CompanyThen()
    {
        Company then = new() { Number = company.Number, Id = company.Id, Type = company.Type };
        new Projector(_ => null).Project(then, versions);
        return then;
    }

    /// <summary>Whether any of them is made up.</summary>
    public bool Fictional => versions.Exists(v => sources.Datasets[v.Record.DatasetId].Fictional);

    /// <summary>Adds to a hash all that the values and their provenance depend on.</summary>
    public void AddTo(XxHash3 hash)
    {
        foreach (var version in versions)
        {
            var latest = sources.Latest(version.Record.DatasetId, time)?.Id ?? 0;
            hash.Append(MemoryMarshal.AsBytes((ReadOnlySpan<long>)[version.Record.Number, version.Record.LastImport, version.Record.Hash, version.Stands ? 1 : 0, latest]));
        }
    }

    /// <summary>Every value that is neither a relation nor an event: those shown first, then earlier ones and those of other sources.</summary>
    public List<Fact> Facts()
    {
        List<Fact> facts = [];
        HashSet<short> filled = [];
        HashSet<(short, string)> said = [];
        foreach (var version in versions)
        {
            foreach (var statement in version.Statements)
            {
                if (statement.Property.Type is ValueType.Relation or ValueType.Event) continue;
                if (time.Day is { } day && !statement.HoldsOn(day)) continue;
                if (!said.Add((statement.Property.Id, statement.Value))) continue; // said already by a source that is believed more
                var current = statement.Property.Many ? version.Stands : filled.Add(statement.Property.Id);
                facts.Add(new(statement.Property, statement.Value, statement.Original, statement.Lang, statement.From, statement.To, current, FailsCheck(statement), ProvenanceOf(version, statement)));
            }
        }

        // Where no source states the province, the code's region digits do.
        if (company is { CreditCode: { } code, Province: { } derived } && versions.Count > 0 && !facts.Exists(f => f.Property == Vocabulary.Province))
            facts.Add(new(Vocabulary.Province, derived, null, null, null, null, Current: true, FailsCheck: false, ProvenanceOf(versions[0], null) with { Basis = Basis.Derived, Record = code }));
        return facts;
    }

    /// <summary>What happened, newest first.</summary>
    public List<EventView> Events(Property kind) =>
        [.. versions.SelectMany(v => v.Statements.Where(s => s.Property == kind).Select(s => (Version: v, Statement: s)))
            .DistinctBy(p => string.Join('|', p.Statement.Fields.Select(f => f.Value)))
            .Select(p => new EventView(kind, p.Statement[Vocabulary.Fields.Date] is { } date ? Headers.ParseDate(date) : null, p.Statement.Value, p.Statement.Fields, ProvenanceOf(p.Version, null)))
            .OrderByDescending(e => e.Date)];

    /// <summary>The edges that the records state, each once, by the source that is believed most.</summary>
    public IEnumerable<(Version Version, Statement Statement)> Relations()
    {
        EdgeSet seen = new();
        foreach (var version in versions)
            foreach (var statement in version.Statements)
                if (statement.Property.Type is ValueType.Relation && seen.Add(version, statement)) yield return (version, statement);
    }

    /// <summary>The edge between two parties that a statement of this body makes.</summary>
    public RelationView View(Version version, Statement statement, Party from, Party to)
    {
        Dictionary<string, string> more = new(StringComparer.Ordinal);
        foreach (var (field, value) in statement.Fields)
            if (!Hidden.Contains(field)) more[field.Name] = value;
        return new(Vocabulary.Relations[statement.Property.Id], from, to, statement[Vocabulary.Fields.Role], Percent.Parse(statement[Vocabulary.Fields.Percent]), Percent.Parse(statement[Vocabulary.Fields.Minimum]),
            Percent.Parse(statement[Vocabulary.Fields.Maximum]), Projector.MoneyText(statement[Vocabulary.Fields.SharesValue]), statement.From, statement.To, more, ProvenanceOf(version, statement));
    }

    /// <summary>Whether a statement is what an edge was read from; <paramref name="party"/> is the body or person at its other end.</summary>
    public static bool States(string company, Statement statement, Relation edge, Party party)
    {
        if (statement.Property.Id != edge.Kind || statement.From != edge.ValidFrom || !string.Equals(statement[Vocabulary.Fields.Role], edge.Role, StringComparison.Ordinal)) return false;
        if (edge.FromCompany is null) return party is { Type: EntityType.Person, Id: { } person } ? string.Equals(Projector.PersonId(company, statement), person, StringComparison.Ordinal) : string.Equals(statement.Value, party.Name ?? "", StringComparison.Ordinal);
        return (party.Id is { } id && string.Equals(statement[Vocabulary.Fields.PartyId], id, StringComparison.Ordinal)) || (party.CreditCode is { } code && string.Equals(statement[Vocabulary.Fields.PartyCode], code, StringComparison.Ordinal))
            || (party.Lei is { } lei && string.Equals(statement[Vocabulary.Fields.PartyLei], lei, StringComparison.Ordinal))
            || (party.Name is { } name && statement.Value.Length > 0 && (string.Equals(statement.Value, name, StringComparison.Ordinal) || string.Equals(Normalizer.Key(statement.Value), Normalizer.Key(name), StringComparison.Ordinal)));
    }

    // Of each record: the versions known by then; the first where none was yet, since an earlier day is asked of what is known now.
    private IEnumerable<Version> Shown(List<Version> all)
    {
        if (time is { Day: null, Known: null }) return all;
        return all.GroupBy(v => (v.Record.DatasetId, v.Record.Key)).SelectMany(group =>
        {
            var known = group.Where(v => SourceTable.IsKnown(sources.Imports[v.Record.FirstImport], time)).ToList();
            return known.Count > 0 ? known : time.Known is null ? [group.MinBy(v => v.Record.Number)!] : [];
        });
    }

    private Provenance ProvenanceOf(Version version, Statement? statement)
    {
        var record = version.Record;
        var (first, last) = (record.FirstImport, record.LastImport);
        if (statement is not null && versions.Count > 1)
        {
            // The value may have stood in other versions of the same record too.
            foreach (var other in versions)
            {
                if (ReferenceEquals(other, version) || other.Record.DatasetId != record.DatasetId || !string.Equals(other.Record.Key, record.Key, StringComparison.Ordinal)) continue;
                if (!other.Statements.Any(s => s.Property == statement.Property && s.Value == statement.Value)) continue;
                (first, last) = (Math.Min(first, other.Record.FirstImport), Math.Max(last, other.Record.LastImport));
            }
        }

        var dataset = sources.Datasets[record.DatasetId];
        var latest = sources.Latest(dataset.Id, time)?.Id ?? record.LastImport;
        return new(dataset.Name, dataset.Publisher, record.Key ?? company.Id, statement?[Vocabulary.Fields.SourceUrl] ?? dataset.Url, statement?[Vocabulary.Fields.Basis] is nameof(Basis.Derived) ? Basis.Derived : dataset.Basis, version.RetrievedAt,
            sources.Imports[record.FirstImport].StartedAt, record.SupersededBy is { } by ? sources.Imports[by].StartedAt : null,
            sources.Imports[first].RetrievedAt, sources.Imports[last].RetrievedAt, version.Stands && last >= latest, record.JoinedByName, dataset.Fictional);
    }

    private static bool FailsCheck(Statement statement) =>
        statement.Property == Vocabulary.CreditCode ? CreditCode.Check(statement.Value).Verdict is not CodeVerdict.Valid
        : statement.Property == Vocabulary.Lei ? Lei.Check(statement.Value).Verdict is not CodeVerdict.Valid
        : statement.Property == Vocabulary.RegistrationNumber && !RegistrationNumber.TryParse(statement.Value, null, out _);
}
