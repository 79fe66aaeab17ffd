using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Qijian.Engine.Graph;
using Qijian.Modules.Registry;

namespace Qijian.Modules.Graph;

/// <summary>What tells a party from every other: 64 bits, read from the registry's numbers.</summary>
internal static class PartyKey
{
    private const int PersonTag = 0, NamedTag = 1, CompanyTag = 3;
    private const long Shared = 1L << 62;

    public static long Company(int number) => ((long)number << (RelationRow.NumberBits + 2)) | CompanyTag;

    public static long Person(long number) => number << 2;

    /// <summary>A party without a page: each relation has one of its own.</summary>
    public static long Named(long relation) => (relation << 2) | NamedTag;

    /// <summary>What several parties have in common; such keys come after all others.</summary>
    public static long Common(PartyKind kind, ulong hash) => Shared | ((long)(kind - PartyKind.Address) << 60) | (long)(hash >> 4);

    /// <summary>What the parties have in common, or null where the key is of a party.</summary>
    public static PartyKind? CommonOf(long key) => (key & Shared) == 0 ? null : PartyKind.Address + (byte)((key >> 60) & 3);

    public static bool IsPerson(long key) => (key & Shared) == 0 && (key & 3) == PersonTag;

    public static bool IsCompany(long key) => (key & Shared) == 0 && (key & 3) == CompanyTag;

    /// <summary>The number of a person or relation.</summary>
    public static long NumberOf(long key) => key >> 2;

    /// <summary>The company that a key other than a common one is of.</summary>
    public static int CompanyOf(long key) => (int)(key >> (RelationRow.NumberBits + 2));
}

/// <summary>
/// Which id of the graph stands for which party. A company has twice its number. All others are odd: their keys are kept in the graph's file,
/// in order, and those that came since in memory. Beside them stand the things that only one party has yet, so that a second can be joined to it.
/// </summary>
internal sealed class PartyTable
{
    private readonly GraphSnapshot origin;
    private readonly int count;
    private readonly int singles;
    private readonly ConcurrentDictionary<long, int> added = [];
    private readonly ConcurrentDictionary<int, long> keys = [];
    private readonly Dictionary<long, int> singlesSince = [];
    private readonly Dictionary<int, List<long>> singlesOf = [];
    private readonly HashSet<int> changed = [];

    /// <summary>Of a graph that was just opened.</summary>
    public PartyTable(GraphSnapshot origin)
    {
        this.origin = origin;
        (count, singles) = (MemoryMarshal.Read<int>(origin.Attachment), MemoryMarshal.Read<int>(origin.Attachment[4..]));
    }

    public static int CompanyId(int number) => number << 1;

    public static int OtherId(int place) => (place << 1) | 1;

    /// <summary>What is attached to a graph's file: the keys in order, then the things only one party has with that party.</summary>
    public static byte[] Pack(List<long> keys, List<(long Key, int Party)> singles)
    {
        var bytes = new byte[8 + (keys.Count * 8L) + (singles.Count * 12L)];
        MemoryMarshal.Write(bytes, keys.Count);
        MemoryMarshal.Write(bytes.AsSpan(4), singles.Count);
        MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(keys)).CopyTo(bytes.AsSpan(8));
        var at = bytes.AsSpan(8 + (keys.Count * 8));
        for (var i = 0; i < singles.Count; i++)
        {
            MemoryMarshal.Write(at[(i * 8)..], singles[i].Key);
            MemoryMarshal.Write(at[((singles.Count * 8) + (i * 4))..], singles[i].Party);
        }

        return bytes;
    }

    /// <summary>The key of an id.</summary>
    public long KeyOf(int id)
    {
        if ((id & 1) == 0) return PartyKey.Company(id >> 1);
        return id >> 1 < count ? Keys[id >> 1] : keys[id];
    }

    /// <summary>The id of a key that the graph has, or had. O(log parties).</summary>
    public int? Find(long key)
    {
        if (PartyKey.IsCompany(key)) return CompanyId(PartyKey.CompanyOf(key));
        var place = Keys.BinarySearch(key);
        return place >= 0 ? OtherId(place) : added.TryGetValue(key, out var id) ? id : null;
    }

    /// <summary>The id of a key, made where it has none yet. For the one writer.</summary>
    public int Add(long key)
    {
        if (Find(key) is { } known) return known;
        var id = OtherId(count + keys.Count);
        keys[id] = key; // before anybody can be led to it
        return added[key] = id;
    }

    /// <summary>Forgets what a party alone had, since it is read anew. For the one writer.</summary>
    public void Change(int party)
    {
        changed.Add(party);
        if (!singlesOf.Remove(party, out var own)) return;
        foreach (var key in own)
            if (singlesSince.TryGetValue(key, out var owner) && owner == party) singlesSince.Remove(key);
    }

    /// <summary>The one other party that has a thing, or null, where this one is kept as the only one. For the one writer.</summary>
    public int? Pair(long key, int party)
    {
        if (singlesSince.Remove(key, out var other) && other != party) return other;
        var place = SingleKeys.BinarySearch(key);
        if (place >= 0 && MemoryMarshal.Read<int>(origin.Attachment[(8 + (count * 8) + (singles * 8) + (place * 4))..]) is var first && first != party && !changed.Contains(first)) return first;
        singlesSince[key] = party;
        (CollectionsMarshal.GetValueRefOrAddDefault(singlesOf, party, out _) ??= []).Add(key);
        return null;
    }

    private ReadOnlySpan<long> Keys => MemoryMarshal.Cast<byte, long>(origin.Attachment.Slice(8, count * 8));

    private ReadOnlySpan<long> SingleKeys => MemoryMarshal.Cast<byte, long>(origin.Attachment.Slice(8 + (count * 8), singles * 8));
}
