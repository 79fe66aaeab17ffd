using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Qijian.Platform;

internal sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    public bool Enabled { get; init; } = true;

    /// <summary>Requests a minute from one address.</summary>
    [Range(1, 1_000_000)] public int PerMinute { get; init; } = 600;

    /// <summary>Rows a minute from one address, where one request asks or takes many.</summary>
    [Range(1000, 100_000_000)] public int RowsPerMinute { get; init; } = 60_000;
}

/// <summary>So many requests a minute from one address, smoothed; more get 429 with the time to wait.</summary>
internal sealed class ClientRateLimit(IOptions<RateLimitOptions> options) : IConfigureOptions<RateLimiterOptions>
{
    /// <summary>Seconds after which more is allowed.</summary>
    public const string RetryAfter = "10";

    public void Configure(RateLimiterOptions limiter)
    {
        var limit = options.Value;
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = (rejected, _) =>
        {
            rejected.HttpContext.Response.Headers.RetryAfter = RetryAfter;
            return ValueTask.CompletedTask;
        };
        if (!limit.Enabled) return;
        limiter.GlobalLimiter = Of(limit.PerMinute);
    }

    /// <summary>So much a minute for each address.</summary>
    public static PartitionedRateLimiter<HttpContext> Of(int perMinute) => PartitionedRateLimiter.Create<HttpContext, string>(http => RateLimitPartition.GetTokenBucketLimiter(
        http.Connection.RemoteIpAddress?.ToString() ?? "", _ => new() { TokenLimit = perMinute, TokensPerPeriod = Math.Max(1, perMinute / 6), ReplenishmentPeriod = TimeSpan.FromSeconds(10), QueueLimit = 0 }));
}

/// <summary>So many rows a minute from one address, for requests that ask or take many at once.</summary>
internal sealed class RowLimit(IOptions<RateLimitOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<HttpContext>? limiter = options.Value.Enabled ? ClientRateLimit.Of(options.Value.RowsPerMinute) : null;

    /// <summary>Whether the client may have so many rows now; they count then. One request never costs more than a whole minute.</summary>
    public bool TryTake(HttpContext http, int rows)
    {
        using var lease = limiter?.AttemptAcquire(http, Math.Clamp(rows, 1, options.Value.RowsPerMinute));
        return lease?.IsAcquired ?? true;
    }

    /// <summary>The answer to a client that may not.</summary>
    public static ProblemHttpResult Refuse(HttpContext http, string words)
    {
        http.Response.Headers.RetryAfter = ClientRateLimit.RetryAfter;
        return TypedResults.Problem(words, statusCode: StatusCodes.Status429TooManyRequests);
    }

    public void Dispose() => limiter?.Dispose();
}
