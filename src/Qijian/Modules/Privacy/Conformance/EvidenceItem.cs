using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Privacy
{
    /// <summary>One entry of the evidence log: what was proved, when, by which build. It holds no personal data.</summary>
    internal sealed class EvidenceItem
    {
        public long Sequence { get; init; }
        public DateTimeOffset At { get; init; }
        [NotPersonal("A word of ours: probe, sabotage, sweep, publication, record")] public required string Kind { get; init; }
        [NotPersonal("What it is about: the id of a probe, a rule, a version")] public required string Topic { get; init; }
        [NotPersonal("JSON of counts, ids and hashes; whoever writes evidence passes a type that has nothing else")] public required string Payload { get; init; }
        [NotPersonal("A hash")] public required byte[] PreviousHash { get; init; }
        [NotPersonal("A hash")] public required byte[] Hash { get; init; }
    }

    /// <summary>The signed head of the evidence log at a moment.</summary>
    internal sealed class Checkpoint
    {
        /// <summary>The last entry that it covers.</summary>
        public long Sequence { get; init; }
        public DateTimeOffset At { get; init; }
        [NotPersonal("A hash")] public required byte[] Head { get; init; }
        [NotPersonal("A signature")] public required byte[] Signature { get; init; }
        [NotPersonal("The hash of a public key")] public required string Key { get; init; }
    }

    internal sealed class EvidenceTable : IEntityTypeConfiguration<EvidenceItem>
    {
        public void Configure(EntityTypeBuilder<EvidenceItem> item)
        {
            item.ToTable("privacy_evidence").HasKey(e => e.Sequence);
            item.Property(e => e.Sequence).ValueGeneratedNever();
            item.HasIndex(e => new { e.Kind, e.Topic, e.Sequence });
        }
    }

    internal sealed class CheckpointTable : IEntityTypeConfiguration<Checkpoint>
    {
        public void Configure(EntityTypeBuilder<Checkpoint> checkpoint)
        {
            checkpoint.ToTable("privacy_checkpoints").HasKey(c => c.Sequence);
            checkpoint.Property(c => c.Sequence).ValueGeneratedNever();
        }
    }
}

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<EvidenceItem> Evidence => Set<EvidenceItem>();
        public DbSet<Checkpoint> Checkpoints => Set<Checkpoint>();
    }
}
