using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>
/// WeChat on the web (the code to scan) and QQ: OAuth in wire shapes of their own. State is the secret of the flow itself, for WeChat
/// takes 128 characters; it counts once, in the browser that it was given to. Of the two numbers that WeChat gives, the one that
/// nobody else's application knows is taken.
/// </summary>
internal sealed class TencentSignIn(IEgressGate gate, ICurrentSubject current, AttemptLimits limits, IOptions<SocialOptions> options)
{
    public static bool Has(SocialProvider provider) => provider is SocialProvider.WeChat or SocialProvider.Qq;

    /// <summary>Where the person goes.</summary>
    public string AddressOf(SocialProvider provider, string secret, HttpRequest request)
    {
        var (id, back) = (options.Value.Of(provider).ClientId!, Back(provider, request));
        return provider is SocialProvider.WeChat
            ? $"https://open.weixin.qq.com/connect/qrconnect{new QueryBuilder { { "appid", id }, { "redirect_uri", back }, { "response_type", "code" }, { "scope", "snsapi_login" }, { "state", secret } }}#wechat_redirect"
            : $"https://graph.qq.com/oauth2.0/authorize{new QueryBuilder { { "response_type", "code" }, { "client_id", id }, { "redirect_uri", back }, { "state", secret }, { "scope", "get_user_info" } }}";
    }

    /// <summary>Who came back.</summary>
    public async Task<SocialAnswer> FinishAsync(SocialFlow flow, HttpRequest request, CancellationToken ct)
    {
        if (request.Query["state"] is not [{ } state] || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(state), Encoding.UTF8.GetBytes(flow.Secret))) return new SocialAnswer.Lost();
        if (await limits.WaitAsync(AttemptKind.SocialState, flow.Secret, ct) is not null) return new SocialAnswer.Lost();
        if (request.Query["code"] is not [{ Length: > 0 } code]) return new SocialAnswer.Declined();
        var identity = flow.Provider is SocialProvider.WeChat ? await WeChatAsync(code, ct) : await QqAsync(code, Back(SocialProvider.Qq, request), ct);
        return identity is null ? new SocialAnswer.Failed() : new SocialAnswer.Found(identity);
    }

    private async Task<SocialIdentity?> WeChatAsync(string code, CancellationToken ct)
    {
        var client = options.Value.WeChat;
        var token = await AskAsync(Recipient.SocialWechat, "https://api.weixin.qq.com/sns/oauth2/access_token", code, new() { { "appid", client.ClientId! }, { "secret", client.ClientSecret! }, { "code", code }, { "grant_type", "authorization_code" } }, ct);
        if (Text(token, "access_token") is not { } access || Text(token, "openid") is not { } open) return null;
        var person = await AskAsync(Recipient.SocialWechat, "https://api.weixin.qq.com/sns/userinfo", open, new() { { "access_token", access }, { "openid", open }, { "lang", "zh_CN" } }, ct);
        return Text(person, "openid") == open ? SocialIdentity.Of(open, Text(person, "nickname")) : null;
    }

    private async Task<SocialIdentity?> QqAsync(string code, string back, CancellationToken ct)
    {
        var client = options.Value.Qq;
        var token = await AskAsync(Recipient.SocialQq, "https://graph.qq.com/oauth2.0/token", code, new() { { "grant_type", "authorization_code" }, { "client_id", client.ClientId! }, { "client_secret", client.ClientSecret! }, { "code", code }, { "redirect_uri", back }, { "fmt", "json" } }, ct);
        if (Text(token, "access_token") is not { } access) return null;
        var me = await AskAsync(Recipient.SocialQq, "https://graph.qq.com/oauth2.0/me", access, new() { { "access_token", access }, { "fmt", "json" } }, ct);
        if (Text(me, "openid") is not { } open || Text(me, "client_id") != client.ClientId) return null; // a token of somebody else's application
        var person = await AskAsync(Recipient.SocialQq, "https://graph.qq.com/user/get_user_info", open, new() { { "access_token", access }, { "oauth_consumer_key", client.ClientId! }, { "openid", open } }, ct);
        return person is not null && Text(person, "ret") is "0" ? SocialIdentity.Of(open, Text(person, "nickname")) : null;
    }

    // What goes back to the provider is what it issued; the gate has no places in an address, but is told that this is in it.
    private async Task<JsonElement?> AskAsync(Recipient recipient, string address, string about, QueryBuilder query, CancellationToken ct)
    {
        EgressCall call = new(recipient, Purpose.SocialSignIn, new(address + query)) { Subject = current.Find(), Fields = new Dictionary<Category, string> { [Category.SocialProviderId] = about } };
        return await gate.SendAsync(call, ct) is EgressResult.Sent { Status: 200, Answer: var answer } ? Read(answer) : null;
    }

    /// <summary>An object of JSON, in a call of <c>callback( … );</c> or without one, or the form that QQ gave before there was <c>fmt=json</c>.</summary>
    internal static JsonElement? Read(string answer)
    {
        var text = answer.Trim();
        if (text.StartsWith("callback(", StringComparison.Ordinal) && text.LastIndexOf(')') is > 9 and var end) text = text[9..end].Trim();
        if (!text.StartsWith('{')) return JsonSerializer.SerializeToElement(QueryHelpers.ParseQuery(text).ToDictionary(p => p.Key, p => p.Value.ToString(), StringComparer.Ordinal));
        try
        {
            using var read = JsonDocument.Parse(text);
            return read.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement? answer, string name) => answer is { ValueKind: JsonValueKind.Object } o && o.TryGetProperty(name, out var value) ? value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(), JsonValueKind.Number => value.GetRawText(), _ => null,
    } : null;

    private static string Back(SocialProvider provider, HttpRequest request) => $"{request.Scheme}://{request.Host}{request.PathBase}{SocialProviders.ReturnPathOf(provider)}";
}
