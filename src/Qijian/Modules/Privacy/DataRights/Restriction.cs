using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Privacy
{
    /// <summary>A person whose data is only stored and protected: the guard refuses everything else.</summary>
    internal sealed class Restriction
    {
        [Personal(CategoryId.RightsContent, Waiver = "An id of ours that the guard must find")]
        public required Subject Subject { get; init; }
        public DateTimeOffset Since { get; init; }
        [NotPersonal("A word of ours: request, hold, dispute")] public required string Reason { get; init; }
    }

    internal sealed class RestrictionTable : IEntityTypeConfiguration<Restriction>
    {
        public void Configure(EntityTypeBuilder<Restriction> restriction) => restriction.ToTable("privacy_restrictions").HasKey(r => r.Subject);
    }
}

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<Restriction> Restrictions => Set<Restriction>();
    }
}
