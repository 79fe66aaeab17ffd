using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Qijian.Platform;

namespace Qijian.Tests;

/// <summary>A site with an operator.</summary>
public sealed class OperatedSite : IAsyncLifetime
{
    public static readonly string[] Operator =
    [
        "--Operator:Name=晋州启明数据有限公司", "--Operator:Address=河北省晋州市中兴路 18 号", "--Operator:ProtectionOfficer=个人信息保护办公室 陆川", "--Operator:Contact=河北省晋州市中兴路 18 号 个人信息保护办公室收",
        "--Operator:Email=privacy@qiming-data.cn", "--Operator:Phone=0311-8432 6650", "--Operator:Hours=工作日 9:00–17:30", "--Operator:WeChat=https://weixin.qq.com/r/qiming", "--Operator:ComplaintUrl=/privacy/requests",
    ];

    public TestSite Site { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Site = await TestSite.StartAsync(settings: Operator);

    public ValueTask DisposeAsync() => Site.DisposeAsync();
}

public sealed class ContactPageTests(OperatedSite operated) : IClassFixture<OperatedSite>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/privacy/contact", "晋州启明数据有限公司", "中兴路 18 号", "个人信息保护办公室 陆川", "mailto:privacy@qiming-data.cn", "0311-8432 6650", "工作日 9:00–17:30", "其余时间无人接听", "15 个工作日", "12377", "12315", "\"/privacy/leaving?to=wechat\"", "\"/privacy/requests\"", "回到顶部")]
    [InlineData("/en/privacy/contact", "Protection officer", "At other times nobody answers", "15 working days", "\"/en/privacy/leaving?to=wechat\"", "\"/en/privacy/requests\"", "Back to top")]
    public async Task The_page_says_who_is_responsible_and_where_to_complain(string path, params string[] words)
    {
        var page = await operated.Site.Client.GetStringAsync(path, Ct);
        Assert.All(words, word => Assert.Contains(word, page, StringComparison.Ordinal));
        Assert.DoesNotContain("weixin.qq.com", page, StringComparison.Ordinal);
    }

    [Theory, InlineData("/"), InlineData("/en/help/search")]
    public async Task Every_page_leads_there(string path) => Assert.Contains("/privacy/contact\"", await operated.Site.Client.GetStringAsync(path, Ct), StringComparison.Ordinal);

    [Theory]
    [InlineData("/privacy/leaving?to=wechat", "https://weixin.qq.com/r/qiming", "腾讯", "没有向对方发送任何信息", "继续前往", "留在本站"), InlineData("/en/privacy/leaving?to=12377", "https://www.12377.cn/", "Cyberspace Administration", "has sent them nothing", "Continue", "Stay here"), InlineData("/privacy/leaving?to=12315", "https://www.12315.cn/", "12315", "没有向对方发送任何信息", "继续前往", "留在本站")]
    public async Task Before_a_page_of_somebody_else_stands_who_it_is_and_a_choice(string path, string destination, params string[] words)
    {
        var answer = await operated.Site.Client.GetAsync(path, Ct);
        var page = await answer.Content.ReadAsStringAsync(Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode); // no redirect: the person decides
        Assert.Contains($"<a href=\"{destination}\" rel=\"noreferrer", page, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, page, StringComparison.Ordinal));
    }

    [Theory, InlineData(""), InlineData("?to="), InlineData("?to=https://evil.cn/"), InlineData("?to=//evil.cn"), InlineData("?to=complaint"), InlineData("?to=WeChat")]
    public async Task The_notice_leads_nowhere_else(string query)
    {
        var answer = await operated.Site.Client.GetAsync($"/privacy/leaving{query}", Ct);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.DoesNotContain("href=\"https://evil.cn", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_demonstration_says_that_nobody_runs_it_and_shows_no_half_operator()
    {
        await using var site = await TestSite.StartAsync(settings: ["--Operator:Name=晋州启明数据有限公司", "--Operator:WeChat=https://weixin.qq.com/r/qiming"]);
        var page = await site.Client.GetStringAsync("/privacy/contact", Ct);
        Assert.Contains("没有运营者", page, StringComparison.Ordinal);
        Assert.DoesNotContain("晋州启明", page, StringComparison.Ordinal);
        Assert.Contains("without an operator", await site.Client.GetStringAsync("/en/privacy/contact", Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Client.GetAsync("/privacy/leaving?to=wechat", Ct)).StatusCode);
    }

    [Theory]
    [InlineData("Name=TODO"), InlineData("Name=XX公司"), InlineData("Name=示例公司"), InlineData("Name=Example Ltd"), InlineData("Name=某某科技有限公司"), InlineData("Address=待填"), InlineData("Address=xxx"), InlineData("Address=北京市＊＊区"), InlineData("ProtectionOfficer=your name"), InlineData("ProtectionOfficer=无"), InlineData("Contact=-"), InlineData("Contact=test")]
    [InlineData("Email=privacy@example.com"), InlineData("Email=privacy@site.invalid"), InlineData("Email=nobody"), InlineData("Phone=00000000000"), InlineData("Phone=400-123-4567"), InlineData("Phone=13800138000"), InlineData("Hours=TBD"), InlineData("WeChat=https://evil.cn/"), InlineData("WeChat=http://weixin.qq.com/r/a"), InlineData("WeChat=javascript:alert(1)"), InlineData("WeChat=https://evil-weixin.qq.com.cn/"), InlineData("ComplaintUrl=//evil.cn"), InlineData("ComplaintUrl=javascript:alert(1)"), InlineData("ComplaintUrl=/\\evil.cn")]
    public void A_placeholder_keeps_the_site_from_starting_and_is_named(string setting)
    {
        var folder = Directory.CreateTempSubdirectory("qijian-operator-").FullName;
        using IHost site = Program.Build([.. OperatedSite.Operator.Where(o => !o.StartsWith($"--Operator:{setting.Split('=')[0]}=", StringComparison.Ordinal)), $"--Operator:{setting}"], new(folder), quiet: true);
        var refused = Assert.Throws<OptionsValidationException>(() => site.Services.GetRequiredService<SiteState>()); // what serve asks first
        Assert.Contains($"Operator:{setting.Split('=')[0]}", refused.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Serve_with_a_placeholder_ends_with_status_1()
    {
        var folder = Directory.CreateTempSubdirectory("qijian-operator-").FullName;
        Assert.Equal(1, await Qijian.Platform.CommandLine.Verbs.RunAsync(["serve", "--data", folder, "--urls", "http://127.0.0.1:0", .. OperatedSite.Operator, "--Operator:Phone=TODO"], Program.CommandLine()));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void The_telephone_number_of_the_original_policy_is_a_placeholder_however_it_is_written()
    {
        var original = Path.Combine(Environment.GetEnvironmentVariable("QIJIAN_TESTDATA") ?? "", "../policy/original.zh-CN.txt");
        Assert.SkipUnless(File.Exists(original), "The original policy is not here");
        var number = System.Text.RegularExpressions.Regex.Match(File.ReadAllText(original), "[0-9]{3}-[0-9]{3}-[0-9]{4}", default, TimeSpan.FromSeconds(1)).Value;
        Assert.All([number, number.Replace("-", "", StringComparison.Ordinal), number.Replace('-', ' '), $"+86 {number} 转 2", string.Concat(number.Select(c => char.IsAsciiDigit(c) ? (char)(c - '0' + '０') : c))], n => Assert.True(OperatorRules.IsPlaceholder(n), n));
        Assert.False(OperatorRules.IsPlaceholder(number[..^1] + (char)('0' + ((number[^1] - '0' + 1) % 10))));
    }

    [Theory, InlineData("0311-8432 6650"), InlineData("上海巴尔 Coffee Bar 有限公司"), InlineData("Exxon (Beijing) Co., Ltd."), InlineData("北京市海淀区中关村大街 1 号"), InlineData("privacy@qiming-data.cn"), InlineData("400-888-8888")]
    public void What_may_be_real_is_admitted(string value) => Assert.False(OperatorRules.IsPlaceholder(value));
}
