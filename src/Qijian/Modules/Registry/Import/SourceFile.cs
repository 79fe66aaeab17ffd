using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using Qijian.Platform.CommandLine;
using ZstdSharp;

namespace Qijian.Modules.Registry;

/// <summary>A file that cannot be imported, or not to its end; the message says why and what to do.</summary>
internal sealed class ImportException(string message, Exception? inner = null) : RefusedException(message, inner);

/// <summary>
/// A file to import, as text: plain, gzip or zstd by its first bytes; UTF-8, UTF-16 or GB18030 by its content. A cut-off
/// file is noticed when its end is reached, so that what came before can be kept.
/// </summary>
internal sealed class SourceFile : IDisposable
{
    private const int Sample = 1 << 18;
    private readonly FileStream file;
    private readonly Counted? gzip;

    private SourceFile(FileStream file, Counted? gzip, Stream content, Encoding encoding, string start) =>
        (this.file, this.gzip, Content, Encoding, Start) = (file, gzip, content, encoding, start);

    /// <summary>The content as UTF-8.</summary>
    public Stream Content { get; }
    public Encoding Encoding { get; }

    /// <summary>The first characters, to recognise the format by.</summary>
    public string Start { get; }
    public long BytesRead => file.Position;
    public long Length => file.Length;

    public static SourceFile Open(string path)
    {
        if (Directory.Exists(path)) throw new ImportException(Text.ImportFolder.With(path));
        if (!File.Exists(path)) throw new ImportException(Text.ImportNoFile.With(path));
        var source = OpenFile(path);
        try
        {
            Span<byte> magic = stackalloc byte[4];
            var length = source.ReadAtLeast(magic, 4, throwOnEndOfStream: false);
            source.Position = 0;
            var zip = length >= 2 && magic[0] == 0x1F && magic[1] == 0x8B ? new Counted(new GZipStream(source, CompressionMode.Decompress, leaveOpen: true)) : null;
            Stream content = zip is not null ? zip
                : length == 4 && magic.SequenceEqual((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) ? new DecompressionStream(source, leaveOpen: true)
                : source;
            var head = new byte[Sample];
            var read = Guarded(content, head);
            var start = head.AsSpan(0, read);
            if (read == 0) throw new ImportException(Text.ImportEmpty.With(path));
            var encoding = EncodingOf(start);
            Stream whole = new Prefixed(start.ToArray(), content);
            return new(source, zip, encoding.CodePage == Encoding.UTF8.CodePage ? whole : Encoding.CreateTranscodingStream(whole, encoding, Encoding.UTF8),
                encoding, encoding.GetString(start[..Math.Min(read, 1 << 16)]).TrimStart('\uFEFF'));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static FileStream OpenFile(string path)
    {
        try
        {
            FileStream opened = new(path, new FileStreamOptions { BufferSize = 1 << 17, Options = FileOptions.SequentialScan, Share = FileShare.Read });
            if (opened.CanSeek) return opened;
            opened.Dispose();
            throw new ImportException(Text.ImportUnreadable.With(path, Text.NoRegularFile));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImportException(Text.ImportUnreadable.With(path, e.Message), e);
        }
    }

    /// <summary>A number that tells this file's content from another's, in the order of its compressed bytes.</summary>
    public static async Task<string> FingerprintAsync(string path, string settings, CancellationToken ct)
    {
        XxHash128 hash = new();
        await using var content = File.OpenRead(path);
        await hash.AppendAsync(content, ct);
        hash.Append(Encoding.UTF8.GetBytes(settings));
        return Convert.ToHexString(hash.GetCurrentHash());
    }

    /// <summary>Call at the end of the content: throws where the compressed file is cut off, which the framework's gzip reader passes over in silence.</summary>
    public void EnsureComplete()
    {
        if (gzip is null) return;
        var total = gzip.Total;
        Span<byte> trailer = stackalloc byte[8];
        if (file.Length < 18) throw new ImportException(Text.ImportCutOff);
        file.Position = file.Length - 8;
        file.ReadExactly(trailer);
        var size = BitConverter.ToUInt32(trailer[4..]);
        if (size == (uint)total) return;

        // Several members in one file: the trailer speaks of the last only, so check the last bytes against its sum.
        if (size > total) throw new ImportException(Text.ImportCutOff);
        file.Position = 0;
        using GZipStream again = new(file, CompressionMode.Decompress, leaveOpen: true);
        Crc32 sum = new();
        var buffer = new byte[1 << 16];
        for (long at = 0, n; (n = again.Read(buffer)) > 0; at += n)
            if (at + n > total - size) sum.Append(buffer.AsSpan((int)Math.Max(0, total - size - at), (int)(n - Math.Max(0, total - size - at))));
        if (sum.GetCurrentHashAsUInt32() != BitConverter.ToUInt32(trailer)) throw new ImportException(Text.ImportCutOff);
    }

    public void Dispose()
    {
        Content.Dispose();
        file.Dispose();
    }

    private static int Guarded(Stream content, byte[] head)
    {
        try
        {
            return content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is InvalidDataException or ZstdException or EndOfStreamException)
        {
            throw new ImportException(Text.ImportDamaged.With(0), e);
        }
    }

    private static Encoding EncodingOf(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return Encoding.Unicode;
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return Encoding.BigEndianUnicode;
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        // Its own fallback is a question mark, which would hide every damage.
        var gb18030 = Encoding.GetEncoding("GB18030", EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("\uFFFD"));
        var (utf8Damage, gbDamage) = (Damage(Encoding.UTF8, start), Damage(gb18030, start));
        if (Math.Min(utf8Damage, gbDamage) * 100 < start.Length) return utf8Damage <= gbDamage ? Encoding.UTF8 : gb18030;
        throw new ImportException(Text.ImportEncoding);
    }

    // The sample may end inside a character, which is not damage.
    private static int Damage(Encoding encoding, ReadOnlySpan<byte> start) =>
        encoding.GetString(start[..Math.Max(1, start.Length - 4)]).AsSpan(..^1).Count('\uFFFD');

    private sealed class Counted(Stream inner) : ReadOnlyStream
    {
        public long Total { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            Total += read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class Prefixed(byte[] head, Stream rest) : ReadOnlyStream
    {
        private int at;

        public override int Read(Span<byte> buffer)
        {
            if (at == head.Length) return rest.Read(buffer);
            var length = Math.Min(buffer.Length, head.Length - at);
            head.AsSpan(at, length).CopyTo(buffer);
            at += length;
            return length;
        }

        protected override void Dispose(bool disposing)
        {
            rest.Dispose();
            base.Dispose(disposing);
        }
    }

    private abstract class ReadOnlyStream : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public abstract override int Read(Span<byte> buffer);
        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
