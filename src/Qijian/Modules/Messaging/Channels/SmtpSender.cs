using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Messaging;

/// <summary>Sends mail over the connection that the gate gives it. The first line of the body is the subject.</summary>
internal sealed class SmtpSender(IOptions<MailOptions> options, TimeProvider clock) : IEgressSender
{
    private readonly MailOptions options = options.Value;

    public EgressChannel Channel => EgressChannel.Smtp;

    /// <summary>Another judgement of the relay's certificate than the machine's: a test's own.</summary>
    public System.Net.Security.RemoteCertificateValidationCallback? Trust { get; init; }

    public async Task<EgressAnswer> SendAsync(EgressMessage message, CancellationToken ct)
    {
        using var mail = MailOf(message);
        // Nothing but the relay is asked, so nobody about revocation; the name of this machine is nobody's business.
        using SmtpClient client = new() { CheckCertificateRevocation = false, LocalDomain = options.From!.Split('@')[^1] };
        if (Trust is not null) client.ServerCertificateValidationCallback = Trust;
        try
        {
            await using var stream = await message.ConnectAsync(ct);
            await client.ConnectAsync(stream, message.Target.IdnHost, message.Target.Port, message.Target.Scheme is "smtps" ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls, ct);
            if (!string.IsNullOrEmpty(options.User)) await client.AuthenticateAsync(options.User, options.Password ?? "", ct);
            await client.SendAsync(mail, ct);
            return new EgressAnswer.Delivered((int)SmtpStatusCode.Ok, "");
        }
        catch (SmtpCommandException e)
        {
            return new EgressAnswer.Delivered((int)e.StatusCode, "");
        }
        catch (AuthenticationException)
        {
            return new EgressAnswer.Delivered((int)SmtpStatusCode.AuthenticationInvalidCredentials, "");
        }
        catch (Exception e) when (e is SmtpProtocolException or SslHandshakeException or NotSupportedException)
        {
            throw new IOException(e.GetType().Name, e); // the connection broke, or would not have been encrypted
        }
    }

    private MimeMessage MailOf(EgressMessage message)
    {
        var (subject, text) = message.Body!.Split("\n\n", 2) is [var first, var rest] ? (first, rest) : ("", message.Body);
        MimeMessage mail = new() { Subject = subject.ReplaceLineEndings(" "), Date = clock.GetUtcNow(), MessageId = message.Headers[MailCarrier.MessageId], Body = new TextPart("plain") { Text = text } };
        mail.From.Add(MailboxAddress.Parse(options.From!));
        mail.To.Add(new MailboxAddress(null, message.Fields[Category.ContactEmail]));
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        return mail;
    }
}
