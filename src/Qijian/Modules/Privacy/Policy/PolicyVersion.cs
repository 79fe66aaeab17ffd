using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Privacy
{
    /// <summary>How a version differs from the one before. Broadened where the registry reaches further, whatever its author says.</summary>
    internal enum ChangeClass : byte { First = 1, Editorial, Clarified, Narrowed, Broadened }

    /// <summary>A published version of the policy. Its row is written once and never changed, but for the moment it took effect.</summary>
    internal sealed class PolicyVersion
    {
        public int Number { get; init; }

        /// <summary>SHA-256 over the canonical form of both languages, the bindings and the registry.</summary>
        [NotPersonal("A hash")] public required byte[] Hash { get; init; }
        [NotPersonal("A hash")] public required byte[] RegistryHash { get; init; }

        /// <summary>Everything that the version consists of, compressed: it stays readable whatever the folder holds later.</summary>
        [NotPersonal("The published texts and the registry")] public required byte[] Content { get; init; }
        public ChangeClass Change { get; init; }
        public DateTimeOffset PublishedAt { get; init; }
        public DateTimeOffset EffectiveFrom { get; init; }
        [NotPersonal("A role")] public required string ApprovedBy { get; init; }
        public DateTimeOffset? ActivatedAt { get; set; }
    }

    /// <summary>One notice of a version to one person, or to everybody, by one channel.</summary>
    internal sealed class PolicyNotice
    {
        public Guid Id { get; init; }
        public int Version { get; init; }

        /// <summary>Null for the announcement to everybody.</summary>
        [Personal(CategoryId.MessageDelivery, Waiver = "A keyed reference: without the subject's key it leads to nobody")]
        public byte[]? SubjectReference { get; init; }
        [NotPersonal("page, announcement, inbox or email")] public required string Channel { get; init; }
        [RetentionStart("message_proof")] public DateTimeOffset At { get; init; }
        public bool Delivered { get; init; }
        [NotPersonal("A word of ours")] public string? Reason { get; init; }
    }

    internal sealed class PolicyVersionTable : IEntityTypeConfiguration<PolicyVersion>
    {
        public void Configure(EntityTypeBuilder<PolicyVersion> version)
        {
            version.ToTable("privacy_policy_versions").HasKey(v => v.Number);
            version.Property(v => v.Number).ValueGeneratedNever();
        }
    }

    internal sealed class PolicyNoticeTable : IEntityTypeConfiguration<PolicyNotice>
    {
        public void Configure(EntityTypeBuilder<PolicyNotice> notice)
        {
            notice.ToTable("privacy_notices").HasKey(n => n.Id);
            notice.HasIndex(n => new { n.Version, n.SubjectReference });
        }
    }
}

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<PolicyVersion> PolicyVersions => Set<PolicyVersion>();
        public DbSet<PolicyNotice> PolicyNotices => Set<PolicyNotice>();
    }
}
