using System.Globalization;
using System.Text;
using Qijian.Engine.Identifiers;
using Qijian.Engine.Text;

namespace Qijian.Benchmarks.Quality;

/// <summary>What a query's words stand in, which decides which companies it is for.</summary>
internal enum PartsOf
{
    /// <summary>It is for the company itself.</summary>
    Nothing,
    Name,
    Code,
    Person,
    Scope,
    Address,

    /// <summary>It is for every company that reads so.</summary>
    Pinyin,
    Initials,
}

/// <summary>The text of a query and the words that its company must have.</summary>
internal sealed record Drawn(string Text, PartsOf Of = PartsOf.Nothing, params string[] Parts);

/// <summary>Makes the text of a query from a company, by the transformation and the seed of a recipe.</summary>
internal sealed class Transformer(QualityCorpus corpus)
{
    private static readonly char[] Separators = ['、', '；', ';', '，', ',', '。', '（', '）', '(', ')', ':', '：', '.', '※', '*', '\n', ' ', '【', '】', '及', '和', '与'];

    private readonly Lazy<char[]> frequent = new(() =>
        [.. Enumerable.Range(0x4E00, 0x9FFF - 0x4E00).Where(c => corpus.Frequency[c] > 0).OrderByDescending(c => corpus.Frequency[c]).ThenBy(c => c).Take(3000).Select(c => (char)c)]);

    private readonly Lazy<Dictionary<string, string>> traditional = new(() => new[] { "STPhrases.txt", "STCharacters.txt" }
        .SelectMany(f => TestData.Lines($"{TestData.TraditionalFolder}/{f}")).Where(l => !l.StartsWith('#') && l.Contains('\t', StringComparison.Ordinal))
        .Select(l => l.Split('\t')).DistinctBy(f => f[0]).ToDictionary(f => f[0], f => f[1].Split(' ')[0], StringComparer.Ordinal));

    private ILookup<string, char>? homophones;

    /// <summary>The query, or null where the company does not lend itself to it (no bracket to vary, nothing to leave out).</summary>
    public Drawn? Draw(string transformation, int number, int seed)
    {
        // Chance by a fixed rule: a recipe gives the same text for ever.
        Random random = new(seed);
        var (name, listed, full) = (corpus.NameOf(number), corpus.ListedOf(number), corpus.FullOf(number));
        var parts = CompanyName.Parse(name);
        var (region, brand, trade, form) = (parts[parts.Region].ToString(), parts[parts.Brand].ToString(), parts[parts.Trade].ToString(), parts[parts.LegalForm].ToString());
        var (hasRegion, whole) = (parts.Region is { Start.Value: 0 } && region.Length > 0, parts.Branch.Start.Value == parts.Name.Length && form.Length > 0 && brand.Length > 1);
        var code = corpus.IsInRegister(number) && corpus.Register[number - 1].Code is { Length: CreditCode.Length } c ? c : null;
        return transformation switch
        {
            "name" => new(name),
            "short-name" => Of(listed?.ShortName),
            "former-name" => Of(corpus.FormerNameOf(number)),
            "english-name" => Of(listed?.EnglishName),
            "pinyin" when listed is not null => Reading(Pinyin.Full(listed.ShortName), PartsOf.Nothing, 3),
            "pinyin" => Reading(Pinyin.Full(name, PinyinReading.CompanyName), PartsOf.Pinyin, 8),
            "initials" when listed is not null => Reading(listed.Initials.ToLowerInvariant(), PartsOf.Nothing, 4),
            "initials" => Reading(Pinyin.Initials(name, PinyinReading.CompanyName), PartsOf.Initials, 6),
            "traditional" => Changed(name, Traditional(name)),
            "full-width" when name.Any(char.IsAsciiLetterOrDigit) => new(string.Concat(name.Select(ch => ch is > ' ' and <= '~' ? (char)(ch + 0xFEE0) : ch))),
            "brackets" => Changed(name, Brackets(name, random)),
            "spaces" when whole => new(string.Join(' ', new[] { region, brand, trade, form }.Where(p => p.Length > 0))),
            "without-form" when whole && parts.LegalForm.End.Value == parts.Name.Length => Words(parts.Name[..parts.LegalForm.Start.Value]),
            "form-abbreviated" when whole => Abbreviated(parts.Name),
            "without-region" when whole && hasRegion => Words(parts.Name[parts.Region.End.Value..]),
            "region-in-brackets" when whole && hasRegion && trade.Length > 0 => new($"{brand}（{region}）{trade}{form}"),
            "wrong" or "missing" or "extra" or "swapped" or "homophone" => Typo(transformation, name, random),
            "code" => Of(code),
            "code-fragment" when code is not null => Fragment(code, random),
            "old-number" => Of(corpus.OldNumberOf(number)),
            "lei" => Of(corpus.LeiOf(number)),
            "ticker" => Of(listed?.Ticker),
            "ticker-digits" => Of(listed?.Ticker[..6]),
            "person" when full is { Person.Length: >= 3 } => new(full.Person, PartsOf.Person, full.Person),
            "scope" when full is not null => Phrases(full.Scope, random) is { } phrases ? new(string.Join(' ', phrases), PartsOf.Scope, phrases) : null,
            "address" when full is { Address.Length: > 12 } => new(full.Address[^random.Next(8, 13)..], PartsOf.Address, full.Address[^12..]),
            "brand" when whole => Words(brand),
            "region+brand" when whole && hasRegion => Words(region, brand),
            "brand+trade" when whole && trade.Length > 0 => Words(brand, trade),
            "pinyin+region" when whole && hasRegion => new($"{Pinyin.Full(brand)} {region}", PartsOf.Name, region, brand),
            "person+brand" when full is { Person.Length: > 1 } && whole => new($"{full.Person} {brand}", PartsOf.Person, full.Person, brand),
            _ when transformation.StartsWith("characters:", StringComparison.Ordinal) => new(string.Concat(transformation[11..].Split(',').Select(i => name[int.Parse(i, CultureInfo.InvariantCulture)]))),
            _ => null,
        };
    }

    private static Drawn? Of(string? text) => text is { Length: > 0 } ? new(text) : null;

    private static Drawn? Changed(string name, string text) => text == name ? null : new(text);

    private static Drawn Words(params string[] words) => new(string.Join(' ', words), PartsOf.Name, words);

    private static Drawn? Reading(string reading, PartsOf of, int shortest) => reading.Length >= shortest && reading.All(char.IsAsciiLetterLower) ? new(reading, of) : null;

    private static Drawn? Abbreviated(string name)
    {
        (string From, string To)[] ways = [("股份有限公司", "股份"), ("有限责任公司", "公司"), ("有限公司", "公司"), ("农民专业合作社", "合作社"), ("专业合作社", "合作社"), ("律师事务所", "律所")];
        var way = ways.FirstOrDefault(w => name.EndsWith(w.From, StringComparison.Ordinal));
        return way.From is null ? null : new(name[..^way.From.Length] + way.To, PartsOf.Name, name[..^way.From.Length]);
    }

    private static string Brackets(string name, Random random)
    {
        if (!name.AsSpan().ContainsAny("（(") || !name.AsSpan().ContainsAny("）)"))
            return name;
        var (open, close) = random.Next(4) switch { 0 => ("(", ")"), 1 => ("【", "】"), 2 => ("〔", "〕"), _ => ("", "") };
        return name.Replace("（", open, StringComparison.Ordinal).Replace("(", open, StringComparison.Ordinal).Replace("）", close, StringComparison.Ordinal).Replace(")", close, StringComparison.Ordinal);
    }

    private string Traditional(string name)
    {
        StringBuilder text = new();
        for (var i = 0; i < name.Length;)
        {
            var length = Math.Min(6, name.Length - i);
            while (length > 1 && !traditional.Value.ContainsKey(name.Substring(i, length)))
                length--;
            text.Append(traditional.Value.GetValueOrDefault(name.Substring(i, length), name.Substring(i, length)));
            i += length;
        }
        return text.ToString();
    }

    private Drawn? Typo(string kind, string name, Random random)
    {
        if (name.Length < 6)
            return null;
        var at = random.Next(0, name.Length - (kind == "swapped" ? 1 : 0));
        if (!char.IsLetterOrDigit(name[at]))
            return null;
        return kind switch
        {
            "missing" => new(name.Remove(at, 1)),
            "extra" => new(name.Insert(at, frequent.Value[random.Next(1500)].ToString())),
            "swapped" when name[at] != name[at + 1] && char.IsLetterOrDigit(name[at + 1]) => new(name[..at] + name[at + 1] + name[at] + name[(at + 2)..]),
            "wrong" when frequent.Value[random.Next(1500)] is var other && other != name[at] => new(name[..at] + other + name[(at + 1)..]),
            "homophone" when Homophone(name[at], random) is { } other => new(name[..at] + other + name[(at + 1)..]),
            _ => null,
        };
    }

    private char? Homophone(char c, Random random)
    {
        homophones ??= frequent.Value.ToLookup(f => Pinyin.Full(f.ToString()), StringComparer.Ordinal);
        var same = homophones[Pinyin.Full(c.ToString())].Where(f => f != c).Take(6).ToArray();
        return same.Length == 0 ? null : same[random.Next(same.Length)];
    }

    private static Drawn Fragment(string code, Random random)
    {
        var fragment = random.Next(4) switch { 0 => code[..12], 1 => code[8..17], 2 => code[2..14], _ => code[^10..] };
        return new(fragment, PartsOf.Code, fragment);
    }

    /// <summary>Two phrases of a business scope, of three to eight characters each.</summary>
    private static string[]? Phrases(string scope, Random random)
    {
        var phrases = scope.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Where(p => p.Length is >= 3 and <= 8 && p.All(char.IsLetter)).Distinct(StringComparer.Ordinal).ToArray();
        if (phrases.Length < 2)
            return null;
        random.Shuffle(phrases);
        return phrases[..2];
    }
}
