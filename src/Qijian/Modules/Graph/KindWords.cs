using Qijian.Engine.Graph;

namespace Qijian.Modules.Graph;

/// <summary>Kinds of relations by the words that addresses and answers use, and in the reader's language.</summary>
internal static class KindWords
{
    private static readonly EdgeKinds Directorship = EdgeKinds.Of(EdgeKind.Representative, EdgeKind.Director, EdgeKind.Supervisor, EdgeKind.Manager, EdgeKind.Employment);

    /// <summary>What each word of a filter stands for. Weak kinds only where they are named.</summary>
    public static readonly IReadOnlyDictionary<string, EdgeKinds> Filters = new Dictionary<string, EdgeKinds>(StringComparer.OrdinalIgnoreCase)
    {
        ["ownership"] = EdgeKinds.Of(EdgeKind.Share, EdgeKind.EarlierShare), ["control"] = EdgeKinds.Of(EdgeKind.Control, EdgeKind.Consolidation, EdgeKind.EarlierControl), ["directorship"] = Directorship,
        ["representative"] = EdgeKinds.Of(EdgeKind.Representative), ["director"] = EdgeKinds.Of(EdgeKind.Director), ["supervisor"] = EdgeKinds.Of(EdgeKind.Supervisor), ["manager"] = EdgeKinds.Of(EdgeKind.Manager),
        ["employment"] = EdgeKinds.Of(EdgeKind.Employment), ["branch"] = EdgeKinds.Of(EdgeKind.Branch), ["fund"] = EdgeKinds.Of(EdgeKind.Fund),
        ["possiblySame"] = EdgeKinds.Of(EdgeKind.PossiblySame), ["sameAddress"] = EdgeKinds.Of(EdgeKind.SameAddress), ["samePhone"] = EdgeKinds.Of(EdgeKind.SamePhone), ["sameRepresentative"] = EdgeKinds.Of(EdgeKind.SameRepresentative),
    };

    /// <summary>The word of a kind in answers.</summary>
    public static string Of(EdgeKind kind) => kind switch
    {
        EdgeKind.Share or EdgeKind.EarlierShare => "ownership",
        EdgeKind.EarlierControl => "control",
        _ => char.ToLowerInvariant(kind.ToString()[0]) + kind.ToString()[1..],
    };

    /// <summary>The kind in the reader's language.</summary>
    public static string Label(EdgeKind kind) => kind switch
    {
        EdgeKind.Share => Text.KindShare, EdgeKind.EarlierShare => Text.KindShare, EdgeKind.Control or EdgeKind.EarlierControl => Text.KindControl, EdgeKind.Consolidation => Text.KindConsolidation,
        EdgeKind.Representative => Text.KindRepresentative, EdgeKind.Director => Text.KindDirector, EdgeKind.Supervisor => Text.KindSupervisor, EdgeKind.Manager => Text.KindManager, EdgeKind.Employment => Text.KindEmployment,
        EdgeKind.Branch => Text.KindBranch, EdgeKind.Fund => Text.KindFund, EdgeKind.PossiblySame => Text.KindPossiblySame, EdgeKind.SameAddress => Text.KindSameAddress, EdgeKind.SamePhone => Text.KindSamePhone, EdgeKind.SameRepresentative => Text.KindSameRepresentative,
        _ => kind.ToString(),
    };

    /// <summary>The words of a filter, or null where one is none.</summary>
    public static EdgeKinds? Parse(string? words)
    {
        if (string.IsNullOrWhiteSpace(words)) return EdgeKinds.Strong;
        uint bits = 0;
        foreach (var word in words.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Filters.TryGetValue(word, out var kinds)) return null;
            bits |= kinds.Bits;
        }

        return bits == 0 ? EdgeKinds.Strong : new(bits);
    }

    /// <summary>The words that stand for a set.</summary>
    public static IReadOnlyList<string> WordsOf(EdgeKinds kinds) => [.. Filters.Where(f => f.Key is not "directorship" && f.Value.Only(kinds) == f.Value).Select(f => f.Key)];
}
