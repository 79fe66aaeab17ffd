namespace Qijian.Engine.Search;

/// <summary>What the search index is told about one company. A later document of the same <see cref="Number"/> replaces the earlier.</summary>
public sealed record SearchDocument
{
    /// <summary>The database's stable company number, above zero.</summary>
    public required int Number { get; init; }

    /// <summary>Public id: the credit code, or <c>x-…</c> where a body has none.</summary>
    public required string Id { get; init; }

    /// <summary>The name as filed.</summary>
    public required string Name { get; init; }

    /// <summary>Earlier names as filed.</summary>
    public IReadOnlyList<string> FormerNames { get; init; } = [];

    /// <summary>English name, short names, brands.</summary>
    public IReadOnlyList<string> AlsoKnownAs { get; init; } = [];

    /// <summary>Legal representative and others in public roles.</summary>
    public IReadOnlyList<string> People { get; init; } = [];

    /// <summary>Unified social credit code.</summary>
    public string? CreditCode { get; init; }

    /// <summary>The registration number used before credit codes.</summary>
    public string? RegistrationNumber { get; init; }

    /// <summary>Legal entity identifier.</summary>
    public string? Lei { get; init; }

    /// <summary>Ticker.</summary>
    public string? StockCode { get; init; }

    /// <summary>Business scope. Found by its words; the text itself is not kept.</summary>
    public string? Scope { get; init; }

    /// <summary>Registered address. Found by its words; the text itself is not kept.</summary>
    public string? Address { get; init; }

    /// <summary>A small code, 0 where unknown.</summary>
    public byte Province { get; init; }

    /// <summary>A code, 0 where unknown.</summary>
    public ushort City { get; init; }

    /// <summary>Division of an industry classification as a small code, 0 where unknown.</summary>
    public byte Industry { get; init; }

    /// <summary>Class of the industry classification as a code, 0 where unknown.</summary>
    public ushort IndustryClass { get; init; }

    /// <summary>Registration status as a small code.</summary>
    public byte Status { get; init; }

    /// <summary>Kind of body as a small code.</summary>
    public byte Kind { get; init; }

    /// <summary>Whether shares are listed.</summary>
    public bool Listed { get; init; }

    /// <summary>Days since 0001-01-01, 0 where unknown.</summary>
    public int FoundedDay { get; init; }

    /// <summary>Registered capital in hundredths of its currency, 0 where unknown.</summary>
    public long CapitalFen { get; init; }

    /// <summary>Currency of the capital as a code below 32.</summary>
    public byte Currency { get; init; }

    /// <summary>Higher comes first among equal matches.</summary>
    public uint Importance { get; init; }
}
