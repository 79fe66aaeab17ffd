using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Modules.Accounts;
using Qijian.Modules.Graph;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Governance;

/// <summary>Which persons of the records are one: decided with a reason, and taken back at will.</summary>
[StaffOnly(StaffRole.Editor), TypeFilter<WhileOpen>]
internal sealed class SamePersonsModel(ISamePersons decisions, ICompanyLookup lookup, IRelationGraph graph, ICurrentStaff staff) : PageModel
{
    internal const string Path = "/staff/same-persons";
    public const int MostRecent = 50;

    /// <summary>Whom it is about; null before somebody was chosen.</summary>
    public PersonView? Person { get; private set; }
    public NamesakesView? Namesakes { get; private set; }
    public IReadOnlyList<SamenessView> Decisions { get; private set; } = [];
    public IReadOnlyDictionary<string, PersonView> Known => known;
    public string? Done { get; private set; }
    public string? Problem { get; private set; }
    public string? Typed { get; private set; }
    public string? Other { get; private set; }
    public Sameness Chosen { get; private set; }
    public string? Why { get; private set; }
    private readonly Dictionary<string, PersonView> known = new(StringComparer.Ordinal);

    public Task<IActionResult> OnGetAsync([FromQuery] string? person, CancellationToken ct) => ShowAsync(person, ct);

    public async Task<IActionResult> OnPostDecideAsync([FromForm] string? person, [FromForm] string? other, [FromForm] Sameness sameness, [FromForm] string? why, CancellationToken ct)
    {
        Problem = !Enum.IsDefined(sameness) ? Text.SameChoose : Words(await decisions.DecideAsync(IdOf(person) ?? "", IdOf(other) ?? "", sameness, why, (await staff.NumberAsync(ct))!.Value, ct));
        if (Problem is null) Done = Text.SameDone;
        else (Other, Chosen, Why) = (IdOf(other), sameness, why);
        return await ShowAsync(person, ct);
    }

    public async Task<IActionResult> OnPostTakeBackAsync([FromForm] string? person, [FromForm] Guid id, CancellationToken ct)
    {
        Problem = Words(await decisions.TakeBackAsync(id, (await staff.NumberAsync(ct))!.Value, ct));
        if (Problem is null) Done = Text.SameTakenBack;
        return await ShowAsync(person, ct);
    }

    /// <summary>An id, also as the address of its page.</summary>
    public static string? IdOf(string? text) => text?.Trim().TrimEnd('/') is { Length: > 0 } typed ? typed[(typed.LastIndexOf('/') + 1)..] : null;

    public static string NameOf(Sameness sameness) => sameness switch { Sameness.Same => Text.SameSame, Sameness.Different => Text.SameDifferent, _ => Text.SameUnsure };

    private static string? Words(SamenessProblem? problem) => problem switch
    {
        null => null, SamenessProblem.Unknown => Text.SameUnknown, SamenessProblem.Itself => Text.SameItself, SamenessProblem.Reason => Text.SameReason.With(ISamePersons.LongestWhy),
        SamenessProblem.Different => Text.SameAreDifferent, SamenessProblem.Same => Text.SameAreSame, _ => Text.SameBusy,
    };

    private async Task<IActionResult> ShowAsync(string? person, CancellationToken ct)
    {
        if (Problem is not null) Response.StatusCode = StatusCodes.Status400BadRequest;
        Typed = person;
        if (IdOf(person) is { } id)
        {
            if (await lookup.FindPersonAsync(id, ct) is not PersonLookupResult.Found(var found))
            {
                Problem ??= Text.SameUnknown;
                Response.StatusCode = StatusCodes.Status400BadRequest;
            }
            else
            {
                Person = found;
                known[found.Id] = found;
                if (graph.Ready && await graph.FindAsync(id, ct) is PartyLookup.Found(var party)) Namesakes = await graph.NamesakesAsync(party, ct);
            }
        }

        Decisions = Person is null ? await decisions.RecentAsync(MostRecent, ct) : await decisions.OfAsync(Person.Id, ct);
        foreach (var other in Decisions.SelectMany(d => (string[])[d.First, d.Second]).Distinct(StringComparer.Ordinal).Where(o => !known.ContainsKey(o)))
            if (await lookup.FindPersonAsync(other, ct) is PersonLookupResult.Found(var one)) known[other] = one;
        return Page();
    }
}
