using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;

namespace Qijian.Tests;

/// <summary>What programs and operators rely on: approved as text, and documented, both ways.</summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public async Task The_routes_are_the_approved_ones()
    {
        var routes = await RoutesAsync();
        Assert.Contains("GET /api/v1/companies/{id}", routes);
        Approved.Matches("routes.txt", routes);
    }

    [Fact]
    public void The_settings_are_the_approved_ones()
    {
        var settings = Settings().ToList();
        Assert.Contains(settings, s => s.StartsWith("Database:Provider ", StringComparison.Ordinal));
        Approved.Matches("settings.txt", settings);
    }

    [Fact]
    public void The_command_line_is_the_approved_one()
    {
        var verbs = Verbs().ToList();
        Assert.Contains("import FILE", verbs);
        Approved.Matches("verbs.txt", verbs);
    }

    [Fact]
    public void Every_setting_is_documented_and_every_documented_setting_exists() =>
        Assert.Equal(Settings().Select(s => s.Split(' ')[0]).Order(StringComparer.Ordinal), Documented("settings.md", line => line.StartsWith("| `", StringComparison.Ordinal) ? line.Split('`')[1] : null));

    [Fact]
    public async Task Every_route_of_the_interface_is_documented_and_every_documented_route_exists()
    {
        var routes = (await RoutesAsync()).Where(r => r.Contains(" /api/", StringComparison.Ordinal) || r.Contains(" /reconcile", StringComparison.Ordinal) || r.Contains(" /mcp", StringComparison.Ordinal));
        Assert.Equal(routes.Order(StringComparer.Ordinal), Documented("api.md", line => line.StartsWith("### `", StringComparison.Ordinal) ? line.Split('`')[1] : null));
    }

    [Fact]
    public void Every_verb_and_option_is_documented_and_the_other_way_round()
    {
        // A verb and its options stand in one line of a code block: qijian import FILE [--format …]
        var documented = Documented("operating.md", line => line.StartsWith("qijian ", StringComparison.Ordinal) ? line : null)
            .Select(line => line["qijian ".Length..].Split([' ', '[', ']', '|', '='], StringSplitOptions.RemoveEmptyEntries))
            .SelectMany(words => words.Where(w => w.StartsWith("--", StringComparison.Ordinal)).Prepend("").Select(w => $"{string.Join(' ', words.TakeWhile(IsVerb))} {w}".TrimEnd()));
        var real = Verbs().Where(v => v.Split(' ')[^1] is var last && (IsVerb(last) || last.StartsWith("--", StringComparison.Ordinal)));
        Assert.Equal(real.Order(StringComparer.Ordinal), documented.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

        static bool IsVerb(string word) => char.IsAsciiLetterLower(word[0]);
    }

    [Fact]
    public async Task The_description_of_the_interface_has_a_summary_and_the_failures_of_every_operation()
    {
        await using var site = await TestSite.StartAsync();
        var document = await site.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);
        var operations = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject()).Select(o => o.Value).ToList();
        Assert.Equal(16, operations.Count);
        Assert.All(operations, o => Assert.True(o.TryGetProperty("summary", out _) && o.GetProperty("responses").TryGetProperty("429", out _)));
        Assert.True(document.GetProperty("paths").GetProperty("/api/v1/companies/{id}").GetProperty("get").GetProperty("responses").TryGetProperty("410", out _));
    }

    private static async Task<List<string>> RoutesAsync()
    {
        await using var site = await TestSite.StartAsync();
        var endpoints = await site.WithAsync<EndpointDataSource, IReadOnlyList<Endpoint>>(source => Task.FromResult(source.Endpoints));
        return [.. endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"], (e, method) => $"{method} /{e.RoutePattern.RawText!.Trim('/')}")
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    // An options class says its section; what it binds are its public properties.
    private static IEnumerable<string> Settings() =>
        from type in typeof(Program).Assembly.GetTypes()
        let section = type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string
        where section is not null
        from line in LinesOf(section, type)
        orderby line.Split(' ')[0]
        select line;

    // Options within options stand with their own properties.
    private static IEnumerable<string> LinesOf(string section, Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).SelectMany(property => property.PropertyType is { IsClass: true } inner && inner.Assembly == typeof(Program).Assembly
        ? LinesOf($"{section}:{property.Name}", inner)
        : [$"{section}:{property.Name} {(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType).Name} {property.GetValue(Activator.CreateInstance(type))}".TrimEnd()]);

    private static IEnumerable<string> Verbs() => Program.CommandLine().Subcommands.SelectMany(c => WordsOf("", c)).Order(StringComparer.Ordinal);

    // A verb that has verbs of its own, as conform, stands with each of them.
    private static IEnumerable<string> WordsOf(string above, System.CommandLine.Command verb) => verb.Subcommands.Count > 0
        ? verb.Subcommands.SelectMany(v => WordsOf($"{above}{verb.Name} ", v))
        : verb.Arguments.Select(a => a.Name).Concat(verb.Options.Where(o => !o.Hidden && o is not System.CommandLine.Help.HelpOption).Select(o => o.Name)).Prepend("").Select(w => $"{above}{verb.Name} {w}".TrimEnd());

    private static IEnumerable<string> Documented(string document, Func<string, string?> word) =>
        File.ReadLines(Path.Combine(ArchitectureTests.Repository, "docs", document)).Select(word).OfType<string>().Order(StringComparer.Ordinal);
}
