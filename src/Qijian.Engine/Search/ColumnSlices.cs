using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Qijian.Engine.Search;

/// <summary>A column one byte wide, bit by bit: slice i has the documents whose value's place has bit i, the most frequent value in place 0.</summary>
/// <remarks>Counting n values reads log2 n bitmaps where a bitmap of each value would be n of them, and rare values cost no more than others (O'Neil and Quass, "Improved query performance with variant indexes", 1997).</remarks>
internal sealed unsafe class ColumnSlices
{
    /// <summary>Words of a set that are counted at a time: so many of all slices fit the nearest cache.</summary>
    public const int Chunk = 128;

    private readonly uint[] values;
    private readonly ulong[] bits; // pinned, slice after slice
    private readonly int words, slices;

    /// <param name="found">The values of all documents.</param>
    /// <param name="words">Of one bitmap.</param>
    public ColumnSlices(IEnumerable<(uint Stored, Postings Postings, int Count)> found, int words)
    {
        var ordered = found.OrderByDescending(v => v.Count).ToArray();
        values = Array.ConvertAll(ordered, v => v.Stored);
        slices = 32 - BitOperations.LeadingZeroCount((uint)Math.Max(0, values.Length - 1));
        this.words = words;
        bits = GC.AllocateArray<ulong>(slices * words, pinned: true);
        for (var place = 0; place < ordered.Length; place++)
        {
            for (var slice = 0; slice < slices; slice++)
            {
                if ((place >> slice & 1) != 0)
                    ordered[place].Postings.OrInto(bits.AsSpan(slice * words, words));
            }
        }
    }

    /// <summary>Adds how many documents of a set, which has <paramref name="count"/>, have each value. O(values × words / 4) vector steps.</summary>
    public void Count(BitPart set, int count, Span<int> counts)
    {
        var room = stackalloc ulong[2 * slices * Chunk];
        var all = (ulong*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(bits));
        Halve(set.Bits, count, all + set.From, set.Size, slices - 1, 0, room, counts);
    }

    /// <summary>Counts documents in whose place the bits above a slice are those of <paramref name="place"/>.</summary>
    private void Halve(ulong* set, int count, ulong* all, int size, int slice, int place, ulong* room, Span<int> counts)
    {
        if (count == 0)
            return;
        if (slice < 0)
        {
            counts[(int)values[place]] += count;
            return;
        }
        var with = place | (1 << slice);
        var mask = all + ((long)slice * words);
        if (with >= values.Length)
        {
            Halve(set, count, all, size, slice - 1, place, room, counts);
            return;
        }
        ulong* has = room, hasNot = room + Chunk;
        var ones = slice == 0 ? BitSet.CountAnd(set, mask, size) : BitSet.Split(set, mask, has, hasNot, size);
        Halve(has, ones, all, size, slice - 1, with, room + (2 * Chunk), counts);
        Halve(hasNot, count - ones, all, size, slice - 1, place, room + (2 * Chunk), counts);
    }
}
