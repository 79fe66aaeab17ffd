using System.Runtime.InteropServices;
using System.Text;

namespace Qijian.Engine.Search;

/// <summary>Strings of a document as bytes: id, name, then (field, text) pairs up to <see cref="StoredField.End"/>.</summary>
/// <remarks>A text is a varint (characters × 2, plus 1 where all are below 256) and its characters in one or two bytes each: shorter than UTF-8 for hanzi, and copied, not decoded.</remarks>
internal static class StoredDocument
{
    public static void Write(SearchDocument document, System.Buffers.ArrayBufferWriter<byte> output)
    {
        WriteText(document.Id, output);
        WriteText(document.Name, output);
        foreach (var name in document.FormerNames)
            WriteField(StoredField.FormerName, name, output);
        foreach (var name in document.AlsoKnownAs)
            WriteField(StoredField.AlsoKnownAs, name, output);
        foreach (var person in document.People)
            WriteField(StoredField.Person, person, output);
        // The credit code is the id nearly always; then it is not kept twice.
        if (document.CreditCode is { Length: > 0 } code)
            WriteField(StoredField.CreditCode, string.Equals(code, document.Id, StringComparison.Ordinal) ? "" : code, output);
        WriteField(StoredField.RegistrationNumber, document.RegistrationNumber, output);
        WriteField(StoredField.Lei, document.Lei, output);
        WriteField(StoredField.StockCode, document.StockCode, output);
        output.GetSpan(1)[0] = (byte)StoredField.End;
        output.Advance(1);
        var padding = (4 - (output.WrittenCount & 3)) & 3;
        output.GetSpan(4)[..padding].Clear();
        output.Advance(padding);
    }

    private static void WriteField(StoredField field, string? text, System.Buffers.ArrayBufferWriter<byte> output)
    {
        if (text is null || (text.Length == 0 && field != StoredField.CreditCode))
            return;
        output.GetSpan(1)[0] = (byte)field;
        output.Advance(1);
        WriteText(text, output);
    }

    private static void WriteText(string text, System.Buffers.ArrayBufferWriter<byte> output)
    {
        var narrow = text.AsSpan().IndexOfAnyExceptInRange('\0', '\u00FF') < 0;
        var span = output.GetSpan(5 + (text.Length * 2));
        var n = 0;
        var header = ((uint)text.Length << 1) | (narrow ? 1u : 0);
        for (; header >= 0x80; header >>= 7)
            span[n++] = (byte)(header | 0x80);
        span[n++] = (byte)header;
        if (narrow)
        {
            Encoding.Latin1.GetBytes(text, span[n..]);
            output.Advance(n + text.Length);
        }
        else
        {
            MemoryMarshal.AsBytes(text.AsSpan()).CopyTo(span[n..]);
            output.Advance(n + (text.Length * 2));
        }
    }
}

/// <summary>A stored text in mapped memory.</summary>
internal readonly unsafe struct StoredText(byte* data, int length, bool narrow)
{
    public int Length => length;

    public override string ToString() => narrow ? Encoding.Latin1.GetString(data, length) : new string((char*)data, 0, length);

    /// <summary>Compares a text of ASCII letters and digits only, such as a code, without normalising it; false where it has others.</summary>
    public bool IsPlainLatin(ReadOnlySpan<char> key, bool prefix, out bool equal)
    {
        equal = prefix ? length >= key.Length : length == key.Length;
        if (!narrow)
            return false;
        for (var i = 0; i < length; i++)
        {
            var c = (char)data[i];
            if (!char.IsAsciiLetterOrDigit(c))
                return false;
            equal = equal && (i >= key.Length || char.ToLowerInvariant(c) == key[i]);
        }
        return true;
    }

    /// <summary>Copies up to the size of the target; returns the characters written.</summary>
    public int CopyTo(Span<char> target)
    {
        var n = Math.Min(length, target.Length);
        if (narrow)
            Encoding.Latin1.GetChars(new ReadOnlySpan<byte>(data, n), target);
        else
            new ReadOnlySpan<byte>(data, n * 2).CopyTo(MemoryMarshal.AsBytes(target));
        return n;
    }
}

/// <summary>Walks a stored document: <see cref="Id"/> and <see cref="Name"/> first, then <see cref="Next"/>.</summary>
internal unsafe struct StoredReader
{
    private byte* at;

    public StoredReader(byte* document)
    {
        at = document;
        Id = Text();
        Name = Text();
    }

    public StoredText Id { get; }

    public StoredText Name { get; }

    public StoredField Field { get; private set; }

    public StoredText Value { get; private set; }

    public bool Next()
    {
        Field = (StoredField)(*at++);
        if (Field == StoredField.End)
            return false;
        Value = Text();
        if (Field == StoredField.CreditCode && Value.Length == 0)
            Value = Id;
        return true;
    }

    private StoredText Text()
    {
        uint header = *at++;
        if (header >= 0x80)
        {
            header &= 0x7F;
            for (var shift = 7; ; shift += 7)
            {
                uint b = *at++;
                header |= (b & 0x7F) << shift;
                if (b < 0x80)
                    break;
            }
        }
        var length = (int)(header >> 1);
        var narrow = (header & 1) != 0;
        StoredText text = new(at, length, narrow);
        at += narrow ? length : length * 2;
        return text;
    }
}
