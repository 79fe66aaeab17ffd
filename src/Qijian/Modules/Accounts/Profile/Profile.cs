using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<Profile> Profiles => Set<Profile>();
    }
}

namespace Qijian.Modules.Accounts
{
    /// <summary>What a member may tell of themselves; as flags, what of it everybody may see.</summary>
    [Flags]
    internal enum ProfileFields { None = 0, Name = 1, Email = 2, Company = 4, Department = 8, Position = 16, Industry = 32, Avatar = 64 }

    /// <summary>What a member tells of themselves: every part optional, private unless said otherwise, and each can be cleared alone.</summary>
    internal sealed class Profile : IEntityTypeConfiguration<Profile>
    {
        public required Subject Subject { get; init; }
        [Personal(CategoryId.ProfileName)] public Sealed? Name { get; set; }
        [Personal(CategoryId.ContactEmail)] public Sealed? Email { get; set; }

        /// <summary>When a code that was sent to the address came back; before that nothing else is sent there.</summary>
        public DateTimeOffset? EmailProvedAt { get; set; }
        [Personal(CategoryId.ProfileCompany)] public Sealed? Company { get; set; }
        [Personal(CategoryId.ProfileDepartment)] public Sealed? Department { get; set; }
        [Personal(CategoryId.ProfilePosition)] public Sealed? Position { get; set; }
        [Personal(CategoryId.ProfileIndustry)] public Sealed? Industry { get; set; }

        /// <summary>A JPEG of our own making, in Base64.</summary>
        [Personal(CategoryId.ProfileAvatar)] public Sealed? Avatar { get; set; }
        public ProfileFields Public { get; set; }

        /// <summary>The number in the address of its page: random, so that it says nothing of the member; a new one each time that the first part is made public.</summary>
        public Guid? Page { get; set; }

        [RetentionStart("withdrawn")] public DateTimeOffset? EndedAt { get; set; }

        void IEntityTypeConfiguration<Profile>.Configure(EntityTypeBuilder<Profile> builder)
        {
            builder.ToTable("accounts_profiles").HasKey(p => p.Subject);
            builder.HasIndex(p => p.Page).IsUnique();
        }
    }
}
