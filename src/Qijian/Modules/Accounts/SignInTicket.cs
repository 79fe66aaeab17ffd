using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;
using System.Security.Cryptography;

namespace Qijian.Modules.Accounts;

/// <summary>How far somebody has come: it travels with the form, sealed, and is kept nowhere. An abandoned sign-up leaves nothing.</summary>
internal sealed record SignInTicket(string Phone, DateTimeOffset At)
{
    public AgeBand? Band { get; init; }
    public string? Guardian { get; init; }

    /// <summary>The number was proved.</summary>
    public bool Proved { get; init; }

    public override string ToString() => "•••";
}

internal sealed class SignInTickets(IDataProtectionProvider protection, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);
    private readonly IDataProtector protector = protection.CreateProtector("accounts.sign-in");

    public string Write(SignInTicket ticket) => WebEncoders.Base64UrlEncode(protector.Protect(JsonSerializer.SerializeToUtf8Bytes(ticket)));

    /// <summary>Null where it is not ours, was changed or is too old.</summary>
    public SignInTicket? Read(string? text)
    {
        if (text is not { Length: > 0 and < 4000 }) return null;
        try
        {
            return JsonSerializer.Deserialize<SignInTicket>(protector.Unprotect(WebEncoders.Base64UrlDecode(text))) is { } ticket && clock.GetUtcNow() - ticket.At < Lifetime ? ticket : null;
        }
        catch (Exception e) when (e is FormatException or CryptographicException or JsonException)
        {
            return null;
        }
    }
}
