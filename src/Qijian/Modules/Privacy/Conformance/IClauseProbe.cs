namespace Qijian.Modules.Privacy;

/// <summary>
/// Proves one thing that clauses promise, on a site of its own that is the same program. Beside the proof stand its sabotages: each
/// breaks exactly what the probe watches over, and a probe that does not notice proves nothing.
/// </summary>
public interface IClauseProbe
{
    /// <summary>Its name, such as <c>policy.link</c>.</summary>
    string Id { get; }

    /// <summary>The clauses and duties that it proves something of.</summary>
    IReadOnlyList<string> Clauses { get; }

    /// <summary>Behaviour (A) or structure (B).</summary>
    ProofClass Class { get; }

    /// <summary>Whether it changes its world, and so must not share it.</summary>
    bool Changes => false;

    /// <summary>Looks at the site.</summary>
    Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct);

    /// <summary>What it must notice.</summary>
    IReadOnlyList<Sabotage> Sabotages { get; }
}

/// <summary>How a run ended: by what it looked, how much of each it looked at, and what was not as it must be, in ids and numbers.</summary>
public sealed record ProbeResult(bool Passed, IReadOnlyList<string> Instruments, IReadOnlyDictionary<string, int> Counts, IReadOnlyList<string> Failures);

/// <summary>
/// One control broken on purpose, in a throw-away site only: another service, another text of the policy's folder, or another row.
/// No class of the product knows of it.
/// </summary>
public sealed record Sabotage(string Id, string Zh, string En)
{
    /// <summary>What is broken, in the reader's language.</summary>
    public string Label => Language.IsEnglish ? En : Zh;

    /// <summary>Swaps services.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>Changes a file of the policy's folder: an entry of the registry, a binding, the text.</summary>
    public TextChange? Text { get; init; }

    /// <summary>Changes how the site is configured.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Changes what is stored, once the site runs.</summary>
    internal Func<AppDb, CancellationToken, Task>? Rows { get; init; }
}

/// <summary>Another text for a file of the policy's folder, such as registry/purposes.yaml.</summary>
public sealed record TextChange(string File, Func<string, string> Change)
{
    /// <summary>Other words in one entry of a file of the registry.</summary>
    public static TextChange OfEntry(string file, string id, string words, string instead, string? remove = null) => new(file, all =>
    {
        var at = all.IndexOf($"- id: {id}\n", StringComparison.Ordinal);
        var end = all.IndexOf("\n- id: ", at, StringComparison.Ordinal) is > 0 and var next ? next : all.Length;
        var entry = remove is null ? all[at..end] : all[at..end].Replace(remove, "", StringComparison.Ordinal);
        return all[..at] + entry.Replace(words, instead, StringComparison.Ordinal) + all[end..];
    });
}
