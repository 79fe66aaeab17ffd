using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Privacy
{
    /// <summary>One look of a member of staff at a value in the clear, or a refused one.</summary>
    internal sealed class Reveal
    {
        public Guid Id { get; init; }
        [RetentionStart("access_audit")] public DateTimeOffset At { get; init; }

        [Personal(CategoryId.StaffAccess, Waiver = "Who looked: an id of the operator's staff")]
        public required Subject Staff { get; init; }

        [Personal(CategoryId.StaffAccess, Waiver = "A keyed reference: without the subject's key it leads to nobody")]
        public required byte[] SubjectReference { get; init; }
        [NotPersonal("An id of the registry")] public required string Purpose { get; init; }
        [NotPersonal("An id of the registry")] public required string Category { get; init; }

        [Personal(CategoryId.StaffAccess)] public required Sealed Reason { get; init; }
        public bool Allowed { get; init; }
    }

    /// <summary>Which key store belongs to this database: with another, or none, the site does not start.</summary>
    internal sealed class KeyStoreMark
    {
        public int Id { get; init; }
        [NotPersonal("The hash of a key")] public required string Fingerprint { get; init; }
        public DateTimeOffset At { get; init; }
    }

    internal sealed class RevealTable : IEntityTypeConfiguration<Reveal>
    {
        public void Configure(EntityTypeBuilder<Reveal> reveal)
        {
            reveal.ToTable("privacy_reveals").HasKey(r => r.Id);
            reveal.HasIndex(r => r.SubjectReference);
        }
    }

    internal sealed class KeyStoreMarkTable : IEntityTypeConfiguration<KeyStoreMark>
    {
        public void Configure(EntityTypeBuilder<KeyStoreMark> mark)
        {
            mark.ToTable("privacy_key_stores").HasKey(m => m.Id);
            mark.Property(m => m.Id).ValueGeneratedNever();
        }
    }
}

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<Reveal> Reveals => Set<Reveal>();
        public DbSet<KeyStoreMark> KeyStoreMarks => Set<KeyStoreMark>();
    }
}
