using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Qijian.Modules.Messaging;

internal sealed class InboxModel(ReadInbox inbox) : PageModel
{
    internal const string Path = "/inbox";

    /// <summary>Null where nobody is signed in.</summary>
    public InboxPage? Inbox { get; private set; }

    public async Task OnGetAsync([FromQuery(Name = "page")] int number, CancellationToken ct)
    {
        Inbox = await inbox.PageAsync(number, ct);
        if (Inbox is null or { Messages.Count: 0 }) Response.Headers.CacheControl = "no-store"; // a page with a form is not kept anyway
    }

    public async Task<IActionResult> OnPostAsync([FromForm] Guid id, [FromForm] string? answer, [FromForm] int back, CancellationToken ct)
    {
        var done = answer switch
        {
            "read" => await inbox.MarkAsync(id, read: true, ct),
            "unread" => await inbox.MarkAsync(id, read: false, ct),
            "delete" => await inbox.DeleteAsync(id, ct),
            _ => false,
        };
        return done ? LocalRedirect(PageLink(back)) : NotFound();
    }

    internal static string PageLink(int number) => Language.Path(Path) + (number > 1 ? FormattableString.Invariant($"?page={number}") : "");
}
