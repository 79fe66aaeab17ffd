namespace Qijian.Modules.Privacy;

/// <summary>
/// Seals values under keys of the person they are about, one for each group of categories, and opens them against a capability.
/// There is no other way to read a <see cref="Sealed"/>.
/// </summary>
public interface IVault
{
    /// <summary>Seals a value; the first of a person and group makes their key.</summary>
    ValueTask<Sealed> SealAsync(Subject subject, Category category, string value, CancellationToken ct);

    /// <summary>The value; null where its key was destroyed. Throws <see cref="VaultRefusedException"/> where the capability does not cover it, and where the bytes were changed.</summary>
    ValueTask<string?> OpenAsync(Capability capability, Category category, Sealed value, CancellationToken ct);

    /// <summary>By which an equal value is found without opening any: the same for the same purpose, category and value, and of no use without the key.</summary>
    byte[] BlindIndex(Purpose purpose, Category category, string value);

    /// <summary>What stands for the person in records that outlive their data: nobody can be found by it once their keys are gone.</summary>
    ValueTask<byte[]> ReferenceAsync(Subject subject, CancellationToken ct);

    /// <summary>The same where there is one; null for a person about whom nothing was ever recorded. Makes no key.</summary>
    ValueTask<byte[]?> FindReferenceAsync(Subject subject, CancellationToken ct);

    /// <summary>The value as it shows where nobody has a reason to see it, by the category's rule.</summary>
    string Mask(Category category, string value);
}

/// <summary>The vault does not open this: no capability for it, or bytes that were tampered with. The message holds no personal data.</summary>
public sealed class VaultRefusedException(string message) : Exception(message);
