using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Qijian.Modules.Shared;
using Qijian.Platform;

namespace Qijian.Modules.Privacy;

/// <summary>Every version that was ever published, the newest first.</summary>
internal sealed class VersionsModel(AppDb db, PolicyVersions versions, CurrentPolicy current, IOptions<OperatorOptions> options, SiteState site) : PageModel
{
    // Below this a number could point at persons.
    private const int FewestCounted = 10;

    internal sealed record Entry(PolicyView View, int? Before, string Records);

    public IReadOnlyList<Entry> Versions { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        var records = await db.ConsentEvents.GroupBy(e => e.PolicyVersion).Select(g => new { Version = g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Version, g => g.Count, ct);
        List<Entry> all = [];
        int? before = null;
        foreach (var row in await versions.ListAsync(ct))
        {
            if (await versions.FindAsync(row.Number, ct) is not { } policy) continue;
            all.Add(new(new(policy, current, options, site), before, Words(records.GetValueOrDefault(row.Number))));
            before = row.Number;
        }

        all.Reverse();
        Versions = all;
    }

    private static string Words(int count) => count is > 0 and < FewestCounted ? Text.FewerThan.With(FewestCounted) : Format.Count(count);
}
