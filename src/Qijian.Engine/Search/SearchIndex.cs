namespace Qijian.Engine.Search;

/// <summary>What became of opening an index file: an index, or why not.</summary>
public readonly record struct OpenedIndex(SearchIndex? Index, OpenFailure Failure);

/// <summary>
/// The writer's side, one a process: a mapped base and small segments of later changes. Readers take <see cref="Current"/>
/// and are never blocked; a snapshot stays valid for as long as somebody holds it.
/// </summary>
public sealed class SearchIndex
{
    private const int MostSegments = 8;
    private readonly Lock writing = new();
    private volatile IndexSnapshot current;

    private SearchIndex(IndexSnapshot first) => current = first;

    /// <summary>The index as of now. O(1), no lock.</summary>
    public IndexSnapshot Current => current;

    /// <summary>The change sequence of the database that the index covers.</summary>
    public long Sequence => current.Sequence;

    /// <summary>Maps and checks a saved index. O(bytes) for its checksum.</summary>
    public static OpenedIndex Open(string path)
    {
        if (!File.Exists(path)) return new(null, OpenFailure.Missing);
        try
        {
            if (new FileInfo(path).Length == 0) return new(null, OpenFailure.Truncated);
            var failure = Segment.Open(IndexMemory.Map(path), out var segment);
            return segment is null ? new(null, failure) : new(new(new([new(segment, null, null)], segment.Sequence)), OpenFailure.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(null, OpenFailure.Unreadable);
        }
    }

    /// <summary>Makes documents visible in place of those of the same number, and others invisible. O(characters), plus copies of tombstones.</summary>
    public void Apply(IReadOnlyList<SearchDocument> changed, IReadOnlyCollection<int> removed, long sequence)
    {
        lock (writing)
        {
            var numbers = changed.Select(d => d.Number).Concat(removed).ToHashSet();
            List<Part> parts = [.. current.Parts.Select(p => p.Without(numbers))];
            if (changed.Count > 0) parts.Add(new(Segment.Build(changed, sequence), changed, null));
            Merge(parts, sequence);
            current = new(parts, sequence);
        }
    }

    // Segments of like size are built into one, so that a document is rebuilt a logarithmic number of times.
    private static void Merge(List<Part> parts, long sequence)
    {
        while (parts.Count > MostSegments + 1 || (parts.Count > 2 && parts[^2].Segment.Count < parts[^1].Segment.Count * 2 && parts[^2].Documents is not null))
        {
            var (left, right) = (parts[^2], parts[^1]);
            if (left.Documents is null || right.Documents is null) return;
            List<SearchDocument> documents = [.. left.Living(), .. right.Living()];
            parts.RemoveRange(parts.Count - 2, 2);
            if (documents.Count > 0) parts.Add(new(Segment.Build(documents, sequence), documents, null));
        }
    }
}

/// <summary>One segment with the documents of it that were replaced or removed since.</summary>
/// <param name="Documents">What a small segment was built from, to merge it; null for the base.</param>
/// <param name="Dead">Tombstones by document; null for none.</param>
internal sealed record Part(Segment Segment, IReadOnlyList<SearchDocument>? Documents, ulong[]? Dead)
{
    public int Alive => Segment.Count - (Dead is null ? 0 : BitSet.Count(Dead));

    public Part Without(HashSet<int> numbers)
    {
        ulong[]? dead = null;
        foreach (var number in numbers)
        {
            if (!Segment.TryDocument(number, out var doc)) continue;
            dead ??= Dead is null ? new ulong[Segment.Words] : [.. Dead];
            BitSet.Set(dead, doc);
        }

        return dead is null ? this : this with { Dead = dead };
    }

    public IEnumerable<SearchDocument> Living() =>
        Documents!.Where(d => !(Dead is not null && Segment.TryDocument(d.Number, out var doc) && BitSet.Has(Dead, doc)));
}
