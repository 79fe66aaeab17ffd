using System.Buffers;
using System.Runtime.InteropServices;

namespace Qijian.Engine.Search;

/// <summary>Gathers (term, document) pairs and spills them as runs sorted by term.</summary>
/// <remarks>
/// Terms of a run get dense numbers from an open-addressing table, so sorting is one counting scatter over the pairs and a sort of the
/// distinct terms only, several times cheaper than sorting the pairs. Documents arrive in rising order.
/// </remarks>
internal sealed class TermAccumulator(int pairsPerRun, Func<Stream> temporary) : IDisposable
{
    private readonly List<Stream> runs = [];
    private ulong[] slots = new ulong[1 << 12];
    private int[] slotIds = new int[1 << 12];
    private ulong[] terms = new ulong[1 << 11];
    private int[] counts = new int[1 << 11];
    private uint[] lastDocs = new uint[1 << 11];
    private int[] pairTerms = new int[1 << 14];
    private uint[] pairDocs = new uint[1 << 14];
    private int[] ends = [], order = [];
    private uint[] sorted = [];
    private int distinct, pairs;

    /// <summary>Adds a pair; a repeated one is dropped. O(1).</summary>
    public void Add(ulong term, uint doc)
    {
        if (term == 0)
            term = 1;
        var mask = slots.Length - 1;
        var at = (int)term & mask; // terms are mixed already
        while (slots[at] != term)
        {
            if (slots[at] == 0)
            {
                at = Insert(term, at);
                break;
            }
            at = (at + 1) & mask;
        }
        var id = slotIds[at];
        if (counts[id] > 0 && lastDocs[id] == doc)
            return;
        lastDocs[id] = doc;
        counts[id]++;
        if (pairs == pairTerms.Length)
        {
            var size = pairs < pairsPerRun ? Math.Min(pairsPerRun + (pairsPerRun / 16), pairs * 2) : pairs * 2;
            Array.Resize(ref pairTerms, size);
            Array.Resize(ref pairDocs, size);
        }
        pairTerms[pairs] = id;
        pairDocs[pairs++] = doc;
    }

    /// <summary>To be called after each document: a document's pairs stay in one run, where repeats are seen.</summary>
    public void EndDocument()
    {
        if (pairs >= pairsPerRun)
            Spill();
    }

    private int Insert(ulong term, int at)
    {
        if (distinct == terms.Length)
        {
            Array.Resize(ref terms, distinct * 2);
            Array.Resize(ref counts, distinct * 2);
            Array.Resize(ref lastDocs, distinct * 2);
            slots = new ulong[distinct * 4];
            slotIds = new int[distinct * 4];
            for (var id = 0; id < distinct; id++)
                Place(terms[id], id);
            terms[distinct] = term;
            return Place(term, distinct++);
        }
        terms[distinct] = term;
        slots[at] = term;
        slotIds[at] = distinct++;
        return at;
    }

    private int Place(ulong term, int id)
    {
        var mask = slots.Length - 1;
        var at = (int)term & mask;
        while (slots[at] != 0)
            at = (at + 1) & mask;
        slots[at] = term;
        slotIds[at] = id;
        return at;
    }

    private void Spill()
    {
        if (pairs == 0)
            return;
        // Kept from run to run: arrays of this size otherwise pile up between collections.
        if (ends.Length < terms.Length)
        {
            ends = new int[terms.Length];
            order = new int[terms.Length];
        }
        if (sorted.Length < pairs)
            sorted = new uint[pairDocs.Length];
        var sum = 0;
        for (var i = 0; i < distinct; i++)
        {
            ends[i] = sum;
            sum += counts[i];
        }
        for (var i = 0; i < pairs; i++)
            sorted[ends[pairTerms[i]]++] = pairDocs[i];
        for (var i = 0; i < distinct; i++)
            order[i] = i;
        Array.Sort(terms, order, 0, distinct);

        var run = temporary();
        using (RunWriter writer = new(run))
        {
            for (var i = 0; i < distinct; i++)
            {
                var id = order[i];
                writer.Fixed(terms[i]);
                writer.Varint((uint)counts[id]);
                uint previous = 0;
                for (var p = ends[id] - counts[id]; p < ends[id]; p++)
                {
                    writer.Varint(sorted[p] - previous);
                    previous = sorted[p];
                }
            }
        }
        runs.Add(run);
        Array.Clear(slots);
        Array.Clear(counts, 0, distinct);
        distinct = pairs = 0;
    }

    /// <summary>Ends adding: spills what is left and lets go of the room for it.</summary>
    public void Seal()
    {
        Spill();
        slots = [];
        slotIds = [];
        terms = [];
        counts = [];
        lastDocs = pairDocs = sorted = [];
        pairTerms = ends = order = [];
    }

    /// <summary>After <see cref="Seal"/>: calls <paramref name="each"/> for every term in rising order with the ranks of its documents, sorted; the span is reused.</summary>
    /// <param name="ranks">Rank of each arrival, 0xFFFFFFFF where it was replaced.</param>
    /// <param name="live">Number of ranks.</param>
    /// <param name="each">Receives a term and its documents.</param>
    public void Merge(uint[] ranks, int live, TermReceiver each)
    {
        PriorityQueue<RunReader, ulong> queue = new();
        foreach (var run in runs)
        {
            RunReader reader = new(run);
            if (reader.TryFixed(out var term))
                queue.Enqueue(reader, term);
        }
        var docs = new uint[1 << 10];
        ulong[]? bits = null;
        while (queue.TryPeek(out _, out var term))
        {
            var n = 0;
            while (queue.TryPeek(out var reader, out var same) && same == term)
            {
                var count = (int)reader.Varint();
                if (n + count > docs.Length)
                    Array.Resize(ref docs, (int)Math.Min(Math.Max(docs.Length * 2L, n + count), Math.Max(ranks.Length, n + count)));
                uint doc = 0;
                for (var i = 0; i < count; i++)
                {
                    doc += reader.Varint();
                    var rank = ranks[doc];
                    docs[n] = rank;
                    if (rank != uint.MaxValue)
                        n++;
                }
                if (reader.TryFixed(out var following))
                    queue.DequeueEnqueue(reader, following);
                else
                    queue.Dequeue();
            }
            if (n == 0)
                continue;
            var list = docs.AsSpan(0, n);
            if (n > live / 256)
                SortByBits(list, bits ??= new ulong[BitSet.Words(live)]);
            else
                list.Sort();
            each(term, list);
        }
    }

    private static void SortByBits(Span<uint> list, ulong[] bits)
    {
        foreach (var doc in list)
            BitSet.Set(bits, doc);
        var n = 0;
        for (var w = 0; w < bits.Length; w++)
        {
            for (var word = bits[w]; word != 0; word &= word - 1)
                list[n++] = ((uint)w << 6) | (uint)System.Numerics.BitOperations.TrailingZeroCount(word);
            bits[w] = 0;
        }
    }

    public void Dispose()
    {
        foreach (var run in runs)
            run.Dispose();
    }
}

/// <summary>Receives one term and its sorted documents.</summary>
internal delegate void TermReceiver(ulong term, ReadOnlySpan<uint> docs);

/// <summary>One entry of a sorted key table while it is built.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct KeyRecord(KeyTable table, ulong first, ulong second, uint doc)
{
    public ulong First = first;
    public ulong Second = second;
    public uint Doc = doc;
    public int Table = (int)table;

    /// <summary>Order by table, both keys, document.</summary>
    public readonly struct Order : IComparer<KeyRecord>
    {
        public int Compare(KeyRecord x, KeyRecord y) => x.CompareTo(y);
    }

    private readonly int CompareTo(in KeyRecord other)
    {
        if (Table != other.Table)
            return Table < other.Table ? -1 : 1;
        if (First != other.First)
            return First < other.First ? -1 : 1;
        if (Second != other.Second)
            return Second < other.Second ? -1 : 1;
        return Doc.CompareTo(other.Doc);
    }
}

/// <summary>External sort of <see cref="KeyRecord"/>s.</summary>
internal sealed class KeyAccumulator(int recordsPerRun, Func<Stream> temporary) : IDisposable
{
    private readonly List<Stream> runs = [];
    private KeyRecord[] records = new KeyRecord[1 << 10];
    private int[] order = [];
    private ulong[] sortKeys = [];
    private int count;

    public void Add(KeyTable table, ulong first, ulong second, uint doc)
    {
        if (count == records.Length)
            Array.Resize(ref records, Math.Min(recordsPerRun, count * 2));
        records[count++] = new KeyRecord(table, first, second, doc);
        if (count == recordsPerRun)
            Spill();
    }

    private void Spill()
    {
        Sort();
        var run = temporary();
        var part = new KeyRecord[4096];
        for (var i = 0; i < count;)
        {
            var n = 0;
            while (n < part.Length && i < count)
                part[n++] = records[order[i++]];
            run.Write(MemoryMarshal.AsBytes(part.AsSpan(0, n)));
        }
        runs.Add(run);
        count = 0;
    }

    /// <summary>Puts the records' places in order.</summary>
    /// <remarks>
    /// Sorts numbers, for which the framework's sort is specialised: with a comparer it calls a delegate with two copies of 24 bytes, a tenth
    /// of a build's time. Records come in rising order of documents, so equal keys are sorted by their places.
    /// </remarks>
    private void Sort()
    {
        if (order.Length < count)
        {
            order = new int[records.Length];
            sortKeys = new ulong[records.Length];
        }
        for (var i = 0; i < count; i++)
        {
            order[i] = i;
            sortKeys[i] = (uint)records[i].Table;
        }
        SortRuns(0, count, 0);
    }

    private void SortRuns(int start, int end, int level)
    {
        if (level == 3)
        {
            Array.Sort(order, start, end - start);
            return;
        }
        Array.Sort(sortKeys, order, start, end - start);
        for (int from = start, to; from < end; from = to)
        {
            for (to = from + 1; to < end && sortKeys[to] == sortKeys[from];)
                to++;
            if (to - from == 1)
                continue;
            for (var i = from; level < 2 && i < to; i++)
                sortKeys[i] = level == 0 ? records[order[i]].First : records[order[i]].Second;
            SortRuns(from, to, level + 1);
        }
    }

    /// <summary>Every record in order. One pass.</summary>
    public IEnumerable<KeyRecord> Merge()
    {
        Sort();
        PriorityQueue<KeyRunReader, KeyRecord> queue = new(default(KeyRecord.Order));
        var memory = new KeyRunReader(null, [.. order.Take(count).Select(i => records[i])], count);
        (records, order, sortKeys) = ([], [], []);
        if (memory.TryNext(out var first))
            queue.Enqueue(memory, first);
        foreach (var run in runs)
        {
            run.Position = 0;
            KeyRunReader reader = new(run, new KeyRecord[4096], 0);
            if (reader.TryNext(out first))
                queue.Enqueue(reader, first);
        }
        while (queue.TryPeek(out var reader, out var record))
        {
            yield return record;
            if (reader.TryNext(out var following))
            {
                queue.DequeueEnqueue(reader, following);
            }
            else
            {
                queue.Dequeue();
            }
        }
    }

    public void Dispose()
    {
        foreach (var run in runs)
            run.Dispose();
    }

    private sealed class KeyRunReader(Stream? source, KeyRecord[] buffer, int size)
    {
        private int at, size = size;

        public bool TryNext(out KeyRecord record)
        {
            if (at == size && !Refill())
            {
                record = default;
                return false;
            }
            record = buffer[at++];
            return true;
        }

        private bool Refill()
        {
            if (source is null)
                return false;
            at = 0;
            size = source.ReadAtLeast(MemoryMarshal.AsBytes(buffer.AsSpan()), buffer.Length * 24, throwOnEndOfStream: false) / 24;
            return size > 0;
        }
    }
}

/// <summary>Buffered variable-length numbers to a stream; leaves the stream open.</summary>
internal sealed class RunWriter(Stream output) : IDisposable
{
    private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
    private int at;

    public void Fixed(ulong value)
    {
        Room();
        MemoryMarshal.Write(buffer.AsSpan(at), value);
        at += 8;
    }

    public void Varint(uint value)
    {
        Room();
        while (value >= 0x80)
        {
            buffer[at++] = (byte)(value | 0x80);
            value >>= 7;
        }
        buffer[at++] = (byte)value;
    }

    private void Room()
    {
        if (at + 16 <= buffer.Length)
            return;
        output.Write(buffer, 0, at);
        at = 0;
    }

    public void Dispose()
    {
        output.Write(buffer, 0, at);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}

/// <summary>Reads what <see cref="RunWriter"/> wrote, from the start.</summary>
internal sealed class RunReader
{
    private readonly Stream source;
    private readonly byte[] buffer = new byte[1 << 16];
    private int at, size;

    public RunReader(Stream source)
    {
        this.source = source;
        source.Position = 0;
    }

    public bool TryFixed(out ulong value)
    {
        if (size - at < 16 && !Refill())
        {
            value = 0;
            return false;
        }
        value = MemoryMarshal.Read<ulong>(buffer.AsSpan(at));
        at += 8;
        return true;
    }

    public uint Varint()
    {
        if (size - at < 16)
            Refill();
        uint b = buffer[at++];
        if (b < 0x80)
            return b;
        var value = b & 0x7F;
        for (var shift = 7; ; shift += 7)
        {
            b = buffer[at++];
            value |= (b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
    }

    private bool Refill()
    {
        buffer.AsSpan(at, size - at).CopyTo(buffer);
        size -= at;
        at = 0;
        int read;
        while (size < buffer.Length && (read = source.Read(buffer, size, buffer.Length - size)) > 0)
            size += read;
        return size > 0;
    }
}
