using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Messaging
{
    /// <summary>A message on the site: its template and values, so that each reader sees it in the language of the page.</summary>
    internal sealed class InboxMessage : IEntityTypeConfiguration<InboxMessage>
    {
        public Guid Id { get; init; }
        public Subject Subject { get; init; }
        [NotPersonal("An id of the registry")] public required string Template { get; init; }
        [NotPersonal("A word of the caller, made of ids")] public string? Key { get; init; }
        [Personal(CategoryId.MessageContent, Retention = "inbox")] public required Sealed Content { get; init; }
        [RetentionStart("inbox")] public DateTimeOffset At { get; init; }
        public DateTimeOffset? ReadAt { get; set; }

        void IEntityTypeConfiguration<InboxMessage>.Configure(EntityTypeBuilder<InboxMessage> message)
        {
            message.ToTable("messaging_inbox").HasKey(m => m.Id);
            message.HasIndex(m => new { m.Subject, m.At });
            message.HasIndex(m => new { m.Subject, m.Key }).IsUnique().HasFilter("key IS NOT NULL");
        }
    }
}

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<InboxMessage> InboxMessages => Set<InboxMessage>();
    }
}
