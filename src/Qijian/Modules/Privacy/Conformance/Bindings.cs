using System.Collections.Frozen;

namespace Qijian.Modules.Privacy;

/// <summary>How a clause is proved: by behaviour, by structure, by a dated record, or by a record alone.</summary>
[Flags]
public enum ProofClass
{
    /// <summary>Not said.</summary>
    None = 0,

    /// <summary>Behaviour.</summary>
    A = 1,

    /// <summary>Structure.</summary>
    B = 2,

    /// <summary>A dated record.</summary>
    C = 4,

    /// <summary>A record alone.</summary>
    D = 8,
}

/// <summary>One clause or duty, what the system does about it, and what proves that.</summary>
internal sealed class BindingEntry : Entry
{
    public string Class { get; init; } = "";
    public List<string> Probes { get; init; } = [];

    /// <summary>A command by which an outsider sees for himself.</summary>
    public string? Check { get; init; }
    public string? UnprovedZh { get; init; }
    public string? UnprovedEn { get; init; }

    /// <summary>Why there is no proof yet.</summary>
    public string? GapZh { get; init; }
    public string? GapEn { get; init; }

    /// <summary>An unlawful clause of the policy this one replaced, which is not published.</summary>
    public bool Retired { get; init; }

    public string? Unproved => Language.IsEnglish ? UnprovedEn : UnprovedZh;
    public string? Gap => Language.IsEnglish ? GapEn : GapZh;
    public ProofClass Proof => Class.Split('+').Aggregate(ProofClass.None, (all, one) => Enum.TryParse<ProofClass>(one, out var c) ? all | c : all);
}

/// <summary>The clauses of one version of the policy, in the order of the file.</summary>
internal sealed class Bindings
{
    public required IReadOnlyList<BindingEntry> All { get; init; }
    public required FrozenDictionary<string, BindingEntry> ById { get; init; }

    public static (Bindings Bindings, IReadOnlyList<RegistryError> Errors) Read(string file, string text)
    {
        RegistryReader reader = new();
        var all = reader.Read<BindingEntry>(file, text);
        foreach (var twice in all.GroupBy(b => b.Id, StringComparer.Ordinal).Where(g => g.Count() > 1).SelectMany(g => g.Skip(1))) reader.Errors.Add(new(file, twice.Line, $"条款 / clause “{twice.Id}” 重复 / is there twice.", "删去其一 / remove one."));
        foreach (var b in all.Where(b => b.Proof is ProofClass.None)) reader.Errors.Add(new(file, b.Line, $"条款 / clause “{b.Id}” 的 class “{b.Class}”", "A、B、C、D 或 A+B 等 / A, B, C, D or such as A+B."));
        return (new() { All = all, ById = all.DistinctBy(b => b.Id, StringComparer.Ordinal).ToFrozenDictionary(b => b.Id, StringComparer.Ordinal) }, reader.Errors);
    }
}
