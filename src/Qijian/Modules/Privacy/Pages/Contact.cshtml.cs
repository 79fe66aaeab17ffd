using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Qijian.Platform;

namespace Qijian.Modules.Privacy;

/// <summary>Who is responsible, how to reach them and how to complain (PIPL 17, 52).</summary>
internal sealed class ContactModel(SiteState state, IOptions<OperatorOptions> options, ProcessingRegistry registry) : PageModel
{
    /// <summary>Null in a demonstration, also where some of it is configured: half an operator is none.</summary>
    public OperatorOptions? Operator { get; } = state.Demonstration ? null : options.Value;

    public string ComplaintLimit => registry.Limits["complaint"].Limit!.Value.Words();
}
