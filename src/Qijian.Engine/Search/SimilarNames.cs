using System.Runtime.InteropServices;

namespace Qijian.Engine.Search;

/// <summary>How like a name what was typed is, and which part of the name it is like.</summary>
/// <param name="Likeness">1 where the name holds it letter by letter, 0 where they share nothing.</param>
/// <param name="Start">The first character of the part of the name.</param>
/// <param name="Length">The characters of the part.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Alignment(float Likeness, int Start, int Length);

/// <summary>Compares texts of which one may be mistyped.</summary>
internal static class SimilarNames
{
    /// <summary>Characters of either text that are compared.</summary>
    public const int MaxLength = 64;

    /// <summary>Less is no likeness.</summary>
    public const float Least = 0.6f;

    /// <summary>The best place of a word in a name: optimal string alignment (one wrong, missing, extra or swapped character costs 1, a wrong one of the same sound one half) of the whole word with any part of the name. O(word × name).</summary>
    public static Alignment Align(ReadOnlySpan<char> word, ReadOnlySpan<char> name)
    {
        if (word.Length > MaxLength)
            word = word[..MaxLength];
        if (name.Length > MaxLength)
            name = name[..MaxLength];
        if (word.IsEmpty || name.IsEmpty)
            return default;
        const int Stride = MaxLength + 1;
        // Costs are in halves. Three rows: a swap looks two back. Beside each cost, where in the name its alignment began.
        Span<int> cost = stackalloc int[3 * Stride], begin = stackalloc int[3 * Stride];
        for (var j = 0; j <= name.Length; j++)
            (cost[j], begin[j]) = (0, j);
        for (var i = 1; i <= word.Length; i++)
        {
            int row = i % 3 * Stride, above = (i - 1) % 3 * Stride, twoAbove = (i + 1) % 3 * Stride;
            (cost[row], begin[row]) = (2 * i, 0);
            for (var j = 1; j <= name.Length; j++)
            {
                var same = word[i - 1] == name[j - 1] ? 0 : Text.Pinyin.SameSound(word[i - 1], name[j - 1]) ? 1 : 2;
                var (best, from) = (cost[above + j - 1] + same, begin[above + j - 1]);
                if (cost[above + j] + 2 < best)
                    (best, from) = (cost[above + j] + 2, begin[above + j]);
                if (cost[row + j - 1] + 2 < best)
                    (best, from) = (cost[row + j - 1] + 2, begin[row + j - 1]);
                if (i > 1 && j > 1 && word[i - 1] == name[j - 2] && word[i - 2] == name[j - 1] && cost[twoAbove + j - 2] + 2 < best)
                    (best, from) = (cost[twoAbove + j - 2] + 2, begin[twoAbove + j - 2]);
                cost[row + j] = best;
                begin[row + j] = from;
            }
        }
        var last = word.Length % 3 * Stride;
        var end = 0;
        for (var j = 1; j <= name.Length; j++)
        {
            // Of equals the one as long as the word: 平安银行 rather than 平安银 for 平安行银.
            if (cost[last + j] < cost[last + end] || (cost[last + j] == cost[last + end] && j - begin[last + j] <= word.Length))
                end = j;
        }
        var likeness = 1 - (cost[last + end] / (2f * word.Length));
        // Of equals the one that keeps the word's own first and last character: 小米科技 rather than 米科技 for 小科技.
        var start = begin[last + end];
        if (start > 0 && end > start && name[start] != word[0] && name[start - 1] == word[0])
            start--;
        if (end > start && end < name.Length && name[end - 1] != word[^1] && name[end] == word[^1])
            end++;
        return new Alignment(Math.Max(0, likeness), start, end - start);
    }

    /// <summary>Which part of the word's pairs of neighbours the name has: high where parts have moved. O(word × name), vectorised.</summary>
    public static float SharedPairs(ReadOnlySpan<char> word, ReadOnlySpan<char> name)
    {
        if (word.Length < 2)
            return 0;
        var shared = 0;
        for (var i = 0; i + 1 < word.Length; i++)
        {
            if (name.IndexOf(word.Slice(i, 2)) >= 0)
                shared++;
        }
        return shared / (float)(word.Length - 1);
    }

    /// <summary>How well a word abbreviates a name: its characters in order, from the start of the name or its brand, in few pieces (中国石化 of 中国石油化工). O(name).</summary>
    public static float Abbreviation(ReadOnlySpan<char> word, ReadOnlySpan<char> name)
    {
        if (word.Length < 2)
            return 0;
        var start = name.IndexOf(word[0]);
        if (start < 0)
            return 0;
        var place = PlacePrefix.Length(name);
        int at = start, pieces = 1, gaps = 0;
        for (var i = 1; i < word.Length; i++)
        {
            var step = name[(at + 1)..].IndexOf(word[i]);
            if (step < 0)
                return 0;
            if (step > 0)
                pieces++;
            gaps += step;
            at += 1 + step;
        }
        var likeness = 0.95f - (0.08f * (pieces - 1)) - (0.015f * gaps);
        return start == 0 || start == place ? likeness : likeness - 0.15f;
    }
}
