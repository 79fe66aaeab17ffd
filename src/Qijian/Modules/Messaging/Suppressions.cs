using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Messaging
{
    /// <summary>A number or address to which nothing goes that can be refused: all that stays of somebody who unsubscribed.</summary>
    internal sealed class Suppression : IEntityTypeConfiguration<Suppression>
    {
        [Personal(CategoryId.MessageSuppression, Waiver = "A keyed value: without the key it leads to no address, and it must outlive the account")]
        public required byte[] Value { get; init; }
        [RetentionStart("suppression")] public DateTimeOffset AppliedAt { get; set; }

        void IEntityTypeConfiguration<Suppression>.Configure(EntityTypeBuilder<Suppression> suppression) => suppression.ToTable("messaging_suppressions").HasKey(s => s.Value);
    }

    internal sealed class Suppressions(AppDb db, IVault vault, TimeProvider clock)
    {
        /// <summary>Whether the address is suppressed; its time begins anew, once the context is saved.</summary>
        public async Task<bool> ContainsAsync(MessageChannel channel, string address, CancellationToken ct)
        {
            if (await db.Suppressions.FindAsync([ValueOf(channel, address)], ct) is not { } found) return false;
            found.AppliedAt = clock.GetUtcNow();
            return true;
        }

        /// <summary>From the next message on; adding it again changes nothing.</summary>
        public async Task AddAsync(MessageChannel channel, string address, CancellationToken ct)
        {
            if (await ContainsAsync(channel, address, ct)) return;
            db.Add(new Suppression { Value = ValueOf(channel, address), AppliedAt = clock.GetUtcNow() });
        }

        // Mail providers ignore the case of addresses, and so does whoever unsubscribes.
        private byte[] ValueOf(MessageChannel channel, string address) => vault.BlindIndex(Purpose.MessageSuppression, Category.MessageSuppression, $"{channel} {address.ToLowerInvariant()}");
    }
}

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<Suppression> Suppressions => Set<Suppression>();
    }
}
