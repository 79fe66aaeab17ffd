using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>S4.1.2a, S4.1.2b, S4.1.2c: before the way to a provider there is a notice that can be left without a trace; of what the provider tells, two items are kept; the number signs in always, and unlinking deletes.</summary>
internal sealed class SocialProbe : IClauseProbe
{
    private const string Number = "13900000001", Other = "13900000002", Nickname = "山间翠鸟", OthersNickname = "旁人苍鹭", Token = "probe-token-5b1c";

    // Twenty things that nobody asked for.
    private static readonly Dictionary<string, string> Extras = Enumerable.Range(1, 20).ToDictionary(n => $"extra{n}", n => $"untold-{n}-9f3a", StringComparer.Ordinal);

    public string Id => "accounts.social";
    public IReadOnlyList<string> Clauses => ["S4.1.2a", "S4.1.2b", "S4.1.2c"];
    public ProofClass Class => ProofClass.A;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("told-before", "cancel-offered", "cancel-leaves-nothing", "least-scope", "number-proved-first", "declared-kept", "rest-nowhere", "number-signs-in", "unlinked", "bystander-stays");
        ConcurrentQueue<Uri> asked = new();
        var holder = ("open-1", Nickname);
        await using var site = await world.DemonstrationAsync(
            to =>
            {
                asked.Enqueue(to);
                Dictionary<string, string> answer = new(Extras, StringComparer.Ordinal) { ["access_token"] = Token, ["openid"] = holder.Item1, ["nickname"] = holder.Item2 };
                return JsonSerializer.Serialize(answer);
            },
            ["--Accounts:Social:WeChat:ClientId=probe", "--Accounts:Social:WeChat:ClientSecret=probe"], ct);
        Persona person = new("person"), bystander = new("bystander");
        var notice = SocialProviders.PathOf(SocialProvider.WeChat);

        await site.GetAsync(AccountsModule.SignInPath, ct, person);
        var before = (await TracesAsync(), string.Join(' ', person.Jar));
        var told = await site.GetAsync(notice, ct, person);
        proof.That(told.Status is HttpStatusCode.OK && told.Body.Contains("name=\"notice\"", StringComparison.Ordinal) && told.Body.Contains(Text.SocialCancelWords, StringComparison.Ordinal), "told-before")
            .That(told.Body.Contains($"href=\"{AccountsModule.SignInPath}\"", StringComparison.Ordinal), "cancel-offered");
        await site.GetAsync(AccountsModule.SignInPath, ct, person);
        proof.That(before == (await TracesAsync(), string.Join(' ', person.Jar)) && asked.IsEmpty, "cancel-leaves-nothing");

        await LinkAsync(person, Number);
        holder = ("open-2", OthersNickname);
        await LinkAsync(bystander, Other);
        proof.That(!asked.IsEmpty && (await PageAsync(person)).Contains(Nickname, StringComparison.Ordinal), "declared-kept").Same(2, await LinksAsync(), "declared-kept", "rows");
        foreach (var (name, value) in Extras.Append(new("token", Token)))
            proof.Same(0, await site.FilesHoldingAsync(value, ct), "rest-nowhere", name).That(!site.Log.Any(line => line.Contains(value, StringComparison.Ordinal)), "rest-nowhere", $"log {name}");

        await site.SubmitAsync(person, await site.GetAsync(AccountsModule.SocialPath, ct, person), "unlink", ct, ("provider", SocialProviders.SlugOf(SocialProvider.WeChat)));
        proof.Same(1, await LinksAsync(), "unlinked").That(!(await PageAsync(person)).Contains(Nickname, StringComparison.Ordinal), "unlinked", "page").That((await PageAsync(bystander)).Contains(OthersNickname, StringComparison.Ordinal), "bystander-stays");
        foreach (var number in (string[])[Number, Other])
        {
            Persona later = new("later");
            await site.SubmitAsync(later, await site.SendCodeAsync(later, number, null, ct), "code", ct, ("code", await site.ReadCodeAsync(number, ct)));
            proof.That((await site.GetAsync(AccountsModule.AccountPath, ct, later)).Status is HttpStatusCode.OK, "number-signs-in", number == Number ? "unlinked" : "linked");
        }

        return proof.By("http.form").By("gate").By("files").By("log").By("sql.count").Result();

        async Task LinkAsync(Persona who, string number)
        {
            var going = await site.PressAsync(who, notice, "name=\"notice\"", "", ct);
            var query = HttpUtility.ParseQueryString(going.Header("Refresh") is { Length: > 0 } refresh ? new Uri(refresh[(refresh.IndexOf("url=", StringComparison.Ordinal) + 4)..]).Query : "");
            proof.That(query["scope"] is "snsapi_login", "least-scope");
            await site.GetAsync($"{SocialProviders.ReturnPathOf(SocialProvider.WeChat)}?code=probe&state={query["state"]}", ct, who);
            var links = await LinksAsync();
            await site.SignUpAsync(who, number, ct);
            proof.Same(links, await LinksAsync(), "number-proved-first");
            await site.SubmitAsync(who, await site.GetAsync(AccountsModule.SocialLinkPath, ct, who), "link", ct);
        }

        async Task<string> PageAsync(Persona who) => WebUtility.HtmlDecode((await site.GetAsync(AccountsModule.SocialPath, ct, who)).Body);
        Task<long> LinksAsync() => site.WithAsync<AppDb, long>(db => db.SocialLinks.LongCountAsync(ct));
        Task<long> TracesAsync() => site.WithAsync<AppDb, long>(db => db.Database.SqlQuery<long>($"SELECT (SELECT COUNT(*) FROM privacy_consent_events) + (SELECT COUNT(*) FROM privacy_egress) + (SELECT COUNT(*) FROM accounts_social_links) AS \"Value\"").SingleAsync(ct));
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("straight-on", "不作说明直接跳转", "Goes there without a notice") { Services = Breaks.Requests((http, next) =>
        {
            if (http.Request.Method is not "GET" || http.Request.Path != SocialProviders.PathOf(SocialProvider.WeChat)) return next(http);
            http.Response.Redirect("https://open.weixin.qq.com/connect/qrconnect");
            return Task.CompletedTask;
        }) },
        new("trace", "打开说明即留下凭据", "The notice alone leaves a cookie") { Services = Breaks.Answers(http =>
        {
            if (http.Request.Path == SocialProviders.PathOf(SocialProvider.WeChat)) http.Response.Cookies.Append("__Host-qijian-social", "1", new() { Secure = true, Path = "/" });
        }) },
        new("wide-scope", "请求更大的授权范围", "Asks for a wider scope") { Services = Breaks.Answers(http => http.Response.Headers["Refresh"] = http.Response.Headers["Refresh"].ToString().Replace("snsapi_login", "snsapi_userinfo", StringComparison.Ordinal)) },
        new("answers-logged", "把提供方的答复写入日志", "What the provider answers goes to the log") { Services = services =>
        {
            if (services.FirstOrDefault(s => s.ServiceType == typeof(IEgressSender))?.ImplementationInstance is IEgressSender sender) services.Replace(ServiceDescriptor.Singleton<IEgressSender>(s => new Loud(sender, s.GetRequiredService<ILoggerFactory>())));
        } },
        new("kept", "解除关联后仍保留", "Unlinking deletes nothing") { Services = AccountWalk.Rewriting("provider", SocialProviders.SlugOf(SocialProvider.WeChat), SocialProviders.SlugOf(SocialProvider.Qq)) },
        new("number-shut", "关联后不能用手机号码登录", "The number signs in no more") { Services = Breaks.Answers(http =>
        {
            if (http.Request.Method is "POST" && http.Request.Path == AccountsModule.SignInPath) http.Response.Headers.Remove("Set-Cookie");
        }) },
    ];

    private sealed class Loud(IEgressSender sender, ILoggerFactory logs) : IEgressSender
    {
        public EgressChannel Channel => sender.Channel;

        public async Task<EgressAnswer> SendAsync(EgressMessage message, CancellationToken ct)
        {
            var answer = await sender.SendAsync(message, ct);
            logs.CreateLogger("sabotage").Log(LogLevel.Warning, default, (answer as EgressAnswer.Delivered)?.Text ?? "", null, (text, _) => text);
            return answer;
        }
    }
}
