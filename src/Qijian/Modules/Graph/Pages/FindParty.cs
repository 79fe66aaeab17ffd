using Qijian.Modules.Search;

namespace Qijian.Modules.Graph;

/// <summary>A field of a form that names a party: what stands in it, whom it means, and whom it may mean.</summary>
/// <param name="Text">As it is shown again.</param>
/// <param name="Problem">What is wrong and what to do; null where it is found or nothing is asked.</param>
internal sealed record PartyField(string Name, string Text, GraphParty? Party, IReadOnlyList<SearchSuggestion> Candidates, string? Problem);

/// <summary>Whom a text means: an id or code, a name with its id behind it as the type-ahead writes it, or a name that only one company bears.</summary>
internal sealed class FindParty(IRelationGraph graph, ICompanySearch search)
{
    private const int MostLength = 200;

    public async Task<PartyField> RunAsync(string name, string? typed, CancellationToken ct)
    {
        var text = typed?.Trim() ?? "";
        if (text.Length == 0) return new(name, "", null, [], null);
        if (text.Length > MostLength) return new(name, text[..MostLength], null, [], Graph.Text.PagePartyTooLong.With(MostLength));
        foreach (var id in new[] { text, text[(text.LastIndexOf(' ') + 1)..] }.Distinct(StringComparer.Ordinal))
            if (await ByIdAsync(id, ct) is { } party) return new(name, Shown(party), party, [], null);
        var found = search.Ready ? await search.SuggestAsync(text, ct) : [];
        if (found.Where(f => f.Matched is Matched.Name && f.Name == text).ToList() is [var only] && await ByIdAsync(only.Id, ct) is { } named) return new(name, Shown(named), named, [], null);
        return new(name, text, null, found, found.Count > 0 ? Graph.Text.PageWhich : Graph.Text.PageNobody);
    }

    private async Task<GraphParty?> ByIdAsync(string id, CancellationToken ct)
    {
        for (var moves = 0; moves < 3; moves++)
        {
            switch (await graph.FindAsync(id, ct))
            {
                case PartyLookup.Found(var party): return party;
                case PartyLookup.Moved(var other): id = other; break;
                default: return null;
            }
        }

        return null;
    }

    private static string Shown(GraphParty party) => party.Name is { } name && party.Id is { } id ? $"{name} {id}" : party.Id ?? "";
}
