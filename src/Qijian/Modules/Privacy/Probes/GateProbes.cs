using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qijian.Platform;

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
        Proof proof = new("unknown-refused", "recorded", "field-refused", "abroad-refused", "abroad-asked-apart", "floor-kept", "ceiling-gone");
        var before = await RowsAsync(world, ct);
        proof.That(await SendAsync(world, Call, ct) is EgressResult.UnknownRecipient, "unknown-refused").Same(before + 1, await RowsAsync(world, ct), "recorded");

        await using (var other = await world.OtherAsync(Recipient("CN"), ct))
            proof.That(await SendAsync(other, Call with { Fields = new Dictionary<Category, string> { [Category.ContactPhone] = "1" } }, ct) is EgressResult.FieldNotListed, "field-refused").Same(1, await RowsAsync(other, ct), "recorded", "field");
        // Abroad: not without a separate consent as its basis, not without a mechanism, and not with a yes to the purpose alone.
        proof.That(await world.RefusalAsync(Recipient("SG"), ct) is not null, "abroad-refused", "basis");
        await using (var abroad = await world.OtherAsync(Abroad(""), ct))
            proof.That(await SendAsync(abroad, AbroadCall, ct) is EgressResult.NoMechanism, "abroad-refused").Same(1, await RowsAsync(abroad, ct), "recorded", "abroad");
        await using (var abroad = await world.OtherAsync(Abroad("\n  mechanism: standard_contract"), ct))
        {
            await abroad.PressAsync(abroad.Subject, "/privacy/choices", $"value=\"{Purpose.ServiceImprovement.Id}\"", "agree", ct);
            var call = AbroadCall with { Subject = abroad.Subject.Subject, Fields = new Dictionary<Category, string> { [Category.RequestLog] = "1" } };
            proof.That(await SendAsync(abroad, call, ct) is EgressResult.NotAllowed { Reason: Denial.NoConsent }, "abroad-asked-apart").Same(1, await RowsAsync(abroad, ct), "recorded", "apart");
        }

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
        new("asked-once", "境外接收方不再单独征求同意", "A recipient abroad is not asked about apart") { Services = s => s.Replace(ServiceDescriptor.Scoped<IRecipientGuard, PurposeOnly>()) },
        new("short", "对外提供的记录只留一年", "Records of provision are kept one year") { Text = new("registry/retention.yaml", text => text.Replace("floor: P3Y\n  ceiling: P5Y", "floor: null\n  ceiling: P1Y", StringComparison.Ordinal)) },
    ];

    private static EgressCall AbroadCall => new(new("probe_recipient"), Purpose.ServiceImprovement, Target);

    private static EgressCall Call => new(new("probe_recipient"), Purpose.Maintenance, Target);

    // A recipient that the registry takes: its purpose lists it, and an assessment covers it.
    private static IReadOnlyList<TextChange> Recipient(string country, string purpose = "maintenance", string field = "fault.report") =>
    [
        new("registry/recipients.yaml", text => $"{text.TrimEnd().Replace("[]", "", StringComparison.Ordinal)}\n- id: probe_recipient\n  zh: 探针\n  en: Probe\n  kind: processor\n  contact: privacy@recipient.example\n  jurisdiction: {country}\n  hosts: [recipient.example]\n  purposes: [{purpose}]\n  fields: [{field}]\n  contract: {{id: probe, until: 2099-12-31}}\n  pia: public_roles\n"),
        TextChange.OfEntry("registry/purposes.yaml", purpose, "recipients: []", "recipients: [probe_recipient]"),
        new("registry/pia.yaml", text => text.Replace("covers: [company_information,", "covers: [probe_recipient, company_information,", StringComparison.Ordinal)),
    ];

    private static IEnumerable<TextChange> Abroad(string mechanism) =>
        Recipient($"SG{mechanism}", Purpose.ServiceImprovement.Id, "request.log").Append(TextChange.OfEntry("registry/purposes.yaml", Purpose.ServiceImprovement.Id, "basis: consent", "basis: separate_consent"));

    private static Task<EgressResult> SendAsync(ProbeWorld world, EgressCall call, CancellationToken ct) => world.WithAsync<IEgressGate, EgressResult>(gate => gate.SendAsync(call, ct));

    private static Task<long> RowsAsync(ProbeWorld world, CancellationToken ct) => world.WithAsync<AppDb, long>(db => db.EgressRecords.LongCountAsync(ct));

    private static Task<int> SweepAsync(ProbeWorld world, CancellationToken ct) => world.WithAsync<RetentionSweep, int>(async sweep => (await sweep.RunAsync(dryRun: false, anyway: true, ct)).Count);

    private sealed class PurposeOnly(PurposeGuard guard) : IRecipientGuard
    {
        public ValueTask<Decision> DemandAsync(Subject? subject, Purpose purpose, Recipient? recipient, IReadOnlyList<Category> categories, CancellationToken ct) => guard.DemandAsync(subject, purpose, categories, ct);
    }

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
        new("no-consent", "改进服务不再征求同意", "Improving the service no longer asks") { Text = TextChange.OfEntry("registry/purposes.yaml", "service_improvement", "basis: consent", "basis: contract") },
        new("consent-wall", "查询企业须先同意", "Looking companies up takes consent") { Text = TextChange.OfEntry("registry/purposes.yaml", "company_information", "basis: public_data", "basis: consent\n  withdraw: /privacy/choices", "\n  withdraw: null") },
    ];
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

/// <summary>S10.1: packages and runtime were gone through for newer versions within the time that the registry sets.</summary>
internal sealed class ComponentProbe : IClauseProbe
{
    public string Id => "components.age";
    public IReadOnlyList<string> Clauses => ["S10.1"];
    public ProofClass Class => ProofClass.B;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("gone-through-in-time", "limit-published");
        var reviewed = await world.WithAsync<ComponentReview, ComponentReview>(Task.FromResult);
        var limit = await world.WithAsync<ProcessingRegistry, LimitEntry>(r => Task.FromResult(r.Limits["component_review"]));
        proof.That(world.Clock.GetUtcNow() <= limit.Limit!.Value.After(ChinaTime.Midnight(reviewed.On)), "gone-through-in-time", $"{reviewed.On:O}")
            .That((await world.GetAsync("/privacy", ct)).Body.Contains(PolicyTables.Encode(limit.Zh), StringComparison.Ordinal), "limit-published");
        return proof.By("build").By("registry").By("http.get").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("stale", "组件一年没有核对", "The components were not gone through for a year") { Services = s => s.Replace(ServiceDescriptor.Singleton(ComponentReview.OfProgram with { On = ComponentReview.OfProgram.On.AddYears(-1) })) },
    ];
}

/// <summary>G20: persons with and without an account and those in company data are counted together, a threshold of the law is pointed out before it is reached, and the day on which it was is on record.</summary>
internal sealed class MeterProbe : IClauseProbe
{
    public string Id => "subjects.meter";
    public IReadOnlyList<string> Clauses => ["G20"];
    public ProofClass Class => ProofClass.A;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("all-counted", "near-before", "not-reached-before", "reached-by-import-alone", "dated", "recorded-once");
        var people = await world.WithAsync<AppDb, long>(db => db.Database.SqlQuery<long>($"SELECT COUNT(*) AS \"Value\" FROM registry_people").FirstAsync(ct));
        await using var site = await world.OtherAsync([At("transfer_threshold", people), At("officer_file", people + 1), At("audit_large", people * 2)], ct);
        var first = await CountAsync();
        var seen = site.Clock.GetUtcNow();
        site.Clock.Advance(TimeSpan.FromHours(2));
        var again = await CountAsync();
        proof.Same(people, first.Total, "all-counted");
        var (reached, near, far) = (Of(again, "transfer_threshold"), Of(again, "officer_file"), Of(again, "audit_large"));
        proof.That(near is { Near: true, ReachedAt: null }, "near-before").That(far is { Near: false, ReachedAt: null }, "not-reached-before").That(reached.ReachedAt is not null && first.Classes.GetValueOrDefault(SubjectClass.Member) == 0, "reached-by-import-alone")
            .That(reached.ReachedAt is { } at && (at - seen).Duration() < TimeSpan.FromSeconds(1) && reached.Due > at, "dated")
            .Same(1, await site.WithAsync<AppDb, long>(db => db.Evidence.LongCountAsync(e => e.Kind == ThresholdEvidence.Kind, ct)), "recorded-once");
        return proof.By("sql.count").By("clock").By("log").Result();

        Task<SubjectCounts> CountAsync() => site.WithAsync<ISubjectMeter, SubjectCounts>(m => m.CountAsync(ct));
        static SubjectThreshold Of(SubjectCounts counts, string id) => counts.Thresholds.Single(t => t.Id == id);
        static TextChange At(string limit, long persons) => new("registry/limits.yaml", text => System.Text.RegularExpressions.Regex.Replace(text, $"(?<=- id: {limit}\n  limit: [A-Z0-9]+\n  persons: )[0-9]+", persons.ToString(System.Globalization.CultureInfo.InvariantCulture), System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("members-only", "只数有账号的人", "Only members are counted") { Services = s => s.Remove(s.Last(d => d.ServiceType == typeof(ISubjectCount) && d.ImplementationType?.Name is "PeopleCount")) },
        new("unrecorded", "达到门槛不留记录", "A threshold leaves no record") { Services = s => s.Replace(ServiceDescriptor.Scoped<ISubjectMeter, Forgetful>()) },
    ];

    private sealed class Forgetful(IEnumerable<ISubjectCount> counts) : ISubjectMeter
    {
        public async Task<SubjectCounts> CountAsync(CancellationToken ct)
        {
            Dictionary<SubjectClass, long> classes = [];
            foreach (var count in counts) classes[count.Class] = await count.CountAsync(ct);
            return new(classes, classes.Values.Sum(), [.. ((string[])["transfer_threshold", "officer_file", "audit_large"]).Select(id => new SubjectThreshold(id, id, 1, Near: false, null, null))]);
        }
    }
}

/// <summary>S9.1a: with an endpoint outside the allowed countries, or of which nobody says where it is, the site does not start.</summary>
internal sealed class RegionProbe : IClauseProbe
{
    private static readonly string[] Endpoints = ["Redis:Connection", "Mail:Host", "Sms:Endpoint", "Blob:Endpoint", "Llm:Endpoint", "Cdn:Host"];

    public string Id => "endpoints.region";
    public IReadOnlyList<string> Clauses => ["S9.1a"];
    public ProofClass Class => ProofClass.A;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("abroad-refused", "unknown-refused");
        foreach (var setting in Endpoints)
        {
            proof.That(await RefusedAsync([$"--{setting}={Value(setting)}", "--Regions:Hosts=endpoint.example=US"], setting), "abroad-refused", setting)
                .That(await RefusedAsync([$"--{setting}={Value(setting)}"], setting), "unknown-refused", setting);
        }

        return proof.By("start").Result();

        static string Value(string setting) => setting.EndsWith("Endpoint", StringComparison.Ordinal) ? "https://endpoint.example/" : setting is "Redis:Connection" ? "endpoint.example:6379" : "endpoint.example";

        async Task<bool> RefusedAsync(IReadOnlyList<string> settings, string setting) => (await world.RefusalBySettingsAsync(settings, ct))?.Contains(setting, StringComparison.Ordinal) is true;
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("anywhere", "允许任何国家", "Any country is allowed") { Settings = ["--Regions:Allowed=CN,US"] },
    ];
}

/// <summary>SC.2, SC.3: who runs the site, who answers for it and where to complain stand in one place; a placeholder keeps the site from starting; following elsewhere passes a notice first.</summary>
internal sealed class OperatorProbe : IClauseProbe
{
    public string Id => "operator.contact";
    public IReadOnlyList<string> Clauses => ["SC.2", "SC.3"];
    public ProofClass Class => ProofClass.A;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("named", "authorities", "placeholder-refused", "no-direct-link", "notice-first", "no-open-redirect");
        foreach (var path in (string[])["/privacy/contact", "/en/privacy/contact"])
        {
            var page = (await world.GetAsync(path, ct)).Body;
            foreach (var words in (string[])[ProbeWorld.Operator, ProbeWorld.Officer, ProbeWorld.Contact]) proof.That(page.Contains(words, StringComparison.Ordinal), "named", path);
            foreach (var number in (string[])["12377", "12315"]) proof.That(page.Contains(number, StringComparison.Ordinal), "authorities", path);
            proof.That(!page.Contains(ProbeWorld.WeChat, StringComparison.Ordinal), "no-direct-link", path);
        }

        var leaving = await world.GetAsync("/privacy/leaving?to=wechat", ct);
        proof.That((int)leaving.Status == 200 && leaving.Body.Contains(ProbeWorld.WeChat, StringComparison.Ordinal), "notice-first");
        proof.Same(404, (int)(await world.GetAsync("/privacy/leaving?to=https://elsewhere.example/", ct)).Status, "no-open-redirect");
        foreach (var placeholder in (string[])["TODO", "xxx", "待填"]) proof.That(await world.RefusalBySettingsAsync([$"--Operator:ProtectionOfficer={placeholder}"], ct) is not null, "placeholder-refused");
        return proof.By("http.get").By("start").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("nameless", "联系页不写负责人", "The page of contacts leaves out the officer") { Services = Breaks.Body("/privacy/contact", body => body.Replace(ProbeWorld.Officer, "", StringComparison.Ordinal)) },
        new("straight", "直接链到微信", "Links to WeChat without a notice") { Services = Breaks.Body("/privacy/contact", body => body + ProbeWorld.WeChat) },
        new("no-authority", "不写监管投诉途径", "Leaves out the authorities") { Services = Breaks.Body("/privacy/contact", body => body.Replace("12377", "", StringComparison.Ordinal)) },
    ];
}
