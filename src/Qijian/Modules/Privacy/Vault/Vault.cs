using System.Security.Cryptography;
using System.Text;
using Qijian.Platform.Data;

namespace Qijian.Modules.Privacy;

// Stands in until the vault is there: references and the signing key only.
internal sealed class Vault(DataFolder folder) : IVault
{
    public ValueTask<Sealed> SealAsync(Subject subject, Category category, string value, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask<string?> OpenAsync(Capability capability, Category category, Sealed value, CancellationToken ct) => throw new NotSupportedException();

    public byte[] BlindIndex(Purpose purpose, Category category, string value) => throw new NotSupportedException();

    public string Mask(Category category, string value) => throw new NotSupportedException();

    public async ValueTask<byte[]> ReferenceAsync(Subject subject, CancellationToken ct)
    {
        var path = KeyOf(subject);
        if (!File.Exists(path)) await File.WriteAllBytesAsync(path, RandomNumberGenerator.GetBytes(32), ct);
        return HMACSHA256.HashData(await File.ReadAllBytesAsync(path, ct), Encoding.ASCII.GetBytes(subject.ToString()));
    }

    /// <summary>Destroys every key of the person: their references lead nowhere from then on.</summary>
    public ValueTask DestroyAsync(Subject subject, CancellationToken ct)
    {
        File.Delete(KeyOf(subject));
        return ValueTask.CompletedTask;
    }

    private string KeyOf(Subject subject) => folder.File("keys", "subjects", subject.ToString());
}

/// <summary>The key that receipts are signed with: ECDSA over P-256.</summary>
internal sealed class SigningKey : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public SigningKey(DataFolder folder)
    {
        var path = folder.File("keys", "signing.pem");
        if (File.Exists(path)) key.ImportFromPem(File.ReadAllText(path));
        else File.WriteAllText(path, key.ExportECPrivateKeyPem());
    }

    public string PublicKeyPem => key.ExportSubjectPublicKeyInfoPem();

    /// <summary>SHA-256 of the public key.</summary>
    public string KeyId => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    public byte[] Sign(byte[] data) => key.SignData(data, HashAlgorithmName.SHA256);

    public static bool Verify(string publicKeyPem, byte[] data, byte[] signature)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(publicKeyPem);
        return key.VerifyData(data, signature, HashAlgorithmName.SHA256);
    }

    public void Dispose() => key.Dispose();
}
