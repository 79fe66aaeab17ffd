using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Client;
using OpenIddict.Client.AspNetCore;
using Qijian.Modules.Privacy;
using static OpenIddict.Client.OpenIddictClientEvents;

namespace Qijian.Modules.Accounts;

/// <summary>What came of going to a provider.</summary>
internal abstract record SocialAnswer
{
    public sealed record Found(SocialIdentity Identity) : SocialAnswer;

    /// <summary>The person said no there.</summary>
    public sealed record Declined : SocialAnswer;

    /// <summary>The provider could not be asked, or named nobody.</summary>
    public sealed record Failed : SocialAnswer;

    /// <summary>It answers no question of this browser: forged, used before, of another flow, too old.</summary>
    public sealed record Lost : SocialAnswer;
}

/// <summary>The providers that OpenIddict speaks with. It keeps nothing: state is a sealed token that this browser's cookie names and that counts once.</summary>
internal sealed class WebSignIn(IHttpContextAccessor http)
{
    private const string Secret = "qijian.social";

    /// <summary>Where the person goes, and the secret that the answer will be bound to.</summary>
    public async Task<(string Address, string Secret)> BeginAsync(SocialProvider provider)
    {
        var context = http.HttpContext!;
        await context.ChallengeAsync(OpenIddictClientAspNetCoreDefaults.AuthenticationScheme, new(new Dictionary<string, string?>(StringComparer.Ordinal) { [OpenIddictClientAspNetCoreConstants.Properties.ProviderName] = provider.ToString() }));
        // A page says where it goes: browsers do not let a form lead elsewhere by a redirect.
        var address = context.Response.Headers.Location.ToString();
        context.Response.Headers.Remove("Location");
        context.Response.StatusCode = StatusCodes.Status200OK;
        return (address, (string)context.Items[Secret]!);
    }

    public async Task<SocialAnswer> FinishAsync(SocialProvider provider)
    {
        var context = http.HttpContext!;
        switch (context.GetOpenIddictClientResponse()?.Error)
        {
            case null: break;
            case OpenIddictConstants.Errors.AccessDenied: return new SocialAnswer.Declined();
            case OpenIddictConstants.Errors.InvalidRequest or OpenIddictConstants.Errors.InvalidToken or OpenIddictConstants.Errors.MissingToken: return new SocialAnswer.Lost();
            default: return new SocialAnswer.Failed();
        }

        if (context.GetOpenIddictClientRequest() is null) return new SocialAnswer.Lost();
        var result = await context.AuthenticateAsync(OpenIddictClientAspNetCoreDefaults.AuthenticationScheme);
        if (result is not { Succeeded: true, Principal: { } who }) return new SocialAnswer.Failed();
        var (id, nickname) = ClaimsOf(provider);
        return SocialIdentity.Of(who.FindFirstValue(id), nickname.Select(who.FindFirstValue).FirstOrDefault(n => !string.IsNullOrWhiteSpace(n))) is { } identity ? new SocialAnswer.Found(identity) : new SocialAnswer.Failed();
    }

    // By name: what frameworks take for a name is an address of mail with some.
    private static (string Id, string[] Nickname) ClaimsOf(SocialProvider provider) => provider switch
    {
        SocialProvider.Weibo => ("id", ["screen_name"]), SocialProvider.Huawei => ("sub", ["display_name"]), SocialProvider.Gitee => ("id", ["name", "login"]), SocialProvider.Lark => ("open_id", ["name"]),
        SocialProvider.GitHub => ("id", ["name", "login"]), SocialProvider.Microsoft => ("sub", ["name"]), _ => ("sub", []),
    };

    /// <summary>Those that are configured; where none is, nothing of it runs.</summary>
    public static void Add(IServiceCollection services, SocialOptions options)
    {
        var configured = Enum.GetValues<SocialProvider>().Where(p => !TencentSignIn.Has(p) && options.Of(p).Complete).ToList();
        if (configured.Count == 0) return;
        services.AddScoped<FlowHandler>();
        services.AddOpenIddict().AddClient(client =>
        {
            client.AllowAuthorizationCodeFlow().DisableTokenStorage();
            // Behind a proxy, or on this machine, requests arrive in the clear; the cookie does not travel so.
            client.UseAspNetCore().EnableRedirectionEndpointPassthrough().EnableErrorPassthrough().DisableTransportSecurityRequirement();
            client.UseSystemNetHttp(); // whose client leads through the gate, as every one
            client.RemoveEventHandler(OpenIddictClientAspNetCoreHandlers.GenerateLoginCorrelationCookie.Descriptor).RemoveEventHandler(OpenIddictClientAspNetCoreHandlers.ResolveRequestForgeryProtection.Descriptor);
            client.AddEventHandler<ProcessChallengeContext>(h => h.SetOrder(OpenIddictClientAspNetCoreHandlers.GenerateLoginCorrelationCookie.Descriptor.Order).UseInlineHandler(challenge =>
            {
                challenge.Transaction.GetHttpRequest()!.HttpContext.Items[Secret] = challenge.RequestForgeryProtection;
                return default;
            }));
            client.AddEventHandler<ProcessAuthenticationContext>(h => h.SetOrder(OpenIddictClientAspNetCoreHandlers.ResolveRequestForgeryProtection.Descriptor.Order)
                .AddFilter<OpenIddictClientHandlerFilters.RequireStateTokenPrincipal>().AddFilter<OpenIddictClientHandlerFilters.RequireStateTokenValidated>().UseScopedHandler<FlowHandler>());
            var web = client.UseWebProviders();
            foreach (var provider in configured) Add(web, provider, options);
        });
        services.AddOptions<OpenIddictClientOptions>().Configure<IVault>((o, vault) =>
        {
            // Of the installation's key, so that every node reads what another wrote, and a restart loses nobody on the way.
            SymmetricSecurityKey Key(string use) => new(vault.BlindIndex(Purpose.SocialSignIn, Category.SocialProviderId, $"state {use}"));
            o.EncryptionCredentials.Add(new(Key("encryption"), SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512));
            o.SigningCredentials.Add(new(Key("signature"), SecurityAlgorithms.HmacSha256));
            foreach (var registration in o.Registrations) registration.ResponseModes.Add(OpenIddictConstants.ResponseModes.Query); // by a link, with which the cookie comes
        });
        services.AddLogging(log => log.AddFilter("OpenIddict", LogLevel.None)); // it logs what providers answer
    }

    private static void Add(OpenIddictClientWebIntegrationBuilder web, SocialProvider provider, SocialOptions options)
    {
        var (id, secret, back) = (options.Of(provider).ClientId!, options.Of(provider).ClientSecret!, SocialProviders.ReturnPathOf(provider)[1..]);
        _ = provider switch
        {
            SocialProvider.Weibo => web.AddWeibo(p => p.SetClientId(id).SetClientSecret(secret).SetRedirectUri(back)),
            SocialProvider.Huawei => web.AddHuawei(p => p.SetClientId(id).SetClientSecret(secret).SetRedirectUri(back).AddScopes("profile")),
            SocialProvider.Gitee => web.AddGitee(p => p.SetClientId(id).SetClientSecret(secret).SetRedirectUri(back).AddScopes("user_info")),
            SocialProvider.Lark => web.AddLark(p => p.SetClientId(id).SetClientSecret(secret).SetRedirectUri(back).SetRegion("China")),
            SocialProvider.Apple => web.AddApple(p => p.SetClientId(id).SetTeamId(options.Apple.TeamId!).SetSigningKey(AppleKey(secret, options.Apple.KeyId!)).SetRedirectUri(back)),
            SocialProvider.Microsoft => web.AddMicrosoft(p => p.SetClientId(id).SetClientSecret(secret).SetRedirectUri(back).AddScopes("profile")),
            _ => web.AddGitHub(p => p.SetClientId(id).SetClientSecret(secret).SetRedirectUri(back)),
        };
    }

    private static ECDsaSecurityKey AppleKey(string pem, string id)
    {
        try
        {
            var key = ECDsa.Create();
            key.ImportFromPem(pem);
            return new(key) { KeyId = id };
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new Platform.Data.ConfigurationException("Accounts:Social:Apple:ClientSecret：应为 Apple 所发 .p8 文件的全文。\nAccounts:Social:Apple:ClientSecret: give the whole text of the .p8 file that Apple issued.");
        }
    }

    /// <summary>The state must be the one that this browser's cookie names, for the one who set out, and it counts once.</summary>
    private sealed class FlowHandler(SocialFlows flows, AttemptLimits limits, ICurrentSubject current) : IOpenIddictClientHandler<ProcessAuthenticationContext>
    {
        public async ValueTask HandleAsync(ProcessAuthenticationContext context)
        {
            var flow = flows.Read();
            var named = context.StateTokenPrincipal!.GetClaim(OpenIddictConstants.Claims.RequestForgeryProtection);
            if (flow is not { Found: null } || flow.Secret != named || flow.Subject != current.Find()?.ToString() || await limits.WaitAsync(AttemptKind.SocialState, flow.Secret, context.CancellationToken) is not null)
            {
                context.Reject(OpenIddictConstants.Errors.InvalidRequest, "The state is not this browser's, or was used.");
                return;
            }

            context.RequestForgeryProtection = flow.Secret;
        }
    }
}
