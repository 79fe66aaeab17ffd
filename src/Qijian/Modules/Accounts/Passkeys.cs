using System.Text.Json;
using Fido2NetLib;
using Fido2NetLib.Objects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<Passkey> Passkeys => Set<Passkey>();
    }
}

namespace Qijian.Modules.Accounts
{
    /// <summary>A key on a device of a member's, which unlocks it by finger, face or PIN. Its private half never leaves the device.</summary>
    internal sealed class Passkey : IEntityTypeConfiguration<Passkey>
    {
        public Guid Id { get; init; }
        public required Subject Subject { get; init; }

        [Personal(CategoryId.AccountCredential, Waiver = "A random id: at sign-in it leads to the public key before anybody is known")]
        public required byte[] CredentialId { get; init; }

        [Personal(CategoryId.AccountCredential, Waiver = "A public key")]
        public required byte[] PublicKey { get; init; }

        /// <summary>The device on which it was made.</summary>
        [Personal(CategoryId.DeviceSystem, Retention = "account")] public required Sealed Device { get; init; }

        /// <summary>How often the device used it, where it counts; 0 where it does not.</summary>
        public long SignCount { get; init; }
        public DateTimeOffset CreatedAt { get; init; }
        public DateTimeOffset? UsedAt { get; init; }
        [RetentionStart("account")] public DateTimeOffset? EndedAt { get; set; }

        void IEntityTypeConfiguration<Passkey>.Configure(EntityTypeBuilder<Passkey> builder)
        {
            builder.ToTable("accounts_passkeys").HasKey(p => p.Id);
            builder.HasIndex(p => p.CredentialId).IsUnique();
            builder.HasIndex(p => p.Subject);
        }
    }

    /// <summary>What a device was asked; once, for five minutes.</summary>
    /// <param name="Owner">To whom a new key is to belong; null at sign-in.</param>
    internal sealed record PasskeyTicket(string Options, string? Owner, DateTimeOffset At) : Ticket(At)
    {
        protected internal override TimeSpan Lifetime => Passkeys.Lifetime;
    }

    /// <summary>Adds passkeys and proves them (WebAuthn): the device always checks its user, so that a passkey is two factors in one.</summary>
    internal sealed class Passkeys(AppDb db, IVault vault, SignInTickets tickets, AttemptLimits limits, Device device, IHttpContextAccessor http, TimeProvider clock)
    {
        internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
        internal const int Most = 10;

        /// <summary>What the browser needs to make a passkey, as JSON; <paramref name="name"/> is what the device shows its user.</summary>
        public async Task<string> CreationAsync(Subject subject, string name, CancellationToken ct)
        {
            var held = await db.Passkeys.Where(p => p.Subject == subject).Select(p => p.CredentialId).ToListAsync(ct);
            var options = Library().RequestNewCredential(new()
            {
                User = new() { Id = HandleOf(subject), Name = name, DisplayName = name },
                ExcludeCredentials = [.. held.Select(id => new PublicKeyCredentialDescriptor(id))],
                AuthenticatorSelection = new() { ResidentKey = ResidentKeyRequirement.Required, UserVerification = UserVerificationRequirement.Required },
                AttestationPreference = AttestationConveyancePreference.None,
            });
            return Asked(options.ToJson(), subject);
        }

        /// <summary>Keeps the passkey that a device made; false where the answer is not to what was asked.</summary>
        public async Task<bool> AddAsync(Subject subject, string? ticket, string? answer, CancellationToken ct)
        {
            if (await AskedAsync(ticket, subject, ct) is not { } asked || await db.Passkeys.CountAsync(p => p.Subject == subject, ct) >= Most) return false;
            if (await VerifiedAsync(async () => await Library().MakeNewCredentialAsync(new()
            {
                AttestationResponse = JsonSerializer.Deserialize<AuthenticatorAttestationRawResponse>(answer!)!, OriginalOptions = CredentialCreateOptions.FromJson(asked.Options),
                IsCredentialIdUniqueToUserCallback = (_, _) => Task.FromResult(true), // below
            }, ct)) is not { } made || await db.Passkeys.AnyAsync(p => p.CredentialId == made.Id, ct)) return false;
            db.Add(new Passkey
            {
                Id = Guid.CreateVersion7(clock.GetUtcNow()), Subject = subject, CredentialId = made.Id, PublicKey = made.PublicKey, SignCount = made.SignCount, CreatedAt = clock.GetUtcNow(),
                Device = await vault.SealAsync(subject, Category.DeviceSystem, device.Words, ct),
            });
            await db.SaveChangesAsync(ct);
            return true;
        }

        /// <summary>What the browser needs to use any passkey of this site, as JSON. Says nothing of anybody.</summary>
        public string Request() => Asked(Library().GetAssertionOptions(new() { UserVerification = UserVerificationRequirement.Required }).ToJson(), null);

        /// <summary>Whose passkey was used; null where it was none of ours, or not for what was asked.</summary>
        public async Task<Subject?> ProveAsync(string? ticket, string? answer, CancellationToken ct)
        {
            if (await AskedAsync(ticket, null, ct) is not { } asked) return null;
            var response = await VerifiedAsync(() => Task.FromResult(JsonSerializer.Deserialize<AuthenticatorAssertionRawResponse>(answer!)));
            // Only a key that the device keeps with the handle of its user is a passkey.
            if (response is not { RawId: { } id, Response.UserHandle: { } handle } || await db.Passkeys.AsNoTracking().FirstOrDefaultAsync(p => p.CredentialId == id, ct) is not { } passkey) return null;
            if (await VerifiedAsync(async () => await Library().MakeAssertionAsync(new()
            {
                AssertionResponse = response, OriginalOptions = AssertionOptions.FromJson(asked.Options), StoredPublicKey = passkey.PublicKey, StoredSignatureCounter = (uint)passkey.SignCount,
                IsUserHandleOwnerOfCredentialIdCallback = (_, _) => Task.FromResult(handle.AsSpan().SequenceEqual(HandleOf(passkey.Subject))),
            }, ct)) is not { } used) return null;
            // A count that does not grow is that of a copy; and of two answers at once one counts.
            var (now, count) = (clock.GetUtcNow(), (long)used.SignCount);
            if (passkey.SignCount > 0 && count <= passkey.SignCount) return null;
            return await db.Passkeys.Where(p => p.Id == passkey.Id && p.SignCount == passkey.SignCount).ExecuteUpdateAsync(p => p.SetProperty(x => x.SignCount, count).SetProperty(x => x.UsedAt, now), ct) == 1 ? passkey.Subject : null;
        }

        public Task<List<Passkey>> ListAsync(Subject subject, CancellationToken ct) => db.Passkeys.AsNoTracking().Where(p => p.Subject == subject).OrderBy(p => p.CreatedAt).ToListAsync(ct);

        /// <summary>False where this member has none of that id.</summary>
        public async Task<bool> RemoveAsync(Subject subject, Guid id, CancellationToken ct) => await db.Passkeys.Where(p => p.Subject == subject && p.Id == id).ExecuteDeleteAsync(ct) == 1;

        // What the device knows its user by: the same for all keys of a member on this site, and of no meaning to anybody else.
        private byte[] HandleOf(Subject subject) => vault.BlindIndex(Purpose.AccountIdentity, Category.AccountCredential, $"passkey|{subject}");

        private string Asked(string options, Subject? owner) => $$"""{"options":{{options}},"ticket":"{{tickets.Write(new PasskeyTicket(options, owner?.ToString(), clock.GetUtcNow()))}}"}""";

        private async Task<PasskeyTicket?> AskedAsync(string? ticket, Subject? owner, CancellationToken ct) =>
            tickets.Read<PasskeyTicket>(ticket) is { } asked && asked.Owner == owner?.ToString() && await limits.WaitAsync(AttemptKind.PasskeyTicket, asked.Options, ct) is null ? asked : null;

        // Keys belong to the host of the request: browsers use them for no other, whatever a request says.
        private Fido2 Library()
        {
            var request = http.HttpContext!.Request;
            return new(new() { RPID = request.Host.Host, RPName = Text.SiteName, Origins = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { $"{request.Scheme}://{request.Host}" }, Timeout = (uint)Lifetime.TotalMilliseconds });
        }

        // An answer may be anything at all, and so may what the parts of the library say about it.
        private static async Task<T?> VerifiedAsync<T>(Func<Task<T>> verify) where T : class?
        {
            try
            {
                return await verify();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                return null;
            }
        }
    }
}
