using Qijian.Platform;

namespace Qijian.Modules.Search;

/// <summary>What is made from the registry and follows it.</summary>
internal interface IFollowsRegistry
{
    /// <summary>Applies what commits have changed since. Returns whether anything had.</summary>
    Task<bool> FollowAsync(CancellationToken ct);
}

/// <summary>Follows the changes that other processes commit.</summary>
internal sealed partial class IndexFollower(IFollowsRegistry search, TimeProvider clock, ILogger<IndexFollower> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => BackgroundThread.RunAsync("follower", () => FollowAsync(stoppingToken));

    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Poll, clock, stoppingToken);
                await search.FollowAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(e); // the database may be away for a while; searches go on from what is there
                await Task.Delay(TimeSpan.FromSeconds(1), clock, CancellationToken.None);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The search index could not follow the registry")]
    private partial void LogFailed(Exception exception);
}
