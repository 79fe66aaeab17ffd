using System.Text.RegularExpressions;
using Qijian.Engine.Search;
using Qijian.Engine.Text;

namespace Qijian.Tests.Engine.Search;

/// <summary>What the index should find, by reading every document: the meaning of a query in the plainest words.</summary>
internal sealed partial class NaiveSearch(IEnumerable<SearchDocument> documents)
{
    private static readonly string[] LegalForms = ["股份有限公司", "有限责任公司", "有限公司", "公司"];

    private readonly List<SearchDocument> documents = [.. documents.GroupBy(d => d.Number).Select(g => g.Last())];

    public IReadOnlyList<SearchDocument> Matches(string text) => [.. documents.Where(d => Matches(d, text))];

    public IReadOnlyList<SearchDocument> Results(SearchQuery query) => [.. Matches(query.Text).Where(d => query.Filters.All(f => Passes(d, f)) && InRanges(d, query, founded: true, capital: true))];

    public Dictionary<uint, int> Facet(SearchQuery query, SearchColumn column) => Matches(query.Text)
        .Where(d => query.Filters.All(f => SearchColumns.GroupOf(f.Column) == SearchColumns.GroupOf(column) || Passes(d, f))
            && InRanges(d, query, column != SearchColumn.FoundedYear, column != SearchColumn.CapitalBand))
        .GroupBy(d => Value(d, column)).ToDictionary(g => g.Key, g => g.Count());

    public IReadOnlyList<SearchDocument> NamePrefix(string text) => [.. documents
        .Where(d => Normalizer.Key(d.Name) is var key && (key.StartsWith(Normalizer.Key(text), StringComparison.Ordinal) || key[PlacePrefix.Length(key)..].StartsWith(Normalizer.Key(text), StringComparison.Ordinal)))
        .OrderByDescending(d => d.Importance).ThenBy(d => d.Number)];

    private static bool Passes(SearchDocument d, SearchFilter f) => f.Values.Contains(Value(d, f.Column)) != f.Without;

    private static bool InRanges(SearchDocument d, SearchQuery q, bool founded, bool capital) =>
        (!founded || (q.FoundedFrom is null && q.FoundedTo is null) || (d.FoundedDay > 0 && d.FoundedDay >= (q.FoundedFrom ?? 0) && d.FoundedDay <= (q.FoundedTo ?? int.MaxValue)))
        && (!capital || (q.CapitalFrom is null && q.CapitalTo is null) || (d.CapitalFen > 0 && d.Currency == q.Currency && d.CapitalFen >= (q.CapitalFrom ?? 0) && d.CapitalFen <= (q.CapitalTo ?? long.MaxValue)));

    public static uint Value(SearchDocument d, SearchColumn column) => column switch
    {
        SearchColumn.Province => d.Province,
        SearchColumn.Industry => d.Industry,
        SearchColumn.Status => d.Status,
        SearchColumn.Kind => d.Kind,
        SearchColumn.Listed => d.Listed ? 1u : 0u,
        SearchColumn.IndustryClass => d.IndustryClass,
        SearchColumn.CapitalBand => d.CapitalFen <= 0 ? 0 : SearchColumns.Band(d.Currency, SearchColumns.CapitalBand(d.CapitalFen)),
        SearchColumn.FoundedYear => d.FoundedDay == 0 ? 0 : (uint)DateOnly.FromDayNumber(d.FoundedDay).Year,
        SearchColumn.City => d.City,
        _ => throw new ArgumentOutOfRangeException(nameof(column)),
    };

    private static bool Matches(SearchDocument d, string text)
    {
        var parts = QueryText.Parse(text);
        static bool IsPlain(QueryPart p) => p is { Field: QueryField.Any, Exact: false, Without: false };
        return PlainMatches(d, string.Join(' ', parts.Where(IsPlain).Select(p => p.Text)))
            && parts.Where(p => !IsPlain(p) && p.Field != QueryField.Facet && Normalizer.Key(p.Text).Length > 0).All(p => One(d, p) != p.Without);
    }

    /// <summary>A phrase, or a word of one field.</summary>
    private static bool One(SearchDocument d, QueryPart part)
    {
        var word = Normalizer.Normalize(part.Text);
        if (!part.Exact)
            word = WithoutForm(word);
        var key = Normalizer.Key(word);
        if (part.Field is QueryField.Any or QueryField.Code && key.All(IsLatin) && key.Any(char.IsAsciiDigit) && CodesOf(d).Any(c => IsCode(c, key)))
            return true;
        var tokens = QueryTokens(word);
        bool In(QueryField field, IEnumerable<string> set, IEnumerable<string>? verified = null) => (part.Field == QueryField.Any || part.Field == field)
            && tokens.All(Tokens(set).Contains)
            && ((!part.Exact || key.Length <= 2) && part.Field is not (QueryField.Former or QueryField.Other) || (verified ?? set).Any(v => part.Exact ? Normalizer.Key(v).Contains(key, StringComparison.Ordinal) : MatchText.Contains(Normalizer.Key(v), key)));
        string[] others = [.. d.FormerNames, .. d.AlsoKnownAs];
        if (In(QueryField.Name, [d.Name]) || In(QueryField.Former, others, part.Field == QueryField.Former ? d.FormerNames : others)
            || In(QueryField.Other, others, part.Field == QueryField.Other ? d.AlsoKnownAs : others) || In(QueryField.Person, d.People))
        {
            return true;
        }
        // A phrase that the words of several fields of one kind make together is verified in any of them.
        return (part.Field is QueryField.Any or QueryField.Scope && InText(d.Scope, word, numbered: false)) || (part.Field is QueryField.Any or QueryField.Address && InText(d.Address, word, numbered: true));
    }

    private static bool InText(string? text, string word, bool numbered)
    {
        if (text is null)
            return false;
        var tokens = TextTokens(Runs(word).ToList(), word, numbered, out var single);
        return !single && tokens.All(TextTokens(Runs(text).ToList(), text, numbered, out _, all: true).Contains);
    }

    // Pairs and words; in an address, digits and the hanzi that follows at once are one.
    private static HashSet<string> TextTokens(List<string> runs, string text, bool numbered, out bool single, bool all = false)
    {
        var normalized = Normalizer.Normalize(text).Replace("𠮷", "㐀", StringComparison.Ordinal);
        HashSet<string> tokens = new(StringComparer.Ordinal);
        single = false;
        var at = 0;
        var glued = false;
        foreach (var run in runs)
        {
            if (!IsLatin(run[0]))
            {
                single |= run.Length == 1 && !glued;
                for (var i = 1; i < run.Length; i++)
                    tokens.Add(run[(i - 1)..(i + 1)]);
                glued = false;
                at = IndexAfter(normalized, run, at);
                continue;
            }
            at = normalized.IndexOf(run, at, StringComparison.Ordinal) + run.Length;
            glued = numbered && char.IsAsciiDigit(run[0]) && at < normalized.Length && !IsLatin(normalized[at]) && char.IsLetter(normalized[at]);
            if (glued)
                tokens.Add(run + normalized[at]);
            if (!glued || all)
                tokens.Add(run);
        }
        return tokens;
    }

    private static int IndexAfter(string text, string run, int at)
    {
        foreach (var c in run)
            at = text.IndexOf(c, at) + 1;
        return at;
    }

    private static string WithoutForm(string word) =>
        Array.Find(LegalForms, f => word.Length > f.Length && word.EndsWith(f, StringComparison.Ordinal)) is { } form && Normalizer.Key(word[..^form.Length]).Length > 0 ? word[..^form.Length] : word;

    private static string[] CodesOf(SearchDocument d) => [.. new[] { d.Id, d.CreditCode, d.RegistrationNumber, d.Lei, d.StockCode }.OfType<string>().Select(Normalizer.Key)];

    private static bool IsCode(string code, string key) => code.StartsWith(key, StringComparison.Ordinal) || (key.Length is >= 6 and <= 14 && code.Length >= 6 && code.Contains(key, StringComparison.Ordinal));

    private static bool PlainMatches(SearchDocument d, string text)
    {
        var key = Normalizer.Key(text);
        if (key.Length == 0)
            return true;
        string[] others = [.. d.FormerNames, .. d.AlsoKnownAs];
        var codes = CodesOf(d);
        if (key.Length is 15 or 18 or 20 && key.All(IsLatin) && key.Count(char.IsAsciiDigit) >= 8 && !Normalizer.Normalize(text).Trim().Contains(' ', StringComparison.Ordinal))
            return codes.Any(c => c.StartsWith(key, StringComparison.Ordinal));
        if (codes.Contains(key) || new[] { d.Name }.Concat(others).Concat(d.People).Any(t => string.Equals(Normalizer.Key(t), key, StringComparison.Ordinal)))
            return true;

        var name = Normalizer.Key(d.Name);
        var brand = name[PlacePrefix.Length(name)..];
        var otherKeys = others.Select(Normalizer.Key).ToArray();
        if (key.All(IsLatin))
        {
            if (Latin(Pinyin.Full(name, PinyinReading.CompanyName)).StartsWith(key, StringComparison.Ordinal)
                || Latin(Pinyin.Full(brand, PinyinReading.CompanyName)).StartsWith(key, StringComparison.Ordinal)
                || Latin(Pinyin.Initials(name, PinyinReading.CompanyName)).StartsWith(key, StringComparison.Ordinal)
                || Latin(Pinyin.Initials(brand, PinyinReading.CompanyName)).StartsWith(key, StringComparison.Ordinal)
                || otherKeys.Any(o => o.Length > 0 && o.All(IsLatin) && o.StartsWith(key, StringComparison.Ordinal))
                || otherKeys.Any(o => !o.All(IsLatin) && (Latin(Pinyin.Full(o, PinyinReading.CompanyName)).StartsWith(key, StringComparison.Ordinal) || Latin(Pinyin.Initials(o, PinyinReading.CompanyName)).StartsWith(key, StringComparison.Ordinal)))
                || (key.Any(char.IsAsciiDigit) && codes.Any(c => IsCode(c, key))))
            {
                return true;
            }
        }
        else if (key.Any(IsLatin) && (name.StartsWith(key, StringComparison.Ordinal) || brand.StartsWith(key, StringComparison.Ordinal)
            || otherKeys.Any(o => o.Any(c => !IsLatin(c)) && o.StartsWith(key, StringComparison.Ordinal))))
        {
            return true;
        }
        HashSet<string>[] fields = [Tokens([d.Name]), Tokens(others), Tokens(d.People)];
        var words = Normalizer.Normalize(text).Split(' ').Where(w => Normalizer.Key(w).Length > 0).ToArray();
        return words.All(word =>
        {
            word = WithoutForm(word);
            var tokens = QueryTokens(word);
            if (fields.Any(f => tokens.All(f.Contains)) || InText(d.Scope, word, numbered: false) || InText(d.Address, word, numbered: true))
                return true;
            var letters = Normalizer.Key(word);
            return words.Select(Normalizer.Key).Distinct(StringComparer.Ordinal).Count() > 1 && letters.All(IsLatin)
                && (Latin(Pinyin.Full(name, PinyinReading.CompanyName)).StartsWith(letters, StringComparison.Ordinal)
                    || Latin(Pinyin.Full(brand, PinyinReading.CompanyName)).StartsWith(letters, StringComparison.Ordinal));
        });
    }

    private static bool IsLatin(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);

    private static string Latin(string text) => string.Concat(text.Where(IsLatin));

    private static HashSet<string> Tokens(IEnumerable<string> texts)
    {
        HashSet<string> all = new(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            foreach (var run in Runs(text))
            {
                if (IsLatin(run[0]))
                {
                    all.Add(run);
                    continue;
                }
                for (var i = 0; i < run.Length; i++)
                {
                    all.Add(run[i..(i + 1)]);
                    if (i > 0)
                        all.Add(run[(i - 1)..(i + 1)]);
                }
            }
        }
        return all;
    }

    private static List<string> QueryTokens(string word) => [.. Runs(word).SelectMany(run =>
        IsLatin(run[0]) || run.Length == 1 ? [run] : Enumerable.Range(0, run.Length - 1).Select(i => run.Substring(i, 2)))];

    /// <summary>Runs of hanzi (punctuation between them aside), of letters, of digits.</summary>
    private static IEnumerable<string> Runs(string text) =>
        // A hanzi outside the first plane is two units to the expression; one that no text has stands in.
        Run().Matches(Normalizer.Normalize(text).Replace("𠮷", "㐀", StringComparison.Ordinal)).Select(m => Normalizer.Key(m.Value));

    [GeneratedRegex(@"[a-z]+|[0-9]+|\p{Lo}(?:[^a-z0-9\p{Lo}]*\p{Lo})*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Run();
}
