using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Qijian.Platform;

namespace Qijian.Modules.Privacy;

/// <summary>The notice before a page of somebody else (S8.3b). Where it leads is a word of a closed list, never an address that was asked for.</summary>
internal sealed class LeavingModel(SiteState state, IOptions<OperatorOptions> options) : PageModel
{
    public string Who { get; private set; } = "";
    public Uri To { get; private set; } = null!;

    public IActionResult OnGet(string? to)
    {
        var us = state.Demonstration ? new() : options.Value;
        (Who, var address) = to switch
        {
            "wechat" => (Text.LeavingWeChat, us.WeChat),
            "complaint" => (Text.LeavingComplaint, us.ComplaintUrl),
            "12377" => (Text.LeavingCac, "https://www.12377.cn/"),
            "12315" => (Text.LeavingSamr, "https://www.12315.cn/"),
            _ => ("", null),
        };
        if (!Uri.TryCreate(address, UriKind.Absolute, out var destination) || destination.Scheme is not "https") return NotFound();
        To = destination;
        return Page();
    }

    public static string Path(string to) => Language.Path($"/privacy/leaving?to={to}");
}
