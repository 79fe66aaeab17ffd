using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

internal enum TrainingProblem { NoCourse, Days, TooLong }

/// <summary>A training as the protection officer sees it; people by their masked numbers.</summary>
internal sealed record TrainingView(Guid Id, string? Name, string Course, DateOnly PassedOn, DateOnly LastDay, DateTimeOffset? EndedAt, bool Valid);

/// <summary>Keeps which courses the staff passed. Without a pass that is in date nobody sees a value of a person.</summary>
internal sealed class KeepTrainings(AppDb db, KeepRoles roles, TimeProvider clock) : ITrainingRecords
{
    /// <summary>So long a pass may count: knowledge that is never tested again is none.</summary>
    internal const int MostYears = 2;
    internal const int LongestCourse = 100;

    public async ValueTask<bool> IsTrainedAsync(Subject staff, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return await db.Trainings.AnyAsync(t => t.Staff == staff && t.EndedAt == null && t.PassedAt <= now && t.ValidUntil > now, ct);
    }

    /// <summary>What is wrong with it; null where it is entered.</summary>
    public async Task<TrainingProblem?> AddAsync(Subject staff, string? course, DateOnly? passedOn, DateOnly? lastDay, Subject by, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (course?.Trim() is not { Length: > 0 and <= LongestCourse } name || name.Any(char.IsControl)) return TrainingProblem.NoCourse;
        if (passedOn is not { } passed || lastDay is not { } last || passed.Year < 2000 || passed > ChinaTime.Day(now) || last < passed) return TrainingProblem.Days;
        if (last > passed.AddYears(MostYears)) return TrainingProblem.TooLong;
        db.Add(new Training { Id = Guid.CreateVersion7(now), Staff = staff, Course = name, PassedAt = ChinaTime.Midnight(passed), ValidUntil = ChinaTime.Midnight(last.AddDays(1)), WrittenBy = by, WrittenAt = now });
        await db.SaveChangesAsync(ct);
        return null;
    }

    /// <summary>Takes a pass back.</summary>
    public async Task<bool> EndAsync(Guid id, Subject by, CancellationToken ct)
    {
        if (await db.Trainings.FirstOrDefaultAsync(t => t.Id == id && t.EndedAt == null, ct) is not { } training) return false;
        (training.EndedAt, training.EndedBy) = (clock.GetUtcNow(), by);
        await db.SaveChangesAsync(ct);
        return true;
    }

    public async Task<IReadOnlyList<TrainingView>> ListAsync(CancellationToken ct)
    {
        var (names, now) = (await roles.NamesAsync(ct), clock.GetUtcNow());
        return [.. (await db.Trainings.AsNoTracking().OrderByDescending(t => t.ValidUntil).ToListAsync(ct)).Select(t =>
            new TrainingView(t.Id, names.GetValueOrDefault(t.Staff), t.Course, ChinaTime.Day(t.PassedAt), ChinaTime.Day(t.ValidUntil).AddDays(-1), t.EndedAt, t.EndedAt is null && t.ValidUntil > now))];
    }
}
