using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Qijian.Modules.Messaging;
using Qijian.Platform.CommandLine;
using Qijian.Platform.Data;

namespace Qijian.Benchmarks;

/// <summary>
/// People who sign up and sign in over HTTP, as their browsers do: the form, the number, the code that came, the account's page.
/// <c>accounts [JOURNEYS] [SETTINGS]</c>; client and server share the machine. Codes come out of the development outbox.
/// </summary>
internal static partial class AccountsBench
{
    public static async Task<int> RunAsync(string[] args)
    {
        var journeys = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 500;
        var folder = Directory.CreateTempSubdirectory("qijian-accounts-").FullName;
        LaterClock clock = new();
        await using (var app = Program.Build(
            ["--RateLimits:Enabled=false", "--Accounts:CodesPerHour=10000000", "--Accounts:CodesPerNetwork=1000000", .. args.Skip(2)], new DataFolder(folder), quiet: true, services => services.AddSingleton<TimeProvider>(clock)))
        {
            await Serve.PrepareAsync(app, CancellationToken.None);
            app.Urls.Add("http://127.0.0.1:0");
            await app.StartAsync();
            Uri address = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
            var outbox = app.Services.GetRequiredService<Outbox>();
            var next = 0;
            foreach (var clients in new[] { 1, 16 })
            {
                var first = next;
                next += journeys;
                if (clients == 1) await Task.WhenAll(Enumerable.Range(9_000, 50).Select(n => JourneyAsync(address, outbox, n, "sign-up"))); // warm
                foreach (var page in new[] { "sign-up", "sign-in" })
                {
                    clock.Advance(TimeSpan.FromMinutes(10)); // a number gets a code a minute
                    var (started, cpu, taken) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, first - 1);
                    List<double>[] times = [.. Enumerable.Range(0, clients).Select(_ => new List<double>())];
                    await Task.WhenAll(times.Select(async own =>
                    {
                        while (Interlocked.Increment(ref taken) is var number && number < next)
                        {
                            var began = Stopwatch.GetTimestamp();
                            await JourneyAsync(address, outbox, number, page);
                            own.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                        }
                    }));
                    List<double> all = [.. times.SelectMany(t => t).Order()];
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{page}, {clients,2} clients: {all.Count / Stopwatch.GetElapsedTime(started).TotalSeconds,6:0.0} journeys/s  p50 {all[all.Count / 2],6:0.0}  p99 {all[(int)(all.Count * 0.99)],6:0.0} ms  {(Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds / all.Count:0.0} CPU ms each, client and server"));
                }
            }

            await app.StopAsync();
        }

        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static async Task JourneyAsync(Uri address, Outbox outbox, int number, string page)
    {
        var phone = string.Create(CultureInfo.InvariantCulture, $"138{number:00000000}");
        using SocketsHttpHandler handler = new() { AllowAutoRedirect = false, UseCookies = false };
        using HttpClient client = new(handler) { BaseAddress = address };
        client.DefaultRequestHeaders.Add("X-Forwarded-For", string.Create(CultureInfo.InvariantCulture, $"10.{number >> 8 & 255}.{number & 255}.1")); // each from a network of his own
        Dictionary<string, string> held = new(StringComparer.Ordinal);
        var path = "/account/" + page;
        var form = await SendAsync(HttpMethod.Get, path, null);
        var asked = await SendAsync(HttpMethod.Post, path + "?handler=number", Fields(form, "number", page is "sign-up" ? [("phone", phone), ("band", "Adult")] : [("phone", phone)]));
        var code = Digits().Match(outbox.Messages.First(m => m.To == "+86" + phone && m.Template.EndsWith("_code", StringComparison.Ordinal)).Text.ToString()).Value;
        await SendAsync(HttpMethod.Post, path + "?handler=code", Fields(asked, "code", [("code", code)]));
        if (!(await SendAsync(HttpMethod.Get, "/account", null)).Contains("handler=signOut", StringComparison.Ordinal)) throw new InvalidOperationException($"{page} did not end in the account");

        async Task<string> SendAsync(HttpMethod method, string to, Dictionary<string, string>? fields)
        {
            using HttpRequestMessage request = new(method, to) { Content = fields is null ? null : new FormUrlEncodedContent(fields) };
            if (held.Count > 0) request.Headers.Add("Cookie", string.Join("; ", held.Select(c => $"{c.Key}={c.Value}")));
            using var answer = await client.SendAsync(request);
            foreach (var line in answer.Headers.TryGetValues("Set-Cookie", out var lines) ? lines : [])
            {
                var pair = line.Split(';')[0].Split('=', 2);
                held[pair[0]] = pair[1];
            }

            return await answer.Content.ReadAsStringAsync();
        }
    }

    private static Dictionary<string, string> Fields(string page, string handler, (string Name, string Value)[] typed)
    {
        var form = Form().Matches(page).Select(m => m.Value).First(f => f.Contains($"handler={handler}\"", StringComparison.Ordinal));
        var fields = Hidden().Matches(form).ToDictionary(m => m.Groups["name"].Value, m => WebUtility.HtmlDecode(m.Groups["value"].Value), StringComparer.Ordinal);
        foreach (var (name, value) in typed) fields[name] = value;
        return fields;
    }

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    [GeneratedRegex("<input(?=[^>]*type=\"hidden\")(?=[^>]* name=\"(?<name>[^\"]*)\")(?=[^>]* value=\"(?<value>[^\"]*)\")[^>]*>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hidden();

    [GeneratedRegex("[0-9]{6,}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digits();

    /// <summary>The machine's clock, and later.</summary>
    private sealed class LaterClock : TimeProvider
    {
        private long later;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref later));

        public void Advance(TimeSpan by) => Interlocked.Add(ref later, by.Ticks);
    }
}
