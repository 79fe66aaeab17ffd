namespace Qijian.Modules.Privacy;

/// <summary>Where a person and a purpose stand.</summary>
internal abstract record Answer
{
    private Answer() { }

    /// <summary>Never asked.</summary>
    public sealed record Unasked : Answer
    {
        public static readonly Unasked Instance = new();
    }

    /// <summary>Told, and no answer given.</summary>
    public sealed record Shown(DateTimeOffset At) : Answer;

    /// <summary>Yes, to these categories under this version of the policy.</summary>
    public sealed record Granted(DateTimeOffset At, string Categories, Basis Basis, int Version) : Answer;

    /// <summary>No, to what was asked for then.</summary>
    public sealed record Refused(DateTimeOffset At, string Categories, Basis Basis, int Version) : Answer;

    /// <summary>Taken back.</summary>
    public sealed record Withdrawn(DateTimeOffset At) : Answer;

    /// <summary>A yes whose time is over.</summary>
    public sealed record Expired(DateTimeOffset At) : Answer;

    /// <summary>A yes to less than is asked for now, or to what has changed since.</summary>
    public sealed record Outgrown(DateTimeOffset At) : Answer;
}

/// <summary>Where a person stands on every purpose at an instant: a fold over the ledger's events about them, and nothing else.</summary>
internal sealed class ConsentState
{
    private readonly Dictionary<(string Purpose, string? Recipient), Track> tracks = [];
    private readonly ConsentTerms terms;

    private ConsentState(ConsentTerms terms) => this.terms = terms;

    /// <summary>Of events in the order of their numbers; those recorded after the instant do not count.</summary>
    public static ConsentState Fold(IEnumerable<ConsentEvent> events, ConsentTerms terms, DateTimeOffset at, Period? validity)
    {
        ConsentState state = new(terms);
        foreach (var e in events)
        {
            if (e.RecordedAt > at) continue;
            if (!state.tracks.TryGetValue((e.Purpose, e.Recipient), out var track)) state.tracks[(e.Purpose, e.Recipient)] = track = new();
            track.Apply(e);
        }

        foreach (var ((purpose, recipient), track) in state.tracks) track.Settle(purpose, recipient, terms, at, validity);
        return state;
    }

    public Answer Of(string purpose, string? recipient = null)
    {
        if (tracks.TryGetValue((purpose, recipient), out var track) && track.Answer is not (Answer.Unasked or Answer.Shown)) return track.Answer;
        // A yes to the purpose that this one took the place of is no yes to this one.
        return terms.Registry.Purposes.TryGetValue(purpose, out var entry) && entry.Supersedes is { } earlier && tracks.TryGetValue((earlier, recipient), out var before) && before.Given is { } given
            ? new Answer.Outgrown(given.At) : track?.Answer ?? Answer.Unasked.Instance;
    }

    /// <summary>Whether a page may ask by itself: an answer ends that until more is asked for, or until the person comes to change it.</summary>
    public bool MayAsk(string purpose, string? recipient = null) => Of(purpose, recipient) switch
    {
        Answer.Granted or Answer.Withdrawn => false,
        Answer.Refused no => terms.Outgrew(purpose, recipient, no.Categories, no.Basis, no.Version),
        _ => true,
    };

    /// <summary>What stands granted.</summary>
    public IEnumerable<(string Purpose, string? Recipient)> Granted => tracks.Where(t => t.Value.Answer is Answer.Granted).Select(t => t.Key);

    /// <summary>The event that the present answer rests on.</summary>
    public ConsentEvent? EvidenceOf(string purpose, string? recipient = null) => tracks.TryGetValue((purpose, recipient), out var track) ? track.Evidence : null;

    /// <summary>Whether a signal about the purpose was recorded since.</summary>
    public bool Signalled(string purpose, DateTimeOffset since) => tracks.TryGetValue((purpose, null), out var track) && track.SignalAt >= since;

    private sealed class Track
    {
        private readonly List<(byte[] Notice, string Categories)> shown = [];

        public Answer Answer { get; private set; } = Answer.Unasked.Instance;
        public ConsentEvent? Evidence { get; private set; }
        public DateTimeOffset? SignalAt { get; private set; }

        /// <summary>The last yes, before it was judged.</summary>
        public Answer.Granted? Given { get; private set; }

        public void Apply(ConsentEvent e)
        {
            switch (e.Kind)
            {
                case ConsentEventKind.NoticeShown:
                    shown.Add((e.NoticeHash, e.Categories));
                    if (Answer is Answer.Unasked) Answer = new Answer.Shown(e.OccurredAt);
                    break;
                case ConsentEventKind.Granted when e.Basis is not Basis.Guardian && WasTold(e):
                case ConsentEventKind.GuardianGranted when WasTold(e):
                    Set(Given = new(e.OccurredAt, e.Categories, e.Basis, e.PolicyVersion), e);
                    break;
                case ConsentEventKind.Refused:
                    Close(new Answer.Refused(e.OccurredAt, e.Categories, e.Basis, e.PolicyVersion), e);
                    break;
                case ConsentEventKind.Withdrawn or ConsentEventKind.GuardianWithdrawn:
                    Close(new Answer.Withdrawn(e.OccurredAt), e);
                    break;
                case ConsentEventKind.Expired when Answer is Answer.Granted:
                    Close(new Answer.Expired(e.OccurredAt), e);
                    break;
                case ConsentEventKind.Invalidated:
                    Close(Answer.Unasked.Instance, e);
                    break;
                case ConsentEventKind.Superseded:
                    shown.Clear(); // what was told before is no longer so
                    if (Answer is Answer.Granted or Answer.Refused or Answer.Shown) Close(Answer is Answer.Shown ? Answer.Unasked.Instance : new Answer.Outgrown(e.OccurredAt), e);
                    break;
                case ConsentEventKind.Signal:
                    SignalAt = e.OccurredAt;
                    break;
            }
        }

        public void Settle(string purpose, string? recipient, ConsentTerms terms, DateTimeOffset at, Period? validity)
        {
            if (Answer is not Answer.Granted yes) return;
            if (validity?.After(yes.At) is { } end && end <= at) Answer = new Answer.Expired(end);
            else if (terms.Outgrew(purpose, recipient, yes.Categories, yes.Basis, yes.Version)) Answer = new Answer.Outgrown(yes.At);
        }

        private void Set(Answer answer, ConsentEvent e) => (Answer, Evidence) = (answer, e);

        private void Close(Answer answer, ConsentEvent e)
        {
            Given = null;
            Set(answer, e);
        }

        // A yes to what nobody was told is none.
        private bool WasTold(ConsentEvent e)
        {
            foreach (var (notice, categories) in shown)
                if (notice.AsSpan().SequenceEqual(e.NoticeHash) && e.Categories.Split(' ').All(c => CategoryList.Contains(categories, c))) return true;
            return false;
        }
    }
}
