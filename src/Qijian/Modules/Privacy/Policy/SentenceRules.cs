using System.Text.RegularExpressions;

namespace Qijian.Modules.Privacy;

/// <summary>
/// The defects that one sentence shows. Each rule is a chain of cues that follow each other: who uses what, is taken for, consent.
/// A sentence that denies the cue, or quotes it to say that such terms are void or absent, is lawful.
/// </summary>
internal static partial class SentenceRules
{
    /// <summary>Rule, place and length of each defect in a folded sentence.</summary>
    public static IEnumerable<(string Id, int At, int Length)> Check(string s)
    {
        foreach (var (id, at, end) in Consent(s).Concat(Burden(s)).Concat(Exclusion(s)).Concat(Mandate(s)).Concat(OpenEnded(s)))
        {
            if (!IsDisowned(s, at, end)) yield return (id, at, end - at);
        }
    }

    /// <summary>An item on a kind of data that goes on, without a break, with how consent is withdrawn.</summary>
    public static bool FusedWithWithdrawal(string passage) => DataThenWithdrawal().IsMatch(passage);

    public static bool BeginsWithData(string passage) => Data().IsMatch(passage);

    // D1, D2 and D18 are one thought: an act that says nothing is taken for consent. To what decides which.
    private static IEnumerable<(string, int, int)> Consent(string s)
    {
        foreach (var deemed in DeemedZh().Matches(s).Concat(DeemedEn().Matches(s)))
        {
            var before = s[..deemed.Index];
            if (Use().Matches(before).LastOrDefault(u => !NoUse().IsMatch(before[..u.Index])) is { } use && !IsDenied(s, deemed.Index) && !Act().IsMatch(before[use.Index..]))
                yield return (Matter(s, deemed.Index), use.Index, deemed.Index + deemed.Length);
        }

        foreach (var whole in ByUsingEn().Matches(s).Concat(TreatedEn().Matches(s)))
        {
            if (!IsDenied(s, whole.Index) && !Act().IsMatch(whole.Value)) yield return (Matter(s, whole.Index), whole.Index, whole.Index + whole.Length);
        }
    }

    private static string Matter(string s, int at) => Courts().IsMatch(s[at..]) ? "D18" : Changes().IsMatch(s) ? "D2" : "D1";

    // D10: what the handler has to delete, or the loss where it was not, is put on the user.
    private static IEnumerable<(string, int, int)> Burden(string s)
    {
        foreach (var pattern in (Regex[])[CleanUpZh(), LossZh(), CleanUpEn(), LossEn()])
            foreach (Match burden in pattern.Matches(s))
            {
                if (!IsDenied(s, burden.Index) && (pattern != CleanUpZh() || Stores().IsMatch(s))) yield return ("D10", burden.Index, burden.Index + burden.Length);
            }
    }

    // D11
    private static IEnumerable<(string, int, int)> Exclusion(string s)
    {
        foreach (Match none in NoLiabilityZh().Matches(s))
        {
            if (!UserBefore().IsMatch(s[..none.Index]) && !IsDenied(s, none.Index) && !ProvenFaultless().IsMatch(s)) yield return ("D11", none.Index, none.Index + none.Length);
        }

        foreach (Match none in NoLiabilityEn().Matches(s))
        {
            if (!Limits().IsMatch(none.Value) && !ProvenFaultless().IsMatch(s) && !NothingBefore().IsMatch(s[..none.Index])) yield return ("D11", none.Index, none.Index + none.Length);
        }
    }

    // D13
    private static IEnumerable<(string, int, int)> Mandate(string s)
    {
        foreach (Match mandate in MandateZh().Matches(s).Concat(MandateEn().Matches(s)))
        {
            if (!PerCase().IsMatch(s) && !IsDenied(s, mandate.Index)) yield return ("D13", mandate.Index, mandate.Index + mandate.Length);
        }
    }

    // D7
    private static IEnumerable<(string, int, int)> OpenEnded(string s)
    {
        if (!Handling().IsMatch(s) || !Information().IsMatch(s)) yield break;
        foreach (Match open in OpenWords().Matches(s))
        {
            if (!IsDenied(s, open.Index)) yield return ("D7", open.Index, open.Index + open.Length);
        }

        foreach (Match open in AndSoOn().Matches(s))
        {
            if (Listing().IsMatch(s[..open.Index]) && !NotHandled().IsMatch(s[..open.Index])) yield return ("D7", open.Index, open.Index + open.Length);
        }
    }

    private static bool IsDenied(string s, int at)
    {
        var part = s[..at];
        var clause = part[(part.AsSpan().LastIndexOfAny(",:") + 1)..];
        return DeniedNext().IsMatch(part) || DeniedInClause().IsMatch(clause) || NotBecauseOfUse().IsMatch(part);
    }

    // Quoted to say that such words are void or absent, or a term of that kind called so.
    private static bool IsDisowned(string s, int at, int end)
    {
        var (before, after) = (s[..at], s[end..]);
        if (IsQuoted(before, after)) return Void().IsMatch(s) || Absent().IsMatch(before) || Absent().IsMatch(after);
        return (Terms().IsMatch(before) && VoidTerm().IsMatch(after)) || VoidTermZh().IsMatch(after) || (Absent().IsMatch(before) && TermNext().IsMatch(after));
    }

    private static bool IsQuoted(string before, string after) =>
        before.AsSpan().LastIndexOfAny("“「『‘") > before.AsSpan().LastIndexOfAny("”」』’") && after.AsSpan().IndexOfAny("”」』’") >= 0 || (before.Count(c => c == '"') % 2 == 1 && after.Contains('"', StringComparison.Ordinal));

    // Acts, and what they are taken for.
    [GeneratedRegex(@"使用|浏览|访问|登录|登陆|注册|下载|安装|\b(continu\w+|us(e|es|ed|ing)|brows\w+|access\w*|visit\w*|regist\w+)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Use();

    [GeneratedRegex(@"((视为|视作|视同|推定为?|即为|[即则就便](表示|代表)|等于|等同于?|构成|意味着)(您|你|用户|使用者)?|(表示|表明|代表|默认)(您|你|用户|使用者))[^,;:。]{0,12}?(同意|接受|认可|许可|授权)|默认(为|已经?)?(同意|接受|许可|授权)|(?<![立当随])(即|则|便)(已经?|等于)?(同意|接受|认可|许可|服从|受[^,。;]{0,20}(管辖|约束))", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex DeemedZh();

    [GeneratedRegex(@"\b(deemed|considered|treated as|regarded as|taken as|constitutes?|signif\w+|indicat\w+|impl(y|ies)|means? (that )?(you|your|users?|the user)|amounts? to)\b[^.;,]{0,40}?\b(consent\w*|agree\w*|accept\w*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex DeemedEn();

    [GeneratedRegex(@"\bby (continuing|us(ing|e)|brows\w+|access\w+|visit\w+|regist\w+)\b[^.;]{0,80}?\b(you|users?|visitors?) (?!(\w+ )?(not|never|cannot)\b)(\w+ ){0,2}(agree|consent|accept|submit)\w*|\b(you|users?) (?!(\w+ )?(not|never|cannot)\b)(\w+ ){0,2}(agree|consent|accept|submit)\w*[^.;]{0,60}?\bby (continuing|us(ing|e)|brows\w+|access\w+|visit\w+)\b|\bif you (continue|keep|go on)\b[^.;]{0,60}?\b(you|users?) (?!(\w+ )?(not|never|cannot)\b)(\w+ ){0,2}(agree|consent|accept)\w*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ByUsingEn();

    [GeneratedRegex(@"\b(treat|regard|consider|take|understand)\b[^.;,]{0,40}\b(us(e|ing)|brows\w+|access|visits?)\b[^.;,]{0,40}\bas [^.;,]{0,30}?\b(consent|acceptance|agreement)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex TreatedEn();

    [GeneratedRegex(@"点击|点选|勾选|单击|主动|书面|click|tick|check the box|\bsign\b|press", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Act();

    [GeneratedRegex(@"管辖|法院|法律的?约束|仲裁|jurisdiction|courts?\b|arbitrat", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Courts();

    [GeneratedRegex(@"继续|此后|更新|修订|变更|修改|continu|keep|go on|chang|updat|amend|revis|modif", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Changes();

    // What makes a cue harmless.
    [GeneratedRegex(@"([不未非]|没有|并不|并非|从不|绝不|无[需须]|毋须|不必)(会|应当?|能够?|得|可以?|再|曾|须|需|因此|据此|就此|自动|当然|意味着|等于|要求(您|用户|你)?|让(您|用户|你)|把|将)*(被|将其?|把其?)?\z|(\b(not|never|cannot|nor|neither|without)|n't)( (be|to|by itself|in itself|in any way|ever|itself|also|then|automatically|alone|need|have|ask you|require you)){0,3} \z|\b(no longer|nobody|nothing) \z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex DeniedNext();

    [GeneratedRegex(@"(不会?|不得|不应当?|不能|不可|从不|绝不|不再|未曾|不允许|不许|禁止)(仅|只|仅仅)?(把|将|以|用|凭|认为|主张|要求|让|由|从|规定|约定)|(\b(not|never|cannot|nor)|n't) (treat|take|regard|consider|assume|ask|require|claim|infer|read|say|make)\b|\b(no|neither|nor) (\w+ ){0,3}(us(e|ing)|brows\w+|access\w*|visit\w*)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex DeniedInClause();

    [GeneratedRegex(@"不(会|得|应当?|能)?(仅|只)?(因为?|凭|基于)[^。;]{0,12}(使用|浏览|访问|登录|注册)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex NotBecauseOfUse();

    [GeneratedRegex(@"\b(no|neither|nor) (\w+ ){0,3}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex NoUse();

    [GeneratedRegex(@"无效|不生效|没有效力|不具有?(法律)?效力|违法|不合法|(被|所|法律|予以|明确)禁止|\b(void|invalid|unlawful|illegal|unenforceable|no (legal )?effect|not binding|prohibited|forbidden|banned)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Void();

    [GeneratedRegex(@"\b(is|are|be|would be|being) (\w+ )?(void|invalid|unlawful|illegal|unenforceable|of no (legal )?effect|without effect|not binding|prohibited|forbidden|banned)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex VoidTerm();

    [GeneratedRegex(@"\A[^,。;]{0,6}(的|之类|此类|这类|这种)[^,。;]{0,6}(条款|约定|声明|说法|规定|表述|字样|写法|内容)[^。;]{0,16}(无效|不生效|没有效力|不具有?(法律)?效力|违法|不合法|(被|所|法律|予以)禁止)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex VoidTermZh();

    [GeneratedRegex(@"不含|不包含|不写|没有|不使用|不采用|不再使用|不得(写|出现|使用|约定|含)|不出现|不会(写|出现|使用|约定)|删除了?|去掉|\b(not|never|no longer) (\w+ ){0,2}(contain|say|include|use|state|claim|write|appear|rely|mean)|n't (\w+ ){0,1}(contain|say|include|use|state|claim|write|appear|rely|mean)|\bremoved\b|\bno (term|clause|provision|wording|sentence)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Absent();

    [GeneratedRegex(@"\b(term|clause|provision|wording|statement|sentence|phrase|rule|word)s?\b|条款|约定|声明|说法|规定|表述|字样|写法|一词|词语", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Terms();

    [GeneratedRegex(@"\A[^,。;]{0,4}(的|之类|这样|这种|等)[^,。;]{0,6}(条款|约定|声明|说法|规定|表述|字样|写法|内容|词)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex TermNext();

    // D10
    [GeneratedRegex(@"(?<![如若所按无])(需要?|必须|须|应当?|有责任|有义务|负责|请)(由?(您|用户|你))?[^,。;]{0,4}(自行|自己|亲自|自主)[^。;]{0,30}?(清理|清除|清空|删除|移除|销毁|擦除)|(清理|清除|清空|删除|移除|销毁|擦除)[^,。;]{0,20}?(?<!不)由(您|用户|你|使用者)(自行|自己|独自)?(负责|完成|承担)|(?<!不)由(您|用户|你|使用者)(自行|自己|独自|本人)?(负责|完成)[^,。;]{0,12}(清理|清除|清空|删除|移除|销毁|擦除)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex CleanUpZh();

    [GeneratedRegex(@"服务器|服务端|云端|账号|帐号|账户|后台|资料|数据|信息", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Stores();

    [GeneratedRegex(@"(损失|后果|风险|损害)[^。;]{0,12}?(?<!不)由(您|用户|你|使用者)(本人)?(自行|自己|独自|全部)?(承担|负担|负责)|(损失|后果|风险|责任)(由您|由用户)?(自负|自担)|(您|用户|你|使用者)(应当?|须|需要?|将|必须)?(自行|自己|独自)承担[^,。;]{0,12}(损失|后果|风险)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex LossZh();

    [GeneratedRegex(@"\b(you|users?|the user) (?!(\w+ )?(not|never|cannot)\b)(\w+ )?(must|shall|have to|has to|need to|needs to|(are|is) (\w+ )?responsible for|are obliged to|are required to) (?!not|never)[^.;]{0,40}?\b(delet|clean|remov|eras|wip|purg|clear)\w*[^.;]{0,60}?\b(servers?|accounts?|data|information|records|copies)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex CleanUpEn();

    [GeneratedRegex(@"\b(loss(es)?|damages?|risks?|consequences)\b[^.;]{0,50}?\b(borne|bear|carried|assumed) (\w+ )?by (you|the user|users)\b|\b(you|users?|the user) (alone )?(bears?|assumes?|carry|carries|shall bear|will bear|must bear) (\w+ )?(all|any|the|every) (\w+ )?(loss|damage|risk|consequence)\w*|\bat your (own|sole) risk\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex LossEn();

    // D11
    [GeneratedRegex(@"((概|均|一概|一律|亦|也|并|恕)?不|无需|无须|毋须|不需要?|不必|免于|免予|不再|不会|不应)(承担|负担|负|担负)[^,。;]{0,30}?(责任|后果|损失)|(免除|豁免|免去)[^,。;]{0,12}?(我们|本网站|本站|本公司|平台|运营者|我方)[^,。;]{0,12}?责任|概不负责|恕不负责|不会?(就|对)[^,。;]{0,40}?(承担|负)(任何|一切|全部|法律|赔偿|相应|的){0,4}责任|不会?(就|对)[^,。;]{0,40}?负责|(我们|本网站|本站|本公司|平台|运营者|我方)(?![^,。;]{0,10}不)[^,。;]{0,10}免责|(损失|后果|泄露|泄漏|损害)[^,。;]{0,10}与(我们|本网站|本站|本公司|平台|我方)无关", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex NoLiabilityZh();

    [GeneratedRegex(@"(您|用户|你|消费者|监护人|儿童|个人)(本人|也|均|都|对此|将|亦|就此|们)*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex UserBefore();

    [GeneratedRegex(@"能够?(举证)?证明[^。;]{0,20}(没有|无|不存在)过错|依照?法律?(规定)?不承担|\b(prove|show)s?\b[^.;]{0,30}\b(not at fault|no fault|without fault)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ProvenFaultless();

    [GeneratedRegex(@"\b(we|us|company|site|website|operator|platform|service|provider|party)\b[^.;,]{0,60}?\b(not|never|no|nor|cannot|neither)\b[^.;,]{0,50}?\b(liable|liability|liabilities|responsib\w+)\b|\bno (liability|responsibility)\b|\b(disclaims?|excludes?|waives?|rejects?) (all|any|every|our) (\w+ ){0,2}(liability|liabilities|responsib\w+)|\b(is|are|be) released from (all|any) (\w+ )?(liability|claims)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex NoLiabilityEn();

    [GeneratedRegex(@"\b(not|never|nor|cannot|n't|neither) (\w+ ){0,3}(exclude|limit|disclaim|escape|avoid|waive|reduce|deny|shift)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Limits();

    [GeneratedRegex(@"\bnothing\b[^.;,]{0,60}\z|(\b(not|never|nor|cannot)|n't) \z|\b(you|users?) (bear|have|incur|carry|take|assume|are under|accept) \z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex NothingBefore();

    // D13
    [GeneratedRegex(@"授权(给)?(我们|本网站|本站|本公司|平台|我方|运营者)[^。;]{0,30}?(代您|代你|代用户|代为|代表您|代表用户|代理|全权|以您的名义|以(平台|本公司|本站|我们|我方)的?名义|以(我们)?自身名义|以(我们)?自己的?名义)[^。;]{0,20}?(追究|起诉|诉讼|仲裁|主张|维权|索赔|追偿)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex MandateZh();

    [GeneratedRegex(@"\b(you|users?) (\w+ )?(authori[sz]e|empower|appoint|permit|grant)\w* (us|the (company|operator|site|platform))\b[^.;]{0,60}?\b(sue|suit|proceed\w*|legal action|litigat\w+|claims?|pursue|enforce)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex MandateEn();

    [GeneratedRegex(@"逐案|个案|每一?(案|次|起)|单独授权|另行(书面)?授权|书面授权|具体案件|\b(case by case|each case|that case|specific case|per case|single case|particular case|in writing|separately)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex PerCase();

    // D7
    [GeneratedRegex(@"收集|使用|获取|获得|读取|采集|储存|存储|处理|共享|包括|用于|用途|目的|探索|collect|\bus(e|es|ed|ing)\b|obtain|gather|process|stor|shar|purpose", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Handling();

    [GeneratedRegex(@"信息|数据|资料|号码|标识|记录|目的|用途|人脉|information|data|details|purpose|contacts|records|\bnames?\b|address|number", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Information();

    [GeneratedRegex(@"商业(上的)?探索|(行业|业界|业内)(惯常|惯例|通行|通常)|(包括|包含)?但?不限于|主要(用于|用途|目的|为了)|(?<!您|你|用户|监护人|[有尽不])可能(会|将|需要?|在[^,。;]{0,12})?(自动)?(收集|使用|获取|获得|读取|采集|储存|存储|处理|共享)(?!到)|(?<!不作|不作为|不用于|不会用于|没有|无|不为)其他(相关|合法|必要|合理|类似|正当|任何)?(的)?(用途|目的)|产品需要(而)?(收集|获取)|\b(including|includes?),? (but )?(is |are )?(not |without )(being )?limit|\bwithout limitation\b|\betc\b|\band so (on|forth)\b|\b(we|it|partners|affiliates|company|operator|site|platform|information|data|they) may (also |automatically |further )?(be )?(collect|us(e|ed)\b|process|obtain|gather|stor|shar)\w*|commercial exploration|\b(industry|customary|usual) (practice|custom|norm)s?|\b(mainly|primarily|principally|chiefly) (us(e|ed|ing) )?(it |them )?(for|to)\b|\b(any )?other (\w+ )?purposes?\b|among other things|as (we|our products?|the business) (may )?(see fit|need|require)s?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex OpenWords();

    [GeneratedRegex(@"(?<![平同对相均高中初何优劣上下头一二三不我你您它她他们本该次])等(?=(个人|敏感|相关|其他)?(信息|数据|资料)|用途|目的|类[^似别型]|内容|记录|情况|现象|能够|与您|[,。;)]|\z)|(以及|和|及|或|相关的?)其他[^,。;]{0,6}(信息|数据|资料)|\band other (\w+ )?(information|data|details)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex AndSoOn();

    [GeneratedRegex(@"、|或|和|及|如|包括|包含|收集|collect|process|us(e|ing)|:", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Listing();

    [GeneratedRegex(@"(不会?|不再|从不|绝不|不得|无需|无须|不必|不用|未)(主动|再|向|将|把|要求|需要)?[^,。;]{0,6}(收集|使用|处理|获取|读取|共享|提供|存储|出售|记录|披露)|(\b(not|never)|n't) (\w+ )?(collect|use|process|obtain|store|share|gather|ask|need|sell|disclose)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex NotHandled();

    // D4
    [GeneratedRegex(@"\A(ip ?地址|设备信息|日志信息|位置信息|手机号码?|邮箱|昵称|头像|通讯录|cookies?|订单信息|服务日志|身份信息|ip address|device|log data|location|phone number|e-?mail address|contacts?\b)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Data();

    [GeneratedRegex(@"\A(ip ?地址|设备信息|日志信息|位置信息|手机号码?|邮箱(地址)?|昵称|头像|通讯录|cookies?|订单信息|服务日志(信息)?|身份信息)(撤回|撤销)(自|于|后|即|不|在)|\A(ip address(es)?|device information|log data|location( data)?|phone numbers?|e-?mail address(es)?|contacts?|cookies?) (withdrawal|revocation) (takes|has|does|shall|will|is)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex DataThenWithdrawal();
}
