using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Qijian.Modules.Privacy;
using Qijian.Platform;

namespace Qijian.Tests;

public sealed class EmptySite : IAsyncLifetime
{
    public TestSite Site { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Site = await TestSite.StartAsync(serve: false);

    public ValueTask DisposeAsync() => Site.DisposeAsync();
}

public sealed class EgressGateTests(EmptySite empty) : IClassFixture<EmptySite>, IAsyncLifetime
{
    private static readonly Purpose Delivery = new("delivery");
    private static readonly Recipient Relay = new("relay");
    private static readonly Category Email = new("contact.email"), Phone = new("contact.phone");
    private const string Address = "wang.wei@qijian.cn", Public = "1.2.4.8";

    private readonly FakeTimeProvider clock = new(new(2026, 11, 26, 4, 0, 0, TimeSpan.Zero));
    private readonly Subject person = Subject.Create(SubjectKind.Member);
    private readonly Guard guard = new();
    private readonly EgressLimits limits = new() { AnswerBytes = 4000, SentBytes = 1000 };
    private Partner partner = null!;
    private TestNetwork network = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        partner = await Partner.StartAsync();
        network = new TestNetwork(partner.Port).With("api.relay.cn", Public).With("cdn.relay.cn", Public);
    }

    public ValueTask DisposeAsync() => partner.DisposeAsync();

    [Fact]
    public async Task What_the_registry_lists_leaves_with_its_values_in_place_and_one_row_without_them()
    {
        Assert.Equal(new EgressResult.Sent(200, "done"), await SendAsync(Call("/ok")));
        Assert.Equal([$$"""POST api.relay.cn/ok {"to":"{{Address}}"}"""], partner.Received);
        var row = Assert.Single(await RowsAsync());
        Assert.Equal((EgressOutcome.Sent, "Sent", "relay", "delivery", Basis.Contract, "http", "api.relay.cn", "contact.email"), (row.Outcome, row.Reason, row.Recipient, row.Purpose, row.Basis, row.Channel, row.Host, row.Categories));
        Assert.Equal(clock.GetUtcNow(), row.At);
    }

    [Theory]
    [InlineData("- id: relay", "- id: other", typeof(EgressResult.UnknownRecipient))]
    [InlineData("- id: delivery", "- id: other", typeof(EgressResult.UnknownPurpose))]
    [InlineData("recipients: [relay]", "recipients: []", typeof(EgressResult.NotForThisPurpose))]
    [InlineData("purposes: [delivery]", "purposes: []", typeof(EgressResult.NotForThisPurpose))]
    [InlineData("until: 2026-11-26", "until: 2026-11-25", typeof(EgressResult.NoContract))]
    [InlineData("contract: {id: c, until: 2026-11-26}", "contract: null", typeof(EgressResult.NoContract))]
    [InlineData("valid_until: 2026-11-26", "valid_until: 2026-11-25", typeof(EgressResult.NotAssessed))]
    [InlineData("approved_on: 2026-01-01", "approved_on: 2026-11-27", typeof(EgressResult.NotAssessed))]
    [InlineData("pia: relay", "pia: null", typeof(EgressResult.NotAssessed))]
    [InlineData("fields: [contact.email]", "fields: [contact.phone]", typeof(EgressResult.FieldNotListed))]
    [InlineData("hosts: [api.relay.cn,", "hosts: [", typeof(EgressResult.HostNotListed))]
    [InlineData("jurisdiction: CN", "jurisdiction: US", typeof(EgressResult.NoMechanism))]
    [InlineData("jurisdiction: CN", "jurisdiction: US\n  mechanism: standard_contract", typeof(EgressResult.NoSeparateConsent))]
    [InlineData("kind: processor", "kind: handler", typeof(EgressResult.NoSeparateConsent))]
    [InlineData("kind: processor", "policy: null", typeof(EgressResult.NoSeparateConsent))]
    public async Task What_the_registry_does_not_list_stays_and_leaves_a_row(string listed, string instead, Type reason)
    {
        Assert.Contains(listed, Registry, StringComparison.Ordinal);
        var result = await SendAsync(Call("/ok"), Registry.Replace(listed, instead, StringComparison.Ordinal));
        Assert.IsType(reason, result);
        await NothingLeftAsync(result);
    }

    [Fact]
    public async Task Abroad_a_recipient_with_a_mechanism_gets_what_the_person_agreed_to_separately()
    {
        var abroad = Registry.Replace("jurisdiction: CN", "jurisdiction: US\n  mechanism: standard_contract", StringComparison.Ordinal).Replace("basis: contract", "basis: separate_consent", StringComparison.Ordinal);
        Assert.IsType<EgressResult.Sent>(await SendAsync(Call("/ok"), abroad));
        guard.Says = new Decision.Denied(Denial.Withdrawn);
        Assert.Equal(new EgressResult.NotAllowed(Denial.Withdrawn), await SendAsync(Call("/ok"), abroad));
        Assert.Single(partner.Received);
    }

    [Theory, InlineData(Denial.NoConsent), InlineData(Denial.Restricted), InlineData(Denial.Signal)]
    public async Task What_the_guard_denies_stays(Denial reason)
    {
        guard.Says = new Decision.Denied(reason);
        var result = await SendAsync(Call("/ok"));
        Assert.Equal(new EgressResult.NotAllowed(reason), result);
        await NothingLeftAsync(result);
    }

    [Fact]
    public async Task Fields_of_nobody_known_are_the_guards_to_decide_too()
    {
        guard.Says = new Decision.Denied(Denial.NobodyAsked);
        Assert.Equal(new EgressResult.NotAllowed(Denial.NobodyAsked), await SendAsync(Call("/ok") with { Subject = null }));
        Assert.Equal((null, Delivery, Relay, Email), Assert.Single(guard.Asked));
        Assert.Empty(partner.Received);
    }

    [Fact]
    public async Task A_field_that_is_not_listed_is_refused_by_its_name_and_the_others_stay_too()
    {
        var result = await SendAsync(Call("/ok") with { Fields = new Dictionary<Category, string> { [Email] = Address, [Phone] = "13912345678" } });
        Assert.Equal(new EgressResult.FieldNotListed(Phone), result);
        Assert.Contains("contact.phone", result.Words, StringComparison.Ordinal);
        await NothingLeftAsync(result);
    }

    [Fact]
    public async Task A_body_that_names_a_field_nobody_gave_stays() =>
        Assert.Equal(new EgressResult.FieldMissing(Phone), await SendAsync(Call("/ok") with { Body = "{{contact.email}} {{contact.phone}}" }));

    [Fact]
    public async Task A_place_takes_a_member_of_a_field_and_headers_are_made_from_the_body_that_leaves()
    {
        string? signed = null;
        var call = Call("/ok") with
        {
            Body = "{\"list\":[\"{{contact.email/code}}\"]}", Format = BodyFormat.Json, Fields = new Dictionary<Category, string> { [Email] = """{"code":"1\"2"}""" },
            Headers = body => { signed = body; return new Dictionary<string, string>(); },
        };
        Assert.IsType<EgressResult.Sent>(await SendAsync(call));
        Assert.Equal("""{"list":["1\u00222"]}""", signed);
        Assert.Equal([$"POST api.relay.cn/ok {signed}"], partner.Received);
        Assert.Equal(new EgressResult.FieldMissing(Phone), await SendAsync(call with { Body = "{{contact.phone/code}}" }));
    }

    [Theory]
    [InlineData(BodyFormat.Json, "{\"a\":\"{{contact.email}}\"}", "{\"a\":\"x\\u0022,\\u0022b\\u0022:\\u0022\\u0026\"}")]
    [InlineData(BodyFormat.Form, "a={{contact.email}}", "a=x%22%2C%22b%22%3A%22%26")]
    [InlineData(BodyFormat.Text, "a {{contact.email}}", "a x\",\"b\":\"&")]
    public async Task A_value_stays_one_value_whatever_it_contains(BodyFormat format, string template, string arrives)
    {
        await SendAsync(Call("/ok") with { Body = template, Format = format, Fields = new Dictionary<Category, string> { [Email] = "x\",\"b\":\"&" } });
        Assert.Equal([$"POST api.relay.cn/ok {arrives}"], partner.Received);
    }

    [Theory]
    [InlineData("https://api.relay.cn.evil.cn/", typeof(EgressResult.HostNotListed)), InlineData("https://relay.cn/", typeof(EgressResult.HostNotListed)), InlineData("https://api.relay.cn:8443/", typeof(EgressResult.HostNotListed))]
    [InlineData("https://api.relay.cn@evil.cn/", typeof(EgressResult.HostNotListed)), InlineData("https://1.2.4.8/", typeof(EgressResult.HostNotListed)), InlineData("/relative", typeof(EgressResult.HostNotListed)), InlineData("http://api.relay.cn/", typeof(EgressResult.NotEncrypted))]
    public async Task An_address_that_is_not_the_recipients_or_not_encrypted_is_refused(string target, Type reason)
    {
        var result = await SendAsync(Call("/ok") with { Target = new(target, UriKind.RelativeOrAbsolute) });
        Assert.IsType(reason, result);
        await NothingLeftAsync(result);
    }

    [Theory]
    [InlineData("127.0.0.1"), InlineData("10.1.2.3"), InlineData("172.31.255.255"), InlineData("192.168.0.1"), InlineData("169.254.169.254"), InlineData("100.64.0.1"), InlineData("0.0.0.0"), InlineData("224.0.0.1"), InlineData("255.255.255.255"), InlineData("192.0.2.1"), InlineData("198.18.0.1")]
    [InlineData("::1"), InlineData("::"), InlineData("fe80::1"), InlineData("fc00::1"), InlineData("fd12::1"), InlineData("fec0::1"), InlineData("ff02::1"), InlineData("::ffff:10.0.0.1"), InlineData("::ffff:1.2.4.8"), InlineData("64:ff9b::a00:1"), InlineData("2002:a00:1::1"), InlineData("2001:0:1::1"), InlineData("2001:db8::1")]
    [InlineData("1.2.4.8 10.0.0.1")]
    public async Task A_name_that_leads_inside_is_refused_before_anything_connects(string answer)
    {
        network.With("api.relay.cn", answer);
        var result = await SendAsync(Call("/ok"));
        Assert.Equal(new EgressResult.PrivateAddress("api.relay.cn", IPAddress.Parse(answer.Split(' ')[^1])), result);
        await NothingLeftAsync(result);
    }

    [Theory, InlineData("1.2.4.8"), InlineData("172.32.0.1"), InlineData("100.128.0.1"), InlineData("223.255.255.255"), InlineData("2400:3200::1"), InlineData("2606:4700::1111")]
    public void Public_addresses_are_public(string address) => Assert.True(PublicAddress.Is(IPAddress.Parse(address)));

    [Fact]
    public async Task A_name_that_changes_after_the_check_changes_nothing()
    {
        network.With("api.relay.cn", Public, "127.0.0.1");
        Assert.IsType<EgressResult.Sent>(await SendAsync(Call("/ok")));
        Assert.Equal(new(IPAddress.Parse(Public), 443), Assert.Single(network.Connected));
        Assert.IsType<EgressResult.PrivateAddress>(await SendAsync(Call("/ok"))); // and the next call asks anew
        Assert.Single(network.Connected);
    }

    [Fact]
    public async Task A_redirect_into_the_network_is_refused_and_both_decisions_are_rows()
    {
        network.With("cdn.relay.cn", "192.168.1.1");
        Assert.Equal(new EgressResult.PrivateAddress("cdn.relay.cn", IPAddress.Parse("192.168.1.1")), await SendAsync(Call("/redirect?status=307&to=https://cdn.relay.cn/ok")));
        Assert.Equal([("api.relay.cn", EgressOutcome.Sent, "Redirected"), ("cdn.relay.cn", EgressOutcome.Refused, "PrivateAddress")], (await RowsAsync()).Select(r => (r.Host, r.Outcome, r.Reason!)));
        Assert.Single(network.Connected);
    }

    [Theory]
    [InlineData("https://evil.cn/", typeof(EgressResult.HostNotListed)), InlineData("http://api.relay.cn/", typeof(EgressResult.NotEncrypted)), InlineData("https://127.0.0.1/", typeof(EgressResult.HostNotListed)), InlineData("//evil.cn/", typeof(EgressResult.HostNotListed)), InlineData("file:///etc/passwd", typeof(EgressResult.HostNotListed))]
    public async Task A_redirect_leads_to_no_other_recipient(string to, Type reason)
    {
        Assert.IsType(reason, await SendAsync(Call($"/redirect?status=308&to={to}")));
        Assert.Single(partner.Received);
    }

    [Theory, InlineData(307, "POST cdn.relay.cn/ok {\"to\":\"wang.wei@qijian.cn\"}", "contact.email"), InlineData(302, "GET cdn.relay.cn/ok", "")]
    public async Task A_redirect_to_another_host_of_the_recipient_is_followed(int status, string arrives, string categories)
    {
        Assert.IsType<EgressResult.Sent>(await SendAsync(Call($"/redirect?status={status}&to=https://cdn.relay.cn/ok")));
        Assert.Equal(arrives, partner.Received.Last());
        Assert.Equal(categories, (await RowsAsync())[^1].Categories);
    }

    [Fact]
    public async Task A_recipient_that_leads_on_and_on_is_left_after_three_redirects()
    {
        Assert.Equal(new EgressResult.TooManyRedirects(3), await SendAsync(Call("/loop")));
        Assert.Equal(4, partner.Received.Count);
        Assert.Equal([EgressOutcome.Sent, EgressOutcome.Sent, EgressOutcome.Sent, EgressOutcome.Sent, EgressOutcome.Refused], (await RowsAsync()).Select(r => r.Outcome));
    }

    [Fact]
    public async Task A_slow_host_is_left_when_the_time_is_up()
    {
        var call = SendAsync(Call("/slow"));
        await partner.Waiting.Task.WaitAsync(Ct);
        clock.Advance(limits.Time);
        Assert.Equal(new EgressResult.TooSlow(limits.Time), await call);
        Assert.Equal((EgressOutcome.Failed, "TooSlow"), await OutcomeAsync());
    }

    [Fact]
    public async Task A_call_that_is_cancelled_says_so_in_its_row()
    {
        using CancellationTokenSource stop = new();
        var call = SendAsync(Call("/slow"), ct: stop.Token);
        await partner.Waiting.Task.WaitAsync(Ct);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal((EgressOutcome.Failed, "Cancelled"), await OutcomeAsync());
    }

    [Fact]
    public async Task A_host_that_is_down_or_that_no_name_server_knows_is_unreachable()
    {
        await partner.DisposeAsync();
        Assert.Equal(new EgressResult.Unreachable("api.relay.cn"), await SendAsync(Call("/ok")));
        network = new(partner.Port);
        Assert.Equal(new EgressResult.Unreachable("api.relay.cn"), await SendAsync(Call("/ok")));
        Assert.All(await RowsAsync(), r => Assert.Equal((EgressOutcome.Failed, "Unreachable"), (r.Outcome, r.Reason)));
    }

    [Fact]
    public async Task A_host_that_cannot_prove_its_name_gets_nothing()
    {
        Assert.Equal(new EgressResult.Unreachable("api.relay.cn"), await SendAsync(Call("/ok"), senders: [new HttpSender(limits)]));
        Assert.Single(network.Connected);
        Assert.Empty(partner.Received);
    }

    [Theory, InlineData("/long"), InlineData("/headers")]
    public async Task An_answer_without_end_is_not_read(string path)
    {
        Assert.Equal(new EgressResult.AnswerTooLarge(limits.AnswerBytes), await SendAsync(Call(path)));
        Assert.Equal((EgressOutcome.Failed, "AnswerTooLarge"), await OutcomeAsync());
    }

    [Fact]
    public async Task More_than_may_leave_stays()
    {
        var result = await SendAsync(Call("/ok") with { Body = new string('字', 334) });
        Assert.Equal(new EgressResult.TooLarge(1000), result);
        await NothingLeftAsync(result);
    }

    [Fact]
    public async Task The_row_is_there_before_anything_is_sent_and_stays_after_a_crash()
    {
        (EgressOutcome, string?) during = default;
        Sender crash = new(EgressChannel.Http, async _ =>
        {
            during = await OutcomeAsync();
            throw new InvalidOperationException("the machine stops here");
        });
        await Assert.ThrowsAsync<InvalidOperationException>(() => SendAsync(Call("/ok"), senders: [crash]));
        Assert.Equal((EgressOutcome.Failed, EgressGate.Pending), during);
        Assert.Equal((EgressOutcome.Failed, EgressGate.Pending), await OutcomeAsync());
    }

    [Fact]
    public async Task A_channel_leaves_by_the_sender_that_a_module_registered_and_not_without_one()
    {
        var mail = Call("") with { Channel = EgressChannel.Smtp, Target = new("smtps://smtp.relay.cn:465"), Format = BodyFormat.Text, Body = "{{contact.email}}" };
        network.With("smtp.relay.cn", Public);
        Assert.Equal(new EgressResult.NoSender(EgressChannel.Smtp), await SendAsync(mail));
        string? body = null;
        Assert.IsType<EgressResult.Sent>(await SendAsync(mail, senders: [new Sender(EgressChannel.Smtp, async message =>
        {
            body = message.Body;
            await (await message.ConnectAsync(Ct)).DisposeAsync();
            return new EgressAnswer.Delivered(250, "");
        })]));
        Assert.Equal((Address, 465), (body, Assert.Single(network.Connected).Port));
    }

    [Fact]
    public void Every_result_says_itself_in_both_languages()
    {
        List<EgressResult> all =
        [
            new EgressResult.Sent(200, ""), new EgressResult.UnknownRecipient(Relay), new EgressResult.UnknownPurpose(Delivery), new EgressResult.NotForThisPurpose(Relay, Delivery), new EgressResult.NoContract(Relay, new(2026, 1, 1)), new EgressResult.NotAssessed(Relay),
            new EgressResult.FieldNotListed(Email), new EgressResult.FieldMissing(Email), new EgressResult.HostNotListed("a.cn"), new EgressResult.NotEncrypted("http"), new EgressResult.NoMechanism(Relay), new EgressResult.NoSeparateConsent(Relay, Delivery),
            new EgressResult.NotAllowed(Denial.Refused), new EgressResult.NoSender(EgressChannel.Sms), new EgressResult.TooLarge(1), new EgressResult.TooManyRedirects(3), new EgressResult.PrivateAddress("a.cn", IPAddress.Loopback), new EgressResult.Unreachable("a.cn"), new EgressResult.TooSlow(TimeSpan.FromSeconds(1)), new EgressResult.AnswerTooLarge(1),
        ];
        Assert.Equal(typeof(EgressResult).GetNestedTypes().Length, all.Count);
        Assert.Equal(all.Count * 2, new[] { Language.Chinese, Language.English }.SelectMany(language =>
        {
            CultureInfo.CurrentUICulture = language;
            return all.Select(r => r.Words).ToList();
        }).Where(w => w.Length > 0).Distinct(StringComparer.Ordinal).Count());
    }

    private const string Registry = """
        - id: delivery
          zh: 送达
          en: Delivery
          basis: contract
          reads: {contact.email: required}
          recipients: [relay]
        ---
        - id: relay
          zh: 中继
          en: Relay
          kind: processor
          jurisdiction: CN
          hosts: [api.relay.cn, cdn.relay.cn, "smtp.relay.cn:465"]
          purposes: [delivery]
          fields: [contact.email]
          contract: {id: c, until: 2026-11-26}
          pia: relay
        ---
        - id: relay
          zh: 评估
          en: Assessment
          covers: [relay]
          approved_by: officer
          approved_on: 2026-01-01
          valid_until: 2026-11-26
          outcome: low
        """;

    private EgressCall Call(string path) => new(Relay, Delivery, new($"https://api.relay.cn{path}"))
    {
        Subject = person, Fields = new Dictionary<Category, string> { [Email] = Address }, Body = """{"to":"{{contact.email}}"}""",
    };

    private async Task<EgressResult> SendAsync(EgressCall call, string registry = Registry, IEnumerable<IEgressSender>? senders = null, CancellationToken? ct = null)
    {
        var files = registry.Split("---\n");
        var (read, errors) = ProcessingRegistry.Read([new("purposes.yaml", files[0]), new("recipients.yaml", files[1]), new("pia.yaml", files[2])]);
        Assert.Empty(errors);
        var databases = await empty.Site.WithAsync<Scoped<AppDb>, Scoped<AppDb>>(Task.FromResult);
        return await new EgressGate(read, guard, new Vault(), senders ?? [new HttpSender(limits) { Trust = partner.Trust }], network, databases, limits, clock).SendAsync(call, ct ?? Ct);
    }

    private async Task NothingLeftAsync(EgressResult result)
    {
        Assert.Empty(network.Connected);
        Assert.Empty(partner.Received);
        Assert.Equal((EgressOutcome.Refused, result.GetType().Name), await OutcomeAsync());
    }

    private Task<List<EgressRecord>> RowsAsync()
    {
        var reference = Vault.Reference(person);
        return empty.Site.WithAsync<AppDb, List<EgressRecord>>(db => db.EgressRecords.Where(r => r.SubjectReference == reference).OrderBy(r => r.Id).ToListAsync(Ct));
    }

    private async Task<(EgressOutcome, string?)> OutcomeAsync() => Assert.Single(await RowsAsync()) is var row ? (row.Outcome, row.Reason) : default;

    private sealed class Guard : IRecipientGuard
    {
        public Decision? Says { get; set; }
        public List<(Subject?, Purpose, Recipient?, Category)> Asked { get; } = [];

        public ValueTask<Decision> DemandAsync(Subject? subject, Purpose purpose, Recipient? recipient, IReadOnlyList<Category> categories, CancellationToken ct)
        {
            Asked.AddRange(categories.Select(c => (subject, purpose, recipient, c)));
            return new(Says ?? new Decision.Allowed(new(subject ?? default, purpose, categories, default)));
        }
    }

    private sealed class Vault : IVault
    {
        public static byte[] Reference(Subject subject) => SHA256.HashData(subject.Id.ToByteArray());

        public async ValueTask<byte[]?> FindReferenceAsync(Subject subject, CancellationToken ct) => await ReferenceAsync(subject, ct);

        public ValueTask<byte[]> ReferenceAsync(Subject subject, CancellationToken ct) => new(Reference(subject));

        public ValueTask<Sealed> SealAsync(Subject subject, Category category, string value, CancellationToken ct) => throw new NotSupportedException();

        public ValueTask<string?> OpenAsync(Capability capability, Category category, Sealed value, CancellationToken ct) => throw new NotSupportedException();

        public byte[] BlindIndex(Purpose purpose, Category category, string value) => throw new NotSupportedException();

        public string Mask(Category category, string value) => throw new NotSupportedException();
    }

    private sealed class Sender(EgressChannel channel, Func<EgressMessage, Task<EgressAnswer>> send) : IEgressSender
    {
        public EgressChannel Channel => channel;

        public Task<EgressAnswer> SendAsync(EgressMessage message, CancellationToken ct) => send(message);
    }
}
