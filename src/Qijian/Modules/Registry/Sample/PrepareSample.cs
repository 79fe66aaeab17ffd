using Microsoft.EntityFrameworkCore;
using Qijian.Platform;
using Qijian.Platform.CommandLine;
using Qijian.Platform.Data;

namespace Qijian.Modules.Registry;

/// <summary>Fills an empty registry with the fictional sample; never once anything was imported.</summary>
internal sealed class PrepareSample(AppDb db, ImportFile import, DataFolder folder, SampleSize size) : IPreparation
{
    public async Task RunAsync(CancellationToken ct)
    {
        // An unfinished run over the sample itself is taken up again.
        if (await db.Imports.AnyAsync(i => i.FinishedAt != null || !db.Datasets.Any(d => d.Fictional && d.Id == i.DatasetId), ct)) return;
        var path = folder.File("sample.jsonl");
        await using (var file = File.Create(path)) SampleRegister.Write(file, size.Companies);
        await import.RunAsync(new(path, "qijian", null, SampleRegister.DatasetName, null) { Fictional = true }, _ => { }, ct);
        File.Delete(path);
    }
}
