namespace Qijian.Modules.Registry;

/// <summary>
/// Branches and their parents as somebody derived them by a rule from names: <c>branch_uscc, parent_uscc, branch_name, parent_name</c>.
/// The dataset is derived, and every page says so.
/// </summary>
internal static class BranchRows
{
    private static readonly string[] Columns = ["branch_uscc", "parent_uscc", "branch_name", "parent_name"];

    public static bool IsHeader(IEnumerable<string> headers) => Columns.Take(2).All(c => headers.Contains(c, StringComparer.OrdinalIgnoreCase));

    public static IEnumerable<RowOutcome> Read(SourceFile file, long skip) => Rows.OfCsv(file, skip, headers =>
    {
        var at = Array.ConvertAll(Columns, c => headers.Select(h => h.Trim()).ToList().FindIndex(h => h.Equals(c, StringComparison.OrdinalIgnoreCase)));
        foreach (var missing in Columns.Take(2).Where((_, i) => at[i] < 0)) throw new ImportException(Text.ImportMissingColumn.With(missing));
        return (draft, value) =>
        {
            for (var i = 0; i < headers.Count; i++)
                if (Rows.ProblemOf(headers[i], value(i)) is { } problem) return problem;
            if (Of(0) is not { } branch || Of(1) is not { } parent) return Text.RowNoName;
            draft.AddCode(branch);
            if (Of(2) is { } name) draft.AddName(name);
            if (draft.Name is null && !draft.Identified) return Text.RowNoName;
            var code = parent.ToUpperInvariant(); // an old number finds nobody: then the name does
            draft.Add(Headers.Party(Vocabulary.Branch, Of(3) ?? "", EntityType.Company, KeyValuePair.Create(Draft.IsCreditCodeShaped(code) ? Vocabulary.Fields.PartyCode : Vocabulary.Fields.Remark, code)));
            draft.Seal();
            return null;

            string? Of(int column) => at[column] >= 0 && value(at[column]).Trim() is { Length: > 0 } text ? text : null;
        };
    });
}
