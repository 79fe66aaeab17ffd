using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<Training> Trainings => Set<Training>();
    }
}

namespace Qijian.Modules.Accounts
{
    /// <summary>A course that a member of staff passed, and until when that counts.</summary>
    internal sealed class Training : IEntityTypeConfiguration<Training>
    {
        public Guid Id { get; init; }

        [Personal(CategoryId.StaffAccess, Waiver = "The number of a member of staff")]
        public required Subject Staff { get; init; }
        [NotPersonal("The name of a course")] public required string Course { get; init; }
        public DateTimeOffset PassedAt { get; init; }

        /// <summary>The end of the last day on which it counts. It is kept as long as looks of that day are.</summary>
        [RetentionStart("access_audit")] public DateTimeOffset ValidUntil { get; init; }

        [Personal(CategoryId.StaffAccess, Waiver = "The number of a member of staff")]
        public required Subject WrittenBy { get; init; }
        public DateTimeOffset WrittenAt { get; init; }

        [Personal(CategoryId.StaffAccess, Waiver = "The number of a member of staff")]
        public Subject? EndedBy { get; set; }

        /// <summary>Where it was taken back before its time.</summary>
        public DateTimeOffset? EndedAt { get; set; }

        void IEntityTypeConfiguration<Training>.Configure(EntityTypeBuilder<Training> builder)
        {
            builder.ToTable("accounts_trainings").HasKey(t => t.Id);
            builder.HasIndex(t => t.Staff);
        }
    }
}
