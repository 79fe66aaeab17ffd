using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.Extensions.Options;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<Attempts> Attempts => Set<Attempts>();
    }
}

namespace Qijian.Modules.Accounts
{
    internal sealed class AccountsOptions
    {
        public const string Section = "Accounts";

        /// <summary>One-time codes an hour that the whole site sends.</summary>
        [Range(1, 10_000_000)] public int CodesPerHour { get; init; } = 2_000;

        /// <summary>One-time codes an hour to requests from one network.</summary>
        [Range(1, 1_000_000)] public int CodesPerNetwork { get; init; } = 60;
    }

    internal enum AttemptKind { SendFromNetwork = 1, SendFromSite = 2, CodeFromNetwork = 3, PasswordFromNetwork = 4, PasswordOfNumber = 5, PasswordOfDevice = 6, SecondFactorOfMember = 7, SecondFactorOfDevice = 8, PasskeyTicket = 9, SocialState = 10, PasswordOfProved = 11 }

    /// <summary>How often something was tried in a window of time, under a keyed hash of who tried it.</summary>
    internal sealed class Attempts : IEntityTypeConfiguration<Attempts>
    {
        [Personal(CategoryId.NetworkAddress, Waiver = "A keyed hash that leads to no address; gone after a day")]
        public required byte[] Id { get; init; }
        [RetentionStart("one_time_code")] public DateTimeOffset Since { get; init; }
        public int Count { get; init; }

        void IEntityTypeConfiguration<Attempts>.Configure(EntityTypeBuilder<Attempts> builder) => builder.ToTable("accounts_attempts").HasKey(a => a.Id);
    }

    /// <summary>So many tries in a window, on every node together. What is counted is a keyed hash: neither numbers nor addresses are kept.</summary>
    internal sealed class AttemptLimits(AppDb db, IVault vault, TimeProvider clock, IOptions<AccountsOptions> options)
    {
        /// <summary>Counts one more try. How long to wait, where there have been too many; null where it may go on.</summary>
        public async Task<TimeSpan?> WaitAsync(AttemptKind kind, string who, CancellationToken ct)
        {
            var (most, window) = LimitOf(kind);
            var (key, now) = (KeyOf(kind, who), clock.GetUtcNow());
            var (at, over) = (now.ToUnixTimeMilliseconds(), (now - window).ToUnixTimeMilliseconds());
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO accounts_attempts (id, since, count) VALUES ({key}, {at}, 1)
                ON CONFLICT (id) DO UPDATE SET
                  count = CASE WHEN accounts_attempts.since > {over} AND accounts_attempts.since <= {at} THEN accounts_attempts.count + 1 ELSE 1 END,
                  since = CASE WHEN accounts_attempts.since > {over} AND accounts_attempts.since <= {at} THEN accounts_attempts.since ELSE {at} END
                """, ct);
            var row = await db.Attempts.AsNoTracking().SingleAsync(a => a.Id == key, ct);
            return row.Count > most ? row.Since + window - now : null;
        }

        /// <summary>Forgets the tries of one who succeeded.</summary>
        public Task ForgetAsync(AttemptKind kind, string who, CancellationToken ct)
        {
            var key = KeyOf(kind, who);
            return db.Attempts.Where(a => a.Id == key).ExecuteDeleteAsync(ct);
        }

        /// <summary>The network of a client, as far as one customer of a carrier reaches: /24, or /56 for IPv6.</summary>
        public static string NetworkOf(HttpContext http)
        {
            if (http.Connection.RemoteIpAddress is not { } address) return "";
            if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
            var bytes = address.GetAddressBytes();
            bytes.AsSpan(address.AddressFamily is AddressFamily.InterNetwork ? 3 : 7).Clear();
            return new IPAddress(bytes).ToString();
        }

        private (int Most, TimeSpan Window) LimitOf(AttemptKind kind) => kind switch
        {
            AttemptKind.SendFromNetwork => (options.Value.CodesPerNetwork, TimeSpan.FromHours(1)),
            AttemptKind.SendFromSite => (options.Value.CodesPerHour, TimeSpan.FromHours(1)),
            AttemptKind.CodeFromNetwork => (5, OneTimeCodes.Lifetime),
            AttemptKind.PasswordFromNetwork => (5, TimeSpan.FromMinutes(15)),
            AttemptKind.PasswordOfNumber => (50, TimeSpan.FromDays(1)),
            AttemptKind.SecondFactorOfMember => (20, TimeSpan.FromDays(1)),
            AttemptKind.PasskeyTicket => (1, Passkeys.Lifetime),
            AttemptKind.SocialState => (1, TimeSpan.FromHours(1)), // longer than a state holds: it counts once
            _ => (10, TimeSpan.FromHours(1)),
        };

        private byte[] KeyOf(AttemptKind kind, string who) => vault.BlindIndex(Purpose.AccountSecurity, Category.NetworkAddress, $"{(int)kind}|{who}");
    }
}
