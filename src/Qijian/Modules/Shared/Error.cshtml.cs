using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Qijian.Modules.Shared;

[ResponseCache(NoStore = true)]
[IgnoreAntiforgeryToken]
internal sealed class ErrorModel : PageModel
{
    public string Heading { get; private set; } = "";
    public string Advice { get; private set; } = "";

    public void OnGet(int status) => (Heading, Advice) = status switch
    {
        400 => (Text.Error400, Text.Advice400),
        404 => (Text.Error404, Text.Advice404),
        410 => (Text.Error410, Text.Advice410),
        429 => (Text.Error429, Text.Advice429),
        _ => (Text.Error500, Text.Advice500),
    };

    public void OnPost(int status) => OnGet(status);
}
