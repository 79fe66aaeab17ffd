using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Qijian.Engine.Search;

/// <summary>The layout of an index file.</summary>
/// <remarks>
/// Little endian. 64 bytes of head (magic), sections at multiples of 64, the section table, and a footer of 128 bytes at the very end, so
/// that a file is written front to back and a truncated one has no footer. The footer's checksum covers the table and the footer; the
/// content checksum (XXH3, 64 bits) covers every byte before the table.
/// </remarks>
public static class IndexFormat
{
    /// <summary>Raised by any change of layout, columns, terms or text normalisation: an older file is then refused and rebuilt.</summary>
    public const int Version = 3;

    internal const ulong Magic = 0x3130_5844_4E49_4A51; // "QJINDX01"
    internal const int HeadBytes = 64;
    internal const int FooterBytes = 128;
    internal const int Alignment = 64;
}

/// <summary>Numbers of the sections of a file.</summary>
internal enum SectionId
{
    TermBuckets = 1,
    TermKeys = 2,
    TermPayloads = 3,
    Postings = 4,
    Numbers = 5,
    NumberOrder = 6,
    Importance = 7,
    StoreOffsets = 8,
    Store = 9,
    Rows = 10,
    FilterEntries = 11,
    ExactBuckets = 12,

    /// <summary>Plus the <see cref="KeyTable"/>.</summary>
    TableKeys = 32,

    /// <summary>Plus the <see cref="KeyTable"/>.</summary>
    TableDocs = 64,

    /// <summary>Plus the <see cref="KeyTable"/>.</summary>
    TableTree = 96,

    /// <summary>Plus the <see cref="SearchColumn"/>.</summary>
    Column = 128,
}

[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct SectionEntry
{
    public int Id;
    public int ElementBytes;
    public long Offset;
    public long Length;
}

[StructLayout(LayoutKind.Sequential, Pack = 8, Size = IndexFormat.FooterBytes)]
internal struct Footer
{
    public ulong Magic;
    public int Version;
    public int Sections;
    public long TableOffset;
    public long FileBytes;
    public long Sequence;
    public long BuiltAtTicks;
    public int Documents;
    public int RowBytes;
    public ulong ContentHash;

    /// <summary>XXH3 of the table and of this footer with this field zero.</summary>
    public ulong FooterHash;
}

/// <summary>A value of a facet column and the documents that have it.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct FilterEntry
{
    public int Column;
    public uint Stored;
    public ulong Payload;
    public long Count;
}

/// <summary>Writes sections one after another to a stream that need not seek.</summary>
internal sealed class IndexWriter(Stream output)
{
    private readonly XxHash3 hash = new();
    private readonly List<SectionEntry> sections = [];
    private SectionEntry open;

    public long Position { get; private set; }

    public long SectionPosition => Position - open.Offset;

    public void Start()
    {
        Span<byte> head = stackalloc byte[IndexFormat.HeadBytes];
        head.Clear();
        MemoryMarshal.Write(head, IndexFormat.Magic);
        MemoryMarshal.Write(head[8..], IndexFormat.Version);
        Write(head);
    }

    public void Begin(SectionId id, int elementBytes, int plus = 0)
    {
        Pad(IndexFormat.Alignment);
        open = new SectionEntry { Id = (int)id + plus, ElementBytes = elementBytes, Offset = Position };
    }

    public void End()
    {
        open.Length = SectionPosition;
        sections.Add(open);
    }

    public void Pad(int alignment)
    {
        Span<byte> zeros = stackalloc byte[IndexFormat.Alignment];
        zeros.Clear();
        Write(zeros[..(int)((alignment - (Position % alignment)) % alignment)]);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        hash.Append(bytes);
        output.Write(bytes);
        Position += bytes.Length;
    }

    public void Write<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        // Spans of more than 2 GB as bytes do not exist.
        const int Chunk = 1 << 20;
        for (var i = 0; i < values.Length; i += Chunk)
            Write(MemoryMarshal.AsBytes(values.Slice(i, Math.Min(Chunk, values.Length - i))));
    }

    public void Section<T>(SectionId id, ReadOnlySpan<T> values, int plus = 0)
        where T : unmanaged
    {
        Begin(id, System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), plus);
        Write(values);
        End();
    }

    public void Finish(int documents, long sequence, DateTimeOffset builtAt)
    {
        Pad(IndexFormat.Alignment);
        Footer footer = new()
        {
            Magic = IndexFormat.Magic,
            Version = IndexFormat.Version,
            Sections = sections.Count,
            TableOffset = Position,
            Sequence = sequence,
            BuiltAtTicks = builtAt.UtcTicks,
            Documents = documents,
            RowBytes = SearchColumns.RowBytes,
            ContentHash = hash.GetCurrentHashAsUInt64(),
        };
        var table = MemoryMarshal.AsBytes<SectionEntry>(sections.ToArray());
        footer.FileBytes = Position + table.Length + IndexFormat.FooterBytes;
        footer.FooterHash = HashOf(table, footer);
        output.Write(table);
        output.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<Footer>(in footer)));
        output.Flush();
    }

    public static ulong HashOf(ReadOnlySpan<byte> table, Footer footer)
    {
        footer.FooterHash = 0;
        XxHash3 both = new();
        both.Append(table);
        both.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<Footer>(in footer)));
        return both.GetCurrentHashAsUInt64();
    }
}
