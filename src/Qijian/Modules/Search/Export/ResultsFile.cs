using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using MiniExcelLibs;
using Qijian.Modules.Registry;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Search;

/// <summary>Companies as a file. Where there are more than it holds, its last line says so.</summary>
internal static class ResultsFile
{
    public const string Csv = "text/csv", Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", JsonLines = "application/x-ndjson";

    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All), Converters = { new JsonStringEnumConverter() } };

    private static readonly IReadOnlyList<(string Name, Func<CompanySummary, object?> Value)> Columns =
    [
        ("id", c => c.Id), ("name", c => c.Name), ("creditCode", c => c.CreditCode), ("registrationNumber", c => c.RegistrationNumber), ("lei", c => c.Lei), ("stockCode", c => c.StockCode),
        ("status", c => c.Status?.Label()), ("province", c => c.Province), ("city", c => c.City), ("foundedOn", c => c.FoundedOn?.ToString("O", CultureInfo.InvariantCulture)), ("capital", c => c.Capital?.Minor / 100m), ("currency", c => c.Capital?.Currency),
        ("legalForm", c => c.LegalForm), ("industry", c => c.Industry), ("legalRepresentative", c => c.LegalRepresentative),
    ];

    public static IResult Of(string format, IAsyncEnumerable<CompanySummary> companies, string? notice)
    {
        var (headers, english) = (Text.ExportColumns.Split('|'), CultureInfo.CurrentUICulture);
        return format switch
        {
            "xlsx" => Results.Stream(to => WriteXlsxAsync(to, companies, headers, notice, english), Xlsx, "companies.xlsx"),
            "jsonl" => Results.Stream(to => WriteJsonLinesAsync(to, companies, notice), JsonLines, "companies.jsonl"),
            _ => Results.Stream(to => WriteCsvAsync(to, companies, headers, notice, english), Csv + "; charset=utf-8", "companies.csv"),
        };
    }

    private static async Task WriteCsvAsync(Stream to, IAsyncEnumerable<CompanySummary> companies, string[] headers, string? notice, CultureInfo language)
    {
        await using CsvLines csv = new(to);
        await csv.WriteAsync(headers);
        CultureInfo.CurrentUICulture = language; // statuses are worded while the file is written
        await foreach (var company in companies) await csv.WriteAsync(Columns.Select(c => Convert.ToString(c.Value(company), CultureInfo.InvariantCulture)));
        if (notice is not null) await csv.WriteAsync([notice]);
    }

    private static async Task WriteJsonLinesAsync(Stream to, IAsyncEnumerable<CompanySummary> companies, string? notice)
    {
        await foreach (var c in companies)
        {
            await JsonSerializer.SerializeAsync(to, new
            {
                c.Id, c.Name, c.CreditCode, c.RegistrationNumber, c.Lei, c.StockCode, c.Status, c.Province, c.City, c.FoundedOn, Capital = MoneyJson.Of(c.Capital), c.LegalForm, c.Industry, c.LegalRepresentative,
            }, Json);
            await to.WriteAsync("\n"u8.ToArray());
        }

        if (notice is null) return;
        await JsonSerializer.SerializeAsync(to, new { notice }, Json);
        await to.WriteAsync("\n"u8.ToArray());
    }

    // The format wants to go back to its beginning: written to a file that goes when it is closed, then sent.
    private static async Task WriteXlsxAsync(Stream to, IAsyncEnumerable<CompanySummary> companies, string[] headers, string? notice, CultureInfo language)
    {
        CultureInfo.CurrentUICulture = language;
        List<Dictionary<string, object?>> rows = [];
        await foreach (var company in companies) rows.Add(Columns.Select((c, i) => (Header: headers[i], Value: c.Value(company))).ToDictionary(c => c.Header, c => c.Value, StringComparer.Ordinal));
        if (notice is not null || rows.Count == 0) rows.Add(headers.Select((h, i) => (h, i)).ToDictionary(h => h.h, h => h.i == 0 ? notice : (object?)null, StringComparer.Ordinal));
        var path = System.IO.Path.GetTempFileName();
        await using FileStream file = new(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous });
        await file.SaveAsAsync(rows, sheetName: "companies");
        file.Position = 0;
        await file.CopyToAsync(to);
    }
}
