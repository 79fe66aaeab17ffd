using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Qijian.Modules.Messaging;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Messaging;

public sealed class SignatureTests
{
    // help.aliyun.com, “V3 版本请求体 & 签名机制”, the example of RunInstances.
    [Fact]
    public void Aliyun_requests_are_signed_as_its_published_example() => Assert.Equal(
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
        AliyunSms.Authorization("YourAccessKeyId", "YourAccessKeySecret", "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai", new Dictionary<string, string>
        {
            ["x-acs-action"] = "RunInstances", ["host"] = "ecs.cn-shanghai.aliyuncs.com", ["x-acs-content-sha256"] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ["x-acs-date"] = "2023-10-26T10:22:32Z", ["x-acs-signature-nonce"] = "3156853299f313e23d1673dc12e1703d", ["x-acs-version"] = "2014-05-26",
        }, ""));

    // cloud.tencent.com, “签名方法 v3”, the example of DescribeInstances; its key is 32 asterisks.
    [Fact]
    public void Tencent_requests_are_signed_as_its_published_example() => Assert.Equal(
        "TC3-HMAC-SHA256 Credential=AKID********************************/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
        TencentSms.Authorization("AKID********************************", new string('*', 32), "cvm", "cvm.tencentcloudapi.com", "DescribeInstances", """{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}""", DateTimeOffset.FromUnixTimeSeconds(1551113065)));
}

public sealed class SmsTests : IAsyncLifetime
{
    private const string Phone = "+8613912345678";

    private Vendor vendor = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => vendor = await Vendor.StartAsync();

    public ValueTask DisposeAsync() => vendor.DisposeAsync();

    [Theory, InlineData("Aliyun"), InlineData("Tencent")]
    public async Task A_code_reaches_the_provider_signed_and_with_what_the_registry_lists_alone(string provider)
    {
        await using var site = await StartAsync(provider);
        Assert.IsType<MessageResult.Sent>(await site.SendNowAsync(MessageGateTests.Code(), new(Phone, english: false)));
        var got = Assert.Single(vendor.Received);
        Assert.True(got.Signed, got.Body);
        if (provider is "Aliyun")
        {
            var form = QueryHelpers.ParseQuery(got.Body);
            Assert.Equal(["OutId", "PhoneNumbers", "SignName", "TemplateCode", "TemplateParam"], form.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(("8613912345678", "青石网", "SMS_1"), (form["PhoneNumbers"].ToString(), form["SignName"].ToString(), form["TemplateCode"].ToString()));
            Assert.Equal(new Dictionary<string, string> { ["code"] = "482913", ["minutes"] = "5" }, JsonSerializer.Deserialize<Dictionary<string, string>>(form["TemplateParam"].ToString()));
        }
        else
        {
            using var body = JsonDocument.Parse(got.Body);
            Assert.Equal(("+8613912345678", "青石网", "SMS_1", "1400"), (body.RootElement.GetProperty("PhoneNumberSet")[0].GetString(), body.RootElement.GetProperty("SignName").GetString(), body.RootElement.GetProperty("TemplateId").GetString(), body.RootElement.GetProperty("SmsSdkAppId").GetString()));
            Assert.Equal(["482913", "5"], body.RootElement.GetProperty("TemplateParamSet").EnumerateArray().Select(p => p.GetString()));
        }

        var (egress, record) = await site.ReadAsync(async db => (await db.EgressRecords.SingleAsync(Ct), await db.MessageDeliveries.SingleAsync(Ct)));
        Assert.Equal((provider is "Aliyun" ? "sms_aliyun" : "sms_tencent", "account_identity", EgressOutcome.Sent, "contact.phone message.content"), (egress.Recipient, egress.Purpose, egress.Outcome, egress.Categories));
        Assert.Equal((DeliveryOutcome.Sent, "number-1"), (record.Outcome, record.Receipt));
        Assert.Equal(new MessageResult.Failed(MessageFault.Rejected), await site.SendNowAsync(MessageGateTests.Code(), new("139 1234", english: false)));
        Assert.Single(vendor.Received);
    }

    [Theory]
    [InlineData("Aliyun", "busy", MessageFault.NotTaken), InlineData("Tencent", "busy", MessageFault.NotTaken), InlineData("Aliyun", "number", MessageFault.Rejected), InlineData("Tencent", "number", MessageFault.Rejected)]
    [InlineData("Aliyun", "nonsense", MessageFault.Unknown), InlineData("Tencent", "nonsense", MessageFault.Unknown), InlineData("Aliyun", "down", MessageFault.NotTaken), InlineData("Tencent", "hang", MessageFault.Unknown)]
    public async Task What_the_provider_answers_is_understood(string provider, string mood, MessageFault fault)
    {
        await using var site = await StartAsync(provider);
        vendor.Mood = mood;
        var sending = site.SendNowAsync(MessageGateTests.Code(), new(Phone, english: false));
        if (mood is "hang")
        {
            while (vendor.Received.IsEmpty) await Task.Delay(10, Ct);
            site.Clock.Advance(TimeSpan.FromSeconds(31));
        }

        Assert.Equal(new MessageResult.Failed(fault), await sending);
        Assert.DoesNotContain("139", (await site.ReadAsync(db => db.MessageDeliveries.SingleAsync(Ct))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_the_registry_does_not_list_gets_nothing()
    {
        await using var site = await StartAsync("Aliyun", "--Sms:Endpoint=dysmsapi.elsewhere.cn", "--Regions:Hosts=dysmsapi.elsewhere.cn=CN");
        Assert.Equal(new MessageResult.Failed(MessageFault.NotTaken), await site.SendNowAsync(MessageGateTests.Code(), new(Phone, english: false)));
        Assert.Empty(vendor.Received);
        Assert.Equal(("HostNotListed", "HostNotListed"), await site.ReadAsync(async db => ((await db.EgressRecords.SingleAsync(Ct)).Reason!, (await db.MessageDeliveries.SingleAsync(Ct)).Reason!)));
    }

    [Fact]
    public async Task Without_settings_the_site_starts_and_the_channels_are_off()
    {
        await using var site = await MessagingSite.StartAsync(replace: _ => { });
        Assert.Equal(new MessageResult.Denied(MessageDenial.ChannelOff), await site.SendNowAsync(MessageGateTests.Code(), new(Phone, english: false)));
        Assert.Equal(new MessageResult.Denied(MessageDenial.ChannelOff), await site.SendAsync(MessageGateTests.NewDevice(await site.AddPersonAsync(mail: "a@qijian.cn"), MessageChannel.Email)));
        Assert.Equal(["Sms:Provider", "Mail:Host"], await site.Site.WithAsync<Carriers, string?[]>(c => Task.FromResult<string?[]>([c.Of(MessageChannel.Sms).Missing, c.Of(MessageChannel.Email).Missing])));
    }

    [Fact]
    public void English_texts_have_numbers_of_their_own_and_fall_back_to_the_Chinese_ones()
    {
        SmsOptions options = new() { Templates = "sign_in_code=SMS_1, sign_in_code.en=SMS_2 ,new_device=SMS_3" };
        Assert.Equal(("SMS_1", false), options.CodeOf("sign_in_code", english: false));
        Assert.Equal(("SMS_2", true), options.CodeOf("sign_in_code", english: true));
        Assert.Equal(("SMS_3", false), options.CodeOf("new_device", english: true));
        Assert.Null(options.CodeOf("number_changed", english: false));
    }

    private Task<MessagingSite> StartAsync(string provider, params string[] more) => MessagingSite.StartAsync(replace: services =>
    {
        services.RemoveAll<IEgressSender>().AddSingleton<IEgressSender>(s => new HttpSender(s.GetRequiredService<EgressLimits>()) { Trust = vendor.Trust });
        services.Replace(ServiceDescriptor.Singleton<IEgressNetwork>(new TestNetwork(vendor.Port).With("dysmsapi.aliyuncs.com", "1.2.4.8").With("sms.tencentcloudapi.com", "1.2.4.8")));
    }, settings: [$"--Sms:Provider={provider}", $"--Sms:Endpoint={(provider is "Aliyun" ? "dysmsapi.aliyuncs.com" : "sms.tencentcloudapi.com")}", "--Sms:KeyId=id", "--Sms:KeySecret=secret", "--Sms:SignName=青石网", "--Sms:AppId=1400", "--Sms:Templates=sign_in_code=SMS_1", "--Regions:Hosts=dysmsapi.aliyuncs.com=CN,sms.tencentcloudapi.com=CN", .. more]);

    /// <summary>Both providers over TLS. It checks each signature by the request as it arrived, and answers as its mood is.</summary>
    private sealed class Vendor : IAsyncDisposable
    {
        private readonly WebApplication app;
        private readonly X509Certificate2 certificate;

        private Vendor(WebApplication app, X509Certificate2 certificate) => (this.app, this.certificate) = (app, certificate);

        public int Port { get; private set; }
        public string Mood { get; set; } = "";
        public ConcurrentQueue<(bool Signed, string Body)> Received { get; } = new();
        public X509ChainPolicy Trust => new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { certificate } };

        public static async Task<Vendor> StartAsync()
        {
            var own = MailSink.Certificate("dysmsapi.aliyuncs.com", "sms.tencentcloudapi.com");
            var builder = WebApplication.CreateBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(own)));
            Vendor vendor = new(builder.Build(), own);
            vendor.app.Run(vendor.AnswerAsync);
            await vendor.app.StartAsync(Ct);
            vendor.Port = new Uri(vendor.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
            return vendor;
        }

        private async Task AnswerAsync(HttpContext http)
        {
            var body = await new StreamReader(http.Request.Body).ReadToEndAsync(http.RequestAborted);
            var aliyun = http.Request.Host.Host.StartsWith("dysms", StringComparison.Ordinal);
            Received.Enqueue((aliyun ? IsAliyun(http.Request, body) : IsTencent(http.Request, body), body));
            if (Mood is "hang") await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            if (Mood is "down") http.Response.StatusCode = 503;
            await http.Response.WriteAsync((Mood, aliyun) switch
            {
                ("nonsense" or "down", _) => "<html>",
                ("busy", true) => """{"Code":"isv.BUSINESS_LIMIT_CONTROL","Message":"8613912345678 too often","RequestId":"r"}""",
                ("busy", false) => """{"Response":{"Error":{"Code":"RequestLimitExceeded","Message":"m"},"RequestId":"r"}}""",
                ("number", true) => """{"Code":"isv.MOBILE_NUMBER_ILLEGAL","Message":"m","RequestId":"r"}""",
                ("number", false) => """{"Response":{"SendStatusSet":[{"SerialNo":"","PhoneNumber":"+8613912345678","Fee":0,"Code":"InvalidParameterValue.IncorrectPhoneNumber","Message":"m"}],"RequestId":"r"}}""",
                (_, true) => """{"Code":"OK","Message":"OK","BizId":"number-1","RequestId":"r"}""",
                _ => """{"Response":{"SendStatusSet":[{"SerialNo":"number-1","PhoneNumber":"+8613912345678","Fee":1,"Code":"Ok","Message":"send success"}],"RequestId":"r"}}""",
            }, http.RequestAborted);
        }

        private static bool IsAliyun(HttpRequest request, string body)
        {
            var parts = request.Headers.Authorization.ToString().Split(' ', 2)[1].Split(',').ToDictionary(p => p.Split('=', 2)[0], p => p.Split('=', 2)[1]);
            var names = parts["SignedHeaders"].Split(';');
            var canonical = $"POST\n/\n\n{string.Concat(names.Select(n => $"{n}:{request.Headers[n]}\n"))}\n{parts["SignedHeaders"]}\n{request.Headers["x-acs-content-sha256"]}";
            string[] needed = ["content-type", "host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"];
            return needed.SequenceEqual(names) && Hex(SHA256.HashData(Encoding.UTF8.GetBytes(body))) == request.Headers["x-acs-content-sha256"]
                && (request.Headers["x-acs-action"], request.Headers["x-acs-version"], request.Headers["x-acs-date"]) == ("SendSms", "2017-05-25", "2026-11-26T04:00:00Z")
                && parts["Signature"] == Hex(HMACSHA256.HashData("secret"u8, Encoding.UTF8.GetBytes($"ACS3-HMAC-SHA256\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}")));
        }

        private static bool IsTencent(HttpRequest request, string body)
        {
            var canonical = $"POST\n/\n\ncontent-type:{request.ContentType}\nhost:{request.Host}\nx-tc-action:{request.Headers["X-TC-Action"].ToString().ToLowerInvariant()}\n\ncontent-type;host;x-tc-action\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}";
            var at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(request.Headers["X-TC-Timestamp"].ToString(), System.Globalization.CultureInfo.InvariantCulture));
            var key = Encoding.UTF8.GetBytes("TC3secret");
            foreach (var part in (string[])[at.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), "sms", "tc3_request"]) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
            var signature = Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"TC3-HMAC-SHA256\n{at.ToUnixTimeSeconds()}\n2026-11-26/sms/tc3_request\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}")));
            return (request.Headers["X-TC-Action"], request.Headers["X-TC-Version"], request.Headers["X-TC-Region"]) == ("SendSms", "2021-01-11", "ap-guangzhou") && request.Headers.Authorization.ToString().EndsWith($"Signature={signature}", StringComparison.Ordinal);
        }

        private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync(new CancellationToken(canceled: true));
            await app.DisposeAsync();
            certificate.Dispose();
        }
    }
}

public sealed class MailTests
{
    private const string Mail = "wang.wei@qijian.cn";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, InlineData("Tls"), InlineData("StartTls")]
    public async Task A_mail_reaches_the_relay_encrypted_in_both_languages_and_to_one_mailbox(string security)
    {
        await using var sink = await MailSink.StartAsync(security is "Tls" ? "tls" : "starttls");
        await using var site = await StartAsync(sink, security);
        await site.SendAsync(MessageGateTests.NewDevice(await site.AddPersonAsync(mail: Mail), MessageChannel.Email));
        await site.SendAsync(MessageGateTests.NewDevice(await site.AddPersonAsync(mail: "li@qijian.cn", english: true), MessageChannel.Email));
        await site.WorkAsync();
        var mails = await sink.TakeAsync(2);
        Assert.All(mails, m => Assert.Equal((true, "mailer", "qijian.test.cn", "service@qijian.test.cn"), (m.Tls, m.User, m.Helo, m.From)));
        var (chinese, english) = (mails.Single(m => m.To is [Mail]), mails.Single(m => m.To is ["li@qijian.cn"]));
        var mail = await MimeKit.MimeMessage.LoadAsync(new MemoryStream(Encoding.UTF8.GetBytes(chinese.Data)), Ct);
        Assert.Equal(("新设备登录", "service@qijian.test.cn", Mail, MessagingSite.Noon), (mail.Subject, mail.From.ToString(), mail.To.ToString(), mail.Date));
        Assert.Contains("您的账号于 2026-11-26 12:00 在新设备上登录：Firefox, Linux。", mail.TextBody, StringComparison.Ordinal);
        Assert.EndsWith("青石", mail.TextBody!.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal("auto-generated", mail.Headers["Auto-Submitted"]);
        Assert.Contains("Subject: Sign-in from a new device", english.Data, StringComparison.Ordinal);
        Assert.DoesNotContain(Environment.MachineName, chinese.Data, StringComparison.Ordinal);
        Assert.Equal([EgressOutcome.Sent, EgressOutcome.Sent], (await site.ReadAsync(db => db.EgressRecords.ToListAsync(Ct))).Select(r => r.Outcome));
    }

    [Fact]
    public async Task What_the_relay_answers_is_understood_and_one_that_hangs_up_gets_the_same_number_again()
    {
        await using var sink = await MailSink.StartAsync("tls");
        await using var site = await StartAsync(sink, "Tls");
        foreach (var name in (string[])["busy", "no", "drop"]) await site.SendAsync(MessageGateTests.NewDevice(await site.AddPersonAsync(mail: $"{name}@qijian.cn"), MessageChannel.Email) with { Key = name });
        await site.WorkAsync();
        var rows = await site.ReadAsync(db => db.QueuedMessages.AsNoTracking().ToDictionaryAsync(m => m.Key!, Ct));
        Assert.Equal((null, "SMTP 451"), (rows["busy"].Result, rows["busy"].Reason));
        Assert.Equal((DeliveryOutcome.Failed, "SMTP 550"), (rows["no"].Result, rows["no"].Reason));
        Assert.Equal((null, "Unreachable"), (rows["drop"].Result, rows["drop"].Reason));
        site.Clock.Advance(TimeSpan.FromSeconds(31));
        await site.WorkAsync();
        var mails = (await sink.TakeAsync(2)).Select(m => m.Data.Split('\n').Single(l => l.StartsWith("Message-Id", StringComparison.OrdinalIgnoreCase)).Trim()).ToList();
        Assert.Equal(mails[0], mails[1]);
        Assert.Equal($"Message-Id: <{rows["drop"].Id:N}@qijian.test.cn>", mails[0], ignoreCase: true);
        Assert.Equal(DeliveryOutcome.Sent, (await site.ReadAsync(db => db.QueuedMessages.AsNoTracking().SingleAsync(m => m.Key == "drop", Ct))).Result);
    }

    [Theory, InlineData("a@qijian.cn\r\nBcc: b@qijian.cn"), InlineData("a@qijian.cn, b@qijian.cn"), InlineData("Wang <a@qijian.cn>"), InlineData("a"), InlineData("a@"), InlineData("")]
    public async Task What_is_no_single_mailbox_gets_nothing(string address)
    {
        await using var site = await MessagingSite.StartAsync(replace: _ => { }, settings: ["--Mail:Host=smtpdm.aliyun.com", "--Mail:From=service@qijian.test.cn", "--Regions:Hosts=smtpdm.aliyun.com=CN"]);
        Assert.Equal(new MessageResult.Failed(MessageFault.Rejected), await site.SendNowAsync(MessageGateTests.Code(channel: MessageChannel.Email, template: MessageTemplate.EmailVerification), new(address, english: false)));
        Assert.Equal(0, await site.ReadAsync(db => db.EgressRecords.CountAsync(Ct)));
    }

    [Fact]
    public async Task A_relay_that_offers_no_encryption_or_does_not_know_us_gets_no_mail()
    {
        await using var plain = await MailSink.StartAsync("plain");
        await using (var site = await StartAsync(plain, "StartTls", "--Mail:User=")) Assert.Equal(new MessageResult.Failed(MessageFault.Unknown), await CodeAsync(site));
        await using var sink = await MailSink.StartAsync("tls");
        await using (var site = await StartAsync(sink, "Tls", "--Mail:Password=wrong"))
        {
            Assert.Equal(new MessageResult.Failed(MessageFault.NotTaken), await CodeAsync(site));
            Assert.Equal("SMTP 535", (await site.ReadAsync(db => db.MessageDeliveries.SingleAsync(Ct))).Reason);
        }

        Assert.Empty(sink.Mails.Concat(plain.Mails));

        static Task<MessageResult> CodeAsync(MessagingSite site) => site.SendNowAsync(MessageGateTests.Code(channel: MessageChannel.Email, template: MessageTemplate.EmailVerification), new(Mail, english: false));
    }

    private static Task<MessagingSite> StartAsync(MailSink sink, string security, params string[] more) => MessagingSite.StartAsync(policy: MessagingSite.Policy(new TextChange("registry/recipients.yaml", text => text.Replace("\"smtpdm.aliyun.com:465\"", "\"smtpdm.aliyun.com:465\", \"smtpdm.aliyun.com:587\"", StringComparison.Ordinal))), replace: services =>
    {
        services.RemoveAll<IEgressSender>().AddSingleton<IEgressSender>(s => new SmtpSender(s.GetRequiredService<IOptions<MailOptions>>(), s.GetRequiredService<TimeProvider>()) { Trust = (_, shown, _, _) => shown?.GetCertHashString() == sink.Thumbprint });
        services.Replace(ServiceDescriptor.Singleton<IEgressNetwork>(new TestNetwork(sink.Port).With("smtpdm.aliyun.com", "1.2.4.8")));
    }, settings: ["--Mail:Host=smtpdm.aliyun.com", $"--Mail:Port={(security is "Tls" ? 465 : 587)}", $"--Mail:Security={security}", "--Mail:User=mailer", "--Mail:Password=secret", "--Mail:From=service@qijian.test.cn", "--Regions:Hosts=smtpdm.aliyun.com=CN", .. more]);
}

/// <summary>A mail that the relay took.</summary>
internal sealed record SunkMail(string From, string[] To, bool Tls, string? User, string Helo, string Data);

/// <summary>A real relay on this machine (aiosmtpd), over TLS with a certificate of its own.</summary>
internal sealed class MailSink : IAsyncDisposable
{
    private readonly Process process;
    private readonly string folder;
    private Task reading = Task.CompletedTask;

    private MailSink(Process process, string folder, string thumbprint) => (this.process, this.folder, Thumbprint) = (process, folder, thumbprint);

    public int Port { get; private set; }
    public string Thumbprint { get; }
    public ConcurrentQueue<SunkMail> Mails { get; } = new();

    public static X509Certificate2 Certificate(params string[] names)
    {
        var key = RSA.Create(2048);
        CertificateRequest request = new("CN=sink", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder list = new();
        foreach (var name in names) list.AddDnsName(name);
        request.CertificateExtensions.Add(list.Build());
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }

    public static async Task<MailSink> StartAsync(string mode)
    {
        var python = Environment.GetEnvironmentVariable("QIJIAN_TEST_SMTP");
        Assert.SkipWhen(python is null, "The mail relay of the tests is not there: ./test installs it");
        var own = Directory.CreateTempSubdirectory("qijian-sink-").FullName;
        using var certificate = Certificate("smtpdm.aliyun.com");
        var (cert, key) = (Path.Combine(own, "cert.pem"), Path.Combine(own, "key.pem"));
        await File.WriteAllTextAsync(cert, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(key, certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        MailSink sink = new(Process.Start(new ProcessStartInfo(python!, [Path.Combine(ArchitectureTests.Repository, "tests/Qijian.Tests/Modules/Messaging/sink.py"), cert, key, mode]) { RedirectStandardOutput = true, UseShellExecute = false })!, own, certificate.GetCertHashString());
        sink.Port = int.Parse((await sink.process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!, System.Globalization.CultureInfo.InvariantCulture);
        sink.reading = sink.ReadAsync();
        return sink;
    }

    private async Task ReadAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } json) Mails.Enqueue(JsonSerializer.Deserialize<SunkMail>(json, JsonSerializerOptions.Web)!);
    }

    /// <summary>So many mails, once they are there.</summary>
    public async Task<IReadOnlyList<SunkMail>> TakeAsync(int count)
    {
        while (Mails.Count < count) await Task.Delay(10, TestContext.Current.CancellationToken);
        return [.. Mails];
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
