using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;

namespace Qijian.Modules.Privacy;

/// <summary>
/// The log as everybody may take it away and check it: JSON Lines, first the public key, then entries and checkpoints in the order
/// of their numbers.
/// </summary>
internal static class EvidenceFile
{
    public const string Schema = "qijian-evidence/1";
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private sealed record Line(string? Schema, string? PublicKey, EvidenceItem? Entry, Checkpoint? Checkpoint);

    public static async Task WriteAsync(AppDb db, SigningKey key, Stream to, CancellationToken ct)
    {
        await WriteAsync(new(Schema, key.PublicKeyPem, null, null));
        await foreach (var item in db.Evidence.AsNoTracking().OrderBy(e => e.Sequence).AsAsyncEnumerable().WithCancellation(ct)) await WriteAsync(new(null, null, item, null));
        await foreach (var checkpoint in db.Checkpoints.AsNoTracking().OrderBy(c => c.Sequence).AsAsyncEnumerable().WithCancellation(ct)) await WriteAsync(new(null, null, null, checkpoint));

        async Task WriteAsync(Line line)
        {
            await JsonSerializer.SerializeAsync(to, line, Format, ct);
            await to.WriteAsync("\n"u8.ToArray(), ct);
        }
    }

    /// <summary>Checks a file by a key, which must be the one that it carries; null where it is no such file.</summary>
    public static async Task<ChainVerdict?> VerifyAsync(string path, string publicKeyPem, CancellationToken ct)
    {
        try
        {
            var first = await Lines(path, ct).FirstOrDefaultAsync(ct);
            if (first is not { Schema: Schema, PublicKey: { } key }) return null;
            if (SigningKey.IdOf(key) is var own && own != SigningKey.IdOf(publicKeyPem)) return new(0, 0, null, 0, own, ChainFault.KeyReplaced, 1);
            return await EvidenceChain.VerifyAsync(Lines(path, ct).Where(l => l.Entry is not null).Select(l => l.Entry!), Lines(path, ct).Where(l => l.Checkpoint is not null).Select(l => l.Checkpoint!), key, ct);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or System.Security.Cryptography.CryptographicException) // no JSON, no key
        {
            return null;
        }
    }

    private static async IAsyncEnumerable<Line> Lines(string path, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var line in File.ReadLinesAsync(path, ct)) yield return JsonSerializer.Deserialize<Line>(line, Format)!;
    }
}
