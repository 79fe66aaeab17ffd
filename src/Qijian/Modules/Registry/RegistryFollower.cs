using Qijian.Platform;

namespace Qijian.Modules.Registry;

/// <summary>What is made from the registry and follows it.</summary>
public interface IFollowsRegistry
{
    /// <summary>Applies what commits have changed since. Returns whether anything had.</summary>
    Task<bool> FollowAsync(CancellationToken ct);

    /// <summary>How long it waits between looks.</summary>
    TimeSpan Pause { get; }
}

/// <summary>Lets each follower hear of the changes that other processes commit, on a thread of its own.</summary>
internal sealed partial class RegistryFollower(IEnumerable<IFollowsRegistry> followers, TimeProvider clock, ILogger<RegistryFollower> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(followers.Select(f => BackgroundThread.RunAsync("follower", () => FollowAsync(f, stoppingToken))));

    private async Task FollowAsync(IFollowsRegistry follower, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(follower.Pause, clock, stoppingToken);
                await follower.FollowAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(e, follower.GetType().Name); // the database may be away for a while; answers go on from what is there
                await Task.Delay(TimeSpan.FromSeconds(1), clock, CancellationToken.None);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Follower} could not follow the registry")]
    private partial void LogFailed(Exception exception, string follower);
}
