using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;
using NetEscapades.AspNetCore.SecurityHeaders;
using Qijian.Platform.Data;
using Scalar.AspNetCore;

namespace Qijian.Platform;

internal static class PlatformSetup
{
    private const int LongestLine = 1_000_000, OtherHeaders = 32 << 10;
    private static readonly TimeSpan TakenInWithin = TimeSpan.FromSeconds(20);

    public static void AddPlatform(this WebApplicationBuilder builder, DataFolder folder, bool quiet)
    {
        if (quiet) builder.Logging.SetMinimumLevel(LogLevel.Warning);
        // A query is no error for its length: one of 100,000 hanzi is 900 KB.
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            (kestrel.Limits.MaxRequestLineSize, kestrel.Limits.Http2.MaxRequestHeaderFieldSize, kestrel.Limits.MaxRequestHeadersTotalSize) = (LongestLine, LongestLine, LongestLine + OtherHeaders);
        });
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddOptions<OperatorOptions>().BindConfiguration(OperatorOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<OperatorOptions>, OperatorRules>();
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SiteState>();
        services.AddSingleton(ComponentReview.OfProgram);
        services.AddSingleton(typeof(Scoped<>));
        services.AddOptions<ProxyOptions>().BindConfiguration(ProxyOptions.Section);
        services.AddSingleton<IConfigureOptions<ForwardedHeadersOptions>, TrustedProxies>();
        services.AddData(builder.Configuration, folder);
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All)); // else each hanzi is sent as eight bytes
        services.AddRazorPages(pages => pages.RootDirectory = "/Modules");
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter());
        });
        services.AddOpenApi("v1", o => o.AddDocumentTransformer((document, _, _) =>
        {
            (document.Info.Title, document.Info.Version, document.Info.Description) = ("Qijian 企鉴", "v1", "Chinese companies and persons in public roles, each value with its source, times and basis. Errors are problem+json in Chinese, or in English where Accept-Language prefers it.");
            return Task.CompletedTask;
        }));
        services.AddResponseCompression(o => o.Providers.Add<GzipCompressionProvider>());
        services.AddRateLimiter(_ => { });
        services.AddSingleton<RowLimit>();
        services.AddCors();
        services.AddSingleton<IConfigureOptions<Microsoft.AspNetCore.RateLimiting.RateLimiterOptions>, ClientRateLimit>();
    }

    public static void UsePlatform(this WebApplication app)
    {
        app.UseNetworkPlaces();
        app.UseForwardedHeaders();
        app.Use((http, next) =>
        {
            if (HttpMethods.IsHead(http.Request.Method)) http.Request.Method = HttpMethods.Get; // the server leaves the body out
            return next(http);
        });
        app.Use(TakeInAsync);
        app.UseResponseCompression();
        // The reference of the interface is a script that adds its own styles: both carry a nonce, and nothing else is let in there either.
        var (plain, reference, framed) = (SecurityHeaders(), SecurityHeaders(nonce: true), SecurityHeaders(framed: true));
        app.UseWhen(IsReference, docs => docs.UseSecurityHeaders(reference));
        app.UseWhen(IsFramed, preview => preview.UseSecurityHeaders(framed));
        app.UseWhen(http => !IsReference(http) && !IsFramed(http), pages => pages.UseSecurityHeaders(plain));
        app.UseLanguage();
        // Machines get problem+json, people the error page, both in their language.
        app.UseWhen(IsApi, api => api.UseExceptionHandler().UseStatusCodePages());
        app.UseWhen(http => !IsApi(http), pages => pages.UseExceptionHandler("/error/500").UseStatusCodePagesWithReExecute("/error/{0}"));
        app.UseToolGuard();
        app.UseRouting();
        app.UseCors();
        app.UseRateLimiter();
        app.MapStaticAssets("qijian.staticwebassets.endpoints.json").DisableRateLimiting();
        app.MapRazorPages().WithStaticAssets("qijian.staticwebassets.endpoints.json");
        app.MapOpenApi();
        app.MapScalarApiReference("/docs/api", (docs, http) =>
        {
            var nonce = http.GetNonce();
            docs.WithTitle("企鉴 API").WithNonce(nonce).AddHeadContent($"<meta property=\"csp-nonce\" content=\"{nonce}\">").DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideDeveloperTools();
            (docs.Favicon, docs.HideClientButton) = ("/favicon.svg", true);
        });
        app.MapGet("/healthz", () => "ok").ExcludeFromDescription().DisableRateLimiting();
        app.MapGet("/readyz", (IEnumerable<IReadiness> parts) => parts.All(p => p.Ready) ? Results.Text("ok") : Results.Text("starting", statusCode: 503)).ExcludeFromDescription().DisableRateLimiting();
    }

    // Many a client reads no answer before all that it sends is sent: what an endpoint refuses for its size is taken in, up to what the server takes from anybody, and dropped.
    private static async Task TakeInAsync(HttpContext http, RequestDelegate next)
    {
        var limit = http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>();
        var most = limit.MaxRequestBodySize;
        await next(http);
        // Whoever asks before sending has its answer. A body that was begun is read by the server itself.
        if (http.Request.ContentLength is not { } length || http.Response.StatusCode is not (StatusCodes.Status400BadRequest or StatusCodes.Status413PayloadTooLarge)
            || limit.IsReadOnly || !(length > limit.MaxRequestBodySize) || length > most || http.Request.Headers.Expect.Count > 0) return;
        limit.MaxRequestBodySize = most;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        patience.CancelAfter(TakenInWithin);
        try
        {
            await http.Request.Body.CopyToAsync(Stream.Null, patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // It broke off, or takes too long: the answer is sent.
        }
    }

    private static HeaderPolicyCollection SecurityHeaders(bool nonce = false, bool framed = false) => (framed ? new HeaderPolicyCollection() : new HeaderPolicyCollection().AddFrameOptionsDeny())
        .AddContentTypeOptionsNoSniff().AddReferrerPolicySameOrigin().RemoveServerHeader()
        .AddContentSecurityPolicy(csp =>
        {
            csp.AddDefaultSrc().None();
            var (style, script) = (csp.AddStyleSrc().Self(), csp.AddScriptSrc().Self());
            if (nonce)
            {
                style.WithNonce().WithHash256("l/2OpPg0d+2VLTLgwjf5mQo2CYwHDEqdj5TjbfEyVJI=").WithHash256("T13Uev3xCax2N28XaoAE8DOzQZKvPp7ZQVAi1iRREjo="); // two that it adds without one
                script.WithNonce();
                csp.AddStyleSrcAttr().UnsafeInline(); // it writes style attributes, which no nonce can vouch for
            }

            csp.AddImgSrc().Self().Data();
            csp.AddConnectSrc().Self();
            csp.AddFormAction().Self();
            csp.AddBaseUri().None();
            if (!framed) csp.AddFrameAncestors().None();
        });

    /// <summary>A group of the interface, with the answers that every route of it may give.</summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder app, string tag)
    {
        var api = app.MapGroup("/api/v1").WithTags(tag);
        api.ProducesProblem(StatusCodes.Status429TooManyRequests);
        return api;
    }

    private static bool IsReference(HttpContext http) => http.Request.Path.StartsWithSegments("/docs/api", StringComparison.Ordinal);

    private static bool IsFramed(HttpContext http) => http.Request.Path.StartsWithSegments(ProgramPaths.Framed, StringComparison.Ordinal);

    private static bool IsApi(HttpContext http) => ProgramPaths.Contains(http.Request.Path);
}

/// <summary>A part that must be ready before the site answers.</summary>
public interface IReadiness
{
    /// <summary>Whether it is.</summary>
    bool Ready { get; }
}
