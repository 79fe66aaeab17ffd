using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Qijian.Modules.Graph;

/// <summary>How far the matrices are that readers wait for, by a number that the reader's page made up: counts alone, and only while they are computed. For this process.</summary>
internal sealed class MatrixWatches
{
    private const int Most = 1000;
    private readonly ConcurrentDictionary<Guid, Watch> all = [];

    /// <summary>Watches one; null where no number was sent, or too many are watched.</summary>
    public Watch? Begin(string? id) => Guid.TryParse(id, out var key) && all.Count < Most && new Watch(this, key) is var watch && all.TryAdd(key, watch) ? watch : null;

    public static void Map(IEndpointRouteBuilder app) => app.MapGet(MatrixModel.Path + "/progress/{id:guid}", Results<Ok<MatrixProgress>, NotFound> (Guid id, HttpContext http, MatrixWatches watches) =>
    {
        http.Response.Headers.CacheControl = "no-store";
        return watches.all.TryGetValue(id, out var watch) ? TypedResults.Ok(watch.Now) : TypedResults.NotFound();
    }).ExcludeFromDescription();

    internal sealed class Watch(MatrixWatches watches, Guid id) : IProgress<MatrixProgress>, IDisposable
    {
        private readonly Lock writing = new();

        public MatrixProgress Now
        {
            get
            {
                lock (writing) return field;
            }

            private set
            {
                lock (writing) field = value;
            }
        }

        public void Report(MatrixProgress value) => Now = value;

        public void Dispose() => watches.all.TryRemove(id, out _);
    }
}
