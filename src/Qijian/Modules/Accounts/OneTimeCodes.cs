using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Accounts;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<OneTimeCode> OneTimeCodes => Set<OneTimeCode>();
    }
}

namespace Qijian.Modules.Accounts
{
    /// <summary>What a code is for: one that was sent for one thing is of no use for another.</summary>
    internal enum CodeUse { SignIn = 1, Guardian = 2, NewNumber = 3, Email = 4 }

    /// <summary>Where a code goes: a mobile number or an e-mail address.</summary>
    internal readonly record struct CodeTarget(MessageChannel Channel, string Value)
    {
        public Category Category => Channel is MessageChannel.Email ? Category.ContactEmail : Category.ContactPhone;

        public static implicit operator CodeTarget(PhoneNumber number) => new(MessageChannel.Sms, number.E164);

        public override string ToString() => "•••";
    }

    /// <summary>A code that was sent. It leads to a number by a keyed index only, and is gone after a day.</summary>
    internal sealed class OneTimeCode : IEntityTypeConfiguration<OneTimeCode>
    {
        public Guid Id { get; init; }
        public CodeUse Use { get; init; }

        [Personal(CategoryId.ContactPhone, Waiver = "A keyed index of the number or address that was typed: without it a code could not be checked")]
        public required byte[] PhoneIndex { get; init; }

        [Personal(CategoryId.AccountCredential, Waiver = "A keyed hash of the code")]
        public required byte[] Hash { get; init; }
        public int Digits { get; init; }
        [RetentionStart("one_time_code")] public DateTimeOffset IssuedAt { get; init; }
        public int Failures { get; init; }
        public DateTimeOffset? UsedAt { get; init; }

        void IEntityTypeConfiguration<OneTimeCode>.Configure(EntityTypeBuilder<OneTimeCode> builder)
        {
            builder.ToTable("accounts_codes").HasKey(c => c.Id);
            builder.HasIndex(c => new { c.PhoneIndex, c.IssuedAt });
        }
    }

    /// <summary>What became of asking for a code.</summary>
    internal abstract record SendCodeResult
    {
        /// <summary>It is under way; another may be asked for after a while. The same whether the number has an account or not.</summary>
        public sealed record Sent(TimeSpan Again) : SendCodeResult;

        /// <summary>One was sent shortly before, which still counts.</summary>
        public sealed record Wait(TimeSpan Again) : SendCodeResult;

        /// <summary>Too many from this network or from the whole site.</summary>
        public sealed record Busy(TimeSpan Again) : SendCodeResult;

        /// <summary>No short messages can be sent.</summary>
        public sealed record Unavailable : SendCodeResult;
    }

    /// <summary>
    /// One-time codes by short message: six digits, five minutes, once. Whoever guesses burns a code after twenty failures, and the next
    /// ones for that number have ten digits, which guessing does not reach: a number is never locked. Whoever asks again and again gets one
    /// a minute, after five in an hour one every ten minutes; the last one that was sent counts, whoever asked for it.
    /// </summary>
    internal class OneTimeCodes(AppDb db, IVault vault, IMessageGate messages, AttemptLimits limits, TimeProvider clock)
    {
        internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
        private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1), LongInterval = TimeSpan.FromMinutes(10), Hour = TimeSpan.FromHours(1), Day = TimeSpan.FromDays(1);
        internal const int Digits = 6, ManyDigits = 10, MostFailures = 20, MostFailuresOfMany = 100_000;
        private const int ManyAnHour = 5;

        /// <summary>Sends a code to a number or address. Nothing is looked up that depends on whether anybody has it.</summary>
        public async Task<SendCodeResult> SendAsync(CodeUse use, CodeTarget to, MessageTemplate template, string network, bool english, CancellationToken ct)
        {
            var now = clock.GetUtcNow();
            var index = IndexOf(to);
            var recent = await db.OneTimeCodes.AsNoTracking().Where(c => c.PhoneIndex == index && c.IssuedAt > now - Day).Select(c => new { c.IssuedAt, c.Failures }).ToListAsync(ct);
            if (recent.Count > 0)
            {
                var last = recent.Max(c => c.IssuedAt);
                var interval = recent.Count(c => c.IssuedAt > now - Hour) >= ManyAnHour ? LongInterval : Interval;
                if (now - last < interval) return new SendCodeResult.Wait(last + interval - now);
            }

            if (await limits.WaitAsync(AttemptKind.SendFromNetwork, network, ct) is { } ofNetwork) return new SendCodeResult.Busy(ofNetwork);
            if (await limits.WaitAsync(AttemptKind.SendFromSite, "", ct) is { } ofSite) return new SendCodeResult.Busy(ofSite);
            var digits = recent.Sum(c => c.Failures) >= MostFailures ? ManyDigits : Digits;
            var code = RandomNumberGenerator.GetString("0123456789", digits);
            OneTimeCode row = new() { Id = Guid.CreateVersion7(now), Use = use, PhoneIndex = index, Hash = HashOf(use, index, code), Digits = digits, IssuedAt = now };
            db.Add(row);
            await db.SaveChangesAsync(ct); // before it goes: a code that arrives is one that counts
            db.Entry(row).State = EntityState.Detached;
            var sent = await messages.SendNowAsync(new(template, to.Channel, null)
            {
                Values = new Dictionary<string, string>(StringComparer.Ordinal) { ["code"] = code, ["minutes"] = Lifetime.TotalMinutes.ToString("0", CultureInfo.InvariantCulture) },
            }, new(to.Value, english), ct);
            if (sent is MessageResult.Sent or MessageResult.Failed { Fault: MessageFault.Unknown }) return new SendCodeResult.Sent(Interval);
            await db.OneTimeCodes.Where(c => c.Id == row.Id).ExecuteDeleteAsync(CancellationToken.None); // it never left
            return new SendCodeResult.Unavailable();
        }

        /// <summary>Whether a code proves the number or address now; it is used up then. Equal work whatever was typed.</summary>
        public virtual async Task<CodeAnswer> ProveAsync(CodeUse use, CodeTarget to, string? typed, string network, CancellationToken ct)
        {
            var index = IndexOf(to);
            if (await limits.WaitAsync(AttemptKind.CodeFromNetwork, $"{network}|{to.Value}", ct) is { } wait) return new CodeAnswer.TooMany(wait);
            var now = clock.GetUtcNow();
            var hash = HashOf(use, index, Cleaned(typed));
            var live = await db.OneTimeCodes.AsNoTracking().Where(c => c.PhoneIndex == index && c.Use == use && c.UsedAt == null && c.IssuedAt > now - Lifetime && c.IssuedAt <= now).ToListAsync(ct);
            var right = live.Where(c => c.Failures < (c.Digits == Digits ? MostFailures : MostFailuresOfMany)).FirstOrDefault(c => CryptographicOperations.FixedTimeEquals(c.Hash, hash));
            if (right is null)
            {
                await db.OneTimeCodes.Where(c => c.PhoneIndex == index && c.Use == use && c.UsedAt == null && c.IssuedAt > now - Lifetime).ExecuteUpdateAsync(c => c.SetProperty(x => x.Failures, x => x.Failures + 1), ct);
                return live.Count == 0 || live.TrueForAll(c => c.Digits == Digits && c.Failures + 1 >= MostFailures) ? new CodeAnswer.Over() : new CodeAnswer.Wrong();
            }

            // Of two who type it at once, one has it.
            if (await db.OneTimeCodes.Where(c => c.Id == right.Id && c.UsedAt == null).ExecuteUpdateAsync(c => c.SetProperty(x => x.UsedAt, now), ct) != 1) return new CodeAnswer.Over();
            await limits.ForgetAsync(AttemptKind.CodeFromNetwork, $"{network}|{to.Value}", ct);
            return new CodeAnswer.Right();
        }

        /// <summary>Nothing is left of the codes of a number.</summary>
        public Task ForgetAsync(CodeTarget to, CancellationToken ct)
        {
            var index = IndexOf(to);
            return db.OneTimeCodes.Where(c => c.PhoneIndex == index).ExecuteDeleteAsync(ct);
        }

        /// <summary>By which the account of a number is found.</summary>
        public byte[] IndexOf(CodeTarget to) => vault.BlindIndex(Purpose.AccountIdentity, to.Category, to.Value);

        // Pasted whole: with the words around it, spaces, a dash, full-width digits.
        private static string Cleaned(string? typed) => typed is null ? "" : string.Concat(typed.Where(char.IsDigit).Take(ManyDigits + 1).Select(c => (char)('0' + (int)char.GetNumericValue(c))));

        private byte[] HashOf(CodeUse use, byte[] index, string code) => vault.BlindIndex(Purpose.AccountIdentity, Category.AccountCredential, $"{(int)use}|{Convert.ToHexString(index)}|{code}");
    }

    /// <summary>What a typed code was.</summary>
    internal abstract record CodeAnswer
    {
        public sealed record Right : CodeAnswer;

        public sealed record Wrong : CodeAnswer;

        /// <summary>There is none that would count: over, used or burnt.</summary>
        public sealed record Over : CodeAnswer;

        /// <summary>Too many tries from this network for this number.</summary>
        public sealed record TooMany(TimeSpan Again) : CodeAnswer;
    }
}
