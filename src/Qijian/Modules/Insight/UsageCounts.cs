using Qijian.Modules.Privacy;

namespace Qijian.Modules.Insight;

/// <summary>
/// Who of those that agreed used which function today: in memory until the day is over, when only totals are left. A restart loses
/// the day so far.
/// </summary>
internal sealed class UsageCounts(TimeProvider clock) : IDisposable
{
    /// <summary>So often at most one person counts, for one function and day.</summary>
    internal const int MostOfOne = 20;

    // Beyond so many persons a day, more are not counted: memory stays bounded.
    private const int MostPersons = 1_000_000;

    /// <summary>What is read of a request: that it was made.</summary>
    public static readonly IReadOnlyList<Category> Reads = [Category.RequestLog];

    /// <summary>One release at a time: whoever has waited finds what the other has kept.</summary>
    public SemaphoreSlim Releasing { get; } = new(1);

    private readonly Lock gate = new();
    private readonly Dictionary<(DateOnly Day, Feature Feature), Dictionary<Subject, int>> uses = [];

    public void Dispose() => Releasing.Dispose();

    public void Add(Feature feature, Capability capability)
    {
        if (capability.Purpose != Purpose.ServiceImprovement) return;
        var day = ChinaTime.Day(clock.GetUtcNow());
        lock (gate)
        {
            if (!uses.TryGetValue((day, feature), out var persons)) uses[(day, feature)] = persons = [];
            if (persons.TryGetValue(capability.Subject, out var times)) persons[capability.Subject] = Math.Min(times + 1, MostOfOne);
            else if (persons.Count < MostPersons) persons.Add(capability.Subject, 1);
        }
    }

    /// <summary>Takes out the days that are over: from here on nobody is in them.</summary>
    public IReadOnlyList<UsageOfDay> TakeFinished()
    {
        var today = ChinaTime.Day(clock.GetUtcNow());
        lock (gate)
        {
            var finished = uses.Where(u => u.Key.Day < today).ToList();
            foreach (var (key, _) in finished) uses.Remove(key);
            return [.. finished.GroupBy(u => u.Key.Day).OrderBy(d => d.Key).Select(d => new UsageOfDay(d.Key, d.SelectMany(u => u.Value.Keys).Distinct().Count(), [.. d.Select(u => (u.Key.Feature, u.Value.Count, u.Value.Values.Sum()))]))];
        }
    }
}

/// <summary>A day that is over: how many persons were counted in all, and for each function persons and uses.</summary>
internal sealed record UsageOfDay(DateOnly Day, int Persons, IReadOnlyList<(Feature Feature, int Persons, int Uses)> Functions);
