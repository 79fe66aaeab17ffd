using System.CommandLine;
using System.Globalization;
using Qijian.Platform.CommandLine;

namespace Qijian.Modules.Registry;

/// <summary><c>qijian export</c></summary>
internal static class ExportVerb
{
    private static readonly Option<string?> Format = new("--format") { Description = string.Join(" | ", ExportFile.Formats) };
    private static readonly Option<string?> Output = new("--output") { Description = "写入的文件，默认 registry 加格式的扩展名 / file to write, by default registry with the extension of the format" };

    public static Command Command() => Verbs.Verb("export", "导出登记数据 / export the register", [Format, Output, Verbs.Json], RunAsync);

    private static async Task<int> RunAsync(VerbContext context, CancellationToken ct)
    {
        var (format, output) = (context.Arguments.GetValue(Format), context.Arguments.GetValue(Output));
        format ??= Path.GetExtension(output)?.TrimStart('.').ToLowerInvariant();
        if (format is null || !ExportFile.Formats.Contains(format, StringComparer.Ordinal)) throw new RefusedException(Text.ExportFormat.With(string.Join(", ", ExportFile.Formats)));
        output ??= format switch { "bods" => "registry.bods.json", "ftm" => "registry.ftm.jsonl", _ => $"registry.{format}" };
        ProgressLine line = new(context.Services.GetRequiredService<TimeProvider>());
        var report = await context.Services.GetRequiredService<ExportFile>().RunAsync(new(format, Path.GetFullPath(output)), line.Show, ct);
        line.End();
        context.Answer(report, string.Create(CultureInfo.CurrentCulture, $"""
            {Text.ExportDone.With(report.Written, report.Seconds)}
            {string.Join(Environment.NewLine, report.Files)}
            {(report.CellsTooLong > 0 ? Text.ExportCellsTooLong.With(report.CellsTooLong) : "")}
            """).TrimEnd());
        return 0;
    }
}
