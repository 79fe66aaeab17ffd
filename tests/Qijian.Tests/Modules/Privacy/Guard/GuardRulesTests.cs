using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy.Guard;

public sealed class GuardRulesTests
{
    private static readonly DateTimeOffset Now = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Subject Visitor = new(SubjectKind.Visitor, new(1, 2, 3, new byte[8]));
    private static readonly string[] Answers = ["unasked", "shown", "granted", "refused", "withdrawn", "expired", "outgrown"];

    // With every function open and every assessment approved, so that answers decide.
    private static readonly ConsentTerms Open = new(ProcessingRegistry.Read([.. ProcessingRegistry.FilesIn(PolicyFolder.Shipped.Path).Select(f => f with
    {
        Text = f.Text.Replace("open: false", "open: true", StringComparison.Ordinal).Replace("approved_on: null", "approved_on: 2026-12-01", StringComparison.Ordinal).Replace("valid_until: null", "valid_until: 2028-12-01", StringComparison.Ordinal),
    })]).Registry, 1);

    [Fact]
    public void Every_purpose_of_the_registry_and_every_answer_has_one_decision()
    {
        var lines = Open.Registry.Purposes.Values.OrderBy(p => p.Line).Select(p => $"{p.Id} ({p.Basis}): {Line(p)}").ToList();
        Assert.NotEmpty(lines);
        Approved.Matches("guard.txt", lines);
    }

    [Fact]
    public void Only_a_standing_yes_opens_a_purpose_that_asks_and_no_answer_shuts_one_that_does_not() => Assert.All(Open.Registry.Purposes.Values, purpose => Assert.All(Answers, answer =>
    {
        var reason = Decide(purpose, answer);
        if (reason is Denial.NotOpen) Assert.Empty(Open.FeaturesOf(purpose));
        else Assert.Equal(!purpose.AsksConsent || answer is "granted", reason is null);
    }));

    [Fact]
    public void Nothing_of_a_function_that_is_shut_is_allowed_whatever_was_said()
    {
        ConsentTerms shipped = new(ProcessingRegistry.Read(ProcessingRegistry.FilesIn(PolicyFolder.Shipped.Path)).Registry, 1);
        var shut = shipped.Registry.Purposes.Values.Where(p => !shipped.FeaturesOf(p).Any()).ToList();
        Assert.NotEmpty(shut);
        GuardRules rules = new(shipped);
        Assert.All(shut, p => Assert.Equal(new Decision.Denied(Denial.NotOpen), rules.Decide(Of(p, State(p, "granted", shipped)))));
    }

    [Fact]
    public void Without_an_assessment_in_date_nothing_opens_that_needs_one()
    {
        GuardRules rules = new(Open);
        var assessed = Open.Registry.Purposes.Values.Where(p => p.Pia is not null).ToList();
        Assert.NotEmpty(assessed);
        Assert.All(assessed, p => Assert.Equal(new Decision.Denied(Denial.NotAssessed), rules.Decide(Of(p, State(p, "granted")) with { Now = new(2029, 1, 1, 0, 0, 0, TimeSpan.Zero) })));
    }

    [Fact]
    public void A_restriction_leaves_legal_duties_and_emergencies() => Assert.All(Open.Registry.Purposes.Values.Where(p => Open.FeaturesOf(p).Any()), p =>
        Assert.Equal(p.Basis is Basis.LegalDuty or Basis.Emergency, new GuardRules(Open).Decide(Of(p, State(p, "granted")) with { Restricted = true }) is Decision.Allowed));

    private static Denial? Decide(PurposeEntry purpose, string answer) => new GuardRules(Open).Decide(Of(purpose, State(purpose, answer))) is Decision.Denied denied ? denied.Reason : null;

    private static string Line(PurposeEntry purpose)
    {
        var words = Answers.Select(a => Words(Decide(purpose, a))).ToList();
        return words.Distinct(StringComparer.Ordinal).Count() == 1 ? words[0] : string.Join(", ", Answers.Zip(words, (a, w) => $"{a} {w}"));
    }

    private static string Words(Denial? reason) => reason?.ToString() ?? "yes";

    private static Demand Of(PurposeEntry purpose, ConsentState state) => new(Visitor, new(purpose.Id), null, [.. purpose.Reads.Keys.Select(c => new Category(c))], state, Restricted: false, Minor: false, OptsOut: false, Now);

    private static ConsentState State(PurposeEntry purpose, string answer, ConsentTerms? terms = null)
    {
        var yes = purpose.Basis is Basis.Guardian ? ConsentEventKind.GuardianGranted : ConsentEventKind.Granted;
        ConsentEventKind[] kinds = answer switch
        {
            "unasked" => [], "shown" => [ConsentEventKind.NoticeShown], "granted" or "expired" => [ConsentEventKind.NoticeShown, yes], "refused" => [ConsentEventKind.NoticeShown, ConsentEventKind.Refused],
            "withdrawn" => [ConsentEventKind.NoticeShown, yes, ConsentEventKind.Withdrawn], _ => [ConsentEventKind.NoticeShown, yes, ConsentEventKind.Superseded],
        };
        var at = answer is "expired" ? Now.AddYears(-1) : Now.AddDays(-1);
        return ConsentState.Fold(kinds.Select((kind, i) => new ConsentEvent
        {
            Sequence = i + 1, SubjectReference = [], Kind = kind, Purpose = purpose.Id, Categories = CategoryList.Join(purpose.Reads.Keys), Basis = purpose.Basis, PolicyVersion = 1, Clauses = "", NoticeHash = [1],
            CollectionPoint = "/", Method = ConsentMethod.Click, Retention = "", StorageLocation = "CN", Jurisdiction = "CN", WithdrawalMethod = "/", OccurredAt = at, RecordedAt = at, Actor = "subject", PreviousHash = [],
        }), terms ?? Open, Now, (terms ?? Open).ValidityOf(SubjectKind.Visitor));
    }
}
