using System.Diagnostics;

namespace Qijian.Engine.Search;

/// <summary>What came of opening a saved index.</summary>
/// <param name="Index">The index; null where <paramref name="Failure"/> says why not.</param>
/// <param name="Failure">Why it was not opened.</param>
public sealed record OpenResult(SearchIndex? Index, OpenFailure Failure);

/// <summary>The index of one process: a saved base, small segments of later changes, tombstones.</summary>
/// <remarks>Readers take <see cref="Current"/> and no lock. Writers may call from any thread; they wait for one another.</remarks>
public sealed class SearchIndex : IDisposable
{
    /// <summary>Merges up to so many documents happen within <see cref="Apply"/>, larger ones beside it.</summary>
    private const int MergeAtOnce = 1000;

    /// <summary>A segment is merged into the one before it unless that is more than so many times larger.</summary>
    private const int Ratio = 4;

    /// <summary>Above so many documents merging again and again would cost more than searching several segments: <see cref="Tier"/> of a size become one.</summary>
    private const int Small = 4000;

    private const int Tier = 8;

    private readonly Lock writing = new();
    private volatile IndexSnapshot current;
    private Task merging = Task.CompletedTask;
    private bool disposed;

    private SearchIndex(IndexSnapshot snapshot) => current = snapshot;

    /// <summary>An index of nothing.</summary>
    public static SearchIndex Empty() => new(new IndexSnapshot([], 0, null));

    /// <summary>Maps a saved index and checks all of it. O(bytes), some 10 GB a second where the file is in memory. Never throws for what is in the file.</summary>
    public static OpenResult Open(string path)
    {
        var failure = TryOpen(path, out var state);
        return state is null ? new OpenResult(null, failure) : new OpenResult(new SearchIndex(new IndexSnapshot([state], state.Segment.Sequence, state.Segment.BuiltAt)), OpenFailure.None);
    }

    private static OpenFailure TryOpen(string path, out SegmentState? state)
    {
        state = null;
        try
        {
            if (!File.Exists(path))
                return OpenFailure.Missing;
            if (new FileInfo(path).Length == 0)
                return OpenFailure.Truncated;
            var failure = Segment.Open(IndexMemory.Map(path), out var segment);
            if (segment is not null)
                state = new SegmentState(segment, [], [], segment.Sequence, IsBase: true);
            return failure;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return OpenFailure.Unreadable;
        }
    }

    /// <summary>What is searched now. It stays valid for whoever holds it.</summary>
    public IndexSnapshot Current => current;

    /// <summary>The last change of the database that searches see.</summary>
    public long Sequence => current.Sequence;

    /// <summary>Makes changes visible to every search that begins after the return. O(characters of the changes), plus a copy of the tombstones of the segments that they touch.</summary>
    /// <param name="changed">New or changed companies.</param>
    /// <param name="removedNumbers">Companies to find no more.</param>
    /// <param name="sequence">The last change that is covered now; the index never goes back.</param>
    /// <param name="whole">Whether that change is complete with this; if not, its further parts follow and <see cref="Sequence"/> stays.</param>
    public void Apply(IReadOnlyList<SearchDocument> changed, IReadOnlyList<int> removedNumbers, long sequence, bool whole = true)
    {
        ArgumentNullException.ThrowIfNull(changed);
        ArgumentNullException.ThrowIfNull(removedNumbers);
        lock (writing)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            Dictionary<int, SearchDocument> documents = new(changed.Count);
            foreach (var document in changed)
                documents[document.Number] = document;
            foreach (var number in removedNumbers)
                documents.Remove(number);
            HashSet<int> touched = [.. changed.Select(d => d.Number), .. removedNumbers];
            sequence = Math.Max(sequence, current.Sequence);
            List<SegmentState> states = [.. current.States.Select(s => s.Without(touched))];
            if (touched.Count > 0)
                states.Add(SegmentState.Of(documents.Values, touched, sequence));
            while (MergeTail(states) is { } from && states.Skip(from).Sum(s => s.Documents.Count) <= MergeAtOnce)
            {
                var merged = SegmentState.Merge(states[from..]);
                states.RemoveRange(from, states.Count - from);
                states.Add(merged);
            }
            current = new IndexSnapshot([.. states], whole ? sequence : current.Sequence, current.BuiltAt, whole ? 0 : current.Part + 1);
            MergeBeside();
        }
    }

    /// <summary>Index of the first of the last segments that should become one; null where none.</summary>
    private static int? MergeTail(List<SegmentState> states)
    {
        var from = states.Count - 1;
        if (from < 1)
            return null;
        long size = states[from].Touched.Count, largest = size;
        int? first = null;
        while (from > 0 && !states[from - 1].IsBase && states[from - 1].Touched.Count <= Ratio * largest)
        {
            size += states[--from].Touched.Count;
            largest = Math.Max(largest, states[from].Touched.Count);
            if (size <= Small || states.Count - from >= Tier)
                first = from;
        }
        return first;
    }

    private void MergeBeside()
    {
        if (!merging.IsCompleted || MergeTail([.. current.States]) is not { } from)
            return;
        var sources = current.States[from..];
        // Not in the pool, whose few threads answer searches.
        merging = Task.Factory.StartNew(() =>
        {
            var merged = SegmentState.Merge(sources);
            lock (writing)
            {
                var states = current.States.ToList();
                var at = states.FindIndex(s => s.Segment == sources[0].Segment);
                if (at >= 0 && states.Skip(at).Take(sources.Length).Select(s => s.Segment).SequenceEqual(sources.Select(s => s.Segment)))
                {
                    // What came meanwhile buried documents of the sources: bury them again.
                    HashSet<int> later = [.. states.Skip(at + sources.Length).SelectMany(s => s.Touched)];
                    states.RemoveRange(at, sources.Length);
                    states.Insert(at, merged.Without(later));
                    current = new IndexSnapshot([.. states], current.Sequence, current.BuiltAt, current.Part);
                }
                merging = Task.CompletedTask;
                if (!disposed)
                    MergeBeside();
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Completes when no merge is going on; for tests and orderly shutdown.</summary>
    internal async Task SettledAsync()
    {
        Task task;
        while (true)
        {
            lock (writing)
                task = merging;
            if (task.IsCompleted)
                break;
            await task;
        }
    }

    /// <summary>Swaps in a newer base. Segments whose changes it covers are dropped, later ones stay on top. Where it does not open nothing changes.</summary>
    public OpenFailure Replace(string path)
    {
        var failure = TryOpen(path, out var newer);
        if (newer is null)
            return failure;
        lock (writing)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            var covered = newer.Segment.Sequence;
            // Changes that the present base covers and an older one does not would be lost.
            if (Array.Exists(current.States, s => s.IsBase && s.Sequence > covered))
                return OpenFailure.Older;
            var kept = current.States.Where(s => !s.IsBase && s.Sequence > covered).ToArray();
            HashSet<int> touched = [.. kept.SelectMany(s => s.Touched)];
            // Not that of the last segment, which may be a part of a change.
            current = new IndexSnapshot([newer.Without(touched), .. kept], Math.Max(covered, current.Sequence), newer.Segment.BuiltAt, covered > current.Sequence ? 0 : current.Part);
        }
        return OpenFailure.None;
    }

    /// <summary>Lets go of the segments. Snapshots that are still held go on working.</summary>
    public void Dispose()
    {
        lock (writing)
        {
            disposed = true;
            current = new IndexSnapshot([], current.Sequence, null);
        }
    }
}

/// <summary>A segment, what of it is no longer true, and what it is made of.</summary>
/// <param name="Segment">The immutable part.</param>
/// <param name="Dead">Bitmap of documents replaced or removed later; empty where none.</param>
/// <param name="Touched">Numbers whose earlier documents this segment buries.</param>
/// <param name="Sequence">The last change in it.</param>
/// <param name="IsBase">Whether it is the mapped file.</param>
internal sealed record SegmentState(Segment Segment, ulong[] Dead, IReadOnlyCollection<int> Touched, long Sequence, bool IsBase)
{
    /// <summary>What a small segment was built from, for merging.</summary>
    public IReadOnlyCollection<SearchDocument> Documents { get; private init; } = [];

    public int DeadCount { get; private init; }

    public static SegmentState Of(IReadOnlyCollection<SearchDocument> documents, IReadOnlyCollection<int> touched, long sequence) =>
        new(Segment.Build(documents, sequence), [], touched, sequence, IsBase: false) { Documents = documents };

    /// <summary>One segment of neighbours in time; documents that are dead are left out.</summary>
    public static SegmentState Merge(IReadOnlyList<SegmentState> states)
    {
        List<SearchDocument> documents = [];
        HashSet<int> touched = [];
        foreach (var state in states)
        {
            touched.UnionWith(state.Touched);
            foreach (var document in state.Documents)
            {
                if (state.Dead.Length == 0 || !state.Segment.TryDocument(document.Number, out var doc) || !BitSet.Has(state.Dead, doc))
                    documents.Add(document);
            }
        }
        return Of(documents, touched, states[^1].Sequence);
    }

    public SegmentState Without(IReadOnlyCollection<int> numbers)
    {
        ulong[]? dead = null;
        var count = DeadCount;
        foreach (var number in numbers)
        {
            if (!Segment.TryDocument(number, out var doc) || BitSet.Has(dead ?? (Dead.Length == 0 ? new ulong[Segment.Words] : Dead), doc))
                continue;
            dead ??= Dead.Length == 0 ? new ulong[Segment.Words] : [.. Dead];
            BitSet.Set(dead, doc);
            count++;
        }
        return dead is null ? this : this with { Dead = dead, DeadCount = count };
    }
}

/// <summary>What can be searched at one moment: immutable, safe for any number of readers.</summary>
public sealed class IndexSnapshot
{
    private readonly SegmentState[] states;

    internal IndexSnapshot(SegmentState[] states, long sequence, DateTimeOffset? builtAt, int part = 0)
    {
        this.states = states;
        Sequence = sequence;
        BuiltAt = builtAt;
        Part = part;
        Count = states.Sum(s => s.Segment.Count - s.DeadCount);
    }

    /// <summary>Companies that can be found.</summary>
    public int Count { get; }

    /// <summary>The last change of the database that is covered.</summary>
    public long Sequence { get; }

    /// <summary>Parts of the next change that are covered besides.</summary>
    public int Part { get; }

    /// <summary>Documents that are not in the base, and those of the base that are no longer true: what building it anew would clear away.</summary>
    public int Changed => states.Sum(s => s.IsBase ? s.DeadCount : s.Segment.Count);

    /// <summary>When the base was built; null where there is none.</summary>
    public DateTimeOffset? BuiltAt { get; }

    /// <summary>Bytes of the base and the segments.</summary>
    public long Bytes => states.Sum(s => s.Segment.Bytes);

    /// <summary>Segments searched, the base included.</summary>
    public int Segments => states.Length;

    internal SegmentState[] States => states;

    /// <summary>Finds companies. Never fails for a text, whatever it is. O(rarest term of the text) where it has one, O(documents / 512) vector steps where it has not, plus O(results) for facets and sorting by a column.</summary>
    public SearchResult Search(SearchQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var started = Stopwatch.GetTimestamp();
        QueryPlan plan = new(query.Text ?? "", query.Alternatives);
        var conditions = ColumnCondition.Of(query);
        ColumnSpec[] facets = query.Facets.Count == 0 ? [] : [.. query.Facets.Distinct().Where(Enum.IsDefined).Select(SearchColumns.Of).Where(c => c.Facet)];
        var found = Find(query, plan, conditions, facets, similar: false);
        // Only where the words themselves find nothing: a name that is there is not hidden among its likes.
        if (query.Similar && plan.MayBeSimilar && !found.Any)
            found = Find(query, plan, conditions, facets, similar: true);

        var scratch = QueryScratch.Current;
        var candidates = scratch.Candidates;
        if (states.Length > 1 || query.Sort != SearchSort.Relevance)
            candidates.Sort(Candidate.Compare);
        List<SearchHit> hits = [];
        for (var i = query.Offset < 0 ? 0 : query.Offset; i < candidates.Count && hits.Count < Math.Clamp(query.Limit, 0, 100); i++)
            hits.Add(MatchText.Explain(states[candidates[i].Segment].Segment, candidates[i], plan));
        var better = candidates.Count > 0 && candidates[0].Tier == Tier.Similar ? MatchText.Corrected(states[candidates[0].Segment].Segment, candidates[0], plan) : null;
        var counts = Facets(facets, scratch);
        GC.KeepAlive(this);
        return new SearchResult(hits, found.Total, found.AtLeast, counts, better, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Leaves the candidates and the counts in the scratch of the thread.</summary>
    private (int Total, bool Any, bool AtLeast) Find(SearchQuery query, QueryPlan plan, List<ColumnCondition> conditions, ColumnSpec[] facets, bool similar)
    {
        // Every hit before a page is put in order: past a bound that is work for nobody.
        var limit = query.Offset >= SearchQuery.MaxOffset ? 0 : Math.Clamp(query.Limit, 0, 100);
        var offset = Math.Max(0, query.Offset);
        var scratch = QueryScratch.Current;
        scratch.Candidates.Clear();
        if (facets.Length > 0)
            Array.Clear(scratch.Counts);
        foreach (var column in facets)
        {
            if (column.Slot < 0)
                Array.Clear(scratch.WideCounts(column.Column));
        }

        var total = 0;
        bool lower = false, any = false;
        for (var s = 0; s < states.Length; s++)
        {
            var state = states[s];
            if (state.Segment.Count == 0)
                continue;
            scratch.Reset();
            SegmentQuery search = new(state.Segment, state.Dead, s, plan, conditions, scratch);
            int found, need = (int)Math.Min((long)offset + limit, int.MaxValue);
            if (plan.IsEmpty && conditions.Count == 0 && state.DeadCount == 0 && query.Sort == SearchSort.Relevance)
            {
                // Browsing everything needs no set: the counts are in the file and the order is that of the documents.
                found = state.Segment.Count;
                CountFile(state.Segment, facets, scratch);
                if (limit > 0 && (offset < found || states.Length > 1))
                    search.First(Math.Min(need, found));
                total += found;
                continue;
            }
            var set = search.Match();
            any |= set.IsBitmap || set.Count > 0;
            if (similar)
                search.AddSimilar(ref set);
            found = search.Narrow(ref set, facets);
            lower |= search.TotalIsLowerBound;
            total += found;
            need = Math.Min(need, found);
            if (need == 0 || limit == 0)
                continue;
            if (query.Sort == SearchSort.Relevance)
                search.Best(set, need);
            else
                search.BestByColumn(set, need, query.Sort, query.Currency);
        }
        return (total, any, lower);
    }

    /// <summary>Type-ahead: the best few, most exact first. O(k log n) for prefixes; falls back to all words where they are thin.</summary>
    public IReadOnlyList<Suggestion> Suggest(string text, int limit, IReadOnlyList<string>? alternatives = null)
    {
        QueryPlan plan = new(text ?? "", alternatives);
        limit = Math.Clamp(limit, 0, 50);
        if (plan.IsEmpty || limit == 0)
            return [];
        var scratch = QueryScratch.Current;
        scratch.Candidates.Clear();
        for (var s = 0; s < states.Length; s++)
        {
            if (states[s].Segment.Count == 0)
                continue;
            scratch.Reset();
            new SegmentQuery(states[s].Segment, states[s].Dead, s, plan, [], scratch).Suggest(limit);
        }
        var candidates = scratch.Candidates;
        if (states.Length > 1)
            candidates.Sort(Candidate.Compare);
        List<Suggestion> all = new(Math.Min(limit, candidates.Count));
        for (var i = 0; i < candidates.Count && i < limit; i++)
            all.Add(MatchText.Suggest(states[candidates[i].Segment].Segment, candidates[i], plan));
        GC.KeepAlive(this);
        return all;
    }

    private static void CountFile(Segment segment, ColumnSpec[] facets, QueryScratch scratch)
    {
        if (facets.Length == 0)
            return;
        foreach (var (column, stored, count) in segment.FilterCounts())
        {
            var spec = SearchColumns.Of(column);
            if (Array.IndexOf(facets, spec) < 0)
                continue;
            if (spec.Slot >= 0)
                scratch.Counts[(spec.Slot * 256) + (int)stored] += count;
            else
                scratch.WideCounts(column)[stored] += count;
        }
    }

    private static List<SearchFacet> Facets(ColumnSpec[] columns, QueryScratch scratch)
    {
        if (columns.Length == 0)
            return [];
        List<SearchFacet> facets = new(columns.Length);
        foreach (var column in columns)
        {
            List<FacetCount> values = [];
            var counts = column.Slot >= 0 ? scratch.Counts.AsSpan(column.Slot * 256, 256) : scratch.WideCounts(column.Column);
            for (var value = 0; value < counts.Length; value++)
            {
                if (counts[value] > 0)
                    values.Add(new FacetCount(column.Show((uint)value), counts[value]));
            }
            values.Sort(static (x, y) => x.Count != y.Count ? y.Count.CompareTo(x.Count) : x.Value.CompareTo(y.Value));
            facets.Add(new SearchFacet(column.Column, values));
        }
        return facets;
    }
}
