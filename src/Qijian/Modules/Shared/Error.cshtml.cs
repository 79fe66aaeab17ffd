using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;

namespace Qijian.Modules.Shared;

// Not limited itself: a refused request is answered by this page, which would be refused again.
[ResponseCache(NoStore = true)]
[IgnoreAntiforgeryToken]
[DisableRateLimiting]
internal sealed class ErrorModel : PageModel
{
    public int Status { get; private set; }
    public string Heading { get; private set; } = "";
    public string Advice { get; private set; } = "";

    public void OnGet(int status)
    {
        // Opened by its own address it is no error that happened, but no page either.
        var happened = HttpContext.Features.Get<IStatusCodeReExecuteFeature>() is not null || HttpContext.Features.Get<IExceptionHandlerFeature>() is not null;
        Status = happened ? status : StatusCodes.Status404NotFound;
        if (!happened) Response.StatusCode = Status;
        (Heading, Advice) = WordsOf(Status);
    }

    public void OnPost(int status) => OnGet(status);

    /// <summary>What a status means and what to do, in the reader's language.</summary>
    internal static (string Heading, string Advice) WordsOf(int status) => status switch
    {
        400 => (Text.Error400, Text.Advice400),
        404 => (Text.Error404, Text.Advice404),
        410 => (Text.Error410, Text.Advice410),
        429 => (Text.Error429, Text.Advice429),
        503 => (Text.Error503, Text.Advice503),
        >= 500 => (Text.Error500, Text.Advice500),
        _ => (Text.ErrorOther, Text.Advice404),
    };
}
