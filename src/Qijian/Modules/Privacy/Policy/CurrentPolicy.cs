using System.Collections.Frozen;

namespace Qijian.Modules.Privacy;

/// <summary>A published version that does not hold yet.</summary>
internal sealed record ComingPolicy(int Number, ChangeClass Change, DateTimeOffset EffectiveFrom);

/// <summary>
/// Which version of the policy holds now, for whoever has to say so on every answer and every record. Kept in memory: reading it
/// costs nothing. Renewed at start, when a version is published or takes effect, and every minute, since another process may do that.
/// </summary>
internal sealed class CurrentPolicy(ProcessingRegistry shipped)
{
    private readonly byte[] promised = Convert.FromHexString(ProcessingRegistry.HashOf(PolicyFiles.Promised(shipped.Files)));
    private volatile State state = new(0, "", [], FrozenDictionary<string, int>.Empty, null);

    /// <summary>0 before the first start.</summary>
    public int Number => state.Number;

    /// <summary>In hexadecimal digits.</summary>
    public string Hash => state.Hash;

    /// <summary>Those that are published and do not hold yet, in their order; mostly none. One that was refused stays here until a later one holds.</summary>
    public IReadOnlyList<ComingPolicy> Coming => state.Coming;

    /// <summary>The one to speak of: the next whose day is still to come, else the first.</summary>
    public ComingPolicy? NextAt(DateTimeOffset now) => Coming.FirstOrDefault(c => c.EffectiveFrom > now) ?? (Coming is [var first, ..] ? first : null);

    /// <summary>The version in which a purpose last came to reach further; an answer given before does not hold for it.</summary>
    public FrozenDictionary<string, int> Broadened => state.Broadened;

    /// <summary>
    /// The registry of the version that holds, where the program brings another one: what that allows beyond this stays closed until
    /// its version holds too. Null where they are the same.
    /// </summary>
    public ProcessingRegistry? Held => state.Held;

    public async Task RefreshAsync(PolicyVersions versions, CancellationToken ct)
    {
        var rows = await versions.ListAsync(ct);
        if (rows.LastOrDefault(v => v.ActivatedAt is not null) is not { } now) return;
        IReadOnlyList<ComingPolicy> coming = [.. rows.Where(v => v.Number > now.Number).Select(next => new ComingPolicy(next.Number, next.Change, next.EffectiveFrom))];
        var known = now.Number == state.Number ? state : null;
        var held = known is not null ? known.Held : promised.AsSpan().SequenceEqual(now.RegistryHash) ? null : (await versions.FindAsync(now.Number, ct))?.Registry;
        state = new(now.Number, Convert.ToHexStringLower(now.Hash), coming, known is not null ? known.Broadened : await BroadenedAsync(rows, versions, ct), held);
    }

    private static async Task<FrozenDictionary<string, int>> BroadenedAsync(List<PolicyVersion> rows, PolicyVersions versions, CancellationToken ct)
    {
        Dictionary<string, int> broadened = new(StringComparer.Ordinal);
        PublishedPolicy? before = null;
        foreach (var row in rows.Where(v => v.ActivatedAt is not null))
        {
            if (await versions.FindAsync(row.Number, ct) is not { } after) continue;
            if (before is not null) foreach (var purpose in RegistryReach.Between(before.Registry, after.Registry).Select(w => w.Purpose).OfType<string>()) broadened[purpose] = row.Number;
            before = after;
        }

        return broadened.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private sealed record State(int Number, string Hash, IReadOnlyList<ComingPolicy> Coming, FrozenDictionary<string, int> Broadened, ProcessingRegistry? Held);
}
