namespace Qijian.Engine.Search;

/// <content>Names that are like the text, where few or none have its words: mistyped, abbreviated, with the region left out or moved, of the same sound.</content>
/// <remarks>
/// Candidates have all characters of the text but one (two of a long one), in any order: whatever single character is wrong, missing,
/// extra or swapped, they do. A document with at most m of n terms missing has one of the m + 1 rarest, so the rarest lists are gone
/// through and the others only tested; where even those are frequent, bitmaps of "none missing", "at most one missing" are carried along.
/// The candidates are then compared letter by letter.
/// </remarks>
internal sealed unsafe partial class SegmentQuery
{
    /// <summary>Similar names among the results.</summary>
    private const int SimilarLimit = 20;

    /// <summary>Candidates whose names are read.</summary>
    private const int Gathered = 8000;

    /// <summary>Candidates that are compared letter by letter.</summary>
    private const int Compared = 80;

    /// <summary>A text of so many pairs is looked for by them first.</summary>
    private const int EnoughPairs = 6;

    /// <summary>Pairs that one mistake can take away: two wrong characters side by side, as swapped ones are.</summary>
    private const int PairsLost = 3;

    /// <summary>So like, and nothing else need be looked for.</summary>
    private const float Sure = 0.8f;

    /// <summary>Longer lists are taken as bitmaps.</summary>
    private const int GatherListLimit = 1 << 17;

    private readonly List<(uint Doc, float Likeness)> similar = [];

    /// <summary>Finds similar names and adds them to the matches.</summary>
    public void AddSimilar(ref DocSet set)
    {
        scratch.Docs.Clear();
        if (plan.Fuzzy.IsLatin)
        {
            GatherLatin();
        }
        else
        {
            // A mistake in a long text leaves most of its pairs, which are far rarer than its characters.
            if (plan.Fuzzy.Pairs is { Length: >= EnoughPairs } pairs)
                Gather(pairs, PairsLost);
            CompareNew(set);
            if (similar.Count > 0 && similar[0].Likeness >= Sure)
            {
                AddTo(ref set);
                return;
            }
            scratch.Docs.Clear();
            similar.Clear();
            GatherHan();
        }
        CompareNew(set);
        AddTo(ref set);
    }

    private void AddTo(ref DocSet set)
    {
        scratch.Docs.Clear();
        foreach (var (doc, _) in similar)
            scratch.Docs.Add(doc);
        if (scratch.Docs.Count > 0)
            set = Union(set, scratch.Docs);
    }

    private void CompareNew(DocSet set)
    {
        var docs = scratch.Docs;
        docs.Sort();
        var n = 0;
        for (var i = 0; i < docs.Count; i++)
        {
            if ((n == 0 || docs[n - 1] != docs[i]) && !set.Has(docs[i]))
                docs[n++] = docs[i];
        }
        docs.RemoveRange(n, docs.Count - n);
        Compare(docs);
    }

    private void GatherHan()
    {
        var fuzzy = plan.Fuzzy;
        foreach (var field in (ReadOnlySpan<TermField>)[TermField.Name, TermField.OtherName])
        {
            foreach (var characters in fuzzy.Characters)
            {
                var misses = characters.Length switch { >= 10 => 2, >= 4 => 1, _ => 0 };
                ulong[] terms = [.. characters.Select(c => IndexTerms.OfHan(field, c))];
                if (misses == 2 && Gather(terms, 1))
                    continue;
                Gather(terms, misses);
            }
        }
        // The same sound: a short name with one wrong character shares too little else.
        foreach (var letters in fuzzy.Sounds)
        {
            foreach (var table in (ReadOnlySpan<KeyTable>)[KeyTable.Pinyin, KeyTable.BrandPinyin])
                FirstOf(table, letters, 50);
        }
    }

    /// <summary>Adds the most important entries of a table that begin with the letters, the second key left aside.</summary>
    private bool FirstOf(KeyTable table, ReadOnlySpan<char> letters, int most)
    {
        if (letters.Length > 2 * PrefixKeys.LatinLength)
            letters = letters[..(2 * PrefixKeys.LatinLength)];
        var (from, to) = segment.Range(table, letters, out _);
        if (from == to)
            return false;
        var pointers = segment.Table(table);
        if (to - from <= most)
        {
            scratch.Docs.AddRange(new ReadOnlySpan<uint>(pointers.Docs + from, to - from));
            return true;
        }
        scratch.Walk.Start(pointers.Docs, pointers.Tree, pointers.Count, from, to);
        for (var i = 0; i < most && scratch.Walk.Next(out var doc); i++)
            scratch.Docs.Add(doc);
        return true;
    }

    /// <summary>Adds documents that miss at most <paramref name="misses"/> of the terms. Returns whether there are any.</summary>
    private bool Gather(ulong[] wanted, int misses)
    {
        var n = 0;
        foreach (var term in wanted)
        {
            if (!segment.TryFind(term, out var found))
            {
                misses--;
                continue;
            }
            var room = scratch.PostingRoom(n + 1);
            var i = n++;
            for (; i > 0 && room[i - 1].Count > found.Count; i--)
                room[i] = room[i - 1];
            room[i] = found;
        }
        if (misses < 0 || misses >= n)
            return false;
        var before = scratch.Docs.Count;
        var terms = scratch.Postings.AsSpan(0, n);
        long sum = 0;
        for (var i = 0; i <= misses; i++)
            sum += terms[i].Count;
        if (sum > GatherListLimit && misses <= 2)
            GatherBitmaps(terms, misses);
        else
            GatherLists(terms, misses, (int)sum);
        return scratch.Docs.Count > before;
    }

    private void GatherLists(ReadOnlySpan<Postings> terms, int misses, int sum)
    {
        var list = scratch.List(sum);
        var count = 0;
        var buffer = scratch.Blocks(Math.Max(terms.Length, 1));
        for (var i = 0; i <= misses; i++)
        {
            count += terms[i].CopyTo(new Span<uint>(list + count, sum - count), words);
        }
        count = SortDistinct(new Span<uint>(list, count));
        var cursors = new PostingCursor[terms.Length]; // small; a text has few characters
        for (var t = 0; t < terms.Length; t++)
            cursors[t] = new PostingCursor(terms[t], buffer + (t * PostingCodec.Block));
        var most = scratch.Docs.Count + Gathered;
        foreach (var doc in new ReadOnlySpan<uint>(list, count))
        {
            var missed = 0;
            for (var t = 0; t < cursors.Length && missed <= misses; t++)
            {
                if (!cursors[t].Contains(doc))
                    missed++;
            }
            if (missed > misses)
                continue;
            scratch.Docs.Add(doc);
            if (scratch.Docs.Count >= most)
                return;
        }
    }

    private void GatherBitmaps(ReadOnlySpan<Postings> terms, int misses)
    {
        ulong* none = scratch.Bitmap(words), one = scratch.Bitmap(words), two = scratch.Bitmap(words), own = scratch.Bitmap(words);
        new Span<ulong>(none, words).Fill(ulong.MaxValue);
        new Span<ulong>(one, words).Fill(ulong.MaxValue);
        new Span<ulong>(two, words).Fill(ulong.MaxValue);
        foreach (var term in terms)
        {
            var bits = own;
            if (term.Kind == PostingKind.Bitmap)
            {
                bits = (ulong*)term.Data;
            }
            else
            {
                new Span<ulong>(own, words).Clear();
                term.OrInto(new Span<ulong>(own, words));
            }
            BitSet.CountMisses(none, one, two, bits, words);
        }
        var result = misses switch { 0 => none, 1 => one, _ => two };
        if ((segment.Count & 63) != 0)
            result[words - 1] &= (1UL << (segment.Count & 63)) - 1;
        var most = scratch.Docs.Count + Gathered;
        for (var w = 0; w < words; w++)
        {
            for (var word = result[w]; word != 0; word &= word - 1)
            {
                scratch.Docs.Add(((uint)w << 6) | (uint)System.Numerics.BitOperations.TrailingZeroCount(word));
                if (scratch.Docs.Count >= most)
                    return;
            }
        }
    }

    /// <summary>Letters: every text that one mistake away is asked for, as the start of a name's pinyin or as a word.</summary>
    private void GatherLatin()
    {
        var fuzzy = plan.Fuzzy;
        if (plan.Words.Length == 1)
        {
            foreach (var edit in fuzzy.Edits(0))
            {
                FirstOf(KeyTable.Pinyin, edit, 5);
                FirstOf(KeyTable.BrandPinyin, edit, 5);
                FirstOf(KeyTable.OtherLatin, edit, 5);
            }
        }
        // One word of several is mistyped; the others narrow it down.
        for (var w = 0; w < plan.Words.Length && w < 6; w++)
        {
            if (plan.Words[w].Key.Length < 4)
                continue;
            QueryWord[] others = [.. plan.Words.Where((_, i) => i != w)];
            DocSet rest = default;
            if (others.Length > 0)
            {
                rest = AllWords(others, QueryPlan.Names);
                if (!rest.IsBitmap && rest.Count == 0)
                    continue;
            }
            var most = scratch.Docs.Count + (Gathered / 4);
            foreach (var edit in fuzzy.Edits(w))
            {
                foreach (var field in (ReadOnlySpan<TermField>)[TermField.OtherName, TermField.Name])
                {
                    if (!segment.TryFind(IndexTerms.OfWord(field, edit), out var found) || found.Kind == PostingKind.Bitmap)
                        continue;
                    var list = scratch.SmallList(found.Count);
                    var count = found.CopyTo(list, words);
                    foreach (var doc in list[..count])
                    {
                        if ((others.Length == 0 || rest.Has(doc)) && scratch.Docs.Count < most)
                            scratch.Docs.Add(doc);
                    }
                }
            }
        }
    }

    /// <summary>Keeps the best of the candidates, which come in order of importance.</summary>
    private void Compare(List<uint> docs)
    {
        var fuzzy = plan.Fuzzy;
        if (docs.Count > Gathered)
            docs.RemoveRange(Gathered, docs.Count - Gathered);
        if (docs.Count > Compared && !fuzzy.IsLatin)
        {
            // Cheaply first: pairs in common, or an abbreviation.
            var rough = new (float Shared, int At)[docs.Count];
            for (var i = 0; i < docs.Count; i++)
                rough[i] = (-fuzzy.Rough(segment.Stored(docs[i])), i);
            Array.Sort(rough, static (x, y) => x.Shared != y.Shared ? x.Shared.CompareTo(y.Shared) : x.At.CompareTo(y.At));
            uint[] best = [.. rough.Take(Compared).OrderBy(r => r.At).Select(r => docs[r.At])];
            docs.Clear();
            docs.AddRange(best);
        }
        foreach (var doc in docs)
        {
            var likeness = fuzzy.Likeness(segment.Stored(doc));
            if (likeness >= SimilarNames.Least && !IsDead(doc))
                similar.Add((doc, likeness));
        }
        similar.Sort(static (x, y) => x.Likeness != y.Likeness ? y.Likeness.CompareTo(x.Likeness) : x.Doc.CompareTo(y.Doc));
        if (similar.Count > SimilarLimit)
            similar.RemoveRange(SimilarLimit, similar.Count - SimilarLimit);
    }

    /// <summary>Adds the similar names that are among the results, most like first.</summary>
    private void SimilarTier(DocSet results, int need, int before)
    {
        foreach (var (doc, likeness) in similar)
        {
            if (scratch.Candidates.Count - before >= need)
                return;
            if (!results.Has(doc) || !scratch.Seen.Add(doc))
                continue;
            var candidate = Make(doc, Tier.Similar, MatchKind.Similar);
            candidate.Score = likeness;
            scratch.Candidates.Add(candidate);
        }
    }
}
