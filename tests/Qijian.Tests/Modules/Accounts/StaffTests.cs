using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Accounts;
using Qijian.Modules.Privacy;
using Qijian.Platform.CommandLine;
using Text = Qijian.Modules.Accounts.Text;

namespace Qijian.Tests.Modules.Accounts;

public sealed class StaffTests
{
    private const string Admin = "13800138000", Helper = "13900139000", Customer = "13700137000";
    private readonly FakeTimeProvider clock = new(new(2026, 11, 26, 1, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_administrator_is_somebody_who_signed_up()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        Assert.Equal(Text.AdminNoMember, (await Assert.ThrowsAsync<RefusedException>(() => CreateAsync(site, Admin))).Message);
        Assert.Equal(Text.PhoneWrong, (await Assert.ThrowsAsync<RefusedException>(() => CreateAsync(site, "123"))).Message);
        var person = await Person.SignedUpAsync(site, Admin);
        Assert.Equal(HttpStatusCode.NotFound, (await person.Browser.GetAsync("/staff")).StatusCode);
        Assert.DoesNotContain("/staff", await person.Browser.ReadAsync("/account"), StringComparison.Ordinal);
        Assert.True(await CreateAsync(site, "+86 138 0013 8000"));
        Assert.False(await CreateAsync(site, Admin));
        Assert.Contains("/staff/roles", await person.Browser.ReadAsync("/staff"), StringComparison.Ordinal); // the same session, from the next request on
        Assert.Contains("/en/staff\"", await person.Browser.ReadAsync("/en/account"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_accounts_are_closed_there_is_no_administrator_and_no_page()
    {
        await using var site = await TestSite.StartAsync(services => services.Replace(ServiceDescriptor.Singleton(OpenAccounts.Closed)));
        Assert.Equal(Text.AdminClosed, (await Assert.ThrowsAsync<RefusedException>(() => CreateAsync(site, Admin))).Message);
        foreach (var page in (string[])["/staff", "/staff/roles", "/staff/training", "/staff/reveal", "/staff/same-persons", "/en/staff", "/account"]) Assert.Equal(HttpStatusCode.NotFound, (await site.Client.GetAsync(page, Ct)).StatusCode);
        Assert.Equal(1, await Verbs.RunAsync(["admin", "create", Admin, "--data", site.Folder], Program.CommandLine()));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Roles_hold_from_the_next_request_and_end_with_it_and_the_last_administrator_stays(bool postgres)
    {
        await using var site = await OpenAccounts.StartAsync(clock, postgres);
        Person admin = await Person.SignedUpAsync(site, Admin), helper = await Person.SignedUpAsync(site, Helper);
        await CreateAsync(site, Admin);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.SendAsync("/staff/roles", "grant", ("phone", Customer), ("role", "Support"))).StatusCode); // nobody signed up with it
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.PressAsync("grant", ("phone", Helper), ("role", "99"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await admin.PressAsync("grant", ("phone", Helper), ("role", "Support"))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.PressAsync("grant", ("phone", Helper), ("role", "Support"))).StatusCode); // has it already
        Assert.DoesNotContain("8613900139000", admin.Body, StringComparison.Ordinal);
        Assert.Contains("139****9000", admin.Body, StringComparison.Ordinal);
        // A role counts with a second factor only; until then its holder learns how.
        Assert.Equal(HttpStatusCode.NotFound, (await helper.Browser.GetAsync("/staff")).StatusCode);
        var account = await helper.Browser.ReadAsync("/account");
        Assert.Contains(Text.StaffNeedsFactor, account, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"/staff\"", account, StringComparison.Ordinal);
        await OpenAccounts.AddFactorAsync(site, Helper);
        Assert.Equal(HttpStatusCode.OK, (await helper.Browser.GetAsync("/staff")).StatusCode);
        Assert.DoesNotContain(Text.StaffNeedsFactor, await helper.Browser.ReadAsync("/account"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await helper.Browser.GetAsync("/staff/roles")).StatusCode);
        Assert.Contains("1,000,000", await admin.Browser.ReadAsync("/staff/persons"), StringComparison.Ordinal);

        var grants = await site.WithAsync<AppDb, List<RoleGrant>>(db => db.RoleGrants.AsNoTracking().ToListAsync(Ct));
        var (own, given) = (grants.Single(g => g.Role is StaffRole.Administrator), grants.Single(g => g.Role is StaffRole.Support));
        Assert.Equal((null, own.Staff, SubjectKind.Staff), (own.GrantedBy, given.GrantedBy, given.Staff.Kind));
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.PressAsync("end", ("id", own.Id.ToString()))).StatusCode);
        Assert.Contains(Text.RoleLast, admin.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await admin.PressAsync("end", ("id", given.Id.ToString()))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.PressAsync("end", ("id", given.Id.ToString()))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await helper.Browser.GetAsync("/staff")).StatusCode);
        var ended = await site.WithAsync<AppDb, RoleGrant>(db => db.RoleGrants.AsNoTracking().SingleAsync(g => g.Id == given.Id, Ct));
        Assert.Equal((own.Staff, clock.GetUtcNow()), (ended.EndedBy!.Value, ended.EndedAt!.Value));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_number_is_shown_once_for_a_purpose_and_a_reason_to_somebody_trained_and_is_on_record(bool postgres)
    {
        await using var site = await OpenAccounts.StartAsync(clock, postgres);
        Person officer = await Person.SignedUpAsync(site, Admin), helper = await Person.SignedUpAsync(site, Helper);
        await Person.SignedUpAsync(site, Customer);
        await GrantAsync(site, Admin, StaffRole.ProtectionOfficer);
        await GrantAsync(site, Helper, StaffRole.Support);
        var customer = (await site.WithAsync<KeepRoles, Member?>(r => r.FindMemberAsync(new("+86" + Customer), Ct)))!.Subject;

        var page = await helper.Browser.GetAsync("/staff/reveal");
        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
        Assert.Contains(Text.UntrainedWho, await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Dictionary<string, string> made = new(StringComparer.Ordinal) { ["form"] = await AuthorizationTests.SealAsync(helper), ["subject"] = customer.ToString(), ["purpose"] = Purpose.IdentityVerification.Id, ["reason"] = "来电核对" };
        Assert.Equal(HttpStatusCode.Forbidden, (await helper.Browser.PostAsync("/staff/reveal?handler=show", made)).StatusCode);
        foreach (var who in (string[])[Customer, "13999999999", Subject.Create(SubjectKind.Member).ToString(), ""]) // a number, or nobody's: the same answer
            Assert.Equal(HttpStatusCode.Forbidden, (await helper.Browser.PostAsync("/staff/reveal?handler=show", new Dictionary<string, string>(made, StringComparer.Ordinal) { ["subject"] = who })).StatusCode);

        Assert.Equal(HttpStatusCode.BadRequest, (await officer.SendAsync("/staff/training", "add", ("phone", Customer), ("course", "数据安全"), ("passedOn", "2026-11-20"), ("validUntil", "2027-11-19"))).StatusCode); // none of the staff
        Assert.Equal(HttpStatusCode.BadRequest, (await officer.PressAsync("add", ("phone", Helper), ("course", "数据安全"), ("passedOn", "2026-11-20"), ("validUntil", "2036-11-19"))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await officer.PressAsync("add", ("phone", Helper), ("course", "数据安全"), ("passedOn", "2026-12-20"), ("validUntil", "2027-11-19"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await officer.PressAsync("add", ("phone", Helper), ("course", "数据安全"), ("passedOn", "2026-11-20"), ("validUntil", "2027-11-19"))).StatusCode);

        await helper.SendAsync("/staff/reveal", "find", ("who", Customer));
        Assert.Contains("137****7000", helper.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(Customer, helper.Body, StringComparison.Ordinal);
        Assert.Contains(customer.ToString(), helper.Body, StringComparison.Ordinal);
        var found = helper.Body;
        Assert.Equal(HttpStatusCode.BadRequest, (await helper.PressAsync("show", ("purpose", Purpose.IdentityVerification.Id), ("reason", " "))).StatusCode);
        helper.Body = found;
        Assert.Equal(HttpStatusCode.BadRequest, (await helper.PressAsync("show", ("purpose", Purpose.AccountIdentity.Id), ("reason", "来电核对"))).StatusCode); // no purpose of the staff
        helper.Body = found;
        var shown = await helper.PressAsync("show", ("purpose", Purpose.IdentityVerification.Id), ("reason", "来电核对"));
        Assert.Equal((HttpStatusCode.OK, true), (shown.StatusCode, shown.Headers.CacheControl?.NoStore));
        Assert.Contains(Customer, helper.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(Customer, await helper.Browser.ReadAsync("/staff/reveal"), StringComparison.Ordinal);

        var looks = await site.WithAsync<IReveals, IReadOnlyList<RevealView>>(r => r.ListAsync(null, 10, Ct));
        Assert.Equal((1, 3), (looks.Count(l => l.Allowed), looks.Count(l => !l.Allowed)));
        var all = await officer.Browser.ReadAsync("/staff/reveal"); // untrained too: the looks of others hold no value
        Assert.Contains("139****9000", all, StringComparison.Ordinal);
        Assert.Contains("来电核对", all, StringComparison.Ordinal);
        Assert.DoesNotContain(Customer, all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Support_sees_its_own_looks_and_no_others()
    {
        await using var site = await OpenAccounts.StartAsync(clock);
        Person one = await Person.SignedUpAsync(site, Admin), two = await Person.SignedUpAsync(site, Helper);
        await GrantAsync(site, Admin, StaffRole.Support);
        await GrantAsync(site, Helper, StaffRole.Support);
        var subject = (await site.WithAsync<KeepRoles, Member?>(r => r.FindMemberAsync(new("+86" + Helper), Ct)))!.Subject;
        Dictionary<string, string> made = new(StringComparer.Ordinal) { ["form"] = await AuthorizationTests.SealAsync(one), ["subject"] = subject.ToString(), ["purpose"] = Purpose.IdentityVerification.Id, ["reason"] = "只此一次" };
        await one.Browser.PostAsync("/staff/reveal?handler=show", made);
        Assert.Contains("只此一次", await one.Browser.ReadAsync("/staff/reveal"), StringComparison.Ordinal);
        Assert.DoesNotContain("只此一次", await two.Browser.ReadAsync("/staff/reveal"), StringComparison.Ordinal);
    }

    private static async Task<bool> CreateAsync(TestSite site, string number)
    {
        var created = await site.WithAsync<CreateAdministrator, bool>(c => c.RunAsync(number, Ct));
        if (created) await OpenAccounts.AddFactorAsync(site, Admin);
        return created;
    }

    private static async Task GrantAsync(TestSite site, string number, StaffRole role)
    {
        await site.WithAsync<KeepRoles, bool>(async roles => await roles.GrantAsync((await roles.FindMemberAsync(new("+86" + number), Ct))!.Subject, role, null, Ct));
        await OpenAccounts.AddFactorAsync(site, number);
    }
}
