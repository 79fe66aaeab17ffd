using Microsoft.Extensions.Configuration;
using Qijian.Modules.Privacy;
using Qijian.Platform.CommandLine;
using Qijian.Platform.Data;

namespace Qijian.Tests;

public sealed class OutsideEndpointsTests
{
    public static TheoryData<string, string> Abroad => new()
    {
        { "Database:ConnectionString", "Host=db.faraway.com;Database=q" }, { "Database:ConnectionString", "Host=127.0.0.1,db.faraway.com:5433;Database=q" }, { "Database:ConnectionString", "Server=db.faraway.com" },
        { "Redis:Connection", "db.faraway.com:6379,ssl=true" }, { "Redis:Connection", "127.0.0.1,db.faraway.com" }, { "Redis:Connection", "redis://u:p@db.faraway.com:6379" },
        { "Mail:Host", "db.faraway.com" }, { "Sms:Endpoint", "https://db.faraway.com/v1" }, { "Blob:Endpoint", "https://db.faraway.com" }, { "Llm:Endpoint", "https://DB.faraway.com:8443/chat" }, { "Cdn:Host", "db.faraway.com:443" },
    };

    [Theory, MemberData(nameof(Abroad))]
    public void An_endpoint_of_no_stated_country_refuses_the_start_and_names_setting_and_remedy(string setting, string value)
    {
        var refused = Assert.Throws<ConfigurationException>(() => Admit((setting, value)));
        Assert.StartsWith($"{setting}：", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Regions:Hosts", refused.Message, StringComparison.Ordinal);
        Assert.Contains("db.faraway.com=CN", refused.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Abroad))]
    public void An_endpoint_in_another_country_refuses_the_start(string setting, string value) =>
        Assert.Contains("Regions:Allowed", Assert.Throws<ConfigurationException>(() => Admit((setting, value), ("Regions:Hosts", "db.faraway.com=US"))).Message, StringComparison.Ordinal);

    [Theory, MemberData(nameof(Abroad))]
    public void An_endpoint_in_an_allowed_country_is_admitted(string setting, string value)
    {
        Admit((setting, value), ("Regions:Hosts", "mail.else.cn=CN, db.faraway.com=CN"));
        Admit((setting, value), ("Regions:Hosts", "db.faraway.com=HK"), ("Regions:Allowed", "CN,HK"));
    }

    [Theory]
    [InlineData("Database:ConnectionString", "Host=localhost"), InlineData("Database:ConnectionString", "Host=/run/postgresql"), InlineData("Database:ConnectionString", "Host=10.0.0.4,192.168.1.9"), InlineData("Redis:Connection", "[::1]:6379,password=a"), InlineData("Redis:Connection", "172.16.3.4"), InlineData("Mail:Host", "fd00::5"), InlineData("Mail:Host", "127.0.0.1:25")]
    public void What_is_on_this_machine_or_network_needs_no_word(string setting, string value) => Admit((setting, value));

    [Theory, InlineData("db"), InlineData("1.2.4.8"), InlineData("localhost.faraway.com"), InlineData("172.32.0.1")]
    public void A_name_or_public_address_is_not_taken_for_inside(string host) => Assert.Throws<ConfigurationException>(() => Admit(("Mail:Host", host)));

    [Theory, InlineData("db.faraway.com"), InlineData("db.faraway.com="), InlineData("=CN"), InlineData("db.faraway.com=China")]
    public void A_pair_that_is_none_is_named(string pair) => Assert.Contains(pair, Assert.Throws<ConfigurationException>(() => Admit(("Regions:Hosts", pair))).Message, StringComparison.Ordinal);

    [Theory, InlineData("Redis:Connection", "redis://"), InlineData("Database:ConnectionString", "nonsense"), InlineData("Llm:Endpoint", "https://")]
    public void What_cannot_be_read_is_not_admitted(string setting, string value) => Assert.StartsWith(setting, Assert.Throws<ConfigurationException>(() => Admit((setting, value))).Message, StringComparison.Ordinal);

    [Theory, InlineData("serve", "--urls", "http://127.0.0.1:0"), InlineData("rebuild", null, null)]
    public async Task Site_and_verbs_alike_do_not_start(string verb, string? option, string? value)
    {
        var folder = Directory.CreateTempSubdirectory("qijian-region-").FullName;
        Assert.Equal(1, await Verbs.RunAsync([verb, "--data", folder, .. new[] { option, value }.OfType<string>(), "--Redis:Connection=cache.faraway.com:6379"], Program.CommandLine()));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_file_of_SQLite_is_no_endpoint() => OutsideEndpoints.Admit(Configuration(("Database:ConnectionString", "Data Source=/srv/q.db")));

    private static void Admit(params (string Setting, string Value)[] settings) => OutsideEndpoints.Admit(Configuration([("Database:Provider", "postgresql"), .. settings]));

    private static IConfiguration Configuration(params (string Setting, string Value)[] settings) => new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create<string, string?>(s.Setting, s.Value))).Build();
}
