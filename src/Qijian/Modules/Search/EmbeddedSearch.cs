using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Qijian.Engine.Search;
using Qijian.Modules.Registry;
using Qijian.Platform;
using Qijian.Platform.CommandLine;
using Qijian.Platform.Data;
using static Qijian.Modules.Search.CompanyDocuments;
using EngineSort = Qijian.Engine.Search.SearchSort;

namespace Qijian.Modules.Search;

/// <summary>The in-memory index: saved in the data folder, mapped at start, followed as other processes change the registry.</summary>
internal sealed partial class EmbeddedSearch(Scoped<ICompanyFeed> feeds, Scoped<ICompanyLookup> lookups, AliasTable aliases, Standings standings, DataFolder folder, TimeProvider clock, ILogger<EmbeddedSearch> log) : ICompanySearch, IFollowsRegistry, IImportFollower, IPreparation, IReadiness, IDisposable
{
    // A pager's links work on the snapshot they came from for so long; older ones are answered by the current one.
    private const int KeptSnapshots = 64;

    /// <summary>Its file.</summary>
    internal FollowedFile Saved { get; } = new(folder.File("index", "companies.idx"), clock, e => LogRebuildFailed(log, e));

    private readonly SemaphoreSlim writing = new(1);
    private readonly ConcurrentDictionary<string, IndexSnapshot> snapshots = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> order = new();
    private SearchIndex? index;

    public bool Ready => index is not null;

    // What a commit changed is to be found at once.
    public TimeSpan Pause => TimeSpan.FromMilliseconds(10);

    public void Dispose()
    {
        Saved.Dispose();
        writing.Dispose();
    }

    /// <summary>Opens the saved index, builds it anew where it is missing, damaged or of another version, and catches up.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        _ = Saved.IsNew(); // from here on
        var saved = SearchIndex.Open(Saved.Path);
        if (saved.Index is null)
        {
            LogRebuild(saved.Failure);
            await BuildAsync((_, _) => { }, ct);
            _ = Saved.IsNew();
            saved = SearchIndex.Open(Saved.Path);
        }

        index = saved.Index ?? throw new RefusedException($"The search index at {Saved.Path} cannot be opened: {saved.Failure}.");
        await FollowAsync(ct);
    }

    /// <summary>Saves the index after an import, unless the saved one covers every commit.</summary>
    public async Task ImportedAsync(Action<string, double> progress, CancellationToken ct)
    {
        using (var saved = SearchIndex.Open(Saved.Path).Index)
        {
            await using var feed = feeds.Open();
            if (saved is not null && saved.Sequence == await feed.Service.SequenceAsync(ct)) return;
        }

        await BuildAsync(progress, ct);
    }

    /// <summary>Applies what commits have changed since. Returns whether anything had.</summary>
    public async Task<bool> FollowAsync(CancellationToken ct)
    {
        if (index is not { } current) return false;
        Saved.RebuildBeside(current.Current.Changed, current.Current.Count, stop => BuildAsync((_, _) => { }, stop));
        await writing.WaitAsync(ct);
        try
        {
            await using var lease = feeds.Open();
            var feed = lease.Service;
            var any = TakeSaved(current);
            while (true)
            {
                var (sequence, numbers) = await feed.ChangesAsync(current.Sequence, ct);
                if (numbers.Count == 0 && sequence == current.Sequence) return any;
                var standing = standings.Now();
                await Saved.TakeAsync(numbers, async (slice, last) =>
                {
                    var documents = (await feed.ReadAsync(slice, ct)).Select(c => DocumentOf(c, standing(c.Company.Number))).ToList();
                    current.Apply(documents, [.. slice.Except(documents.Select(d => d.Number))], sequence, whole: last);
                }, ct);
                any = true;
            }
        }
        finally
        {
            writing.Release();
        }
    }

    // An import has saved the index: its file takes the place of all the small segments that following it has made.
    private bool TakeSaved(SearchIndex current) => Saved.IsNew() && current.Replace(Saved.Path) is OpenFailure.None;

    public async Task<SearchPage> SearchAsync(SearchRequest request, CancellationToken ct)
    {
        var (name, snapshot) = SnapshotFor(request.Snapshot);
        var pageSize = Math.Clamp(request.PageSize, 1, 100);
        var result = snapshot.Search(new()
        {
            Text = request.Text,
            Alternatives = aliases.Of(request.Text),
            Filters = FacetTable.FiltersOf(request),
            FoundedFrom = request.FoundedFrom?.DayNumber, FoundedTo = request.FoundedTo?.DayNumber,
            CapitalFrom = Minor(request.CapitalFrom), CapitalTo = Minor(request.CapitalTo), Currency = CompanyCodes.Currency(request.Currency),
            Sort = request.Sort switch
            {
                SearchSort.FoundedNewest => EngineSort.FoundedDesc, SearchSort.FoundedOldest => EngineSort.Founded,
                SearchSort.CapitalHighest => EngineSort.CapitalDesc, SearchSort.CapitalLowest => EngineSort.Capital,
                SearchSort.Name => EngineSort.Name, _ => EngineSort.Relevance,
            },
            Offset = (int)Math.Min(int.MaxValue, (long)(Math.Max(1, request.Page) - 1) * pageSize),
            Limit = pageSize,
            Facets = FacetTable.ColumnsOf(request),
        });
        await using var lookup = lookups.Open();
        var companies = (await lookup.Service.SummariesAsync([.. result.Hits.Select(h => h.Number)], ct)).ToDictionary(c => c.Number);
        // A company that went while its old snapshot was paged through is left out of the page.
        var texts = await TextsAsync(result.Hits, ct);
        var hits = result.Hits.Where(h => companies.ContainsKey(h.Number)).Select(h => CompanyDocuments.HitOf(h, companies[h.Number], texts.GetValueOrDefault(h.Number), request.Text));
        return new([.. hits], result.Total, result.TotalIsLowerBound, Math.Max(1, request.Page), pageSize, request.Facets ? [.. FacetTable.All.Select(f => f.Of(result.Facets, request))] : [], name, result.DidYouMean, result.Took.TotalMilliseconds);
    }

    // The index keeps no scope and no address: what a hit shows of them is read again.
    private async Task<Dictionary<int, IndexedCompany>> TextsAsync(IReadOnlyList<Engine.Search.SearchHit> hits, CancellationToken ct)
    {
        int[] numbers = [.. hits.Where(h => h.Matched is MatchKind.Scope or MatchKind.Address).Select(h => h.Number)];
        if (numbers.Length == 0) return [];
        await using var feed = feeds.Open();
        return (await feed.Service.ReadAsync(numbers, ct)).ToDictionary(c => c.Company.Number);
    }

    public async Task<IReadOnlyList<SearchSuggestion>> SuggestAsync(string text, CancellationToken ct)
    {
        var found = Index.Current.Suggest(text, 10, aliases.Of(text));
        if (found.Count == 0) return [];
        await using var lookup = lookups.Open();
        var companies = (await lookup.Service.SummariesAsync([.. found.Select(s => s.Number)], ct)).ToDictionary(c => c.Number);
        return [.. found.Select(s =>
        {
            var (matched, status) = (MatchedOf(s.Matched), companies.GetValueOrDefault(s.Number)?.Status);
            return new SearchSuggestion(s.Id, s.Name, s.CreditCode, matched, s.MatchedText, ResultsModel.Why(matched), status, status?.Label(), status?.Class());
        })];
    }

    /// <summary>What is searched now.</summary>
    internal IndexSnapshot Current => Index.Current;

    private SearchIndex Index => index ?? throw new InvalidOperationException("The index is not open yet.");

    private (string Name, IndexSnapshot Snapshot) SnapshotFor(string? name)
    {
        if (name is not null && snapshots.TryGetValue(name, out var kept)) return (name, kept);
        var current = Index.Current;
        var fresh = current.Part == 0 ? current.Sequence.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{current.Sequence}.{current.Part}");
        if (snapshots.TryAdd(fresh, current))
        {
            order.Enqueue(fresh);
            while (order.Count > KeptSnapshots && order.TryDequeue(out var oldest)) snapshots.TryRemove(oldest, out _);
        }

        return (fresh, current);
    }

    private async Task BuildAsync(Action<string, double> progress, CancellationToken ct)
    {
        await using var lease = feeds.Open();
        var feed = lease.Service;
        Saved.DeleteLeftovers();
        var sequence = await feed.SequenceAsync(ct); // read first: what changes meanwhile is applied again, which does no harm
        using var builder = SearchIndexBuilder.WithTemporaryFolder(Path.GetDirectoryName(Saved.Path)!);
        // Reading on one core, cutting names on the other; pages, because a document is far cheaper than a hand-over.
        var pages = Channel.CreateBounded<SearchDocument[]>(new BoundedChannelOptions(4) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var standing = standings.Now();
        var reading = BackgroundThread.RunAsync("index feed", async () =>
        {
            try
            {
                await foreach (var page in feed.ReadAllAsync(stop.Token).Chunk(1000)) await pages.Writer.WriteAsync(Array.ConvertAll(page, c => DocumentOf(c, standing(c.Company.Number))), stop.Token);
                pages.Writer.Complete();
            }
            catch (Exception e)
            {
                pages.Writer.Complete(e);
            }
        });
        try
        {
            await foreach (var page in pages.Reader.ReadAllAsync(ct))
            {
                foreach (var document in page) builder.Add(document);
                progress(Text.StageIndex, 0.5);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }

        progress(Text.StageIndex, 0.9);
        builder.Save(Saved.Path, sequence, clock.GetUtcNow()); // whole or not at all, whoever else is saving
        progress(Text.StageIndex, 1);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The search index could not be built anew; it goes on as it is")]
    private static partial void LogRebuildFailed(ILogger log, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Building the search index ({Reason})")]
    private partial void LogRebuild(OpenFailure reason);
}
