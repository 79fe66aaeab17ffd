using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Qijian.Platform;

internal sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    public bool Enabled { get; init; } = true;

    /// <summary>Requests a minute from one address.</summary>
    [Range(1, 1_000_000)] public int PerMinute { get; init; } = 600;
}

/// <summary>So many requests a minute from one address, smoothed; more get 429 with the time to wait.</summary>
internal sealed class ClientRateLimit(IOptions<RateLimitOptions> options) : IConfigureOptions<RateLimiterOptions>
{
    public void Configure(RateLimiterOptions limiter)
    {
        var limit = options.Value;
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = (rejected, _) =>
        {
            rejected.HttpContext.Response.Headers.RetryAfter = "10";
            return ValueTask.CompletedTask;
        };
        if (!limit.Enabled) return;
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => RateLimitPartition.GetTokenBucketLimiter(
            http.Connection.RemoteIpAddress?.ToString() ?? "", _ => new()
            {
                TokenLimit = limit.PerMinute, TokensPerPeriod = Math.Max(1, limit.PerMinute / 6), ReplenishmentPeriod = TimeSpan.FromSeconds(10), QueueLimit = 0,
            }));
    }
}
