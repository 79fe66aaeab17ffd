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
    private readonly EdgeSet seen = new();

    public IReadOnlyList<Person> People => people;
    public IReadOnlyList<Relation> Relations => relations;

    /// <summary>The order in which sources are believed: a correction over every filing, a filing over what is computed, the newer over the older.</summary>
    public static IEnumerable<Version> ByPrecedence(IEnumerable<Version> versions) =>
        versions.OrderBy(v => !v.Stands).ThenBy(v => v.Basis switch { Basis.User => 0, Basis.Filed => 1, _ => 2 }).ThenByDescending(v => v.RetrievedAt).ThenBy(v => v.Record.Number);

    /// <summary>The name by which a person's id is made.</summary>
    public static string PersonId(string company, string name, string role) => "p-" + Base32($"{company}\n{name}\n{role}");

    /// <summary>The id of the person whom a relation to the company names. A source that gives its persons numbers tells namesakes apart by them.</summary>
    public static string PersonId(string company, Statement relation) =>
        PersonId(company, relation.Value, (relation[Vocabulary.Fields.Role] ?? relation.Property.Zh) + (relation[Vocabulary.Fields.PartyId] is { } record ? $"\n{record}" : ""));

    /// <summary>The id of a body without a credit code: the same in every database.</summary>
    public static string BodyId(string dataset, string key) => "x-" + Base32($"{dataset}\n{key}");

    /// <summary>Whether an id is one of ours: a letter that says of what, a hyphen and 16 characters of base 32.</summary>
    public static bool IsOwnId(string id, char of) => id.Length == 18 && id[0] == of && id[1] == '-' && !id.AsSpan(2).ContainsAnyExcept(Digits);

    private static readonly System.Buffers.SearchValues<char> Digits = System.Buffers.SearchValues.Create(Alphabet);

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
            if (statement.Property == Vocabulary.CreditCode || statement.Property == Vocabulary.RegistrationNumber || statement.Property == Vocabulary.Lei || statement.Property == Vocabulary.ForeignNumber) return true;
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
        PartyKey party = type is EntityType.Person or EntityType.Unknown ? default : new(statement[Vocabulary.Fields.PartyCode] ?? statement[Vocabulary.Fields.PartyId], statement[Vocabulary.Fields.PartyLei], statement.Value);
        var role = statement[Vocabulary.Fields.Role];
        if (!seen.Add(version, statement)) return; // an older version's, or another source's word of the same edge
        if (statement.Property == Vocabulary.Directorship && role is Vocabulary.LegalRepresentative && version.Stands) company.LegalRepresentative ??= statement.Value;

        var number = SourceRecord.First(company.Number) + relations.Count;
        var money = MoneyText(statement[Vocabulary.Fields.SharesValue]);
        var body = type is EntityType.Person or EntityType.Unknown ? null : bodyOf(party);
        relations.Add(new()
        {
            Number = number,
            Kind = statement.Property.Id,
            FromCompany = body,
            FromPerson = type is EntityType.Person ? PersonNumber(company, statement) : null,
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

    private long PersonNumber(Company company, Statement statement)
    {
        var id = PersonId(company.Id, statement);
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

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>The first 80 bits of SHA-256, in letters and digits.</summary>
    public static string Base32(string text)
    {
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

/// <summary>
/// Which statements are edges of their own: the first of those that say the same of one party, in one role, from one day. Of persons
/// one source may number two alike; unnamed parties are never taken for one another, so only those of versions that stand can be told apart.
/// </summary>
internal sealed class EdgeSet
{
    private readonly Dictionary<(short, string, string?, DateOnly?), int> seen = [];

    public void Clear() => seen.Clear();

    public bool Add(Version version, Statement statement)
    {
        var type = statement[Vocabulary.Fields.PartyType];
        if (type is nameof(EntityType.Unknown)) return version.Stands;
        var person = type is nameof(EntityType.Person);
        var record = statement[Vocabulary.Fields.PartyId];
        var party = person ? statement.Value : statement[Vocabulary.Fields.PartyCode] ?? record ?? statement[Vocabulary.Fields.PartyLei] ?? statement.Value;
        var role = statement[Vocabulary.Fields.Interest] is { } interest ? $"{statement[Vocabulary.Fields.Role]}\n{interest}" : statement[Vocabulary.Fields.Role];
        if (!seen.TryAdd((statement.Property.Id, party, role, statement.From), version.Record.DatasetId) && (!person || record is null || seen[(statement.Property.Id, party, role, statement.From)] != version.Record.DatasetId)) return false;
        return !person || record is null || seen.TryAdd((statement.Property.Id, $"{party}\n{record}", role, statement.From), version.Record.DatasetId);
    }
}

/// <summary>By what a relation names its other party: code first, then LEI, then the full name.</summary>
internal readonly record struct PartyKey(string? Code, string? Lei, string? Name);
