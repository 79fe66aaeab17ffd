using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Qijian.Engine.Search;

/// <summary>How the postings of a term are kept; the top two bits of its payload.</summary>
internal enum PostingKind
{
    /// <summary>The document is in the payload.</summary>
    One = 0,

    /// <summary>Both documents are in the payload, 31 bits each.</summary>
    Two = 1,

    /// <summary>Sorted list: 22 bits count, 40 bits offset.</summary>
    List = 2,

    /// <summary>Bitmap: 62 bits offset of a count (8 bytes) followed by the words.</summary>
    Bitmap = 3,
}

/// <summary>Sorted document lists as bytes.</summary>
/// <remarks>
/// Up to 127 documents: deltas as LEB128. From 128 on: for every 128 documents one skip entry (last document, offset and width), then
/// blocks of 128 deltas packed to one width, four lanes side by side (SIMD-BP128: Lemire and Boytsov, "Decoding billions of integers per
/// second through vectorization", 2015), then the rest as LEB128. A term in more than one document of <see cref="Density"/> is a bitmap.
/// </remarks>
internal static unsafe class PostingCodec
{
    public const int Block = 128;

    /// <summary>More than one document in so many makes a bitmap.</summary>
    public const int Density = 48;

    private const ulong Mask31 = 0x7FFFFFFF;

    public static ulong PayloadOf(uint one) => one;

    public static ulong PayloadOf(uint first, uint second) => (1UL << 62) | ((ulong)first << 31) | second;

    public static ulong PayloadOfList(long offset, int count) => (2UL << 62) | ((ulong)count << 40) | (ulong)offset;

    public static ulong PayloadOfBitmap(long offset) => (3UL << 62) | (ulong)offset;

    /// <summary>Appends the list. O(n).</summary>
    public static void Encode(ReadOnlySpan<uint> docs, ArrayBufferWriter<byte> output)
    {
        var blocks = docs.Length / Block;
        uint previous = 0;
        if (blocks > 0)
        {
            Span<int> widths = blocks <= 512 ? stackalloc int[blocks] : new int[blocks];
            var skip = output.GetSpan(blocks * 8);
            var offset = 0u;
            for (var b = 0; b < blocks; b++)
            {
                var block = docs.Slice(b * Block, Block);
                uint all = 0, p = previous;
                foreach (var d in block)
                {
                    all |= d - p;
                    p = d;
                }
                widths[b] = 32 - BitOperations.LeadingZeroCount(all);
                MemoryMarshal.Write(skip[(b * 8)..], p);
                MemoryMarshal.Write(skip[((b * 8) + 4)..], (offset << 6) | (uint)widths[b]);
                offset += (uint)widths[b];
                previous = p;
            }
            output.Advance(blocks * 8);
            previous = 0;
            for (var b = 0; b < blocks; b++)
            {
                var bytes = output.GetSpan(widths[b] * 16)[..(widths[b] * 16)];
                Pack(docs.Slice(b * Block, Block), previous, widths[b], bytes);
                output.Advance(bytes.Length);
                previous = docs[(b * Block) + Block - 1];
            }
        }
        foreach (var d in docs[(blocks * Block)..])
        {
            var span = output.GetSpan(5);
            var n = 0;
            for (var delta = d - previous; ; delta >>= 7)
            {
                if (delta < 0x80)
                {
                    span[n++] = (byte)delta;
                    break;
                }
                span[n++] = (byte)(delta | 0x80);
            }
            output.Advance(n);
            previous = d;
        }
    }

    private static void Pack(ReadOnlySpan<uint> docs, uint previous, int width, Span<byte> bytes)
    {
        bytes.Clear();
        var words = MemoryMarshal.Cast<byte, uint>(bytes);
        for (var i = 0; i < Block; i++)
        {
            var delta = docs[i] - previous;
            previous = docs[i];
            int lane = i & 3, bit = (i >> 2) * width, word = bit >> 5, shift = bit & 31;
            words[(word * 4) + lane] |= delta << shift;
            if (shift + width > 32)
                words[((word + 1) * 4) + lane] |= delta >> (32 - shift);
        }
    }

    /// <summary>Decodes a whole list of <paramref name="count"/> documents; returns the byte after it.</summary>
    public static byte* Decode(byte* source, int count, Span<uint> docs)
    {
        var blocks = count / Block;
        uint previous = 0;
        fixed (uint* d = docs)
        {
            var skip = (uint*)source;
            var data = source + (blocks * 8);
            for (var b = 0; b < blocks; b++)
            {
                UnpackBlock(data, (int)(Unsafe.ReadUnaligned<uint>(skip + (b * 2) + 1) & 63), previous, d + (b * Block));
                data += (Unsafe.ReadUnaligned<uint>(skip + (b * 2) + 1) & 63) * 16;
                previous = Unsafe.ReadUnaligned<uint>(skip + (b * 2));
            }
            return DecodeTail(data, count - (blocks * Block), previous, d + (blocks * Block));
        }
    }

    public static byte* DecodeTail(byte* source, int count, uint previous, uint* docs)
    {
        for (var i = 0; i < count; i++)
        {
            uint delta = *source++;
            if (delta >= 0x80)
            {
                delta &= 0x7F;
                for (var shift = 7; ; shift += 7)
                {
                    uint b = *source++;
                    delta |= (b & 0x7F) << shift;
                    if (b < 0x80)
                        break;
                }
            }
            previous += delta;
            docs[i] = previous;
        }
        return source;
    }

    /// <summary>128 documents from one packed block.</summary>
    public static void UnpackBlock(byte* source, int width, uint previous, uint* docs)
    {
        var carry = Vector128.Create(previous);
        if (width == 0)
        {
            for (var i = 0; i < Block; i += 4)
                carry.Store(docs + i);
            return;
        }
        var mask = Vector128.Create(width == 32 ? uint.MaxValue : (1u << width) - 1);
        var word = Unsafe.ReadUnaligned<Vector128<uint>>(source);
        var shift = 0;
        for (var i = 0; i < Block; i += 4)
        {
            var value = Vector128.ShiftRightLogical(word, shift);
            shift += width;
            if (shift >= 32)
            {
                shift -= 32;
                if (i + 4 < Block || shift > 0)
                {
                    source += 16;
                    word = Unsafe.ReadUnaligned<Vector128<uint>>(source);
                }
                if (shift > 0)
                    value |= Vector128.ShiftLeft(word, width - shift);
            }
            value &= mask;
            value += Vector128.Shuffle(value, Vector128.Create(0u, 0, 1, 2)) & Vector128.Create(0u, ~0u, ~0u, ~0u);
            value += Vector128.Shuffle(value, Vector128.Create(0u, 0, 0, 1)) & Vector128.Create(0u, 0, ~0u, ~0u);
            value += carry;
            carry = Vector128.Shuffle(value, Vector128.Create(3u, 3, 3, 3));
            value.Store(docs + i);
        }
    }

    public static PostingKind KindOf(ulong payload) => (PostingKind)(payload >> 62);

    public static uint FirstOf(ulong payload) => KindOf(payload) == PostingKind.One ? (uint)(payload & Mask31) : (uint)((payload >> 31) & Mask31);

    public static uint SecondOf(ulong payload) => (uint)(payload & Mask31);

    public static int ListCount(ulong payload) => (int)((payload >> 40) & 0x3FFFFF);

    public static long ListOffset(ulong payload) => (long)(payload & 0xFFFFFFFFFF);

    public static long BitmapOffset(ulong payload) => (long)(payload & 0x3FFFFFFFFFFFFFFF);
}

/// <summary>The postings of one term in one segment: a view of mapped memory.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe struct Postings
{
    public readonly PostingKind Kind;
    public readonly int Count;
    private readonly uint first, second;
    private readonly byte* data;

    public Postings(ulong payload, byte* section)
    {
        Kind = PostingCodec.KindOf(payload);
        switch (Kind)
        {
            case PostingKind.One:
                Count = 1;
                first = PostingCodec.FirstOf(payload);
                break;
            case PostingKind.Two:
                Count = 2;
                first = PostingCodec.FirstOf(payload);
                second = PostingCodec.SecondOf(payload);
                break;
            case PostingKind.List:
                Count = PostingCodec.ListCount(payload);
                data = section + PostingCodec.ListOffset(payload);
                break;
            default:
                data = section + PostingCodec.BitmapOffset(payload);
                Count = (int)*(long*)data;
                data += 8;
                break;
        }
    }

    public byte* Data => data;

    public ReadOnlySpan<ulong> Bits(int words) => new(data, words);

    /// <summary>Decodes into <paramref name="docs"/>, which holds <see cref="Count"/>. Not for bitmaps.</summary>
    public void Decode(Span<uint> docs)
    {
        switch (Kind)
        {
            case PostingKind.One:
                docs[0] = first;
                break;
            case PostingKind.Two:
                docs[0] = first;
                docs[1] = second;
                break;
            default:
                PostingCodec.Decode(data, Count, docs);
                break;
        }
    }

    /// <summary>Writes the documents, of which there must be room for <see cref="Count"/>; returns how many there are.</summary>
    public int CopyTo(Span<uint> docs, int words)
    {
        if (Kind != PostingKind.Bitmap)
        {
            Decode(docs[..Count]);
            return Count;
        }
        var n = 0;
        var bits = (ulong*)Data;
        for (var w = 0; w < words; w++)
        {
            for (var word = bits[w]; word != 0; word &= word - 1)
                docs[n++] = ((uint)w << 6) | (uint)BitOperations.TrailingZeroCount(word);
        }
        return n;
    }

    /// <summary>Sets the bits of the documents.</summary>
    public void OrInto(Span<ulong> bits)
    {
        switch (Kind)
        {
            case PostingKind.Bitmap:
                BitSet.Or(bits, Bits(bits.Length));
                break;
            case PostingKind.List:
                var buffer = stackalloc uint[PostingCodec.Block];
                var cursor = new PostingCursor(this, buffer);
                while (cursor.NextBlock(out var block))
                {
                    foreach (var doc in block)
                        bits[(int)(doc >> 6)] |= 1UL << (int)(doc & 63);
                }
                break;
            default:
                bits[(int)(first >> 6)] |= 1UL << (int)(first & 63);
                if (Kind == PostingKind.Two)
                    bits[(int)(second >> 6)] |= 1UL << (int)(second & 63);
                break;
        }
    }
}

/// <summary>Walks one posting list forwards, skipping whole blocks.</summary>
[StructLayout(LayoutKind.Auto)]
internal unsafe struct PostingCursor
{
    private readonly Postings postings;
    private readonly uint* buffer;
    private readonly int blocks;
    private int block, at, size;

    /// <param name="postings">The list.</param>
    /// <param name="buffer">128 documents of scratch that live as long as the cursor.</param>
    public PostingCursor(Postings postings, uint* buffer)
    {
        this.postings = postings;
        this.buffer = buffer;
        block = -1;
        if (postings.Kind is PostingKind.One or PostingKind.Two)
        {
            postings.Decode(new Span<uint>(buffer, 2));
            size = postings.Count;
            block = 0;
        }
        else if (postings.Kind == PostingKind.List)
        {
            blocks = postings.Count / PostingCodec.Block;
        }
    }

    /// <summary>Whether the list holds the document. Documents must be asked for in rising order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(uint doc)
    {
        if (postings.Kind == PostingKind.Bitmap)
            return (((ulong*)postings.Data)[doc >> 6] >> (int)(doc & 63) & 1) != 0;
        return Seek(doc);
    }

    private bool Seek(uint doc)
    {
        if (postings.Kind == PostingKind.List && (block < 0 || (at < size && buffer[size - 1] < doc) || at >= size))
        {
            if (!AdvanceTo(doc))
                return false;
        }
        while (at < size && buffer[at] < doc)
            at++;
        return at < size && buffer[at] == doc;
    }

    private bool AdvanceTo(uint doc)
    {
        var next = block + 1;
        var skip = postings.Data;
        // Gallop: most steps are short, a rare driver's are long.
        int low = next, step = 1;
        while (low < blocks && Unsafe.ReadUnaligned<uint>(skip + ((long)Math.Min(low + step - 1, blocks - 1) * 8)) < doc)
        {
            low = Math.Min(low + step, blocks);
            step <<= 1;
        }
        if (low < blocks)
        {
            var high = Math.Min(low + step - 1, blocks - 1);
            while (low < high)
            {
                var middle = (low + high) >> 1;
                if (Unsafe.ReadUnaligned<uint>(skip + ((long)middle * 8)) < doc)
                    low = middle + 1;
                else
                    high = middle;
            }
        }
        if (low > blocks)
        {
            at = size = 0;
            return false;
        }
        return Load(low);
    }

    private bool Load(int index)
    {
        if (index > blocks || (index == blocks && postings.Count % PostingCodec.Block == 0))
        {
            block = blocks;
            at = size = 0;
            return false;
        }
        block = index;
        at = 0;
        var previous = index == 0 ? 0 : Unsafe.ReadUnaligned<uint>(postings.Data + ((long)(index - 1) * 8));
        var data = postings.Data + ((long)blocks * 8);
        if (index < blocks)
        {
            var entry = Unsafe.ReadUnaligned<uint>(postings.Data + ((long)index * 8) + 4);
            PostingCodec.UnpackBlock(data + ((long)(entry >> 6) * 16), (int)(entry & 63), previous, buffer);
            size = PostingCodec.Block;
            return true;
        }
        if (blocks > 0)
        {
            var entry = Unsafe.ReadUnaligned<uint>(postings.Data + ((long)(blocks - 1) * 8) + 4);
            data += (((long)(entry >> 6)) + (entry & 63)) * 16;
        }
        size = postings.Count % PostingCodec.Block;
        PostingCodec.DecodeTail(data, size, previous, buffer);
        return true;
    }

    /// <summary>The next documents, up to 128; not for bitmaps.</summary>
    public bool NextBlock(out ReadOnlySpan<uint> docs)
    {
        if (postings.Kind != PostingKind.List)
        {
            docs = new ReadOnlySpan<uint>(buffer, size);
            var any = size > 0;
            size = 0;
            return any;
        }
        var loaded = block < blocks && Load(block + 1);
        docs = loaded ? new ReadOnlySpan<uint>(buffer, size) : default;
        return loaded;
    }
}
