using System.Globalization;
using System.Text;
using Qijian.Engine.Search;
using Qijian.Engine.Text;

namespace Qijian.Benchmarks.Peers;

/// <summary>One company as every engine gets it. The number is its place in the order of importance.</summary>
/// <param name="Grams">Pairs of hanzi and Latin words of the name, between spaces: no engine's own way of cutting Chinese is measured.</param>
/// <param name="Keys">The name, and the name without its place, between spaces.</param>
/// <param name="Initials">Of both.</param>
internal sealed record PeerDocument(int Number, string Name, string Grams, string Code, string Person, string Scope, string ScopeGrams, byte Province, byte Industry, byte Status, long CapitalFen, string Keys, string Initials)
{
    public uint Band => SearchColumns.CapitalBand(CapitalFen);
}

internal enum PeerKind
{
    TwoCharacters,
    FullName,
    Person,
    Initials,
    Prefix,
    CreditCode,
    Narrow,
    Broad,
    Scope,
    Typo,
}

/// <summary>A question: what is typed, the same as pairs, and the filters of its kind (narrow: province and status; broad: status and some bands of capital).</summary>
internal sealed record PeerQuery(PeerKind Kind, string Text, string Grams, byte Province, uint Band, uint LastBand, int Expected)
{
    public const byte Status = 1;

    public bool Faceted => Kind is PeerKind.Narrow or PeerKind.Broad;
}

/// <summary>The first million companies of the register or more, in an order of importance that has nothing to do with the file's.</summary>
internal sealed class PeerData
{
    private const long Step = 2_654_435_761; // prime, so that every row comes once
    private readonly List<RegisterRow> rows;
    private readonly List<FullRow> full;
    private readonly char[] frequent;

    public PeerData(int count)
    {
        Count = count;
        rows = [.. TestData.Register().Take(count)];
        full = [.. TestData.Full()];
        var frequency = new int[char.MaxValue + 1];
        foreach (var c in rows.SelectMany(r => r.Name).Where(c => c is >= '\u4E00' and <= '\u9FFF'))
            frequency[c]++;
        frequent = [.. Enumerable.Range(0, frequency.Length).OrderByDescending(c => frequency[c]).Take(1000).Select(c => (char)c)];
    }

    public int Count { get; }

    public string Described => (Count > rows.Count ? $"{rows.Count:N0} real names, then the same with one character changed; " : "real names; ")
        + "persons, scopes from the excerpt in turn; industry, status and capital generated with a fixed seed";

    public string NameOf(int number)
    {
        var row = (int)((number - 1) * Step % Count);
        var name = rows[row % rows.Count].Name;
        if (row < rows.Count)
            return name;
        var chance = Quality.QualityCorpus.Mix((ulong)row);
        var at = (int)(chance % (ulong)name.Length);
        return string.Concat(name.AsSpan(0, at), [frequent[(chance >> 32) % (ulong)frequent.Length]], name.AsSpan(at + 1));
    }

    public PeerDocument DocumentOf(int number, bool cut = true)
    {
        var place = (int)((number - 1) * Step % Count);
        var (row, other, name, chance) = (rows[place % rows.Count], full[place % full.Count], NameOf(number), Quality.QualityCorpus.Mix((ulong)place * 31));
        var code = place < rows.Count ? row.Code : $"{row.Code.AsSpan(0, Math.Min(8, row.Code.Length))}{place:D9}X";
        var (keys, initials) = cut ? Keys(name) : ("", "");
        return new PeerDocument(number, name, cut ? Grams(name) : "", code, other.Person, other.Scope, cut ? Grams(other.Scope) : "", row.Province, (byte)((chance % 20) + 1), (byte)(chance % 7 == 0 ? 2 : 1),
            (long)(100 * Math.Pow(10, 5 + ((chance >> 16) % 4000 / 1000.0))), keys, initials);
    }

    /// <summary>All, the most important first.</summary>
    public IEnumerable<PeerDocument> Documents(bool cut = true) => Enumerable.Range(1, Count).Select(n => DocumentOf(n, cut));

    /// <summary>Distinct questions of one kind, spread over the companies.</summary>
    public PeerQuery[] Queries(PeerKind kind, int most)
    {
        Random random = new(20261125 + (int)kind);
        if (kind == PeerKind.Broad)
        {
            var common = Enumerable.Range(0, Math.Min(Count, 50_000)).SelectMany(i => Grams(NameOf(i + 1)).Split(' ')).Where(g => g.Length == 2).CountBy(g => g, StringComparer.Ordinal)
                .OrderByDescending(g => g.Value).ThenBy(g => g.Key, StringComparer.Ordinal).Take(most / 20).Select(g => g.Key).ToArray();
            var bands = from first in Enumerable.Range(1, 6) from last in Enumerable.Range(first, 7 - first) where last > first select (First: (uint)first, Last: (uint)last);
            return [.. bands.SelectMany(b => common.Select(g => new PeerQuery(kind, g, g, 0, b.First, b.Last, 0)))];
        }
        List<PeerQuery> queries = [];
        HashSet<string> seen = [];
        for (var i = 0; i < most * 20 && queries.Count < most; i++)
        {
            var document = DocumentOf((int)((long)Count * (i % most) / most) + 1 + (i / most));
            if (TextOf(kind, document, random) is { Length: > 0 } text && seen.Add(text))
                queries.Add(new PeerQuery(kind, text, Grams(text), document.Province, 0, 0, document.Number));
        }
        return [.. queries];
    }

    private string? TextOf(PeerKind kind, PeerDocument document, Random random)
    {
        var name = Normalizer.Key(document.Name);
        switch (kind)
        {
            case PeerKind.TwoCharacters or PeerKind.Narrow:
                var pairs = Grams(name).Split(' ').Where(g => g.Length == 2).Take(8).ToArray();
                return pairs.Length == 0 ? null : pairs[random.Next(pairs.Length)];
            case PeerKind.FullName:
                return document.Name;
            case PeerKind.Person:
                return document.Person;
            case PeerKind.Initials:
                var initials = document.Initials.Split(' ')[0];
                return initials.Length < 6 ? null : initials[..random.Next(4, 7)];
            case PeerKind.Prefix:
                return name.Length < 6 ? null : name[..random.Next(2, 6)];
            case PeerKind.CreditCode:
                return document.Code;
            case PeerKind.Scope:
                var phrases = document.Scope.Split(['、', '；', ';', '，', ',', '。', '（', '）', '(', ')', ' ', ':', '：']).Where(p => p.Length is >= 2 and <= 8 && p.All(c => c is >= '\u4E00' and <= '\u9FFF')).Distinct(StringComparer.Ordinal).ToArray();
                random.Shuffle(phrases);
                return phrases.Length < 2 ? null : $"{phrases[0][..Math.Min(4, phrases[0].Length)]} {phrases[1][..Math.Min(4, phrases[1].Length)]}";
            default:
                var at = random.Next(name.Length);
                var other = frequent[random.Next(frequent.Length)];
                return name.Length < 8 ? null : random.Next(4) switch
                {
                    0 => name.Remove(at, 1),
                    1 => name.Insert(at, other.ToString()),
                    2 when at > 0 => string.Concat(name.AsSpan(0, at - 1), [name[at], name[at - 1]], name.AsSpan(at + 1)),
                    _ => string.Concat(name.AsSpan(0, at), [other], name.AsSpan(at + 1)),
                };
        }
    }

    private static (string Keys, string Initials) Keys(string name)
    {
        var parts = CompanyName.Parse(name);
        var (whole, brand) = (Normalizer.Key(name), parts.BrandStart > 0 ? Normalizer.Key(parts.Name[parts.BrandStart..]) : "");
        var (initials, ofBrand) = (Pinyin.Initials(whole, PinyinReading.CompanyName), Pinyin.Initials(brand, PinyinReading.CompanyName));
        return (brand.Length == 0 ? whole : $"{whole} {brand}", ofBrand.Length == 0 ? initials : $"{initials} {ofBrand}");
    }

    /// <summary>Pairs of neighbouring hanzi, brackets and signs between them disregarded, and Latin words.</summary>
    private static string Grams(string text)
    {
        StringBuilder grams = new(text.Length * 3);
        var previous = '\0';
        var normal = Normalizer.Normalize(text);
        for (var i = 0; i < normal.Length; i++)
        {
            var c = normal[i];
            if (char.IsAsciiLetterOrDigit(c))
            {
                var start = i;
                while (i + 1 < normal.Length && char.IsAsciiLetterOrDigit(normal[i + 1]))
                    i++;
                grams.Append(normal, start, i - start + 1).Append(' ');
                previous = '\0';
            }
            else if (c is >= '\u3400' and <= '\u9FFF')
            {
                if (previous != '\0')
                    grams.Append(previous).Append(c).Append(' ');
                previous = c;
            }
            else if (c == ' ')
            {
                previous = '\0';
            }
        }
        return grams.Length == 0 ? "" : grams.ToString(0, grams.Length - 1);
    }

    /// <summary>The documents as lines, for engines in other processes.</summary>
    public void Write(string path)
    {
        using StreamWriter writer = new(path, append: false, new UTF8Encoding(false), 1 << 20);
        foreach (var d in Documents())
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{d.Number}\t{d.Name}\t{d.Grams}\t{d.Code}\t{d.Person}\t{d.ScopeGrams}\t{d.Province}\t{d.Industry}\t{d.Status}\t{d.Band}\t{d.Keys}\t{d.Initials}\n"));
    }
}
