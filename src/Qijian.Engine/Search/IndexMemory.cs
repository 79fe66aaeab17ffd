using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Qijian.Engine.Search;

/// <summary>Bytes of one index: a mapped file or memory of our own, given back when nothing refers to it any more.</summary>
/// <remarks>Snapshots may be held by any reader for any time, so nobody disposes this; the finaliser does.</remarks>
internal sealed unsafe class IndexMemory
{
    private readonly MemoryMappedViewAccessor? view;
    private readonly bool own;

    private IndexMemory(byte* pointer, long length, MemoryMappedViewAccessor? view, bool own)
    {
        Pointer = pointer;
        Length = length;
        this.view = view;
        this.own = own;
        if (own)
            GC.AddMemoryPressure(length);
    }

    ~IndexMemory()
    {
        view?.SafeMemoryMappedViewHandle.ReleasePointer();
        view?.Dispose();
        if (own)
        {
            NativeMemory.AlignedFree(Pointer);
            GC.RemoveMemoryPressure(Length);
        }
    }

    public byte* Pointer { get; }

    public long Length { get; }

    public static IndexMemory Map(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        var length = file.Length;
        using var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        var mapped = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* pointer = null;
        mapped.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        return new IndexMemory(pointer + mapped.PointerOffset, length, mapped, own: false);
    }

    public static IndexMemory Copy(ReadOnlySpan<byte> bytes)
    {
        var pointer = (byte*)NativeMemory.AlignedAlloc((nuint)bytes.Length, 64);
        bytes.CopyTo(new Span<byte>(pointer, bytes.Length));
        return new IndexMemory(pointer, bytes.Length, null, own: true);
    }
}
