namespace Qijian;

/// <summary>
/// A value that only the vault can open, against a capability for its subject and category. It has no other way to its text:
/// not in a page, not in a log, not in the debugger. The bytes are what the column holds.
/// </summary>
public sealed class Sealed : IEquatable<Sealed>
{
    internal Sealed(byte[] bytes) => Bytes = bytes;

    internal byte[] Bytes { get; }

    /// <inheritdoc/>
    public bool Equals(Sealed? other) => other is not null && Bytes.AsSpan().SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Sealed);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => "•••";
}
