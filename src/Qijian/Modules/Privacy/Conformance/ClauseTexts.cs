namespace Qijian.Modules.Privacy;

/// <summary>The published words of each clause, by its id; several ids may share a paragraph.</summary>
internal sealed class ClauseTexts(PolicyFolder policy)
{
    private readonly Dictionary<string, string> chinese = Read(policy, "policy.zh-CN.md"), english = Read(policy, "policy.en.md");

    /// <summary>Null where the clause is not published: it was retired, or it is a duty that the text need not repeat.</summary>
    public string? Of(string id) => (Language.IsEnglish ? english : chinese).GetValueOrDefault(id);

    private static Dictionary<string, string> Read(PolicyFolder policy, string file) =>
        PolicyDocument.Parse(policy.Read(policy.Newest, file)).Clauses.SelectMany(c => c.Ids, (c, id) => (id, c.Text)).ToDictionary(c => c.id, c => c.Text, StringComparer.Ordinal);
}
