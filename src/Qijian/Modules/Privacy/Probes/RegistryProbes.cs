namespace Qijian.Modules.Privacy;

/// <summary>S3.4: with a purpose that says no end, names no category, no basis or no time, the site does not start.</summary>
internal sealed class OpenEndedPurposeProbe : IClauseProbe
{
    public string Id => "registry.purpose";
    public IReadOnlyList<string> Clauses => ["S3.4"];
    public ProofClass Class => ProofClass.B;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("refused");
        foreach (var (what, words, entry) in ((string, string, string)[])
        [
            ("open-ended", "is open-ended", Refused.Purpose("probe_purpose", zh: "进行大数据应用的商业探索")),
            ("no-category", "reads no category", Refused.Purpose("probe_purpose", reads: "{}")),
            ("no-basis", "has no basis", Refused.Purpose("probe_purpose", basis: "unstated")),
            ("no-retention", "“for_ever”", Refused.Purpose("probe_purpose", retention: "for_ever")),
        ]) proof.That(await Refused.ByAsync(world, "purposes.yaml", entry, "probe_purpose", words, ct), "refused", what);
        return proof.By("start").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages => [Refused.Unless("lenient", "不再检查目的", "Purposes are no longer checked", e => e.File.EndsWith("purposes.yaml", StringComparison.Ordinal))];
}

/// <summary>S2.5: a sale cannot be registered, neither as a purpose nor as somebody who gives something for the data.</summary>
internal sealed class SaleProbe : IClauseProbe
{
    public string Id => "registry.sale";
    public IReadOnlyList<string> Clauses => ["S2.5"];
    public ProofClass Class => ProofClass.B;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct) => new Proof("refused").By("start")
        .That(await Refused.ByAsync(world, "purposes.yaml", Refused.Purpose("probe_sale"), "probe_sale", "is a sale", ct), "refused", "purpose-id")
        .That(await Refused.ByAsync(world, "purposes.yaml", Refused.Purpose("probe_purpose", zh: "向他人出售联系方式"), "probe_purpose", "is a sale", ct), "refused", "purpose-words")
        .That(await Refused.ByAsync(world, "recipients.yaml", Refused.Recipient("probe_buyer", "consideration: money"), "probe_buyer", "gives something", ct), "refused", "consideration").Result();

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        Refused.Unless("sale-allowed", "允许登记以出售为目的", "A sale may be registered as a purpose", e => e.Problem.Contains("is a sale", StringComparison.Ordinal)),
        Refused.Unless("buyer-allowed", "允许登记支付对价的接收方", "A recipient who pays may be registered", e => e.File.EndsWith("recipients.yaml", StringComparison.Ordinal)),
    ];
}

/// <summary>S5.4, G10: what the law wants assessed first cannot be registered without an assessment that covers it.</summary>
internal sealed class AssessmentProbe : IClauseProbe
{
    public string Id => "registry.assessment";
    public IReadOnlyList<string> Clauses => ["S5.4", "G10"];
    public ProofClass Class => ProofClass.B;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("refused");
        foreach (var (what, file, id, words, entry) in ((string, string, string, string, string)[])
        [
            ("sensitive", "purposes.yaml", "probe_purpose", "needs an impact assessment", Refused.Purpose("probe_purpose", more: "sensitive: true")),
            ("automated-decision", "purposes.yaml", "probe_purpose", "needs an impact assessment", Refused.Purpose("probe_purpose", more: "automated_decision: true")),
            ("recipient", "recipients.yaml", "probe_recipient", "needs an impact assessment", Refused.Recipient("probe_recipient", "pia: null")),
            ("feature", "features.yaml", "probe_feature", "none_such", "\n- id: probe_feature\n  zh: 探针\n  en: probe\n  purposes: [site_security]\n  required: []\n  optional: []\n  routes: [/probe]\n  open: true\n  pia: none_such\n"),
        ]) proof.That(await Refused.ByAsync(world, file, entry, id, words, ct), "refused", what);
        return proof.By("start").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        Refused.Unless("no-assessment", "敏感目的无须评估", "Sensitive purposes need no assessment", e => e.Problem.Contains("impact assessment", StringComparison.Ordinal)),
        Refused.Unless("any-assessment", "功能可以引用不存在的评估", "A feature may name an assessment that is none", e => e.File.EndsWith("features.yaml", StringComparison.Ordinal)),
    ];
}

/// <summary>Entries that a registry must not take, and registries that take them.</summary>
internal static class Refused
{
    /// <summary>A purpose that is right but for what is given.</summary>
    public static string Purpose(string id, string zh = "检查登记", string basis = "contract", string reads = "{network.address: required}", string retention = "security_log", string more = "sensitive: false") =>
        $"\n- id: {id}\n  zh: {zh}\n  en: Check the registry\n  basis: {basis}\n  clauses: [S3.4]\n  reads: {reads}\n  retention: {retention}\n  {more}\n";

    public static string Recipient(string id, string more) =>
        $"\n- id: {id}\n  zh: 探针\n  en: Probe\n  kind: processor\n  contact: privacy@recipient.example\n  jurisdiction: CN\n  hosts: [recipient.example]\n  purposes: [site_security]\n  fields: [network.address]\n  contract: {{id: probe, until: 2099-12-31}}\n  {more}\n";

    /// <summary>Whether the site does not start with the entry, and says because of which and why.</summary>
    public static async Task<bool> ByAsync(ProbeWorld world, string file, string entry, string id, string words, CancellationToken ct) =>
        await world.RefusalAsync([new($"registry/{file}", text => text.TrimEnd() is var all && all.EndsWith("[]", StringComparison.Ordinal) ? all[..^2] + entry : all + "\n" + entry)], ct) is { } errors && errors.Split('\n').Any(l => l.Contains($"registry/{file}(", StringComparison.Ordinal) && l.Contains($"“{id}”", StringComparison.Ordinal) && l.Contains(words, StringComparison.Ordinal));

    /// <summary>A check of the registry that lets some errors pass.</summary>
    public static Sabotage Unless(string id, string zh, string en, Func<RegistryError, bool> pass) => new(id, zh, en)
    {
        Services = services => services.AddSingleton<RegistryCheck>(_ => (registry, clauses) => RegistryLinter.Check(registry, clauses).Where(e => !pass(e))),
    };
}
