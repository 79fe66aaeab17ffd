using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Qijian.Modules.Registry;
using Qijian.Platform.Data;

namespace Qijian.Benchmarks;

/// <summary>Times company look-ups on a data folder, one after the other on one thread: what a page costs before it is drawn.</summary>
internal static class LookupBench
{
    public static async Task<int> RunAsync(string[] args)
    {
        var count = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5000;
        await using var app = Program.Build([], new DataFolder(Path.GetFullPath(args[1])), quiet: true);
        List<string> ids;
        await using (var scope = app.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<AppDb>();
            var last = await db.Companies.MaxAsync(c => c.Number);
            Random random = new(7); // the same companies at each run
            var numbers = Enumerable.Range(0, count).Select(_ => random.Next(1, last + 1)).ToList();
            ids = await db.Companies.Where(c => numbers.Contains(c.Number)).Select(c => c.Id).ToListAsync();
        }

        for (var round = 0; round < 6; round++) // the first warm up
        {
            var (allocated, started) = (GC.GetTotalAllocatedBytes(), Stopwatch.GetTimestamp());
            var (cpu, facts) = (Environment.CpuUsage.TotalTime, 0L);
            foreach (var id in ids)
            {
                await using var scope = app.Services.CreateAsyncScope();
                var found = (CompanyLookupResult.Found)await scope.ServiceProvider.GetRequiredService<ICompanyLookup>().FindAsync(id, default, CancellationToken.None);
                facts += found.Company.Facts.Count;
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{ids.Count} look-ups: {Stopwatch.GetElapsedTime(started).TotalMicroseconds / ids.Count:0} µs, {(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / ids.Count:0} CPU µs, {(GC.GetTotalAllocatedBytes() - allocated) / ids.Count / 1024.0:0.0} KB each, {(double)facts / ids.Count:0.0} facts"));
        }

        return 0;
    }
}
