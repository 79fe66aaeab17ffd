using System.Buffers;
using System.Runtime.InteropServices;

namespace Qijian.Engine.Search;

/// <summary>Builds an index from documents that stream in any order.</summary>
/// <remarks>
/// Memory is fixed (about 100 MB for a large index, in proportion to the documents for a small one) plus some 30 bytes a document; the rest
/// waits in temporary streams: sorted runs of postings and of keys, stored texts and columns. At the end documents are numbered by
/// importance, the runs merged term by term and the file written front to back. Not thread-safe; one use.
/// </remarks>
public sealed class SearchIndexBuilder : IDisposable
{
    /// <summary>Characters of a scope or an address that are found.</summary>
    public const int MaxTextLength = 4000;

    private readonly Func<Stream> temporary;
    private readonly TermAccumulator terms;
    private readonly KeyAccumulator keys;
    private readonly ArrayBufferWriter<byte> buffer = new(1024);
    private readonly byte[] record = new byte[SearchColumns.RecordBytes];
    private readonly Stream store, columns;
    private readonly List<int> numbers = [];
    private readonly List<uint> importances = [];
    private readonly List<ushort> storedWords = [];
    private readonly Dictionary<int, int> longStored = [];
    private byte[] storeBuffer = new byte[1 << 12];
    private int storeAt;
    private bool written;

    /// <param name="temporary">Makes an empty stream that can be written, sought and read, and is disposed with the builder; null to stay in memory.</param>
    public SearchIndexBuilder(Func<Stream>? temporary = null)
    {
        this.temporary = temporary ?? (static () => new MemoryStream());
        terms = new TermAccumulator(2 << 20, this.temporary);
        keys = new KeyAccumulator(1 << 19, this.temporary);
        store = this.temporary();
        columns = this.temporary();
    }

    /// <summary>Temporary files in a folder, deleted when closed.</summary>
    public static SearchIndexBuilder WithTemporaryFolder(string folder) => new(() => new FileStream(
        Path.Combine(folder, $"search-{Guid.CreateVersion7():N}.tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose));

    /// <summary>Documents added, replaced ones included.</summary>
    public int Count => numbers.Count;

    /// <summary>Adds a document. O(characters).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not above zero.</exception>
    public void Add(SearchDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentOutOfRangeException.ThrowIfLessThan(document.Number, 1, nameof(document));
        var doc = (uint)numbers.Count;
        numbers.Add(document.Number);
        importances.Add(document.Importance);

        AddName(document.Name, doc);
        foreach (var name in document.FormerNames)
            AddOtherName(name, doc);
        foreach (var name in document.AlsoKnownAs)
            AddOtherName(name, doc);
        foreach (var person in document.People)
            AddPerson(person, doc);
        AddCode(document.CreditCode, doc);
        if (!string.Equals(document.Id, document.CreditCode, StringComparison.Ordinal))
            AddCode(document.Id, doc);
        AddCode(document.RegistrationNumber, doc);
        AddCode(document.Lei, doc);
        AddCode(document.StockCode, doc);
        AddText(TermField.Scope, document.Scope, doc);
        AddText(TermField.Address, document.Address, doc);
        terms.EndDocument();
        Keep(document, doc);
    }

    private void AddName(string name, uint doc)
    {
        var normalized = Normalized(name);
        Cut(TermField.Name, normalized, doc);
        var key = TextKeys.KeyOfNormalized(normalized);
        if (key.Length > 0)
        {
            AddKey(KeyTable.Name, key, doc);
            keys.Add(KeyTable.Exact, IndexTerms.OfExact(ExactKind.Name, key), 0, doc);
        }
        AddLatin(KeyTable.Pinyin, KeyTable.Initials, key, doc);
        var brand = PlacePrefix.Length(key);
        if (brand == 0)
            return;
        AddKey(KeyTable.Brand, key.AsSpan(brand), doc);
        AddLatin(KeyTable.BrandPinyin, KeyTable.BrandInitials, key.AsSpan(brand), doc);
    }

    // Thousands of names begin with the same 24 letters; who types one in full means that one.
    private void AddLongPinyin(ReadOnlySpan<char> key, uint doc)
    {
        Span<char> letters = key.Length <= 128 ? stackalloc char[128 * Text.Pinyin.MaxSyllable] : new char[key.Length * Text.Pinyin.MaxSyllable];
        keys.Add(KeyTable.Exact, IndexTerms.OfExact(ExactKind.Pinyin, letters[..NameKeys.Pinyin(key, letters)]), 0, doc);
    }

    private void AddLatin(KeyTable full, KeyTable initials, ReadOnlySpan<char> name, uint doc)
    {
        Span<char> letters = stackalloc char[NameKeys.ShortBuffer];
        var key = NameKeys.Short(name);
        var n = NameKeys.Pinyin(key, letters);
        if (n > 0 || full == KeyTable.Pinyin) // also where empty: this table is the order of names
            AddKey(full, letters[..n], doc);
        if (full == KeyTable.Pinyin && n > 2 * PrefixKeys.LatinLength)
            AddLongPinyin(name, doc);
        n = NameKeys.Initials(key, letters);
        if (n > 0)
            AddKey(initials, letters[..n], doc);
    }

    private void AddOtherName(string name, uint doc)
    {
        var normalized = Normalized(name);
        Cut(TermField.OtherName, normalized, doc);
        var key = TextKeys.KeyOfNormalized(normalized);
        if (key.Length == 0)
            return;
        var latin = TextKeys.IsLatin(key);
        AddKey(latin ? KeyTable.OtherLatin : KeyTable.OtherName, key, doc);
        if (!latin)
            AddLatin(KeyTable.OtherPinyin, KeyTable.OtherInitials, key, doc);
        keys.Add(KeyTable.Exact, IndexTerms.OfExact(ExactKind.OtherName, key), 0, doc);
    }

    private void AddPerson(string name, uint doc)
    {
        var normalized = Normalized(name);
        Cut(TermField.Person, normalized, doc);
        var key = TextKeys.KeyOfNormalized(normalized);
        if (key.Length == 0)
            return;
        AddKey(KeyTable.Person, key, doc);
        keys.Add(KeyTable.Exact, IndexTerms.OfExact(ExactKind.Person, key), 0, doc);
    }

    private void AddCode(string? code, uint doc)
    {
        if (string.IsNullOrEmpty(code))
            return;
        var key = TextKeys.KeyOfNormalized(Normalized(code));
        if (key.Length == 0)
            return;
        AddKey(KeyTable.Code, key, doc);
        keys.Add(KeyTable.Exact, IndexTerms.OfExact(ExactKind.Code, key), 0, doc);
        if (key.Length < IndexTerms.CodePiece)
            return;
        foreach (var term in IndexTerms.OfCode(key))
            terms.Add(term, doc);
    }

    private void AddText(TermField field, string? text, uint doc)
    {
        if (!string.IsNullOrEmpty(text))
            Cut(field, TextKeys.Normalize(text.Length > MaxTextLength ? text[..MaxTextLength] : text), doc);
    }

    private static string Normalized(string text) => TextKeys.Normalize(text.Length > NameKeys.MaxLength ? text[..NameKeys.MaxLength] : text);

    private void AddKey(KeyTable table, ReadOnlySpan<char> key, uint doc)
    {
        var (first, second) = PrefixKeys.Of(table, key);
        keys.Add(table, first, second, doc);
    }

    private void Cut(TermField field, string normalized, uint doc)
    {
        Sink sink = new(terms, field, doc);
        IndexTerms.Cut(normalized, ref sink);
    }

    private void Keep(SearchDocument document, uint doc)
    {
        buffer.ResetWrittenCount();
        StoredDocument.Write(document, buffer);
        var words = buffer.WrittenCount / 4;
        if (words >= ushort.MaxValue)
            longStored[(int)doc] = words;
        storedWords.Add((ushort)Math.Min(words, ushort.MaxValue));
        if (storeAt + buffer.WrittenCount > storeBuffer.Length)
        {
            FlushStore();
            if (buffer.WrittenCount > storeBuffer.Length)
                storeBuffer = new byte[buffer.WrittenCount * 2];
        }
        buffer.WrittenSpan.CopyTo(storeBuffer.AsSpan(storeAt));
        storeAt += buffer.WrittenCount;

        foreach (var column in SearchColumns.All)
        {
            var value = column.Read(document);
            MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in value))[..column.Width].CopyTo(record.AsSpan(column.RecordOffset));
        }
        columns.Write(record);
    }

    private void FlushStore()
    {
        store.Write(storeBuffer.AsSpan(0, storeAt));
        storeAt = 0;
    }

    /// <summary>Writes the index to a file, through a temporary one beside it that takes its place when complete.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sequence">The change sequence of the database that the documents cover.</param>
    /// <param name="builtAt">When they were read.</param>
    public void Save(string path, long sequence, DateTimeOffset builtAt)
    {
        var draft = $"{path}.{Guid.CreateVersion7():N}.tmp";
        try
        {
            using (FileStream file = new(draft, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
            {
                Write(file, sequence, builtAt);
                file.Flush(flushToDisk: true);
            }
            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Writes the index front to back; the stream need not seek. O(postings · log runs).</summary>
    public void Write(Stream output, long sequence, DateTimeOffset builtAt)
    {
        if (written)
            throw new InvalidOperationException("A builder writes once.");
        written = true;
        FlushStore();
        terms.Seal();
        Release(numbers.Count);
        var ranks = Rank(out var live);
        IndexWriter writer = new(output);
        writer.Start();
        WriteNumbers(writer, ranks, live);
        Release(live);
        WriteStore(writer, ranks, live);
        WriteColumns(writer, ranks, live);
        Release(live);
        WriteTerms(writer, ranks, live);
        Release(live);
        WriteKeys(writer, ranks);
        writer.Finish(live, sequence, builtAt);
    }

    /// <summary>Collects the large arrays of a phase that is over, which otherwise pile up: the peak at 3 million documents was 371 MB without and is 244 MB with it. Small builds are left alone.</summary>
    private static void Release(int live)
    {
        if (live > 500_000)
            GC.Collect(2, GCCollectionMode.Forced, blocking: true);
    }

    /// <summary>Rank of each arrival by importance falling, then number rising; 0xFFFFFFFF where a later one replaced it.</summary>
    private uint[] Rank(out int live)
    {
        var n = numbers.Count;
        var order = new int[n];
        var sort = new ulong[n];
        for (var i = 0; i < n; i++)
        {
            order[i] = i;
            sort[i] = ((ulong)(uint)numbers[i] << 32) | (uint)i;
        }
        var ranks = new uint[n];
        Array.Sort(sort, order);
        for (var i = 0; i + 1 < n; i++)
        {
            if (numbers[order[i]] == numbers[order[i + 1]])
                ranks[order[i]] = uint.MaxValue;
        }
        for (var i = 0; i < n; i++)
        {
            order[i] = i;
            sort[i] = ((ulong)~importances[i] << 32) | (uint)numbers[i];
        }
        Array.Sort(sort, order);
        live = 0;
        foreach (var i in order)
        {
            if (ranks[i] != uint.MaxValue)
                ranks[i] = (uint)live++;
        }
        return ranks;
    }

    private void WriteNumbers(IndexWriter writer, uint[] ranks, int live)
    {
        var byRank = new int[live];
        for (var i = 0; i < ranks.Length; i++)
        {
            if (ranks[i] != uint.MaxValue)
                byRank[ranks[i]] = numbers[i];
        }
        writer.Section<int>(SectionId.Numbers, byRank);
        var order = new uint[live];
        for (var i = 0; i < live; i++)
            order[i] = (uint)i;
        Array.Sort(byRank, order);
        writer.Section<uint>(SectionId.NumberOrder, order);
        for (var i = 0; i < ranks.Length; i++)
        {
            if (ranks[i] != uint.MaxValue)
                order[ranks[i]] = importances[i];
        }
        writer.Section<uint>(SectionId.Importance, order);
    }

    private void WriteStore(IndexWriter writer, uint[] ranks, int live)
    {
        // Texts stay in order of arrival, those of replaced documents are left out; the offset table is by rank.
        var offsets = new uint[live];
        writer.Begin(SectionId.Store, 1);
        store.Position = 0;
        var bytes = new byte[1 << 16];
        uint offset = 0;
        for (var i = 0; i < ranks.Length; i++)
        {
            var words = storedWords[i] == ushort.MaxValue ? longStored[i] : storedWords[i];
            if (bytes.Length < words * 4)
                bytes = new byte[words * 8];
            store.ReadExactly(bytes.AsSpan(0, words * 4));
            if (ranks[i] == uint.MaxValue)
                continue;
            offsets[ranks[i]] = offset;
            writer.Write(bytes.AsSpan(0, words * 4));
            offset += (uint)words;
        }
        writer.End();
        writer.Section<uint>(SectionId.StoreOffsets, offsets);
    }

    private void WriteColumns(IndexWriter writer, uint[] ranks, int live)
    {
        var rows = new byte[(long)live * SearchColumns.RowBytes];
        EachRecord(ranks, (rank, values) =>
        {
            foreach (var column in SearchColumns.All)
            {
                if (column.Slot >= 0)
                    rows[((long)rank * SearchColumns.RowBytes) + column.Slot] = values[column.RecordOffset];
            }
        });
        writer.Section<byte>(SectionId.Rows, rows);
        foreach (var column in SearchColumns.All.Where(c => c.Slot < 0))
        {
            writer.Section<byte>(SectionId.Column, OneColumn(column, ranks, live), (int)column.Column);
        }
        // Postings of column values go first in the postings' section so that one pointer reaches both.
        writer.Begin(SectionId.Postings, 1);
        List<FilterEntry> entries = [];
        FilterWriter filters = new(new PostingWriter(writer, live), live);
        foreach (var column in SearchColumns.All.Where(c => c.Slot >= 0))
        {
            for (var rank = 0; rank < live; rank++)
                filters.Add(rows[((long)rank * SearchColumns.RowBytes) + column.Slot], (uint)rank);
            filters.Flush(column, entries);
        }
        foreach (var column in SearchColumns.All.Where(c => c is { Slot: < 0, Facet: true, Width: 2 }))
        {
            var values = MemoryMarshal.Cast<byte, ushort>(OneColumn(column, ranks, live));
            for (var rank = 0; rank < live; rank++)
                filters.Add(values[rank], (uint)rank);
            filters.Flush(column, entries);
        }
        filterEntries = [.. entries];
    }

    private byte[] OneColumn(ColumnSpec column, uint[] ranks, int live)
    {
        var all = new byte[(long)live * column.Width];
        EachRecord(ranks, (rank, values) => values.Slice(column.RecordOffset, column.Width).CopyTo(all.AsSpan((int)rank * column.Width)));
        return all;
    }

    private FilterEntry[] filterEntries = [];

    private void EachRecord(uint[] ranks, RecordReceiver each)
    {
        columns.Position = 0;
        var size = SearchColumns.RecordBytes;
        var bytes = new byte[size * 2048];
        for (var i = 0; i < ranks.Length; i += 2048)
        {
            var n = Math.Min(2048, ranks.Length - i);
            columns.ReadExactly(bytes.AsSpan(0, n * size));
            for (var j = 0; j < n; j++)
            {
                if (ranks[i + j] != uint.MaxValue)
                    each(ranks[i + j], bytes.AsSpan(j * size, size));
            }
        }
    }

    private delegate void RecordReceiver(uint rank, ReadOnlySpan<byte> values);

    private void WriteTerms(IndexWriter writer, uint[] ranks, int live)
    {
        // Continues the postings' section.
        using var keyStream = temporary();
        using var payloadStream = temporary();
        using (RunWriter keyWriter = new(keyStream))
        using (RunWriter payloadWriter = new(payloadStream))
        {
            PostingWriter postings = new(writer, live);
            terms.Merge(ranks, live, (term, docs) =>
            {
                keyWriter.Fixed(term);
                payloadWriter.Fixed(postings.Write(docs));
            });
        }
        writer.End();
        writer.Section<FilterEntry>(SectionId.FilterEntries, filterEntries);
        WriteHashes(writer, SectionId.TermKeys, SectionId.TermBuckets, keyStream);
        writer.Begin(SectionId.TermPayloads, 8);
        Copy(payloadStream, writer);
        writer.End();
    }

    private static void Copy(Stream source, IndexWriter writer)
    {
        source.Position = 0;
        var bytes = new byte[1 << 16];
        int n;
        while ((n = source.Read(bytes)) > 0)
            writer.Write(bytes.AsSpan(0, n));
    }

    /// <summary>Sorted hashes and, for every value of their top bits, where it starts.</summary>
    private static void WriteHashes(IndexWriter writer, SectionId keysId, SectionId bucketsId, Stream source)
    {
        var count = source.Length / 8;
        var bits = Segment.BucketBits(count);
        var buckets = new uint[(1 << bits) + 1];
        writer.Begin(keysId, 8);
        source.Position = 0;
        var bytes = new byte[1 << 16];
        int n;
        while ((n = source.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)) > 0)
        {
            writer.Write(bytes.AsSpan(0, n));
            foreach (var key in MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan(0, n)))
                buckets[(bits == 0 ? 0 : key >> (64 - bits)) + 1]++;
        }
        writer.End();
        for (var i = 1; i < buckets.Length; i++)
            buckets[i] += buckets[i - 1];
        writer.Section<uint>(bucketsId, buckets);
    }

    private void WriteKeys(IndexWriter writer, uint[] ranks)
    {
        using var merged = keys.Merge().GetEnumerator();
        var more = merged.MoveNext();
        List<uint> docs = [];
        for (var table = 0; table <= (int)KeyTable.Exact; table++)
        {
            if (table is >= PrefixKeys.Count and < (int)KeyTable.Exact)
                continue;
            docs.Clear();
            using var keyStream = temporary();
            using (RunWriter keyWriter = new(keyStream))
            {
                for (; more && merged.Current.Table == table; more = merged.MoveNext())
                {
                    var rank = ranks[merged.Current.Doc];
                    if (rank == uint.MaxValue)
                        continue;
                    keyWriter.Fixed(merged.Current.First);
                    docs.Add(rank);
                }
            }
            var all = CollectionsMarshal.AsSpan(docs);
            if (table == (int)KeyTable.Exact)
            {
                WriteHashes(writer, SectionId.TableKeys + table, SectionId.ExactBuckets, keyStream);
            }
            else
            {
                writer.Begin(SectionId.TableKeys, 8, table);
                Copy(keyStream, writer);
                writer.End();
                writer.Begin(SectionId.TableTree, 4, table);
                foreach (var level in MinTree.Build(all))
                    writer.Write<uint>(level);
                writer.End();
            }
            writer.Section<uint>(SectionId.TableDocs, all, table);
        }
    }

    /// <summary>Closes the temporary streams.</summary>
    public void Dispose()
    {
        terms.Dispose();
        keys.Dispose();
        store.Dispose();
        columns.Dispose();
    }

    private readonly ref struct Sink(TermAccumulator terms, TermField field, uint doc) : ITermSink
    {
        public void Han(int rune, int previous)
        {
            if (!IndexTerms.HasPairsOnly(field))
                terms.Add(IndexTerms.OfHan(field, rune), doc);
            if (previous != 0)
                terms.Add(IndexTerms.OfPair(field, previous, rune), doc);
        }

        public void Word(ReadOnlySpan<char> word) => terms.Add(IndexTerms.OfWord(field, word), doc);

        public void Numbered(ReadOnlySpan<char> numberAndHan)
        {
            if (field == TermField.Address)
                terms.Add(IndexTerms.OfWord(field, numberAndHan), doc);
        }
    }

    /// <summary>Writes posting lists to the open section.</summary>
    private sealed class PostingWriter(IndexWriter writer, int live)
    {
        private readonly ArrayBufferWriter<byte> buffer = new(1 << 16);
        private ulong[]? bits;

        public ulong Write(ReadOnlySpan<uint> docs)
        {
            if (docs.Length == 1)
                return PostingCodec.PayloadOf(docs[0]);
            if (docs.Length == 2)
                return PostingCodec.PayloadOf(docs[0], docs[1]);
            buffer.ResetWrittenCount();
            if (IsBitmap(docs.Length, live))
            {
                bits ??= new ulong[BitSet.Words(live)];
                Array.Clear(bits);
                foreach (var doc in docs)
                    BitSet.Set(bits, doc);
                return WriteBits(bits);
            }
            PostingCodec.Encode(docs, buffer);
            var at = writer.SectionPosition;
            writer.Write(buffer.WrittenSpan);
            return PostingCodec.PayloadOfList(at, docs.Length);
        }

        public ulong WriteBits(ulong[] words)
        {
            // The words, not the count before them, are aligned.
            writer.Pad(IndexFormat.Alignment);
            Span<byte> head = stackalloc byte[IndexFormat.Alignment];
            head.Clear();
            MemoryMarshal.Write(head[(IndexFormat.Alignment - 8)..], (long)BitSet.Count(words));
            writer.Write(head);
            var offset = writer.SectionPosition - 8;
            writer.Write<ulong>(words);
            return PostingCodec.PayloadOfBitmap(offset);
        }
    }

    /// <summary>Small indexes keep lists: a bitmap pays only where it saves decoding a block.</summary>
    private static bool IsBitmap(int count, int live) => count > PostingCodec.Block && count > live / PostingCodec.Density;

    /// <summary>Gathers the documents of each value of one column.</summary>
    private sealed class FilterWriter(PostingWriter postings, int live)
    {
        private readonly SortedDictionary<uint, List<uint>> lists = [];
        private readonly Dictionary<uint, ulong[]> bitmaps = [];

        public void Add(uint value, uint rank)
        {
            if (bitmaps.TryGetValue(value, out var bits))
            {
                BitSet.Set(bits, rank);
                return;
            }
            if (!lists.TryGetValue(value, out var list))
                lists[value] = list = [];
            list.Add(rank);
            if (!IsBitmap(list.Count, live))
                return;
            bitmaps[value] = bits = new ulong[BitSet.Words(live)];
            foreach (var doc in list)
                BitSet.Set(bits, doc);
            lists[value] = [];
        }

        public void Flush(ColumnSpec column, List<FilterEntry> entries)
        {
            foreach (var (value, list) in lists)
            {
                var dense = bitmaps.TryGetValue(value, out var bits);
                entries.Add(new FilterEntry
                {
                    Column = (int)column.Column,
                    Stored = value,
                    Count = dense ? BitSet.Count(bits) : list.Count,
                    Payload = dense ? postings.WriteBits(bits!) : postings.Write(CollectionsMarshal.AsSpan(list)),
                });
            }
            lists.Clear();
            bitmaps.Clear();
        }
    }
}
