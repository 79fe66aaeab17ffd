namespace Qijian.Engine.Search;

/// <summary>Questions to stored texts.</summary>
internal static class Stored
{
    public static bool IsOf(StoredField field, ExactKind kind) => kind switch
    {
        ExactKind.OtherName => field is StoredField.FormerName or StoredField.AlsoKnownAs,
        ExactKind.Person => field == StoredField.Person,
        ExactKind.Code => field is StoredField.CreditCode or StoredField.RegistrationNumber or StoredField.Lei or StoredField.StockCode,
        _ => false,
    };

    /// <summary>Whether some value of the kind has exactly the key.</summary>
    public static bool Has(StoredReader stored, ExactKind kind, string key)
    {
        if (kind == ExactKind.Name)
            return KeyEquals(stored.Name, key, prefix: false);
        if (kind == ExactKind.Code && KeyEquals(stored.Id, key, prefix: false))
            return true;
        while (stored.Next())
        {
            if (IsOf(stored.Field, kind) && KeyEquals(stored.Value, key, prefix: false))
                return true;
        }
        return false;
    }

    /// <summary>Whether some value of the kind begins with the key.</summary>
    public static bool HasPrefix(StoredReader stored, ExactKind kind, string key)
    {
        if (kind == ExactKind.Code && KeyEquals(stored.Id, key, prefix: true))
            return true;
        while (stored.Next())
        {
            if (IsOf(stored.Field, kind) && KeyEquals(stored.Value, key, prefix: true))
                return true;
        }
        return false;
    }

    /// <summary>Whether the pinyin, or the initials, of a former or other name begin with the letters.</summary>
    public static bool HasLatinPrefix(StoredReader stored, bool initials, string letters) => LatinPrefix(stored, initials, letters) is not null;

    /// <summary>The former or other name whose pinyin, or initials, begin with the letters.</summary>
    public static (StoredField Field, string Text)? LatinPrefix(StoredReader stored, bool initials, string letters)
    {
        while (stored.Next())
        {
            if (!IsOf(stored.Field, ExactKind.OtherName))
                continue;
            var text = stored.Value.ToString();
            var key = NameKeys.KeyOf(text);
            Span<char> read = new char[key.Length * Text.Pinyin.MaxSyllable];
            if (!TextKeys.IsLatin(key) && read[..(initials ? NameKeys.Initials(key, read) : NameKeys.Pinyin(key, read))].StartsWith(letters))
                return (stored.Field, text);
        }
        return null;
    }

    /// <summary>Whether some code has the key anywhere in it.</summary>
    public static bool HasPiece(StoredReader stored, string key)
    {
        if (NameKeys.KeyOf(stored.Id.ToString()).Contains(key, StringComparison.Ordinal))
            return true;
        while (stored.Next())
        {
            if (IsOf(stored.Field, ExactKind.Code) && NameKeys.KeyOf(stored.Value.ToString()).Contains(key, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    /// <summary>Whether a word is in a text of its field: in one piece where it is exact.</summary>
    public static bool HasWord(StoredReader stored, QueryWord word)
    {
        if (word.Field is QueryField.Any or QueryField.Name && Holds(stored.Name))
            return true;
        while (stored.Next())
        {
            var asked = word.Field switch
            {
                QueryField.Any => stored.Field is StoredField.FormerName or StoredField.AlsoKnownAs or StoredField.Person,
                QueryField.Former => stored.Field == StoredField.FormerName,
                QueryField.Other => stored.Field == StoredField.AlsoKnownAs,
                QueryField.Person => stored.Field == StoredField.Person,
                _ => false,
            };
            if (asked && Holds(stored.Value))
                return true;
        }
        return false;

        bool Holds(StoredText text)
        {
            var key = NameKeys.KeyOf(text.ToString());
            return word.Exact ? key.Contains(word.Key, StringComparison.Ordinal) : MatchText.Contains(key, word.Key);
        }
    }

    /// <summary>Compares without allocating for texts of ordinary length.</summary>
    public static bool KeyEquals(StoredText text, string key, bool prefix)
    {
        const int Usual = 128;
        if (text.IsPlainLatin(key, prefix, out var equal))
            return equal;
        if (text.Length > Usual)
        {
            var whole = NameKeys.KeyOf(text.ToString());
            return prefix ? whole.StartsWith(key, StringComparison.Ordinal) : string.Equals(whole, key, StringComparison.Ordinal);
        }
        Span<char> plain = stackalloc char[Usual];
        Span<char> buffer = stackalloc char[Usual * Text.Normalizer.MaxExpansion];
        ReadOnlySpan<char> found = buffer[..Text.Normalizer.Key(plain[..text.CopyTo(plain)], buffer)];
        return prefix ? found.StartsWith(key, StringComparison.Ordinal) : found.SequenceEqual(key);
    }
}
