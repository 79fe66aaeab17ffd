using System.IO.Compression;
using System.Text;
using CsvHelper;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using MiniExcelLibs;
using Qijian.Engine.Graph;
using Qijian.Modules.Shared;
using Qijian.Platform;

namespace Qijian.Modules.Graph;

/// <summary>How every two of a list are connected. It takes names by POST since they are many; nothing is kept and nothing changed, so that no form of another site can do harm.</summary>
[IgnoreAntiforgeryToken]
[RequestSizeLimit(MostBytes)]
internal sealed class MatrixModel(IRelationGraph graph, RowLimit limit, MatrixWatches watches) : PageModel
{
    public const string Path = "/relations/matrix";
    public const int MostBytes = 2 << 20, MostNames = GraphSnapshot.MaxMatrix, MostPairs = 300, MostSquare = 25;
    private static readonly HashSet<string> Headings = new(["name", "company", "code", "名称", "企业名称", "公司名称", "单位名称", "信用代码", "统一社会信用代码"], StringComparer.OrdinalIgnoreCase);
    private const int MostText = 300, MostUnpacked = 32 << 20;

    public GraphAsked Asked { get; private set; } = null!; // set by each handler
    public PathRequest Walk { get; private set; } = new();

    /// <summary>What stands in the field: as typed, with what was chosen in place of what was ambiguous, and the lines of the file.</summary>
    public string Names { get; private set; } = "";
    public string? Problem { get; private set; }

    /// <summary>Null until a list was asked for.</summary>
    public MatrixView? Found { get; private set; }

    public IActionResult OnGet()
    {
        Asked = new(Request);
        Walk = RelationsModel.WalkOf(Asked);
        Names = string.Join('\n', Asked.All("name"));
        return graph.Ready ? Page() : StatusCode(StatusCodes.Status503ServiceUnavailable);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (!graph.Ready) return StatusCode(StatusCodes.Status503ServiceUnavailable);
        IFormCollection form;
        try
        {
            form = await Request.ReadFormAsync(ct);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            Asked = new(Request);
            Problem = Text.PageMatrixTooLarge.With(MostBytes >> 20);
            Response.StatusCode = e is BadHttpRequestException refused ? refused.StatusCode : StatusCodes.Status400BadRequest;
            return Page();
        }

        Asked = new(Request, form);
        Walk = RelationsModel.WalkOf(Asked) with { Count = 1 };
        var chosen = Asked.All("choice").Select(c => c.Split(' ', 2)).Where(c => c.Length == 2).ToLookup(c => c[1], c => c[0], StringComparer.Ordinal);
        List<string> names = [.. Lines(Asked.Text("names") ?? "").Select(n => chosen[n].FirstOrDefault() ?? n)];
        if (form.Files.GetFile("file") is { Length: > 0 } file) names.AddRange(await ReadAsync(file, ct));
        Names = string.Join('\n', names);
        Problem ??= names.Count < 2 ? Text.PageMatrixFew
            : names.Count > MostNames ? Text.PageMatrixMany.With(names.Count, MostNames)
            : names.FirstOrDefault(n => n.Length > MostText) is { } lengthy ? Text.PageMatrixLong.With(lengthy[..20], MostText)
            : null;
        if (Problem is null && Asked.Problems.Count == 0 && !limit.TryTake(HttpContext, names.Count))
        {
            Problem = Text.PageMatrixOften;
            Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return Page();
        }

        if (Problem is not null || Asked.Problems.Count > 0)
        {
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return Page();
        }

        using var watch = watches.Begin(Asked.Text("watch"));
        Found = await graph.MatrixAsync(names, Walk, watch, ct);
        return Asked.Text("format") switch
        {
            "xlsx" => MatrixFile.Xlsx(Found),
            "docx" => MatrixFile.Docx(Found),
            _ => Page(),
        };
    }

    // The first column of a table that was pasted is the name.
    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(l => l.Split('\t')[0].Trim().Trim('"', '\uFEFF').Trim()).Where(l => l.Length > 0);

    private async Task<IReadOnlyList<string>> ReadAsync(IFormFile file, CancellationToken ct)
    {
        using MemoryStream content = new();
        await file.CopyToAsync(content, ct);
        content.Position = 0;
        try
        {
            // A workbook is a zip file.
            if (content.Length > 4 && content.GetBuffer().AsSpan(0, 2).SequenceEqual("PK"u8))
            {
                if (!MayUnpack(content)) throw new InvalidDataException();
                return WithoutHeading(content.Query(useHeaderRow: false).Select(row => ((IDictionary<string, object?>)row).Values.FirstOrDefault()?.ToString()));
            }

            var text = Decoded(content.ToArray());
            return file.FileName.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? WithoutHeading(FirstColumn(text)) : [.. Lines(text)];
        }
        catch (Exception e) when (e is InvalidDataException or DecoderFallbackException or System.Xml.XmlException or InvalidOperationException or ArgumentException or KeyNotFoundException or NullReferenceException)
        {
            Problem = Text.PageMatrixUnreadable;
            return [];
        }
    }

    private static List<string> WithoutHeading(IEnumerable<string?> column)
    {
        List<string> names = [.. column.Select(n => n?.Trim().Trim('\uFEFF') ?? "").Where(n => n.Length > 0).Take(MostNames + 2)];
        if (names is [var first, ..] && Headings.Contains(first)) names.RemoveAt(0);
        return names;
    }

    private static IEnumerable<string> FirstColumn(string csv)
    {
        using MemoryStream content = new(Encoding.UTF8.GetBytes(csv));
        using var rows = CsvReader.Create(content, new CsvReaderOptions { FieldCountMismatch = CsvFieldCountHandling.Allow, OnMalformedRecord = _ => { } }, leaveOpen: false);
        while (rows.Read()) yield return rows.FieldCount > 0 ? rows.GetString(0) : "";
    }

    // Two megabytes may unpack to two thousand.
    private static bool MayUnpack(MemoryStream workbook)
    {
        using ZipArchive zip = new(workbook, ZipArchiveMode.Read, leaveOpen: true);
        var bytes = zip.Entries.Sum(e => e.Length);
        workbook.Position = 0;
        return bytes <= MostUnpacked;
    }

    private static string Decoded(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
            return Encoding.GetEncoding("GB18030", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback).GetString(bytes);
        }
    }

    public int FoundParties => Found!.Parties.Count(p => p.Outcome is MatrixOutcome.Found);

    public IEnumerable<MatrixCell> Connected => Found!.Cells.Where(c => c.Path is not null).OrderBy(c => c.Path!.Hops.Count).ThenBy(c => c.First).ThenBy(c => c.Second);

    public IEnumerable<MatrixCell> None => Found!.Cells.Where(c => c.Path is null && !c.Truncated);

    public IEnumerable<MatrixCell> Unfinished => Found!.Cells.Where(c => c.Path is null && c.Truncated);

    public GraphParty PartyOf(int place) => Found!.Parties[place].Party!;

    public string PairLink(MatrixCell cell) => $"{Language.Path(RelationsModel.Path)}?from={Uri.EscapeDataString(PartyOf(cell.First).Id ?? "")}&to={Uri.EscapeDataString(PartyOf(cell.Second).Id ?? "")}";

    /// <summary>What may be said of the pairs between which nothing was found.</summary>
    public static string NoneOf(MatrixView found, int pairs) => Text.PageMatrixNone.With(Format.Day(found.AsOf), pairs, found.Request.MaxLength, RelationsModel.KindsOf(found.Request));
}
