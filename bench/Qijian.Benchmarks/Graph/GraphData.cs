using Qijian.Engine.Graph;

namespace Qijian.Benchmarks.Graph;

/// <summary>An invented register of a fixed seed: communities from eight to two thousand parties, two fifths of them companies, nine of ten relations within the community.</summary>
/// <remarks>
/// Ids say nothing of communities, and the stream is ordered by id, as an import is. A company has some 45 % of its relations with owners, whose shares sum to 90 to 100 %
/// (2 % of them ranges); an owner is a company in one of six cases, so that ownership goes up some levels and has loops now and then. The others are
/// officers, one of fifty from a few persons with thousands of posts, and some branches. Half of the relations have a first day, one of twenty-five has ended.
/// </remarks>
internal sealed class GraphData
{
    private const double CompanyPart = 0.4;

    private readonly int[] communityStart; // of each place
    private readonly int[] communitySize;
    private readonly long step;
    private readonly long back;

    public GraphData(int nodes, long edges)
    {
        Nodes = nodes;
        Edges = edges;
        communityStart = new int[nodes];
        communitySize = new int[nodes];
        Random random = new(20251126);
        for (var at = 0; at < nodes;)
        {
            var size = (int)Math.Min(Math.Min(2000, 8 / Math.Pow(1 - random.NextDouble(), 0.7)), nodes - at);
            communityStart.AsSpan(at, size).Fill(at);
            communitySize.AsSpan(at, size).Fill(size);
            at += size;
        }
        step = (long)(nodes * 0.618_034);
        while (Gcd(step, nodes) != 1)
            step++;
        back = Inverse(step, nodes);
    }

    public int Nodes { get; }

    public long Edges { get; }

    public static DateOnly Today { get; } = new(2025, 11, 26);

    public bool IsCompany(int id) => IsCompanyAt(PlaceOf(id));

    public int RandomCompany(Random random)
    {
        while (true)
        {
            var id = random.Next(Nodes);
            if (IsCompany(id))
                return id;
        }
    }

    /// <summary>All relations by company, in the order of ids.</summary>
    public IEnumerable<GraphEdge> Stream()
    {
        var left = Edges;
        long companies = 0;
        for (var id = 0; id < Nodes; id++)
            companies += IsCompany(id) ? 1 : 0;
        var shares = new int[64];
        for (var id = 0; id < Nodes && left > 0; id++)
        {
            var place = PlaceOf(id);
            if (!IsCompanyAt(place))
                continue;
            // Cheap and the same for every run, whatever the order.
            Xorshift random = new((ulong)(place + 1) * 0x9E37_79B9_7F4A_7C15);
            var count = (int)(left / companies);
            companies--;
            left -= count;
            count = Math.Min(count, 64);
            var owners = Math.Max(1, (int)(count * 0.45));
            var rest = Share.Whole - (random.Next(3) == 0 ? random.Next(100_000) : 0);
            for (var i = 0; i < owners; i++)
            {
                shares[i] = i == owners - 1 ? rest : random.Next(Math.Max(1, rest * 3 / 4));
                rest -= shares[i];
            }
            for (var i = 0; i < count; i++)
            {
                var kind = i < owners ? EdgeKind.Share : random.Next(10) == 0 ? EdgeKind.Branch : (EdgeKind)((int)EdgeKind.Representative + random.Next(4));
                var company = kind == EdgeKind.Branch || (kind == EdgeKind.Share && random.Next(6) == 0);
                var other = random.Next(50) == 0 && !company ? random.Next(Math.Max(1, Nodes / 100_000)) * (Nodes / Math.Max(1, Nodes / 100_000)) : Pick(ref random, place, company);
                var days = random.Next(100);
                DateOnly? since = days < 50 ? Today.AddDays(-1 - random.Next(9000)) : null;
                DateOnly? until = days < 4 ? Today.AddDays(-random.Next(1000)) : null;
                var share = kind != EdgeKind.Share ? default : random.Next(50) == 0 ? Share.Range(shares[i] / 2, shares[i]) : Share.Exact(shares[i]);
                var (from, to) = kind == EdgeKind.Branch ? (id, IdOf(other)) : (IdOf(other), id);
                yield return new GraphEdge(from, to, kind, share, since, until);
            }
        }
    }

    private int Pick(ref Xorshift random, int place, bool company)
    {
        var near = random.Next(10) > 0;
        var (start, size) = near ? (communityStart[place], communitySize[place]) : default;
        if (!near)
        {
            var other = random.Next(Nodes);
            (start, size) = (communityStart[other], communitySize[other]);
        }
        var companies = Math.Max(1, (int)(size * CompanyPart));
        return company || companies == size ? start + random.Next(companies) : start + companies + random.Next(size - companies);
    }

    private bool IsCompanyAt(int place) => place - communityStart[place] < Math.Max(1, (int)(communitySize[place] * CompanyPart));

    private int IdOf(int place) => (int)(place * step % Nodes);

    private int PlaceOf(int id) => (int)(id * back % Nodes);

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);

    private static long Inverse(long a, long modulus)
    {
        var (r, next, t, nextT) = (modulus, a, 0L, 1L);
        while (next != 0)
            (r, next, t, nextT) = (next, r % next, nextT, t - (r / next * nextT));
        return ((t % modulus) + modulus) % modulus;
    }

    private struct Xorshift(ulong seed)
    {
        private ulong state = seed;

        public int Next(int below)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            return (int)((state >> 33) * (ulong)below >> 31);
        }
    }
}
