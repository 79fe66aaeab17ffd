using System.IO.Hashing;
using System.Text;

namespace Qijian.Modules.Shared;

/// <summary>Something that stands above every page for a time: a module registers it. Asked for each page, so it is kept in memory.</summary>
/// <param name="Current">In the reader's language; null while there is nothing to say.</param>
public sealed record PageNotice(Func<PageNoticeWords?> Current)
{
    /// <summary>What to add to the tag of a page that browsers keep: with a notice it is another page.</summary>
    public static string Tag(IEnumerable<PageNotice> notices) => string.Concat(notices.Select(n => n.Current() is { } now ? $"-{XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(now.Words)):x}" : ""));
}

/// <summary>What it says, and where it leads.</summary>
public sealed record PageNoticeWords(string Label, string Words, string Link, string Path);
