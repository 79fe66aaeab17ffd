using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Qijian.Modules.Privacy;

/// <summary>One row of a tagged table: whose it is, when its time began, and its personal columns with their categories.</summary>
internal sealed record TaggedRow(object Entity, Subject Subject, DateTimeOffset Start);

/// <summary>
/// The tables whose columns are tagged and that say whose they are. Every module with such a table has export, erasure, verification
/// and retention from the tags alone.
/// </summary>
internal sealed class TaggedTables(AppDb db, ProcessingRegistry registry, IVault vault, TimeProvider clock) : IPersonalDataStore
{
    public string Name => "database";

    /// <summary>The column whose moment starts the time of a table's personal data.</summary>
    public static IProperty? StartOf(IEntityType entity) => entity.GetProperties().FirstOrDefault(p => p.PropertyInfo?.IsDefined(typeof(RetentionStartAttribute), inherit: false) is true);

    /// <summary>The tagged tables of the model, with their personal columns.</summary>
    public IEnumerable<(IEntityType Entity, IProperty Subject, IProperty Start, IReadOnlyList<(IProperty Column, PersonalAttribute Tag)> Columns)> Tables() =>
        from entity in db.Model.GetEntityTypes()
        let columns = entity.GetProperties().Select(p => (Column: p, Tag: Census.TagsOf(p).Personal)).Where(c => c.Tag is { Waiver: null }).Select(c => (c.Column, c.Tag!)).ToList()
        where columns.Count > 0
        select (entity, Census.SubjectOf(entity) ?? throw new InvalidOperationException($"{entity.GetTableName()} has personal columns but no Subject: the census says so."), StartOf(entity) ?? throw new InvalidOperationException($"{entity.GetTableName()} has personal columns but no [RetentionStart]: the census says so."), (IReadOnlyList<(IProperty, PersonalAttribute)>)columns);

    public async IAsyncEnumerable<StoredValue> ExportAsync(Subject subject, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var (entity, owner, start, columns) in Tables())
        {
            // The right to see one's own data covers every category that is held.
            Capability own = new(subject, Purpose.RightsRequests, [.. columns.Select(c => new Category(c.Tag.Category)).Distinct()], clock.GetUtcNow());
            await foreach (var row in Rows(entity, owner, subject).AsAsyncEnumerable().WithCancellation(ct))
            {
                foreach (var (column, tag) in columns)
                {
                    Category category = new(tag.Category);
                    var text = column.PropertyInfo!.GetValue(row) switch
                    {
                        null => null,
                        Sealed value => await vault.OpenAsync(own, category, value, ct),
                        var plain => Convert.ToString(plain, System.Globalization.CultureInfo.InvariantCulture),
                    };
                    if (text is not null) yield return new(entity.GetTableName()!, column.GetColumnName(), category, text, (DateTimeOffset?)start.PropertyInfo!.GetValue(row));
                }
            }
        }
    }

    public async Task<ErasurePlan> PlanAsync(Subject subject, CancellationToken ct)
    {
        var erased = 0;
        List<Retained> kept = [];
        foreach (var (entity, owner, start, columns) in Tables())
        {
            await foreach (var row in Rows(entity, owner, subject).AsAsyncEnumerable().WithCancellation(ct))
            {
                foreach (var (column, tag) in columns.Where(c => c.Column.PropertyInfo!.GetValue(row) is not null))
                {
                    if (FloorOf(tag) is { } floor && floor.Rule.Floor!.Value.After((DateTimeOffset)start.PropertyInfo!.GetValue(row)!) is var until && until > clock.GetUtcNow()) kept.Add(new(new(tag.Category), 1, floor.Rule.Law ?? floor.Rule.Id, until));
                    else erased++;
                }
            }
        }

        return new(Name, erased, [.. kept.GroupBy(k => (k.Category, k.Reason)).Select(g => new Retained(g.Key.Category, g.Sum(k => k.Values), g.Key.Reason, g.Max(k => k.Until)))]);
    }

    public async Task EraseAsync(Subject subject, CancellationToken ct)
    {
        foreach (var (entity, owner, start, columns) in Tables())
        {
            foreach (var row in await Rows(entity, owner, subject).ToListAsync(ct))
            {
                var held = columns.Any(c => FloorOf(c.Tag) is { } floor && floor.Rule.Floor!.Value.After((DateTimeOffset)start.PropertyInfo!.GetValue(row)!) > clock.GetUtcNow());
                if (!held) db.Remove(row);
            }
        }

        await db.SaveChangesAsync(ct);
    }

    /// <summary>
    /// Counts by SQL that knows nothing of the tags, which erasure goes by: rows of the person, and texts or bytes that hold one of the
    /// needles, in every table that has to do with a person. What registers publish is left aside: there a namesake would be found.
    /// </summary>
    public async Task<Verification> VerifyAsync(Subject subject, IReadOnlyList<string> needles, CancellationToken ct)
    {
        var sqlite = db.Database.IsSqlite();
        var found = 0L;
        foreach (var entity in db.Model.GetEntityTypes().Where(e => e.GetTableName() is not null && IsAboutPersons(e)))
        {
            if (Census.SubjectOf(entity) is { } owner) found += await CountAsync(entity, $"{owner.GetColumnName()} = {{0}}", subject.ToString(), ct);
            foreach (var column in entity.GetProperties().Where(p => p.GetProviderClrType() is { } type ? type == typeof(string) || type == typeof(byte[]) : p.ClrType == typeof(string) || p.ClrType == typeof(byte[]) || p.ClrType == typeof(Sealed)))
            {
                var bytes = column.ClrType != typeof(string) && column.ClrType != typeof(Subject);
                var name = column.GetColumnName();
                var holds = (sqlite, bytes) switch { (true, false) => $"instr({name}, {{0}}) > 0", (true, true) => $"instr({name}, CAST({{0}} AS BLOB)) > 0", (false, false) => $"strpos({name}, {{0}}) > 0", _ => $"position(convert_to({{0}}, 'UTF8') IN {name}) > 0" };
                foreach (var needle in needles.Where(n => n.Length > 0)) found += await CountAsync(entity, holds, needle, ct);
            }
        }

        return new(Name, CanSee: true, (int)found);
    }

    private bool IsAboutPersons(IEntityType entity) => Census.SubjectOf(entity) is not null
        || entity.GetProperties().Select(p => Census.TagsOf(p).Personal).OfType<PersonalAttribute>().Any(t => registry.Categories[t.Category].Group is not KeyGroup.Public);

#pragma warning disable EF1002 // names of the model; the value is a parameter
    private Task<long> CountAsync(IEntityType entity, string condition, string value, CancellationToken ct) =>
        db.Database.SqlQueryRaw<long>($"SELECT COUNT(*) AS \"Value\" FROM {entity.GetTableName()} WHERE {condition}", value).SingleAsync(ct);
#pragma warning restore EF1002

    /// <summary>The rule with the longest floor among the tag's own and those of the purposes that read its category.</summary>
    internal (RetentionEntry Rule, bool Own)? FloorOf(PersonalAttribute tag) => RulesOf(tag).Where(r => r.Floor is not null).OrderByDescending(r => r.Floor).Select(r => ((RetentionEntry, bool)?)(r, tag.Retention == r.Id)).FirstOrDefault();

    /// <summary>What bounds a tagged column: its own rule, else those of the open purposes that read its category.</summary>
    internal IEnumerable<RetentionEntry> RulesOf(PersonalAttribute tag) => tag.Retention is { } own
        ? [registry.Retention[own]]
        : registry.Purposes.Values.Where(p => p.Reads.ContainsKey(tag.Category)).Select(p => registry.Retention[p.Retention]).DistinctBy(r => r.Id, StringComparer.Ordinal);

    private IQueryable<object> Rows(IEntityType entity, IProperty owner, Subject subject) => (IQueryable<object>)RowsOf.MakeGenericMethod(entity.ClrType).Invoke(null, [db, owner.Name, subject])!;

    private static readonly System.Reflection.MethodInfo RowsOf = typeof(TaggedTables).GetMethod(nameof(RowsIn), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!;

    private static IQueryable<object> RowsIn<T>(AppDb db, string owner, Subject subject) where T : class => db.Set<T>().Where(row => EF.Property<Subject>(row, owner) == subject);
}
