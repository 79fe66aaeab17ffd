using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;
using Qijian.Platform;
using Qijian.Platform.Data;

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<Session> Sessions => Set<Session>();
    }
}

namespace Qijian.Modules.Accounts
{
    /// <summary>A browser that is signed in. The cookie holds a random key; here is its hash.</summary>
    internal sealed class Session : IEntityTypeConfiguration<Session>
    {
        public Guid Id { get; init; }
        public required Subject Subject { get; init; }

        [Personal(CategoryId.AccountCredential, Waiver = "The hash of a random key")]
        public required byte[] KeyHash { get; init; }
        [Personal(CategoryId.DeviceSystem, Retention = "session")] public required Sealed Device { get; init; }
        public SignInMethod Method { get; init; }
        public DateTimeOffset StartedAt { get; init; }
        public DateTimeOffset SeenAt { get; init; }
        [RetentionStart("session")] public DateTimeOffset EndsAt { get; init; }

        void IEntityTypeConfiguration<Session>.Configure(EntityTypeBuilder<Session> builder)
        {
            builder.ToTable("accounts_sessions").HasKey(s => s.Id);
            builder.HasIndex(s => s.KeyHash).IsUnique();
            builder.HasIndex(s => s.Subject);
        }
    }

    /// <summary>Keeps sessions in the database: each request asks whether its own still stands, so that ending one holds at once.</summary>
    internal sealed class SessionStore(Scoped<SessionRows> rows, PreparedReads reads, TimeProvider clock) : ITicketStore
    {
        /// <summary>A session ends so long after it was last used, and in any case so long after it began.</summary>
        internal static readonly TimeSpan Idle = TimeSpan.FromDays(30), Longest = TimeSpan.FromDays(90);

        private static readonly TimeSpan Touch = TimeSpan.FromHours(1);

        /// <summary>Claims of a session beside the subject's.</summary>
        internal const string IdClaim = "session", DeviceProperty = "device", MethodProperty = "method";

        public Task<string> StoreAsync(AuthenticationTicket ticket) => StoreAsync(ticket, CancellationToken.None);

        public async Task<string> StoreAsync(AuthenticationTicket ticket, CancellationToken cancellationToken)
        {
            var key = RandomNumberGenerator.GetBytes(32);
            await using var lease = rows.Open();
            await lease.Service.AddAsync(SubjectOf(ticket.Principal)!.Value, SHA256.HashData(key), ticket.Properties.Items[DeviceProperty] ?? "", Enum.Parse<SignInMethod>(ticket.Properties.Items[MethodProperty]!), cancellationToken);
            return WebEncoders.Base64UrlEncode(key);
        }

        public Task RenewAsync(string key, AuthenticationTicket ticket) => Task.CompletedTask; // touched where it is read

        public async Task<AuthenticationTicket?> RetrieveAsync(string key)
        {
            if (HashOf(key) is not { } hash) return null;
            var now = clock.GetUtcNow();
            var found = await reads.RunAsync("SELECT s.id, s.subject, s.seen_at FROM accounts_sessions s JOIN accounts_members m ON m.subject = s.subject WHERE s.key_hash = @hash AND s.ends_at > @now AND m.ended_at IS NULL;",
                [("hash", hash), ("now", now.ToUnixTimeMilliseconds())],
                async (row, ct) => await row.ReadAsync(ct) ? (Id: row.GetFieldValue<Guid>(0), Subject: Subject.Parse(row.GetString(1), null), SeenAt: DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2))) : ((Guid Id, Subject Subject, DateTimeOffset SeenAt)?)null, CancellationToken.None);
            if (found is not { } session) return null;
            if (now - session.SeenAt > Touch)
            {
                await using var lease = rows.Open();
                await lease.Service.TouchAsync(session.Id, CancellationToken.None);
            }

            return new(PrincipalOf(session.Subject, session.Id), new() { AllowRefresh = false }, IdentityConstants.ApplicationScheme);
        }

        public async Task RemoveAsync(string key)
        {
            if (HashOf(key) is not { } hash) return;
            await using var lease = rows.Open();
            await lease.Service.RemoveAsync(hash, CancellationToken.None);
        }

        internal static ClaimsPrincipal PrincipalOf(Subject subject, Guid? session) =>
            new(new ClaimsIdentity([new(ICurrentSubject.Claim, subject.ToString()), .. session is { } id ? new Claim[] { new(IdClaim, id.ToString("N")) } : []], IdentityConstants.ApplicationScheme));

        internal static Guid? IdOf(ClaimsPrincipal user) => Guid.TryParseExact(user.FindFirst(IdClaim)?.Value, "N", out var id) ? id : null;

        internal static Subject? SubjectOf(ClaimsPrincipal user) => Subject.TryParse(user.FindFirst(ICurrentSubject.Claim)?.Value, null, out var subject) ? subject : null;

        private static byte[]? HashOf(string key)
        {
            try
            {
                return SHA256.HashData(WebEncoders.Base64UrlDecode(key));
            }
            catch (FormatException)
            {
                return null;
            }
        }
    }

    internal class SessionRows(AppDb db, IVault vault, TimeProvider clock)
    {
        /// <summary>Only a sign-in as recent as this proves the holder: a session that was left open does not.</summary>
        internal static readonly TimeSpan Fresh = TimeSpan.FromMinutes(15);

        public Task<bool> IsFreshAsync(Guid? session, CancellationToken ct)
        {
            var since = clock.GetUtcNow() - Fresh;
            return db.Sessions.AnyAsync(s => s.Id == session && s.StartedAt > since, ct);
        }

        public async Task AddAsync(Subject subject, byte[] keyHash, string device, SignInMethod method, CancellationToken ct)
        {
            var now = clock.GetUtcNow();
            db.Add(new Session { Id = Guid.CreateVersion7(now), Subject = subject, KeyHash = keyHash, Device = await vault.SealAsync(subject, Category.DeviceSystem, device, ct), Method = method, StartedAt = now, SeenAt = now, EndsAt = now + SessionStore.Idle });
            await db.SaveChangesAsync(ct);
        }

        public async Task TouchAsync(Guid id, CancellationToken ct)
        {
            var now = clock.GetUtcNow();
            if (await db.Sessions.AsNoTracking().FirstOrDefaultAsync(s => s.Id == id, ct) is not { } session) return;
            var ends = session.StartedAt + SessionStore.Longest < now + SessionStore.Idle ? session.StartedAt + SessionStore.Longest : now + SessionStore.Idle;
            await db.Sessions.Where(s => s.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.SeenAt, now).SetProperty(x => x.EndsAt, ends), ct);
        }

        public Task RemoveAsync(byte[] keyHash, CancellationToken ct) => db.Sessions.Where(s => s.KeyHash == keyHash).ExecuteDeleteAsync(ct);

        /// <summary>Ends sessions of a person: one, or all but one.</summary>
        public virtual Task<int> EndAsync(Subject subject, Guid? only, Guid? but, CancellationToken ct) =>
            db.Sessions.Where(s => s.Subject == subject && (only == null || s.Id == only) && (but == null || s.Id != but)).ExecuteDeleteAsync(ct);
    }
}
