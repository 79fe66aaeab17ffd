using System.CommandLine;
using System.Text;
using Qijian.Platform.CommandLine;

namespace Qijian.Modules.Privacy;

/// <summary><c>qijian conform</c>: whether the policy is lawful, and whether the product keeps it.</summary>
internal static class ConformVerb
{
    private const int LongestMegabytes = 16;

    private static readonly Argument<string> File = new("FILE") { Description = "隐私政策，纯文本或 Markdown / a privacy policy, plain text or Markdown" };
    private static readonly Argument<string> Before = new("A") { Description = "较早的版本 / the earlier version" };
    private static readonly Argument<string> After = new("B") { Description = "较晚的版本 / the later version" };

    public static Command Command()
    {
        Command conform = new("conform", "核对隐私政策与系统 / check the privacy policy and the system against each other")
        {
            Plain("lint", "指出政策文本的缺陷 / find the defects of a policy's text", [File], LintAsync),
            Plain("diff", "逐条比较两个版本 / compare two versions clause by clause", [Before, After], DiffAsync),
        };
        foreach (var command in ConformRun.Commands()) conform.Add(command);
        return conform;
    }

    // These read files only: no database is made for them.
    private static Command Plain(string name, string description, IReadOnlyList<Argument> files, Func<ParseResult, CancellationToken, Task<int>> run)
    {
        Command command = new(name, description) { Verbs.Json };
        foreach (var file in files) command.Add(file);
        command.SetAction((arguments, ct) => Verbs.GuardedAsync(() => run(arguments, ct)));
        return command;
    }

    private static async Task<int> LintAsync(ParseResult arguments, CancellationToken ct)
    {
        var defects = PolicyLinter.Check(await ReadAsync(arguments.GetRequiredValue(File), ct));
        StringBuilder words = new();
        foreach (var defect in defects) words.Append(Text.LintLine.With(defect.Line)).Append("  ").Append(defect.Id).Append("  ").Append(MeaningOf(defect.Id)).Append(": ").AppendLine(defect.Words);
        words.Append(defects.Count == 0 ? Text.LintNone : Text.LintFound.With(defects.Count));
        Verbs.Answer(arguments.GetValue(Verbs.Json), new { Defects = defects }, words.ToString());
        return defects.Count == 0 ? 0 : 1;
    }

    private static async Task<int> DiffAsync(ParseResult arguments, CancellationToken ct)
    {
        var (before, after) = (await PolicyAsync(arguments.GetRequiredValue(Before), ct), await PolicyAsync(arguments.GetRequiredValue(After), ct));
        // Two files alone have no history: what was retired before them is not known here.
        var diff = PolicyDiff.Of(before, after, new Dictionary<string, string>(StringComparer.Ordinal));
        Verbs.Answer(arguments.GetValue(Verbs.Json), new { diff.Clauses, diff.Outside }, Words(diff));
        return 0;
    }

    private static string Words(PolicyDiff diff)
    {
        StringBuilder words = new();
        foreach (var clause in diff.Clauses.Where(c => c.Kind is not ClauseChangeKind.Unchanged))
        {
            words.Append(string.Join(' ', clause.Ids)).Append("  ").AppendLine(NameOf(clause.Kind)).Append("  ");
            if (clause.Kind is ClauseChangeKind.Changed) words.AppendJoin("", clause.Parts.Select(p => p.Kind is ClauseChangeKind.Added ? $"[+{p.Text}+]" : p.Kind is ClauseChangeKind.Removed ? $"[-{p.Text}-]" : p.Text));
            else words.Append(clause.Before ?? clause.After);
            words.AppendLine();
        }

        if (words.Length == 0) words.AppendLine(Text.DiffSame);
        if (diff.Outside) words.AppendLine(Text.DiffOutside);
        return words.AppendJoin("  ", diff.Clauses.GroupBy(c => c.Kind).OrderBy(g => g.Key).Select(g => $"{NameOf(g.Key)} {g.Sum(c => c.Ids.Count)}")).ToString();
    }

    private static string NameOf(ClauseChangeKind kind) => kind switch
    {
        ClauseChangeKind.Added => Text.DiffAdded,
        ClauseChangeKind.Removed => Text.DiffRemoved,
        ClauseChangeKind.Changed => Text.DiffChanged,
        _ => Text.DiffUnchanged,
    };

    private static string MeaningOf(string id) => Text.ResourceManager.GetString($"Lint{id}", Text.Culture)!;

    private static async Task<PolicyDocument> PolicyAsync(string path, CancellationToken ct)
    {
        var document = PolicyDocument.Parse(await ReadAsync(path, ct));
        foreach (var problem in document.Problems) await Console.Error.WriteLineAsync($"{path}:{problem.Line}: {problem.Words} {problem.Remedy}");
        return document;
    }

    private static async Task<string> ReadAsync(string path, CancellationToken ct)
    {
        try
        {
            await using var file = System.IO.File.OpenRead(path);
            if (file.Length > LongestMegabytes << 20) throw new RefusedException(Text.ConformTooLong.With(path, LongestMegabytes));
            using StreamReader reader = new(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            return await reader.ReadToEndAsync(ct);
        }
        catch (DecoderFallbackException e)
        {
            throw new RefusedException(Text.ConformNotText.With(path), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new RefusedException(Text.ConformNoFile.With(path), e);
        }
    }
}
