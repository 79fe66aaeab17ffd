using Qijian.Engine.Text;

namespace Qijian.Modules.Privacy;

/// <summary>A defect of a policy's text: the rule, the line (from 1) and the words at fault.</summary>
internal sealed record Defect(string Id, int Line, string Words);

/// <summary>
/// Finds the defects of policies that can be told from their text, in Chinese and in English, in plain text and in our Markdown:
/// D1 consent by use, D2 continued use as acceptance of changes, D4 numbers and fused items, D5 paragraphs that stand twice and
/// headings that say something else, D7 open-ended collection and use, D10 burdens put on the user, D11 liability excluded,
/// D13 a blanket mandate to sue, D18 jurisdiction by browsing, D19 nobody named. O(n), total.
/// </summary>
internal static class PolicyLinter
{
    public static IReadOnlyList<Defect> Check(string text)
    {
        var passages = LintText.Read(text);
        List<Defect> defects = [.. passages.SelectMany(InSentences), .. Numbering.Check(passages), .. Repetition.Check(passages), .. HeadingTopics.Check(passages)];
        if (PolicyCompleteness.Unnamed(passages) is { } unnamed) defects.Add(unnamed);
        return [.. defects.DistinctBy(d => (d.Id, d.Line)).OrderBy(d => d.Line).ThenBy(d => int.Parse(d.Id.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture))];
    }

    private static IEnumerable<Defect> InSentences(LintPassage passage)
    {
        if (passage.Heading) return [];
        List<Defect> found = [];
        foreach (var sentence in passage.Sentences())
            foreach (var (id, at, length) in SentenceRules.Check(sentence.Folded)) found.Add(new(id, sentence.Line, Shorten(sentence.Text.Substring(at, length))));
        if (SentenceRules.FusedWithWithdrawal(passage.Folded) || (passage.Number is not null && SentenceRules.BeginsWithData(passage.Folded) && found.Exists(d => d.Id is "D10" or "D11")))
            found.Add(new("D4", passage.Line, Shorten(passage.Text)));
        // An exclusion beside a burden put on the user is part of it.
        return found.Exists(d => d.Id == "D10") ? found.Where(d => d.Id != "D11") : found;
    }

    internal static string Shorten(string words) => words.Length <= 120 ? words : $"{words[..119]}…";
}

/// <summary>D4: a list that leaves a number out.</summary>
internal static class Numbering
{
    // Deeper than any policy; bounds the work on hostile texts.
    private const int Depth = 12;

    public static IEnumerable<Defect> Check(IEnumerable<LintPassage> passages)
    {
        // The numbers that stand open, the innermost last.
        List<ItemNumber> open = [];
        foreach (var passage in passages)
        {
            // A Markdown heading ends the lists before it.
            if (passage is { Heading: true, Number: null }) open.RemoveAll(n => n.Style.StartsWith("0.", StringComparison.Ordinal));
            if (passage.Number is not { Value: > 0 } number) continue;
            if (number.Value > 1)
            {
                var before = open.FindLastIndex(n => n.Style == number.Style && n.Value == number.Value - 1);
                var same = before >= 0 ? before : open.FindLastIndex(n => n.Style == number.Style);
                if (before < 0 && same >= 0 && number.Value > open[same].Value)
                    yield return new("D4", passage.Line, PolicyLinter.Shorten($"{open[same].Value} → {number.Value} {passage.Text}"));
                if (same >= 0) open.RemoveRange(same, open.Count - same);
            }

            open.Add(number);
            if (open.Count > Depth) open.RemoveAt(0);
        }
    }
}

/// <summary>D5: a paragraph that stands twice, word for word or nearly.</summary>
internal static class Repetition
{
    private const int Shingle = 8, Fewest = 40;
    private const double Alike = 0.75;

    public static IEnumerable<Defect> Check(IReadOnlyList<LintPassage> passages)
    {
        // Each run of eight characters belongs to the first passage that has it, so work stays linear.
        Dictionary<string, int> owners = new(StringComparer.Ordinal);
        var byRun = owners.GetAlternateLookup<ReadOnlySpan<char>>();
        var sizes = new int[passages.Count];
        for (var p = 0; p < passages.Count; p++)
        {
            var key = Normalizer.Key(passages[p].Text);
            if (key.Length < Fewest + Shingle) continue;
            Dictionary<int, int> shared = [];
            HashSet<int> seen = [];
            for (var i = 0; i + Shingle <= key.Length; i++)
            {
                var run = key.AsSpan(i, Shingle);
                if (!seen.Add(string.GetHashCode(run, StringComparison.Ordinal))) continue;
                if (!byRun.TryGetValue(run, out var owner)) byRun[run] = p;
                else if (owner != p) shared[owner] = shared.GetValueOrDefault(owner) + 1;
            }

            sizes[p] = seen.Count;
            if (shared.Count == 0) continue;
            var (twin, runs) = shared.MaxBy(s => s.Value);
            if (seen.Count >= Fewest && runs >= Alike * Math.Max(sizes[p], sizes[twin])) yield return new("D5", passages[p].Line, PolicyLinter.Shorten($"= {passages[twin].Line}: {passages[p].Text}"));
        }
    }
}
