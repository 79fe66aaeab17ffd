using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;

namespace Qijian.Engine.Search;

/// <summary>Bytes of one index: a mapped file or a pinned array, given back by the collector when nothing refers to them any more.</summary>
/// <remarks>Snapshots may be held by any reader for any time, so nobody disposes this. The handle of a view unmaps in its own finaliser.</remarks>
internal sealed unsafe class IndexMemory
{
    private readonly object owner;

    private IndexMemory(object owner, byte* pointer, long length)
    {
        this.owner = owner;
        Pointer = pointer;
        Length = length;
    }

    public byte* Pointer { get; }

    public long Length { get; }

    public static IndexMemory Map(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        using var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        var view = map.CreateViewAccessor(0, file.Length, MemoryMappedFileAccess.Read);
        // No AcquirePointer: it would hold the handle open for ever unless released by a finaliser of ours.
        var pointer = (byte*)view.SafeMemoryMappedViewHandle.DangerousGetHandle() + view.PointerOffset;
        return new IndexMemory(view, pointer, file.Length);
    }

    public static IndexMemory Copy(ReadOnlySpan<byte> bytes)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(Math.Max(1, bytes.Length), pinned: true);
        bytes.CopyTo(pinned);
        return new IndexMemory(pinned, (byte*)Unsafe.AsPointer(ref pinned[0]), bytes.Length);
    }

    /// <summary>Marks the end of a use of <see cref="Pointer"/>.</summary>
    public void KeepAlive() => GC.KeepAlive(owner);
}
