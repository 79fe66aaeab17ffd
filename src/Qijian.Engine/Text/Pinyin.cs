using System.Buffers;

namespace Qijian.Engine.Text;

/// <summary>What a text is, which decides how its characters with several readings are read.</summary>
public enum PinyinReading
{
    /// <summary>Running text: words first, then place names.</summary>
    General,
    /// <summary>A person's name: it begins with a surname (单 shan, 仇 qiu, 尉迟 yuchi).</summary>
    PersonName,
    /// <summary>A place name.</summary>
    Place,
    /// <summary>A company's name: it often begins with a place (厦 xia), and a place wins over a word there.</summary>
    CompanyName,
}

/// <summary>Latin readings of Chinese text, without tones, ü written v.</summary>
/// <remarks>
/// Forward maximum match over a trie of words, places and surnames whose reading differs from that of their characters, then the
/// default reading of each character; tables are generated (eng/tables). Every hanzi gives one syllable of at most
/// <see cref="MaxSyllable"/> letters; a run of other letters and digits is one token, in lower case; the rest is dropped.
/// O(n × 6), total, thread-safe. The string methods bring the text to its normal form first; the span methods expect it in that
/// form and allocate nothing.
/// </remarks>
public static class Pinyin
{
    /// <summary>The longest syllable (<c>zhuang</c>): n characters never read longer than n times this.</summary>
    public const int MaxSyllable = 6;

    private const int StackUnits = 512;

    /// <summary>The tokens of a text: one a hanzi, one a run of other letters and digits.</summary>
    public static IReadOnlyList<string> Syllables(string text, PinyinReading reading = PinyinReading.General)
    {
        List<string> all = [];
        Reader reader = new(Normalizer.Normalize(text), reading);
        while (reader.MoveNext()) all.Add(reader.Text ?? reader.Current.ToString());
        return all;
    }

    /// <summary>The tokens joined: 重庆银行 is <c>chongqingyinhang</c>.</summary>
    public static string Full(string text, PinyinReading reading = PinyinReading.General) => Join(text, reading, initials: false);

    /// <summary>The first letter of each hanzi, other tokens in full: TCL科技 is <c>tclkj</c>.</summary>
    public static string Initials(string text, PinyinReading reading = PinyinReading.General) => Join(text, reading, initials: true);

    /// <summary>Whether two hanzi have the same default reading. O(1).</summary>
    internal static bool SameSound(char a, char b)
    {
        var sound = Tables.Characters[a] & Tables.SyllableMask;
        return sound != 0 && sound == (Tables.Characters[b] & Tables.SyllableMask);
    }

    /// <summary>Writes <see cref="Full(string, PinyinReading)"/> of a normalised text and returns the length.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short; n × <see cref="MaxSyllable"/> always suffices.</exception>
    public static int Full(ReadOnlySpan<char> text, Span<char> destination, PinyinReading reading = PinyinReading.General)
    {
        Reader reader = new(text, reading);
        var length = 0;
        while (reader.MoveNext())
        {
            reader.Current.CopyTo(destination[length..]);
            length += reader.Current.Length;
        }
        return length;
    }

    /// <summary>Writes <see cref="Initials(string, PinyinReading)"/> of a normalised text and returns the length, at most that of the text.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public static int Initials(ReadOnlySpan<char> text, Span<char> destination, PinyinReading reading = PinyinReading.General)
    {
        Reader reader = new(text, reading);
        var length = 0;
        while (reader.MoveNext())
        {
            var part = reader.Text is null ? reader.Current : reader.Current[..1];
            part.CopyTo(destination[length..]);
            length += part.Length;
        }
        return length;
    }

    private static string Join(string text, PinyinReading reading, bool initials)
    {
        var normal = Normalizer.Normalize(text);
        var bound = checked(normal.Length * (initials ? 1 : MaxSyllable));
        char[]? rented = null;
        var buffer = bound <= StackUnits ? stackalloc char[StackUnits] : rented = ArrayPool<char>.Shared.Rent(bound);
        var length = initials ? Initials(normal, buffer, reading) : Full(normal, buffer, reading);
        var result = buffer[..length].ToString();
        if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        return result;
    }

    private ref struct Reader(ReadOnlySpan<char> text, PinyinReading reading)
    {
        private readonly ReadOnlySpan<char> _text = text;
        private int _at;
        private bool _atStart = true;
        private ushort[]? _phrase;
        private int _inPhrase;

        /// <summary>The token.</summary>
        public ReadOnlySpan<char> Current { get; private set; }

        /// <summary>The token where it is a syllable, null where it is a run of other letters and digits.</summary>
        public string? Text { get; private set; }

        public bool MoveNext()
        {
            if (_phrase is not null) return NextOfPhrase();
            while (_at < _text.Length)
            {
                var c = _text[_at];
                var entry = Tables.Characters[c];
                if (entry != 0)
                {
                    var start = _atStart;
                    _atStart = false;
                    if ((entry & Tables.StartsPhrase) != 0 && Tables.Match(_text[_at..], reading, start) is { } phrase)
                    {
                        _at += phrase.Length;
                        _phrase = phrase;
                        _inPhrase = 0;
                        return NextOfPhrase();
                    }
                    // A firm that ends in 行 is a hang (车行, 张家港行); words that end in xing (旅行) were matched above.
                    if (c == '行' && reading == PinyinReading.CompanyName && !start && (_at + 1 == _text.Length || _text[_at + 1] == '('))
                    {
                        _at++;
                        return Say("hang");
                    }
                    if ((entry & Tables.SyllableMask) != 0)
                    {
                        _at++;
                        return Say(Tables.Syllables[entry & Tables.SyllableMask]);
                    }
                }
                if (char.IsHighSurrogate(c) && _at + 1 < _text.Length && char.IsLowSurrogate(_text[_at + 1]))
                {
                    var syllable = Tables.Supplementary.GetValueOrDefault(char.ConvertToUtf32(c, _text[_at + 1]));
                    _at += 2;
                    _atStart = false;
                    if (syllable is not null) return Say(syllable);
                    continue;
                }
                if (char.IsLetterOrDigit(c))
                {
                    var end = _at + 1;
                    while (end < _text.Length && Tables.Characters[_text[end]] == 0 && char.IsLetterOrDigit(_text[end])) end++;
                    Current = _text[_at..end];
                    Text = null;
                    _at = end;
                    _atStart = false;
                    return true;
                }
                if (c is '(' or ')') _atStart = true;
                _at++;
            }
            return false;
        }

        private bool NextOfPhrase()
        {
            var syllable = Tables.Syllables[_phrase![_inPhrase++]];
            if (_inPhrase == _phrase.Length) _phrase = null;
            return Say(syllable);
        }

        private bool Say(string syllable)
        {
            Text = syllable;
            Current = syllable;
            return true;
        }
    }

    private static class Tables
    {
        public const int StartsPhrase = 0x8000;
        public const int SyllableMask = 0x7FFF;

        public static readonly string[] Syllables;
        /// <summary>Per UTF-16 unit the number of its default syllable (0: none) and whether a phrase begins with it.</summary>
        public static readonly ushort[] Characters = new ushort[0x10000];
        public static readonly Dictionary<int, string> Supplementary = [];

        // A trie whose edges are one hash table: (node, character) to node.
        private static readonly Dictionary<int, int> Edges = [];
        private static readonly List<Entry> Nodes = [default];

        private record struct Entry(ushort[]? Word, ushort[]? Place, ushort[]? Surname);

#pragma warning disable CA1810 // Syllable numbers are shared by four files: one constructor reads them in order.
        static Tables()
        {
            List<string> syllables = [""];
            Dictionary<string, ushort> numbers = [];
            ushort Number(string syllable)
            {
                if (numbers.TryGetValue(syllable, out var number)) return number;
                numbers[syllable] = number = (ushort)syllables.Count;
                syllables.Add(syllable);
                return number;
            }
            foreach (var line in EmbeddedTable.Lines("pinyin.dat"))
            {
                var tab = line.IndexOf('\t', StringComparison.Ordinal);
                var syllable = line[..tab];
                var number = Number(syllable);
                foreach (var rune in line.AsSpan(tab + 1).EnumerateRunes())
                {
                    if (rune.IsBmp) Characters[rune.Value] = number;
                    else Supplementary[rune.Value] = syllable;
                }
            }
            void Read(string table, Func<Entry, ushort[], Entry> set)
            {
                foreach (var line in EmbeddedTable.Lines(table))
                {
                    if (line.Split('\t') is not [var phrase, var reading]) continue;
                    var node = 0;
                    foreach (var c in phrase)
                    {
                        if (!Edges.TryGetValue((node << 16) | c, out var next))
                        {
                            Edges[(node << 16) | c] = next = Nodes.Count;
                            Nodes.Add(default);
                        }
                        node = next;
                    }
                    Nodes[node] = set(Nodes[node], [.. reading.Split(' ').Select(Number)]);
                    Characters[phrase[0]] |= StartsPhrase;
                }
            }
            Read("phrases.dat", static (e, r) => e with { Word = r });
            Read("places.dat", static (e, r) => e with { Place = r });
            Read("surnames.dat", static (e, r) => e with { Surname = r });
            Syllables = [.. syllables];
        }
#pragma warning restore CA1810

        /// <summary>The longest phrase that the text begins with, as syllable numbers, one a character.</summary>
        public static ushort[]? Match(ReadOnlySpan<char> text, PinyinReading reading, bool start)
        {
            ushort[]? word = null, first = null;
            var node = 0;
            foreach (var c in text)
            {
                if (!Edges.TryGetValue((node << 16) | c, out node)) break;
                var entry = Nodes[node];
                switch (reading)
                {
                    case PinyinReading.PersonName:
                        if (start) first = entry.Surname ?? first;
                        word = entry.Word ?? word;
                        break;
                    case PinyinReading.Place or PinyinReading.CompanyName when start:
                        first = entry.Place ?? first;
                        word = entry.Word ?? word;
                        break;
                    default:
                        // Places of one character (厦) hold at the start only.
                        word = (entry.Place is { Length: > 1 } place ? place : null) ?? entry.Word ?? word;
                        break;
                }
            }
            return first ?? word;
        }
    }
}
