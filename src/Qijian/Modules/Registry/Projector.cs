using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Qijian.Modules.Registry;

/// <summary>A record version with what it says and when it was retrieved.</summary>
internal sealed record Version(SourceRecord Record, IReadOnlyList<Statement> Statements, Basis Basis, DateTimeOffset RetrievedAt)
{
    /// <summary>Whether no later version had superseded it, at the time that is looked at.</summary>
    public bool Stands { get; init; } = Record.SupersededBy is null;
}

/// <summary>What the rows of one body are, given all its record versions: a pure function, so the rows can always be rebuilt.</summary>
internal sealed class Projector(Func<PartyKey, int?> bodyOf)
{
    private readonly List<Person> people = [];
    private readonly List<Relation> relations = [];
    private readonly Dictionary<string, long> personNumbers = new(StringComparer.Ordinal);
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    public IReadOnlyList<Person> People => people;
    public IReadOnlyList<Relation> Relations => relations;

    /// <summary>The order in which sources are believed: a correction over every filing, a filing over what is computed, the newer over the older.</summary>
    public static IEnumerable<Version> ByPrecedence(IEnumerable<Version> versions) =>
        versions.OrderBy(v => !v.Stands).ThenBy(v => v.Basis switch { Basis.User => 0, Basis.Filed => 1, _ => 2 }).ThenByDescending(v => v.RetrievedAt).ThenBy(v => v.Record.Number);

    /// <summary>The name by which a person's id is made.</summary>
    public static string PersonId(string company, string name, string role) => "p-" + Base32($"{company}\n{name}\n{role}");

    /// <summary>The id of the person whom a relation to the company names.</summary>
    public static string PersonId(string company, Statement relation) => PersonId(company, relation.Value, relation[Vocabulary.Fields.Role] ?? relation.Property.Zh);

    /// <summary>The id of a body without a credit code: the same in every database.</summary>
    public static string BodyId(string dataset, string key) => "x-" + Base32($"{dataset}\n{key}");

    /// <summary>Fills the row from its versions, and the people and relations beside it. O(statements).</summary>
    public void Project(Company company, IReadOnlyList<Version> versions)
    {
        people.Clear();
        relations.Clear();
        personNumbers.Clear();
        seen.Clear();
        var (name, nameKey) = (company.Name, company.NameKey);
        Reset(company);
        IEnumerable<Version> ordered = versions.Count == 1 ? versions : ByPrecedence(versions);
        foreach (var version in ordered)
        {
            foreach (var statement in version.Statements)
            {
                if (statement.Property.Type is ValueType.Relation) Relate(company, version, statement);
                else if (version.Stands && statement.Property.Type is not ValueType.Event) Fill(company, statement);
            }

            if (version.Stands && !version.Record.JoinedByName) company.Identified |= Identifies(version.Statements);
        }

        company.NameKey = nameKey is not null && string.Equals(name, company.Name, StringComparison.Ordinal) ? nameKey : Draft.NameKeyOf(company.Name);
        company.Province ??= RegionOf(company);
    }

    private static bool Identifies(IReadOnlyList<Statement> statements)
    {
        foreach (var statement in statements)
            if (statement.Property == Vocabulary.CreditCode || statement.Property == Vocabulary.RegistrationNumber || statement.Property == Vocabulary.Lei) return true;
        return false;
    }

    private static void Reset(Company company)
    {
        (company.Name, company.RegistrationNumber, company.Lei, company.StockCode, company.Status, company.Province, company.City) = (null, null, null, null, null, null, null);
        (company.FoundedOn, company.Capital, company.CapitalCurrency, company.LegalForm, company.Industry, company.LegalRepresentative) = (null, null, null, null, null, null);
    }

    private static void Fill(Company company, Statement statement)
    {
        var value = statement.Value;
        var property = statement.Property;
        if (property == Vocabulary.Name) company.Name ??= value;
        else if (property == Vocabulary.RegistrationNumber) company.RegistrationNumber ??= Indexable(value);
        else if (property == Vocabulary.Lei) company.Lei ??= Indexable(value);
        else if (property == Vocabulary.StockCode) company.StockCode ??= value;
        else if (property == Vocabulary.Status) company.Status ??= Enum.TryParse<CompanyStatus>(value, out var status) ? status : CompanyStatus.Other;
        else if (property == Vocabulary.Province) company.Province ??= value;
        else if (property == Vocabulary.City) company.City ??= value;
        else if (property == Vocabulary.FoundedOn) company.FoundedOn ??= DayOf(value);
        else if (property == Vocabulary.LegalForm) company.LegalForm ??= value;
        else if (property == Vocabulary.Industry) company.Industry ??= value;
        else if (property == Vocabulary.Capital && company.Capital is null && Money.Parse(value) is { } money) (company.Capital, company.CapitalCurrency) = (money.Minor, money.Currency);
    }

    // A text far from any identifier stands in its record only: PostgreSQL's index takes none above 2,700 bytes.
    private static string? Indexable(string value) => value.Length <= 64 ? value : null;

    private void Relate(Company company, Version version, Statement statement)
    {
        var type = Enum.TryParse<EntityType>(statement[Vocabulary.Fields.PartyType], out var known) ? known : EntityType.LegalEntity;
        PartyKey party = new(statement[Vocabulary.Fields.PartyCode], statement[Vocabulary.Fields.PartyLei], type is EntityType.Person or EntityType.Unknown ? null : statement.Value);
        var role = statement[Vocabulary.Fields.Role];
        var key = type is EntityType.Unknown ? $"{statement.Property.Id}|?|{relations.Count}" : $"{statement.Property.Id}|{party.Code ?? party.Lei ?? statement.Value}|{role}|{statement.From}";
        if (type is EntityType.Unknown && !version.Stands || !seen.Add(key)) return; // an older version's, or another source's word of the same edge
        if (statement.Property == Vocabulary.Directorship && role is Vocabulary.LegalRepresentative && version.Stands) company.LegalRepresentative ??= statement.Value;

        var number = SourceRecord.First(company.Number) + relations.Count;
        var money = MoneyText(statement[Vocabulary.Fields.SharesValue]);
        var body = type is EntityType.Person or EntityType.Unknown ? null : bodyOf(party);
        relations.Add(new()
        {
            Number = number,
            Kind = statement.Property.Id,
            FromCompany = body,
            FromPerson = type is EntityType.Person ? PersonNumber(company, statement, role) : null,
            PartyName = body is not null || type is EntityType.Person || statement.Value.Length == 0 ? null : statement.Value,
            PartyType = type,
            Role = role,
            Share = PartsPerMillion(statement[Vocabulary.Fields.Percent]),
            ShareMinimum = PartsPerMillion(statement[Vocabulary.Fields.Minimum]),
            ShareMaximum = PartsPerMillion(statement[Vocabulary.Fields.Maximum]),
            Amount = money?.Minor,
            Currency = money?.Currency,
            ValidFrom = statement.From,
            ValidTo = statement.To,
            Record = version.Record.Number,
            InLatest = version.Stands,
        });
    }

    private long PersonNumber(Company company, Statement statement, string? role)
    {
        var id = PersonId(company.Id, statement.Value, role ?? statement.Property.Zh);
        if (personNumbers.TryGetValue(id, out var number)) return number;
        number = SourceRecord.First(company.Number) + people.Count;
        people.Add(new() { Number = number, Id = id, Name = statement.Value });
        return personNumbers[id] = number;
    }

    public static DateOnly? DayOf(string value) => DateOnly.TryParseExact(value, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1000 and < 3000 ? day : null;

    /// <summary>Reads an amount as a register writes it.</summary>
    public static Money? MoneyText(string? text) =>
        text is not null && Engine.Identifiers.Capital.TryParse(text, out var capital) ? Money.Parse($"{capital.Amount.ToString(CultureInfo.InvariantCulture)} {capital.Currency}") : null;

    private static int? PartsPerMillion(string? percent) => Percent.Parse(percent) is { } value ? (int)decimal.Round(value * 10_000) : null;

    // Where no source states the province, the credit code's region digits do: derived, and said so where it is shown.
    private static string? RegionOf(Company company) => company.CreditCode is { } code ? Engine.Identifiers.Provinces.Find(code[2..4])?.ShortName : null;

    private static string Base32(string text)
    {
        const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return string.Create(16, hash.ToArray(), static (to, bytes) =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                var bit = i * 5;
                var pair = (bytes[bit / 8] << 8) | bytes[bit / 8 + 1];
                to[i] = Alphabet[(pair >> (11 - bit % 8)) & 31];
            }
        });
    }
}

/// <summary>By what a relation names its other party: code first, then LEI, then the full name.</summary>
internal readonly record struct PartyKey(string? Code, string? Lei, string? Name);
