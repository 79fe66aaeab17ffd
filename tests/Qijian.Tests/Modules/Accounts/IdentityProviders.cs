using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Accounts;

/// <summary>
/// An identity server on this machine that answers under the providers' own names and in their own shapes, over TLS: what the site sends
/// to them arrives here. Whoever it is asked about, it tells twenty things more than anybody needs.
/// </summary>
internal sealed class IdentityProviders : IAsyncDisposable
{
    public static readonly string[] Hosts = ["api.weixin.qq.com", "graph.qq.com", "api.weibo.com", "oauth-login.cloud.huawei.com", "gitee.com", "passport.feishu.cn", "appleid.apple.com", "login.microsoftonline.com", "graph.microsoft.com", "github.com", "api.github.com"];

    private readonly WebApplication app;
    private readonly X509Certificate2 certificate;
    private readonly TimeProvider clock;
    private readonly RsaSecurityKey key = new(RSA.Create(2048)) { KeyId = "k1" };
    private readonly ConcurrentDictionary<string, string?> codes = new(StringComparer.Ordinal);

    private IdentityProviders(WebApplication app, X509Certificate2 certificate, TimeProvider clock) => (this.app, this.certificate, this.clock) = (app, certificate, clock);

    /// <summary>Whose account it is.</summary>
    public string Subject { get; set; } = "90210001";

    /// <summary>Null where the account has none.</summary>
    public string? Nickname { get; set; } = "山间翠鸟";

    /// <summary>Whether it answers at all.</summary>
    public bool Down { get; set; }

    /// <summary>Ends when somebody waits for an answer that does not come.</summary>
    public TaskCompletionSource? Slow { get; set; }

    /// <summary>QQ's answers as they were before there was <c>fmt=json</c>.</summary>
    public bool Wrapped { get; set; }

    /// <summary>What arrived: method, host, path with query, body.</summary>
    public ConcurrentQueue<string> Received { get; } = new();

    /// <summary>Twenty things that nobody asked for.</summary>
    public static IReadOnlyDictionary<string, string> Extras { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["phone"] = "13712345678", ["phone_number"] = "+8613787654321", ["mobile"] = "18612349876", ["email"] = "cuiniao.secret@mail-a.cn", ["preferred_username"] = "cuiniao.work@mail-b.cn", ["given_name"] = "翠翠儿名", ["family_name"] = "欧阳姓氏",
        ["gender"] = "gender-xq71", ["birthdate"] = "1987-03-05", ["address"] = "朱雀大街七百零七号", ["city"] = "city-kv93", ["province"] = "province-ab55", ["headimgurl"] = "https://img.cn/head-3321.jpg", ["figureurl_qq"] = "https://img.cn/qq-8812.jpg",
        ["avatar_url"] = "https://img.cn/avatar-5519.jpg", ["company"] = "company-zz18", ["bio"] = "bio-text-4410", ["unionid"] = "union-id-777123", ["tenant_key"] = "tenant-key-6612", ["employee_no"] = "employee-90817",
    };

    public static async Task<IdentityProviders> StartAsync(TimeProvider clock)
    {
        using var rsa = RSA.Create(2048);
        CertificateRequest request = new("CN=providers", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        foreach (var host in Hosts) names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        var own = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(own)));
        IdentityProviders providers = new(builder.Build(), own, clock);
        providers.app.Run(providers.AnswerAsync);
        await providers.app.StartAsync(TestContext.Current.CancellationToken);
        return providers;
    }

    /// <summary>Makes the site's calls arrive here; all that the gate checks is checked.</summary>
    public void Serve(IServiceCollection services)
    {
        var network = Hosts.Aggregate(new TestNetwork(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port), (n, host) => n.With(host, "1.2.4.8"));
        services.Replace(ServiceDescriptor.Singleton<IEgressNetwork>(network));
        services.RemoveAll<IEgressSender>().AddSingleton<IEgressSender>(s => new HttpSender(s.GetRequiredService<EgressLimits>()) { Trust = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { certificate } } });
    }

    /// <summary>The person agrees at the provider's page, and is sent back with a code.</summary>
    public string Agree(Uri page)
    {
        var query = System.Web.HttpUtility.ParseQueryString(page.Query);
        var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        codes[code] = query["nonce"];
        return $"{new Uri(query["redirect_uri"]!).PathAndQuery}{(query["redirect_uri"]!.Contains('?', StringComparison.Ordinal) ? "&" : "?")}code={code}{(query["state"] is { } state ? $"&state={Uri.EscapeDataString(state)}" : "")}{(query["redirect_uri"]!.Contains("/github/", StringComparison.Ordinal) ? "&iss=https%3A%2F%2Fgithub.com%2Flogin%2Foauth" : "")}";
    }

    public static string Decline(Uri page) => System.Web.HttpUtility.ParseQueryString(page.Query) is var query ? $"{new Uri(query["redirect_uri"]!).PathAndQuery}?error=access_denied&state={Uri.EscapeDataString(query["state"]!)}" : "";

    private async Task AnswerAsync(HttpContext http)
    {
        var body = await new StreamReader(http.Request.Body).ReadToEndAsync(http.RequestAborted);
        Received.Enqueue($"{http.Request.Method} {http.Request.Host}{http.Request.Path}{http.Request.QueryString} {body}".TrimEnd());
        if (Down) { http.Response.StatusCode = 503; return; }
        if (Slow is { } waiting && http.Request.Path.Value!.Contains("token", StringComparison.Ordinal))
        {
            waiting.TrySetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }

        var form = System.Web.HttpUtility.ParseQueryString(body.Length > 0 ? body : http.Request.QueryString.Value ?? "");
        string? Token() => form["code"] is { } code && codes.TryRemove(code, out var nonce) ? nonce ?? "" : null;
        object Error(string name) { http.Response.StatusCode = 400; return new { error = name }; }
        object? answer = (http.Request.Host.Host, http.Request.Path.Value) switch
        {
            ("api.weixin.qq.com", "/sns/oauth2/access_token") => Token() is null ? new { errcode = 40029, errmsg = "invalid code" } : new { access_token = "at-1", expires_in = 7200, refresh_token = "rt-1", openid = Subject, scope = "snsapi_login", unionid = Extras["unionid"] },
            ("api.weixin.qq.com", "/sns/userinfo") => Profile(("openid", Subject), ("nickname", Nickname ?? ""), ("sex", 1)),
            ("graph.qq.com", "/oauth2.0/token") => Token() is null ? new { error = 100020, error_description = "code is reused error" } : new { access_token = "at-1", expires_in = "7776000", refresh_token = "rt-1" },
            ("graph.qq.com", "/oauth2.0/me") => new { client_id = "client-Qq", openid = Subject },
            ("graph.qq.com", "/user/get_user_info") => Profile(("ret", 0), ("msg", ""), ("nickname", Nickname ?? "")),
            ("api.weibo.com", "/oauth2/access_token") => Token() is null ? Error("invalid_grant") : new { access_token = "at-1", expires_in = 7200, uid = Subject, remind_in = "7200" },
            ("api.weibo.com", "/2/users/show.json") => Profile(("id", long.Parse(Subject, CultureInfo.InvariantCulture)), ("screen_name", Nickname)),
            ("gitee.com", "/oauth/token") or ("passport.feishu.cn", "/suite/passport/oauth/token") => Token() is null ? Error("invalid_grant") : new { access_token = "at-1", token_type = "Bearer", expires_in = 7200, refresh_token = "rt-1", scope = "user_info" },
            ("gitee.com", "/api/v5/user") => Profile(("id", long.Parse(Subject, CultureInfo.InvariantCulture)), ("name", Nickname)),
            ("passport.feishu.cn", "/suite/passport/oauth/userinfo") => Profile(("sub", Subject), ("open_id", Subject), ("union_id", "on_123"), ("name", Nickname)),
            ("github.com", "/login/oauth/access_token") => Token() is null ? new { error = "bad_verification_code" } : new { access_token = "at-1", token_type = "bearer", scope = "" },
            ("api.github.com", "/user") => Profile(("id", long.Parse(Subject, CultureInfo.InvariantCulture)), ("name", Nickname)),
            ("graph.microsoft.com", _) => Profile(("sub", Subject), ("name", Nickname)),
            (var host, "/.well-known/openid-configuration" or "/common/v2.0/.well-known/openid-configuration") => Configuration(host),
            (_, "/keys") => new { keys = new[] { JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(key.Rsa.ExportParameters(includePrivateParameters: false)) { KeyId = key.KeyId }) }.Select(k => new { kty = k.Kty, use = "sig", kid = k.Kid, alg = "RS256", n = k.N, e = k.E }) },
            (var host, "/token") => Token() is { } nonce ? new { access_token = "at-1", token_type = "Bearer", expires_in = 3600, id_token = IdToken(host, nonce, form["client_id"]!) } : Error("invalid_grant"),
            _ => null,
        };
        if (answer is null) { http.Response.StatusCode = 404; return; }
        var json = JsonSerializer.Serialize(answer);
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(Wrapped && http.Request.Host.Host is "graph.qq.com" ? http.Request.Path.Value is "/oauth2.0/token" ? "access_token=at-1&expires_in=7776000&refresh_token=rt-1" : $"callback( {json} );\n" : json, http.RequestAborted);
    }

    private static Dictionary<string, object?> Profile(params (string Name, object? Value)[] own)
    {
        var all = Extras.ToDictionary(e => e.Key, e => (object?)e.Value, StringComparer.Ordinal);
        foreach (var (name, value) in own) all[name] = value;
        return all;
    }

    private const string Tenant = "9188040d-6c67-4c5b-b112-36a304b66dad";

    private static string IssuerOf(string host) => host switch { "oauth-login.cloud.huawei.com" => "https://accounts.huawei.com", "appleid.apple.com" => "https://appleid.apple.com", _ => $"https://login.microsoftonline.com/{Tenant}/v2.0" };

    private static object Configuration(string host) => new
    {
        issuer = host is "login.microsoftonline.com" ? "https://login.microsoftonline.com/{tenantid}/v2.0" : IssuerOf(host), authorization_endpoint = $"https://{host}/authorize", token_endpoint = $"https://{host}/token", jwks_uri = $"https://{host}/keys",
        response_types_supported = new[] { "code" }, response_modes_supported = new[] { "query", "form_post" }, subject_types_supported = new[] { "pairwise" }, id_token_signing_alg_values_supported = new[] { "RS256" },
        token_endpoint_auth_methods_supported = new[] { "client_secret_post" }, scopes_supported = new[] { "openid", "profile", "email" },
    };

    private string IdToken(string host, string nonce, string client)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var claims = Extras.ToDictionary(e => e.Key, e => (object)e.Value, StringComparer.Ordinal);
        (claims["sub"], claims["tid"]) = (Subject, Tenant);
        if (nonce.Length > 0) claims["nonce"] = nonce;
        if (Nickname is { } name) (claims["name"], claims["display_name"]) = (name, name);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor { Issuer = IssuerOf(host), Audience = client, Claims = claims, IssuedAt = now, Expires = now.AddHours(1), SigningCredentials = new(key, SecurityAlgorithms.RsaSha256) });
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
        certificate.Dispose();
        key.Rsa.Dispose();
    }
}
