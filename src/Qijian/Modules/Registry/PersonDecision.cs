using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Privacy;
using Qijian.Modules.Registry;

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<PersonDecision> PersonDecisions => Set<PersonDecision>();
    }
}

namespace Qijian.Modules.Registry
{
    /// <summary>Whether two persons of the records are one.</summary>
    public enum Sameness : byte
    {
        /// <summary>One person: the roles stand together.</summary>
        Same = 1,

        /// <summary>Two persons, and so is everybody who is the same as either of them.</summary>
        Different = 2,

        /// <summary>Looked at, and nothing proves either.</summary>
        Unsure = 3,
    }

    /// <summary>
    /// What the staff decided of two persons of the records. It goes by their public ids, which are the same in every database, so that it holds
    /// through every later import; the records stay as they were filed. Taken back, it stays on file as what once held.
    /// </summary>
    internal sealed class PersonDecision : IEntityTypeConfiguration<PersonDecision>
    {
        public Guid Id { get; init; }

        /// <summary>The lesser of the two ids.</summary>
        [Personal(CategoryId.PublicRoleName, Waiver = PublicRole.Waiver)] public required string First { get; set; }
        [Personal(CategoryId.PublicRoleName, Waiver = PublicRole.Waiver)] public required string Second { get; set; }
        public Sameness Sameness { get; init; }

        /// <summary>What it rests on. Shown to everybody.</summary>
        [Personal(CategoryId.PublicRoleRole, Waiver = PublicRole.Waiver)] public required string Why { get; init; }

        [Personal(CategoryId.StaffAccess, Waiver = "The number of a member of staff")]
        public required Subject DecidedBy { get; init; }
        public DateTimeOffset DecidedAt { get; init; }

        [Personal(CategoryId.StaffAccess, Waiver = "The number of a member of staff")]
        public Subject? EndedBy { get; set; }
        public DateTimeOffset? EndedAt { get; set; }

        void IEntityTypeConfiguration<PersonDecision>.Configure(EntityTypeBuilder<PersonDecision> builder)
        {
            builder.ToTable("registry_person_decisions").HasKey(d => d.Id);
            builder.HasIndex(d => new { d.First, d.Second }).IsUnique().HasFilter("ended_at IS NULL");
            builder.HasIndex(d => d.Second);
        }
    }
}
