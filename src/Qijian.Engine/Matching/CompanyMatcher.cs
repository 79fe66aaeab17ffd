using Qijian.Engine.Identifiers;
using Qijian.Engine.Text;

namespace Qijian.Engine.Matching;

/// <summary>
/// Says how well companies fit one row: the name part by part, then what code, region, address and person add or take away.
/// Deterministic; docs/matching.md gives the points. O(names × n²) a candidate, n the length of brand and trade.
/// </summary>
public sealed class CompanyMatcher
{
    private const int SameCodeScore = 100, SameCodeOtherName = 85, OtherCodeAtMost = 49, SimilarEnough = 50, WithoutName = 40;

    private readonly ComparedName name;
    private readonly string code;
    private readonly Place region;
    private readonly string address;
    private readonly string person;

    /// <summary>Makes a row ready to be compared.</summary>
    public CompanyMatcher(MatchRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        name = new(row.Name);
        code = CodeOf(row.Code);
        region = new(row.Region);
        address = KeyOf(row.Address);
        person = KeyOf(row.Person);
    }

    /// <summary>Compares the row with one candidate.</summary>
    public MatchScore Score(MatchCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var (score, reasons) = Names(candidate);
        List<MatchReason> all = [];
        var sameCode = false;
        var atMost = 100;
        switch (Code(candidate))
        {
            case MatchReason.SameCode:
                sameCode = true;
                all.Add(MatchReason.SameCode);
                score = score >= SimilarEnough || Nameless ? SameCodeScore : SameCodeOtherName;
                break;
            case MatchReason.CodeMistyped:
                all.Add(MatchReason.CodeMistyped);
                score += 2;
                break;
            case MatchReason.OtherCode:
                all.Add(MatchReason.OtherCode);
                score -= 40;
                atMost = OtherCodeAtMost;
                break;
        }

        all.AddRange(reasons);
        var about = Region(candidate, all) + Address(candidate, all) + Person(candidate, all);
        // A code settles who is meant; the rest is still said.
        if (!sameCode) score += about;
        if (all.Count == 0) return new(0, [MatchReason.OtherName]);
        return new(Math.Clamp(score, 0, atMost), all);
    }

    /// <summary>
    /// The best candidates, best first, equal ones in the order given, with the index of each. Where several bear the row's
    /// name and no code tells them apart, none is <see cref="MatchBand.Exact"/>.
    /// </summary>
    public IReadOnlyList<(int Index, MatchScore Score)> Rank(IReadOnlyList<MatchCandidate> candidates, int limit)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        var scores = candidates.Select((c, i) => (Index: i, Score: Score(c))).OrderByDescending(c => c.Score.Score).ToList();
        var exact = scores.TakeWhile(s => s.Score.Band is MatchBand.Exact).ToList();
        if (exact.Count > 1 && !exact.Exists(s => s.Score.Reasons.Contains(MatchReason.SameCode)))
        {
            for (var i = 0; i < exact.Count; i++)
                scores[i] = (exact[i].Index, new(exact[i].Score.Score - (100 - MatchScore.Exact + 1), [.. exact[i].Score.Reasons, MatchReason.Namesakes]));
            scores = [.. scores.OrderByDescending(s => s.Score.Score)];
        }

        return [.. scores.Take(limit)];
    }

    private bool Nameless => name.Key.Length == 0;

    private (int Score, IReadOnlyList<MatchReason> Reasons) Names(MatchCandidate candidate)
    {
        if (Nameless) return (WithoutName, []);
        var best = NameComparison.Compare(name, new(candidate.Name));
        foreach (var former in candidate.FormerNames) Take(former, MatchReason.FormerName, 4);
        foreach (var other in candidate.OtherNames) Take(other, MatchReason.OtherKnownName, 8);
        return best;

        void Take(string text, MatchReason kind, int costs)
        {
            var (score, reasons) = NameComparison.Compare(name, new(text));
            if (score - costs > best.Score) best = (score - costs, [kind, .. reasons]);
        }
    }

    private MatchReason? Code(MatchCandidate candidate)
    {
        if (code.Length == 0) return null;
        var (credit, number, lei) = (CodeOf(candidate.CreditCode), CodeOf(candidate.RegistrationNumber), CodeOf(candidate.Lei));
        if (code == credit || code == number || code == lei) return MatchReason.SameCode;
        if (code.Length == 9 && credit.Length == CreditCode.Length) return credit.AsSpan(8, 9).SequenceEqual(code) ? MatchReason.SameCode : MatchReason.OtherCode;
        // Only a code of the same kind can contradict.
        var same = code.Length switch { CreditCode.Length => credit, RegistrationNumber.Length => number, Lei.Length => lei, _ => "" };
        if (same.Length != code.Length) return null;
        return !IsValid(code) && EditDistance.Differences(code, same) is not null ? MatchReason.CodeMistyped : MatchReason.OtherCode;
    }

    private static bool IsValid(string code) => code.Length switch
    {
        CreditCode.Length => CreditCode.TryParse(code, out _),
        RegistrationNumber.Length => RegistrationNumber.TryParse(code, out _),
        Lei.Length => Lei.TryParse(code, out _),
        _ => true,
    };

    private int Region(MatchCandidate candidate, List<MatchReason> reasons)
    {
        if (!region.IsKnown) return 0;
        var place = new Place(candidate.Province + candidate.City);
        // Else from where it was registered, as its code says.
        if (!place.IsKnown && CreditCode.TryParse(candidate.CreditCode, out var credit)) place = new(Regions.Decode(credit.RegionCode).Province);
        if (!place.IsKnown) return 0;
        var agrees = region.Agrees(place);
        reasons.Add(agrees ? MatchReason.SameRegion : MatchReason.OtherRegion);
        return agrees ? 3 : -20;
    }

    private int Address(MatchCandidate candidate, List<MatchReason> reasons)
    {
        var other = KeyOf(candidate.Address);
        if (address.Length < 4 || other.Length < 4) return 0;
        var overlap = Bigrams.Containment(address, other);
        var (reason, points) = overlap switch { >= 0.8 => (MatchReason.SameAddress, 4), >= 0.5 => (MatchReason.SimilarAddress, 2), < 0.2 => (MatchReason.OtherAddress, -3), _ => default };
        if (points != 0) reasons.Add(reason);
        return points;
    }

    private int Person(MatchCandidate candidate, List<MatchReason> reasons)
    {
        var other = KeyOf(candidate.LegalRepresentative);
        if (person.Length == 0 || other.Length == 0) return 0;
        var same = string.Equals(person, other, StringComparison.Ordinal)
            || (person.All(char.IsAscii) && string.Equals(person, Pinyin.Full(other, PinyinReading.PersonName), StringComparison.Ordinal));
        reasons.Add(same ? MatchReason.SamePerson : MatchReason.OtherPerson);
        return same ? 4 : -5;
    }

    private static string KeyOf(string? text) => text is null ? "" : Normalizer.Key(text.Length > MatchRow.MaxText ? text[..MatchRow.MaxText] : text);

    private static string CodeOf(string? text) => KeyOf(text).ToUpperInvariant();
}
