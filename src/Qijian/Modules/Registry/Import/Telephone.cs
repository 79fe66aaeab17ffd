using PhoneNumbers;

namespace Qijian.Modules.Registry;

/// <summary>
/// Telephone numbers of companies. One of a mobile phone is a person's, whoever filed it, and so may one be of a country where it looks
/// like any other: what is not surely the number of a place or a service is not taken in.
/// </summary>
internal static class Telephone
{
    private const string Home = "CN";
    private const int NorthAmerica = 1; // mobile phones have numbers like any other there
    private const int LongestExtension = 6; // what is longer is another number
    private static readonly char[] Separators = [';', '；', '|', '\n', '/', '／', '、', ',', '，'];
    private static readonly PhoneNumberUtil Util = PhoneNumberUtil.GetInstance();

    /// <summary>The numbers in a text, as they are written in China, or with its country's code where one is of another.</summary>
    public static IEnumerable<string> Numbers(string text)
    {
        if (text.Length > 500) return [];
        return text.Split(Separators, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Engine.Text.Normalizer.Normalize)
            // Most parts are one number; looking for several costs ten times as much.
            .SelectMany(part => Parse(part) is { } only ? [only] : Util.FindNumbers(part, Home).Select(m => m.Number)).Where(IsOfPlace).Select(Written).Distinct(StringComparer.Ordinal);
    }

    /// <summary>The same number for readers in any country.</summary>
    public static string International(string number) => Parse(number) is { } parsed ? Util.Format(parsed, PhoneNumberFormat.INTERNATIONAL) : number;

    private static string Written(PhoneNumber number) =>
        Util.Format(number.Extension.Length > LongestExtension ? number.ToBuilder().ClearExtension().Build() : number, number.CountryCode == Util.GetCountryCodeForRegion(Home) ? PhoneNumberFormat.NATIONAL : PhoneNumberFormat.INTERNATIONAL);

    private static bool IsOfPlace(PhoneNumber number) => number.CountryCode != NorthAmerica
        && Util.GetNumberType(number) is PhoneNumberType.FIXED_LINE or PhoneNumberType.TOLL_FREE or PhoneNumberType.SHARED_COST or PhoneNumberType.PREMIUM_RATE or PhoneNumberType.UAN or PhoneNumberType.VOIP;

    private static PhoneNumber? Parse(string text)
    {
        try
        {
            return Util.Parse(text, Home) is var number && Util.IsValidNumber(number) ? number : null;
        }
        catch (NumberParseException)
        {
            return null;
        }
    }
}
