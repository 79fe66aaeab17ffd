using System.IO.Hashing;
using System.Runtime.InteropServices;
using Qijian.Engine.Identifiers;
using Qijian.Engine.Text;

namespace Qijian.Modules.Registry;

/// <summary>One row of a source, understood: which body it speaks of and what it says.</summary>
internal sealed class Draft(long row)
{
    private readonly List<Statement> statements = new(8);

    /// <summary>The number of the row in its file, from 1, without the header.</summary>
    public long Row => row;

    /// <summary>The row as it stands in the file, in UTF-8: turned into text only where it is rejected.</summary>
    public byte[] Raw { get; set; } = [];

    /// <summary>The record's own key where the source gives one.</summary>
    public string? GivenKey { get; set; }
    public string? CreditCode { get; private set; }
    public string? RegistrationNumber { get; private set; }
    public string? Lei { get; private set; }
    public string? Name { get; private set; }
    public EntityType Type { get; set; } = EntityType.Company;
    public IReadOnlyList<Statement> Statements => statements;

    /// <summary>The public id of the body it speaks of, where neither a code nor an LEI nor its key tells it.</summary>
    public string? Body { get; set; }

    /// <summary>A row that adds nothing: an earlier state of a record, or a party that its relations name.</summary>
    public bool Passed { get; set; }

    /// <summary>Whether the row has proved whole, even if the file breaks off behind it.</summary>
    public bool Whole { get; init; }

    /// <summary>Set by <see cref="Seal"/>.</summary>
    public byte[] Packed { get; private set; } = [];
    public long Hash { get; private set; }
    public string Key { get; private set; } = "";
    public long? NameKey { get; private set; }

    /// <summary>How many statements are relations.</summary>
    public int Relations { get; private set; }

    /// <summary>The id of the body it speaks of, unless that joins another.</summary>
    public string BodyId { get; set; } = "";

    /// <summary>Whether the source names the body by an identifier that others use too.</summary>
    public bool Identified => CreditCode is not null || RegistrationNumber is not null || Lei is not null || Body is not null;

    public void Add(Statement statement)
    {
        statements.Add(statement);
        if (statement.Property.Type is ValueType.Relation) Relations++;
    }

    /// <summary>Adds the numbers of a text; where a record of ours states one, with what else it says of it.</summary>
    public void AddPhones(string text, Statement? stated = null)
    {
        foreach (var number in Telephone.Numbers(text))
            if (!statements.Exists(s => s.Property == Vocabulary.Phone && string.Equals(s.Value, number, StringComparison.Ordinal))) Add((stated ?? new(Vocabulary.Phone, "")) with { Value = number, Original = null });
    }

    public void AddName(string name)
    {
        Name ??= name;
        Add(new(Vocabulary.Name, name));
    }

    /// <summary>A column that holds a credit code in most rows, an old registration number in some, and now and then something else.</summary>
    public void AddCode(string code)
    {
        if (code is "无" or "暂无" or "未知" or "N/A" or "NULL" or "null") return; // a register's way to leave it empty: no code, and no key
        var compact = Compact(code);
        if (IsCreditCodeShaped(compact))
        {
            CreditCode ??= compact;
            Add(new(Vocabulary.CreditCode, compact) { Original = Other(code, compact) });
        }
        else if (IsRegistrationNumberShaped(compact)) AddRegistrationNumber(code);
        else Add(new(Vocabulary.OtherCode, compact) { Original = Other(code, compact) });
    }

    public void AddRegistrationNumber(string code)
    {
        var compact = Compact(code);
        if (IsRegistrationNumberShaped(compact)) RegistrationNumber ??= compact;
        Add(new(Vocabulary.RegistrationNumber, compact) { Original = Other(code, compact) });
    }

    public void AddLei(string code)
    {
        var compact = Compact(code);
        if (compact.Length == 20 && compact.All(char.IsAsciiLetterOrDigit)) Lei ??= compact;
        Add(new(Vocabulary.Lei, compact) { Original = Other(code, compact) });
    }

    /// <summary>Says which body a row without facts of its own speaks of.</summary>
    public void Identify(string? creditCode, string? lei, string? registrationNumber, string? body) =>
        (CreditCode, Lei, RegistrationNumber, Body, Type) = (creditCode, lei, registrationNumber, body, EntityType.LegalEntity);

    /// <summary>What a register filed as a credit code: the alphabet and length of one, whether or not its check character is right.</summary>
    public static bool IsCreditCodeShaped(string code) =>
        Engine.Identifiers.CreditCode.Check(code).Verdict is CodeVerdict.Valid or CodeVerdict.WrongCheckCharacter or CodeVerdict.WrongOrganisationCheck;

    /// <summary>Packs what was said. The key is the source's own, else the identifier, else the other code, else the name.</summary>
    public void Seal()
    {
        Packed = StatementPack.Pack(statements);
        Hash = (long)XxHash3.HashToUInt64(Packed);
        Key = GivenKey ?? CreditCode ?? RegistrationNumber ?? Lei ?? OtherKey() ?? statements.Find(s => s.Property == Vocabulary.StockCode)?.Value ?? Name!;
        NameKey = NameKeyOf(Name);
    }

    // A code of no known kind (企合苏镇分字第0010) may be that of several bodies: with the name it is a key.
    private string? OtherKey() => statements.Find(s => s.Property == Vocabulary.OtherCode)?.Value is { } code ? Name is null ? code : $"{code}\n{Name}" : null;

    /// <summary>By what a name is found without an identifier; null where nothing of it is left once normalised.</summary>
    public static long? NameKeyOf(string? name) =>
        name is null || Normalizer.Key(name) is not { Length: > 0 } key ? null : (long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(key.AsSpan()));

    private static bool IsRegistrationNumberShaped(string code) => code.Length is 13 or 15 && code.All(char.IsAsciiDigit);

    // Nearly every code is written as it should be; the rest is folded.
    private static string Compact(string code) => code.AsSpan().ContainsAnyExcept(Plain) ? Folded(code) : code;

    private static readonly System.Buffers.SearchValues<char> Plain = System.Buffers.SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static string Folded(string code) => Normalizer.Normalize(code).Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    private static string? Other(string original, string normalised) => string.Equals(original, normalised, StringComparison.Ordinal) ? null : original;
}
