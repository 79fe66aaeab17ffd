using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Messaging;

/// <summary>SendSms of sms 2021-01-11, signed by TC3-HMAC-SHA256 (cloud.tencent.com/document/api/382/52072).</summary>
internal sealed class TencentSms(IOptions<SmsOptions> options, TimeProvider clock) : ISmsVendor
{
    private readonly SmsOptions options = options.Value;

    public SmsProvider Provider => SmsProvider.Tencent;
    public Recipient Recipient => Recipient.SmsTencent;
    public string? Missing => string.IsNullOrWhiteSpace(options.AppId) ? "Sms:AppId" : null;

    public EgressCall CallOf(OutgoingMessage message, string code, MessageText text, Uri endpoint)
    {
        // Places in the order of the text: that is how the provider numbers them. The title is not part of it.
        var places = (text with { Title = "" }).Places.Select(OutgoingMessage.PlaceOf).ToList();
        var body = JsonSerializer.Serialize(new
        {
            PhoneNumberSet = new[] { $"{{{{{CategoryId.ContactPhone}}}}}" }, SmsSdkAppId = options.AppId, options.SignName, TemplateId = code, TemplateParamSet = places, SessionContext = message.Reference.ToString("N"),
        });
        return new(Recipient, message.Purpose, endpoint)
        {
            Subject = message.Subject, Fields = message.Fields(Category.ContactPhone, message.To.Value), Body = body, Format = BodyFormat.Json,
            Headers = sent => Headers(endpoint.IdnHost, sent!, clock.GetUtcNow()),
        };
    }

    public CarrierResult Read(JsonElement answer)
    {
        var response = answer.GetProperty("Response");
        if (response.TryGetProperty("Error", out var error)) return Failure(SmsCarrier.Word(error, "Code"));
        var status = response.GetProperty("SendStatusSet")[0];
        return SmsCarrier.Word(status, "Code") is "Ok" ? new CarrierResult.Accepted(SmsCarrier.Word(status, "SerialNo")) : Failure(SmsCarrier.Word(status, "Code"));
    }

    private static CarrierResult Failure(string code) =>
        code is "InvalidParameterValue.IncorrectPhoneNumber" or "FailedOperation.PhoneNumberInBlacklist" or "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber" or "FailedOperation.ContainSensitiveWord"
            ? new CarrierResult.Rejected(code) : new CarrierResult.Later(code);

    private Dictionary<string, string> Headers(string host, string body, DateTimeOffset at) => new(StringComparer.Ordinal)
    {
        ["Authorization"] = Authorization(options.KeyId!, options.KeySecret!, "sms", host, "SendSms", body, at),
        ["X-TC-Action"] = "SendSms", ["X-TC-Version"] = "2021-01-11", ["X-TC-Region"] = options.Region, ["X-TC-Timestamp"] = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The header Authorization of a POST of JSON to /.</summary>
    internal static string Authorization(string keyId, string secret, string service, string host, string action, string body, DateTimeOffset at)
    {
        const string names = "content-type;host;x-tc-action";
        var request = $"POST\n/\n\ncontent-type:application/json; charset=utf-8\nhost:{host}\nx-tc-action:{action.ToLowerInvariant()}\n\n{names}\n{Hash(body)}";
        var day = at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var scope = $"{day}/{service}/tc3_request";
        var key = Sign(Sign(Sign(Encoding.UTF8.GetBytes($"TC3{secret}"), day), service), "tc3_request");
        var signature = Convert.ToHexStringLower(Sign(key, string.Create(CultureInfo.InvariantCulture, $"TC3-HMAC-SHA256\n{at.ToUnixTimeSeconds()}\n{scope}\n{Hash(request)}")));
        return $"TC3-HMAC-SHA256 Credential={keyId}/{scope}, SignedHeaders={names}, Signature={signature}";
    }

    private static byte[] Sign(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
