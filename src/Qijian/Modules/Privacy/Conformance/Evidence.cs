using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Qijian.Modules.Privacy;

/// <summary>What the evidence log takes: a record of ids, counts, instants and hashes, and nothing about persons.</summary>
internal interface IEvidence
{
    /// <summary>A word for all entries of the type.</summary>
    static abstract string Kind { get; }

    /// <summary>What this entry is about.</summary>
    string Topic { get; }
}

/// <summary>What was running when something was proved. Evidence of another build, policy or registry proves nothing about this one.</summary>
internal sealed record Build(string Commit, int PolicyVersion, string PolicyHash, string RegistryHash);

/// <summary>One run of a probe.</summary>
internal sealed record ProbeEvidence(
    string Probe, IReadOnlyList<string> Clauses, bool Passed, Build Build, DateTimeOffset StartedAt, DateTimeOffset FinishedAt,
    IReadOnlyList<string> Instruments, IReadOnlyDictionary<string, int> Counts, IReadOnlyList<string> Failures) : IEvidence
{
    public static string Kind => "probe";
    public string Topic => Probe;
}

/// <summary>Whether a probe noticed that its control was broken on purpose.</summary>
internal sealed record SabotageEvidence(string Probe, string Sabotage, bool Caught, Build Build) : IEvidence
{
    public static string Kind => "sabotage";
    public string Topic => TopicOf(Probe, Sabotage);

    public static string TopicOf(string probe, string sabotage) => $"{probe}/{sabotage}";
}

/// <summary>A dated record by which people attest what no program can see: a drill, a training, a contract. It is kept elsewhere; this is its hash.</summary>
internal sealed record RecordEvidence(string Clause, DateOnly RecordedOn, DateOnly ValidUntil, string Document) : IEvidence
{
    public static string Kind => "record";
    public string Topic => Clause;
}

/// <summary>How far the ledger of consent reached, and its hash there: an end that is cut off, or a ledger that was made anew, does not have it.</summary>
internal sealed record LedgerEvidence(long Sequence, string Head) : IEvidence
{
    public static string Kind => "ledger";
    public string Topic => "consent";
}

/// <summary>The first entry of every log: whose signature its checkpoints carry.</summary>
internal sealed record KeyEvidence(string Key) : IEvidence
{
    public static string Kind => "key";
    public string Topic => Key;
}

/// <summary>Evidence as it is stored: JSON in which every text is an id, a path, a hash or an instant.</summary>
internal static partial class EvidenceJson
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Throws where a text could be something else: a name, an address of mail, a number of a telephone.</summary>
    public static string Write<T>(T evidence) where T : IEvidence
    {
        var node = JsonSerializer.SerializeToNode(evidence, Format)!.AsObject();
        node.Remove("topic");
        foreach (var text in Texts(node))
            if (!IsHarmless(text)) throw new ArgumentException($"Evidence takes ids, counts, instants and hashes only: {typeof(T).Name} has another text.", nameof(evidence));
        return node.ToJsonString(Format);
    }

    /// <summary>Whether a text can be nothing but an id, a path, a hash, an instant or a few of them.</summary>
    public static bool IsHarmless(string text) => Harmless().IsMatch(text);

    public static T Read<T>(EvidenceItem item) where T : IEvidence => JsonSerializer.Deserialize<T>(item.Payload, Format)!;

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject all => all.SelectMany(p => Texts(p.Value).Prepend(p.Key)),
        JsonArray all => all.SelectMany(Texts),
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        _ => [],
    };

    [GeneratedRegex("^(?!.*(?<![0-9A-Za-z])[0-9]{11,}(?![0-9A-Za-z]))[A-Za-z0-9 ._:;/{}()?=&%+,#*~≠-]{0,300}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Harmless();
}
