using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Qijian.Modules.Privacy;

/// <summary>Sends over HTTPS. Each call has a connection of its own: a pooled one would outlive the check of its address.</summary>
internal sealed class HttpSender(EgressLimits limits) : IEgressSender
{
    public EgressChannel Channel => EgressChannel.Http;

    /// <summary>Whom to trust instead of the machine's authorities: a test's own.</summary>
    public X509ChainPolicy? Trust { get; init; }

    public async Task<EgressAnswer> SendAsync(EgressMessage message, CancellationToken ct)
    {
#pragma warning disable RS0030 // The way out: the connection is the message's, to an address that the gate has checked.
        using SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null, MaxResponseHeadersLength = limits.HeaderKilobytes,
            ConnectTimeout = limits.Time, ConnectCallback = async (_, stop) => await message.ConnectAsync(stop), SslOptions = { CertificateChainPolicy = Trust },
        };
        using HttpMessageInvoker client = new(handler);
        using HttpRequestMessage request = new(message.Body is null ? HttpMethod.Get : HttpMethod.Post, message.Target);
        if (message.Body is { } body) request.Content = new StringContent(body, Encoding.UTF8, MediaType(message.Format));
        foreach (var (name, value) in message.Headers) request.Headers.TryAddWithoutValidation(name, value);
        try
        {
            using var response = await client.SendAsync(request, ct);
#pragma warning restore RS0030
            if (response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect && response.Headers.Location is { } location)
                return new EgressAnswer.Redirected(new(message.Target, location), response.StatusCode is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect);
            return await ReadAsync(response.Content, ct) is { } text ? new EgressAnswer.Delivered((int)response.StatusCode, text) : new EgressAnswer.Oversized();
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConfigurationLimitExceeded)
        {
            return new EgressAnswer.Oversized(); // its headers
        }
    }

    private async Task<string?> ReadAsync(HttpContent content, CancellationToken ct)
    {
        await using var stream = await content.ReadAsStreamAsync(ct);
        var read = new byte[limits.AnswerBytes + 1];
        var length = await stream.ReadAtLeastAsync(read, read.Length, throwOnEndOfStream: false, ct);
        return length > limits.AnswerBytes ? null : Encoding.UTF8.GetString(read, 0, length);
    }

    private static string MediaType(BodyFormat format) => format switch { BodyFormat.Json => "application/json", BodyFormat.Form => "application/x-www-form-urlencoded", _ => "text/plain" };
}
