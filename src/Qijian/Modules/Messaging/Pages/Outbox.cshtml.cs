using System.Net;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Qijian.Platform;

namespace Qijian.Modules.Messaging;

/// <summary>What would have gone out. It exists in a demonstration only, and for this machine only.</summary>
internal sealed class OutboxModel(Outbox outbox, SiteState state) : PageModel
{
    public IReadOnlyList<OutboxMessage> Messages => outbox.Messages;

    public IActionResult OnGet()
    {
        Response.Headers.CacheControl = "no-store";
        return state.Demonstration && HttpContext.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) ? Page() : NotFound();
    }
}
