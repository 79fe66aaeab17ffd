using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Privacy
{
    /// <summary>What happened between a person and a purpose.</summary>
    internal enum ConsentEventKind : byte { NoticeShown = 1, Granted, Refused, Withdrawn, Expired, Invalidated, Superseded, GuardianGranted, GuardianWithdrawn, Signal }

    /// <summary>By which act it happened.</summary>
    internal enum ConsentMethod : byte { Click = 1, OneTimeCode, SmsKeyword, OneClickPost, Api, StaffOnBehalf, BrowserSignal, Clock }

    /// <summary>
    /// One row of the consent ledger, with the fields of ISO/IEC TS 27560. Rows are only ever added; each carries the hash of the one
    /// before, and their numbers have no gap.
    /// </summary>
    internal sealed class ConsentEvent
    {
        public long Sequence { get; init; }

        /// <summary>One for (subject, purpose, recipient, policy version).</summary>
        public Guid Record { get; init; }

        [Personal(CategoryId.ConsentRecord, Waiver = "A keyed reference: without the subject's key it leads to nobody")]
        public required byte[] SubjectReference { get; init; }
        public ConsentEventKind Kind { get; init; }

        [NotPersonal("An id of the registry")] public required string Purpose { get; init; }
        [NotPersonal("An id of the registry")] public string? Recipient { get; init; }
        [NotPersonal("Ids of the registry")] public required string Categories { get; init; }
        public Basis Basis { get; init; }
        public int PolicyVersion { get; init; }
        [NotPersonal("Ids of clauses")] public required string Clauses { get; init; }
        [NotPersonal("The hash of what was shown: text, layout, language and channel")] public required byte[] NoticeHash { get; init; }
        [NotPersonal("The page or interface that asked")] public required string CollectionPoint { get; init; }
        public ConsentMethod Method { get; init; }
        [NotPersonal("An id of the registry")] public required string Retention { get; init; }
        [NotPersonal("A country")] public required string StorageLocation { get; init; }
        [NotPersonal("A country")] public required string Jurisdiction { get; init; }
        [NotPersonal("An address of this site")] public required string WithdrawalMethod { get; init; }
        public DateTimeOffset OccurredAt { get; init; }
        public DateTimeOffset RecordedAt { get; init; }

        [Personal(CategoryId.ConsentRecord, Waiver = "The word subject, or a role of the operator's staff")]
        public required string Actor { get; init; }
        [NotPersonal("A hash")] public required byte[] PreviousHash { get; init; }
        [NotPersonal("A hash")] public byte[] Hash { get; set; } = []; // of all the others: the ledger sets it last
    }

    internal sealed class ConsentEventTable : IEntityTypeConfiguration<ConsentEvent>
    {
        public void Configure(EntityTypeBuilder<ConsentEvent> entry)
        {
            entry.ToTable("privacy_consent_events").HasKey(e => e.Sequence);
            entry.Property(e => e.Sequence).ValueGeneratedNever();
            entry.HasIndex(e => e.SubjectReference);
        }
    }
}

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<ConsentEvent> ConsentEvents => Set<ConsentEvent>();
    }
}
