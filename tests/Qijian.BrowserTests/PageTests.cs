using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Qijian.Modules.Registry;
using Qijian.Tests;

namespace Qijian.BrowserTests;

/// <summary>The sample site in real Chromium.</summary>
public sealed class BrowserSite : IAsyncLifetime
{
    private IPlaywright playwright = null!;

    public TestSite Site { get; private set; } = null!;
    public IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Site = await TestSite.StartAsync();
        playwright = await Playwright.CreateAsync();
        Browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        playwright.Dispose();
        await Site.DisposeAsync();
    }
}

public sealed class PageTests(BrowserSite browser) : IClassFixture<BrowserSite>
{
    public static TheoryData<string, bool, int> Pages
    {
        get
        {
            TheoryData<string, bool, int> pages = [];
            foreach (var path in new[] { "/", "/search", "/companies/{0}", "/companies/{0}/ownership", "/companies/{0}/changes", "/nowhere", "/en/companies/{0}" })
                foreach (var (dark, width) in new[] { (false, 1440), (true, 390) }) pages.Add(path, dark, width);
            return pages;
        }
    }

    [Theory, MemberData(nameof(Pages))]
    public async Task A_page_is_accessible_fits_its_width_and_breaks_no_policy(string path, bool dark, int width)
    {
        var page = await browser.Browser.NewPageAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ViewportSize = new() { Width = width, Height = 900 } });
        List<string> errors = [];
        page.Console += (_, message) => { if (message.Type is "error" && !message.Text.Contains("404", StringComparison.Ordinal)) errors.Add(message.Text); };
        await page.GotoAsync(new Uri(browser.Site.Address, string.Format(System.Globalization.CultureInfo.InvariantCulture, path, SampleRegister.Showcase.CompanyCode)).ToString());
        var violations = (await page.RunAxe()).Violations;
        Assert.True(violations.Length == 0, string.Join('\n', violations.Select(v => $"{v.Id}: {v.Help}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}")));
        Assert.Empty(errors);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways");
        await page.CloseAsync();
    }

    [Fact]
    public async Task The_box_suggests_and_the_keyboard_opens_the_company()
    {
        var page = await browser.Browser.NewPageAsync();
        await page.GotoAsync(browser.Site.Address.ToString());
        await page.Locator("input[name=q]").PressSequentiallyAsync("星海示例科技有限公司");
        await Assertions.Expect(page.Locator("[role=option]").First).ToContainTextAsync("星海示例科技有限公司");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("星海示例科技有限公司");
    }

    [Fact]
    public async Task Without_scripts_a_search_reaches_a_company_and_the_source_of_a_fact()
    {
        await using var context = await browser.Browser.NewContextAsync(new() { JavaScriptEnabled = false });
        var page = await context.NewPageAsync();
        await page.GotoAsync(browser.Site.Address.ToString());
        await page.Locator("input[name=q]").FillAsync("星海示例科技有限公司");
        await page.Locator("button").ClickAsync();
        await page.Locator(".hit h2 a").First.ClickAsync();
        await page.Locator("details.src summary").First.ClickAsync();
        await Assertions.Expect(page.Locator(".src-box").First).ToContainTextAsync("sample");
    }
}
