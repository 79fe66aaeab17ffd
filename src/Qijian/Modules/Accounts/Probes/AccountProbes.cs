using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OtpNet;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Accounts;

/// <summary>What personas of probes do at the pages of accounts.</summary>
internal static class AccountWalk
{
    public static Task<long> MembersAsync(this ProbeWorld site, CancellationToken ct) => site.WithAsync<AppDb, long>(db => db.Members.LongCountAsync(ct));

    public static Task<Subject> NewestAsync(this ProbeWorld site, CancellationToken ct) => site.WithAsync<AppDb, Subject>(async db => (await db.Members.OrderByDescending(m => m.CreatedAt).FirstAsync(ct)).Subject);

    /// <summary>A second factor, without which nobody works for the site.</summary>
    public static async Task AddFactorAsync(IServiceProvider services, Subject member, CancellationToken ct)
    {
        var factors = services.GetRequiredService<SecondFactors>();
        var shown = factors.Start(member);
        await factors.TurnOnAsync(member, shown, new Totp(Base32Encoding.ToBytes(shown.Secret)).ComputeTotp(services.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime), ct);
    }

    /// <summary>A member with a role who is signed in; no SMS can be read in a site with an operator, so the session is opened from inside. The staff number.</summary>
    public static async Task<Subject> HireAsync(this ProbeWorld world, Persona persona, string number, StaffRole role, bool factor, CancellationToken ct)
    {
        var member = await world.WithAsync<EnterAccount, Subject>(async enter => (await enter.SignUpAsync(new("+" + number), AgeBand.Adult, null, english: false, ct)).Subject);
        return await world.WithAsync<IServiceProvider, Subject>(async services =>
        {
            var scheme = IdentityConstants.ApplicationScheme;
            var roles = services.GetRequiredService<KeepRoles>();
            await roles.GrantAsync(member, role, null, ct);
            if (factor) await AddFactorAsync(services, member, ct);
            AuthenticationProperties properties = new(new Dictionary<string, string?> { [SessionStore.DeviceProperty] = "probe", [SessionStore.MethodProperty] = nameof(SignInMethod.Code) });
            var key = await services.GetRequiredService<SessionStore>().StoreAsync(new(SessionStore.PrincipalOf(member, null), properties, scheme), ct);
            var cookie = services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(scheme);
            ClaimsPrincipal session = new(new ClaimsIdentity([new("Microsoft.AspNetCore.Authentication.Cookies-SessionId", key)], scheme));
            persona.Take(new(AccountsModule.SessionCookie, cookie.TicketDataFormat.Protect(new(session, scheme)), new Dictionary<string, string>(StringComparer.Ordinal)));
            return (await roles.StaffOfAsync(member, ct))!.Value;
        });
    }

    /// <summary>Another value in a form, before the site reads it.</summary>
    public static Action<IServiceCollection> Rewriting(string field, string from, string to) => Breaks.Requests(async (http, next) =>
    {
        if (http.Request is { Method: "POST", HasFormContentType: true } && (await http.Request.ReadFormAsync())[field] == from)
            http.Request.Form = new FormCollection(http.Request.Form.ToDictionary(f => f.Key, f => f.Key == field ? new(to) : f.Value, StringComparer.Ordinal));
        await next(http);
    });
}

/// <summary>S4.1.1a, S11.1a, G23: no account before a number is proved, one for a number, nothing of a former holder; below fourteen none at all, below eighteen with a guardian who may refuse; and what is abandoned leaves nothing.</summary>
internal sealed class SignUpProbe : IClauseProbe
{
    private const string Number = "13900000001", Other = "13900000002", Guardian = "13900000003";

    public string Id => "accounts.sign_up";
    public IReadOnlyList<string> Clauses => ["S4.1.1a", "S11.1a", "S11.4a", "G23"];
    public ProofClass Class => ProofClass.A | ProofClass.B;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("none-before-proof", "wrong-code", "proved", "used-code", "one-a-number", "reclaimed-empty", "child-leaves-nothing", "guardian-needed", "guardian-may-refuse", "guardian-told", "guardian-agreed", "no-birth-date");
        await using var site = await world.DemonstrationAsync(ct);
        Persona first = new("first"), spelled = new("spelled"), replay = new("replay"), heir = new("heir"), child = new("child"), teen = new("teen");

        var asked = await site.SendCodeAsync(first, Number, "Adult", ct);
        proof.Same(0, await site.MembersAsync(ct), "none-before-proof");
        var code = await site.ReadCodeAsync(Number, ct);
        await site.SubmitAsync(first, asked, "code", ct, ("code", code is "000000" ? "000001" : "000000"));
        proof.Same(0, await site.MembersAsync(ct), "wrong-code");
        await site.SubmitAsync(first, asked, "code", ct, ("code", code));
        proof.Same(1, await site.MembersAsync(ct), "proved");
        var again = await site.SendCodeAsync(replay, Number, null, ct);
        proof.That((await site.SubmitAsync(replay, again, "code", ct, ("code", code))).Status is HttpStatusCode.BadRequest, "used-code");
        await site.SignUpAsync(spelled, "+86 139-0000-0001", ct);
        proof.Same(1, await site.MembersAsync(ct), "one-a-number");

        // The number went to somebody else: they begin anew, and see nothing of what was told the first.
        site.Clock.Advance(TimeSpan.FromDays(100));
        var mine = await site.SubmitAsync(heir, await site.SendCodeAsync(heir, Number, "Adult", ct), "code", ct, ("code", await site.ReadCodeAsync(Number, ct)));
        await site.SubmitAsync(heir, mine, "mine", ct, ("mine", "false"));
        var inbox = await site.GetAsync("/inbox", ct, heir);
        proof.Same(2, await site.MembersAsync(ct), "reclaimed-empty", "members").That(inbox.Status is HttpStatusCode.OK && !inbox.Body.Contains(MessageTemplate.NewDevice.Id, StringComparison.Ordinal) && !inbox.Body.Contains("新设备", StringComparison.Ordinal), "reclaimed-empty", "inbox");

        var (members, codes) = (await site.MembersAsync(ct), await CodesAsync());
        await site.SendCodeAsync(child, Other, "Child", ct);
        proof.Same(members, await site.MembersAsync(ct), "child-leaves-nothing", "members").Same(codes, await CodesAsync(), "child-leaves-nothing", "codes");

        var guardian = await site.SubmitAsync(teen, await site.SendCodeAsync(teen, Other, "Teen", ct), "code", ct, ("code", await site.ReadCodeAsync(Other, ct)));
        proof.Same(members, await site.MembersAsync(ct), "guardian-needed");
        proof.That(guardian.Body.Contains(WebUtility.HtmlEncode(Text.GuardianRefuse), StringComparison.Ordinal) || guardian.Body.Contains(Text.GuardianRefuse, StringComparison.Ordinal), "guardian-may-refuse");
        site.Clock.Advance(TimeSpan.FromMinutes(2));
        var told = await site.SubmitAsync(teen, guardian, "guardian", ct, ("phone", Guardian));
        var seen = WebUtility.HtmlDecode(told.Body);
        proof.Each((await site.PurposesAsync()).Single(p => p.Purpose == Purpose.GuardianConsent).Reads, label => seen.Contains(label, StringComparison.Ordinal), "guardian-told", _ => "category");
        await site.SubmitAsync(teen, told, "guardianCode", ct, ("code", await site.ReadCodeAsync(Guardian, ct)));
        proof.Same(members, await site.MembersAsync(ct), "guardian-needed", "not-agreed");
        await site.SubmitAsync(teen, told, "guardianCode", ct, ("code", await site.ReadCodeAsync(Guardian, ct)), ("agree", "yes"));
        proof.Same(members + 1, await site.MembersAsync(ct), "guardian-agreed");

        foreach (var page in (string[])[AccountsModule.SignUpPath, AccountsModule.SignInPath])
            proof.That((await site.GetAsync(page, ct)).Body is var body && !body.Contains("type=\"date\"", StringComparison.Ordinal) && !body.Contains("birth", StringComparison.OrdinalIgnoreCase), "no-birth-date", page);
        await site.WithAsync<AppDb, bool>(db =>
        {
            proof.Each(db.Model.GetEntityTypes().Where(e => e.GetTableName()?.StartsWith("accounts_", StringComparison.Ordinal) is true).SelectMany(e => e.GetProperties()), p => !p.Name.Contains("Birth", StringComparison.Ordinal), "no-birth-date", p => p.Name);
            return Task.FromResult(true);
        });
        return proof.By("http.form").By("sql.count").By("clock").By("model").Result();

        Task<long> CodesAsync() => site.WithAsync<AppDb, long>(db => db.OneTimeCodes.LongCountAsync(ct));
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("any-code", "任何验证码都算对", "Any code is right") { Services = s => s.Replace(ServiceDescriptor.Scoped<OneTimeCodes, AnyCode>()) },
        new("former-stays", "号码不从前任机主的账号中取出", "A number does not leave its former holder's account") { Services = AccountWalk.Rewriting("mine", "false", "true") },
        new("child-let-in", "未满十四周岁的当作成年人", "A child passes as an adult") { Services = AccountWalk.Rewriting("band", "Child", "Adult") },
        new("guardian-skipped", "跳过监护人", "The guardian is left out") { Services = AccountWalk.Rewriting("band", "Teen", "Adult") },
        new("guardian-untold", "不告知监护人", "The guardian is told nothing") { Services = s => s.Replace(ServiceDescriptor.Scoped<IGuardianConsents, Untold>()) },
        new("birth-date", "询问出生日期", "The birth date is asked for") { Services = Breaks.Body(AccountsModule.SignUpPath, body => body + "<input type=\"date\" name=\"birth\">") },
    ];

    private sealed class AnyCode(AppDb db, IVault vault, IMessageGate messages, AttemptLimits limits, TimeProvider clock) : OneTimeCodes(db, vault, messages, limits, clock)
    {
        public override Task<CodeAnswer> ProveAsync(CodeUse use, CodeTarget to, string? typed, string network, CancellationToken ct) => Task.FromResult<CodeAnswer>(new CodeAnswer.Right());
    }

    private sealed class Untold : IGuardianConsents
    {
        public IReadOnlyList<(string Label, string Words)> Lines => [("", "-no words-")];

        public Task RecordAsync(Subject minor, string page, CancellationToken ct) => Task.CompletedTask;
    }
}

/// <summary>S10.2, S4.4.5a, S4.4.2, S4.4.4a, S9.0b: devices are listed and can be signed out at once, a new one is told of, history and device number are the holder's and serve security only, guessing ends, no page of accounts opens without signing in, and no network address is kept.</summary>
internal sealed class AccountSecurityProbe : IClauseProbe
{
    private const string Number = "13900000001", Stranger = "203.0.113.77", PlaceHeader = "X-Place", Latitude = "31.2304", Rounded = "31,121";
    private const int MostGuesses = 40;

    public string Id => "accounts.security";
    public IReadOnlyList<string> Clauses => ["S10.2", "S4.4.5a", "S4.4.2", "S4.4.4a", "S9.0b"];
    public ProofClass Class => ProofClass.A;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("nothing-without-sign-in", "device-listed", "ended-at-once", "others-stay", "new-device-told", "history-own", "number-reset", "security-only", "guessing-ends", "holder-not-locked-out", "address-nowhere", "place-rounded", "place-nowhere");
        await using var site = await world.DemonstrationAsync(null, [$"--{Platform.ProxyOptions.Section}:{nameof(Platform.ProxyOptions.PlaceHeader)}={PlaceHeader}"], ct);
        Persona phone = new("phone"), desk = new("desk"), bystander = new("bystander"), guesser = new("guesser");
        foreach (var persona in new[] { phone, desk, bystander, guesser }) (persona.Headers["X-Forwarded-For"], persona.Headers[PlaceHeader]) = (Stranger, $"{Latitude},121.4737");
        (phone.Headers["User-Agent"], desk.Headers["User-Agent"]) = ("Mozilla/5.0 (iPhone) Safari/605", "Mozilla/5.0 (Windows NT 10.0) Chrome/140");

        foreach (var page in (string[])[AccountsModule.AccountPath, AccountsModule.SecurityPath, AccountsModule.ProfilePath, AccountsModule.NumberPath])
            proof.That((await site.GetAsync(page, ct)).Status is HttpStatusCode.Found or HttpStatusCode.Unauthorized, "nothing-without-sign-in", page);
        await site.SignUpAsync(phone, Number, ct);
        await site.SignUpAsync(bystander, "13900000002", ct);
        await site.SignUpAsync(desk, Number, ct);
        var security = await site.GetAsync(AccountsModule.SecurityPath, ct, desk);
        proof.That(security.Body.Contains("iPhone", StringComparison.Ordinal) && security.Body.Contains("Windows", StringComparison.Ordinal), "device-listed")
            .That((await site.GetAsync("/inbox", ct, phone)).Body.Contains("新设备", StringComparison.Ordinal), "new-device-told")
            .That((await site.GetAsync(AccountsModule.SecurityPath, ct, bystander)).Body is var other && !other.Contains("iPhone", StringComparison.Ordinal) && !other.Contains("Windows", StringComparison.Ordinal), "history-own");
        await site.SubmitAsync(desk, security, "endOthers", ct);
        proof.That((await site.GetAsync(AccountsModule.AccountPath, ct, phone)).Status is HttpStatusCode.Found, "ended-at-once").That((await site.GetAsync(AccountsModule.AccountPath, ct, desk)).Status is HttpStatusCode.OK, "others-stay", "own")
            .That((await site.GetAsync(AccountsModule.AccountPath, ct, bystander)).Status is HttpStatusCode.OK, "others-stay", "bystander");

        // After a reset the same browser is a new device.
        await site.SubmitAsync(desk, await site.GetAsync(AccountsModule.SecurityPath, ct, desk), "resetDevice", ct);
        var before = await ToldAsync();
        desk.Jar.Remove(AccountsModule.SessionCookie);
        await site.SignUpAsync(desk, Number, ct);
        proof.Same(before + 1, await ToldAsync(), "number-reset");
        var person = await site.WithAsync<AppDb, Subject>(async db => (await db.Members.OrderBy(m => m.CreatedAt).FirstAsync(ct)).Subject);
        // Of what is closed today the registry says what it would read.
        proof.That((await site.PurposesAsync()).Where(p => p.Categories.Contains(Category.NetworkPlace)).Select(p => p.Purpose).SequenceEqual([Purpose.AccountSecurity]), "security-only", "place");
        foreach (var (purpose, _, _, _) in (await site.PurposesAsync()).Where(p => p.Purpose != Purpose.AccountSecurity && p.Purpose != Purpose.FraudDetection))
            foreach (var category in (Category[])[Category.DeviceId, Category.BehaviourSignIn, Category.NetworkPlace])
                proof.That(await site.WithAsync<IPurposeGuard, bool>(async g => await g.DemandAsync(person, purpose, [category], ct) is Decision.Denied), "security-only", purpose.Id);

        // Whoever guesses uses up their tries; the holder signs in meanwhile.
        var page2 = await site.SendCodeAsync(guesser, Number, null, ct);
        var stopped = false;
        for (var guess = 0; guess < MostGuesses && !stopped; guess++) stopped = (await site.SubmitAsync(guesser, page2, "code", ct, ("code", (100_000 + guess).ToString(System.Globalization.CultureInfo.InvariantCulture)))).Body is var body && !body.Contains(Text.CodeWrong, StringComparison.Ordinal);
        proof.That(stopped, "guessing-ends");
        desk.Jar.Remove(AccountsModule.SessionCookie);
        desk.Headers["X-Forwarded-For"] = "198.51.100.5";
        await site.SignUpAsync(desk, Number, ct);
        proof.That((await site.GetAsync(AccountsModule.AccountPath, ct, desk)).Status is HttpStatusCode.OK, "holder-not-locked-out");
        proof.Same(0, await site.FilesHoldingAsync(Stranger, ct), "address-nowhere", "files").That(!site.Log.Any(l => l.Contains(Stranger, StringComparison.Ordinal)), "address-nowhere", "log");
        proof.That(string.Equals(await PlaceAsync(), Rounded, StringComparison.Ordinal), "place-rounded").Same(0, await site.FilesHoldingAsync(Latitude, ct) + await site.FilesHoldingAsync(Rounded, ct), "place-nowhere", "files").That(!site.Log.Any(l => l.Contains(Latitude, StringComparison.Ordinal)), "place-nowhere", "log");
        return proof.By("http.form").By("guard").By("vault").By("files").By("log").Result();

        Task<string?> PlaceAsync() => site.WithAsync<IServiceProvider, string?>(async services =>
            await services.GetRequiredService<AppDb>().SignInPlaces.SingleAsync(p => p.Subject == person, ct) is var kept && await services.GetRequiredService<IPurposeGuard>().DemandAsync(person, Purpose.AccountSecurity, [Category.NetworkPlace], ct) is Decision.Allowed yes
                ? await services.GetRequiredService<IVault>().OpenAsync(yes.Capability, Category.NetworkPlace, kept.Place, ct) : null);

        Task<long> ToldAsync() => site.WithAsync<AppDb, long>(db => db.SignIns.Where(s => s.Outcome == SignInOutcome.SignedIn).Select(s => s.DeviceIndex).Distinct().LongCountAsync(ct));
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("open-door", "未登录也能打开账号页面", "Pages of accounts open without signing in") { Services = Breaks.Answers(http =>
        {
            if (http.Request.Path.StartsWithSegments(AccountsModule.AccountPath, StringComparison.Ordinal) && http.Response.StatusCode is StatusCodes.Status302Found && http.Request.Method is "GET") (http.Response.StatusCode, http.Response.Headers.Location) = (StatusCodes.Status200OK, default);
        }) },
        new("sessions-stay", "退出设备没有作用", "Signing out devices does nothing") { Services = s => s.Replace(ServiceDescriptor.Scoped<SessionRows, Staying>()) },
        new("silent", "新设备登录不提醒", "A new device is not told of") { Text = TextChange.OfEntry("registry/templates.yaml", MessageTemplate.NewDevice.Id, "channels: [inbox, email, sms]", "channels: [email]") },
        new("device-for-all", "设备编号用于改进服务", "The device number serves improvement") { Text = TextChange.OfEntry("registry/purposes.yaml", Purpose.ServiceContact.Id, "reads: {", "reads: {device.id: optional, ") },
        new("place-for-all", "登录地区用于改进服务", "The place of sign-ins serves improvement") { Text = TextChange.OfEntry("registry/purposes.yaml", Purpose.ServiceContact.Id, "reads: {", "reads: {network.place: optional, ") },
        new("place-for-fraud", "登录地区用于发现冒用", "The place of sign-ins serves the detection of fraud") { Text = TextChange.OfEntry("registry/purposes.yaml", Purpose.FraudDetection.Id, "reads: {", "reads: {network.place: optional, ") },
        new("endless-guessing", "猜验证码没有限制", "Codes can be guessed without end") { Services = s => s.Replace(ServiceDescriptor.Scoped<OneTimeCodes, Patient>()) },
        new("address-logged", "把网络地址写入日志", "Network addresses go to the log") { Services = Logs("X-Forwarded-For") },
        new("place-logged", "把登录地区写入日志", "Places of sign-ins go to the log") { Services = Logs(PlaceHeader) },
    ];

    private static Action<IServiceCollection> Logs(string header) => Breaks.Requests((http, next) =>
    {
        http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("sabotage").Log(LogLevel.Warning, default, http.Request.Headers[header].ToString(), null, (said, _) => said);
        return next(http);
    });

    private sealed class Staying(AppDb db, IVault vault, TimeProvider clock) : SessionRows(db, vault, clock)
    {
        public override Task<int> EndAsync(Subject subject, Guid? only, Guid? but, CancellationToken ct) => Task.FromResult(1);
    }

    private sealed class Patient(AppDb db, IVault vault, IMessageGate messages, AttemptLimits limits, TimeProvider clock) : OneTimeCodes(db, vault, messages, limits, clock)
    {
        public override async Task<CodeAnswer> ProveAsync(CodeUse use, CodeTarget to, string? typed, string network, CancellationToken ct) =>
            typed?.StartsWith("1000", StringComparison.Ordinal) is true ? new CodeAnswer.Wrong() : await base.ProveAsync(use, to, typed, network, ct);
    }
}

/// <summary>S4.1.2d, S4.1.2e, S4.0.2, S4.8: a profile is asked about at its first use and never again, refusing costs the profile alone, each part is cleared and published alone, and what is taken back is gone.</summary>
internal sealed class ProfileProbe : IClauseProbe
{
    private const string Company = "虚构作坊";
    private const int Uses = 100;

    public string Id => "accounts.profile";
    public IReadOnlyList<string> Clauses => ["S4.1.2d", "S4.1.2e", "S4.0.2", "S4.8a", "S4.8b", "S4.8c"];
    public ProofClass Class => ProofClass.A;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("asked-at-first-use", "told-all", "nothing-before-answer", "refused-not-asked-again", "refusal-costs-it-alone", "granted-not-asked-again", "all-empty", "cleared-alone", "private-at-first", "published", "not-in-search", "taken-back", "erased", "bystander-stays");
        await using var site = await world.DemonstrationAsync(ct);
        Persona person = new("person"), bystander = new("bystander");
        await site.SignUpAsync(person, "13900000001", ct);
        var asked = $"value=\"{Purpose.ProfileKeeping.Id}\"";
        proof.That(!(await site.GetAsync(AccountsModule.AccountPath, ct, person)).Body.Contains(asked, StringComparison.Ordinal), "asked-at-first-use", "not-at-sign-up");
        var first = (await site.GetAsync(AccountsModule.ProfilePath, ct, person)).Body;
        proof.That(first.Contains(asked, StringComparison.Ordinal), "asked-at-first-use").Same(0, await ProfilesAsync(), "nothing-before-answer");
        var text = WebUtility.HtmlDecode(first);
        var facts = (await site.PurposesAsync()).Single(p => p.Purpose == Purpose.ProfileKeeping);
        proof.That(text.Contains(facts.Label, StringComparison.Ordinal), "told-all", "purpose").Each(facts.Reads, c => text.Contains(c, StringComparison.Ordinal), "told-all", _ => "category");

        await site.PressAsync(person, AccountsModule.ProfilePath, asked, "decline", ct);
        for (var use = 0; use < Uses; use++) proof.That(!(await site.GetAsync(AccountsModule.ProfilePath, ct, person)).Body.Contains("value=\"decline\"", StringComparison.Ordinal), "refused-not-asked-again");
        foreach (var page in (string[])["/", ProbeWorld.Search, AccountsModule.AccountPath, AccountsModule.SecurityPath, "/inbox"]) proof.That((await site.GetAsync(page, ct, person)).Status is HttpStatusCode.OK, "refusal-costs-it-alone", page);

        await site.PressAsync(person, RecordAnswerPage, asked, "agree", ct);
        for (var use = 0; use < Uses; use++) proof.That(!(await site.GetAsync(AccountsModule.ProfilePath, ct, person)).Body.Contains(asked, StringComparison.Ordinal), "granted-not-asked-again");
        proof.That((await SaveAsync(person)).Status is HttpStatusCode.OK, "all-empty");
        await SaveAsync(person, ("name", "虚构人"), ("company", Company));
        var saved = (await site.GetAsync(AccountsModule.ProfilePath, ct, person)).Body;
        proof.That(WebUtility.HtmlDecode(saved).Contains(Company, StringComparison.Ordinal), "cleared-alone", "kept").That(!saved.Contains(AccountsModule.PublicProfilePath + "/", StringComparison.Ordinal), "private-at-first");
        await SaveAsync(person, ("company", Company));
        saved = WebUtility.HtmlDecode((await site.GetAsync(AccountsModule.ProfilePath, ct, person)).Body);
        proof.That(saved.Contains(Company, StringComparison.Ordinal) && !saved.Contains("虚构人", StringComparison.Ordinal), "cleared-alone", "cleared");

        await site.SignUpAsync(bystander, "13900000002", ct);
        foreach (var persona in new[] { person, bystander })
        {
            if (persona == bystander) await site.PressAsync(persona, AccountsModule.ProfilePath, asked, "agree", ct);
            if (persona == bystander) await SaveAsync(persona, ("company", "旁人作坊"));
            await site.PressAsync(persona, AccountsModule.ProfilePath, $"value=\"{Purpose.ProfilePublication.Id}\"", "agree", ct);
            await SaveAsync(persona, ("company", persona == bystander ? "旁人作坊" : Company), ("shown", "Company"));
        }

        var (own, theirs) = (await PageAsync(person), await PageAsync(bystander));
        proof.That(await SeenAsync(own, Company), "published").That(!(await site.GetAsync("/search?q=" + Uri.EscapeDataString(Company), ct)).Body.Contains(AccountsModule.PublicProfilePath + "/", StringComparison.Ordinal), "not-in-search", "search")
            .That(!(await site.GetAsync("/sitemap.xml", ct)).Body.Contains(AccountsModule.PublicProfilePath, StringComparison.Ordinal), "not-in-search", "sitemap");
        await SaveAsync(person, ("company", Company));
        proof.That(!await SeenAsync(own, Company), "taken-back", "part");
        await SaveAsync(person, ("company", Company), ("shown", "Company"));
        own = await PageAsync(person);
        await site.PressAsync(person, RecordAnswerPage, $"value=\"{Purpose.ProfilePublication.Id}\"", "decline", ct);
        proof.That(!await SeenAsync(own, Company), "taken-back", "consent");
        await site.PressAsync(person, RecordAnswerPage, asked, "decline", ct);
        proof.Same(1, await ProfilesAsync(), "erased").That(await SeenAsync(theirs, "旁人作坊"), "bystander-stays");
        return proof.By("http.form").By("sql.count").Result();

        Task<long> ProfilesAsync() => site.WithAsync<AppDb, long>(db => db.Profiles.LongCountAsync(ct));

        async Task<Exchange> SaveAsync(Persona who, params (string Name, string Value)[] fields) => await site.SubmitAsync(who, await site.GetAsync(AccountsModule.ProfilePath, ct, who), "save", ct, fields);

        async Task<string> PageAsync(Persona who) => (await site.GetAsync(AccountsModule.ProfilePath, ct, who)).Body is var body && body.IndexOf(AccountsModule.PublicProfilePath + "/", StringComparison.Ordinal) is >= 0 and var at ? body.Substring(at, AccountsModule.PublicProfilePath.Length + 33) : "/none";

        async Task<bool> SeenAsync(string page, string words) => WebUtility.HtmlDecode((await site.GetAsync(page, ct)).Body).Contains(words, StringComparison.Ordinal);
    }

    private const string RecordAnswerPage = "/privacy/choices";

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("unasked", "保存个人资料不再征求同意", "A profile is kept without asking") { Text = TextChange.OfEntry("registry/purposes.yaml", Purpose.ProfileKeeping.Id, "basis: consent", "basis: contract") },
        new("nagging", "每次都重新询问", "Asked at every use") { Services = Breaks.Body(AccountsModule.ProfilePath, body => body + $"<button value=\"decline\"></button><input value=\"{Purpose.ProfileKeeping.Id}\">") },
        new("public-by-default", "资料默认公开", "Profiles are public by default") { Services = Breaks.Guard },
        new("kept-anyway", "撤回同意后资料仍在", "A profile stays after consent is withdrawn") { Services = s => s.RemoveAll<IHeldByConsent>() },
        new("costly", "拒绝后不能使用账号", "Who refuses cannot use the account") { Services = Breaks.Answers(http =>
        {
            if (http.Request.Path == "/inbox") http.Response.StatusCode = StatusCodes.Status403Forbidden;
        }) },
    ];
}

/// <summary>S11.2a, S11.5a: of somebody under eighteen nothing is used but for the purposes that are listed here, whatever they agreed to; nothing of them is published, and they get no promotion.</summary>
internal sealed class MinorsProbe : IClauseProbe
{
    // Beside the registry's own list, on purpose: a purpose that is opened to minors there must be opened here too.
    private static readonly string[] ForMinors =
    [
        "company_information", "answering_queries", "rate_limiting", "site_security", "maintenance", "visitor_choices", "consent_evidence", "policy_notice", "rights_requests", "request_verification", "account_identity", "age_band", "account_security",
        "customer_support", "archiving", "backup", "service_contact", "member_notice", "message_inbox", "non_user_protection", "feedback", "message_evidence", "message_suppression", "guardian_consent", "guardian_check", "emergency_help", "legal_requests",
        "incident_notice", "takedown", "sharing_evidence", "subject_count", "access_audit",
    ];

    public string Id => "accounts.minors";
    public IReadOnlyList<string> Clauses => ["S11.2a", "S11.5a", "S11.1b"];
    public ProofClass Class => ProofClass.A | ProofClass.B;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("denied-to-minors", "only-listed", "adult-may", "no-profile", "no-promotion", "summary", "rules-linked");
        await using var site = await world.DemonstrationAsync(ct);
        Persona teen = new("teen"), adult = new("adult");
        await site.SignUpAsync(adult, "13900000001", ct);
        var grown = await site.NewestAsync(ct);
        var asked = await site.SendCodeAsync(teen, "13900000002", "Teen", ct);
        var guardian = await site.SubmitAsync(teen, asked, "code", ct, ("code", await site.ReadCodeAsync("13900000002", ct)));
        site.Clock.Advance(TimeSpan.FromMinutes(2));
        var told = await site.SubmitAsync(teen, guardian, "guardian", ct, ("phone", "13900000003"));
        await site.SubmitAsync(teen, told, "guardianCode", ct, ("code", await site.ReadCodeAsync("13900000003", ct)), ("agree", "yes"));
        var young = await site.NewestAsync(ct);
        foreach (var persona in new[] { teen, adult }) foreach (var purpose in new[] { Purpose.ProfileKeeping, Purpose.ServiceImprovement }) await site.PressAsync(persona, "/privacy/choices", $"value=\"{purpose.Id}\"", "agree", ct);

        foreach (var (purpose, _, forMinors, _) in await site.PurposesAsync())
        {
            var (minor, other) = (await DecideAsync(young, purpose), await DecideAsync(grown, purpose));
            if (!forMinors && other is Decision.Allowed) proof.That(minor is Decision.Denied { Reason: Denial.Minor }, "denied-to-minors", purpose.Id);
            if (!ForMinors.Contains(purpose.Id, StringComparer.Ordinal)) proof.That(minor is Decision.Denied, "only-listed", purpose.Id);
        }

        proof.That(await DecideAsync(grown, Purpose.ProfileKeeping) is Decision.Allowed, "adult-may")
            .That((await site.GetAsync(AccountsModule.ProfilePath, ct, teen)).Body is var body && !body.Contains("name=\"company\"", StringComparison.Ordinal), "no-profile")
            .That(await site.WithAsync<IMessageGate, bool>(async g => await g.SendAsync(new(MessageTemplate.Promotion, MessageChannel.Inbox, young), ct) is MessageResult.Denied), "no-promotion");
        var policy = (await site.GetAsync("/privacy", ct)).Body;
        proof.That(policy.Contains("id=\"S11.1b\"", StringComparison.Ordinal), "summary").That(policy.Contains("#G23", StringComparison.Ordinal) || policy.Contains("id=\"G23\"", StringComparison.Ordinal), "rules-linked");
        return proof.By("http.form").By("guard").Result();

        Task<Decision> DecideAsync(Subject who, Purpose purpose) => site.WithAsync<IPurposeGuard, Decision>(g => g.DemandAsync(who, purpose, [], ct).AsTask());
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("ageless", "守卫不知道谁未成年", "The guard does not know who is a minor") { Services = s => s.RemoveAll<IMinors>() },
        new("opened-to-minors", "把改进服务开放给未成年人", "Improvement is opened to minors") { Text = TextChange.OfEntry("registry/purposes.yaml", Purpose.ServiceImprovement.Id, "minors: deny", "minors: allow") },
        new("profile-for-minors", "未成年人也保存个人资料", "Minors keep profiles too") { Text = TextChange.OfEntry("registry/purposes.yaml", Purpose.ProfileKeeping.Id, "minors: deny", "minors: allow") },
    ];
}

/// <summary>S6.2c: a browser that was cleared knows nobody and every optional purpose is off; signing in brings the choices of the account back.</summary>
internal sealed class ClearedBrowserProbe : IClauseProbe
{
    private const string Number = "13900000001";

    public string Id => "accounts.cleared";
    public IReadOnlyList<string> Clauses => ["S6.2c"];
    public ProofClass Class => ProofClass.A;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("granted", "cleared-off", "site-works", "signed-out", "restored", "bystander-off");
        await using var site = await world.DemonstrationAsync(ct);
        Persona person = new("person"), bystander = new("bystander");
        await site.SignUpAsync(person, Number, ct);
        await site.PressAsync(person, "/privacy/choices", $"value=\"{Purpose.ServiceImprovement.Id}\"", "agree", ct);
        proof.That(await OnAsync(person), "granted");
        person.Jar.Clear();
        proof.That(!await OnAsync(person), "cleared-off").That((await site.GetAsync(ProbeWorld.Search, ct, person)).Status is HttpStatusCode.OK, "site-works").That((await site.GetAsync(AccountsModule.AccountPath, ct, person)).Status is HttpStatusCode.Found, "signed-out");
        await site.SignUpAsync(person, Number, ct);
        proof.That(await OnAsync(person), "restored").That(!await OnAsync(bystander), "bystander-off");
        return proof.By("http.form").Result();

        // What the switch of the page says is what the guard goes by (consent.choices).
        async Task<bool> OnAsync(Persona who) => Pressed((await site.GetAsync("/privacy/choices", ct, who)).Body);
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("sticky", "清除之后仍算同意", "Consent stays after clearing") { Services = Breaks.Body("/privacy/choices", body => body.Replace("value=\"agree\" aria-pressed=\"false\"", "value=\"agree\" aria-pressed=\"true\"", StringComparison.Ordinal)) },
        new("forgetful", "登录后不恢复选择", "Signing in restores nothing") { Services = Breaks.Body("/privacy/choices", body => body.Replace("value=\"agree\" aria-pressed=\"true\"", "value=\"agree\" aria-pressed=\"false\"", StringComparison.Ordinal)) },
    ];

    private static bool Pressed(string body) => body.IndexOf($"value=\"{Purpose.ServiceImprovement.Id}\"", StringComparison.Ordinal) is >= 0 and var at && body.IndexOf("value=\"agree\"", at, StringComparison.Ordinal) is >= 0 and var button && body[button..].StartsWith("value=\"agree\" aria-pressed=\"true\"", StringComparison.Ordinal);
}
