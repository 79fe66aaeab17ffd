using System.Text.RegularExpressions;
using PhoneNumbers;

namespace Qijian.Modules.Registry;

/// <summary>A company's telephone number. One of a mobile phone is a person's, whoever filed it, and is not taken in.</summary>
internal static partial class Telephone
{
    private static readonly PhoneNumberUtil Util = PhoneNumberUtil.GetInstance();

    /// <summary>Whether it is the number of a mobile phone, or has one in it.</summary>
    public static bool IsMobile(string text) => Parse(text) is { } number ? Util.GetNumberType(number) is PhoneNumberType.MOBILE or PhoneNumberType.PAGER or PhoneNumberType.PERSONAL_NUMBER : Mobile().IsMatch(Plain(text));

    /// <summary>The number as it is written in China, or with its country's code where it is of another; null where the text is no valid number.</summary>
    public static string? Format(string text) => Parse(text) is { } number ? Util.Format(number, number.CountryCode == 86 ? PhoneNumberFormat.NATIONAL : PhoneNumberFormat.INTERNATIONAL) : null;

    private static PhoneNumber? Parse(string text)
    {
        try
        {
            return text.Length <= 60 && Util.Parse(Plain(text), "CN") is var number && Util.IsValidNumber(number) ? number : null;
        }
        catch (NumberParseException)
        {
            return null;
        }
    }

    private static string Plain(string text) => Engine.Text.Normalizer.Normalize(text);

    [GeneratedRegex(@"(?<![0-9])1[3-9]([ -]?[0-9]){9}(?![0-9])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Mobile();
}
