using System.CommandLine;
using System.Globalization;
using System.Runtime;
using Qijian.Platform.CommandLine;

namespace Qijian.Modules.Registry;

/// <summary><c>qijian import FILE</c></summary>
internal static class ImportVerb
{
    private static readonly Argument<string> File = new("FILE") { Description = "CSV、TSV、JSON Lines，可经 gzip 或 zstd 压缩 / CSV, TSV or JSON Lines, plain, gzip or zstd" };
    private static readonly Option<string?> Format = new("--format") { Description = string.Join(" | ", ImportFile.Formats) };
    private static readonly Option<string?> Mapping = new("--mapping") { Description = "列映射文件（JSON） / column mapping file (JSON)" };
    private static readonly Option<string?> Dataset = new("--dataset") { Description = "数据集名称 / name of the dataset" };
    private static readonly Option<DateTimeOffset?> RetrievedAt = new("--retrieved-at") { Description = "快照日期，默认现在 / date of the snapshot, now by default" };

    public static Command Command() => Verbs.Verb("import", "导入一个登记文件 / import a register", [File, Format, Mapping, Dataset, RetrievedAt, Verbs.Json], RunAsync);

    private static async Task<int> RunAsync(VerbContext context, CancellationToken ct)
    {
        GCSettings.LatencyMode = GCLatencyMode.Batch; // no collector beside the work: nobody waits for an answer here
        var arguments = context.Arguments;
        ImportRequest request = new(arguments.GetRequiredValue(File), arguments.GetValue(Format), arguments.GetValue(Mapping), arguments.GetValue(Dataset), arguments.GetValue(RetrievedAt));
        ProgressLine line = new(context.Services.GetRequiredService<TimeProvider>());
        var report = await context.Services.GetRequiredService<ImportFile>().RunAsync(request, p => line.Show(p.Stage, p.Rows, p.Share), ct);
        line.End();
        context.Answer(report, string.Create(CultureInfo.CurrentCulture, $"""
            {(report.AlreadyImported ? Text.ReportAlready : Text.ReportDone)}
            {Text.ReportRead} {report.Read:N0}  {Text.ReportAdded} {report.Added:N0}  {Text.ReportChanged} {report.Changed:N0}  {Text.ReportUnchanged} {report.Unchanged:N0}  {Text.ReportRejected} {report.Rejected:N0}
            {Text.ReportTime.With(report.Seconds, report.Read / Math.Max(0.001, report.Seconds))}
            {(report.RejectedFile is { } file ? Text.ReportRejectedFile.With(file) : "")}{(report.IgnoredColumns.Count > 0 ? Text.ReportIgnored.With(string.Join(", ", report.IgnoredColumns)) : "")}
            """).TrimEnd());
        return 0;
    }
}
