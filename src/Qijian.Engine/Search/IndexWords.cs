using System.Text;

namespace Qijian.Engine.Search;

/// <summary>
/// What a document is found by, as words for an index that is kept elsewhere, such as a database's, and the words that a text asks for.
/// A word begins with a letter that says what it is of; the rest is letters, digits and hanzi of the normal form.
/// </summary>
/// <remarks>
/// Words of a text, in lower case: pairs of neighbouring hanzi, runs of letters, runs of digits, and the last hanzi of each run alone, so
/// that every word that begins with a hanzi finds that hanzi wherever it stands. Whole values, in upper case, are found by their start too.
/// </remarks>
public static class IndexWords
{
    /// <summary>Words of the name, of former names, of other names, of persons, of the scope and of the address.</summary>
    public const char Name = 'n', Former = 'f', Other = 'e', Person = 'h', Scope = 's', Address = 'a';

    /// <summary>Whole values: the name, former names, other names, persons, codes; pinyin and initials of names, and of the name from its brand on.</summary>
    public const char WholeName = 'N', WholeFormer = 'F', WholeOther = 'E', WholePerson = 'P', WholeCode = 'C', WholePinyin = 'Y', WholeInitials = 'I';

    /// <summary>Pieces of codes, which say only that a code may have a text in it.</summary>
    public const char Piece = 'k';

    /// <summary>Characters of the shortest and the longest text that is looked for inside codes.</summary>
    public const int ShortestPiece = IndexTerms.CodePiece, LongestPiece = 14;

    /// <summary>Characters of a whole value that count.</summary>
    public const int MaxWhole = 200;

    /// <summary>Characters of a scope or an address that count.</summary>
    public const int MaxText = 4000;

    private const int MaxSpelled = 64;

    private static readonly string[] LegalForms = ["股份有限公司", "有限责任公司", "有限公司", "公司"];

    /// <summary>The words of a document, each once, in no order. O(characters).</summary>
    public static IReadOnlyCollection<string> Of(SearchDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        HashSet<string> words = new(StringComparer.Ordinal);
        var key = Key(document.Name);
        var brand = BrandAt(key);
        Add(words, Name, document.Name);
        Whole(words, WholeName, key);
        foreach (var start in brand > 0 ? (int[])[0, brand] : [0])
        {
            Whole(words, WholePinyin, Spelled(key[start..], initials: false));
            Whole(words, WholeInitials, Spelled(key[start..], initials: true));
        }
        AddAll(words, Former, WholeFormer, document.FormerNames);
        AddAll(words, Other, WholeOther, document.AlsoKnownAs);
        AddAll(words, Person, WholePerson, document.People);
        foreach (var code in Codes(document))
        {
            Whole(words, WholeCode, code);
            words.UnionWith(Pieces(code));
        }
        Add(words, Scope, document.Scope);
        Add(words, Address, document.Address);
        return words;
    }

    /// <summary>The keys of a document's codes.</summary>
    public static IEnumerable<string> Codes(SearchDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return ((string?[])[document.Id, document.CreditCode, document.RegistrationNumber, document.Lei, document.StockCode]).OfType<string>().Select(Key).Where(k => k.Length > 0).Distinct();
    }

    /// <summary>The words of a code, or of a piece of one: all of them are words of a code that has the piece. None for a text that is too short.</summary>
    public static IEnumerable<string> Pieces(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Length < ShortestPiece || !IsLatin(key) ? [] : Enumerable.Range(0, key.Length - 2).Select(i => $"{Piece}{key.AsSpan(i, 3)}").Distinct();
    }

    /// <summary>The words that a text asks for in a field, and whether one may be the beginning of a longer word: a hanzi alone. O(n).</summary>
    public static IReadOnlyList<(string Word, bool Begins)> Asked(char field, string text)
    {
        List<(string, bool)> asked = [];
        Sink sink = new(field, (word, alone) => asked.Add((word, alone)), pairsOnly: true);
        IndexTerms.Cut(TextKeys.Normalize(text), ref sink);
        sink.EndRun();
        return [.. asked.Distinct()];
    }

    /// <summary>A word in normal form without a legal form at its end, which says little: it is asked for only where the word is nothing else.</summary>
    public static string WithoutForm(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        foreach (var form in LegalForms)
        {
            if (word.Length > form.Length && word.EndsWith(form, StringComparison.Ordinal))
                return TextKeys.KeyOfNormalized(word[..^form.Length]).Length > 0 ? word[..^form.Length] : word;
        }
        return word;
    }

    /// <summary>The key of a text: only letters, digits and hanzi of its normal form, at most <see cref="MaxText"/>.</summary>
    public static string Key(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TextKeys.Key(text.Length > MaxText ? text[..MaxText] : text);
    }

    /// <summary>Characters of a name's key that name a place, behind which its brand begins.</summary>
    public static int BrandAt(string key) => PlacePrefix.Length(key);

    /// <summary>Whether a key may be pinyin, initials or a code: a–z and 0–9 only.</summary>
    public static bool IsLatin(string key) => TextKeys.IsLatin(key);

    /// <summary>Pinyin or initials of a name's key in a–z and 0–9.</summary>
    public static string Spelled(string key, bool initials)
    {
        ArgumentNullException.ThrowIfNull(key);
        var counted = key.AsSpan(0, Math.Min(key.Length, MaxSpelled));
        Span<char> letters = stackalloc char[MaxSpelled * Text.Pinyin.MaxSyllable];
        return letters[..(initials ? NameKeys.Initials(counted, letters) : NameKeys.Pinyin(counted, letters))].ToString();
    }

    /// <summary>What a document has in a column, as facets show it.</summary>
    public static long Value(SearchColumn column, SearchDocument document)
    {
        var spec = SearchColumns.Of(column);
        var stored = spec.Read(document);
        return spec.Facet ? spec.Show((uint)stored) : (long)stored;
    }

    /// <summary>The column that stands for all columns of one property: facets of it are counted without its filters.</summary>
    public static SearchColumn PropertyOf(SearchColumn column) => SearchColumns.GroupOf(column);

    private static void AddAll(HashSet<string> words, char field, char whole, IReadOnlyList<string> values)
    {
        foreach (var value in values)
        {
            Add(words, field, value);
            var key = Key(value);
            Whole(words, whole, key);
            if (field == Person || IsLatin(key))
                continue;
            Whole(words, WholePinyin, Spelled(key, initials: false));
            Whole(words, WholeInitials, Spelled(key, initials: true));
        }
    }

    private static void Add(HashSet<string> words, char field, string? text)
    {
        if (text is null)
            return;
        Sink sink = new(field, (word, _) => words.Add(word), pairsOnly: false);
        IndexTerms.Cut(TextKeys.Normalize(text.Length > MaxText ? text[..MaxText] : text), ref sink);
        sink.EndRun();
    }

    private static void Whole(HashSet<string> words, char kind, string key)
    {
        if (key.Length > 0)
            words.Add($"{kind}{Start(key)}");
    }

    // No half of a surrogate pair is left at the end: a database takes none.
    private static ReadOnlySpan<char> Start(ReadOnlySpan<char> key) =>
        key.Length <= MaxWhole ? key : key[..(char.IsHighSurrogate(key[MaxWhole - 1]) ? MaxWhole - 1 : MaxWhole)];

    private static bool IsText(char field) => field is Scope or Address;

    private struct Sink(char field, Action<string, bool> add, bool pairsOnly) : ITermSink
    {
        private int last;
        private bool paired;

        public void Han(int rune, int previous)
        {
            if (previous == 0)
                EndRun();
            else
                add($"{field}{new Rune(previous)}{new Rune(rune)}", false);
            paired = previous != 0;
            last = rune;
        }

        public void Word(ReadOnlySpan<char> word)
        {
            EndRun();
            add($"{field}{Start(word)}", false);
        }

        // 303号 tells one address from another better than 303, but not much better.
        public readonly void Numbered(ReadOnlySpan<char> numberAndHan)
        {
        }

        public void EndRun()
        {
            if (last != 0 && !(pairsOnly && paired) && !IsText(field))
                add($"{field}{new Rune(last)}", true);
            last = 0;
        }
    }
}
