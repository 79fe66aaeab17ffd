using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts
{
    /// <summary>How old a member says to be; there is no birth date anywhere.</summary>
    internal enum AgeBand { Child = 1, Teen = 2, Adult = 3 }

    /// <summary>A registered user. There is none before a number was proved, and one for a number.</summary>
    internal sealed class Member
    {
        public required Subject Subject { get; init; }
        [Personal(CategoryId.ContactPhone)] public Sealed? Phone { get; set; }

        [Personal(CategoryId.ContactPhone, Waiver = "A keyed index of the number: it finds the account of a number, and no number")]
        public byte[]? PhoneIndex { get; set; }
        [Personal(CategoryId.MinorBand)] public required Sealed Band { get; init; }

        [Personal(CategoryId.MinorBand, Waiver = "The guard reads at every demand whether the rules for minors hold")]
        public bool Minor { get; init; }

        [Personal(CategoryId.AccountCredential, Waiver = "An Argon2id hash")]
        public string? Password { get; set; }
        public bool English { get; set; }
        public DateTimeOffset CreatedAt { get; init; }

        /// <summary>The last version of the policy that they were told of before it took effect.</summary>
        public int ToldOfPolicy { get; set; }

        /// <summary>When the holder last proved to be this person.</summary>
        public DateTimeOffset SeenAt { get; set; }
        [RetentionStart("account")] public DateTimeOffset? EndedAt { get; set; }
    }

    internal sealed class MemberTable : IEntityTypeConfiguration<Member>
    {
        public void Configure(EntityTypeBuilder<Member> builder)
        {
            builder.ToTable("accounts_members").HasKey(m => m.Subject);
            builder.HasIndex(m => m.PhoneIndex).IsUnique();
        }
    }

    /// <summary>Who agreed to a minor's account, after proving a number of their own.</summary>
    internal sealed class Guardian
    {
        public required Subject Subject { get; init; }
        [Personal(CategoryId.MinorGuardian)] public required Sealed Phone { get; init; }
        public DateTimeOffset AgreedAt { get; init; }
        [RetentionStart("account")] public DateTimeOffset? EndedAt { get; set; }
    }

    internal sealed class GuardianTable : IEntityTypeConfiguration<Guardian>
    {
        public void Configure(EntityTypeBuilder<Guardian> builder) => builder.ToTable("accounts_guardians").HasKey(g => g.Subject);
    }
}

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<Member> Members => Set<Member>();
        public DbSet<Guardian> Guardians => Set<Guardian>();
    }
}
