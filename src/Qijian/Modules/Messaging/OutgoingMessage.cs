using System.Text.Json;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Messaging;

/// <summary>A message that was decided about and goes now, with an address in the clear for as long as that takes.</summary>
internal sealed record OutgoingMessage(Guid Reference, MessageTemplate Template, Purpose Purpose, Subject? Subject, TypedAddress To, MessageText Text, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>The address and the values by category, as the gate takes them.</summary>
    public IReadOnlyDictionary<Category, string> Fields(Category address, string value) =>
        Values.Count == 0 ? new Dictionary<Category, string> { [address] = value } : new Dictionary<Category, string> { [address] = value, [Category.MessageContent] = ValuesOf(Values) };

    /// <summary>The place of a value in a text for the gate.</summary>
    public static string PlaceOf(string name) => $"{{{{{CategoryId.MessageContent}/{name}}}}}";

    public static string ValuesOf(IReadOnlyDictionary<string, string> values) => JsonSerializer.Serialize(values);

    public override string ToString() => $"{Template} {Reference}";
}

/// <summary>What came of handing a message over.</summary>
internal abstract record CarrierResult
{
    private CarrierResult() { }

    /// <summary>It was taken; the carrier's number of it.</summary>
    internal sealed record Accepted(string? Receipt) : CarrierResult;

    /// <summary>It never will be.</summary>
    internal sealed record Rejected(string Reason) : CarrierResult;

    /// <summary>It surely was not taken, and may be later.</summary>
    internal sealed record Later(string Reason) : CarrierResult;

    /// <summary>Nobody answered: it may have been taken.</summary>
    internal sealed record Unknown(string Reason) : CarrierResult;

    /// <summary>What the gate's answer means, where it is not the recipient's.</summary>
    public static CarrierResult Of(EgressResult result) => result switch
    {
        EgressResult.Unreachable or EgressResult.TooSlow or EgressResult.AnswerTooLarge => new Unknown(result.ToString()),
        EgressResult.NotAllowed no => new Rejected($"{nameof(EgressResult.NotAllowed)} {no.Reason}"),
        _ => new Later(result.ToString()), // a list or a contract that the operator can mend
    };
}

/// <summary>Carries the messages of one channel to the outside.</summary>
internal interface IMessageCarrier
{
    MessageChannel Channel { get; }

    /// <summary>The setting that is missing; null where the channel is on.</summary>
    string? Missing { get; }

    /// <summary>Whether the carrier or the reader recognises a message that comes twice, so that handing over again does no harm.</summary>
    bool KnowsRepeats { get; }

    Task<CarrierResult> SendAsync(OutgoingMessage message, CancellationToken ct);
}

/// <summary>The carrier of each channel: in a demonstration all messages end in the outbox.</summary>
internal sealed class Carriers(IEnumerable<IMessageCarrier> carriers, Outbox outbox, Platform.SiteState state)
{
    public IMessageCarrier Of(MessageChannel channel) => state.Demonstration ? outbox.Carrier(channel) : carriers.First(c => c.Channel == channel);
}
