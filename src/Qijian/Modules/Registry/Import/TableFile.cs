using System.Xml;
using MiniExcelLibs;

namespace Qijian.Modules.Registry;

/// <summary>A row of a table: the values of the wanted columns, or what is wrong with it.</summary>
/// <param name="Number">From 1, without the header.</param>
public sealed record TableRow(long Number, IReadOnlyDictionary<string, string> Values, string? Problem);

/// <summary>
/// Somebody's table, read as importers read a register: CSV or TSV in any of their encodings, plain, gzip or zstd, or the first sheet of
/// an XLSX file. Columns go by the headers that imports recognise, and by those that the reader adds.
/// </summary>
public sealed class TableFile : IDisposable
{
    private readonly string path;
    private readonly SourceFile? file; // none for a workbook, which is read from its place
    private long consumed;

    private TableFile(string path, SourceFile? file) => (this.path, this.file) = (path, file);

    /// <summary>How much of the file has been read, 0 to 1; 0 where nobody knows.</summary>
    public double Share => file is null ? 0 : (double)Math.Min(file.BytesRead, consumed) / Math.Max(1, file.Length); // a small file is in memory at once

    /// <summary>Opens a file; a message says why it cannot be.</summary>
    public static TableFile Open(string path) => new(path, IsWorkbook(path) ? null : SourceFile.Open(path));

    /// <summary>The rows, one at a time: memory does not grow with the file unless it is a workbook.</summary>
    /// <param name="more">Columns by further headers, in small letters.</param>
    /// <param name="needed">The column that must be there.</param>
    public IEnumerable<TableRow> Read(IReadOnlyDictionary<string, string> more, string needed)
    {
        long row = 0;
        using var rows = (file is null ? OfWorkbook(more, needed) : OfText(file, more, needed)).GetEnumerator();
        while (true)
        {
            try
            {
                if (!rows.MoveNext()) yield break;
            }
            catch (ImportException) when (row > 0) // its message speaks of an import
            {
                throw new ImportException(Text.TableDamaged.With(row));
            }

            row = rows.Current.Number;
            yield return rows.Current;
        }
    }

    public void Dispose() => file?.Dispose();

    private IEnumerable<TableRow> OfText(SourceFile file, IReadOnlyDictionary<string, string> more, string needed)
    {
        Dictionary<long, Dictionary<string, string>> read = []; // the last row is held back until the file has proved whole
        var rows = Rows.OfCsv(file, 0, headers =>
        {
            var columns = Bind(headers, more, needed);
            return (draft, value) =>
            {
                Dictionary<string, string> values = new(StringComparer.Ordinal);
                foreach (var (index, header, column) in columns)
                {
                    if (Rows.ProblemOf(header, value(index)) is { } problem) return problem;
                    if (value(index).Trim() is { Length: > 0 } text) values[column] = text;
                }

                read[draft.Row] = values;
                return null;
            };
        }).UntilCutOff(file);
        foreach (var (draft, problem) in rows)
        {
            consumed += draft.Raw.Length + 1;
            yield return new(draft.Row, read.Remove(draft.Row, out var values) ? values : [], problem);
        }
    }

    private IEnumerable<TableRow> OfWorkbook(IReadOnlyDictionary<string, string> more, string needed)
    {
        List<IDictionary<string, object?>> all;
        try
        {
            all = [.. MiniExcel.Query(path, useHeaderRow: false, excelType: ExcelType.XLSX).Cast<IDictionary<string, object?>>()];
        }
        catch (Exception e) when (e is InvalidDataException or XmlException or InvalidOperationException or KeyNotFoundException or ArgumentException or FormatException or NullReferenceException or IndexOutOfRangeException)
        {
            throw new ImportException(Text.ImportUnreadable.With(path, Text.NoWorkbook), e);
        }

        if (all.Count == 0) throw new ImportException(Text.ImportEmpty.With(path));
        var columns = Bind([.. all[0].Values.Select(TextOf)], more, needed);
        for (var row = 1; row < all.Count; row++)
        {
            var cells = all[row].Values.Select(TextOf).ToArray();
            Dictionary<string, string> values = new(StringComparer.Ordinal);
            string? problem = null;
            foreach (var (index, header, column) in columns)
            {
                var text = index < cells.Length ? cells[index] : "";
                problem ??= Rows.ProblemOf(header, text);
                if (text.Length > 0) values[column] = text;
            }

            if (values.Count > 0 || problem is not null) yield return new(row, values, problem);
        }
    }

    private static List<(int Index, string Header, string Column)> Bind(IReadOnlyList<string> headers, IReadOnlyDictionary<string, string> more, string needed)
    {
        List<(int, string, string)> columns = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (var i = 0; i < headers.Count; i++)
        {
            var column = more.GetValueOrDefault(headers[i].Trim().ToLowerInvariant()) ?? Headers.Find(headers[i])?.Name;
            if (column is not null && seen.Add(column)) columns.Add((i, headers[i], column)); // of two, the first
        }

        return seen.Contains(needed) ? columns : throw new ImportException(Text.TableNoName.With(string.Join(", ", headers.Take(12).Select(h => h.Length > 40 ? h[..40] + "…" : h))));
    }

    private static string TextOf(object? cell) => Convert.ToString(cell, System.Globalization.CultureInfo.InvariantCulture)?.Trim() ?? "";

    private static bool IsWorkbook(string path)
    {
        if (!File.Exists(path)) return false;
        try
        {
            using var start = File.OpenRead(path);
            Span<byte> magic = stackalloc byte[4];
            return start.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual("PK\u0003\u0004"u8);
        }
        catch (UnauthorizedAccessException)
        {
            return false; // said better where it is opened as text
        }
    }
}
