using System.Security.Cryptography;
using System.Text;

namespace Qijian.Modules.Privacy;

/// <summary>The key that wraps all others (AES-256-GCM). It is a file of its own that only its owner may read.</summary>
internal sealed class MasterKey
{
    public const string FileName = "master.key";
    private const int Size = 32, Nonce = 12, Tag = 16;
    private readonly byte[] key;

    private MasterKey(byte[] key) => (this.key, Fingerprint) = (key, Convert.ToHexStringLower(HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 8, info: "qijian fingerprint"u8.ToArray())));

    /// <summary>Tells this key from others, and nothing about it.</summary>
    public string Fingerprint { get; }

    public static MasterKey Read(string path)
    {
        var bytes = new byte[Size];
        return Convert.TryFromBase64String(File.ReadAllText(path).Trim(), bytes, out var length) && length == Size ? new(bytes) : throw KeyStoreRefusal.Damaged(path);
    }

    /// <summary>Makes one, whole or not at all, and never in the place of another.</summary>
    public static MasterKey Create(string path)
    {
        var bytes = RandomNumberGenerator.GetBytes(Size);
        var temporary = $"{path}.new";
        using (var file = CreateOwned(temporary, FileMode.Create))
        {
            file.Write(Encoding.ASCII.GetBytes($"{Convert.ToBase64String(bytes)}\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path);
        return new(bytes);
    }

    /// <summary>A file that only its owner may read and write.</summary>
    public static FileStream CreateOwned(string path, FileMode mode)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new(path, options);
    }

    /// <summary>Encrypts a secret for one place: it unwraps there only.</summary>
    public byte[] Wrap(ReadOnlySpan<byte> secret, string place)
    {
        var wrapped = new byte[Nonce + secret.Length + Tag];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, Nonce));
        using AesGcm aes = new(key, Tag);
        aes.Encrypt(wrapped.AsSpan(0, Nonce), secret, wrapped.AsSpan(Nonce, secret.Length), wrapped.AsSpan(Nonce + secret.Length), Encoding.UTF8.GetBytes(place));
        return wrapped;
    }

    /// <summary>The secret; throws <see cref="CryptographicException"/> where it was changed or moved.</summary>
    public byte[] Unwrap(ReadOnlySpan<byte> wrapped, string place)
    {
        if (wrapped.Length < Nonce + Tag) throw new CryptographicException("A wrapped key is cut short.");
        var secret = new byte[wrapped.Length - Nonce - Tag];
        using AesGcm aes = new(key, Tag);
        aes.Decrypt(wrapped[..Nonce], wrapped[Nonce..^Tag], wrapped[^Tag..], secret, Encoding.UTF8.GetBytes(place));
        return secret;
    }
}
