using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Qijian.Modules.Privacy;

/// <summary>What is published has none of the defects of the policy that it replaced, says all that the law wants said, and says it once.</summary>
internal sealed class PolicyTextProbe : IClauseProbe
{
    // Short passages of our own, each with one defect: the linter that finds none in the policy finds these.
    private static readonly (string Defect, string Passage)[] Defective =
    [
        ("D1", "您访问本站即视为同意本政策。"), ("D2", "修订后您继续使用本站，视为接受修订后的政策。"), ("D7", "我们按照行业惯常情况收集您的信息。"),
        ("D10", "停止使用后，您须自行清理服务器上的资料，由此造成的损失由您自行承担。"), ("D11", "因黑客攻击造成的信息泄露，您同意本站不承担任何责任。"),
        ("D13", "您同意授权我们以自身名义代您追究侵权者的法律责任。"), ("D18", "您浏览本站即表示同意受某地法院管辖。"),
    ];

    public string Id => "policy.text";
    public IReadOnlyList<string> Clauses => ["S4.1.0", "S4.1.1d", "S4.4.3", "S4.4.4d", "S8.2h", "S9.2.1", "S10.0b", "S10.3", "S12.1", "S14.2"];
    public ProofClass Class => ProofClass.A | ProofClass.B;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("text-found", "no-defect", "complete", "no-norm-twice", "linter-sees");
        foreach (var (defect, passage) in Defective) proof.That(PolicyLinter.Check(passage).Any(d => d.Id == defect), "linter-sees", defect);
        foreach (var path in Published.Texts)
        {
            var text = await world.GetAsync(path, ct);
            proof.That((int)text.Status == 200 && text.Body.Length > 5000, "text-found", path);
            var defects = PolicyLinter.Check(text.Body).Select(d => d.Id).Where(d => d is not "D19").Distinct(StringComparer.Ordinal).ToList(); // D19: the operator stands where the text is shown
            proof.That(defects.Count == 0, "no-defect", $"{path} {string.Join(' ', defects)}".TrimEnd());
            var document = PolicyDocument.Parse(text.Body);
            proof.That(PolicyCompleteness.Missing(document).Count == 0, "complete", path).That(!PolicyCompleteness.DuplicateNorms(text.Body).Any(), "no-norm-twice", path);
        }

        return proof.By("http.get").By("lint").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        .. Defective.Select(d => new Sabotage($"defect-{d.Defect.ToLowerInvariant()}", $"政策写入缺陷 {d.Defect}", $"The policy gets defect {d.Defect}") { Services = Breaks.Body(Published.Path, body => $"{body}\n\n{d.Passage}\n") }),
        new("twice", "一段写了两遍", "A paragraph stands twice") { Services = Breaks.Body(Published.Path, body => body + "\n\n" + body.Split("\n\n").MaxBy(p => p.Length)) },
        new("no-rights", "不写个人的权利", "Leaves out the rights") { Services = Breaks.Body(Published.Path, body => string.Join('\n', body.Split('\n').Where(l => !l.Contains("权利", StringComparison.Ordinal) && !l.Contains("right", StringComparison.OrdinalIgnoreCase)))) },
    ];
}

/// <summary>S2.1, S2.4, S12.1: versions are kept as they were published, and anybody can read and check them.</summary>
internal sealed class PolicyArchiveProbe : IClauseProbe
{
    public string Id => "policy.archive";
    public IReadOnlyList<string> Clauses => ["S2.1", "S2.4", "S12.1"];
    public ProofClass Class => ProofClass.A | ProofClass.B;
    public bool Changes => true;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("public", "hash-shown", "text-is-the-stored", "ledger-whole");
        foreach (var path in (string[])["/privacy", "/en/privacy", "/privacy/versions", "/privacy/policy/1", "/en/privacy/policy/1", .. Published.Texts])
        {
            var answer = await world.GetAsync(path, ct);
            proof.That((int)answer.Status == 200 && answer.Cookies.Count == 0, "public", path);
        }

        var (row, content) = await world.WithAsync<PolicyVersions, (PolicyVersion, PolicyContent)>(async v => await v.FindAsync(1, ct) is { } found ? (found.Row, found.Content) : throw new InvalidOperationException("Version 1 is not there."));
        proof.That((await world.GetAsync("/privacy/policy/1", ct)).Body.Contains(Convert.ToHexStringLower(row.Hash), StringComparison.Ordinal), "hash-shown");
        foreach (var (path, stored) in Published.Texts.Zip([content.Chinese, content.English]))
            proof.That(SHA256.HashData(Encoding.UTF8.GetBytes((await world.GetAsync(path, ct)).Body)).AsSpan().SequenceEqual(SHA256.HashData(Encoding.UTF8.GetBytes(stored))), "text-is-the-stored", path);
        proof.Same(0, (await world.WithAsync<PolicyVersions, IReadOnlyList<PolicyFault>>(v => v.VerifyAsync(ct))).Count, "ledger-whole");
        return proof.By("http.get").By("hash").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("rewritten", "改动已公布的版本", "A published version is changed") { Rows = async (db, ct) => await db.PolicyVersions.ExecuteUpdateAsync(v => v.SetProperty(p => p.RegistryHash, new byte[32]), ct) },
        new("other-text", "下载的文本与存档不同", "The text to take away is not the stored one") { Services = Breaks.Body(Published.Path, body => body.Replace("。", "，", StringComparison.Ordinal).Replace(". ", ", ", StringComparison.Ordinal)) },
        new("sign-in", "旧版本要登录才能看", "Earlier versions need a sign-in") { Services = Breaks.Requests((http, next) =>
        {
            if (!http.Request.Path.StartsWithSegments("/privacy/policy", StringComparison.Ordinal)) return next(http);
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }) },
    ];
}

/// <summary>S1.1, S3.7, S4.0.1: what the policy lists is what the registry allows, pair by pair in both directions, and each category has its clauses.</summary>
internal sealed class ProcessingListProbe : IClauseProbe
{
    public string Id => "policy.lists";
    public IReadOnlyList<string> Clauses => ["S1.1", "S3.7", "S4.0.1"];
    public ProofClass Class => ProofClass.A | ProofClass.B;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("pair-listed", "pair-real", "clause-of-category", "category-of-clause");
        var registry = await world.WithAsync<ProcessingRegistry, ProcessingRegistry>(Task.FromResult);
        var real = PolicyTables.PairsOf(registry);
        foreach (var path in (string[])["/privacy", "/en/privacy"])
        {
            var html = (await world.GetAsync(path, ct)).Body;
            var listed = PolicyTables.PairsIn(html);
            foreach (var (purpose, category) in real) proof.That(listed.Contains((purpose, category)), "pair-listed", $"{purpose} {category}");
            foreach (var (purpose, category) in listed) proof.That(real.Contains((purpose, category)), "pair-real", $"{purpose} {category}");
            foreach (var category in registry.Categories.Values)
            {
                proof.That(category.Clauses.Count > 0, "category-of-clause", category.Id);
                foreach (var clause in category.Clauses) proof.That(html.Contains($"id=\"{clause}\"", StringComparison.Ordinal), "clause-of-category", $"{category.Id} {clause}");
            }
        }

        return proof.By("http.get").By("registry").AtLeast(100, "pair-listed").Result();
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("hidden", "隐去一个在用的目的", "A purpose in use is left out") { Services = Breaks.Body("/privacy", body => body.Replace($"data-purpose=\"{Purpose.SiteSecurity.Id}\"", "", StringComparison.Ordinal)) },
        new("invented", "列出一个并不存在的目的", "A purpose is listed that is none") { Services = Breaks.Body("/privacy", body => body.Replace($"data-purpose=\"{Purpose.SiteSecurity.Id}\"", "data-purpose=\"probe_purpose\"", StringComparison.Ordinal)) },
        new("orphan", "删去种类所依的条款", "The clause of a category is gone") { Services = Breaks.Body("/privacy", body => body.Replace("id=\"S4.4.1\"", "", StringComparison.Ordinal)) },
    ];
}

/// <summary>Where the text in effect is taken from.</summary>
internal static class Published
{
    public const string Path = "/privacy/policy/1/text";
    public static readonly IReadOnlyList<string> Texts = [$"{Path}?lang=zh", $"{Path}?lang=en"];
}
