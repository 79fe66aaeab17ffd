using System.Text.RegularExpressions;

namespace Qijian.Modules.Privacy;

/// <summary>What keeps a registry from being used.</summary>
internal delegate IEnumerable<RegistryError> RegistryCheck(ProcessingRegistry registry, IReadOnlySet<string> clauses);

/// <summary>What the registry must not say, whoever writes it: the rules of law and of the published policy that need no person to check them.</summary>
internal static partial class RegistryLinter
{
    public static IEnumerable<RegistryError> Check(ProcessingRegistry r, IReadOnlySet<string> clauses)
    {
        List<RegistryError> errors = [];
        foreach (var entry in r.All)
        {
            Refuse(entry, !Id().IsMatch(entry.Id) && entry is not (CookieEntry or FieldsEntry), $"标识 / id “{entry.Id}”", "用小写英文词和下划线 / use lower-case words joined by _.");
            Refuse(entry, entry is not FieldsEntry && (entry.Zh.Length == 0 || entry.En.Length == 0), $"“{entry.Id}” 缺少 zh 或 en / lacks zh or en.", "两种语言都要写 / give both languages.");
        }

        foreach (var c in r.Categories.Values)
        {
            Clauses(c, c.Clauses);
            Refuse(c, !r.Purposes.Values.Any(p => p.Reads.ContainsKey(c.Id)), $"类别 / category “{c.Id}” 没有任何目的使用 / is used by no purpose.", "删去，或写入使用它的目的的 reads / remove it, or name it in the reads of the purpose that uses it.");
        }

        foreach (var p in r.Purposes.Values)
        {
            Clauses(p, p.Clauses);
            Refuse(p, p.Basis is Basis.Unstated, $"目的 / purpose “{p.Id}” 没有 basis / has no basis.", "写明个人信息保护法第十三条的依据 / name the basis of PIPL 13.");
            Refuse(p, p.Reads.Count == 0, $"目的 / purpose “{p.Id}” 没有类别 / reads no category.", "逐项列出所用类别 / list each category that it reads.");
            foreach (var read in p.Reads.Keys) Known(p, r.Categories, read, "categories.yaml");
            Refuse(p, !r.Retention.TryGetValue(p.Retention, out var rule), $"目的 / purpose “{p.Id}” 的 retention “{p.Retention}” 不存在 / is none.", "填写 retention.yaml 中的规则 / name a rule of retention.yaml.");
            Refuse(p, OpenEnded().IsMatch(p.Zh) || OpenEnded().IsMatch(p.En) || OpenEnded().IsMatch(p.Id), $"目的 / purpose “{p.Id}” 不明确 / is open-ended.", "写明做什么，不用“等、主要、商业探索” / say what is done, without words such as “etc.”, “mainly”, “commercial exploration”.");
            Refuse(p, Sale().IsMatch(p.Zh) || Sale().IsMatch(p.En) || Sale().IsMatch(p.Id), $"目的 / purpose “{p.Id}” 是出售或出租 / is a sale.", "不得登记 / cannot be registered.");
            Refuse(p, p.AsksConsent && string.IsNullOrEmpty(p.Withdraw), $"目的 / purpose “{p.Id}” 以同意为依据但没有撤回途径 / rests on consent but has no way to withdraw.", "填写 withdraw / give withdraw, the page where one takes it back.");
            Assessment(p, p.Pia, p.Sensitive || p.AutomatedDecision || p.Reads.Keys.Any(c => r.Categories.TryGetValue(c, out var category) && category.Sensitive));
            Refuse(p, p.Supersedes == p.Id, $"目的 / purpose “{p.Id}” 取代自己 / supersedes itself.", "写前身的标识 / name its predecessor.");
            foreach (var id in p.Recipients)
            {
                Known(p, r.Recipients, id, "recipients.yaml");
                Refuse(p, r.Recipients.TryGetValue(id, out var to) && to.AskedApart && p.Basis is not Basis.SeparateConsent, $"目的 / purpose “{p.Id}” 向处理者或境外 / to the handler, or abroad to, “{id}” 提供，却不以单独同意为依据 / does not rest on separate consent.", "basis: separate_consent（个人信息保护法第二十三条、第三十九条 / PIPL 23, 39）。");
            }
        }

        foreach (var rule in r.Retention.Values)
        {
            Refuse(rule, rule.Ceiling is null, $"保存规则 / retention “{rule.Id}” 没有上限 / has no ceiling.", "写 ceiling，例如 P3Y / give ceiling, such as P3Y.");
            Refuse(rule, rule is { Floor: { } floor, Ceiling: { } ceiling } && floor > ceiling, $"保存规则 / retention “{rule.Id}” 的下限长于上限 / has a floor above its ceiling.", "改正其一 / mend one of them.");
            Refuse(rule, rule is { Floor: not null, Law: null }, $"保存规则 / retention “{rule.Id}” 有下限而无法律依据 / has a floor without a law.", "写 law / name the law.");
            Refuse(rule, rule.Start.Length == 0, $"保存规则 / retention “{rule.Id}” 没有起点 / has no start.", "写 start / say what starts it.");
            if (rule.Law is { } law) Known(rule, r.Laws, law, "laws.yaml");
        }

        foreach (var f in r.Features.Values)
        {
            Refuse(f, f.Purposes.Count == 0, $"功能 / feature “{f.Id}” 没有目的 / has no purpose.", "写 purposes / name its purposes.");
            foreach (var id in f.Purposes) Known(f, r.Purposes, id, "purposes.yaml");
            var reads = f.Purposes.Where(r.Purposes.ContainsKey).SelectMany(id => r.Purposes[id].Reads.Keys).ToHashSet(StringComparer.Ordinal);
            foreach (var category in f.Required.Concat(f.Optional))
            {
                Known(f, r.Categories, category, "categories.yaml");
                Refuse(f, r.Categories.ContainsKey(category) && !reads.Contains(category), $"功能 / feature “{f.Id}” 收集的 / collects “{category}”，它的目的都不使用 / which none of its purposes reads.", "删去，或写入目的的 reads / remove it, or name it in the reads of a purpose.");
            }

            if (f.Pia is { } pia) Assessment(f, pia, needed: true);
        }

        foreach (var to in r.Recipients.Values)
        {
            Refuse(to, to.Kind is RecipientKind.Unstated, $"接收方 / recipient “{to.Id}” 没有 kind / has no kind.", "processor（受托人）或 handler（处理者） / processor or handler.");
            Refuse(to, to.Consideration is not null and not "none", $"接收方 / recipient “{to.Id}” 为数据支付对价 / gives something for the data: 出售 / a sale.", "不得登记 / cannot be registered.");
            Refuse(to, to.Contact.Length == 0 || to.Hosts.Count == 0 || to.Fields.Count == 0 || to.Purposes.Count == 0, $"接收方 / recipient “{to.Id}” 缺少 contact、hosts、fields 或 purposes / lacks contact, hosts, fields or purposes.", "个人信息保护法第二十三条要求逐项告知 / PIPL 23 wants each told.");
            Refuse(to, !Country().IsMatch(to.Jurisdiction), $"接收方 / recipient “{to.Id}” 的 jurisdiction “{to.Jurisdiction}”", "两个大写字母，例如 CN / two capital letters, such as CN.");
            Refuse(to, to.Contract is null, $"接收方 / recipient “{to.Id}” 没有合同 / has no contract.", "写 contract: {id, until} / give contract: {id, until}.");
            foreach (var id in to.Purposes)
            {
                Known(to, r.Purposes, id, "purposes.yaml");
                Refuse(to, r.Purposes.TryGetValue(id, out var purpose) && !purpose.Recipients.Contains(to.Id, StringComparer.Ordinal), $"接收方 / recipient “{to.Id}” 的目的 / purpose “{id}” 没有列它 / does not list it.", "写入该目的的 recipients / name it in that purpose's recipients.");
            }

            foreach (var field in to.Fields) Known(to, r.Categories, field, "categories.yaml");
            Assessment(to, to.Pia, needed: true); // PIPL 55: entrusting and providing
        }

        foreach (var t in r.Templates.Values) Known(t, r.Purposes, t.Purpose, "purposes.yaml");

        foreach (var c in r.Cookies.Values)
        {
            Known(c, r.Purposes, c.Purpose, "purposes.yaml");
            Refuse(c, c.Ttl is not "session" && !Period.TryParse(c.Ttl, null, out _), $"“{c.Id}” 的 ttl “{c.Ttl}”", "写期限或 session / a duration or session.");
            Refuse(c, c.Essential && r.Purposes.TryGetValue(c.Purpose, out var purpose) && purpose.AsksConsent, $"“{c.Id}” 称为必需，却以同意为依据 / is called essential but rests on consent.", "essential: false.");
            Refuse(c, c.Kind is StorageKind.Cookie && !c.Id.StartsWith("__Host-", StringComparison.Ordinal), $"Cookie “{c.Id}” 不以 __Host- 开头 / does not begin with __Host-.", "改名 / rename it: then only this host can read or set it.");
        }

        foreach (var f in r.Fields.Values) foreach (var category in f.Fields.Keys.Where(c => c is not "none")) Known(f, r.Categories, category, "categories.yaml");

        foreach (var l in r.Limits.Values)
        {
            Refuse(l, l.Limit is null, $"期限 / limit “{l.Id}” 没有 limit / has none.", "例如 P15WD / such as P15WD.");
            if (l.Law is { } law) Known(l, r.Laws, law, "laws.yaml");
        }

        foreach (var a in r.Assessments.Values)
        {
            Refuse(a, a.Covers.Count == 0 || a.Outcome.Length == 0, $"评估 / assessment “{a.Id}” 缺少 covers 或 outcome / lacks covers or outcome.", "逐项填写 / give each.");
            Refuse(a, a.ApprovedBy is null != a.ApprovedOn is null || a.ApprovedOn is null != a.ValidUntil is null, $"评估 / assessment “{a.Id}” 的批准人、批准日、有效期不全 / lacks some of approved_by, approved_on, valid_until.", "全部填写，或全部为 null / give all, or null for all.");
            Refuse(a, a.ValidUntil <= a.ApprovedOn, $"评估 / assessment “{a.Id}” 有效期早于批准日 / ends before it was approved.", "改正日期 / mend the dates.");
            foreach (var id in a.Covers) Refuse(a, !r.Purposes.ContainsKey(id) && !r.Features.ContainsKey(id) && !r.Recipients.ContainsKey(id), $"评估 / assessment “{a.Id}” 所涵盖的 / covers “{id}” 不存在 / which is none.", "填写目的、功能或接收方 / name a purpose, feature or recipient.");
        }

        return errors;

        void Refuse(Entry entry, bool wrong, string problem, string remedy)
        {
            if (wrong) errors.Add(new(entry.File, entry.Line, problem, remedy));
        }

        void Known<T>(Entry entry, IReadOnlyDictionary<string, T> all, string id, string file) => Refuse(entry, !all.ContainsKey(id), $"“{entry.Id}” 提到 / names “{id}”，{file} 中没有 / which {file} does not have.", "改正，或先登记 / mend it, or register it first.");

        void Clauses(Entry entry, List<string> named)
        {
            Refuse(entry, named.Count == 0, $"“{entry.Id}” 没有条款 / names no clause.", "写 clauses / give clauses.");
            foreach (var id in named) Refuse(entry, !clauses.Contains(id), $"“{entry.Id}” 的条款 / clause “{id}” 不存在 / is none.", "见 bindings.yaml / see bindings.yaml.");
        }

        // Whether it is in date is decided when it is used: a registry does not become wrong overnight.
        void Assessment(Entry entry, string? pia, bool needed)
        {
            Refuse(entry, needed && pia is null, $"“{entry.Id}” 需要影响评估 / needs an impact assessment.", "写 pia（个人信息保护法第五十五条） / give pia (PIPL 55).");
            if (pia is null) return;
            Known(entry, r.Assessments, pia, "pia.yaml");
            Refuse(entry, r.Assessments.TryGetValue(pia, out var assessment) && !assessment.Covers.Contains(entry.Id, StringComparer.Ordinal), $"评估 / assessment “{pia}” 不涵盖 / does not cover “{entry.Id}”。", "写入其 covers / name it in its covers.");
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9]*([_.][a-z0-9]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Id();

    [GeneratedRegex("^[A-Z]{2}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Country();

    [GeneratedRegex("等(?![级待候])|主要|可能|商业探索|行业惯常|产品需要|\\betc\\b|and so on|mainly|commercial.?exploration|other purposes|as needed", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OpenEnded();

    [GeneratedRegex("出售|售卖|出租|贩卖|\\b(sale|sell|selling|rent|renting)\\b|(^|_)(sale|sell|rental)(_|$)", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sale();
}
