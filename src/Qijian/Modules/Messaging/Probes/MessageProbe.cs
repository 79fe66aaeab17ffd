using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qijian.Modules.Privacy;

namespace Qijian.Modules.Messaging;

/// <summary>
/// S4.1.1b, S7.2a: the number of somebody who registered serves sign-in, security and service; promotion is kept back and on record
/// until they agree, also what already waits, and a template that the registry does not list counts as promotion.
/// </summary>
internal sealed class MessageProbe : IClauseProbe
{
    public string Id => "messages.gate";
    public IReadOnlyList<string> Clauses => ["S4.1.1b", "S7.2a"];
    public ProofClass Class => ProofClass.A;
    public bool Changes => true;

    public async Task<ProbeResult> RunAsync(ProbeWorld world, CancellationToken ct)
    {
        Proof proof = new("closed-refused", "service-goes", "promotion-kept-back", "unlisted-kept-back", "waiting-kept-back", "recorded", "bystander-untouched");
        proof.That(await SendAsync(world, new(MessageTemplate.Promotion, MessageChannel.Inbox, Subject.Create(SubjectKind.Member)), ct) is MessageResult.Denied { Guard: Denial.NotOpen or Denial.NotAssessed }, "closed-refused");

        // As it will be once promotions are open. Nobody here has agreed to anything: registration is all there is.
        await using var open = await world.OtherAsync([Open(Feature.Messaging), Assessed], ct);
        Subject person = Subject.Create(SubjectKind.Member), bystander = Subject.Create(SubjectKind.Member);
        proof.That(await SendAsync(open, Notice(person), ct) is MessageResult.Sent, "service-goes", "inbox")
            .That(await open.WithAsync<IMessageGate, MessageResult>(g => g.SendNowAsync(Code(person), new("+8613900000001", english: false), ct)) is MessageResult.Denied { Reason: MessageDenial.ChannelOff }, "service-goes", "sms"); // nothing but a provider is lacking
        foreach (var channel in Enum.GetValues<MessageChannel>())
        {
            proof.That(await SendAsync(open, new(MessageTemplate.Promotion, channel, person), ct) is MessageResult.Denied { Guard: Denial.NoConsent }, "promotion-kept-back", channel.ToString())
                .That(await SendAsync(open, new(new("no_such_template"), channel, person), ct) is MessageResult.Denied { Guard: Denial.NoConsent }, "unlisted-kept-back", channel.ToString());
        }

        proof.Same(6, await DeniedAsync(), "recorded");
        await open.WithAsync<AppDb, int>(db =>
        {
            db.Add(new QueuedMessage { Id = Guid.CreateVersion7(), Subject = person, Template = MessageTemplate.Promotion.Id, Channel = MessageChannel.Sms, QueuedAt = open.Clock.GetUtcNow(), DueAt = open.Clock.GetUtcNow() });
            return db.SaveChangesAsync(ct);
        });
        await open.WithAsync<SendQueued, int>(queue => queue.RunAsync(ct));
        proof.That(await open.WithAsync<AppDb, bool>(db => db.QueuedMessages.AllAsync(m => m.Result == DeliveryOutcome.Denied && m.Reason == "Guard NoConsent", ct)), "waiting-kept-back").Same(7, await DeniedAsync(), "recorded", "queue");
        proof.Same(0, await open.WithAsync<AppDb, long>(db => db.InboxMessages.LongCountAsync(m => m.Subject == bystander, ct)), "bystander-untouched");
        return proof.By("gate").By("sql.count").Result();

        Task<long> DeniedAsync() => open.WithAsync<AppDb, long>(db => db.MessageDeliveries.LongCountAsync(d => d.SubjectReference != null && d.Reason == "Guard NoConsent", ct));
    }

    public IReadOnlyList<Sabotage> Sabotages =>
    [
        new("unasked", "商业推广不再征求同意", "Promotion no longer asks") { Text = TextChange.OfEntry("registry/purposes.yaml", Purpose.CommercialMessages.Id, "basis: consent", "basis: contract") },
        new("trusting", "未登记的模板当作服务通知", "A template that is not listed counts as service") { Services = s => s.Replace(ServiceDescriptor.Singleton<IMessagePolicy, Trusting>()) },
        new("unrecorded", "不留决定的记录", "Decisions are not recorded") { Services = s => s.Replace(ServiceDescriptor.Scoped<IMessageGate, Silent>()) },
        new("lenient", "守卫对消息一律放行", "The guard lets every message pass") { Services = Breaks.Guard },
    ];

    private static Message Notice(Subject to) => new(MessageTemplate.NumberChanged, MessageChannel.Inbox, to) { Values = new Dictionary<string, string> { ["time"] = "2026-12-01" } };

    private static Message Code(Subject to) => new(MessageTemplate.SignInCode, MessageChannel.Sms, to) { Values = new Dictionary<string, string> { ["code"] = "000000", ["minutes"] = "5" } };

    private static Task<MessageResult> SendAsync(ProbeWorld world, Message message, CancellationToken ct) => world.WithAsync<IServiceProvider, MessageResult>(async services =>
    {
        var result = await services.GetRequiredService<IMessageGate>().SendAsync(message, ct);
        await services.GetRequiredService<AppDb>().SaveChangesAsync(ct);
        return result;
    });

    private static TextChange Open(Feature feature) => TextChange.OfEntry("registry/features.yaml", feature.Id, "open: false", "open: true");

    private static TextChange Assessed => new("registry/pia.yaml", text => text.Replace("approved_by: null\n  approved_on: null\n  valid_until: null", "approved_by: 虚构负责人\n  approved_on: 2026-01-01\n  valid_until: 2099-01-01", StringComparison.Ordinal));

    private sealed class Trusting : IMessagePolicy
    {
        public MessageTerms Of(MessageTemplate template) => new(MessageClass.ServiceMandatory, Purpose.ServiceContact, ["inbox", "email", "sms"], Listed: true);

        public DateTimeOffset EvidenceUntil(DateTimeOffset sent) => sent;

        public DateTimeOffset NextCommercial(DateTimeOffset sent) => sent;
    }

    private sealed class Silent : IMessageGate
    {
        public Task<MessageResult> SendAsync(Message message, CancellationToken ct) => Task.FromResult<MessageResult>(new MessageResult.Denied(MessageDenial.Guard, Denial.NoConsent));

        public Task<MessageResult> SendNowAsync(Message message, TypedAddress to, CancellationToken ct) => SendAsync(message, ct);
    }
}
