using Qijian.Modules.Privacy;
using Qijian.Tests.Engine;

namespace Qijian.Tests.Modules.Privacy.Policy;

public sealed class PolicyCompletenessTests
{
    private static readonly (PolicyItem Item, string Zh, string En)[] Whole =
    [
        (PolicyItem.Identity, "处理者名称：某某有限公司", "Qijian is operated by Example Ltd."),
        (PolicyItem.Contact, "电话：010-12345678", "Our telephone is 010-12345678."),
        (PolicyItem.Officer, "个人信息保护负责人由法务部担任。", "The data protection officer sits in the legal department."),
        (PolicyItem.Purposes, "下表写明我们为什么处理，即每一项目的。", "The purpose of each operation is listed."),
        (PolicyItem.Methods, "处理方式包括记录与展示。", "The means by which we work are recording and showing."),
        (PolicyItem.Categories, "个人信息的种类见下。", "The categories are these."),
        (PolicyItem.Retention, "保存期限为三十天。", "We keep it for 30 days."),
        (PolicyItem.AfterRetention, "期限届满，我们删除。", "When that time ends it is deleted."),
        (PolicyItem.Rights, "您可以查阅、更正、删除。", "You may access, correct and delete it."),
        (PolicyItem.Ways, "请求在十五个工作日内答复。", "A request is made on the page of rights."),
        (PolicyItem.Recipients, "接收方见下。", "The recipients are listed."),
        (PolicyItem.CrossBorder, "数据不出境。", "Nothing goes abroad."),
        (PolicyItem.Changes, "本政策变更时另行告知。", "When we change this policy we tell you."),
        (PolicyItem.Complaint, "您可以投诉。", "You may complain."),
        (PolicyItem.Court, "您可以向法院起诉。", "You may go to court."),
    ];

    private static PolicyDocument Policy(PolicyItem? without, bool english) =>
        PolicyDocument.Parse(string.Join("\n\n", Whole.Where(w => w.Item != without).Select(w => english ? w.En : w.Zh)));

    [Fact]
    public void Each_item_is_missed_where_it_is_left_out_and_only_then()
    {
        foreach (var english in (bool[])[false, true])
        {
            Assert.Empty(PolicyCompleteness.Missing(Policy(null, english)));
            foreach (var (item, _, _) in Whole) Assert.Equal([item], PolicyCompleteness.Missing(Policy(item, english)));
        }

        Assert.Equal(Enum.GetValues<PolicyItem>(), Whole.Select(w => w.Item));
    }

    [Fact]
    public void Tables_of_the_registry_tell_what_they_hold() =>
        Assert.Equal([PolicyItem.Rights, PolicyItem.Ways, PolicyItem.CrossBorder, PolicyItem.Changes, PolicyItem.Complaint, PolicyItem.Court],
            PolicyCompleteness.Missing(PolicyDocument.Parse("{{operator}}\n\n{{purposes}}\n\n{{categories}}\n\n{{retention}}\n\n{{recipients}}")));

    [Fact]
    public void The_original_policy_leaves_out_officer_rights_complaints_and_courts()
    {
        var missing = PolicyCompleteness.Missing(PolicyDocument.Parse(Original()));
        Assert.All((PolicyItem[])[PolicyItem.Identity, PolicyItem.Officer, PolicyItem.Rights, PolicyItem.Complaint, PolicyItem.Court], item => Assert.Contains(item, missing));
        Assert.All((PolicyItem[])[PolicyItem.Purposes, PolicyItem.Changes, PolicyItem.CrossBorder], item => Assert.DoesNotContain(item, missing));
    }

    [Fact]
    public void A_norm_that_stands_twice_is_found_with_both_places()
    {
        const string norm = "我们在修改生效七天之前以邮件告知您修改了什么。";
        var found = Assert.Single(PolicyCompleteness.DuplicateNorms($"## 一\n\n甲。{norm}\n\n## 二\n\n**{norm}**乙。{{#S1.1}}"));
        Assert.Equal((7, 3, norm), (found.Line, found.FirstLine, found.Words));
        Assert.Empty(PolicyCompleteness.DuplicateNorms("联系我们\n\n联系我们\n\n您可以写信。\n\n您可以写信。"));
    }

    [Fact]
    public void The_original_policy_tells_twice_how_changes_are_notified() =>
        Assert.Contains(PolicyCompleteness.DuplicateNorms(Original()), n => (n.Line, n.FirstLine) == (129, 9));

    [Fact]
    public void The_originals_telephone_number_is_SC1_however_it_is_written()
    {
        // Put together here, for the number must not stand in the repository.
        string[] parts = ["400", $"{30:000}", $"{1888}"];
        Assert.All((string[])["-", "", " ", "–", ") ", "\u3000"], separator => Assert.Equal(("SC.1", 2), PolicyCompleteness.ForeignNumber($"电话\n{string.Join(separator, parts)}") is { } d ? (d.Id, d.Line) : default));
        Assert.Null(PolicyCompleteness.ForeignNumber($"{parts[0]}-{parts[1]}-1889，{parts[0]} 家，{parts[1]}{parts[2]}"));
        Assert.Equal(139, PolicyCompleteness.ForeignNumber(Original())?.Line);
    }

    private static string Original() => File.ReadAllText(RealData.PathOf("../policy/original.zh-CN.txt"));
}
