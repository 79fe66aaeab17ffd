using System.Globalization;
using System.Text;
using Npgsql;
using Qijian.Engine.Search;
using Qijian.Modules.Registry;
using Qijian.Platform;

namespace Qijian.Modules.Search;

/// <summary>
/// The table that PostgreSQL searches: a row a company, made from the registry like an index file and made anew where its form is
/// another. It is no part of the migrations, because only who chooses this engine has it. One process writes at a time, by an advisory lock.
/// </summary>
internal sealed partial class SearchTable(NpgsqlDataSource writes, Scoped<ICompanyFeed> feeds, Standings standings, ILogger<SearchTable> log)
{
    /// <summary>Raised where the columns or the words change: a table of another form is made anew.</summary>
    private const int Form = 2;

    /// <summary>So many commits behind, a new table is quicker than following (a commit of an import holds up to 25,000 rows).</summary>
    private const int RebuildBehind = 8;

    // "qijian.s", the same in every process.
    private const long Lock = 0x71696a69616e2e73;

    private static readonly (SearchColumn Column, string Name)[] Columns =
    [
        (SearchColumn.Province, "province"), (SearchColumn.City, "city"), (SearchColumn.Industry, "industry"), (SearchColumn.IndustryClass, "industry_class"), (SearchColumn.Status, "status"), (SearchColumn.Kind, "kind"),
        (SearchColumn.Listed, "listed"), (SearchColumn.CapitalBand, "capital_band"), (SearchColumn.FoundedYear, "founded_year"), (SearchColumn.FoundedDay, "founded_day"), (SearchColumn.CapitalFen, "capital"),
    ];

    private static readonly string[] Texts = ["name_key", "pinyin", "former", "other", "people", "former_keys", "other_keys", "people_keys", "scope_key", "address_key", "codes", "terms"];

    private static readonly string All = string.Join(", ", ["number", "importance", "since", "brand", .. Columns.Select(c => c.Name), .. Texts]);

    private static readonly string Create = $"""
        CREATE TABLE search_filling (
            number integer PRIMARY KEY, importance bigint NOT NULL, since bigint NOT NULL, brand integer NOT NULL,
            {string.Concat(Columns.Select(c => $"{c.Name} {(c.Column is SearchColumn.CapitalFen ? "bigint" : "integer")} NOT NULL, "))}
            name_key text COLLATE "C" NOT NULL, pinyin text COLLATE "C" NOT NULL, former text[], other text[], people text[],
            former_keys text COLLATE "C", other_keys text COLLATE "C", people_keys text COLLATE "C", scope_key text COLLATE "C", address_key text COLLATE "C", codes text COLLATE "C" NOT NULL, terms tsvector NOT NULL)
        """;

    // The list of changes not yet merged into the index of words is read by every search: it is kept short. The second index gives the
    // most important first, and holds all that filters and counts without a text need, a sixth of what a row takes.
    private const string Indices = """
        SET LOCAL maintenance_work_mem = '256MB';
        CREATE INDEX ON search_filling USING gin (terms) WITH (gin_pending_list_limit = 512);
        CREATE INDEX ON search_filling (importance DESC, number) INCLUDE (province, city, industry, industry_class, status, kind, listed, capital_band, founded_year, founded_day, capital, since);
        """;

    private const string Swap = """
        DROP TABLE IF EXISTS search_companies;
        ALTER TABLE search_filling RENAME TO search_companies;
        CREATE TABLE IF NOT EXISTS search_state (form integer NOT NULL, sequence bigint NOT NULL);
        ANALYZE search_companies;
        """;

    private static readonly string Upsert = $"""
        INSERT INTO search_companies ({All}) SELECT {All} FROM search_staging
        ON CONFLICT (number) DO UPDATE SET {string.Join(", ", All.Split(", ").Where(c => c is not ("number" or "since")).Select(c => $"{c} = excluded.{c}"))}
        """;

    private long known = -1; // the commit that the table held when last looked at

    /// <summary>The name of a column.</summary>
    public static string NameOf(SearchColumn column) => Array.Find(Columns, c => c.Column == column).Name;

    /// <summary>Whether typing errors can be looked for, found out by <see cref="PrepareAsync"/>.</summary>
    public bool Trigrams { get; private set; }

    /// <summary>Makes the table where there is none of this form, and the means to find typing errors.</summary>
    public async Task PrepareAsync(CancellationToken ct)
    {
        Trigrams = await TrigramsAsync(ct);
        await using var connection = await writes.OpenConnectionAsync(ct);
        if (await SequenceAsync(connection, ct) is null)
        {
            LogBuild();
            await BuildAsync((_, _) => { }, anyway: false, ct);
        }

        known = await SequenceAsync(connection, ct) ?? known;

        if (Trigrams && !await AskAsync<bool>(connection, "SELECT EXISTS (SELECT FROM pg_indexes WHERE tablename = 'search_companies' AND schemaname = current_schema() AND indexdef LIKE '%gin_trgm_ops%')", ct))
            await RunAsync(connection, "CREATE INDEX ON search_companies USING gin (name_key gin_trgm_ops)", ct);
    }

    /// <summary>Brings the table up to date when an import has ended: by its changes, or as a whole where those are many.</summary>
    public async Task CatchUpAsync(Action<string, double> progress, CancellationToken ct)
    {
        await using (var connection = await writes.OpenConnectionAsync(ct))
        {
            await using var lease = feeds.Open();
            if (await SequenceAsync(connection, ct) is not { } held || await lease.Service.SequenceAsync(ct) - held > RebuildBehind)
            {
                Trigrams = await TrigramsAsync(ct);
                await BuildAsync(progress, anyway: true, ct);
                return;
            }
        }

        progress(Text.StageIndex, 0.5);
        while (await TakeAsync(wait: true, ct)) { }
        progress(Text.StageIndex, 1);
    }

    /// <summary>Applies the next changes, unless another process is at it. Returns whether there were any.</summary>
    /// <param name="wait">Whether to wait for the other process instead.</param>
    /// <param name="ct">Stops it; nothing is applied by half.</param>
    public async Task<bool> TakeAsync(bool wait, CancellationToken ct)
    {
        await using var lease = feeds.Open();
        var feed = lease.Service;
        var (sequence, numbers) = await feed.ChangesAsync(known, ct);
        if (!wait && numbers.Count == 0 && sequence == known) return false; // who waits asks the table itself
        await using var connection = await writes.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (wait) await RunAsync(connection, $"SELECT pg_advisory_xact_lock({Lock})", ct);
        else if (!await AskAsync<bool>(connection, $"SELECT pg_try_advisory_xact_lock({Lock})", ct)) return false;
        if (await SequenceAsync(connection, ct) is not { } held) return false; // dropped, or of a newer program's form
        if (held != known)
        {
            // Another process has gone on since; or this is the first look.
            known = held;
            (sequence, numbers) = await feed.ChangesAsync(held, ct);
        }

        if (numbers.Count == 0 && sequence == held) return false;
        var companies = await feed.ReadAsync(numbers, ct);
        await ApplyAsync(connection, companies, [.. numbers.Except(companies.Select(c => c.Company.Number))], sequence, ct);
        await transaction.CommitAsync(ct);
        known = sequence;
        return true;
    }

    private async Task ApplyAsync(NpgsqlConnection connection, IReadOnlyList<IndexedCompany> companies, int[] gone, long sequence, CancellationToken ct)
    {
        await RunAsync(connection, "CREATE TEMPORARY TABLE IF NOT EXISTS search_staging (LIKE search_companies) ON COMMIT DELETE ROWS", ct);
        await using (var copy = await connection.BeginTextImportAsync($"COPY search_staging ({All}) FROM STDIN", ct)) Write(copy, companies, sequence);
        await RunAsync(connection, Upsert, ct);
        await using NpgsqlBatch batch = new(connection)
        {
            BatchCommands =
            {
                new("DELETE FROM search_companies WHERE number = ANY($1)") { Parameters = { new() { Value = gone } } },
                new("UPDATE search_state SET sequence = $1") { Parameters = { new() { Value = sequence } } },
            },
        };
        await batch.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Fills a new table beside the old one and puts it in its place, all in one transaction: searches go on meanwhile, and a killed build leaves nothing.</summary>
    private async Task BuildAsync(Action<string, double> progress, bool anyway, CancellationToken ct)
    {
        await using var lease = feeds.Open();
        var feed = lease.Service;
        await using var connection = await writes.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await RunAsync(connection, $"SELECT pg_advisory_xact_lock({Lock})", ct);
        if (!anyway && await SequenceAsync(connection, ct) is not null) return; // another process has made it
        var sequence = await feed.SequenceAsync(ct); // read first: what changes meanwhile is applied again, which does no harm
        await RunAsync(connection, Create, ct);
        await using (var copy = await connection.BeginTextImportAsync($"COPY search_filling ({All}) FROM STDIN", ct))
        {
            await foreach (var page in feed.ReadAllAsync(ct).Chunk(1000).WithCancellation(ct))
            {
                Write(copy, page, since: 0);
                progress(Text.StageIndex, 0.3);
            }
        }

        progress(Text.StageIndex, 0.6);
        await RunAsync(connection, Indices, ct);
        progress(Text.StageIndex, 0.8);
        if (Trigrams) await RunAsync(connection, "CREATE INDEX ON search_filling USING gin (name_key gin_trgm_ops)", ct);
        await RunAsync(connection, Swap, ct);
        await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"DELETE FROM search_state; INSERT INTO search_state VALUES ({Form}, {sequence})"), ct);
        await transaction.CommitAsync(ct);
        await RunAsync(connection, "VACUUM search_companies", ct); // so that counts are read from the index alone
        progress(Text.StageIndex, 1);
    }

    /// <summary>The last commit that the table holds, or null where there is no table of this form.</summary>
    public static async Task<long?> SequenceAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        if (!await AskAsync<bool>(connection, "SELECT to_regclass('search_state') IS NOT NULL AND to_regclass('search_companies') IS NOT NULL", ct)) return null;
        return await AskAsync<object?>(connection, $"SELECT sequence FROM search_state WHERE form = {Form}", ct) as long?;
    }

    // Any owner of a database may create this extension, where the server has it (Debian: postgresql-contrib is part of the server).
    private async Task<bool> TrigramsAsync(CancellationToken ct)
    {
        await using var connection = await writes.OpenConnectionAsync(ct);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await RunAsync(connection, $"SELECT pg_advisory_xact_lock({Lock})", ct);
            if (!await AskAsync<bool>(connection, "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm')", ct)) await RunAsync(connection, "CREATE EXTENSION pg_trgm", ct);
            await transaction.CommitAsync(ct);
        }
        catch (PostgresException e)
        {
            LogNoTrigrams(e.MessageText);
            return false;
        }

        // With LC_CTYPE = C the extension sees no letter in hanzi.
        if (await AskAsync<bool>(connection, "SELECT cardinality(show_trgm('企业鉴')) > 0", ct)) return true;
        LogNoTrigrams("LC_CTYPE of the database is C, under which pg_trgm takes hanzi for no letters; C.UTF-8 would do");
        return false;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = Command(connection, sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<T> AskAsync<T>(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = Command(connection, sql);
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }

#pragma warning disable CA2100 // constants of this class
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100

    // ---- Rows in the text form of COPY, which takes a tsvector as it is written ----

    private void Write(TextWriter copy, IReadOnlyList<IndexedCompany> companies, long since)
    {
        StringBuilder row = new();
        var standing = standings.Now();
        foreach (var company in companies) // not awaited: the buffer is full once in some rows
        {
            row.Clear();
            Write(row, CompanyDocuments.DocumentOf(company, standing(company.Company.Number)), since);
            copy.Write(row);
        }
    }

    private static void Write(StringBuilder row, SearchDocument document, long since)
    {
        var key = IndexWords.Key(document.Name);
        row.Append(CultureInfo.InvariantCulture, $"{document.Number}\t{document.Importance}\t{since}\t{IndexWords.BrandAt(key)}");
        foreach (var (column, _) in Columns) row.Append(CultureInfo.InvariantCulture, $"\t{IndexWords.Value(column, document)}");
        row.Append('\t').Append(key).Append('\t').Append(IndexWords.Spelled(key, initials: false));
        foreach (var values in (IReadOnlyList<string>[])[document.FormerNames, document.AlsoKnownAs, document.People]) Append(row.Append('\t'), values);
        foreach (var values in (IReadOnlyList<string>[])[document.FormerNames, document.AlsoKnownAs, document.People, One(document.Scope), One(document.Address)])
            row.Append('\t').Append(values.Count == 0 ? "\\N" : string.Join('|', values.Select(IndexWords.Key)));
        row.Append('\t').AppendJoin('|', IndexWords.Codes(document)).Append('\t');
        foreach (var word in IndexWords.Of(document)) row.Append('\'').Append(word).Append("' ");
        row.Append('\n');
    }

    private static string[] One(string? text) => text is null ? [] : [text];

    private static void Append(StringBuilder row, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            row.Append("\\N");
            return;
        }

        for (var i = 0; i < values.Count; i++)
        {
            row.Append(i == 0 ? "{\"" : ",\"");
            foreach (var c in values[i])
            {
                if (c is '"' or '\\') row.Append(c == '"' ? "\\\\\"" : "\\\\\\\\"); // for the array, and its backslash for COPY
                else row.Append(c is '\t' or '\n' or '\r' ? ' ' : c);
            }

            row.Append('"');
        }

        row.Append('}');
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Making the search table")]
    private partial void LogBuild();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Searches forgive no typing errors: {Reason}. To change that, run CREATE EXTENSION pg_trgm in the database as its owner or a superuser, and start again")]
    private partial void LogNoTrigrams(string reason);
}
