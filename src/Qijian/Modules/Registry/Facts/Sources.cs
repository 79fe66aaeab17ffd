using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Privacy;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Registry
{
    /// <summary>A register, a file or a feed that facts come from.</summary>
    internal sealed class Dataset
    {
        public const int MaxName = 64;

        public int Id { get; init; }
        [NotPersonal("The name of a register or file")] public required string Name { get; init; }
        [NotPersonal("A body")] public string? Publisher { get; set; }
        [NotPersonal("The address of a register")] public string? Url { get; set; }
        public Basis Basis { get; init; }

        /// <summary>Invented for demonstration; removed when the first real file is imported.</summary>
        public bool Fictional { get; init; }
    }

    /// <summary>One run over one file: a snapshot of its dataset. A run that was cut off is resumed.</summary>
    internal sealed class Import
    {
        public int Id { get; init; }
        public int DatasetId { get; init; }
        [NotPersonal("The name of a file of the operator")] public required string FileName { get; init; }

        /// <summary>XxHash128 over the file, its format and its mapping: the same file is not imported twice.</summary>
        [NotPersonal("A hash")] public required string Fingerprint { get; init; }
        public DateTimeOffset RetrievedAt { get; init; }
        public DateTimeOffset StartedAt { get; init; }
        public DateTimeOffset? FinishedAt { get; set; }

        /// <summary>Rows whose outcome is committed; a resumed run passes over so many.</summary>
        public long Read { get; set; }
        public long Added { get; set; }
        public long Changed { get; set; }
        public long Unchanged { get; set; }
        public long Rejected { get; set; }

        /// <summary>Bytes of the file of rejected rows that belong to committed rows.</summary>
        public long RejectedBytes { get; set; }
    }

    /// <summary>
    /// One version of one source record: what a dataset said of a body in one or more consecutive snapshots. Its number is
    /// the body's number times 2^20 plus a counter, so a body's records lie side by side without an index of their own.
    /// </summary>
    internal sealed class SourceRecord
    {
        public const int NumberBits = 20;

        public long Number { get; init; }
        public int DatasetId { get; init; }

        /// <summary>The record's key in its dataset; null where that is the body's own public id.</summary>
        [NotPersonal("The key of a record about a body")] public string? Key { get; init; }
        public long Hash { get; init; }
        [Personal(CategoryId.PublicRoleName, Waiver = PublicRole.Waiver)] public required byte[] Statements { get; init; }

        /// <summary>The statements, unpacked when first asked for.</summary>
        public IReadOnlyList<Statement> Said { get => field ??= StatementPack.Unpack(Statements); init; }
        public int FirstImport { get; init; }
        public int LastImport { get; set; }

        /// <summary>The import that brought a different version; null for the version that stands.</summary>
        public int? SupersededBy { get; set; }

        /// <summary>Whether the record was joined to the body by name alone: a derived, undoable decision.</summary>
        public bool JoinedByName { get; init; }

        public int Company => (int)(Number >> NumberBits);

        public static long First(int company) => (long)company << NumberBits;
        public static long Last(int company) => First(company + 1) - 1;
    }

    internal sealed class DatasetTable : IEntityTypeConfiguration<Dataset>
    {
        public void Configure(EntityTypeBuilder<Dataset> dataset)
        {
            dataset.ToTable("registry_datasets").HasIndex(d => d.Name).IsUnique();
            dataset.Property(d => d.Name).HasMaxLength(Dataset.MaxName);
        }
    }

    internal sealed class ImportTable : IEntityTypeConfiguration<Import>
    {
        public void Configure(EntityTypeBuilder<Import> import) => import.ToTable("registry_imports").HasIndex(i => new { i.DatasetId, i.Fingerprint });
    }

    internal sealed class SourceRecordTable : IEntityTypeConfiguration<SourceRecord>
    {
        public void Configure(EntityTypeBuilder<SourceRecord> record)
        {
            record.ToTable("registry_records").HasKey(r => r.Number);
            record.Property(r => r.Number).ValueGeneratedNever();
            record.Ignore(r => r.Company).Ignore(r => r.Said);
        }
    }
}

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<Dataset> Datasets => Set<Dataset>();
        public DbSet<Import> Imports => Set<Import>();
        public DbSet<SourceRecord> SourceRecords => Set<SourceRecord>();
    }
}
