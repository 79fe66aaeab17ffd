using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Engine.Identifiers;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Registry;

internal sealed class CompanyModel(ICompanyLookup companies, FormerDivisions former, IEnumerable<PartyTab> others, TimeProvider clock) : PageModel
{
    /// <summary>What stands in the identity block.</summary>
    public static readonly IReadOnlyList<Property> Headline =
        [Vocabulary.CreditCode, Vocabulary.RegistrationNumber, Vocabulary.Lei, Vocabulary.StockCode, Vocabulary.Capital, Vocabulary.FoundedOn, Vocabulary.Registrar];

    // A page that a browser kept from an earlier build names style sheets that are gone.
    public static readonly string Build = typeof(CompanyModel).Module.ModuleVersionId.ToString("N")[..8];

    public CompanyView View { get; private set; } = null!; // set by OnGet
    public string Tab { get; private set; } = "";
    public DateOnly? AsOf { get; private set; }
    public bool Ended { get; private set; }
    public bool BadDate { get; private set; }
    public bool Past { get; private set; }
    public SourceMarks Marks { get; } = new();
    public IReadOnlyList<EventView> Events { get; private set; } = [];
    public IReadOnlyList<(string Tab, string Label, int Count)> Tabs { get; private set; } = [];

    /// <summary>Tabs that other modules answer.</summary>
    public IEnumerable<(string Link, string Label)> Others => others.Where(t => t.Companies).Select(t => (Language.Path(t.Path(View.Summary.Id)), t.Label()));

    public string Name => View.Summary.Name ?? View.Summary.Lei ?? View.Summary.Id;
    public string TabLabel => Tabs.First(t => t.Tab == Tab).Label;
    public static string? PageLang => Language.IsEnglish ? "en" : null; // inside an element of another language

    /// <summary>By the facts of the day, where a day is asked for.</summary>
    public CompanyStatus? Status => !Past ? View.Summary.Status : Enum.TryParse<CompanyStatus>(View[Vocabulary.Status]?.Value, out var status) ? status : null;

    public string Description
    {
        get
        {
            var c = View.Summary;
            return string.Join(Language.IsEnglish ? ", " : "，", new[] { Name, c.Status?.Label(), c.CreditCode, c.LegalRepresentative, c.Capital?.Display, c.Province }.Where(t => !string.IsNullOrEmpty(t)));
        }
    }

    public RelationView? Representative
    {
        get
        {
            foreach (var officer in View.Officers) if (officer.Role is Vocabulary.LegalRepresentative && officer.Source.InLatest && HoldsOn(officer)) return officer;
            return null;
        }
    }

    /// <summary>The dated former name that the body bore on the day.</summary>
    public string? NameThen
    {
        get
        {
            foreach (var fact in View.Facts) if (fact.Property == Vocabulary.PreviousName && fact.ValidTo > View.AsOf && (fact.ValidFrom is null || fact.ValidFrom <= View.AsOf)) return fact.Value;
            return null;
        }
    }

    /// <summary>Where the credit code says that the body was registered.</summary>
    public string? CodeRegion
    {
        get
        {
            if (View.Summary.CreditCode is not { Length: CreditCode.Length } code || Regions.Decode(code[2..8], View.Summary.FoundedOn?.Year, former.Table) is not { Province: { } province } region) return null;
            return province + region.City + region.County + (region.FormerDivision ? Text.PageFormerDivision : "");
        }
    }

    /// <summary>schema.org Organization, as a data block.</summary>
    public IHtmlContent StructuredData => new HtmlString(CompanySchema.Of(View, $"{Request.Scheme}://{Request.Host}{Language.Path($"/companies/{View.Summary.Id}")}"));

    public async Task<IActionResult> OnGetAsync()
    {
        // Read here: binding four texts to parameters takes as long as finding the company.
        var (id, asOf, ct) = ((string)RouteData.Values["id"]!, (string?)Request.Query["asOf"], HttpContext.RequestAborted);
        Tab = RouteData.Values["tab"] as string ?? "";
        if (Tab is not ("" or "ownership" or "people" or "changes" or "risk" or "branches")) return NotFound();
        AsOf = asOf is null ? null : Headers.ParseDate(asOf);
        BadDate = asOf is { Length: > 0 } && AsOf is null;
        Ended = Request.Query["ended"] == "1" && Tab is "ownership" or "people" or "branches";
        switch (await companies.FindAsync(id, new(AsOf, null, Ended), ct))
        {
            case CompanyLookupResult.Found(var view):
                Show(view);
                return CompanyEndpoints.NotModified(HttpContext, $"{view.Version}-{Build}-{Tab}-{asOf?.Length}{Format.Day(view.AsOf)}{(Ended ? "-e" : "")}") ? StatusCode(StatusCodes.Status304NotModified) : Page();
            case CompanyLookupResult.Moved(var other): return RedirectPermanent(Language.Path($"/companies/{other}{(Tab.Length > 0 ? "/" + Tab : "")}{Request.QueryString}"));
            case CompanyLookupResult.Gone: return StatusCode(StatusCodes.Status410Gone);
            default: return NotFound();
        }
    }

    private void Show(CompanyView view)
    {
        View = view;
        Past = AsOf is { } day && day < ChinaTime.Day(clock.GetUtcNow());
        var risks = view.Risks.Where(Stands).OrderByDescending(e => e.Date).ToList();
        var changes = Past ? view.Changes.Where(Happened).ToList() : view.Changes;
        Events = Tab == "risk" ? risks : changes;
        int[] counts = [0, Holding(view.Owners) + Holding(view.Holdings), Holding(view.Officers), changes.Count, risks.Count, Holding(view.Branches)];
        Tabs = [.. RegistryTabs.Companies().Zip(counts, (t, count) => (t.Tab, t.Label, count))];
    }

    private bool Happened(EventView happened) => !Past || happened.Date is null || happened.Date <= View.AsOf;

    // A penalty may be shown until its publicity period ends, and never longer.
    private bool Stands(EventView risk)
    {
        if (!Happened(risk)) return false;
        foreach (var (field, value) in risk.Fields) if (field.Id == Vocabulary.Fields.PublicUntil.Id && Headers.ParseDate(value) < View.AsOf) return false;
        return true;
    }

    private bool HoldsOn(RelationView relation) => relation.ValidTo is null || relation.ValidTo > View.AsOf;

    private int Holding(IReadOnlyList<RelationView> relations) => Ended ? relations.Count(HoldsOn) : relations.Count;

    public static IReadOnlyList<RelationView> Equity(IReadOnlyList<RelationView> relations) => [.. relations.Where(r => r.Kind.CarriesEquity)];

    public static IReadOnlyList<RelationView> Control(IReadOnlyList<RelationView> relations) => [.. relations.Where(r => !r.Kind.CarriesEquity)];

    public RelationList List(string id, string title, IReadOnlyList<RelationView> relations, bool incoming, bool share = false) =>
        new(id, title, relations, incoming, share, View.AsOf, Marks) { EndedLink = Link(Tab, AsOf, !Ended), Ended = Ended };

    /// <summary>The address of a tab, on the day and with or without what has ended.</summary>
    public string Link(string tab, DateOnly? day, bool ended)
    {
        var path = Language.Path(tab.Length > 0 ? $"/companies/{View.Summary.Id}/{tab}" : $"/companies/{View.Summary.Id}");
        return day is { } asOf ? $"{path}?asOf={Format.Day(asOf)}{(ended ? "&ended=1" : "")}" : ended ? path + "?ended=1" : path;
    }

    public static string RoleOf(RelationView relation) => Language.IsEnglish && relation.Role is Vocabulary.LegalRepresentative ? "Legal representative" : relation.Role ?? relation.Kind.Property.Label;

    public IHtmlContent MarkOf(Fact fact) => Marks.Of(fact);

    public IHtmlContent MarkOf(RelationView relation) => Marks.Of(relation.Kind.Property, relation.Source);

    public IHtmlContent MarkOf(EventView happened) => Marks.Of(happened.Property, happened.Source);
}
