using System.Text;

namespace Qijian.Modules.Shared;

/// <summary>
/// CSV for people and their spreadsheets: UTF-8 with a byte order mark, lines end as RFC 4180 says. A cell that a spreadsheet
/// would take for a formula gets an apostrophe in front.
/// </summary>
public sealed class CsvLines(Stream to) : IAsyncDisposable
{
    private readonly StreamWriter writer = new(to, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), bufferSize: 1 << 14, leaveOpen: true);

    /// <summary>Writes one line.</summary>
    public Task WriteAsync(IEnumerable<string?> cells) => writer.WriteAsync(string.Join(',', cells.Select(Cell)) + "\r\n");

    /// <summary>One cell: guarded against formulas, in quotes where it must be.</summary>
    public static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        if (text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '＝' or '＋' or '－' or '＠') text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    public ValueTask DisposeAsync() => writer.DisposeAsync();
}
