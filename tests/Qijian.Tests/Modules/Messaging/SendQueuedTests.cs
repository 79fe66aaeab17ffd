using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Messaging;

public sealed class SendQueuedTests
{
    private const string Phone = "+8613912345678", Mail = "wang.wei@qijian.cn";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<QueuedMessage> RowAsync(MessagingSite site) => site.ReadAsync(db => db.QueuedMessages.AsNoTracking().SingleAsync(Ct));

    private static Task<List<MessageDelivery>> RecordsAsync(MessagingSite site) => site.ReadAsync(db => db.MessageDeliveries.AsNoTracking().OrderBy(d => d.Id).ToListAsync(Ct));

    [Theory, InlineData(false), InlineData(true)]
    public async Task Workers_beside_each_other_send_each_message_once(bool postgres)
    {
        await using var site = await MessagingSite.StartAsync(postgres);
        for (var i = 0; i < 40; i++) await site.SendAsync(MessageGateTests.NewDevice(await site.AddPersonAsync($"+86139{i:D8}"), MessageChannel.Sms));
        site.Sms.Answer = async (_, ct) =>
        {
            await Task.Delay(50, ct); // long enough for the others to look meanwhile
            return new CarrierResult.Accepted(null);
        };
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(site.WorkAsync, Ct)));
        while (await site.WorkAsync() > 0) { }
        Assert.Equal(40, site.Sms.Taken.Count);
        Assert.Equal(40, site.Sms.Taken.Select(m => m.Reference).Distinct().Count());
        Assert.Equal(40, (await RecordsAsync(site)).Count(d => d.Outcome is DeliveryOutcome.Sent));
        Assert.All(await site.ReadAsync(db => db.QueuedMessages.ToListAsync(Ct)), m => Assert.Equal((DeliveryOutcome.Sent, null, null), (m.Result!.Value, m.Content, m.Lease)));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_crash_between_sending_and_recording_repeats_what_is_recognised_or_necessary_under_the_same_number(bool postgres)
    {
        await using var site = await MessagingSite.StartAsync(postgres);
        var person = await site.AddPersonAsync(Phone, Mail);
        foreach (var channel in (MessageChannel[])[MessageChannel.Sms, MessageChannel.Email])
        {
            var carrier = channel is MessageChannel.Sms ? site.Sms : site.Mail;
            await site.SendAsync(MessageGateTests.NewDevice(person, channel));
            carrier.Answer = (_, _) => throw new InvalidOperationException("the machine stops here: it was sent, and nothing is recorded");
            await Assert.ThrowsAsync<InvalidOperationException>(site.WorkAsync);
            carrier.Answer = (_, _) => Task.FromResult<CarrierResult>(new CarrierResult.Accepted(null));
            Assert.Equal(0, await site.WorkAsync()); // the lease still stands
            site.Clock.Advance(SendQueued.Lease + TimeSpan.FromSeconds(1));
            Assert.Equal(1, await site.WorkAsync());
            Assert.Equal(2, carrier.Taken.Count);
            Assert.Single(carrier.Taken.Select(m => m.Reference).Distinct());
        }

        Assert.Equal([DeliveryOutcome.Sent, DeliveryOutcome.Sent], (await RecordsAsync(site)).Select(d => d.Outcome));
    }

    [Fact]
    public async Task A_crash_before_anything_was_handed_over_loses_nothing()
    {
        await using var site = await MessagingSite.StartAsync();
        await site.SendAsync(MessageGateTests.NewDevice(await site.AddPersonAsync(Phone), MessageChannel.Sms));
        await site.ReadAsync(db => db.QueuedMessages.ExecuteUpdateAsync(set => set.SetProperty(m => m.Lease, Guid.CreateVersion7()).SetProperty(m => m.LeasedUntil, site.Clock.GetUtcNow() + SendQueued.Lease), Ct));
        Assert.Equal(0, await site.WorkAsync());
        site.Clock.Advance(SendQueued.Lease + TimeSpan.FromSeconds(1));
        Assert.Equal(1, await site.WorkAsync());
        Assert.Single(site.Sms.Taken);
    }

    [Fact]
    public async Task A_short_message_that_can_be_refused_is_lost_rather_than_doubled()
    {
        // No template of that class has a text yet: the registry of this site makes one refusable.
        await using var site = await MessagingSite.StartAsync(replace: null, policy: MessagingSite.Policy(TextChange.OfEntry("registry/templates.yaml", "new_device", "class: service_mandatory", "class: service_optional")));
        await site.SendAsync(MessageGateTests.NewDevice(await site.AddPersonAsync(Phone), MessageChannel.Sms));
        site.Sms.Answer = (_, _) => throw new InvalidOperationException("the machine stops here");
        await Assert.ThrowsAsync<InvalidOperationException>(site.WorkAsync);
        site.Clock.Advance(SendQueued.Lease + TimeSpan.FromSeconds(1));
        await site.WorkAsync();
        Assert.Single(site.Sms.Taken);
        Assert.Equal((DeliveryOutcome.Failed, "unknown"), await RowAsync(site) is var row ? (row.Result!.Value, row.Reason) : default);

        site.Sms.Answer = (_, _) => Task.FromResult<CarrierResult>(new CarrierResult.Unknown("TooSlow"));
        await site.SendAsync(MessageGateTests.NewDevice(await site.AddPersonAsync("+8613700000000"), MessageChannel.Sms));
        await site.WorkAsync();
        site.Clock.Advance(TimeSpan.FromDays(1));
        await site.WorkAsync();
        Assert.Equal(2, site.Sms.Taken.Count);
    }

    [Fact]
    public async Task A_carrier_that_is_down_is_tried_again_ever_more_rarely_and_for_a_day()
    {
        await using var site = await MessagingSite.StartAsync();
        await site.SendAsync(MessageGateTests.NewDevice(await site.AddPersonAsync(mail: Mail), MessageChannel.Email));
        site.Mail.Answer = (_, _) => Task.FromResult<CarrierResult>(new CarrierResult.Later("SMTP 451"));
        List<double> tries = [];
        for (var minute = 0; minute <= 25 * 60 * 2; minute++)
        {
            var before = site.Mail.Taken.Count;
            if ((await RowAsync(site)).DueAt <= site.Clock.GetUtcNow()) await site.WorkAsync();
            if (site.Mail.Taken.Count > before) tries.Add((site.Clock.GetUtcNow() - MessagingSite.Noon).TotalMinutes);
            if ((await RowAsync(site)).Result is not null) break;
            site.Clock.SetUtcNow((await RowAsync(site)).DueAt);
        }

        Assert.Equal([0, 0.5, 2.5, 12.5, 42.5, 162.5, 522.5, 882.5, 1242.5], tries);
        Assert.Equal((DeliveryOutcome.Failed, "SMTP 451", null), await RowAsync(site) is var row ? (row.Result!.Value, row.Reason, row.Content) : default);
        Assert.Equal((DeliveryOutcome.Failed, "SMTP 451"), Assert.Single(await RecordsAsync(site)) is var d ? (d.Outcome, d.Reason) : default);
    }

    [Fact]
    public async Task An_address_that_is_refused_for_good_is_not_tried_again()
    {
        await using var site = await MessagingSite.StartAsync();
        await site.SendAsync(MessageGateTests.NewDevice(await site.AddPersonAsync(mail: Mail), MessageChannel.Email));
        site.Mail.Answer = (_, _) => Task.FromResult<CarrierResult>(new CarrierResult.Rejected("SMTP 550"));
        await site.WorkAsync();
        site.Clock.Advance(TimeSpan.FromDays(1));
        await site.WorkAsync();
        Assert.Single(site.Mail.Taken);
    }

    [Fact]
    public async Task One_that_is_slow_keeps_no_other_waiting_and_whoever_lost_the_lease_writes_nothing()
    {
        await using var site = await MessagingSite.StartAsync();
        TaskCompletionSource<CarrierResult> late = new();
        site.Sms.Answer = (m, _) => m.To.Value == Phone ? late.Task : Task.FromResult<CarrierResult>(new CarrierResult.Accepted(null));
        await site.SendAsync(MessageGateTests.NewDevice(await site.AddPersonAsync(Phone), MessageChannel.Sms));
        await site.SendAsync(MessageGateTests.NewDevice(await site.AddPersonAsync("+8613700000000"), MessageChannel.Sms));
        var slow = site.WorkAsync();
        while ((await RecordsAsync(site)).Count == 0) await Task.Delay(10, Ct);
        Assert.False(slow.IsCompleted);

        // The lease ends, another takes the row and fails to; then the first answer comes, and again.
        site.Clock.Advance(SendQueued.Lease + TimeSpan.FromSeconds(1));
        site.Sms.Answer = (_, _) => Task.FromResult<CarrierResult>(new CarrierResult.Accepted("second"));
        await site.WorkAsync();
        late.SetResult(new CarrierResult.Accepted("first"));
        await slow;
        Assert.Equal(2, (await RecordsAsync(site)).Count);
        Assert.Contains(await RecordsAsync(site), d => d.Receipt == "second");
    }

    [Fact]
    public async Task What_changed_while_it_waited_decides()
    {
        await using var site = await MessagingSite.StartAsync();
        var (erased, moved, restricted, bystander) = (await site.AddPersonAsync(Phone), await site.AddPersonAsync(Phone), await site.AddPersonAsync(Phone), await site.AddPersonAsync("+8613700000000"));
        foreach (var person in (Subject[])[erased, moved, restricted, bystander]) await site.SendAsync(MessageGateTests.NewDevice(person, MessageChannel.Sms));
        await site.Site.WithAsync<KeyStore, int>(keys => { keys.Destroy(erased, [KeyGroup.Contact]); return Task.FromResult(0); });
        site.People.Addresses.Remove((moved, MessageChannel.Sms), out _);
        await site.ReadAsync(db => { db.Restrictions.Add(new() { Subject = restricted, Since = site.Clock.GetUtcNow(), Reason = "request" }); return db.SaveChangesAsync(Ct); });
        site.Clock.Advance(TimeSpan.FromSeconds(2));
        await site.WorkAsync();
        Assert.Equal("+8613700000000", Assert.Single(site.Sms.Taken).To.Value);
        Assert.Equal(["Guard Restricted", "NoAddress", "NoAddress", null], (await RecordsAsync(site)).Select(d => d.Reason).OrderBy(r => r is null).ThenBy(r => r, StringComparer.Ordinal));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Queue_and_inbox_are_exported_erased_and_verified_by_their_tags_and_records_as_the_law_says(bool postgres)
    {
        await using var site = await MessagingSite.StartAsync(postgres);
        var (person, bystander) = (await site.AddPersonAsync(Phone), await site.AddPersonAsync("+8613700000000"));
        foreach (var one in (Subject[])[person, bystander])
        {
            await site.SendAsync(MessageGateTests.NewDevice(one, MessageChannel.Sms));
            await site.SendAsync(MessageGateTests.NewDevice(one, MessageChannel.Inbox));
        }

        Assert.Equal(["messages.delivery", "messaging_inbox.content", "messaging_queue.content"], (await ExportAsync(person)).Select(v => $"{v.Store}.{v.Name}").Order(StringComparer.Ordinal));
        Assert.Contains((await ExportAsync(person)).Where(v => v.Store == "messaging_queue"), v => v.Value!.Contains("Firefox, Linux", StringComparison.Ordinal));
        var others = await ExportAsync(bystander);
        await EachAsync(async s => { await s.EraseAsync(person, Ct); return 0; });
        await EachAsync(async s => { await s.EraseAsync(person, Ct); return 0; });
        Assert.Equal(["messages.delivery"], (await ExportAsync(person)).Select(v => $"{v.Store}.{v.Name}")); // six months
        Assert.Equal([1, 0], (await EachAsync(s => s.PlanAsync(person, Ct))).SelectMany(p => p.Kept.Select(k => k.Values).Append(p.Erased)).Where(v => v > 0).Append(0));
        Assert.All(await EachAsync(s => s.VerifyAsync(person, [Phone, "Firefox, Linux"], Ct)), v => Assert.Equal((true, 0), (v.CanSee, v.Found)));
        Assert.Equal(others, await ExportAsync(bystander));

        site.Clock.Advance(TimeSpan.FromDays(190));
        Assert.Contains(await EachAsync(s => s.VerifyAsync(person, [], Ct)), v => v.Found == 1); // what looks can see
        await EachAsync(async s => { await s.EraseAsync(person, Ct); return 0; });
        Assert.Empty(await ExportAsync(person));

        async Task<List<StoredValue>> ExportAsync(Subject subject) => [.. (await EachAsync(async s => await s.ExportAsync(subject, Ct).ToListAsync(Ct))).SelectMany(v => v)];

        Task<List<T>> EachAsync<T>(Func<IPersonalDataStore, Task<T>> act) => site.Site.WithAsync<IEnumerable<IPersonalDataStore>, List<T>>(async stores =>
        {
            List<T> all = [];
            foreach (var store in stores) all.Add(await act(store));
            return all;
        });
    }

    [Fact]
    public async Task The_key_of_a_record_stays_while_there_is_the_record()
    {
        await using var site = await MessagingSite.StartAsync();
        var (person, bystander) = (await site.AddPersonAsync(Phone), await site.AddPersonAsync());
        foreach (var one in (Subject[])[person, bystander]) foreach (var yes in (bool[])[true, false]) await site.AnswerAsync(one, Purpose.CommercialMessages, yes);
        site.Clock.Advance(TimeSpan.FromDays(3 * 366));
        await site.SendAsync(MessageGateTests.NewDevice(person, MessageChannel.Inbox));
        Assert.Equal((true, false), await SweepAsync());
        site.Clock.Advance(TimeSpan.FromDays(400));
        await SweepAsync();
        Assert.Equal((false, false), await SweepAsync());

        async Task<(bool, bool)> SweepAsync()
        {
            await site.Site.WithAsync<RetentionSweep, int>(async sweep => (await sweep.RunAsync(dryRun: false, anyway: true, Ct)).Count);
            return await site.Site.WithAsync<IVault, (bool, bool)>(async vault => (await vault.FindReferenceAsync(person, Ct) is not null, await vault.FindReferenceAsync(bystander, Ct) is not null));
        }
    }

    [Fact]
    public async Task Messages_and_records_are_swept_when_their_time_is_over()
    {
        await using var site = await MessagingSite.StartAsync();
        var person = await site.AddPersonAsync(Phone);
        await site.SendAsync(MessageGateTests.NewDevice(person, MessageChannel.Sms));
        await site.SendAsync(MessageGateTests.NewDevice(person, MessageChannel.Inbox));
        await site.WorkAsync();
        foreach (var (days, left) in new[] { (6, (1, 1, 2)), (2, (0, 1, 2)), (350, (0, 1, 2)), (10, (0, 0, 0)) })
        {
            site.Clock.Advance(TimeSpan.FromDays(days));
            await site.Site.WithAsync<RetentionSweep, int>(async sweep => (await sweep.RunAsync(dryRun: false, anyway: true, Ct)).Count);
            Assert.Equal(left, await site.ReadAsync(async db => (await db.QueuedMessages.CountAsync(Ct), await db.InboxMessages.CountAsync(Ct), await db.MessageDeliveries.CountAsync(Ct))));
        }
    }
}
