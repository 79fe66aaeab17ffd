using System.Numerics;

namespace Qijian.Engine.Search;

/// <content>The best hits.</content>
internal sealed unsafe partial class SegmentQuery
{
    // Where not all that the words find is wanted, hits of every tier must be among the results.
    private DocSet wanted;

    /// <summary>Adds the best <paramref name="need"/> in order of relevance.</summary>
    public void Best(DocSet results, int need)
    {
        var before = scratch.Candidates.Count;
        scratch.Seen.Clear();
        wanted = results;
        if (plan.HasText)
            Tiers(need);
        if (hasTexts)
            Rest(Common(named, results), need, before, Tier.Rest);
        if (plan.HasText)
            PieceTier(need);
        foreach (var (doc, _) in similar)
            scratch.Seen.Add(doc); // they come after all others
        Rest(results, need, before, hasTexts ? Tier.Text : Tier.Rest);
        foreach (var (doc, _) in similar)
            scratch.Seen.Remove(doc);
        SimilarTier(results, need, before);
    }

    /// <summary>The most important documents, with no question asked.</summary>
    public void First(int need)
    {
        for (uint doc = 0; doc < need; doc++)
            scratch.Candidates.Add(Make(doc, Tier.Rest, MatchKind.None));
    }

    /// <summary>The best few for type-ahead: tiers first; all words only where tiers give too few.</summary>
    public void Suggest(int limit)
    {
        if (plan.IsRestricted)
        {
            var found = Match();
            Narrow(ref found, []);
            Best(found, limit);
            return;
        }
        var before = scratch.Candidates.Count;
        scratch.Seen.Clear();
        Tiers(limit);
        if (scratch.Candidates.Count - before >= limit)
            return;
        PieceTier(limit);
        var set = AllWords(plan.Words, QueryPlan.Names);
        Narrow(ref set, []);
        Rest(set, limit, before, Tier.Rest);
    }

    private void Tiers(int need)
    {
        TierOf(Tier.Code, ExactKind.Code, plan.ExactCode, need);
        if (plan.IsCode)
        {
            if (scratch.Seen.Count == 0)
                PrefixTier(Tier.CodePrefix, MatchKind.CreditCode, [KeyTable.Code], need);
            return;
        }
        TierOf(Tier.Name, ExactKind.Name, plan.ExactName, need);
        TierOf(Tier.OtherName, ExactKind.OtherName, plan.ExactOther, need);
        TierOf(Tier.Person, ExactKind.Person, plan.ExactPerson, need);
        foreach (var other in alternatives)
            other.AliasTier(need, wanted, plan.IsRestricted);
        PrefixTier(Tier.NamePrefix, MatchKind.NamePrefix, [KeyTable.Name, KeyTable.Brand], need);
        if (plan.IsLatin)
        {
            PrefixTier(Tier.OtherPrefix, MatchKind.AlsoKnownAs, [KeyTable.OtherLatin], need);
            if (plan.HasDigit)
                PrefixTier(Tier.CodePrefix, MatchKind.CreditCode, [KeyTable.Code], need);
            if (plan.ExactPinyin != 0)
                TierOf(Tier.Pinyin, ExactKind.Pinyin, plan.ExactPinyin, need);
            PrefixTier(Tier.Pinyin, MatchKind.Pinyin, [KeyTable.Pinyin, KeyTable.BrandPinyin, KeyTable.OtherPinyin], need);
            PrefixTier(Tier.Initials, MatchKind.Initials, [KeyTable.Initials, KeyTable.BrandInitials, KeyTable.OtherInitials], need);
        }
        else
        {
            PrefixTier(Tier.OtherPrefix, MatchKind.FormerName, [KeyTable.OtherName], need);
        }
    }

    /// <summary>As the alternative of a text: whose name it is, or begins with, in order of importance.</summary>
    private void AliasTier(int need, DocSet results, bool restricted)
    {
        wanted = results;
        among = restricted;
        foreach (var exact in (ReadOnlySpan<bool>)[true, false])
        {
            scratch.Docs.Clear();
            if (exact)
            {
                AddExact(Tier.Name, ExactKind.Name, plan.ExactName, scratch.Docs);
            }
            else
            {
                Top(KeyTable.Name, need);
                Top(KeyTable.Brand, need);
            }
            AddTier(Tier.Alias, MatchKind.Alias, need);
        }
    }

    /// <summary>Codes with the text somewhere in them.</summary>
    private void PieceTier(int need)
    {
        if (!plan.MayBeCodePiece || scratch.Seen.Count >= need)
            return;
        scratch.Docs.Clear();
        AddCodePieces(plan.Key, scratch.Docs);
        AddTier(Tier.CodePiece, MatchKind.CreditCode, need);
    }

    private void TierOf(int tier, ExactKind kind, ulong key, int need)
    {
        if (scratch.Seen.Count >= need)
            return;
        scratch.Docs.Clear();
        AddExact(tier, kind, key, scratch.Docs);
        AddTier(tier, tier switch { Tier.Code => MatchKind.CreditCode, Tier.Name => MatchKind.Name, Tier.OtherName => MatchKind.FormerName, Tier.Pinyin => MatchKind.Pinyin, _ => MatchKind.Person }, need);
    }

    /// <summary>Adds documents whose stored value really is the key.</summary>
    private void AddExact(int tier, ExactKind kind, ulong key, List<uint> docs)
    {
        foreach (var doc in segment.FindExact(key))
        {
            // Thousands may share a person's name; a hash of 64 bits is not worth reading them all.
            if (tier == Tier.Person && docs.Count >= Window)
                docs.Add(doc);
            else if (kind == ExactKind.Pinyin ? string.Equals(segment.TextOf(KeyTable.Pinyin, doc), plan.Key, StringComparison.Ordinal) : Stored.Has(segment.Stored(doc), kind, plan.Key))
                docs.Add(doc);
        }
    }

    private void PrefixTier(int tier, MatchKind kind, ReadOnlySpan<KeyTable> tables, int need)
    {
        if (scratch.Seen.Count >= need)
            return;
        scratch.Docs.Clear();
        foreach (var table in tables)
            Top(table, need);
        AddTier(tier, kind, need);
    }

    private void AddTier(int tier, MatchKind kind, int need)
    {
        scratch.Docs.Sort();
        foreach (var doc in scratch.Docs)
        {
            if (scratch.Seen.Count >= need)
                return;
            if (Passes(doc) && scratch.Seen.Add(doc))
                scratch.Candidates.Add(Make(doc, tier, kind));
        }
    }

    /// <summary>Adds the <paramref name="need"/> most important documents of a prefix that pass and are not seen yet.</summary>
    private void Top(KeyTable table, int need)
    {
        var (from, to) = RangeOf(table, plan.Key, out var verify);
        var pointers = segment.Table(table);
        var size = to - from;
        if (size == 0)
            return;
        var found = 0;
        if (size > WalkFrom)
        {
            // Rare among many passes: give up walking and go through all of them.
            var budget = (4 * (long)need) + (size > ListLimit ? ListLimit : 0);
            var restart = scratch.Docs.Count;
            var last = uint.MaxValue;
            scratch.Walk.Start(pointers.Docs, pointers.Tree, pointers.Count, from, to);
            while (budget-- > 0 && scratch.Walk.Next(out var doc))
            {
                if (doc == last || !Wanted(table, last = doc, verify))
                    continue;
                scratch.Docs.Add(doc);
                if (++found >= need)
                    return;
            }
            if (budget >= 0)
                return;
            scratch.Docs.RemoveRange(restart, scratch.Docs.Count - restart);
            found = 0;
        }
        if (size > ListLimit)
        {
            var bits = scratch.EmptyBitmap(words);
            for (var i = from; i < to; i++)
                BitSet.Set(new Span<ulong>(bits, words), pointers.Docs[i]);
            var reads = 0;
            for (var w = 0; w < words; w++)
            {
                for (var word = bits[w]; word != 0; word &= word - 1)
                {
                    var doc = ((uint)w << 6) | (uint)BitOperations.TrailingZeroCount(word);
                    if (!Passes(doc) || scratch.Seen.Contains(doc))
                        continue;
                    if (verify && (++reads > VerifyLimit || !Verify(table, doc, plan.Key)))
                        continue;
                    scratch.Docs.Add(doc);
                    if (++found >= need)
                        return;
                }
            }
            return;
        }
        var list = new Span<uint>(scratch.List(size), size);
        new ReadOnlySpan<uint>(pointers.Docs + from, size).CopyTo(list);
        list = list[..SortDistinct(list)];
        foreach (var doc in list)
        {
            if (!Wanted(table, doc, verify))
                continue;
            scratch.Docs.Add(doc);
            if (++found >= need)
                return;
        }
    }

    private bool Wanted(KeyTable table, uint doc, bool verify) =>
        !scratch.Seen.Contains(doc) && Passes(doc) && (!verify || Verify(table, doc, plan.Key));

    /// <summary>Whether the document really has an entry in the table that begins with the text.</summary>
    private bool Verify(KeyTable table, uint doc, string key) => table switch
    {
        KeyTable.OtherName or KeyTable.OtherLatin => Stored.HasPrefix(segment.Stored(doc), ExactKind.OtherName, key),
        KeyTable.OtherPinyin or KeyTable.OtherInitials => Stored.HasLatinPrefix(segment.Stored(doc), table == KeyTable.OtherInitials, key),
        KeyTable.Person => Stored.HasPrefix(segment.Stored(doc), ExactKind.Person, key),
        KeyTable.Code => Stored.HasPrefix(segment.Stored(doc), ExactKind.Code, key),
        _ => segment.TextOf(table, doc).StartsWith(key, StringComparison.Ordinal),
    };

    /// <summary>What no tier has: the first <see cref="Window"/> by score, the others by importance.</summary>
    private void Rest(DocSet results, int need, int before, int tier)
    {
        var candidates = scratch.Candidates;
        if (candidates.Count - before >= need)
            return;
        var first = candidates.Count;
        var scored = plan.HasText && tier == Tier.Rest;
        var enough = scored ? Math.Max(need, candidates.Count - before + Window) : need;
        Scorer scorer = new(plan);
        if (results.IsBitmap)
        {
            for (var w = 0; w < words; w++)
            {
                for (var word = results.Bits[w]; word != 0; word &= word - 1)
                {
                    Take(((uint)w << 6) | (uint)BitOperations.TrailingZeroCount(word), ref scorer);
                    if (candidates.Count - before >= enough)
                        goto done;
                }
            }
        }
        else
        {
            foreach (var doc in results.AsList)
            {
                Take(doc, ref scorer);
                if (candidates.Count - before >= enough)
                    break;
            }
        }
    done:
        if (!scored)
            return;
        var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(candidates)[first..];
        span[..Math.Min(span.Length, Window)].Sort(Candidate.Compare);
        if (candidates.Count - before > need)
            candidates.RemoveRange(before + need, candidates.Count - before - need);
        for (var i = first; i < candidates.Count; i++)
            scratch.Seen.Add(candidates[i].Doc);

        void Take(uint doc, ref Scorer s)
        {
            if (scratch.Seen.Count > 0 && scratch.Seen.Contains(doc))
                return;
            var candidate = Make(doc, tier, plan.IsEmpty ? MatchKind.None : tier == Tier.Text ? MatchKind.Scope : MatchKind.All);
            if (scored && candidates.Count - first < Window)
                candidate.Score = s.Score(segment, doc, candidate.Importance);
            candidates.Add(candidate);
        }
    }

    private Candidate Make(uint doc, int tier, MatchKind kind) => new()
    {
        Tier = tier,
        Kind = kind,
        Doc = doc,
        Segment = segmentIndex,
        Number = segment.Number(doc),
        Importance = segment.Importance[doc],
    };

    /// <summary>Adds the best <paramref name="need"/> by a column. O(results · log need) at worst, O(results) as a rule.</summary>
    /// <param name="results">What to take from.</param>
    /// <param name="need">How many.</param>
    /// <param name="sort">The column and its direction.</param>
    /// <param name="currency">The currency of a sort by capital; amounts in others count as unknown.</param>
    public void BestByColumn(DocSet results, int need, SearchSort sort, byte currency)
    {
        if (need == 0)
            return;
        if (sort == SearchSort.Name)
        {
            BestByName(results, need);
            return;
        }
        var days = (int*)segment.Column(SearchColumn.FoundedDay);
        var capital = (long*)segment.Column(SearchColumn.CapitalFen);
        var bands = segment.Rows + SearchColumns.Of(SearchColumn.CapitalBand).Slot;
        var before = scratch.Candidates.Count;
        // A heap of the best so far, its worst on top. Importance falls with the document number, so a later equal never enters.
        List<(ulong Key, uint Doc)> heap = [];
        if (results.IsBitmap)
        {
            for (var w = 0; w < words; w++)
            {
                for (var word = results.Bits[w]; word != 0; word &= word - 1)
                    Offer(((uint)w << 6) | (uint)BitOperations.TrailingZeroCount(word));
            }
        }
        else
        {
            foreach (var doc in results.AsList)
                Offer(doc);
        }
        heap.Sort();
        foreach (var (key, doc) in heap)
        {
            var candidate = Make(doc, 0, plan.IsEmpty ? MatchKind.None : MatchKind.All);
            candidate.First = key;
            scratch.Candidates.Add(candidate);
        }

        void Offer(uint doc)
        {
            var value = sort is SearchSort.Founded or SearchSort.FoundedDesc ? (ulong)(uint)days[doc] : SearchColumns.BandOf(bands[(long)doc * SearchColumns.RowBytes]).Currency == currency ? (ulong)capital[doc] : 0;
            var key = value == 0 ? ulong.MaxValue : sort is SearchSort.FoundedDesc or SearchSort.CapitalDesc ? ulong.MaxValue - value : value;
            if (heap.Count < need)
            {
                heap.Add((key, doc));
                var i = heap.Count - 1;
                while (i > 0 && heap[(i - 1) / 2].CompareTo(heap[i]) < 0)
                {
                    (heap[i], heap[(i - 1) / 2]) = (heap[(i - 1) / 2], heap[i]);
                    i = (i - 1) / 2;
                }
                return;
            }
            if (key >= heap[0].Key)
                return;
            heap[0] = (key, doc);
            for (var i = 0; ;)
            {
                var child = (2 * i) + 1;
                if (child >= heap.Count)
                    break;
                if (child + 1 < heap.Count && heap[child + 1].CompareTo(heap[child]) > 0)
                    child++;
                if (heap[child].CompareTo(heap[i]) <= 0)
                    break;
                (heap[i], heap[child]) = (heap[child], heap[i]);
                i = child;
            }
        }
    }

    /// <summary>Goes through the table of pinyin, which is in order of names, and takes what is among the results.</summary>
    private void BestByName(DocSet results, int need)
    {
        var bits = new ReadOnlySpan<ulong>(ToOwnBitmap(results).Bits, words);
        var table = segment.Table(KeyTable.Pinyin);
        var found = 0;
        var before = scratch.Candidates.Count;
        ulong last = 0;
        for (var i = 0; i < table.Count; i++)
        {
            // All entries of the last first key are taken, so that the order within it can be made total.
            if (found >= need && table.Keys[i] != last)
                break;
            var doc = table.Docs[i];
            if (!BitSet.Has(bits, doc))
                continue;
            last = table.Keys[i];
            var candidate = Make(doc, 0, plan.IsEmpty ? MatchKind.None : MatchKind.All);
            candidate.First = last;
            candidate.Second = segment.SecondKey(KeyTable.Pinyin, doc);
            scratch.Candidates.Add(candidate);
            found++;
        }
        if (found > need)
        {
            var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(scratch.Candidates)[before..];
            span.Sort(Candidate.Compare);
            scratch.Candidates.RemoveRange(before + need, found - need);
        }
    }
}
