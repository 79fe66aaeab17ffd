using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<RoleGrant> RoleGrants => Set<RoleGrant>();
    }
}

namespace Qijian.Modules.Accounts
{
    /// <summary>What somebody of the operator's staff is there for: each role opens its own pages and nothing else.</summary>
    public enum StaffRole
    {
        /// <summary>Gives and ends roles.</summary>
        Administrator = 1,

        /// <summary>Watches over personal data: trainings, and who looked at what.</summary>
        ProtectionOfficer = 2,

        /// <summary>Answers members.</summary>
        Support = 3,

        /// <summary>Reads statistics.</summary>
        Analyst = 4,

        /// <summary>Writes announcements and help.</summary>
        Content = 5,

        /// <summary>Decides about facts of the register, such as which records are of one person.</summary>
        Editor = 6,
    }

    /// <summary>
    /// A role of a member, from when to when and by whose act. It stays on record after it ended, and after the account ended: it says
    /// who stands behind the staff number in the records of looks at personal data, for as long as those are kept.
    /// </summary>
    internal sealed class RoleGrant : IEntityTypeConfiguration<RoleGrant>
    {
        public Guid Id { get; init; }

        [Personal(CategoryId.StaffAccess, Waiver = "The account that holds the role: an id, which leads to nobody once the account is gone")]
        public required Subject Subject { get; init; }

        [Personal(CategoryId.StaffAccess, Waiver = "The number of a member of staff in records, the same in each of their roles")]
        public required Subject Staff { get; init; }
        public StaffRole Role { get; init; }

        /// <summary>The staff number of the administrator; null where it was done by the command line.</summary>
        [Personal(CategoryId.StaffAccess, Waiver = "The number of a member of staff")]
        public Subject? GrantedBy { get; init; }
        public DateTimeOffset GrantedAt { get; init; }

        [Personal(CategoryId.StaffAccess, Waiver = "The number of a member of staff")]
        public Subject? EndedBy { get; set; }
        [RetentionStart("access_audit")] public DateTimeOffset? EndedAt { get; set; }

        void IEntityTypeConfiguration<RoleGrant>.Configure(EntityTypeBuilder<RoleGrant> builder)
        {
            builder.ToTable("accounts_roles").HasKey(r => r.Id);
            builder.HasIndex(r => new { r.Subject, r.Role }).IsUnique().HasFilter("ended_at IS NULL");
            builder.HasIndex(r => r.Staff);
        }
    }
}
