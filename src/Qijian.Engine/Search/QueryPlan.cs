namespace Qijian.Engine.Search;

/// <summary>What a text asks for, worked out once and put to every segment. Making one never fails, whatever the text.</summary>
internal sealed class QueryPlan
{
    /// <summary>The fields of terms in the order of a word's terms.</summary>
    private static readonly TermField[] Fields = [TermField.Name, TermField.OtherName, TermField.Person, TermField.Scope, TermField.Address];

    public const int FieldCount = 5;

    /// <summary>Sets of fields, one bit each.</summary>
    public const int Names = 0b00111, Texts = 0b11000, Everywhere = Names | Texts;

    /// <param name="text">As typed.</param>
    /// <param name="alternatives">Texts that mean the same, such as the full name behind an alias.</param>
    public QueryPlan(string text, IReadOnlyList<string>? alternatives = null)
    {
        if (text.Length > SearchQuery.MaxTextLength)
            text = text[..SearchQuery.MaxTextLength];
        var parts = QueryText.Parse(text);
        var normalized = TextKeys.Normalize(string.Join(' ', parts.Where(p => p is { Field: QueryField.Any, Exact: false, Without: false }).Select(p => p.Text)));
        Key = TextKeys.KeyOfNormalized(normalized);
        List<QueryWord> words = [];
        foreach (var part in normalized.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (MakeWord(part, QueryField.Any, exact: false) is { } word && !words.Exists(w => string.Equals(w.Key, word.Key, StringComparison.Ordinal)))
                words.Add(word);
        }
        Words = [.. words];
        foreach (var part in parts)
        {
            if (part.Field == QueryField.Facet || part is { Field: QueryField.Any, Exact: false, Without: false })
                continue;
            if (MakeWord(TextKeys.Normalize(part.Text), part.Field, part.Exact) is { } word)
                (part.Without ? Excluded : Required).Add(word);
        }
        FacetParts = string.Concat(parts.Where(p => p.Field == QueryField.Facet).Select(p => $" {(p.Without ? "-" : "")}{p.Facet}:\"{p.Text}\""));
        IsLatin = Key.Length > 0 && TextKeys.IsLatin(Key);
        HasLatin = HasWords(Key);
        HasDigit = Key.AsSpan().IndexOfAnyInRange('0', '9') >= 0;
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
    public string FacetParts { get; }

    /// <summary>Other texts that mean the same.</summary>
    public QueryPlan[] Alternatives { get; } = [];

    public bool IsLatin { get; }

    /// <summary>Whether letters or digits are in it, of which the last word may not be finished.</summary>
    public bool HasLatin { get; }

    public bool HasDigit { get; }

    /// <summary>Whether it may be a piece from the middle of a code; a longer one is a code or its start.</summary>
    public bool MayBeCodePiece => IsLatin && HasDigit && Key.Length is >= IndexTerms.CodePiece and <= 14;

    /// <summary>Whether it has the form of a whole credit code, registration number or LEI: looked for among codes only.</summary>
    public bool IsCode => IsLatin && Words.Length == 1 && Key.Length is 15 or 18 or 20 && Key.Count(char.IsAsciiDigit) >= 8;

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
    public IEnumerable<QueryWord> Wanted => Required.Count == 0 ? Words : Words.Concat(Required);

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

    private static QueryWord? MakeWord(string part, QueryField field, bool exact)
    {
        if (!exact)
            part = IndexWords.WithoutForm(part);
        var key = TextKeys.KeyOfNormalized(part);
        if (key.Length == 0)
            return null;
        var mask = field switch
        {
            QueryField.Name => 0b00001,
            QueryField.Former or QueryField.Other => 0b00010,
            QueryField.Person => 0b00100,
            QueryField.Scope => 0b01000,
            QueryField.Address => 0b10000,
            QueryField.Code => 0,
            _ => Everywhere,
        };
        var terms = new ulong[FieldCount][];
        for (var f = 0; f < FieldCount; f++)
        {
            List<ulong> all = [];
            if ((mask >> f & 1) != 0)
            {
                Sink sink = new(all, Fields[f]);
                IndexTerms.Cut(part, ref sink);
                sink.EndRun();
                // A scope has no terms of one hanzi, so such a word is not in it.
                if (sink.HasSingle && IndexTerms.HasPairsOnly(Fields[f]))
                    all.Clear();
            }
            terms[f] = [.. all.Distinct()];
        }
        return new QueryWord(key, terms, TextKeys.IsLatin(key), field, exact);
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

/// <summary>A word of the query: every term of it must be in one field.</summary>
/// <param name="Key">Its letters, digits and hanzi, without a legal form at the end.</param>
/// <param name="Terms">Per field the keys of its terms; none in a field where it is not looked for.</param>
/// <param name="IsLatin">Whether it may be pinyin.</param>
/// <param name="Field">Where it is looked for.</param>
/// <param name="Exact">Whether it must be found in one piece.</param>
internal sealed record QueryWord(string Key, ulong[][] Terms, bool IsLatin, QueryField Field, bool Exact)
{
    /// <summary>Whether the terms are not enough: the stored texts must be read.</summary>
    public bool IsVerified => (Exact && Key.Length > 2) || Field is QueryField.Former or QueryField.Other;
}
