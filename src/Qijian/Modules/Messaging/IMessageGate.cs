using System.Collections.ObjectModel;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Messaging;

/// <summary>A way to a person. The registry names them in lower case.</summary>
public enum MessageChannel
{
    /// <summary>The inbox on this site.</summary>
    Inbox = 1,

    /// <summary>E-mail.</summary>
    Email,

    /// <summary>A short message.</summary>
    Sms,
}

/// <summary>
/// One message by one channel: a template of the registry and the values for its places. Whom it is for is null only for somebody who
/// has no account yet.
/// </summary>
public sealed record Message(MessageTemplate Template, MessageChannel Channel, Subject? Subject)
{
    /// <summary>The value of each place of the template's text, none missing and none more.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Sent again with the same word, it is not queued again. Made of ids, never of personal data; 64 characters at most.</summary>
    public string? Key { get; init; }

    /// <summary>Without the values: they may be codes.</summary>
    public override string ToString() => $"{Template} {Channel}";
}

/// <summary>A number (+86…) or e-mail address that somebody has just typed. It is neither stored nor shown.</summary>
public sealed class TypedAddress(string value, bool english)
{
    internal string Value { get; } = value;

    internal bool English { get; } = english;

    /// <inheritdoc/>
    public override string ToString() => "•••";
}

/// <summary>Why a message does not go.</summary>
public enum MessageDenial
{
    /// <summary>The registry does not list the channel for the template, or to a typed address goes what could be refused.</summary>
    NotListed = 1,

    /// <summary>Whoever has the address unsubscribed.</summary>
    Suppressed,

    /// <summary>The person is a minor.</summary>
    Minor,

    /// <summary>The guard says no.</summary>
    Guard,

    /// <summary>The person turned the channel off for such messages.</summary>
    Preference,

    /// <summary>Another one went too short a time ago.</summary>
    Cap,

    /// <summary>The channel is not configured.</summary>
    ChannelOff,

    /// <summary>The person has no address there.</summary>
    NoAddress,

    /// <summary>The template has no text.</summary>
    NoText,

    /// <summary>A value holds promotion or a link in a message that cannot be refused.</summary>
    Content,
}

/// <summary>How a message that was handed over came to nothing.</summary>
public enum MessageFault
{
    /// <summary>The address is refused for good.</summary>
    Rejected = 1,

    /// <summary>It was not taken now; a later try may succeed.</summary>
    NotTaken,

    /// <summary>No answer came: it may have gone.</summary>
    Unknown,
}

/// <summary>What became of a message.</summary>
public abstract record MessageResult
{
    private MessageResult() { }

    /// <summary>It is with the carrier, or in the inbox.</summary>
    public sealed record Sent(Guid Reference) : MessageResult;

    /// <summary>It goes when the caller's changes are saved and its turn comes; everything is decided anew then.</summary>
    public sealed record Queued(Guid Reference) : MessageResult;

    /// <summary>It does not go.</summary>
    public sealed record Denied(MessageDenial Reason, Denial? Guard = null) : MessageResult;

    /// <summary>It could not be handed over.</summary>
    public sealed record Failed(MessageFault Fault) : MessageResult;
}

/// <summary>
/// The only way to send anybody a message. Each decision is on record with its reason. A missing or unknown value of a text throws
/// <see cref="ArgumentException"/> with its name: that is a fault of the program.
/// </summary>
public interface IMessageGate
{
    /// <summary>
    /// To a person whose address another module knows. What it records, queues or puts into the inbox is added to the caller's context
    /// and exists once the caller saves it.
    /// </summary>
    Task<MessageResult> SendAsync(Message message, CancellationToken ct);

    /// <summary>
    /// To a number or address that was just typed, or is about to be forgotten, at once and outside of transactions: for codes and
    /// service announcements. It is tried once; the person asks again.
    /// </summary>
    Task<MessageResult> SendNowAsync(Message message, TypedAddress to, CancellationToken ct);
}

/// <summary>Where a person is reached, in which language.</summary>
/// <param name="Value">Sealed as contact.phone or contact.email.</param>
public sealed record MessageAddress(Sealed Value, bool English);

/// <summary>Knows addresses of persons. A module that keeps any registers one.</summary>
public interface IMessageAddresses
{
    /// <summary>The person's address of a channel that needs one; null where this module knows none.</summary>
    ValueTask<MessageAddress?> FindAsync(Subject subject, MessageChannel channel, CancellationToken ct);
}

/// <summary>Knows what else decides about messages to a person. A module that keeps any of it registers one; each can only refuse.</summary>
public interface IMessagePreferences
{
    /// <summary>Whether the person is known to be a minor: they get neither promotion nor surveys.</summary>
    ValueTask<bool> IsMinorAsync(Subject subject, CancellationToken ct);

    /// <summary>Whether the person has turned the channel off for messages of this class. Not asked where they cannot.</summary>
    ValueTask<bool> HasTurnedOffAsync(Subject subject, MessageChannel channel, MessageClass kind, CancellationToken ct);
}
