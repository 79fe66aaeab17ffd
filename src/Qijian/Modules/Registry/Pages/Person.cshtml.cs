using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Qijian.Modules.Registry;

internal sealed class PersonModel(ICompanyLookup companies, IEnumerable<PartyTab> others, TimeProvider clock) : PageModel
{
    public PersonView Person { get; private set; } = null!; // set by OnGet
    public RelationList Roles { get; private set; } = null!; // set by OnGet

    public IReadOnlyList<(string Link, string Label)> Others => [.. others.Where(t => t.People).Select(t => (Language.Path(t.Path(Person.Id)), t.Label()))];

    public string Description => string.Join(Language.IsEnglish ? ", " : "，", Person.Roles.Take(3).Select(r => $"{r.To.Name} {CompanyModel.RoleOf(r)}").Prepend(Person.Name));

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken ct)
    {
        switch (await companies.FindPersonAsync(id, ct))
        {
            case PersonLookupResult.Found(var person):
                Person = person;
                Roles = new("roles", Text.PageRoles, person.Roles, Incoming: false, Share: false, DateOnly.FromDateTime(clock.GetUtcNow().AddHours(8).DateTime), new());
                return CompanyEndpoints.NotModified(HttpContext, $"{person.Version}-{CompanyModel.Build}") ? StatusCode(StatusCodes.Status304NotModified) : Page();
            case PersonLookupResult.Moved(var company): return RedirectPermanent(Language.Path($"/companies/{company}/people"));
            case PersonLookupResult.Gone: return StatusCode(StatusCodes.Status410Gone);
            default: return NotFound();
        }
    }
}
