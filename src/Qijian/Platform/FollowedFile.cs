namespace Qijian.Platform;

/// <summary>
/// A saved file that is mapped, and followed by changes in memory: when it has been saved anew by somebody, when to build it anew beside
/// those who read it, and how a large commit comes in without keeping them waiting.
/// </summary>
internal sealed class FollowedFile(string path, TimeProvider clock, Action<Exception> failed) : IDisposable
{
    // While an import goes on, which saves the file itself when it ends, a new one would soon be old.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenRebuilds = TimeSpan.FromMinutes(1);
    private readonly CancellationTokenSource stopping = new();
    private DateTimeOffset nextRebuild, lastChange;
    private DateTime opened; // when the file that is mapped was written

    public string Path => path;

    /// <summary>Companies taken in at once: a reader waits for none of it, but the cores are shared.</summary>
    public int Slice { get; set; } = 4_000;

    /// <summary>So many changes beside the file, and an eighth of it, make it worth building anew.</summary>
    public int LeastToRebuild { get; set; } = 50_000;

    /// <summary>Completes when no building beside the readers goes on.</summary>
    public Task Rebuilding { get; private set; } = Task.CompletedTask;

    /// <summary>Whether it was saved since it was last asked: by an import, or by a building beside.</summary>
    public bool IsNew()
    {
        var before = opened;
        opened = File.GetLastWriteTimeUtc(path);
        return opened != before;
    }

    /// <summary>Takes in what a commit has changed, by slices, with pauses as long as the work: the other half of a core is for readers.</summary>
    /// <param name="take">Takes in some companies; true with the last of the commit.</param>
    public async Task TakeAsync(IReadOnlyCollection<int> numbers, Func<int[], bool, Task> take, CancellationToken ct)
    {
        var left = numbers.Count;
        do
        {
            var started = clock.GetTimestamp();
            int[] slice = [.. numbers.Skip(numbers.Count - left).Take(Slice)];
            left -= slice.Length;
            await take(slice, left == 0);
            if (left > 0) await Task.Delay(clock.GetElapsedTime(started), clock, ct);
        }
        while (left > 0);
        lastChange = clock.GetUtcNow();
    }

    /// <summary>Builds it anew where enough has changed; readers and following go on meanwhile.</summary>
    /// <param name="changed">Changes in memory.</param>
    /// <param name="size">What is in the file.</param>
    public void RebuildBeside(int changed, int size, Func<CancellationToken, Task> build)
    {
        var now = clock.GetUtcNow();
        if (changed < Math.Max(LeastToRebuild, size / 8) || !Rebuilding.IsCompleted || now < nextRebuild) return;
        if (now < lastChange + Quiet && changed < Math.Max(8 * LeastToRebuild, size / 2)) return;
        nextRebuild = now + BetweenRebuilds;
        Rebuilding = BackgroundThread.RunAsync("rebuild", async () =>
        {
            try
            {
                await build(stopping.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
            }
            catch (Exception e)
            {
                failed(e); // the changes go on serving; tried again later
            }
        });
    }

    /// <summary>Deletes what killed builds left beside it; one still under way elsewhere is younger.</summary>
    public void DeleteLeftovers()
    {
        foreach (var left in new DirectoryInfo(System.IO.Path.GetDirectoryName(path)!).EnumerateFiles("*.tmp"))
            if (left.LastWriteTimeUtc < clock.GetUtcNow().AddHours(-1).UtcDateTime) left.Delete();
    }

    public void Dispose()
    {
        if (stopping.IsCancellationRequested) return; // the container disposes once for every contract
        stopping.Cancel();
        Rebuilding.Wait(TimeSpan.FromSeconds(10));
        stopping.Dispose();
    }
}
