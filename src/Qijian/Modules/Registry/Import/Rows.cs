using System.Buffers;
using System.Text.Json;
using CsvHelper;

namespace Qijian.Modules.Registry;

/// <summary>What became of one row: its draft, and where it is rejected, why.</summary>
internal readonly record struct RowOutcome(Draft Draft, string? Problem);

/// <summary>How a row of named columns is read. A problem is returned as its sentence; null is a good row.</summary>
internal delegate string? RowReader(Draft draft, Func<int, string> value);

/// <summary>Reads a source row by row, in memory that does not grow with the file.</summary>
internal static class Rows
{
    /// <summary>The longest text of one field that is taken; longer ones are rejected with their row.</summary>
    public const int MaxField = 100_000;
    private const int MaxRecord = 16 << 20;

    /// <summary>Rows of CSV or TSV. <paramref name="bind"/> sees the header once and returns the reader of a row.</summary>
    public static IEnumerable<RowOutcome> OfCsv(SourceFile file, long skip, Func<IReadOnlyList<string>, RowReader> bind)
    {
        Dictionary<long, CsvMalformedReason> malformed = [];
        using var csv = CsvReader.Create(file.Content, new CsvReaderOptions
        {
            MaxRecordSize = MaxRecord,
            FieldCountMismatch = CsvFieldCountHandling.Allow,
            Separator = SeparatorOf(file.Start),
            OnMalformedRecord = m => malformed[m.RecordNumber] = m.Reason,
        }, leaveOpen: true);
        var headers = Guarded(0, () => { csv.ReadHeader(); return csv.Headers.ToArray(); });
        var read = bind(headers);
        long row = 0;
        while (Guarded(row, csv.Read))
        {
            row++;
            if (row <= skip) continue;
            var problem = csv.FieldCount != headers.Length ? Text.RowFieldCount.With(csv.FieldCount, headers.Length)
                : malformed.Remove(row + 1, out var reason) && reason is CsvMalformedReason.UnterminatedQuote ? Text.RowQuote : null;
            Draft draft = new(row);
            problem ??= read(draft, csv.GetString);
            draft.Raw = csv.RawRecord.ToArray();
            yield return new(draft, problem);
        }

    }

    /// <summary>The same rows, the last only once the file has proved whole: where a compressed file is cut off, so may be that row.</summary>
    public static IEnumerable<RowOutcome> UntilCutOff(this IEnumerable<RowOutcome> rows, SourceFile file)
    {
        RowOutcome? last = null;
        ImportException? damage = null;
        using var each = rows.GetEnumerator();
        while (true)
        {
            try
            {
                if (!each.MoveNext()) break;
            }
            catch (ImportException e) when (last is { Draft.Whole: true })
            {
                damage = e;
                break;
            }

            if (last is { } before) yield return before;
            last = each.Current;
        }

        if (damage is null) file.EnsureComplete();
        if (last is { } whole) yield return whole;
        if (damage is not null) throw damage;
    }

    /// <summary>Rows of JSON Lines, one object a line, or the elements of one JSON array.</summary>
    public static IEnumerable<RowOutcome> OfJson(SourceFile file, long skip, Func<Draft, JsonElement, string?> read)
    {
        long row = 0;
        var array = file.Start.AsSpan().TrimStart().StartsWith('[');
        foreach (var (line, tooLong) in array ? Elements(file) : Lines(file))
        {
            row++;
            if (row <= skip) continue;
            Draft draft = new(row) { Whole = array };
            var problem = tooLong ? Text.RowTooLong.With(MaxRecord >> 20) : null;
            if (problem is null)
            {
                try
                {
                    using var json = JsonDocument.Parse(line);
                    problem = json.RootElement.ValueKind is JsonValueKind.Object ? read(draft, json.RootElement) : Text.RowNotObject;
                }
                catch (JsonException e)
                {
                    problem = Text.RowJson.With(e.BytePositionInLine);
                }
                catch (InvalidOperationException) // how the reader says that \ud800 stands alone
                {
                    problem = Text.RowSurrogate;
                }
            }

            draft.Raw = line.ToArray();
            yield return new(draft, problem);
        }
    }

    /// <summary>What is wrong with a text as such, or null: an undecodable byte, a NUL, too long.</summary>
    public static string? ProblemOf(string column, string text) =>
        text.Length > MaxField ? Text.RowFieldTooLong.With(column, text.Length, MaxField)
        : text.AsSpan().IndexOfAny('\0', '\uFFFD') is >= 0 and var at ? (text[at] == '\0' ? Text.RowNul : Text.RowEncoding).With(column) : null;

    private static IEnumerable<(ReadOnlyMemory<byte> Line, bool TooLong)> Lines(SourceFile file)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            int length = 0, start = 0;
            long line = 0;
            var skipping = false;
            while (true)
            {
                var end = buffer.AsSpan(start, length - start).IndexOf((byte)'\n');
                if (end >= 0)
                {
                    line++;
                    var content = buffer.AsMemory(start, end).TrimEnd((byte)'\r');
                    start += end + 1;
                    if (skipping || !content.Span.Trim((byte)' ').IsEmpty) yield return (content, skipping);
                    skipping = false;
                    continue;
                }

                if (start > 0) buffer.AsSpan(start, length - start).CopyTo(buffer);
                (length, start) = (length - start, 0);
                if (length == buffer.Length)
                {
                    if (length >= MaxRecord) (skipping, length) = (true, 0); // keep nothing but that the line was too long
                    else buffer = Grown(buffer, length);
                }

                var read = Guarded(line, () => file.Content.Read(buffer, length, buffer.Length - length));
                if (read == 0) break;
                length += read;
            }

            if (skipping || length > 0) yield return (buffer.AsMemory(0, length), skipping);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The elements of an array, cut where their brackets close: what stands in each is looked at later, so that a broken one costs itself alone.
    private static IEnumerable<(ReadOnlyMemory<byte> Element, bool TooLong)> Elements(SourceFile file)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            int length = 0, at = 0, start = -1, depth = -1; // -1: before the array, 0: between its elements
            long element = 0;
            bool text = false, escaped = false, tooLong = false;
            while (true)
            {
                for (; at < length; at++)
                {
                    var c = buffer[at];
                    if (text) (text, escaped) = (escaped || c != '"', !escaped && c == '\\');
                    else if (depth < 0) depth = c == '[' ? 0 : -1;
                    else if (depth == 0 && c is (byte)',' or (byte)']')
                    {
                        if (start >= 0) yield return (buffer.AsMemory(start, at - start), tooLong); // a number or a word among the objects
                        (element, start, tooLong) = (element + (start >= 0 ? 1 : 0), -1, false);
                        if (c == ']') yield break;
                    }
                    else
                    {
                        if (start < 0 && c > ' ') start = at;
                        if (c == '"') text = true;
                        else if (c is (byte)'{' or (byte)'[') depth++;
                        else if (c is (byte)'}' or (byte)']') depth--;
                    }
                }

                if (start < 0) (length, at) = (0, 0);
                else if (start > 0)
                {
                    buffer.AsSpan(start, length - start).CopyTo(buffer);
                    (length, at, start) = (length - start, at - start, 0);
                }

                if (length == buffer.Length)
                {
                    if (length >= MaxRecord) (tooLong, length, at) = (true, 0, 0); // keep nothing but that it was too long
                    else buffer = Grown(buffer, length);
                }

                var read = Guarded(element, () => file.Content.Read(buffer, length, buffer.Length - length));
                if (read == 0) throw new ImportException(Text.ImportArrayCutOff.With(element));
                length += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grown(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    // Separators are looked for in the first line only: business scopes are full of them.
    private static char SeparatorOf(string start)
    {
        var header = start.AsSpan()[..(start.AsSpan().IndexOfAny('\r', '\n') is >= 0 and var end ? end : start.Length)];
        var best = ',';
        foreach (var candidate in "\t;|")
            if (header.Count(candidate) > header.Count(best)) best = candidate;
        return best;
    }

    private static T Guarded<T>(long row, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CsvFormatException e)
        {
            throw new ImportException(Text.ImportRecordTooLarge.With(row + 1, MaxRecord >> 20), e);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException)
        {
            throw new ImportException(Text.ImportDamaged.With(row), e);
        }
    }
}
