using System.Globalization;
using System.Text;

namespace Qijian.Modules.Privacy;

/// <summary>
/// A receipt: these keys are destroyed, and of these groups the person has none left. It names keys by the ids that sealed values
/// carry, so that whoever holds a backup can see which of its values nobody opens any more; it does not name the person.
/// </summary>
internal sealed record KeyDestruction(DateTimeOffset At, IReadOnlyList<KeyGroup> Groups, IReadOnlyList<string> Keys, string SigningKey, byte[] Signature)
{
    /// <summary>What is signed.</summary>
    public static byte[] Statement(DateTimeOffset at, IEnumerable<KeyGroup> groups, IEnumerable<string> keys) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"qijian key destruction 1\nat {at.ToUnixTimeMilliseconds()}\ngroups {string.Join(' ', groups)}\nkeys {string.Join(' ', keys)}\n"));

    public bool Verify(string publicKeyPem) => Qijian.Modules.Privacy.SigningKey.Verify(publicKeyPem, Statement(At, Groups, Keys), Signature);
}
