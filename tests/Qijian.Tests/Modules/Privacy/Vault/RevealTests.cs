using Microsoft.EntityFrameworkCore;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy;

public sealed class RevealTests
{
    private static readonly Subject Staff = Subject.Create(SubjectKind.Staff), Person = Subject.Create(SubjectKind.Member);
    private static readonly ProcessingRegistry Registry = ProcessingRegistry.Read(PolicyFolder.Shipped.RegistryFiles).Registry;
    private const string Reason = "客户 13912345678 来电要求核对号码";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trained_member_of_staff_with_a_reason_sees_the_value_and_is_on_record()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        Assert.Equal(new RevealResult.Shown("13912345678"), await RevealAsync(site));
        var row = await RowAsync(site);
        Assert.True(row.Allowed);
        Assert.Equal((Staff, "customer_support", "contact.phone"), (row.Staff, row.Purpose, row.Category));
        await site.WithAsync<KeyStore, int>(async keys =>
        {
            Vault vault = new(keys, Registry, TimeProvider.System);
            Assert.Equal(await vault.ReferenceAsync(Person, Ct), row.SubjectReference);
            Assert.Equal(Reason, await vault.OpenAsync(new(Staff, Purpose.AccessAudit, [Category.StaffAccess], TimeProvider.System.GetUtcNow()), Category.StaffAccess, row.Reason, Ct));
            await Assert.ThrowsAsync<VaultRefusedException>(async () => await vault.OpenAsync(new(Person, Purpose.AccessAudit, [Category.StaffAccess], TimeProvider.System.GetUtcNow()), Category.StaffAccess, row.Reason, Ct));
            return 0;
        });
    }

    [Theory, InlineData(""), InlineData(" \t\u3000")]
    public async Task Without_a_reason_nothing_is_shown(string reason) => await RefusesAsync(RevealRefusal.NoReason, s => RevealAsync(s, reason: reason));

    [Fact]
    public async Task Who_has_no_valid_training_sees_nothing() => await RefusesAsync(RevealRefusal.NotTrained, s => RevealAsync(s, trained: false));

    [Fact]
    public async Task Who_is_not_staff_sees_nothing() => await RefusesAsync(RevealRefusal.NotStaff, s => RevealAsync(s, staff: Person));

    [Fact]
    public async Task Without_records_of_training_nobody_is_trained()
    {
        await using var site = await TestSite.StartAsync(serve: false);
        Assert.False(await site.WithAsync<ITrainingRecords, bool>(t => t.IsTrainedAsync(Staff, Ct).AsTask()));
    }

    [Fact]
    public async Task A_purpose_that_is_not_in_the_registry_is_refused_and_its_text_is_not_kept()
    {
        var row = await RefusesAsync(RevealRefusal.NotAllowed, s => RevealAsync(s, purpose: new("13912345678")), Denial.UnknownPurpose);
        Assert.DoesNotContain("139", row.Purpose, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_guard_refuses_is_refused_with_its_reason() => await RefusesAsync(RevealRefusal.NotAllowed, s => RevealAsync(s, guard: new Denies()), Denial.Restricted);

    [Fact]
    public async Task A_destroyed_value_is_said_to_be_erased() => await RefusesAsync(RevealRefusal.Erased, s => RevealAsync(s, destroy: true));

    [Fact]
    public async Task Another_persons_value_is_refused_and_on_record_too() => await RefusesAsync(RevealRefusal.NotOpened, s => RevealAsync(s, owner: Subject.Create(SubjectKind.Member)));

    private static async Task<Reveal> RefusesAsync(RevealRefusal why, Func<TestSite, Task<RevealResult>> reveal, Denial? denial = null)
    {
        await using var site = await TestSite.StartAsync(serve: false);
        Assert.Equal(new RevealResult.Refused(why, denial), await reveal(site));
        var row = await RowAsync(site);
        Assert.False(row.Allowed);
        return row;
    }

    private static Task<RevealResult> RevealAsync(TestSite site, string reason = Reason, bool trained = true, Subject? staff = null, Purpose? purpose = null, IPurposeGuard? guard = null, bool destroy = false, Subject? owner = null) =>
        site.WithAsync<AppDb, RevealResult>(db => site.WithAsync<KeyStore, RevealResult>(async keys =>
        {
            Vault vault = new(keys, Registry, TimeProvider.System);
            var value = await vault.SealAsync(owner ?? Person, Category.ContactPhone, "13912345678", Ct);
            if (destroy) keys.Destroy(Person, [KeyGroup.Contact]);
            return await new RevealPersonalData(db, vault, guard ?? new Allows(), new Trained(trained), Registry, TimeProvider.System).RunAsync(staff ?? Staff, Person, purpose ?? Purpose.CustomerSupport, Category.ContactPhone, value, reason, Ct);
        }));

    private static Task<Reveal> RowAsync(TestSite site) => site.WithAsync<AppDb, Reveal>(db => db.Reveals.AsNoTracking().SingleAsync(Ct));

    private sealed class Allows : IPurposeGuard
    {
        public ValueTask<Decision> DemandAsync(Subject? subject, Purpose purpose, IReadOnlyList<Category> categories, CancellationToken ct) => new(new Decision.Allowed(new(subject!.Value, purpose, categories, TimeProvider.System.GetUtcNow())));
    }

    private sealed class Denies : IPurposeGuard
    {
        public ValueTask<Decision> DemandAsync(Subject? subject, Purpose purpose, IReadOnlyList<Category> categories, CancellationToken ct) => new(new Decision.Denied(Denial.Restricted));
    }

    private sealed class Trained(bool trained) : ITrainingRecords
    {
        public ValueTask<bool> IsTrainedAsync(Subject staff, CancellationToken ct) => new(trained);
    }
}
