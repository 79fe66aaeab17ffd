using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Messaging;

/// <summary>A provider of short messages: how a request looks, and what its answer means.</summary>
internal interface ISmsVendor
{
    SmsProvider Provider { get; }

    /// <summary>The recipient of the registry that it is.</summary>
    Recipient Recipient { get; }

    /// <summary>The settings beside the common ones that it needs.</summary>
    string? Missing { get; }

    /// <summary>The request: the fields have their places in it.</summary>
    EgressCall CallOf(OutgoingMessage message, string code, MessageText text, Uri endpoint);

    CarrierResult Read(JsonElement answer);
}

/// <summary>
/// Short messages by the provider that is configured. Neither provider's interface drops a request that comes twice, so one whose
/// answer never came may have been sent.
/// </summary>
internal sealed partial class SmsCarrier(IEgressGate gate, IEnumerable<ISmsVendor> vendors, IOptions<SmsOptions> options) : IMessageCarrier
{
    private readonly SmsOptions options = options.Value;

    public MessageChannel Channel => MessageChannel.Sms;
    public bool KnowsRepeats => false;

    public string? Missing => options.Provider is SmsProvider.None ? "Sms:Provider"
        : string.IsNullOrWhiteSpace(options.Endpoint) ? "Sms:Endpoint"
        : string.IsNullOrWhiteSpace(options.KeyId) ? "Sms:KeyId"
        : string.IsNullOrWhiteSpace(options.KeySecret) ? "Sms:KeySecret"
        : string.IsNullOrWhiteSpace(options.SignName) ? "Sms:SignName"
        : Vendor.Missing;

    private ISmsVendor Vendor => vendors.First(v => v.Provider == options.Provider);

    public async Task<CarrierResult> SendAsync(OutgoingMessage message, CancellationToken ct)
    {
        if (!Number().IsMatch(message.To.Value)) return new CarrierResult.Rejected("number");
        if (options.CodeOf(message.Template.Id, message.To.English) is not var (code, english)) return new CarrierResult.Later("Sms:Templates");
        var (vendor, text) = (Vendor, MessageTexts.Find(message.Template, english)!);
        var call = vendor.CallOf(message, code, text, new($"https://{options.Endpoint!.Replace("https://", "", StringComparison.Ordinal).TrimEnd('/')}/"));
        return await gate.SendAsync(call, ct) switch
        {
            EgressResult.Sent sent => Read(vendor, sent),
            var other => CarrierResult.Of(other),
        };
    }

    private static CarrierResult Read(ISmsVendor vendor, EgressResult.Sent sent)
    {
        try
        {
            using var answer = JsonDocument.Parse(sent.Answer);
            return vendor.Read(answer.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return sent.Status >= 500 ? new CarrierResult.Later($"HTTP {sent.Status}") : new CarrierResult.Unknown($"HTTP {sent.Status}"); // no answer that the provider documents
        }
    }

    /// <summary>A word of the provider, short enough for a record and with nothing in it but what such words are made of.</summary>
    internal static string Word(JsonElement of, string name) => of.TryGetProperty(name, out var word) && word.ValueKind is JsonValueKind.String && word.GetString() is { Length: <= 64 } text && Plain().IsMatch(text) ? text : "?";

    [GeneratedRegex(@"^\+[1-9][0-9]{6,14}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();

    [GeneratedRegex("^[A-Za-z0-9_.:^-]+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Plain();
}
