using System.Runtime.CompilerServices;

namespace Qijian.Engine.Graph;

/// <summary>Which nodes a query has seen, with a value each: open addressing in tiers from 8 KiB, of which the one of 256 KiB stays in the second-level cache.</summary>
/// <remarks>An array of all nodes costs a cache miss a look-up at 10 million nodes, and clearing; this costs a multiplication. A tier is cleared when it comes into use, so that a small query pays for a small one only.</remarks>
internal sealed unsafe class VisitedTable
{
    private const int FirstBits = 10;

    /// <summary>Larger tiers (above 4 MiB) are let go with the query that needed them.</summary>
    private const int KeptBits = 19;

    private readonly ulong[]?[] tiers = new ulong[]?[32];
    private ulong* entries; // node + 1 above, value below; 0 is free
    private int bits;
    private int limit;

    public int Count { get; private set; }

    public void Reset()
    {
        for (var b = KeptBits + 1; b <= bits; b++)
            tiers[b] = null;
        Use(FirstBits);
        Count = 0;
    }

    /// <summary>Adds a node, or tells the value that it has. O(1) expected.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(int node, uint value, out uint existing)
    {
        var mask = (1u << bits) - 1;
        for (var i = ((uint)node * 0x9E37_79B9u) >> (32 - bits); ; i = (i + 1) & mask)
        {
            var entry = entries[i];
            if (entry == 0)
            {
                entries[i] = ((ulong)((uint)node + 1) << 32) | value;
                existing = value;
                if (++Count > limit)
                    Grow();
                return true;
            }
            if ((uint)(entry >> 32) == (uint)node + 1)
            {
                existing = (uint)entry;
                return false;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(int node, out uint value)
    {
        var mask = (1u << bits) - 1;
        for (var i = ((uint)node * 0x9E37_79B9u) >> (32 - bits); ; i = (i + 1) & mask)
        {
            var entry = entries[i];
            value = (uint)entry;
            if ((uint)(entry >> 32) == (uint)node + 1)
                return true;
            if (entry == 0)
                return false;
        }
    }

    private void Grow()
    {
        var old = entries;
        var oldBits = bits;
        Use(bits < 15 ? Math.Min(15, bits + 3) : checked(bits + 2 <= 30 ? bits + 2 : throw new InvalidOperationException("A query has seen 2^29 parties.")));
        var mask = (1u << bits) - 1;
        for (long o = 0; o < 1L << oldBits; o++)
        {
            if (old[o] == 0)
                continue;
            var i = (((uint)(old[o] >> 32) - 1) * 0x9E37_79B9u) >> (32 - bits);
            while (entries[i] != 0)
                i = (i + 1) & mask;
            entries[i] = old[o];
        }
    }

    private void Use(int next)
    {
        bits = next;
        limit = 1 << (bits - 1);
        var tier = tiers[bits] ??= GC.AllocateUninitializedArray<ulong>(1 << bits, pinned: true);
        Array.Clear(tier);
        entries = (ulong*)Unsafe.AsPointer(ref tier[0]);
    }
}

/// <summary>As <see cref="VisitedTable"/>, with no more of each node than which of two sides saw it: half the bytes, so that twice as many nodes stay in the second-level cache.</summary>
internal sealed unsafe class VisitedSet
{
    /// <summary>The bit of the second side; the first has none.</summary>
    public const uint Second = 0x8000_0000;

    private const int FirstBits = 11, KeptBits = 20;

    private readonly uint[]?[] tiers = new uint[]?[32];
    private uint* entries; // node + 1 and the side; 0 is free
    private int bits;
    private int count;
    private int limit;

    public void Reset()
    {
        for (var b = KeptBits + 1; b <= bits; b++)
            tiers[b] = null;
        Use(FirstBits);
        count = 0;
    }

    /// <summary>Adds a node, or tells the side that has seen it. O(1) expected.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(int node, uint side, out uint seenBy)
    {
        var key = (uint)node + 1;
        var mask = (1u << bits) - 1;
        for (var i = ((uint)node * 0x9E37_79B9u) >> (32 - bits); ; i = (i + 1) & mask)
        {
            var entry = entries[i];
            if (entry == 0)
            {
                entries[i] = key | side;
                seenBy = side;
                if (++count > limit)
                    Grow();
                return true;
            }
            if ((entry & ~Second) == key)
            {
                seenBy = entry & Second;
                return false;
            }
        }
    }

    private void Grow()
    {
        var old = entries;
        var oldBits = bits;
        Use(bits < 16 ? Math.Min(16, bits + 3) : checked(bits + 1 <= 30 ? bits + 1 : throw new InvalidOperationException("A query has seen 2^29 parties.")));
        var mask = (1u << bits) - 1;
        for (long o = 0; o < 1L << oldBits; o++)
        {
            if (old[o] == 0)
                continue;
            var i = (((old[o] & ~Second) - 1) * 0x9E37_79B9u) >> (32 - bits);
            while (entries[i] != 0)
                i = (i + 1) & mask;
            entries[i] = old[o];
        }
    }

    private void Use(int next)
    {
        bits = next;
        limit = 1 << (bits - 1);
        var tier = tiers[bits] ??= GC.AllocateUninitializedArray<uint>(1 << bits, pinned: true);
        Array.Clear(tier);
        entries = (uint*)Unsafe.AsPointer(ref tier[0]);
    }
}
