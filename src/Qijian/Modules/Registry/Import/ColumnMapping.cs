using System.Text.Json;

namespace Qijian.Modules.Registry;

/// <summary>
/// Which column holds what: the recognised headers, and above them what a mapping file says:
/// <c>{"Firmenname": "name", "Notiz": null}</c> maps one header to a column of docs/importing.md and leaves another out.
/// </summary>
internal sealed class ColumnMapping
{
    private readonly Dictionary<string, Column?> explicitly = new(StringComparer.Ordinal);

    /// <summary>The mapping file as it was, for the fingerprint.</summary>
    public string Source { get; private init; } = "";

    public Column? Find(string header) => explicitly.TryGetValue(header.Trim(), out var column) ? column : Headers.Find(header);

    public static ColumnMapping Load(string? path)
    {
        if (path is null) return new();
        if (!File.Exists(path)) throw new ImportException(Text.ImportNoFile.With(path));
        var source = File.ReadAllText(path);
        ColumnMapping mapping = new() { Source = source };
        try
        {
            foreach (var (header, name) in JsonSerializer.Deserialize<Dictionary<string, string?>>(source) ?? [])
            {
                var column = name is null ? null : Headers.All.Select(c => c.Column).FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.Ordinal))
                    ?? throw new ImportException(Text.MappingColumn.With(path, name, string.Join(", ", Headers.All.Select(c => c.Column.Name))));
                mapping.explicitly[header] = column;
            }
        }
        catch (JsonException e)
        {
            throw new ImportException(Text.MappingJson.With(path, e.Message), e);
        }

        return mapping;
    }
}
