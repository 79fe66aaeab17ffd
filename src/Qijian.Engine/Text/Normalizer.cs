using System.Buffers;
using System.Text;

namespace Qijian.Engine.Text;

/// <summary>Brings Chinese and Latin text to one comparable form.</summary>
/// <remarks>
/// The form: compatibility characters (full width, circled, ligatures) as plain ones, traditional characters as simplified ones,
/// Latin, Greek and Cyrillic without accents, lower case, every pair of brackets as <c>( )</c>, every hyphen or dash as <c>-</c>,
/// every middle dot as <c>·</c>, runs of white space as one space, none at the ends, no invisible characters, no lone surrogates.
/// The table is generated (eng/tables), so the result does not hang on the machine's ICU. It is NFKC-like, not NFKC: no
/// composition takes place, kana and hangul keep their marks, and characters whose NFKC form is longer than
/// <see cref="MaxExpansion"/> stay as they are. 乾, 著, 瞭, 藉, 覆 are simplified characters too: they change in given words only.
/// <para>All methods are idempotent, O(n), total (no text makes them throw) and safe to call from several threads.</para>
/// </remarks>
public static class Normalizer
{
    /// <summary>A text of n UTF-16 units never becomes longer than n times this.</summary>
    public const int MaxExpansion = 4;

    private const int StackUnits = 512;
    // A noncharacter: it marks in the table what the loop must look at more closely.
    private const char Special = '\uFFFF';

    /// <summary>The normal form of a text; the same instance, without any allocation, where nothing changes.</summary>
    public static string Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsPlain(text) ? text : Rewrite(text, key: false);
    }

    /// <summary>Writes the normal form and returns its length in UTF-16 units.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short; n × <see cref="MaxExpansion"/> always suffices.</exception>
    public static int Normalize(ReadOnlySpan<char> text, Span<char> destination)
    {
        Writer writer = new(destination, key: false);
        return writer.Write(text);
    }

    /// <summary>The exact-match key: the normal form without brackets, spaces, punctuation and symbols (letters, digits and hanzi only).</summary>
    public static string Key(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Rewrite(text, key: true);
    }

    /// <summary>Writes the key of a text and returns its length in UTF-16 units.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short; n × <see cref="MaxExpansion"/> always suffices.</exception>
    public static int Key(ReadOnlySpan<char> text, Span<char> destination)
    {
        Writer writer = new(destination, key: true);
        return writer.Write(text);
    }

    /// <summary>The part of the normal form that is one character for one; a character without such a form is returned as it is. O(1).</summary>
    public static char Fold(char c)
    {
        var folded = Table.Map[c];
        if (folded != Special) return folded;
        return Table.Expansions.TryGetValue(c, out var text) && text.Length == 1 ? text[0] : c;
    }

    private static bool IsPlain(string text)
    {
        var map = Table.Map;
        var previous = ' ';
        foreach (var c in text)
        {
            if (map[c] != c || c == Special || (c == ' ' && previous == ' ')) return false;
            previous = c;
        }
        return text.Length == 0 || previous != ' ';
    }

    private static string Rewrite(string text, bool key)
    {
        var bound = checked(text.Length * MaxExpansion);
        char[]? rented = null;
        var buffer = bound <= StackUnits ? stackalloc char[StackUnits] : rented = ArrayPool<char>.Shared.Rent(bound);
        Writer writer = new(buffer, key);
        var written = buffer[..writer.Write(text)];
        var result = written.SequenceEqual(text) ? text : written.ToString();
        if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        return result;
    }

    private ref struct Writer(Span<char> destination, bool key)
    {
        private readonly Span<char> _destination = destination;
        private int _length;
        // The last unit written begins words that are rewritten in pairs.
        private bool _pairs;

        public int Write(ReadOnlySpan<char> text)
        {
            var map = Table.Map;
            for (var i = 0; i < text.Length; i++)
            {
                var c = text[i];
                var folded = map[c];
                if (folded != Special) Put(folded);
                else if (!char.IsSurrogate(c)) PutAll(Table.Expansions[c]);
                else if (i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1])) PutRune(new Rune(c, text[++i]));
                // A lone surrogate is no character: it is left out.
            }
            if (_length > 0 && _destination[_length - 1] == ' ') _length--;
            return _length;
        }

        private void Put(char c)
        {
            if (key)
            {
                // 〇 is a number in Unicode's eyes and a hanzi in ours.
                if (!char.IsLetterOrDigit(c) && c != '〇') return;
            }
            else if (c == ' ' && (_length == 0 || _destination[_length - 1] == ' '))
            {
                return;
            }
            if (_pairs && Table.Pairs.TryGetValue((_destination[_length - 1], c), out var pair)) (_destination[_length - 1], c) = pair;
            _pairs = false;
            Append(c);
        }

        private void PutAll(string text)
        {
            for (var i = 0; i < text.Length; i++)
            {
                var c = text[i];
                if (char.IsHighSurrogate(c))
                {
                    PutPlain(new Rune(c, text[++i]));
                }
                else if (!Table.PairMembers.Contains(c))
                {
                    Put(c);
                }
                else
                {
                    if (_length > 0 && Table.Pairs.TryGetValue((_destination[_length - 1], c), out var pair)) (_destination[_length - 1], c) = pair;
                    Append(c);
                    _pairs = Table.PairMembers.Contains(c);
                }
            }
        }

        private void PutRune(Rune rune)
        {
            if (Table.Supplementary.TryGetValue(rune.Value, out var text)) PutAll(text);
            else PutPlain(rune);
        }

        private void PutPlain(Rune rune)
        {
            if (key && !Rune.IsLetterOrDigit(rune)) return;
            _pairs = false;
            Span<char> units = stackalloc char[2];
            rune.EncodeToUtf16(units);
            Append(units[0]);
            Append(units[1]);
        }

        private void Append(char c)
        {
            if (_length == _destination.Length) ThrowTooShort();
            _destination[_length++] = c;
        }
    }

    private static void ThrowTooShort(string destination = "destination") => throw new ArgumentException("It is too short for the normal form.", destination);

    private static class Table
    {
        public static readonly char[] Map = new char[0x10000];
        public static readonly Dictionary<char, string> Expansions = [];
        public static readonly Dictionary<int, string> Supplementary = [];
        public static readonly Dictionary<(char, char), (char, char)> Pairs = [];
        public static readonly HashSet<char> PairMembers = [];

#pragma warning disable CA1810, MA0182 // Five tables come from one file: one constructor reads it once.
        static Table()
        {
            for (var i = 0; i < Map.Length; i++) Map[i] = char.IsSurrogate((char)i) ? Special : (char)i;
            var lines = EmbeddedTable.Lines("fold.dat");
            var end = Array.IndexOf(lines, "");
            foreach (var line in lines.AsSpan(0, end))
            {
                var tab = line.IndexOf('\t', StringComparison.Ordinal);
                var from = EmbeddedTable.Unescape(line.AsSpan(0, tab));
                var to = EmbeddedTable.Unescape(line.AsSpan(tab + 1));
                if (from.Length == 2) Supplementary[char.ConvertToUtf32(from, 0)] = to;
                else if (to.Length == 1) Map[from[0]] = to[0];
                else Expand(from[0], to);
            }
            foreach (var line in lines.AsSpan(end + 1))
            {
                if (line.Length != 5) continue;
                Pairs[(line[0], line[1])] = (line[3], line[4]);
                PairMembers.Add(line[0] == line[3] ? line[1] : line[0]);
            }
            // What becomes a pair's member must take the slow path as the member itself does.
            for (var i = 0; i < Map.Length; i++)
            {
                if (PairMembers.Contains(Map[i])) Expand((char)i, Map[i].ToString());
            }
            Expand(Special, "");
        }
#pragma warning restore CA1810, MA0182

        private static void Expand(char from, string to)
        {
            Map[from] = Special;
            Expansions[from] = to;
        }
    }
}
