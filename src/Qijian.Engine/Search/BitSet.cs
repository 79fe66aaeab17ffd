using System.Numerics;
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
            var low = Vector256.Create((byte)15);
            var sum = Vector256<ulong>.Zero;
            for (; i <= words - 4; i += 4)
            {
                var both = (Vector256.Load(a + i) & Vector256.Load(b + i)).AsByte();
                var counts = Avx2.Shuffle(Nibbles, both & low) + Avx2.Shuffle(Nibbles, (both.AsUInt16() >> 4).AsByte() & low);
                sum += Avx2.SumAbsoluteDifferences(counts, Vector256<byte>.Zero).AsUInt64();
            }
            n += (long)Vector256.Sum(sum);
        }
        for (; i < words; i++)
            n += BitOperations.PopCount(a[i] & b[i]);
        return (int)n;
    }

    private static Vector256<byte> Nibbles => Vector256.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
}
