using System.Collections.Frozen;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Qijian.Modules.Privacy;

/// <summary>Two versions, clause by clause, in the reader's language; what the registry does more is listed first.</summary>
internal sealed class DiffModel(PolicyVersions versions) : PageModel
{
    public PublishedPolicy From { get; private set; } = null!; // set by OnGet
    public PublishedPolicy To { get; private set; } = null!; // set by OnGet
    public PolicyDiff Diff { get; private set; } = null!; // set by OnGet
    public IReadOnlyList<Widening> Widenings { get; private set; } = [];

    /// <summary>The clauses that are not the same.</summary>
    public IReadOnlyList<ClauseChange> Shown => [.. Diff.Clauses.Where(c => c.Kind is not ClauseChangeKind.Unchanged)];

    public IEnumerable<(ClauseChangeKind Kind, int Count)> Counts =>
        new[] { ClauseChangeKind.Changed, ClauseChangeKind.Added, ClauseChangeKind.Removed, ClauseChangeKind.Unchanged }.Select(kind => (kind, Diff.Clauses.Where(c => c.Kind == kind).Sum(c => c.Ids.Count)));

    public async Task<IActionResult> OnGetAsync(int from, int to, CancellationToken ct)
    {
        if (await versions.FindAsync(from, ct) is not { } before || await versions.FindAsync(to, ct) is not { } after) return NotFound();
        (From, To) = (before, after);
        Diff = PolicyDiff.Of(before.Document, after.Document, FrozenDictionary<string, string>.Empty);
        Widenings = [.. RegistryReach.Between(before.Registry, after.Registry).DistinctBy(w => (w.Reach, w.Id))];
        return Page();
    }

    /// <summary>What a person calls the entry.</summary>
    public string LabelOf(Widening widening) => To.Registry.All.FirstOrDefault(e => e.Id == widening.Id)?.Label ?? widening.Id;

    public static string Word(ClauseChangeKind kind) => kind switch
    {
        ClauseChangeKind.Added => Text.DiffAdded, ClauseChangeKind.Removed => Text.DiffRemoved, ClauseChangeKind.Changed => Text.DiffChanged, _ => Text.DiffUnchanged,
    };
}
