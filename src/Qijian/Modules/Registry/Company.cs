using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Privacy;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Registry
{
    /// <summary>A body's current facts in one row: a projection of its records, kept for lists, joins and the index; it can always be rebuilt.</summary>
    internal sealed class Company
    {
        public int Number { get; init; }

        /// <summary>The credit code, or <c>x-…</c> where the body has none.</summary>
        [NotPersonal("A public id of a body")] public required string Id { get; init; }
        public EntityType Type { get; set; }
        [NotPersonal("A fact about a body")] public string? Name { get; set; }

        /// <summary>Hash of the normalised name, by which a record without identifiers finds its body; null without a name.</summary>
        public long? NameKey { get; set; }
        [NotPersonal("A fact about a body")] public string? RegistrationNumber { get; set; }
        [NotPersonal("A fact about a body")] public string? Lei { get; set; }
        [NotPersonal("A fact about a body")] public string? StockCode { get; set; }
        public CompanyStatus? Status { get; set; }
        [NotPersonal("A fact about a body")] public string? Province { get; set; }
        [NotPersonal("A fact about a body")] public string? City { get; set; }
        public DateOnly? FoundedOn { get; set; }

        /// <summary>Registered capital in the minor unit of its currency.</summary>
        public long? Capital { get; set; }
        [NotPersonal("A fact about a body")] public string? CapitalCurrency { get; set; }
        [NotPersonal("A fact about a body")] public string? LegalForm { get; set; }
        [NotPersonal("A fact about a body")] public string? Industry { get; set; }
        [Personal(CategoryId.PublicRoleName, Waiver = PublicRole.Waiver)] public string? LegalRepresentative { get; set; }

        /// <summary>Whether any record names the body by an identifier; one without may be joined to its namesake later.</summary>
        public bool Identified { get; set; }

        public string? CreditCode => CreditCodeOf(Id);

        public static string? CreditCodeOf(string id) => id.StartsWith("x-", StringComparison.Ordinal) ? null : id;
    }

    /// <summary>The normalised registration status.</summary>
    public enum CompanyStatus : byte { Active = 1, Deregistered, Revoked, Annulled, MovedOut, BeingSetUp, InLiquidation, Suspended, Other }

    /// <summary>How a status reads and looks.</summary>
    public static class CompanyStatuses
    {
        /// <summary>The status in the reader's language.</summary>
        public static string Label(this CompanyStatus status) => Text.PageStatuses.Split('|')[(int)status - 1];

        /// <summary>The class that gives it its colour and its shape.</summary>
        public static string Class(this CompanyStatus status) => status switch
        {
            CompanyStatus.Active => "good",
            CompanyStatus.Deregistered or CompanyStatus.Revoked or CompanyStatus.Annulled => "bad",
            _ => "warn",
        };
    }

    /// <summary>A public id that no longer has a page of its own: merged into another body, or removed.</summary>
    internal sealed class RetiredId
    {
        [NotPersonal("A public id of a body")] public required string Id { get; init; }

        /// <summary>The body that took over; null where the page is gone for good.</summary>
        public int? Successor { get; set; }
    }

    /// <summary>Which bodies a commit changed, in the order of commits: what the search index and other readers follow.</summary>
    internal sealed class CompanyChange
    {
        public long Sequence { get; init; }

        /// <summary>The bodies' numbers: little-endian 32-bit integers.</summary>
        [NotPersonal("Numbers of bodies")] public required byte[] Companies { get; init; }
    }

    internal sealed class CompanyTable : IEntityTypeConfiguration<Company>
    {
        public void Configure(EntityTypeBuilder<Company> company)
        {
            company.ToTable("registry_companies").HasKey(c => c.Number);
            company.Property(c => c.Number).ValueGeneratedNever();
            company.HasIndex(c => c.Id).IsUnique();
            company.HasIndex(c => c.NameKey);
            company.HasIndex(c => c.RegistrationNumber).HasFilter("registration_number IS NOT NULL");
            company.HasIndex(c => c.Lei).HasFilter("lei IS NOT NULL");
            company.Ignore(c => c.CreditCode);
        }
    }

    internal sealed class RetiredIdTable : IEntityTypeConfiguration<RetiredId>
    {
        public void Configure(EntityTypeBuilder<RetiredId> retired) => retired.ToTable("registry_retired_ids").HasKey(r => r.Id);
    }

    internal sealed class CompanyChangeTable : IEntityTypeConfiguration<CompanyChange>
    {
        public void Configure(EntityTypeBuilder<CompanyChange> change)
        {
            change.ToTable("registry_changes").HasKey(c => c.Sequence);
            change.Property(c => c.Sequence).ValueGeneratedNever();
        }
    }
}

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<Company> Companies => Set<Company>();
        public DbSet<RetiredId> RetiredIds => Set<RetiredId>();
        public DbSet<CompanyChange> CompanyChanges => Set<CompanyChange>();
    }
}
