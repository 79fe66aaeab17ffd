using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Qijian.Modules.Privacy;

namespace Qijian.Tests;

/// <summary>A recipient on this machine, over TLS with a certificate of its own.</summary>
internal sealed class Partner : IAsyncDisposable
{
    private readonly WebApplication app;

    private Partner(WebApplication app, X509Certificate2 certificate) => (this.app, Certificate) = (app, certificate);

    public X509Certificate2 Certificate { get; }
    public int Port { get; private set; }

    /// <summary>What arrived: method, path and body.</summary>
    public ConcurrentQueue<string> Received { get; } = new();

    /// <summary>Ends when somebody waits at /slow.</summary>
    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public X509ChainPolicy Trust => new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { Certificate } };

    public static async Task<Partner> StartAsync()
    {
        using var key = RSA.Create(2048);
        CertificateRequest request = new("CN=partner", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("api.relay.cn");
        names.AddDnsName("cdn.relay.cn");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));

        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        Partner partner = new(builder.Build(), certificate);
        partner.app.Run(partner.AnswerAsync);
        await partner.app.StartAsync(TestContext.Current.CancellationToken);
        partner.Port = new Uri(partner.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        return partner;
    }

    private async Task AnswerAsync(HttpContext http)
    {
        Received.Enqueue($"{http.Request.Method} {http.Request.Host}{http.Request.Path} {await new StreamReader(http.Request.Body).ReadToEndAsync(http.RequestAborted)}".TrimEnd());
        switch (http.Request.Path.Value)
        {
            case "/slow":
                Waiting.TrySetResult();
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            case "/long":
                await http.Response.WriteAsync(new string('a', 5000), http.RequestAborted);
                break;
            case "/headers":
                http.Response.Headers["X-Long"] = new string('a', 20_000);
                break;
            case "/redirect":
                http.Response.StatusCode = int.Parse(http.Request.Query["status"]!, System.Globalization.CultureInfo.InvariantCulture);
                http.Response.Headers.Location = http.Request.Query["to"];
                break;
            case "/loop":
                http.Response.StatusCode = 307;
                http.Response.Headers.Location = "/loop";
                break;
            default:
                await http.Response.WriteAsync("done", http.RequestAborted);
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
        Certificate.Dispose();
    }
}

/// <summary>Names lead where the test says, and every connection to this machine's partner: the gate's own checks run as they are.</summary>
internal sealed class TestNetwork(int port) : IEgressNetwork
{
    private readonly Dictionary<string, Queue<IPAddress[]>> names = new(StringComparer.Ordinal);

    public List<IPEndPoint> Connected { get; } = [];

    /// <summary>The answers of a name, one after the other; the last one stays.</summary>
    public TestNetwork With(string host, params string[] answers)
    {
        names[host] = new(answers.Select(a => a.Split(' ').Select(IPAddress.Parse).ToArray()));
        return this;
    }

    public Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken ct) =>
        names.TryGetValue(host, out var answers) ? Task.FromResult<IReadOnlyList<IPAddress>>(answers.Count > 1 ? answers.Dequeue() : answers.Peek()) : throw new SocketException((int)SocketError.HostNotFound);

    public async Task<Stream> ConnectAsync(IPEndPoint to, CancellationToken ct)
    {
        Connected.Add(to);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, ct);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
