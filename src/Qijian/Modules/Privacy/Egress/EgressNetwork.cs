using System.Net;
using System.Net.Sockets;

namespace Qijian.Modules.Privacy;

/// <summary>The machine's resolver and sockets.</summary>
internal sealed class EgressNetwork : IEgressNetwork
{
#pragma warning disable RS0030 // The way out: what is resolved is checked, and what is connected to was.
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken ct) => await Dns.GetHostAddressesAsync(host, ct);

    public async Task<Stream> ConnectAsync(IPEndPoint to, CancellationToken ct)
    {
        Socket socket = new(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(to, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
#pragma warning restore RS0030
}

/// <summary>Which addresses are in the public internet. Everything that IANA sets aside is not: nor are the forms that wrap an IPv4 address.</summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] SetAside =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");

    public static bool Is(IPAddress address) =>
        (address.AddressFamily is AddressFamily.InterNetwork || (address.AddressFamily is AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6 && Global.Contains(address))) && !Array.Exists(SetAside, n => n.Contains(address));
}
