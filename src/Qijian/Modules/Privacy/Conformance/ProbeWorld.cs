#pragma warning disable RS0030 // A client of its own site, on this machine: nothing leaves.
using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Qijian.Platform;
using Qijian.Platform.CommandLine;
using Qijian.Platform.Data;

namespace Qijian.Modules.Privacy;

/// <summary>
/// The same program on a folder of its own, with a few fictional companies, an operator who does not exist, and a clock that moves
/// only when it is told to. A probe looks at it from outside over HTTP, and from inside at what it stored, logged and sent.
/// </summary>
public sealed partial class ProbeWorld : IAsyncDisposable
{
    /// <summary>Who runs the site that is looked at.</summary>
    public const string Operator = "虚构运营者", Officer = "虚构负责人", Contact = "privacy@operator.fictional", WeChat = "https://u.wechat.com/fictional";

    /// <summary>A search that finds every company: all are called 示例.</summary>
    public const string Search = "/search?q=%E7%A4%BA%E4%BE%8B";

    private const int Companies = 24;
    private readonly WebApplication app;
    private readonly PolicyFolder policy;
    private readonly Sabotage? sabotage;
    private readonly Func<Uri, string>? outside;
    private readonly string folder;
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });

    private ProbeWorld(string folder, PolicyFolder policy, Sabotage? sabotage, DateTimeOffset now, Func<Uri, string>? outside, IReadOnlyList<string> settings)
    {
        (this.folder, this.policy, this.sabotage, this.outside, Clock) = (folder, policy, sabotage, outside, new(now));
        var database = Path.Combine(folder, "qijian.db");
        // Settings of the machine, such as another database or address, are not for this one.
        app = Program.Build(
            ["--Database:Provider=Sqlite", $"--Database:ConnectionString=Data Source={database}", "--Search:Engine=Embedded", "--RateLimits:Enabled=false",
                $"--Operator:Name={Operator}", "--Operator:Address=虚构路一号", $"--Operator:ProtectionOfficer={Officer}", $"--Operator:Contact={Contact}", $"--Operator:WeChat={WeChat}", .. settings, .. sabotage?.Settings ?? []],
            new DataFolder(folder), quiet: true, Replace);
    }

    /// <summary>Moves only when it is told to.</summary>
    public FakeTimeProvider Clock { get; }

    /// <summary>Every line that was logged, with what its exceptions say.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>Two visitors: the one it is about, and the one to whom nothing may happen.</summary>
    public Persona Subject { get; } = new("subject");

    /// <inheritdoc cref="Subject"/>
    public Persona Bystander { get; } = new("bystander");

    internal static Task<ProbeWorld> StartAsync(PolicyFolder policy, TimeProvider clock, Sabotage? sabotage, CancellationToken ct, params IReadOnlyList<string> settings) => StartAsync(policy, clock, sabotage, null, settings, ct);

    private static async Task<ProbeWorld> StartAsync(PolicyFolder policy, TimeProvider clock, Sabotage? sabotage, Func<Uri, string>? outside, IReadOnlyList<string> settings, CancellationToken ct)
    {
        var own = Directory.CreateTempSubdirectory("qijian-world-").FullName;
        ProbeWorld? world = null;
        try
        {
            world = new(own, sabotage?.Text is { } change ? policy.With(change, Path.Combine(own, "policy")) : policy, sabotage, clock.GetUtcNow(), outside, settings);
            await Serve.PrepareAsync(world.app, ct);
            await world.app.StartAsync(ct);
            world.http.BaseAddress = new(world.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
            if (sabotage?.Rows is { } rows) await world.WithAsync<AppDb, int>(async db => { await rows(db, ct); return 0; });
            return world;
        }
        catch
        {
            if (world is not null) await world.DisposeAsync();
            else Directory.Delete(own, recursive: true);
            throw;
        }
    }

    /// <summary>Why the site does not start with another text of files of its policy; null where it does.</summary>
    public async Task<string?> RefusalAsync(IReadOnlyList<TextChange> changes, CancellationToken ct)
    {
        try
        {
            await using var other = await OtherAsync(changes, ct);
            return null;
        }
        catch (ConfigurationException e)
        {
            return e.Message;
        }
    }

    /// <summary>Why the site does not start with these settings; null where it does.</summary>
    public async Task<string?> RefusalBySettingsAsync(IReadOnlyList<string> settings, CancellationToken ct)
    {
        try
        {
            await using var other = await StartAsync(policy, Clock, sabotage, ct, settings);
            return null;
        }
        catch (Exception e) when (e is ConfigurationException or Microsoft.Extensions.Options.OptionsValidationException)
        {
            return e.Message;
        }
    }

    /// <summary>Does something with a service of the site, in a scope of its own.</summary>
    public async Task<T> WithAsync<TService, T>(Func<TService, Task<T>> act) where TService : notnull
    {
        await using var lease = app.Services.GetRequiredService<Scoped<TService>>().Open();
        return await act(lease.Service);
    }

    /// <summary>The same program again, on another folder and with other texts of files of the policy; broken in the same way.</summary>
    public Task<ProbeWorld> OtherAsync(IEnumerable<TextChange> changes, CancellationToken ct) =>
        StartAsync(changes.Aggregate(policy, (changed, change) => changed.With(change, Path.Combine(folder, Guid.CreateVersion7().ToString("N")))), Clock, sabotage is null ? null : sabotage with { Text = null }, ct);

    /// <summary>The same program without an operator: nothing goes out, and what it would send stands on its outbox page.</summary>
    public Task<ProbeWorld> DemonstrationAsync(CancellationToken ct) => DemonstrationAsync(null, [], ct);

    /// <inheritdoc cref="DemonstrationAsync(CancellationToken)"/>
    /// <param name="outside">What the hosts outside answer that the gate lets it ask; there are none where it is null.</param>
    public Task<ProbeWorld> DemonstrationAsync(Func<Uri, string>? outside, IReadOnlyList<string> settings, CancellationToken ct) =>
        StartAsync(policy, Clock, sabotage is null ? null : sabotage with { Text = null }, outside, ["--Operator:Name=", "--Operator:Address=", "--Operator:ProtectionOfficer=", "--Operator:Contact=", .. settings], ct);

    /// <summary>The purposes of the registry that the site goes by.</summary>
    public Task<IReadOnlyList<PurposeFacts>> PurposesAsync() => WithAsync<ProcessingRegistry, IReadOnlyList<PurposeFacts>>(r => Task.FromResult<IReadOnlyList<PurposeFacts>>(
        [.. r.Purposes.Values.Select(p => new PurposeFacts(new(p.Id), p.Label, p.Minors is not Minors.Deny, [.. p.Reads.Keys.Select(c => r.Categories[c].Label)]) { Categories = [.. p.Reads.Keys.Select(c => new Category(c))] })]));

    /// <summary>In how many of the files that the site keeps, but those of the keys, a text stands as it is.</summary>
    public async Task<int> FilesHoldingAsync(string text, CancellationToken ct)
    {
        var needle = System.Text.Encoding.UTF8.GetBytes(text);
        var found = 0;
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => !f.StartsWith(Path.Combine(folder, "keys"), StringComparison.Ordinal)))
        {
            await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[file.Length];
            var read = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct);
            if (bytes.AsSpan(0, read).IndexOf(needle) >= 0) found++;
        }

        return found;
    }

    /// <summary>Puts a file among those of the site, such as a day of its log.</summary>
    public Task WriteAsync(string name, string text, CancellationToken ct) => File.WriteAllTextAsync(new DataFolder(folder).File(name.Split('/')), text, ct);

    /// <summary>The names of the files in a folder of the site.</summary>
    public IReadOnlyList<string> FilesIn(string name) => [.. Directory.GetFiles(Path.Combine(folder, name)).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    /// <summary>Presses a button as a persona does: that with the value, in the first form of the page that holds the words.</summary>
    public async Task<Exchange> PressAsync(Persona persona, string page, string words, string answer, CancellationToken ct)
    {
        var form = Form().Matches((await GetAsync(page, ct, persona)).Body).Select(m => m.Value).FirstOrDefault(f => f.Contains(words, StringComparison.Ordinal)) ?? "";
        var fields = Field().Matches(form).DistinctBy(m => m.Groups["name"].Value, StringComparer.Ordinal).ToDictionary(m => m.Groups["name"].Value, m => WebUtility.HtmlDecode(m.Groups["value"].Value), StringComparer.Ordinal);
        fields["answer"] = answer;
        using HttpRequestMessage request = new(HttpMethod.Post, WebUtility.HtmlDecode(Action().Match(form).Groups["action"].Value) is { Length: > 0 } action ? action : page) { Content = new FormUrlEncodedContent(fields) };
        return await SendAsync(request, page, persona, ct);
    }

    /// <summary>Sends the form of a page that goes to a handler, as it stands there, with what a persona fills in.</summary>
    public async Task<Exchange> SubmitAsync(Persona persona, Exchange page, string handler, CancellationToken ct, params (string Name, string Value)[] filled)
    {
        var form = Form().Matches(page.Body).Select(m => m.Value).FirstOrDefault(f => f.Contains($"handler={handler}\"", StringComparison.Ordinal)) ?? "";
        var fields = Field().Matches(form).Where(m => m.Value.Contains("type=\"hidden\"", StringComparison.Ordinal)).ToDictionary(m => m.Groups["name"].Value, m => WebUtility.HtmlDecode(m.Groups["value"].Value), StringComparer.Ordinal);
        foreach (var (name, value) in filled) fields[name] = value;
        using HttpRequestMessage request = new(HttpMethod.Post, WebUtility.HtmlDecode(Action().Match(form).Groups["action"].Value) is { Length: > 0 } action ? action : page.Path) { Content = new FormUrlEncodedContent(fields) };
        return await SendAsync(request, page.Path, persona, ct);
    }

    /// <summary>Asks for a code at a page of accounts: that to sign up where an age band is said, else that to sign in.</summary>
    public async Task<Exchange> SendCodeAsync(Persona persona, string number, string? band, CancellationToken ct)
    {
        Clock.Advance(TimeSpan.FromMinutes(11)); // past every pause between codes
        return await SubmitAsync(persona, await GetAsync(band is null ? "/account/sign-in" : "/account/sign-up", ct, persona), "number", ct, [("phone", number), .. band is null ? [] : new[] { ("band", band) }]);
    }

    /// <summary>The newest code to a number, as the outbox of a demonstration shows it; empty where there is none.</summary>
    public async Task<string> ReadCodeAsync(string number, CancellationToken ct)
    {
        var digits = string.Concat(number.Where(char.IsAsciiDigit));
        return SentCode().Matches((await GetAsync("/outbox", ct)).Body).FirstOrDefault(m => m.Groups["to"].Value.EndsWith(digits[^11..], StringComparison.Ordinal))?.Groups["code"].Value ?? "";
    }

    /// <summary>A persona opens an account in a demonstration, or signs in to it, as an adult.</summary>
    public async Task<Exchange> SignUpAsync(Persona persona, string number, CancellationToken ct) =>
        await SubmitAsync(persona, await SendCodeAsync(persona, number, "Adult", ct), "code", ct, ("code", await ReadCodeAsync(number, ct)));

    /// <summary>One request as a browser of nobody, or of a persona, sends it.</summary>
    public async Task<Exchange> GetAsync(string path, CancellationToken ct, Persona? persona = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        return await SendAsync(request, path, persona, ct);
    }

    /// <summary>Sends a form as a persona does who kept its page open.</summary>
    public async Task<Exchange> PostAsync(Persona persona, string path, IEnumerable<KeyValuePair<string, string>> fields, CancellationToken ct)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields) };
        return await SendAsync(request, path, persona, ct);
    }

    private async Task<Exchange> SendAsync(HttpRequestMessage request, string path, Persona? persona, CancellationToken ct)
    {
        foreach (var (name, value) in persona?.Headers ?? []) request.Headers.Add(name, value);
        if (persona is { Jar.Count: > 0 }) request.Headers.Add("Cookie", string.Join("; ", persona.Jar.Select(c => $"{c.Key}={c.Value}")));
        using var response = await http.SendAsync(request, ct);
        Exchange exchange = new(path, response.StatusCode, response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase),
            response.Headers.TryGetValues("Set-Cookie", out var cookies) ? [.. cookies.Select(SetCookie.Parse)] : [], await response.Content.ReadAsStringAsync(ct));
        foreach (var cookie in exchange.Cookies) persona?.Take(cookie);
        return exchange;
    }

    /// <summary>An answer of every route that is read, with what stands in the site for its parameters, and of an address that is none.</summary>
    public async Task<IReadOnlyList<Exchange>> CrawlAsync(CancellationToken ct, Persona? persona = null)
    {
        List<Exchange> answers = [];
        foreach (var path in await PathsAsync(ct)) answers.Add(await GetAsync(path, ct, persona));
        return answers;
    }

    /// <summary>The addresses that a crawl takes.</summary>
    public async Task<IReadOnlyList<string>> PathsAsync(CancellationToken ct)
    {
        using var found = JsonDocument.Parse((await GetAsync("/api/v1/companies?pageSize=1", ct)).Body);
        var company = found.RootElement.GetProperty("items")[0].GetProperty("id").GetString()!;
        var person = PersonLink().Match((await GetAsync($"/companies/{company}", ct)).Body).Groups["id"].Value;
        Dictionary<string, string> known = new(StringComparer.Ordinal) { ["documentName"] = "v1", ["status"] = "404" };
        var routes = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<StaticAssetDescriptor>() is null && e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains(HttpMethods.Get) is not false);
        return [.. routes.Select(e => PathOf(e.RoutePattern)).Concat([Search, "/en", "/no-such-page", "/api/v1/no-such"]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

        string PathOf(RoutePattern pattern)
        {
            var path = "";
            foreach (var segment in pattern.PathSegments)
            {
                if (segment.Parts is [RoutePatternParameterPart { IsOptional: true, Name: not "documentName" }]) break;
                path += "/" + string.Concat(segment.Parts.Select(part => part switch
                {
                    RoutePatternLiteralPart literal => literal.Content,
                    RoutePatternSeparatorPart separator => separator.Content,
                    RoutePatternParameterPart { Name: "id" } => path.EndsWith("/people", StringComparison.Ordinal) ? person : company,
                    RoutePatternParameterPart parameter => known.GetValueOrDefault(parameter.Name, "1"),
                    _ => "",
                }));
            }

            return path.Length > 0 ? path : "/";
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
        using (SqliteConnection connection = new($"Data Source={Path.Combine(folder, "qijian.db")}")) SqliteConnection.ClearPool(connection);
        Directory.Delete(folder, recursive: true);
    }

    [GeneratedRegex(@"class=""muted small"">[^<]*?(?<to>[0-9]{8,15})[^<]*<code>[a-z_]*code</code></span></p>\s*<p>[^0-9<]*(?<code>[0-9]{6,10})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SentCode();

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    [GeneratedRegex("<input[^>]*?name=\"(?<name>[^\"]*)\"([^>]*?value=\"(?<value>[^\"]*)\")?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Field();

    [GeneratedRegex("action=\"(?<action>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Action();

    [GeneratedRegex("/people/(?<id>[^\"/?#]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PersonLink();

    private void Replace(IServiceCollection services)
    {
        services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock)).Replace(ServiceDescriptor.Singleton(policy)).Replace(ServiceDescriptor.Singleton(new SampleSize(Companies)));
        services.RemoveAll<ILoggerProvider>().AddSingleton<ILoggerProvider>(new LogRecorder(Log)).Configure<LoggerFilterOptions>(o =>
        {
            o.MinLevel = LogLevel.Trace;
            o.Rules.Clear();
        });
        services.PostConfigure<KestrelServerOptions>(kestrel =>
        {
            kestrel.ConfigurationLoader = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        if (outside is not null) services.Replace(ServiceDescriptor.Singleton<IEgressNetwork>(new Outside(outside))).RemoveAll<IEgressSender>().AddSingleton<IEgressSender>(new Outside(outside));
        sabotage?.Services?.Invoke(services);
    }

    // Every host there is, at a public address; what the gate refuses never comes here.
    private sealed class Outside(Func<Uri, string> answer) : IEgressNetwork, IEgressSender
    {
        public EgressChannel Channel => EgressChannel.Http;

        public Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken ct) => Task.FromResult<IReadOnlyList<IPAddress>>([IPAddress.Parse("1.2.4.8")]);

        public Task<Stream> ConnectAsync(IPEndPoint to, CancellationToken ct) => throw new NotSupportedException();

        public Task<EgressAnswer> SendAsync(EgressMessage message, CancellationToken ct) => Task.FromResult<EgressAnswer>(new EgressAnswer.Delivered((int)HttpStatusCode.OK, answer(message.Target)));
    }

    private sealed class LogRecorder(ConcurrentQueue<string> lines) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Recorder(categoryName, lines);

        public void Dispose()
        {
        }

        private sealed class Recorder(string category, ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => lines.Enqueue($"{category}: {formatter(state, exception)} {exception}");
        }
    }
}

/// <summary>What the registry says of a purpose: its name, whether it is for minors too, and the names of what it reads.</summary>
public sealed record PurposeFacts(Purpose Purpose, string Label, bool ForMinors, IReadOnlyList<string> Reads)
{
    /// <summary>What it reads.</summary>
    public required IReadOnlyList<Category> Categories { get; init; }
}

/// <summary>A visitor, and what the browser keeps.</summary>
public sealed record Persona(string Name)
{
    internal Dictionary<string, string> Jar { get; } = new(StringComparer.Ordinal);

    /// <summary>What the browser says with every request.</summary>
    internal Dictionary<string, string> Headers { get; } = new(StringComparer.Ordinal);

    /// <summary>Who it is for the site; null until a choice is made.</summary>
    public Subject? Subject => Jar.TryGetValue(CurrentSubject.Cookie, out var id) && Guid.TryParseExact(id, "N", out var visitor) ? new(SubjectKind.Visitor, visitor) : null;

    /// <summary>Keeps or drops a cookie as a browser does.</summary>
    public void Take(SetCookie cookie)
    {
        if (cookie.Attributes.GetValueOrDefault("max-age") is "0" || cookie.Value.Length == 0) Jar.Remove(cookie.Name);
        else Jar[cookie.Name] = cookie.Value;
    }
}

/// <summary>A Set-Cookie header: names of attributes in lower case, an empty value where they have none.</summary>
public sealed record SetCookie(string Name, string Value, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>Reads a header.</summary>
    public static SetCookie Parse(string header)
    {
        var parts = header.Split(';', StringSplitOptions.TrimEntries);
        var (name, value) = Halves(parts[0]);
        return new(name, value, parts.Skip(1).Select(Halves).GroupBy(p => p.Name.ToLowerInvariant(), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal));
    }

    private static (string Name, string Value) Halves(string text) => text.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? (text[..at], text[(at + 1)..]) : (text, "");
}

/// <summary>One answer of a site.</summary>
public sealed record Exchange(string Path, HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, IReadOnlyList<SetCookie> Cookies, string Body)
{
    /// <summary>The value of a header; empty without one.</summary>
    public string Header(string name) => Headers.GetValueOrDefault(name, "");

    /// <summary>Whether people read it: a page, and no redirection.</summary>
    public bool IsPage => Header("Content-Type").StartsWith("text/html", StringComparison.Ordinal) && (int)Status is < 300 or >= 400;
}
