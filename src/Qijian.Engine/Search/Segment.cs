using System.IO.Hashing;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Qijian.Engine.Search;

/// <summary>One immutable index, opened: pointers into its memory. Documents are numbered by importance.</summary>
internal sealed unsafe class Segment
{
    private readonly IndexMemory memory;
    private readonly ulong* termKeys, termPayloads;
    private readonly uint* termBuckets, exactBuckets;
    private readonly int termBits, exactBits;
    private readonly byte* postings;
    private readonly byte* store;
    private readonly uint* storeOffsets;
    private readonly int* numbers;
    private readonly uint* numberOrder;
    private readonly KeyTablePointers[] tables = new KeyTablePointers[16];
    private readonly byte*[] columns = new byte*[SearchColumns.All.Length];
    private readonly Dictionary<(int Column, uint Stored), (Postings Postings, int Count)> filters = [];
    private readonly (uint Stored, Postings Postings, int Count)[][] values;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<SearchColumn, (uint Stored, ulong[] Bits)[]> upTo = new();
    private readonly ColumnSlices?[] slices = new ColumnSlices?[SearchColumns.All.Length];

    private Segment(IndexMemory memory, Footer footer, Dictionary<int, SectionEntry> sections)
    {
        this.memory = memory;
        Count = footer.Documents;
        Sequence = footer.Sequence;
        BuiltAt = new DateTimeOffset(footer.BuiltAtTicks, TimeSpan.Zero);
        termKeys = (ulong*)At(SectionId.TermKeys, out var terms);
        termPayloads = (ulong*)At(SectionId.TermPayloads, out _);
        termBuckets = (uint*)At(SectionId.TermBuckets, out _);
        termBits = BucketBits(terms);
        postings = At(SectionId.Postings, out _);
        store = At(SectionId.Store, out _);
        storeOffsets = (uint*)At(SectionId.StoreOffsets, out _);
        numbers = (int*)At(SectionId.Numbers, out _);
        numberOrder = (uint*)At(SectionId.NumberOrder, out _);
        Importance = (uint*)At(SectionId.Importance, out _);
        Rows = At(SectionId.Rows, out _);
        exactBuckets = (uint*)At(SectionId.ExactBuckets, out _);
        for (var t = 0; t < tables.Length; t++)
        {
            if (t is >= PrefixKeys.Count and < (int)KeyTable.Exact)
                continue;
            tables[t].Keys = (ulong*)At(SectionId.TableKeys + t, out var count);
            tables[t].Docs = (uint*)At(SectionId.TableDocs + t, out _);
            tables[t].Count = (int)count;
            if (t != (int)KeyTable.Exact)
                tables[t].Tree = (uint*)At(SectionId.TableTree + t, out _);
        }
        exactBits = BucketBits(tables[(int)KeyTable.Exact].Count);
        foreach (var column in SearchColumns.All.Where(c => c.Slot < 0))
            columns[(int)column.Column] = At(SectionId.Column + (int)column.Column, out _);
        var entries = (FilterEntry*)At(SectionId.FilterEntries, out var entryCount);
        for (var i = 0; i < entryCount; i++)
            filters[(entries[i].Column, entries[i].Stored)] = (new Postings(entries[i].Payload, postings), (int)entries[i].Count);
        values = [.. SearchColumns.All.Select(c => filters.Where(f => f.Key.Column == (int)c.Column).Select(f => (f.Key.Stored, f.Value.Postings, f.Value.Count)).ToArray())];

        byte* At(SectionId id, out long elements)
        {
            if (!sections.TryGetValue((int)id, out var section))
                throw new InvalidDataException($"Section {id} is missing.");
            elements = section.Length / section.ElementBytes;
            return memory.Pointer + section.Offset;
        }
    }

    public int Count { get; }

    public int Words => BitSet.Words(Count);

    public long Sequence { get; }

    public DateTimeOffset BuiltAt { get; }

    public long Bytes => memory.Length;

    /// <summary>Packed one-byte columns, <see cref="SearchColumns.RowBytes"/> a document.</summary>
    public byte* Rows { get; }

    public uint* Importance { get; }

    public byte* Column(SearchColumn column) => columns[(int)column];

    public int Number(uint doc) => numbers[doc];

    public StoredReader Stored(uint doc) => new(store + ((long)storeOffsets[doc] * 4));

    public KeyTablePointers Table(KeyTable table) => tables[(int)table];

    /// <summary>Top bits that choose a bucket of about eight hashes.</summary>
    public static int BucketBits(long count) => count < 16 ? 0 : BitOperations.Log2((ulong)count) - 3;

    /// <summary>Maps or reads an index and checks it. O(bytes) for the content checksum (about 10 GB a second).</summary>
    public static OpenFailure Open(IndexMemory memory, out Segment? segment)
    {
        segment = null;
        if (memory.Length < IndexFormat.HeadBytes + IndexFormat.FooterBytes)
            return OpenFailure.Truncated;
        if (Unsafe.ReadUnaligned<ulong>(memory.Pointer) != IndexFormat.Magic)
            return OpenFailure.NotAnIndex;
        if (Unsafe.ReadUnaligned<int>(memory.Pointer + 8) != IndexFormat.Version)
            return OpenFailure.OtherVersion;
        var footer = Unsafe.ReadUnaligned<Footer>(memory.Pointer + memory.Length - IndexFormat.FooterBytes);
        if (footer.Magic != IndexFormat.Magic || footer.FileBytes != memory.Length)
            return OpenFailure.Truncated;
        if (footer.Version != IndexFormat.Version || footer.RowBytes != SearchColumns.RowBytes)
            return OpenFailure.OtherVersion;
        var tableBytes = footer.Sections * (long)sizeof(SectionEntry);
        if (footer.Sections is < 0 or > 4096 || footer.TableOffset < IndexFormat.HeadBytes || footer.TableOffset + tableBytes + IndexFormat.FooterBytes != memory.Length)
            return OpenFailure.Damaged;
        var table = new ReadOnlySpan<SectionEntry>(memory.Pointer + footer.TableOffset, footer.Sections);
        if (IndexWriter.HashOf(MemoryMarshal.AsBytes(table), footer) != footer.FooterHash)
            return OpenFailure.Damaged;
        XxHash3 hash = new();
        const int Chunk = 1 << 26;
        for (long at = 0; at < footer.TableOffset; at += Chunk)
            hash.Append(new ReadOnlySpan<byte>(memory.Pointer + at, (int)Math.Min(Chunk, footer.TableOffset - at)));
        if (hash.GetCurrentHashAsUInt64() != footer.ContentHash)
            return OpenFailure.Damaged;
        try
        {
            segment = new Segment(memory, footer, table.ToArray().ToDictionary(s => s.Id));
        }
        catch (InvalidDataException)
        {
            return OpenFailure.Damaged;
        }
        memory.KeepAlive();
        return OpenFailure.None;
    }

    /// <summary>Builds a small segment in memory.</summary>
    public static Segment Build(IEnumerable<SearchDocument> documents, long sequence)
    {
        using SearchIndexBuilder builder = new();
        foreach (var document in documents)
            builder.Add(document);
        using MemoryStream bytes = new();
        builder.Write(bytes, sequence, DateTimeOffset.UnixEpoch);
        var failure = Open(IndexMemory.Copy(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)), out var segment);
        return segment ?? throw new InvalidOperationException($"A segment just built does not open: {failure}.");
    }

    /// <summary>Postings of a term. O(1) expected.</summary>
    public bool TryFind(ulong term, out Postings found)
    {
        if (term == 0)
            term = 1;
        var bucket = termBits == 0 ? 0 : term >> (64 - termBits);
        for (var i = termBuckets[bucket]; i < termBuckets[bucket + 1]; i++)
        {
            if (termKeys[i] == term)
            {
                found = new Postings(termPayloads[i], postings);
                return true;
            }
        }
        found = default;
        return false;
    }

    /// <summary>Whether a document has a term. O(log n) blocks.</summary>
    public bool Has(ulong term, uint doc)
    {
        if (!TryFind(term, out var found))
            return false;
        var buffer = stackalloc uint[PostingCodec.Block];
        return new PostingCursor(found, buffer).Contains(doc);
    }

    /// <summary>Documents whose value may hash to the key; verify them. O(1) expected.</summary>
    public ReadOnlySpan<uint> FindExact(ulong key)
    {
        var table = tables[(int)KeyTable.Exact];
        var bucket = exactBits == 0 ? 0 : key >> (64 - exactBits);
        uint from = exactBuckets[bucket], to = exactBuckets[bucket + 1];
        while (from < to && table.Keys[from] < key)
            from++;
        var end = from;
        while (end < to && table.Keys[end] == key)
            end++;
        return new ReadOnlySpan<uint>(table.Docs + from, (int)(end - from));
    }

    /// <summary>Documents of a stored value of a facet column.</summary>
    public bool TryFilter(SearchColumn column, uint stored, out Postings found, out int count)
    {
        var any = filters.TryGetValue(((int)column, stored), out var entry);
        found = entry.Postings;
        count = entry.Count;
        return any;
    }

    /// <summary>Stored values of one facet column.</summary>
    public (uint Stored, Postings Postings, int Count)[] ValuesOf(SearchColumn column) => values[(int)column];

    /// <summary>A facet column one byte wide, bit by bit. Made when first asked for; O(values × documents / 64).</summary>
    public ColumnSlices SlicesOf(SearchColumn column) => slices[(int)column] ??= new ColumnSlices(ValuesOf(column), Words);

    /// <summary>Bitmaps of the documents with a known value of a column up to each value, in order of the values: a range is the difference of two. Made when first asked for; O(values × documents / 64).</summary>
    public (uint Stored, ulong[] Bits)[] UpTo(SearchColumn column) => upTo.GetOrAdd(column, c =>
    {
        List<(uint, ulong[])> all = [];
        ulong[] before = new ulong[Words];
        foreach (var (stored, found, _) in ValuesOf(c).Where(v => v.Stored != 0).OrderBy(v => v.Stored))
        {
            // Pinned: a query reads them by pointer.
            var bits = GC.AllocateUninitializedArray<ulong>(Words, pinned: true);
            before.CopyTo(bits, 0);
            found.OrInto(bits);
            all.Add((stored, bits));
            before = bits;
        }
        return [.. all];
    });

    /// <summary>Stored values of all facet columns with their counts.</summary>
    public IEnumerable<(SearchColumn Column, uint Stored, int Count)> FilterCounts() =>
        filters.Select(f => ((SearchColumn)f.Key.Column, f.Key.Stored, f.Value.Count));

    /// <summary>The document of a company number. O(log n).</summary>
    public bool TryDocument(int number, out uint doc)
    {
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var candidate = numbers[numberOrder[middle]];
            if (candidate == number)
            {
                doc = numberOrder[middle];
                return true;
            }
            if (candidate < number)
                low = middle + 1;
            else
                high = middle - 1;
        }
        doc = 0;
        return false;
    }

    /// <summary>Entries whose text begins with <paramref name="text"/>, exactly for up to two keys' length in tables with one entry a document, else by the first key only (then <paramref name="verify"/>). O(log n), and some pinyin of stored names where the second key is needed.</summary>
    public (int From, int To) Range(KeyTable table, ReadOnlySpan<char> text, out bool verify)
    {
        var pointers = tables[(int)table];
        var n = PrefixKeys.Length(table);
        var (low, high) = PrefixKeys.Range(table, text);
        var from = LowerBound(pointers.Keys, 0, pointers.Count, low);
        var to = high == ulong.MaxValue ? pointers.Count : LowerBound(pointers.Keys, from, pointers.Count, high + 1);
        verify = text.Length > n;
        if (text.Length <= n || from == to || !PrefixKeys.IsSingle(table))
            return (from, to);
        var (low2, high2) = PrefixKeys.Range(table, text[n..]);
        from = LowerBoundSecond(table, pointers.Docs, from, to, low2);
        to = high2 == ulong.MaxValue ? to : LowerBoundSecond(table, pointers.Docs, from, to, high2 + 1);
        verify = text.Length > 2 * n;
        return (from, to);
    }

    private static int LowerBound(ulong* keys, int from, int to, ulong key)
    {
        while (from < to)
        {
            var middle = (int)(((uint)from + (uint)to) >> 1);
            if (keys[middle] < key)
                from = middle + 1;
            else
                to = middle;
        }
        return from;
    }

    private int LowerBoundSecond(KeyTable table, uint* docs, int from, int to, ulong key)
    {
        while (from < to)
        {
            var middle = (int)(((uint)from + (uint)to) >> 1);
            if (SecondKey(table, docs[middle]) < key)
                from = middle + 1;
            else
                to = middle;
        }
        return from;
    }

    /// <summary>The text that a document has in a table with one entry a document.</summary>
    public string TextOf(KeyTable table, uint doc)
    {
        ReadOnlySpan<char> key = NameKeys.KeyOf(Stored(doc).Name.ToString());
        if (table is KeyTable.Brand or KeyTable.BrandPinyin or KeyTable.BrandInitials)
            key = key[PlacePrefix.Length(key)..];
        if (!PrefixKeys.IsLatin(table))
            return key.ToString();
        Span<char> letters = new char[key.Length * Text.Pinyin.MaxSyllable];
        var n = table is KeyTable.Pinyin or KeyTable.BrandPinyin ? NameKeys.Pinyin(key, letters) : NameKeys.Initials(key, letters);
        return letters[..n].ToString();
    }

    /// <summary>The second key that a document has in a table with one entry a document. Allocates nothing for names of ordinary length.</summary>
    public ulong SecondKey(KeyTable table, uint doc)
    {
        var stored = Stored(doc).Name;
        if (stored.Length > 128)
            return PrefixKeys.Of(table, TextOf(table, doc)).Second;
        Span<char> name = stackalloc char[128];
        Span<char> buffer = stackalloc char[128 * Text.Normalizer.MaxExpansion];
        ReadOnlySpan<char> key = buffer[..Text.Normalizer.Key(name[..stored.CopyTo(name)], buffer)];
        if (table is KeyTable.Brand or KeyTable.BrandPinyin or KeyTable.BrandInitials)
            key = key[PlacePrefix.Length(key)..];
        if (!PrefixKeys.IsLatin(table))
            return PrefixKeys.Of(table, key).Second;
        Span<char> letters = stackalloc char[NameKeys.ShortBuffer];
        key = NameKeys.Short(key);
        var n = table is KeyTable.Pinyin or KeyTable.BrandPinyin ? NameKeys.Pinyin(key, letters) : NameKeys.Initials(key, letters);
        return PrefixKeys.Of(table, letters[..n]).Second;
    }
}

/// <summary>One sorted key table.</summary>
[StructLayout(LayoutKind.Auto)]
internal unsafe struct KeyTablePointers
{
    public ulong* Keys;
    public uint* Docs;
    public uint* Tree;
    public int Count;
}

/// <summary>Why an index file was not opened.</summary>
public enum OpenFailure
{
    /// <summary>It was.</summary>
    None,

    /// <summary>There is no such file.</summary>
    Missing,

    /// <summary>It cannot be read.</summary>
    Unreadable,

    /// <summary>It is no index.</summary>
    NotAnIndex,

    /// <summary>Another version wrote it; build anew.</summary>
    OtherVersion,

    /// <summary>Its end is missing.</summary>
    Truncated,

    /// <summary>A checksum is wrong.</summary>
    Damaged,

    /// <summary>It is whole, but older than what is searched.</summary>
    Older,
}
