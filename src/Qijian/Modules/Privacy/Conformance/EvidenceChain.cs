using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Qijian.Modules.Privacy;

/// <summary>What was done to a log.</summary>
internal enum ChainFault
{
    /// <summary>An entry or a signed head is not what was written.</summary>
    Changed,

    /// <summary>An entry was taken out.</summary>
    Missing,

    /// <summary>An entry stands in another's place.</summary>
    Reordered,

    /// <summary>The log ends before a head that was signed.</summary>
    Truncated,

    /// <summary>The log, a checkpoint and the key at hand are not of one key.</summary>
    KeyReplaced,
}

/// <summary>How a log was found: how far it reaches, its head, and the first break with the number of its entry.</summary>
internal sealed record ChainVerdict(long Entries, int Checkpoints, string? Head, long Signed, string Key, ChainFault? Fault, long? Entry)
{
    public bool Valid => Fault is null;
}

/// <summary>The arithmetic of the log, the same for a database and for a file that was downloaded. Each hash covers its entry's number and the hash before it.</summary>
internal static class EvidenceChain
{
    private static readonly byte[] Start = new byte[SHA256.HashSizeInBytes];

    public static EvidenceItem Next(EvidenceItem? last, DateTimeOffset at, string kind, string topic, string payload)
    {
        at = DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds()); // as it is stored
        var (sequence, previous) = ((last?.Sequence ?? 0) + 1, last?.Hash ?? Start);
        return new() { Sequence = sequence, At = at, Kind = kind, Topic = topic, Payload = payload, PreviousHash = previous, Hash = Hash(sequence, at, kind, topic, payload, previous) };
    }

    /// <summary>What a checkpoint signs.</summary>
    public static byte[] Statement(long sequence, ReadOnlySpan<byte> head, DateTimeOffset at, string key) => Encoding.UTF8.GetBytes($"qijian evidence\n{sequence}\n{Convert.ToHexStringLower(head)}\n{at.ToUnixTimeMilliseconds()}\n{key}\n");

    /// <summary>Goes through entries and checkpoints, each in order of its number. O(n), and once more where it finds a break.</summary>
    public static async Task<ChainVerdict> VerifyAsync(IAsyncEnumerable<EvidenceItem> items, IAsyncEnumerable<Checkpoint> checkpoints, string publicKeyPem, CancellationToken ct)
    {
        var key = SigningKey.IdOf(publicKeyPem);
        Dictionary<long, Checkpoint> signed = await checkpoints.ToDictionaryAsync(c => c.Sequence, cancellationToken: ct);
        EvidenceItem? last = null, odd = null;
        ChainVerdict Broken(ChainFault fault, long at) => new(last?.Sequence ?? 0, signed.Count, null, 0, key, fault, at);

        await foreach (var item in items.WithCancellation(ct))
        {
            var expected = (last?.Sequence ?? 0) + 1;
            if (item.Sequence != expected) return Broken(ChainFault.Missing, expected);
            if (!IsWhole(item) || !item.PreviousHash.AsSpan().SequenceEqual(last?.Hash ?? Start))
            {
                odd = item;
                break; // what befell it takes another reading, which a connection does not give beside this one
            }

            if (expected == 1 && (item.Kind != KeyEvidence.Kind || item.Topic != key)) return Broken(ChainFault.KeyReplaced, 1);
            if (signed.TryGetValue(item.Sequence, out var checkpoint))
            {
                if (checkpoint.Key != key) return Broken(ChainFault.KeyReplaced, item.Sequence);
                if (!checkpoint.Head.AsSpan().SequenceEqual(item.Hash) || !SigningKey.Verify(publicKeyPem, Statement(checkpoint.Sequence, checkpoint.Head, checkpoint.At, key), checkpoint.Signature)) return Broken(ChainFault.Changed, item.Sequence);
            }

            last = item;
        }

        if (odd is not null)
        {
            return IsWhole(odd)
                ? Broken(await items.AnyAsync(i => i.Hash.AsSpan().SequenceEqual(odd.PreviousHash), ct) ? ChainFault.Reordered : ChainFault.Changed, Math.Max(1, odd.Sequence - 1))
                : Broken(await WhatBefellAsync(items, odd, ct), odd.Sequence);
        }

        var end = signed.Keys.DefaultIfEmpty().Max();
        if (end > (last?.Sequence ?? 0)) return Broken(ChainFault.Truncated, (last?.Sequence ?? 0) + 1);
        return new(last?.Sequence ?? 0, signed.Count, last is null ? null : Convert.ToHexStringLower(last.Hash), end, key, null, null);
    }

    private static bool IsWhole(EvidenceItem item, long? sequence = null) => item.Hash.AsSpan().SequenceEqual(Hash(sequence ?? item.Sequence, item.At, item.Kind, item.Topic, item.Payload, item.PreviousHash));

    // The entry of this number may stand elsewhere, or this one's own place may be another.
    private static async Task<ChainFault> WhatBefellAsync(IAsyncEnumerable<EvidenceItem> items, EvidenceItem item, CancellationToken ct) =>
        await items.AnyAsync(i => IsWhole(i, item.Sequence), ct) ? ChainFault.Reordered
        : await items.AnyAsync(i => IsWhole(item, i.Sequence), ct) || IsWhole(item, item.Sequence + 1) ? ChainFault.Missing : ChainFault.Changed;

    private static byte[] Hash(long sequence, DateTimeOffset at, string kind, string topic, string payload, ReadOnlySpan<byte> previous)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[8];
        hash.AppendData(previous);
        Number(number, sequence);
        Number(number, at.ToUnixTimeMilliseconds());
        foreach (var text in (ReadOnlySpan<string>)[kind, topic, payload])
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Number(number, bytes.Length); // so that no two ways to divide the same bytes are alike
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();

        void Number(Span<byte> buffer, long value)
        {
            BinaryPrimitives.WriteInt64BigEndian(buffer, value);
            hash.AppendData(buffer);
        }
    }
}
