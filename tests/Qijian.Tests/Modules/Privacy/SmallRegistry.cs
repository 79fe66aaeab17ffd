using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy;

/// <summary>A registry small enough to read: one purpose of each kind, with what the shipped one has no open function for yet.</summary>
internal static class SmallRegistry
{
    public const string Counting = "counting", Sharing = "sharing", Contract = "orders", Partner = "partner", Printer = "printer", Abroad = "abroad";

    private const string Categories = """
        - id: a.one
          zh: 甲
          en: One
          group: contact
          clauses: [S1]
        - id: a.two
          zh: 乙
          en: Two
          group: contact
          clauses: [S1]
        """;

    private const string Retention = """
        - id: month
          zh: 自记录起
          en: from recording
          start: recorded
          ceiling: P1M
          then: delete
        - id: visitor_choice
          zh: 自选择起
          en: from the choice
          start: choice
          ceiling: P1Y
          then: delete
        """;

    private const string Purposes = """
        - id: counting
          zh: 计数
          en: Counting
          basis: consent
          clauses: [S1]
          reads: {a.one: required}
          retention: month
          withdraw: /privacy/choices
        - id: sharing
          zh: 提供给伙伴
          en: Sharing
          basis: separate_consent
          clauses: [S1]
          reads: {a.one: required, a.two: optional}
          retention: month
          recipients: [partner, printer, abroad]
          withdraw: /privacy/choices
          pia: checked
        - id: third_party_promotion
          zh: 第三方推广
          en: Promotion
          basis: separate_consent
          clauses: [S1]
          reads: {a.one: required}
          retention: month
          withdraw: /privacy/choices
        - id: orders
          zh: 订单
          en: Orders
          basis: contract
          clauses: [S1]
          reads: {a.one: required, a.two: optional}
          retention: month
        - id: duty
          zh: 法定
          en: Duty
          basis: legal_duty
          clauses: [S1]
          reads: {a.one: required}
          retention: month
        - id: lapsed
          zh: 评估过期
          en: Lapsed
          basis: contract
          clauses: [S1]
          reads: {a.one: required}
          retention: month
          pia: old
        - id: closed
          zh: 未开放
          en: Closed
          basis: contract
          clauses: [S1]
          reads: {a.one: required}
          retention: month
        """;

    private const string Features = """
        - id: shop
          zh: 商店
          en: Shop
          purposes: [counting, sharing, third_party_promotion, orders, duty, lapsed]
          routes: [/shop]
          open: true
        - id: later
          zh: 以后
          en: Later
          purposes: [closed]
          routes: [/later]
          open: false
        """;

    private const string Recipients = """
        - id: partner
          zh: 伙伴
          en: Partner
          kind: handler
          contact: partner@example.org
          jurisdiction: CN
          hosts: [partner.example.org]
          purposes: [sharing]
          fields: [a.one]
          pia: checked
        - id: printer
          zh: 印刷厂
          en: Printer
          kind: processor
          contact: printer@example.org
          jurisdiction: CN
          hosts: [printer.example.org]
          purposes: [sharing]
          fields: [a.one]
          pia: checked
        - id: abroad
          zh: 境外受托人
          en: Processor abroad
          kind: processor
          contact: abroad@example.org
          jurisdiction: SG
          mechanism: standard_contract
          hosts: [abroad.example.org]
          purposes: [sharing]
          fields: [a.one]
          pia: checked
        """;

    private const string Assessments = """
        - id: checked
          zh: 已评估
          en: Checked
          covers: [sharing, partner, printer, abroad]
          approved_by: officer
          approved_on: 2020-01-01
          valid_until: 2090-01-01
          outcome: ok
        - id: old
          zh: 过期
          en: Old
          covers: [lapsed]
          approved_by: officer
          approved_on: 2020-01-01
          valid_until: 2021-01-01
          outcome: ok
        """;

    /// <summary>The registry, with something in its purposes put another way.</summary>
    public static ProcessingRegistry Read(string from = "", string to = "", string cookies = "[]")
    {
        var purposes = from.Length == 0 ? Purposes : Purposes.Replace(from, to, StringComparison.Ordinal);
        Assert.Equal(from.Length > 0, purposes != Purposes);
        var (registry, errors) = ProcessingRegistry.Read([
            new("categories.yaml", Categories), new("retention.yaml", Retention), new("purposes.yaml", purposes), new("features.yaml", Features),
            new("recipients.yaml", Recipients), new("pia.yaml", Assessments), new("cookies.yaml", cookies), new("templates.yaml", "[]"), new("limits.yaml", "[]"), new("laws.yaml", "[]"),
        ]);
        Assert.Empty(errors);
        return registry;
    }

    public static ConsentTerms Terms(string from = "", string to = "") => new(Read(from, to), 1);
}

/// <summary>References without a vault: a hash of the subject, and a list of those that were asked for.</summary>
internal sealed class PlainVault : IVault
{
    public int Asked { get; private set; }

    public async ValueTask<byte[]?> FindReferenceAsync(Subject subject, CancellationToken ct) => await ReferenceAsync(subject, ct);

    public ValueTask<byte[]> ReferenceAsync(Subject subject, CancellationToken ct)
    {
        Asked++;
        return new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(subject.ToString())));
    }

    public ValueTask<Sealed> SealAsync(Subject subject, Category category, string value, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask<string?> OpenAsync(Capability capability, Category category, Sealed value, CancellationToken ct) => throw new NotSupportedException();

    public byte[] BlindIndex(Purpose purpose, Category category, string value) => throw new NotSupportedException();

    public string Mask(Category category, string value) => throw new NotSupportedException();
}
