using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Html;
using Microsoft.Extensions.Options;
using Qijian.Modules.Shared;
using Qijian.Platform;

namespace Qijian.Modules.Privacy;

/// <summary>One version as a page shows it, beside the one in effect.</summary>
internal sealed class PolicyView(PublishedPolicy policy, CurrentPolicy current, IOptions<OperatorOptions> options, SiteState site)
{
    public PublishedPolicy Policy => policy;
    public PolicyVersion Row => policy.Row;
    public RenderedPolicy Rendered => policy.Rendered;
    public bool InEffect => Row.Number == current.Number;
    public ComingPolicy? Coming => current.Coming is [.., var newest] ? newest : null;
    public string Hash { get; } = Convert.ToHexStringLower(policy.Row.Hash);
    public string RegistryHash { get; } = Convert.ToHexStringLower(policy.Row.RegistryHash);
    public string ChineseHash { get; } = HashOf(policy.Content.Chinese);
    public string EnglishHash { get; } = HashOf(policy.Content.English);

    public IHtmlContent Body { get; } = new HtmlString(policy.Rendered.Body.Replace(PolicyRenderer.OperatorMark, PolicyTables.Operator(options.Value, site.Demonstration), StringComparison.Ordinal));

    /// <summary>Whether it holds, and since or from when.</summary>
    public (string Class, string Words) Standing => InEffect ? ("good", Text.StandingNow.With(Format.Day(Row.ActivatedAt ?? Row.EffectiveFrom)))
        : Row.Number > current.Number ? ("warn", Text.StandingComing.With(Format.Day(Row.EffectiveFrom)))
        : ("", Text.StandingPast.With(current.Number));

    /// <summary>The SHA-256 of a text as it is downloaded, in hexadecimal digits.</summary>
    public static string HashOf(string markdown) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(markdown)));

    public static string PathOf(int version) => string.Create(CultureInfo.InvariantCulture, $"/privacy/policy/{version}");

    public static string DiffOf(int from, int to) => string.Create(CultureInfo.InvariantCulture, $"/privacy/policy/{from}/diff/{to}");
}
