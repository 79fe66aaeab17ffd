using System.Globalization;

namespace Qijian;

/// <summary>Whom personal data is about.</summary>
public enum SubjectKind : byte
{
    /// <summary>A browser without an account that made a choice.</summary>
    Visitor = (byte)'v',

    /// <summary>A registered user.</summary>
    Member = (byte)'m',

    /// <summary>Somebody whose number is in a member's address book.</summary>
    NonUser = (byte)'n',

    /// <summary>A person in a public role in company data.</summary>
    Named = (byte)'p',

    /// <summary>A member of the operator's staff.</summary>
    Staff = (byte)'s',

    /// <summary>All persons in public roles together: what lists and indexes are read for.</summary>
    Public = (byte)'a',
}

/// <summary>One person, by kind and id; says nothing by itself. Stored as a letter and 32 hexadecimal digits.</summary>
public readonly record struct Subject(SubjectKind Kind, Guid Id) : IParsable<Subject>
{
    /// <summary>The persons in public roles, as a class.</summary>
    public static readonly Subject EveryNamedPerson = new(SubjectKind.Public, Guid.Empty);

    /// <summary>A new one.</summary>
    public static Subject Create(SubjectKind kind) => new(kind, Guid.CreateVersion7());

    /// <inheritdoc/>
    public static Subject Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var subject) ? subject : throw new FormatException("A subject is a letter and 32 hexadecimal digits.");

    /// <inheritdoc/>
    public static bool TryParse(string? s, IFormatProvider? provider, out Subject result)
    {
        result = default;
        if (s is not { Length: 33 } || !Enum.IsDefined((SubjectKind)s[0]) || !Guid.TryParseExact(s.AsSpan(1), "N", out var id)) return false;
        result = new((SubjectKind)s[0], id);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(char)Kind}{Id:N}");
}
