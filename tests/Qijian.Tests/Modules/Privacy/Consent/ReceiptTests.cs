using System.Text.Json;
using System.Text.Json.Nodes;
using Qijian.Modules.Privacy;

namespace Qijian.Tests.Modules.Privacy.Consent;

public sealed class ReceiptTests
{
    [Fact]
    public async Task A_receipt_is_checked_with_the_public_key_alone_and_bears_no_change()
    {
        await using var site = await TestSite.StartAsync();
        Browser visitor = new(site);
        await visitor.PressAsync("/en/privacy/choices", Purpose.ServiceImprovement.Id, "agree");
        var answer = await visitor.GetAsync($"/en/privacy/choices?handler=receipt&purpose={Purpose.ServiceImprovement.Id}");
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("attachment", answer.Content.Headers.ContentDisposition?.ToString(), StringComparison.Ordinal);
        var receipt = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var pem = await site.WithAsync<SigningKey, string>(key => Task.FromResult(key.PublicKeyPem));

        Assert.True(Receipt.Verify(receipt, pem));
        Assert.True(Receipt.Verify(JsonNode.Parse(receipt)!.ToJsonString(), pem)); // blanks do not matter
        var json = JsonNode.Parse(receipt)!.AsObject();
        Assert.Equal(("ISO/IEC TS 27560:2023", "demonstration", "Granted", "service_improvement"),
            (json["schema"]!.GetValue<string>(), json["party_identification"]![0]!["party_name"]!.GetValue<string>(), json["record"]!["event"]!["event_type"]!.GetValue<string>(), json["record"]!["purpose"]!["id"]!.GetValue<string>()));
        var members = json["record"]!.AsObject().Select(m => m.Key).ToList();
        Assert.NotEmpty(members);
        Assert.All(members, name =>
        {
            var changed = JsonNode.Parse(receipt)!;
            changed["record"]![name] = "x";
            Assert.False(Receipt.Verify(changed.ToJsonString(), pem), name);
        });
    }

    [Theory, InlineData(""), InlineData("[]"), InlineData("{}"), InlineData("{\"signature\":1}"), InlineData("{\"signature\":{\"algorithm\":\"ECDSA-P256-SHA256\",\"value\":\"%\"}}"), InlineData("{\"a\":1,\"a\":2,\"signature\":{\"algorithm\":\"ECDSA-P256-SHA256\",\"value\":\"AA==\"}}")]
    public async Task What_is_no_receipt_is_not_verified_and_no_error(string text)
    {
        await using var site = await TestSite.StartAsync(serve: false);
        var pem = await site.WithAsync<SigningKey, string>(key => Task.FromResult(key.PublicKeyPem));
        Assert.False(Receipt.Verify(text, pem));
        Assert.False(Receipt.Verify(text, "no key"));
    }

    [Fact]
    public async Task The_operator_stands_in_the_receipt_once_there_is_one()
    {
        await using var site = await TestSite.StartAsync(settings: ["--Operator:Name=甲运营者", "--Operator:Address=b", "--Operator:ProtectionOfficer=c", "--Operator:Contact=d"]);
        Browser visitor = new(site);
        await visitor.PressAsync("/privacy/choices", Purpose.ServiceImprovement.Id, "decline");
        var receipt = JsonDocument.Parse(await visitor.ReadAsync($"/privacy/choices?handler=receipt&purpose={Purpose.ServiceImprovement.Id}"));
        Assert.Equal(("甲运营者", "Refused"), (receipt.RootElement.GetProperty("party_identification")[0].GetProperty("party_name").GetString(), receipt.RootElement.GetProperty("record").GetProperty("event").GetProperty("event_type").GetString()));
    }
}
