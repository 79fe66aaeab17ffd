using System.Buffers;
using System.Text;

namespace Qijian.Modules.Registry;

/// <summary>
/// One value of one property, as one source record gives it. <see cref="Value"/> is normalised (dates yyyy-MM-dd, money
/// "amount currency", a status by its name), <see cref="Original"/> as it was written where that differs. In a relation
/// the value is the other party's name, and <see cref="Fields"/> hold the rest.
/// </summary>
internal sealed record Statement(Property Property, string Value)
{
    public string? Original { get; init; }
    public string? Lang { get; init; }
    public DateOnly? From { get; init; }
    public DateOnly? To { get; init; }
    public IReadOnlyList<KeyValuePair<Field, string>> Fields { get; init; } = [];

    /// <summary>The value of a field, or null where the source does not give it.</summary>
    public string? this[Field field]
    {
        get
        {
            foreach (var (key, value) in Fields)
                if (key.Id == field.Id) return value;
            return null;
        }
    }

    /// <summary>Whether it holds on the day, as far as its own dates say.</summary>
    public bool HoldsOn(DateOnly day) => (From is null || From <= day) && (To is null || To > day);
}

/// <summary>
/// All statements of one record version in one value, in the order given: a register of millions stays affordable that way
/// (docs/decisions/0003). Numbers are LEB128, texts UTF-8 behind their length in bytes.
/// </summary>
internal static class StatementPack
{
    [Flags]
    private enum Has { Value = 0, Original = 1, Lang = 2, From = 4, To = 8, Fields = 16 }

    /// <summary>Packs the statements. O(bytes).</summary>
    public static byte[] Pack(IEnumerable<Statement> statements)
    {
        ArrayBufferWriter<byte> to = new(256);
        foreach (var statement in statements)
        {
            var has = (statement.Original is null ? Has.Value : Has.Original) | (statement.Lang is null ? Has.Value : Has.Lang) |
                      (statement.From is null ? Has.Value : Has.From) | (statement.To is null ? Has.Value : Has.To) | (statement.Fields.Count == 0 ? Has.Value : Has.Fields);
            Number(to, ((uint)statement.Property.Id << 5) | (uint)has);
            Text(to, statement.Value);
            if (statement.Original is { } original) Text(to, original);
            if (statement.Lang is { } lang) Text(to, lang);
            if (statement.From is { } from) Number(to, (uint)from.DayNumber);
            if (statement.To is { } until) Number(to, (uint)until.DayNumber);
            if (statement.Fields.Count == 0) continue;
            Number(to, (uint)statement.Fields.Count);
            foreach (var (field, value) in statement.Fields)
            {
                Number(to, field.Id);
                Text(to, value);
            }
        }

        return to.WrittenSpan.ToArray();
    }

    /// <summary>Reads packed statements back; <see cref="InvalidDataException"/> where the bytes are damaged.</summary>
    public static List<Statement> Unpack(ReadOnlySpan<byte> from)
    {
        List<Statement> statements = new(8);
        while (from.Length > 0)
        {
            var head = Number(ref from);
            var has = (Has)(head & 31);
            if (!Vocabulary.ById.TryGetValue((short)(head >> 5), out var property)) throw new InvalidDataException($"unknown property {head >> 5}");
            var value = Text(ref from);
            statements.Add(new(property, value)
            {
                Original = has.HasFlag(Has.Original) ? Text(ref from) : null,
                Lang = has.HasFlag(Has.Lang) ? Text(ref from) : null,
                From = has.HasFlag(Has.From) ? Day(ref from) : null,
                To = has.HasFlag(Has.To) ? Day(ref from) : null,
                Fields = has.HasFlag(Has.Fields) ? Fields(ref from) : [],
            });
        }

        return statements;
    }

    private static KeyValuePair<Field, string>[] Fields(ref ReadOnlySpan<byte> from)
    {
        var count = Number(ref from);
        if (count > from.Length) throw Damaged();
        var fields = new KeyValuePair<Field, string>[count];
        for (var i = 0; i < fields.Length; i++)
        {
            if (!Vocabulary.Fields.ById.TryGetValue((byte)Number(ref from), out var field)) throw Damaged();
            fields[i] = new(field, Text(ref from));
        }

        return fields;
    }

    private static DateOnly Day(ref ReadOnlySpan<byte> from) =>
        Number(ref from) is var day && day <= DateOnly.MaxValue.DayNumber ? DateOnly.FromDayNumber((int)day) : throw Damaged();

    private static void Number(ArrayBufferWriter<byte> to, uint value)
    {
        var span = to.GetSpan(5);
        var length = 0;
        for (; value >= 0x80; value >>= 7) span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        to.Advance(length);
    }

    private static uint Number(ref ReadOnlySpan<byte> from)
    {
        var value = 0u;
        for (var shift = 0; shift < 35; shift += 7)
        {
            if (from.IsEmpty) throw Damaged();
            var next = from[0];
            from = from[1..];
            value |= (next & 0x7Fu) << shift;
            if (next < 0x80) return value;
        }

        throw Damaged();
    }

    private static void Text(ArrayBufferWriter<byte> to, string text)
    {
        Number(to, (uint)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, to);
    }

    private static string Text(ref ReadOnlySpan<byte> from)
    {
        var length = Number(ref from);
        if (length > from.Length) throw Damaged();
        var text = Encoding.UTF8.GetString(from[..(int)length]);
        from = from[(int)length..];
        return text;
    }

    private static InvalidDataException Damaged() => new("the packed statements are damaged");
}
