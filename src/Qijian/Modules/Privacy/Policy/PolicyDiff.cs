using System.Text;
using DiffPlex;

namespace Qijian.Modules.Privacy;

internal enum ClauseChangeKind { Unchanged, Added, Removed, Changed }

/// <summary>A run of words that both texts have, or only one.</summary>
internal sealed record WordPart(ClauseChangeKind Kind, string Text);

/// <summary>What became of clauses that shared one text, before and after; the parts in reading order where it changed.</summary>
internal sealed record ClauseChange(IReadOnlyList<string> Ids, ClauseChangeKind Kind, string? Before, string? After, IReadOnlyList<WordPart> Parts);

/// <summary>
/// Two versions of a policy, clause by clause, in the order of the later one. Outside says whether text that is no clause changed;
/// Reused names ids that were retired and stand again over other words.
/// </summary>
internal sealed record PolicyDiff(IReadOnlyList<ClauseChange> Clauses, bool Outside, IReadOnlyList<string> Reused)
{
    // Myers' algorithm takes length times difference: a clause of a page or two is well below, and beyond it words say little.
    private const int LongestCompared = 4_000;

    /// <summary>Compares two versions. The retired ids are those of all earlier versions, each with the hash of its last text.</summary>
    public static PolicyDiff Of(PolicyDocument before, PolicyDocument after, IReadOnlyDictionary<string, string> retired)
    {
        var (old, present) = (ById(before), ById(after));
        List<ClauseChange> changes = [];
        foreach (var clause in after.Clauses)
            foreach (var same in clause.Ids.GroupBy(old.GetValueOrDefault)) changes.Add(Compare([.. same], same.Key, clause));
        foreach (var clause in before.Clauses)
        {
            if (clause.Ids.Where(id => !present.ContainsKey(id)).ToList() is { Count: > 0 } gone) changes.Add(Compare(gone, clause, null));
        }

        var reused = after.Clauses.SelectMany(c => c.Ids.Where(id => !old.ContainsKey(id) && retired.TryGetValue(id, out var hash) && hash != c.Hash));
        return new(changes, !before.Outside.SequenceEqual(after.Outside, StringComparer.Ordinal), [.. reused]);
    }

    private static ClauseChange Compare(IReadOnlyList<string> ids, PolicyClause? before, PolicyClause? after) => (before, after) switch
    {
        (null, _) => new(ids, ClauseChangeKind.Added, null, after!.Text, []),
        (_, null) => new(ids, ClauseChangeKind.Removed, before.Text, null, []),
        _ when before.Hash == after.Hash => new(ids, ClauseChangeKind.Unchanged, before.Text, after.Text, []),
        _ => new(ids, ClauseChangeKind.Changed, before.Text, after.Text, Parts(before.Text, after.Text)),
    };

    private static List<WordPart> Parts(string before, string after)
    {
        if (Math.Max(before.Length, after.Length) > LongestCompared) return [new(ClauseChangeKind.Removed, before), new(ClauseChangeKind.Added, after)];
        var diff = Differ.Instance.CreateDiffs(before, after, ignoreWhiteSpace: false, ignoreCase: false, Words);
        List<WordPart> parts = [];
        var at = 0;
        foreach (var block in diff.DiffBlocks)
        {
            Add(ClauseChangeKind.Unchanged, diff.PiecesOld, at, block.DeleteStartA - at);
            Add(ClauseChangeKind.Removed, diff.PiecesOld, block.DeleteStartA, block.DeleteCountA);
            Add(ClauseChangeKind.Added, diff.PiecesNew, block.InsertStartB, block.InsertCountB);
            at = block.DeleteStartA + block.DeleteCountA;
        }

        Add(ClauseChangeKind.Unchanged, diff.PiecesOld, at, diff.PiecesOld.Count - at);
        return parts;

        void Add(ClauseChangeKind kind, IReadOnlyList<string> pieces, int start, int count)
        {
            if (count > 0) parts.Add(new(kind, string.Concat(pieces.Skip(start).Take(count))));
        }
    }

    private static Dictionary<string, PolicyClause> ById(PolicyDocument document) =>
        document.Clauses.SelectMany(c => c.Ids, (clause, id) => (clause, id)).ToDictionary(c => c.id, c => c.clause, StringComparer.Ordinal);

    private static readonly IChunker Words = new WordChunker();

    /// <summary>A run of Latin letters and digits is a word, and so is each other character: Chinese is written without spaces.</summary>
    private sealed class WordChunker : IChunker
    {
        public IReadOnlyList<string> Chunk(string text)
        {
            List<string> pieces = [];
            StringBuilder word = new();
            foreach (var rune in text.EnumerateRunes())
            {
                var inWord = Rune.IsLetterOrDigit(rune) && !CanonicalText.IsWide(rune);
                if (!inWord) End();
                if (inWord) word.Append(rune);
                else pieces.Add(rune.ToString());
            }

            End();
            return pieces;

            void End()
            {
                if (word.Length > 0) pieces.Add(word.ToString());
                word.Clear();
            }
        }
    }
}
