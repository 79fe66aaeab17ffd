using System.CommandLine;
using System.Data.Common;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Microsoft.Extensions.Options;
using Qijian.Platform.Data;

namespace Qijian.Platform.CommandLine;

/// <summary>What was asked for cannot be done; the message says why and what to do. Ends a verb with exit status 1.</summary>
public class RefusedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What a verb runs with: its arguments, the product's services in a scope of its own, and where to say how it goes.</summary>
internal sealed record VerbContext(ParseResult Arguments, IServiceProvider Services, bool Json)
{
    /// <summary>The answer: one JSON document on standard output with <c>--json</c>, else the words.</summary>
    public void Answer<T>(T answer, string words) => Verbs.Answer(Json, answer, words);
}

/// <summary>
/// The command line. Every verb takes <c>--data</c>; those that answer take <c>--json</c>. Exit status 0 done, 1 refused or
/// failed, 2 wrong usage. Progress goes to standard error.
/// </summary>
internal static partial class Verbs
{
    public static readonly Option<string> Data = new("--data") { Description = "数据目录 / data folder", DefaultValueFactory = _ => "./data", Recursive = true };

    // What is configuration, as .NET writes it (--Database:Provider=PostgreSql), goes by this name while the words are read.
    private static readonly Option<string[]> Set = new("--set") { Hidden = true, Recursive = true };

    public static readonly Option<bool> Json = new("--json") { Description = "以一个 JSON 文档作答 / answer with one JSON document" };

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All), Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The answer: one JSON document on standard output, or the words.</summary>
    public static void Answer<T>(bool json, T answer, string words) => Console.Out.WriteLine(json ? JsonSerializer.Serialize(answer, Format) : words);

    /// <summary>A verb that runs in the product's services, after the database was brought up to date.</summary>
    public static Command Verb(string name, string description, IReadOnlyList<Symbol> symbols, Func<VerbContext, CancellationToken, Task<int>> run)
    {
        Command command = new(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument) command.Add(argument);
            else command.Add((Option)symbol);
        }

        command.SetAction((arguments, ct) => GuardedAsync(async () =>
        {
            await using var app = Program.Build(Settings(arguments), Folder(arguments), quiet: true);
            await using var scope = app.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<Migrator>().RunAsync(ct);
            return await run(new(arguments, scope.ServiceProvider, symbols.Contains(Json) && arguments.GetValue(Json)), ct);
        }));
        return command;
    }

    public static DataFolder Folder(ParseResult arguments) => new(Path.GetFullPath(arguments.GetValue(Data)!));

    /// <summary>The settings that were given on the command line, as the configuration reads them.</summary>
    public static string[] Settings(ParseResult arguments) => [.. (arguments.GetValue(Set) ?? []).Select(s => $"--{s}")];

    public static async Task<int> GuardedAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception e) when (e is RefusedException or ConfigurationException or OptionsValidationException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DbException)
        {
            // The machine's doing: a full disk, a port in use, a folder or database that cannot be reached.
            await Console.Error.WriteLineAsync($"{e.Message}{(e.InnerException is { } inner && !e.Message.Contains(inner.Message, StringComparison.Ordinal) ? $" {inner.Message}" : "")}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 1;
        }
    }

    /// <summary>The whole command line.</summary>
    public static RootCommand Root(Command serve, params ReadOnlySpan<Command> verbs)
    {
        RootCommand root = new("企鉴 Qijian: look up Chinese companies, with the source of every fact.") { Data, Set, serve };
        foreach (var verb in verbs) root.Add(verb);
        return root;
    }

    public static async Task<int> RunAsync(string[] args, RootCommand root)
    {
        // "serve" is the default verb: whatever does not start with a known word is meant for it.
        string[] words = args.Length > 0 && (root.Subcommands.Any(c => string.Equals(c.Name, args[0], StringComparison.Ordinal)) || args[0] is "--help" or "-h" or "-?" or "--version") ? args : ["serve", .. args];
        var parsed = root.Parse([.. words.SelectMany(w => Setting().IsMatch(w) ? ["--set", w[2..]] : (string[])[w])]);
        var status = await parsed.InvokeAsync();
        return parsed.Errors.Count > 0 ? 2 : status;
    }

    [GeneratedRegex("^--[A-Za-z]+(:[A-Za-z0-9]+)+=", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Setting();
}
