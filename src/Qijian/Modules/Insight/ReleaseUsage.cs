using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qijian.Modules.Insight;
using Qijian.Modules.Privacy;
using Qijian.Platform;

namespace Qijian
{
    internal abstract partial class AppDb
    {
        public DbSet<FeatureUsage> FeatureUsage => Set<FeatureUsage>();
    }
}

namespace Qijian.Modules.Insight
{
    /// <summary>How often a function was used on a day by those who agreed to be counted. It passed the release check: there is nobody in it.</summary>
    internal sealed class FeatureUsage : IEntityTypeConfiguration<FeatureUsage>
    {
        public DateOnly Day { get; init; }
        [NotPersonal("The id of a function")] public required string Feature { get; init; }
        public int Uses { get; init; }

        void IEntityTypeConfiguration<FeatureUsage>.Configure(EntityTypeBuilder<FeatureUsage> builder) => builder.ToTable("insight_feature_usage").HasKey(u => new { u.Day, u.Feature });
    }

    /// <summary>Keeps of a day that is over the totals that lead to nobody; the rest is forgotten with it.</summary>
    internal sealed class ReleaseUsage(AppDb db, UsageCounts counts, IReleaseCheck check)
    {
        public async Task RunAsync(CancellationToken ct)
        {
            await counts.Releasing.WaitAsync(ct);
            try
            {
                await ReleaseAsync(ct);
            }
            finally
            {
                counts.Releasing.Release();
            }
        }

        private async Task ReleaseAsync(CancellationToken ct)
        {
            foreach (var day in counts.TakeFinished())
            {
                // Few persons behind one figure shut that figure; what remains must pass as a whole.
                StatisticCell[] cells = [.. day.Functions.Where(f => f.Persons >= check.Fewest).Select(f => new StatisticCell(new Dictionary<string, string>(StringComparer.Ordinal) { [nameof(FeatureUsage.Feature)] = f.Feature.Id }, f.Uses, f.Persons))];
                if (check.Check(day.Day.ToString("O", CultureInfo.InvariantCulture), cells, day.Persons, new HashSet<string>(StringComparer.Ordinal)) is not ReleaseResult.Released released) continue;
                foreach (var cell in released.Statistic.Cells) db.FeatureUsage.Add(new() { Day = day.Day, Feature = cell.Of[nameof(FeatureUsage.Feature)], Uses = (int)cell.Value });
            }

            await db.SaveChangesAsync(ct);
        }
    }

    internal sealed partial class DailyRelease(Scoped<ReleaseUsage> releases, TimeProvider clock, ILogger<DailyRelease> log) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromHours(1), clock, stoppingToken);
                try
                {
                    await using var lease = releases.Open();
                    await lease.Service.RunAsync(stoppingToken);
                }
                catch (Exception e) when (e is System.Data.Common.DbException or DbUpdateException)
                {
                    LogFailed(e); // the day is lost; the next one is counted again
                }
            }
        }

        [LoggerMessage(Level = LogLevel.Warning, Message = "The use of a day could not be kept")]
        private partial void LogFailed(Exception e);
    }
}
