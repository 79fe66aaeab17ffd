using System.Data;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using Qijian.Engine.Search;
using Qijian.Modules.Registry;
using Qijian.Platform;
using Qijian.Platform.CommandLine;
using Qijian.Platform.Data;

namespace Qijian.Modules.Search;

/// <summary>Searches in PostgreSQL, for who wants no index in the web process (docs/decisions/0006).</summary>
internal sealed partial class PostgresSearch : ICompanySearch, IFollowsRegistry, IImportFollower, IPreparation, IReadiness, IDisposable
{
    /// <summary>A search that takes longer is cut off: its page comes from the most important companies, without counts, and says that more may match.</summary>
    private const int TimeoutMilliseconds = 3000;

    private const int MostSimilar = 20;

    /// <summary>Names near the text that are compared with it character by character.</summary>
    private const int ComparedNames = 300;

    /// <summary>Nobody waits longer for what is typed ahead.</summary>
    private const int SuggestMilliseconds = 400;

    /// <summary>Where a text is too short or too common to look at all that it finds, the best of the most important companies are enough.</summary>
    private const string Important = "(SELECT * FROM search_companies ORDER BY importance DESC, number LIMIT 5000) AS important";

    private readonly NpgsqlDataSource reads, writes;
    private readonly SearchTable table;
    private readonly Scoped<ICompanyFeed> feeds;
    private readonly Scoped<ICompanyLookup> lookups;
    private readonly AliasTable aliases;
    private readonly ILogger<PostgresSearch> log;
    private Tuple<long, Counts>? browsed; // counts of everything, which cost a look at every row, with their commit

    public PostgresSearch(IOptions<DatabaseOptions> database, Scoped<ICompanyFeed> feeds, Scoped<ICompanyLookup> lookups, AliasTable aliases, Standings standings, ILogger<PostgresSearch> log, ILogger<SearchTable> tableLog)
    {
        NpgsqlConnectionStringBuilder connection = new(database.Value.ConnectionString);
        writes = NpgsqlDataSource.Create(connection);
        // Compiling a statement costs more than most searches; nothing here writes.
        connection.Options = $"{connection.Options} -c statement_timeout={TimeoutMilliseconds} -c jit=off -c work_mem=32MB -c default_transaction_read_only=on -c pg_trgm.word_similarity_threshold=0.25".TrimStart();
        reads = NpgsqlDataSource.Create(connection);
        table = new(writes, feeds, standings, tableLog);
        (this.feeds, this.lookups, this.aliases, this.log) = (feeds, lookups, aliases, log);
    }

    public bool Ready { get; private set; }

    // What a commit changed is to be found at once.
    public TimeSpan Pause => TimeSpan.FromMilliseconds(10);

    public void Dispose()
    {
        reads.Dispose();
        writes.Dispose();
    }

    /// <summary>Makes the table where it is missing and catches up.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        await table.PrepareAsync(ct);
        while (await table.TakeAsync(wait: true, ct)) { }
        Ready = true;
    }

    public async Task<bool> FollowAsync(CancellationToken ct)
    {
        var any = false;
        while (Ready && await table.TakeAsync(wait: false, ct)) any = true;
        return any;
    }

    public Task ImportedAsync(Action<string, double> progress, CancellationToken ct) => table.CatchUpAsync(progress, ct);

    public async Task<SearchPage> SearchAsync(SearchRequest request, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var (page, pageSize) = (Math.Max(1, request.Page), Math.Clamp(request.PageSize, 1, 100));
        SearchText text = new(request.Text, aliases.Of(request.Text));
        Question question = new(request, text, SearchCondition.Of(request), (page - 1L) * pageSize, pageSize);
        var answer = await AnswerAsync(question, ct);
        if (answer.Counts is { Total: 0 } && table.Trigrams && text.Forgiving && await SimilarAsync(question, ct) is { Length: > 0 } similar)
            answer = await AnswerAsync(question = question with { Similar = similar }, ct);
        var (hits, meant) = await HitsAsync(question, answer.Rows, ct);
        var (total, counted) = answer.Counts is { } counts ? (counts.Total, counts.Facets) : (question.Skip + answer.Rows.Count, []);
        var snapshot = SearchCondition.Snapshot(request) is { } asked && asked <= answer.Sequence ? asked : answer.Sequence;
        return new(hits, total, answer.Counts is null, page, pageSize, request.Facets ? [.. FacetTable.All.Select(f => f.Of(counted, request))] : [],
            snapshot.ToString(CultureInfo.InvariantCulture), meant, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    public async Task<IReadOnlyList<SearchSuggestion>> SuggestAsync(string text, CancellationToken ct)
    {
        SearchText asked = new(text, aliases.Of(text), plain: true);
        if (asked.IsEmpty) return [];
        SearchRequest request = new() { Text = text, PageSize = 10, Facets = false };
        Question question = new(request, asked, [], 0, 10) { From = asked.Key.Length > 2 ? "search_companies" : Important };
        var rows = await RowsAsync(question, SuggestMilliseconds, ct);
        if (rows.Count < 10 && asked.Key.Length <= 2) rows = await RowsAsync(question with { From = "search_companies" }, SuggestMilliseconds, ct);
        var companies = await CompaniesAsync(rows, ct);
        var reasons = IndexOf(companies.ConvertAll(c => CompanyDocuments.DocumentOf(c))).Suggest(text, companies.Count, aliases.Of(text)).ToDictionary(s => s.Number);
        return [.. companies.Select(c => c.Company).Select(c =>
        {
            var reason = reasons.GetValueOrDefault(c.Number);
            var matched = reason is null ? Matched.Words : CompanyDocuments.MatchedOf(reason.Matched);
            return new SearchSuggestion(c.Id, c.Name ?? c.Lei ?? c.Id, c.CreditCode, matched, reason?.MatchedText, ResultsModel.Why(matched), c.Status, c.Status?.Label(), c.Status?.Class());
        })];
    }

    // ---- Questions and answers ----

    /// <summary>One page that is asked for.</summary>
    private sealed record Question(SearchRequest Request, SearchText Text, IReadOnlyList<SearchCondition> Conditions, long Skip, int Take)
    {
        /// <summary>Companies that answer the text besides those that match.</summary>
        public int[] Similar { get; init; } = [];

        public string From { get; init; } = "search_companies";

        public bool Everything => Text.IsEmpty && Conditions.Count == 0;

        /// <summary>The condition on rows; the facets of one property are counted without its own.</summary>
        public string Where(SqlParameters p, SearchColumn? without)
        {
            List<string> all = [.. Conditions.Where(c => c.Property is null || c.Property != without).Select(c => c.Sql(p))];
            if (!Text.IsEmpty) all.Add(Similar.Length == 0 ? Text.Match(p) : $"({Text.Match(p)} OR number = ANY({p.Add(Similar)}))");
            return all.Count == 0 ? "true" : string.Join(" AND ", all);
        }
    }

    private sealed record Counts(long Total, IReadOnlyList<SearchFacet> Facets);

    /// <summary>What the database says: <paramref name="Counts"/> is null where counting took too long.</summary>
    private sealed record Answer(long Sequence, Counts? Counts, List<Row> Rows);

    private sealed record Row(int Number, string[] Former, string[] Other, string[] People);

    // Hits and counts of one moment of the database, in one exchange; hits alone where counting takes too long.
    private async Task<Answer> AnswerAsync(Question question, CancellationToken ct)
    {
        try
        {
            await using var connection = await reads.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
            var sequence = await SearchTable.SequenceAsync(connection, ct) ?? 0;
            var kept = question.Everything && browsed is { } last && last.Item1 == sequence && (last.Item2.Facets.Count > 0 || !question.Request.Facets) ? last.Item2 : null;
            await using NpgsqlBatch batch = new(connection);
            batch.BatchCommands.Add(RowsOf(question));
            var columns = FacetTable.ColumnsOf(question.Request);
            if (kept is null) AddCounts(batch, question, columns);
            await using var reader = await batch.ExecuteReaderAsync(ct);
            var rows = await ReadRowsAsync(reader, ct);
            var counts = kept ?? await ReadCountsAsync(reader, columns, ct);
            if (question.Everything && kept is null) browsed = new(sequence, counts);
            return new(sequence, counts, rows);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.QueryCanceled && !ct.IsCancellationRequested)
        {
            LogTimeout();
            return new(0, null, await RowsAsync(question with { From = Important }, TimeoutMilliseconds, ct));
        }
    }

    // A query is never an error: what takes too long is looked for among the most important companies.
    private async Task<List<Row>> RowsAsync(Question question, int milliseconds, CancellationToken ct)
    {
        try
        {
            await using var connection = await reads.OpenConnectionAsync(ct);
            await using NpgsqlBatch batch = new(connection) { BatchCommands = { new(string.Create(CultureInfo.InvariantCulture, $"SET statement_timeout = {milliseconds}")), RowsOf(question) } };
            await using var reader = await batch.ExecuteReaderAsync(ct);
            return await ReadRowsAsync(reader, ct);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.QueryCanceled && !ct.IsCancellationRequested)
        {
            LogTimeout();
            return question.From == Important ? [] : await RowsAsync(question with { From = Important }, TimeoutMilliseconds, ct);
        }
    }

    private static NpgsqlBatchCommand RowsOf(Question question)
    {
        NpgsqlBatchCommand command = new();
        SqlParameters p = new(command.Parameters);
        const string Columns = "number, former, other, people";
        var (skip, take, where) = (p.Add(question.Skip), p.Add(question.Take), question.Where(p, without: null));
        if (question.Text.IsEmpty || question.Request.Sort is not SearchSort.Relevance)
        {
            Set(command, $"SELECT {Columns} FROM {question.From} WHERE {where} ORDER BY {SearchCondition.Order(question.Request, p)} OFFSET {skip} LIMIT {take}");
            return command;
        }

        // Similar names come after all matches, the most similar first. OFFSET 0: the tier is worked out once a row.
        var tier = question.Similar.Length == 0 ? question.Text.Tier(p) : $"CASE WHEN {question.Text.Match(p)} THEN {question.Text.Tier(p)} ELSE 13 + array_position({p.Add(question.Similar)}, number) END";
        Set(command, $"""
            SELECT {Columns} FROM (SELECT {Columns}, importance, name_key, brand, {tier} AS tier FROM {question.From} WHERE {where} OFFSET 0) AS found
            ORDER BY tier, CASE tier WHEN 10 THEN {question.Text.Score(p)} END DESC NULLS LAST, importance DESC, number OFFSET {skip} LIMIT {take}
            """);
        return command;
    }

    /// <summary>One pass for the total and all columns that have no filter of their own, and one for each property that has.</summary>
    private static void AddCounts(NpgsqlBatch batch, Question question, IReadOnlyList<SearchColumn> columns)
    {
        HashSet<SearchColumn> filtered = [.. question.Conditions.Select(c => c.Property).OfType<SearchColumn>()];
        Add(null, [.. columns.Where(c => !filtered.Contains(IndexWords.PropertyOf(c)))]);
        foreach (var property in columns.GroupBy(IndexWords.PropertyOf).Where(g => filtered.Contains(g.Key))) Add(property.Key, [.. property]);

        void Add(SearchColumn? property, SearchColumn[] counted)
        {
            NpgsqlBatchCommand command = new();
            SqlParameters p = new(command.Parameters);
            string[] names = [.. counted.Select(SearchTable.NameOf)];
            var which = string.Concat(counted.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $" WHEN GROUPING({names[i]}) = 0 THEN {(int)c}")));
            string[] sets = [.. names.Select(n => $"({n})"), .. property is null ? (string[])["()"] : []];
            Set(command, counted.Length == 0
                ? $"SELECT -1, 0, count(*) FROM search_companies WHERE {question.Where(p, property)}"
                : $"SELECT CASE{which} ELSE -1 END, coalesce({string.Join(", ", names)}), count(*) FROM search_companies WHERE {question.Where(p, property)} GROUP BY GROUPING SETS ({string.Join(", ", sets)})");
            batch.BatchCommands.Add(command);
        }
    }

    private static async Task<Counts> ReadCountsAsync(NpgsqlDataReader reader, IReadOnlyList<SearchColumn> columns, CancellationToken ct)
    {
        var total = 0L;
        var counts = columns.ToDictionary(c => c, _ => new List<FacetCount>());
        while (await reader.NextResultAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                if (reader.GetInt32(0) < 0) total = reader.GetInt64(2);
                else counts[(SearchColumn)reader.GetInt32(0)].Add(new((uint)reader.GetInt32(1), (int)reader.GetInt64(2)));
            }
        }

        return new(total, [.. counts.Select(c => new SearchFacet(c.Key, [.. c.Value.OrderByDescending(v => v.Count).ThenBy(v => v.Value)]))]);
    }

    private static async Task<List<Row>> ReadRowsAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        List<Row> rows = [];
        while (await reader.ReadAsync(ct)) rows.Add(new(reader.GetInt32(0), Texts(1), Texts(2), Texts(3)));
        return rows;

        string[] Texts(int column) => reader.IsDBNull(column) ? [] : reader.GetFieldValue<string[]>(column);
    }

    // The last resort where nothing matches: trigrams bring names near, the engine compares those.
    private async Task<int[]> SimilarAsync(Question question, CancellationToken ct)
    {
        try
        {
            await using var connection = await reads.OpenConnectionAsync(ct);
            if (await HasAnyAsync(connection, question.Text, ct)) return [];
            List<SearchDocument> near = [];
            await using var names = connection.CreateCommand();
            names.CommandText = $"SELECT number, importance, name_key FROM search_companies WHERE $1 <% name_key ORDER BY word_similarity($1, name_key) DESC, importance DESC, number LIMIT {ComparedNames}";
            names.Parameters.Add(new() { Value = question.Text.SimilarKey });
            await using var reader = await names.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) near.Add(new() { Number = reader.GetInt32(0), Id = "", Importance = (uint)reader.GetInt64(1), Name = reader.GetString(2) });
            return [.. IndexOf(near).Search(new() { Text = question.Request.Text, Limit = MostSimilar }).Hits.Where(h => h.Matched is MatchKind.Similar).Select(h => h.Number)];
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.QueryCanceled && !ct.IsCancellationRequested)
        {
            LogTimeout();
            return [];
        }
    }

    // Whatever the filters keep out. No LIMIT: the planner would look for the first few row by row, and there may be none.
    private static async Task<bool> HasAnyAsync(NpgsqlConnection connection, SearchText text, CancellationToken ct)
    {
        NpgsqlBatchCommand matches = new();
        SqlParameters p = new(matches.Parameters);
        Set(matches, $"SELECT count(*) > 0 FROM search_companies WHERE {text.Match(p)}");
        await using NpgsqlBatch batch = new(connection) { BatchCommands = { matches } };
        return (bool)(await batch.ExecuteScalarAsync(ct))!;
    }

    // ---- Hits, and why they are ones ----

    // The engine says why a company matches and what to mark: it is asked again, of the companies of one page.
    private async Task<(IReadOnlyList<SearchHit> Hits, string? Meant)> HitsAsync(Question question, List<Row> rows, CancellationToken ct)
    {
        if (rows.Count == 0) return ([], null);
        var text = question.Request.Text;
        int[] numbers = [.. rows.Select(r => r.Number)];
        await using var feed = feeds.Open();
        await using var lookup = lookups.Open();
        var texts = (await feed.Service.ReadAsync(numbers, ct)).ToDictionary(c => c.Company.Number);
        var told = IndexOf([.. texts.Values.Select(c => CompanyDocuments.DocumentOf(c))]).Search(new() { Text = text, Alternatives = aliases.Of(text), Limit = rows.Count, Similar = question.Similar.Length > 0 });
        var reasons = told.Hits.ToDictionary(h => h.Number);
        return ([.. (await lookup.Service.SummariesAsync(numbers, ct)).Select(c => reasons.TryGetValue(c.Number, out var reason)
            ? CompanyDocuments.HitOf(reason, c, texts.GetValueOrDefault(c.Number), text)
            : new SearchHit(c, question.Similar.Contains(c.Number) ? Matched.Similar : Matched.Words, null, []))], told.DidYouMean);
    }

    private async Task<List<IndexedCompany>> CompaniesAsync(List<Row> rows, CancellationToken ct)
    {
        if (rows.Count == 0) return [];
        await using var lookup = lookups.Open();
        var companies = (await lookup.Service.SummariesAsync([.. rows.Select(r => r.Number)], ct)).ToDictionary(c => c.Number);
        return [.. rows.Where(r => companies.ContainsKey(r.Number)).Select(r => new IndexedCompany(companies[r.Number], r.Former, r.Other, r.People, null, null))];
    }

    private static IndexSnapshot IndexOf(IReadOnlyList<SearchDocument> documents)
    {
        using var index = SearchIndex.Empty();
        if (documents.Count > 0) index.Apply(documents, [], 0);
        return index.Current;
    }

#pragma warning disable CA2100 // made of constants; every value is a parameter
    private static void Set(NpgsqlBatchCommand command, string sql) => command.CommandText = sql;
#pragma warning restore CA2100

    [LoggerMessage(Level = LogLevel.Information, Message = "A search was cut off because it took too long")]
    private partial void LogTimeout();
}
