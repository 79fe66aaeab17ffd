using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;
using Qijian.Platform;

namespace Qijian.Tests.Modules.Messaging;

/// <summary>A site whose accounts and promotions are open, with a clock that is told, an address book, and carriers of the test.</summary>
internal sealed class MessagingSite : IAsyncDisposable
{
    /// <summary>Noon in China.</summary>
    public static readonly DateTimeOffset Noon = new(2026, 11, 26, 4, 0, 0, TimeSpan.Zero);

    public static readonly string[] Operated = ["--Operator:Name=青石", "--Operator:Address=b", "--Operator:ProtectionOfficer=c", "--Operator:Contact=d"];

    public TestSite Site { get; private set; } = null!;
    public FakeTimeProvider Clock { get; } = new(Noon);
    public Book People { get; } = new();
    public Carrier Sms { get; } = new(MessageChannel.Sms, knowsRepeats: false);
    public Carrier Mail { get; } = new(MessageChannel.Email, knowsRepeats: true);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<MessagingSite> StartAsync(bool postgres = false, bool serve = false, bool open = true, Action<IServiceCollection>? replace = null, PolicyFolder? policy = null, params string[] settings)
    {
        MessagingSite made = new();
        policy ??= open ? Policy() : Accounts.OpenAccounts.Closed;
        made.Site = await TestSite.StartAsync(services =>
        {
            services.Replace(ServiceDescriptor.Singleton(policy)).Replace(ServiceDescriptor.Singleton<TimeProvider>(made.Clock)).Replace(ServiceDescriptor.Singleton(new SampleSize(24)));
            services.AddSingleton<IMessageAddresses>(made.People).AddSingleton<IMessagePreferences>(made.People);
            if (replace is null) services.RemoveAll<IMessageCarrier>().AddSingleton<IMessageCarrier>(made.Sms).AddSingleton<IMessageCarrier>(made.Mail);
            replace?.Invoke(services);
        }, postgres, serve, [.. Operated, .. settings]);
        return made;
    }

    /// <summary>The shipped policy, as it will be once promotions are open and their assessments are made.</summary>
    public static PolicyFolder Policy(params ReadOnlySpan<TextChange> more)
    {
        var policy = PolicyFolder.Shipped;
        foreach (var change in (TextChange[])[TextChange.OfEntry("registry/features.yaml", Feature.Messaging.Id, "open: false", "open: true"), new("registry/pia.yaml", text => text.Replace("approved_by: null\n  approved_on: null\n  valid_until: null", "approved_by: 负责人\n  approved_on: 2026-01-01\n  valid_until: 2030-01-01", StringComparison.Ordinal)), .. more])
            policy = policy.With(change, Directory.CreateTempSubdirectory("qijian-policy-").FullName);
        return policy;
    }

    public async Task<Subject> AddPersonAsync(string? phone = null, string? mail = null, bool english = false, SubjectKind kind = SubjectKind.Member)
    {
        var subject = Subject.Create(kind);
        await KnowAsync(subject, phone, mail, english);
        return subject;
    }

    public async Task KnowAsync(Subject subject, string? phone = null, string? mail = null, bool english = false)
    {
        foreach (var (channel, category, value) in new[] { (MessageChannel.Sms, Category.ContactPhone, phone), (MessageChannel.Email, Category.ContactEmail, mail) })
            if (value is not null) People.Addresses[(subject, channel)] = new(await Site.WithAsync<IVault, Sealed>(v => v.SealAsync(subject, category, value, Ct).AsTask()), english);
    }

    /// <summary>Sends as a caller does: in a scope of its own, saved at the end.</summary>
    public Task<MessageResult> SendAsync(Message message, bool save = true) => Site.WithAsync<IServiceProvider, MessageResult>(async services =>
    {
        var result = await services.GetRequiredService<IMessageGate>().SendAsync(message, Ct);
        if (save) await services.GetRequiredService<AppDb>().SaveChangesAsync(Ct);
        return result;
    });

    public Task<MessageResult> SendNowAsync(Message message, TypedAddress to) => Site.WithAsync<IMessageGate, MessageResult>(gate => gate.SendNowAsync(message, to, Ct));

    public Task<int> WorkAsync() => Site.WithAsync<SendQueued, int>(queue => queue.RunAsync(Ct));

    public Task<T> ReadAsync<T>(Func<AppDb, Task<T>> read) => Site.WithAsync(read);

    /// <summary>Says yes or no to a purpose as a person does on the page.</summary>
    public Task AnswerAsync(Subject subject, Purpose purpose, bool yes) => Site.WithAsync<ConsentLedger, int>(async ledger =>
    {
        byte[] notice = [1, 2, 3];
        await ledger.AppendAsync([new(subject, ConsentEventKind.NoticeShown, purpose, null, notice, "test", ConsentMethod.Click), new(subject, yes ? ConsentEventKind.Granted : ConsentEventKind.Withdrawn, purpose, null, notice, "test", ConsentMethod.Click)], Ct);
        return 0;
    });

    public ValueTask DisposeAsync() => Site.DisposeAsync();
}

/// <summary>Knows the persons of a test.</summary>
internal sealed class Book : IMessageAddresses, IMessagePreferences
{
    public ConcurrentDictionary<(Subject, MessageChannel), MessageAddress> Addresses { get; } = new();
    public ConcurrentBag<Subject> Minors { get; } = [];
    public ConcurrentBag<(Subject, MessageChannel)> Off { get; } = [];

    public ValueTask<MessageAddress?> FindAsync(Subject subject, MessageChannel channel, CancellationToken ct) => new(Addresses.GetValueOrDefault((subject, channel)));

    public ValueTask<bool> IsMinorAsync(Subject subject, CancellationToken ct) => new(Minors.Contains(subject));

    public ValueTask<bool> HasTurnedOffAsync(Subject subject, MessageChannel channel, MessageClass kind, CancellationToken ct) => new(Off.Contains((subject, channel)));
}

/// <summary>A carrier that takes what it is given and answers as the test says.</summary>
internal sealed class Carrier(MessageChannel channel, bool knowsRepeats) : IMessageCarrier
{
    public ConcurrentQueue<OutgoingMessage> Taken { get; } = new();
    public Func<OutgoingMessage, CancellationToken, Task<CarrierResult>> Answer { get; set; } = (_, _) => Task.FromResult<CarrierResult>(new CarrierResult.Accepted("receipt-1"));
    public MessageChannel Channel => channel;
    public string? Missing { get; set; }
    public bool KnowsRepeats => knowsRepeats;

    public Task<CarrierResult> SendAsync(OutgoingMessage message, CancellationToken ct)
    {
        Taken.Enqueue(message);
        return Answer(message, ct);
    }
}
