namespace Qijian.Modules.Shared;

/// <summary>The search box of a page: what stands in it, and whether it is the page's main thing.</summary>
public sealed record SearchBox(string? Query, bool Large)
{
    /// <summary>The view that draws it.</summary>
    public const string View = "/Modules/Shared/_Search.cshtml";
}
