using System.Diagnostics;
using System.Text.Json;
using Qijian.Platform.Data;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace Qijian.Modules.Privacy;

/// <summary>
/// The log of the site: day files of JSON lines in the data folder, and standard error. What is written is an allow-list: a property
/// that the registry does not name does not get there, nor does the message of an exception, which may quote what somebody entered.
/// </summary>
internal sealed class ServiceLog : IDisposable
{
    public const string Prefix = "service-", Suffix = ".jsonl";

    private readonly Logger file;

    public ServiceLog(DataFolder folder, ProcessingRegistry registry) => file = new LoggerConfiguration()
        .WriteTo.File(new AllowList(registry), folder.File("logs", Prefix + Suffix), rollingInterval: RollingInterval.Day, retainedFileCountLimit: null, shared: false, buffered: false)
        .CreateLogger();

    public static string FolderOf(DataFolder folder) => Path.Combine(folder.Path, "logs");

    /// <summary>What a line of a request holds.</summary>
    public static readonly IReadOnlyList<string> RequestParts = ["method", "route", "status", "milliseconds"];

    public void Request(string method, string route, int status, double milliseconds) =>
        file.Information("{method} {route} {status} {milliseconds}", method, route, status, Math.Round(milliseconds, 1));

    /// <summary>Warnings and errors of the program go to the file, and all that is logged to standard error.</summary>
    public Logger Program(ProcessingRegistry registry) => new LoggerConfiguration().MinimumLevel.Verbose()
        .WriteTo.Console(new AllowList(registry, words: true), standardErrorFromLevel: LogEventLevel.Verbose)
        .WriteTo.Logger(file, LogEventLevel.Warning).CreateLogger();

    public void Dispose() => file.Dispose();

    /// <summary>Writes registered properties, and of an exception its types and where it was thrown.</summary>
    internal sealed class AllowList(ProcessingRegistry registry, bool words = false) : ITextFormatter
    {
        private readonly FieldsEntry? known = registry.Fields.GetValueOrDefault("log");

        public void Format(LogEvent logEvent, TextWriter output)
        {
            if (words) Words(logEvent, output);
            else Line(logEvent, output);
        }

        private void Line(LogEvent e, TextWriter output)
        {
            Dictionary<string, object?> line = new(StringComparer.Ordinal) { ["at"] = e.Timestamp.UtcDateTime, ["level"] = e.Level.ToString() };
            if (e.Properties.GetValueOrDefault("SourceContext") is ScalarValue { Value: string source }) line["source"] = source;
            foreach (var (name, value) in e.Properties.Where(p => Passes(p.Key))) line[name] = (value as ScalarValue)?.Value ?? value.ToString("l", System.Globalization.CultureInfo.InvariantCulture);
            if (Faults(e.Exception) is { Count: > 0 } faults) line["fault"] = faults;
            output.WriteLine(JsonSerializer.Serialize(line, Plain));
        }

        private void Words(LogEvent e, TextWriter output)
        {
            output.Write(e.Level switch { LogEventLevel.Warning => "warn: ", LogEventLevel.Error => "fail: ", LogEventLevel.Fatal => "crit: ", LogEventLevel.Information => "info: ", _ => "dbug: " });
            foreach (var token in e.MessageTemplate.Tokens)
            {
                if (token is Serilog.Parsing.PropertyToken property && !Passes(property.PropertyName)) output.Write("•••");
                else token.Render(e.Properties, output, System.Globalization.CultureInfo.InvariantCulture);
            }

            output.WriteLine();
            foreach (var fault in Faults(e.Exception)) output.WriteLine($"      {fault}");
        }

        private bool Passes(string name) => known?.CategoryOf(name) is "none";

        private static List<string> Faults(Exception? exception)
        {
            List<string> faults = [];
            for (; exception is not null; exception = exception.InnerException)
            {
                faults.Add(exception.GetType().FullName!);
                faults.AddRange(new StackTrace(exception, fNeedFileInfo: false).GetFrames().Take(12).Select(f => f.GetMethod()).OfType<System.Reflection.MethodBase>().Select(m => $"at {m.DeclaringType?.FullName}.{m.Name}"));
            }

            return faults;
        }

        private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    }
}

internal static class RequestLog
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete, HttpMethods.Options];

    private static string Known(string method) => Array.Find(Methods, m => HttpMethods.Equals(m, method)) ?? "-";

    /// <summary>One line a request: method, route, status, time. The route is the pattern: neither what was looked for nor whose page it was.</summary>
    public static void UseRequestLog(this IApplicationBuilder app)
    {
        var log = app.ApplicationServices.GetRequiredService<ServiceLog>();
        app.Use(async (http, next) =>
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                await next(http);
            }
            finally
            {
                // No route: an address that is none, and might be anything; and so might a method that nobody knows.
                log.Request(Known(http.Request.Method), (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "-", http.Response.StatusCode, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        });
    }
}
