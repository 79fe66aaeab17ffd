using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Qijian.Modules.Privacy;

/// <summary>Every probe of the product, wherever its module keeps it.</summary>
internal static class ClauseProbes
{
    public static readonly IReadOnlyList<IClauseProbe> All =
        [.. typeof(ClauseProbes).Assembly.GetTypes().Where(t => t is { IsClass: true } && t.IsAssignableTo(typeof(IClauseProbe))).Select(t => (IClauseProbe)Activator.CreateInstance(t)!).OrderBy(p => p.Id, StringComparer.Ordinal)];
}

/// <summary>Ways to break a site from outside its code.</summary>
public static class Breaks
{
    /// <summary>Something done to every request, before all else.</summary>
    public static Action<IServiceCollection> Requests(Func<HttpContext, RequestDelegate, Task> act) => services => services.AddTransient<IStartupFilter>(_ => new Filter(act));

    /// <summary>Something done to every answer, just before it is sent.</summary>
    public static Action<IServiceCollection> Answers(Action<HttpContext> act) => services => services.Insert(0, ServiceDescriptor.Transient<IStartupFilter>(_ => new Filter((http, next) =>
    {
        http.Response.OnStarting(() => // what is registered first runs last
        {
            act(http);
            return Task.CompletedTask;
        });
        return next(http);
    })));

    /// <summary>Other words in the answer to one address.</summary>
    public static Action<IServiceCollection> Body(string path, Func<string, string> change) => Requests(async (http, next) =>
    {
        if (http.Request.Path != path)
        {
            await next(http);
            return;
        }

        var (body, buffer) = (http.Response.Body, new MemoryStream());
        http.Response.Body = buffer;
        await next(http);
        http.Response.Body = body;
        http.Response.ContentLength = null;
        await http.Response.WriteAsync(change(System.Text.Encoding.UTF8.GetString(buffer.ToArray())));
    });

    /// <summary>A guard that says yes to everything.</summary>
    public static Action<IServiceCollection> Guard { get; } = services => services.Replace(ServiceDescriptor.Scoped<IPurposeGuard, Lenient>());

    private sealed class Lenient(TimeProvider clock) : IPurposeGuard
    {
        public ValueTask<Decision> DemandAsync(Subject? subject, Purpose purpose, IReadOnlyList<Category> categories, CancellationToken ct) => new(new Decision.Allowed(new(subject ?? default, purpose, categories, clock.GetUtcNow())));
    }

    private sealed class Filter(Func<HttpContext, RequestDelegate, Task> act) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(act);
            next(app);
        };
    }
}
