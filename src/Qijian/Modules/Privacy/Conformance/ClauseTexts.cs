using System.Text.RegularExpressions;

namespace Qijian.Modules.Privacy;

/// <summary>The published words of each clause, by its id; several ids may share a paragraph.</summary>
internal sealed partial class ClauseTexts(PolicyFolder policy)
{
    private readonly Dictionary<string, string> chinese = Read(policy.Read(policy.Newest, "policy.zh-CN.md")), english = Read(policy.Read(policy.Newest, "policy.en.md"));

    /// <summary>Null where the clause is not published: it was retired, or it is a duty that the text need not repeat.</summary>
    public string? Of(string id) => (Language.IsEnglish ? english : chinese).GetValueOrDefault(id);

    private static Dictionary<string, string> Read(string markdown)
    {
        Dictionary<string, string> texts = new(StringComparer.Ordinal);
        foreach (Match clause in Clause().Matches(markdown))
            foreach (Capture id in clause.Groups["id"].Captures) texts[id.Value] = Link().Replace(clause.Groups["text"].Value, "${words}").TrimStart('-', ' ');
        return texts;
    }

    [GeneratedRegex(@"^(?<text>[^\n]*?) ?\{(#(?<id>[A-Z0-9.a-z]+) ?)+\}\r?$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Clause();

    [GeneratedRegex(@"\[(?<words>[^\]]*)\]\([^)]*\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();
}
