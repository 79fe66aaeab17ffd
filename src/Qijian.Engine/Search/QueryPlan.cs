using System.Runtime.InteropServices;

namespace Qijian.Engine.Search;

/// <summary>What a text asks for, worked out once and put to every segment. Making one never fails, whatever the text.</summary>
internal sealed class QueryPlan
{
    private static readonly System.Buffers.SearchValues<char> Digits = System.Buffers.SearchValues.Create("0123456789");

    public const int FieldCount = 5;

    /// <summary>Sets of fields, one bit each.</summary>
    public const int Names = 0b00111, Texts = 0b11000, Everywhere = Names | Texts;

    /// <param name="text">As typed.</param>
    /// <param name="alternatives">Texts that mean the same, such as the full name behind an alias.</param>
    public QueryPlan(string text, IReadOnlyList<string>? alternatives = null)
    {
        var parts = QueryText.Parse(SearchQuery.Considered(text));
        var plain = "";
        foreach (var part in parts)
        {
            if (part is { Field: QueryField.Any, Exact: false, Without: false })
                plain = plain.Length == 0 ? part.Text : $"{plain} {part.Text}";
            else if (part.Field == QueryField.Facet)
                FacetParts += $" {(part.Without ? "-" : "")}{part.Facet}:\"{part.Text}\"";
            else if (MakeWord(TextKeys.Normalize(part.Text), part.Field, part.Exact) is { } word)
                (part.Without ? Excluded : Required).Add(word);
        }
        var normalized = TextKeys.Normalize(plain);
        Key = TextKeys.KeyOfNormalized(normalized);
        Words = normalized.Contains(' ', StringComparison.Ordinal) ? WordsOf(normalized) : MakeWord(normalized, QueryField.Any, exact: false) is { } only ? [only] : [];
        Wanted = Required.Count == 0 ? Words : [.. Words, .. Required];
        IsLatin = Key.Length > 0 && TextKeys.IsLatin(Key);
        HasLatin = HasWords(Key);
        HasDigit = Key.AsSpan().IndexOfAnyInRange('0', '9') >= 0;
        IsCode = IsLatin && Words.Length == 1 && Key.Length is 15 or 18 or 20 && Key.AsSpan().CountAny(Digits) >= 8;
        ExactName = IndexTerms.OfExact(ExactKind.Name, Key);
        ExactOther = IndexTerms.OfExact(ExactKind.OtherName, Key);
        ExactPerson = IndexTerms.OfExact(ExactKind.Person, Key);
        ExactCode = IndexTerms.OfExact(ExactKind.Code, Key);
        ExactPinyin = IsLatin && Key.Length > 2 * PrefixKeys.LatinLength ? IndexTerms.OfExact(ExactKind.Pinyin, Key) : 0;
        if (HasText && alternatives is { Count: > 0 })
            Alternatives = [.. alternatives.Take(4).Select(a => new QueryPlan(a)).Where(p => p.HasText && !string.Equals(p.Key, Key, StringComparison.Ordinal))];
    }

    /// <summary>Nothing to look for: browse.</summary>
    public bool IsEmpty => !HasText && Required.Count == 0 && Excluded.Count == 0;

    /// <summary>Whether there are words to look for anywhere.</summary>
    public bool HasText => Key.Length > 0;

    /// <summary>Whether not all that the words find is wanted.</summary>
    public bool IsRestricted => Required.Count > 0 || Excluded.Count > 0;

    /// <summary>Letters, digits and hanzi of the words that are looked for anywhere.</summary>
    public string Key { get; }

    public QueryWord[] Words { get; }

    /// <summary>Phrases and words of one field, each of which must be found.</summary>
    public List<QueryWord> Required { get; } = [];

    /// <summary>What must not be found.</summary>
    public List<QueryWord> Excluded { get; } = [];

    /// <summary>The parts that the caller turns into filters, as they may be typed again.</summary>
    public string FacetParts { get; } = "";

    /// <summary>Other texts that mean the same.</summary>
    public QueryPlan[] Alternatives { get; } = [];

    public bool IsLatin { get; }

    /// <summary>Whether letters or digits are in it, of which the last word may not be finished.</summary>
    public bool HasLatin { get; }

    public bool HasDigit { get; }

    /// <summary>Whether it may be a piece from the middle of a code; a longer one is a code or its start.</summary>
    public bool MayBeCodePiece => IsLatin && HasDigit && Key.Length is >= IndexTerms.CodePiece and <= 14;

    /// <summary>Whether it has the form of a whole credit code, registration number or LEI: looked for among codes only.</summary>
    public bool IsCode { get; }

    public ulong ExactName { get; }

    public ulong ExactOther { get; }

    public ulong ExactPerson { get; }

    public ulong ExactCode { get; }

    /// <summary>0 where the text is no long pinyin.</summary>
    public ulong ExactPinyin { get; }

    /// <summary>What is looked for where this finds little or nothing; made when first asked for.</summary>
    public FuzzyPlan Fuzzy => field ??= new FuzzyPlan(this);

    /// <summary>Whether something like it may be looked for: not for a code, and not for a single character.</summary>
    public bool MayBeSimilar => Key.Length >= 2 && !IsRestricted && Words.Length > 0 && !(IsLatin && (HasDigit || Key.Length < 4));

    /// <summary>The words that a hit has.</summary>
    public QueryWord[] Wanted { get; }

    private static bool HasWords(ReadOnlySpan<char> key)
    {
        for (var i = 0; i < key.Length;)
        {
            if (TextKeys.Classify(key, i, out _, out var length) != CharKind.Han)
                return true;
            i += length;
        }
        return false;
    }

    private static QueryWord[] WordsOf(string normalized)
    {
        List<QueryWord> words = [];
        foreach (var part in normalized.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (MakeWord(part, QueryField.Any, exact: false) is { } word && !words.Exists(w => string.Equals(w.Key, word.Key, StringComparison.Ordinal)))
                words.Add(word);
        }
        return [.. words];
    }

    private static QueryWord? MakeWord(string part, QueryField field, bool exact)
    {
        if (!exact)
            part = IndexWords.WithoutForm(part);
        var key = TextKeys.KeyOfNormalized(part);
        return key.Length == 0 ? null : new QueryWord(part, key, field, exact);
    }
}

/// <summary>A word of the query: every term of it must be in one field.</summary>
/// <param name="text">In normal form, without a legal form at the end.</param>
/// <param name="key">Its letters, digits and hanzi.</param>
/// <param name="asked">Where it is looked for.</param>
/// <param name="exact">Whether it must be found in one piece.</param>
internal sealed class QueryWord(string text, string key, QueryField asked, bool exact)
{
    /// <summary>The fields of terms in the order of <see cref="Terms"/>.</summary>
    private static readonly TermField[] Fields = [TermField.Name, TermField.OtherName, TermField.Person, TermField.Scope, TermField.Address];

    public string Key => key;

    public QueryField Field => asked;

    public bool Exact => exact;

    /// <summary>Whether it may be pinyin.</summary>
    public bool IsLatin { get; } = TextKeys.IsLatin(key);

    /// <summary>Per field the keys of its terms; none in a field where it is not looked for. Cut when first asked for: a code is looked up whole.</summary>
    public ulong[][] Terms => field ??= Cut();

    /// <summary>Whether the terms are not enough: the stored texts must be read.</summary>
    public bool IsVerified => (exact && key.Length > 2) || asked is QueryField.Former or QueryField.Other;

    private ulong[][] Cut()
    {
        var mask = asked switch
        {
            QueryField.Name => 0b00001,
            QueryField.Former or QueryField.Other => 0b00010,
            QueryField.Person => 0b00100,
            QueryField.Scope => 0b01000,
            QueryField.Address => 0b10000,
            QueryField.Code => 0,
            _ => QueryPlan.Everywhere,
        };
        var terms = new ulong[QueryPlan.FieldCount][];
        List<ulong> all = [];
        for (var f = 0; f < terms.Length; f++)
        {
            all.Clear();
            if ((mask >> f & 1) != 0)
            {
                Sink sink = new(all, Fields[f]);
                IndexTerms.Cut(text, ref sink);
                sink.EndRun();
                // A scope has no terms of one hanzi, so such a word is not in it.
                if (sink.HasSingle && IndexTerms.HasPairsOnly(Fields[f]))
                    all.Clear();
            }
            var distinct = 0;
            for (var i = 0; i < all.Count; i++)
            {
                if (all.IndexOf(all[i], 0, distinct) < 0)
                    all[distinct++] = all[i];
            }
            terms[f] = distinct == 0 ? [] : CollectionsMarshal.AsSpan(all)[..distinct].ToArray();
        }
        return terms;
    }

    /// <summary>Pairs of each run of hanzi, single ones only where a run is no longer.</summary>
    private struct Sink(List<ulong> terms, TermField field) : ITermSink
    {
        private int alone;
        private bool numbered;

        public bool HasSingle { get; private set; }

        public void Han(int rune, int previous)
        {
            if (previous == 0)
            {
                EndRun();
                alone = numbered ? 0 : rune;
                numbered = false;
                return;
            }
            alone = 0;
            terms.Add(IndexTerms.OfPair(field, previous, rune));
        }

        public void Word(ReadOnlySpan<char> word)
        {
            EndRun();
            terms.Add(IndexTerms.OfWord(field, word));
        }

        // Of an address 303号 is one term, which says more than either.
        public void Numbered(ReadOnlySpan<char> numberAndHan)
        {
            if (field != TermField.Address)
                return;
            terms[^1] = IndexTerms.OfWord(field, numberAndHan);
            numbered = true;
        }

        public void EndRun()
        {
            if (alone != 0)
            {
                terms.Add(IndexTerms.OfHan(field, alone));
                HasSingle = true;
            }
            alone = 0;
        }
    }
}
