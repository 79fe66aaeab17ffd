using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Qijian.Platform.Data;

namespace Qijian.Modules.Privacy;

/// <summary>A registry file: its name, such as purposes.yaml, and its text.</summary>
internal sealed record RegistryFile(string Name, string Text);

/// <summary>
/// What the site does with personal data: every purpose, category, recipient and time limit. The guard, the gate, the sweep, the
/// published tables and the census read this one thing.
/// </summary>
internal sealed class ProcessingRegistry
{
    public required FrozenDictionary<string, CategoryEntry> Categories { get; init; }
    public required FrozenDictionary<string, PurposeEntry> Purposes { get; init; }
    public required FrozenDictionary<string, RetentionEntry> Retention { get; init; }
    public required FrozenDictionary<string, FeatureEntry> Features { get; init; }
    public required FrozenDictionary<string, RecipientEntry> Recipients { get; init; }
    public required FrozenDictionary<string, TemplateEntry> Templates { get; init; }
    public required FrozenDictionary<string, CookieEntry> Cookies { get; init; }
    public required FrozenDictionary<string, FieldsEntry> Fields { get; init; }
    public required FrozenDictionary<string, LimitEntry> Limits { get; init; }
    public required FrozenDictionary<string, LawEntry> Laws { get; init; }
    public required FrozenDictionary<string, AssessmentEntry> Assessments { get; init; }

    /// <summary>SHA-256 of all files, in the order of their names.</summary>
    public required string Hash { get; init; }

    /// <summary>The texts that it was read from.</summary>
    public required IReadOnlyList<RegistryFile> Files { get; init; }

    public IEnumerable<Entry> All => Categories.Values.Cast<Entry>().Concat(Purposes.Values).Concat(Retention.Values).Concat(Features.Values).Concat(Recipients.Values)
        .Concat(Templates.Values).Concat(Cookies.Values).Concat(Fields.Values).Concat(Limits.Values).Concat(Laws.Values).Concat(Assessments.Values);

    /// <summary>The purposes that have a switch: those that a person says yes or no to.</summary>
    public IEnumerable<PurposeEntry> Optional => Purposes.Values.Where(p => p.AsksConsent).OrderBy(p => p.Line);

    /// <summary>Whether an assessment covers it and is in date; what needs none passes.</summary>
    public bool Assessed(string? pia, string id, DateOnly today) => pia is null || (Assessments.TryGetValue(pia, out var found) && found.Covers.Contains(id, StringComparer.Ordinal) && found.ApprovedOn <= today && found.ValidUntil >= today);

    /// <summary>The files of policy/registry beside the program.</summary>
    public static IReadOnlyList<RegistryFile> FilesIn(string policy) => [.. Directory.Exists(Path.Combine(policy, "registry"))
        ? Directory.GetFiles(Path.Combine(policy, "registry"), "*.yaml").Order(StringComparer.Ordinal).Select(f => new RegistryFile(Path.GetFileName(f), File.ReadAllText(f)))
        : throw new ConfigurationException($"{policy}/registry 不存在，请恢复安装目录 / is missing: restore the installed folder.")];

    /// <summary>Reads and checks; refuses with every error named by file, line and remedy.</summary>
    public static ProcessingRegistry Load(IReadOnlyList<RegistryFile> files, IReadOnlySet<string> clauses, RegistryCheck? check = null)
    {
        var (registry, errors) = Read(files);
        if (errors.Count == 0) errors = [.. (check ?? RegistryLinter.Check)(registry, clauses)]; // what was not read would be missed everywhere
        return errors.Count == 0 ? registry : throw new ConfigurationException(string.Join('\n', errors));
    }

    /// <summary>Reads without the linter.</summary>
    public static (ProcessingRegistry Registry, IReadOnlyList<RegistryError> Errors) Read(IReadOnlyList<RegistryFile> files)
    {
        RegistryReader reader = new();
        ProcessingRegistry registry = new()
        {
            Categories = All<CategoryEntry>("categories"), Purposes = All<PurposeEntry>("purposes"), Retention = All<RetentionEntry>("retention"), Features = All<FeatureEntry>("features"),
            Recipients = All<RecipientEntry>("recipients"), Templates = All<TemplateEntry>("templates"), Cookies = All<CookieEntry>("cookies"), Fields = All<FieldsEntry>("fields"), Limits = All<LimitEntry>("limits"), Laws = All<LawEntry>("laws"),
            Assessments = All<AssessmentEntry>("pia"), Files = files, Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', files.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => $"{f.Name}\0{f.Text.ReplaceLineEndings("\n")}"))))),
        };
        return (registry, reader.Errors);

        // A module's own entries may stand in a file of their own: purposes.orders.yaml.
        FrozenDictionary<string, T> All<T>(string kind) where T : Entry
        {
            Dictionary<string, T> all = new(StringComparer.Ordinal);
            foreach (var file in files.Where(f => string.Equals(f.Name.Split('.')[0], kind, StringComparison.Ordinal)))
            {
                foreach (var entry in reader.Read<T>($"policy/registry/{file.Name}", file.Text))
                {
                    if (!all.TryAdd(entry.Id, entry)) reader.Errors.Add(new(entry.File, entry.Line, $"“{entry.Id}” 重复 / is there twice.", $"另一处在第 {all[entry.Id].Line} 行，删去其一 / the other is in line {all[entry.Id].Line}: remove one."));
                }
            }

            return all.ToFrozenDictionary(StringComparer.Ordinal);
        }
    }
}
