using Qijian.Platform;

namespace Qijian.Tests.Platform;

public sealed class BackgroundThreadTests
{
    [Fact]
    public async Task What_is_awaited_goes_on_on_the_same_thread_and_an_error_comes_back()
    {
        var ct = TestContext.Current.CancellationToken;
        List<int> threads = [];
        await BackgroundThread.RunAsync("test", async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                threads.Add(Environment.CurrentManagedThreadId);
                Assert.False(Thread.CurrentThread.IsThreadPoolThread);
                if (i % 2 == 0) await Task.Yield();
                else await Task.Delay(1, ct);
            }
        });
        Assert.Equal(20, threads.Count);
        Assert.Single(threads.Distinct());
        await Assert.ThrowsAsync<InvalidDataException>(() => BackgroundThread.RunAsync("test", async () =>
        {
            await Task.Yield();
            throw new InvalidDataException();
        }));
    }
}
