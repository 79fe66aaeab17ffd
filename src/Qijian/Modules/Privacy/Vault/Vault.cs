using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Qijian.Modules.Privacy;

/// <summary>
/// AES-256-GCM under the person's key of the category's group. Sealed bytes are version (1), group (1), number of the key (8),
/// nonce (12), ciphertext, tag (16); those before the nonce, person and category are authenticated.
/// </summary>
internal sealed class Vault(KeyStore keys, ProcessingRegistry registry, TimeProvider clock) : IVault
{
    private const byte Version = 1;
    private const int KeyId = 2, Nonce = 10, Cipher = 22, Tag = 16;

    public ValueTask<Sealed> SealAsync(Subject subject, Category category, string value, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var group = Entry(category).Group;
        var key = keys.FindOrCreate(subject, group);
        var length = Encoding.UTF8.GetByteCount(value);
        var bytes = new byte[Cipher + length + Tag];
        (bytes[0], bytes[1]) = (Version, (byte)group);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(KeyId), key.Id);
        RandomNumberGenerator.Fill(bytes.AsSpan(Nonce, Cipher - Nonce));
        var clear = Encoding.UTF8.GetBytes(value);
        using AesGcm aes = new(key.Bytes, Tag);
        aes.Encrypt(bytes.AsSpan(Nonce, Cipher - Nonce), clear, bytes.AsSpan(Cipher, length), bytes.AsSpan(Cipher + length), Context(bytes, subject, category));
        return new(new Sealed(bytes));
    }

    public ValueTask<string?> OpenAsync(Capability capability, Category category, Sealed value, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var (subject, bytes) = (capability.Subject, value.Bytes);
        if (!capability.Opens(subject, category, clock.GetUtcNow())) throw new VaultRefusedException("The capability does not cover the category, or it has ended.");
        var group = Entry(category).Group;
        if (bytes.Length < Cipher + Tag || bytes[0] != Version || bytes[1] != (byte)group) throw Changed();
        var id = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(KeyId));
        if (keys.Find(subject, group) is not { } key || key.Id != id) return keys.IsDestroyed(id) ? new((string?)null) : throw Changed();
        var clear = new byte[bytes.Length - Cipher - Tag];
        using AesGcm aes = new(key.Bytes, Tag);
        try
        {
            aes.Decrypt(bytes.AsSpan(Nonce, Cipher - Nonce), bytes.AsSpan(Cipher, clear.Length), bytes.AsSpan(Cipher + clear.Length), clear, Context(bytes, subject, category));
        }
        catch (AuthenticationTagMismatchException)
        {
            throw Changed();
        }

        return new(Encoding.UTF8.GetString(clear));
    }

    public byte[] BlindIndex(Purpose purpose, Category category, string value)
    {
        if (purpose.Id is null || !registry.Purposes.ContainsKey(purpose.Id)) throw new VaultRefusedException("The purpose is not in the registry.");
        Span<byte> key = stackalloc byte[32];
        HKDF.Expand(HashAlgorithmName.SHA256, keys.IndexKey, key, Encoding.UTF8.GetBytes($"qijian blind index|{purpose.Id}"));
        return HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{Entry(category).Id}\0{value}"));
    }

    public ValueTask<byte[]> ReferenceAsync(Subject subject, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return new(Reference(subject, keys.FindOrCreate(subject, KeyGroup.Proof)));
    }

    public ValueTask<byte[]?> FindReferenceAsync(Subject subject, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return new(keys.Find(subject, KeyGroup.Proof) is { } key ? Reference(subject, key) : null);
    }

    public string Mask(Category category, string value) => Masking.Apply(Entry(category).Mask, value);

    private static byte[] Reference(Subject subject, DataKey key)
    {
        Span<byte> ledger = stackalloc byte[32];
        HKDF.Expand(HashAlgorithmName.SHA256, key.Bytes, ledger, "qijian reference"u8);
        return HMACSHA256.HashData(ledger, Encoding.UTF8.GetBytes(subject.ToString()));
    }

    private CategoryEntry Entry(Category category) => category.Id is not null && registry.Categories.TryGetValue(category.Id, out var entry) ? entry : throw new VaultRefusedException("The category is not in the registry.");

    private static byte[] Context(ReadOnlySpan<byte> bytes, Subject subject, Category category) => [.. bytes[..Nonce], .. Encoding.UTF8.GetBytes($"{subject}|{category.Id}")];

    private static VaultRefusedException Changed() => new("The value was changed, or is not this person's, or not of this category; or its key was lost without being destroyed.");
}
