using System.Text;
using PhoneNumbers;

namespace Qijian.Modules.Accounts;

/// <summary>A mobile number in the form of E.164, such as +8613800138000. Its text is never logged: <see cref="ToString"/> masks.</summary>
internal readonly record struct PhoneNumber(string E164)
{
    /// <summary>Where a number without a country code is from, unless said otherwise.</summary>
    public const string Home = "CN";

    private static readonly PhoneNumberUtil Util = PhoneNumberUtil.GetInstance();

    /// <summary>Every region with its calling code, by code.</summary>
    public static IReadOnlyList<(string Region, int Code)> Regions { get; } = [.. Util.GetSupportedRegions().Select(r => (r, Util.GetCountryCodeForRegion(r))).OrderBy(r => r.Item2).ThenBy(r => r.r, StringComparer.Ordinal)];

    /// <summary>Reads a number as it is written: with or without the country code, with spaces, brackets or full-width digits. Null where nobody could be reached by SMS under it.</summary>
    public static PhoneNumber? Parse(string? text, string? region)
    {
        if (text is not { Length: > 0 and <= 40 }) return null;
        try
        {
            var number = Util.Parse(text.Normalize(NormalizationForm.FormKC), region is { Length: 2 } && Util.GetSupportedRegions().Contains(region) ? region : Home);
            if (!Util.IsValidNumber(number) || Util.GetNumberType(number) is not (PhoneNumberType.MOBILE or PhoneNumberType.FIXED_LINE_OR_MOBILE)) return null;
            return new(Util.Format(number, PhoneNumberFormat.E164));
        }
        catch (NumberParseException)
        {
            return null;
        }
        catch (ArgumentException)
        {
            return null; // half a surrogate pair cannot be normalised
        }
    }

    /// <summary>As it is dialled in its own country, digits only.</summary>
    public string National => Util.GetNationalSignificantNumber(Util.Parse(E164, null));

    public override string ToString() => "•••";
}
