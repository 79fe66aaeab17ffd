using System.Numerics;

namespace Qijian.Engine.Search;

/// <summary>Ranks of kinds of match; lower comes first.</summary>
internal static class Tier
{
    public const int Code = 0, Name = 1, OtherName = 2, Person = 3, Alias = 4, NamePrefix = 5, OtherPrefix = 6, CodePrefix = 7, Pinyin = 8, Initials = 9, Rest = 10, CodePiece = 11, Text = 12, Similar = 13;
}

/// <summary>Answers a plan on one segment.</summary>
/// <remarks>
/// The set of matches is worked out as a sorted list while it is small and as a bitmap where it is not: a word is, in each field, the AND of
/// its terms from the rarest on; fields are joined; words are ANDed, the rarest first and the others only tested. The best hits come from
/// the tiers (exact, prefixes by minimum tree) and then from the set in order of importance, so nothing is scored beyond a fixed window.
/// </remarks>
internal sealed unsafe partial class SegmentQuery(Segment segment, ReadOnlyMemory<ulong> dead, int segmentIndex, QueryPlan plan, List<ColumnCondition> conditions, QueryScratch scratch)
{
    /// <summary>Documents of the last tier, in order of importance, that are scored; the rest keep that order.</summary>
    private const int Window = 200;

    /// <summary>More than so many documents make a bitmap of a union.</summary>
    private const int ListLimit = 1024;

    /// <summary>Of more entries than so many the first are taken from the minimum tree; fewer are sorted.</summary>
    private const int WalkFrom = 64;

    /// <summary>Stored texts read to count a long prefix; beyond it the total is a lower bound.</summary>
    private const int VerifyLimit = 2000;

    /// <summary>Documents of a phrase whose stored texts are read; beyond it pairs of neighbours are enough.</summary>
    private const int PhraseLimit = 50_000;

    private readonly int words = segment.Words;
    private readonly int fields = QueryPlan.FieldCount;
    private readonly SegmentQuery[] alternatives = plan.Alternatives.Length == 0 ? [] : Array.ConvertAll(plan.Alternatives, p => new SegmentQuery(segment, dead, segmentIndex, p, conditions, scratch));
    private (int From, int To, bool Verify)?[]? ranges;
    private int[] starts = [];
    private QueryWord[] asked = [];
    private bool hasNames;

    // What is found by more than a scope or an address; the same as the matches where that is all.
    private DocSet named;
    private bool hasTexts, among;

    public bool TotalIsLowerBound { get; private set; }

    private bool IsDead(uint doc) => dead.Length > 0 && BitSet.Has(dead.Span, doc);

    private bool Passes(uint doc)
    {
        if (among || plan.IsRestricted)
            return wanted.Has(doc);
        if (IsDead(doc))
            return false;
        foreach (var condition in conditions)
        {
            if (!condition.Passes(segment, doc))
                return false;
        }
        return true;
    }

    /// <summary>All documents that match the text, filters and tombstones not yet applied.</summary>
    public DocSet Match()
    {
        DocSet set = default;
        if (plan.HasText)
        {
            set = Plain();
            foreach (var other in alternatives)
            {
                var also = other.Match();
                named = Or(hasTexts ? named : set, other.hasTexts ? other.named : also);
                hasTexts |= other.hasTexts;
                set = Or(set, also);
                TotalIsLowerBound |= other.TotalIsLowerBound;
            }
        }
        else if (plan.Required.Count == 0)
        {
            set = Everything();
        }
        for (var i = 0; i < plan.Required.Count; i++)
        {
            var found = One(plan.Required[i]);
            set = i == 0 && !plan.HasText ? found : And(set, found);
        }
        foreach (var word in plan.Excluded)
            set = AndNot(set, One(word));
        return set;
    }

    private DocSet Everything()
    {
        var all = scratch.Bitmap(words);
        new Span<ulong>(all, words).Fill(ulong.MaxValue);
        if ((segment.Count & 63) != 0)
            all[words - 1] = (1UL << (segment.Count & 63)) - 1;
        return new DocSet { IsBitmap = true, IsOwn = true, Bits = all };
    }

    /// <summary>What the words find that are looked for anywhere.</summary>
    private DocSet Plain()
    {
        var set = plan.IsCode ? Coded() : Named();
        if (plan.IsCode)
            return set;
        var texts = plan.Words.Length == 1 ? AllWords(plan.Words, QueryPlan.Texts) : AllWords(plan.Words, QueryPlan.Everywhere);
        if (!texts.IsBitmap && texts.Count == 0)
            return set;
        hasTexts = true;
        named = set;
        return Or(set, texts);
    }

    private DocSet Coded()
    {
        DocSet set = default;
        scratch.Docs.Clear();
        AddExact(Tier.Code, ExactKind.Code, plan.ExactCode, scratch.Docs);
        if (scratch.Docs.Count == 0)
            AddPrefix(KeyTable.Code, plan.Key, ref set);
        return Union(set, scratch.Docs);
    }

    private DocSet Named()
    {
        var set = AllWords(plan.Words, QueryPlan.Names);
        scratch.Docs.Clear();
        AddExact(Tier.Code, ExactKind.Code, plan.ExactCode, scratch.Docs);
        AddExact(Tier.Name, ExactKind.Name, plan.ExactName, scratch.Docs);
        AddExact(Tier.OtherName, ExactKind.OtherName, plan.ExactOther, scratch.Docs);
        if (plan.Words.Length != 1 || plan.HasLatin)
            AddExact(Tier.Person, ExactKind.Person, plan.ExactPerson, scratch.Docs);
        if (!plan.HasLatin)
            return scratch.Docs.Count == 0 ? set : Union(set, scratch.Docs);

        // Latin input: prefixes of pinyin and codes are matches too, and so is a name whose last Latin word is not finished.
        long size = scratch.Docs.Count;
        foreach (var table in PrefixTables())
        {
            var (from, to) = RangeOf(table, plan.Key, out _);
            size += to - from;
        }
        if (size > ListLimit)
            set = ToOwnBitmap(set);
        foreach (var table in PrefixTables())
            AddPrefix(table, plan.Key, ref set);
        if (plan.MayBeCodePiece)
            AddCodePieces(plan.Key, scratch.Docs);
        if (plan.ExactPinyin != 0)
            AddExact(Tier.Pinyin, ExactKind.Pinyin, plan.ExactPinyin, scratch.Docs);
        return scratch.Docs.Count == 0 ? set : Union(set, scratch.Docs);
    }

    /// <summary>The entries of a table that begin with a key; of the whole text found once, for the matches and the tiers.</summary>
    private (int From, int To) RangeOf(KeyTable table, string key, out bool verify)
    {
        if (!ReferenceEquals(key, plan.Key))
            return segment.Range(table, key, out verify);
        ref var known = ref (ranges ??= new (int, int, bool)?[PrefixKeys.Count])[(int)table];
        if (known is null)
        {
            var (from, to) = segment.Range(table, key, out verify);
            known = (from, to, verify);
        }
        verify = known.Value.Verify;
        return (known.Value.From, known.Value.To);
    }

    /// <summary>Adds what begins with the key: to the set where it is a bitmap of ours, else to the scratch list.</summary>
    private void AddPrefix(KeyTable table, string key, ref DocSet set)
    {
        var (from, to) = RangeOf(table, key, out var verify);
        var docs = segment.Table(table).Docs;
        if (verify && to - from > VerifyLimit)
        {
            TotalIsLowerBound = true;
            to = from + VerifyLimit;
        }
        for (var i = from; i < to; i++)
        {
            if (verify && !Verify(table, docs[i], key))
                continue;
            if (set is { IsBitmap: true, IsOwn: true })
                BitSet.Set(new Span<ulong>(set.Bits, words), docs[i]);
            else
                scratch.Docs.Add(docs[i]);
        }
    }

    /// <summary>Adds documents that have a code with the key anywhere in it. Nothing where the key is so common, as a region is, that it says little.</summary>
    private void AddCodePieces(string key, List<uint> docs)
    {
        const int Common = 1 << 15;
        var n = 0;
        foreach (var term in IndexTerms.OfCode(key))
        {
            if (!segment.TryFind(term, out var found))
                return;
            var room = scratch.PostingRoom(n + 1);
            var i = n++;
            for (; i > 0 && room[i - 1].Count > found.Count; i--)
                room[i] = room[i - 1];
            room[i] = found;
        }
        if (scratch.Postings[0].Count > Common)
        {
            TotalIsLowerBound = true;
            return;
        }
        var list = scratch.List(scratch.Postings[0].Count);
        n = FieldAsList(scratch.Postings.AsSpan(0, n), list);
        foreach (var doc in new ReadOnlySpan<uint>(list, n))
        {
            if (Stored.HasPiece(segment.Stored(doc), key))
                docs.Add(doc);
        }
    }

    /// <summary>What a phrase, or a word of one field, finds.</summary>
    private DocSet One(QueryWord word)
    {
        QueryWord[] one = [word];
        var set = AllWords(one, QueryPlan.Names);
        if (word.IsVerified)
            set = Verified(set, word);
        if (word.Field is QueryField.Any or QueryField.Code && word.IsLatin && word.Key.AsSpan().IndexOfAnyInRange('0', '9') >= 0)
        {
            scratch.Docs.Clear();
            AddPrefix(KeyTable.Code, word.Key, ref set);
            if (word.Key.Length is >= IndexTerms.CodePiece and <= 14)
                AddCodePieces(word.Key, scratch.Docs);
            set = scratch.Docs.Count == 0 ? set : Union(set, scratch.Docs);
        }
        var texts = AllWords(one, QueryPlan.Texts);
        return !texts.IsBitmap && texts.Count == 0 ? set : Or(set, texts);
    }

    /// <summary>Keeps the documents in whose stored texts the word really is.</summary>
    private DocSet Verified(DocSet set, QueryWord word)
    {
        var count = set.IsBitmap ? BitSet.Count(new ReadOnlySpan<ulong>(set.Bits, words)) : set.Count;
        if (count > PhraseLimit)
        {
            TotalIsLowerBound = true;
            return set;
        }
        var list = scratch.List(count);
        var kept = 0;
        if (set.IsBitmap)
        {
            for (var w = 0; w < words; w++)
            {
                for (var bits = set.Bits[w]; bits != 0; bits &= bits - 1)
                    Take(((uint)w << 6) | (uint)BitOperations.TrailingZeroCount(bits));
            }
        }
        else
        {
            foreach (var doc in set.AsList)
                Take(doc);
        }
        return new DocSet { List = list, Count = kept };

        void Take(uint doc)
        {
            if (Stored.HasWord(segment.Stored(doc), word))
                list[kept++] = doc;
        }
    }

    /// <summary>Tables in which the text may be the start of an entry that the words do not find.</summary>
    private IEnumerable<KeyTable> PrefixTables()
    {
        if (plan.IsLatin)
        {
            yield return KeyTable.Pinyin;
            yield return KeyTable.BrandPinyin;
            yield return KeyTable.Initials;
            yield return KeyTable.BrandInitials;
            yield return KeyTable.OtherLatin;
            yield return KeyTable.OtherPinyin;
            yield return KeyTable.OtherInitials;
            if (plan.HasDigit)
                yield return KeyTable.Code;
            yield break;
        }
        yield return KeyTable.Name;
        yield return KeyTable.Brand;
        yield return KeyTable.OtherName;
    }

    /// <summary>Documents that have every word in one of the fields.</summary>
    private DocSet AllWords(QueryWord[] wanted, int mask)
    {
        LoadPostings(wanted, mask);
        var n = wanted.Length;
        Span<int> order = n <= 64 ? stackalloc int[n] : new int[n];
        Span<long> bounds = n <= 64 ? stackalloc long[n] : new long[n];
        for (var w = 0; w < n; w++)
        {
            order[w] = w;
            bounds[w] = Bound(w);
            if (bounds[w] == 0)
                return default;
        }
        bounds.Sort(order);
        var set = Word(order[0], bounds[0]);
        for (var i = 1; i < n; i++)
        {
            if (!set.IsBitmap && set.Count == 0)
                return default;
            var w = order[i];
            if (!set.IsBitmap && LatinRange(w) == 0)
            {
                Keep(ref set, w);
                continue;
            }
            var other = Word(w, bounds[i]);
            set = And(set, other);
        }
        return set;
    }

    /// <summary>Finds the postings of every word and field, rarest first within each; none where a term is missing.</summary>
    private void LoadPostings(QueryWord[] wanted, int mask)
    {
        asked = wanted;
        hasNames = (mask & QueryPlan.Names) != 0;
        starts = new int[(wanted.Length * fields) + 1];
        var at = 0;
        for (var w = 0; w < wanted.Length; w++)
        {
            for (var f = 0; f < fields; f++)
            {
                var first = at;
                starts[(w * fields) + f] = at;
                if ((mask >> f & 1) == 0)
                    continue;
                foreach (var term in wanted[w].Terms[f])
                {
                    if (!segment.TryFind(term, out var found))
                    {
                        at = first;
                        break;
                    }
                    var room = scratch.PostingRoom(at + 1);
                    var i = at++;
                    for (; i > first && room[i - 1].Count > found.Count; i--)
                        room[i] = room[i - 1];
                    room[i] = found;
                }
            }
        }
        starts[^1] = at;
    }

    private ReadOnlySpan<Postings> Terms(int word, int field)
    {
        var i = (word * fields) + field;
        return scratch.Postings.AsSpan(starts[i]..starts[i + 1]);
    }

    private long Bound(int word)
    {
        long sum = LatinRange(word);
        for (var f = 0; f < fields; f++)
        {
            var terms = Terms(word, f);
            if (terms.Length > 0)
                sum += terms[0].Count;
        }
        return sum;
    }

    /// <summary>A Latin word beside others may be the pinyin that a name, or its brand, begins with.</summary>
    private int LatinRange(int word)
    {
        if (!asked[word].IsLatin || asked.Length == 1 || !hasNames)
            return 0;
        var (from, to) = segment.Range(KeyTable.Pinyin, Short(word), out _);
        var (from2, to2) = segment.Range(KeyTable.BrandPinyin, Short(word), out _);
        return to - from + to2 - from2;
    }

    private ReadOnlySpan<char> Short(int word)
    {
        var key = asked[word].Key;
        return key.AsSpan(0, Math.Min(key.Length, 2 * PrefixKeys.LatinLength));
    }

    private DocSet Word(int word, long bound)
    {
        var bitmap = LatinRange(word) > ListLimit;
        for (var f = 0; f < fields && !bitmap; f++)
        {
            var terms = Terms(word, f);
            bitmap = terms.Length > 0 && terms[0].Kind == PostingKind.Bitmap;
        }
        if (!bitmap)
            return WordAsList(word, (int)bound);

        DocSet result = default;
        for (var f = 0; f < fields; f++)
        {
            var terms = Terms(word, f);
            if (terms.Length == 0)
                continue;
            if (!result.IsBitmap && terms.Length == 1 && terms[0].Kind == PostingKind.Bitmap)
            {
                result = new DocSet { IsBitmap = true, Bits = (ulong*)terms[0].Data };
                continue;
            }
            if (terms[0].Kind == PostingKind.Bitmap)
            {
                var and = scratch.Bitmap(words);
                terms[0].Bits(words).CopyTo(new Span<ulong>(and, words));
                for (var t = 1; t < terms.Length; t++)
                    BitSet.And(new Span<ulong>(and, words), terms[t].Bits(words));
                if (result.IsBitmap)
                {
                    BitSet.Or(new Span<ulong>(and, words), new ReadOnlySpan<ulong>(result.Bits, words));
                }
                result = new DocSet { IsBitmap = true, IsOwn = true, Bits = and };
                continue;
            }
            var list = scratch.List(terms[0].Count);
            var n = FieldAsList(terms, list);
            result = ToOwnBitmap(result);
            var bits = new Span<ulong>(result.Bits, words);
            foreach (var doc in new ReadOnlySpan<uint>(list, n))
                BitSet.Set(bits, doc);
        }
        if (LatinRange(word) > 0)
        {
            result = ToOwnBitmap(result);
            var bits = new Span<ulong>(result.Bits, words);
            foreach (var table in (ReadOnlySpan<KeyTable>)[KeyTable.Pinyin, KeyTable.BrandPinyin])
            {
                var (from, to) = segment.Range(table, Short(word), out _);
                for (var i = from; i < to; i++)
                    BitSet.Set(bits, segment.Table(table).Docs[i]);
            }
        }
        return result;
    }

    private DocSet WordAsList(int word, int bound)
    {
        var list = scratch.List(bound);
        int n = 0, parts = 0;
        for (var f = 0; f < fields; f++)
        {
            var terms = Terms(word, f);
            if (terms.Length == 0)
                continue;
            n += FieldAsList(terms, list + n);
            parts++;
        }
        if (LatinRange(word) > 0)
        {
            parts += 2;
            foreach (var table in (ReadOnlySpan<KeyTable>)[KeyTable.Pinyin, KeyTable.BrandPinyin])
            {
                var (from, to) = segment.Range(table, Short(word), out _);
                for (var i = from; i < to; i++)
                    list[n++] = segment.Table(table).Docs[i];
            }
        }
        if (parts > 1)
            n = SortDistinct(new Span<uint>(list, n));
        return new DocSet { List = list, Count = n };
    }

    /// <summary>AND of the terms, of which the first is the rarest, into a list.</summary>
    private int FieldAsList(ReadOnlySpan<Postings> terms, uint* list)
    {
        var n = terms[0].CopyTo(new Span<uint>(list, terms[0].Count), words);
        for (var t = 1; t < terms.Length && n > 0; t++)
        {
            PostingCursor cursor = new(terms[t], scratch.Blocks(1));
            var kept = 0;
            for (var i = 0; i < n; i++)
            {
                if (cursor.Contains(list[i]))
                    list[kept++] = list[i];
            }
            n = kept;
        }
        return n;
    }

    /// <summary>Keeps the documents of the list that have the word in some field.</summary>
    private void Keep(ref DocSet set, int word)
    {
        var total = 0;
        for (var f = 0; f < fields; f++)
            total += Terms(word, f).Length;
        var blocks = scratch.Blocks(total);
        var cursors = new PostingCursor[total]; // small; a query has few words
        Span<int> ends = stackalloc int[fields];
        var at = 0;
        for (var f = 0; f < fields; f++)
        {
            foreach (var term in Terms(word, f))
            {
                cursors[at] = new PostingCursor(term, blocks + (at * PostingCodec.Block));
                at++;
            }
            ends[f] = at;
        }
        var kept = 0;
        for (var i = 0; i < set.Count; i++)
        {
            var doc = set.List[i];
            var start = 0;
            foreach (var end in ends)
            {
                var c = start;
                while (c < end && cursors[c].Contains(doc))
                    c++;
                if (end > start && c == end)
                {
                    set.List[kept++] = doc;
                    break;
                }
                start = end;
            }
        }
        set.Count = kept;
    }
}
