using System.Globalization;
using System.Text;
using Qijian.Engine.Search;
using Qijian.Engine.Text;

namespace Qijian.Modules.Search;

/// <summary>
/// What a text asks of <c>search_companies</c>: a question to the index of words, what of it must be looked up in the texts besides, and
/// the rank of a match as the embedded index has it (exact code, name, other name, person; then beginnings; then all words; then texts).
/// </summary>
internal sealed class SearchText
{
    private const int ScoredWords = 8;
    private const int ShortestSimilar = 3; // there are no trigrams in less

    private static readonly char[] NameFields = [IndexWords.Name, IndexWords.Former, IndexWords.Other, IndexWords.Person], AnyField = [.. NameFields, IndexWords.Scope, IndexWords.Address];

    private readonly List<string> asked = []; // all must hold, in the language of tsquery
    private readonly List<Func<SqlParameters, string>> looked = []; // and these, of the texts
    private readonly List<string> words = []; // the plain words, as keys without a legal form
    private readonly string? box, inNames, alike; // what the plain words ask for, anywhere or in names; and other texts that mean the same

    /// <summary>Takes a text apart. Never fails, whatever the text.</summary>
    /// <param name="text">As typed; as many characters of it count as for the embedded index.</param>
    /// <param name="alternatives">Texts that mean the same, such as the full name behind an alias.</param>
    /// <param name="plain">Whether it is words only: quotes, minus and fields mean nothing.</param>
    public SearchText(string text, IReadOnlyList<string>? alternatives = null, bool plain = false)
    {
        text = SearchQuery.Considered(text);
        IReadOnlyList<QueryPart> parts = plain ? [new(QueryField.Any, null, text, Exact: false, Without: false)] : QueryText.Parse(text);
        var typed = string.Join(' ', parts.Where(IsPlain).Select(p => p.Text));
        Key = IndexWords.Key(typed);
        if (Key.Length > 0)
        {
            (box, inNames) = Box(typed);
            string[] others = [.. (alternatives ?? []).Take(4).Select(a => new SearchText(a, plain: true).inNames).OfType<string>()];
            if (others.Length > 0) alike = string.Join(" | ", others);
        }

        foreach (var part in parts.Where(p => !IsPlain(p) && p.Field is not QueryField.Facet)) AddPart(part);
        var latin = IndexWords.IsLatin(Key);
        Forgiving = asked.Count == 0 && looked.Count == 0 && SimilarKey.Length >= ShortestSimilar && !(latin && (HasDigit(Key) || Key.Length < 4));
    }

    /// <summary>Nothing to look for: browse.</summary>
    public bool IsEmpty => box is null && asked.Count == 0 && looked.Count == 0;

    /// <summary>The plain words together.</summary>
    public string Key { get; }

    /// <summary>Whether similar names answer it too.</summary>
    public bool Forgiving { get; }

    /// <summary>What similar names are looked for by.</summary>
    public string SimilarKey => string.Concat(words);

    private bool IsPiece => IsPieceOf(Key);

    /// <summary>Whether a row matches.</summary>
    public string Match(SqlParameters p)
    {
        List<string> all = [.. looked.Select(l => l(p))];
        var plain = alike is null ? box : $"{box} | {alike}";
        List<string> questions = [.. asked.Select(a => $"({a})")];
        if (plain is not null && IsPiece) all.Add($"(terms @@ {Question(p, plain)} OR {HasPiece(p, Key)})");
        else if (plain is not null) questions.Add($"({plain})");
        if (questions.Count > 0) all.Add($"terms @@ {Question(p, string.Join(" & ", questions))}");
        return string.Join(" AND ", all);
    }

    /// <summary>The kind of a match, lower first, as the embedded index ranks them.</summary>
    public string Tier(SqlParameters p)
    {
        if (Key.Length == 0) return "10";
        var key = p.Add(Key);
        StringBuilder sql = new("CASE");
        var latin = IndexWords.IsLatin(Key);
        const string Others = "(former_keys IS NOT NULL OR other_keys IS NOT NULL)";
        if (HasDigit(Key)) When("true", 0, Whole(false, IndexWords.WholeCode));
        sql.Append(CultureInfo.InvariantCulture, $" WHEN name_key = {key} THEN 1");
        When(Others, 2, Whole(false, IndexWords.WholeFormer, IndexWords.WholeOther));
        When("people_keys IS NOT NULL", 3, Whole(false, IndexWords.WholePerson));
        if (alike is not null) When("true", 4, alike);
        sql.Append(CultureInfo.InvariantCulture, $" WHEN starts_with(name_key, {key}) OR (brand > 0 AND starts_with(substr(name_key, brand + 1), {key})) THEN 5");
        When(Others, 6, Whole(true, IndexWords.WholeFormer, IndexWords.WholeOther));
        if (latin && HasDigit(Key)) When("true", 7, Whole(true, IndexWords.WholeCode));
        if (latin)
        {
            When("true", 8, Whole(true, IndexWords.WholePinyin));
            When("true", 9, Whole(true, IndexWords.WholeInitials));
        }

        var piece = IsPiece ? $"strpos(codes, {key}) > 0" : "false";
        sql.Append(CultureInfo.InvariantCulture, $" WHEN (scope_key IS NULL AND address_key IS NULL AND NOT {piece}) OR terms @@ {Question(p, inNames!)} THEN 10 WHEN {piece} THEN 11 ELSE 12 END");
        return sql.ToString();

        void When(string first, int tier, string question) => sql.Append(CultureInfo.InvariantCulture, $" WHEN {first} AND terms @@ {Question(p, question)} THEN {tier}");
    }

    /// <summary>How well a name answers the words: in a row, at the start or behind the place, in a short name; raised by importance.</summary>
    public string Score(SqlParameters p)
    {
        if (words.Count == 0) return "0";
        var scored = words.Take(ScoredWords).ToList();
        var names = scored.ConvertAll(p.Add);
        var sum = string.Join(" + ", names.Select(w => $"CASE strpos(name_key, {w}) WHEN 0 THEN 0.4 WHEN 1 THEN 1.5 WHEN brand + 1 THEN 1.5 ELSE 1.0 END::float8"));
        var covered = string.Join(" + ", names.Select((w, i) => string.Create(CultureInfo.InvariantCulture, $"CASE strpos(name_key, {w}) WHEN 0 THEN 0 ELSE {scored[i].Length} END")));
        return string.Create(CultureInfo.InvariantCulture, $"({sum}) / {scored.Count} * (0.6 + 0.4 * least(1, ({covered})::float8 / greatest(1, length(name_key)))) * (1 + ln(1 + importance) / ln(2::float8) / 16)");
    }

    private static bool IsPlain(QueryPart part) => part is { Field: QueryField.Any, Exact: false, Without: false };

    private static string Question(SqlParameters p, string question) => $"{p.Add(question)}::tsquery";

    private static bool HasDigit(string key) => key.AsSpan().IndexOfAnyInRange('0', '9') >= 0;

    private static bool IsPieceOf(string key) => key.Length is >= IndexWords.ShortestPiece and <= IndexWords.LongestPiece && IndexWords.IsLatin(key) && HasDigit(key);

    private static string HasPiece(SqlParameters p, string key) => $"(terms @@ {Question(p, string.Join(" & ", IndexWords.Pieces(key).Select(w => Quoted(w, begins: false))))} AND strpos(codes, {p.Add(key)}) > 0)";

    // Every word in one field of a company, each in its own; or all of it as one value.
    private (string Anywhere, string InNames) Box(string typed)
    {
        var parts = Normalizer.Normalize(typed).Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => IndexWords.Key(w).Length > 0).Distinct(StringComparer.Ordinal).Select(IndexWords.WithoutForm).ToList();
        words.AddRange(parts.Select(IndexWords.Key));
        var latin = IndexWords.IsLatin(Key);
        List<string> whole = [Whole(false, IndexWords.WholeName, IndexWords.WholeFormer, IndexWords.WholeOther, IndexWords.WholePerson, IndexWords.WholeCode)];
        if (latin) whole.Add(Whole(true, IndexWords.WholePinyin, IndexWords.WholeInitials, IndexWords.WholeOther, IndexWords.WholeFormer));
        if (latin && HasDigit(Key)) whole.Add(Whole(true, IndexWords.WholeCode));
        return (Words(AnyField), Words(NameFields));

        string Words(char[] fields) => $"({string.Join(" & ", parts.Select((w, i) => Word(fields, w, i == parts.Count - 1)))}) | {string.Join(" | ", whole)}";

        string Word(char[] fields, string word, bool last)
        {
            List<string> all = [.. fields.Select(f => All(f, word, unfinished: last)).Where(q => q.Length > 0)];
            var key = IndexWords.Key(word);
            if (IndexWords.IsLatin(key)) all.Add(Quoted(IndexWords.WholePinyin, key, begins: true));
            return $"({string.Join(" | ", all)})";
        }
    }

    private void AddPart(QueryPart part)
    {
        var key = IndexWords.Key(part.Text);
        if (key.Length == 0) return;
        var not = part.Without;
        if (part.Field is QueryField.Code)
        {
            var begins = Quoted(IndexWords.WholeCode, key, begins: !part.Exact);
            if (part.Exact || !IsPieceOf(key)) Ask(begins);
            else looked.Add(p => $"{(not ? "NOT " : "")}(terms @@ {Question(p, begins)} OR {HasPiece(p, key)})");
            return;
        }

        char[] fields = part.Field switch
        {
            QueryField.Name => [IndexWords.Name], QueryField.Former => [IndexWords.Former], QueryField.Other => [IndexWords.Other], QueryField.Person => [IndexWords.Person],
            QueryField.Scope => [IndexWords.Scope], QueryField.Address => [IndexWords.Address], _ => AnyField,
        };
        if (!part.Exact)
        {
            Ask(string.Join(" | ", fields.Select(f => All(f, part.Text, unfinished: false)).Where(q => q.Length > 0)));
            return;
        }

        // In one piece: the words only bring it near.
        if (!not) Ask(string.Join(" | ", fields.Select(f => All(f, part.Text, unfinished: true)).Where(q => q.Length > 0)));
        var texts = string.Join(", ", fields.Select(f => f switch { IndexWords.Name => "name_key", IndexWords.Former => "former_keys", IndexWords.Other => "other_keys", IndexWords.Person => "people_keys", IndexWords.Scope => "scope_key", _ => "address_key" }));
        looked.Add(p => $"strpos(concat_ws('|', {texts}), {p.Add(key)}) {(not ? "= 0" : "> 0")}");

        void Ask(string question)
        {
            if (question.Length > 0) asked.Add(not ? $"!({question})" : question);
        }
    }

    private static string All(char field, string text, bool unfinished)
    {
        var cut = IndexWords.Asked(field, text);
        return cut.Count == 0 ? "" : $"({string.Join(" & ", cut.Select((c, i) => Quoted(c.Word, c.Begins || (unfinished && i == cut.Count - 1 && char.IsAsciiLetterOrDigit(c.Word[^1])))))})";
    }

    private string Whole(bool begins, params ReadOnlySpan<char> kinds)
    {
        List<string> all = [];
        foreach (var kind in kinds) all.Add(Quoted(kind, Key, begins));
        return string.Join(" | ", all);
    }

    private static string Quoted(char kind, string key, bool begins) => Quoted($"{kind}{key}", begins);

    // Words are letters, digits and hanzi: nothing in them ends the quotes.
    private static string Quoted(string word, bool begins) => begins ? $"'{word}':*" : $"'{word}'";
}
