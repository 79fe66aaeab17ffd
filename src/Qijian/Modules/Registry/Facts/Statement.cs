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
/// (docs/decisions/0001). Numbers are LEB128, texts UTF-8 behind their length in bytes.
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
        Walk walk = new(from);
        while (walk.MoveNext())
            statements.Add(new(walk.Property, Encoding.UTF8.GetString(walk.Value)) { Original = walk.Original, Lang = walk.Lang, From = walk.From, To = walk.To, Fields = walk.Fields });
        return statements;
    }

    /// <summary>Goes through packed statements; what is not asked for is passed over without making a text of it.</summary>
    public ref struct Walk(ReadOnlySpan<byte> packed)
    {
        private ReadOnlySpan<byte> rest = packed, original, lang, fields;
        private Has has;
        private int fieldCount;

        public Property Property { get; private set; } = null!;
        public ReadOnlySpan<byte> Value { get; private set; }
        public DateOnly? From { get; private set; }
        public DateOnly? To { get; private set; }
        public readonly string? Original => has.HasFlag(Has.Original) ? Encoding.UTF8.GetString(original) : null;
        public readonly string? Lang => has.HasFlag(Has.Lang) ? Encoding.UTF8.GetString(lang) : null;

        public readonly KeyValuePair<Field, string>[] Fields
        {
            get
            {
                if (fieldCount == 0) return [];
                var from = fields;
                var all = new KeyValuePair<Field, string>[fieldCount];
                for (var i = 0; i < all.Length; i++)
                {
                    if (!Vocabulary.Fields.ById.TryGetValue((byte)Number(ref from), out var part)) throw Damaged();
                    all[i] = new(part, Encoding.UTF8.GetString(Text(ref from)));
                }

                return all;
            }
        }

        public bool MoveNext()
        {
            if (rest.IsEmpty) return false;
            var head = Number(ref rest);
            has = (Has)(head & 31);
            if (!Vocabulary.ById.TryGetValue((short)(head >> 5), out var property)) throw new InvalidDataException($"unknown property {head >> 5}");
            Property = property;
            Value = Text(ref rest);
            if (has.HasFlag(Has.Original)) original = Text(ref rest);
            if (has.HasFlag(Has.Lang)) lang = Text(ref rest);
            From = has.HasFlag(Has.From) ? Day(ref rest) : null;
            To = has.HasFlag(Has.To) ? Day(ref rest) : null;
            fieldCount = 0;
            if (!has.HasFlag(Has.Fields)) return true;
            var count = Number(ref rest);
            if (count > rest.Length) throw Damaged();
            fieldCount = (int)count;
            fields = rest;
            for (var i = 0; i < fieldCount; i++)
            {
                Number(ref rest);
                Text(ref rest);
            }

            return true;
        }
    }

    private static DateOnly Day(scoped ref ReadOnlySpan<byte> from) =>
        Number(ref from) is var day && day <= DateOnly.MaxValue.DayNumber ? DateOnly.FromDayNumber((int)day) : throw Damaged();

    private static void Number(ArrayBufferWriter<byte> to, uint value)
    {
        var span = to.GetSpan(5);
        var length = 0;
        for (; value >= 0x80; value >>= 7) span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        to.Advance(length);
    }

    private static uint Number(scoped ref ReadOnlySpan<byte> from)
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

    private static ReadOnlySpan<byte> Text(scoped ref ReadOnlySpan<byte> from)
    {
        var length = Number(ref from);
        if (length > from.Length) throw Damaged();
        var text = from[..(int)length];
        from = from[(int)length..];
        return text;
    }

    private static InvalidDataException Damaged() => new("the packed statements are damaged");
}
