using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Privacy;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Registry
{
    /// <summary>What is filed about persons in public roles.</summary>
    internal static class PublicRole
    {
        public const string Waiver = "Published by law by the registers it comes from; objection, correction and suppression protect the person";
    }

    /// <summary>A natural person in one public role at one body. Two of one name are two until something proves that they are one.</summary>
    internal sealed class Person
    {
        /// <summary>The body's number times 2^20 plus a counter.</summary>
        public long Number { get; init; }

        /// <summary><c>p-…</c>, from the body's id, the name and the role: the same in every database.</summary>
        [Personal(CategoryId.PublicRoleName, Waiver = PublicRole.Waiver)] public required string Id { get; init; }
        [Personal(CategoryId.PublicRoleName, Waiver = PublicRole.Waiver)] public required string Name { get; init; }
    }

    /// <summary>One edge between a party and a body, read from the body's records. Its number is the body's number times 2^20 plus a counter.</summary>
    internal sealed class Relation
    {
        public long Number { get; init; }

        /// <summary>The property that declares the kind; see <see cref="Vocabulary.Relations"/>.</summary>
        public short Kind { get; init; }
        public int? FromCompany { get; init; }
        public long? FromPerson { get; init; }

        /// <summary>The party's name where it is neither a body nor a person we have a page for; null for an unnamed party.</summary>
        [Personal(CategoryId.PublicRoleName, Waiver = PublicRole.Waiver)] public string? PartyName { get; init; }
        public EntityType PartyType { get; init; }
        [Personal(CategoryId.PublicRoleRole, Waiver = PublicRole.Waiver)] public string? Role { get; init; }

        /// <summary>Shares in parts per million; the filed text stays in the record.</summary>
        public int? Share { get; init; }
        public int? ShareMinimum { get; init; }
        public int? ShareMaximum { get; init; }

        /// <summary>Subscribed amount in the minor unit of its currency.</summary>
        public long? Amount { get; init; }
        [NotPersonal("A currency")] public string? Currency { get; init; }
        public DateOnly? ValidFrom { get; init; }
        public DateOnly? ValidTo { get; init; }

        /// <summary>The record version that states it.</summary>
        public long Record { get; init; }

        /// <summary>Whether the newest version of the record still states it; if not, it was last seen in an earlier snapshot, not ended.</summary>
        public bool InLatest { get; init; }
        public int ToCompany => (int)(Number >> SourceRecord.NumberBits);
    }

    internal sealed class PersonTable : IEntityTypeConfiguration<Person>
    {
        public void Configure(EntityTypeBuilder<Person> person)
        {
            person.ToTable("registry_people").HasKey(p => p.Number);
            person.Property(p => p.Number).ValueGeneratedNever();
            person.HasIndex(p => p.Id).IsUnique();
        }
    }

    internal sealed class RelationTable : IEntityTypeConfiguration<Relation>
    {
        public void Configure(EntityTypeBuilder<Relation> relation)
        {
            relation.ToTable("registry_relations").HasKey(r => r.Number);
            relation.Property(r => r.Number).ValueGeneratedNever();
            relation.HasIndex(r => r.FromCompany).HasFilter("from_company IS NOT NULL");
            relation.HasIndex(r => r.FromPerson).HasFilter("from_person IS NOT NULL");
            relation.Ignore(r => r.ToCompany);
        }
    }
}

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<Person> People => Set<Person>();
        public DbSet<Relation> Relations => Set<Relation>();
    }
}
