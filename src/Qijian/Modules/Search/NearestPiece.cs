namespace Qijian.Modules.Search;

/// <summary>The piece of a name that is nearest to a text.</summary>
/// <param name="Text">The piece.</param>
/// <param name="Edits">Characters to replace, leave out, put in or swap with their neighbour to make one of the other.</param>
internal sealed record NearestPiece(string Text, int Edits)
{
    /// <summary>Finds it: the optimal string alignment distance with the ends of the name free (Sellers 1980). O(text × name).</summary>
    public static NearestPiece Of(string text, string name)
    {
        // Per position of the name: edits so far, and where the piece that they lead to begins.
        var (before, last, row) = (new (int Edits, int Start)[name.Length + 1], new (int Edits, int Start)[name.Length + 1], new (int Edits, int Start)[name.Length + 1]);
        for (var j = 0; j <= name.Length; j++) last[j] = (0, j);
        for (var i = 1; i <= text.Length; i++)
        {
            row[0] = (i, 0);
            for (var j = 1; j <= name.Length; j++)
            {
                var best = Plus(last[j - 1], text[i - 1] == name[j - 1] ? 0 : 1);
                Take(ref best, Plus(last[j], 1));
                Take(ref best, Plus(row[j - 1], 1));
                if (i > 1 && j > 1 && text[i - 1] == name[j - 2] && text[i - 2] == name[j - 1]) Take(ref best, Plus(before[j - 2], 1));
                row[j] = best;
            }

            (before, last, row) = (last, row, before);
        }

        var end = 0;
        for (var j = 1; j <= name.Length; j++)
            if (last[j].Edits < last[end].Edits) end = j;
        return new(name[last[end].Start..end], last[end].Edits);

        static (int Edits, int Start) Plus((int Edits, int Start) from, int edits) => (from.Edits + edits, from.Start);

        static void Take(ref (int Edits, int Start) best, (int Edits, int Start) other)
        {
            if (other.Edits < best.Edits) best = other;
        }
    }
}
