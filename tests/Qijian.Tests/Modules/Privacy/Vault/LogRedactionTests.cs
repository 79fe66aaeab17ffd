using System.CodeDom.Compiler;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Qijian.Modules.Privacy;
using Qijian.Platform.Data;

namespace Qijian.Tests.Modules.Privacy;

public sealed partial class LogRedactionTests
{
    private sealed record Card([property: Personal(CategoryId.ContactEmail)] string Email, int Number);

    [Fact]
    public async Task What_is_tagged_as_personal_does_not_reach_a_log()
    {
        var folder = Directory.CreateTempSubdirectory("qijian-").FullName;
        using Lines lines = new();
        await using (var app = Program.Build([], new DataFolder(folder), quiet: true, services => services.AddSingleton<ILoggerProvider>(lines)))
        {
            var logger = app.Services.GetRequiredService<ILogger<LogRedactionTests>>();
            Sent(logger, "13912345678", 7);
            Stored(logger, new("zhang@example.cn", 8));
        }

        Directory.Delete(folder, recursive: true);
        Assert.Equal(2, lines.All.Count);
        Assert.Contains("Sent to ••• (7)", lines.All[0], StringComparison.Ordinal);
        Assert.Contains("Card.Email=•••", lines.All[1], StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Card.Number=8", lines.All[1], StringComparison.OrdinalIgnoreCase);
        Assert.All(lines.All, l => Assert.False(l.Contains("139", StringComparison.Ordinal) || l.Contains("example", StringComparison.Ordinal), l));
    }

    [Fact]
    public void Every_log_method_of_the_product_is_generated_by_what_redacts()
    {
        var methods = typeof(Program).Assembly.GetTypes().SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)).Where(m => m.IsDefined(typeof(LoggerMessageAttribute))).ToList();
        Assert.NotEmpty(methods);
        Assert.All(methods, m => Assert.Equal("Microsoft.Gen.Logging", m.GetCustomAttribute<GeneratedCodeAttribute>()?.Tool));
    }

    [LoggerMessage(LogLevel.Warning, "Sent to {Phone} ({Number})")]
    private static partial void Sent(ILogger logger, [Personal(CategoryId.ContactPhone)] string phone, int number);

    [LoggerMessage(LogLevel.Warning, "Stored")]
    private static partial void Stored(ILogger logger, [LogProperties] Card card);

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public List<string> All { get; } = [];

        public ILogger CreateLogger(string categoryName) => categoryName.Contains(nameof(LogRedactionTests), StringComparison.Ordinal) ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add($"{formatter(state, exception)} {string.Join(' ', ((IEnumerable<KeyValuePair<string, object?>>)state!).Select(p => $"{p.Key}={p.Value}"))}");

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Dispose() { }
    }
}
