using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Accounts;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;
using Qijian.Modules.Registry;
using Qijian.Tests.Modules.Privacy;

namespace Qijian.Tests.Modules.Accounts;

/// <summary>Every route, asked by everybody: what is not said here to be open to somebody is not.</summary>
public sealed class AuthorizationTests
{
    // Pages take GET, and POST with the seal of a form; other routes take the method that is named. Whoever is not let in is sent to
    // sign in, or, signed in, told that there is no such page.
    private const string Table = """
        page /  everybody
        GET /.well-known/privacy-conformance.json  everybody
        GET /.well-known/security.txt  everybody
        page /account  members
        page /account/number  members
        page /account/profile  members
        page /account/security  members
        page /account/security/second-factor  members
        page /account/sign-in  everybody
        page /account/sign-up  everybody
        page /account/social  members
        page /account/social/link  members
        page /account/social/{provider}  everybody
        page /account/social/{provider}/return  everybody
        GET /api/v1/companies  everybody
        GET /api/v1/companies/export  everybody
        GET /api/v1/companies/{id}  everybody
        GET /api/v1/companies/{id}/beneficial-owners  everybody
        GET /api/v1/companies/{id}/group  everybody
        GET /api/v1/companies/{id}/holdings  everybody
        GET /api/v1/companies/{id}/owners  everybody
        GET /api/v1/compare  everybody
        GET /api/v1/conformance  everybody
        POST /api/v1/match  programs
        GET /api/v1/paths  everybody
        GET /api/v1/people/{id}  everybody
        GET /api/v1/people/{id}/namesakes  everybody
        GET /api/v1/registry  everybody
        POST /api/v1/relation-matrix  programs
        GET /api/v1/suggest  everybody
        page /companies/{id}/group  everybody
        page /companies/{id}/structure  everybody
        page /companies/{id}/{tab?}  everybody
        GET /docs/api/favicon.svg  everybody
        GET /docs/api/scalar.aspnetcore.js  everybody
        GET /docs/api/scalar.js  everybody
        GET /docs/api/{documentName?}  everybody
        page /error/{status:int}  everybody
        GET /healthz  everybody
        page /help/search  everybody
        page /inbox  everybody
        POST /mcp  programs
        page /members/{number}  everybody
        GET /openapi/{documentName}.json  everybody
        page /outbox  everybody
        page /people/{id}  everybody
        page /people/{id}/structure  everybody
        page /privacy  everybody
        page /privacy/choices  everybody
        page /privacy/conformance  everybody
        GET /privacy/conformance/evidence.jsonl  everybody
        GET /privacy/conformance/key.pem  everybody
        page /privacy/contact  everybody
        page /privacy/leaving  everybody
        page /privacy/policy/{from:int}/diff/{to:int}  everybody
        page /privacy/policy/{version:int}  everybody
        GET /privacy/policy/{version:int}/text  everybody
        page /privacy/versions  everybody
        GET /readyz  everybody
        GET /reconcile  programs
        POST /reconcile  programs
        GET /reconcile/flyout/entity  everybody
        GET /reconcile/flyout/property  everybody
        GET /reconcile/flyout/type  everybody
        GET /reconcile/preview  everybody
        GET /reconcile/properties  everybody
        GET /reconcile/suggest/entity  everybody
        GET /reconcile/suggest/property  everybody
        GET /reconcile/suggest/type  everybody
        page /relations  everybody
        page /relations/compare  everybody
        page /relations/matrix  everybody
        GET /relations/matrix/progress/{id:guid}  everybody
        GET /robots.txt  everybody
        page /search  everybody
        GET /sitemap.xml  everybody
        GET /sitemaps/companies-{part:int:min(0)}.xml  everybody
        page /staff  staff
        page /staff/persons  ProtectionOfficer, Administrator
        page /staff/reveal  ProtectionOfficer, Support
        page /staff/roles  Administrator
        page /staff/same-persons  Editor
        page /staff/training  ProtectionOfficer
        page /statistics  everybody
        """;

    private static readonly string[] Staff = [.. Enum.GetNames<StaffRole>()];
    private static readonly string[] Everybody = ["nobody", "member", "another", .. Staff];
    private readonly FakeTimeProvider clock = new(new(2026, 11, 26, 1, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task Every_route_is_open_to_whom_it_is_said_to_be_and_to_nobody_else(bool postgres)
    {
        await using var site = await OpenAccounts.StartAsync(clock, postgres);
        var people = await PeopleAsync(site);
        var routes = await RoutesAsync(site);
        Assert.Contains(routes, r => r.Name is "page /staff/roles"); // it looks at something
        var declared = Table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split("  ", 2, StringSplitOptions.TrimEntries)).ToDictionary(l => l[0], l => l[1], StringComparer.Ordinal);
        List<string> wrong = [.. routes.Select(r => r.Name).Except(declared.Keys, StringComparer.Ordinal).Select(r => $"{r}: not in the table"), .. declared.Keys.Except(routes.Select(r => r.Name), StringComparer.Ordinal).Select(r => $"{r}: in the table, and no route")];
        foreach (var route in routes.Where(r => declared.ContainsKey(r.Name)))
            foreach (var (who, person) in people)
                foreach (var path in PathsOf(route, who, people))
                    foreach (var language in path.StartsWith("/api", StringComparison.Ordinal) || declared[route.Name] is "everybody" or "programs" ? [""] : (string[])["", "/en"])
                        wrong.AddRange((await AskAsync(person.Browser, route, language + path, declared[route.Name], who)).Select(problem => $"{route.Name} as {who} at {language}{path}: {problem}"));
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task What_belongs_to_one_member_is_not_there_for_another_whatever_number_they_send()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        Person owner = await Person.SignedUpAsync(site, "13800138000"), stranger = await Person.SignedUpAsync(site, "13900139000");
        clock.Advance(TimeSpan.FromMinutes(20));
        var subject = (await site.WithAsync<KeepRoles, Member?>(r => r.FindMemberAsync(new("+8613800138000"), Ct)))!.Subject;
        await site.WithAsync<IServiceProvider, int>(async services =>
        {
            var gate = (IMessageGate)services.GetService(typeof(IMessageGate))!;
            await gate.SendAsync(new(MessageTemplate.NumberChanged, MessageChannel.Inbox, subject) { Values = new Dictionary<string, string>(StringComparer.Ordinal) { ["time"] = "2026-11-26 09:00" } }, Ct);
            return await ((AppDb)services.GetService(typeof(AppDb))!).SaveChangesAsync(Ct);
        });
        var (session, message) = await site.WithAsync<AppDb, (Guid, Guid)>(async db => ((await db.Sessions.SingleAsync(s => s.Subject == subject, Ct)).Id, (await db.InboxMessages.SingleAsync(m => m.Subject == subject, Ct)).Id));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(stranger, "/account/security?handler=end", ("session", session.ToString("N"))));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(stranger, "/inbox", ("id", message.ToString()), ("answer", "delete")));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(owner, "/account/security?handler=end", ("session", session.ToString("N"))));
        var again = new Person(site);
        await again.SendAsync("/account/sign-in", ("phone", "13800138000"));
        await again.CodeAsync(await SignUpTests.CodeAsync(site, "+8613800138000"));
        Assert.Equal(HttpStatusCode.Found, await PostAsync(again, "/inbox", ("id", message.ToString()), ("answer", "delete")));
    }

    // With a seal that is right: what refuses it is that it is another's.
    private static async Task<HttpStatusCode> PostAsync(Person person, string path, params (string Name, string Value)[] fields)
    {
        var all = fields.Append(("form", await SealAsync(person))).ToDictionary(f => f.Item1, f => f.Item2, StringComparer.Ordinal);
        return (await person.Browser.PostAsync(path, all)).StatusCode;
    }

    internal static async Task<string> SealAsync(Person person)
    {
        var page = await person.Browser.ReadAsync("/account");
        const string Mark = "name=\"form\" type=\"hidden\" value=\"";
        var at = page.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length;
        return page[at..page.IndexOf('"', at)];
    }

    private static async Task<Dictionary<string, Person>> PeopleAsync(TestSite site)
    {
        Dictionary<string, Person> people = new(StringComparer.Ordinal) { ["nobody"] = new(site) };
        foreach (var who in Everybody.Skip(1)) people[who] = await Person.SignedUpAsync(site, NumberOf(who));
        await site.WithAsync<KeepRoles, int>(async roles =>
        {
            foreach (var role in Enum.GetValues<StaffRole>()) Assert.True(await roles.GrantAsync((await roles.FindMemberAsync(new("+86" + NumberOf(role.ToString())), Ct))!.Subject, role, null, Ct));
            return 0;
        });
        foreach (var role in Enum.GetValues<StaffRole>()) await OpenAccounts.AddFactorAsync(site, NumberOf(role.ToString()));
        foreach (var (who, person) in people) person.Id = who is "nobody" ? Guid.CreateVersion7().ToString("N") : await site.WithAsync<KeepRoles, string>(async r => (await r.FindMemberAsync(new("+86" + NumberOf(who)), Ct))!.Subject.Id.ToString("N"));
        return people;
    }

    private static string NumberOf(string who) => $"1380013800{Array.IndexOf(Everybody, who)}";

    private static Task<List<Route>> RoutesAsync(TestSite site) => site.WithAsync<IServiceProvider, List<Route>>(async services =>
    {
        List<Route> routes = [];
        foreach (var endpoint in ((EndpointDataSource)services.GetService(typeof(EndpointDataSource))!).Endpoints.OfType<RouteEndpoint>().Where(e => e.Metadata.GetMetadata<StaticAssetDescriptor>() is null))
        {
            var pattern = "/" + endpoint.RoutePattern.RawText!.Trim('/');
            if (endpoint.Metadata.GetMetadata<PageActionDescriptor>() is { } page)
            {
                var handlers = (await ((PageLoader)services.GetService(typeof(PageLoader))!).LoadAsync(page, endpoint.Metadata)).HandlerMethods.Select(h => (h.HttpMethod.ToUpperInvariant(), h.Name)).ToList();
                routes.Add(new($"page {pattern}", pattern, null, handlers));
            }
            else
            {
                foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]) routes.Add(new($"{method} {pattern}", pattern, method, []));
            }
        }

        return [.. routes.DistinctBy(r => r.Name, StringComparer.Ordinal).OrderBy(r => r.Pattern, StringComparer.Ordinal)];
    });

    // With what belongs to whoever asks, and with what belongs to another.
    private static IEnumerable<string> PathsOf(Route route, string who, Dictionary<string, Person> people)
    {
        if (!route.Pattern.Contains('{', StringComparison.Ordinal)) return [route.Pattern];
        var owners = route.Pattern.Contains("{number}", StringComparison.Ordinal) ? (string[])[people[who].Id, people[who is "another" ? "member" : "another"].Id] : [""];
        return owners.Select(owner => string.Join('/', route.Pattern.Split('/').Select(part => part switch
        {
            "{id}" => route.Pattern.Contains("people", StringComparison.Ordinal) ? "p-none" : SampleRegister.Showcase.CompanyCode, "{number}" => owner, "{tab?}" or "{**path}" => "", "{documentName?}" or "{documentName}.json" => part.Replace("{documentName}", "v1", StringComparison.Ordinal).Replace("{documentName?}", "", StringComparison.Ordinal),
            "companies-{part}.xml" or "companies-{part:int:min(0)}.xml" => "companies-0.xml", _ when part.StartsWith("{status", StringComparison.Ordinal) => "404", _ when part.StartsWith('{') => "1", _ => part,
        })).TrimEnd('/'));
    }

    private static async Task<List<string>> AskAsync(Browser browser, Route route, string path, string access, string who)
    {
        List<string> problems = [];
        var open = access is "everybody" or "programs" || (access is "members" && who is not "nobody") || access.Split(", ").Contains(who, StringComparer.Ordinal) || (access is "staff" && Staff.Contains(who, StringComparer.Ordinal));
        foreach (var (method, handler) in route.Handlers.Append((route.Method ?? "GET", null)).Append(("POST", null)).Distinct())
        {
            var to = handler is null ? path : $"{path}?handler={handler}";
            // A form without its seal, such as another site would send.
            using var answer = method is "POST" ? await browser.PostAsync(to, new(StringComparer.Ordinal) { ["id"] = "1" }) : await browser.GetAsync(to);
            var status = (int)answer.StatusCode;
            var signIn = status is 302 && answer.Headers.Location!.ToString().Contains("/account/sign-in", StringComparison.Ordinal);
            var right = (open, method, route.Method) switch
            {
                (false, "POST", _) when path.Contains("/account/social", StringComparison.Ordinal) => status is 400, // the seal is looked at first: closed, the pages are not there for anybody
                (false, _, _) => who is "nobody" ? signIn : status is 404,
                (_, "POST", "POST") => access is "programs" && status < 500 && status is not (401 or 403),
                (_, "POST", "GET") => status is 404 or 405 || (path is "/reconcile" && access is "programs"),
                (_, "POST", _) => status is 400 or 405 || (status is 404 && path.StartsWith("/error", StringComparison.Ordinal)),
                _ => status < 500 && !signIn && status is not 401 && (access is "everybody" or "programs" || handler is not null || status is 200 || (status is 403 && path.EndsWith("/staff/reveal", StringComparison.Ordinal)) || (status is 302 && path.EndsWith("/social/link", StringComparison.Ordinal))), // nobody is on the way
            };
            if (!right) problems.Add($"{method} {handler} {status}");
        }

        return problems;
    }

    private sealed record Route(string Name, string Pattern, string? Method, IReadOnlyList<(string Method, string? Name)> Handlers);
}
