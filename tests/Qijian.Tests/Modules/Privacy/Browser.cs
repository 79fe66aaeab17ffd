using System.Net;
using System.Text.RegularExpressions;

namespace Qijian.Tests.Modules.Privacy;

/// <summary>A browser that keeps cookies as browsers do on localhost, where they take Secure ones over plain HTTP too.</summary>
internal sealed partial class Browser(TestSite site, params (string Name, string Value)[] headers)
{
    public Dictionary<string, string> Cookies { get; } = new(StringComparer.Ordinal);

    /// <summary>Every Set-Cookie line so far.</summary>
    public List<string> Set { get; } = [];

    public Task<HttpResponseMessage> GetAsync(string path) => SendAsync(new(HttpMethod.Get, path));

    public async Task<string> ReadAsync(string path) => await (await GetAsync(path)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    /// <summary>Presses a button of a form on the page: the form whose HTML holds the words, with the button's value.</summary>
    public async Task<HttpResponseMessage> PressAsync(string page, string words, string? answer = null)
    {
        var form = Form().Matches(await ReadAsync(page)).Select(m => m.Value).First(f => f.Contains(words, StringComparison.Ordinal));
        var fields = Field().Matches(form).ToDictionary(m => m.Groups["name"].Value, m => WebUtility.HtmlDecode(m.Groups["value"].Value), StringComparer.Ordinal);
        if (answer is not null) fields["answer"] = answer;
        return await PostAsync(WebUtility.HtmlDecode(Action().Match(form).Groups["action"].Value), fields);
    }

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent content) => SendAsync(new(method, path) { Content = content });

    public Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> fields) => SendAsync(new(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields) });

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            if (Cookies.Count > 0) request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(c => $"{c.Key}={c.Value}")));
            foreach (var (name, value) in headers) request.Headers.Add(name, value);
            var response = await site.Client.SendAsync(request, TestContext.Current.CancellationToken);
            foreach (var line in response.Headers.TryGetValues("Set-Cookie", out var lines) ? lines : [])
            {
                Set.Add(line);
                var (name, value) = line.Split(';')[0].Split('=', 2) is var pair ? (pair[0], pair[1]) : default;
                if (value.Length == 0) Cookies.Remove(name);
                else Cookies[name] = value;
            }

            return response;
        }
    }

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    [GeneratedRegex("<input[^>]*?name=\"(?<name>[^\"]*)\"([^>]*?value=\"(?<value>[^\"]*)\")?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Field();

    [GeneratedRegex("action=\"(?<action>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Action();
}
