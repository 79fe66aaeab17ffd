using System.Reflection;
using CsCheck;
using Qijian.Modules.Privacy;
using Qijian.Platform.Data;

namespace Qijian.Tests.Modules.Privacy;

/// <summary>The registry that is shipped is clean, and what must not be said in one is refused by file, line and remedy.</summary>
public sealed class RegistryTests
{
    private static readonly HashSet<string> Clauses = [.. PolicyFolder.Shipped.LoadBindings().ById.Keys];

    private const string Category = """
        - id: reminder.text
          zh: 提醒
          en: Reminder
          group: contact
          mask: full
          clauses: [S4.2.1]
        """;

    private const string Rule = """
        - id: reminder
          zh: 提醒
          en: Reminders
          start: made
          ceiling: P30D
        """;

    private const string Good = """
        - id: reminders
          zh: 到期提醒您
          en: Remind you
          basis: consent
          withdraw: /privacy/choices
          clauses: [S4.2.1]
          reads: {reminder.text: required}
          retention: reminder
        """;

    [Fact]
    public void The_shipped_registry_is_clean()
    {
        var registry = ProcessingRegistry.Load(PolicyFolder.Shipped.RegistryFiles, Clauses);
        Assert.True(registry.Purposes.Count > 40 && registry.Categories.Count > 40 && registry.Limits.Count > 10);
    }

    [Theory]
    [InlineData(typeof(Purpose), "purposes")]
    [InlineData(typeof(Category), "categories")]
    [InlineData(typeof(Recipient), "recipients")]
    [InlineData(typeof(Feature), "features")]
    [InlineData(typeof(MessageTemplate), "templates")]
    public void Identifiers_in_code_are_those_of_the_registry(Type type, string kind)
    {
        var (registry, _) = ProcessingRegistry.Read(PolicyFolder.Shipped.RegistryFiles);
        IEnumerable<string> registered = kind switch { "purposes" => registry.Purposes.Keys, "categories" => registry.Categories.Keys, "recipients" => registry.Recipients.Keys, "features" => registry.Features.Keys, _ => registry.Templates.Keys };
        var inCode = type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => f.GetValue(null)!.ToString()!);
        Assert.Equal(registered.Order(StringComparer.Ordinal), inCode.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_small_registry_of_its_own_is_read() => Assert.Empty(ErrorsOf());

    [Theory]
    [InlineData("  basis: consent\n", "  basis: consnet\n", 4)] // a typing error
    [InlineData("  basis: consent\n", "  bases: consent\n", 4)]
    [InlineData("  basis: consent\n", "", 1)]
    [InlineData("  withdraw: /privacy/choices\n", "", 1)]
    [InlineData("reads: {reminder.text: required}", "reads: {}", 1)]
    [InlineData("reads: {reminder.text: required}", "reads: {reminder.txt: required, reminder.text: required}", 1)]
    [InlineData("retention: reminder", "retention: for ever", 1)]
    [InlineData("clauses: [S4.2.1]", "clauses: [S99]", 1)]
    [InlineData("clauses: [S4.2.1]", "clauses: []", 1)]
    [InlineData("到期提醒您", "进行大数据应用的商业探索", 1)]
    [InlineData("到期提醒您", "到期提醒您等", 1)]
    [InlineData("到期提醒您", "向第三方出售", 1)]
    [InlineData("en: Remind you", "en: Commercial exploration", 1)]
    [InlineData("en: Remind you", "en: Sale of data", 1)]
    [InlineData("id: reminders", "id: Reminders!", 1)]
    [InlineData("  basis: consent\n", "  basis: consent\n  sensitive: true\n", 1)] // without an assessment
    [InlineData("  basis: consent\n", "  basis: consent\n  automated_decision: true\n", 1)]
    [InlineData("  basis: consent\n", "  basis: consent\n  recipients: [nobody]\n", 1)]
    public void What_a_purpose_must_not_say_is_refused_with_its_line(string text, string instead, int line)
    {
        Assert.Contains(text, Good + "\n", StringComparison.Ordinal);
        var errors = ErrorsOf(purposes: (Good + "\n").Replace(text, instead, StringComparison.Ordinal));
        Assert.Contains(errors, e => e.File == "policy/registry/purposes.yaml" && e.Line == line && e.Remedy.Length > 0);
    }

    [Theory, InlineData("handler", "CN"), InlineData("processor", "SG")]
    public void A_handler_or_whoever_is_abroad_needs_separate_consent_a_contract_and_an_assessment_and_pays_nothing(string kind, string jurisdiction)
    {
        var handler = $"""
            - id: printer
              zh: 印刷厂
              en: A printer
              kind: {kind}
              contact: 400
              jurisdiction: {jurisdiction}
              hosts: [print.example]
              purposes: [reminders]
              fields: [reminder.text]
              consideration: one yuan an address
            """;
        var errors = ErrorsOf(purposes: Good + "\n  recipients: [printer]\n", recipients: handler).Select(e => e.Problem).ToList();
        Assert.Contains(errors, e => e.Contains("separate consent", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Contains("a sale", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Contains("no contract", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Contains("impact assessment", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("  ceiling: P30D", "")]
    [InlineData("  ceiling: P30D", "  ceiling: P30D\n  floor: P6M\n  law: none")]
    [InlineData("  ceiling: P30D", "  ceiling: P6M\n  floor: P30D")]
    [InlineData("  ceiling: P30D", "  ceiling: thirty days")]
    public void A_rule_has_a_ceiling_above_its_floor_and_a_law_for_the_floor(string text, string instead) =>
        Assert.Contains(ErrorsOf(retention: Rule.Replace(text, instead, StringComparison.Ordinal)), e => e.File == "policy/registry/retention.yaml");

    [Fact]
    public void An_empty_entry_is_named_by_its_line() => Assert.Contains(ErrorsOf(retention: $"{Rule}\n-\n"), e => e.Line == 6 && e.Problem.Contains("empty", StringComparison.Ordinal));

    [Fact]
    public void An_entry_twice_names_both_lines()
    {
        var error = Assert.Single(ErrorsOf(retention: $"{Rule}\n{Rule}"));
        Assert.Contains("1", error.Remedy, StringComparison.Ordinal);
        Assert.Equal(6, error.Line);
    }

    [Fact]
    public void A_wrong_registry_keeps_the_site_from_starting_and_names_the_place()
    {
        var files = PolicyFolder.Shipped.RegistryFiles.Select(f => f.Name == "purposes.yaml" ? f with { Text = f.Text.Replace("basis: legal_duty", "basis: legl_duty", StringComparison.Ordinal) } : f).ToList();
        var line = files.Single(f => f.Name == "purposes.yaml").Text.Split('\n').ToList().FindIndex(l => l.Contains("legl_duty", StringComparison.Ordinal)) + 1;
        Assert.Contains($"policy/registry/purposes.yaml({line}): error", Assert.Throws<ConfigurationException>(() => ProcessingRegistry.Load(files, Clauses)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_however_broken_ends_in_an_exception() => Gen.String.Sample(text =>
    {
        _ = ProcessingRegistry.Read([new("purposes.yaml", text), new("categories.yaml", Category)]);
        _ = ProcessingRegistry.Read([new("purposes.yaml", Good[..(Math.Abs(text.Length * 7) % Good.Length)] + text)]);
    }, iter: 2000);

    [Fact]
    public void A_period_reads_back_as_it_was_written() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 400], Gen.Int[0, 100], Gen.Int[0, 60]).Where((m, d, h, w) => m + d + h + w > 0).Sample((months, days, hours, working) =>
        {
            Period period = new(months, days, TimeSpan.FromHours(hours), working);
            Assert.Equal(period, Period.Parse(period.ToString(), null));
        });

    [Fact]
    public void Working_days_are_monday_to_friday() =>
        Assert.Equal(new DateOnly(2026, 12, 21), ChinaTime.Day(Period.Parse("P15WD", null).After(new(2026, 11, 30, 4, 0, 0, TimeSpan.Zero))));

    private static IReadOnlyList<RegistryError> ErrorsOf(string purposes = Good, string retention = Rule, string recipients = "")
    {
        var (registry, errors) = ProcessingRegistry.Read([new("categories.yaml", Category), new("purposes.yaml", purposes), new("retention.yaml", retention), new("recipients.yaml", recipients)]);
        return errors.Count > 0 ? errors : [.. RegistryLinter.Check(registry, Clauses)];
    }
}
