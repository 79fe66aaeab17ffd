using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Qijian.Platform;

namespace Qijian.Modules.Privacy;

/// <summary>
/// A consent receipt in the terms of ISO/IEC TS 27560: the record of one answer, signed, for the person to keep. The signature is over
/// the compact form of the document without its member <c>signature</c>, so it is checked with the public key and nothing else.
/// </summary>
internal sealed class Receipt(ConsentTerms terms, SigningKey key, IOptions<OperatorOptions> controller, SiteState site)
{
    private const string Schema = "ISO/IEC TS 27560:2023", SchemaVersion = "qijian-receipt-1", Signature = "signature", Algorithm = "ECDSA-P256-SHA256";
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new(Compact) { WriteIndented = true };

    public string Of(ConsentEvent e)
    {
        var registry = terms.Registry;
        var recipient = e.Recipient is null ? null : registry.Recipients.GetValueOrDefault(e.Recipient);
        JsonObject receipt = new()
        {
            ["schema"] = Schema, ["schema_version"] = SchemaVersion, ["receipt_id"] = ReceiptId(e), ["language"] = Language.IsEnglish ? "en" : "zh-CN",
            ["record"] = new JsonObject
            {
                ["record_id"] = e.Record.ToString(), ["pii_principal_id"] = Hex(e.SubjectReference), ["ledger_sequence"] = e.Sequence,
                ["ledger_previous_hash"] = Hex(e.PreviousHash), ["ledger_hash"] = Hex(e.Hash),
                ["privacy_notice"] = new JsonObject { ["policy_version"] = e.PolicyVersion, ["clauses"] = List(e.Clauses), ["notice_hash"] = Hex(e.NoticeHash) },
                ["purpose"] = new JsonObject { ["id"] = e.Purpose, ["description"] = registry.Purposes.GetValueOrDefault(e.Purpose)?.Label },
                ["lawful_basis"] = e.Basis.ToString(),
                ["pii_information"] = new JsonArray([.. e.Categories.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(c => (JsonNode)new JsonObject
                {
                    ["pii_type"] = c, ["description"] = registry.Categories.GetValueOrDefault(c)?.Label, ["sensitive"] = registry.Categories.GetValueOrDefault(c)?.Sensitive,
                })]),
                ["collection_method"] = e.Method.ToString(), ["collection_point"] = e.CollectionPoint, ["retention_period"] = new JsonObject
                {
                    ["rule"] = e.Retention, ["ceiling"] = registry.Retention.GetValueOrDefault(e.Retention)?.Ceiling?.ToString(),
                },
                ["storage_location"] = e.StorageLocation, ["jurisdiction"] = e.Jurisdiction, ["withdrawal_method"] = e.WithdrawalMethod,
                ["recipient_third_parties"] = new JsonArray([.. recipient is null ? [] : new JsonNode[] { new JsonObject { ["id"] = recipient.Id, ["name"] = recipient.Label, ["contact"] = recipient.Contact } }]),
                ["event"] = new JsonObject { ["event_type"] = e.Kind.ToString(), ["event_time"] = Time(e.OccurredAt), ["recorded_at"] = Time(e.RecordedAt), ["actor"] = e.Actor },
            },
            ["party_identification"] = new JsonArray(Controller()),
        };
        var signature = key.Sign(SignedBytes(receipt));
        receipt[Signature] = new JsonObject { ["algorithm"] = Algorithm, ["key_id"] = key.Id, ["value"] = Convert.ToBase64String(signature) };
        return receipt.ToJsonString(Indented);
    }

    /// <summary>Whether a file looks like a receipt.</summary>
    public static bool Is(string path)
    {
        try
        {
            return File.Exists(path) && new FileInfo(path).Length < 1 << 20 && JsonNode.Parse(File.ReadAllText(path)) is JsonObject receipt && receipt["schema_version"]?.GetValue<string>() is SchemaVersion;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    /// <summary>Whether the receipt is as the holder of the key signed it; needs neither the site nor its data.</summary>
    public static bool Verify(string json, string publicKeyPem)
    {
        try
        {
            if (JsonNode.Parse(json) is not JsonObject receipt || receipt[Signature] is not JsonObject signature) return false;
            receipt.Remove(Signature);
            return signature["algorithm"]?.GetValue<string>() is Algorithm && signature["value"]?.GetValue<string>() is { } value
                && SigningKey.Verify(publicKeyPem, SignedBytes(receipt), Convert.FromBase64String(value));
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or InvalidOperationException or CryptographicException)
        {
            return false; // not a receipt, not a key
        }
    }

    private static byte[] SignedBytes(JsonObject receipt) => Encoding.UTF8.GetBytes(receipt.ToJsonString(Compact));

    private JsonObject Controller() => site.Demonstration
        ? new() { ["party_role"] = "pii_controller", ["party_name"] = "demonstration" }
        : new()
        {
            ["party_role"] = "pii_controller", ["party_name"] = controller.Value.Name, ["party_address"] = controller.Value.Address,
            ["party_contact"] = controller.Value.Contact, ["protection_officer"] = controller.Value.ProtectionOfficer,
        };

    // The same entry has the same receipt whenever it is asked for.
    private static string ReceiptId(ConsentEvent e) => new Guid(e.Hash.AsSpan(0, 16)).ToString();

    private static JsonArray List(string words) => [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => (JsonNode)w)];

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffK", CultureInfo.InvariantCulture);
}
