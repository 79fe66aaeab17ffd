using Qijian.Engine.Text;

namespace Qijian.Engine.Matching;

/// <summary>A name made ready to be compared with others.</summary>
internal sealed class ComparedName
{
    private readonly CompanyNameParts parts;
    private string? pinyin;

    public ComparedName(string name)
    {
        Written = name.Length > MatchRow.MaxText ? name[..MatchRow.MaxText] : name;
        parts = CompanyName.Parse(Written);
        Key = Normalizer.Key(Written);
        Region = new(parts[parts.Region].Trim("()").ToString());
        Brand = Normalizer.Key(parts[parts.Brand].ToString());
        Trade = Normalizer.Key(parts[parts.Trade].ToString());
        Core = Brand + Trade;
        Branch = Normalizer.Key(parts[parts.Branch].ToString());
        var ending = parts[parts.LegalForm];
        Form = parts.Form?.Code;
        Group = ending.Contains("集团", StringComparison.Ordinal) || Trade.EndsWith("集团", StringComparison.Ordinal);
        RegionInBrackets = parts[parts.Region].StartsWith("(");
    }

    public string Written { get; }
    public string Key { get; }
    public Place Region { get; }
    public bool RegionInBrackets { get; }
    public string Brand { get; }
    public string Trade { get; }
    public string Core { get; }
    public string Branch { get; }
    public string? Form { get; }
    public bool Group { get; }
    public bool IsLatin => Core.Length > 0 && Core.All(char.IsAscii);

    /// <summary>The reading of brand and trade; of a Latin name itself.</summary>
    public string Reading => pinyin ??= Pinyin.Full(Core, PinyinReading.CompanyName);
}

/// <summary>Compares two names, part by part. Symmetric: what is a and what is b does not matter.</summary>
internal static class NameComparison
{
    private const int SameScore = 96, NormalScore = 95, PartsScore = 94;

    /// <summary>0 to 96, with the reasons. O(n²) in the length of brand and trade.</summary>
    public static (int Score, IReadOnlyList<MatchReason> Reasons) Compare(ComparedName a, ComparedName b)
    {
        if (a.Key.Length == 0 || b.Key.Length == 0) return (0, [MatchReason.OtherName]);
        if (string.Equals(a.Written, b.Written, StringComparison.Ordinal)) return (SameScore, [MatchReason.SameName]);
        if (string.Equals(a.Key, b.Key, StringComparison.Ordinal)) return (NormalScore, [MatchReason.SameAfterNormalization]);

        List<MatchReason> reasons = [];
        var score = PartsScore - Core(a, b, reasons);
        if (reasons.Contains(MatchReason.SimilarName) || reasons.Contains(MatchReason.OtherName)) return (Math.Max(0, score), reasons);
        score -= Region(a, b, reasons) + Form(a, b, reasons) + Branch(a, b, reasons);
        // The parts are the same though the keys are not: what differs is how the legal form or the region is written.
        if (reasons.Count == 0) reasons.Add(MatchReason.SameAfterNormalization);
        return (Math.Clamp(score, 0, PartsScore), reasons);
    }

    // Brand and trade as one: a typo in a trade moves the border between them.
    private static int Core(ComparedName a, ComparedName b, List<MatchReason> reasons)
    {
        if (string.Equals(a.Core, b.Core, StringComparison.Ordinal)) return a.Core.Length > 0 ? 0 : Similar(a, b, reasons);
        var length = Math.Min(a.Core.Length, b.Core.Length);
        if (length > 0 && a.IsLatin != b.IsLatin && string.Equals(a.Reading, b.Reading, StringComparison.Ordinal)) return Because(MatchReason.SamePinyin, 15);
        if (length > 1 && EditDistance.Differences(a.Core, b.Core) is [var first, .. var more])
        {
            if (first.IsNumber && more.All(d => d.IsNumber)) return Because(MatchReason.OtherNumber, 45);
            if (more.Length == 0 && length > 2)
            {
                if (a.Core.Length == b.Core.Length && string.Equals(a.Reading, b.Reading, StringComparison.Ordinal)) return Because(MatchReason.SameSound, length > 3 ? 10 : 20);
                return Because(MatchReason.OneCharacterDiffers, length > 3 ? 15 : 30);
            }

            if (more.Length == 1 && length > 5) return Because(MatchReason.TwoCharactersDiffer, 32);
        }

        if (a.Brand.Length > 1 && string.Equals(a.Brand, b.Brand, StringComparison.Ordinal))
        {
            if (a.Trade.Length == 0 || b.Trade.Length == 0 || a.Trade.Contains(b.Trade, StringComparison.Ordinal) || b.Trade.Contains(a.Trade, StringComparison.Ordinal)) return Because(MatchReason.TradeLeftOut, 22);
            reasons.Add(MatchReason.SameBrand);
            return Because(MatchReason.OtherTrade, 40);
        }

        // xiaomi and 小米科技: one is written in Latin letters and is the brand alone.
        if (a.IsLatin != b.IsLatin && a.Brand.Length > 0 && b.Brand.Length > 0)
        {
            var (latin, other) = a.IsLatin ? (a, b) : (b, a);
            if (string.Equals(latin.Core, Pinyin.Full(other.Brand, PinyinReading.CompanyName), StringComparison.Ordinal))
            {
                reasons.Add(MatchReason.SamePinyin);
                return Because(MatchReason.TradeLeftOut, 37);
            }
        }

        return Similar(a, b, reasons);

        int Because(MatchReason reason, int costs)
        {
            reasons.Add(reason);
            return costs;
        }
    }

    private static int Similar(ComparedName a, ComparedName b, List<MatchReason> reasons)
    {
        var overlap = Bigrams.Overlap(a.Core.Length > 1 && b.Core.Length > 1 ? a.Core : a.Key, a.Core.Length > 1 && b.Core.Length > 1 ? b.Core : b.Key);
        reasons.Add(overlap >= 0.5 ? MatchReason.SimilarName : MatchReason.OtherName);
        return PartsScore - (int)(60 * overlap);
    }

    private static int Region(ComparedName a, ComparedName b, List<MatchReason> reasons)
    {
        var (reason, costs) = (a.Region.IsEmpty, b.Region.IsEmpty) switch
        {
            (true, true) => default((MatchReason, int)?),
            (true, false) or (false, true) => (MatchReason.RegionLeftOut, 9),
            _ when string.Equals(a.Region.Text, b.Region.Text, StringComparison.Ordinal) => a.RegionInBrackets == b.RegionInBrackets ? null : (MatchReason.RegionMoved, 4),
            _ when a.Region.Agrees(b.Region) => a.RegionInBrackets == b.RegionInBrackets ? (MatchReason.RegionShorter, 3) : (MatchReason.RegionMoved, 5),
            _ => (MatchReason.OtherRegionInName, 50),
        } ?? ((MatchReason)(-1), 0);
        if (costs > 0) reasons.Add(reason);
        return costs;
    }

    private static int Form(ComparedName a, ComparedName b, List<MatchReason> reasons)
    {
        if (a.Group == b.Group)
        {
            if (string.Equals(a.Form, b.Form, StringComparison.Ordinal)) return 0;
            // 某某公司 is said of 某某有限公司; no form at all is a short name.
            if (a.Form is null or "company" || b.Form is null or "company")
            {
                reasons.Add(MatchReason.FormShorter);
                return 6;
            }
        }

        reasons.Add(MatchReason.OtherForm);
        return 18;
    }

    private static int Branch(ComparedName a, ComparedName b, List<MatchReason> reasons)
    {
        if (string.Equals(a.Branch, b.Branch, StringComparison.Ordinal)) return 0;
        reasons.Add(MatchReason.BranchOrParent);
        return 45;
    }
}

/// <summary>Pairs of neighbouring characters.</summary>
internal static class Bigrams
{
    /// <summary>The share of pairs that two texts have in common: twice the common ones by all (Dice). O(n).</summary>
    public static double Overlap(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (a.Length < 2 || b.Length < 2) return a.SequenceEqual(b) && a.Length > 0 ? 1 : 0;
        var common = Common(a, b);
        return 2.0 * common / (a.Length - 1 + b.Length - 1);
    }

    /// <summary>The share of the shorter text's pairs that the longer has too. O(n).</summary>
    public static double Containment(ReadOnlySpan<char> a, ReadOnlySpan<char> b) =>
        a.Length < 2 || b.Length < 2 ? 0 : (double)Common(a, b) / (Math.Min(a.Length, b.Length) - 1);

    private static int Common(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        Dictionary<int, int> counts = new(a.Length);
        for (var i = 0; i + 1 < a.Length; i++)
        {
            var pair = (a[i] << 16) | a[i + 1];
            counts[pair] = counts.GetValueOrDefault(pair) + 1;
        }

        var common = 0;
        for (var i = 0; i + 1 < b.Length; i++)
        {
            var pair = (b[i] << 16) | b[i + 1];
            if (counts.GetValueOrDefault(pair) is not (> 0 and var left)) continue;
            counts[pair] = left - 1;
            common++;
        }

        return common;
    }
}
