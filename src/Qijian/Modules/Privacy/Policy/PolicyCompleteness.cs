using System.Text;
using System.Text.RegularExpressions;
using Qijian.Engine.Text;

namespace Qijian.Modules.Privacy;

/// <summary>What a policy has to tell by PIPL 17 and 50 to 52 and article 21 of the regulations on network data security.</summary>
internal enum PolicyItem { Identity, Contact, Officer, Purposes, Methods, Categories, Retention, AfterRetention, Rights, Ways, Recipients, CrossBorder, Changes, Complaint, Court }

/// <summary>A sentence that sets the same norm as an earlier one.</summary>
internal sealed record DuplicateNorm(int Line, int FirstLine, string Words);

/// <summary>What a policy leaves out or says twice, told from its text.</summary>
internal static partial class PolicyCompleteness
{
    private const int ShortestNorm = 16, ForeignLength = 10;
    private const string ForeignHash = "0e98d2cc022e71ee6fbabe9ea2e6a7728a57306a5d59c1b1644b501b1345ced9";

    // By what an item is known, and the table of the registry that brings it.
    private static readonly Dictionary<PolicyItem, (Regex Words, string[] Tables)> Items = new()
    {
        [PolicyItem.Identity] = (Identity(), ["operator"]), [PolicyItem.Contact] = (ContactWay(), ["operator"]), [PolicyItem.Officer] = (Officer(), ["operator"]),
        [PolicyItem.Purposes] = (Purposes(), ["purposes"]), [PolicyItem.Methods] = (Methods(), ["purposes"]), [PolicyItem.Categories] = (Categories(), ["categories", "features"]),
        [PolicyItem.Retention] = (Retention(), ["retention"]), [PolicyItem.AfterRetention] = (AfterRetention(), ["retention"]), [PolicyItem.Rights] = (Rights(), []), [PolicyItem.Ways] = (Ways(), []),
        [PolicyItem.Recipients] = (Recipients(), ["recipients"]), [PolicyItem.CrossBorder] = (CrossBorder(), []), [PolicyItem.Changes] = (Changes(), []), [PolicyItem.Complaint] = (Complaint(), []), [PolicyItem.Court] = (Court(), []),
    };

    /// <summary>The items that a policy does not tell.</summary>
    public static IReadOnlyList<PolicyItem> Missing(PolicyDocument policy)
    {
        var passages = LintText.Read(policy.Canonical);
        return [.. Items.Keys.Where(item => !Tells(passages, item))];
    }

    /// <summary>D19: the text names no handler, officer, e-mail address or complaint channel.</summary>
    public static Defect? Unnamed(List<LintPassage> passages)
    {
        List<string> missing = [];
        if (!Tells(passages, PolicyItem.Identity)) missing.Add(Text.ItemIdentity);
        if (!Tells(passages, PolicyItem.Officer)) missing.Add(Text.ItemOfficer);
        if (!passages.Exists(p => Address().IsMatch(p.Folded) || p.Text is "{{operator}}")) missing.Add(Text.ItemAddress);
        if (!Tells(passages, PolicyItem.Complaint)) missing.Add(Text.ItemComplaint);
        if (missing.Count == 0) return null;
        // Where a reader would look for them.
        var place = passages.FindLast(p => p.Text.Length <= 30 && ContactHeading().IsMatch(p.Folded)) ?? (passages.Count > 0 ? passages[^1] : null);
        return new("D19", place?.Line ?? 1, string.Join(", ", missing));
    }

    /// <summary>Sentences that stand twice.</summary>
    public static IEnumerable<DuplicateNorm> DuplicateNorms(string text)
    {
        Dictionary<string, int> first = new(StringComparer.Ordinal);
        foreach (var passage in LintText.Read(text))
            foreach (var sentence in passage.Sentences())
            {
                var key = Normalizer.Key(sentence.Text);
                if (key.Length >= ShortestNorm && !first.TryAdd(key, sentence.Line)) yield return new(sentence.Line, first[key], PolicyLinter.Shorten(sentence.Text));
            }
    }

    /// <summary>SC.1: the telephone number of the policy that this product's clauses were made after. It stands here as a hash only, for it must never ship.</summary>
    public static Defect? ForeignNumber(string text)
    {
        var line = 1;
        StringBuilder digits = new();
        foreach (var c in text.ReplaceLineEndings("\n"))
        {
            if (c == '\n') line++;
            var folded = Normalizer.Fold(c);
            if (char.IsAsciiDigit(folded)) digits.Append(folded);
            else if (char.IsLetter(folded)) digits.Clear();
            if (digits.Length > ForeignLength) digits.Remove(0, 1);
            if (char.IsAsciiDigit(folded) && digits.Length == ForeignLength && digits[0] == '4' && digits[1] == '0' && digits[2] == '0' && CanonicalText.Hash(digits.ToString()) == ForeignHash) return new("SC.1", line, Text.LintSC1);
        }

        return null;
    }

    private static bool Tells(IEnumerable<LintPassage> passages, PolicyItem item)
    {
        var (words, tables) = Items[item];
        return passages.Any(p => Array.Exists(tables, t => p.Text == $"{{{{{t}}}}}") || words.IsMatch(p.Folded));
    }

    [GeneratedRegex(@"[\u4e00-\u9fff)](有限责任公司|有限公司|股份公司|合伙企业|事务所|研究院|研究所|基金会|协会)|(处理者|运营者|运营方|公司|经营者)的?(全称|名称)?(为|是|:)|\b(ltd|inc|llc|gmbh|plc|corp)\b|operated by|\b(controller|handler|operator)( of [^.;]{1,60})? is\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Identity();

    [GeneratedRegex(@"(联系)?(电话|邮箱|地址)[^,。;]{0,6}[:为是]|[0-9]{3,4}[- ]?[0-9]{3,4}[- ]?[0-9]{4}|[a-z0-9._%+-]@[a-z0-9-]{1,63}\.|\b(telephone|phone|e-?mail|address)( \w+)?( is|:)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ContactWay();

    [GeneratedRegex(@"(个人信息|数据|隐私)(安全)?(保护)?(负责人|保护官|专员)|\bdpo\b|(data protection|privacy|personal information protection) officer|\bofficer (for|of|responsible for) (personal information|data|privacy)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Officer();

    [GeneratedRegex(@"[a-z0-9._%+-]@[a-z0-9-]{1,63}\.", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Address();

    [GeneratedRegex(@"联系(我们|方式)|contact", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ContactHeading();

    [GeneratedRegex(@"目的|用于|purpose|in order to", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Purposes();

    [GeneratedRegex(@"(处理|收集|使用|存储|保存)(的)?方式|方式(包括|是|为|:)|加工|\b(method|means|way|manner)s? (of|in which|by which|we)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Methods();

    [GeneratedRegex(@"种类|类别|哪些信息|(手机|电话)号码|邮箱地址|categor|kinds of (information|data)|phone number|e-?mail address", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Categories();

    [GeneratedRegex(@"(保存|保留|存储)(期限|时间|期间)|(保存|保留|存储)[^,。;]{0,12}([0-9一二三四五六七八九十]+ ?个?(日|天|月|年))|retention|\b(keep|kept|retain|store)\w*[^.;]{0,40}\b(days?|months?|years?)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Retention();

    [GeneratedRegex(@"(期满|届满|到期|期限[^,。;]{0,6}后)[^。;]{0,30}(删除|匿名化|销毁)|(after|once|when|at the end)[^.;]{0,60}\b(delet|eras|anonymi)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex AfterRetention();

    [GeneratedRegex(@"(查阅|访问|复制)[^。]{0,60}(更正|补充|更改)[^。]{0,60}删除|(更正|查阅)[^。]{0,60}删除[^。]{0,60}(撤回|注销|转移)|\b(access|copy)\b[^.]{0,120}\b(correct|rectif|complete)\w*[^.]{0,120}\b(delet|eras)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Rights();

    [GeneratedRegex(@"(行使|提出)[^。]{0,30}(方法|方式|途径|渠道|请求|申请)|(请求|申请)[^。]{0,40}(受理|答复|工作日|处理|页面)|exercise (of )?(your|these|the|those) rights?|\brequests?\b[^.]{0,80}\b(answer|working days|page|form|send|made|make)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Ways();

    [GeneratedRegex(@"接收方|第三方|受托|委托处理|recipient|third part|processors?\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Recipients();

    [GeneratedRegex(@"出境|境外|境内|跨境|cross-?border|abroad|outside (of )?(the )?(mainland|china|people)|within (the )?(mainland|china|people)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex CrossBorder();

    [GeneratedRegex(@"(政策|条款|规则|版本)[^。;]{0,20}(变更|更新|修订|修改)|(变更|更新|修订|修改)[^。;]{0,20}(政策|条款|规则|版本)|\b(chang|updat|amend|revis|version)\w*[^.]{0,60}\b(policy|polic|notice)|\b(policy|notice)\b[^.]{0,60}\b(chang|updat|amend|revis)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Changes();

    [GeneratedRegex(@"投诉|complain", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Complaint();

    [GeneratedRegex(@"(向|到)?[^。;]{0,12}法院[^。;]{0,12}(起诉|诉讼|救济)|提起诉讼|诉讼的?权利|\b(court|sue|lawsuit|legal action|litigation)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Court();
}
