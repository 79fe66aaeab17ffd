using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Messaging;

/// <summary>SendSms of Dysmsapi 2017-05-25, signed by ACS3-HMAC-SHA256 (help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature).</summary>
internal sealed class AliyunSms(IOptions<SmsOptions> options, TimeProvider clock) : ISmsVendor
{
    private readonly SmsOptions options = options.Value;

    public SmsProvider Provider => SmsProvider.Aliyun;
    public Recipient Recipient => Recipient.SmsAliyun;
    public string? Missing => null;

    public EgressCall CallOf(OutgoingMessage message, string code, MessageText text, Uri endpoint)
    {
        StringBuilder body = new($"PhoneNumbers={{{{{CategoryId.ContactPhone}}}}}&SignName={Uri.EscapeDataString(options.SignName!)}&TemplateCode={Uri.EscapeDataString(code)}");
        if (message.Values.Count > 0) body.Append("&TemplateParam={{").Append(CategoryId.MessageContent).Append("}}");
        body.Append("&OutId=").Append(message.Reference.ToString("N"));
        return new(Recipient, message.Purpose, endpoint)
        {
            Subject = message.Subject, Fields = message.Fields(Category.ContactPhone, message.To.Value.TrimStart('+')), Body = body.ToString(), Format = BodyFormat.Form,
            Headers = sent => Headers(endpoint.IdnHost, sent!, clock.GetUtcNow(), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))),
        };
    }

    public CarrierResult Read(JsonElement answer) => SmsCarrier.Word(answer, "Code") switch
    {
        "OK" => new CarrierResult.Accepted(SmsCarrier.Word(answer, "BizId")),
        ("isv.MOBILE_NUMBER_ILLEGAL" or "isv.INVALID_PARAMETERS" or "isv.BLACK_KEY_CONTROL_LIMIT" or "isv.MOBILE_COUNT_OVER_LIMIT") and var code => new CarrierResult.Rejected(code),
        "?" => throw new InvalidOperationException("The answer has no code."),
        var code => new CarrierResult.Later(code),
    };

    private Dictionary<string, string> Headers(string host, string body, DateTimeOffset at, string nonce)
    {
        Dictionary<string, string> headers = new(StringComparer.Ordinal)
        {
            ["content-type"] = "application/x-www-form-urlencoded; charset=utf-8", ["host"] = host, ["x-acs-action"] = "SendSms", ["x-acs-content-sha256"] = Hash(body),
            ["x-acs-date"] = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), ["x-acs-signature-nonce"] = nonce, ["x-acs-version"] = "2017-05-25",
        };
        headers["Authorization"] = Authorization(options.KeyId!, options.KeySecret!, "", headers, body);
        headers.Remove("content-type"); // these two go with the body and the address
        headers.Remove("host");
        return headers;
    }

    /// <summary>The header Authorization of a POST to / with this query, whose headers are all signed, in lower case.</summary>
    internal static string Authorization(string keyId, string secret, string query, IReadOnlyDictionary<string, string> headers, string body)
    {
        var sorted = headers.OrderBy(h => h.Key, StringComparer.Ordinal).ToList();
        var names = string.Join(';', sorted.Select(h => h.Key));
        var request = $"POST\n/\n{query}\n{string.Concat(sorted.Select(h => $"{h.Key}:{h.Value.Trim()}\n"))}\n{names}\n{Hash(body)}";
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"ACS3-HMAC-SHA256\n{Hash(request)}")));
        return $"ACS3-HMAC-SHA256 Credential={keyId},SignedHeaders={names},Signature={signature}";
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
