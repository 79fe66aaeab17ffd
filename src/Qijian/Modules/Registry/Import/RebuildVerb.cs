using System.CommandLine;
using Qijian.Platform.CommandLine;
using Qijian.Platform.Data;

namespace Qijian.Modules.Registry;

/// <summary><c>qijian rebuild</c>: writes the rows of all bodies anew from their records, for a version that reads records differently.</summary>
internal static class RebuildVerb
{
    public static Command Command() => Verbs.Verb("rebuild", "由原始记录重建企业数据与索引 / rebuild companies and the index from their records", [Verbs.Json], RunAsync);

    private static async Task<int> RunAsync(VerbContext context, CancellationToken ct)
    {
        ProgressLine line = new(context.Services.GetRequiredService<TimeProvider>());
        var count = await context.Services.GetRequiredService<RebuildCompanies>().RunAsync((stage, done, share) => line.Show(stage, done, share), ct);
        line.End();
        context.Answer(new { rebuilt = count }, Text.RebuildDone.With(count));
        return 0;
    }
}

/// <summary>Rebuilds the projection, and then what follows it.</summary>
internal sealed class RebuildCompanies(AppDb db, BulkLoader bulk, DataFolder folder, IEnumerable<IImportFollower> followers)
{
    /// <summary>Returns how many bodies there are.</summary>
    public async Task<long> RunAsync(Action<string, long, double> progress, CancellationToken ct)
    {
        using var alone = ImportFile.Lock(folder);
        var count = 0L;
        await using (await BulkConnection.OpenAsync(db, ct))
        {
            // No dataset and no import of its own: it writes no record.
            RecordWriter writer = new(db, bulk, new() { Name = "" }, new() { FileName = "", Fingerprint = "" });
            await writer.OpenAsync(ct);
            await writer.RebuildAsync(done => progress(Text.StageRebuild, count = done, 0.5), ct);
        }

        foreach (var follower in followers) await follower.ImportedAsync((stage, share) => progress(stage, count, share), ct);
        return count;
    }
}
