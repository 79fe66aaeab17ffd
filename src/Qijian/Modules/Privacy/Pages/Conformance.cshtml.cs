using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Qijian.Modules.Privacy;

/// <summary>How each clause stands. Reads stored evidence and runs nothing.</summary>
internal sealed class ConformanceModel(ReadConformance read, ClauseTexts texts) : PageModel
{
    public ConformanceState State { get; private set; } = null!;

    /// <summary>The status that is asked for; null for all.</summary>
    public ClauseStatus? Only { get; private set; }

    public IEnumerable<ClauseState> Shown => State.Clauses.Where(c => Only is null || c.Status == Only);

    public async Task OnGetAsync(string? status, CancellationToken ct)
    {
        Only = Enum.TryParse<ClauseStatus>(status, ignoreCase: true, out var only) && Enum.IsDefined(only) ? only : null;
        State = await read.RunAsync(ct);
    }

    public string? TextOf(ClauseState clause) => texts.Of(clause.Clause.Id);

    /// <summary>The command by which a reader checks a clause on this very site.</summary>
    public string? CheckOf(ClauseState clause) => clause.Clause.Check?.Replace("https://SITE", $"{Request.Scheme}://{Request.Host}", StringComparison.Ordinal);

    public static (string Word, string Meaning) WordsOf(ClauseStatus status) => status switch
    {
        ClauseStatus.Enforced => (Text.StatusEnforced, Text.MeansEnforced), ClauseStatus.Checked => (Text.StatusChecked, Text.MeansChecked), ClauseStatus.Attested => (Text.StatusAttested, Text.MeansAttested),
        ClauseStatus.Stale => (Text.StatusStale, Text.MeansStale), ClauseStatus.Failing => (Text.StatusFailing, Text.MeansFailing), ClauseStatus.Vacuous => (Text.StatusVacuous, Text.MeansVacuous),
        ClauseStatus.Gap => (Text.StatusGap, Text.MeansGap), _ => (Text.StatusRetired, Text.MeansRetired),
    };

    /// <summary>Each status has a shape of its own, and never only a colour.</summary>
    public static string ClassOf(ClauseStatus status) => status switch
    {
        ClauseStatus.Enforced => "good", ClauseStatus.Checked => "good checked", ClauseStatus.Attested => "good attested", ClauseStatus.Stale => "warn", ClauseStatus.Failing => "bad", ClauseStatus.Vacuous => "bad vacuous",
        ClauseStatus.Gap => "gap", _ => "retired",
    };
}
