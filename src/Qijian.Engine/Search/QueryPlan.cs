namespace Qijian.Engine.Search;

/// <summary>What a text asks for, worked out once and put to every segment. Making one never fails, whatever the text.</summary>
internal sealed class QueryPlan
{
    private static readonly TermField[] NameFields = [TermField.Name, TermField.OtherName, TermField.Person];

    /// <summary>Endings that say only what form a company has; a word asks for them only where it is nothing else.</summary>
    private static readonly string[] LegalForms = ["股份有限公司", "有限责任公司", "有限公司", "公司"];

    public static readonly int FieldCount = NameFields.Length;

    public QueryPlan(string text)
    {
        if (text.Length > SearchQuery.MaxTextLength)
            text = text[..SearchQuery.MaxTextLength];
        var normalized = TextKeys.Normalize(text);
        Key = TextKeys.KeyOfNormalized(normalized);
        if (Key.Length == 0)
            return;
        List<QueryWord> words = [];
        foreach (var part in normalized.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (MakeWord(part) is { } word && !words.Exists(w => string.Equals(w.Key, word.Key, StringComparison.Ordinal)))
                words.Add(word);
        }
        Words = [.. words];
        IsLatin = TextKeys.IsLatin(Key);
        HasLatin = HasWords(Key);
        HasDigit = Key.AsSpan().IndexOfAnyInRange('0', '9') >= 0;
        ExactName = IndexTerms.OfExact(ExactKind.Name, Key);
        ExactOther = IndexTerms.OfExact(ExactKind.OtherName, Key);
        ExactPerson = IndexTerms.OfExact(ExactKind.Person, Key);
        ExactCode = IndexTerms.OfExact(ExactKind.Code, Key);
    }

    /// <summary>Nothing to look for: browse.</summary>
    public bool IsEmpty => Key.Length == 0;

    public string Key { get; }

    public QueryWord[] Words { get; } = [];

    public bool IsLatin { get; }

    /// <summary>Whether letters or digits are in it, of which the last word may not be finished.</summary>
    public bool HasLatin { get; }

    public bool HasDigit { get; }

    public ulong ExactName { get; }

    public ulong ExactOther { get; }

    public ulong ExactPerson { get; }

    public ulong ExactCode { get; }

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

    private static QueryWord? MakeWord(string part)
    {
        foreach (var form in LegalForms)
        {
            if (part.Length <= form.Length || !part.EndsWith(form, StringComparison.Ordinal))
                continue;
            if (TextKeys.KeyOfNormalized(part[..^form.Length]).Length > 0)
                part = part[..^form.Length];
            break;
        }
        var key = TextKeys.KeyOfNormalized(part);
        if (key.Length == 0)
            return null;
        var terms = new ulong[FieldCount][];
        for (var f = 0; f < FieldCount; f++)
        {
            List<ulong> all = [];
            Sink sink = new(all, NameFields[f]);
            IndexTerms.Cut(part, ref sink);
            sink.EndRun();
            terms[f] = [.. all.Distinct()];
        }
        return new QueryWord(key, terms, TextKeys.IsLatin(key));
    }

    /// <summary>Pairs of each run of hanzi, single ones only where a run is no longer.</summary>
    private struct Sink(List<ulong> terms, TermField field) : ITermSink
    {
        private int alone;

        public void Han(int rune, int previous)
        {
            if (previous == 0)
            {
                EndRun();
                alone = rune;
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

        public void EndRun()
        {
            if (alone != 0)
                terms.Add(IndexTerms.OfHan(field, alone));
            alone = 0;
        }
    }
}

/// <summary>A word of the query: every term of it must be in one field.</summary>
/// <param name="Key">Its letters, digits and hanzi, without a legal form at the end.</param>
/// <param name="Terms">Per field the keys of its terms.</param>
/// <param name="IsLatin">Whether it may be pinyin.</param>
internal sealed record QueryWord(string Key, ulong[][] Terms, bool IsLatin);
