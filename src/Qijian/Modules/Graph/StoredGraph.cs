using Qijian.Engine.Graph;
using Qijian.Engine.Search;
using Qijian.Modules.Registry;
using Qijian.Platform;
using Qijian.Platform.CommandLine;
using Qijian.Platform.Data;

namespace Qijian.Modules.Graph;

/// <summary>The graph at one moment, and who its parties are.</summary>
internal sealed record GraphMoment(GraphSnapshot Graph, PartyTable Parties);

/// <summary>The graph of the registry: saved in the data folder, mapped at start, followed as other processes change the registry. Reading waits for nothing.</summary>
internal sealed partial class StoredGraph(Scoped<ICompanyFeed> changes, Scoped<IRelationFeed> relations, CompanyStanding standing, DataFolder folder, TimeProvider clock, ILogger<StoredGraph> log) : IFollowsRegistry, IImportFollower, IPreparation, IReadiness, IDisposable
{
    // Behind by more commits than this, building anew is sooner done than following.
    private const int MostBehind = 400;

    /// <summary>Its file.</summary>
    internal FollowedFile Saved { get; } = new(folder.File("index", "relations.graph"), clock, e => LogRebuildFailed(log, e));

    private readonly SemaphoreSlim writing = new(1);
    private volatile Opened? open;

    public bool Ready => open is not null;

    public TimeSpan Pause => TimeSpan.FromMilliseconds(200);

    /// <summary>What is asked now.</summary>
    public GraphMoment Current => open is { } now ? new(now.Graph.Current, now.Parties) : throw new InvalidOperationException("The graph is not open yet.");

    public void Dispose()
    {
        Saved.Dispose();
        writing.Dispose();
    }

    /// <summary>Opens the saved graph, builds it anew where it is missing, damaged, of another version or far behind, and catches up.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        _ = Saved.IsNew(); // from here on
        var saved = Open(out var failure);
        if (saved is null || !await IsNearAsync(saved.Graph.Current.Sequence, ct))
        {
            LogRebuild(failure);
            await BuildAsync((_, _) => { }, ct);
            _ = Saved.IsNew();
            saved = Open(out failure);
        }

        if (saved is not null && standing.IsOlderThan(Saved.Path)) Rank(saved, ct);
        open = saved ?? throw new RefusedException($"The graph at {Saved.Path} cannot be opened: {failure}.");
        await FollowAsync(ct);
    }

    /// <summary>Saves the graph after an import, unless the saved one covers every commit.</summary>
    public async Task ImportedAsync(Action<string, double> progress, CancellationToken ct)
    {
        if (Open(out _) is { } saved)
        {
            await using var feed = changes.Open();
            if (saved.Graph.Current.Sequence == await feed.Service.SequenceAsync(ct))
            {
                if (standing.IsOlderThan(Saved.Path)) Rank(saved, ct);
                return;
            }
        }

        await BuildAsync(progress, ct);
    }

    /// <summary>Applies what commits have changed since. Returns whether anything had.</summary>
    public async Task<bool> FollowAsync(CancellationToken ct)
    {
        if (open is null) return false;
        Saved.RebuildBeside(open.Graph.Current.Changed, open.Graph.Current.Nodes, stop => BuildAsync((_, _) => { }, stop));
        await writing.WaitAsync(ct);
        try
        {
            var any = await TakeSavedAsync(ct);
            return await CatchUpAsync(open, ct) || any;
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task<bool> IsNearAsync(long sequence, CancellationToken ct)
    {
        await using var feed = changes.Open();
        // A graph ahead of the registry is of another one.
        return await feed.Service.SequenceAsync(ct) is var last && sequence <= last && last - sequence <= MostBehind;
    }

    private async Task<bool> CatchUpAsync(Opened current, CancellationToken ct)
    {
        await using var lease = changes.Open();
        for (var any = false; ; any = true)
        {
            var (sequence, numbers) = await lease.Service.ChangesAsync(current.Graph.Current.Sequence, ct);
            if (numbers.Count == 0 && sequence == current.Graph.Current.Sequence) return any;
            await using var source = relations.Open();
            await Saved.TakeAsync(numbers, (slice, last) => TakeAsync(current, source.Service, slice, last ? sequence : null, ct), ct);
        }
    }

    private async Task TakeAsync(Opened current, IRelationFeed feed, int[] slice, long? sequence, CancellationToken ct)
    {
        var before = current.Graph.Current;
        // With all who are the same as a person of these, before or now.
        var groups = await feed.GroupsAsync(ct);
        for (var more = slice; more.Length > 0; slice = [.. slice, .. more])
            more = [.. GraphChanges.Beside(new(before, current.Parties), slice).Concat(groups.Beside(slice)).Distinct()];
        var page = await feed.ReadAsync(slice, ct);
        var faults = current.Graph.Apply(new GraphChanges(before, current.Parties).Of(slice, page), sequence ?? before.Sequence);
        if (faults.Count > 0) LogFaults(faults.Count);
    }

    // An import or a building beside has saved the graph: its file takes the place of the present one, once it has caught up with it.
    private async Task<bool> TakeSavedAsync(CancellationToken ct)
    {
        if (!Saved.IsNew()) return false;
        if (Open(out _) is not { } saved || saved.Graph.Current.BuiltAt < open!.Graph.Current.BuiltAt) return false;
        await CatchUpAsync(saved, ct);
        open = saved;
        return true;
    }

    private async Task BuildAsync(Action<string, double> progress, CancellationToken ct)
    {
        await using var lease = changes.Open();
        await using var source = relations.Open();
        Saved.DeleteLeftovers();
        var sequence = await lease.Service.SequenceAsync(ct); // read first: what changes meanwhile is applied again, which does no harm
        await BuildAsync(source.Service, sequence, progress, ct);
        if (Open(out _) is { } saved) Rank(saved, ct);
        progress(Text.StageGraph, 1);
    }

    // On its own, so that nothing of it is held when it is done.
    private async Task BuildAsync(IRelationFeed source, long sequence, Action<string, double> progress, CancellationToken ct)
    {
        GraphFileBuilder builder = new();
        await foreach (var page in source.ReadAllAsync(ct))
        {
            builder.Add(page);
            progress(Text.StageGraph, 0.5);
        }

        progress(Text.StageGraph, 0.9);
        builder.Save(Saved.Path, sequence, clock.GetUtcNow()); // whole or not at all, whoever else is saving
    }

    private void Rank(Opened saved, CancellationToken ct)
    {
        try
        {
            standing.Save(saved.Graph.Current, ct);
        }
        catch (IOException e)
        {
            LogUnranked(e); // results are in the order that was known before
        }
    }

    private Opened? Open(out OpenFailure failure)
    {
        (var graph, failure) = RelationGraph.Open(Saved.Path);
        return graph is null ? null : new(graph, new(graph.Current));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} relations were left out of the graph or are not as given")]
    private partial void LogFaults(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The standing of companies could not be saved; the order of results stays as it was")]
    private partial void LogUnranked(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The graph could not be built anew; it goes on as it is")]
    private static partial void LogRebuildFailed(ILogger log, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Building the graph ({Reason})")]
    private partial void LogRebuild(OpenFailure reason);

    /// <summary>An open file and whoever its parties are: two files number them differently.</summary>
    private sealed record Opened(RelationGraph Graph, PartyTable Parties);
}
