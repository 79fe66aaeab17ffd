using System.Collections.Concurrent;

namespace Qijian.Modules.Messaging;

/// <summary>
/// Where the messages of a demonstration end, newest first: in memory, a hundred of them. Nothing of it exists in a site that is in
/// operation.
/// </summary>
internal sealed class Outbox(TimeProvider clock)
{
    private const int Most = 100;
    private readonly ConcurrentQueue<OutboxMessage> messages = new();

    public IReadOnlyList<OutboxMessage> Messages => [.. messages.Reverse()];

    public IMessageCarrier Carrier(MessageChannel channel) => new Shelf(this, channel);

    private void Add(OutboxMessage message)
    {
        messages.Enqueue(message);
        while (messages.Count > Most) messages.TryDequeue(out _);
    }

    private sealed class Shelf(Outbox outbox, MessageChannel channel) : IMessageCarrier
    {
        public MessageChannel Channel => channel;
        public string? Missing => null;
        public bool KnowsRepeats => true;

        public Task<CarrierResult> SendAsync(OutgoingMessage message, CancellationToken ct)
        {
            outbox.Add(new(outbox.clock.GetUtcNow(), channel, message.To.Value, message.Text.With(message.Values), message.Template.Id));
            return Task.FromResult<CarrierResult>(new CarrierResult.Accepted(null));
        }
    }

    private readonly TimeProvider clock = clock;
}

/// <summary>A message that would have gone out.</summary>
internal sealed record OutboxMessage(DateTimeOffset At, MessageChannel Channel, string To, MessageText Text, string Template);
