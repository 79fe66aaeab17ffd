using Qijian.Engine.Matching;

namespace Qijian.Modules.Search;

/// <summary>Answers one query of a batch.</summary>
internal sealed class ReconcileQueries(MatchCompanies match)
{
    /// <summary>The candidates, best first; the first is a match where it is the only certain one.</summary>
    public async Task<IReadOnlyList<CandidateJson>> RunAsync(ReconcileQuery query, CancellationToken ct)
    {
        MatchRow row = new(query.Text.Length > 0 ? query.Text : First("name", "previousName", "englishName", "shortName") ?? "", First("creditCode", "organizationCode", "registrationNumber", "lei"),
            First("region", "district", "city", "province"), First("address"), First("legalRepresentative"));
        var found = await match.RunAsync(row, query.Types.Count == 0 ? query.Limit : query.Limit * 4, ct);
        var of = found.Where(f => query.Types.Count == 0 || query.Types.Any(t => ReconcileType.Includes(t, f.Company.Type))).Take(query.Limit).ToList();
        var certain = of.Count > 0 && of[0].Score.Band is MatchBand.Exact && (of.Count == 1 || of[1].Score.Band is not MatchBand.Exact);
        return [.. of.Select((f, i) => new CandidateJson(f.Company.Id, EntityJson.NameOf(f.Company), EntityJson.Describe(f.Company), f.Score.Score, certain && i == 0,
            [.. f.Score.Reasons.Select(r => new FeatureJson(r.ToString(), true))], ReconcileType.Of(f.Company.Type)))];

        // The first value of the first of these properties that has one.
        string? First(params ReadOnlySpan<string> properties)
        {
            foreach (var property in properties)
                if (query.Values[property].FirstOrDefault(v => v.Length > 0) is { } value) return value;
            return null;
        }
    }
}
