using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Messaging;

public sealed class MessageTextsTests
{
    private static readonly ProcessingRegistry Registry = ProcessingRegistry.Load(PolicyFolder.Shipped.RegistryFiles, PolicyFolder.Shipped.LoadBindings().ById.Keys.ToHashSet(StringComparer.Ordinal));

    public static TheoryData<string> Templates => [.. MessageTexts.All.Select(t => t.Id).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Templates))]
    public void A_text_is_registered_has_the_same_places_in_both_languages_and_in_one_order(string id)
    {
        Assert.Contains(id, Registry.Templates.Keys);
        var (zh, en) = (MessageTexts.Find(new(id), english: false)!, MessageTexts.Find(new(id), english: true)!);
        Assert.All((MessageText[])[zh, en], t => Assert.False(string.IsNullOrWhiteSpace(t.Title) || string.IsNullOrWhiteSpace(t.Text)));
        Assert.Equal(zh.Places.Order(StringComparer.Ordinal), en.Places.Order(StringComparer.Ordinal));
        Assert.Empty((zh with { Text = "" }).Places); // what stands in a subject line is seen on locked screens
    }

    [Theory, MemberData(nameof(Templates))]
    public void A_text_that_cannot_be_refused_holds_no_promotion_and_no_link(string id)
    {
        Assert.True(ContentLint.Applies(Registry.Templates[id].Class), "a text for what can be refused needs a way to refuse it");
        foreach (var english in (bool[])[false, true])
            Assert.Null(ContentLint.FindIn($"{MessageTexts.Find(new(id), english)!.Title} {MessageTexts.Find(new(id), english)!.Text}"));
    }

    [Theory]
    [InlineData("限时优惠，点击领取"), InlineData("详情见 https://elsewhere.example/"), InlineData("www.elsewhere"), InlineData("elsewhere.com"), InlineData("Special offer: buy now"), InlineData("weixin://dl")]
    public void The_linter_finds_promotion_and_links(string text) => Assert.NotNull(ContentLint.FindIn(text));

    [Theory, InlineData("iPhone 16 Pro"), InlineData("Windows 11 Edge 131.0"), InlineData("2026-11-26 12:00"), InlineData("482913"), InlineData("企业查询")]
    public void Ordinary_values_pass_the_linter(string text) => Assert.Null(ContentLint.FindIn(text));

    [Fact]
    public void Every_message_that_accounts_send_has_a_text()
    {
        string[] accounts = ["account_identity", "service_contact", "member_notice", "guardian_check"];
        var sent = Registry.Templates.Values.Where(t => accounts.Contains(t.Purpose) && t.Id is not "order_receipt").Select(t => t.Id); // orders have theirs when they come
        Assert.Equal(sent.Order(StringComparer.Ordinal), MessageTexts.All.Select(t => t.Id).Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Templates))]
    public void A_template_may_go_where_its_purpose_reads_the_address(string id)
    {
        var (template, purpose) = (Registry.Templates[id], Registry.Purposes[Registry.Templates[id].Purpose]);
        Assert.Contains("message.content", purpose.Reads.Keys);
        if (template.Channels.Contains("sms")) Assert.Contains("contact.phone", purpose.Reads.Keys);
        if (template.Channels.Contains("email")) Assert.Contains("contact.email", purpose.Reads.Keys);
        if (template.Channels.Contains("sms")) Assert.All((string[])["sms_aliyun", "sms_tencent"], to => Assert.Contains(to, purpose.Recipients));
        if (template.Channels.Contains("email")) Assert.Contains("mail_relay", purpose.Recipients);
    }

    [Fact]
    public void A_missing_and_an_unknown_value_are_named()
    {
        Assert.Contains("minutes", Assert.Throws<ArgumentException>(() => MessageTexts.Check(MessageTemplate.SignInCode, new Dictionary<string, string> { ["code"] = "1" })).Message, StringComparison.Ordinal);
        Assert.Contains("colour", Assert.Throws<ArgumentException>(() => MessageTexts.Check(MessageTemplate.SignInCode, new Dictionary<string, string> { ["code"] = "1", ["minutes"] = "5", ["colour"] = "red" })).Message, StringComparison.Ordinal);
        MessageTexts.Check(MessageTemplate.SignInCode, new Dictionary<string, string> { ["code"] = "1", ["minutes"] = "5" });
    }
}
