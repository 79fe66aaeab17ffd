using System.Net;
using Npgsql;
using Qijian.Platform.Data;

namespace Qijian.Modules.Privacy;

internal sealed class RegionOptions
{
    public const string Section = "Regions";

    /// <summary>Countries in which endpoints may be, with commas between them.</summary>
    public string Allowed { get; init; } = "CN";

    /// <summary>Where each host outside is: pairs such as <c>db.example.cn=CN</c>, with commas between them.</summary>
    public string? Hosts { get; init; }
}

/// <summary>
/// What is collected in China is kept in China (S9.1a): every endpoint that the configuration names is on this machine or network, or
/// the operator says which allowed country it is in. Checked at every start, of the site and of each verb.
/// </summary>
internal static class OutsideEndpoints
{
    // Each setting that names a host outside the process. A module that brings another adds it here.
    private static readonly (string Setting, string Zh, string En, Func<string, IEnumerable<string>> Hosts)[] Settings =
    [
        ("Database:ConnectionString", "数据库", "database", Postgres),
        ("Redis:Connection", "Redis", "Redis", Redis),
        ("Mail:Host", "邮件", "mail", Plain),
        ("Sms:Endpoint", "短信", "SMS", Plain),
        ("Blob:Endpoint", "对象存储", "blob storage", Plain),
        ("Llm:Endpoint", "语言模型", "language model", Plain),
        ("Cdn:Host", "内容分发", "CDN", Plain),
    ];

    public static void Admit(IConfiguration configuration)
    {
        var options = configuration.GetSection(RegionOptions.Section).Get<RegionOptions>() ?? new();
        var allowed = Words(options.Allowed).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Dictionary<string, string> countries = new(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in Words(options.Hosts))
        {
            if (pair.Split('=', StringSplitOptions.TrimEntries) is not [{ Length: > 0 } host, { Length: 2 } country] || !country.All(char.IsAsciiLetter))
                throw new ConfigurationException($"Regions:Hosts：“{pair}” 不是“主机=国家代码”，例如 db.example.cn=CN。\nRegions:Hosts: “{pair}” is no pair of host and country such as db.example.cn=CN.");
            countries[host] = country;
        }

        foreach (var (setting, zh, en, hosts) in Settings)
        {
            if (configuration[setting] is not { Length: > 0 } value || (setting is "Database:ConnectionString" && !OnPostgres(configuration))) continue;
            foreach (var host in Read(setting, value, hosts).Where(h => !Inside(h)))
            {
                if (!countries.TryGetValue(host, out var country))
                {
                    throw new ConfigurationException($"""
                        {setting}：{zh}主机 {host} 不在本机或内网，也没有写明所在国家。请在 Regions:Hosts 中写明，例如 {host}=CN；不在允许的国家（{options.Allowed}）则改用境内的主机。
                        {setting}: the {en} host {host} is neither on this machine or network, nor is its country given. State it in Regions:Hosts, such as {host}=CN; where that is none of {options.Allowed}, use a host that is.
                        """);
                }

                if (!allowed.Contains(country))
                {
                    throw new ConfigurationException($"""
                        {setting}：{zh}主机 {host} 在 {country}，允许的只有 {options.Allowed}（Regions:Allowed）。请改用境内的主机。
                        {setting}: the {en} host {host} is in {country}, and only {options.Allowed} is allowed (Regions:Allowed). Use a host there.
                        """);
                }
            }
        }
    }

    private static List<string> Read(string setting, string value, Func<string, IEnumerable<string>> hosts)
    {
        try
        {
            return [.. hosts(value)];
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new ConfigurationException($"{setting}：读不出主机，请改正 / no host can be read from it, mend it: {e.Message}");
        }
    }

    private static bool OnPostgres(IConfiguration configuration) => Enum.TryParse<DatabaseProvider>(configuration[$"{DatabaseOptions.Section}:{nameof(DatabaseOptions.Provider)}"], ignoreCase: true, out var provider) && provider is DatabaseProvider.PostgreSql;

    private static IEnumerable<string> Postgres(string value) => Words(new NpgsqlConnectionStringBuilder(value).Host).Select(h => h.StartsWith('/') ? "localhost" : HostOf(h)); // a path is a socket of this machine

    // As StackExchange.Redis writes it: endpoints, then options with an equals sign.
    private static IEnumerable<string> Redis(string value) => Words(value).Where(w => !w.Contains('=', StringComparison.Ordinal)).Select(HostOf);

    private static IEnumerable<string> Plain(string value) => [HostOf(value)];

    /// <summary>The host of an address, or of a host with or without port.</summary>
    private static string HostOf(string text) => IPAddress.TryParse(text, out _) ? text
        : new UriBuilder(text.Contains("://", StringComparison.Ordinal) ? text : $"tcp://{text}").Uri is { IdnHost: { Length: > 0 } host } ? host : throw new UriFormatException(text);

    // The name of another machine may lead anywhere: only addresses say that they are inside.
    private static bool Inside(string host) => host is "localhost" || (IPAddress.TryParse(host, out var address) && (IPAddress.IsLoopback(address) || Private.Any(n => n.Contains(address))));

    private static readonly IPNetwork[] Private = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("fc00::/7")];

    private static string[] Words(string? text) => (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
