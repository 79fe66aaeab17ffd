using System.Collections.Frozen;
using Qijian.Engine.Identifiers;
using Qijian.Engine.Text;

namespace Qijian.Engine.Matching;

/// <summary>A place as somebody wrote it (广东深圳, 深圳市, 4403), and which regions of GB/T 2260 that may be.</summary>
internal sealed class Place
{
    private const int Longest = 15;
    private static readonly string[] Kinds = ["特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "自治州", "自治县", "地区", "省", "市", "区", "县", "旗", "盟"];
    private static readonly FrozenDictionary<string, string[]>.AlternateLookup<ReadOnlySpan<char>> ByName = Names().GetAlternateLookup<ReadOnlySpan<char>>();

    // Digits of region codes with the zeros at their end left out: 44, 4403, 440305.
    private readonly string[] codes;

    /// <summary>Reads a place. O(n), total.</summary>
    public Place(string? text)
    {
        Text = Normalizer.Key(text is { Length: > MatchRow.MaxText } ? text[..MatchRow.MaxText] : text ?? "");
        codes = Text.Length is 2 or 4 or 6 && Codes.AreDigits(Text) ? [Trimmed(Text)] : Resolve(Text);
    }

    public string Text { get; }
    public bool IsEmpty => Text.Length == 0;
    public bool IsKnown => codes.Length > 0;

    /// <summary>Whether one may lie in the other, or both are the same; places that are not known agree where their texts do.</summary>
    public bool Agrees(Place other) =>
        !IsKnown || !other.IsKnown ? string.Equals(Text, other.Text, StringComparison.Ordinal)
        : codes.Any(a => other.codes.Any(b => a.StartsWith(b, StringComparison.Ordinal) || b.StartsWith(a, StringComparison.Ordinal)));

    // From the province down, each name within the one before; what follows the last name (a street) is left aside.
    private static string[] Resolve(ReadOnlySpan<char> text)
    {
        string[] within = [];
        while (text.Length > 1)
        {
            var length = Math.Min(Longest, text.Length);
            string[] found = [];
            for (; length > 1; length--)
            {
                if (!ByName.TryGetValue(text[..length], out var all)) continue;
                found = within.Length == 0 ? all : [.. all.Where(c => within.Any(w => c.StartsWith(w, StringComparison.Ordinal)))];
                if (found.Length > 0) break;
            }

            if (found.Length == 0) break;
            within = found;
            text = text[length..];
        }

        return within;
    }

    private static FrozenDictionary<string, string[]> Names()
    {
        Dictionary<string, List<string>> names = new(StringComparer.Ordinal);
        foreach (var region in Regions.All)
        {
            Add(region.Name, region.Code);
            foreach (var kind in Kinds)
                if (region.Name.Length > kind.Length + 1 && region.Name.EndsWith(kind, StringComparison.Ordinal)) Add(region.Name[..^kind.Length], region.Code);
        }

        foreach (var province in Provinces.All) Add(province.ShortName, province.Code);
        return names.ToFrozenDictionary(n => n.Key, n => n.Value.Distinct(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);

        void Add(string name, string code)
        {
            if (!names.TryGetValue(name, out var all)) names[name] = all = [];
            all.Add(Trimmed(code));
        }
    }

    // 110000 and 11 are Beijing; a municipality's districts lie in 1101.
    private static string Trimmed(string code) => code.Length > 4 && code.EndsWith("0000", StringComparison.Ordinal) ? code[..2] : code.Length > 4 && code.EndsWith("00", StringComparison.Ordinal) ? code[..4] : code.Length == 4 && code.EndsWith("00", StringComparison.Ordinal) ? code[..2] : code;
}
