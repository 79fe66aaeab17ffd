namespace Qijian.Engine.Search;

/// <summary>Marks a text that the index does not keep.</summary>
public static class TextMarks
{
    /// <summary>Where the words of a query are in a text. O(words × text).</summary>
    public static IReadOnlyList<TextRange> Of(string query, string text) => MatchText.Ranges(text, new QueryPlan(query));
}

/// <summary>Says of a hit why it matched and what to mark.</summary>
internal static class MatchText
{
    public static SearchHit Explain(Segment segment, Candidate candidate, QueryPlan plan)
    {
        var stored = segment.Stored(candidate.Doc);
        var id = stored.Id.ToString();
        var name = stored.Name.ToString();
        if (plan.IsEmpty)
            return new SearchHit(candidate.Number, id, name, MatchKind.None, null, [], []);
        var (kind, text) = candidate.Tier == Tier.Text ? (TextField(segment, candidate.Doc, plan), null) : Reason(stored, name, candidate, plan);
        if (kind == MatchKind.All && !plan.HasText)
            kind = TextField(segment, candidate.Doc, plan);
        var ranges = kind switch
        {
            MatchKind.Pinyin or MatchKind.Initials => PinyinRanges(name, kind, plan.Key),
            MatchKind.Alias => [.. plan.Alternatives.Select(a => Ranges(name, a)).FirstOrDefault(r => r.Length > 0, [])],
            MatchKind.Similar => SimilarRanges(name, plan),
            _ => Ranges(name, plan),
        };
        return new SearchHit(candidate.Number, id, name, kind, text, ranges, text is null ? [] : kind == MatchKind.Similar ? SimilarRanges(text, plan) : Ranges(text, plan));
    }

    /// <summary>The text as the most similar name of a hit has it; null where that is no other.</summary>
    public static string? Corrected(Segment segment, Candidate candidate, QueryPlan plan)
    {
        var stored = segment.Stored(candidate.Doc);
        var name = stored.Name.ToString();
        return plan.Fuzzy.Corrected(MostSimilar(stored, name, plan) ?? name) is { } better ? better + plan.FacetParts : null;
    }

    /// <summary>Another name, where it is more like the text than the name.</summary>
    private static string? MostSimilar(StoredReader stored, string name, QueryPlan plan)
    {
        var best = plan.Fuzzy.OfName(NameKeys.KeyOf(name));
        string? other = null;
        while (stored.Next())
        {
            if (!Stored.IsOf(stored.Field, ExactKind.OtherName))
                continue;
            var text = stored.Value.ToString();
            var likeness = plan.Fuzzy.OfName(NameKeys.KeyOf(text));
            if (likeness <= best)
                continue;
            best = likeness;
            other = text;
        }
        return other;
    }

    /// <summary>In which of the texts that are not kept the words are.</summary>
    private static MatchKind TextField(Segment segment, uint doc, QueryPlan plan)
    {
        for (var field = 3; field < QueryPlan.FieldCount; field++)
        {
            if (Array.Exists(plan.Wanted, w => w.Terms[field].Length > 0 && Array.TrueForAll(w.Terms[field], t => segment.Has(t, doc))))
                return field == 3 ? MatchKind.Scope : MatchKind.Address;
        }
        return MatchKind.All;
    }

    public static Suggestion Suggest(Segment segment, Candidate candidate, QueryPlan plan)
    {
        var stored = segment.Stored(candidate.Doc);
        var name = stored.Name.ToString();
        var (kind, text) = Reason(stored, name, candidate, plan);
        string? code = null;
        while (stored.Next())
        {
            if (stored.Field == StoredField.CreditCode)
                code = stored.Value.ToString();
        }
        return new Suggestion(candidate.Number, stored.Id.ToString(), name, code, kind, text);
    }

    private static (MatchKind Kind, string? Text) Reason(StoredReader stored, string name, Candidate candidate, QueryPlan plan)
    {
        switch (candidate.Tier)
        {
            case Tier.CodePiece:
                return Piece(stored, plan.Key) ?? (MatchKind.CreditCode, stored.Id.ToString());
            case Tier.Pinyin or Tier.Initials when !NameHasLatin(name, plan.Key, candidate.Tier == Tier.Initials) && Stored.LatinPrefix(stored, candidate.Tier == Tier.Initials, plan.Key) is var (field, other):
                return (KindOf(field), other);
            case Tier.Similar:
                return (MatchKind.Similar, MostSimilar(stored, name, plan));
            case Tier.Code or Tier.CodePrefix:
                return Value(stored, ExactKind.Code, plan.Key, candidate.Tier == Tier.CodePrefix) ?? (MatchKind.CreditCode, stored.Id.ToString());
            case Tier.OtherName or Tier.OtherPrefix:
                return Value(stored, ExactKind.OtherName, plan.Key, candidate.Tier == Tier.OtherPrefix) ?? (MatchKind.AlsoKnownAs, null);
            case Tier.Person when candidate.Kind == MatchKind.Person:
                return Value(stored, ExactKind.Person, plan.Key, prefix: false) ?? (MatchKind.Person, null);
            case Tier.Rest or 0 when candidate.Kind == MatchKind.All:
                return RestReason(stored, name, plan);
            default:
                return (candidate.Kind, null);
        }
    }

    private static (MatchKind, string?)? Value(StoredReader stored, ExactKind kind, string key, bool prefix)
    {
        while (stored.Next())
        {
            if (Stored.IsOf(stored.Field, kind) && Stored.KeyEquals(stored.Value, key, prefix))
                return (KindOf(stored.Field), stored.Value.ToString());
        }
        return null;
    }

    private static (MatchKind, string?)? Piece(StoredReader stored, string key)
    {
        while (stored.Next())
        {
            if (Stored.IsOf(stored.Field, ExactKind.Code) && NameKeys.KeyOf(stored.Value.ToString()).Contains(key, StringComparison.Ordinal))
                return (KindOf(stored.Field), stored.Value.ToString());
        }
        return null;
    }

    private static MatchKind KindOf(StoredField field) => field switch
    {
        StoredField.FormerName => MatchKind.FormerName,
        StoredField.AlsoKnownAs => MatchKind.AlsoKnownAs,
        StoredField.Person => MatchKind.Person,
        StoredField.RegistrationNumber => MatchKind.RegistrationNumber,
        StoredField.Lei => MatchKind.Lei,
        StoredField.StockCode => MatchKind.StockCode,
        _ => MatchKind.CreditCode,
    };

    private static (MatchKind, string?) RestReason(StoredReader stored, string name, QueryPlan plan)
    {
        var nameKey = NameKeys.KeyOf(name);
        if (HasAll(nameKey, plan.Wanted))
            return (MatchKind.Name, null);
        string? partial = null;
        while (stored.Next())
        {
            var text = stored.Value.ToString();
            var key = NameKeys.KeyOf(text);
            if (Stored.IsOf(stored.Field, ExactKind.Code) ? HasMissing(key, whole: true) : HasAll(key, plan.Wanted))
                return (KindOf(stored.Field), text);
            if (partial is null && HasMissing(key, whole: false))
                partial = text;
        }
        if (partial is null && plan.IsLatin)
            return (NameStartsWith(nameKey, plan.Key, initials: false) ? MatchKind.Pinyin : MatchKind.Initials, null);
        return (MatchKind.All, partial);

        // Whether it has a word that the name has not.
        bool HasMissing(string key, bool whole)
        {
            foreach (var word in plan.Wanted)
            {
                if ((whole ? key.Contains(word.Key, StringComparison.Ordinal) : Contains(key, word.Key)) && !Contains(nameKey, word.Key))
                    return true;
            }
            return false;
        }
    }

    private static bool HasAll(string key, QueryWord[] words)
    {
        foreach (var word in words)
        {
            if (!Contains(key, word.Key))
                return false;
        }
        return true;
    }

    private static bool NameStartsWith(string key, string letters, bool initials)
    {
        const int Usual = 64;
        var usual = key.Length <= Usual;
        Span<char> read = usual ? stackalloc char[Usual * Text.Pinyin.MaxSyllable] : new char[key.Length * Text.Pinyin.MaxSyllable];
        return Begins(key, read) || Begins(key.AsSpan(PlacePrefix.Length(key)), read);

        bool Begins(ReadOnlySpan<char> part, Span<char> read) =>
            read[..(initials ? NameKeys.Initials(part, read) : NameKeys.Pinyin(part, read))].StartsWith(letters);
    }

    // What the tier says is looked at first.
    private static bool NameHasLatin(string name, string letters, bool initials)
    {
        var key = NameKeys.KeyOf(name);
        return NameStartsWith(key, letters, initials) || NameStartsWith(key, letters, !initials);
    }

    public static bool Contains(string text, string word)
    {
        if (text.Contains(word, StringComparison.Ordinal))
            return true;
        if (word.Length < 3)
            return false;
        for (var i = 0; i + 1 < word.Length; i++)
        {
            if (text.AsSpan().IndexOf(word.AsSpan(i, 2)) < 0)
                return false;
        }
        return true;
    }

    /// <summary>Where the words are in a displayed text, widths, scripts and brackets aside; pairs of a word where it is not in one piece.</summary>
    public static TextRange[] Ranges(string text, QueryPlan plan)
    {
        const int Usual = 128;
        var usual = text.Length <= Usual;
        Span<char> key = usual ? stackalloc char[Usual] : new char[text.Length];
        Span<int> at = usual ? stackalloc int[Usual] : new int[text.Length];
        Span<bool> marked = usual ? stackalloc bool[Usual] : new bool[text.Length];
        marked = marked[..text.Length];
        marked.Clear();
        key = key[..KeyAndPlaces(text, key, at)];
        foreach (var word in plan.Wanted)
        {
            if (Mark(key, at, word.Key, marked))
                continue;
            for (var i = 0; i + 1 < word.Key.Length; i++)
            {
                if (!char.IsAscii(word.Key[i]))
                    Mark(key, at, word.Key.AsSpan(i, 2), marked);
            }
        }
        return Collect(marked);
    }

    /// <summary>The characters that a similar name shares with the text, in the part that is like it.</summary>
    private static TextRange[] SimilarRanges(string text, QueryPlan plan)
    {
        var (key, at, marked) = (new char[text.Length], new int[text.Length], new bool[text.Length]);
        key = key[..KeyAndPlaces(text, key, at)];
        foreach (var word in plan.Words)
        {
            var aligned = SimilarNames.Align(word.Key, key);
            var moved = aligned.Likeness < SimilarNames.Least;
            for (var i = moved ? 0 : aligned.Start; i < (moved ? key.Length : aligned.Start + aligned.Length); i++)
                marked[at[i]] |= word.Key.Contains(key[i], StringComparison.Ordinal);
        }
        return Collect(marked);
    }

    /// <summary>Writes the key of a displayed text, and where each of its characters stands in it; returns its length.</summary>
    private static int KeyAndPlaces(string text, Span<char> key, Span<int> at)
    {
        var n = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = char.IsSurrogate(text[i]) ? text[i] : Text.Normalizer.Fold(text[i]);
            if (!char.IsSurrogate(c) && TextKeys.Classify(new ReadOnlySpan<char>(in c), 0, out _, out _) == CharKind.Other)
                continue;
            key[n] = c;
            at[n++] = i;
        }
        return n;
    }

    private static bool Mark(ReadOnlySpan<char> key, ReadOnlySpan<int> at, ReadOnlySpan<char> word, Span<bool> marked)
    {
        var any = false;
        for (var from = 0; from + word.Length <= key.Length;)
        {
            var i = key[from..].IndexOf(word);
            if (i < 0)
                break;
            any = true;
            for (var j = 0; j < word.Length; j++)
                marked[at[from + i + j]] = true;
            from += i + word.Length;
        }
        return any;
    }

    private static TextRange[] Collect(ReadOnlySpan<bool> marked)
    {
        var n = 0;
        for (var i = 0; i < marked.Length; i++)
        {
            if (marked[i] && (i == 0 || !marked[i - 1]))
                n++;
        }
        if (n == 0)
            return [];
        var ranges = new TextRange[n];
        var end = 0;
        for (var r = 0; r < n; r++)
        {
            var start = end + marked[end..].IndexOf(true);
            var length = marked[start..].IndexOf(false);
            end = length < 0 ? marked.Length : start + length;
            ranges[r] = new TextRange(start, end - start);
        }
        return ranges;
    }

    /// <summary>The characters that the typed letters stand for.</summary>
    private static TextRange[] PinyinRanges(string name, MatchKind kind, string letters)
    {
        var initials = kind == MatchKind.Initials;
        var brandKey = PlacePrefix.Length(NameKeys.KeyOf(name));
        var marked = new bool[name.Length];
        Span<char> read = stackalloc char[16];
        foreach (var skip in (ReadOnlySpan<int>)[0, brandKey])
        {
            Array.Clear(marked);
            int seen = 0, used = 0;
            for (var i = 0; i < name.Length && used < letters.Length; i++)
            {
                var c = Text.Normalizer.Fold(name[i]);
                if (char.IsSurrogate(c) || TextKeys.Classify(new ReadOnlySpan<char>(in c), 0, out _, out _) == CharKind.Other || seen++ < skip)
                    continue;
                ReadOnlySpan<char> one = new(in c);
                // Read alone, a character with several readings may differ from what the index has; its length is what counts here.
                var n = initials ? NameKeys.Initials(one, read) : NameKeys.Pinyin(one, read);
                if (n == 0 || read[0] != letters[used])
                {
                    if (n > 0 && used == 0)
                        break;
                }
                used += n;
                marked[i] = true;
            }
            if (used >= letters.Length)
                return Collect(marked);
        }
        return [];
    }
}
