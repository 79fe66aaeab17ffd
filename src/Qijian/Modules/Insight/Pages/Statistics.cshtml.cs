using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Insight;

/// <summary>Uses of one function; null for the last day where its figure was shut.</summary>
internal sealed record UsageRow(string Function, long? LastDay, long Month, long All);

internal sealed class StatisticsModel(AppDb db, IFeatures features) : PageModel
{
    private const int Days = 30;

    public IReadOnlyList<UsageRow> Rows { get; private set; } = [];
    public DateOnly First { get; private set; }
    public DateOnly Last { get; private set; }

    public async Task OnGetAsync(CancellationToken ct)
    {
        if (await db.FeatureUsage.MaxAsync(u => (DateOnly?)u.Day, ct) is not { } last) return;
        (First, Last) = (await db.FeatureUsage.MinAsync(u => u.Day, ct), last);
        var month = last.AddDays(1 - Days);
        var uses = await db.FeatureUsage.GroupBy(u => u.Feature)
            .Select(g => new { Feature = g.Key, LastDay = g.Where(u => u.Day == last).Sum(u => (long?)u.Uses), Month = g.Where(u => u.Day >= month).Sum(u => (long)u.Uses), All = g.Sum(u => (long)u.Uses) }).ToListAsync(ct);
        Rows = [.. uses.OrderByDescending(u => u.All).Select(u => new UsageRow(features.NameOf(new(u.Feature)), u.LastDay > 0 ? u.LastDay : null, u.Month, u.All))];
    }
}
