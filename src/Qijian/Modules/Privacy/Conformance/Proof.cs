namespace Qijian.Modules.Privacy;

/// <summary>
/// Gathers what a probe checks. It names its checks first; one of them that was never made is a failure, so that nothing can pass
/// because there was nothing to look at.
/// </summary>
public sealed class Proof
{
    private const int MostFailures = 20;
    private readonly List<string> instruments = [], failures = [];
    private readonly Dictionary<string, int> counts;

    /// <summary>Names what will be checked.</summary>
    public Proof(params ReadOnlySpan<string> checks)
    {
        counts = new(StringComparer.Ordinal);
        foreach (var check in checks) counts.Add(check, 0);
    }

    /// <summary>By what it looks: http.crawl, sql.count, clock.</summary>
    public Proof By(string instrument)
    {
        if (!instruments.Contains(instrument, StringComparer.Ordinal)) instruments.Add(instrument);
        return this;
    }

    /// <summary>One thing that must hold, and where it was looked at.</summary>
    public Proof That(bool holds, string check, string at = "")
    {
        counts[check]++;
        if (!holds) Fail(at.Length > 0 && EvidenceJson.IsHarmless(at) ? $"{check} {at}" : check); // a place that names somebody is left out
        return this;
    }

    /// <summary>Two values that must be the same number.</summary>
    public Proof Same(long expected, long actual, string check, string at = "") => That(expected == actual, check, FormattableString.Invariant($"{at} {actual}≠{expected}").TrimStart());

    /// <summary>The same for each of many.</summary>
    public Proof Each<T>(IEnumerable<T> all, Func<T, bool> holds, string check, Func<T, string> at)
    {
        foreach (var one in all) That(holds(one), check, at(one));
        return this;
    }

    /// <summary>At least so many of a check were made.</summary>
    public Proof AtLeast(int least, string check)
    {
        if (counts[check] < least) Fail(FormattableString.Invariant($"{check} {counts[check]}/{least}"));
        return this;
    }

    /// <summary>How it ended.</summary>
    public ProbeResult Result()
    {
        foreach (var (check, _) in counts.Where(c => c.Value == 0)) Fail($"{check} 0");
        if (counts.Count == 0) Fail("nothing-checked");
        return new(failures.Count == 0, instruments, counts, failures);
    }

    private void Fail(string words)
    {
        if (failures.Count < MostFailures && !failures.Contains(words, StringComparer.Ordinal)) failures.Add(words);
    }
}
