namespace Qijian.Platform;

/// <summary>A scoped service for one that lives as long as the process: each lease has a scope of its own.</summary>
internal sealed class Scoped<T>(IServiceScopeFactory scopes) where T : notnull
{
    public Lease Open() => new(scopes.CreateAsyncScope());

    internal sealed class Lease(AsyncServiceScope scope) : IAsyncDisposable, IDisposable
    {
        public T Service { get; } = scope.ServiceProvider.GetRequiredService<T>();

        public ValueTask DisposeAsync() => scope.DisposeAsync();

        public void Dispose() => scope.Dispose();
    }
}
