using System.Security.Cryptography;
using Qijian.Platform.Data;

namespace Qijian.Modules.Privacy;

/// <summary>The key by which this installation signs what it vouches for: ECDSA over P-256, in the data folder's <c>keys</c>, never in the database.</summary>
internal sealed class SigningKey : IDisposable
{
    private readonly ECDsa key;
    private readonly Lock one = new(); // ECDsa is not for several threads at once

    public SigningKey(DataFolder folder)
    {
        var path = folder.File("keys", "signing.pem");
        key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (!TryCreate(path, key.ExportPkcs8PrivateKeyPem())) key.ImportFromPem(File.ReadAllText(path));
        PublicKeyPem = key.ExportSubjectPublicKeyInfoPem();
        KeyId = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
    }

    public string PublicKeyPem { get; }

    /// <summary>SHA-256 of the public key.</summary>
    public string KeyId { get; }

    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        lock (one) return key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>Whether the holder of a public key signed it.</summary>
    public static bool Verify(string publicKeyPem, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using var theirs = ECDsa.Create();
        theirs.ImportFromPem(publicKeyPem);
        return theirs.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    public void Dispose() => key.Dispose();

    // Whole or not at all, and by one process only.
    private static bool TryCreate(string path, string pem)
    {
        if (File.Exists(path)) return false;
        var draft = $"{path}.{Guid.CreateVersion7():N}";
        File.WriteAllText(draft, pem);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        try
        {
            File.Move(draft, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
            return false;
        }
    }
}
