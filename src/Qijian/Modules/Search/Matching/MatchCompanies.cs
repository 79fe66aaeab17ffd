using Qijian.Engine.Identifiers;
using Qijian.Engine.Matching;
using Qijian.Engine.Text;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Search;

/// <summary>A company that a row may mean, and how well it fits.</summary>
public sealed record MatchedCompany(CompanySummary Company, MatchScore Score);

/// <summary>Says which companies a row may mean.</summary>
public interface ICompanyMatching
{
    /// <summary>At most so many companies, best first.</summary>
    Task<IReadOnlyList<MatchedCompany>> RunAsync(MatchRow row, int limit, CancellationToken ct);
}

/// <summary>Finds which companies a row may mean: candidates from the search, scored by the engine.</summary>
internal sealed class MatchCompanies(ICompanySearch search, ICompanyLookup companies) : ICompanyMatching
{
    /// <summary>Below this score a company is none that the row could mean.</summary>
    public const int Floor = 25;

    private const int Hits = 10, BrandHits = 20, WithAddress = 10;

    /// <summary>At most so many companies, best first. A few searches a row; one look-up more for each of the best ten where the row has an address.</summary>
    public async Task<IReadOnlyList<MatchedCompany>> RunAsync(MatchRow row, int limit, CancellationToken ct)
    {
        // Somebody who gives a code for a name means the code.
        if (row.Code is null && IsCode(row.Name)) row = row with { Code = row.Name, Name = "" };
        CompanyMatcher matcher = new(row);
        Candidates found = new();
        if (row.Code is { Length: > 0 } code)
        {
            if (code.StartsWith("x-", StringComparison.Ordinal) && await companies.FindAsync(code, default, ct) is CompanyLookupResult.Found(var known)) return [new(known.Summary, new(100, [MatchReason.SameCode]))];
            found.Add(await SearchAsync(code, 3, ct));
        }

        // The code and a name that goes with it: nothing else can be meant.
        var settled = found.All.Exists(c => matcher.Score(c.Known).Score == 100);
        if (!settled && !string.IsNullOrWhiteSpace(row.Name))
        {
            found.Add(await SearchAsync(row.Name, Hits, ct));
            if (!found.All.Exists(c => matcher.Score(c.Known).Score >= MatchScore.Strong)) await SearchBrandAsync(row.Name, found, ct);
        }
        else if (!settled && row.Code is not { Length: > 0 })
        {
            found.Add(await SearchAsync($"{row.Person} {row.Region} {row.Address}", BrandHits, ct));
        }

        var candidates = found.All;
        if (row.Address is { Length: > 0 }) candidates = await WithAddressesAsync(matcher, candidates, ct);
        return [.. matcher.Rank([.. candidates.Select(c => c.Known)], limit).Where(r => r.Score.Score >= Floor).Select(r => new MatchedCompany(candidates[r.Index].Company, r.Score))];
    }

    private async Task SearchBrandAsync(string name, Candidates found, CancellationToken ct)
    {
        var parts = CompanyName.Parse(name.Length > MatchRow.MaxText ? name[..MatchRow.MaxText] : name);
        var (brand, trade) = (parts[parts.Brand].ToString(), parts[parts.Trade].ToString());
        found.Add(await SearchAsync(brand + trade, BrandHits, ct));
        if (brand.Length > 1 && trade.Length > 0) found.Add(await SearchAsync(brand, BrandHits, ct));
    }

    private async Task<SearchPage?> SearchAsync(string text, int hits, CancellationToken ct) =>
        Plain(text) is { Length: > 0 } plain ? await search.SearchAsync(new() { Text = plain, PageSize = hits, Facets = false }, ct) : null;

    // A name is a name: nothing in it is a phrase, a field or something to leave out.
    private static string Plain(string text) =>
        string.Join(' ', string.Concat(text.Take(MatchRow.MaxText).Select(c => c is '"' or '“' or '”' or '＂' or '「' or '」' or '『' or '』' or ':' or '：' ? ' ' : c)).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => w.TrimStart('-', '－')).Where(w => w.Length > 0));

    private static bool IsCode(string text) =>
        CreditCode.TryParse(text, out _) || RegistrationNumber.TryParse(text, out _) || Lei.TryParse(text, out _) || (text.StartsWith("x-", StringComparison.Ordinal) && !text.Contains(' ', StringComparison.Ordinal));

    private async Task<List<Candidate>> WithAddressesAsync(CompanyMatcher matcher, List<Candidate> candidates, CancellationToken ct)
    {
        List<Candidate> full = [];
        foreach (var (index, _) in matcher.Rank([.. candidates.Select(c => c.Known)], WithAddress))
        {
            var candidate = candidates[index];
            full.Add(await companies.FindAsync(candidate.Company.Id, default, ct) is CompanyLookupResult.Found(var view)
                ? candidate with { Known = candidate.Known with { Address = view[Vocabulary.Address]?.Value, FormerNames = [.. candidate.Known.FormerNames, .. view.Facts.Where(f => f.Property == Vocabulary.PreviousName).Select(f => f.Value)] } }
                : candidate);
        }

        return full;
    }

    private sealed record Candidate(CompanySummary Company, MatchCandidate Known);

    /// <summary>What several searches found: each company once, with every name that it was found by.</summary>
    private sealed class Candidates
    {
        private readonly Dictionary<int, int> at = [];

        public List<Candidate> All { get; } = [];

        public void Add(SearchPage? page)
        {
            foreach (var hit in page?.Hits ?? [])
            {
                if (!at.TryGetValue(hit.Company.Number, out var index))
                {
                    at[hit.Company.Number] = index = All.Count;
                    All.Add(new(hit.Company, Of(hit.Company)));
                }

                if (hit.MatchedText is not { } text) continue;
                var known = All[index].Known;
                if (hit.Matched is Matched.FormerName) known = known with { FormerNames = [.. known.FormerNames, text] };
                if (hit.Matched is Matched.OtherName) known = known with { OtherNames = [.. known.OtherNames, text] };
                All[index] = All[index] with { Known = known };
            }
        }

        private static MatchCandidate Of(CompanySummary c) =>
            new(c.Name ?? "") { CreditCode = c.CreditCode, RegistrationNumber = c.RegistrationNumber, Lei = c.Lei, Province = c.Province, City = c.City, LegalRepresentative = c.LegalRepresentative };
    }
}
