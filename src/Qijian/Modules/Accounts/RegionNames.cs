using System.Globalization;

namespace Qijian.Modules.Accounts;

/// <summary>Names of countries and regions in the reader's language.</summary>
internal static class RegionNames
{
    public static string Of(string region)
    {
        try
        {
            RegionInfo info = new(region);
            // Chinese names come with the culture of the thread; the runtime has no other way to ask for one language.
            return Language.IsEnglish ? info.EnglishName : info.DisplayName;
        }
        catch (ArgumentException)
        {
            return region;
        }
    }
}
