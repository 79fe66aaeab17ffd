using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Qijian.Modules.Privacy;

/// <summary>S2.7, S2.8, G11, G22: nothing goes to whom the registry does not know, to whom it may not go, or abroad without a mechanism; every decision is on record for three years at least.</summary>
internal sealed class EgressProbe : IClauseProbe
{
    private static readonly Uri Target = new("https://recipient.example/");

    public string Id => "egress.gate";
    public IReadOnlyList<string> Clauses => ["S2.7", "S2.8", "G11", "G22"];
    public ProofClass Class => ProofClass.A | ProofClass.B;
    public bool Changes => true;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("unknown-refused", "recorded", "field-refused", "abroad-refused", "floor-kept", "ceiling-gone");
        var before = await RowsAsync(world, ct);
        proof.That(await SendAsync(world, new(new("probe_recipient"), Purpose.SiteSecurity, Target), ct) is not EgressResult.Sent, "unknown-refused").Same(before + 1, await RowsAsync(world, ct), "recorded");

        await using (var other = await world.OtherAsync(Recipient("CN"), ct))
            proof.That(await SendAsync(other, Call with { Fields = new Dictionary<Category, string> { [Category.ContactPhone] = "1" } }, ct) is not EgressResult.Sent, "field-refused").Same(1, await RowsAsync(other, ct), "recorded", "field");
        await using (var abroad = await world.OtherAsync(Recipient("SG"), ct))
            proof.That(await SendAsync(abroad, Call, ct) is not EgressResult.Sent, "abroad-refused").Same(1, await RowsAsync(abroad, ct), "recorded", "abroad");

        world.Clock.Advance(TimeSpan.FromDays((3 * 365) - 2));
        await SweepAsync(world, ct);
        proof.That(await RowsAsync(world, ct) > 0, "floor-kept");
        world.Clock.Advance(TimeSpan.FromDays((2 * 365) + 10));
        await SweepAsync(world, ct);
        proof.Same(0, await RowsAsync(world, ct), "ceiling-gone");
        return proof.By("gate").By("sql.count").By("clock").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("open-gate", "闸门一律放行", "The gate lets everything out") { Services = s => s.Replace(ServiceDescriptor.Scoped<IEgressGate, OpenGate>()) },
        new("unrecorded", "决定不留记录", "Decisions are not recorded") { Services = s => s.Replace(ServiceDescriptor.Scoped<IEgressGate, Silent>()) },
        new("short", "对外提供的记录只留一年", "Records of provision are kept one year") { Text = new("registry/retention.yaml", text => text.Replace("floor: P3Y\n  ceiling: P5Y", "floor: null\n  ceiling: P1Y", StringComparison.Ordinal)) },
    ];

    private static EgressCall Call => new(new("probe_recipient"), Purpose.SiteSecurity, Target);

    private static TextChange Recipient(string country) => new("registry/recipients.yaml", text =>
        $"{text.TrimEnd().Replace("[]", "", StringComparison.Ordinal)}\n- id: probe_recipient\n  zh: 探针\n  en: Probe\n  kind: processor\n  contact: privacy@recipient.example\n  jurisdiction: {country}\n  hosts: [recipient.example]\n  purposes: [probe_purpose]\n  fields: [network.address]\n  contract: {{id: probe, until: 2099-12-31}}\n  pia: public_roles\n");

    private static Task<EgressResult> SendAsync(ProbeWorld world, EgressCall call, CancellationToken ct) => world.WithAsync<IEgressGate, EgressResult>(gate => gate.SendAsync(call, ct));

    private static Task<long> RowsAsync(ProbeWorld world, CancellationToken ct) => world.WithAsync<AppDb, long>(db => db.EgressRecords.LongCountAsync(ct));

    private static Task<int> SweepAsync(ProbeWorld world, CancellationToken ct) => world.WithAsync<RetentionSweep, int>(async sweep => (await sweep.RunAsync(dryRun: false, anyway: true, ct)).Count);

    private sealed class OpenGate : IEgressGate
    {
        public Task<EgressResult> SendAsync(EgressCall call, CancellationToken ct) => Task.FromResult<EgressResult>(new EgressResult.Sent(200, ""));
    }

    private sealed class Silent : IEgressGate
    {
        public Task<EgressResult> SendAsync(EgressCall call, CancellationToken ct) => Task.FromResult<EgressResult>(new EgressResult.UnknownRecipient(call.Recipient));
    }
}

/// <summary>S5.1: what the site gives rests on the contract or on the law; to improve it by personal data takes consent.</summary>
internal sealed class BasisProbe : IClauseProbe
{
    public string Id => "registry.basis";
    public IReadOnlyList<string> Clauses => ["S5.1", "S3.3"];
    public ProofClass Class => ProofClass.B;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("given-without-consent", "improved-with-consent");
        var purposes = await world.WithAsync<ProcessingRegistry, IReadOnlyDictionary<string, PurposeEntry>>(r => Task.FromResult<IReadOnlyDictionary<string, PurposeEntry>>(r.Purposes));
        foreach (var id in (Purpose[])[Purpose.CompanyInformation, Purpose.AnsweringQueries]) proof.That(purposes.GetValueOrDefault(id.Id)?.AsksConsent is false, "given-without-consent", id.Id);
        proof.That(purposes.GetValueOrDefault(Purpose.ServiceImprovement.Id)?.Basis is Basis.Consent, "improved-with-consent");
        return proof.By("registry").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("no-consent", "改进服务不再征求同意", "Improving the service no longer asks") { Text = Basis("service_improvement", "basis: consent", "basis: contract") },
        new("consent-wall", "查询企业须先同意", "Looking companies up takes consent") { Text = Basis("answering_queries", "basis: contract", "basis: consent\n  withdraw: /privacy/choices", "\n  withdraw: null") },
    ];

    private static TextChange Basis(string purpose, string text, string instead, string? remove = null) => new("registry/purposes.yaml", all =>
    {
        var at = all.IndexOf($"- id: {purpose}\n", StringComparison.Ordinal);
        var end = all.IndexOf("\n- id: ", at, StringComparison.Ordinal);
        var entry = remove is null ? all[at..end] : all[at..end].Replace(remove, "", StringComparison.Ordinal);
        return all[..at] + entry.Replace(text, instead, StringComparison.Ordinal) + all[end..];
    });
}

/// <summary>S14.1: the laws that the policy rests on are listed, each with a date for its next review that has not passed.</summary>
internal sealed class LawProbe : IClauseProbe
{
    public string Id => "laws.register";
    public IReadOnlyList<string> Clauses => ["S14.1"];
    public ProofClass Class => ProofClass.B | ProofClass.C;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("law-in-date", "law-shown");
        var today = ChinaTime.Day(world.Clock.GetUtcNow());
        var page = (await world.GetAsync("/privacy", ct)).Body;
        foreach (var law in await world.WithAsync<ProcessingRegistry, List<LawEntry>>(r => Task.FromResult(r.Laws.Values.ToList())))
            proof.That(law.NextReview >= today, "law-in-date", law.Id).That(page.Contains(PolicyTables.Encode(law.Zh), StringComparison.Ordinal), "law-shown", law.Id);
        return proof.By("registry").By("http.get").AtLeast(5, "law-in-date").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("overdue", "法律清单逾期未复核", "The register of laws was not reviewed in time") { Text = new("registry/laws.yaml", text => System.Text.RegularExpressions.Regex.Replace(text, "next_review: [0-9-]+", "next_review: 2024-01-01", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1))) },
    ];
}
