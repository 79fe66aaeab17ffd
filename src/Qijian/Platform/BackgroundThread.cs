using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Qijian.Platform;

/// <summary>
/// A thread of its own for long work beside requests, which it lets go first. On the pool, which begins with a thread a core, such
/// work kept requests waiting for a thread; what is awaited here goes on here too.
/// </summary>
internal sealed class BackgroundThread : SynchronizationContext
{
    // Of what the other threads of the machine leave over, but a third of a share at least: whoever stops all threads waits for this one too.
    private const int Nice = 5;
    private readonly BlockingCollection<(SendOrPostCallback Call, object? State)> calls = [];

    private BackgroundThread() { }

    /// <summary>Runs work on a new thread; completes with it.</summary>
    public static Task RunAsync(string name, Func<Task> work)
    {
        TaskCompletionSource<Task> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            if (OperatingSystem.IsLinux()) _ = setpriority(0, 0, Nice); // of this thread alone; Linux ignores Thread.Priority
            BackgroundThread context = new();
            SetSynchronizationContext(context);
            var task = work();
            _ = task.ContinueWith(_ => context.calls.CompleteAdding(), TaskScheduler.Default);
            foreach (var (call, state) in context.calls.GetConsumingEnumerable()) call(state);
            done.SetResult(task);
        }) { IsBackground = true, Name = name, Priority = ThreadPriority.BelowNormal }.Start();
        return done.Task.Unwrap();
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            calls.Add((d, state));
        }
        catch (InvalidOperationException)
        {
            base.Post(d, state); // the work has ended: what nobody awaits goes on in the pool
        }
    }

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setpriority(int which, uint who, int priority);
}
