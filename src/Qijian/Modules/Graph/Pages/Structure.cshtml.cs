using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Modules.Registry;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Graph;

/// <summary>Who has what of a company and what it has of whom, through all levels: as a picture, as tables, and who is its beneficial owner.</summary>
internal sealed class StructureModel(IRelationGraph graph, ICompanyLookup lookup, IEnumerable<PartyTab> tabs) : PageModel
{
    public const int MostLevels = 20, MostRows = 200, MostCompanies = 20, MostColleagues = 30;
    private const int FirstLevels = 3;

    public GraphAsked Asked { get; private set; } = null!; // set by OnGet, as all that follows
    public PartyHead Head { get; private set; } = null!;
    public GraphParty Party { get; private set; } = null!;

    /// <summary>Null for a person, who has none.</summary>
    public OwnershipView? Owners { get; private set; }
    public OwnershipView Holdings { get; private set; } = null!;
    public BeneficialView? Beneficial { get; private set; }
    public decimal Threshold { get; private set; }
    public decimal Least { get; private set; }
    public int? Depth { get; private set; }
    public bool Ended { get; private set; }
    public IHtmlContent? Drawn { get; private set; }
    public int Undrawn { get; private set; }

    public bool IsPerson => Party.Kind is PartyKind.Person;
    public string Name => GraphWords.NameOf(Party);
    public IReadOnlyList<GraphRelation> Relations { get; private set; } = [];

    /// <summary>The stakes that are not too small, and how many are.</summary>
    public (IReadOnlyList<Stake> Stakes, int Small) Listed(OwnershipView view) =>
        view.Stakes.Where(s => s.Interest.Maximum >= Least).ToList() is var kept ? (kept, view.Stakes.Count - kept.Count) : default;

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken ct)
    {
        if (!graph.Ready) return StatusCode(StatusCodes.Status503ServiceUnavailable);
        var looked = await graph.FindAsync(id, ct);
        if (GraphAsked.Elsewhere(this, looked, to => $"/companies/{to}/structure") is { } elsewhere) return elsewhere;
        Party = ((PartyLookup.Found)looked).Party;
        if (Party.Path is not { } path) return NotFound();
        var own = path + "/structure";
        // Persons who are one share a page for as long as that is decided.
        if (!Request.Path.Equals(own, StringComparison.Ordinal)) return IsPerson ? Redirect(Language.Path(own) + Request.QueryString) : RedirectPermanent(Language.Path(own) + Request.QueryString);
        Asked = new(Request);
        Head = PartyHead.Of(Party, tabs, own);
        (Threshold, Least) = (Asked.Number("threshold", 0.01m, 100, 25), Asked.Number("least", 0, 100, 0));
        var (levels, day) = (Asked.Whole("depth", 1, MostLevels), Asked.Day("asOf"));
        Ended = Asked.Has("ended");
        Depth = Asked.Text("depth") is "all" ? null : levels ?? FirstLevels;
        if (Depth is null) Asked.Problems.Remove("depth");
        OwnershipRequest request = new() { Depth = Depth, Day = day, Ended = Ended };
        Holdings = await graph.HoldingsAsync(Party, request, ct);
        if (!IsPerson)
        {
            Owners = await graph.OwnersAsync(Party, request, ct);
            Beneficial = await graph.BeneficialOwnersAsync(Party, Threshold / 100, day, ct);
        }
        else if (await lookup.FindPersonAsync(Party.Id!, ct) is PersonLookupResult.Found(var person))
        {
            Head = Head with { Decided = person.Same.Count > 0 };
            Namesakes = await graph.NamesakesAsync(Party, ct);
            await ReadColleaguesAsync(person, ct);
        }

        Draw();
        return Page();
    }

    /// <summary>Of a person: the others with an office at the same companies.</summary>
    public IReadOnlyList<(CompanySummary Company, IReadOnlyList<RelationView> Others)> Colleagues { get; private set; } = [];

    /// <summary>Of a person: who has the name too.</summary>
    public NamesakesView? Namesakes { get; private set; }

    /// <summary>Companies beyond those whose officers are listed.</summary>
    public int MoreCompanies { get; private set; }

    private async Task ReadColleaguesAsync(PersonView person, CancellationToken ct)
    {
        var companies = person.Roles.Select(r => r.To.Id).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var own = person.Same.SelectMany(s => (string[])[s.First, s.Second]).Append(person.Id).ToHashSet(StringComparer.Ordinal);
        MoreCompanies = Math.Max(0, companies.Count - MostCompanies);
        List<(CompanySummary, IReadOnlyList<RelationView>)> all = [];
        foreach (var id in companies.Take(MostCompanies))
        {
            if (await lookup.FindAsync(id, new(Holdings.AsOf, null, Ended), ct) is CompanyLookupResult.Found(var company))
                all.Add((company.Summary, [.. company.Officers.Where(o => o.From.Id is not null && !own.Contains(o.From.Id))]));
        }

        Colleagues = all;
    }

    private void Draw()
    {
        var (owners, holdings) = (Large(Owners), Large(Holdings));
        Relations = [.. owners.Concat(holdings).DistinctBy(r => (r.From.Number, r.To.Number, r.Kind, r.Share, r.Since, r.Until, r.Filed?.Source.Dataset, r.Filed?.Source.Record))];
        if (Relations.Count == 0) return;
        var above = Owners?.Stakes.ToDictionary(s => s.Party.Number);
        var below = Holdings.Stakes.ToDictionary(s => s.Party.Number);
        var open = DrawOwnership.Opened(Asked);
        DrawOwnership draw = new([Party], open, (key, count) => Language.Path(Head.Own) + Asked.With("open", DrawOwnership.Opened(open, key, count)) + "#structure")
        {
            Note = p => above?.GetValueOrDefault(p.Number) is { } owner && owner.Basis is Basis.Derived ? Text.PageTotal.With(GraphWords.Of(owner.Interest)) : below.GetValueOrDefault(p.Number) is { } held && held.Basis is Basis.Derived ? Text.PageTotal.With(GraphWords.Of(held.Interest)) : null,
            Link = p => p.Path is { } path && p.Number != Party.Number ? Language.Path(path + "/structure") : p.Path is { } page ? Language.Path(page) : null,
        };
        var picture = draw.Of(owners, holdings);
        Undrawn = draw.Undrawn;
        Drawn = new PictureSvg(PictureLayout.Of(picture), "picture", Text.PagePictureTitle.With(Name), Text.PagePictureWords.With(picture.Nodes.Count, picture.Edges.Count));
    }

    // What is too small to be listed is not drawn either; relations among what is left are.
    private IReadOnlyList<GraphRelation> Large(OwnershipView? view)
    {
        if (view is null) return [];
        if (Least == 0) return view.Relations;
        var small = view.Stakes.Where(s => s.Interest.Maximum < Least).Select(s => s.Party.Number).ToHashSet();
        return [.. view.Relations.Where(r => !small.Contains(r.From.Number) && !small.Contains(r.To.Number))];
    }

    public string Verdict(BeneficialStake owner, bool byInterest) => (byInterest ? owner.ByInterest : owner.ByControl) ? Text.PageMet
        : (byInterest ? owner.Interest : owner.Control).Maximum >= Threshold ? Text.PageMayBeMet : Text.PageNotMet;

    public string AsOf => Format.Day(Holdings.AsOf);

    public IEnumerable<IReadOnlyList<GraphParty>> Loops => (Owners?.Loops ?? []).Concat(Holdings.Loops).DistinctBy(l => string.Join(' ', l.Select(p => p.Number).Order()));

    public IEnumerable<Overfull> Overfull => (Owners?.Overfull ?? []).Concat(Holdings.Overfull).DistinctBy(o => o.Company.Number);
}

/// <summary>What stands above the pages of one party: its name and its tabs.</summary>
/// <param name="Own">Which of the tabs this is.</param>
internal sealed record PartyHead(GraphParty Party, string Own, IReadOnlyList<(string Path, string Label)> Tabs)
{
    /// <summary>Whether the person was decided to be the same as others, all of whose relations are there.</summary>
    public bool Decided { get; init; }

    public static PartyHead Of(GraphParty party, IEnumerable<PartyTab> tabs, string own)
    {
        var (id, person) = (party.Id!, party.Kind is PartyKind.Person);
        return new(party, own, [.. RegistryTabs.Of(id, person), .. tabs.Where(t => person ? t.People : t.Companies).Select(t => (t.Path(id), t.Label()))]);
    }
}

/// <summary>A table of interests, and what closes it.</summary>
internal sealed record StakeTable(string Id, string Title, string Nothing, bool Upward, IReadOnlyList<Stake> Stakes, int Small, OwnershipView View)
{
    public int More => View.More;
    public bool Truncated => View.Truncated;
    public IReadOnlyList<GraphRelation> NotInLatest => View.NotInLatest;

    /// <summary>What leads to nobody who is listed, each with its part.</summary>
    public IEnumerable<(string Words, string Share)> Rest
    {
        get
        {
            if (Upward && View.Unknown.Maximum > 0) yield return (Text.PageRestUnknown, GraphWords.Of(View.Unknown));
            if (Upward && View.Remainder.Maximum > 0.0001m) yield return (Text.PageRestOpen, GraphWords.Of(View.Remainder));
            if (Upward && View.Circular > 0) yield return (Text.PageRestCircular, GraphWords.Of(View.Circular));
            if (View.Self.Maximum > 0) yield return (Text.PageRestSelf, GraphWords.Of(View.Self));
        }
    }
}
