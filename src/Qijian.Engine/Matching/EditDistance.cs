namespace Qijian.Engine.Matching;

/// <summary>One place at which two texts differ: a character taken for another, left out, put in, or two that changed places.</summary>
internal readonly record struct Difference(char A, char B)
{
    // 第一 and 第二 are two bodies, not one misspelt.
    private const string Numbers = "0123456789一二三四五六七八九十百零〇两甲乙丙丁";

    /// <summary>Whether a number stands on each side that has a character here.</summary>
    public bool IsNumber => (A == default || Numbers.Contains(A, StringComparison.Ordinal)) && (B == default || Numbers.Contains(B, StringComparison.Ordinal));
}

/// <summary>Optimal string alignment: insertion, deletion, substitution, transposition of neighbours, each 1.</summary>
internal static class EditDistance
{
    private const int Most = 2;

    /// <summary>Where two texts differ, one or two places; null where they do not, or in more. O(length): what is alike is passed over and each difference tried in four ways.</summary>
    public static Difference[]? Differences(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > Most) return null;
        List<Difference> found = [];
        return Find(a, b, found, Most) && found.Count > 0 ? [.. found] : null;
    }

    private static bool Find(ReadOnlySpan<char> a, ReadOnlySpan<char> b, List<Difference> found, int left)
    {
        var start = a.CommonPrefixLength(b);
        a = a[start..];
        b = b[start..];
        while (a.Length > 0 && b.Length > 0 && a[^1] == b[^1])
        {
            a = a[..^1];
            b = b[..^1];
        }

        if (a.Length == 0 && b.Length == 0) return true;
        if (left == 0 || Math.Abs(a.Length - b.Length) > left) return false;
        // The fewest differences first, whichever way they lie.
        for (var allowed = 1; allowed <= left; allowed++)
        {
            if (a.Length > 1 && b.Length > 1 && a[0] == b[1] && a[1] == b[0] && Try(a[2..], b[2..], new(a[0], b[0]), found, allowed)) return true;
            if (a.Length > 0 && b.Length > 0 && Try(a[1..], b[1..], new(a[0], b[0]), found, allowed)) return true;
            if (a.Length > 0 && Try(a[1..], b, new(a[0], default), found, allowed)) return true;
            if (b.Length > 0 && Try(a, b[1..], new(default, b[0]), found, allowed)) return true;
        }

        return false;
    }

    private static bool Try(ReadOnlySpan<char> a, ReadOnlySpan<char> b, Difference difference, List<Difference> found, int allowed)
    {
        var count = found.Count;
        found.Add(difference);
        if (Find(a, b, found, allowed - 1)) return true;
        found.RemoveRange(count, found.Count - count);
        return false;
    }
}
