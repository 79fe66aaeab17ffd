using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Messaging
{
    /// <summary>A message that waits, or has had its turn: then without its values, to recognise a repeated one by its key.</summary>
    internal sealed class QueuedMessage : IEntityTypeConfiguration<QueuedMessage>
    {
        public Guid Id { get; init; }
        public Subject Subject { get; init; }
        [NotPersonal("An id of the registry")] public required string Template { get; init; }
        public MessageChannel Channel { get; init; }
        [NotPersonal("A word of the caller, made of ids")] public string? Key { get; init; }
        [Personal(CategoryId.MessageContent, Retention = "message_queue")] public Sealed? Content { get; set; }
        [RetentionStart("message_queue")] public DateTimeOffset QueuedAt { get; init; }

        /// <summary>When its turn comes.</summary>
        public DateTimeOffset DueAt { get; set; }

        /// <summary>Whose turn it is: the worker's own word, until the moment beside it.</summary>
        public Guid? Lease { get; set; }
        public DateTimeOffset? LeasedUntil { get; set; }

        /// <summary>How often it was tried.</summary>
        public int Attempts { get; set; }

        /// <summary>When it was handed over without an answer so far. Saved before it is: after a crash it says that the message may have gone.</summary>
        public DateTimeOffset? HandedAt { get; set; }

        /// <summary>Null while it waits.</summary>
        public DeliveryOutcome? Result { get; set; }
        [NotPersonal("A word of ours or of the carrier")] public string? Reason { get; set; }

        void IEntityTypeConfiguration<QueuedMessage>.Configure(EntityTypeBuilder<QueuedMessage> message)
        {
            message.ToTable("messaging_queue").HasKey(m => m.Id);
            message.Property(m => m.Lease).IsConcurrencyToken(); // whoever lost it writes nothing
            message.HasIndex(m => m.DueAt).HasFilter("result IS NULL");
            message.HasIndex(m => new { m.Subject, m.Channel, m.Key }).IsUnique().HasFilter("key IS NOT NULL");
        }
    }
}

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<QueuedMessage> QueuedMessages => Set<QueuedMessage>();
    }
}
