using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Qijian.Platform.Data;

namespace Qijian.Platform;

internal sealed class ProxyOptions
{
    public const string Section = "Proxy";

    /// <summary>Addresses of reverse proxies, separated by commas, whose word on the visitor's address and scheme is taken; those on this machine always are.</summary>
    public string? Addresses { get; init; }

    /// <summary>A header in which such a proxy says about where a visitor's network is: latitude and longitude in degrees, with a comma between. It must set it on every request.</summary>
    public string? PlaceHeader { get; init; }
}

/// <summary>Behind a reverse proxy the visitor's address and scheme are what the proxy says: limits and absolute links depend on them.</summary>
internal sealed class TrustedProxies(IOptions<ProxyOptions> options) : IConfigureOptions<ForwardedHeadersOptions>
{
    public void Configure(ForwardedHeadersOptions headers)
    {
        headers.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        foreach (var text in (options.Value.Addresses ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            headers.KnownProxies.Add(IPAddress.TryParse(text, out var address) ? address : throw new ConfigurationException($"Proxy:Addresses: {text} 不是 IP 地址 / is no IP address."));
    }
}
