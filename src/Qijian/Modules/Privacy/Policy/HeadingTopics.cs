using System.Text.RegularExpressions;

namespace Qijian.Modules.Privacy;

/// <summary>D5: a heading that names a topic over a text that speaks of other topics only.</summary>
internal static partial class HeadingTopics
{
    private const int ShortestBody = 20;

    // What a heading is known by, and what its text must have at least one of.
    private static readonly (Regex Heading, Regex Body)[] Topics =
    [
        (Cookies(), Cookies()), (Minors(), Minors()), (RetentionHeading(), Retention()), (SharingHeading(), Sharing()), (SecurityHeading(), Security()),
        (RightsHeading(), Rights()), (ContactHeading(), Contact()), (ChangesHeading(), Changes()), (LawHeading(), Law()), (MessagesHeading(), Messages()), (CollectionHeading(), Collection()),
    ];

    public static IEnumerable<Defect> Check(List<LintPassage> passages)
    {
        for (var i = 0; i < passages.Count; i++)
        {
            if (!passages[i].Heading) continue;
            var end = i + 1;
            while (end < passages.Count && !passages[end].Heading) end++;
            var body = passages[(i + 1)..end];
            if (body.Sum(p => p.Text.Length) < ShortestBody || body.Exists(p => p.Text.Contains("{{", StringComparison.Ordinal))) continue;
            var named = Topics.Where(t => t.Heading.IsMatch(passages[i].Folded)).ToList();
            if (named.Count > 0 && !named.Exists(t => body.Exists(p => t.Body.IsMatch(p.Folded))) && Array.Exists(Topics, t => body.Exists(p => t.Body.IsMatch(p.Folded))))
                yield return new("D5", passages[i].Line, PolicyLinter.Shorten($"{passages[i].Text} ≠ {body[0].Text}"));
        }
    }

    [GeneratedRegex("cookie|同类技术|local ?storage|本地存储", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Cookies();

    [GeneratedRegex("未成年|儿童|监护人|minor|child|guardian", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Minors();

    [GeneratedRegex("(保存|保留|存储)(的)?(期限|时间|多久)|retention|how long", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex RetentionHeading();

    [GeneratedRegex("期限|保存|保留|存储|删除|[年月天日]|retain|kept|keep|store|delet|days|months|years", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Retention();

    [GeneratedRegex("共享|第三方|接收方|委托处理|sharing|third part|recipients", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex SharingHeading();

    [GeneratedRegex("共享|第三方|接收|委托|合作|提供|shar|third|recipient|partner|processor|provide|disclos|give|transfer", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Sharing();

    [GeneratedRegex("信息安全|数据安全|安全措施|security", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex SecurityHeading();

    [GeneratedRegex("安全|加密|保护|泄露|secur|encrypt|protect|breach|leak", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Security();

    [GeneratedRegex("权利|您的权|rights", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex RightsHeading();

    [GeneratedRegex("权|访问|查阅|查看|复制|更正|删除|撤回|注销|投诉|请求|access|copy|correct|delet|eras|withdraw|complain|right|request", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Rights();

    [GeneratedRegex("联系我们|联系方式|contact", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ContactHeading();

    [GeneratedRegex("联系|电话|邮|地址|信|公司|contact|phone|mail|address|write", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Contact();

    [GeneratedRegex("(政策|条款)[^,。]{0,4}(更新|变更|修订)|changes to|updates to", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ChangesHeading();

    [GeneratedRegex("更新|变更|修订|修改|版本|新|chang|updat|amend|version|new", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Changes();

    [GeneratedRegex("管辖|适用法律|governing law|jurisdiction", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex LawHeading();

    [GeneratedRegex("法|管辖|诉|law|court|jurisdiction", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Law();

    [GeneratedRegex("邮件|短信|消息|notifications|messages", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex MessagesHeading();

    [GeneratedRegex("邮|短信|消息|通知|推送|公告|mail|sms|message|notif|push", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Messages();

    [GeneratedRegex("收集|提交的|collect|submit", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex CollectionHeading();

    [GeneratedRegex("收集|提供|提交|填写|记录|上传|注册|获取|信息|collect|provide|submit|information|record|upload|ask|need|data", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Collection();
}
