using Qijian.Modules.Privacy;

namespace Qijian.Modules.Messaging;

/// <summary>What was decided about a message at a moment.</summary>
internal abstract record Verdict
{
    private Verdict() { }

    /// <summary>It goes, to this address; the inbox needs none.</summary>
    internal sealed record Go(Capability Capability, MessageAddress? Address) : Verdict;

    /// <summary>Not at this hour.</summary>
    internal sealed record Wait(DateTimeOffset Until) : Verdict;

    internal sealed record No(MessageDenial Reason, Denial? Guard = null) : Verdict
    {
        public string Words => Guard is { } why ? $"{Reason} {why}" : Reason.ToString();
    }
}

/// <summary>
/// Whether a message to a person may go now: suppression, minors, the guard, the person's preference, the hour, the interval, and
/// then whether there is a way. Made when it is asked for, and again when its turn comes.
/// </summary>
internal sealed class DecideMessage(IMessagePolicy policy, IPurposeGuard guard, IVault vault, Suppressions suppressions, Deliveries deliveries, IEnumerable<IMessageAddresses> books, IEnumerable<IMessagePreferences> preferences, Carriers carriers, TimeProvider clock)
{
    public async Task<Verdict> RunAsync(MessageTemplate template, Subject subject, MessageChannel channel, CancellationToken ct)
    {
        var terms = policy.Of(template);
        if (terms.Listed && !terms.Channels.Contains(channel.ToString(), StringComparer.OrdinalIgnoreCase)) return new Verdict.No(MessageDenial.NotListed);
        var address = channel is MessageChannel.Inbox ? null : await FindAsync(subject, channel, ct);

        if (address is not null && Refusable(terms.Class))
        {
            var look = await guard.DemandAsync(subject, Purpose.MessageSuppression, [CategoryOf(channel)], ct);
            if (look is not Decision.Allowed may) return new Verdict.No(MessageDenial.Guard, ((Decision.Denied)look).Reason);
            if (await vault.OpenAsync(may.Capability, CategoryOf(channel), address.Value, ct) is not { } value) return new Verdict.No(MessageDenial.NoAddress);
            if (await suppressions.ContainsAsync(channel, value, ct)) return new Verdict.No(MessageDenial.Suppressed);
        }

        if (Promotes(terms.Class)) foreach (var knows in preferences) if (await knows.IsMinorAsync(subject, ct)) return new Verdict.No(MessageDenial.Minor);

        // The ticket makes the guard read anew what the person said.
        var decision = await guard.DemandAsync(new PurposeTicket(subject, terms.Purpose, channel is MessageChannel.Inbox ? [Category.MessageContent] : [CategoryOf(channel), Category.MessageContent]), ct);
        if (decision is not Decision.Allowed allowed) return new Verdict.No(MessageDenial.Guard, ((Decision.Denied)decision).Reason);

        if (Refusable(terms.Class)) foreach (var knows in preferences) if (await knows.HasTurnedOffAsync(subject, channel, terms.Class, ct)) return new Verdict.No(MessageDenial.Preference);

        var now = clock.GetUtcNow();
        if (Promotes(terms.Class) && channel is not MessageChannel.Inbox && QuietUntil(now) is { } morning) return new Verdict.Wait(morning);
        if (Promotes(terms.Class) && await deliveries.LastPromotionAsync(subject, channel, ct) is { } last && policy.NextCommercial(last) > now) return new Verdict.No(MessageDenial.Cap);

        if (MessageTexts.Find(template, english: false) is null) return new Verdict.No(MessageDenial.NoText);
        if (channel is MessageChannel.Inbox) return new Verdict.Go(allowed.Capability, null);
        if (carriers.Of(channel).Missing is not null) return new Verdict.No(MessageDenial.ChannelOff);
        return address is null ? new Verdict.No(MessageDenial.NoAddress) : new Verdict.Go(allowed.Capability, address);
    }

    public static Category CategoryOf(MessageChannel channel) => channel is MessageChannel.Sms ? Category.ContactPhone : Category.ContactEmail;

    /// <summary>Whether the person may refuse such messages.</summary>
    public static bool Refusable(MessageClass kind) => kind is not (MessageClass.Transactional or MessageClass.ServiceMandatory);

    /// <summary>Promotion and surveys: never to minors, never at night, never twice in a short time.</summary>
    public static bool Promotes(MessageClass kind) => kind is MessageClass.Commercial or MessageClass.Survey;

    /// <summary>The end of the night in China, from nine in the evening to eight in the morning; null by day.</summary>
    public static DateTimeOffset? QuietUntil(DateTimeOffset now)
    {
        var midnight = ChinaTime.Midnight(ChinaTime.Day(now));
        return (now - midnight).TotalHours switch { < 8 => midnight.AddHours(8), >= 21 => midnight.AddHours(32), _ => null };
    }

    private async ValueTask<MessageAddress?> FindAsync(Subject subject, MessageChannel channel, CancellationToken ct)
    {
        foreach (var book in books) if (await book.FindAsync(subject, channel, ct) is { } address) return address;
        return null;
    }
}
