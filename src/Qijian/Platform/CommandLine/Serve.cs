using System.CommandLine;
using Qijian.Platform.Data;

namespace Qijian.Platform.CommandLine;

/// <summary>The default verb: serves the site.</summary>
internal static class Serve
{
    private static readonly Option<string> Urls = new("--urls") { Description = "监听地址 / addresses to listen on", DefaultValueFactory = _ => "http://localhost:5080" };

    public static Command Command()
    {
        Command serve = new("serve", "提供网站（默认） / serve the site (default)") { Urls };
        serve.SetAction((arguments, ct) => Verbs.GuardedAsync(async () =>
        {
            var urls = arguments.GetValue(Urls)!;
            await using var app = Program.Build(Verbs.Settings(arguments), Verbs.Folder(arguments), quiet: false);
            // Kestrel's own settings would take the place of --urls.
            var endpoints = app.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => e["Url"]).OfType<string>();
            app.Services.GetRequiredService<SiteState>().Admit(string.Join(';', endpoints.Prepend(urls)));
            app.Urls.Clear();
            foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) app.Urls.Add(url);
            await PrepareAsync(app, ct);
            await app.StartAsync(ct);
            await Console.Out.WriteLineAsync($"企鉴 Qijian: {string.Join(" ", app.Urls)}");
            await app.WaitForShutdownAsync(ct);
            return 0;
        }));
        return serve;
    }

    /// <summary>Brings the database up to date and lets each module prepare what it serves from.</summary>
    public static async Task PrepareAsync(WebApplication app, CancellationToken ct)
    {
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<Migrator>().RunAsync(ct);
        foreach (var preparation in scope.ServiceProvider.GetServices<IPreparation>()) await preparation.RunAsync(ct);
    }
}

/// <summary>Work that a module does before the site serves, in the order of registration.</summary>
public interface IPreparation
{
    /// <summary>Runs once, after migrations.</summary>
    Task RunAsync(CancellationToken ct);
}
