namespace Qijian.Engine.Search;

/// <summary>What a text asks for where nothing has its words: its characters, its sound, its words one mistake away.</summary>
internal sealed class FuzzyPlan
{
    private const int MaxCharacters = 32;

    private readonly QueryPlan plan;
    private readonly string[] forms;
    private readonly Dictionary<int, string[]> edits = [];

    public FuzzyPlan(QueryPlan plan)
    {
        this.plan = plan;
        IsLatin = plan.IsLatin;
        var whole = string.Concat(plan.Words.Select(w => w.Key));
        var place = plan.Words.Length == 0 ? 0 : PlacePrefix.Length(plan.Words[0].Key);
        // As typed, and without the place at its start, which a register often leaves out.
        forms = place > 0 && whole.Length - place >= 2 ? [whole, whole[place..]] : [whole];
        Characters = [.. forms.Select(CharactersOf).Where(c => c.Length > 1)];
        Pairs = [.. PairsOf(forms[0]).Distinct()];
        Sounds = IsLatin ? [] : [.. forms.Where(f => f.Length >= 2 && f.All(c => !char.IsAscii(c))).Select(SoundOf).Where(s => s.Length >= 4)];
    }

    /// <summary>Letters and digits only: pinyin, or an English name.</summary>
    public bool IsLatin { get; }

    /// <summary>The distinct hanzi of each form of the text.</summary>
    public IReadOnlyList<int[]> Characters { get; }

    /// <summary>The pairs of hanzi of the text, as terms of names.</summary>
    public ulong[] Pairs { get; }

    /// <summary>The pinyin of each form.</summary>
    public IReadOnlyList<string> Sounds { get; }

    /// <summary>A word with one letter wrong, missing, extra or swapped; none of a short one.</summary>
    public IReadOnlyList<string> Edits(int word)
    {
        if (edits.TryGetValue(word, out var found))
            return found;
        var key = plan.Words[word].Key;
        HashSet<string> all = new(StringComparer.Ordinal);
        if (key.Length is >= 4 and <= 24)
        {
            Span<char> text = stackalloc char[key.Length + 1];
            for (var i = 0; i < key.Length; i++)
            {
                all.Add(key.Remove(i, 1));
                key.CopyTo(text);
                for (var c = 'a'; c <= 'z'; c++)
                {
                    text[i] = c;
                    all.Add(text[..key.Length].ToString());
                }
                if (i + 1 >= key.Length)
                    continue;
                (text[i], text[i + 1]) = (key[i + 1], key[i]);
                all.Add(text[..key.Length].ToString());
            }
            for (var i = 0; i <= key.Length; i++)
            {
                key.AsSpan(0, i).CopyTo(text);
                key.AsSpan(i).CopyTo(text[(i + 1)..]);
                for (var c = 'a'; c <= 'z'; c++)
                {
                    text[i] = c;
                    all.Add(text.ToString());
                }
            }
            all.Remove(key);
        }
        return edits[word] = [.. all];
    }

    /// <summary>A cheap guess of <see cref="Likeness"/> from the name alone.</summary>
    public float Rough(StoredReader stored)
    {
        Span<char> buffer = stackalloc char[128 * Text.Normalizer.MaxExpansion];
        var name = KeyOf(stored.Name, buffer);
        float best = 0;
        foreach (var form in forms)
            best = Math.Max(best, Math.Max(SimilarNames.SharedPairs(form, name), SimilarNames.Abbreviation(form, name)));
        return best;
    }

    /// <summary>How like the text the name or another name of a company is; at least <see cref="SimilarNames.Least"/> where it is.</summary>
    public float Likeness(StoredReader stored)
    {
        Span<char> buffer = stackalloc char[128 * Text.Normalizer.MaxExpansion];
        var best = OfName(KeyOf(stored.Name, buffer));
        while (stored.Next())
        {
            if (Stored.IsOf(stored.Field, ExactKind.OtherName))
                best = Math.Max(best, OfName(KeyOf(stored.Value, buffer)));
        }
        return best;
    }

    /// <summary>The text with what a name has in place of its mistakes; null where they are the same.</summary>
    public string? Corrected(string name)
    {
        var key = NameKeys.KeyOf(name);
        if (IsLatin && !TextKeys.IsLatin(key))
            key = SoundOf(key);
        List<string> words = [];
        foreach (var word in plan.Words)
        {
            var at = SimilarNames.Align(word.Key, key);
            if (at.Length < 2 || at.Likeness < SimilarNames.Least)
                return null;
            words.Add(key.Substring(at.Start, at.Length));
        }
        return words.SequenceEqual(plan.Words.Select(w => w.Key), StringComparer.Ordinal) ? null : string.Join(' ', words);
    }

    /// <summary>How like the text one name's key is.</summary>
    public float OfName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty)
            return 0;
        if (IsLatin)
        {
            if (TextKeys.IsLatin(name))
                return OfForm(plan.Key, name, abbreviation: false);
            return OfForm(plan.Key, SoundOf(name), abbreviation: false);
        }
        float best = 0;
        for (var i = 0; i < forms.Length; i++)
        {
            var one = plan.Words.Length > 1 ? OfWords(name, i) : OfForm(forms[i], name, abbreviation: true);
            best = Math.Max(best, i == 0 ? one : one * 0.9f);
        }
        return best;
    }

    private float OfWords(ReadOnlySpan<char> name, int form)
    {
        float sum = 0;
        var length = 0;
        for (var w = 0; w < plan.Words.Length; w++)
        {
            ReadOnlySpan<char> word = plan.Words[w].Key;
            if (w == 0 && form == 1)
                word = word[PlacePrefix.Length(word)..];
            if (word.IsEmpty)
                continue;
            sum += SimilarNames.Align(word, name).Likeness * word.Length;
            length += word.Length;
        }
        return length == 0 ? 0 : sum / length;
    }

    // The part of the name that it answers counts a little: a short name is more like it than a long one.
    private static float OfForm(ReadOnlySpan<char> form, ReadOnlySpan<char> name, bool abbreviation)
    {
        var aligned = SimilarNames.Align(form, name);
        var best = aligned.Likeness;
        if (abbreviation)
            best = Math.Max(best, Math.Max(0.95f * SimilarNames.SharedPairs(form, name), SimilarNames.Abbreviation(form, name)));
        return best < SimilarNames.Least ? 0 : best + (0.02f * Math.Min(1, form.Length / (float)name.Length)) + (aligned.Start == 0 ? 0.01f : 0);
    }

    private static int[] CharactersOf(string form)
    {
        List<int> all = [];
        for (var i = 0; i < form.Length && all.Count < MaxCharacters;)
        {
            if (TextKeys.Classify(form, i, out var rune, out var length) == CharKind.Han && !all.Contains(rune))
                all.Add(rune);
            i += length;
        }
        return [.. all];
    }

    private static List<ulong> PairsOf(string form)
    {
        List<ulong> all = [];
        var previous = 0;
        for (var i = 0; i < form.Length && all.Count < MaxCharacters;)
        {
            var han = TextKeys.Classify(form, i, out var rune, out var length) == CharKind.Han;
            if (han && previous != 0)
                all.Add(IndexTerms.OfPair(TermField.Name, previous, rune));
            previous = han ? rune : 0;
            i += length;
        }
        return all;
    }

    private static string SoundOf(ReadOnlySpan<char> key)
    {
        Span<char> letters = new char[key.Length * Text.Pinyin.MaxSyllable];
        return letters[..NameKeys.Pinyin(key, letters)].ToString();
    }

    private static string SoundOf(string key) => SoundOf(key.AsSpan());

    private static ReadOnlySpan<char> KeyOf(StoredText text, Span<char> buffer)
    {
        Span<char> plain = stackalloc char[128];
        return buffer[..Text.Normalizer.Key(plain[..text.CopyTo(plain)], buffer)];
    }
}
