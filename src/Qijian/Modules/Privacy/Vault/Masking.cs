using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Qijian.Modules.Privacy;

/// <summary>How a value shows where nobody has a reason to see it.</summary>
internal static class Masking
{
    public const string Hidden = "•••";

    /// <summary>The masked value: never the whole of it, unless the rule is to show it; what a rule cannot read is hidden.</summary>
    public static string Apply(MaskRule rule, string value)
    {
        if (rule is MaskRule.None) return value;
        var masked = rule switch
        {
            MaskRule.Name => Name(value),
            MaskRule.Phone => Phone(value),
            MaskRule.Email => Email(value),
            MaskRule.Network => Network(value),
            _ => Hidden,
        };
        return !string.Equals(masked, value, StringComparison.Ordinal) ? masked : masked is Hidden ? "••" : Hidden;
    }

    private static string Name(string value) => new StringInfo(value) is { LengthInTextElements: > 1 } name ? name.SubstringByTextElements(0, 1) + new string('*', Math.Min(name.LengthInTextElements - 1, 3)) : "*";

    private static string Phone(string value)
    {
        var digits = string.Concat(value.Where(char.IsAsciiDigit));
        if (digits is ['8', '6', '1', ..] && digits.Length == 13) digits = digits[2..];
        return digits.Length >= 10 ? $"{digits[..3]}****{digits[^4..]}" : Hidden;
    }

    private static string Email(string value)
    {
        var at = value.LastIndexOf('@');
        if (at <= 0 || at == value.Length - 1) return Hidden;
        var first = StringInfo.GetNextTextElement(value);
        return $"{(first.Length < at ? first : "")}***{value[at..]}";
    }

    private static string Network(string value)
    {
        if (!IPAddress.TryParse(value, out var address)) return Hidden;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        var kept = address.AddressFamily is AddressFamily.InterNetwork ? 3 : 6;
        bytes.AsSpan(kept).Clear();
        return $"{new IPAddress(bytes)}/{kept * 8}";
    }
}
