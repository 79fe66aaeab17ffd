using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Qijian.Platform.Data;

namespace Qijian.Platform;

/// <summary>Who runs the site. Without the first four it is a demonstration.</summary>
internal sealed class OperatorOptions
{
    public const string Section = "Operator";

    public string? Name { get; init; }
    public string? Address { get; init; }
    public string? ProtectionOfficer { get; init; }
    public string? Contact { get; init; }
    [EmailAddress(ErrorMessage = "Operator:Email 不是电子邮件地址 / is no e-mail address.")] public string? Email { get; init; }
    public string? Phone { get; init; }

    /// <summary>When the telephone is answered.</summary>
    public string? Hours { get; init; }

    /// <summary>The https address of the operator's account at WeChat.</summary>
    public string? WeChat { get; init; }

    /// <summary>Where complaints are made: an https address, or a path of this site.</summary>
    public string? ComplaintUrl { get; init; }
}

/// <summary>Whether the site is in operation or a demonstration, which serves on loopback addresses over plain HTTP only.</summary>
internal sealed class SiteState(IOptions<OperatorOptions> options)
{
    /// <summary>True while no operator is named.</summary>
    public bool Demonstration { get; } = Missing(options.Value).Any();

    /// <summary>Refuses addresses that the state does not allow.</summary>
    public void Admit(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                throw new ConfigurationException($"--urls：{url} 不是地址，例如 http://localhost:5080。\n--urls: {url} is no address such as http://localhost:5080.");
            if (Demonstration && (address.Scheme is not "http" || !address.IsLoopback))
            {
                throw new ConfigurationException($"""
                    未配置运营者，站点处于演示状态，只能以 http 在本机回环地址上提供，不能用 {url}。请配置 {string.Join("、", Missing(options.Value))}。
                    No operator is configured, so this is a demonstration: it serves over http on loopback addresses only, not on {url}. Configure {string.Join(", ", Missing(options.Value))}.
                    """);
            }
        }
    }

    private static IEnumerable<string> Missing(OperatorOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Name)) yield return "Operator:Name";
        if (string.IsNullOrWhiteSpace(options.Address)) yield return "Operator:Address";
        if (string.IsNullOrWhiteSpace(options.ProtectionOfficer)) yield return "Operator:ProtectionOfficer";
        if (string.IsNullOrWhiteSpace(options.Contact)) yield return "Operator:Contact";
    }
}
