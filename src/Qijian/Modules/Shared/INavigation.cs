namespace Qijian.Modules.Shared;

/// <summary>A link at the head of every page that depends on who reads it: a module registers its own.</summary>
public interface INavigation
{
    /// <summary>Where it leads and what it says, in the reader's language; null where there is none now.</summary>
    (string Path, string Label)? Of(HttpContext http);
}
