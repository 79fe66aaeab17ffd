using System.CommandLine;
using System.Globalization;
using Qijian.Engine.Matching;
using Qijian.Modules.Registry;
using Qijian.Platform.CommandLine;

namespace Qijian.Modules.Search;

/// <summary><c>qijian match FILE</c></summary>
internal static class MatchVerb
{
    private static readonly Argument<string> File = new("FILE") { Description = "CSV、TSV（可经 gzip 或 zstd 压缩）或 XLSX / CSV or TSV, plain, gzip or zstd, or XLSX" };
    private static readonly Option<string?> Output = new("--output") { Description = "写入的文件，默认标准输出 / file to write, standard output by default" };
    private static readonly Option<string?> Format = new("--format") { Description = "csv | jsonl" };
    private static readonly Option<int> Limit = new("--limit") { Description = "每行最多几个候选，1 到 10 / candidates a row, 1 to 10", DefaultValueFactory = _ => MatchEndpoint.DefaultCandidates };

    public static Command Command() => Verbs.Verb("match", "为表格的每一行找出对应的企业 / find the companies that the rows of a table mean", [File, Output, Format, Limit, Verbs.Json], RunAsync);

    private static async Task<int> RunAsync(VerbContext context, CancellationToken ct)
    {
        var arguments = context.Arguments;
        var (path, output, limit) = (arguments.GetRequiredValue(File), arguments.GetValue(Output), arguments.GetValue(Limit));
        var format = arguments.GetValue(Format) ?? (output?.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) is true ? "jsonl" : "csv");
        if (format is not ("csv" or "jsonl")) throw new RefusedException(Text.MatchFormat);
        if (limit is < 1 or > MatchEndpoint.MaxCandidates) throw new RefusedException(Text.ProblemLimit.With(MatchEndpoint.MaxCandidates));
        if (output is null && context.Json) throw new RefusedException(Text.MatchNeedsOutput);
        if (output is not null && string.Equals(Path.GetFullPath(output), Path.GetFullPath(path), StringComparison.Ordinal)) throw new RefusedException(Text.MatchSameFile);

        using var table = TableFile.Open(path);
        var search = context.Services.GetRequiredService<ICompanySearch>();
        if (search is IPreparation preparation) await preparation.RunAsync(ct);
        ProgressLine line = new(context.Services.GetRequiredService<TimeProvider>());
        await using var to = output is null ? Console.OpenStandardOutput() : new FileStream(output, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
        MatchReport report;
        await using (IMatchLines lines = format is "csv" ? new MatchCsv(to) : new MatchJsonLines(to))
            report = await context.Services.GetRequiredService<MatchFile>().RunAsync(table, lines, limit, (rows, share) => line.Show(Text.StageMatch, rows, share), (row, problem) => Console.Error.WriteLine(Text.MatchUnreadable.With(row, problem)), ct);
        line.End();
        var words = string.Create(CultureInfo.CurrentCulture, $"""
            {Text.MatchDone.With(report.Rows, report.Seconds)}
            Exact {report.Best[MatchBand.Exact]:N0}  Strong {report.Best[MatchBand.Strong]:N0}  Possible {report.Best[MatchBand.Possible]:N0}  Weak {report.Best[MatchBand.Weak]:N0}  {Text.MatchNone} {report.WithoutCandidate:N0}  {Text.MatchProblems} {report.Unreadable:N0}
            """);
        if (output is null) await Console.Error.WriteLineAsync(words);
        else context.Answer(report, words);
        return 0;
    }
}
