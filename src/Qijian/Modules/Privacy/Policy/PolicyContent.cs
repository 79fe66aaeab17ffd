using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Qijian.Modules.Privacy;

/// <summary>
/// Everything that a version of the policy consists of: what people read in both languages, what the system does about each clause,
/// and the registry that the tables are made from.
/// </summary>
/// <param name="SummaryChinese">What the version is about, in a sentence.</param>
internal sealed record PolicyContent(string Chinese, string English, string Bindings, IReadOnlyList<RegistryFile> Registry, string SummaryChinese, string SummaryEnglish)
{
    // Far above any policy: what is larger was not written by us.
    private const int LongestUnpacked = 16 << 20;

    /// <summary>SHA-256 over the canonical form of both languages, the bindings and the registry, each with its length before it.</summary>
    public byte[] Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in (ReadOnlySpan<string>)["qijian-policy-1", PolicyDocument.Parse(Chinese).Canonical, PolicyDocument.Parse(English).Canonical, Bindings.ReplaceLineEndings("\n"), ProcessingRegistry.HashOf(Registry)])
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>What differs from another, as the files that a person would look into.</summary>
    public IEnumerable<string> DifferencesFrom(PolicyContent other)
    {
        if (PolicyDocument.Parse(Chinese).Hash != PolicyDocument.Parse(other.Chinese).Hash) yield return PolicyFiles.Chinese;
        if (PolicyDocument.Parse(English).Hash != PolicyDocument.Parse(other.English).Hash) yield return PolicyFiles.English;
        if (Bindings.ReplaceLineEndings("\n") != other.Bindings.ReplaceLineEndings("\n")) yield return PolicyFiles.Bindings;
        foreach (var name in Registry.Concat(other.Registry).Select(f => f.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            if (TextOf(this, name) != TextOf(other, name)) yield return $"registry/{name}";

        static string? TextOf(PolicyContent content, string name) => content.Registry.FirstOrDefault(f => f.Name == name)?.Text.ReplaceLineEndings("\n");
    }

    public byte[] Pack()
    {
        using MemoryStream packed = new();
        using (BrotliStream brotli = new(packed, CompressionLevel.Optimal)) JsonSerializer.Serialize(brotli, this);
        return packed.ToArray();
    }

    /// <summary>Null where the bytes are not what <see cref="Pack"/> made.</summary>
    public static PolicyContent? Unpack(byte[] packed)
    {
        try
        {
            using BrotliStream brotli = new(new MemoryStream(packed), CompressionMode.Decompress);
            using MemoryStream json = new();
            var buffer = new byte[81920];
            for (int read; (read = brotli.Read(buffer)) > 0;)
            {
                json.Write(buffer, 0, read);
                if (json.Length > LongestUnpacked) return null;
            }

            return JsonSerializer.Deserialize<PolicyContent>(json.ToArray());
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
