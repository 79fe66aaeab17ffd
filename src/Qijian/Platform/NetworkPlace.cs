using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using Qijian.Platform.Data;

namespace Qijian.Platform;

/// <summary>About where a visitor's network is: whole degrees of latitude and longitude, some hundred kilometres. No network address is needed to keep it.</summary>
internal readonly record struct NetworkPlace(int Latitude, int Longitude)
{
    private const double EarthRadius = 6371, DegreesOfArc = Math.PI / 180;

    /// <summary>What networks are wrong by, and what the rounding costs, in kilometres; and how fast one travels, in kilometres an hour.</summary>
    private const double Slack = 500, Fastest = 1000;

    /// <summary>Reads <c>31.23,121.47</c>; null where that is no place.</summary>
    public static NetworkPlace? Parse(string? text) =>
        text?.Split(',') is [var north, var east] && Degrees(north, 90) is { } latitude && Degrees(east, 180) is { } longitude ? new(latitude, longitude) : null;

    /// <summary>Whether nobody gets from one to the other in so short a time.</summary>
    public bool IsOutOfReach(NetworkPlace other, TimeSpan within) => KilometresTo(other) > Slack + (Fastest * Math.Max(0, within.TotalHours));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Latitude},{Longitude}");

    // By the haversine formula.
    private double KilometresTo(NetworkPlace other)
    {
        var (north, east) = (Math.Sin((other.Latitude - Latitude) * DegreesOfArc / 2), Math.Sin((other.Longitude - Longitude) * DegreesOfArc / 2));
        return 2 * EarthRadius * Math.Asin(Math.Min(1, Math.Sqrt((north * north) + (Math.Cos(Latitude * DegreesOfArc) * Math.Cos(other.Latitude * DegreesOfArc) * east * east))));
    }

    private static int? Degrees(string text, double most) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var degrees) && Math.Abs(degrees) <= most ? (int)Math.Round(degrees) : null;
}

internal static class NetworkPlaces
{
    /// <summary>About where the visitor's network is, where a proxy that is trusted says so.</summary>
    public static NetworkPlace? Place(this HttpContext http) => http.Features.Get<Said>()?.Place;

    /// <summary>Hears what the proxy says, before its address makes way for the visitor's.</summary>
    public static void UseNetworkPlaces(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<ProxyOptions>>().Value.PlaceHeader is not { Length: > 0 } header) return;
        if (header.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))) throw new ConfigurationException($"Proxy:PlaceHeader: {header} 不是请求头的名称 / is no name of a header.");
        var trusted = app.Services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value;
        app.Use((http, next) =>
        {
            if (IsTrusted(http.Connection.RemoteIpAddress) && NetworkPlace.Parse(http.Request.Headers[header]) is { } place) http.Features.Set(new Said(place));
            return next(http);
        });

        // As the visitor's address is taken from a proxy: one without an address is on this machine.
        bool IsTrusted(IPAddress? peer) => peer is null || Knows(peer) || (peer.IsIPv4MappedToIPv6 && Knows(peer.MapToIPv4()));

        bool Knows(IPAddress peer) => trusted.KnownProxies.Contains(peer) || trusted.KnownIPNetworks.Any(n => n.Contains(peer));
    }

    private sealed record Said(NetworkPlace Place);
}
