namespace Qijian.Modules.Search;

/// <summary>How well companies are connected, as far as somebody knows: a part of the order of results. Whoever knows registers it.</summary>
public interface ICompanyStanding
{
    /// <summary>From the number of a company to 0, like most, up to <see cref="Highest"/>; of this moment.</summary>
    Func<int, int> Now();

    /// <summary>The highest standing.</summary>
    const int Highest = 255;
}

/// <summary>What those who registered know together.</summary>
internal sealed class Standings(IEnumerable<ICompanyStanding> known)
{
    private readonly ICompanyStanding[] known = [.. known];

    public Func<int, int> Now()
    {
        var all = Array.ConvertAll(known, k => k.Now());
        return number => all.Length == 0 ? 0 : all.Max(standing => standing(number));
    }
}
