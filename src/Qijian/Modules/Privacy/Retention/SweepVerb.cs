using System.CommandLine;
using System.Text;
using Qijian.Platform.CommandLine;

namespace Qijian.Modules.Privacy;

/// <summary>The verb <c>sweep</c>: removes what has outlived its time, as the running site does once a day, or says what that would be.</summary>
internal static class SweepVerb
{
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "只说明将删除什么 / only say what would go" };
    private static readonly Option<bool> Yes = new("--yes") { Description = "一次删除超过五分之一也继续 / go on where it would take more than a fifth of a place" };

    public static Command Command() => Verbs.Verb("sweep", "删除超过保存期限的内容 / remove what has outlived its time", [DryRun, Yes, Verbs.Json], async (context, ct) =>
    {
        var dryRun = context.Arguments.GetValue(DryRun);
        await context.Services.GetRequiredService<CurrentPolicy>().RefreshAsync(context.Services.GetRequiredService<PolicyVersions>(), ct);
        var swept = await context.Services.GetRequiredService<RetentionSweep>().RunAsync(dryRun, context.Arguments.GetValue(Yes), ct);
        StringBuilder words = new();
        foreach (var place in swept)
            words.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"{place.Place}  {place.Rule}  {place.Expired}/{place.Total}{(place.Refused ? "  未删除，超过五分之一，确认无误后用 --yes / not removed, more than a fifth: --yes where that is right" : "")}");
        context.Answer(new { dryRun, places = swept }, words.ToString().TrimEnd());
        return swept.Any(p => p.Refused) ? 1 : 0;
    });
}

/// <summary>Sweeps while the site runs: once a day, and what is kept for a week at most every hour.</summary>
internal sealed partial class ConstantSweep(Platform.Scoped<RetentionSweep> sweeps, TimeProvider clock, ILogger<ConstantSweep> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (DateTimeOffset whole = default; ;)
        {
            try
            {
                var (started, all) = (clock.GetUtcNow(), clock.GetUtcNow() - whole >= TimeSpan.FromDays(1));
                await using var lease = sweeps.Open();
                foreach (var place in (await lease.Service.RunAsync(dryRun: false, anyway: false, stoppingToken, shortLived: !all)).Where(p => p.Refused)) LogRefused(place.Place, place.Expired, place.Total);
                if (all) whole = started;
            }
            catch (Exception e) when (e is System.Data.Common.DbException or IOException)
            {
                LogFailed(e); // the next hour is soon enough
            }

            await Task.Delay(TimeSpan.FromHours(1), clock, stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Retention: {Expired} of {Total} in {Place} have outlived their time; too many to remove without \"qijian sweep --yes\"")]
    private partial void LogRefused(string place, long expired, long total);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sweep did not end")]
    private partial void LogFailed(Exception e);
}
