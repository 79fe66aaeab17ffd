using Qijian.Engine.Search;
using Qijian.Platform.Data;

namespace Qijian.Modules.Search;

/// <summary>What people call companies: our own table, and the operator's <c>aliases.tsv</c> in the data folder (docs/searching.md), read again when it changes.</summary>
internal sealed partial class AliasTable
{
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(5);
    private readonly string path;
    private readonly TimeProvider clock;
    private readonly ILogger<AliasTable> log;
    private readonly Lock reading = new();
    private volatile Aliases aliases = Aliases.Builtin;
    private DateTime written;
    private long next; // ticks: read by every search without a lock

    public AliasTable(DataFolder folder, TimeProvider clock, ILogger<AliasTable> log)
    {
        (path, this.clock, this.log) = (folder.File("aliases.tsv"), clock, log);
        try
        {
            Read();
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path}: {e.Message}");
        }
    }

    /// <summary>Texts that mean the same.</summary>
    public IReadOnlyList<string> Of(string text)
    {
        if (clock.GetUtcNow().UtcTicks >= Volatile.Read(ref next) && reading.TryEnter())
        {
            try
            {
                Read();
            }
            catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
            {
                LogBad(path, e.Message); // the table as it was goes on
            }
            finally
            {
                reading.Exit();
            }
        }

        return aliases.Of(text);
    }

    private void Read()
    {
        Volatile.Write(ref next, (clock.GetUtcNow() + Recheck).UtcTicks);
        var changed = File.GetLastWriteTimeUtc(path);
        if (changed == written) return;
        written = changed;
        if (!File.Exists(path))
        {
            aliases = Aliases.Builtin;
            return;
        }

        using var reader = File.OpenText(path);
        aliases = Aliases.Builtin.With(reader);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path}: {Problem} The earlier table stays in use")]
    private partial void LogBad(string path, string problem);
}
