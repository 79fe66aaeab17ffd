namespace Qijian.Modules.Registry;

/// <summary>A tab of the pages of companies, of persons or of both that another module answers: the module registers it, and it stands after the registry's own.</summary>
/// <param name="Path">From the public id of the party.</param>
/// <param name="Label">In the reader's language.</param>
public sealed record PartyTab(Func<string, string> Path, Func<string> Label, bool Companies = true, bool People = false);

/// <summary>The tabs that the registry itself has, for the pages of other modules that stand among them.</summary>
public static class RegistryTabs
{
    /// <summary>Where each leads and what it says, in the reader's language.</summary>
    public static IReadOnlyList<(string Path, string Label)> Of(string id, bool person) => person
        ? [($"/people/{id}", Text.PageRoles)]
        : [.. Companies().Select(t => (t.Tab.Length > 0 ? $"/companies/{id}/{t.Tab}" : $"/companies/{id}", t.Label))];

    internal static IReadOnlyList<(string Tab, string Label)> Companies() =>
        [("", Text.PageTabRegistration), ("ownership", Text.PageTabOwnership), ("people", Text.PageTabPeople), ("changes", Text.PageTabChanges), ("risk", Text.PageTabRisk), ("branches", Text.PageTabBranches)];
}
