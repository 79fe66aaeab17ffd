using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OtpNet;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<SecondFactor> SecondFactors => Set<SecondFactor>();
    }
}

namespace Qijian.Modules.Accounts
{
    /// <summary>The second step of a member's sign-in: codes of an authenticator app, and those for when it is lost. There is a row while it is on.</summary>
    internal sealed class SecondFactor : IEntityTypeConfiguration<SecondFactor>
    {
        public required Subject Subject { get; init; }
        [Personal(CategoryId.AccountCredential)] public required Sealed Secret { get; init; }

        /// <summary>The time step of the last code that was used: neither it nor an earlier one counts again, whatever the clock does.</summary>
        public long Step { get; init; }

        [Personal(CategoryId.AccountCredential, Waiver = "Keyed hashes of the recovery codes that are left, one after the other")]
        public required byte[] RecoveryCodes { get; init; }
        public DateTimeOffset OnSince { get; init; }
        [RetentionStart("account")] public DateTimeOffset? EndedAt { get; set; }

        void IEntityTypeConfiguration<SecondFactor>.Configure(EntityTypeBuilder<SecondFactor> builder) => builder.ToTable("accounts_second_factors").HasKey(f => f.Subject);
    }

    /// <summary>A secret that was shown and is not yet in use.</summary>
    internal sealed record SecretTicket(string Owner, string Secret, DateTimeOffset At) : Ticket(At);

    /// <summary>What a code of the second step was.</summary>
    internal abstract record FactorAnswer
    {
        public sealed record Right : FactorAnswer;

        public sealed record Wrong : FactorAnswer;

        /// <summary>Too many tries; a recovery code counts meanwhile.</summary>
        public sealed record TooMany(TimeSpan Again) : FactorAnswer;
    }

    /// <summary>
    /// Codes by time (RFC 6238: SHA-1, six digits, thirty seconds, as every app has them), a step earlier and later too. Tries are counted
    /// for the member; a device that signed in before has a count of its own, and recovery codes, which are too long to guess, always
    /// count: whoever got hold of a password cannot keep the owner out.
    /// </summary>
    internal sealed class SecondFactors(AppDb db, IVault vault, IPurposeGuard guard, AttemptLimits limits, SignInTickets tickets, TimeProvider clock)
    {
        internal const int RecoveryCodes = 10, Digits = 6;
        private const int HashSize = 32, RecoveryLength = 12, SecretSize = 20;
        private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // no I, L, O, U: what is written down is read right

        public Task<SecondFactor?> FindAsync(Subject subject, CancellationToken ct) => db.SecondFactors.AsNoTracking().FirstOrDefaultAsync(f => f.Subject == subject, ct);

        /// <summary>A new secret; it is in use once a code of it was typed.</summary>
        public SecretTicket Start(Subject subject) => new(subject.ToString(), Base32Encoding.ToString(RandomNumberGenerator.GetBytes(SecretSize)).TrimEnd('='), clock.GetUtcNow());

        public string Seal(SecretTicket ticket) => tickets.Write(ticket);

        /// <summary>The secret that was shown to this member; null where it is somebody else's or too old.</summary>
        public SecretTicket? Read(Subject subject, string? ticket) => tickets.Read<SecretTicket>(ticket) is { } shown && shown.Owner == subject.ToString() ? shown : null;

        /// <summary>Turns it on and gives the recovery codes, which are not to be had again; null where the code is wrong.</summary>
        public async Task<IReadOnlyList<string>?> TurnOnAsync(Subject subject, SecretTicket shown, string? typed, CancellationToken ct)
        {
            if (StepOf(shown.Secret, Cleaned(typed)) is not { } step) return null;
            var codes = NewCodes();
            db.Add(new SecondFactor { Subject = subject, Secret = await vault.SealAsync(subject, Category.AccountCredential, shown.Secret, ct), Step = step, RecoveryCodes = HashesOf(subject, codes), OnSince = clock.GetUtcNow() });
            await db.SaveChangesAsync(ct);
            return codes;
        }

        /// <summary>Whether a code of the app or a recovery code counts now; it is used up then.</summary>
        public async Task<FactorAnswer> ProveAsync(Subject subject, string? typed, bool knownDevice, CancellationToken ct)
        {
            if (await FindAsync(subject, ct) is not { } factor) return new FactorAnswer.Wrong();
            var code = Cleaned(typed);
            if (code.Length == RecoveryLength && await UseUpAsync(factor, code, ct)) return new FactorAnswer.Right();
            var kind = knownDevice ? AttemptKind.SecondFactorOfDevice : AttemptKind.SecondFactorOfMember;
            if (await limits.WaitAsync(kind, subject.ToString(), ct) is { } wait) return new FactorAnswer.TooMany(wait);
            if (await SecretOfAsync(factor, ct) is not { } secret || StepOf(secret, code) is not { } step) return new FactorAnswer.Wrong();
            if (await db.SecondFactors.Where(f => f.Subject == subject && f.Step < step).ExecuteUpdateAsync(f => f.SetProperty(x => x.Step, step), ct) != 1) return new FactorAnswer.Wrong(); // used before
            await limits.ForgetAsync(kind, subject.ToString(), ct);
            return new FactorAnswer.Right();
        }

        /// <summary>New recovery codes; the former ones count no longer.</summary>
        public async Task<IReadOnlyList<string>> RenewCodesAsync(Subject subject, CancellationToken ct)
        {
            var codes = NewCodes();
            var hashes = HashesOf(subject, codes);
            await db.SecondFactors.Where(f => f.Subject == subject).ExecuteUpdateAsync(f => f.SetProperty(x => x.RecoveryCodes, hashes), ct);
            return codes;
        }

        public Task TurnOffAsync(Subject subject, CancellationToken ct) => db.SecondFactors.Where(f => f.Subject == subject).ExecuteDeleteAsync(ct);

        public static int CodesLeft(SecondFactor factor) => factor.RecoveryCodes.Length / HashSize;

        // Of two who type a code at once, one has it: the other's row is no longer as it was.
        private async Task<bool> UseUpAsync(SecondFactor factor, string code, CancellationToken ct)
        {
            var (hash, held) = (HashOf(factor.Subject, code), factor.RecoveryCodes);
            var rest = held.Chunk(HashSize).Where(h => !CryptographicOperations.FixedTimeEquals(h, hash)).SelectMany(h => h).ToArray();
            return rest.Length < held.Length && await db.SecondFactors.Where(f => f.Subject == factor.Subject && f.RecoveryCodes == held).ExecuteUpdateAsync(f => f.SetProperty(x => x.RecoveryCodes, rest), ct) == 1;
        }

        private async Task<string?> SecretOfAsync(SecondFactor factor, CancellationToken ct) =>
            await guard.DemandAsync(factor.Subject, Purpose.AccountIdentity, [Category.AccountCredential], ct) is Decision.Allowed yes ? await vault.OpenAsync(yes.Capability, Category.AccountCredential, factor.Secret, ct) : null;

        private long? StepOf(string secret, string code) =>
            code.Length == Digits && new Totp(Base32Encoding.ToBytes(secret)).VerifyTotp(clock.GetUtcNow().UtcDateTime, code, out var step, new(previous: 1, future: 1)) ? step : null;

        private static List<string> NewCodes() => [.. Enumerable.Range(0, RecoveryCodes).Select(_ => string.Join('-', RandomNumberGenerator.GetString(Alphabet, RecoveryLength).Chunk(4).Select(c => new string(c))))];

        private byte[] HashesOf(Subject subject, IEnumerable<string> codes) => [.. codes.SelectMany(c => HashOf(subject, Cleaned(c)))];

        private byte[] HashOf(Subject subject, string code) => vault.BlindIndex(Purpose.AccountIdentity, Category.AccountCredential, $"recovery|{subject}|{code}");

        // With dashes, spaces, small letters or full-width digits; O and I as they are meant.
        private static string Cleaned(string? typed)
        {
            if (typed is null or { Length: > 100 }) return "";
            var plain = typed.Where(char.IsLetterOrDigit).Select(c => c is >= '\uFF10' and <= '\uFF5A' ? (char)(c - 0xFEE0) : c).Select(char.ToUpperInvariant);
            return string.Concat(plain.Select(c => c switch { 'O' => '0', 'I' or 'L' => '1', _ => c }));
        }
    }
}
