namespace Qijian.Modules.Privacy;

/// <summary>One figure of a statistic: what it is of, the figure, and how many persons it was made from.</summary>
public sealed record StatisticCell(IReadOnlyDictionary<string, string> Of, double Value, int Persons);

/// <summary>A statistic that passed the release check: the only form in which figures made from personal data leave their regime.</summary>
public sealed class AnonymousStatistic
{
    internal AnonymousStatistic(string name, IReadOnlyList<StatisticCell> cells) => (Name, Cells) = (name, cells);

    /// <summary>What it is a statistic of.</summary>
    public string Name { get; }

    /// <summary>Its figures.</summary>
    public IReadOnlyList<StatisticCell> Cells { get; }
}

/// <summary>What the release check says.</summary>
public abstract record ReleaseResult
{
    private ReleaseResult() { }

    /// <summary>Nobody can be picked out of it.</summary>
    public sealed record Released(AnonymousStatistic Statistic) : ReleaseResult;

    /// <summary>Somebody could be, and how: the figures stay personal data and go with it.</summary>
    public sealed record Refused(string Reason) : ReleaseResult;
}

/// <summary>Whether figures are anonymous: each from at least ten persons, none alone, none found by subtraction, none that leads to a person's key.</summary>
public interface IReleaseCheck
{
    /// <summary>The fewest persons behind a figure.</summary>
    int Fewest { get; }

    /// <summary>
    /// Checks a statistic. <paramref name="everybody"/> is how many persons the whole is about, which a reader may know;
    /// <paramref name="keys"/> are values that lead to a person anywhere: ids, references, indexes. Linear in the cells.
    /// </summary>
    ReleaseResult Check(string name, IReadOnlyList<StatisticCell> cells, int everybody, IReadOnlySet<string> keys);
}

internal sealed class ReleaseCheck : IReleaseCheck
{
    private const int Least = 10;

    public int Fewest => Least;

    public ReleaseResult Check(string name, IReadOnlyList<StatisticCell> cells, int everybody, IReadOnlySet<string> keys)
    {
        HashSet<string> groups = new(StringComparer.Ordinal);
        long persons = 0;
        foreach (var cell in cells)
        {
            if (cell.Persons < Least) return new ReleaseResult.Refused("few");
            if (cell.Of.Values.Any(v => keys.Contains(v) || Subject.TryParse(v, null, out _))) return new ReleaseResult.Refused("join");
            if (!groups.Add(string.Join('\u001f', cell.Of.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => $"{o.Key}\u001e{o.Value}")))) return new ReleaseResult.Refused("twice");
            persons += cell.Persons;
        }

        // Whoever is in no cell is found by taking the cells from the whole.
        var left = everybody - persons;
        return left is > 0 and < Least ? new ReleaseResult.Refused("difference") : new ReleaseResult.Released(new(name, cells));
    }
}
