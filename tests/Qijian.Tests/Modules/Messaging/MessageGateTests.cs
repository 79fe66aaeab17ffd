using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Messaging;

public sealed class MessageGateTests
{
    private const string Phone = "+8613912345678", Mail = "wang.wei@qijian.cn";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    internal static Message NewDevice(Subject? to, MessageChannel channel) => new(MessageTemplate.NewDevice, channel, to) { Values = new Dictionary<string, string> { ["time"] = "2026-11-26 12:00", ["device"] = "Firefox, Linux" } };

    internal static Message Code(Subject? to = null, MessageChannel channel = MessageChannel.Sms, MessageTemplate? template = null) => new(template ?? MessageTemplate.SignInCode, channel, to) { Values = new Dictionary<string, string> { ["code"] = "482913", ["minutes"] = "5" } };

    private static Message Promotion(Subject to, MessageChannel channel = MessageChannel.Sms) => new(MessageTemplate.Promotion, channel, to);

    [Fact]
    public async Task While_accounts_are_closed_nothing_goes_and_the_reason_is_on_record()
    {
        await using var site = await MessagingSite.StartAsync(open: false);
        var person = await site.AddPersonAsync(Phone, Mail);
        Assert.Equal(new MessageResult.Denied(MessageDenial.Guard, Denial.NotOpen), await site.SendNowAsync(Code(), new(Phone, english: false)));
        Assert.Equal(new MessageResult.Denied(MessageDenial.Guard, Denial.NotOpen), await site.SendAsync(NewDevice(person, MessageChannel.Email)));
        Assert.Equal(new MessageResult.Denied(MessageDenial.Guard, Denial.NotOpen), await site.SendAsync(NewDevice(person, MessageChannel.Inbox)));
        await site.WorkAsync();
        Assert.Empty(site.Sms.Taken.Concat(site.Mail.Taken));
        Assert.All(await site.ReadAsync(db => db.MessageDeliveries.ToListAsync(Ct)), d => Assert.Equal((DeliveryOutcome.Denied, "Guard NotOpen"), (d.Outcome, d.Reason)));
    }

    [Fact]
    public async Task A_code_goes_at_once_to_what_was_typed_and_is_stored_nowhere()
    {
        await using var site = await MessagingSite.StartAsync();
        Assert.IsType<MessageResult.Sent>(await site.SendNowAsync(Code(), new(Phone, english: true)));
        var sent = Assert.Single(site.Sms.Taken);
        Assert.Equal((Phone, "Your code is 482913, good for 5 minutes. Tell it to nobody. If this was not you, ignore this message."), (sent.To.Value, sent.Text.With(sent.Values).Text));
        var record = Assert.Single(await site.ReadAsync(db => db.MessageDeliveries.ToListAsync(Ct)));
        Assert.Equal(("sign_in_code", MessageChannel.Sms, DeliveryOutcome.Sent, "receipt-1", null), (record.Template, record.Channel, record.Outcome, record.Receipt, record.SubjectReference));
        Assert.Equal(0, await site.ReadAsync(db => db.QueuedMessages.CountAsync(Ct)));
        foreach (var file in Directory.EnumerateFiles(site.Site.Folder, "*", SearchOption.AllDirectories))
        {
            await using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes, Ct);
            foreach (var needle in (string[])["13912345678", "482913"]) Assert.True(bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(needle)) < 0, $"{needle} in {file}");
        }

        Assert.DoesNotContain("482913", Code().ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("139", new TypedAddress(Phone, english: false).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("139", sent.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_can_be_refused_and_what_is_not_listed_never_goes_to_a_typed_address()
    {
        await using var site = await MessagingSite.StartAsync();
        foreach (var message in (Message[])[new(MessageTemplate.Promotion, MessageChannel.Sms, null), new(new("unheard_of"), MessageChannel.Sms, null), Code(channel: MessageChannel.Email), Code(channel: MessageChannel.Inbox)])
            Assert.Equal(new MessageResult.Denied(MessageDenial.NotListed), await site.SendNowAsync(message, new(Phone, english: false)));
        Assert.Equal(new MessageResult.Denied(MessageDenial.NotListed), await site.SendAsync(Code(await site.AddPersonAsync(Phone, Mail), MessageChannel.Email)));
        Assert.Empty(site.Sms.Taken.Concat(site.Mail.Taken));
    }

    [Theory, InlineData(MessageFault.Rejected), InlineData(MessageFault.NotTaken), InlineData(MessageFault.Unknown)]
    public async Task A_code_that_does_not_go_says_how(MessageFault fault)
    {
        await using var site = await MessagingSite.StartAsync();
        site.Sms.Answer = (_, _) => Task.FromResult<CarrierResult>(fault switch { MessageFault.Rejected => new CarrierResult.Rejected("x"), MessageFault.NotTaken => new CarrierResult.Later("x"), _ => new CarrierResult.Unknown("x") });
        Assert.Equal(new MessageResult.Failed(fault), await site.SendNowAsync(Code(), new(Phone, english: false)));
        Assert.Single(site.Sms.Taken);
        Assert.Equal((DeliveryOutcome.Failed, "x"), (await site.ReadAsync(db => db.MessageDeliveries.SingleAsync(Ct))) is var d ? (d.Outcome, d.Reason) : default);
    }

    [Fact]
    public async Task A_message_exists_once_its_caller_has_saved_and_goes_to_that_person_alone_in_their_language()
    {
        await using var site = await MessagingSite.StartAsync();
        var (person, bystander) = (await site.AddPersonAsync(Phone, Mail, english: true), await site.AddPersonAsync("+8613700000000", "other@qijian.cn"));
        Assert.IsType<MessageResult.Queued>(await site.SendAsync(NewDevice(person, MessageChannel.Email), save: false));
        await site.WorkAsync();
        Assert.Empty(site.Mail.Taken);

        Assert.IsType<MessageResult.Queued>(await site.SendAsync(NewDevice(person, MessageChannel.Email)));
        await site.WorkAsync();
        await site.WorkAsync();
        var sent = Assert.Single(site.Mail.Taken);
        Assert.Equal((Mail, "Sign-in from a new device"), (sent.To.Value, sent.Text.Title));
        Assert.Contains("Firefox, Linux", sent.Text.With(sent.Values).Text, StringComparison.Ordinal);

        await site.SendAsync(NewDevice(bystander, MessageChannel.Sms));
        await site.WorkAsync();
        Assert.StartsWith("您的账号于 2026-11-26 12:00 在新设备上登录", Assert.Single(site.Sms.Taken).Text.With(sent.Values).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_address_book_a_channel_or_a_text_it_is_denied_by_that_name()
    {
        await using var site = await MessagingSite.StartAsync();
        var person = await site.AddPersonAsync(phone: Phone);
        Assert.Equal(new MessageResult.Denied(MessageDenial.NoAddress), await site.SendAsync(NewDevice(person, MessageChannel.Email)));
        site.Mail.Missing = "Mail:Host";
        Assert.Equal(new MessageResult.Denied(MessageDenial.ChannelOff), await site.SendAsync(NewDevice(await site.AddPersonAsync(mail: Mail), MessageChannel.Email)));
        Assert.Equal(new MessageResult.Denied(MessageDenial.NoText), await site.SendAsync(new(MessageTemplate.OrderReceipt, MessageChannel.Inbox, person)));
        await Assert.ThrowsAsync<ArgumentException>(() => site.SendAsync(new(MessageTemplate.NewDevice, MessageChannel.Inbox, person)));
        await Assert.ThrowsAsync<ArgumentException>(() => site.SendAsync(NewDevice(null, MessageChannel.Sms)));
    }

    [Theory, InlineData("https://elsewhere.example/"), InlineData("限时优惠")]
    public async Task A_value_cannot_smuggle_promotion_or_a_link_into_what_cannot_be_refused(string device)
    {
        await using var site = await MessagingSite.StartAsync();
        var person = await site.AddPersonAsync(Phone);
        Assert.Equal(new MessageResult.Denied(MessageDenial.Content), await site.SendAsync(NewDevice(person, MessageChannel.Sms) with { Values = new Dictionary<string, string> { ["time"] = "1", ["device"] = device } }));
        Assert.Equal("Content", (await site.ReadAsync(db => db.MessageDeliveries.SingleAsync(Ct))).Reason);
    }

    [Fact]
    public async Task Promotion_needs_consent_a_grown_up_the_channel_and_an_address_that_did_not_unsubscribe_in_this_order()
    {
        await using var site = await MessagingSite.StartAsync();
        var (person, bystander) = (await site.AddPersonAsync(Phone, Mail), await site.AddPersonAsync("+8613700000000"));
        Task<MessageResult> TryAsync() => site.SendAsync(Promotion(person));

        Assert.Equal(new MessageResult.Denied(MessageDenial.Guard, Denial.NoConsent), await TryAsync());
        Assert.Equal(new MessageResult.Denied(MessageDenial.Guard, Denial.NoConsent), await site.SendAsync(new(new("unheard_of"), MessageChannel.Sms, person)));
        await site.AnswerAsync(person, Purpose.CommercialMessages, yes: true);
        Assert.Equal(new MessageResult.Denied(MessageDenial.NoText), await TryAsync()); // nothing but the text is lacking
        site.People.Off.Add((person, MessageChannel.Sms));
        Assert.Equal(new MessageResult.Denied(MessageDenial.Preference), await TryAsync());
        site.People.Minors.Add(person);
        Assert.Equal(new MessageResult.Denied(MessageDenial.Minor), await TryAsync());
        await site.Site.WithAsync<IServiceProvider, int>(async services =>
        {
            await services.GetRequiredService<Suppressions>().AddAsync(MessageChannel.Sms, Phone, Ct);
            await services.GetRequiredService<Suppressions>().AddAsync(MessageChannel.Sms, Phone, Ct);
            return await services.GetRequiredService<AppDb>().SaveChangesAsync(Ct);
        });
        Assert.Equal(new MessageResult.Denied(MessageDenial.Suppressed), await TryAsync());
        Assert.IsType<MessageResult.Queued>(await site.SendAsync(NewDevice(person, MessageChannel.Sms))); // necessary ones still go
        Assert.Equal(new MessageResult.Denied(MessageDenial.Guard, Denial.NoConsent), await site.SendAsync(Promotion(bystander)));
        await site.AnswerAsync(person, Purpose.CommercialMessages, yes: false);
        Assert.Equal(new MessageResult.Denied(MessageDenial.Suppressed), await TryAsync());
        Assert.Equal(["Guard NoConsent", "Guard NoConsent", "NoText", "Preference", "Minor", "Suppressed", "Guard NoConsent", "Suppressed"], (await site.ReadAsync(db => db.MessageDeliveries.OrderBy(d => d.Id).ToListAsync(Ct))).Select(d => d.Reason));
    }

    [Fact]
    public async Task Promotion_keeps_its_interval_by_person_and_channel()
    {
        await using var site = await MessagingSite.StartAsync();
        var (person, bystander) = (await site.AddPersonAsync(Phone, Mail), await site.AddPersonAsync("+8613700000000"));
        foreach (var one in (Subject[])[person, bystander]) await site.AnswerAsync(one, Purpose.CommercialMessages, yes: true);
        await site.Site.WithAsync<IServiceProvider, int>(async services =>
        {
            await services.GetRequiredService<Deliveries>().AddAsync(MessageTemplate.Promotion, person, MessageChannel.Sms, DeliveryOutcome.Sent, null, null, Ct);
            await services.GetRequiredService<Deliveries>().AddAsync(MessageTemplate.NewDevice, bystander, MessageChannel.Sms, DeliveryOutcome.Sent, null, null, Ct);
            return await services.GetRequiredService<AppDb>().SaveChangesAsync(Ct);
        });
        site.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1));
        Assert.Equal(new MessageResult.Denied(MessageDenial.Cap), await site.SendAsync(Promotion(person)));
        Assert.Equal(new MessageResult.Denied(MessageDenial.NoText), await site.SendAsync(Promotion(person, MessageChannel.Email)));
        Assert.Equal(new MessageResult.Denied(MessageDenial.NoText), await site.SendAsync(Promotion(bystander)));
        site.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(new MessageResult.Denied(MessageDenial.NoText), await site.SendAsync(Promotion(person)));
    }

    [Theory]
    [InlineData("2026-11-26T20:59:59+08:00", null), InlineData("2026-11-26T21:00:00+08:00", "2026-11-27T08:00:00+08:00"), InlineData("2026-11-27T07:59:59+08:00", "2026-11-27T08:00:00+08:00"), InlineData("2026-11-27T08:00:00+08:00", null), InlineData("2026-11-27T00:00:00+08:00", "2026-11-27T08:00:00+08:00")]
    public void The_night_is_from_nine_in_the_evening_to_eight_in_the_morning_in_China(string now, string? until) =>
        Assert.Equal(until is null ? null : DateTimeOffset.Parse(until, System.Globalization.CultureInfo.InvariantCulture), DecideMessage.QuietUntil(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public async Task At_night_promotion_waits_for_the_morning_and_a_code_does_not()
    {
        await using var site = await MessagingSite.StartAsync();
        var person = await site.AddPersonAsync(Phone);
        await site.AnswerAsync(person, Purpose.CommercialMessages, yes: true);
        site.Clock.Advance(TimeSpan.FromHours(10)); // ten in the evening
        Assert.IsType<MessageResult.Sent>(await site.SendNowAsync(Code(), new(Phone, english: false)));
        Assert.IsType<MessageResult.Queued>(await site.SendAsync(Promotion(person)));
        await site.WorkAsync();
        Assert.Null((await site.ReadAsync(db => db.QueuedMessages.SingleAsync(Ct))).Result);
        site.Clock.Advance(TimeSpan.FromHours(10) - TimeSpan.FromSeconds(1));
        await site.WorkAsync();
        Assert.Null((await site.ReadAsync(db => db.QueuedMessages.SingleAsync(Ct))).Result);
        site.Clock.Advance(TimeSpan.FromSeconds(2));
        await site.AnswerAsync(person, Purpose.CommercialMessages, yes: false); // taken back before its turn
        await site.WorkAsync();
        Assert.Equal((DeliveryOutcome.Denied, "Guard Withdrawn", null), await site.ReadAsync(db => db.QueuedMessages.SingleAsync(Ct)) is var row ? (row.Result!.Value, row.Reason, row.Content) : default);
        Assert.Single(site.Sms.Taken);
    }

    [Fact]
    public async Task The_same_word_of_the_caller_sends_once()
    {
        await using var site = await MessagingSite.StartAsync();
        var (person, bystander) = (await site.AddPersonAsync(Phone, Mail), await site.AddPersonAsync("+8613700000000"));
        foreach (var channel in (MessageChannel[])[MessageChannel.Sms, MessageChannel.Inbox])
        {
            var first = await site.SendAsync(NewDevice(person, channel) with { Key = "device-7" });
            Assert.Equal(first, await site.SendAsync(NewDevice(person, channel) with { Key = "device-7" }));
            Assert.True(await site.Site.WithAsync<IMessageGate, bool>(async gate => Equals(await gate.SendAsync(NewDevice(person, channel) with { Key = "device-8" }, Ct), await gate.SendAsync(NewDevice(person, channel) with { Key = "device-8" }, Ct))));
            Assert.NotEqual(first, await site.SendAsync(NewDevice(bystander, channel) with { Key = "device-7" }));
        }

        await site.WorkAsync();
        Assert.Equal(2, site.Sms.Taken.Count);
        Assert.IsType<MessageResult.Queued>(await site.SendAsync(NewDevice(person, MessageChannel.Sms) with { Key = "device-7" })); // after it went, too
        await site.WorkAsync();
        Assert.Equal(2, site.Sms.Taken.Count);
        Assert.Equal(2, await site.ReadAsync(db => db.InboxMessages.CountAsync(Ct)));
    }
}
