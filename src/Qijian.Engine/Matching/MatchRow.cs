namespace Qijian.Engine.Matching;

/// <summary>What somebody knows of a company that is to be found in a register; only the name must be there.</summary>
/// <param name="Name">The name as written, at most <see cref="MaxText"/> characters of it are read.</param>
/// <param name="Code">A credit code, organisation code, registration number or LEI.</param>
/// <param name="Region">A province, city or county by name, or its code of two, four or six digits.</param>
/// <param name="Address">The address or a part of it.</param>
/// <param name="Person">The legal representative.</param>
public sealed record MatchRow(string Name, string? Code = null, string? Region = null, string? Address = null, string? Person = null)
{
    /// <summary>Characters of a text that are compared; more are left out.</summary>
    public const int MaxText = 256;
}

/// <summary>A company that may be the one that is meant.</summary>
/// <param name="Name">The name that it has now.</param>
public sealed record MatchCandidate(string Name)
{
    /// <summary>Names that it had.</summary>
    public IReadOnlyList<string> FormerNames { get; init; } = [];

    /// <summary>English and short names.</summary>
    public IReadOnlyList<string> OtherNames { get; init; } = [];
    public string? CreditCode { get; init; }
    public string? RegistrationNumber { get; init; }
    public string? Lei { get; init; }
    public string? Province { get; init; }
    public string? City { get; init; }
    public string? Address { get; init; }
    public string? LegalRepresentative { get; init; }
}

/// <summary>How sure a match is.</summary>
public enum MatchBand
{
    /// <summary>Below 50: named so that a person can rule it out.</summary>
    Weak,

    /// <summary>50 to 79: something that matters differs or is not known; a person should look.</summary>
    Possible,

    /// <summary>80 to 94: the same name in another form, or a name that several bear.</summary>
    Strong,

    /// <summary>95 to 100: the same code, or the same full name with nothing against it.</summary>
    Exact,
}

/// <summary>Why a score is what it is. Those from <see cref="OtherCode"/> on count against the match.</summary>
public enum MatchReason
{
    SameCode, SameName, SameAfterNormalization, FormerName, OtherKnownName, RegionMoved, RegionShorter, RegionLeftOut, FormShorter, TradeLeftOut, SameBrand, SameSound, SamePinyin,
    OneCharacterDiffers, TwoCharactersDiffer, SimilarName, SameRegion, SameAddress, SimilarAddress, SamePerson, CodeMistyped,
    OtherCode, OtherName, OtherForm, OtherTrade, OtherRegionInName, OtherNumber, BranchOrParent, OtherRegion, OtherAddress, OtherPerson, Namesakes,
}

/// <summary>What a comparison came to.</summary>
/// <param name="Score">0 to 100.</param>
/// <param name="Reasons">What the score is made of, the weightiest kinds first.</param>
public sealed record MatchScore(int Score, IReadOnlyList<MatchReason> Reasons)
{
    /// <summary>From this score on a match is <see cref="MatchBand.Exact"/>, <see cref="MatchBand.Strong"/>, <see cref="MatchBand.Possible"/>.</summary>
    public const int Exact = 95, Strong = 80, Possible = 50;

    public MatchBand Band => Score >= Exact ? MatchBand.Exact : Score >= Strong ? MatchBand.Strong : Score >= Possible ? MatchBand.Possible : MatchBand.Weak;
}

/// <summary>What reasons mean.</summary>
public static class MatchReasons
{
    /// <summary>Whether a reason speaks against the match.</summary>
    public static bool CountsAgainst(this MatchReason reason) => reason >= MatchReason.OtherCode;
}
