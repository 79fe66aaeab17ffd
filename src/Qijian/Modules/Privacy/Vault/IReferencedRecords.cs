namespace Qijian.Modules.Privacy;

/// <summary>Records of a module that lead to a person by their reference only. While there are any, the key that makes the reference stays.</summary>
public interface IReferencedRecords
{
    /// <summary>Whether there is one of this person.</summary>
    Task<bool> AnyAsync(byte[] reference, CancellationToken ct);
}
