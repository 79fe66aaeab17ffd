using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Qijian.Engine.Search;

/// <summary>Sets of documents as 64-bit words. All operations O(words), vectorised where the machine can.</summary>
internal static class BitSet
{
    public static int Words(int count) => (count + 63) >> 6;

    public static bool Has(ReadOnlySpan<ulong> bits, uint doc) => (bits[(int)(doc >> 6)] >> (int)(doc & 63) & 1) != 0;

    public static void Set(Span<ulong> bits, uint doc) => bits[(int)(doc >> 6)] |= 1UL << (int)(doc & 63);

    public static void And(Span<ulong> target, ReadOnlySpan<ulong> other)
    {
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref var t = ref MemoryMarshal.GetReference(target);
            ref var o = ref MemoryMarshal.GetReference(other);
            for (; i <= target.Length - 4; i += 4)
                (Vector256.LoadUnsafe(ref t, (nuint)i) & Vector256.LoadUnsafe(ref o, (nuint)i)).StoreUnsafe(ref t, (nuint)i);
        }
        for (; i < target.Length; i++)
            target[i] &= other[i];
    }

    public static void AndNot(Span<ulong> target, ReadOnlySpan<ulong> other)
    {
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref var t = ref MemoryMarshal.GetReference(target);
            ref var o = ref MemoryMarshal.GetReference(other);
            for (; i <= target.Length - 4; i += 4)
                Vector256.AndNot(Vector256.LoadUnsafe(ref t, (nuint)i), Vector256.LoadUnsafe(ref o, (nuint)i)).StoreUnsafe(ref t, (nuint)i);
        }
        for (; i < target.Length; i++)
            target[i] &= ~other[i];
    }

    public static void Or(Span<ulong> target, ReadOnlySpan<ulong> other)
    {
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref var t = ref MemoryMarshal.GetReference(target);
            ref var o = ref MemoryMarshal.GetReference(other);
            for (; i <= target.Length - 4; i += 4)
                (Vector256.LoadUnsafe(ref t, (nuint)i) | Vector256.LoadUnsafe(ref o, (nuint)i)).StoreUnsafe(ref t, (nuint)i);
        }
        for (; i < target.Length; i++)
            target[i] |= other[i];
    }

    /// <summary>Carries on which documents miss none, at most one and at most two of the terms seen so far. One pass, vectorised.</summary>
    public static unsafe void CountMisses(ulong* none, ulong* one, ulong* two, ulong* term, int words)
    {
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= words - 4; i += 4)
            {
                Vector256<ulong> has = Vector256.Load(term + i), n = Vector256.Load(none + i), o = Vector256.Load(one + i);
                (o | (Vector256.Load(two + i) & has)).Store(two + i);
                (n | (o & has)).Store(one + i);
                (n & has).Store(none + i);
            }
        }
        for (; i < words; i++)
        {
            two[i] = one[i] | (two[i] & term[i]);
            one[i] = none[i] | (one[i] & term[i]);
            none[i] &= term[i];
        }
    }

    public static void Not(Span<ulong> target)
    {
        for (var i = 0; i < target.Length; i++)
            target[i] = ~target[i];
    }

    public static unsafe int Count(ReadOnlySpan<ulong> bits)
    {
        fixed (ulong* all = bits)
            return CountAnd(all, all, bits.Length);
    }

    /// <summary>How many bits both have. Counts the bits of a nibble by a table of sixteen, 32 or 64 bytes at a time (Muła, Kurz and Lemire, "Faster population counts using AVX2 instructions", 2018).</summary>
    public static unsafe int CountAnd(ulong* a, ulong* b, int words)
    {
        var i = 0;
        long n = 0;
        if (Avx512BW.IsSupported)
        {
            var table = Vector512.Create(Nibbles, Nibbles);
            var low = Vector512.Create((byte)15);
            var sum = Vector512<ulong>.Zero;
            for (; i <= words - 8; i += 8)
            {
                var both = (Vector512.Load(a + i) & Vector512.Load(b + i)).AsByte();
                var counts = Avx512BW.Shuffle(table, both & low) + Avx512BW.Shuffle(table, (both.AsUInt16() >> 4).AsByte() & low);
                sum += Avx512BW.SumAbsoluteDifferences(counts, Vector512<byte>.Zero).AsUInt64();
            }
            n += (long)Vector512.Sum(sum);
        }
        else if (Avx2.IsSupported)
        {
            const int Most = 31 * 4; // A byte counts to 255: eight for each vector.
            var (table, low, sum) = (Nibbles, Vector256.Create((byte)15), Vector256<ulong>.Zero);
            while (i <= words - 4)
            {
                var counts = Vector256<byte>.Zero;
                for (var end = Math.Min(words - 4, i + Most - 4); i <= end; i += 4)
                    counts += CountBytes(Vector256.Load(a + i) & Vector256.Load(b + i), table, low);
                sum += Avx2.SumAbsoluteDifferences(counts, Vector256<byte>.Zero).AsUInt64();
            }
            n += (long)Vector256.Sum(sum);
        }
        for (; i < words; i++)
            n += BitOperations.PopCount(a[i] & b[i]);
        return (int)n;
    }

    /// <summary>Parts a set into what a mask has and what it has not; returns how many it has. One pass.</summary>
    public static unsafe int Split(ulong* set, ulong* mask, ulong* has, ulong* hasNot, int words)
    {
        var i = 0;
        var n = 0;
        if (Avx2.IsSupported)
        {
            var (table, low, sum) = (Nibbles, Vector256.Create((byte)15), Vector256<ulong>.Zero);
            for (; i <= words - 4; i += 4)
            {
                Vector256<ulong> all = Vector256.Load(set + i), m = Vector256.Load(mask + i), both = all & m;
                both.Store(has + i);
                Vector256.AndNot(all, m).Store(hasNot + i);
                sum += Avx2.SumAbsoluteDifferences(CountBytes(both, table, low), Vector256<byte>.Zero).AsUInt64();
            }
            n = (int)Vector256.Sum(sum);
        }
        for (; i < words; i++)
        {
            has[i] = set[i] & mask[i];
            hasNot[i] = set[i] & ~mask[i];
            n += BitOperations.PopCount(has[i]);
        }
        return n;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> CountBytes(Vector256<ulong> bits, Vector256<byte> table, Vector256<byte> low) =>
        Avx2.Shuffle(table, bits.AsByte() & low) + Avx2.Shuffle(table, (bits.AsUInt16() >> 4).AsByte() & low);

    private static Vector256<byte> Nibbles => Vector256.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
}

/// <summary>Some words of a bitmap.</summary>
internal readonly unsafe struct BitPart(ulong* bits, int from, int size)
{
    public ulong* Bits => bits;

    /// <summary>Words before it.</summary>
    public int From => from;

    public int Size => size;

    public Span<ulong> Span => new(bits, size);

    public int Count() => BitSet.CountAnd(bits, bits, size);
}
