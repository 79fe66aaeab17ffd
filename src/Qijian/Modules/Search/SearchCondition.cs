using Npgsql;
using Qijian.Engine.Search;

namespace Qijian.Modules.Search;

/// <summary>The parameters of one statement: every value goes through here, none into the SQL.</summary>
internal sealed class SqlParameters(NpgsqlParameterCollection to)
{
    /// <summary>Adds a value and returns the word that stands for it.</summary>
    public string Add(object value)
    {
        to.Add(new NpgsqlParameter { Value = value });
        return $"${to.Count}";
    }
}

/// <summary>One condition on columns of <c>search_companies</c>.</summary>
/// <param name="Property">The property whose facet is counted without it; null where every count needs it.</param>
/// <param name="Sql">A boolean expression.</param>
internal sealed record SearchCondition(SearchColumn? Property, Func<SqlParameters, string> Sql)
{
    /// <summary>The conditions of filters and ranges; an unknown day or amount passes no range.</summary>
    public static List<SearchCondition> Of(SearchRequest request)
    {
        List<SearchCondition> all = [];
        foreach (var filter in FacetTable.FiltersOf(request).Where(f => f.Values.Count > 0))
        {
            int[] values = [.. filter.Values.Select(v => (int)v).Distinct()];
            all.Add(new(IndexWords.PropertyOf(filter.Column), p => $"{(filter.Without ? "NOT " : "")}{SearchTable.NameOf(filter.Column)} = ANY({p.Add(values)})"));
        }

        if (request.FoundedFrom is not null || request.FoundedTo is not null)
        {
            var (from, to) = (Math.Max(1, request.FoundedFrom?.DayNumber ?? 1), request.FoundedTo?.DayNumber ?? int.MaxValue);
            all.Add(new(SearchColumn.FoundedYear, p => $"founded_day BETWEEN {p.Add(from)} AND {p.Add(to)}"));
        }

        if (request.CapitalFrom is not null || request.CapitalTo is not null)
        {
            var (from, to) = (Math.Max(1, CompanyDocuments.Minor(request.CapitalFrom) ?? 1), CompanyDocuments.Minor(request.CapitalTo) ?? long.MaxValue);
            all.Add(new(SearchColumn.CapitalBand, p => $"(capital_band >> 3 = {p.Add((int)CompanyCodes.Currency(request.Currency))} AND capital BETWEEN {p.Add(from)} AND {p.Add(to)})"));
        }

        // Paging goes on as if companies that came in since the first page were not there.
        if (Snapshot(request) is { } snapshot) all.Add(new(null, p => $"since <= {p.Add(snapshot)}"));
        return all;
    }

    /// <summary>The commit that an earlier page saw, or null where there is none or what stands there is none.</summary>
    public static long? Snapshot(SearchRequest request) => long.TryParse(request.Snapshot, System.Globalization.CultureInfo.InvariantCulture, out var sequence) && sequence >= 0 ? sequence : null;

    /// <summary>The order of hits; every order is total.</summary>
    public static string Order(SearchRequest request, SqlParameters p) => request.Sort switch
    {
        SearchSort.FoundedNewest => "NULLIF(founded_day, 0) DESC NULLS LAST, importance DESC, number",
        SearchSort.FoundedOldest => "NULLIF(founded_day, 0) NULLS LAST, importance DESC, number",
        SearchSort.CapitalHighest => $"{Capital(request, p)} DESC NULLS LAST, importance DESC, number",
        SearchSort.CapitalLowest => $"{Capital(request, p)} NULLS LAST, importance DESC, number",
        SearchSort.Name => "pinyin, importance DESC, number",
        _ => "importance DESC, number",
    };

    private static string Capital(SearchRequest request, SqlParameters p) => $"CASE WHEN capital_band >> 3 = {p.Add((int)CompanyCodes.Currency(request.Currency))} THEN NULLIF(capital, 0) END";
}
