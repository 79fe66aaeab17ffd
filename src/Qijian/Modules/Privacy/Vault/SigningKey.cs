using System.Security.Cryptography;

namespace Qijian.Modules.Privacy;

/// <summary>Signs what the site vouches for: receipts of destroyed keys, checkpoints. ECDSA on P-256 with SHA-256, signatures in DER, as openssl verifies them.</summary>
internal sealed class SigningKey : IDisposable
{
    private readonly Lock gate = new();
    private readonly ECDsa key = ECDsa.Create();

    public SigningKey(ReadOnlySpan<byte> pkcs8)
    {
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        PublicKeyPem = key.ExportSubjectPublicKeyInfoPem();
        Id = IdOf(PublicKeyPem);
    }

    /// <summary>SHA-256 of the public key.</summary>
    public string Id { get; }

    public string PublicKeyPem { get; }

    /// <summary>The id of a public key.</summary>
    public static string IdOf(string publicKeyPem)
    {
        using var theirs = ECDsa.Create();
        theirs.ImportFromPem(publicKeyPem);
        return Convert.ToHexStringLower(SHA256.HashData(theirs.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>A new private key, as PKCS #8.</summary>
    public static byte[] Create()
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return made.ExportPkcs8PrivateKey();
    }

    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        lock (gate) return key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>Whether the signature is that of the key, which is public, on the data.</summary>
    public static bool Verify(string publicKeyPem, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using var signer = ECDsa.Create();
        signer.ImportFromPem(publicKeyPem);
        return signer.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    public void Dispose() => key.Dispose();
}
