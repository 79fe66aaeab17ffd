using Qijian.Modules.Registry;
using static Microsoft.Playwright.Assertions;

namespace Qijian.BrowserTests;

/// <summary>Pictures of relations in a real browser, with its fonts: what is measured without them must hold.</summary>
public sealed class PictureTests(BrowserSite browser) : IClassFixture<BrowserSite>
{
    private static string Hub => $"/companies/{SampleRegister.Showcase.HubCode}/structure";

    [Theory, InlineData(SampleRegister.Showcase.HubCode), InlineData(SampleRegister.Showcase.CompanyCode), InlineData(SampleRegister.Showcase.CycleOneCode), InlineData(SampleRegister.Showcase.LatinCode), InlineData(SampleRegister.Showcase.RangesCode)]
    public async Task Every_text_is_inside_its_box(string company)
    {
        foreach (var language in (string[])["", "/en"])
        {
            var (page, faults) = await browser.OpenAsync($"{language}/companies/{company}/structure?depth=all&ended=1");
            await using var context = page.Context;
            Assert.True(await page.Locator("svg.party").CountAsync() > 1, "nothing is drawn");
            var outside = await page.EvaluateAsync<string[]>("""
                () => [...document.querySelectorAll('svg.picture svg.party, svg.picture g.share')].flatMap(box => {
                  const rect = box.querySelector('rect').getBBox();
                  return [...box.querySelectorAll('text')].filter(text => { const t = text.getBBox(); return t.x < rect.x || t.x + t.width > rect.x + rect.width || t.y + t.height > rect.y + rect.height + 3; }).map(text => text.textContent);
                })
                """);
            Assert.Empty(outside);
            Assert.Empty(faults);
        }
    }

    [Fact]
    public async Task A_fan_opens_in_its_place_and_the_table_follows()
    {
        var (page, faults) = await browser.OpenAsync(Hub);
        await using var context = page.Context;
        var before = await page.Locator("svg.party").CountAsync();
        await page.EvaluateAsync("window.same = true");
        await page.Locator(".party.more a").First.DispatchEventAsync("click");
        await Expect(page.Locator("svg.party").Nth(before + 3)).ToBeAttachedAsync();
        Assert.True(await page.EvaluateAsync<bool>("window.same"), "a new page was loaded");
        Assert.Contains("open=", page.Url, StringComparison.Ordinal);
        Assert.Empty(faults);
    }

    [Fact]
    public async Task Buttons_keys_and_drags_move_the_picture()
    {
        var (page, faults) = await browser.OpenAsync(Hub);
        await using var context = page.Context;
        var width = await WidthAsync();
        await page.Locator(".zoom button").First.ClickAsync();
        Assert.True(await WidthAsync() > width);
        await page.Locator("[data-canvas]").FocusAsync();
        await page.Keyboard.PressAsync("0");
        Assert.True(await WidthAsync() < width);
        await page.Keyboard.PressAsync("+");
        await page.Keyboard.PressAsync("+");
        await page.Keyboard.PressAsync("+");
        var left = await page.EvaluateAsync<double>("document.querySelector('[data-canvas]').scrollLeft");
        var box = (await page.Locator("[data-canvas]").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + 8);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (box.Width / 2) - 60, box.Y + 8, new() { Steps = 4 });
        await page.Mouse.UpAsync();
        Assert.NotEqual(left, await page.EvaluateAsync<double>("document.querySelector('[data-canvas]').scrollLeft"));
        Assert.Empty(faults);

        Task<double> WidthAsync() => page.EvaluateAsync<double>("document.querySelector('svg.picture').getBoundingClientRect().width");
    }

    [Fact]
    public async Task Without_script_fans_are_links_and_the_number_is_the_field()
    {
        var (page, _) = await browser.OpenAsync(Hub, script: false);
        await using var context = page.Context;
        await Expect(page.Locator("input[type=range]")).ToBeHiddenAsync();
        var link = await page.Locator(".party.more a").First.GetAttributeAsync("href");
        var before = await page.Locator("svg.party").CountAsync();
        await page.GotoAsync(new Uri(browser.Site.Address, link!).ToString());
        Assert.True(await page.Locator("svg.party").CountAsync() > before);
    }

    [Fact]
    public async Task While_a_matrix_is_worked_out_its_page_says_how_far_it_is()
    {
        var (page, faults) = await browser.OpenAsync("/relations/matrix");
        await using var context = page.Context;
        TaskCompletionSource told = new();
        var asked = 0;
        await page.RouteAsync("**/relations/matrix/progress/*", async route =>
        {
            await route.FulfillAsync(new() { ContentType = "application/json", Body = ++asked == 1 ? "{\"names\":3,\"matched\":2,\"pairs\":0,\"allPairs\":0}" : "{\"names\":3,\"matched\":3,\"pairs\":1,\"allPairs\":3}" });
            if (asked == 3) told.SetResult();
        });
        await page.RouteAsync("**/relations/matrix", async route =>
        {
            await told.Task; // as a long list takes its time
            await route.ContinueAsync();
        });
        // A page that waits for the next is asked nothing: what it said is read afterwards.
        await page.EvaluateAsync("const status = document.querySelector('[data-progress]'); new MutationObserver(() => { sessionStorage.said = `${sessionStorage.said ?? ''}${status.textContent}|`; }).observe(status, { childList: true })");
        await page.Locator("#names").FillAsync($"{SampleRegister.Showcase.CompanyCode}\n{SampleRegister.Showcase.ParentCode}\n{SampleRegister.Showcase.HubCode}");
        await page.Locator("form[data-watch] button.primary").DispatchEventAsync("click");
        await Expect(page.Locator("#pairs")).ToBeVisibleAsync();
        Assert.StartsWith("正在匹配名称：2 / 3|正在查找关系：1 / 3 对|", await page.EvaluateAsync<string>("sessionStorage.said"), StringComparison.Ordinal);
        Assert.Empty(faults);
    }

    [Fact]
    public async Task A_company_is_picked_by_keys_and_found_by_its_id()
    {
        var (page, _) = await browser.OpenAsync("/relations");
        await using var context = page.Context;
        await page.Locator("#from").PressSequentiallyAsync("星海示例科技有限公司");
        await Expect(page.Locator("[role=option]", new() { HasText = SampleRegister.Showcase.Company }).First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#from")).ToHaveValueAsync($"{SampleRegister.Showcase.Company} {SampleRegister.Showcase.CompanyCode}");
        await page.Locator("#to").FillAsync(SampleRegister.Showcase.ParentCode);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#path-1")).ToBeVisibleAsync();
    }
}
