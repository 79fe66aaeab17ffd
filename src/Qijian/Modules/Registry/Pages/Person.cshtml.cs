using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Qijian.Modules.Registry;

internal sealed class PersonModel(ICompanyLookup companies) : PageModel
{
    public PersonView Person { get; private set; } = null!; // set by OnGet

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken ct)
    {
        switch (await companies.FindPersonAsync(id, ct))
        {
            case PersonLookupResult.Found(var person):
                Person = person;
                return CompanyEndpoints.NotModified(HttpContext, person.Version) ? StatusCode(StatusCodes.Status304NotModified) : Page();
            case PersonLookupResult.Gone: return StatusCode(StatusCodes.Status410Gone);
            default: return NotFound();
        }
    }
}
