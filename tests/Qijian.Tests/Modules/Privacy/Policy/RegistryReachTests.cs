using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy.Policy;

/// <summary>What counts as reaching further, on a registry made for the question.</summary>
public sealed class RegistryReachTests
{
    private static readonly Dictionary<string, string> Files = new(StringComparer.Ordinal)
    {
        ["purposes.yaml"] = """
            - id: answering
              zh: 答复
              en: Answer
              basis: consent
              clauses: [S1.1]
              reads: {query.text: optional}
              retention: short
              recipients: [printer]
              withdraw: /privacy/choices
            - id: lending
              zh: 出借
              en: Lend
              basis: contract
              clauses: [S1.1]
              reads: {query.text: required}
              retention: short
              recipients: [printer]
            """,
        ["retention.yaml"] = """
            - id: short
              zh: 短
              en: Short
              start: asked
              ceiling: P30D
              then: delete
            """,
        ["features.yaml"] = """
            - id: desk
              purposes: [answering]
              required: [query.text]
              open: true
            - id: attic
              purposes: [lending]
              required: [query.text]
              open: false
            """,
        ["recipients.yaml"] = """
            - id: printer
              kind: processor
              jurisdiction: CN
              fields: [query.text]
              purposes: [answering, lending]
            """,
        ["cookies.yaml"] = """
            - id: __Host-a
              kind: cookie
              purpose: answering
              ttl: P30D
            """,
        ["templates.yaml"] = """
            - id: hello
              class: service_optional
              purpose: answering
              channels: [page]
            """,
    };

    [Theory]
    [InlineData("purposes.yaml", "- id: lending", "- id: borrowing\n  basis: contract\n  reads: {query.text: required}\n  retention: short\n- id: lending", "Purpose borrowing")]
    [InlineData("purposes.yaml", "- id: lending", "- id: borrowing\n  basis: separate_consent\n  reads: {query.text: required}\n  retention: short\n- id: lending", "Purpose borrowing")]
    [InlineData("purposes.yaml", "{query.text: optional}", "{query.text: optional, contact.phone: optional}", "Category contact.phone")]
    [InlineData("purposes.yaml", "{query.text: optional}", "{query.text: required}", "Method query.text")]
    [InlineData("purposes.yaml", "basis: consent", "basis: contract", "Method answering")]
    [InlineData("purposes.yaml", "withdraw: /privacy/choices", "automated_decision: true", "Method answering")]
    [InlineData("purposes.yaml", "withdraw: /privacy/choices", "minors: allow", "Method answering")]
    [InlineData("purposes.yaml", "recipients: [printer]\n  withdraw", "recipients: [printer, post]\n  withdraw", "Recipient post")]
    [InlineData("retention.yaml", "P30D", "P31D", "Period short")]
    [InlineData("retention.yaml", "start: asked", "start: answered", "Period short")]
    [InlineData("retention.yaml", "then: delete", "then: anonymise", "Period short")]
    [InlineData("features.yaml", "open: false", "open: true", "Method attic")]
    [InlineData("features.yaml", "purposes: [answering]", "purposes: [answering, lending]", "Purpose desk")]
    [InlineData("features.yaml", "required: [query.text]\n  open: true", "required: [query.text, contact.phone]\n  open: true", "Category contact.phone")]
    [InlineData("retention.yaml", "P30D", "P1M", "Period short")] // a month may have 31 days
    [InlineData("recipients.yaml", "jurisdiction: CN", "jurisdiction: SG", "Place printer")]
    [InlineData("recipients.yaml", "kind: processor", "kind: handler", "Recipient printer")]
    [InlineData("recipients.yaml", "fields: [query.text]", "fields: [query.text, contact.phone]", "Recipient printer contact.phone")]
    [InlineData("recipients.yaml", "- id: printer", "- id: post\n  kind: processor\n  jurisdiction: SG\n- id: printer", "Place post")]
    [InlineData("cookies.yaml", "ttl: P30D", "ttl: P1Y", "Period __Host-a")]
    [InlineData("cookies.yaml", "- id: __Host-a", "- id: __Host-b\n  kind: cookie\n  purpose: answering\n  ttl: session\n- id: __Host-a", "Method __Host-b")]
    [InlineData("templates.yaml", "[page]", "[page, sms]", "Method hello")]
    [InlineData("templates.yaml", "service_optional", "service_mandatory", "Method hello")]
    public void What_reaches_further_is_found_whatever_its_author_says(string file, string from, string to, string expected) =>
        Assert.Contains(expected, RegistryReach.Between(Registry(), Registry(file, from, to)).Select(w => $"{w.Reach} {w.Id}"));

    [Theory]
    [InlineData("purposes.yaml", "{query.text: required}", "{query.text: optional}")]
    [InlineData("purposes.yaml", "basis: consent", "basis: separate_consent")]
    [InlineData("purposes.yaml", "zh: 答复", "zh: 回答")]
    [InlineData("purposes.yaml", "recipients: [printer]\n  withdraw", "recipients: []\n  withdraw")]
    [InlineData("purposes.yaml", "- id: lending", "- id: renting\n  supersedes: lending")]
    [InlineData("retention.yaml", "P30D", "P29D")]
    [InlineData("cookies.yaml", "ttl: P30D", "ttl: session")]
    [InlineData("templates.yaml", "service_optional", "commercial")]
    public void What_reaches_less_far_or_as_far_is_not(string file, string from, string to) => Assert.Empty(RegistryReach.Between(Registry(), Registry(file, from, to)));

    [Fact]
    public void A_purpose_that_reaches_further_is_named_so_that_answers_to_it_are_asked_anew() =>
        Assert.Equal(["answering", "lending"], RegistryReach.Between(Registry(), Registry("retention.yaml", "P30D", "P60D")).Select(w => w.Purpose));

    private static ProcessingRegistry Registry(string? file = null, string from = "", string to = "")
    {
        var files = Files.Select(f => new RegistryFile(f.Key, f.Key == file ? Replaced(f.Value) : f.Value)).ToList();
        var (registry, errors) = ProcessingRegistry.Read(files);
        Assert.Empty(errors);
        return registry;

        string Replaced(string text)
        {
            var at = text.IndexOf(from, StringComparison.Ordinal);
            Assert.True(at >= 0, $"{file} has no “{from}”");
            return text[..at] + to + text[(at + from.Length)..];
        }
    }
}
