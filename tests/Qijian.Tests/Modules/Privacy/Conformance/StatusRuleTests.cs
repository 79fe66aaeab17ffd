using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy.Conformance;

public sealed class StatusRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly Build Running = new("1+a", 1, "p", "r");

    [Fact]
    public void Every_combination_of_two_probes_has_the_status_of_the_rule()
    {
        // How a probe may be found; the worst of two decides, in this order.
        var found = new (Func<ProbeState> State, ClauseStatus Alone, StatusReason Reason, int Rank)[]
        {
            (() => Probe(passed: false), ClauseStatus.Failing, StatusReason.Failed, 0),
            (() => Probe(passed: false, caught: false), ClauseStatus.Failing, StatusReason.Failed, 0),
            (() => Probe(caught: false), ClauseStatus.Vacuous, StatusReason.SabotageSurvived, 1),
            (() => Probe(never: true, caught: false), ClauseStatus.Vacuous, StatusReason.SabotageSurvived, 1),
            (() => Probe(sabotaged: false), ClauseStatus.Vacuous, StatusReason.NoSabotage, 2),
            (() => new("gone", null, null, null, []), ClauseStatus.Gap, StatusReason.NoProbe, 3),
            (() => Probe(never: true), ClauseStatus.Gap, StatusReason.NeverRun, 4),
            (() => Probe(build: Running with { Commit = "1+b" }), ClauseStatus.Stale, StatusReason.OtherBuild, 5),
            (() => Probe(build: Running with { RegistryHash = "other" }), ClauseStatus.Stale, StatusReason.OtherPolicy, 6),
            (() => Probe(build: Running with { PolicyHash = "other" }), ClauseStatus.Stale, StatusReason.OtherPolicy, 6),
            (() => Probe(build: Running with { PolicyVersion = 2 }), ClauseStatus.Stale, StatusReason.OtherPolicy, 6),
            (() => Probe(at: Now - StatusRule.ValidFor - TimeSpan.FromMilliseconds(1)), ClauseStatus.Stale, StatusReason.TooOld, 7),
            (() => Probe(at: Now - StatusRule.ValidFor), ClauseStatus.Enforced, StatusReason.None, 8),
            (() => Probe(), ClauseStatus.Enforced, StatusReason.None, 8),
            (() => Probe(caught: true), ClauseStatus.Enforced, StatusReason.None, 8),
            (() => Probe(type: ProofClass.B, caught: true), ClauseStatus.Checked, StatusReason.PartOnly, 9),
        };
        foreach (var one in found)
        {
            Assert.Equal((one.Alone, one.Reason), Of([one.State()]));
            foreach (var other in found)
            {
                var worst = one.Rank <= other.Rank ? one : other;
                Assert.Equal((worst.Alone, worst.Reason), Of([one.State(), other.State()]));
            }
        }
    }

    [Theory]
    [InlineData("A", null, "Gap", "NoProbe")]
    [InlineData("B", 30, "Gap", "NoProbe")] // a record is no proof of structure
    [InlineData("C", null, "Gap", "NoRecord")]
    [InlineData("D", null, "Gap", "NoRecord")]
    [InlineData("C", 0, "Attested", "None")]
    [InlineData("A+C", 30, "Attested", "None")]
    [InlineData("D", 1, "Attested", "None")]
    [InlineData("B+C", -1, "Stale", "RecordExpired")]
    public void Without_a_probe_only_a_record_in_date_speaks_for_a_clause_of_people(string type, int? daysLeft, string status, string reason)
    {
        var today = ChinaTime.Day(Now);
        var record = daysLeft is { } days ? new RecordEvidence("S1.1", today.AddDays(-100), today.AddDays(days), "00") : null;
        Assert.Equal((Enum.Parse<ClauseStatus>(status), Enum.Parse<StatusReason>(reason)), StatusRule.Of(new() { Id = "S1.1", Class = type }, [], record, Running, Now));
    }

    [Theory]
    [InlineData("A", "A", false, "Enforced", "None")]
    [InlineData("B", "B", false, "Checked", "None")]
    [InlineData("A+B", "A", false, "Enforced", "PartOnly")]
    [InlineData("A+B", "B", false, "Checked", "PartOnly")]
    [InlineData("A+B", "A+B", false, "Enforced", "None")]
    [InlineData("A+C", "A", false, "Enforced", "PartOnly")]
    [InlineData("A+C", "A", true, "Enforced", "None")]
    [InlineData("C", "B", true, "Checked", "None")]
    public void A_clause_of_which_only_a_part_is_proved_says_so(string type, string probes, bool record, string status, string reason) => Assert.Equal((Enum.Parse<ClauseStatus>(status), Enum.Parse<StatusReason>(reason)),
        StatusRule.Of(new() { Id = "S1.1", Class = type }, [.. probes.Split('+').Select(c => Probe(type: Enum.Parse<ProofClass>(c)))], record ? new("S1.1", ChinaTime.Day(Now), ChinaTime.Day(Now), "00") : null, Running, Now));

    [Fact]
    public void A_retired_clause_is_retired_whatever_its_probes_say() =>
        Assert.Equal((ClauseStatus.Retired, StatusReason.None), StatusRule.Of(new() { Id = "S1.1", Class = "A", Retired = true }, [Probe(passed: false)], null, Running, Now));

    private static (ClauseStatus, StatusReason) Of(IReadOnlyList<ProbeState> probes) => StatusRule.Of(new() { Id = "S1.1", Class = "A" }, probes, null, Running, Now);

    private static ProbeState Probe(bool passed = true, bool? caught = null, bool never = false, bool sabotaged = true, Build? build = null, DateTimeOffset? at = null, ProofClass type = ProofClass.A)
    {
        FakeProbe probe = new("fake", type: type);
        return new("fake", probe, null, never ? null : new("fake", ["S1.1"], passed, build ?? Running, at ?? Now, at ?? Now, [], new Dictionary<string, int>(StringComparer.Ordinal), []), sabotaged ? [new(new("break", "破坏", "break"), caught)] : []);
    }
}

/// <summary>A probe that does what a test tells it.</summary>
internal sealed class FakeProbe(string id, Func<ProbeWorld, Task<ProbeResult>>? run = null, ProofClass type = ProofClass.A, params IReadOnlyList<Sabotage> sabotages) : IClauseProbe
{
    public string Id => id;
    public IReadOnlyList<string> Clauses => ["S1.1"];
    public ProofClass Class => type;
    public IReadOnlyList<Sabotage> Sabotages => sabotages;

    public Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct) => run!(world);
}
