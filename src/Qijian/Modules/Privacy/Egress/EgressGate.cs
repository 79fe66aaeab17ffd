using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Qijian.Platform;

namespace Qijian.Modules.Privacy;

internal sealed partial class EgressGate(ProcessingRegistry registry, IRecipientGuard guard, IVault vault, IEnumerable<IEgressSender> senders, IEgressNetwork network, Scoped<AppDb> databases, EgressLimits limits, TimeProvider clock) : IEgressGate
{
    /// <summary>The reason of a row whose call has not come back: after a crash it says that the data may have left.</summary>
    public const string Pending = nameof(Pending);

    public async Task<EgressResult> SendAsync(EgressCall call, CancellationToken ct)
    {
        using CancellationTokenSource late = new(limits.Time, clock);
        for (var hop = 0; ; hop++)
        {
            var (result, next) = await HopAsync(call, hop, late.Token, ct);
            if (result is not null) return result;
            call = next!.WithBody ? call with { Target = next.To } : call with { Target = next.To, Body = null, Fields = new Dictionary<Category, string>() };
        }
    }

    // One address: each that a redirect names is decided and recorded like the first.
    private async Task<(EgressResult? Result, EgressAnswer.Redirected? Next)> HopAsync(EgressCall call, int hop, CancellationToken late, CancellationToken ct)
    {
        var body = call.Body is null ? null : Place().Replace(call.Body, place => call.Fields.TryGetValue(new(place.Groups["category"].Value), out var value) ? Escape(place.Groups["member"] is { Success: true } member ? MemberOf(value, member.Value) : value, call.Format) : "");
        var sender = senders.FirstOrDefault(s => s.Channel == call.Channel);
        var refusal = Refusal(registry, call, ChinaTime.Day(clock.GetUtcNow()))
            ?? (sender is null ? new EgressResult.NoSender(call.Channel) : null)
            ?? (body is not null && Encoding.UTF8.GetByteCount(body) > limits.SentBytes ? new EgressResult.TooLarge(limits.SentBytes) : null)
            ?? (hop > limits.Redirects ? new EgressResult.TooManyRedirects(limits.Redirects) : null)
            ?? await AskAsync(call, ct);
        var row = await RecordAsync(call, refusal, ct);
        if (refusal is not null) return (refusal, null);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, late);
        try
        {
            var addresses = await network.ResolveAsync(call.Target.IdnHost, stop.Token);
            if (addresses.FirstOrDefault(a => !PublicAddress.Is(a)) is { } inside) return (await CompleteAsync(row, EgressOutcome.Refused, new EgressResult.PrivateAddress(call.Target.IdnHost, inside)), null);

            switch (await sender!.SendAsync(new(call, body, connect => ConnectAsync(addresses, call.Target.Port, connect)), stop.Token))
            {
                case EgressAnswer.Delivered to:
                    return (await CompleteAsync(row, EgressOutcome.Sent, new EgressResult.Sent(to.Status, to.Text)), null);
                case EgressAnswer.Redirected next:
                    await CompleteAsync(row, EgressOutcome.Sent, null, nameof(EgressAnswer.Redirected));
                    return (null, next);
                default:
                    return (await CompleteAsync(row, EgressOutcome.Failed, new EgressResult.AnswerTooLarge(limits.AnswerBytes)), null);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or SocketException or IOException)
        {
            EgressResult result = late.IsCancellationRequested ? new EgressResult.TooSlow(limits.Time) : new EgressResult.Unreachable(call.Target.IdnHost);
            await CompleteAsync(row, EgressOutcome.Failed, result, ct.IsCancellationRequested ? "Cancelled" : null);
            ct.ThrowIfCancellationRequested();
            return (result, null);
        }
    }

    /// <summary>Why the registry does not let it out; null where it does.</summary>
    internal static EgressResult? Refusal(ProcessingRegistry registry, EgressCall call, DateOnly today)
    {
        if (!registry.Recipients.TryGetValue(call.Recipient.Id ?? "", out var to)) return new EgressResult.UnknownRecipient(call.Recipient);
        if (!registry.Purposes.TryGetValue(call.Purpose.Id ?? "", out var purpose)) return new EgressResult.UnknownPurpose(call.Purpose);
        if (!purpose.Recipients.Contains(to.Id, StringComparer.Ordinal) || !to.Purposes.Contains(purpose.Id, StringComparer.Ordinal)) return new EgressResult.NotForThisPurpose(call.Recipient, call.Purpose);
        if (to.Contract is not { } contract || contract.Until < today) return new EgressResult.NoContract(call.Recipient, to.Contract?.Until);
        if (to.Pia is null || !registry.Assessed(to.Pia, to.Id, today) || !registry.Assessed(purpose.Pia, purpose.Id, today)) return new EgressResult.NotAssessed(call.Recipient);
        foreach (var category in call.Fields.Keys) if (!to.Fields.Contains(category.Id, StringComparer.Ordinal)) return new EgressResult.FieldNotListed(category);
        foreach (var place in Place().EnumerateMatches(call.Body ?? ""))
        {
            Category category = new(call.Body![(place.Index + 2)..(place.Index + place.Length - 2)].Split('/')[0]);
            if (!call.Fields.ContainsKey(category)) return new EgressResult.FieldMissing(category);
        }

        var host = HostOf(call);
        if (!to.Hosts.Contains(call.Target is { IsAbsoluteUri: true, IsDefaultPort: false } ? $"{host}:{call.Target.Port}" : host, StringComparer.OrdinalIgnoreCase)) return new EgressResult.HostNotListed(host);
        if (call.Target.Scheme is var scheme && !(call.Channel is EgressChannel.Smtp ? scheme is "smtp" or "smtps" : scheme is "https")) return new EgressResult.NotEncrypted(scheme);
        if (to.Abroad && string.IsNullOrWhiteSpace(to.Mechanism)) return new EgressResult.NoMechanism(call.Recipient);
        return to.AskedApart && purpose.Basis is not Basis.SeparateConsent ? new EgressResult.NoSeparateConsent(call.Recipient, call.Purpose) : null;
    }

    // What the person said. A call that is about nobody and carries no field needs nobody's word.
    private async ValueTask<EgressResult?> AskAsync(EgressCall call, CancellationToken ct)
    {
        if (call.Subject is null && call.Fields.Count == 0) return null;
        return await guard.DemandAsync(call.Subject, call.Purpose, call.Recipient, [.. call.Fields.Keys], ct) is Decision.Denied no ? new EgressResult.NotAllowed(no.Reason) : null;
    }

    private async Task<Stream> ConnectAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken ct)
    {
        SocketException? last = null;
        foreach (var address in addresses)
        {
            try
            {
                return await network.ConnectAsync(new(address, port), ct);
            }
            catch (SocketException e)
            {
                last = e;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    private async Task<Guid> RecordAsync(EgressCall call, EgressResult? refusal, CancellationToken ct)
    {
        EgressRecord row = new()
        {
            Id = Guid.CreateVersion7(), At = clock.GetUtcNow(), Recipient = call.Recipient.Id ?? "", Purpose = call.Purpose.Id ?? "", Basis = registry.Purposes.GetValueOrDefault(call.Purpose.Id ?? "")?.Basis ?? Basis.Unstated,
            Channel = call.Channel.ToString().ToLowerInvariant(), Host = HostOf(call), Categories = string.Join(' ', call.Fields.Keys.Select(c => c.Id).Order(StringComparer.Ordinal)),
            SubjectReference = call.Subject is { Kind: not SubjectKind.Public } subject ? await vault.ReferenceAsync(subject, ct) : null,
            Outcome = refusal is null ? EgressOutcome.Failed : EgressOutcome.Refused, Reason = refusal?.ToString() ?? Pending,
        };
        await using var lease = databases.Open();
        lease.Service.Add(row);
        await lease.Service.SaveChangesAsync(ct);
        return row.Id;
    }

    private async Task<EgressResult?> CompleteAsync(Guid row, EgressOutcome outcome, EgressResult? result, string? reason = null)
    {
        reason ??= result?.ToString();
        await using var lease = databases.Open();
        await lease.Service.EgressRecords.Where(r => r.Id == row).ExecuteUpdateAsync(set => set.SetProperty(r => r.Outcome, outcome).SetProperty(r => r.Reason, reason), CancellationToken.None);
        return result;
    }

    private static string HostOf(EgressCall call) => call.Target.IsAbsoluteUri ? call.Target.IdnHost : "";

    private static string MemberOf(string json, string name)
    {
        using var value = JsonDocument.Parse(json);
        return value.RootElement.GetProperty(name).GetString() ?? "";
    }

    private static string Escape(string value, BodyFormat format) => format switch
    {
        BodyFormat.Json => JsonEncodedText.Encode(value).ToString(),
        BodyFormat.Form => Uri.EscapeDataString(value),
        _ => value,
    };

    [GeneratedRegex(@"\{\{(?<category>[a-z][a-z0-9_.]*)(/(?<member>[a-z0-9_]+))?\}\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Place();
}
