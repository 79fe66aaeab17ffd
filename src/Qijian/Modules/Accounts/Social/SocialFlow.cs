using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace Qijian.Modules.Accounts;

/// <summary>What is taken from a provider, and all of it: its opaque number of the account, and the nickname where there is one.</summary>
internal sealed partial record SocialIdentity(string Id, string? Nickname)
{
    internal const int LongestId = 200, LongestNickname = 40;

    /// <summary>Null where the provider named nobody. A nickname is cut short and freed of marks that turn the text around it; one that is an address or a number is none.</summary>
    public static SocialIdentity? Of(string? id, string? nickname) => id is { Length: > 0 and <= LongestId } ? new(id, Cleaned(nickname)) : null;

    public override string ToString() => "•••";

    private static string? Cleaned(string? nickname)
    {
        if (string.IsNullOrWhiteSpace(nickname)) return null;
        StringBuilder text = new();
        foreach (var rune in nickname.EnumerateRunes().Take(10 * LongestNickname).Where(r => r != Rune.ReplacementChar))
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned)) text.Append(rune.ToString());
        var cleaned = text.ToString().Trim();
        if (Contact().IsMatch(cleaned)) return null;
        StringInfo elements = new(cleaned);
        // A character with a thousand accents is one to the eye and not to the column.
        for (var shown = Math.Min(LongestNickname, elements.LengthInTextElements); shown > 0; shown--)
            if (elements.SubstringByTextElements(0, shown).TrimEnd() is { Length: <= 2 * LongestNickname } cut) return cut;
        return null;
    }

    [GeneratedRegex(@"[^\s@]+@[^\s@]+\.[^\s@]+|(\d[\s-]?){7,}|\d{3}\*+\d{2,4}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Contact();
}

/// <summary>How far somebody has come on the way to a provider and back. It lies in a cookie of theirs, sealed, and nowhere else.</summary>
/// <param name="Secret">What the provider's answer must be bound to.</param>
/// <param name="Subject">Who set out; another one does not arrive.</param>
/// <param name="To">The page they were going to.</param>
internal sealed record SocialFlow(SocialProvider Provider, string Secret, string? Subject, bool English, string? To, DateTimeOffset At)
{
    /// <summary>Who came back, where no account has it yet: it waits for a number to be proved.</summary>
    public SocialIdentity? Found { get; init; }

    /// <summary>An address in the language that they set out in: the provider knows only one address to return to.</summary>
    public string PathOf(string path) => English ? $"/en{path}" : path;

    public override string ToString() => "•••";
}

internal sealed class SocialFlows(IDataProtectionProvider protection, IHttpContextAccessor http, TimeProvider clock)
{
    public const string Cookie = "__Host-qijian-social";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);
    private readonly IDataProtector protector = protection.CreateProtector("accounts.social");

    public void Write(SocialFlow flow) =>
        http.HttpContext!.Response.Cookies.Append(Cookie, WebEncoders.Base64UrlEncode(protector.Protect(JsonSerializer.SerializeToUtf8Bytes(flow))), Options(Lifetime));

    /// <summary>Null where there is none, or it is not ours, was changed or is too old.</summary>
    public SocialFlow? Read()
    {
        if (http.HttpContext?.Request.Cookies[Cookie] is not { Length: > 0 and < 4000 } text) return null;
        try
        {
            return JsonSerializer.Deserialize<SocialFlow>(protector.Unprotect(WebEncoders.Base64UrlDecode(text))) is { } flow && clock.GetUtcNow() - flow.At < Lifetime ? flow : null;
        }
        catch (Exception e) when (e is FormatException or CryptographicException or JsonException)
        {
            return null;
        }
    }

    public void End() => http.HttpContext!.Response.Cookies.Delete(Cookie, Options(null));

    public static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    // Lax: the provider sends the browser back by a link.
    private static CookieOptions Options(TimeSpan? age) => new() { Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = age };
}
