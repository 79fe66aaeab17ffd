using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Privacy
{
    /// <summary>What the gate decided.</summary>
    internal enum EgressOutcome : byte { Sent = 1, Refused, Failed }

    /// <summary>One call that left the site, or was not let out: to whom, what for, which categories. Never the values.</summary>
    internal sealed class EgressRecord
    {
        public Guid Id { get; init; }
        [RetentionStart("sharing_record")] public DateTimeOffset At { get; init; }
        [NotPersonal("An id of the registry")] public required string Recipient { get; init; }
        [NotPersonal("An id of the registry")] public required string Purpose { get; init; }
        public Basis Basis { get; init; }
        [NotPersonal("http, smtp, sms or push")] public required string Channel { get; init; }
        [NotPersonal("A host of the registry, or the one that was refused")] public required string Host { get; init; }
        [NotPersonal("Ids of the registry")] public required string Categories { get; init; }

        [Personal(CategoryId.SharingRecord, Waiver = "A keyed reference: without the subject's key it leads to nobody")]
        public byte[]? SubjectReference { get; init; }
        public EgressOutcome Outcome { get; init; }
        [NotPersonal("A word of ours")] public string? Reason { get; init; }
    }

    internal sealed class EgressTable : IEntityTypeConfiguration<EgressRecord>
    {
        public void Configure(EntityTypeBuilder<EgressRecord> record)
        {
            record.ToTable("privacy_egress").HasKey(e => e.Id);
            record.HasIndex(e => e.At);
            record.HasIndex(e => e.SubjectReference).HasFilter("subject_reference IS NOT NULL");
        }
    }
}

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<EgressRecord> EgressRecords => Set<EgressRecord>();
    }
}
