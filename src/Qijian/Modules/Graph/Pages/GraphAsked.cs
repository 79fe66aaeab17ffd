using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Primitives;

namespace Qijian.Modules.Graph;

/// <summary>What a page of this module was asked, as typed, and what is wrong with it. What is wrong is left aside, said and shown again.</summary>
internal sealed class GraphAsked(HttpRequest request, IFormCollection? form = null)
{
    private readonly IEnumerable<KeyValuePair<string, StringValues>> values = form is null ? request.Query : form;

    /// <summary>What is wrong and what to do, by the name of the field.</summary>
    public Dictionary<string, string> Problems { get; } = new(StringComparer.Ordinal);

    public string? Text(string name) => values.FirstOrDefault(v => v.Key == name).Value.FirstOrDefault()?.Trim() is { Length: > 0 } text ? text : null;

    public IEnumerable<string> All(string name) => values.FirstOrDefault(v => v.Key == name).Value.OfType<string>();

    public bool Has(string name) => Text(name) is "1";

    public DateOnly? Day(string name)
    {
        if (Text(name) is not { } text) return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
        Problems[name] = Graph.Text.PageBadDay;
        return null;
    }

    public decimal Number(string name, decimal least, decimal most, decimal otherwise)
    {
        if (Text(name) is not { } text) return otherwise;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        Problems[name] = Graph.Text.PageBadNumber.With(least, most);
        return otherwise;
    }

    public int? Whole(string name, int least, int most)
    {
        if (Text(name) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        Problems[name] = Graph.Text.PageBadNumber.With(least, most);
        return null;
    }

    /// <summary>The query string with one value changed or taken out.</summary>
    public string With(string name, string? value)
    {
        List<KeyValuePair<string, string?>> all = [.. request.Query.Where(p => p.Key != name).SelectMany(p => p.Value, (p, v) => KeyValuePair.Create(p.Key, v))];
        if (value is not null) all.Add(KeyValuePair.Create(name, (string?)value));
        return QueryString.Create(all).ToString();
    }

    /// <summary>Leads on where a party is not simply there; null where it is.</summary>
    public static IActionResult? Elsewhere(PageModel page, PartyLookup lookup, Func<string, string> path) => lookup switch
    {
        PartyLookup.Found => null,
        PartyLookup.Moved(var id) => page.RedirectPermanent(Language.Path(path(id)) + page.Request.QueryString),
        PartyLookup.PersonMoved(var company) => page.RedirectPermanent(Language.Path($"/companies/{company}/people")),
        PartyLookup.Gone => page.StatusCode(StatusCodes.Status410Gone),
        _ => page.NotFound(),
    };
}
