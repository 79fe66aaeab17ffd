namespace Qijian.Engine.Search;

/// <summary>What people call companies: names that stand in for an alias in a text. Immutable.</summary>
public sealed class Aliases
{
    private readonly Dictionary<string, string[]> names = new(StringComparer.Ordinal);

    private Aliases()
    {
    }

    /// <summary>Our own table.</summary>
    public static Aliases Builtin { get; } = ReadBuiltin();

    /// <summary>How many aliases there are.</summary>
    public int Count => names.Count;

    /// <summary>This table and the lines of another, whose names for an alias take the place of these. O(size).</summary>
    /// <param name="reader">Lines of an alias, a tab, and a name or the start of one; several names are parted by |. Empty lines and those that begin with # are skipped.</param>
    /// <exception cref="FormatException">A line is not so; the message names it by its number.</exception>
    public Aliases With(TextReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Aliases all = new();
        foreach (var (alias, targets) in names)
            all.names[alias] = targets;
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            line = line.TrimStart('\uFEFF');
            if (string.IsNullOrWhiteSpace(line) || line[0] == '#')
                continue;
            var parts = line.Split('\t');
            var key = TextKeys.Key(parts[0]);
            string[] targets = parts.Length == 2 ? parts[1].Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
            if (key.Length == 0 || targets.Length == 0)
                throw new FormatException($"Line {number} of the table of aliases is not an alias, a tab and a name.");
            all.names[key] = targets;
        }
        return all;
    }

    /// <summary>The texts that mean the same: with the names behind the whole text, or behind one of its words. None for most. O(words).</summary>
    public IReadOnlyList<string> Of(string text)
    {
        text = SearchQuery.Considered(text);
        if (names.TryGetValue(TextKeys.Key(text), out var whole))
            return whole;
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; words.Length > 1 && i < words.Length; i++)
        {
            if (names.TryGetValue(TextKeys.Key(words[i]), out var targets))
                return [.. targets.Select(t => string.Join(' ', words.Select((w, j) => j == i ? t : w)))];
        }
        return [];
    }

    private static Aliases ReadBuiltin()
    {
        using StreamReader reader = new(typeof(Aliases).Assembly.GetManifestResourceStream("aliases.tsv")!);
        return new Aliases().With(reader);
    }
}
