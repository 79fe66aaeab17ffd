using System.Net;

namespace Qijian.Modules.Privacy;

/// <summary>
/// What the gate did. <see cref="Sent"/> left; after <see cref="Unreachable"/>, <see cref="TooSlow"/> and <see cref="AnswerTooLarge"/> it may have;
/// with any other nothing did.
/// </summary>
public abstract record EgressResult
{
    private EgressResult() { }

    /// <summary>In the reader's language.</summary>
    public string Words => this switch
    {
        Sent r => Text.EgressSent.With(r.Status),
        UnknownRecipient r => Text.EgressUnknownRecipient.With(r.Recipient),
        UnknownPurpose r => Text.EgressUnknownPurpose.With(r.Purpose),
        NotForThisPurpose r => Text.EgressNotForThisPurpose.With(r.Recipient, r.Purpose),
        NoContract r => Text.EgressNoContract.With(r.Recipient, r.Until),
        NotAssessed r => Text.EgressNotAssessed.With(r.Recipient),
        FieldNotListed r => Text.EgressFieldNotListed.With(r.Category),
        FieldMissing r => Text.EgressFieldMissing.With(r.Category),
        HostNotListed r => Text.EgressHostNotListed.With(r.Host),
        NotEncrypted r => Text.EgressNotEncrypted.With(r.Scheme),
        NoMechanism r => Text.EgressNoMechanism.With(r.Recipient),
        NoSeparateConsent r => Text.EgressNoSeparateConsent.With(r.Recipient, r.Purpose),
        NotAllowed r => Text.EgressNotAllowed.With(r.Reason),
        NoSender r => Text.EgressNoSender.With(r.Channel),
        TooLarge r => Text.EgressTooLarge.With(r.Limit),
        TooManyRedirects r => Text.EgressTooManyRedirects.With(r.Limit),
        PrivateAddress r => Text.EgressPrivateAddress.With(r.Host, r.Address),
        Unreachable r => Text.EgressUnreachable.With(r.Host),
        TooSlow r => Text.EgressTooSlow.With(r.Limit.TotalSeconds),
        AnswerTooLarge r => Text.EgressAnswerTooLarge.With(r.Limit),
        _ => "",
    };

    /// <summary>The name: neither records nor logs hold what was answered.</summary>
    public sealed override string ToString() => GetType().Name;

    /// <summary>It left, and this was answered.</summary>
    public sealed record Sent(int Status, string Answer) : EgressResult;

    /// <summary>The registry has no such recipient.</summary>
    public sealed record UnknownRecipient(Recipient Recipient) : EgressResult;

    /// <summary>The registry has no such purpose.</summary>
    public sealed record UnknownPurpose(Purpose Purpose) : EgressResult;

    /// <summary>The purpose does not list the recipient, or the recipient not the purpose.</summary>
    public sealed record NotForThisPurpose(Recipient Recipient, Purpose Purpose) : EgressResult;

    /// <summary>The contract is missing or over.</summary>
    public sealed record NoContract(Recipient Recipient, DateOnly? Until) : EgressResult;

    /// <summary>The impact assessment of recipient or purpose is missing or out of date.</summary>
    public sealed record NotAssessed(Recipient Recipient) : EgressResult;

    /// <summary>The recipient's list does not have the field.</summary>
    public sealed record FieldNotListed(Category Category) : EgressResult;

    /// <summary>The template has a place for a field that the call does not give.</summary>
    public sealed record FieldMissing(Category Category) : EgressResult;

    /// <summary>The recipient's list does not have the host, or not with this port.</summary>
    public sealed record HostNotListed(string Host) : EgressResult;

    /// <summary>The address is not one of an encrypted channel.</summary>
    public sealed record NotEncrypted(string Scheme) : EgressResult;

    /// <summary>The recipient is abroad, and no mechanism of PIPL 38 is registered.</summary>
    public sealed record NoMechanism(Recipient Recipient) : EgressResult;

    /// <summary>The recipient decides for itself or is abroad, and the purpose does not rest on separate consent.</summary>
    public sealed record NoSeparateConsent(Recipient Recipient, Purpose Purpose) : EgressResult;

    /// <summary>The guard says no for this person.</summary>
    public sealed record NotAllowed(Denial Reason) : EgressResult;

    /// <summary>No part of the site carries the channel.</summary>
    public sealed record NoSender(EgressChannel Channel) : EgressResult;

    /// <summary>The body is longer than may leave.</summary>
    public sealed record TooLarge(int Limit) : EgressResult;

    /// <summary>The recipient leads on and on.</summary>
    public sealed record TooManyRedirects(int Limit) : EgressResult;

    /// <summary>The host leads to an address inside a network, or to none that is public.</summary>
    public sealed record PrivateAddress(string Host, IPAddress Address) : EgressResult;

    /// <summary>The host could not be reached, or the connection broke.</summary>
    public sealed record Unreachable(string Host) : EgressResult;

    /// <summary>It took too long.</summary>
    public sealed record TooSlow(TimeSpan Limit) : EgressResult;

    /// <summary>The answer was longer than is read.</summary>
    public sealed record AnswerTooLarge(int Limit) : EgressResult;
}
