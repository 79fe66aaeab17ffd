using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Qijian.Modules.Accounts;

/// <summary>Why a password is not taken; null where it is.</summary>
internal enum PasswordProblem { Short = 1, Long, Weak, Common }

/// <summary>
/// Argon2id, in the form <c>argon2id$memory$passes$salt$hash</c>. Where there is no password the same work is done against one that
/// nobody has, so that how long an answer takes tells nothing.
/// </summary>
internal sealed class Passwords
{
    internal const int Shortest = 10, Longest = 200;
    private const int LeastScore = 3;

    private static readonly string[] Common = ["password", "passw0rd", "woaini", "5201314", "iloveyou", "qwerty", "qijian", "企鉴", "admin", "abc123", "123456", "111111", "000000", "888888", "666666", "zhang", "xiaoming"];

    private readonly Argon2Parameters cost;
    private readonly string nobodys;

    public Passwords() : this(new() { DegreeOfParallelism = 1, MemorySize = 19_456, NumberOfPasses = 2 }) { }

    internal Passwords(Argon2Parameters cost)
    {
        this.cost = cost;
        nobodys = Hash(Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));
    }

    /// <summary>How often a password was hashed: work is counted, not timed.</summary>
    internal long Work { get; private set; }

    public string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return string.Create(CultureInfo.InvariantCulture, $"argon2id${cost.MemorySize}${cost.NumberOfPasses}${Base64Url.EncodeToString(salt)}${Base64Url.EncodeToString(Derive(password, salt, cost))}");
    }

    /// <summary>Whether it is the password; the same work where there is none.</summary>
    public bool Verify(string? hash, string password)
    {
        var parts = (hash ?? nobodys).Split('$');
        Argon2Parameters parameters = new() { DegreeOfParallelism = 1, MemorySize = long.Parse(parts[1], CultureInfo.InvariantCulture), NumberOfPasses = long.Parse(parts[2], CultureInfo.InvariantCulture) };
        var right = CryptographicOperations.FixedTimeEquals(Derive(password, Base64Url.DecodeFromChars(parts[3]), parameters), Base64Url.DecodeFromChars(parts[4]));
        return right && hash is not null;
    }

    /// <summary>What is wrong with a new password; <paramref name="own"/> are words that its owner is known by.</summary>
    public static PasswordProblem? ProblemOf(string password, params string[] own)
    {
        if (password.EnumerateRunes().Count() < Shortest) return PasswordProblem.Short;
        if (password.Length > Longest) return PasswordProblem.Long;
        if (new Zxcvbn.Zxcvbn().EvaluatePassword(password, [.. Common, .. own]).Score >= LeastScore) return null;
        return Array.Exists(Common, c => password.Contains(c, StringComparison.OrdinalIgnoreCase)) ? PasswordProblem.Common : PasswordProblem.Weak;
    }

    private byte[] Derive(string password, byte[] salt, Argon2Parameters parameters)
    {
        Work++;
        // One password however it was typed: full width, composed or not.
        return PasswordBasedKeyDerivationAlgorithm.Argon2id(parameters).DeriveBytes(Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormKC)), salt, 32);
    }
}
