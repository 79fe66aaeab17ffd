using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using MimeKit;
using Qijian.Modules.Privacy;
using Qijian.Platform;

namespace Qijian.Modules.Messaging;

/// <summary>How mail is encrypted on its way to the relay; it never goes without.</summary>
public enum MailSecurity
{
    /// <summary>From the first byte, as on port 465.</summary>
    Tls,

    /// <summary>After STARTTLS, as on port 587; a relay that does not offer it gets nothing.</summary>
    StartTls,
}

internal sealed class MailOptions
{
    public const string Section = "Mail";

    /// <summary>The relay that takes mail.</summary>
    public string? Host { get; init; }
    [Range(1, 65535)] public int Port { get; init; } = 465;
    [EnumDataType(typeof(MailSecurity))] public MailSecurity Security { get; init; }
    public string? User { get; init; }
    public string? Password { get; init; }

    /// <summary>The address that mail comes from.</summary>
    [EmailAddress(ErrorMessage = "Mail:From 不是电子邮件地址 / is no e-mail address.")] public string? From { get; init; }
}

/// <summary>
/// Mail by the relay that is configured. A mail keeps its Message-ID however often it is handed over, by which relays and readers drop
/// one that comes twice.
/// </summary>
internal sealed class MailCarrier(IEgressGate gate, IOptions<MailOptions> options, IOptions<OperatorOptions> site) : IMessageCarrier
{
    public const string MessageId = "Message-ID";

    private readonly MailOptions options = options.Value;

    public MessageChannel Channel => MessageChannel.Email;
    public bool KnowsRepeats => true;
    public string? Missing => string.IsNullOrWhiteSpace(options.Host) ? "Mail:Host" : string.IsNullOrWhiteSpace(options.From) ? "Mail:From" : null;

    public async Task<CarrierResult> SendAsync(OutgoingMessage message, CancellationToken ct)
    {
        if (!IsAddress(message.To.Value)) return new CarrierResult.Rejected("address");
        var text = message.Text.ForGate();
        var result = await gate.SendAsync(new(Recipient.MailRelay, message.Purpose, new($"{(options.Security is MailSecurity.Tls ? "smtps" : "smtp")}://{options.Host}:{options.Port}"))
        {
            Channel = EgressChannel.Smtp, Subject = message.Subject, Fields = message.Fields(Category.ContactEmail, message.To.Value), Format = BodyFormat.Text,
            Body = $"{text.Title}\n\n{text.Text}\n\n{site.Value.Name}\n",
            Headers = _ => new Dictionary<string, string>(StringComparer.Ordinal) { [MessageId] = $"{message.Reference:N}@{options.From!.Split('@')[^1]}" },
        }, ct);
        return result switch
        {
            EgressResult.Sent { Status: < 400 } => new CarrierResult.Accepted(null),
            EgressResult.Sent { Status: >= 500 and not (530 or 534 or 535 or 538) } sent => new CarrierResult.Rejected($"SMTP {sent.Status}"),
            EgressResult.Sent sent => new CarrierResult.Later($"SMTP {sent.Status}"), // busy, or it does not know us
            var other => CarrierResult.Of(other),
        };
    }

    // One mailbox and nothing else: no name, no list, no line that would be a header of its own.
    private static bool IsAddress(string value) => value.Length <= 254 && !value.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is ',' or ';' or '<' or '>')
        && value.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < value.Length - 1 && MailboxAddress.TryParse(value, out _);
}
