using System.Globalization;
using MiniExcelLibs;
using Parquet;
using Parquet.Schema;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Registry;

/// <summary>One column of an exported table: texts, numbers (decimal) or truths (bool).</summary>
internal sealed record TableColumn(string Name, Type Type);

/// <summary>A table of the register: its columns and the rows that a body gives it.</summary>
internal sealed record RegisterTable(string Name, IReadOnlyList<TableColumn> Columns, Func<ExportedBody, IEnumerable<object?[]>> Rows);

/// <summary>The register as three tables, each value with its source: companies, persons in public roles, relations.</summary>
internal static class RegisterTables
{
    /// <summary>The rows of a sheet, without its header.</summary>
    public const int SheetRows = 1_048_575;

    /// <summary>The characters of a cell.</summary>
    public const int CellCharacters = 32_767;

    private const int GroupRows = 50_000;
    private static readonly string[] Provenance = ["dataset", "record", "url", "basis", "retrievedAt", "firstSeen", "lastSeen"];

    private static readonly Property[] Texts =
    [
        Vocabulary.OrganizationCode, Vocabulary.TaxNumber, Vocabulary.ForeignNumber, Vocabulary.PreviousName, Vocabulary.EnglishName, Vocabulary.ShortName, Vocabulary.Status, Vocabulary.LegalForm, Vocabulary.Industry,
        Vocabulary.ApprovedOn, Vocabulary.OperatingFrom, Vocabulary.OperatingTo, Vocabulary.DeregisteredOn, Vocabulary.RevokedOn, Vocabulary.Registrar, Vocabulary.District, Vocabulary.Address, Vocabulary.Scope, Vocabulary.Country, Vocabulary.Website, Vocabulary.Phone,
    ];

    public static readonly IReadOnlyList<RegisterTable> All =
    [
        new("companies", [.. Columns("id", "type", "name", "creditCode", "registrationNumber", "lei", "stockCode", "province", "city", "foundedOn"), new("capital", typeof(decimal)), .. Columns(["currency", "legalRepresentative", .. Texts.Select(t => t.Name), .. Provenance])], CompanyRows),
        new("people", Columns(["id", "name", "role", "company", "companyName", .. Provenance]), PeopleRows),
        new("relations",
        [
            .. Columns("id", "kind", "party", "partyName", "partyType", "company", "companyName", "role"), new("percent", typeof(decimal)), new("minimum", typeof(decimal)), new("maximum", typeof(decimal)), .. Columns("open"), new("amount", typeof(decimal)), .. Columns("currency", "validFrom", "validTo", "interest", "directness", "beneficial"),
            new("inLatest", typeof(bool)), .. Columns(Provenance),
        ], RelationRows),
    ];

    /// <summary>One table as CSV with a byte order mark.</summary>
    public static async Task<long> WriteCsvAsync(RegisterTable table, RegisterReader reader, Stream to, CancellationToken ct)
    {
        await using CsvLines csv = new(to);
        await csv.WriteAsync(table.Columns.Select(c => c.Name));
        var rows = 0L;
        await foreach (var body in reader.ReadAsync(ct))
        {
            foreach (var row in table.Rows(body))
            {
                await csv.WriteAsync(row.Select(TextOf));
                rows++;
            }
        }

        return rows;
    }

    /// <summary>One table as Parquet, a group of rows at a time.</summary>
    public static async Task<long> WriteParquetAsync(RegisterTable table, RegisterReader reader, Stream to, CancellationToken ct)
    {
        var fields = table.Columns.Select(c => c.Type == typeof(decimal) ? new DecimalDataField(c.Name, 28, 6, isNullable: true) : new DataField(c.Name, c.Type, isNullable: true)).ToArray();
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), to, cancellationToken: ct);
        List<object?[]> rows = [];
        var written = 0L;
        await foreach (var body in reader.ReadAsync(ct))
        {
            rows.AddRange(table.Rows(body));
            if (rows.Count < GroupRows) continue;
            await WriteGroupAsync();
        }

        await WriteGroupAsync(); // an empty one too: a reader wants at least one
        return written;

        async Task WriteGroupAsync()
        {
            using var group = writer.CreateRowGroup();
            for (var i = 0; i < fields.Length; i++)
            {
                if (table.Columns[i].Type == typeof(decimal)) await group.WriteAsync<decimal>(fields[i], rows.ConvertAll(r => (decimal?)r[i]).ToArray(), cancellationToken: ct);
                else if (table.Columns[i].Type == typeof(bool)) await group.WriteAsync<bool>(fields[i], rows.ConvertAll(r => (bool?)r[i]).ToArray(), cancellationToken: ct);
                else await group.WriteAsync(fields[i], rows.ConvertAll(r => (string)r[i]!));
            }

            written += rows.Count;
            rows.Clear();
        }
    }

    /// <summary>
    /// All tables as one workbook, each on as many sheets as its rows take. Returns the rows, and how many cells held more than a cell of a
    /// workbook takes: each says so instead.
    /// </summary>
    public static async Task<(long Written, long TooLong)> WriteXlsxAsync(RegisterReader reader, Stream to, int sheetRows, CancellationToken ct)
    {
        var counts = new long[All.Count];
        await foreach (var body in reader.ReadAsync(ct))
            for (var i = 0; i < All.Count; i++) counts[i] += All[i].Rows(body).LongCount();
        Dictionary<string, object> sheets = new(StringComparer.Ordinal);
        List<IEnumerator<object?[]>> open = [];
        long written = 0, tooLong = 0;
        for (var i = 0; i < All.Count; i++)
        {
            var table = All[i];
            var rows = RowsOf(table).GetEnumerator();
            open.Add(rows);
            for (var sheet = 0; sheet == 0 || sheet * (long)sheetRows < counts[i]; sheet++)
                sheets.Add(sheet == 0 ? table.Name : string.Create(CultureInfo.InvariantCulture, $"{table.Name} {sheet + 1}"), Sheet(table, rows, empty: counts[i] == 0));
        }

        try
        {
            await Task.Run(() => MiniExcel.SaveAs(to, sheets), ct);
        }
        finally
        {
            foreach (var rows in open) rows.Dispose();
        }

        return (written, tooLong);

        // A workbook is written by a library that asks for row after row and does not wait.
        IEnumerable<object?[]> RowsOf(RegisterTable table) => reader.ReadAsync(ct).ToBlockingEnumerable(ct).SelectMany(table.Rows);

        IEnumerable<Dictionary<string, object?>> Sheet(RegisterTable table, IEnumerator<object?[]> rows, bool empty)
        {
            if (empty) yield return table.Columns.ToDictionary(c => c.Name, _ => (object?)null, StringComparer.Ordinal);
            for (var n = 0; n < sheetRows && rows.MoveNext(); n++)
            {
                ct.ThrowIfCancellationRequested();
                Dictionary<string, object?> row = new(StringComparer.Ordinal);
                for (var i = 0; i < table.Columns.Count; i++) row[table.Columns[i].Name] = Fitted(rows.Current[i]);
                written++;
                yield return row;
            }
        }

        object? Fitted(object? value)
        {
            if (value is not string { Length: > CellCharacters } text) return value;
            tooLong++;
            return Text.ExportCellTooLong.With(text.Length);
        }
    }

    private static TableColumn[] Columns(params string[] names) => Array.ConvertAll(names, n => new TableColumn(n, typeof(string)));

    private static string? TextOf(object? value) => value switch { null => null, bool truth => truth ? "true" : "false", _ => Convert.ToString(value, CultureInfo.InvariantCulture) };

    private static IEnumerable<object?[]> CompanyRows(ExportedBody body)
    {
        var company = body.Company;
        yield return
        [
            company.Id, company.Type.ToString(), company.Name, company.CreditCode, company.RegistrationNumber, company.Lei, company.StockCode, company.Province, company.City, company.FoundedOn is { } day ? StatementJson.Iso(day) : null,
            company.Capital / 100m, company.CapitalCurrency, company.LegalRepresentative,
            .. Texts.Select(p => string.Join("; ", body.Facts.Where(f => f.Property == p).Select(f => f.Value)) is { Length: > 0 } text ? text : null),
            .. Of(body.Source),
        ];
    }

    private static IEnumerable<object?[]> PeopleRows(ExportedBody body) =>
        body.Relations.Where(r => r.Party.Type is EntityType.Person).DistinctBy(r => r.Party.Id)
            .Select(r => (object?[])[r.Party.Id, r.Party.Name, r.Statement[Vocabulary.Fields.Role] ?? r.Statement.Property.Name, body.Company.Id, body.Company.Name, .. Of(r.Source)]);

    private static IEnumerable<object?[]> RelationRows(ExportedBody body) => body.Relations.Select(r => (object?[])
    [
        r.Id, r.Statement.Property.Name, r.Party.Id, r.Party.Name, r.Party.Type.ToString(), body.Company.Id, body.Company.Name, r.Statement[Vocabulary.Fields.Role],
        Percent.Parse(r.Statement[Vocabulary.Fields.Percent]), Percent.Parse(r.Statement[Vocabulary.Fields.Minimum]), Percent.Parse(r.Statement[Vocabulary.Fields.Maximum]), r.Statement[Vocabulary.Fields.Open],
        Projector.MoneyText(r.Statement[Vocabulary.Fields.SharesValue])?.Minor / 100m, Projector.MoneyText(r.Statement[Vocabulary.Fields.SharesValue])?.Currency,
        r.Statement.From is { } from ? StatementJson.Iso(from) : null, r.Statement.To is { } to ? StatementJson.Iso(to) : null,
        r.Statement[Vocabulary.Fields.Interest], r.Statement[Vocabulary.Fields.Directness], r.Statement[Vocabulary.Fields.Beneficial], r.Source.InLatest, .. Of(r.Source),
    ]);

    private static object?[] Of(Provenance? source) => source is null ? new object?[Provenance.Length]
        : [source.Dataset, source.Record, source.Url, source.Basis.ToString(), Iso(source.RetrievedAt), Iso(source.FirstSeen), Iso(source.LastSeen)];

    private static string Iso(DateTimeOffset time) => StatementJson.Iso(ChinaTime.Day(time));
}
