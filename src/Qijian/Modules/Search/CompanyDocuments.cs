using Qijian.Engine.Search;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Search;

/// <summary>What both implementations make of a company and of the engine's answers.</summary>
internal static class CompanyDocuments
{
    /// <param name="indexed">The company.</param>
    /// <param name="standing">See <see cref="ICompanyStanding"/>; counts where an order is made of it.</param>
    public static SearchDocument DocumentOf(IndexedCompany indexed, int standing = 0)
    {
        var c = indexed.Company;
        return new()
        {
            Number = c.Number, Id = c.Id, Name = c.Name ?? c.Lei ?? c.Id, FormerNames = indexed.FormerNames, AlsoKnownAs = indexed.OtherNames, People = indexed.People, Scope = indexed.Scope, Address = indexed.Address,
            CreditCode = c.CreditCode, RegistrationNumber = c.RegistrationNumber, Lei = c.Lei, StockCode = c.StockCode,
            Province = CompanyCodes.Province(c.Province), City = CompanyCodes.City(c.City, c.Province), Industry = CompanyCodes.Industry(c.Industry), IndustryClass = CompanyCodes.Class(c.Industry), Status = c.Status is { } status ? (byte)status : (byte)0, Kind = (byte)c.Type, Listed = c.StockCode is not null,
            FoundedDay = c.FoundedOn?.DayNumber ?? 0, CapitalFen = c.Capital?.Minor ?? 0, Currency = CompanyCodes.Currency(c.Capital?.Currency), Importance = ImportanceOf(c, standing),
        };
    }

    // Listed before unlisted, existing before closed; of those, by connections, capital and an LEI together; old before new.
    private static uint ImportanceOf(CompanySummary c, int standing)
    {
        var capital = c.Capital is { Minor: > 0 } money ? (uint)Math.Min(30, Math.Log2(money.Minor)) : 0;
        var age = c.FoundedOn is { } day ? (uint)Math.Clamp(2030 - day.Year, 0, 60) : 0;
        var closed = c.Status is CompanyStatus.Deregistered or CompanyStatus.Revoked or CompanyStatus.Annulled;
        return (c.StockCode is null ? 0 : 100_000u) + (closed ? 0 : 10_000u) + (c.Lei is null ? 0 : 2_000u) + (capital * 100) + (16 * (uint)standing) + age;
    }

    public static Matched MatchedOf(MatchKind kind) => kind switch
    {
        MatchKind.None => Matched.Browse, MatchKind.CreditCode => Matched.CreditCode, MatchKind.RegistrationNumber => Matched.RegistrationNumber, MatchKind.Lei => Matched.Lei,
        MatchKind.StockCode => Matched.StockCode, MatchKind.Name or MatchKind.NamePrefix => Matched.Name, MatchKind.FormerName => Matched.FormerName, MatchKind.AlsoKnownAs => Matched.OtherName,
        MatchKind.Person => Matched.Person, MatchKind.Pinyin => Matched.Pinyin, MatchKind.Initials => Matched.Initials,
        MatchKind.Alias => Matched.Alias, MatchKind.Scope => Matched.Scope, MatchKind.Address => Matched.Address, MatchKind.Similar => Matched.Similar, _ => Matched.Words,
    };

    // The index keeps no scope and no address: what a hit shows of them comes from the registry.
    public static SearchHit HitOf(Engine.Search.SearchHit hit, CompanySummary company, IndexedCompany? texts, string query)
    {
        var matched = MatchedOf(hit.Matched);
        if ((hit.Matched is MatchKind.Scope ? texts?.Scope : hit.Matched is MatchKind.Address ? texts?.Address : null) is { } text)
        {
            var (shown, ranges) = Excerpt.Of(query, text);
            return new(company, matched, shown, [.. ranges.Select(RangeOf)]);
        }

        return new(company, matched, hit.MatchedText, [.. (hit.MatchedText is null ? hit.NameRanges : hit.MatchedRanges).Select(RangeOf)]);
    }

    private static Range RangeOf(TextRange range) => new(range.Start, range.Start + range.Length);

    // The amounts of a request in hundredths, as the index holds them.
    public static long? Minor(decimal? amount) => amount is { } some ? (long)(Math.Clamp(some, 0, long.MaxValue / 200) * 100) : null;
}
