using System.Globalization;
using Spectre.Console;

namespace Qijian.Platform.CommandLine;

/// <summary>Progress of long work on standard error: one line that renews itself on a terminal, one every ten seconds elsewhere.</summary>
internal sealed class ProgressLine
{
    private static readonly IAnsiConsole Terminal = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Error) });
    private readonly TimeProvider clock;
    private readonly bool live = !Console.IsErrorRedirected;
    private readonly long started;
    private long shown, stageStarted, firstRow;
    private string stage = "";

    public ProgressLine(TimeProvider clock) => (this.clock, started) = (clock, clock.GetTimestamp());

    /// <summary>How far the work is: the units done and the share of the whole, 0 to 1.</summary>
    public void Show(string stageName, long done, double share)
    {
        if (!string.Equals(stage, stageName, StringComparison.Ordinal)) (stage, stageStarted, firstRow) = (stageName, clock.GetTimestamp(), done);
        if (shown != 0 && clock.GetElapsedTime(shown) < TimeSpan.FromSeconds(live ? 0.2 : 10)) return;
        shown = clock.GetTimestamp();
        var elapsed = clock.GetElapsedTime(stageStarted).TotalSeconds;
        var rate = elapsed > 0.5 ? (done - firstRow) / elapsed : 0;
        var left = share is > 0.001 and < 1 ? TimeSpan.FromSeconds(elapsed / share * (1 - share)) : TimeSpan.Zero;
        var text = string.Create(CultureInfo.CurrentCulture, $"{stageName} {share,6:P0}  {done,12:N0}  {rate,9:N0}/s  −{left:mm\\:ss}");
        if (live) Terminal.Write(new ControlCode($"\r\u001b[2K{text}"));
        else Console.Error.WriteLine(text);
    }

    public void End()
    {
        if (live && shown != 0) Console.Error.WriteLine();
    }

    /// <summary>Time since the work began.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(started);
}
