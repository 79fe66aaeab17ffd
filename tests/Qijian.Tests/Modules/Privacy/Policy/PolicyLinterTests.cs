using CsCheck;
using Qijian.Modules.Privacy;
using Qijian.Tests.Engine;

namespace Qijian.Tests.Modules.Privacy.Policy;

public sealed class PolicyLinterTests
{
    private static string Original() => File.ReadAllText(RealData.PathOf("../policy/original.zh-CN.txt"));

    private static string Places(string text) => string.Join("; ", PolicyLinter.Check(text).GroupBy(d => d.Id).OrderBy(g => int.Parse(g.Key.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture)).Select(g => $"{g.Key}: {string.Join(' ', g.Select(d => d.Line))}"));

    // Nobody is named in a few sentences: D19 has tests of its own.
    private static IEnumerable<string> Ids(string text) => PolicyLinter.Check(text).Select(d => d.Id).Where(id => id != "D19").Distinct();

    [Fact]
    public void The_original_policy_has_its_ten_defects_at_their_places() => Assert.Equal(
        "D1: 5; D2: 9 129; D4: 49; D5: 25; D7: 5 15 19 21 23 25 27 39 41 45 47 55 57 61 85; D10: 49; D11: 109; D13: 93; D18: 133; D19: 137", Places(Original()));

    [Fact]
    public void Markdown_around_the_original_policy_changes_nothing() => Assert.Equal(
        PolicyLinter.Check(Original()).Select(d => d.Id).Distinct(),
        PolicyLinter.Check(string.Join("\n\n", Original().Split("\n\n").Select((p, i) => $"**{p}** {{#S1.{i}}}"))).Select(d => d.Id).Distinct());

    [Theory]
    [InlineData("您使用本站，即视为同意本政策。")]
    [InlineData("一经登录，默认您已接受全部条款。")]
    [InlineData("您瀏覽本站的行為即代表您同意本政策。")]
    [InlineData("只要您访问本站，就表示您许可我们处理您的信息。")]
    [InlineData("- 您**使用**服务的行为\n  构成您对本政策的同意。{#S1.4}")]
    [InlineData("您使用本站即同意本政策。")]
    [InlineData("By using this site, you agree to this policy.")]
    [InlineData("You accept this policy by using the site.")]
    [InlineData("If you use the site you are deemed to have accepted this policy.")]
    [InlineData("从您安装应用起，推定您已同意本政策。")]
    [InlineData("Your use of the service constitutes consent to this policy.")]
    [InlineData("Browsing our pages is deemed to be acceptance of these terms.")]
    [InlineData("We treat your visit as using the site and use of it as consent.")]
    public void Consent_by_use_is_D1(string text) => Assert.Equal(["D1"], Ids(text));

    [Theory]
    [InlineData("您使用本站不视为同意。")]
    [InlineData("浏览本站，并不代表您同意任何事项。")]
    [InlineData("我们不会因您使用本站而视为您同意。")]
    [InlineData("我们不会把您使用本站的行为视为同意。")]
    [InlineData("“使用即视为同意”之类的条款无效。")]
    [InlineData("本政策不写“您使用本站即视为同意”。")]
    [InlineData("使用位置功能之前，您点击“同意”即表示您同意我们收集位置。")]
    [InlineData("您不同意，仍可使用查询功能。")]
    [InlineData("我们不以您的浏览、注册推定您同意。")]
    [InlineData("任何一方不得约定使用即视为同意。")]
    [InlineData("原来的“您使用即视为您的同意”一句已经删除。")]
    [InlineData("未成年人使用本站之前，监护人应当明确表示同意。")]
    [InlineData("使用中的可选用途默认关闭，经您同意才开启。")]
    [InlineData("使用本站并不意味着您接受其他处理。")]
    [InlineData("You do not consent by using this site.")]
    [InlineData("By using the site you do not agree to anything.")]
    [InlineData("Using this site does not constitute consent.")]
    [InlineData("Browsing is never deemed to be consent.")]
    [InlineData("A term under which use is deemed consent is void.")]
    [InlineData("We use your location only if you agree.")]
    [InlineData("We never treat use of the site as consent.")]
    [InlineData("No use of this site constitutes consent.")]
    public void Consent_that_is_given_or_denied_is_no_D1(string text) => Assert.Empty(Ids(text));

    [Theory]
    [InlineData("政策修订后您仍使用本站的，视为您接受修订。")]
    [InlineData("若您继续使用，即表示同意新的条款。")]
    [InlineData("您的繼續使用將被視為接受變更。")]
    [InlineData("Your continued use of the site means that you accept the changes.")]
    [InlineData("By continuing to use the site you agree to the updated policy.")]
    [InlineData("If you keep using the site after a change, you accept it.")]
    public void Continued_use_as_acceptance_is_D2(string text) => Assert.Equal(["D2"], Ids(text));

    [Theory]
    [InlineData("继续使用不视为同意。")]
    [InlineData("政策变更后，您继续使用本站不代表您接受变更。")]
    [InlineData("继续使用，不会被视为接受修订。")]
    [InlineData("约定“继续使用即视为同意”的条款无效。")]
    [InlineData("变更扩大范围的，您重新同意之前，我们不按新的范围处理，您可以继续使用。")]
    [InlineData("Continued use is not acceptance of changes and does not mean that you agree.")]
    [InlineData("Continued use shall not be deemed acceptance of an updated policy.")]
    [InlineData("You can continue to use the site without agreeing to the changes.")]
    public void Continued_use_that_says_nothing_is_no_D2(string text) => Assert.Empty(Ids(text));

    [Theory]
    [InlineData("①姓名。\n②电话。\n④地址。", 3)]
    [InlineData("一、总则\n\n1. 甲。\n\n2. 乙。\n\n二、分则\n\n1. 丙。\n\n3. 丁。", 11)]
    [InlineData("(1)甲。\n\n(3)乙。", 3)]
    [InlineData("## 1. One\n\n1. a\n2. b\n\n## 3. Three\n\nc", 6)]
    [InlineData("1.1 One.\n\n1.2 Two.\n\n1.4 Four.", 5)]
    [InlineData("十、甲\n\n十一、乙\n\n十三、丙", 5)]
    [InlineData("- 位置信息撤回自操作后生效。", 1)]
    [InlineData("1. IP address withdrawal takes effect at once.", 1)]
    [InlineData("1. 甲。\n2. 设备信息，用于安全；我们对此不承担任何责任。", 2)]
    public void A_missing_number_or_a_fused_item_is_D4(string text, int line) => Assert.Equal(line, Assert.Single(PolicyLinter.Check(text), d => d.Id == "D4").Line);

    [Theory]
    [InlineData("①姓名。\n②电话。\n③地址。")]
    [InlineData("1. 甲。\n\n(1)乙。\n\n(2)丙。\n\n2. 丁。\n\n(1)戊。\n\n3. 己。")]
    [InlineData("1. One.\n   1. a\n   2. b\n   3. c\n2. Two.\n   1. d\n3. Three.")]
    [InlineData("1. a\n1. b\n1. c")]
    [InlineData("九、甲\n\n十、乙\n\n十一、丙\n\n十二、丁")]
    [InlineData("位置信息：撤回授权后我们不再读取。")]
    [InlineData("2024.1 版。\n\n400 家。\n\n7.5 万家。")]
    public void Numbers_in_order_and_items_of_one_kind_are_no_D4(string text) => Assert.DoesNotContain(PolicyLinter.Check(text), d => d.Id == "D4");

    private const string Paragraph = "为向您发送您请求的企业报告，我们在您提出请求时请您填写一个电子邮箱地址，报告发出三十天之后我们删除这个地址，不作他用，也不提供给他人。";
    private const string English = "To send the report that you ask for we need an e-mail address from you; thirty days after the report was sent we delete that address, and we use it for nothing else.";

    [Theory]
    [InlineData("## 甲\n\n" + Paragraph + "\n\n## 乙\n\n" + Paragraph, 7)]
    [InlineData("1. 甲" + Paragraph + "\n\n2. 乙乙" + Paragraph, 3)]
    [InlineData(English + "\n\nAnother matter.\n\n**" + English + "**", 5)]
    [InlineData("## Cookie\n\n我们可能需要写信，请您留意邮件与短信，并在设置中选择渠道。", 1)]
    [InlineData("# 未成年人\n\n我们采用加密的方式保护您的密码，并每年演练一次。", 1)]
    [InlineData("# Cookies\n\nYou may ask for a copy, and we correct or delete what is wrong.", 1)]
    public void A_repeated_paragraph_or_a_heading_that_says_something_else_is_D5(string text, int line) => Assert.Equal(line, Assert.Single(PolicyLinter.Check(text), d => d.Id == "D5").Line);

    [Theory]
    [InlineData("## 报告\n\n" + Paragraph + "\n\n## 订单\n\n为向您展示您的订单，我们保存订单的编号、金额与时间，交易完成三年之后删除，期间只有您和客服可以看到，另有法定保存义务的从其规定。")]
    [InlineData("## Cookie\n\n我们只用一个必要的 Cookie，用来记住您选择的语言。")]
    [InlineData("## 未成年人\n\n不满十四周岁的，须由监护人同意，否则我们不提供账号。")]
    [InlineData("## 引言\n\n本政策说明我们收集哪些信息、为什么收集、保存多久。")]
    [InlineData("## Cookie\n\n{{cookies}}")]
    public void Different_paragraphs_under_fitting_headings_are_no_D5(string text) => Assert.DoesNotContain(PolicyLinter.Check(text), d => d.Id == "D5");

    [Theory]
    [InlineData("我们收集手机号码、邮箱、位置等信息。")]
    [InlineData("我们可能会收集您的通讯录信息。")]
    [InlineData("您的信息主要用于下列用途。")]
    [InlineData("信息包括但不限于姓名，供我们使用。")]
    [InlineData("我们将信息用于其他合法用途。")]
    [InlineData("我们按行业惯例收集信息。")]
    [InlineData("我们在合规前提下使用数据进行商业探索。")]
    [InlineData("我们收集姓名和其他个人信息。")]
    [InlineData("We collect your name and other information.")]
    [InlineData("我们还会收集与服务相关的其他信息。")]
    [InlineData("We may collect information about you.")]
    [InlineData("We process data including, but not limited to, your name.")]
    [InlineData("We collect your name, e-mail address, etc. as information.")]
    [InlineData("Your data is primarily used for support.")]
    [InlineData("We use the information for other purposes.")]
    public void Open_ended_words_on_collection_or_use_are_D7(string text) => Assert.Equal(["D7"], Ids(text));

    [Theory]
    [InlineData("我们收集手机号码、邮箱、昵称等三项信息。")]
    [InlineData("我们不收集通讯录、位置等信息。")]
    [InlineData("处理者与接收方承担同等的保护义务，处理信息的等级相等。")]
    [InlineData("您可能需要等待，信息才会更新。")]
    [InlineData("本政策不使用“主要用于”“等信息”之类的字样。")]
    [InlineData("我们不收集姓名和其他个人信息。")]
    [InlineData("我们尽可能在获得信息前告知。")]
    [InlineData("We do not collect your location and other data.")]
    [InlineData("手机号码用于登录和安全，不作其他用途。")]
    [InlineData("我们依据个人信息保护法等法律处理信息。")]
    [InlineData("我们的主要营业地见联系方式。")]
    [InlineData("You may use the form to see your data.")]
    [InlineData("We may not collect other data without your consent.")]
    [InlineData("The text never says that data is \"primarily used for\" anything.")]
    public void Closed_lists_and_other_words_are_no_D7(string text) => Assert.Empty(Ids(text));

    [Theory]
    [InlineData("您停止使用时，需要自行清除服务器上的资料。")]
    [InlineData("注销后账号数据的清理由您自行负责。")]
    [InlineData("未注销造成的损失由用户自行承担，我们不承担任何责任。")]
    [InlineData("云端数据须由用户负责清除，我们只提供账号。")]
    [InlineData("您应自行承担账号丢失的损失。")]
    [InlineData("不清理资料的，后果自负。")]
    [InlineData("When you leave, you must delete your data from our servers.")]
    [InlineData("All losses shall be borne by you.")]
    [InlineData("You use the site at your own risk.")]
    public void Burdens_put_on_the_user_are_D10(string text) => Assert.Equal(["D10"], Ids(text));

    [Theory]
    [InlineData("您无需自行清除服务器上的资料，注销时由我们删除。")]
    [InlineData("您可以自行删除本机的缓存。")]
    [InlineData("如需自行删除资料，请到设置页。")]
    [InlineData("因我们过错造成的损失不由您承担。")]
    [InlineData("You never have to delete your data from our servers yourself.")]
    [InlineData("账号数据的删除不由您负责，由我们完成。")]
    [InlineData("You must not delete the data of others.")]
    [InlineData("We are responsible for deleting your data.")]
    [InlineData("You may delete your account at any time.")]
    [InlineData("We delete the data; you do not need to remove anything from your account.")]
    public void Duties_that_stay_with_the_handler_are_no_D10(string text) => Assert.Empty(Ids(text));

    [Theory]
    [InlineData("因黑客攻击造成泄露的，我们不承担任何责任。")]
    [InlineData("本站概不负责。")]
    [InlineData("您同意免除我们的一切责任。")]
    [InlineData("您同意我們無需承擔任何責任。")]
    [InlineData("各条款如被认定无效，我们也不承担任何责任。")]
    [InlineData("我们不对病毒造成的损失承担责任。")]
    [InlineData("他人攻击造成的后果与本站无关。")]
    [InlineData("发生上述情形的，平台可以免责。")]
    [InlineData("You agree that we are not liable for attacks.")]
    [InlineData("任何情况下，运营者均不就数据泄露负责。")]
    [InlineData("本公司不承担因系统故障造成的任何损失。")]
    [InlineData("We are not liable for leaks.")]
    [InlineData("We disclaim all liability.")]
    [InlineData("Under no circumstances shall the company be held responsible, and no liability is accepted.")]
    [InlineData("The operator accepts no responsibility for attacks.")]
    public void Excluded_liability_is_D11(string text) => Assert.Equal(["D11"], Ids(text));

    [Theory]
    [InlineData("“不承担任何责任”这样的条款无效。")]
    [InlineData("法律规定，写明“我们不承担任何责任”的格式条款无效。")]
    [InlineData("我们不会主张不承担责任。")]
    [InlineData("对此您不承担任何责任。")]
    [InlineData("本条不免除我们依法应承担的责任。")]
    [InlineData("我们能够证明自己没有过错的，依法不承担赔偿责任。")]
    [InlineData("发生泄露，我们依法承担责任。")]
    [InlineData("我们不因您撤回同意而让您承担责任。")]
    [InlineData("我们不能以此免责。")]
    [InlineData("‘概不负责’的说法没有效力。")]
    [InlineData("我们不能证明没有过错的，应当赔偿并承担责任。")]
    [InlineData("We bear the liability that the law lays on us and exclude none of it.")]
    [InlineData("Nothing in this policy means that we are not liable.")]
    [InlineData("You bear no liability for this.")]
    [InlineData("A term that says \"we are not liable\" is void.")]
    [InlineData("Nothing in this policy excludes our liability.")]
    [InlineData("We do not exclude or limit our liability.")]
    [InlineData("You are not liable for this.")]
    public void Liability_that_stays_is_no_D11(string text) => Assert.Empty(Ids(text));

    [Theory]
    [InlineData("您授权我们以自身名义代您提起诉讼。")]
    [InlineData("信息被侵害时，您同意授权本公司代您追究侵权人的责任。")]
    [InlineData("您授权平台以平台名义起诉侵权人。")]
    [InlineData("You authorise us to sue infringers in our own name.")]
    [InlineData("Users hereby authorize the company to take legal action on their behalf.")]
    public void A_blanket_mandate_to_sue_is_D13(string text) => Assert.Equal(["D13"], Ids(text));

    [Theory]
    [InlineData("只有您就个案书面授权我们，我们才代您提起诉讼。")]
    [InlineData("您无需授权我们代您起诉。")]
    [InlineData("我们依照合同追究接收方的责任。")]
    [InlineData("We act for you only where you authorise us to sue in a specific case.")]
    [InlineData("You do not authorise us to sue for you.")]
    public void A_mandate_per_case_is_no_D13(string text) => Assert.Empty(Ids(text));

    [Theory]
    [InlineData("您浏览本站，即表示您同意受某地法院管辖。")]
    [InlineData("使用我们的产品，视为您接受中国法律的约束。")]
    [InlineData("您访问本站即受某地法院管辖。")]
    [InlineData("By browsing this site you submit to the jurisdiction of our courts.")]
    [InlineData("Use of the site is deemed consent to arbitration.")]
    public void Jurisdiction_by_browsing_is_D18(string text) => Assert.Equal(["D18"], Ids(text));

    [Theory]
    [InlineData("本政策适用中华人民共和国法律，您可以向有管辖权的法院起诉。")]
    [InlineData("浏览本站不表示您同意任何法院的管辖。")]
    [InlineData("The law of China applies; you may sue in any court that has jurisdiction.")]
    [InlineData("Browsing does not mean that you accept the jurisdiction of a court.")]
    public void Law_that_is_stated_is_no_D18(string text) => Assert.Empty(Ids(text));

    private const string Named = "处理者名称：某某有限公司\n\n个人信息保护负责人：法务部\n\n邮箱：privacy@example.org\n\n您可以向我们投诉。";

    [Fact]
    public void A_text_that_names_handler_officer_address_and_complaints_has_no_D19()
    {
        Assert.Empty(PolicyLinter.Check(Named));
        Assert.Empty(PolicyLinter.Check("{{operator}}\n\n您可以投诉。"));
        Assert.Empty(PolicyLinter.Check("The controller is Example Ltd. The data protection officer answers at privacy@example.org, and you may complain there."));
    }

    [Theory, InlineData("某某有限公司"), InlineData("个人信息保护负责人"), InlineData("privacy@example.org"), InlineData("投诉")]
    public void A_text_without_one_of_them_is_D19(string without) =>
        Assert.Equal("D19", Assert.Single(PolicyLinter.Check(Named.Replace("处理者名称：", "", StringComparison.Ordinal).Replace(without, "", StringComparison.Ordinal))).Id);

    [Fact]
    public void The_words_at_fault_are_quoted_as_they_stand()
    {
        var defect = Assert.Single(PolicyLinter.Check("# 声明\n\n我们写明规则。\n您瀏覽**本站**，即視為您同意。"), d => d.Id == "D1");
        Assert.Equal((4, "瀏覽本站，即視為您同意"), (defect.Line, defect.Words));
    }

    [Theory]
    [InlineData("您使用本站，"), InlineData("即视为同意"), InlineData("不承担任何责任。"), InlineData("①\n"), InlineData("1. 甲\n3. 乙\n"), InlineData("等信息、"), InlineData("by using "), InlineData("not liable "), InlineData("“"), InlineData("a"), InlineData("\n"), InlineData("# x\n"), InlineData("授权我们代您"), InlineData("{{"), InlineData("a@"), InlineData("收集使用可能"), InlineData("4")]
    public void A_long_text_of_any_kind_is_linted(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length));
        Assert.NotNull(PolicyLinter.Check(text));
        Assert.NotNull(PolicyCompleteness.Missing(PolicyDocument.Parse(text)));
        Assert.NotNull(PolicyCompleteness.DuplicateNorms(text).ToList());
        Assert.Null(PolicyCompleteness.ForeignNumber(text));
    }

    [Fact]
    public void Any_text_is_linted() => Gen.OneOf(Gen.Char.Select(c => c.ToString()), Gen.OneOf("\n", "。", "视为", "同意", "使用", "不", "承担责任", "等信息", "①", "③", "#", "- ", "“", "”", "\uD840", "\u0301", "1.", "十、", "by using", " you agree", "{{", "{#")).Array[0, 80].Sample(pieces =>
    {
        var text = string.Concat(pieces);
        var lines = text.ReplaceLineEndings("\n").Split('\n').Length;
        Assert.All(PolicyLinter.Check(text), d => Assert.InRange(d.Line, 1, lines));
        PolicyCompleteness.Missing(PolicyDocument.Parse(text));
        Assert.NotNull(PolicyCompleteness.DuplicateNorms(text).ToList());
        PolicyCompleteness.ForeignNumber(text);
    }, iter: 20_000);
}
