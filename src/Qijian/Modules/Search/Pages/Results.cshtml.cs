using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Qijian.Engine.Search;
using Qijian.Modules.Registry;
using Qijian.Modules.Shared;

namespace Qijian.Modules.Search;

internal sealed class ResultsModel(ICompanySearch search, ICompanyLookup companies, IOptions<SearchOptions> export) : PageModel
{
    /// <summary>So many values of a facet stand open; the rest are one click away.</summary>
    public const int ValuesShown = 8;

    private const int MostShown = 60;

    [FromQuery] public SearchQueryString Query { get; set; } = new();
    public SearchRequest Asked { get; private set; } = new();
    public string Q { get; private set; } = "";

    /// <summary>The same in headings: the beginning of a long text.</summary>
    public string Shown => Q.Length <= MostShown ? Q : string.Concat(Q.EnumerateRunes().Take(MostShown)) + "…";
    public string Sort { get; private set; } = "relevance";
    public SearchPage Found { get; private set; } = null!; // set by OnGet
    public bool Fictional { get; private set; }
    public long Pages => (Math.Min(Found.Total, Engine.Search.SearchQuery.MaxOffset) + Found.PageSize - 1) / Found.PageSize;

    /// <summary>The chosen filters, each with the address of the same page without it.</summary>
    public IReadOnlyList<(string Label, string Link)> Chips { get; private set; } = [];

    /// <summary>Where nothing was found: what a shorter form of the text finds.</summary>
    public IReadOnlyList<SearchSuggestion> Nearest { get; private set; } = [];

    /// <summary>What was looked for, in words.</summary>
    public string Tried => string.Join(Language.IsEnglish ? ", " : "、", Chips.Select(c => c.Label).Prepend(Shown).Where(t => t.Length > 0));

    /// <summary>The first, the last and those around this page; 0 is a gap.</summary>
    public IEnumerable<long> PageNumbers
    {
        get
        {
            var before = 0L;
            foreach (var page in new long[] { 1, Found.Page - 2, Found.Page - 1, Found.Page, Found.Page + 1, Found.Page + 2, Pages }.Where(p => p >= 1 && p <= Pages).Distinct().Order())
            {
                if (page > before + 1) yield return 0;
                yield return before = page;
            }
        }
    }

    public static IEnumerable<(string Word, string Label)> SortLinks =>
        [("relevance", Text.SortRelevance), ("founded-desc", Text.SortFoundedDesc), ("founded", Text.SortFounded), ("capital-desc", Text.SortCapitalDesc), ("name", Text.SortName)];

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        Q = (Query.Q ?? "").Trim();
        Sort = Query.Sort is { Length: > 0 } sort ? sort : "relevance";
        if (Query.Problem is not null) return BadRequest();
        if (!search.Ready) return StatusCode(StatusCodes.Status503ServiceUnavailable);
        Asked = Query.Request with { Text = Q };
        Found = await search.SearchAsync(Asked, ct);
        Fictional = (await companies.OverviewAsync(ct)).Datasets.Any(d => d.Fictional);
        Chips = [.. FacetTable.All.SelectMany(f => Values(f.Name).Select(v => (LabelOf(f, v), Toggle(f.Name, v)))), .. RangeChips()];
        for (var text = Q; Found.Total == 0 && Nearest.Count == 0 && text.Length > 2; text = text[..^Math.Max(1, text.Length / 3)]) Nearest = [.. (await search.SuggestAsync(text, ct)).Take(5)];
        return Page();
    }

    // As the facet words it; a value that no company has is not among those counted.
    private string LabelOf(FacetTable facet, string value)
    {
        if (facet.Name is "industry" && value.Length > 1) return CompanyCodes.IsClass(value) || CompanyCodes.Divisions(value) is not [var division] ? value : $"{value} {(Language.IsEnglish ? CompanyCodes.Division(division)?.EnglishName : CompanyCodes.Division(division)?.Name)}";
        var word = facet.Codes(Asked, value) is [var code, ..] ? facet.Show(Asked, code) : null;
        return word is null || (facet.Name is "founded" && word.Value != value) ? value : word.Label;
    }

    private IEnumerable<(string Label, string Link)> RangeChips()
    {
        if (Asked.FoundedFrom is { } from) yield return (Text.ChipFoundedFrom.With(Format.Day(from)), With("foundedFrom", null));
        if (Asked.FoundedTo is { } to) yield return (Text.ChipFoundedTo.With(Format.Day(to)), With("foundedTo", null));
        var currency = CompanyCodes.CurrencyName(CompanyCodes.Currency(Asked.Currency));
        if (Asked.CapitalFrom is { } least) yield return (Text.ChipCapitalFrom.With(least, currency), With("capitalFrom", null));
        if (Asked.CapitalTo is { } most) yield return (Text.ChipCapitalTo.With(most, currency), With("capitalTo", null));
    }

    /// <summary>Whether a range of a facet's property is asked for.</summary>
    public bool HasRange(string facet) => facet is "founded" ? (Asked.FoundedFrom ?? Asked.FoundedTo) is not null : facet is "capital" && (Asked.CapitalFrom ?? Asked.CapitalTo) is not null;

    /// <summary>What a range form keeps of the query string.</summary>
    public IEnumerable<(string Name, string Value)> Others(string facet) => Kept(name => name is not ("page" or "snapshot") && name != facet + "From" && name != facet + "To").Select(p => (p.Key, p.Value));

    /// <summary>How deep a class of industry lies, as a style.</summary>
    public static string? Depth(string facet, string value) => facet is "industry" && value.Length > 1 ? value.Length > 3 ? "deeper" : "deep" : null;

    /// <summary>The same page with one value of a facet taken in or out; a narrower class of industry takes the place of the wider one, and one currency that of another.</summary>
    public string Toggle(string facet, string value)
    {
        var values = Values(facet);
        return Link(facet, values.Contains(value, StringComparer.Ordinal) ? [.. values.Where(v => v != value)] : [.. values.Where(v => facet is not "currency" && !Covers(v) && !value.StartsWith(v, StringComparison.Ordinal)), value], keepSnapshot: false);

        bool Covers(string other) => facet is "industry" && other.StartsWith(value, StringComparison.Ordinal);
    }

    public string With(string name, string? value) => Link(name, value is null ? [] : [value], keepSnapshot: name is "page");

    /// <summary>Another page of the same snapshot, so that nothing is shown twice or left out while data changes.</summary>
    public string PageLink(long page)
    {
        QueryBuilder query = new(Kept(name => name is not ("page" or "snapshot")));
        query.Add("page", page.ToString(CultureInfo.InvariantCulture));
        query.Add("snapshot", Found.Snapshot);
        return Language.Path("/search") + query.ToQueryString();
    }

    public int ExportLimit => export.Value.ExportLimit;

    /// <summary>What was found as a file, of the same snapshot.</summary>
    public string ExportLink(string format)
    {
        QueryBuilder query = new(Kept(name => name is not ("page" or "snapshot" or "format" or "lang")));
        query.Add("format", format);
        query.Add("lang", Language.IsEnglish ? "en" : "zh");
        query.Add("snapshot", Found.Snapshot);
        return ExportEndpoint.Path + query.ToQueryString();
    }

    public string Cleared() => Language.Path("/search") + new QueryBuilder(Kept(name => string.Equals(name, "q", StringComparison.OrdinalIgnoreCase))).ToQueryString();

    /// <summary>Why an entry was found, in a word or two.</summary>
    public static string Why(Matched matched) => matched switch
    {
        Matched.FormerName => Text.WhyFormerName, Matched.OtherName => Text.WhyOtherName, Matched.Person => Text.WhyPerson, Matched.Pinyin => Text.WhyPinyin, Matched.Initials => Text.WhyInitials,
        Matched.CreditCode => Text.WhyCreditCode, Matched.RegistrationNumber => Text.WhyRegistrationNumber, Matched.StockCode => Text.WhyStock, Matched.Lei => Text.WhyLei,
        Matched.Words => Text.WhyWords, Matched.Alias => Text.WhyAlias, Matched.Scope => Text.WhyScope, Matched.Address => Text.WhyAddress, Matched.Similar => Text.WhySimilar, _ => Text.WhyName,
    };

    public static IEnumerable<(string Label, string Value)> Rows(CompanySummary c)
    {
        if (c.Capital is { } capital) yield return (Text.FieldCapital, capital.Display);
        if (c.FoundedOn is { } founded) yield return (Text.FieldFounded, Format.Day(founded));
        if (c.Province is { } province) yield return (Text.FieldRegion, c.City is { } city && city != province ? $"{province} {city}" : province);
        if (c.CreditCode is { } code) yield return (Text.FieldCode, code);
        else if (c.RegistrationNumber is { } number) yield return (Text.FieldNumber, number);
        else if (c.Lei is { } lei) yield return ("LEI", lei);
    }

    private string Link(string name, IReadOnlyList<string> values, bool keepSnapshot)
    {
        QueryBuilder query = new(Kept(other => other != name && other is not "page" && (keepSnapshot || other is not "snapshot")));
        foreach (var value in values) query.Add(name, value);
        return Language.Path("/search") + query.ToQueryString();
    }

    // What of the query string goes on in links, and of the text what counts: a page has many.
    private IEnumerable<KeyValuePair<string, string>> Kept(Func<string, bool> keep) => Request.Query.Where(p => keep(p.Key)).SelectMany(p => p.Value, (p, v) =>
        KeyValuePair.Create(p.Key, string.Equals(p.Key, "q", StringComparison.OrdinalIgnoreCase) ? SearchQuery.Considered((v ?? "").Trim()) : v ?? ""));

    private string[] Values(string name) => Request.Query.TryGetValue(name, out StringValues values) ? [.. values.OfType<string>().Where(v => v.Length > 0)] : [];
}
