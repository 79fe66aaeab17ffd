using Qijian.Engine.Graph;
using Qijian.Engine.Matching;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Graph;

internal sealed partial class RelationAnswers
{
    // Of all pairs together: two matrices at once keep a machine busy for so long.
    private static readonly TimeSpan MatrixTime = TimeSpan.FromSeconds(20), PairTime = TimeSpan.FromMilliseconds(100);
    private static readonly SemaphoreSlim Matrices = new(2);

    private const int Candidates = 5;

    public async Task<MatrixView> MatrixAsync(IReadOnlyList<string> inputs, PathRequest request, IProgress<MatrixProgress>? progress, CancellationToken ct)
    {
        List<MatrixParty> parties = [];
        HashSet<long> seen = [];
        foreach (var input in inputs)
        {
            var party = await MatchAsync(input.Trim(), ct);
            parties.Add(party.Party is not { } found || seen.Add(found.Number) ? party : party with { Outcome = MatrixOutcome.Repeated });
            progress?.Report(new(parties.Count, inputs.Count, 0, 0));
        }

        return await AnswerAsync(
            async reader =>
            {
                var query = QueryOf(request) with { Time = PairTime };
                List<(int Place, int? Id)> found = [.. parties.Index().Where(p => p.Item.Outcome is MatrixOutcome.Found).Select(p => (p.Index, reader.Find(p.Item.Party!)))];
                var groups = query.Kinds.Only(ByName).Bits != 0 ? await feed.GroupsAsync(ct) : PersonGroups.None;
                var (cells, hubs, truncated) = await WalkAsync(reader.Graph, found, query, request.MaxLength, groups.AnyDifferent ? path => reader.Confuses(path, groups) : null, pairs => progress?.Report(new(inputs.Count, inputs.Count, pairs, found.Count * (found.Count - 1) / 2)), ct);
                var hops = await HopsAsync(reader, [.. cells.Select(c => c.Path).OfType<GraphPath>()], query, ct);
                await reader.ReadAsync(hubs.Take(MostNamed), ct);
                return new MatrixView(query.Day!.Value, request, parties, [.. cells.Select(c => new MatrixCell(c.First, c.Second, c.Path is { } path ? PathOf(path, hops) : null, c.Truncated))], HubsOf(reader, hubs), await SourcesAsync(ct), truncated);
            }, ct);
    }

    private static async Task<(List<(int First, int Second, GraphPath? Path, bool Truncated)> Cells, SortedSet<int> Hubs, bool Truncated)> WalkAsync(
        GraphSnapshot graph, List<(int Place, int? Id)> parties, GraphQuery query, int maxLength, Func<GraphPath, bool>? confuses, Action<int>? progress, CancellationToken ct)
    {
        List<(int, int, GraphPath?, bool)> cells = [];
        SortedSet<int> hubs = [];
        var truncated = false;
        await Matrices.WaitAsync(ct);
        try
        {
            // A thread of the pool for as long as it takes: there are two at most.
            await Task.Run(
                () =>
                {
                    var started = System.Diagnostics.Stopwatch.GetTimestamp();
                    for (var i = 0; i < parties.Count; i++)
                    {
                        for (var j = i + 1; j < parties.Count; j++)
                        {
                            if (parties[i].Id is not { } a || parties[j].Id is not { } b)
                            {
                                cells.Add((parties[i].Place, parties[j].Place, null, false));
                                continue;
                            }

                            var late = System.Diagnostics.Stopwatch.GetElapsedTime(started) > MatrixTime;
                            var answer = late ? null : graph.ShortestPath(a, b, maxLength, query, ct);
                            if (confuses is not null && answer is { Paths: [var first, ..] } && confuses(first)) answer = graph.ShortestPaths(a, b, 1 + Spare, maxLength, query, ct);
                            var best = answer?.Paths.FirstOrDefault(p => confuses?.Invoke(p) is not true);
                            var cut = answer?.Truncated ?? true;
                            if (best is null && answer?.Paths.Count > 0) cut |= Unlisted(answer, 1, maxLength);
                            cells.Add((parties[i].Place, parties[j].Place, best, cut));
                            truncated |= cut;
                            hubs.UnionWith(answer?.Hubs ?? []);
                        }

                        progress?.Invoke(cells.Count);
                    }
                }, ct);
        }
        finally
        {
            Matrices.Release();
        }

        return (cells, hubs, truncated);
    }

    /// <summary>Whom a text means: an id or a code says it, a name is matched. Where several fit alike it is ambiguous.</summary>
    private async Task<MatrixParty> MatchAsync(string input, CancellationToken ct)
    {
        for (var (id, moves) = (input, 0); moves < 3; moves++)
        {
            var found = await FindAsync(id, ct);
            if (found is PartyLookup.Found(var known)) return new(input, MatrixOutcome.Found, known, []);
            if (found is not PartyLookup.Moved(var other)) break;
            id = other;
        }

        if (input.Length is 0 or > MatchRow.MaxText) return new(input, MatrixOutcome.Unknown, null, []);
        var matched = await matching.RunAsync(new(input), Candidates, ct);
        IReadOnlyList<PartyCandidate> candidates = [.. matched.Select(m => new PartyCandidate(m.Company.Id, m.Company.Name, m.Score.Score, m.Score.Band))];
        var best = matched.Count == 0 ? MatchBand.Weak : matched[0].Score.Band;
        return matched.Count == 0 ? new(input, MatrixOutcome.Unknown, null, candidates)
            : best >= MatchBand.Strong && matched.Count(m => m.Score.Band == best) == 1 ? new(input, MatrixOutcome.Found, PartyReader.Of(matched[0].Company), candidates)
            : new(input, MatrixOutcome.Ambiguous, null, candidates);
    }
}
