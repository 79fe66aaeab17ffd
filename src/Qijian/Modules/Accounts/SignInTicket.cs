using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace Qijian.Modules.Accounts;

/// <summary>How far somebody has come: it travels with the form, sealed, and is kept nowhere. Whatever is abandoned leaves nothing.</summary>
internal abstract record Ticket(DateTimeOffset At)
{
    protected internal virtual TimeSpan Lifetime => TimeSpan.FromMinutes(30);

    public sealed override string ToString() => "•••";
}

/// <summary>On the way to an account by a number.</summary>
internal sealed record SignInTicket(string Phone, DateTimeOffset At) : Ticket(At)
{
    public AgeBand? Band { get; init; }
    public string? Guardian { get; init; }

    /// <summary>The number was proved.</summary>
    public bool Proved { get; init; }
}

internal sealed class SignInTickets(IDataProtectionProvider protection, TimeProvider clock)
{
    private const int Longest = 16_000;

    public string Write<T>(T ticket) where T : Ticket => WebEncoders.Base64UrlEncode(ProtectorOf<T>().Protect(JsonSerializer.SerializeToUtf8Bytes(ticket)));

    /// <summary>Null where it is not ours, was made for something else, was changed or is too old.</summary>
    public T? Read<T>(string? text) where T : Ticket
    {
        if (text is not { Length: > 0 and < Longest }) return null;
        try
        {
            var ticket = JsonSerializer.Deserialize<T>(ProtectorOf<T>().Unprotect(WebEncoders.Base64UrlDecode(text)))!;
            var age = clock.GetUtcNow() - ticket.At;
            return age >= TimeSpan.Zero && age < ticket.Lifetime ? ticket : null;
        }
        catch (Exception e) when (e is FormatException or CryptographicException or JsonException)
        {
            return null;
        }
    }

    private IDataProtector ProtectorOf<T>() => protection.CreateProtector("accounts.sign-in", typeof(T).Name);
}
