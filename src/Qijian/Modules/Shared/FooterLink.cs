namespace Qijian.Modules.Shared;

/// <summary>A link at the foot of every page: a module registers its own, in the order of registration.</summary>
/// <param name="Label">In the reader's language.</param>
public sealed record FooterLink(string Path, Func<string> Label);
