using CsCheck;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy.Consent;

public sealed class ConsentStateTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ConsentTerms Terms = SmallRegistry.Terms();
    private static readonly byte[] Told = [1], Other = [2];

    [Fact]
    public void A_yes_below_the_notice_that_was_shown_is_one() =>
        Assert.Equal(new Answer.Granted(At(2), "a.one", Basis.Consent, 1), Fold([Event(1, ConsentEventKind.NoticeShown), Event(2, ConsentEventKind.Granted)]).Of(SmallRegistry.Counting));

    [Fact]
    public void A_yes_without_a_notice_is_none() =>
        Assert.IsType<Answer.Unasked>(Fold([Event(1, ConsentEventKind.Granted), Event(2, ConsentEventKind.NoticeShown, SmallRegistry.Sharing)]).Of(SmallRegistry.Counting));

    [Fact]
    public void A_yes_to_another_text_than_was_shown_is_none() =>
        Assert.IsType<Answer.Shown>(Fold([Event(1, ConsentEventKind.NoticeShown), Event(2, ConsentEventKind.Granted, notice: Other)]).Of(SmallRegistry.Counting));

    [Fact]
    public void A_yes_to_more_than_was_shown_is_none() =>
        Assert.IsType<Answer.Shown>(Fold([Event(1, ConsentEventKind.NoticeShown), Event(2, ConsentEventKind.Granted, categories: "a.one a.two")]).Of(SmallRegistry.Counting));

    [Fact]
    public void A_click_is_no_guardians_consent()
    {
        var terms = SmallRegistry.Terms("basis: consent", "basis: guardian");
        ConsentEvent[] click = [Event(1, ConsentEventKind.NoticeShown, basis: Basis.Guardian), Event(2, ConsentEventKind.Granted, basis: Basis.Guardian)];
        Assert.IsType<Answer.Shown>(Fold(click, terms).Of(SmallRegistry.Counting));
        Assert.IsType<Answer.Granted>(Fold([.. click, Event(3, ConsentEventKind.GuardianGranted, basis: Basis.Guardian)], terms).Of(SmallRegistry.Counting));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void An_answer_ends_the_questions_until_more_is_asked_for(bool yes)
    {
        ConsentEvent[] events = [Event(1, ConsentEventKind.NoticeShown), Event(2, yes ? ConsentEventKind.Granted : ConsentEventKind.Refused)];
        Assert.False(Fold(events).MayAsk(SmallRegistry.Counting));
        Assert.True(Fold(events, SmallRegistry.Terms("reads: {a.one: required}", "reads: {a.one: required, a.two: optional}")).MayAsk(SmallRegistry.Counting));
        Assert.True(Fold(events, SmallRegistry.Terms("basis: consent", "basis: separate_consent")).MayAsk(SmallRegistry.Counting));
        Assert.True(Fold(events, Broadened).MayAsk(SmallRegistry.Counting));
        Assert.True(Fold([.. events, Event(3, ConsentEventKind.Superseded)]).MayAsk(SmallRegistry.Counting));
    }

    [Fact]
    public void Who_took_consent_back_is_not_asked_again() =>
        Assert.False(Fold([Event(1, ConsentEventKind.NoticeShown), Event(2, ConsentEventKind.Granted), Event(3, ConsentEventKind.Withdrawn)], Broadened).MayAsk(SmallRegistry.Counting));

    [Fact]
    public void A_yes_to_a_purpose_is_none_to_the_one_that_takes_its_place()
    {
        var terms = SmallRegistry.Terms("- id: closed\n  zh: 未开放\n  en: Closed\n  basis: contract", "- id: closed\n  zh: 未开放\n  en: Closed\n  supersedes: counting\n  basis: consent");
        var state = Fold([Event(1, ConsentEventKind.NoticeShown), Event(2, ConsentEventKind.Granted)], terms);
        Assert.Equal(new Answer.Outgrown(At(2)), state.Of("closed"));
        Assert.IsType<Answer.Unasked>(Fold([], terms).Of("closed"));
    }

    [Fact]
    public void A_recipient_that_changes_its_purpose_needs_a_new_notice_and_a_new_yes()
    {
        ConsentEvent[] changed = [Event(1, ConsentEventKind.NoticeShown), Event(2, ConsentEventKind.Granted), Event(3, ConsentEventKind.Superseded), Event(4, ConsentEventKind.Granted)];
        Assert.Equal(new Answer.Outgrown(At(3)), Fold(changed).Of(SmallRegistry.Counting));
        Assert.IsType<Answer.Granted>(Fold([.. changed, Event(5, ConsentEventKind.NoticeShown), Event(6, ConsentEventKind.Granted)]).Of(SmallRegistry.Counting));
    }

    [Fact]
    public void A_yes_ends_when_its_time_is_over()
    {
        ConsentEvent[] events = [Event(1, ConsentEventKind.NoticeShown), Event(2, ConsentEventKind.Granted)];
        var (year, end) = (Terms.ValidityOf(SubjectKind.Visitor), At(2).AddYears(1));
        Assert.IsType<Answer.Granted>(ConsentState.Fold(events, Terms, end.AddMilliseconds(-1), year).Of(SmallRegistry.Counting));
        Assert.Equal(new Answer.Expired(end), ConsentState.Fold(events, Terms, end, year).Of(SmallRegistry.Counting));
        Assert.IsType<Answer.Granted>(ConsentState.Fold(events, Terms, end.AddYears(5), Terms.ValidityOf(SubjectKind.Member)).Of(SmallRegistry.Counting));
    }

    [Fact]
    public void A_signal_changes_no_answer()
    {
        ConsentEvent[] events = [Event(1, ConsentEventKind.NoticeShown), Event(2, ConsentEventKind.Granted)];
        Assert.Equal(Fold(events).Of(SmallRegistry.Counting), Fold([.. events, Event(3, ConsentEventKind.Signal)]).Of(SmallRegistry.Counting));
    }

    [Fact]
    public void The_state_as_of_any_instant_is_the_fold_of_what_was_recorded_by_then() => Histories.Sample(events =>
    {
        for (var i = 0; i <= events.Count; i++)
        {
            var (then, prefix) = (Fold(events, at: At(i)), Fold(events.Take(i), at: At(i)));
            foreach (var (purpose, recipient) in Keys)
            {
                Assert.Equal(prefix.Of(purpose, recipient), then.Of(purpose, recipient));
                Assert.Equal(prefix.MayAsk(purpose, recipient), then.MayAsk(purpose, recipient));
            }
        }
    });

    [Fact]
    public void A_withdrawal_always_closes_until_another_yes() => Gen.Select(Histories, Histories, Gen.Int[0, Keys.Length - 1]).Sample((before, after, key) =>
    {
        var (purpose, recipient) = Keys[key];
        List<ConsentEvent> events = [.. before, Event(before.Count + 1, ConsentEventKind.Withdrawn, purpose, recipient)];
        Assert.IsType<Answer.Withdrawn>(Fold(events).Of(purpose, recipient));
        events.AddRange(after.Where(e => e.Kind is not ConsentEventKind.Granted and not ConsentEventKind.GuardianGranted).Select((e, i) => Event(before.Count + 2 + i, e.Kind, e.Purpose, e.Recipient)));
        Assert.IsNotType<Answer.Granted>(Fold(events).Of(purpose, recipient));
    });

    [Fact]
    public void No_yes_outlives_a_widening() => Histories.Sample(events =>
    {
        Assert.All(Widened, terms => Assert.IsNotType<Answer.Granted>(Fold(events, terms).Of(SmallRegistry.Counting)));
    });

    [Fact]
    public void Other_purposes_change_nothing() => Gen.Select(Histories, Histories, Gen.Int[0, 40]).Sample((events, others, at) =>
    {
        var foreign = others.Where(e => e.Purpose != SmallRegistry.Counting).ToList();
        List<ConsentEvent> mixed = [.. events];
        foreach (var e in foreign) mixed.Insert(Math.Min(at, mixed.Count), e);
        mixed = [.. mixed.Select((e, i) => Event(i + 1, e.Kind, e.Purpose, e.Recipient, e.NoticeHash, e.Categories, e.Basis, e.OccurredAt))];
        var alone = events.Select((e, i) => Event(i + 1, e.Kind, e.Purpose, e.Recipient, e.NoticeHash, e.Categories, e.Basis, e.OccurredAt));
        Assert.Equal(Fold(alone).Of(SmallRegistry.Counting), Fold(mixed).Of(SmallRegistry.Counting));
        Assert.Equal(Fold(alone).MayAsk(SmallRegistry.Counting), Fold(mixed).MayAsk(SmallRegistry.Counting));
    });

    private static readonly (string Purpose, string? Recipient)[] Keys = [(SmallRegistry.Counting, null), (SmallRegistry.Sharing, null), (SmallRegistry.Sharing, SmallRegistry.Partner)];

    // Mostly notices and answers to them, so that histories are not all void.
    private static readonly Gen<List<ConsentEvent>> Histories =
        Gen.Select(Gen.Frequency((4, Gen.Const(ConsentEventKind.NoticeShown)), (4, Gen.Const(ConsentEventKind.Granted)), (4, Gen.Enum<ConsentEventKind>())), Gen.Int[0, Keys.Length - 1], Gen.Frequency((4, Gen.Const(Told)), (1, Gen.Const(Other))))
            .List[0, 30].Select(list => list.Select((e, i) => Event(i + 1, e.Item1, Keys[e.Item2].Purpose, Keys[e.Item2].Recipient, e.Item3)).ToList());

    private static readonly ConsentTerms Broadened = new(SmallRegistry.Read(), 2, new Dictionary<string, int>(StringComparer.Ordinal) { [SmallRegistry.Counting] = 2 });

    private static readonly ConsentTerms[] Widened =
    [
        SmallRegistry.Terms("reads: {a.one: required}\n  retention: month\n  withdraw", "reads: {a.one: required, a.two: optional}\n  retention: month\n  withdraw"),
        SmallRegistry.Terms("basis: consent", "basis: separate_consent"), Broadened,
    ];

    private static DateTimeOffset At(int i) => Start.AddHours(i);

    private static ConsentState Fold(IEnumerable<ConsentEvent> events, ConsentTerms? terms = null, DateTimeOffset? at = null) => ConsentState.Fold(events, terms ?? Terms, at ?? At(1000), null);

    private static ConsentEvent Event(int i, ConsentEventKind kind, string purpose = SmallRegistry.Counting, string? recipient = null, byte[]? notice = null, string? categories = null, Basis? basis = null, DateTimeOffset? occurredAt = null) => new()
    {
        Sequence = i, SubjectReference = [], Kind = kind, Purpose = purpose, Recipient = recipient, Categories = categories ?? (purpose == SmallRegistry.Counting || recipient is not null ? "a.one" : "a.one a.two"),
        Basis = basis ?? (purpose == SmallRegistry.Counting ? Basis.Consent : Basis.SeparateConsent), PolicyVersion = 1, Clauses = "S1", NoticeHash = notice ?? Told, CollectionPoint = "/", Method = ConsentMethod.Click,
        Retention = "month", StorageLocation = "CN", Jurisdiction = "CN", WithdrawalMethod = "/", OccurredAt = occurredAt ?? At(i), RecordedAt = At(i), Actor = "subject", PreviousHash = [],
    };
}
