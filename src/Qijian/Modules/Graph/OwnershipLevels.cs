using Qijian.Engine.Graph;

namespace Qijian.Modules.Graph;

/// <summary>Interests through chains of so many shares at most: what is beyond is not looked at.</summary>
internal sealed class OwnershipLevels
{
    private const int MostCompanies = 20_000;

    private readonly GraphSnapshot graph;
    private readonly GraphQuery query;
    private readonly Dictionary<int, (double Low, double High)> interests = [];
    private readonly Dictionary<int, List<(int Owner, double Low, double High)>> weights = [];
    private double least, most;

    private OwnershipLevels(GraphSnapshot graph, GraphQuery query) => (this.graph, this.query) = (graph, query);

    /// <summary>What leads to nobody on file; companies of which no owner is known end the chains and are no part of it.</summary>
    public Interest Remainder => new(Math.Min(least, most), Math.Max(least, most));

    public bool Truncated { get; private set; }

    /// <summary>O(shares of the companies within the depth, for each level).</summary>
    public static OwnershipLevels Of(GraphSnapshot graph, int root, int depth, GraphQuery query, bool upward)
    {
        OwnershipLevels levels = new(graph, query);
        Dictionary<int, (double Low, double High)> open = new() { [root] = (1, 1) };
        for (var level = 0; level < depth && open.Count > 0 && !levels.Truncated; level++) open = levels.Next(root, open, upward);
        return levels;
    }

    public Interest Of(int id) => interests.TryGetValue(id, out var i) ? new(Math.Min(1, i.Low), Math.Min(1, i.High)) : default;

    private Dictionary<int, (double Low, double High)> Next(int root, Dictionary<int, (double Low, double High)> open, bool upward)
    {
        Dictionary<int, (double Low, double High)> next = [];
        foreach (var (id, (low, high)) in open)
        {
            if (weights.Count > MostCompanies)
            {
                Truncated = true;
                break;
            }

            if (upward) Up(root, id, low, high, next);
            else Down(id, low, high, next);
        }

        foreach (var (id, (low, high)) in next)
        {
            var before = interests.GetValueOrDefault(id);
            interests[id] = (before.Low + low, before.High + high);
        }

        return next;
    }

    private void Up(int root, int id, double low, double high, Dictionary<int, (double Low, double High)> next)
    {
        if (!graph.TryFind(id, out var node) || node.Kind is NodeKind.Person or NodeKind.UnknownOwner) return;
        var owners = WeightsOf(id);
        if (owners.Count > 0 || id == root)
        {
            most += low * Math.Max(0, 1 - owners.Sum(o => o.Low));
            least += low * Math.Max(0, 1 - owners.Sum(o => o.High));
        }

        foreach (var owner in owners) Add(next, owner.Owner, low * owner.Low, high * owner.High);
    }

    private void Down(int id, double low, double high, Dictionary<int, (double Low, double High)> next)
    {
        foreach (var company in graph.RelationsOf(id, query, Direction.Down).Select(e => e.To).Distinct())
        {
            var (_, shareLow, shareHigh) = WeightsOf(company).Find(o => o.Owner == id);
            Add(next, company, low * shareLow, high * shareHigh);
        }
    }

    private static void Add(Dictionary<int, (double Low, double High)> to, int id, double low, double high)
    {
        var before = to.GetValueOrDefault(id);
        to[id] = (before.Low + low, before.High + high);
    }

    // As the engine takes them: scaled to the whole where they sum to more, and no owner has what the others have at least.
    private List<(int Owner, double Low, double High)> WeightsOf(int company)
    {
        if (weights.TryGetValue(company, out var known)) return known;
        var shares = graph.RelationsOf(company, query, Direction.Up).GroupBy(e => e.From).Select(g => (Owner: g.Key, Min: g.Sum(e => (long)e.Share.Min), Max: g.Sum(e => (long)e.Share.Max))).ToList();
        var sum = shares.Sum(s => s.Min);
        double whole = Math.Max(sum, Share.Whole);
        return weights[company] = shares.ConvertAll(s => (s.Owner, s.Min / whole, sum >= Share.Whole ? s.Min / whole : Math.Max(s.Min, Math.Min(s.Max, whole - (sum - s.Min))) / whole));
    }
}
