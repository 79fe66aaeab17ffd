using System.Data.Common;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Qijian.Platform.Data;

namespace Qijian.Modules.Registry;

/// <summary>Decides which persons of the records are one, and takes it back.</summary>
public interface ISamePersons
{
    /// <summary>Characters of a reason at most.</summary>
    const int LongestWhy = 500;

    /// <summary>What was decided of a person and of everybody who is the same, newest first, with what was taken back.</summary>
    Task<IReadOnlyList<SamenessView>> OfAsync(string id, CancellationToken ct);

    /// <summary>The latest decisions, newest first.</summary>
    Task<IReadOnlyList<SamenessView>> RecentAsync(int count, CancellationToken ct);

    /// <summary>Decides of two persons. What was decided of the two before is taken back by it.</summary>
    /// <returns>What stands against it; null where it is decided.</returns>
    Task<SamenessProblem?> DecideAsync(string first, string second, Sameness sameness, string? why, Subject by, CancellationToken ct);

    /// <summary>Takes a decision back: what it joined is apart again.</summary>
    /// <returns>What stands against it; null where it is done.</returns>
    Task<SamenessProblem?> TakeBackAsync(Guid id, Subject by, CancellationToken ct);
}

/// <summary>Why something cannot be decided.</summary>
public enum SamenessProblem
{
    /// <summary>One of the two is not on file, or there is no such decision in force.</summary>
    Unknown,

    /// <summary>The two are one record.</summary>
    Itself,

    /// <summary>No reason, or too long a one.</summary>
    Reason,

    /// <summary>Decisions in force say that they are different.</summary>
    Different,

    /// <summary>Decisions in force say that they are the same.</summary>
    Same,

    /// <summary>An import is writing the registry.</summary>
    Busy,
}

/// <summary>One decision.</summary>
/// <param name="EndedAt">When it was taken back.</param>
public sealed record SamenessView(Guid Id, string First, string Second, Sameness Sameness, string Why, Subject DecidedBy, DateTimeOffset DecidedAt, DateTimeOffset? EndedAt);

/// <summary>Which persons of the records are one by the decisions in force, at one moment. Persons by their numbers.</summary>
public sealed class PersonGroups
{
    private readonly Dictionary<long, long[]> members = []; // of everybody in a group of two or more
    private readonly HashSet<(long, long)> different = []; // of the least of two groups
    private readonly HashSet<int> broken = []; // companies of the others where a record of a group is gone: it may have stood for them

    private PersonGroups()
    {
    }

    /// <summary>Nothing is decided.</summary>
    public static PersonGroups None { get; } = new();

    /// <summary>Whether nobody is joined to anybody.</summary>
    public bool IsEmpty => members.Count == 0;

    /// <summary>Whether any two were decided to be different.</summary>
    public bool AnyDifferent => different.Count > 0;

    /// <summary>The number that stands for a person: the least of all who are the same.</summary>
    public long Of(long person) => members.TryGetValue(person, out var same) ? same[0] : person;

    /// <summary>Everybody who is the same as a person, the person too, in the order of their numbers.</summary>
    public IReadOnlyList<long> MembersOf(long person) => members.TryGetValue(person, out var same) ? same : [person];

    /// <summary>Whether two were decided to be different, by themselves or by others who are the same as they.</summary>
    public bool AreDifferent(long first, long second) => different.Contains(Ordered(Of(first), Of(second)));

    /// <summary>The companies that are to be looked at anew where these are: at which a person of theirs is on file too, or may have been.</summary>
    public IEnumerable<int> Beside(IReadOnlyCollection<int> companies)
    {
        if (members.Count + broken.Count == 0) return [];
        var wanted = companies.ToHashSet();
        return members.Where(m => wanted.Contains(CompanyOf(m.Key))).SelectMany(m => m.Value).Select(CompanyOf).Concat(broken).Where(c => !wanted.Contains(c)).Distinct();
    }

    /// <summary>Reads the decisions in force. A record that is not there any more still joins those that are the same as it.</summary>
    internal static Task<PersonGroups> ReadAsync(PreparedReads reads, CancellationToken ct) => reads.RunAsync(Query, [], OfAsync, ct);

    /// <summary>What <see cref="OfAsync"/> reads.</summary>
    internal const string Query = "SELECT d.first, d.second, d.sameness, f.number, s.number FROM registry_person_decisions d LEFT JOIN registry_people f ON f.id = d.first LEFT JOIN registry_people s ON s.id = d.second WHERE d.ended_at IS NULL;";

    internal static async Task<PersonGroups> OfAsync(DbDataReader row, CancellationToken ct)
    {
        List<(string First, string Second)> same = [], apart = [];
        Dictionary<string, long> numbers = new(StringComparer.Ordinal);
        while (await row.ReadAsync(ct))
        {
            var (first, second) = (row.GetString(0), row.GetString(1));
            if (!row.IsDBNull(3)) numbers[first] = row.GetInt64(3);
            if (!row.IsDBNull(4)) numbers[second] = row.GetInt64(4);
            switch ((Sameness)row.GetInt16(2))
            {
                case Sameness.Same: same.Add((first, second)); break;
                case Sameness.Different: apart.Add((first, second)); break;
                default: break;
            }
        }

        if (same.Count + apart.Count == 0) return None;
        PersonGroups groups = new();
        var joined = Joined(same);
        foreach (var group in joined.GroupBy(j => j.Value, j => j.Key, StringComparer.Ordinal))
        {
            long[] live = [.. group.Where(numbers.ContainsKey).Select(id => numbers[id]).Order()];
            if (live.Length < group.Count()) groups.broken.UnionWith(live.Select(CompanyOf));
            if (live.Length < 2) continue;
            foreach (var number in live) groups.members[number] = live;
        }

        // A record that is gone speaks for the others of its group.
        var spokesmen = joined.GroupBy(j => j.Value, j => j.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.FirstOrDefault(numbers.ContainsKey), StringComparer.Ordinal);
        foreach (var (first, second) in apart)
            if (Number(first) is { } a && Number(second) is { } b) groups.different.Add(Ordered(groups.Of(a), groups.Of(b)));
        return groups;

        long? Number(string id) => numbers.TryGetValue(id, out var number) ? number : joined.TryGetValue(id, out var root) && spokesmen[root] is { } other ? numbers[other] : null;
    }

    /// <summary>For every id of the pairs, one id that stands for all that they join.</summary>
    internal static Dictionary<string, string> Joined(IEnumerable<(string First, string Second)> pairs)
    {
        Dictionary<string, string> roots = new(StringComparer.Ordinal);
        foreach (var (first, second) in pairs)
        {
            var (a, b) = (Root(first), Root(second));
            if (a != b) roots[string.CompareOrdinal(a, b) < 0 ? b : a] = string.CompareOrdinal(a, b) < 0 ? a : b;
        }

        return roots.Keys.ToDictionary(id => id, Root, StringComparer.Ordinal);

        string Root(string id)
        {
            for (roots.TryAdd(id, id); roots[id] != id; id = roots[id]) roots[id] = roots[roots[id]];
            return id;
        }
    }

    private static (long, long) Ordered(long a, long b) => a < b ? (a, b) : (b, a);

    private static int CompanyOf(long person) => (int)(person >> SourceRecord.NumberBits);
}

internal sealed class SamePersons(AppDb db, DataFolder folder, TimeProvider clock) : ISamePersons
{
    public async Task<IReadOnlyList<SamenessView>> OfAsync(string id, CancellationToken ct)
    {
        var ids = await GroupOfAsync(id, ct);
        return Views(await db.PersonDecisions.AsNoTracking().Where(d => ids.Contains(d.First) || ids.Contains(d.Second)).OrderByDescending(d => d.Id).ToListAsync(ct));
    }

    // Ids grow with time.
    public async Task<IReadOnlyList<SamenessView>> RecentAsync(int count, CancellationToken ct) => Views(await db.PersonDecisions.AsNoTracking().OrderByDescending(d => d.Id).Take(count).ToListAsync(ct));

    private static IReadOnlyList<SamenessView> Views(List<PersonDecision> decisions) => [.. decisions.Select(d => new SamenessView(d.Id, d.First, d.Second, d.Sameness, d.Why, d.DecidedBy, d.DecidedAt, d.EndedAt))];

    public async Task<SamenessProblem?> DecideAsync(string first, string second, Sameness sameness, string? why, Subject by, CancellationToken ct)
    {
        if (string.Equals(first, second, StringComparison.Ordinal)) return SamenessProblem.Itself;
        if (why?.Trim() is not { Length: > 0 and <= ISamePersons.LongestWhy } reason || reason.Any(char.IsControl) || reason.EnumerateRunes().Any(r => r == Rune.ReplacementChar)) return SamenessProblem.Reason;
        (first, second) = string.CompareOrdinal(first, second) < 0 ? (first, second) : (second, first);
        if (!Projector.IsOwnId(first, 'p') || !Projector.IsOwnId(second, 'p') || await db.People.CountAsync(p => p.Id == first || p.Id == second, ct) != 2) return SamenessProblem.Unknown;
        return await WriteAsync(
            async () =>
            {
                // Of the two alone the new decision takes the place of the old one; what others say stands.
                var standing = await db.PersonDecisions.Where(d => d.EndedAt == null).ToListAsync(ct);
                var before = standing.Find(d => d.First == first && d.Second == second);
                if (before is not null) standing.Remove(before);
                var joined = PersonGroups.Joined(standing.Where(d => d.Sameness is Sameness.Same).Select(d => (d.First, d.Second)));
                var (a, b) = (joined.GetValueOrDefault(first, first), joined.GetValueOrDefault(second, second));
                if (sameness is Sameness.Different && a == b) return (SamenessProblem.Same, []);
                if (sameness is Sameness.Same && standing.Any(d => d.Sameness is Sameness.Different && (joined.GetValueOrDefault(d.First, d.First), joined.GetValueOrDefault(d.Second, d.Second)) is var (x, y) && ((x == a && y == b) || (x == b && y == a)))) return (SamenessProblem.Different, []);
                var now = clock.GetUtcNow();
                if (before is not null) (before.EndedAt, before.EndedBy) = (now, by);
                await db.SaveChangesAsync(ct); // the old one first: there is one in force of two persons
                db.Add(new PersonDecision { Id = Guid.CreateVersion7(now), First = first, Second = second, Sameness = sameness, Why = reason, DecidedBy = by, DecidedAt = now });
                return (null, (string[])[first, second]);
            }, ct);
    }

    public Task<SamenessProblem?> TakeBackAsync(Guid id, Subject by, CancellationToken ct) => WriteAsync(
        async () =>
        {
            if (await db.PersonDecisions.FirstOrDefaultAsync(d => d.Id == id && d.EndedAt == null, ct) is not { } decision) return (SamenessProblem.Unknown, []);
            (decision.EndedAt, decision.EndedBy) = (clock.GetUtcNow(), by);
            return (null, (string[])[decision.First, decision.Second]);
        }, ct);

    /// <summary>Writes with a commit of the registry, by which whatever is made from it learns of it.</summary>
    private async Task<SamenessProblem?> WriteAsync(Func<Task<(SamenessProblem? Problem, string[] Of)>> write, CancellationToken ct)
    {
        FileStream alone;
        try
        {
            alone = ImportFile.Lock(folder); // commits are numbered by one writer
        }
        catch (ImportException)
        {
            return SamenessProblem.Busy;
        }

        using (alone)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            var (problem, of) = await write();
            if (problem is not null) return problem;
            HashSet<string> touched = [];
            // Before and after: what is apart from now on was in the group until now.
            foreach (var id in of) touched.UnionWith(await GroupOfAsync(id, ct));
            await db.SaveChangesAsync(ct);
            foreach (var id in of) touched.UnionWith(await GroupOfAsync(id, ct));
            var companies = (await db.People.Where(p => touched.Contains(p.Id)).Select(p => p.Number).ToListAsync(ct)).Select(n => (int)(n >> SourceRecord.NumberBits)).Distinct().Order().ToArray();
            db.Add(new CompanyChange { Sequence = (await db.CompanyChanges.MaxAsync(c => (long?)c.Sequence, ct) ?? 0) + 1, Companies = MemoryMarshal.AsBytes(companies.AsSpan()).ToArray() });
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            return null;
        }
    }

    private async Task<IReadOnlyList<string>> GroupOfAsync(string id, CancellationToken ct)
    {
        var joined = PersonGroups.Joined((await db.PersonDecisions.AsNoTracking().Where(d => d.EndedAt == null && d.Sameness == Sameness.Same).Select(d => new { d.First, d.Second }).ToListAsync(ct)).Select(d => (d.First, d.Second)));
        return joined.TryGetValue(id, out var root) ? [.. joined.Where(j => j.Value == root).Select(j => j.Key)] : [id];
    }
}
