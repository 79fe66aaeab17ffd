using System.Net;
using System.Text.RegularExpressions;
using Qijian.Tests.Modules.Privacy;

namespace Qijian.Tests.Modules.Accounts;

/// <summary>Somebody at the pages of signing in: fills in the form that the last answer shows, and presses its button.</summary>
internal sealed partial class Person(TestSite site, params (string Name, string Value)[] headers)
{
    public Browser Browser { get; } = new(site, headers);

    /// <summary>Somebody who has just opened an account, an adult.</summary>
    public static async Task<Person> SignedUpAsync(TestSite site, string number)
    {
        Person person = new(site);
        await person.SendAsync("/account/sign-up", ("phone", number), ("band", "Adult"));
        Assert.Equal(HttpStatusCode.Found, (await person.CodeAsync(await SignUpTests.CodeAsync(site, "+86" + number))).StatusCode);
        return person;
    }

    /// <summary>Who it is for the site, where a test needs to know.</summary>
    public string Id { get; set; } = "";

    /// <summary>The last page.</summary>
    public string Body { get; set; } = "";

    public Task<HttpResponseMessage> SendAsync(string page, params (string Name, string Value)[] fields) => SendAsync(page, "number", fields);

    public async Task<HttpResponseMessage> SendAsync(string page, string handler, params (string Name, string Value)[] fields)
    {
        Body = await Browser.ReadAsync(page);
        return await PressAsync(handler, fields);
    }

    public Task<HttpResponseMessage> CodeAsync(string code) => PressAsync("code", ("code", code));

    /// <summary>Sends the form of the last page that goes to a handler.</summary>
    public async Task<HttpResponseMessage> PressAsync(string handler, params (string Name, string Value)[] fields)
    {
        var form = Form().Matches(Body).Select(m => m.Value).First(f => f.Contains($"handler={handler}\"", StringComparison.Ordinal));
        var all = Hidden().Matches(form).Select(m => m.Value).ToDictionary(i => Name().Match(i).Groups["v"].Value, i => WebUtility.HtmlDecode(Value().Match(i).Groups["v"].Value), StringComparer.Ordinal);
        foreach (var (name, value) in fields) all[name] = value;
        var response = await Browser.PostAsync(WebUtility.HtmlDecode(Action().Match(form).Groups["v"].Value), all);
        if (response.Content.Headers.ContentType?.MediaType is "text/html") Body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return response;
    }


    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    [GeneratedRegex("<input[^>]*type=\"hidden\"[^>]*>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hidden();

    [GeneratedRegex(" name=\"(?<v>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    [GeneratedRegex(" value=\"(?<v>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Value();

    [GeneratedRegex("action=\"(?<v>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Action();
}
