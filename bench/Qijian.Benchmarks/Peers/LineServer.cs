using System.Diagnostics;
using System.Text;

namespace Qijian.Benchmarks.Peers;

/// <summary>Another process that is asked and answers line by line.</summary>
internal sealed class LineServer : IDisposable
{
    private readonly Process process;

    public LineServer(string program, params string[] arguments)
    {
        process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false, StandardInputEncoding = new UTF8Encoding(false), StandardOutputEncoding = Encoding.UTF8,
        })!;
    }

    public int Id => process.Id;

    public string Read() => process.StandardOutput.ReadLine() ?? throw new IOException($"{process.StartInfo.FileName} has ended.");

    public void Write(string line)
    {
        process.StandardInput.Write(line);
        process.StandardInput.Write('\n');
        process.StandardInput.Flush();
    }

    public string Ask(string line)
    {
        Write(line);
        return Read();
    }

    /// <summary>Runs a program to its end.</summary>
    public static void Run(string program, params string[] arguments)
    {
        // Nobody reads what it says: programs that say much do not belong here.
        using var child = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = "/", RedirectStandardOutput = true, UseShellExecute = false })!;
        child.WaitForExit();
        if (child.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} has failed.");
    }

    public static bool Has(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(d => File.Exists(Path.Combine(d, program)));

    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(10_000))
            process.Kill();
        process.Dispose();
    }
}
